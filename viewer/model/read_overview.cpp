#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "kernel/parallel.hpp"
#include "kernel/text.hpp"
#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

record::RunState state_of(const std::string& name) {
  using record::RunState;
  for (const RunState state :
       {RunState::running, RunState::complete, RunState::failed, RunState::interrupted, RunState::checkpoint}) {
    if (name == record::name_of(state)) return state;
  }
  return RunState::failed;
}

std::map<std::string, std::string> parameters_in_row(const Rows& rows, int column) {
  const std::string text = rows.raw_text(column);
  // Values may be anything but deep: writing them out again goes as deep as they are.
  constexpr int deepest = 32;
  bool too_deep = false;
  const auto parsed = nlohmann::json::parse(
      text,
      [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
      },
      false);
  if (too_deep || !parsed.is_object()) rows.throw_bad_row("the parameters are no JSON object");
  std::map<std::string, std::string> parameters;
  for (const auto& [name, value] : parsed.items()) {
    parameters[kernel::make_printable(name)] = kernel::make_printable(
        value.is_string() ? value.get<std::string>()
                          : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return parameters;
}

void read_run_row(const Source& source, Run& run) {
  Rows rows = source.all_rows(
      "run",
      "name, strategy, plugin_file, plugin_digest, state, error, event_hash, start_ns, end_ns, tick_ns, timezone, "
      "currency, seed, scenario_file, scenario_text, parameters, evtwin_version, created_at");
  if (!rows.next_row()) rows.throw_bad_row("is missing");
  int column = 1;
  for (std::string* text : {&run.name, &run.strategy, &run.plugin_file, &run.plugin_digest})
    *text = rows.column_text(column++);
  run.state = state_of(rows.raw_text(column++));
  for (std::string* text : {&run.error, &run.event_hash}) *text = rows.column_text(column++);
  for (TimeNs* time : {&run.start_ns, &run.end_ns, &run.tick_ns}) *time = rows.column_time(column++);
  for (std::string* text : {&run.timezone, &run.currency}) *text = rows.column_text(column++);
  run.seed = std::bit_cast<std::uint64_t>(rows.column_integer(column++));
  run.scenario_file = rows.column_text(column++);
  run.scenario_text = rows.raw_text(column++);
  run.parameters = parameters_in_row(rows, column++);
  for (std::string* text : {&run.evtwin_version, &run.created_at}) *text = rows.column_text(column++);
  if (run.end_ns <= run.start_ns) rows.throw_bad_row("ends before it starts");
  run.known_until_ns = run.end_ns;
}

void read_clock(const Source& source, Run& run) {
  std::vector<ClockSpan> spans;
  Rows rows = source.all_rows("clock", "start_ns, end_ns, utc_offset_s");
  while (rows.next_row()) {
    const std::int64_t offset_s = std::clamp<std::int64_t>(rows.column_integer(3), -1'000'000, 1'000'000);
    const ClockSpan span{rows.column_integer(1), rows.column_integer(2), offset_s * kernel::second_ns};
    const bool follows = spans.empty() || span.start_ns == spans.back().end_ns;
    if (!follows || span.end_ns <= span.start_ns) rows.throw_bad_row("does not begin where the one before ends");
    constexpr TimeNs widest_ns = 26 * kernel::hour_ns;
    if (span.utc_offset_ns > widest_ns || span.utc_offset_ns < -widest_ns)
      rows.throw_bad_row("an offset of more than a day");
    spans.push_back(span);
  }
  run.clock = Clock(std::move(spans), run.timezone);
}

// "A-1" is number 1 of station A.
std::string station_of(const std::string& name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string::npos || dash == 0 || dash + 1 == name.size()) return name;
  const bool number = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dash) + 1, name.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  return number ? name.substr(0, dash) : name;
}

void read_sites(const Source& source, Run& run) {
  Rows rows = source.all_rows("site",
                              "name, limits, tariff, tariff_source, tariff_given, metering_window_ns, "
                              "driver_price_per_kwh, v2g_price_per_kwh, unmet_price_per_kwh, wear_price_per_kwh");
  while (rows.next_row()) {
    Site site;
    site.name = rows.column_text(1);
    site.limits = rows.column_text(2);
    site.tariff = rows.column_text(3);
    site.tariff_source = rows.column_text(4);
    site.tariff_given = rows.column_integer(5) != 0;
    site.metering_window_ns = rows.column_integer(6);
    if (site.metering_window_ns <= 0 || site.metering_window_ns > kernel::day_ns)
      rows.throw_bad_row("a metering window that there is not");
    site.driver_price_per_kwh = rows.column_number(7);
    site.v2g_price_per_kwh = rows.column_number(8);
    site.unmet_price_per_kwh = rows.column_number(9);
    site.wear_price_per_kwh = rows.column_number(10);
    run.sites.push_back(std::move(site));
  }
  if (run.sites.empty()) {
    throw record::RunFileError(fmt::format("{}: malformed: it has no site", kernel::make_printable(source.file())));
  }
}

