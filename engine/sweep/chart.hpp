// Pictures of a sweep: a figure against a parameter, and a Pareto front.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sweep/drawing.hpp"
#include "sweep/table.hpp"

namespace evtwin::sweep {

struct ChartRequest {
  std::string figure = "objective";
  std::string against;                       ///< factor; empty: the first
  std::map<std::string, std::string> where;  ///< factors that are held at a value
  bool korean = false;
};

struct Chart {
  Drawing drawing;
  std::vector<std::string> notes;  ///< how it is to be read
};

/// Mean over seeds with its 95 % interval, a line for each strategy and combination of the other factors.
/// @throws SweepError for a figure, factor or value that there is not, and for more than 12 lines.
Chart figure_chart(const Table& table, const ChartRequest& request);
/// Means over seeds of two figures; what is dominated is grey. @throws SweepError as pareto_standings()
Chart front_chart(const Table& table, const std::vector<std::string>& figures, bool korean);

}  // namespace evtwin::sweep
