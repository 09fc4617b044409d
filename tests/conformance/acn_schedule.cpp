#include "conformance/acn_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "baseline/view_builder.hpp"
#include "conformance/acn_run_case.hpp"
#include "conformance/kinds.hpp"
#include "control/strategy_choice.hpp"
#include "support/paths.hpp"

namespace evtwin::conformance {

namespace {

using baseline::test::EvseRow;
using baseline::test::ViewBuilder;
using nlohmann::json;

struct Infrastructure {
  std::vector<std::string> stations;
  std::vector<double> voltage_v, phase_deg, max_a, min_a, limit_a;
  std::vector<std::vector<double>> matrix, allowable_a;
  std::vector<bool> continuous;

  std::size_t station(const std::string& id) const {
    const auto at = std::find(stations.begin(), stations.end(), id);
    if (at == stations.end()) throw CaseError(fmt::format("there is no station {}", id));
    return static_cast<std::size_t>(at - stations.begin());
  }
};

Infrastructure read_infrastructure(const json& in) {
  require_known(
      in, {"matrix", "limits", "phases", "voltages", "stations", "max_pilot", "min_pilot", "allowable", "continuous"},
      "the infrastructure");
  Infrastructure f;
  f.stations = in.at("stations").get<std::vector<std::string>>();
  f.voltage_v = in.at("voltages").get<std::vector<double>>();
  f.phase_deg = in.at("phases").get<std::vector<double>>();
  f.max_a = in.at("max_pilot").get<std::vector<double>>();
  f.min_a = in.at("min_pilot").get<std::vector<double>>();
  f.limit_a = in.at("limits").get<std::vector<double>>();
  f.matrix = in.at("matrix").get<std::vector<std::vector<double>>>();
  f.allowable_a = in.at("allowable").get<std::vector<std::vector<double>>>();
  f.continuous = in.at("continuous").get<std::vector<bool>>();
  const std::size_t n = f.stations.size();
  for (const std::size_t size : {f.voltage_v.size(), f.phase_deg.size(), f.max_a.size(), f.min_a.size(),
                                 f.allowable_a.size(), f.continuous.size()}) {
    if (size != n) throw CaseError(fmt::format("a column of the infrastructure has {} of {} stations", size, n));
  }
  if (f.matrix.size() != f.limit_a.size()) throw CaseError("matrix and limits differ in length");
  for (const auto& row : f.matrix) {
    if (row.size() != n) throw CaseError("a row of the matrix does not have a coefficient per station");
  }
  return f;
}

/// Strategy and parameters of one call. `min_rates` is one figure of the plugin: sessions that differ are refused.
struct Scheduler {
  std::string id;
  control::TextParams params{{"compat", "acn-sim"}};
  bool bisects = false;
};

Scheduler read_scheduler(const json& entry) {
  static const std::map<std::string, std::string> orders{{"earliest_deadline_first", "edf"},
                                                         {"least_laxity_first", "llf"},
                                                         {"first_come_first_served", "fcfs"},
                                                         {"last_come_first_served", "lcfs"},
                                                         {"largest_remaining_processing_time", "lrpt"}};
  Scheduler s;
  const auto name = entry.at("algorithm").get<std::string>();
  if (name == "UncontrolledCharging") {
    s.id = "asap";
    return s;
  }
  const auto order = orders.find(entry.at("sort").get<std::string>());
  if (order == orders.end()) throw CaseError(fmt::format("sort {} is not known", entry.at("sort").dump()));
  if (name == "SortedSchedulingAlgo") {
    s.id = order->second;
    s.bisects = true;
    if (entry.contains("continuous_inc")) throw CaseError("continuous_inc is an option of RoundRobin");
  } else if (name == "RoundRobin") {
    s.id = "round-robin";
    s.params.emplace_back("order", order->second);
    if (entry.contains("continuous_inc"))
      s.params.emplace_back("continuous_inc_a", fmt::format("{}", entry.at("continuous_inc").get<double>()));
  } else {
    throw CaseError(
        fmt::format("algorithm '{}'; SortedSchedulingAlgo, RoundRobin and UncontrolledCharging are known", name));
  }
  if (entry.value("uninterrupted_charging", false)) s.params.emplace_back("uninterrupted", "true");
  double guaranteed_a = 0.0;
  for (const json& session : entry.at("sessions")) {
    const double min_a = session.at("min_rates0").get<double>();
    if (&session != &entry.at("sessions").front() && min_a != guaranteed_a)
      throw CaseError("min_rates differ between sessions: the plugin has one guaranteed_a for all");
    guaranteed_a = min_a;
  }
  s.params.emplace_back("guaranteed_a", fmt::format("{}", guaranteed_a));
  return s;
}

/// The site with the sessions' stations first, in the order in which ACN-Sim was given the sessions: ties stay in it.
class HandMadeView {
 public:
  HandMadeView(const json& entry, const Infrastructure& f) {
    const auto period_ns = static_cast<std::int64_t>(
        std::llround(entry.at("period").get<double>() * static_cast<double>(baseline::test::minute)));
    const auto now = entry.at("now").get<std::int64_t>();
    builder.tick_ns = period_ns;
    const std::int64_t origin_ns = baseline::test::start / period_ns * period_ns;
    builder.now_ns = origin_ns + now * period_ns;

    const json estimates = entry.value("max_rate_estimate", json::object());
    if (entry.value("estimate_max_rate", false) != entry.contains("max_rate_estimate"))
      throw CaseError("estimate_max_rate and max_rate_estimate do not fit");
    for (const json& session : entry.at("sessions")) {
      require_known(session,
                    {"station", "id", "requested", "delivered", "arrival", "departure", "est_departure", "now",
                     "min_rates0", "max_rates0"},
                    "a session");
      const auto id = session.at("station").get<std::string>();
      const std::size_t station = f.station(id);
      if (std::find(row_station.begin(), row_station.end(), station) != row_station.end())
        throw CaseError(fmt::format("two sessions at station {}", id));
      if (session.at("now").get<std::int64_t>() != now) throw CaseError("a session has another time than the call");
      EvseRow& row = add(f, station);
      row.session = builder.evses.size();
      row.requested_kwh = session.at("requested").get<double>();
      row.got_kwh = session.at("delivered").get<double>();
      row.arrived_ns = origin_ns + session.at("arrival").get<std::int64_t>() * period_ns;
      row.claimed_departs_ns = origin_ns + session.at("est_departure").get<std::int64_t>() * period_ns;
      row.departs_ns = std::max(row.claimed_departs_ns, builder.now_ns + period_ns);
      // What the car can use: its own bound, and what an estimator says of it.
      double max_a = std::min(session.at("max_rates0").get<double>(), f.max_a[station]);
      if (estimates.contains(id)) max_a = std::min(max_a, estimates.at(id).get<double>());
      row.car_max_kw = max_a * row.kw_per_a;
    }
    for (std::size_t station = 0; station < f.stations.size(); ++station) {
      if (std::find(row_station.begin(), row_station.end(), station) == row_station.end()) add(f, station);
    }
    for (std::size_t r = 0; r < f.matrix.size(); ++r) {
      baseline::test::LimitRow limit;
      limit.kind = EVTWIN_LIMIT_MAGNITUDE_A;
      limit.upper = f.limit_a[r];
      for (std::uint32_t row = 0; row < row_station.size(); ++row) {
        const std::size_t station = row_station[row];
        if (f.matrix[r][station] != 0.0) limit.members.push_back({row, f.matrix[r][station], f.phase_deg[station]});
      }
      builder.limits.push_back(std::move(limit));
    }
  }

