#include "sessions/vehicle_habits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evtwin::sessions {
namespace {

constexpr double same_battery = 0.1;  ///< capacities closer than that are one vehicle's
constexpr char between = '\x1f';      ///< of the parts of a key

std::string key_of(const std::string& tag, const std::string& evse_id, VehicleHabits::Current current) {
  return tag + between + evse_id + between + (current == VehicleHabits::Current::dc ? "dc" : "ac");
}

bool tells_soc(const ocpp::Transaction& t) { return std::isfinite(told_soc(t)) && t.battery_kwh > 0.0; }

}  // namespace

void VehicleHabits::Group::add_session(const LogSession& session, bool told_soc) {
  ++sessions;
  kw.add_value(session.observed_kw);
  waits_h.add_value(session.waits_h);
  phases = session.vehicle.ac_phases;
  if (told_soc) battery = session.vehicle.battery;
  if (!(session.taper.over_kwh > 0.0)) return;
  ++tapered;
  taper_kwh.add_value(session.taper.over_kwh);
  taper_end_share.add_value(session.taper.end_share);
}

void VehicleHabits::learn_session(const ocpp::SiteLog& log, const LogSession& session, Current current) {
  if (!(session.observed_kw > 0.0)) return;
  ++learnt_;
  const ocpp::Transaction& t = log.transactions[session.transaction];
  const auto add = [&](const std::string& tag, const std::string& evse_id) {
    groups_[key_of(tag, evse_id, current)].add_session(session, tells_soc(t));
  };
  if (!t.id_tag.empty()) {
    add(t.id_tag, session.evse_id);
    add(t.id_tag, "");
  }
  add("", session.evse_id);
  add("", "");
}

const VehicleHabits::Group* VehicleHabits::group_of(const std::string& tag, const std::string& evse_id,
                                                    Current current) const {
  const Current other = current == Current::ac ? Current::dc : Current::ac;
  for (const std::string& key : {key_of(tag, evse_id, current), key_of(tag, "", current), key_of("", evse_id, current),
                                 key_of("", "", current), key_of("", "", other)}) {
    const auto found = groups_.find(key);
    if (found != groups_.end()) return &found->second;
  }
  return nullptr;
}

LogSession VehicleHabits::foretell_session(const ocpp::SiteLog& log, LogSession session, Current current,
                                           double rated_kw) const {
  const ocpp::Transaction& t = log.transactions[session.transaction];
  const Group* group = group_of(t.id_tag, session.evse_id, current);
  const double energy_kwh = session.visit.taken_kwh;
  // The energy that it is given flows within the stay that it is given.
  const double hours = kernel::hours_between(t.start_ns, t.stop_ns);
  const double usual_kw = group == nullptr ? rated_kw : std::min(rated_kw, group->kw.mean_of_middle());
  const double kw = hours > 0.0 ? std::max(usual_kw, energy_kwh / hours) : usual_kw;
  Taper taper;
  if (group != nullptr && 2 * group->tapered >= group->sessions && group->tapered > 0)
    taper = {group->taper_kwh.mean_of_middle(), group->taper_end_share.mean_of_middle()};
  const double soc = told_soc(t);
  ObservedVehicle foretold = vehicle_with(kw, taper, energy_kwh, t.battery_kwh, soc);
  session.waits_h = 0.0;
  if (group != nullptr) {
    foretold.vehicle.ac_phases = group->phases;
    session.waits_h = std::clamp(group->waits_h.mean_of_middle(), 0.0, std::max(0.0, hours - energy_kwh / kw));
    // Where vehicles tell their SoC, the curve over it is known from the last time.
    const bool same = std::abs(group->battery.capacity_kwh - t.battery_kwh) <= same_battery * t.battery_kwh;
    if (same && std::isfinite(soc)) {
      foretold.vehicle.battery = group->battery;
      foretold.soc_start = soc;
    }
  }
  session.vehicle = std::move(foretold.vehicle);
  session.visit.soc_start = foretold.soc_start;
  session.observed_kw = kw;
  session.taper = taper;
  return session;
}

}  // namespace evtwin::sessions
