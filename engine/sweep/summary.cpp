#include "sweep/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/kpi.hpp"
#include "kernel/csv_cell.hpp"
#include "kernel/nearest.hpp"
#include "kernel/text.hpp"

namespace evtwin::sweep {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double service_of(const Table& table, const Row& row) {
  const double served = table.figure_of(row, "energy_served_kwh");
  return std::isnan(served) ? served : analysis::service_kwh(served, table.figure_of(row, "open_to_come_kwh"));
}

/// So that less is better.
double cost_of(const Table& table, const Cell& cell, const std::string& figure) {
  const std::vector<double> values = figures_by_seed(table, cell, figure);
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) return unknown;
  const double mean = analysis::spread_of(values).mean;
  const analysis::KpiInfo* info = analysis::find_kpi_info(figure);
  return info != nullptr && info->better == analysis::Better::higher ? -mean : mean;
}

/// Figures that apply in neither are the same.
bool same_figures(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

bool dominates(const std::vector<double>& a, const std::vector<double>& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

}  // namespace

Reference reference_of(const Table& table, const std::string& strategy) {
  if (strategy.empty()) return {table.strategies.size() == 1, 0};
  const auto at = std::find(table.strategies.begin(), table.strategies.end(), strategy);
  if (at == table.strategies.end()) {
    const std::vector<std::string_view> known(table.strategies.begin(), table.strategies.end());
    throw SweepError(fmt::format("--reference: {} is no strategy of this sweep{}", kernel::make_printable(strategy, 60),
                                 kernel::did_you_mean(strategy, known)));
  }
  return {false, static_cast<std::size_t>(at - table.strategies.begin())};
}

std::vector<double> figures_by_seed(const Table& table, const Cell& cell, std::string_view figure) {
  std::vector<double> values;
  for (std::size_t seed = 0; seed < table.layout.seeds; ++seed)
    values.push_back(table.figure_of(table.row_of_run(cell.point * table.layout.seeds + seed, cell.strategy), figure));
  return values;
}

bool seeds_matter(const Table& table) {
  for (std::size_t p = 0; p < table.layout.points.size(); ++p) {
    for (std::size_t s = 0; s < table.strategies.size(); ++s) {
      const Row* first = nullptr;
      for (std::size_t seed = 0; seed < table.layout.seeds; ++seed) {
        const Row& row = table.row_of_run(p * table.layout.seeds + seed, s);
        if (!row.error.empty()) continue;
        if (first == nullptr) first = &row;
        if (!same_figures(row.figures, first->figures)) return true;
      }
    }
  }
  return false;
}

Interval interval_of(const analysis::Spread& spread) {
  if (spread.count < 2) return {unknown, unknown};
  const double half = analysis::student_t_quantile(analysis::interval_confidence, spread.count - 1) * spread.deviation /
                      std::sqrt(static_cast<double>(spread.count));
  return {spread.mean - half, spread.mean + half};
}

analysis::PairedDifference difference_of(const Table& table, const Cell& cell, const Reference& reference,
                                         std::string_view figure) {
  const Cell other = reference.is_point ? Cell{reference.index, cell.strategy} : Cell{cell.point, reference.index};
  if (other.point == cell.point && other.strategy == cell.strategy) return {};
  return analysis::paired_difference(figures_by_seed(table, cell, figure), figures_by_seed(table, other, figure));
}

std::size_t serves_less(const Table& table, const Cell& cell) {
  std::size_t less = 0;
  for (std::size_t seed = 0; seed < table.layout.seeds; ++seed) {
    const std::size_t world = cell.point * table.layout.seeds + seed;
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t s = 0; s < table.strategies.size(); ++s)
      most = std::fmax(most, service_of(table, table.row_of_run(world, s)));
    const double own = service_of(table, table.row_of_run(world, cell.strategy));
    if (!std::isnan(own) && !analysis::serves_alike(own, most)) ++less;
  }
  return less;
}

void check_figures(const Table& table, const std::vector<std::string>& figures) {
  for (const std::string& figure : figures) {
    if (table.find_figure(figure)) continue;
    const std::vector<std::string_view> known(table.figures.begin(), table.figures.end());
    throw SweepError(fmt::format("{} is no figure of this sweep{}; table.csv has them as columns",
                                 kernel::make_printable(figure, 60), kernel::did_you_mean(figure, known)));
  }
}

std::vector<Standing> pareto_standings(const Table& table, const std::vector<std::string>& figures) {
  check_figures(table, figures);
  if (figures.size() < 2) throw SweepError("a Pareto front is of two figures or more, as objective,unmet_kwh");
  std::vector<std::vector<double>> costs;
  for (std::size_t p = 0; p < table.layout.points.size(); ++p) {
    for (std::size_t s = 0; s < table.strategies.size(); ++s) {
      costs.emplace_back();
      for (const std::string& figure : figures) costs.back().push_back(cost_of(table, {p, s}, figure));
    }
  }

  // A point with a figure that does not apply can neither dominate nor be dominated.
  const auto known = [](const std::vector<double>& all) {
    return std::none_of(all.begin(), all.end(), [](double cost) { return std::isnan(cost); });
  };

  std::vector<Standing> standing;
  for (const auto& own : costs) {
    if (!known(own)) {
      standing.push_back(Standing::apart);
      continue;
    }

    const bool beaten = std::any_of(costs.begin(), costs.end(),
                                    [&](const auto& other) { return known(other) && dominates(other, own); });
    standing.push_back(beaten ? Standing::dominated : Standing::on_front);
  }
  return standing;
}

}  // namespace evtwin::sweep
