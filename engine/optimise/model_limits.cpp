// Limit rows over EVSEs and storages, and magnitude rows as sides of a polygon.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

// Most that a member's powers can add to a limit, in either direction.
void ModelBuilder::widen_reach(const PlanLimit::Member& member, Reach& reach) const {
  const auto widen = [&](std::uint32_t t, double kw) { (kw > 0.0 ? reach.up : reach.down)[t] += kw; };
  if (member.storage) {
    const PlanStorage& storage = problem_.storages[member.index];
    for (std::uint32_t t = 0; t < steps(); ++t) {
      widen(t, member.coefficient * storage.max_charge_kw);
      widen(t, -member.coefficient * storage.max_discharge_kw);
    }
  } else if (member.index < vehicles_of_evse_.size()) {
    // Vehicles of one EVSE follow one another, each with steps of its own.
    for (const std::uint32_t v : vehicles_of_evse_[member.index]) {
      const PlanVehicle& vehicle = problem_.vehicles[v];
      for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
        widen(t, member.coefficient * most_charge_kw(vehicle, t));
        widen(t, -member.coefficient * most_discharge_kw(vehicle, t));
      }
    }
  }
}

// A row in every step where the greatest powers together could break it. Where the base alone breaks it, what is beyond
// has a price: with every power at 0 the model always has an answer.
ModelBuilder::LimitRows ModelBuilder::add_limit_rows(const PlanLimit& limit, const Reach& reach) {
  LimitRows added{std::vector<std::uint32_t>(steps(), no_index), std::vector<std::uint32_t>(steps(), no_index)};
  for (std::uint32_t t = 0; t < steps(); ++t) {
    const double base = limit.base.empty() ? 0.0 : value_at_step(limit.base, t);
    const double upper = value_at_step(limit.upper, t) - base, lower = value_at_step(limit.lower, t) - base;
    const bool upper_binds = reach.up[t] > upper, lower_binds = reach.down[t] < lower;
    if (!upper_binds && !lower_binds) continue;
    added.rows[t] = add_row(lower_binds ? lower : -infinite, upper_binds ? upper : infinite);
    // With every power at 0 the row holds: nothing to be paid for.
    if (upper >= 0.0 && lower <= 0.0) continue;
    added.over[t] = add_column(0.0, infinite, problem_.over_limit_price_per_kwh * problem_.hours[t]);
    linear_.add_entry(added.rows[t], added.over[t], upper < 0.0 ? -1.0 : 1.0);
  }
  return added;
}

// Puts a member's powers into the rows of its limit.
void ModelBuilder::add_limit_member(const PlanLimit::Member& member, const std::vector<std::uint32_t>& rows) {
  if (member.storage) {
    const StorageColumns& columns = block_.storages[member.index];
    for (std::uint32_t t = 0; t < steps(); ++t) {
      if (rows[t] == no_index) continue;
      linear_.add_entry(rows[t], columns.charge + t, member.coefficient);
      linear_.add_entry(rows[t], columns.discharge + t, -member.coefficient);
    }
  } else if (member.index < vehicles_of_evse_.size()) {
    // Only steps of the stay have columns.
    for (const std::uint32_t v : vehicles_of_evse_[member.index]) {
      const PlanVehicle& vehicle = problem_.vehicles[v];
      const VehicleColumns& columns = block_.vehicles[v];
      for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
        if (rows[t] == no_index) continue;
        const std::uint32_t i = t - vehicle.first_step;
        linear_.add_entry(rows[t], columns.charge + i, member.coefficient);
        if (columns.discharge != no_index) linear_.add_entry(rows[t], columns.discharge + i, -member.coefficient);
      }
    }
  }
}

