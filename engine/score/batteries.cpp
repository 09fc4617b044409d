#include "score/batteries.hpp"

#include <algorithm>

#include "kernel/unknown.hpp"
#include "record/reader.hpp"
#include "score/read_run.hpp"

namespace evtwin::score {
namespace {

using kernel::hours_between;
using kernel::TimeNs;

/// Exact sums over the recorded powers of one member.
struct Metered {
  physics::AgeingMeter meter;
  TimeNs begin_ns = 0;
  double stored_kwh = 0.0;
  double charge_efficiency = 1.0, discharge_efficiency = 1.0;

  void add(TimeNs from_ns, TimeNs to_ns, double kw, double rate_per_h, double kwh) {
    if (kwh == 0.0) return;
    const double change_kwh = kwh > 0.0 ? kwh * charge_efficiency : kwh / discharge_efficiency;
    physics::Law law;
    law.kw = kw;
    law.rate_per_h = rate_per_h;
    meter.add_power(stored_kwh, change_kwh, law, kwh, hours_between(begin_ns, from_ns), hours_between(from_ns, to_ns));
    stored_kwh += change_kwh;
  }
};

/// Unknown of a use that took no time.
double health_after_use(const physics::AgeingLaw& law, const BatteryRow& row) {
  return row.use.days > 0.0 ? physics::health_after(law, row.capacity_kwh, row.use, row.use.days) : kernel::unknown;
}

/// By id, which counts from 1.
std::vector<physics::FittedAgeing> ageing_of(const record::Database& database, const std::string& table) {
  record::Statement rows(
      database, "SELECT ageing_calendar, ageing_cyclic, ageing_power, replaced_at FROM " + table + " ORDER BY id");
  std::vector<physics::FittedAgeing> out;
  while (rows.next_row()) {
    physics::FittedAgeing& ageing = out.emplace_back();
    if (kernel::is_known(rows.column_real(0))) ageing.calendar = rows.column_real(0);
    if (kernel::is_known(rows.column_real(1))) ageing.cyclic = rows.column_real(1);
    ageing.power = rows.column_real(2);
    ageing.replaced_at = rows.column_real(3);
  }
  return out;
}

physics::FittedAgeing law_at(const std::vector<physics::FittedAgeing>& laws, std::int64_t id) {
  return id >= 1 && static_cast<std::size_t>(id) <= laws.size() ? laws[static_cast<std::size_t>(id) - 1]
                                                                : physics::FittedAgeing{};
}

void read_storages(const record::Database& database, TimeNs start_ns, Batteries& out) {
  const std::vector<physics::FittedAgeing> laws = ageing_of(database, "storage");
  record::Statement rows(database,
                         "SELECT s.name, s.capacity_kwh, s.soc_start, u.days, u.mean_soc, u.stored_kwh, u.cycle_soc, "
                         "u.depth, u.wear_calendar + u.wear_cyclic, s.id, s.charge_efficiency, s.discharge_efficiency "
                         "FROM storage_use u JOIN storage s ON s.id = u.storage ORDER BY s.id");
  while (rows.next_row()) {
    BatteryRow& row = out.storages.emplace_back();
    row.name = rows.column_text(0);
    row.capacity_kwh = rows.column_real(1);
    row.soc_start = rows.column_real(2);
    row.use = {rows.column_real(3), rows.column_real(4), rows.column_real(5), rows.column_real(6), rows.column_real(7)};
    row.wear = rows.column_real(8);
    Metered of;
    of.begin_ns = start_ns;
    of.stored_kwh = row.soc_start * row.capacity_kwh;
    of.charge_efficiency = rows.column_real(10);
    of.discharge_efficiency = rows.column_real(11);
    record::Statement powers(
        database,
        "SELECT start_ns, end_ns, kw, slope_kw_per_kwh, energy_kwh FROM power WHERE storage = ? ORDER BY start_ns");
    powers.bind_value(1, rows.column_integer(9));
    while (powers.next_row())
      of.add(powers.column_integer(0), powers.column_integer(1), powers.column_real(2), powers.column_real(3),
             powers.column_real(4));
    row.soc_end = of.stored_kwh / row.capacity_kwh;
    row.cycles = row.use.stored_kwh / 2.0 / row.capacity_kwh;
    const physics::AgeingLaw law = law_at(laws, rows.column_integer(9)).fitted_law();
    row.life_years = physics::life_years(law, row.capacity_kwh, row.use);
    row.replaced_at = law.replaced_at;
    row.soh_after = health_after_use(law, row);
    row.soh_5y = physics::health_after_5_years(law, row.capacity_kwh, row.use);
  }
}

void read_vehicles(const record::Database& database, TimeNs end_ns, Batteries& out) {
  const std::vector<physics::FittedAgeing> laws = ageing_of(database, "vehicle");
  record::Statement powers(database,
                           "SELECT session, start_ns, end_ns, kw, slope_kw_per_kwh, energy_kwh FROM power "
                           "WHERE session IS NOT NULL ORDER BY session, start_ns");
  bool more = powers.next_row();
  record::Statement rows(
      database,
      "SELECT number, name, vehicle, plugged_in_ns, departed_ns, soc_start, battery_kwh, "
      "charge_efficiency, discharge_efficiency, wear_calendar + wear_cyclic, soc_end, vehicle_type FROM session "
      "WHERE number IS NOT NULL ORDER BY number");
  while (rows.next_row()) {
    Metered of;
    of.begin_ns = rows.column_integer(3);
    of.charge_efficiency = rows.column_real(7);
    of.discharge_efficiency = rows.column_real(8);
    const double capacity_kwh = rows.column_real(6), soc_start = rows.column_real(5);
    const bool known = kernel::is_known(capacity_kwh) && kernel::is_known(soc_start);
    of.stored_kwh = known ? soc_start * capacity_kwh : 0.0;
    for (; more && powers.column_integer(0) <= rows.column_integer(0); more = powers.next_row()) {
      if (known && powers.column_integer(0) == rows.column_integer(0))
        of.add(powers.column_integer(1), powers.column_integer(2), powers.column_real(3), powers.column_real(4),
               powers.column_real(5));
    }
    if (!known) {
      out.unknown_vehicles += 1;
      continue;
    }
    BatteryRow& row = out.vehicles.emplace_back();
    row.name = rows.column_text(1);
    row.type = rows.column_text(2);
    row.capacity_kwh = capacity_kwh;
    row.soc_start = soc_start;
    row.soc_end = rows.column_real(10);
    row.use = of.meter.use_until(capacity_kwh, of.stored_kwh,
                                 hours_between(of.begin_ns, std::min<TimeNs>(rows.column_integer(4), end_ns)));
    row.cycles = row.use.stored_kwh / 2.0 / capacity_kwh;
    row.wear = rows.column_real(9);
    physics::FleetOfLaw alone{law_at(laws, rows.column_integer(11)), {}};
    alone.use.add_battery(row.use, capacity_kwh, row.soc_end - row.soc_start);
    row.replaced_at = alone.ageing.replaced_at;
    row.soh_after = health_after_use(alone.ageing.fitted_law(), row);
    row.life_years = physics::fleet_life_years(alone.ageing.fitted_law(), alone.use);
    physics::add_fleet(out.fleets, alone);
  }
}

}  // namespace

Batteries read_batteries(const std::string& run_file) {
  refuse_incomplete(run_file);
  const record::Database database = record::open_run_file(run_file);
  Batteries out;
  TimeNs end_ns = 0;
  record::Statement run(database, "SELECT name, strategy, start_ns, end_ns, timezone FROM run");
  if (run.next_row()) {
    out.run = run.column_text(0);
    out.strategy = run.column_text(1);
    out.start_ns = run.column_integer(2);
    end_ns = run.column_integer(3);
    out.calendar = market::Calendar(run.column_text(4));
  }
  read_storages(database, out.start_ns, out);
  read_vehicles(database, end_ns, out);
  out.fleet_life_years = physics::fleet_life_years(out.fleets);
  return out;
}

}  // namespace evtwin::score