  ViewBuilder builder;
  std::vector<std::size_t> row_station;

 private:
  EvseRow& add(const Infrastructure& f, std::size_t station) {
    EvseRow row;
    row.voltage_v = f.voltage_v[station];
    row.kw_per_a = f.voltage_v[station] / 1000.0;
    row.max_kw = f.max_a[station] * row.kw_per_a;
    row.car_min_kw = f.min_a[station] * row.kw_per_a;
    if (!f.continuous[station]) {
      for (const double a : f.allowable_a[station]) {
        if (a > 0.0) row.rates_kw.push_back(a * row.kw_per_a);
      }
    }
    row_station.push_back(station);
    builder.evses.push_back(row);
    return builder.evses.back();
  }
};

/// Errors of ACN-Sim that have their like here, and what evtwin says.
bool same_refusal(std::string_view theirs, std::string_view ours) {
  return theirs == "Charging all sessions at their lower bound is not feasible." &&
         ours.find("charging all sessions at their lower bound is not feasible") != std::string_view::npos;
}

void compare_schedule_call(Comparison& c, const json& entry) {
  require_known(entry,
                {"test", "algorithm", "period", "now", "infrastructure", "sessions", "sort", "estimate_max_rate",
                 "max_rate_estimate", "uninterrupted_charging", "continuous_inc", "schedule", "raises"},
                "the entry");
  const Infrastructure f = read_infrastructure(entry.at("infrastructure"));
  const Scheduler scheduler = read_scheduler(entry);
  HandMadeView hand_made(entry, f);
  ViewBuilder& builder = hand_made.builder;

  const auto chosen = control::choose_strategy(paths::plugin_dir + "/baseline.so#" + scheduler.id, scheduler.params);
  const auto strategy = chosen.factory(builder.view(), 1, 0);
  std::vector<double> kw(builder.evses.size(), baseline::test::nan);
  evtwin_decision decision{sizeof(evtwin_decision), 0, kw.data(), nullptr, 0, 0, baseline::test::nan, nullptr, 0, 0};
  std::string refused;
  try {
    strategy->decide(builder.view(), decision);
  } catch (const control::StrategyError& error) {
    refused = error.what();
  }

  if (const auto raises = entry.find("raises"); raises != entry.end()) {
    if (refused.empty()) return c.fail(fmt::format("gave a schedule; the reference raises {}", raises->dump()));
    const auto reason = raises->get<std::string>();
    c.equal("the reason of the refusal", same_refusal(reason, refused) ? reason : refused, reason);
    return;
  }
  if (!refused.empty()) return c.fail(fmt::format("refused: {}", refused));
  const json& schedule = entry.at("schedule");
  for (const auto& [id, series] : schedule.items()) static_cast<void>(f.station(id));
  for (std::size_t row = 0; row < kw.size(); ++row) {
    const std::size_t station = hand_made.row_station[row];
    // Stations that a schedule leaves out are offered nothing.
    const auto expected = schedule.value(f.stations[station], std::vector<double>{0.0});
    if (expected.size() != 1) throw CaseError("a schedule of more than one period");
    const double got = std::isnan(kw[row]) ? 0.0 : kw[row] / builder.evses[row].kw_per_a;
    // Halving stops at 0.01 A; a last digit can turn one step at a limit, for this car and for the next.
    const bool bisected = scheduler.bisects && f.continuous[station];
    c.absolute(fmt::format("station {}", f.stations[station]), got, expected[0], bisected ? 0.02 : 1e-9);
  }
}

}  // namespace

std::vector<Comparison> compare_acn_schedule(const json& document, const std::filesystem::path& file) {
  require_known(document, {"source", "count", "cases"}, "the file");
  const json& cases = document.at("cases");
  if (document.contains("count") && document.at("count").get<std::size_t>() != cases.size())
    throw CaseError("count is not the number of cases");
  std::vector<Comparison> comparisons;
  for (const json& entry : cases) {
    auto test = entry.value("test", std::string("?"));
    if (const auto unit = test.rfind(".Test"); unit != std::string::npos) test.erase(0, unit + 1);
    Comparison& c = comparisons.emplace_back(fmt::format("{}[{}] {}", file.stem().string(), comparisons.size(), test));
    try {
      compare_schedule_call(c, entry);
    } catch (const std::exception& error) {
      c.fail(error.what());
    }
  }
  return comparisons;
}

}  // namespace evtwin::conformance
