#include "viewer/ui/event_index.hpp"

#include <algorithm>

namespace evtwin::viewer::ui {
namespace {

using model::Event;
using model::no_row;
using model::Run;
using model::TimeNs;

bool of_place(const Run& run, const EventQuery& query, const Event& event) {
  if (query.site != no_row && event.site != query.site) return false;
  if (!query.station.empty() && (event.evse == no_row || run.evses[event.evse].station != query.station)) return false;
  if (query.session != no_row) {
    // An event without a session of its own (a correction, a fault) belongs to the session's stay at its EVSE.
    if (event.session != no_row) return event.session == query.session;
    const model::Session& session = run.sessions[query.session];
    return event.evse != no_row && event.evse == session.evse && event.time_ns >= session.plugged_in_ns &&
           event.time_ns <= session.departed_ns;
  }
  return query.evse == no_row || event.evse == query.evse;
}

/// Place of the first event after t.
std::size_t after(const Run& run, const EventIndex& index, TimeNs t) {
  const auto it = std::upper_bound(index.rows.begin(), index.rows.end(), t,
                                   [&](TimeNs time, std::uint32_t row) { return time < run.events[row].time_ns; });
  return static_cast<std::size_t>(it - index.rows.begin());
}

}  // namespace

EventIndex event_index(const Run& run, const EventQuery& query) {
  EventIndex index;
  index.count.fill(0);
  for (std::uint32_t row = 0; row < run.events.size(); ++row) {
    const Event& event = run.events[row];
    if (!of_place(run, query, event)) continue;
    index.alerts += event.alert ? 1U : 0U;
    if (query.alerts_only && !event.alert) continue;
    const auto kind = static_cast<std::size_t>(event.kind);
    index.count[kind] += 1;
    if (query.show[kind]) index.rows.push_back(row);
  }
  return index;
}

TimeNs next_time(const Run& run, const EventIndex& index, TimeNs t) {
  const std::size_t place = after(run, index, t);
  return place == index.rows.size() ? kernel::time_never : run.events[index.rows[place]].time_ns;
}

TimeNs previous_time(const Run& run, const EventIndex& index, TimeNs t) {
  const auto it = std::lower_bound(index.rows.begin(), index.rows.end(), t,
                                   [&](std::uint32_t row, TimeNs time) { return run.events[row].time_ns < time; });
  return it == index.rows.begin() ? -kernel::time_never : run.events[*(it - 1)].time_ns;
}

std::size_t place_at(const Run& run, const EventIndex& index, TimeNs t) {
  const std::size_t place = after(run, index, t);
  return place == 0 ? index.rows.size() : place - 1;
}

}  // namespace evtwin::viewer::ui
