// Statistics over the seeds of a sweep, by point and strategy: means with intervals, differences from a reference on
// the same cars, and who is dominated by nobody.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/paired.hpp"
#include "sweep/table.hpp"

namespace evtwin::sweep {

/// A point under a strategy, over all seeds.
struct Cell {
  std::size_t point = 0, strategy = 0;
};

/// The cells that others are held against: the strategy of that number at the same point, or, where a sweep has one
/// strategy only, the point of that number.
struct Reference {
  bool is_point = false;
  std::size_t index = 0;
};
/// The first strategy, or the first point; or the one named. @throws SweepError for a strategy that there is not.
Reference reference_of(const Table& table, const std::string& strategy = {});

/// By seed; NaN where a run failed or the figure does not apply.
std::vector<double> figures_by_seed(const Table& table, const Cell& cell, std::string_view figure);

/// Whether some cell has another history with another seed. Where none has, the seeds are one run written several
/// times, and there is nothing to say of spreads and intervals.
bool seeds_matter(const Table& table);

/// 95 % interval of a mean, t of count - 1 degrees of freedom; NaN below two values.
struct Interval {
  double low = 0.0, high = 0.0;
};
Interval interval_of(const analysis::Spread& spread);

/// Figure minus that of the reference with the same seed. Empty for the reference itself.
analysis::PairedDifference difference_of(const Table& table, const Cell& cell, const Reference& reference,
                                         std::string_view figure);

/// In how many seeds it serves over 0.5 % less than the strategy that serves most there (analysis::serves_alike): a
/// lower cost is no saving then.
std::size_t serves_less(const Table& table, const Cell& cell);

/// Cells that no other is at least as good as in every figure named and better in one, by the means over seeds. Which
/// way is better is as analysis::kpi_table says, lower where it says nothing. A cell of which a figure is not known, or
/// a run failed, takes no part: neither on the front nor dominated.
enum class Standing : std::uint8_t { on_front, dominated, apart };
/// By point, then strategy. @throws SweepError for fewer than two figures, or one that there is not.
std::vector<Standing> pareto_standings(const Table& table, const std::vector<std::string>& figures);

/// Content of a summary, for people and programs.
struct SummaryRequest {
  std::vector<std::string> figures;  ///< empty: objective
  std::string reference;             ///< strategy; empty: the first
  std::vector<std::string> pareto;   ///< figures of the front; empty: none
};
/// @throws SweepError naming a figure that there is not, with the nearest one.
void check_figures(const Table& table, const std::vector<std::string>& figures);

/// A table for each figure: factors, strategy, runs, mean, deviation, interval, difference with its interval. Then the
/// front, and what is to be known besides.
std::string summary_text(const Table& table, const SummaryRequest& request, bool korean);
/// {"points", "seeds", "strategies", "reference", "figures": [{figure, cells: [{point, <factors>, strategy, count,
/// mean, sd, low, high, difference{mean, low, high, count}}]}], "pareto"?, "failed"}
nlohmann::ordered_json summary_json(const Table& table, const SummaryRequest& request);
/// Every figure of every cell, a row each: point, factors, strategy, figure, count, mean, sd, low, high, difference,
/// difference_low, difference_high.
std::string summary_csv(const Table& table, const std::string& reference = {});
/// A row each point and strategy: point, factors, strategy, means of the figures, standing (on_front, dominated,
/// apart). @throws SweepError as pareto_standings()
std::string front_csv(const Table& table, const std::vector<std::string>& figures);

}  // namespace evtwin::sweep
