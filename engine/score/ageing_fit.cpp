#include "score/ageing_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

namespace evtwin::score {
namespace {

constexpr double calendar_power = 0.75;  // Schmalstieg 2014
constexpr std::size_t least_points = 4;

struct Losses {
  double calendar = 0.0, cyclic = 0.0;
  std::vector<double> fresh;
  double squares = 0.0;  ///< of the residuals
};

/// Sums over a cell's points of the products of q, 1, t and c: capacity, one, -days^0.75, -cycles^power.
struct Products {
  double qq = 0.0, q1 = 0.0, qt = 0.0, qc = 0.0, t1 = 0.0, tt = 0.0, tc = 0.0, c1 = 0.0, cc = 0.0;
};

Products products_of(const AgedCell& cell, double power, bool calendar) {
  Products sum;
  for (const CapacityPoint& point : cell.points) {
    const double q = point.capacity;
    const double t = calendar ? -std::pow(point.days, calendar_power) : 0.0, c = -std::pow(point.cycles, power);
    sum.qq += q * q;
    sum.q1 += q;
    sum.qt += q * t;
    sum.qc += q * c;
    sum.t1 += t;
    sum.tt += t * t;
    sum.tc += t * c;
    sum.c1 += c;
    sum.cc += c * c;
  }
  return sum;
}

/// Residuals are q u - 1 - calendar t - cyclic c with u = 1 / fresh of the cell, linear in every unknown. Of each cell
/// u is eliminated: u = sum q (1 + calendar t + cyclic c) / sum q^2. Two equations remain for all cells together.
Losses solve(const std::vector<AgedCell>& cells, double power, bool calendar, bool cyclic) {
  double tt = 0.0, tc = 0.0, cc = 0.0, t1 = 0.0, c1 = 0.0;
  std::vector<Products> products;
  for (const AgedCell& cell : cells) {
    const Products& s = products.emplace_back(products_of(cell, power, calendar));
    tt += s.tt - s.qt * s.qt / s.qq;
    tc += s.tc - s.qt * s.qc / s.qq;
    cc += s.cc - s.qc * s.qc / s.qq;
    t1 += s.t1 - s.qt * s.q1 / s.qq;
    c1 += s.c1 - s.qc * s.q1 / s.qq;
  }
  Losses out;
  const double determinant = tt * cc - tc * tc;
  if (calendar && cyclic && determinant > 1e-12 * tt * cc) {
    out.calendar = (c1 * tc - t1 * cc) / determinant;
    out.cyclic = (t1 * tc - c1 * tt) / determinant;
  } else if (calendar && tt > 0.0) {
    out.calendar = -t1 / tt;
  } else if (cyclic && cc > 0.0) {
    out.cyclic = -c1 / cc;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Products& s = products[i];
    out.fresh.push_back(s.qq / (s.q1 + out.calendar * s.qt + out.cyclic * s.qc));
    for (const CapacityPoint& point : cells[i].points) {
      const double by_time = calendar ? out.calendar * std::pow(point.days, calendar_power) : 0.0;
      const double health = 1.0 - by_time - out.cyclic * std::pow(point.cycles, power);
      const double off = point.capacity / out.fresh[i] - health;
      out.squares += off * off;
    }
  }
  return out;
}

void check(const std::vector<AgedCell>& cells) {
  for (const AgedCell& cell : cells) {
    if (cell.points.size() < least_points)
      throw std::runtime_error(
          fmt::format("cell {}: {} points; a fit takes {}", cell.name, cell.points.size(), least_points));
  }
}

/// Each cell's first or last points.
std::vector<AgedCell> part_of(const std::vector<AgedCell>& cells, bool first) {
  std::vector<AgedCell> out;
  for (const AgedCell& cell : cells) {
    const auto cut =
        cell.points.begin() + static_cast<std::ptrdiff_t>(fitted_share * static_cast<double>(cell.points.size()));
    out.push_back({cell.name, first ? std::vector(cell.points.begin(), cut) : std::vector(cut, cell.points.end())});
  }
  return out;
}

Foretold judge(const std::vector<AgedCell>& cells, const std::function<AgeingFit(const std::vector<AgedCell>&)>& fit) {
  Foretold out;
  const std::vector<AgedCell> seen = part_of(cells, true), unseen = part_of(cells, false);
  for (const AgedCell& cell : seen) {
    if (cell.points.size() < least_points) return out;
  }
  const AgeingFit early = fit(seen);
  double squares = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < unseen.size(); ++i) {
    for (const double off : residuals_of(early, unseen[i], i)) {
      squares += off * off;
      sum += off;
      out.points += 1;
    }
  }
  if (out.points == 0) return out;
  out.rmse = std::sqrt(squares / static_cast<double>(out.points));
  out.bias = sum / static_cast<double>(out.points);
  return out;
}

}  // namespace

