#include "replay/recorded_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "kernel/text.hpp"
#include "record/reader.hpp"
#include "replay/pseudonym.hpp"

namespace evtwin::replay {
namespace {

// "A-12" is EVSE 12 of station A; 0: the name ends in no number from 1 on.
int number_at_end(const std::string& name, std::string& station) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string::npos || dash == 0 || dash + 1 == name.size() || name[dash + 1] == '0') return 0;
  int number = 0;
  const char* end = name.data() + name.size();
  const auto [rest, wrong] = std::from_chars(name.data() + dash + 1, end, number);
  if (wrong != std::errc() || rest != end || number < 1) return 0;
  station = name.substr(0, dash);
  return number;
}

[[noreturn]] void malformed(const std::string& file, const char* what) {
  throw record::RunFileError(fmt::format("{}: malformed: {}", kernel::make_printable(file), what));
}

void read_sites(const record::Database& database, RecordedRun& run) {
  record::Statement rows(database, "SELECT id, name FROM site ORDER BY id");
  while (rows.next_row()) {
    if (rows.column_integer(0) != static_cast<std::int64_t>(run.sites.size()) + 1)
      malformed(run.file, "site ids have gaps");
    run.sites.emplace_back().name = rows.column_text(1);
  }
  record::Statement signals(database,
                            "SELECT site, kind, start_ns, value FROM signal WHERE kind IN ('buy_price', 'sell_price') "
                            "AND value IS NOT NULL ORDER BY id");
  while (signals.next_row()) {
    const auto site = static_cast<std::size_t>(signals.column_integer(0)) - 1;
    if (site >= run.sites.size()) malformed(run.file, "a price of no site");
    RecordedSignal& signal =
        signals.column_text(1) == "buy_price" ? run.sites[site].buy_price : run.sites[site].sell_price;
    if (!signal.empty() && signals.column_integer(2) < signal.back().time_ns)
      malformed(run.file, "prices out of order");
    signal.push_back({signals.column_integer(2), signals.column_real(3)});
  }
}

void read_evses(const record::Database& database, RecordedRun& run) {
  record::Statement rows(database, "SELECT id, name, kind, phases, voltage_v, max_kw, site FROM evse ORDER BY id");
  while (rows.next_row()) {
    if (rows.column_integer(0) != static_cast<std::int64_t>(run.evses.size()) + 1)
      malformed(run.file, "EVSE ids have gaps");
    RecordedEvse& evse = run.evses.emplace_back();
    evse.name = rows.column_text(1);
    evse.dc = rows.column_text(2) == "dc";
    evse.phases = static_cast<int>(std::clamp<std::int64_t>(rows.column_integer(3), 0, 3));
    evse.voltage_v = rows.column_real(4);
    evse.max_kw = rows.column_real(5);
    evse.site = static_cast<std::size_t>(rows.column_integer(6)) - 1;
    if (evse.site >= run.sites.size()) malformed(run.file, "an EVSE of no site");
  }
  run.stations = name_stations(run.evses);
}

/// @returns the session's place by its number. Sessions stand in order of plug-in.
std::map<std::int64_t, std::size_t> read_sessions(const record::Database& database, RecordedRun& run) {
  record::Statement rows(database,
                         "SELECT number, evse, name, vehicle, plugged_in_ns, departed_ns, requested_kwh, got_kwh, "
                         "discharged_kwh, paid, driver_revenue, soc_start, soc_end, ended, battery_kwh, "
                         "charge_efficiency, discharge_efficiency, max_kw FROM session "
                         "WHERE number IS NOT NULL ORDER BY plugged_in_ns, number");

  std::map<std::int64_t, std::size_t> by_number;
  while (rows.next_row()) {
    RecordedSession session;
    session.max_kw = rows.column_real(17);
    session.evse = static_cast<std::size_t>(rows.column_integer(1)) - 1;
    if (session.evse >= run.evses.size()) malformed(run.file, "a session on no EVSE");
    session.name = rows.column_text(2);
    session.vehicle = rows.column_text(3);
    session.plugged_in_ns = rows.column_integer(4);
    // A session that is open goes on until the run's end.
    session.open = rows.column_text(13) == "open_at_end";
    session.departed_ns = session.open ? run.end_ns : rows.column_integer(5);
    session.requested_kwh = rows.column_real(6);
    session.got_kwh = rows.column_real(7);
    session.discharged_kwh = rows.column_real(8);
    session.paid = rows.column_real(9);
    session.driver_revenue = rows.column_real(10);
    session.soc_start = rows.column_real(11);
    session.soc_end = rows.column_real(12);
    session.battery_kwh = rows.column_real(14);
    session.charge_efficiency = rows.column_real(15);
    session.discharge_efficiency = rows.column_real(16);

    if (session.plugged_in_ns > session.departed_ns) malformed(run.file, "a session ends before it begins");
    by_number[rows.column_integer(0)] = run.sessions.size();
    run.sessions.push_back(std::move(session));
  }

  record::Statement others(database, "SELECT count(*) FROM session WHERE number IS NULL");
  others.next_row();
  run.never_plugged_in = static_cast<std::uint64_t>(others.column_integer(0));
  return by_number;
}