// Each comes after the one above it, whatever the order in the file.
void read_feeders(const Source& source, Run& run) {
  std::vector<Feeder> in_file;
  Rows rows = source.all_rows("feeder", "site, name, parent, max_kw, efficiency");
  const auto count = static_cast<std::size_t>(source.row_count("feeder"));
  while (rows.next_row()) {
    Feeder feeder;
    feeder.site = rows.column_row(1, run.sites.size());
    feeder.name = rows.column_text(2);
    feeder.parent = rows.row_or_none(3, count);
    feeder.max_kw = rows.number_or_none(4);
    feeder.efficiency = rows.column_number(5);
    if (!(feeder.efficiency > 0.0)) rows.throw_bad_row("a feeder that lets nothing through");
    in_file.push_back(std::move(feeder));
  }

  // Each pass places the feeders whose parent is placed; those that no pass places hang in a loop.
  std::vector<std::uint32_t> row_of(count, no_row);
  for (bool placed = true; placed;) {
    placed = false;
    for (std::size_t i = 0; i < count; ++i) {
      Feeder& feeder = in_file[i];
      if (row_of[i] != no_row || (feeder.parent != no_row && row_of[feeder.parent] == no_row)) continue;
      if (feeder.parent != no_row) {
        feeder.parent = row_of[feeder.parent];
        if (run.feeders[feeder.parent].site != feeder.site) rows.throw_bad_row("a feeder below one of another site");
      }

      row_of[i] = static_cast<std::uint32_t>(run.feeders.size());
      run.sites[feeder.site].feeders.push_back(row_of[i]);
      run.feeders.push_back(std::move(feeder));
      placed = true;
    }
  }
  if (run.feeders.size() != count) rows.throw_bad_row("feeders in a loop");
}

void read_evses(const Source& source, Run& run) {
  std::vector<std::unordered_map<std::string, std::uint32_t>> feeders(run.sites.size());  // of each site, by name
  for (std::uint32_t row = 0; row < run.feeders.size(); ++row) {
    feeders[run.feeders[row].site].emplace(run.feeders[row].name, row);
  }

  Rows rows = source.all_rows("evse", "site, name, kind, phases, voltage_v, max_kw, bidirectional, feeder, efficiency");
  while (rows.next_row()) {
    Evse evse;
    evse.site = rows.column_row(1, run.sites.size());
    evse.name = rows.column_text(2);
    evse.station = station_of(evse.name);
    evse.kind = rows.column_text(3);
    evse.phases = static_cast<std::int32_t>(std::clamp<std::int64_t>(rows.column_integer(4), 0, 3));
    evse.voltage_v = rows.column_number(5);
    evse.max_kw = rows.column_number(6);
    evse.bidirectional = rows.column_integer(7) != 0;

    if (!rows.is_null(8)) {
      const auto feeder = feeders[evse.site].find(rows.column_text(8));
      if (feeder == feeders[evse.site].end()) rows.throw_bad_row("hangs on a feeder that is not there");
      evse.feeder = feeder->second;
    }
    evse.efficiency = rows.column_number(9);
    if (!(evse.efficiency > 0.0)) rows.throw_bad_row("an EVSE that lets nothing through");

    run.sites[evse.site].evses.push_back(static_cast<std::uint32_t>(run.evses.size()));
    run.evses.push_back(std::move(evse));
  }
}

