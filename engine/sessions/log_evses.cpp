// Which EVSE of the site a station of the log is.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "kernel/text.hpp"
#include "sessions/csv.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {
namespace {

/// "A-1" is EVSE 1 of station A.
std::string_view station_part(std::string_view evse_id) {
  const std::size_t dash = evse_id.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == evse_id.size()) return evse_id;
  const std::string_view number = evse_id.substr(dash + 1);
  const bool digits = std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? evse_id.substr(0, dash) : evse_id;
}

using Rows = std::map<std::string, std::uint32_t, std::less<>>;

Rows rows_by_id(const std::vector<std::string>& site_ids) {
  Rows rows;
  for (std::size_t i = 0; i < site_ids.size(); ++i) rows.emplace(site_ids[i], static_cast<std::uint32_t>(i));
  return rows;
}

/// Stations with one EVSE, by name.
Rows only_evses(const std::vector<std::string>& ids) {
  std::map<std::string_view, std::size_t> count;
  for (const std::string& id : ids) ++count[station_part(id)];
  Rows rows;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (count[station_part(ids[i])] == 1)
      rows.emplace(std::string(station_part(ids[i])), static_cast<std::uint32_t>(i));
  }
  return rows;
}

}  // namespace

EvseMatch match_evses(const LogSessions& sessions, const std::vector<std::string>& site_ids) {
  const Rows by_id = rows_by_id(site_ids);
  const Rows site_alone = only_evses(site_ids);
  const Rows log_alone = only_evses(sessions.evse_ids);
  const auto row_of = [&](const std::string& evse_id) -> std::optional<std::uint32_t> {
    if (const auto found = by_id.find(evse_id); found != by_id.end()) return found->second;
    const std::string_view station = station_part(evse_id);
    if (!log_alone.contains(station)) return {};
    if (const auto found = by_id.find(station); found != by_id.end()) return found->second;
    if (const auto found = site_alone.find(station); found != site_alone.end()) return found->second;
    return {};
  };

  std::set<std::string> used;
  for (const LogSession& session : sessions.sessions) used.insert(session.evse_id);
  Rows rows;
  std::vector<std::string> unknown;
  for (const std::string& id : used) {
    if (const auto row = row_of(id)) {
      rows.emplace(id, *row);
    } else {
      unknown.push_back(id);
    }
  }

  EvseMatch match;
  if (!unknown.empty()) {
    // EVSEs without a session may be missing on the site.
    std::vector<std::string> in_order = sessions.evse_ids;
    if (in_order.size() != site_ids.size())
      std::erase_if(in_order, [&](const std::string& id) { return !used.contains(id); });
    if (!rows.empty() || in_order.size() != site_ids.size()) {
      throw std::runtime_error(fmt::format(
          "the log has sessions on {} EVSE{} that the site does not have: {}; the site has {}: {}. Name the site's "
          "stations as in the log (its EVSEs are called station-number), or give it as many EVSEs as the log has",
          unknown.size(), unknown.size() == 1 ? "" : "s", list_names(unknown), site_ids.size(), list_names(site_ids)));
    }
    for (std::size_t i = 0; i < in_order.size(); ++i) rows.emplace(in_order[i], static_cast<std::uint32_t>(i));
    std::vector<std::string> pairs;
    for (std::size_t i = 0; i < in_order.size(); ++i) pairs.push_back(fmt::format("{} = {}", in_order[i], site_ids[i]));
    match.assumption = "no name of the log fits the site; its EVSEs are taken in order: " + list_names(pairs);
  }
  for (const LogSession& session : sessions.sessions) match.row.push_back(rows.at(session.evse_id));
  return match;
}

namespace {

/// Less power than the least current makes on so many phases flowed on fewer: the fewest whose current the EVSE can
/// give (two-phase cars are rare). Where the log tells currents, phases are seen, and are not more than these.
std::uint8_t phases_that_carry(double kw, std::uint8_t phases, const physics::Evse& evse) {
  const auto amperes = [&](std::uint8_t over) { return kw * 1000.0 / (over * evse.voltage_v); };
  if (amperes(phases) >= evse.min_a * (1.0 - 1e-6)) return phases;
  for (std::uint8_t fewer = 1; fewer < phases; ++fewer) {
    if (amperes(fewer) <= evse.max_a * (1.0 + 1e-6)) return fewer;
  }
  return phases;
}

}  // namespace

void fit_to_evse(LogSession& session, const physics::Evse& evse) {
  physics::Vehicle& vehicle = session.vehicle;
  if (session.most_a > 0.0 && evse.phases > 0) {
    vehicle.ac_phases = std::min(vehicle.ac_phases, evse.phases);
    vehicle.max_ac_kw = session.most_a * vehicle.ac_phases * evse.voltage_v / 1000.0;
  }
  if (!(session.observed_kw > 0.0)) return;
  // The rating of the car, so that planners know it: an offer that the EVSE can make and that lets the observed power
  // through, which the curve then holds exactly.
  if (evse.phases == 0) {
    vehicle.max_dc_kw = std::max(session.observed_kw, evse.min_kw);
    return;
  }
  vehicle.ac_phases = phases_that_carry(session.observed_kw, std::min(vehicle.ac_phases, evse.phases), evse);
  const double kw_per_a = vehicle.ac_phases * evse.voltage_v / 1000.0;
  double offer_a = std::max(session.observed_kw / kw_per_a, evse.min_a);
  const auto enough = std::lower_bound(evse.rates_a.begin(), evse.rates_a.end(), offer_a * (1.0 - 1e-9));
  if (enough != evse.rates_a.end()) offer_a = *enough;
  if (enough == evse.rates_a.end() && !evse.rates_a.empty()) offer_a = evse.rates_a.back();
  vehicle.max_ac_kw = offer_a * kw_per_a;
}

}  // namespace evtwin::sessions