// Reads the tokens and documents of the sessions: of a replay the log says them.
void read_tokens(const record::Database& database, RecordedRun& run,
                 const std::map<std::int64_t, std::size_t>& by_number) {
  for (RecordedSession& session : run.sessions) session.token = token_of(session.name);
  record::Statement rows(database,
                         "SELECT session, token, token_type, ocpi_cdr, ocpi_session FROM logged_session ORDER BY id");
  while (rows.next_row()) {
    const std::int64_t number = rows.column_integer(0);  // 0: NULL
    if (number == 0) {
      if (!rows.column_text(3).empty() || !rows.column_text(4).empty())
        run.unplayed.push_back({rows.column_text(3), rows.column_text(4)});
      continue;
    }
    const auto found = by_number.find(number);
    if (found == by_number.end()) malformed(run.file, "a session of the log that is none of the run");
    RecordedSession& session = run.sessions[found->second];
    if (!rows.column_text(1).empty()) session.token = rows.column_text(1);
    session.token_type = rows.column_text(2);
    session.ocpi_cdr = rows.column_text(3);
    session.ocpi_session = rows.column_text(4);
  }
}

void read_power(const record::Database& database, RecordedRun& run,
                const std::map<std::int64_t, std::size_t>& by_number) {
  record::Statement rows(database,
                         "SELECT session, start_ns, end_ns, kw, slope_kw_per_kwh, energy_kwh FROM power "
                         "WHERE evse IS NOT NULL AND session IS NOT NULL ORDER BY id");
  while (rows.next_row()) {
    const auto found = by_number.find(rows.column_integer(0));
    if (found == by_number.end()) malformed(run.file, "power of no session");
    run.sessions[found->second].power.push_back({rows.column_integer(1), rows.column_integer(2), rows.column_real(3),
                                                 rows.column_real(4), rows.column_real(5)});
  }
  for (RecordedSession& session : run.sessions) {
    std::sort(session.power.begin(), session.power.end(),
              [](const RecordedPower& a, const RecordedPower& b) { return a.start_ns < b.start_ns; });
    for (std::size_t i = 0; i < session.power.size(); ++i) {
      const RecordedPower& piece = session.power[i];
      if (piece.start_ns > piece.end_ns || piece.start_ns < session.plugged_in_ns ||
          piece.end_ns > session.departed_ns || (i > 0 && piece.start_ns < session.power[i - 1].end_ns))
        malformed(run.file, "power outside its session");
    }
  }
}

void read_outages(const record::Database& database, RecordedRun& run) {
  std::map<std::pair<std::size_t, std::string>, std::size_t> by_name;
  for (std::size_t e = 0; e < run.evses.size(); ++e) by_name[{run.evses[e].site, run.evses[e].name}] = e;
  record::Statement rows(database,
                         "SELECT site, time_ns, kind, text FROM event WHERE kind IN ('evse_unavailable', "
                         "'evse_available') ORDER BY id");
  std::map<std::size_t, std::size_t> going_on;  // EVSE -> its outage
  while (rows.next_row()) {
    const auto evse = by_name.find({static_cast<std::size_t>(rows.column_integer(0)) - 1, rows.column_text(3)});
    if (evse == by_name.end()) malformed(run.file, "an outage of no EVSE");
    const TimeNs t = rows.column_integer(1);
    const auto open = going_on.find(evse->second);
    if (rows.column_text(2) == "evse_unavailable") {
      if (open != going_on.end()) continue;
      going_on[evse->second] = run.outages.size();
      run.outages.push_back({evse->second, t, run.end_ns});
    } else if (open != going_on.end()) {
      if (t < run.outages[open->second].from_ns) malformed(run.file, "an outage that ends before it begins");
      run.outages[open->second].to_ns = t;
      going_on.erase(open);
    }
  }
}

