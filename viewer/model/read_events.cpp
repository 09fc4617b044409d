// Events of a run, in one list in the order of time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "kernel/static_checks.hpp"
#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

// By time, then kind, then as they are. Keys are sorted and events moved once: half a million of them take a while.
void sort_events(Run& run) {
  struct Key {
    TimeNs time_ns;
    std::uint32_t row;
    EventKind kind;
  };
  std::vector<Key> keys;
  keys.reserve(run.events.size());
  for (const Event& event : run.events) {
    keys.push_back({event.time_ns, static_cast<std::uint32_t>(keys.size()), event.kind});
  }
  std::ranges::sort(keys, {}, [](const Key& key) { return std::tuple{key.time_ns, key.kind, key.row}; });
  std::vector<Event> sorted;
  sorted.reserve(keys.size());
  for (const Key& key : keys) sorted.push_back(std::move(run.events[key.row]));
  run.events = std::move(sorted);
}

// Kinds of the table event, as the twin writes them.
struct KindName {
  std::string_view name;
  EventKind kind;
  bool alert = false;
};
constexpr std::array<KindName, 20> kinds{{{"scripted", EventKind::scripted},
                                          {"dispatch_call", EventKind::dispatch},
                                          {"dispatch_end", EventKind::dispatch},
                                          {"reserved", EventKind::reservation},
                                          {"reservation_refused", EventKind::reservation},
                                          {"reservation_expired", EventKind::reservation},
                                          {"reservation_not_kept", EventKind::reservation, true},
                                          {"strategy", EventKind::strategy},
                                          {"strategy_warning", EventKind::strategy, true},
                                          {"strategy_remark", EventKind::strategy},
                                          {"forecast_warning", EventKind::strategy, true},
                                          {"forecast_remark", EventKind::strategy},
                                          {"forecast_ready", EventKind::strategy},
                                          {"plan_ready", EventKind::strategy},
                                          {"plan_dropped", EventKind::strategy},
                                          {"setpoint_applied", EventKind::strategy},
                                          {"command_lost", EventKind::strategy, true},
                                          {"overload", EventKind::overload, true},
                                          {"evse_unavailable", EventKind::outage, true},
                                          {"evse_available", EventKind::outage}}};
static_assert(kernel::has_unique_keys(kinds, &KindName::name));

using EvsesByName = std::vector<std::unordered_map<std::string, std::uint32_t>>;  // of each site

EvsesByName evses_by_name(const Run& run) {
  EvsesByName found(run.sites.size());
  for (std::uint32_t row = 0; row < run.evses.size(); ++row)
    found[run.evses[row].site].emplace(run.evses[row].name, row);
  return found;
}

// Outages and reservations begin with the name of their EVSE: "A-1" or "A-1: visit 7 from ...".
std::uint32_t evse_of(const std::string& text, const std::unordered_map<std::string, std::uint32_t>& evses) {
  const auto found = evses.find(text.substr(0, text.find(": ")));
  return found == evses.end() ? no_row : found->second;
}

void read_event_table(const Source& source, Run& run, const EvsesByName& evses) {
  std::vector<std::uint32_t> open(run.evses.size(), no_row);  // outage of each EVSE that has not ended
  Rows rows = source.all_rows("event", "site, time_ns, kind, text");
  while (rows.next_row()) {
    Event event;
    event.site = rows.column_row(1, run.sites.size());
    event.time_ns = rows.column_time(2);
    event.text = rows.column_text(4);
    const std::string name = rows.column_text(3);

    // A kind that is not known here keeps its name in the text.
    const auto known = std::ranges::find(kinds, std::string_view(name), &KindName::name);
    if (known != kinds.end()) {
      event.kind = known->kind;
      event.alert = known->alert;
    } else {
      event.text = event.text.empty() ? name : name + ": " + event.text;
    }

    if (event.kind == EventKind::outage || event.kind == EventKind::reservation) {
      event.evse = evse_of(event.text, evses[event.site]);
    }

    // An alert begins the outage of an EVSE, the next event of it that is none ends it.
    if (event.kind == EventKind::outage && event.evse != no_row) {
      std::uint32_t& outage = open[event.evse];
      if (event.alert && outage == no_row) {
        outage = static_cast<std::uint32_t>(run.outages.size());
        run.evses[event.evse].outages.push_back(outage);
        run.outages.push_back({event.evse, event.time_ns, kernel::time_never});
      } else if (!event.alert && outage != no_row) {
        if (event.time_ns < run.outages[outage].from_ns) rows.throw_bad_row("goes back in time");
        run.outages[outage].to_ns = event.time_ns;
        outage = no_row;
      }
    }

    if (event.kind == EventKind::reservation) event.text = name + ": " + event.text;
    if (event.kind == EventKind::strategy && name != "strategy") event.text = name + ": " + event.text;
    run.events.push_back(std::move(event));
  }
}

// Sessions of a replay, by number.
std::unordered_map<std::uint64_t, std::uint32_t> sessions_by_number(const Run& run) {
  std::unordered_map<std::uint64_t, std::uint32_t> found;
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    if (run.sessions[row].number != 0) found.emplace(run.sessions[row].number, row);
  }
  return found;
}

