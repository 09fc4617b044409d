// Cost of the highest windows of a month, and wishes of the grid company.
#include <algorithm>
#include <cmath>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

// Which windows can raise a bill: the others need no row, and their steps no import column.
void ModelBuilder::look_at_windows() {
  const std::size_t periods = problem_.periods.size();
  billed_at_least_.assign(periods, 0.0);
  in_ratchet_.assign(periods, 0);
  window_binds_.assign(problem_.windows.size(), 0);
  needs_import_.assign(steps(), 0);
  std::vector<std::uint8_t> priced(periods, 0);

  for (std::size_t p = 0; p < periods; ++p) {
    billed_at_least_[p] = std::max(0.0, problem_.periods[p].floor_kw);
    if (problem_.periods[p].price_per_kw <= 0.0) continue;
    priced[p] = 1;
    for (const DemandPeriod::Ratchet& ratchet : problem_.periods[p].ratchets)
      if (ratchet.share > 0.0) in_ratchet_[ratchet.period] = priced[ratchet.period] = 1;
  }

  // A window binds where all that could be drawn in it is more than what is billed anyway.
  for (std::size_t w = 0; w < problem_.windows.size(); ++w) {
    const MeterWindow& window = problem_.windows[w];
    if (priced[window.period] == 0) continue;
    double most_kwh = window.so_far_kwh;
    for (std::uint32_t t = window.first_step; t < window.end_step; ++t) {
      const double base = problem_.load_kw[t] - problem_.pv_kw[t];
      const double curtailable = problem_.curtail_pv ? problem_.pv_kw[t] : 0.0;
      double most = std::max(0.0, base + curtailable + most_in_[t]);
      // Where the base load alone is above the limit, the limit is soft: a storage may draw there what it spares
      // another such step.
      if (base <= problem_.import_limit_kw[t]) most = std::min(most, problem_.import_limit_kw[t]);
      most_kwh += most * problem_.hours[t];
    }
    // The floor says nothing about an earlier period's own highest window, from which a ratchet is taken.
    const double least = in_ratchet_[window.period] != 0 ? 0.0 : billed_at_least_[window.period];
    if (most_kwh <= least * window.hours) continue;
    window_binds_[w] = 1;
    for (std::uint32_t t = window.first_step; t < window.end_step; ++t) needs_import_[t] = 1;
  }

  const GridWishes& grid = problem_.grid;
  for (std::uint32_t t = 0; t < steps(); ++t)
    if (grid.peak_price_per_kw > 0.0 || grid.ramp_price_per_kw > 0.0 || grid.pressure_price_per_kwh > 0.0)
      needs_import_[t] = 1;
}

// billed >= floor; billed >= share x highest window of an earlier period; hours x highest >= what a window imports.
void ModelBuilder::add_demand_charge() {
  const auto periods = static_cast<std::uint32_t>(problem_.periods.size());
  std::vector<std::uint32_t> billed(periods, no_index), highest(periods, no_index);
  for (std::uint32_t p = 0; p < periods; ++p) {
    const DemandPeriod& period = problem_.periods[p];
    if (period.price_per_kw > 0.0) billed[p] = add_column(billed_at_least_[p], infinite, period.price_per_kw);
    // A ratchet is taken of the highest window itself, which the floor does not raise.
    if (in_ratchet_[p] != 0) {
      highest[p] = add_column(0.0, infinite, 0.0);
      if (billed[p] != no_index) {
        const std::uint32_t at_least = add_row(0.0, infinite);
        linear_.add_entry(at_least, billed[p], 1.0);
        linear_.add_entry(at_least, highest[p], -1.0);
      }
    } else {
      highest[p] = billed[p];
    }
  }

  for (std::uint32_t p = 0; p < periods; ++p) {
    if (billed[p] == no_index) continue;
    for (const DemandPeriod::Ratchet& ratchet : problem_.periods[p].ratchets) {
      if (ratchet.share <= 0.0) continue;
      const std::uint32_t at_least = add_row(0.0, infinite);
      linear_.add_entry(at_least, billed[p], 1.0);
      linear_.add_entry(at_least, highest[ratchet.period], -ratchet.share);
    }
  }

  name_range(Part::billed, false, 0, 0, billed);
  std::vector<std::uint32_t> rows(steps(), no_index);

  // Only windows that can raise a bill have a row, named by their first step.
  for (std::size_t w = 0; w < problem_.windows.size(); ++w) {
    if (window_binds_[w] == 0) continue;
    const MeterWindow& window = problem_.windows[w];
    const std::uint32_t within = add_row(-infinite, -window.so_far_kwh);
    linear_.add_entry(within, highest[window.period], -window.hours);
    for (std::uint32_t t = window.first_step; t < window.end_step; ++t) {
      linear_.add_entry(within, block_.steps[t].in, problem_.hours[t]);
      if (block_.steps[t].over_in != no_index) linear_.add_entry(within, block_.steps[t].over_in, problem_.hours[t]);
    }
    if (window.first_step < window.end_step) rows[window.first_step] = within;
  }
  name_range(Part::window, true, 0, 0, rows);
}

