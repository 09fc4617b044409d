// Vehicles: powers only in the steps of the stay, what is wanted as a goal with a price, levels only where a battery
// that also gives back could run full or empty.
#include <algorithm>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

namespace {

/// Per kWh charged and discharged at the meter: by the count of need_at.
double counted_charge(const PlanVehicle& v) { return v.need_at == NeedAt::battery ? v.charge_efficiency : 1.0; }
double counted_discharge(const PlanVehicle& v) {
  return v.need_at == NeedAt::battery ? 1.0 / v.discharge_efficiency : 1.0;
}

}  // namespace

void ModelBuilder::add_vehicles() {
  block_.vehicles.resize(problem_.vehicles.size());
  for (std::uint32_t v = 0; v < problem_.vehicles.size(); ++v) {
    add_powers(v);
    if (problem_.vehicles[v].max_discharge_kw > 0.0) add_level(v);
    add_need(v);
  }
}

void ModelBuilder::add_powers(std::uint32_t index) {
  const PlanVehicle& vehicle = problem_.vehicles[index];
  VehicleColumns& columns = block_.vehicles[index];
  const std::uint32_t length = vehicle.end_step - vehicle.first_step;
  columns.length = length;
  if (length == 0) return;
  columns.charge = static_cast<std::uint32_t>(linear_.columns());
  for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
    double most = most_charge_kw(vehicle, t);
    if (contents_.whole_numbers && most < vehicle.min_kw * share_of(vehicle, t)) most = 0.0;
    const std::uint32_t charge = add_column(0.0, most, charge_price_per_kwh(vehicle, t) * problem_.hours[t]);
    at_grid(charge, t, vehicle.grid_kw_per_charge_kw);
  }
  name_range(Part::charge, false, vehicle.key, vehicle.first_step, columns.charge, length);
  if (vehicle.max_discharge_kw <= 0.0) return;
  columns.discharge = static_cast<std::uint32_t>(linear_.columns());
  for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
    const std::uint32_t discharge =
        add_column(0.0, most_discharge_kw(vehicle, t), vehicle.discharge_price_per_kwh * problem_.hours[t]);
    at_grid(discharge, t, -vehicle.grid_kw_per_discharge_kw);
  }
  name_range(Part::discharge, false, vehicle.key, vehicle.first_step, columns.discharge, length);
}

// level = level before + efficiency x charged - discharged / efficiency, between the floor and a full battery; and the
// count at the meter the same way, where that is bounded. The state is counted from what is there at the start.
void ModelBuilder::add_level(std::uint32_t index) {
  const PlanVehicle& vehicle = problem_.vehicles[index];
  VehicleColumns& columns = block_.vehicles[index];
  if (columns.charge == no_index) return;
  const std::uint32_t length = vehicle.end_step - vehicle.first_step;

  const auto chain = [&](Part part, double per_charge, double per_discharge, double lower, double upper) {
    double most_up = 0.0, most_down = 0.0;
    for (std::uint32_t t = vehicle.first_step; t < vehicle.end_step; ++t) {
      most_up += problem_.hours[t] * per_charge * linear_.column_upper[columns.charge + t - vehicle.first_step];
      most_down += problem_.hours[t] * per_discharge * most_discharge_kw(vehicle, t);
    }
    // Powers that can reach neither bound need no level.
    if (most_up <= upper && -most_down >= lower) return no_index;
    const auto first = static_cast<std::uint32_t>(linear_.columns());
    const auto first_row = static_cast<std::uint32_t>(linear_.rows());
    for (std::uint32_t i = 0; i < length; ++i) {
      const double hours = problem_.hours[vehicle.first_step + i];
      const std::uint32_t level = add_column(lower, upper, 0.0), step = add_row(0.0, 0.0);
      linear_.add_entry(step, level, 1.0);
      if (i > 0) linear_.add_entry(step, level - 1, -1.0);
      linear_.add_entry(step, columns.charge + i, -per_charge * hours);
      linear_.add_entry(step, columns.discharge + i, per_discharge * hours);
    }

    name_range(part, false, vehicle.key, vehicle.first_step, first, length);
    name_range(part, true, vehicle.key, vehicle.first_step, first_row, length);
    if (part == Part::level) columns.level_row = first_row;
    return first;
  };
  // Where nothing is lost, or the count is the battery's, one chain keeps both bounds.
  const bool one_count =
      vehicle.need_at == NeedAt::battery || (vehicle.charge_efficiency == 1.0 && vehicle.discharge_efficiency == 1.0);
  const double room = std::max(0.0, one_count ? std::min(vehicle.room_kwh, vehicle.most_kwh) : vehicle.room_kwh);
  columns.level = chain(Part::level, vehicle.charge_efficiency, 1.0 / vehicle.discharge_efficiency,
                        -vehicle.dischargeable_kwh, room);
  if (!one_count && vehicle.most_kwh < infinite)
    chain(Part::metered, 1.0, 1.0, -infinite, std::max(0.0, vehicle.most_kwh));
}

