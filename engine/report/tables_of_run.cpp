#include "report/tables_of_run.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::report {
namespace {

using record::Statement;

constexpr std::int64_t second_ns = kernel::second_ns;

/// Seconds since the start of the run, with their fraction.
double exact_second(const RunReader& reader, kernel::TimeNs t) {
  return static_cast<double>(reader.second_of(t)) +
         static_cast<double>(t - kernel::floor_divide(t, second_ns) * second_ns) / static_cast<double>(second_ns);
}

double zero_or(double value) { return std::isfinite(value) ? value : 0.0; }

/// A grid of the run's EVSEs, as fine as the number of cells allows.
Grid grid_of(const RunReader& reader, std::size_t rows, std::size_t cells) {
  Grid grid;
  grid.span_s = reader.run.span_s;
  grid.bucket_s = bucket_for(reader.run.span_s, std::max<std::size_t>(1, cells / std::max<std::size_t>(1, rows)));
  grid.columns = static_cast<std::size_t>((reader.run.span_s + grid.bucket_s - 1) / grid.bucket_s);
  grid.kwh.assign(rows * grid.columns, 0.0);
  return grid;
}

class Days {
 public:
  explicit Days(const RunReader& reader) : reader_(reader) {}
  Day& of(std::int64_t second) {
    const RunRecord& run = reader_.run;
    const std::int64_t number = kernel::floor_divide(run.start_s + second + run.offset_at(second), 86'400);
    Day& day = days_[number];
    day.number = number;
    day.peak_kw.resize(run.sites.size(), 0.0);
    return day;
  }
  std::vector<Day> all() const {
    std::vector<Day> all;
    for (const auto& [number, day] : days_) all.push_back(day);
    return all;
  }

 private:
  const RunReader& reader_;
  std::map<std::int64_t, Day> days_;
};

struct Battery {
  double capacity_kwh, charge_efficiency, discharge_efficiency;
};

/// A metered energy between two instants as corners of the state of charge: exact at both, whatever lies between.
void add_corner(Corners& soc, std::int64_t from_s, std::int64_t until_s, double metered_kwh, const Battery& battery) {
  const double before = soc.back().second;
  const double stored_kwh =
      metered_kwh >= 0.0 ? metered_kwh * battery.charge_efficiency : metered_kwh / battery.discharge_efficiency;
  const double after = before + stored_kwh / battery.capacity_kwh;
  if (soc.back().first < from_s) soc.emplace_back(from_s, before);
  soc.emplace_back(std::max(until_s, soc.back().first), std::isfinite(after) ? after : before);
}

}  // namespace

void add_energy(Grid& grid, std::size_t row, double start_s, double end_s, double kw, double slope_per_h) {
  const double last_s = static_cast<double>(grid.columns) * static_cast<double>(grid.bucket_s);
  const auto energy_until = [&](double s) {
    const double h = (s - start_s) / 3600.0;
    return slope_per_h == 0.0 ? kw * h : kw / slope_per_h * std::expm1(slope_per_h * h);
  };
  double from_s = std::max(0.0, start_s);
  const double to_s = std::min(last_s, end_s);
  while (from_s < to_s) {
    const auto column = static_cast<std::size_t>(from_s / static_cast<double>(grid.bucket_s));
    if (column >= grid.columns) break;
    const double edge_s = std::min(to_s, static_cast<double>(column + 1) * static_cast<double>(grid.bucket_s));
    grid.kwh[row * grid.columns + column] += energy_until(edge_s) - energy_until(from_s);
    if (edge_s <= from_s) break;
    from_s = edge_s;
  }
}

Samples sample_corners(const Corners& corners, std::int64_t span_s, std::int64_t bucket_s) {
  Samples out;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const auto [from_s, from] = corners[i];
    const auto [to_s, to] = i + 1 < corners.size() ? corners[i + 1] : std::pair{span_s, from};
    const double slope = to_s > from_s ? (to - from) / static_cast<double>(to_s - from_s) : 0.0;
    for (std::int64_t at = std::max<std::int64_t>(0, from_s); at < std::min(to_s, span_s);) {
      const std::int64_t start_s = at / bucket_s * bucket_s;
      const std::int64_t edge_s = std::min({to_s, span_s, start_s + bucket_s});
      const double first = from + slope * static_cast<double>(at - from_s);
      const double last = from + slope * static_cast<double>(edge_s - from_s);
      if (out.empty() || out.back().start_s != start_s)
        out.push_back({start_s, std::min(span_s, start_s + bucket_s), 0.0, first, first});
      Sample& sum = out.back();
      sum.value += 0.5 * (first + last) * static_cast<double>(edge_s - at) / static_cast<double>(sum.end_s - start_s);
      sum.low = std::min({sum.low, first, last}), sum.high = std::max({sum.high, first, last});
      at = edge_s;
    }
  }
  return out;
}