void read_storages(const Source& source, Run& run) {
  Rows rows = source.all_rows("storage",
                              "site, name, capacity_kwh, max_charge_kw, max_discharge_kw, charge_efficiency, "
                              "discharge_efficiency, soc_start, soc_min, soc_max, standby_kw");
  while (rows.next_row()) {
    Storage storage;
    storage.site = rows.column_row(1, run.sites.size());
    storage.name = rows.column_text(2);
    int column = 3;
    for (double* value :
         {&storage.capacity_kwh, &storage.max_charge_kw, &storage.max_discharge_kw, &storage.charge_efficiency,
          &storage.discharge_efficiency, &storage.soc_start, &storage.soc_min, &storage.soc_max, &storage.standby_kw}) {
      *value = rows.column_number(column++);
    }
    if (!(storage.capacity_kwh > 0.0) || !(storage.discharge_efficiency > 0.0))
      rows.throw_bad_row("a battery without size");
    run.sites[storage.site].storages.push_back(static_cast<std::uint32_t>(run.storages.size()));
    run.storages.push_back(std::move(storage));
  }
}

void read_vehicles(const Source& source, Run& run) {
  Rows rows = source.all_rows("vehicle", "name, battery_kwh, charge_efficiency");
  while (rows.next_row()) {
    VehicleType type{rows.column_text(1), rows.number_or_none(2), rows.column_number(3)};
    if (type.battery_kwh <= 0.0 || !(type.charge_efficiency > 0.0)) rows.throw_bad_row("a battery without size");
    run.vehicles.push_back(std::move(type));
  }
}

void read_flags(const Source& source, Run& run) {
  Rows rows = source.all_rows("flag", "subject, reason, left_out");
  while (rows.next_row()) run.flags.push_back({rows.column_text(1), rows.column_text(2), rows.column_integer(3) != 0});
}

Session session_of(const Rows& rows, const Run& run) {
  Session session;
  session.number =
      rows.is_null(1) ? 0 : static_cast<std::uint32_t>(std::min<std::uint64_t>(rows.column_count(1), no_row));
  session.site = rows.column_row(2, run.sites.size());
  session.evse = rows.row_or_none(3, run.evses.size());
  session.name = rows.column_text(4);
  session.vehicle = rows.column_text(5);
  session.arrived_ns = rows.column_time(6);
  if (!rows.is_null(7)) session.plugged_in_ns = rows.column_time(7);
  session.departed_ns = std::min(rows.column_time(8), run.end_ns);  // who is still there then is shown until then
  session.claimed_departure_ns = rows.column_time(9);

  int column = 10;
  for (double* value :
       {&session.requested_kwh, &session.wanted_kwh, &session.got_kwh, &session.discharged_kwh, &session.unmet_kwh,
        &session.cost, &session.paid, &session.driver_revenue, &session.v2g_payment, &session.wear_cost}) {
    *value = rows.column_number(column++);
  }

  session.soc_start = rows.number_or_none(column++);
  session.soc_end = rows.number_or_none(column++);
  session.battery_kwh = rows.number_or_none(column++);
  // Without its size a battery's efficiencies are not recorded either.
  if (!std::isnan(session.battery_kwh)) {
    session.charge_efficiency = rows.column_number(column);
    session.discharge_efficiency = rows.column_number(column + 1);
    if (!(session.battery_kwh > 0.0) || !(session.discharge_efficiency > 0.0))
      rows.throw_bad_row("a battery without size");
  }
  column += 2;
  session.waited_h = rows.column_number(column++);
  session.max_kw = rows.number_or_none(column++);
  session.ended = rows.column_text(column++);

  if (session.departed_ns < session.arrived_ns) rows.throw_bad_row("leaves before it arrives");
  const bool plugged_in = session.plugged_in_ns != kernel::time_never;
  if (plugged_in && (session.plugged_in_ns < session.arrived_ns || session.departed_ns < session.plugged_in_ns)) {
    rows.throw_bad_row("is plugged in while it is not there");
  }
  if (plugged_in && session.evse == no_row) rows.throw_bad_row("is plugged in nowhere");
  if (session.evse != no_row && run.evses[session.evse].site != session.site)
    rows.throw_bad_row("an EVSE of another site");
  return session;
}

constexpr std::string_view session_columns =
    "number, site, evse, name, vehicle, arrived_ns, plugged_in_ns, departed_ns, claimed_departure_ns, requested_kwh, "
    "wanted_kwh, got_kwh, discharged_kwh, unmet_kwh, cost, paid, driver_revenue, v2g_payment, wear_cost, soc_start, "
    "soc_end, battery_kwh, charge_efficiency, discharge_efficiency, waited_h, max_kw, ended";

