#include "conformance/acn_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "conformance/acn_run_case.hpp"
#include "conformance/acn_run_recording.hpp"
#include "conformance/kinds.hpp"
#include "control/ledger.hpp"
#include "support/paths.hpp"
#include "twin/simulation.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;

/// What may differ, and why.
///
/// Without bisection nothing may but rounding: 1e-9 A, kWh, kW, relative for money; pilots of finite rates not at all.
///
/// With bisection on continuous EVSEs a last digit can turn one halving the other way where a limit is just reached;
/// that moves a pilot by at most the bracket it stopped at, eps = 0.01 A, and what one car got less another may get
/// more: 0.02 A, as the cases' README says. The rest follows from it: a session of n periods at V volts
/// n x V x 0.02 A; a sum over the cars of a period, 0.02 A times the sum of their coefficients.
struct Tolerances {
  double current_a = 1e-9;
  bool exact = true;

  double sum_a(double weights) const { return exact ? current_a : current_a * weights; }
  /// kWh (or kW, with hours 1) that `amperes` make.
  double energy_kwh(double amperes, double voltage_v, double hours) const {
    return exact ? 1e-9 : amperes * voltage_v / 1000.0 * hours;
  }
};

double largest(const Series& series) { return series.empty() ? 0.0 : *std::max_element(series.begin(), series.end()); }

/// Sum of the absolute coefficients: by how much one ampere at every station can move a phasor.
double weight(const AcnConstraint& constraint) {
  double sum = 0.0;
  for (const auto& [station, coefficient] : constraint.coefficients) sum += std::abs(coefficient);
  return sum;
}

Series read_series(const json& in) {
  Series series;
  for (const json& x : in) series.push_back(x.is_null() ? std::numeric_limits<double>::quiet_NaN() : x.get<double>());
  return series;
}

/// The demand charge on the mean power of the highest period. evtwin bills the highest quarter of an hour, as utilities
/// do; the peak handed to its bill is ACN-Sim's here. ACN-Sim bills a run once, whatever months it touches.
double demand_charge_of_periods(const AcnCase& acn, const twin::World& world, double peak_kw) {
  const market::LocalMonth month = world.calendar.local_month(acn.start_ns);
  const std::vector<market::MonthPeak> peaks{{month, peak_kw}};
  return market::demand_bill(world.sites[0].tariff, world.calendar, acn.start_ns, acn.start_ns + acn.period_ns, peaks,
                             {}, physics::infinite, market::PartMonth::full)[0]
      .cost;
}

/// By station; all-zero ones are left out of the file.
void compare_stations(Comparison& c, const char* what, const json& expected, const AcnCase& acn,
                      const std::vector<Series>& got, bool pilots, const Tolerances& tolerances) {
  for (const auto& [id, series] : expected.items()) {
    if (std::none_of(acn.stations.begin(), acn.stations.end(), [&](const auto& s) { return s.id == id; }))
      throw CaseError(fmt::format("{} of a station {} that the network does not have", what, id));
  }
  for (std::size_t i = 0; i < acn.stations.size(); ++i) {
    const AcnStation& station = acn.stations[i];
    const Series reference =
        expected.contains(station.id) ? read_series(expected.at(station.id)) : Series(got[i].size(), 0.0);
    const bool none = pilots && !station.continuous;
    c.absolute(fmt::format("{} {}", what, station.id), got[i], reference, none ? 0.0 : tolerances.current_a);
  }
}

void compare_constraints(Comparison& c, const json& result, const AcnCase& acn, const Measured& m,
                         const Tolerances& tolerances) {
  const json& peaks = result.at("constraint_peak_A");
  const json& overloads = result.at("constraint_overload_periods");
  if (peaks.size() != acn.constraints.size() || overloads.size() != acn.constraints.size())
    throw CaseError("constraint_peak_A and constraint_overload_periods must have an entry per constraint");
  for (std::size_t r = 0; r < acn.constraints.size(); ++r) {
    const AcnConstraint& constraint = acn.constraints[r];
    c.absolute(fmt::format("constraint_peak_A {}", constraint.name), largest(m.constraint_a[r]),
               peaks.at(constraint.name).get<double>(), tolerances.sum_a(weight(constraint)));
    const auto over = std::count_if(m.constraint_a[r].begin(), m.constraint_a[r].end(),
                                    [&](double a) { return a > constraint.limit_a + 1e-3; });
    c.absolute(fmt::format("constraint_overload_periods {}", constraint.name), static_cast<double>(over),
               overloads.at(constraint.name).get<double>(), 0.0);
  }
}

