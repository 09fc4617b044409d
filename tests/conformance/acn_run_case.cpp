#include "conformance/acn_run_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "conformance/kinds.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;

void require(bool holds, const std::string& what) {
  if (!holds) throw CaseError(what);
}

double number(const json& object, const char* field, std::string_view where) {
  const double x = object.at(field).get<double>();
  require(std::isfinite(x), fmt::format("{} of {} is not finite", field, where));
  return x;
}

AcnStation read_station(const json& in) {
  require_known(in, {"id", "voltage", "phase_deg", "evse", "continuous", "allowable_A"}, "a station");
  AcnStation s;
  s.id = in.at("id").get<std::string>();
  s.voltage_v = number(in, "voltage", s.id);
  s.phase_deg = number(in, "phase_deg", s.id);
  s.continuous = in.at("continuous").get<bool>();
  s.allowable_a = in.at("allowable_A").get<std::vector<double>>();
  const auto kind = in.at("evse").get<std::string>();
  require(kind == "EVSE" || kind == "DeadbandEVSE" || kind == "FiniteRatesEVSE",
          fmt::format("station {} is a '{}'; EVSE, DeadbandEVSE and FiniteRatesEVSE are known", s.id, kind));
  require((kind != "FiniteRatesEVSE") == s.continuous,
          fmt::format("station {}: {} and continuous do not fit", s.id, kind));
  require(s.voltage_v > 0.0, fmt::format("station {} has no voltage", s.id));
  require(std::is_sorted(s.allowable_a.begin(), s.allowable_a.end()) && !s.allowable_a.empty() &&
              s.allowable_a.front() >= 0.0 && std::isfinite(s.allowable_a.back()),
          fmt::format("allowable_A of {} does not ascend from 0 or more", s.id));
  require(!s.continuous || s.allowable_a.size() == 2, fmt::format("allowable_A of {} must be least and most", s.id));
  s.deadband = kind == "DeadbandEVSE";
  return s;
}

/// ACN-Sim's batteries as acceptance over SoC. "Battery": constant power until full. Linear2StageBattery: constant,
/// then falling linearly to 0 at SoC 1; "stepwise" holds what the curve says at the period's start.
physics::Vehicle read_battery(const json& in, const std::string& session, double& init_kwh) {
  require_known(in, {"type", "capacity_kWh", "init_kWh", "max_kW", "transition_soc", "mode", "noise_kW"},
                "the battery of " + session);
  physics::Vehicle v;
  v.name = session;
  v.ac_phases = 1;
  v.has_dc = false;
  v.battery.capacity_kwh = number(in, "capacity_kWh", session);
  init_kwh = number(in, "init_kWh", session);
  const double max_kw = number(in, "max_kW", session);
  require(v.battery.capacity_kwh > 0.0 && init_kwh >= 0.0 && init_kwh <= v.battery.capacity_kwh && max_kw >= 0.0,
          fmt::format("battery of {}: 0 <= init_kWh <= capacity_kWh and max_kW >= 0 are needed", session));
  require(in.value("noise_kW", 0.0) == 0.0, fmt::format("battery of {} has noise: no two runs are alike", session));
  const auto type = in.at("type").get<std::string>();
  if (type == "Battery") {
    v.battery.charge = physics::Curve::constant(max_kw);
    return v;
  }
  require(type == "Linear2StageBattery",
          fmt::format("battery of {} is a '{}'; Battery and Linear2StageBattery are known", session, type));
  const double transition_soc = number(in, "transition_soc", session);
  require(transition_soc >= 0.0 && transition_soc < 1.0,
          fmt::format("transition_soc of {} is {}, must be from 0 to below 1", session, transition_soc));
  v.battery.charge.knots = {{0.0, max_kw}, {transition_soc, max_kw}, {1.0, 0.0}};
  if (transition_soc == 0.0) v.battery.charge.knots.erase(v.battery.charge.knots.begin());
  const auto mode = in.at("mode").get<std::string>();
  require(mode == "continuous" || mode == "stepwise",
          fmt::format("battery of {}: mode '{}'; continuous and stepwise are known", session, mode));
  v.acceptance_hold = mode == "stepwise";
  return v;
}

