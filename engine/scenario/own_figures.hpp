#pragma once
// Figures that a scenario defines itself: `kpi = { name = "SELECT ...", other = function(run) ... end }`.

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "scenario/loader.hpp"

namespace evtwin::scenario {

/// Cell of the answer to a query of a run's record.
using FigureCell = std::variant<std::monostate, std::int64_t, double, std::string>;
struct FigureRows {
  std::vector<std::string> columns;
  std::vector<std::vector<FigureCell>> rows;
};
/// Reads, and changes nothing. Throws any std::exception whose text says what is wrong with the statement.
using FigureQuery = std::function<FigureRows(const std::string& sql)>;

/// The value of each of LoadedScenario::figures, in their order; NaN for nil and NULL: it does not apply. Functions run
/// in a Lua state of their own; `run` has query(sql), sessions(), segments() and signals(), each a list of rows.
/// @throws ScriptError "FILE:LINE: kpi.NAME ..." for what is no number, and what a function or statement throws.
std::vector<double> own_figures(const LoadedScenario& scenario, const FigureQuery& query);

}  // namespace evtwin::scenario
