// Whole numbers: minimum currents, rates, starts, one direction at a time.
#include <algorithm>
#include <unordered_map>

#include "optimise/model_builder.hpp"

namespace evtwin::optimise {

namespace {

constexpr double least_when_on_kw = 1e-3;

bool asked(const std::vector<AtStep>& list, std::uint32_t of, std::uint32_t step) {
  return std::binary_search(list.begin(), list.end(), AtStep{of, step});
}

}  // namespace

// Power is 0 while `on` is, else from `least` to `most`. @returns the row of `most`
std::uint32_t ModelBuilder::add_on_off(std::uint32_t power, std::uint32_t on, double most, double least) {
  const std::uint32_t at_most = add_row(-infinite, 0.0);
  linear_.add_entry(at_most, power, 1.0);
  linear_.add_entry(at_most, on, -most);
  if (least > 0.0) {
    const std::uint32_t at_least = add_row(0.0, infinite);
    linear_.add_entry(at_least, power, 1.0);
    linear_.add_entry(at_least, on, -least);
  }
  return at_most;
}

// charge = sum of rate x chosen, one chosen while on.
void ModelBuilder::add_rates(const StayStep& here, std::uint32_t charge, std::uint32_t on, double most) {
  const PlanVehicle& vehicle = problem_.vehicles[here.vehicle];
  const std::uint32_t power = add_row(0.0, 0.0), one = add_row(0.0, 0.0);
  linear_.add_entry(power, charge, 1.0);
  linear_.add_entry(one, on, -1.0);
  for (const double rate : vehicle.rates_kw) {
    if (rate * here.share > most * (1.0 + 1e-12) || rate < vehicle.min_kw) continue;
    const std::uint32_t chosen = add_column(0.0, 1.0, 0.0, true);
    block_.wholes.push_back({Part::rate, here.vehicle, here.step, chosen, rate * here.share});
    linear_.add_entry(power, chosen, -rate * here.share);
    linear_.add_entry(one, chosen, 1.0);
  }
}

// on: 1 while charging, min on <= charge <= max on.
void ModelBuilder::add_on(const StayStep& here, Switches& switches) {
  const PlanVehicle& vehicle = problem_.vehicles[here.vehicle];
  const std::uint32_t charge = block_.vehicles[here.vehicle].charge + here.index;
  const double most = linear_.column_upper[charge];
  const bool has_rates = contents_.whole_numbers && !vehicle.rates_kw.empty();
  const bool has_starts = counts_starts(vehicle);
  // Where starts are counted, what is on charges: at least a watt.
  const double least = !contents_.whole_numbers ? 0.0
                       : has_starts             ? std::max(vehicle.min_kw * here.share, least_when_on_kw)
                                                : vehicle.min_kw * here.share;
  if (has_starts && most < least) linear_.column_upper[charge] = 0.0;
  const bool wanted = most > 0.0 && most >= least && (has_rates || least > 0.0 || has_starts || here.one_way);
  if (!wanted) return;

  const std::uint32_t on = switches.on[here.index] = add_column(0.0, 1.0, 0.0, true);
  block_.wholes.push_back({Part::on, here.vehicle, here.step, on, least});
  if (has_rates)
    add_rates(here, charge, on, most);
  else
    switches.on_rows[here.index] = add_on_off(charge, on, most, least);
}

// The same for discharging; on + back <= 1.
void ModelBuilder::add_back(const StayStep& here, Switches& switches) {
  const PlanVehicle& vehicle = problem_.vehicles[here.vehicle];
  const std::uint32_t first = block_.vehicles[here.vehicle].discharge;
  const double most = first != no_index ? most_discharge_kw(vehicle, here.step) : 0.0;
  const double least = contents_.whole_numbers ? vehicle.min_discharge_kw * here.share : 0.0;
  if (most > 0.0 && least > most) {
    linear_.column_upper[first + here.index] = 0.0;
    return;
  }
  const bool wanted = most > 0.0 && (least > 0.0 || here.one_way);
  if (!wanted) return;

  const std::uint32_t back = switches.back[here.index] = add_column(0.0, 1.0, 0.0, true);
  block_.wholes.push_back({Part::back, here.vehicle, here.step, back, least});
  switches.back_rows[here.index] = add_on_off(first + here.index, back, most, least);

  // One direction at a time.
  if (switches.on[here.index] == no_index) return;
  const std::uint32_t either = switches.either_rows[here.index] = add_row(-infinite, 1.0);
  linear_.add_entry(either, switches.on[here.index], 1.0);
  linear_.add_entry(either, back, 1.0);
}

// A linear plan has no starts: its charging may rise and fall as it likes.
bool ModelBuilder::counts_starts(const PlanVehicle& vehicle) const {
  return contents_.whole_numbers && vehicle.max_starts > 0;
}

// start >= on - on before, as many as allowed; a step without a binary is one at 0 kW.
void ModelBuilder::add_starts(const PlanVehicle& vehicle, const std::vector<std::uint32_t>& on) {
  const std::uint32_t within = add_row(-infinite, static_cast<double>(vehicle.starts_left()));
  for (std::size_t i = 0; i < on.size(); ++i) {
    if (on[i] == no_index) continue;
    const double before = i == 0 && vehicle.first_step == 0 && vehicle.charging_now ? 1.0 : 0.0;
    const std::uint32_t start = add_column(0.0, 1.0, 0.0), rises = add_row(-before, infinite);
    linear_.add_entry(rises, start, 1.0);
    linear_.add_entry(rises, on[i], -1.0);
    if (i > 0 && on[i - 1] != no_index) linear_.add_entry(rises, on[i - 1], 1.0);
    linear_.add_entry(within, start, 1.0);
  }
}

void ModelBuilder::add_whole_numbers() {
  for (std::uint32_t v = 0; v < problem_.vehicles.size(); ++v) {
    const PlanVehicle& vehicle = problem_.vehicles[v];
    const VehicleColumns& columns = block_.vehicles[v];
    if (columns.charge == no_index) continue;
    const std::uint32_t length = vehicle.end_step - vehicle.first_step;
    const bool gives_back = columns.discharge != no_index;
    Switches switches(length);
    for (std::uint32_t i = 0; i < length; ++i) {
      const std::uint32_t t = vehicle.first_step + i;
      const bool one_way = asked(contents_.vehicle_one_way, v, t) || (contents_.whole_numbers && gives_back);
      const StayStep here{v, t, i, share_of(vehicle, t), one_way};
      add_on(here, switches);
      add_back(here, switches);
    }
    if (counts_starts(vehicle)) add_starts(vehicle, switches.on);

    name_range(Part::on, false, vehicle.key, vehicle.first_step, switches.on);
    name_range(Part::back, false, vehicle.key, vehicle.first_step, switches.back);
    // Rows that a plan without whole numbers has: named, so that the next round starts from the last one's basis.
    name_range(Part::on, true, vehicle.key, vehicle.first_step, switches.on_rows);
    name_range(Part::back, true, vehicle.key, vehicle.first_step, switches.back_rows);
    name_range(Part::one_way, true, vehicle.key, vehicle.first_step, switches.either_rows);
  }
  add_one_way_storages();
}

// Storages have a direction only in steps where an answer used both.
void ModelBuilder::add_one_way_storages() {
  if (contents_.storage_one_way.empty()) return;
  for (std::uint32_t s = 0; s < problem_.storages.size(); ++s) {
    const PlanStorage& storage = problem_.storages[s];
    const StorageColumns& columns = block_.storages[s];
    OneWay way(steps());
    for (const AtStep& both : contents_.storage_one_way) {
      if (both.of != s) continue;
      add_one_way(way, {Part::storage_way, s, both.step, no_index, 0.0}, columns.charge + both.step,
                  storage.max_charge_kw, columns.discharge + both.step, storage.max_discharge_kw);
    }
    name_one_way(way, Part::storage_way, Part::storage_charge, Part::storage_discharge, storage.key);
  }
}

// Where selling pays more than buying costs, a connection would do both at once.
void ModelBuilder::add_one_way_grid() {
  if (contents_.grid_one_way.empty()) return;
  OneWay way(steps());
  for (const std::uint32_t t : contents_.grid_one_way) {
    const GridStep& step = block_.steps[t];
    if (step.in == no_index || step.out == no_index) continue;
    add_one_way(way, {Part::grid_way, 0, t, no_index, 0.0}, step.in, linear_.column_upper[step.in], step.out,
                linear_.column_upper[step.out]);
  }
  name_one_way(way, Part::grid_way, Part::grid_in, Part::grid_out, 0);
}

// Who imports for a share `way` of the step has powers of its own in that time, and import is what they and the base
// draw then: x = x' + x'' with x' <= most x way, x'' <= most x (1 - way), import = way x base + sum x'. Without it,
// import and export at once would be paid for with nobody switching between them (Balas 1985: the convex hull of two
// directions).
void ModelBuilder::add_grid_modes() {
  if (problem_.linearisation != Linearisation::outer || contents_.grid_one_way.empty()) return;
  struct Member {
    std::uint32_t column = 0;
    double kw = 0.0;  ///< at the grid connection, per unit of the column
  };
  // Where the base alone breaks a limit, what is beyond it has no end to take a share of.
  const auto has_modes = [this](const WholeColumn& whole) {
    if (whole.part != Part::grid_way) return false;
    const GridStep& step = block_.steps[whole.step];
    return step.over_in == no_index && step.over_out == no_index;
  };
  std::unordered_map<std::uint32_t, std::vector<Member>> members;  // of the balance row of each step asked for
  for (const WholeColumn& whole : block_.wholes)
    if (has_modes(whole)) members[block_.steps[whole.step].row];
  for (std::size_t e = 0; e < linear_.entries(); ++e) {
    const auto of_row = members.find(linear_.entry_row[e]);
    if (of_row != members.end()) of_row->second.push_back({linear_.entry_column[e], linear_.entry_value[e]});
  }

  for (const WholeColumn& whole : block_.wholes) {
    if (!has_modes(whole)) continue;
    const GridStep& step = block_.steps[whole.step];
    const double base_kw = problem_.load_kw[whole.step] - problem_.pv_kw[whole.step];
    const std::uint32_t balance = add_row(0.0, 0.0);
    linear_.add_entry(balance, step.in, -1.0);
    linear_.add_entry(balance, whole.column, base_kw);

    for (const Member& member : members[step.row]) {
      if (member.column == step.in || member.column == step.out) continue;
      const double most = linear_.column_upper[member.column];
      if (!(most > 0.0)) continue;
      const std::uint32_t while_importing = add_column(0.0, most, 0.0);
      linear_.add_entry(balance, while_importing, member.kw);
      const std::uint32_t of_import = add_row(-infinite, 0.0), of_export = add_row(-infinite, most),
                          part = add_row(0.0, infinite);
      linear_.add_entry(of_import, while_importing, 1.0);
      linear_.add_entry(of_import, whole.column, -most);
      linear_.add_entry(of_export, member.column, 1.0);
      linear_.add_entry(of_export, while_importing, -1.0);
      linear_.add_entry(of_export, whole.column, most);
      linear_.add_entry(part, member.column, 1.0);
      linear_.add_entry(part, while_importing, -1.0);
    }
  }
}

// in <= most in x way, out <= most out x (1 - way)
void ModelBuilder::add_one_way(OneWay& way, WholeColumn whole, std::uint32_t in_column, double most_in,
                               std::uint32_t out_column, double most_out) {
  whole.column = way.column[whole.step] = add_column(0.0, 1.0, 0.0, true);
  block_.wholes.push_back(whole);
  const std::uint32_t in = way.in_row[whole.step] = add_row(-infinite, 0.0);
  const std::uint32_t out = way.out_row[whole.step] = add_row(-infinite, most_out);
  linear_.add_entry(in, in_column, 1.0);
  linear_.add_entry(in, whole.column, -most_in);
  linear_.add_entry(out, out_column, 1.0);
  linear_.add_entry(out, whole.column, most_out);
}

void ModelBuilder::name_one_way(const OneWay& way, Part of_column, Part of_in, Part of_out, std::uint64_t owner) {
  name_range(of_column, false, owner, 0, way.column);
  name_range(of_in, true, owner, 0, way.in_row);
  name_range(of_out, true, owner, 0, way.out_row);
}

}  // namespace evtwin::optimise