std::string strategy_id(const std::string& order) {
  static const std::map<std::string, std::string> ids{
      {"EDF", "edf"}, {"LLF", "llf"}, {"FCFS", "fcfs"}, {"LCFS", "lcfs"}, {"LRPT", "lrpt"}};
  const auto found = ids.find(order);
  require(found != ids.end(), fmt::format("algorithm: sort '{}'; EDF, LLF, FCFS, LCFS and LRPT are known", order));
  return found->second;
}

AcnAlgorithm read_algorithm(const json& in) {
  require_known(in,
                {"name", "sort", "bisection_eps_A", "continuous_inc_A", "uninterrupted_charging", "estimate_max_rate",
                 "max_recompute", "allow_overcharging"},
                "algorithm");
  require(in.value("max_recompute", 1) == 1, "algorithm: max_recompute other than 1 is no rule of these algorithms");
  require(!in.value("allow_overcharging", false), "algorithm: allow_overcharging does nothing in ACN-Sim 0.3.3");
  AcnAlgorithm a;
  a.params = {{"compat", "acn-sim"}};
  const auto name = in.at("name").get<std::string>();
  if (name == "uncontrolled") {
    require(in.size() == 1, "algorithm: uncontrolled has no options");
    a.strategy = "asap";
    return a;
  }
  require(name == "sorted" || name == "round_robin",
          fmt::format("algorithm '{}'; uncontrolled, sorted and round_robin are known", name));
  const std::string order = strategy_id(in.at("sort").get<std::string>());
  const auto pass_on = [&](const char* field, const char* param) {
    if (in.contains(field)) a.params.emplace_back(param, fmt::format("{}", in.at(field).get<double>()));
  };
  if (name == "sorted") {
    require(!in.contains("continuous_inc_A"), "algorithm: continuous_inc_A is an option of round_robin");
    a.strategy = order;
    a.bisects = true;
    pass_on("bisection_eps_A", "bisection_eps_a");
  } else {
    require(!in.contains("bisection_eps_A"), "algorithm: bisection_eps_A is an option of sorted");
    a.strategy = "round-robin";
    a.params.emplace_back("order", order);
    pass_on("continuous_inc_A", "continuous_inc_a");
  }
  a.order = order;
  a.uninterrupted = in.value("uninterrupted_charging", false);
  if (a.uninterrupted) a.params.emplace_back("uninterrupted", "true");
  if (const auto estimate = in.find("estimate_max_rate");
      estimate != in.end() && *estimate != false && !estimate->is_null()) {
    require(estimate->is_object() && estimate->value("type", "") == "SimpleRampdown",
            "algorithm: estimate_max_rate must be a SimpleRampdown");
    a.estimates_maximum = true;
  }
  return a;
}

AcnSession read_session(const json& in, const std::map<std::string, std::uint32_t>& stations) {
  require_known(in, {"id", "station", "arrival", "departure", "est_departure", "requested_kWh", "battery"},
                "a session");
  AcnSession s;
  s.id = in.at("id").get<std::string>();
  const auto station = stations.find(in.at("station").get<std::string>());
  require(station != stations.end(), fmt::format("session {} is at a station that the network does not have", s.id));
  s.station = station->second;
  for (const char* field : {"arrival", "departure", "est_departure"})
    require(in.at(field).is_number_integer(), fmt::format("{} of session {} is no period", field, s.id));
  s.arrival = in.at("arrival").get<std::int64_t>();
  s.departure = in.at("departure").get<std::int64_t>();
  s.claimed_departure = in.at("est_departure").get<std::int64_t>();
  require(s.arrival >= 0 && s.departure > s.arrival, fmt::format("session {} leaves before it has come", s.id));
  s.requested_kwh = number(in, "requested_kWh", s.id);
  s.vehicle = read_battery(in.at("battery"), s.id, s.init_kwh);
  return s;
}

}  // namespace