void read_meter(RunReader& reader) {
  RunRecord& run = reader.run;
  Days days(reader);
  Statement rows(reader.database,
                 "SELECT site, start_ns, end_ns, import_kwh, export_kwh, pv_kwh, load_kwh, ev_charge_kwh - "
                 "ev_discharge_kwh, storage_charge_kwh - storage_discharge_kwh, energy_cost, demand_charge, "
                 "driver_revenue, v2g_payment, unmet_kwh FROM meter ORDER BY site, start_ns");
  while (rows.next_row()) {
    const std::size_t site = reader.site_row(rows.column_integer(0));
    Window window;
    window.start_s = std::clamp<std::int64_t>(reader.second_of(rows.column_integer(1)), 0, run.span_s);
    window.end_s = std::clamp<std::int64_t>(reader.second_of(rows.column_integer(2)), window.start_s, run.span_s);
    window.import_kwh = zero_or(rows.column_real(3)), window.export_kwh = zero_or(rows.column_real(4));
    window.pv_kwh = zero_or(rows.column_real(5)), window.load_kwh = zero_or(rows.column_real(6));
    window.ev_kwh = zero_or(rows.column_real(7)), window.storage_kwh = zero_or(rows.column_real(8));

    Day& day = days.of(window.start_s);
    day.energy_cost += zero_or(rows.column_real(9)), day.demand_charge += zero_or(rows.column_real(10));
    day.driver_revenue += zero_or(rows.column_real(11)), day.v2g_payment += zero_or(rows.column_real(12));
    day.unmet_kwh += zero_or(rows.column_real(13));
    day.import_kwh += window.import_kwh, day.export_kwh += window.export_kwh;
    day.pv_kwh += window.pv_kwh, day.ev_kwh += window.ev_kwh;

    // A window that the run cuts counts with its full length, as in the bill; one that a change of the clock begins
    // with its own (peak_per_month of the run file).
    const double own_h = static_cast<double>(window.end_s - window.start_s) / 3600.0;
    const bool clock_changes = std::any_of(run.clock.begin(), run.clock.end(), [&](const auto& from) {
      return from.first == window.start_s && window.end_s < run.span_s;
    });
    const double full_h = static_cast<double>(run.sites[site].window_s) / 3600.0;
    const double window_h = clock_changes ? own_h : std::max(full_h, own_h);
    day.peak_kw[site] = std::max(day.peak_kw[site], window.import_kwh / window_h);
    if (own_h > 0.0) run.sites[site].windows.push_back(window);
  }

  // Arrivals count on the day they came, plugged in or turned away.
  Statement arrivals(reader.database, "SELECT arrived_ns FROM session");
  while (arrivals.next_row()) {
    const std::int64_t at = reader.second_of(arrivals.column_integer(0));
    if (at >= 0 && at < run.span_s) days.of(at).arrivals += 1;
  }
  run.days = days.all();
}

void read_sessions(RunReader& reader) {
  RunRecord& run = reader.run;
  Statement rows(
      reader.database,
      "SELECT name, vehicle, ended, number, evse, plugged_in_ns, departed_ns, wanted_kwh, got_kwh, unmet_kwh, "
      "paid, soc_start, battery_kwh, charge_efficiency, discharge_efficiency FROM session ORDER BY id");
  while (rows.next_row()) {
    Session session;
    session.name = kernel::make_printable(rows.column_text(0)),
    session.vehicle = kernel::make_printable(rows.column_text(1));
    session.ended = kernel::make_printable(rows.column_text(2));
    session.number = std::max<std::int64_t>(0, rows.column_integer(3));

    // A session without an EVSE never plugged in: it has no number.
    const std::int64_t evse = rows.column_integer(4);
    if (evse < 1 || evse > static_cast<std::int64_t>(run.evses.size())) session.number = 0;
    session.evse = session.number > 0 ? static_cast<std::size_t>(evse) - 1 : 0;

    session.plugged_in_s = reader.second_of(rows.column_integer(5)),
    session.departed_s = reader.second_of(rows.column_integer(6));
    session.wanted_kwh = zero_or(rows.column_real(7)), session.got_kwh = zero_or(rows.column_real(8));
    session.unmet_kwh = zero_or(rows.column_real(9)), session.paid = zero_or(rows.column_real(10));
    session.soc_start = rows.column_real(11), session.battery_kwh = rows.column_real(12);
    session.charge_efficiency = rows.column_real(13), session.discharge_efficiency = rows.column_real(14);
    run.sessions.push_back(std::move(session));
  }

  // In order of plugging in; sessions that never did stand at the end.
  std::stable_sort(run.sessions.begin(), run.sessions.end(), [](const Session& a, const Session& b) {
    return (a.number > 0 ? a.number : INT64_MAX) < (b.number > 0 ? b.number : INT64_MAX);
  });
}