/// (largest - mean) / mean of three phasors; none where nothing flows. NEMA counts the deviation to either side,
/// ACN-Sim only upwards.
void compare_unbalance(Comparison& c, const json& result, const AcnCase& acn, const Measured& m,
                       const Tolerances& tolerances) {
  std::vector<const Series*> phases;
  double weights = 0.0;
  for (const json& name : result.at("nema_phases")) {
    const auto wanted = name.get<std::string>();
    const auto row = std::find_if(acn.constraints.begin(), acn.constraints.end(),
                                  [&](const AcnConstraint& constraint) { return constraint.name == wanted; });
    if (row == acn.constraints.end()) throw CaseError("nema_phases names a constraint that is not there");
    phases.push_back(&m.constraint_a[static_cast<std::size_t>(row - acn.constraints.begin())]);
    weights = std::max(weights, weight(*row));
  }
  if (phases.empty()) throw CaseError("nema_phases is empty");
  const Series expected = read_series(result.at("nema_unbalance"));
  if (expected.size() != m.power_kw.size())
    return c.fail(fmt::format("nema_unbalance has {} periods, the run {}", expected.size(), m.power_kw.size()));
  for (std::size_t t = 0; t < expected.size(); ++t) {
    double sum = 0.0, most = 0.0;
    for (const Series* phase : phases) {
      sum += (*phase)[t];
      most = std::max(most, (*phase)[t]);
    }
    const double mean = sum / static_cast<double>(phases.size());
    const double got = mean == 0.0 ? std::numeric_limits<double>::quiet_NaN() : (most - mean) / mean;
    // Both the largest and the mean may be off by the tolerance of a phasor; divided by the mean.
    c.absolute(fmt::format("nema_unbalance[{}]", t), got, expected[t],
               std::max(1e-9, 4.0 * tolerances.sum_a(weights) / std::max(mean, 1e-3)));
  }
}

/// @returns what the sessions' tolerances add up to, kWh
double compare_sessions(Comparison& c, const json& result, const AcnCase& acn, const Recording& recording,
                        const Tolerances& tolerances) {
  double requested = 0.0, delivered = 0.0, slack_kwh = 0.0;
  double met = 0.0, undecided = 0.0;
  if (result.at("sessions").size() != acn.sessions.size()) throw CaseError("a result per session is needed");
  std::map<std::string, const json*> expected;
  for (const json& session : result.at("sessions")) {
    require_known(session, {"id", "delivered_kWh", "final_soc"}, "a session's result");
    expected[session.at("id").get<std::string>()] = &session;
  }
  for (const AcnSession& session : acn.sessions) {
    const auto got = recording.sessions.find(session.id);
    const auto reference = expected.find(session.id);
    if (reference == expected.end()) throw CaseError(fmt::format("no result of session {}", session.id));
    if (got == recording.sessions.end()) {
      c.fail(fmt::format("session {} was not simulated", session.id));
      continue;
    }
    const double kwh = got->second.got_kwh;
    const auto stay = static_cast<double>(session.departure - session.arrival);
    const double tolerance = tolerances.energy_kwh(tolerances.current_a, acn.stations[session.station].voltage_v,
                                                   stay * acn.hours_per_period());
    c.absolute(fmt::format("delivered_kWh {}", session.id), kwh, reference->second->at("delivered_kWh").get<double>(),
               tolerance);
    c.absolute(fmt::format("final_soc {}", session.id), got->second.soc_end,
               reference->second->at("final_soc").get<double>(),
               std::max(1e-9, tolerance / session.vehicle.battery.capacity_kwh));
    requested += session.requested_kwh;
    delivered += kwh;
    slack_kwh += tolerance;
    // ACN-Sim counts a demand as met when at most 0.1 kWh are missing.
    const double missing_kwh = session.requested_kwh - kwh;
    if (missing_kwh <= 0.1) met += 1.0;
    if (std::abs(missing_kwh - 0.1) <= tolerance) undecided += 1.0;
  }
  const auto n = static_cast<double>(acn.sessions.size());
  slack_kwh = std::max(1e-9, tolerances.exact ? 0.0 : slack_kwh);
  c.absolute("total_requested_kWh", requested, result.at("total_requested_kWh").get<double>(), 1e-9);
  c.absolute("total_delivered_kWh", delivered, result.at("total_delivered_kWh").get<double>(), slack_kwh);
  c.absolute("proportion_energy_delivered", delivered / requested,
             result.at("proportion_energy_delivered").get<double>(), std::max(1e-9, slack_kwh / requested));
  c.absolute("proportion_demands_met", met / n, result.at("proportion_demands_met").get<double>(),
             1e-12 + undecided / n);
  return slack_kwh;
}