void require_known(const json& object, std::initializer_list<std::string_view> known, std::string_view where) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw CaseError(fmt::format("{} has a field '{}' that is not known", where, key));
  }
}

AcnCase read_acn_case(const json& document) {
  require_known(document,
                {"case", "description", "reference", "units", "period_min", "start", "network", "tariff", "algorithm",
                 "sessions", "result", "note"},
                "the case");
  AcnCase acn;
  acn.name = document.at("case").get<std::string>();
  acn.start_ns =
      market::parse_instant(document.at("start").get<std::string>(), market::Calendar("America/Los_Angeles"));
  acn.period_ns = static_cast<kernel::TimeNs>(
      std::llround(number(document, "period_min", "the case") * static_cast<double>(kernel::minute_ns)));
  require(acn.period_ns > 0 && kernel::hour_ns % acn.period_ns == 0 && acn.start_ns % acn.period_ns == 0,
          "periods must divide the hour and begin on the clock, where evtwin's ticks are");

  const json& network = document.at("network");
  // The network's own tolerances only decide when ACN-Sim warns; its schedulers have their own.
  require_known(network, {"name", "violation_tolerance_A", "relative_tolerance", "stations", "constraints"}, "network");
  std::map<std::string, std::uint32_t> station_rows;
  for (const json& station : network.at("stations")) {
    acn.stations.push_back(read_station(station));
    const auto row = static_cast<std::uint32_t>(acn.stations.size() - 1);
    require(station_rows.emplace(acn.stations.back().id, row).second,
            fmt::format("two stations are called {}", acn.stations.back().id));
  }
  std::set<std::string> names;
  for (const json& in : network.at("constraints")) {
    require_known(in, {"name", "limit_A", "coef"}, "a constraint");
    AcnConstraint constraint{in.at("name").get<std::string>(), number(in, "limit_A", "a constraint"), {}};
    require(names.insert(constraint.name).second, fmt::format("two constraints are called {}", constraint.name));
    for (const auto& [station, coefficient] : in.at("coef").items()) {
      const auto row = station_rows.find(station);
      require(row != station_rows.end(), fmt::format("constraint {}: no station {}", constraint.name, station));
      constraint.coefficients.emplace_back(row->second, coefficient.get<double>());
    }
    std::sort(constraint.coefficients.begin(), constraint.coefficients.end());
    acn.constraints.push_back(std::move(constraint));
  }

  acn.algorithm = read_algorithm(document.at("algorithm"));
  bool deadband = false, least = false;
  for (const AcnStation& station : acn.stations) {
    deadband = deadband || station.deadband;
    least = least || (station.continuous && !station.deadband && station.allowable_a.front() > 0.0);
  }
  if (deadband && acn.algorithm.strategy != "asap") {
    // A DeadbandEVSE says that its smallest pilot is 0.
    require(!least, "EVSEs with a least current beside DeadbandEVSEs: the plugin has one min_pilot_a for both");
    acn.algorithm.params.emplace_back("min_pilot_a", "0");
  }

  std::int64_t last = 0;
  std::set<std::string> ids;
  for (const json& session : document.at("sessions")) {
    acn.sessions.push_back(read_session(session, station_rows));
    const AcnSession& s = acn.sessions.back();
    require(ids.insert(s.id).second, fmt::format("two sessions are called {}", s.id));
    // The one way in which the estimator would reach a bound, see the README of the cases.
    require(!acn.algorithm.estimates_maximum || !station_rows.contains(s.id),
            fmt::format("session {} is called like a station: SimpleRampdown would then have an effect", s.id));
    last = std::max(last, s.departure);
  }
  const json& result = document.at("result");
  acn.periods = std::max(last + 1, result.value("matrix_width", last + 1));

  const json& tariff = document.at("tariff");
  require_known(tariff, {"name", "price_per_kWh", "demand_charge_per_kW"}, "tariff");
  acn.price_per_kwh = tariff.at("price_per_kWh").get<std::vector<double>>();
  require(acn.price_per_kwh.size() == static_cast<std::size_t>(acn.periods),
          fmt::format("tariff: {} prices for {} periods", acn.price_per_kwh.size(), acn.periods));
  acn.demand_charge_per_kw = number(tariff, "demand_charge_per_kW", "tariff");
  return acn;
}