void read_power(RunReader& reader) {
  RunRecord& run = reader.run;
  run.power = grid_of(reader, run.evses.size(), reader.detail.cells);
  // Each site counts its own sessions.
  std::map<std::pair<std::size_t, std::int64_t>, Session*> by_number;
  std::size_t known = 0;
  for (Session& session : run.sessions) {
    if (session.number > 0) by_number.emplace(std::pair{run.evses[session.evse].site, session.number}, &session);
    known += session.number > 0 && session.soc_start >= 0.0 && session.battery_kwh > 0.0 ? 1U : 0U;
  }
  run.has_soc = known > 0 && known <= reader.detail.soc_sessions;

  for (Storage& storage : run.storages) storage.soc.emplace_back(0, storage.soc_start);
  Statement rows(
      reader.database,
      "SELECT evse, storage, session, start_ns, end_ns, kw, slope_kw_per_kwh, energy_kwh FROM power ORDER BY rowid");

  while (rows.next_row()) {
    const double start_s = exact_second(reader, rows.column_integer(3)),
                 end_s = exact_second(reader, rows.column_integer(4));
    const double kw = zero_or(rows.column_real(5)), slope = zero_or(rows.column_real(6)),
                 kwh = zero_or(rows.column_real(7));
    const std::int64_t evse = rows.column_integer(0);
    if (evse >= 1 && evse <= static_cast<std::int64_t>(run.evses.size()))
      add_energy(run.power, static_cast<std::size_t>(evse) - 1, start_s, end_s, kw, slope);

    const std::int64_t from_s = reader.second_of(rows.column_integer(3)),
                       until_s = reader.second_of(rows.column_integer(4));
    const std::int64_t storage_id = rows.column_integer(1);
    if (storage_id >= 1 && storage_id <= static_cast<std::int64_t>(run.storages.size())) {
      Storage& storage = run.storages[static_cast<std::size_t>(storage_id) - 1];
      add_corner(storage.soc, from_s, until_s, kwh,
                 {storage.capacity_kwh, storage.charge_efficiency, storage.discharge_efficiency});
    }

    if (evse < 1 || evse > static_cast<std::int64_t>(run.evses.size())) continue;
    const std::size_t site = run.evses[static_cast<std::size_t>(evse) - 1].site;
    const auto found = by_number.find({site, rows.column_integer(2)});
    if (found == by_number.end()) continue;
    Session& session = *found->second;

    // The last energy into the vehicle: from then on it was done.
    if (kwh > 0.0) session.charged_until_s = std::max(session.charged_until_s, until_s);

    if (!run.has_soc || !(session.soc_start >= 0.0) || !(session.battery_kwh > 0.0)) continue;
    if (session.soc.empty()) session.soc.emplace_back(std::min(session.plugged_in_s, from_s), session.soc_start);
    add_corner(session.soc, from_s, until_s, kwh,
               {session.battery_kwh, session.charge_efficiency, session.discharge_efficiency});
  }
}

void read_plan(RunReader& reader) {
  RunRecord& run = reader.run;
  Statement rows(
      reader.database,
      "SELECT evse, start_ns, end_ns, kw FROM plan WHERE replaced_ns IS NULL AND evse IS NOT NULL ORDER BY id");
  while (rows.next_row()) {
    if (run.plan.kwh.empty()) run.plan = grid_of(reader, run.evses.size(), reader.detail.cells);
    const std::int64_t evse = rows.column_integer(0);
    if (evse < 1 || evse > static_cast<std::int64_t>(run.evses.size())) continue;
    add_energy(run.plan, static_cast<std::size_t>(evse) - 1, exact_second(reader, rows.column_integer(1)),
               exact_second(reader, rows.column_integer(2)), zero_or(rows.column_real(3)), 0.0);
  }
  // Energy of the plans that stood while each vehicle was there, as in the view plan_per_session.
  Statement planned(
      reader.database,
      "SELECT s.number, s.evse, sum(p.kw * (min(p.end_ns, s.departed_ns) - max(p.start_ns, s.plugged_in_ns)) / "
      "3600e9) FROM session s JOIN plan p ON p.evse = s.evse WHERE s.number IS NOT NULL AND p.replaced_ns "
      "IS NULL AND p.end_ns > s.plugged_in_ns AND p.start_ns < s.departed_ns GROUP BY s.id");

  if (run.plan.kwh.empty()) return;
  std::map<std::pair<std::int64_t, std::int64_t>, double> kwh;  // by EVSE and number
  while (planned.next_row()) kwh[{planned.column_integer(1), planned.column_integer(0)}] = planned.column_real(2);
  for (Session& session : run.sessions) {
    if (session.number == 0) continue;
    const auto found = kwh.find({static_cast<std::int64_t>(session.evse) + 1, session.number});
    session.planned_kwh = found == kwh.end() ? 0.0 : found->second;
  }
}

void read_metered(RunReader& reader) {
  RunRecord& run = reader.run;
  Statement rows(reader.database, "SELECT start_ns, end_ns, kw, energy_kwh, twin_kwh FROM metered ORDER BY id");
  while (rows.next_row()) {
    if (run.metered.kwh.empty()) run.metered = run.twin = grid_of(reader, 1, 1'500);
    const double start_s = exact_second(reader, rows.column_integer(0)),
                 end_s = exact_second(reader, rows.column_integer(1));
    if (!(end_s > start_s)) continue;
    const double hours = (end_s - start_s) / 3600.0;
    add_energy(run.metered, 0, start_s, end_s, zero_or(rows.column_real(3)) / hours, 0.0);
    add_energy(run.twin, 0, start_s, end_s, zero_or(rows.column_real(4)) / hours, 0.0);
  }
}

}  // namespace evtwin::report