// got + unmet - beyond >= wanted. Without discharge the level only rises, so that its last value is all that counts:
// one row holds goal and most_kwh, and no state is needed.
void ModelBuilder::add_need(std::uint32_t index) {
  const PlanVehicle& vehicle = problem_.vehicles[index];
  VehicleColumns& columns = block_.vehicles[index];
  const std::uint32_t length = vehicle.end_step - vehicle.first_step;
  const double per_charge = counted_charge(vehicle), per_discharge = counted_discharge(vehicle);
  const bool gives_back = columns.discharge != no_index;
  double reach = 0.0;  // the most that can be got
  for (std::uint32_t i = 0; i < length; ++i)
    reach += per_charge * problem_.hours[vehicle.first_step + i] * linear_.column_upper[columns.charge + i];
  const double cap = std::max(
      0.0, std::min(vehicle.most_kwh,
                    vehicle.room_kwh * (vehicle.need_at == NeedAt::battery ? 1.0 : 1.0 / vehicle.charge_efficiency)));
  const double wanted = vehicle.wanted_kwh;
  const bool has_goal = (vehicle.unmet_price_per_kwh > 0.0 || !vehicle.later.empty()) && (wanted > 0.0 || gives_back);
  const bool fair = problem_.fairness == Fairness::max_min && wanted > 0.0;
  const bool values_end = vehicle.end_value_per_kwh > 0.0 && length > 0;
  const bool cap_binds = !gives_back && reach > cap;
  if (!has_goal && !fair && !cap_binds && !values_end) return;

  const double reachable = gives_back ? reach : std::min(reach, cap);
  if (has_goal || fair) {
    double most = infinite;
    if (fair && contents_.least_share > 0.0)
      most = std::max(0.0, wanted - contents_.least_share * std::min(wanted, reachable));
    if (!gives_back) most = std::min(most, wanted);

    // Surely unmet is wanted energy that can be had neither in the stay nor later.
    double later_kwh = 0.0;
    for (const PlanVehicle::Later& later : vehicle.later) later_kwh += later.kwh;
    const double least = std::min(most, std::max(0.0, wanted - reachable - later_kwh));
    columns.unmet = add_column(least, most, vehicle.unmet_price_per_kwh);
    name_range(Part::unmet, false, vehicle.key, vehicle.first_step, columns.unmet, 1);
    if (length == 0 && vehicle.later.empty()) return;
  }
  const auto first_later = static_cast<std::uint32_t>(linear_.columns());
  const auto later_blocks = static_cast<std::uint32_t>(has_goal ? vehicle.later.size() : 0);
  for (std::uint32_t b = 0; b < later_blocks; ++b)
    add_column(0.0, gives_back ? vehicle.later[b].kwh : std::min(vehicle.later[b].kwh, wanted),
               vehicle.later[b].price_per_kwh);
  if (later_blocks > 0) name_range(Part::later, false, vehicle.key, vehicle.first_step, first_later, later_blocks);

  std::uint32_t beyond = no_index;
  if (values_end) {
    beyond = add_column(0.0, gives_back ? infinite : std::max(0.0, cap - wanted), -vehicle.end_value_per_kwh);
    name_range(Part::beyond, false, vehicle.key, vehicle.first_step, beyond, 1);
  }
  const double lower = has_goal || fair || values_end ? wanted : -infinite;
  // Where later energy earns money, no more of it is had than what is missing; got itself stays below the cap anyway.
  const bool later_pays = later_blocks > 0 && vehicle.later.front().price_per_kwh < 0.0 && cap <= wanted;
  columns.need_row = add_row(lower, values_end || later_pays ? wanted : cap_binds ? std::max(cap, wanted) : infinite);
  for (std::uint32_t i = 0; i < length; ++i) {
    const double hours = problem_.hours[vehicle.first_step + i];
    linear_.add_entry(columns.need_row, columns.charge + i, per_charge * hours);
    if (gives_back) linear_.add_entry(columns.need_row, columns.discharge + i, -per_discharge * hours);
  }
  if (columns.unmet != no_index) linear_.add_entry(columns.need_row, columns.unmet, 1.0);
  for (std::uint32_t b = 0; b < later_blocks; ++b) linear_.add_entry(columns.need_row, first_later + b, 1.0);
  if (beyond != no_index) linear_.add_entry(columns.need_row, beyond, -1.0);
  name_range(Part::need, true, vehicle.key, vehicle.first_step, columns.need_row, 1);
}

// worst <= 1 - unmet beyond the unavoidable / what could be had: the objective of the first of two stages.
void ModelBuilder::add_worst_share() {
  block_.worst = linear_.add_column(0.0, 1.0, -weight_);
  name_range(Part::worst, false, 0, 0, block_.worst, 1);
  for (std::uint32_t v = 0; v < problem_.vehicles.size(); ++v) {
    const std::uint32_t unmet = block_.vehicles[v].unmet;
    if (problem_.vehicles[v].wanted_kwh <= 0.0 || unmet == no_index) continue;
    const double least = linear_.column_lower[unmet], could = problem_.vehicles[v].wanted_kwh - least;
    if (could <= 0.0) continue;
    const std::uint32_t at_most = add_row(-infinite, least + could);
    linear_.add_entry(at_most, unmet, 1.0);
    linear_.add_entry(at_most, block_.worst, could);
  }
}

}  // namespace evtwin::optimise