void ModelBuilder::add_grid_wishes() {
  const GridWishes& grid = problem_.grid;
  const auto add_import = [this](std::uint32_t to, std::uint32_t t) {
    linear_.add_entry(to, block_.steps[t].in, 1.0);
    if (block_.steps[t].over_in != no_index) linear_.add_entry(to, block_.steps[t].over_in, 1.0);
  };
  const auto add_net = [&](std::uint32_t to, std::uint32_t t, double sign) {
    const GridStep& step = block_.steps[t];
    linear_.add_entry(to, step.in, sign);
    if (step.over_in != no_index) linear_.add_entry(to, step.over_in, sign);
    if (step.out != no_index) linear_.add_entry(to, step.out, -sign);
    if (step.over_out != no_index) linear_.add_entry(to, step.over_out, -sign);
  };

  if (grid.peak_price_per_kw > 0.0 && steps() > 0) {
    const std::uint32_t peak = add_column(0.0, infinite, grid.peak_price_per_kw);
    std::vector<std::uint32_t> rows(steps());
    for (std::uint32_t t = 0; t < steps(); ++t) {
      rows[t] = add_row(-infinite, 0.0);
      add_import(rows[t], t);
      linear_.add_entry(rows[t], peak, -1.0);
    }
    name_range(Part::grid_peak, true, 0, 0, rows);
  }

  if (grid.ramp_price_per_kw > 0.0)
    for (std::uint32_t t = std::isnan(grid.last_net_kw) ? 1 : 0; t < steps(); ++t) {
      // |net now - net before| in two rows over one column.
      const std::uint32_t ramp = add_column(0.0, infinite, grid.ramp_price_per_kw);
      const double before = t == 0 ? grid.last_net_kw : 0.0;
      const std::uint32_t up = add_row(-infinite, before), down = add_row(-infinite, -before);
      for (const auto& [to, sign] : {std::pair(up, 1.0), std::pair(down, -1.0)}) {
        add_net(to, t, sign);
        if (t > 0) add_net(to, t - 1, -sign);
        linear_.add_entry(to, ramp, -1.0);
      }
      name_range(Part::ramp, false, static_cast<std::uint64_t>(problem_.first_step_number + t), t, ramp, 1);
    }

  // Only what is drawn above a share of the limit has a price: no row where no more can flow.
  if (grid.pressure_price_per_kwh > 0.0)
    for (std::uint32_t t = 0; t < steps(); ++t) {
      const double from = grid.pressure_from * problem_.import_limit_kw[t];
      const double most = linear_.column_upper[block_.steps[t].in];
      if (block_.steps[t].over_in == no_index && most <= from) continue;
      const std::uint32_t above = add_column(0.0, infinite, grid.pressure_price_per_kwh * problem_.hours[t]);
      const std::uint32_t rest = add_row(-infinite, from);
      add_import(rest, t);
      linear_.add_entry(rest, above, -1.0);
    }
}

}  // namespace evtwin::optimise
