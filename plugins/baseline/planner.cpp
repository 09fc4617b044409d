#include "planner.hpp"

#include <algorithm>
#include <cmath>

#include "storage_rule.hpp"

namespace evtwin::baseline {
namespace {

/// Laxity below this is none: 1 ms, far above what rounding makes of hours and kWh, far below what matters to a car.
constexpr double no_laxity_h = 1e-3 / 3600.0;

}  // namespace

Planner::Planner(sdk::Setup& setup)
    : beyond_request_(setup.shared().text("beyond_request") == "continue"),
      follow_setpoint_(setup.shared().flag("follow_setpoint")),
      peak_target_kw_(setup.shared().number("peak_target_kw")) {
  const evtwin_view& first = setup.first().raw;
  setup.subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_LIMIT;
  setup.horizon_steps = storage_horizon_steps(first);
  setup.horizon_reads = EVTWIN_READS_PRICES;
  if (setup.horizon_steps > 0) setup.subscribes |= EVTWIN_WHY_PRICE;
  cars_.reserve(first.n_evses);
  order_.reserve_cars(first.n_evses);
  rows_.learn_rows(first);
}

void Planner::begin(const evtwin_view& view) {
  view_ = &view;
  wake_ns_ = 0;
  rows_.reset_powers(view);
  if (follow_setpoint_ && !std::isnan(view.power_setpoint_kw)) rows_.lower_grid(view.power_setpoint_kw);
  cars_.clear();
  for (std::uint32_t k = 0; k < view.n_connected; ++k) {
    const std::uint32_t i = view.connected_evse[k];
    if (wants_energy(view, i)) cars_.push_back(car_at(view, i));
  }
}

bool Planner::maximum_stands(const evtwin_view& view, sdk::Decision& decision) {
  constexpr std::uint32_t looked_at = EVTWIN_CHANGED_SESSIONS | EVTWIN_CHANGED_ROWS;
  if (!all_at_maximum_ || (view.changed & looked_at) != 0 || !std::isnan(view.power_setpoint_kw)) return false;
  std::size_t wanting = 0;
  for (std::uint32_t k = 0; k < view.n_connected; ++k) wanting += wants_energy(view, view.connected_evse[k]) ? 1U : 0U;
  if (wanting != cars_.size()) return false;
  for (Car& car : cars_) {
    if (!wants_energy(view, car.row)) return false;
    car.remaining_kwh = view.evse_remaining_kwh[car.row];
  }
  view_ = &view;
  wake_ns_ = 0;
  write_powers(decision);
  return true;
}

void Planner::wake_by(std::int64_t instant_ns) {
  if (instant_ns <= view_->now_ns || instant_ns >= view_->next_tick_ns) return;
  wake_ns_ = wake_ns_ == 0 ? instant_ns : std::min(wake_ns_, instant_ns);
}

void Planner::keep_forced(double margin_h) {
  const double until_tick_h = hours(view_->next_tick_ns - view_->now_ns);
  std::erase_if(cars_, [&](const Car& car) {
    const double laxity_h = car.laxity_h() - margin_h;
    if (!car.request_met && laxity_h <= no_laxity_h) return false;
    // Rounded down: a start 1 ns early harms nobody.
    if (!car.request_met && laxity_h < until_tick_h) {
      wake_by(view_->now_ns + static_cast<std::int64_t>(laxity_h * ns_per_hour));
    }
    return true;
  });
}

double Planner::expected_grid_kw() const {
  double grid_kw = rows_.grid_kw();
  for (const Car& car : cars_) {
    grid_kw += (expected_kw(*view_, car.row, car.power_kw) - car.power_kw) * rows_.grid_coefficient(car.row);
  }
  return grid_kw;
}

void Planner::write_powers(sdk::Decision& decision) {
  for (std::uint32_t k = 0; k < view_->n_connected; ++k) decision.evse_kw[view_->connected_evse[k]] = 0.0;
  // Sums depend on the order of the cars in their last digits, and that may change: nothing may rest on those. Storage
  // is driven by them.
  all_at_maximum_ = view_->n_storages == 0 && rows_.clear_of_limits();
  for (const Car& car : cars_) {
    decision.evse_kw[car.row] = car.power_kw;
    all_at_maximum_ = all_at_maximum_ && car.power_kw == car.max_kw;
  }
}

void Planner::close_decision(sdk::Decision& decision) {
  if (view_->n_storages > 0) drive_storage(*view_, peak_target_kw_, expected_grid_kw(), rows_, decision.storage_kw);
  if (!beyond_request_) {
    const double until_tick_h = hours(view_->next_tick_ns - view_->now_ns);
    for (const Car& car : cars_) {
      const double takes_kw = expected_kw(*view_, car.row, car.power_kw);
      if (takes_kw <= 0.0 || car.remaining_kwh >= takes_kw * until_tick_h) continue;
      wake_by(view_->now_ns + static_cast<std::int64_t>(std::ceil(car.remaining_kwh / takes_kw * ns_per_hour)));
    }
  }
  decision.wake_ns = wake_ns_;
}

}  // namespace evtwin::baseline