void ModelBuilder::add_limits() {
  Reach reach;
  for (std::uint32_t l = 0; l < problem_.limits.size(); ++l) {
    const PlanLimit& limit = problem_.limits[l];
    reach.up.assign(steps(), 0.0);
    reach.down.assign(steps(), 0.0);
    for (const PlanLimit::Member& member : limit.members) widen_reach(member, reach);
    const LimitRows added = add_limit_rows(limit, reach);
    for (const PlanLimit::Member& member : limit.members) add_limit_member(member, added.rows);
    name_range(Part::limit, true, l, 0, added.rows);
    name_range(Part::limit_over, false, l, 0, added.over);
  }
}

// Set-points between the powers and what may be offered: what a magnitude row binds where a car draws less than that.
void ModelBuilder::add_set_points(std::uint32_t index) {
  VehicleColumns& columns = block_.vehicles[index];
  const PlanVehicle& vehicle = problem_.vehicles[index];
  const auto over = [&](Part part, std::uint32_t first, double most_kw) {
    const auto set = static_cast<std::uint32_t>(linear_.columns());
    const auto set_row = static_cast<std::uint32_t>(linear_.rows());
    for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
      const std::uint32_t power = first + t - vehicle.first_step;
      const double most = std::max(most_kw * share_of(vehicle, t), linear_.column_upper[power]);
      const std::uint32_t point = add_column(0.0, most, 0.0), at_least = add_row(0.0, infinite);
      linear_.add_entry(at_least, point, 1.0);
      linear_.add_entry(at_least, power, -1.0);
    }
    name_range(part, false, vehicle.key, vehicle.first_step, set, columns.length);
    name_range(part, true, vehicle.key, vehicle.first_step, set_row, columns.length);
    return std::pair(set, set_row);
  };
  if (vehicle.max_setpoint_kw > 0.0 && columns.set_charge == no_index)
    std::tie(columns.set_charge, columns.set_charge_row) =
        over(Part::set_charge, columns.charge, vehicle.max_setpoint_kw);
  if (vehicle.max_discharge_setpoint_kw > 0.0 && columns.discharge != no_index && columns.set_discharge == no_index)
    std::tie(columns.set_discharge, columns.set_discharge_row) =
        over(Part::set_discharge, columns.discharge, vehicle.max_discharge_setpoint_kw);
}

// Re(exp(-j angle) sum) <= upper x cos(pi / sides) inside the circle, <= upper around it; the angle is the side's
// normal.
void ModelBuilder::add_polygons() {
  const bool outer = problem_.linearisation == Linearisation::outer;
  for (const PolygonSide& side : contents_.sides) {
    const PlanMagnitude& magnitude = problem_.magnitudes[side.magnitude];
    const double angle = 2.0 * std::numbers::pi * side.side / polygon_sides;
    const double re = std::cos(angle), im = std::sin(angle);
    const double upper =
        value_at_step(magnitude.upper, side.step) * (outer ? 1.0 : std::cos(std::numbers::pi / polygon_sides));
    const std::uint32_t within = add_row(-infinite, upper);

    for (const PlanMagnitude::Member& member : magnitude.members) {
      if (member.evse >= vehicles_of_evse_.size()) continue;
      const double coefficient = re * member.re + im * member.im;
      for (const std::uint32_t v : vehicles_of_evse_[member.evse]) {
        const PlanVehicle& vehicle = problem_.vehicles[v];
        if (side.step < vehicle.first_step || side.step >= vehicle.end_step) continue;
        const std::uint32_t i = side.step - vehicle.first_step;
        // A bound counts with set-points, which lie between the powers and what may be offered.
        if (outer) add_set_points(v);
        const VehicleColumns& columns = block_.vehicles[v];
        linear_.add_entry(within, (columns.set_charge != no_index ? columns.set_charge : columns.charge) + i,
                          coefficient);
        if (columns.discharge == no_index) continue;
        linear_.add_entry(within, (columns.set_discharge != no_index ? columns.set_discharge : columns.discharge) + i,
                          -coefficient);
      }
    }
    // One name for each side of each row, by step.
    name_range(Part::side, true, std::uint64_t{side.magnitude} * polygon_sides + side.side, side.step, within, 1);
  }
}

}  // namespace evtwin::optimise
