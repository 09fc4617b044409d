#include "audit/statements.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evtwin::audit {
namespace {

/// The first value of a signal; NaN: there is none at `start_ns`, or none is in force.
double at_start(const Site& site, Kind kind, Ns start_ns) {
  const std::vector<Step>& steps = site.signals[static_cast<std::size_t>(kind)];
  return steps.empty() || steps.front().start_ns != start_ns || std::isinf(steps.front().value) ? unknown
                                                                                                : steps.front().value;
}

/// The most by which anything is above its bound, and what it is.
class Excess {
 public:
  explicit Excess(std::string name) : worst_{std::move(name), "kW", false, 0.0, 0.0, {}} {}
  void look(double kw, double bound_kw, const std::string& of) {
    if (!(kw - bound_kw > worst_.elsewhere)) return;
    worst_.elsewhere = kw - bound_kw;
    worst_.of = of;
  }
  const Statements& worst() const { return worst_; }

 private:
  Statements worst_;
};

/// A session's EVSE is the one its power flowed on.
Statements session_evse(const Site& site) {
  Statements both{"session evse", {}, false, unknown, unknown, {}};
  for (const Segment& segment : site.segments) {
    if (segment.session < 0) continue;
    const Session& session = site.sessions[static_cast<std::size_t>(segment.session)];
    const bool first = std::isnan(both.said);
    if (!first && segment.unit == session.evse) continue;
    both.said = static_cast<double>(site.evses[static_cast<std::size_t>(session.evse)].id);
    both.elsewhere = static_cast<double>(site.evses[static_cast<std::size_t>(segment.unit)].id);
    both.of = session.name;
    if (segment.unit != session.evse) break;
  }
  return both;
}

/// A session's battery is its vehicle's: the first session whose row says another figure.
Statements session_battery(const Recorded& run, const Site& site, const char* name, const char* unit,
                           double Session::*of_session, double Vehicle::*of_vehicle) {
  Statements both{name, unit, false, unknown, unknown, {}};
  for (const Session& session : site.sessions) {
    const Vehicle& vehicle = run.vehicles[static_cast<std::size_t>(session.vehicle)];
    both.said = session.*of_session;
    both.elsewhere = std::isfinite(vehicle.battery_kwh) ? vehicle.*of_vehicle : unknown;
    both.of = session.name;
    const bool agree = both.said == both.elsewhere || (std::isnan(both.said) && std::isnan(both.elsewhere));
    if (!agree) return both;
  }
  return both;
}

}  // namespace

std::vector<Statements> find_statements(const Recorded& run, const Site& site) {
  const Ns start_ns = run.start_ns;
  const auto of_site = [&](const char* name, const char* unit, bool is_price, double said, Kind kind) {
    return Statements{name, unit, is_price, std::isinf(said) ? unknown : said, at_start(site, kind, start_ns), {}};
  };
  std::vector<Statements> all{
      of_site("site contract_kw", "kW", false, site.contract_kw, Kind::uncut_contract_kw),
      of_site("site export_limit_kw", "kW", false, site.export_limit_kw, Kind::export_limit_kw),
      of_site("site driver_price_per_kwh", "", true, site.driver_price_per_kwh, Kind::driver_price_per_kwh),
      of_site("site v2g_price_per_kwh", "", true, site.v2g_price_per_kwh, Kind::v2g_price_per_kwh),
      session_evse(site),
      session_battery(run, site, "session battery_kwh", "kWh", &Session::battery_kwh, &Vehicle::battery_kwh),
      session_battery(run, site, "session charge_efficiency", "", &Session::charge_efficiency,
                      &Vehicle::charge_efficiency),
      session_battery(run, site, "session discharge_efficiency", "", &Session::discharge_efficiency,
                      &Vehicle::discharge_efficiency)};

  Excess above_evse("power above evse max_kw"), above_session("power above session max_kw"),
      session_above_evse("session max_kw above evse max_kw"), above_charge("power above storage max_charge_kw"),
      above_discharge("power above storage max_discharge_kw");

  for (const Session& session : site.sessions) {
    if (session.number == 0) continue;
    // The rating of EVSE and vehicle together can not be above that of the EVSE.
    session_above_evse.look(session.max_kw, site.evses[static_cast<std::size_t>(session.evse)].max_kw, session.name);
  }

  for (const Segment& segment : site.segments) {
    // A taper is highest at one of its ends. The table evse has no rating for discharging.
    const double end_kw = segment.kw * std::exp(segment.slope_per_h * hours_between(segment.start_ns, segment.end_ns));
    const double most_kw = std::max(segment.kw, end_kw), least_kw = std::min(segment.kw, end_kw);
    const auto unit = static_cast<std::size_t>(segment.unit);
    if (segment.session >= 0) {
      const Session& session = site.sessions[static_cast<std::size_t>(segment.session)];
      above_evse.look(most_kw, site.evses[unit].max_kw, site.evses[unit].name);
      above_session.look(most_kw, session.max_kw, session.name);
    } else {
      const Storage& storage = site.storages[unit - site.evses.size()];
      above_charge.look(most_kw, storage.max_charge_kw, storage.name);
      above_discharge.look(-least_kw, storage.max_discharge_kw, storage.name);
    }
  }

  for (const Excess* excess : {&above_evse, &above_session, &session_above_evse}) all.push_back(excess->worst());
  if (site.storages.empty()) return all;
  for (const Excess* excess : {&above_charge, &above_discharge}) all.push_back(excess->worst());
  return all;
}

}  // namespace evtwin::audit