void compare_result(Comparison& c, const json& result, const AcnCase& acn, const twin::World& world,
                    const twin::Result& run, const Recording& recording, const Measured& m) {
  require_known(result,
                {"periods", "matrix_width", "charging_rates_A", "pilot_signals_A", "aggregate_current_A", "peak_sum_A",
                 "max_aggregate_power_kW", "total_requested_kWh", "total_delivered_kWh", "proportion_energy_delivered",
                 "proportion_demands_met", "energy_cost", "demand_charge", "constraint_peak_A",
                 "constraint_overload_periods", "sessions", "nema_unbalance", "nema_phases"},
                "result");
  Tolerances tolerances;
  const bool any_continuous =
      std::any_of(acn.stations.begin(), acn.stations.end(), [](const AcnStation& s) { return s.continuous; });
  if (acn.algorithm.bisects && any_continuous) tolerances = {0.02, false};

  kernel::TimeNs last_ns = acn.start_ns;
  for (const auto& [id, session] : recording.sessions) last_ns = std::max(last_ns, session.departed_ns);
  const std::int64_t last_period = (last_ns - acn.start_ns) / acn.period_ns;
  c.absolute("periods", static_cast<double>(last_period + 1), result.at("periods").get<double>(), 0.0);
  compare_stations(c, "pilot_signals_A", result.at("pilot_signals_A"), acn, m.pilot_a, true, tolerances);
  compare_stations(c, "charging_rates_A", result.at("charging_rates_A"), acn, m.rate_a, false, tolerances);

  // Cars that can be there at once: one per station.
  const auto cars = static_cast<double>(std::min(acn.stations.size(), acn.sessions.size()));
  double voltage_v = 0.0;
  for (const AcnStation& station : acn.stations) voltage_v = std::max(voltage_v, station.voltage_v);
  c.absolute("aggregate_current_A", m.aggregate_a, read_series(result.at("aggregate_current_A")),
             tolerances.sum_a(cars));
  c.absolute("peak_sum_A", largest(m.aggregate_a), result.at("peak_sum_A").get<double>(), tolerances.sum_a(cars));
  const double peak_kw = largest(m.power_kw);
  const double peak_tolerance_kw = tolerances.energy_kwh(tolerances.sum_a(cars), voltage_v, 1.0);
  c.absolute("max_aggregate_power_kW", peak_kw, result.at("max_aggregate_power_kW").get<double>(), peak_tolerance_kw);
  compare_constraints(c, result, acn, m, tolerances);
  if (result.contains("nema_unbalance")) compare_unbalance(c, result, acn, m, tolerances);
  const double slack_kwh = compare_sessions(c, result, acn, recording, tolerances);

  const control::Ledger& ledger = run.sites[0].ledger;
  c.absolute("ledger_imbalance_kwh", control::imbalance_kwh(ledger), 0.0,
             1e-9 * std::max(1.0, control::turnover_kwh(ledger)));
  double dearest = 0.0;
  for (const double price : acn.price_per_kwh) dearest = std::max(dearest, std::abs(price));
  const double cost = result.at("energy_cost").get<double>();
  c.absolute("energy_cost", ledger.energy_cost, cost,
             tolerances.exact ? 1e-9 * std::max(1.0, std::abs(cost)) : slack_kwh * dearest);
  const double charge = result.at("demand_charge").get<double>();
  c.absolute("demand_charge", demand_charge_of_periods(acn, world, peak_kw), charge,
             tolerances.exact ? 1e-9 * std::max(1.0, charge) : peak_tolerance_kw * acn.demand_charge_per_kw);
}

/// A pilot that differs from the reference's in the first period where any does.
struct FirstDifference {
  std::int64_t period = 0;
  const AcnSession* session = nullptr;
  double higher_a = 0.0;  ///< the larger of the two pilots
  double wanted_a = 0.0;  ///< current that delivers the rest of the request in this period, exactly summed
  double periods = 0.0;   ///< for orders by work: laxity or processing time
};

