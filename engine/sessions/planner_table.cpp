#include "sessions/planner_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "kernel/csv_cell.hpp"

namespace evtwin::sessions {

namespace {

std::string number_cell(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

std::string time_cell(TimeNs t, const market::Calendar& calendar) {
  const market::LocalTime at = calendar.local_time(t);
  const market::LocalLookup found =
      calendar.to_utc(at.date.year, at.date.month, at.date.day, at.hour, at.minute, at.second);
  if (found.exists != market::LocalExists::once) return calendar.format_iso(t);
  return fmt::format("{} {:02}:{:02}:{:02}", market::format_date(at.date), at.hour, at.minute, at.second);
}

}  // namespace

std::vector<PlannerRow> planner_rows(const SessionTable& table) {
  std::vector<PlannerRow> rows;
  for (const SessionRow& row : table.rows) {
    const demand::Visit& visit = row.visit;
    rows.push_back({visit.id, row.car_kw, std::isnan(visit.taken_kwh) ? visit.requested_kwh : visit.taken_kwh,
                    row.battery_kwh, visit.arrival_ns, visit.departure_ns, visit.soc_start * row.battery_kwh});
  }
  return rows;
}

std::vector<PlannerRow> planner_rows(std::span<const demand::SyntheticCar> cars, market::LocalDate day,
                                     const market::Calendar& calendar) {
  const auto instant = [&](int of_day_s) {
    return calendar.to_utc(day.year, day.month, day.day, of_day_s / 3600, of_day_s / 60 % 60, of_day_s % 60).first_ns;
  };
  std::vector<PlannerRow> rows;
  for (const demand::SyntheticCar& car : cars)
    rows.push_back({fmt::format("EV-{}", rows.size() + 1), car.nominal_kw, car.required_kwh, car.battery_kwh,
                    instant(car.arrival_s), instant(car.departure_s), car.arrival_kwh});
  return rows;
}

std::string planner_csv(std::span<const PlannerRow> rows, const market::Calendar& calendar) {
  std::string text = "vehicle,powerNom,energyRequired,energyMax,arrivalTime,departureTime,arrivalSOE\n";
  for (const PlannerRow& row : rows)
    text +=
        fmt::format("{},{},{},{},{},{},{}\n", kernel::csv_cell(row.vehicle), number_cell(row.nominal_kw),
                    number_cell(row.required_kwh), number_cell(row.battery_kwh), time_cell(row.arrival_ns, calendar),
                    time_cell(row.departure_ns, calendar), number_cell(row.arrival_kwh));
  return text;
}

DemandFacts facts_of(std::span<const PlannerRow> rows) {
  struct Change {
    double kw = 0.0;
    int vehicles = 0;
  };
  DemandFacts facts;
  std::map<TimeNs, Change> changes;
  for (const PlannerRow& row : rows) {
    facts.required_kwh += row.required_kwh;
    ++changes[row.arrival_ns].vehicles;
    --changes[row.departure_ns].vehicles;
    if (std::isnan(row.nominal_kw)) continue;

    const double stay_h = kernel::hours_between(row.arrival_ns, row.departure_ns);
    const double needs_h = row.required_kwh / row.nominal_kw;
    const auto draws_ns = static_cast<TimeNs>(std::llround(std::min(needs_h, stay_h) * 3600.0 * 1e9));
    changes[row.arrival_ns].kw += row.nominal_kw;
    changes[row.arrival_ns + draws_ns].kw -= row.nominal_kw;

    // Tables are written with few digits: less than a hundredth of a kWh is rounding.
    constexpr double rounding_kwh = 0.01;
    const double short_kwh = row.required_kwh - row.nominal_kw * stay_h;
    if (short_kwh <= rounding_kwh) continue;
    ++facts.short_vehicles;
    facts.short_kwh += short_kwh;
  }

  double kw = 0.0;
  int plugged_in = 0;
  for (const auto& [t, change] : changes) {
    kw += change.kw;
    plugged_in += change.vehicles;
    facts.most_plugged_in = std::max(facts.most_plugged_in, static_cast<std::size_t>(std::max(plugged_in, 0)));
    if (kw <= facts.peak_kw) continue;
    facts.peak_kw = kw;
    facts.peak_ns = t;
  }
  return facts;
}

}  // namespace evtwin::sessions