/// Transactions of the log that were not replayed, at their EVSEs: "STATION-NUMBER", or the station itself.
void read_left_out(const Source& source, Run& run) {
  std::unordered_map<std::string_view, Evse*> named;
  for (Evse& evse : run.evses) named.emplace(evse.name, &evse);
  Rows rows = source.all_rows("logged_session", "session, start_ns, stop_ns, station, evse");
  while (rows.next_row()) {
    if (!rows.is_null(1)) continue;
    const std::string station = rows.column_text(4);
    const std::string numbered = fmt::format("{}-{}", station, rows.is_null(5) ? 1 : rows.column_integer(5));
    auto found = named.find(numbered);
    if (found == named.end()) found = named.find(station);
    if (found != named.end()) found->second->left_out.emplace_back(rows.column_time(2), rows.column_time(3));
  }
}

}  // namespace

void read_header(const Source& source, Run& run) {
  run.file = source.file();
  read_run_row(source, run);
  read_clock(source, run);
  read_sites(source, run);
  read_feeders(source, run);
  read_evses(source, run);
  read_left_out(source, run);
  read_storages(source, run);
  read_vehicles(source, run);
  read_flags(source, run);
}

void read_sessions(const Source& source, Run& run) {
  const auto count = static_cast<std::size_t>(source.row_count("session"));
  const std::size_t parts = source.thread_count();
  std::vector<std::vector<Session>> read(parts);
  kernel::parallel_for(parts, static_cast<unsigned>(parts), [&](std::size_t part) {
    const auto first = static_cast<std::int64_t>(count * part / parts) + 1;
    const auto last = static_cast<std::int64_t>(count * (part + 1) / parts);
    Rows rows(source.database(part), "session", session_columns, first, last);
    read[part].reserve(static_cast<std::size_t>(last - first + 1));
    while (rows.next_row()) read[part].push_back(session_of(rows, run));
  });

  // In the order of arrival; of two at one instant, as they ended.
  struct Place {
    TimeNs arrived_ns;
    std::uint32_t part, row;
  };
  std::vector<Place> order;
  order.reserve(count);
  for (std::size_t part = 0; part < parts; ++part) {
    for (std::size_t row = 0; row < read[part].size(); ++row) {
      order.push_back({read[part][row].arrived_ns, static_cast<std::uint32_t>(part), static_cast<std::uint32_t>(row)});
    }
  }
  std::ranges::stable_sort(order, {}, &Place::arrived_ns);

  run.sessions.reserve(count);
  for (const Place& place : order) run.sessions.push_back(std::move(read[place.part][place.row]));

  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    run.sites[session.site].sessions.push_back(row);
    if (session.plugged_in_ns != kernel::time_never) run.evses[session.evse].sessions.push_back(row);
  }
  for (Evse& evse : run.evses) {
    std::ranges::stable_sort(evse.sessions, {}, [&](std::uint32_t row) { return run.sessions[row].plugged_in_ns; });
  }
}

void read_figures(const Source& source, Run& run) {
  Rows kpis = source.all_rows("kpi", "site, name, value, unit, help, help_ko");
  while (kpis.next_row()) {
    const std::uint32_t site = kpis.row_or_none(1, run.sites.size());
    run.kpis.push_back({kpis.column_text(2), site == no_row ? -1 : static_cast<std::int32_t>(site),
                        kpis.number_or_none(3), kpis.column_text(4), kpis.column_text(5), kpis.column_text(6)});
  }
  Rows months = source.all_rows("month", "site, month, peak_kw, billed_kw, price_per_kw, fraction, cost");
  while (months.next_row()) {
    run.months.push_back({months.column_row(1, run.sites.size()), months.column_text(2), months.column_number(3),
                          months.column_number(4), months.column_number(5), months.column_number(6),
                          months.column_number(7)});
  }
  Rows scores = source.all_rows("score", "name, unit, told, gate, n_of, help, help_ko, value, n, indicative");
  while (scores.next_row()) {
    run.scores.push_back({scores.column_text(1), scores.column_text(2), scores.column_text(3), scores.column_text(4),
                          scores.column_text(5), scores.column_text(6), scores.column_text(7), scores.number_or_none(8),
                          scores.column_integer(9), scores.column_integer(10) != 0});
  }
  Rows certificate = source.all_rows("certificate", "verdict, sentence, sentence_ko, sessions");
  while (certificate.next_row())
    run.certificate = {certificate.column_text(1), certificate.column_integer(4), certificate.column_text(2),
                       certificate.column_text(3)};
}

}  // namespace evtwin::viewer::model