// Reads the set-points of each EVSE; a correction of the guard counts instead of the set-point of its instant.
void read_limits(const record::Database& database, RecordedRun& run) {
  std::vector<std::vector<RecordedLimit>> asked(run.evses.size());
  const auto evse_of = [&](std::int64_t id) {
    const auto evse = static_cast<std::size_t>(id) - 1;
    if (evse >= run.evses.size()) malformed(run.file, "a set-point of no EVSE");
    return evse;
  };

  record::Statement setpoints(database,
                              "SELECT s.evse, d.time_ns, s.kw FROM setpoint s JOIN decision d ON d.id = s.decision "
                              "WHERE s.evse IS NOT NULL ORDER BY s.id");
  while (setpoints.next_row())
    asked[evse_of(setpoints.column_integer(0))].push_back({setpoints.column_integer(1), setpoints.column_real(2)});

  record::Statement corrections(
      database,
      "SELECT evse, time_ns, given_kw FROM correction WHERE evse IS NOT NULL AND given_kw IS NOT NULL ORDER BY id");
  while (corrections.next_row())
    asked[evse_of(corrections.column_integer(0))].push_back(
        {corrections.column_integer(1), corrections.column_real(2)});

  std::vector<std::vector<std::size_t>> sessions(run.evses.size());
  for (std::size_t i = 0; i < run.sessions.size(); ++i) sessions[run.sessions[i].evse].push_back(i);
  for (std::size_t e = 0; e < run.evses.size(); ++e) {
    std::stable_sort(asked[e].begin(), asked[e].end(),
                     [](const RecordedLimit& a, const RecordedLimit& b) { return a.time_ns < b.time_ns; });
    std::size_t next = 0;
    const RecordedLimit* standing = nullptr;
    for (const std::size_t i : sessions[e]) {
      RecordedSession& session = run.sessions[i];
      for (; next < asked[e].size() && asked[e][next].time_ns <= session.departed_ns; ++next) {
        standing = &asked[e][next];
        if (standing->time_ns <= session.plugged_in_ns) continue;
        // A later word at the same instant is the one that counts.
        if (!session.limits.empty() && session.limits.back().time_ns == standing->time_ns) session.limits.pop_back();
        session.limits.push_back(*standing);
      }
      const bool stood_before =
          standing != nullptr && (session.limits.empty() || session.limits[0].time_ns > session.plugged_in_ns);
      if (stood_before) {
        // The set-point at plug-in is the last one before.
        const auto after = std::upper_bound(asked[e].begin(), asked[e].end(), session.plugged_in_ns,
                                            [](TimeNs t, const RecordedLimit& l) { return t < l.time_ns; });
        if (after != asked[e].begin())
          session.limits.insert(session.limits.begin(), {session.plugged_in_ns, std::prev(after)->kw});
      }
    }
  }
}

}  // namespace

double RecordedPower::kw_at(TimeNs t) const {
  return kw * std::exp(slope_kw_per_kwh * kernel::hours_between(start_ns, t));
}

double RecordedPower::energy_kwh_until(TimeNs t) const {
  if (t >= end_ns) return energy_kwh;
  const double hours = kernel::hours_between(start_ns, t);
  if (slope_kw_per_kwh == 0.0) return kw * hours;
  return kw / slope_kw_per_kwh * std::expm1(slope_kw_per_kwh * hours);
}

std::vector<std::string> name_stations(std::vector<RecordedEvse>& evses) {
  // Numbers below each name: a station's EVSEs are 1..n, each once.
  std::map<std::string, std::vector<int>> numbers;
  for (const RecordedEvse& evse : evses) {
    std::string station;
    if (const int number = number_at_end(evse.name, station); number > 0) numbers[station].push_back(number);
  }

  std::map<std::string, bool> whole;
  for (auto& [station, found] : numbers) {
    std::sort(found.begin(), found.end());
    bool counts = true;
    for (std::size_t i = 0; i < found.size(); ++i) counts = counts && found[i] == static_cast<int>(i) + 1;
    whole[station] = counts;
  }

  // An EVSE may have the name of a station: then the numbers below that name are no parts of it.
  for (const RecordedEvse& evse : evses) {
    if (const auto namesake = whole.find(evse.name); namesake != whole.end()) namesake->second = false;
  }

  std::vector<std::string> stations;
  std::map<std::string, bool> seen;
  for (RecordedEvse& evse : evses) {
    std::string station;
    const int number = number_at_end(evse.name, station);
    const bool is_part = number > 0 && whole[station];
    evse.station = is_part ? station : evse.name;
    evse.number = is_part ? number : 1;
    if (!seen[evse.station]) stations.push_back(evse.station);
    seen[evse.station] = true;
  }
  return stations;
}

RecordedRun read_recorded_run(const std::string& file) {
  const record::RunSummary summary = record::read_summary(file);
  const std::string incomplete = record::describe_incompleteness(summary);
  if (!incomplete.empty()) throw record::RunFileError(fmt::format("{}: {}", kernel::make_printable(file), incomplete));
  RecordedRun run;
  run.file = file;
  run.name = summary.name;
  run.strategy = summary.strategy;
  run.event_hash = summary.event_hash;
  run.timezone = summary.timezone;
  run.currency = summary.currency;
  run.start_ns = summary.start_ns;
  run.end_ns = summary.end_ns;
  const record::Database database = record::open_run_file(file);
  read_sites(database, run);
  read_evses(database, run);
  const auto by_number = read_sessions(database, run);
  read_tokens(database, run, by_number);
  read_power(database, run, by_number);
  read_limits(database, run);
  read_outages(database, run);
  return run;
}

}  // namespace evtwin::replay
