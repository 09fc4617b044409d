#include "viewer/ui/entity_rows.hpp"

#include <algorithm>
#include <string_view>

namespace evtwin::viewer::ui {
namespace {

using model::EvseOrder;
using model::Run;
using model::TimeNs;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool wanted(const EntityQuery& query, std::uint32_t site) { return query.site == model::no_row || query.site == site; }

void add_found_sessions(const Run& run, const EntityQuery& query, EntityRows& out) {
  std::uint32_t more = 0;
  std::size_t listed = 0;
  for (std::uint32_t i = 0; i < run.sessions.size(); ++i) {
    const model::Session& session = run.sessions[i];
    if (!wanted(query, session.site)) continue;
    if (!query.station.empty() && (session.evse == model::no_row || run.evses[session.evse].station != query.station)) {
      continue;
    }
    if (!contains_alike(session.vehicle, query.search) && !contains_alike(session.name, query.search)) continue;
    if (listed == most_sessions) {
      more += 1;
      continue;
    }
    listed += 1;
    out.rows.push_back({EntityRow::Kind::session, 0, i});
  }
  if (more > 0) out.rows.push_back({EntityRow::Kind::more, 0, more});
}

void add_tree(const Run& run, const EntityQuery& query, EntityRows& out) {
  for (std::uint32_t s = 0; s < run.sites.size(); ++s) {
    if (!wanted(query, s)) continue;
    out.rows.push_back({EntityRow::Kind::site, 0, s});
    for (std::uint32_t i = 0; i < out.stations.size(); ++i) {
      const StationRow& station = out.stations[i];
      if (station.site != s) continue;
      const bool single = station.is_single(run);
      if (!single) out.rows.push_back({EntityRow::Kind::station, 1, i});
      if (!single && query.closed.contains(station.name)) continue;
      const std::uint8_t depth = single ? 1 : 2;
      for (const std::uint32_t evse : station.evses) out.rows.push_back({EntityRow::Kind::evse, depth, evse});
    }
    if (!query.station.empty()) continue;
    for (const std::uint32_t row : run.sites[s].storages) out.rows.push_back({EntityRow::Kind::storage, 1, row});
    for (const std::uint32_t row : run.sites[s].feeders) out.rows.push_back({EntityRow::Kind::feeder, 1, row});
  }
}

}  // namespace

bool contains_alike(std::string_view text, std::string_view needle) {
  const auto alike = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), needle.begin(), needle.end(), alike) != text.end() || needle.empty();
}

EntityRows entity_rows(const Run& run, const EntityQuery& query) {
  EntityRows out;
  const std::vector<std::uint32_t> ordered = model::ordered_evses(run, query.site, query.station, query.order);
  const bool searching = !query.search.empty();
  for (const std::uint32_t row : ordered) {
    if (contains_alike(run.evses[row].name, query.search)) out.evses.push_back(row);
  }
  out.stations = stations_of(run, ordered);

  // Other orders run across stations, and found things stand alone: they are a flat list.
  const bool tree = !searching && (query.order == EvseOrder::file || query.order == EvseOrder::name);
  if (tree) {
    add_tree(run, query, out);
    out.evses.clear();
    for (const StationRow& station : out.stations)
      out.evses.insert(out.evses.end(), station.evses.begin(), station.evses.end());
    return out;
  }

  for (const std::uint32_t row : out.evses) out.rows.push_back({EntityRow::Kind::evse, 0, row});
  // Storages, feeders and sessions are listed only where they are looked for.
  if (!searching) return out;
  for (std::uint32_t i = 0; i < run.storages.size(); ++i) {
    if (wanted(query, run.storages[i].site) && contains_alike(run.storages[i].name, query.search))
      out.rows.push_back({EntityRow::Kind::storage, 0, i});
  }
  for (std::uint32_t i = 0; i < run.feeders.size(); ++i) {
    if (wanted(query, run.feeders[i].site) && contains_alike(run.feeders[i].name, query.search))
      out.rows.push_back({EntityRow::Kind::feeder, 0, i});
  }
  add_found_sessions(run, query, out);
  return out;
}

std::vector<TimeNs> days_with_sessions(const Run& run, std::uint32_t site, std::string_view station) {
  std::vector<TimeNs> days;
  for (TimeNs day = run.clock.day_start(run.start_ns); day < run.known_until_ns; day = run.clock.next_day(day))
    days.push_back(day);

  // +1 on the first day of a stay, -1 after its last.
  std::vector<std::int32_t> change(days.size() + 1, 0);
  const auto day_of = [&](TimeNs t) {
    return static_cast<std::size_t>(std::upper_bound(days.begin(), days.end(), t) - days.begin());  // counts from 1
  };
  for (const model::Session& session : run.sessions) {
    if (session.plugged_in_ns == kernel::time_never || session.evse == model::no_row) continue;
    if (site != model::no_row && session.site != site) continue;
    if (!station.empty() && run.evses[session.evse].station != station) continue;
    const std::size_t first = std::max<std::size_t>(day_of(session.plugged_in_ns), 1) - 1;
    const std::size_t last = day_of(std::max(session.departed_ns - 1, session.plugged_in_ns));  // exclusive
    if (first >= last) continue;
    change[first] += 1;
    change[last] -= 1;
  }

  std::vector<TimeNs> used;
  std::int32_t there = 0;
  for (std::size_t i = 0; i < days.size(); ++i) {
    there += change[i];
    if (there > 0) used.push_back(days[i]);
  }
  return used;
}

}  // namespace evtwin::viewer::ui