std::vector<FirstDifference> first_differences(const json& result, const AcnCase& acn, const Measured& m) {
  const auto reference = [&](const char* field, const AcnSession& s, std::int64_t t) {
    const json& by_station = result.at(field);
    const auto series = by_station.find(acn.stations[s.station].id);
    return series == by_station.end() ? 0.0 : series->at(static_cast<std::size_t>(t)).get<double>();
  };
  std::vector<FirstDifference> differences;
  for (std::int64_t t = 0; t < acn.periods && differences.empty(); ++t) {
    for (const AcnSession& s : acn.sessions) {
      if (t < s.arrival || t >= s.departure) continue;
      const double theirs = reference("pilot_signals_A", s, t);
      const double ours = m.pilot_a[s.station][static_cast<std::size_t>(t)];
      if (std::abs(ours - theirs) <= 1e-9) continue;
      const AcnStation& station = acn.stations[s.station];
      // Summed without the rounding that it is about.
      long double wanted_a = static_cast<long double>(s.requested_kwh) * 1000.0L /
                             static_cast<long double>(station.voltage_v * acn.hours_per_period());
      for (std::int64_t before = s.arrival; before < t; ++before)
        wanted_a -= static_cast<long double>(reference("charging_rates_A", s, before));
      const double needed = static_cast<double>(wanted_a) / station.allowable_a.back();
      const double left = acn.algorithm.order == "llf" ? static_cast<double>(s.claimed_departure) : 0.0;
      differences.push_back({t, &s, std::max(ours, theirs), static_cast<double>(wanted_a), left - needed});
    }
  }
  return differences;
}

/// Where the first pilots that differ are those of a tie: one of the two is, to 1e-9 A, all that the session still
/// wants, or two sessions that changed places are, to 1e-9 periods, equally urgent. Both hang on the last digit of a
/// sum. The plugin follows ACN-Sim's sums for cars at constant power; those of a two-stage battery carry the rounding
/// of an SoC that no strategy sees. Empty if there is no tie.
std::string tie_of_first_difference(const json& result, const AcnCase& acn, const Measured& m) {
  const auto differences = first_differences(result, acn, m);
  for (const FirstDifference& d : differences) {
    // Where currents are searched for by halving, all that is wanted is an answer like any other.
    const bool in_steps = !(acn.algorithm.bisects && acn.stations[d.session->station].continuous);
    if (in_steps && std::abs(d.wanted_a - d.higher_a) <= 1e-9)
      return fmt::format("in period {} session {} wants {} A to the last digits, which is one of its rates", d.period,
                         d.session->id, d.higher_a);
    for (const FirstDifference& other : differences) {
      if (acn.algorithm.orders_by_work() && &other < &d && std::abs(other.periods - d.periods) <= 1e-9)
        return fmt::format("in period {} sessions {} and {} are equally urgent to the last digits", d.period,
                           other.session->id, d.session->id);
    }
  }
  return {};
}

/// ACN-Sim's uninterrupted charging serves first who really leaves first, and then may order by what was claimed. A
/// strategy of evtwin knows one departure, the claimed one.
bool needs_foresight(const AcnCase& acn) {
  return acn.algorithm.uninterrupted && acn.algorithm.orders_by_claims() &&
         std::any_of(acn.sessions.begin(), acn.sessions.end(),
                     [](const AcnSession& s) { return s.claimed_departure != s.departure; });
}

}  // namespace

std::vector<Comparison> compare_acn_run(const json& document, const std::filesystem::path&) {
  const AcnCase acn = read_acn_case(document);
  const twin::World world = acn_world(acn);
  const control::ChosenStrategy strategy =
      control::choose_strategy(paths::plugin_dir + "/baseline.so#" + acn.algorithm.strategy, acn.algorithm.params);
  Comparison c(acn.name);
  Recording recording(acn);
  twin::RunOptions options;
  options.observer = &recording;
  const twin::Result run = twin::simulate(world, strategy.factory, options);
  if (!recording.trouble.empty()) c.fail(recording.trouble);
  const Measured measured = measure(acn, recording);
  compare_result(c, document.at("result"), acn, world, run, recording, measured);
  if (c.passed()) return {c};

  Comparison known(acn.name);
  if (needs_foresight(acn)) {
    known.known_difference(
        "uninterrupted_charging of ACN-Sim serves first who really leaves first; a strategy here knows only the claim");
  }
  if (const std::string tie = tie_of_first_difference(document.at("result"), acn, measured); !tie.empty())
    known.known_difference("ACN-Sim's rounding decides a tie: " + tie);
  known.remark(c.failure());
  return {known.known() ? known : c};
}

}  // namespace evtwin::conformance