twin::World acn_world(const AcnCase& acn) {
  const auto instant = [&](std::int64_t period) { return acn.start_ns + period * acn.period_ns; };
  twin::World world;
  world.name = acn.name;
  world.currency = "USD";
  world.calendar = market::Calendar("America/Los_Angeles");
  world.start_ns = acn.start_ns;
  world.end_ns = instant(acn.periods);
  world.days = static_cast<int>((world.end_ns - world.start_ns + kernel::day_ns - 1) / kernel::day_ns);
  world.tick_ns = acn.period_ns;

  twin::Site site;
  site.limits = twin::LimitMode::record;
  site.part_month = market::PartMonth::full;
  site.storage_policy = twin::StoragePolicy::off;
  site.tariff_given = true;
  site.tariff = market::free_energy("USD");
  site.tariff.name = "per period";
  site.tariff.rates.clear();
  std::vector<kernel::TimeNs> begins;
  for (std::int64_t period = 0; period < acn.periods; ++period) begins.push_back(instant(period));
  site.tariff.prices_per_kwh = market::Series(begins, acn.price_per_kwh, world.end_ns);
  site.tariff.demand.price_per_kw.fill(acn.demand_charge_per_kw);

  for (const AcnStation& station : acn.stations) {
    physics::Evse evse;
    evse.id = station.id;
    evse.phases = 1;
    evse.voltage_v = station.voltage_v;
    evse.phase_angle_deg = station.phase_deg;
    evse.max_a = station.allowable_a.back();
    if (station.continuous) {
      evse.min_a = station.allowable_a.front();
    } else {
      for (const double a : station.allowable_a) {
        if (a > 0.0) evse.rates_a.push_back(a);
      }
    }
    site.evses.push_back(std::move(evse));
  }
  for (const AcnConstraint& constraint : acn.constraints) {
    physics::LimitRow row;
    row.name = constraint.name;
    row.kind = physics::LimitKind::magnitude_a;
    row.upper = constraint.limit_a;
    for (const auto& [station, coefficient] : constraint.coefficients)
      row.members.push_back({station, coefficient, acn.stations[station].phase_deg});
    site.rows.push_back(std::move(row));
  }

  demand::Recorded recorded;
  for (const AcnSession& session : acn.sessions) {
    demand::Visit visit;
    visit.id = session.id;
    visit.arrival_ns = instant(session.arrival);
    visit.departure_ns = instant(session.departure);
    // The departure that the algorithm is told. Where it sorts by something else, only uninterrupted charging asks for
    // it, and ACN-Sim tells it the true one.
    const bool truth = acn.algorithm.uninterrupted && !acn.algorithm.orders_by_claims();
    visit.claimed_departure_ns = truth ? visit.departure_ns : instant(session.claimed_departure);
    visit.requested_kwh = session.requested_kwh;
    visit.taken_kwh = physics::unknown;  // the battery alone stops
    visit.vehicle = static_cast<std::uint32_t>(world.vehicles.size());
    visit.soc_start = session.init_kwh / session.vehicle.battery.capacity_kwh;
    visit.evse = static_cast<std::int32_t>(session.station);
    world.vehicles.push_back(session.vehicle);
    recorded.visits.push_back(std::move(visit));
  }
  std::sort(recorded.visits.begin(), recorded.visits.end(), [](const demand::Visit& a, const demand::Visit& b) {
    return a.arrival_ns != b.arrival_ns ? a.arrival_ns < b.arrival_ns : a.vehicle < b.vehicle;
  });
  site.arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(std::move(recorded)));
  world.sites.push_back(std::move(site));
  return world;
}

}  // namespace evtwin::conformance