double AgeingFit::health_after(double cycles, double days) const {
  const double by_time = is_known(calendar) && calendar > 0.0 ? calendar * std::pow(days, calendar_power) : 0.0;
  return 1.0 - by_time - cyclic * std::pow(cycles, power);
}

double AgeingFit::cycles_until(double at) const {
  return cyclic > 0.0 ? std::pow((1.0 - at) / cyclic, 1.0 / power) : unknown;
}

std::vector<double> residuals_of(const AgeingFit& fit, const AgedCell& cell, std::size_t index) {
  std::vector<double> out;
  for (const CapacityPoint& point : cell.points)
    out.push_back(point.capacity / fit.fresh[index] - fit.health_after(point.cycles, point.days));
  return out;
}

double metered_cycles_until(const AgeingFit& fit, const AgedCell& cell, std::size_t index, double at) {
  for (const CapacityPoint& point : cell.points) {
    if (point.capacity < at * fit.fresh[index]) return point.cycles;
  }
  return unknown;
}

AgeingFit fit_ageing(const std::vector<AgedCell>& cells, bool has_days, double power) {
  check(cells);
  // A battery does not heal: where a loss would be below 0 it is 0, and the other explains what there is.
  // A loss of rounding is none: of 1e-12 of the capacity at the last point nothing is known.
  Losses found = solve(cells, power, has_days, true);
  if (found.calendar < 0.0 || found.cyclic < 0.0) {
    const Losses by_time = solve(cells, power, has_days, false), by_use = solve(cells, power, false, true);
    const bool time_alone =
        has_days && by_time.calendar >= 0.0 && (by_use.cyclic < 0.0 || by_time.squares < by_use.squares);
    found = time_alone ? by_time : by_use;
    if (found.cyclic < 0.0) found = solve(cells, power, false, false);
  }
  AgeingFit out;
  out.fresh = found.fresh;
  double most_cycles = 0.0, most_days = 0.0;
  for (const AgedCell& cell : cells) {
    for (const CapacityPoint& point : cell.points) {
      most_cycles = std::max(most_cycles, point.cycles);
      if (has_days) most_days = std::max(most_days, point.days);
    }
  }
  const auto seen = [](double loss, double by) { return loss * by > 1e-12 ? loss : 0.0; };
  out.calendar = has_days ? seen(found.calendar, std::pow(most_days, calendar_power)) : unknown;
  out.cyclic = seen(found.cyclic, std::pow(most_cycles, power));
  out.power = power;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (const double off : residuals_of(out, cells[i], i)) out.worst = std::max(out.worst, std::abs(off));
    out.points += cells[i].points.size();
  }
  out.rmse = std::sqrt(found.squares / static_cast<double>(out.points));
  return out;
}

AgeingFit fit_free_power(const std::vector<AgedCell>& cells, bool has_days) {
  // Coarse steps first, since the misfit need not have one valley only; then golden section.
  constexpr double step = 0.1, golden = 0.6180339887498949;
  double best = least_power, best_rmse = 1e300;
  const auto misfit = [&](double power) { return fit_ageing(cells, has_days, power).rmse; };
  for (int i = 0; least_power + step * i <= most_power + 1e-9; ++i) {
    const double rmse = misfit(least_power + step * i);
    if (rmse < best_rmse) {
      best_rmse = rmse;
      best = least_power + step * i;
    }
  }
  double low = std::max(least_power, best - step), high = std::min(most_power, best + step);
  while (high - low > 1e-5) {
    const double a = high - golden * (high - low), b = low + golden * (high - low);
    (misfit(a) < misfit(b) ? high : low) = misfit(a) < misfit(b) ? b : a;
  }
  return fit_ageing(cells, has_days, 0.5 * (low + high));
}

bool is_power_told(const CyclingFit& of) {
  return of.free.fit.cyclic > 0.0 && of.free.fit.power >= least_power + 0.01 && of.free.fit.power <= most_power - 0.01;
}

const JudgedFit& recommended_law(const CyclingFit& of) {
  if (!is_power_told(of)) return of.root;
  const bool is_judged = is_known(of.root.later.rmse) && is_known(of.free.later.rmse);
  const bool is_root_better =
      is_judged ? of.root.later.rmse < of.free.later.rmse : of.root.fit.rmse <= of.free.fit.rmse;
  return is_root_better ? of.root : of.free;
}

CyclingFit fit_cycling(const CyclingFile& file) {
  const auto root = [&](const std::vector<AgedCell>& cells) { return fit_ageing(cells, file.has_days, 0.5); };
  const auto free_power = [&](const std::vector<AgedCell>& cells) { return fit_free_power(cells, file.has_days); };
  CyclingFit out;
  out.root = {root(file.cells), judge(file.cells, root)};
  out.free = {free_power(file.cells), judge(file.cells, free_power)};
  for (const AgedCell& cell : file.cells) out.cells.push_back({free_power({cell}), judge({cell}, free_power)});
  return out;
}

}  // namespace evtwin::score