std::uint32_t session_numbered(const std::unordered_map<std::uint64_t, std::uint32_t>& sessions, std::uint64_t number) {
  const auto found = sessions.find(number);
  return found == sessions.end() ? no_row : found->second;
}

void read_replay(const Source& source, Run& run, const EvsesByName& evses) {
  const std::int64_t messages_there = source.row_count("message"), metered_there = source.row_count("metered");
  if (messages_there == 0 && metered_there == 0) return;
  const auto sessions = sessions_by_number(run);

  Rows messages = source.all_rows("message", "time_ns, station, evse, session, kind, text");
  while (messages.next_row()) {
    Event event;
    event.kind = EventKind::message;
    event.time_ns = messages.column_time(1);
    const std::string station = messages.column_text(2), kind = messages.column_text(5), text = messages.column_text(6);
    // A log names an EVSE of the station, or the station as a whole.
    const std::string name = messages.is_null(3) ? station : fmt::format("{}-{}", station, messages.column_integer(3));
    event.evse = evse_of(name, evses.front());
    if (!messages.is_null(4)) event.session = session_numbered(sessions, messages.column_count(4));
    // The session knows its EVSE by the run's name.
    if (event.session != no_row) event.evse = run.sessions[event.session].evse;
    event.alert =
        kind == "alert" || (kind == "status" && (text.starts_with("Faulted") || text.find(": ") != std::string::npos));
    event.text = fmt::format("{} {}: {}", name, kind, text);
    run.events.push_back(std::move(event));
  }

  Rows metered = source.all_rows("metered", "session, evse, start_ns, end_ns, kw, energy_kwh, twin_kwh");
  while (metered.next_row()) {
    run.metered.push_back({session_numbered(sessions, metered.column_count(1)), metered.column_row(2, run.evses.size()),
                           metered.column_time(3), metered.column_time(4), metered.column_number(5),
                           metered.column_number(6), metered.column_number(7)});
  }
}

// Later values of a signal; the first is where the run begins.
void add_changes(Run& run, std::uint32_t site, const Series& series, EventKind kind, std::string_view what,
                 const std::string& unit) {
  const std::span<const Piece> pieces = series.pieces();
  const auto shown = [](double value) { return std::isnan(value) ? std::string("-") : fmt::format("{:.6g}", value); };
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    Event event;
    event.kind = kind;
    event.time_ns = pieces[i].start_ns;
    event.site = site;
    event.text = fmt::format("{}: {} -> {} {}", what, shown(pieces[i - 1].value), shown(pieces[i].value), unit);
    run.events.push_back(std::move(event));
  }
}

}  // namespace

void add_session_events(Run& run) {
  run.events.reserve(run.sessions.size() * 5 / 2);
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    const auto add = [&](TimeNs t, EventKind kind, bool alert = false) {
      Event event;
      event.time_ns = t;
      event.kind = kind;
      event.alert = alert;
      event.site = session.site;
      event.evse = session.evse;
      event.session = row;
      run.events.push_back(std::move(event));
    };

    add(session.arrived_ns, EventKind::arrival);
    // Not plugged in when the run ends is not turned away.
    if (session.plugged_in_ns == kernel::time_never) {
      if (session.ended != "waiting_at_end") add(session.departed_ns, EventKind::turned_away, true);
      continue;
    }
    if (session.plugged_in_ns != session.arrived_ns) add(session.plugged_in_ns, EventKind::plug_in);

    if (session.ended != "departed") continue;
    add(session.departed_ns, EventKind::departure);
    if (misses_energy(session)) add(session.departed_ns, EventKind::missed_target, true);
  }
  sort_events(run);
}

void read_events(const Source& source, Run& run) {
  const EvsesByName evses = evses_by_name(run);
  read_event_table(source, run, evses);
  read_replay(source, run, evses);

  for (std::uint32_t i = 0; i < run.sites.size(); ++i) {
    const Site& site = run.sites[i];
    const std::string per_kwh = run.currency + "/kWh";
    add_changes(run, i, site.contract_kw, EventKind::limit_change, "contract_kw", "kW");
    add_changes(run, i, site.export_limit_kw, EventKind::limit_change, "export_limit_kw", "kW");
    add_changes(run, i, site.power_setpoint_kw, EventKind::limit_change, "power_setpoint_kw", "kW");
    add_changes(run, i, site.buy_price, EventKind::price_change, "buy_price", per_kwh);
  }

  for (std::uint32_t row = 0; row < run.corrections.size(); ++row) {
    const Correction& correction = run.corrections[row];
    Event event;
    event.time_ns = correction.time_ns;
    event.kind = EventKind::correction;
    // A limit that could not be kept and an EVSE that is out are shown as alerts.
    event.alert = correction.reason == "unavoidable" || correction.reason == "outage";
    event.site = correction.site;
    event.evse = correction.evse;
    event.correction = row;
    run.events.push_back(std::move(event));
  }
  sort_events(run);
}

}  // namespace evtwin::viewer::model
