// evtwin decide: a request in JSON gives what the same strategy decides in a simulation, and a wrong one the field.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "cli/command.hpp"
#include "control/view_layout.hpp"
#include "decide/advisor.hpp"
#include "decide/json_value.hpp"
#include "decide/request_keys.hpp"
#include "decide/schema.hpp"
#include "scenario/fields.hpp"
#include "scenario/loader.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"
#include "twin/simulation.hpp"

namespace evtwin::testing {
namespace {

using nlohmann::json;

/// Two EVSEs of 7 kW, 11 kW of room at the grid connection; the second car leaves first.
json two_cars() {
  return json::parse(R"({
    "now": "2026-06-01T09:00", "timezone": "Asia/Seoul",
    "site": {"contract_kw": 12, "load_kw": 3, "pv_kw": 2},
    "evses": [
      {"id": "A", "kw": 7, "session": {"arrived": "2026-06-01T08:00", "departs": "2026-06-01T17:00", "requested_kwh": 20}},
      {"id": "B", "kw": 7, "session": {"arrived": "2026-06-01T08:30", "departs": "2026-06-01T11:00", "requested_kwh": 20}}
    ]})");
}

class Decide : public Command {
 protected:
  Said ask(const std::string& request, std::vector<std::string> arguments) const {
    const std::string file = write("stdin.json", request);
    arguments.insert(arguments.begin(), "decide");
    return run(arguments, [&] {
      if (freopen(file.c_str(), "rb", stdin) == nullptr) _exit(97);
    });
  }
  json answer(const json& request, const std::vector<std::string>& arguments) const {
    const Said said = ask(request.dump(), arguments);
    EXPECT_EQ(said.status, 0) << said.err;
    return said.status == 0 ? said.json() : json();
  }
};

TEST_F(Decide, EarliestDeadlineGetsAllItCanTakeAndTheOtherTheRest) {
  const json said = answer(two_cars(), {"--strategy", "edf"});
  EXPECT_NEAR(said["evse_kw"]["B"].get<double>(), 7.0, 1e-9);
  EXPECT_NEAR(said["evse_kw"]["A"].get<double>(), 4.0, 1e-9);
  EXPECT_EQ(said["granted_kw"], said["evse_kw"]);
  EXPECT_EQ(said["corrections"], json::array());
  EXPECT_EQ(said["strategy"], "edf");
  EXPECT_EQ(said["why"], json({"tick"}));
  EXPECT_EQ(said["now"], "2026-06-01T09:00:00+09:00");
}

TEST_F(Decide, WhatTheGuardTakesAwayIsSaidWithTheLimitThatBound) {
  const json said = answer(two_cars(), {"--strategy", "asap"});
  EXPECT_NEAR(said["evse_kw"]["A"].get<double>(), 7.0, 1e-9);
  for (const char* id : {"A", "B"}) EXPECT_NEAR(said["granted_kw"][id].get<double>(), 5.5, 1e-9);
  ASSERT_EQ(said["corrections"].size(), 2U);
  EXPECT_EQ(said["corrections"][0]["evse"], "A");
  EXPECT_EQ(said["corrections"][0]["reason"], "limit");
  EXPECT_EQ(said["corrections"][0]["limit"], "grid connection");
}

TEST_F(Decide, ALimitThatNobodyCanHoldIsNamed) {
  json request = two_cars();
  request["site"]["load_kw"] = 15;
  const json said = answer(request, {"--strategy", "asap"});
  for (const char* id : {"A", "B"}) EXPECT_EQ(said["granted_kw"][id], 0.0);
  ASSERT_EQ(said["exceeded"].size(), 1U);
  EXPECT_EQ(said["exceeded"][0]["limit"], "grid connection");
  EXPECT_EQ(said["exceeded"][0]["value"], 13.0);  // load minus PV
  EXPECT_EQ(said["exceeded"][0]["upper"], 12.0);
}

TEST_F(Decide, AFinishedCarLeavesItsShareToOthers) {
  json request = two_cars();
  request["evses"][1]["session"]["draws"] = false;
  const json said = answer(request, {"--strategy", "asap"});
  EXPECT_NEAR(said["granted_kw"]["A"].get<double>(), 7.0, 1e-9);
}

TEST_F(Decide, ATaperCountsWhetherOrNotTheStrategyIsShownIt) {
  // At 0.9 the car takes half of 7 kW: 3.5 + 7 fit into the 11 kW that two full offers would exceed.
  json request = two_cars();
  json& car = request["evses"][0]["session"];
  car["soc"] = 0.9;
  car["vehicle"] = {{"battery_kwh", 50}, {"ac_kw", 7}, {"ac_phases", 1}, {"taper_soc", 0.8}};
  for (const bool known : {true, false}) {
    car["vehicle"]["soc_known"] = known;
    const json said = answer(request, {"--strategy", "asap"});
    for (const char* id : {"A", "B"}) EXPECT_NEAR(said["granted_kw"][id].get<double>(), 7.0, 1e-9) << known;
  }
  car["soc"] = 0.7;
  EXPECT_NEAR(answer(request, {"--strategy", "asap"})["granted_kw"]["B"].get<double>(), 5.5, 1e-9);
}

TEST_F(Decide, AnEvseOutOfServiceGivesNothing) {
  json request = two_cars();
  request["evses"][1]["available"] = false;
  const json said = answer(request, {"--strategy", "edf"});
  EXPECT_EQ(said["granted_kw"]["B"], 0.0);
  EXPECT_NEAR(said["granted_kw"]["A"].get<double>(), 7.0, 1e-9);
}

TEST(DecideHorizon, StepsFollowTheTicksAndShowTheirMeans) {
  json request = two_cars();
  request["now"] = "2026-06-01T09:05";
  request["prices"]["buy_per_kwh"] = 100;
  request["horizon"] = json::parse(R"([
    {"start": "2026-06-01T09:20", "buy_per_kwh": 200, "contract_kw": 5},
    {"start": "2026-06-01T09:40", "pv_kw": 7, "contract_kw": 12}])");
  const decide::Request read = decide::read_request(request.dump());
  control::Horizon horizon;
  decide::fill_horizon(read, read.now_ns + 10 * kernel::minute_ns, 4, horizon);
  // 09:05, 09:15, 09:30, 09:45, to 10:00.
  std::vector<std::int64_t> minutes;
  for (const std::int64_t t : horizon.start_ns) minutes.push_back((t - read.now_ns) / kernel::minute_ns);
  EXPECT_EQ(minutes, (std::vector<std::int64_t>{0, 10, 25, 40, 55}));
  // From 09:15 five minutes at 100 and ten at 200; from 09:30 ten minutes of 2 kW and five of 7.
  EXPECT_EQ(horizon.buy_per_kwh, (std::vector<double>{100, 2500.0 / 15.0, 200, 200}));
  EXPECT_EQ(horizon.pv_kw, (std::vector<double>{2, 2, 55.0 / 15.0, 7}));
  EXPECT_EQ(horizon.contract_kw, (std::vector<double>{12, 5, 5, 12}));  // the lowest within the step
}

// A limit keeps what an entry said of it until another one does; what is in force within a step at any time binds.
TEST(DecideHorizon, BoundsOfLimitsAreTheTightestWithinEachStep) {
  json request = two_cars();
  request["now"] = "2026-06-01T09:05";
  request["site"]["feeders"] = json::parse(R"([{"name": "hall", "max_kw": 20}])");
  request["horizon"] = json::parse(R"([
    {"start": "2026-06-01T09:20", "limits": [{"limit": "hall", "upper": 6}]},
    {"start": "2026-06-01T09:40", "limits": [{"limit": "hall", "lower": -3, "upper": 9}]},
    {"start": "2026-06-01T09:45", "contract_kw": 8}])");
  const decide::Request read = decide::read_request(request.dump());
  control::Horizon horizon;
  decide::fill_horizon(read, read.now_ns + 10 * kernel::minute_ns, 4, horizon);
  const auto row = [](const std::string& name, double lower, double upper) {
    control::GuardRow made;
    made.name = name;
    made.lower = lower;
    made.upper = upper;
    return made;
  };
  const std::vector rows{row("grid", -50.0, 12.0), row("hall", -20.0, 20.0)};
  decide::fill_limits_ahead(read, rows, horizon);
  // 09:05, 09:15, 09:30, 09:45, to 10:00.
  EXPECT_EQ(horizon.limit_upper, (std::vector<double>{12, 12, 12, 8, 20, 6, 6, 9}));
  EXPECT_EQ(horizon.limit_lower, (std::vector<double>{-50, -50, -50, -50, -20, -20, -3, -3}));

  request["horizon"][1]["limits"][0]["limit"] = "hull";
  EXPECT_THROW(decide::fill_limits_ahead(decide::read_request(request.dump()), rows, horizon), scenario::FieldError);
  request["horizon"] = json::array();
  decide::fill_limits_ahead(decide::read_request(request.dump()), rows, horizon);
  EXPECT_TRUE(horizon.limit_upper.empty());
}

TEST(DecideHorizon, ALevelIsTheValueWhereARequestStatesNoSpread) {
  json request = two_cars();
  request["horizon"] = json::parse(R"([{"start": "2026-06-01T09:15", "pv_kw": 7, "arrivals": 2, "arrivals_kwh": 30}])");
  const decide::Request read = decide::read_request(request.dump());
  control::Horizon horizon;
  horizon.level = {0.1, 0.9};
  decide::fill_horizon(read, read.now_ns + 15 * kernel::minute_ns, 2, horizon);
  EXPECT_EQ(horizon.level_pv_kw, (std::vector<double>{2, 7, 2, 7}));
  EXPECT_EQ(horizon.level_arrivals, (std::vector<double>{0, 2, 0, 2}));
  EXPECT_EQ(horizon.level_arrivals_kwh, (std::vector<double>{0, 30, 0, 30}));
}

/// Keeps the view it is shown and wants peace.
struct Keeps : control::Strategy {
  explicit Keeps(evtwin_view& to) : seen(to) {}
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    seen = view;
    session_id = view.evse_session_id[0];
    EXPECT_EQ(view.evse_asked_kw[0], 9.0);
    EXPECT_EQ(view.evse_reason[0], EVTWIN_REASON_LIMIT);
    EXPECT_EQ(view.evse_limit_row[0], 0);
    EXPECT_EQ(view.evse_driver[0], 17U);
    EXPECT_EQ(view.evse_vehicle[0], 3U);
    EXPECT_EQ(view.evse_vehicle[1], UINT32_MAX);
    EXPECT_EQ(view.evse_limit_row[1], -1);
    ASSERT_EQ(view.n_departed, 1U);
    EXPECT_EQ(view.departed_evse[0], 1U);
    EXPECT_EQ(view.departed_session[0], 4U);
    EXPECT_EQ(view.departed_ns[0], view.now_ns - 300 * kernel::second_ns);
    EXPECT_EQ(view.departed_got_kwh[0], 6.0);
    EXPECT_EQ(view.departed_requested_kwh[0], 8.0);
    EXPECT_EQ(view.departed_arrived_ns[0], view.now_ns - kernel::hour_ns);
    EXPECT_EQ(view.departed_claimed_ns[0], view.now_ns + kernel::hour_ns);
    EXPECT_EQ(view.departed_driver[0], 5U);
    EXPECT_EQ(view.departed_max_kw[0], 6.5);
    EXPECT_EQ(view.departed_draws[0], 1U);
    decision.quiet_until_ns = view.now_ns + kernel::hour_ns;
  }
  evtwin_view& seen;
  static inline std::string session_id;
};

TEST(DecideRequest, SaysWhatBecameOfTheLastAnswerWhoLeftAndWhoWaits) {
  json request = two_cars();
  request.update(json::parse(R"({
    "why": ["finished", "grant"], "changed": ["prices"], "last_decision": "2026-06-01T08:45", "end": "2026-06-02T00:00",
    "commands_under_way": 1, "commands_lost": 2, "turned_away": 3,
    "departed": [{"evse": "B", "number": 4, "left": "2026-06-01T08:55", "got_kwh": 6, "requested_kwh": 8,
                  "arrived": "2026-06-01T08:00", "departs": "2026-06-01T10:00", "driver": 5, "max_kw": 6.5,
                  "draws": true}],
    "waiting": {"count": 2, "kwh": 31, "since": "2026-06-01T08:50"},
    "prices": {"demand": {"price_per_kw": 10, "billed_peak_kw": 7, "next_price_per_kw": 12, "next_fraction": 0.5,
                          "next_floor_kw": 6, "window_min": 30}}})"));
  request["evses"][0]["session"].update(json::parse(R"({"id": "tx-1", "driver": 17, "model": 3, "setpoint_kw": 7,
    "asked_kw": 9, "reason": "limit", "limit": "grid connection"})"));
  evtwin_view v{};
  control::ChosenStrategy chosen;
  chosen.factory = [&](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<Keeps>(v); };
  const decide::Request read = decide::read_request(request.dump());
  const decide::Answer answer = decide::Advisor(chosen).answer_request(read);
  EXPECT_EQ(Keeps::session_id, "tx-1");
  EXPECT_EQ(v.why, EVTWIN_WHY_FINISHED | EVTWIN_WHY_GRANT);
  EXPECT_EQ(v.changed, EVTWIN_CHANGED_PRICES);
  EXPECT_EQ(v.last_decision_ns, v.now_ns - 15 * kernel::minute_ns);
  EXPECT_EQ(v.end_ns, v.now_ns + 15 * kernel::hour_ns);
  EXPECT_EQ(v.commands_under_way, 1U);
  EXPECT_EQ(v.commands_lost, 2U);
  EXPECT_EQ(v.turned_away, 3U);
  EXPECT_EQ(v.n_waiting, 2U);
  EXPECT_EQ(v.waiting_kwh, 31.0);
  EXPECT_EQ(v.waiting_since_ns, v.now_ns - 10 * kernel::minute_ns);
  EXPECT_EQ(v.next_month_demand_price_per_kw, 12.0);
  EXPECT_EQ(v.next_month_demand_fraction, 0.5);
  EXPECT_EQ(v.next_month_floor_kw, 6.0);
  EXPECT_EQ(v.metering_window_ns, 30 * kernel::minute_ns);
  EXPECT_EQ(v.window_end_ns, v.now_ns + 30 * kernel::minute_ns);
  EXPECT_EQ(answer.quiet_until_ns, v.now_ns + kernel::hour_ns);
  EXPECT_EQ(decide::answer_json(read, answer)["quiet_until"]["at"], "2026-06-01T10:00:00+09:00");
}

TEST_F(Decide, AProcessOfItsOwnAndThisOneAnswerAlike) {
  const std::string example = decide::example_request();
  for (const char* strategy : {"edf", "llf", "price-threshold", "round-robin"}) {
    const Said here = ask(example, {"--strategy", strategy});
    const Said apart = ask(example, {"--strategy", strategy, "--isolate"});
    EXPECT_EQ(here.status, 0) << here.err;
    EXPECT_EQ(here.out, apart.out) << strategy;
  }
}

TEST_F(Decide, AFileAndStandardInputAreTheSame) {
  const std::string file = write("request.json", two_cars().dump(2));
  const Said from_file = run({"decide", file, "--strategy", "edf:peak_target_kw=50"});
  ASSERT_EQ(from_file.status, 0) << from_file.err;
  EXPECT_EQ(from_file.json()["strategy"], "edf:peak_target_kw=50");
  EXPECT_EQ(from_file.out, ask(two_cars().dump(), {"-", "--strategy", "edf:peak_target_kw=50"}).out);
}

// ---- The same answer as in a simulation. ----

/// The request that describes what a strategy is shown in a run.
json request_of(const evtwin_view& view, const twin::World& world) {
  const twin::Site& site = world.sites[0];
  const auto at = [&](std::int64_t t) { return world.calendar.format_iso(t); };
  json r{{"now", at(view.now_ns)},
         {"timezone", world.calendar.zone_name()},
         {"tick_min", view.tick_ns / kernel::minute_ns},
         {"decision_number", view.decision_number},
         {"last_decision", at(view.last_decision_ns)},
         {"commands_under_way", view.commands_under_way},
         {"commands_lost", view.commands_lost},
         {"turned_away", view.turned_away},
         {"changed", json::array()},
         {"departed", json::array()},
         {"why", json::array()}};
  if (view.end_ns != INT64_MAX) r["end"] = at(view.end_ns);
  for (const auto& word : decide::changed_words()) {
    if ((view.changed & word.bit) != 0) r["changed"].push_back(word.word);
  }
  for (std::uint32_t d = 0; d < view.n_departed; ++d) {
    r["departed"].push_back({{"evse", view.evse_id[view.departed_evse[d]]},
                             {"number", view.departed_session[d]},
                             {"left", at(view.departed_ns[d])},
                             {"got_kwh", view.departed_got_kwh[d]},
                             {"requested_kwh", view.departed_requested_kwh[d]},
                             {"arrived", at(view.departed_arrived_ns[d])},
                             {"departs", at(view.departed_claimed_ns[d])},
                             {"driver", view.departed_driver[d]},
                             {"max_kw", view.departed_max_kw[d]},
                             {"draws", view.departed_draws[d] != 0}});
  }
  if (view.n_waiting > 0) {
    r["waiting"] = {{"count", view.n_waiting}, {"kwh", view.waiting_kwh}, {"since", at(view.waiting_since_ns)}};
  }
  const auto granted = [&](json& part, double asked_kw, std::uint32_t reason, std::int32_t row) {
    part["asked_kw"] = asked_kw;
    part["reason"] = control::name_of(static_cast<control::Correction>(reason));
    if (row >= 0) part["limit"] = view.limit_name[row];
  };
  for (const auto& word : decide::why_words()) {
    if ((view.why & word.bit) != 0) r["why"].push_back(word.word);
  }
  r["site"] = {{"contract_kw", view.contract_kw},
               {"export_limit_kw", view.export_limit_kw},
               {"pv_kw", view.pv_kw},
               {"load_kw", view.load_kw},
               {"storage_policy", std::array{"off", "self_consumption", "peak_shaving",
                                             "arbitrage"}[static_cast<std::size_t>(view.storage_policy)]}};
  for (std::size_t i = 0; i < site.evses.size(); ++i) {
    const physics::Evse& e = site.evses[i];
    json evse{{"id", e.id}, {"bidirectional", e.bidirectional}};
    if (e.phases == 0)
      evse.update({{"kind", "dc"}, {"kw", e.max_kw}, {"min_kw", e.min_kw}, {"efficiency", e.efficiency}});
    else
      evse.update({{"max_a", e.max_a}, {"min_a", e.min_a}, {"phases", e.phases}, {"voltage_v", e.voltage_v}});
    if (view.evse_session[i] != 0) {
      json vehicle = json::object();
      if (e.phases == 0) {
        vehicle["dc_kw"] = view.evse_car_max_kw[i];
      } else {
        vehicle["ac_phases"] = std::lround(1000.0 * view.evse_kw_per_a[i] / e.voltage_v);
        if (view.evse_car_max_kw[i] < view.evse_max_kw[i]) vehicle["ac_kw"] = view.evse_car_max_kw[i];
      }
      const double discharge_kw = view.evse_car_max_discharge_kw[i];
      if (discharge_kw > 0.0) vehicle.update({{"v2g", true}, {"discharge_kw", discharge_kw}});
      evse["session"] = {{"arrived", at(view.evse_arrived_ns[i])},
                         {"departs", at(view.evse_claimed_departs_ns[i])},
                         {"requested_kwh", view.evse_requested_kwh[i]},
                         {"got_kwh", view.evse_got_kwh[i]},
                         {"priority", view.evse_priority[i]},
                         {"draws", view.evse_draws[i] != 0},
                         {"setpoint_kw", view.evse_setpoint_kw[i]},
                         {"power_kw", view.evse_power_kw[i]},
                         {"number", view.evse_session[i]},
                         {"v2g", discharge_kw > 0.0},
                         {"vehicle", vehicle}};
      json& session = evse["session"];
      granted(session, view.evse_asked_kw[i], view.evse_reason[i], view.evse_limit_row[i]);
      if (*view.evse_session_id[i] != '\0') session["id"] = view.evse_session_id[i];
      if (view.evse_driver[i] != 0) session["driver"] = view.evse_driver[i];
      if (view.evse_vehicle[i] != UINT32_MAX) session["model"] = view.evse_vehicle[i];
    }
    r["evses"].push_back(std::move(evse));
  }
  for (std::size_t s = 0; s < site.storages.size(); ++s) {
    const physics::Storage& storage = site.storages[s];
    r["storages"].push_back({{"name", storage.id},
                             {"kwh", storage.capacity_kwh},
                             {"charge_kw", storage.max_charge_kw},
                             {"discharge_kw", storage.max_discharge_kw},
                             {"efficiency", {storage.charge_efficiency, storage.discharge_efficiency}},
                             {"soc_min", storage.soc_min},
                             {"soc_max", storage.soc_max},
                             {"soc", view.storage_soc[s]},
                             {"setpoint_kw", view.storage_setpoint_kw[s]},
                             {"power_kw", view.storage_power_kw[s]}});
    granted(r["storages"].back(), view.storage_asked_kw[s], view.storage_reason[s], view.storage_limit_row[s]);
  }
  r["prices"] = {{"buy_per_kwh", view.buy_per_kwh},
                 {"sell_per_kwh", view.sell_per_kwh},
                 {"driver_price_per_kwh", view.driver_price_per_kwh},
                 {"v2g_price_per_kwh", view.v2g_price_per_kwh},
                 {"unmet_price_per_kwh", view.unmet_price_per_kwh},
                 {"wear_price_per_kwh", view.wear_price_per_kwh},
                 {"demand",
                  {{"price_per_kw", view.demand_price_per_kw},
                   {"fraction", view.demand_fraction},
                   {"billed_peak_kw", view.billed_peak_kw},
                   {"month_peak_kw", view.month_peak_kw},
                   {"month_end", at(view.month_end_ns)},
                   {"next_price_per_kw", view.next_month_demand_price_per_kw},
                   {"next_fraction", view.next_month_demand_fraction},
                   {"next_floor_kw", view.next_month_floor_kw},
                   {"window_min", view.metering_window_ns / kernel::minute_ns},
                   {"window_import_kwh", view.window_import_kwh},
                   {"window_end", at(view.window_end_ns)}}}};
  for (std::uint32_t k = 0; k < view.horizon_steps; ++k) {
    r["horizon"].push_back({{"start", at(view.horizon_start_ns[k])},
                            {"pv_kw", view.horizon_pv_kw[k]},
                            {"load_kw", view.horizon_load_kw[k]},
                            {"buy_per_kwh", view.horizon_buy_per_kwh[k]},
                            {"sell_per_kwh", view.horizon_sell_per_kwh[k]},
                            {"co2_kg_per_kwh", view.horizon_co2_kg_per_kwh[k]},
                            {"contract_kw", view.horizon_contract_kw[k]},
                            {"arrivals", view.horizon_arrivals[k]},
                            {"arrivals_kwh", view.horizon_arrivals_kwh[k]}});
  }
  for (const auto& [key, ledger] : {std::pair{"since_last", view.since_last}, {"so_far", view.so_far}}) {
    for (const auto& field : decide::ledger_fields()) r[key][std::string(field.name)] = ledger->*field.value;
  }
  return r;
}

template <class T>
bool same_cells(const void* a, const void* b, std::size_t n) {
  const auto* x = static_cast<const T*>(a);
  const auto* y = static_cast<const T*>(b);
  return std::equal(x, x + n, y, [](const T& p, const T& q) {
    if constexpr (std::is_same_v<T, double>)
      return p == q || (std::isnan(p) && std::isnan(q));
    else if constexpr (std::is_same_v<T, const char*>)
      return std::strcmp(p, q) == 0;
    else if constexpr (std::is_same_v<T, evtwin_ledger>)
      return std::memcmp(&p, &q, sizeof p) == 0;
    else
      return p == q;
  });
}

/// Every column and every scalar, but for where acceptance curves lie and when the forecast was issued.
void expect_same_view(const evtwin_view& a, const evtwin_view& b) {
  for (const control::ColumnPlace& column : control::view_columns()) {
    if (column.name == "evse_curve_start") continue;
    const std::size_t n = control::length_of(column, a);
    ASSERT_EQ(n, control::length_of(column, b)) << column.name;
    const void* x = control::column_of(column, a);
    const void* y = control::column_of(column, b);
    using control::Cell;
    const bool same = n == 0                      ? true
                      : column.cell == Cell::text ? same_cells<const char*>(x, y, n)
                      : column.cell == Cell::u8   ? same_cells<std::uint8_t>(x, y, n)
                      : column.cell == Cell::u32  ? same_cells<std::uint32_t>(x, y, n)
                      : column.cell == Cell::i32  ? same_cells<std::int32_t>(x, y, n)
                      : column.cell == Cell::u64  ? same_cells<std::uint64_t>(x, y, n)
                      : column.cell == Cell::i64  ? same_cells<std::int64_t>(x, y, n)
                      : column.cell == Cell::f64  ? same_cells<double>(x, y, n)
                                                  : same_cells<evtwin_ledger>(x, y, n);
    EXPECT_TRUE(same) << column.name << " at decision " << a.decision_number;
  }
  const auto scalars = [](const evtwin_view& v) {
    return std::tuple(v.why, v.now_ns, v.next_tick_ns, v.tick_ns, v.utc_offset_ns, v.decision_number, v.storage_policy,
                      v.pv_kw, v.load_kw, v.contract_kw, v.export_limit_kw, v.buy_per_kwh, v.sell_per_kwh,
                      v.driver_price_per_kwh, v.v2g_price_per_kwh, v.unmet_price_per_kwh, v.wear_price_per_kwh,
                      v.demand_basis, v.demand_price_per_kw, v.demand_fraction, v.billed_peak_kw, v.month_peak_kw,
                      v.month_end_ns, v.window_import_kwh, v.window_end_ns, v.last_decision_ns, v.end_ns, v.changed,
                      v.commands_under_way, v.commands_lost, v.n_departed, v.n_waiting, v.waiting_kwh,
                      v.waiting_since_ns, v.turned_away, v.next_month_demand_price_per_kw, v.next_month_demand_fraction,
                      v.next_month_floor_kw, v.metering_window_ns, v.n_levels);
  };
  EXPECT_EQ(scalars(a), scalars(b));
  EXPECT_EQ(std::isnan(a.power_setpoint_kw), std::isnan(b.power_setpoint_kw));
}

/// Passes everything on, and looks at the view first.
class Watched : public control::Strategy {
 public:
  using Look = std::function<void(const evtwin_view&)>;
  using After = std::function<void(const evtwin_view&, const evtwin_decision&)>;
  Watched(std::unique_ptr<control::Strategy> inner, Look look, After after)
      : inner_(std::move(inner)), look_(std::move(look)), after_(std::move(after)) {
    subscribes = inner_->subscribes;
    horizon_steps = inner_->horizon_steps;
    plan_steps = inner_->plan_steps;
  }
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    look_(view);
    inner_->decide(view, decision);
    after_(view, decision);
  }

 private:
  std::unique_ptr<control::Strategy> inner_;
  Look look_;
  After after_;
};

/// Leaves everything as it is.
struct Silent : control::Strategy {
  void decide(const evtwin_view&, evtwin_decision&) override {}
};

/// Runs the week (sanitized: a day); every decision is also asked for in JSON, of one instance.
void expect_same_decisions(const std::string& id) {
  setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
  const auto days = sweep(7U, 1U);
  scenario::LoadOptions options;
  options.days = static_cast<int>(days);
  const auto scenario = scenario::load_scenario(source_dir + "/scenarios/workplace_week.lua", options);
  const auto chosen = control::choose_strategy(paths::plugin_dir + "/baseline.so#" + id, {});
  const evtwin_view* in_the_run = nullptr;
  control::ChosenStrategy asked = chosen;
  asked.factory = [&](const evtwin_view& first, std::uint64_t seed, std::uint32_t site) {
    return std::make_unique<Watched>(
        chosen.factory(first, seed, site), [&](const evtwin_view& view) { expect_same_view(*in_the_run, view); },
        [](const evtwin_view&, const evtwin_decision&) {});
  };
  decide::Advisor advisor(asked);
  std::size_t decisions = 0, powers = 0;
  const auto compare = [&](const evtwin_view& view, const evtwin_decision& decision) {
    in_the_run = &view;
    const decide::Answer answer = advisor.answer_request(decide::read_request(request_of(view, scenario.world).dump()));
    ++decisions;
    for (std::size_t i = 0; i < answer.evses.size(); ++i) {
      const double kw = decision.evse_kw[i];
      ASSERT_TRUE(answer.evses[i].asked_kw == kw || (std::isnan(answer.evses[i].asked_kw) && std::isnan(kw)))
          << answer.evses[i].id << ": " << answer.evses[i].asked_kw << " asked in JSON, " << kw << " in the run";
      powers += kw > 0.0 ? 1 : 0;
    }
    for (std::size_t s = 0; s < answer.storages.size(); ++s) {
      const double kw = decision.storage_kw[s];
      ASSERT_TRUE(answer.storages[s].asked_kw == kw || (std::isnan(answer.storages[s].asked_kw) && std::isnan(kw)));
    }
    EXPECT_EQ(answer.wake_ns, decision.wake_ns);
  };
  const control::StrategyFactory factory = [&](const evtwin_view& first, std::uint64_t seed, std::uint32_t site) {
    return std::make_unique<Watched>(
        chosen.factory(first, seed, site), [](const evtwin_view&) {},
        [&](const evtwin_view& view, const evtwin_decision& decision) {
          if (!::testing::Test::HasFailure()) compare(view, decision);
        });
  };
  twin::simulate(scenario.world, factory);
  EXPECT_GE(decisions, days * 96U);
  EXPECT_GT(powers, days * 140U);
}

TEST(DecideAsInARun, EarliestDeadline) { expect_same_decisions("edf"); }
TEST(DecideAsInARun, LeastLaxity) { expect_same_decisions("llf"); }
TEST(DecideAsInARun, EqualShare) { expect_same_decisions("equal-share"); }
TEST(DecideAsInARun, PriceThresholdWithItsHorizon) { expect_same_decisions("price-threshold"); }

// ---- Refusals. ----

struct Wrong {
  const char* set;    ///< JSON pointer of what is set ...
  const char* value;  ///< ... to this; empty: taken away
  const char* field;  ///< the field that the message names
  const char* words;  ///< and something of what would be right
};

TEST(DecideRefuses, EveryWrongFieldByItsPointerAndWithWhatWouldBeRight) {
  const std::vector<Wrong> wrong{
      {"/now", "", "", "needs now"},
      {"/now", "1748736000", "/now", "2025-06-02T14:00"},
      {"/now", R"("yesterday")", "/now", "2025-06-02T14:00"},
      {"/now", R"("2026-06-31T09:00")", "/now", "no such date"},
      {"/now", R"("1677-10-01")", "/now", "1679"},
      {"/timezone", "", "", "needs timezone"},
      {"/timezone", R"("Asia/Soeul")", "/timezone", "Asia/Seoul"},
      {"/tick_min", "0", "/tick_min", "from 1 to 1440"},
      {"/tick_min", "7.5", "/tick_min", "whole number"},
      {"/tik_min", "15", "/tik_min", "did you mean 'tick_min'"},
      {"/why", R"(["tock"])", "/why/0", "tick"},
      {"/why", "[]", "/why", "empty"},
      {"/why", R"("tick")", "/why", "list"},
      {"/seed", "-1", "/seed", "from 0"},
      {"/id", "5", "/id", "text"},
      {"/evses", "", "", "needs evses"},
      {"/evses", "[]", "/evses", "at least one"},
      {"/evses", "3", "/evses", "list of EVSEs, got the number 3"},
      {"/evses", R"({"A": 1})", "/evses", "got an object"},
      {"/evses/0", "[7]", "/evses/0", "must be an object, got an array"},
      {"/evses/0/id", "", "/evses/0", "needs id"},
      {"/evses/0/id", R"("B")", "/evses/1/id", "used twice"},
      {"/evses/0/id", R"("a\u0000b")", "/evses/0/id", "control characters"},
      {"/evses/0/kw", "7000", "/evses/0/kw", "did you write W for kW?"},
      {"/evses/0/kw", "", "/evses/0", "needs kw or max_a"},
      {"/evses/0/max_a", "32", "/evses/0", "needs kw or max_a, one of them"},
      {"/evses/0/phases", "4", "/evses/0/phases", "from 1 to 3"},
      {"/evses/0/kind", R"("hpc")", "/evses/0/kind", "\"ac\", \"dc\""},
      {"/evses/0/feeder", R"("F1")", "/evses/0/feeder", "no such feeder"},
      {"/evses/0/rates_a", "[8, 6]", "/evses/0/rates_a", "ascend"},
      {"/evses/0/available", "1", "/evses/0/available", "true or false"},
      {"/evses/0/reserved", R"({"from": "2026-06-01T12:00", "until": "2026-06-01T12:00"})", "/evses/0/reserved/until",
       "not after"},
      {"/evses/1/session/requested_kwh", "", "/evses/1/session", "needs requested_kwh (kWh)"},
      {"/evses/1/session/requested_kwh", "-3", "/evses/1/session/requested_kwh", "-3 must be from 0 to 100,000 kWh"},
      {"/evses/1/session/requested_kwh", R"("20")", "/evses/1/session/requested_kwh", "a number in kWh"},
      {"/evses/1/session/requested_kwh", "1e308", "/evses/1/session/requested_kwh", "from 0 to 100,000"},
      {"/evses/1/session/requsted_kwh", "20", "/evses/1/session/requsted_kwh", "did you mean 'requested_kwh'"},
      {"/evses/1/session/departs", R"("2026-06-01T08:00")", "/evses/1/session/departs", "before the car arrived"},
      {"/evses/1/session/departs", "", "/evses/1/session", "needs departs"},
      {"/evses/1/session/arrived", R"("2026-06-01T09:30")", "/evses/1/session/arrived", "after now"},
      {"/evses/1/session/soc", "0.5", "/evses/1/session/soc", "battery_kwh"},
      {"/evses/1/session/soc", "80", "/evses/1/session/soc", "write 0.8 for 80 %"},
      {"/evses/1/session/vehicle", R"({"taper_soc": 0.8})", "/evses/1/session/vehicle/taper_soc",
       "needs ac_kw or dc_kw"},
      {"/evses/1/session/vehicle", R"({"efficiency": 0.9})", "/evses/1/session/vehicle/efficiency",
       "needs battery_kwh"},
      {"/evses/1/session/vehicle", R"({"battery_kwh": 50, "curve": [[0, 7], [0.5, 7]]})",
       "/evses/1/session/vehicle/curve", "end at 1"},
      {"/evses/1/session/vehicle", R"({"v2g": true})", "/evses/1/session/vehicle/v2g", "discharge_kw"},
      {"/site", "[]", "", ""},
      {"/site/contract_kw", "0", "/site/contract_kw", "above 0"},
      {"/site/contract_kw", R"("none")", "/site/contract_kw", "a number in kW"},
      {"/site/pv_kw", "-1", "/site/pv_kw", "from 0"},
      {"/site/limits", R"("off")", "/site/limits", "enforce"},
      {"/site/rows", R"([{"name": "r", "kind": "power_kw", "upper": 5, "members": {"C": 1}}])",
       "/site/rows/0/members/C", "no such EVSE"},
      {"/site/rows", R"([{"name": "r", "kind": "power_kw", "upper": 5, "members": {"a/~": 1}}])",
       "/site/rows/0/members/a~1~0", "no such EVSE"},
      {"/site/feeders", R"([{"name": "F", "parent": "G"}])", "/site/feeders/0/parent", "no such feeder"},
      {"/storages", R"([{"kwh": 10, "kw": 5}])", "/storages/0", "needs soc"},
      {"/storages", R"([{"kwh": 10, "soc": 0.5}])", "/storages/0", "needs kw"},
      {"/storages", R"([{"kwh": 10, "kw": 5, "soc": 0.5, "soc_min": 0.6}])", "/storages/0/soc", "soc_min = 0.6"},
      {"/storages", R"([{"name": "s", "kwh": 10, "kw": 5, "soc": 0.5}, {"name": "s", "kwh": 10, "kw": 5, "soc": 0.5}])",
       "/storages/1/name", "used twice"},
      {"/prices", R"({"buy": 1})", "/prices/buy", "known keys: buy_per_kwh"},
      {"/prices", R"({"demand": {"basis": "none", "price_per_kw": 5}})", "/prices/demand/price_per_kw", "peak"},
      {"/prices", R"({"demand": {"window_end": "2026-06-01T08:45"}})", "/prices/demand/window_end", "after now"},
      {"/prices", R"({"demand": {"window_min": 20}})", "/prices/demand/window_min", "must be 15, 30 or 60 min"},
      {"/prices", R"({"demand": {"window_min": "30"}})", "/prices/demand/window_min", "must be 15, 30 or 60 min, got"},
      {"/prices", R"({"demand": {"window_end": "2026-06-01T09:30"}})", "/prices/demand/window_end",
       "more than window_min = 15 min after now"},
      {"/prices", R"({"demand": {"window_min": 30, "window_end": "2026-06-01T09:30"}})", "", ""},
      {"/horizon", R"([{"pv_kw": 3}])", "/horizon/0", "needs start"},
      {"/horizon", R"([{"start": "2026-06-01T10:00"}, {"start": "2026-06-01T10:00"}])", "/horizon/1/start",
       "entry before"},
      {"/so_far", R"({"import_kwh": -1})", "/so_far/import_kwh", "from 0"},
  };
  for (const Wrong& w : wrong) {
    json request = two_cars();
    const std::string pointer = w.set;
    const json::json_pointer at(pointer);
    if (std::string_view(w.value).empty())
      request.at(at.parent_pointer()).erase(at.back());
    else
      request[at] = json::parse(w.value);
    if (std::string_view(w.words).empty()) {
      EXPECT_NO_THROW(decide::read_request(request.dump())) << pointer;
      continue;
    }
    try {
      decide::read_request(request.dump());
      ADD_FAILURE() << pointer << " = " << w.value << " was accepted";
    } catch (const scenario::FieldError& error) {
      EXPECT_EQ(error.field, w.field) << error.what();
      EXPECT_NE(std::string(error.what()).find(w.words), std::string::npos) << error.what();
      EXPECT_TRUE(std::string(error.what()).starts_with(error.field.empty() ? "the request: " : error.field + ": "))
          << error.what();
    }
  }
}

TEST(DecideRefuses, TextThatTwoReadersCouldReadInTwoWays) {
  const std::vector<std::array<std::string, 3>> wrong{{
      {R"({"now": "2026-06-01", "now": "2026-06-02"})", "/now", "twice"},
      {R"({"evses": [{"id": "A"}, {"id": "B", "id": "C"}]})", "/evses/1/id", "twice"},
      {R"({"seed": 1e999})", "", "not JSON"},
      {R"({"seed": NaN})", "", "line 1, column"},
      {"{\"id\": \"\xff\xfe\"}", "", "UTF-8"},
      {std::string("{\"id\": \"a\0b\"}", 13), "", "not JSON"},
      {std::string(200'000, '['), "", "nested more than"},
      {"{} {}", "", "not JSON"},
      {"{", "", "not JSON"},
      {"// a comment\n{}", "", "not JSON"},
      {"[]", "", "needs now"},
      {"7", "", "must be an object"},
      {"null", "", "must be an object"},
  }};
  for (const auto& [text, field, words] : wrong) {
    try {
      decide::read_request(text);
      ADD_FAILURE() << text.substr(0, 60) << " was accepted";
    } catch (const scenario::FieldError& error) {
      EXPECT_EQ(error.field, field) << error.what();
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
      EXPECT_LT(std::string(error.what()).size(), 600U);
    }
  }
}

TEST_F(Decide, RefusalsAreOneLineAndStatus1UsageIs2) {
  json request = two_cars();
  request["evses"][1]["session"]["requested_kwh"] = -3;
  const Said wrong = ask(request.dump(), {"--strategy", "edf"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err, "error: standard input: /evses/1/session/requested_kwh: -3 must be from 0 to 100,000 kWh\n");
  EXPECT_EQ(ask("", {"--strategy", "edf"}).status, 1);
  EXPECT_EQ(run({"decide", path("none.json"), "--strategy", "edf"}).status, 1);
  EXPECT_EQ(run({"decide", folder_, "--strategy", "edf"}).status, 1);
  const Said unknown = ask(two_cars().dump(), {"--strategy", "efd"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_NE(unknown.err.find("did you mean 'edf'?"), std::string::npos) << unknown.err;
  EXPECT_EQ(ask(two_cars().dump(), {}).status, 2);
  EXPECT_EQ(ask(two_cars().dump(), {"--strategy", "edf", "--line"}).status, 2);
}

TEST_F(Decide, AHundredMegabytesAreRefusedWithoutBeingHeld) {
  const std::string file = path("large.json");
  {
    std::ofstream out(file, std::ios::binary);
    out << "{\"id\": \"";
    const std::string block(1 << 20, 'x');
    for (int i = 0; i < 100; ++i) out << block;
    out << "\"}";
  }
  for (const bool lines : {false, true}) {
    std::vector<std::string> arguments{"decide", file, "--strategy", "edf"};
    if (lines) arguments.emplace_back("--lines");
    const Said said = run(arguments);
    EXPECT_EQ(said.status, 1);
    EXPECT_NE((lines ? said.out : said.err).find("larger than 64 MiB"), std::string::npos);
    EXPECT_LT(said.err.size(), 500U);
  }
}

TEST_F(Decide, MillionsOfValuesAreRefused) {
  std::string numbers = "{\"evses\": [0";
  for (int i = 0; i < 3'000'000; ++i) numbers += ",0";
  const Said said = ask(numbers + "]}", {"--strategy", "edf"});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("too large"), std::string::npos) << said.err;
}

TEST_F(Decide, AStrategyThatBreaksTheContractIsNamedAndEndsTheStream) {
  const std::string twice = two_cars().dump() + "\n" + two_cars().dump() + "\n";
  for (const auto& [animal, words] : {std::pair{"throws_in_decide", "decide failed: the solver gave up"},
                                      {"answers_infinite", "decide answered inf kW for EVSE"},
                                      {"wakes_in_the_past", "decide asked to be woken at"},
                                      {"writes_one_past", "decide wrote outside its decision column"},
                                      {"segfaults", "decide crashed: signal 11"}}) {
    const std::string file = paths::zoo_dir + "/" + animal + ".so";
    for (const bool apart : {false, true}) {
      std::vector<std::string> arguments{"--strategy", file, "--lines"};
      if (apart) arguments.emplace_back("--isolate");
      const Said said = ask(twice, arguments);
      EXPECT_EQ(said.status, 1) << animal;
      EXPECT_EQ(said.out, "") << animal;
      EXPECT_NE(said.err.find(words), std::string::npos) << said.err;
      EXPECT_EQ(said.err.find("error: line 1: strategy "), 0U) << said.err;
    }
  }
}

TEST_F(Decide, PowerForAnEmptyEvseIsSaidToBeNone) {
  json request = two_cars();
  request["evses"][0].erase("session");
  const json said = answer(request, {"--strategy", paths::zoo_dir + "/answers_unconnected.so"});
  ASSERT_FALSE(said["corrections"].empty());
  EXPECT_EQ(said["corrections"][0]["evse"], "A");
  EXPECT_EQ(said["corrections"][0]["reason"], "not_plugged_in");
  EXPECT_EQ(said["granted_kw"]["A"], 0.0);
}

// ---- Streams. ----

std::vector<json> answers_of(const std::string& out) {
  std::vector<json> answers;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) answers.push_back(json::parse(line));
  return answers;
}

TEST_F(Decide, AStreamIsAnsweredLineByLineAndARefusedLineDoesNotEndIt) {
  json first = two_cars(), wrong = two_cars(), last = two_cars();
  first["id"] = "one";
  wrong["evses"][0]["session"]["soc"] = 2;
  last["id"] = "three";
  last["now"] = "2026-06-01T09:15";
  last["site"]["contract_kw"] = 8;  // 7 kW of room: the first to leave takes it
  const Said said = ask(first.dump() + "\n\n" + wrong.dump() + "\n" + last.dump(), {"--strategy", "edf", "--lines"});
  EXPECT_EQ(said.status, 1) << "a line was refused";
  const auto answers = answers_of(said.out);
  ASSERT_EQ(answers.size(), 3U) << said.out << said.err;
  EXPECT_EQ(answers[0]["id"], "one");
  EXPECT_EQ(answers[1]["line"], 3);
  EXPECT_EQ(answers[1]["field"], "/evses/0/session/soc");
  EXPECT_EQ(answers[2]["id"], "three");
  EXPECT_NEAR(answers[2]["evse_kw"]["B"].get<double>(), 7.0, 1e-9);
  EXPECT_EQ(answers[2]["evse_kw"]["A"], 0.0);
}

TEST_F(Decide, AStreamKeepsToOneInstallation) {
  json other = two_cars();
  other["evses"][1]["kw"] = 11;
  json fewer = two_cars();
  fewer["evses"].erase(1);
  const Said said =
      ask(two_cars().dump() + "\n" + other.dump() + "\n" + fewer.dump() + "\n", {"--strategy", "edf", "--lines"});
  const auto answers = answers_of(said.out);
  ASSERT_EQ(answers.size(), 3U) << said.err;
  EXPECT_EQ(answers[1]["field"], "/evses/1");
  EXPECT_EQ(answers[2]["field"], "/evses");
}

TEST(DecideStream, ACarKeepsItsNumberAndTheNextOneGetsANewOne) {
  std::vector<std::vector<std::uint64_t>> numbers;
  control::ChosenStrategy chosen;
  chosen.factory = [&](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<Watched>(
        std::make_unique<Silent>(),
        [&](const evtwin_view& view) { numbers.emplace_back(view.evse_session, view.evse_session + view.n_evses); },
        [](const evtwin_view&, const evtwin_decision&) {});
  };
  decide::Advisor advisor(chosen);
  json request = two_cars();
  advisor.answer_request(decide::read_request(request.dump()));
  request["evses"][0]["session"]["arrived"] = "2026-06-01T08:59";
  advisor.answer_request(decide::read_request(request.dump()));
  request["evses"][1].erase("session");
  advisor.answer_request(decide::read_request(request.dump()));
  EXPECT_EQ(numbers, (std::vector<std::vector<std::uint64_t>>{{1, 2}, {3, 2}, {3, 0}}));
}

TEST(DecideStream, WithoutAnAnswerSetpointsStay) {
  control::ChosenStrategy chosen;
  chosen.factory = [](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<Silent>(); };
  decide::Advisor advisor(chosen);
  json request = two_cars();
  request["evses"][0]["session"]["setpoint_kw"] = 5;
  const decide::Request read = decide::read_request(request.dump());
  const decide::Answer answer = advisor.answer_request(read);
  EXPECT_TRUE(std::isnan(answer.evses[0].asked_kw));
  EXPECT_EQ(answer.evses[0].granted_kw, 5.0);
  EXPECT_EQ(answer.evses[1].granted_kw, 0.0);
  EXPECT_TRUE(json::parse(decide::answer_json(read, answer).dump())["evse_kw"]["A"].is_null());
}

/// Plans 2 kW for B in the second of three steps.
struct PlanningStrategy : control::Strategy {
  PlanningStrategy() { horizon_steps = plan_steps = 3; }
  void decide(const evtwin_view&, evtwin_decision& decision) override { decision.plan_kw[1 * 3 + 1] = 2.0; }
};

TEST(DecideStream, APlanIsPartOfTheAnswer) {
  control::ChosenStrategy chosen;
  chosen.factory = [](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<PlanningStrategy>();
  };
  const decide::Request read = decide::read_request(two_cars().dump());
  const json plan = json::parse(decide::answer_json(read, decide::Advisor(chosen).answer_request(read)).dump())["plan"];
  EXPECT_EQ(plan["start"], json({"2026-06-01T09:00:00+09:00", "2026-06-01T09:15:00+09:00", "2026-06-01T09:30:00+09:00",
                                 "2026-06-01T09:45:00+09:00"}));
  EXPECT_EQ(plan["evse_kw"], json::parse(R"({"B": [null, 2.0, null]})"));
  EXPECT_EQ(plan["storage_kw"], json::object());
}

TEST(DecideStream, TheLeastThatAnOwnerTakesIsShown) {
  std::vector<double> shown;
  control::ChosenStrategy chosen;
  struct Looks : control::Strategy {
    explicit Looks(std::vector<double>& to) : to_(to) {}
    void decide(const evtwin_view& view, evtwin_decision&) override {
      to_.assign(view.evse_v2g_price_per_kwh, view.evse_v2g_price_per_kwh + view.n_evses);
      to_.push_back(view.wear_price_per_kwh);
    }
    std::vector<double>& to_;
  };
  chosen.factory = [&](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<Looks>(shown); };
  json request = two_cars();
  request["prices"] = {{"v2g_price_per_kwh", 0.1}, {"wear_price_per_kwh", 0.03}};
  request["evses"][1]["session"]["v2g_min_price_per_kwh"] = 0.25;
  decide::Advisor(chosen).answer_request(decide::read_request(request.dump()));
  EXPECT_EQ(shown, (std::vector<double>{0.1, 0.25, 0.03}));
}

TEST(DecideStream, WhatAStrategyLeavesToAnEvseOutOfServiceIsTakenAway) {
  control::ChosenStrategy chosen;
  chosen.factory = [](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<Silent>(); };
  json request = two_cars();
  request["evses"][1]["session"]["setpoint_kw"] = 7;
  request["evses"][1]["available"] = false;
  const decide::Answer answer = decide::Advisor(chosen).answer_request(decide::read_request(request.dump()));
  EXPECT_EQ(answer.evses[1].granted_kw, 0.0);
  EXPECT_EQ(answer.evses[1].reason, control::Correction::outage);
}

// ---- The schema. ----

TEST_F(Decide, TheSchemaHasEveryFieldThatRequestsMayHave) {
  const Said said = run({"decide", "--schema"});
  ASSERT_EQ(said.status, 0) << said.err;
  const json schema = said.json();
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  for (const scenario::Section& section : decide::request_sections()) {
    const json& at = section.name == "request" ? schema : schema["$defs"][std::string(section.name)];
    EXPECT_EQ(at["properties"].size(), section.keys.size()) << section.name;
    EXPECT_EQ(at["additionalProperties"], false);
    for (const scenario::Key& key : section.keys) {
      const json& field = at["properties"][std::string(key.name)];
      EXPECT_FALSE(field["description"].get<std::string>().empty());
      const bool said_how =
          field.contains("type") || field.contains("$ref") || field.contains("anyOf") || field.contains("enum");
      EXPECT_TRUE(said_how) << section.name << "." << key.name << ": " << field;
    }
  }
  // No reference leads nowhere.
  const std::string text = schema.dump(), reference = "\"$ref\":\"#/$defs/";
  for (std::size_t at = text.find(reference); at != std::string::npos; at = text.find(reference, at + 1)) {
    const std::size_t begin = at + reference.size();
    EXPECT_TRUE(schema["$defs"].contains(text.substr(begin, text.find('"', begin) - begin)));
  }
}

TEST_F(Decide, TheAnswerHasWhatTheSchemaPromises) {
  const json promised = run({"decide", "--schema"}).json()["$defs"]["answer"];
  const json said = answer(json::parse(run({"decide", "--example"}).out), {"--strategy", "edf"});
  for (const auto& key : promised["required"]) EXPECT_TRUE(said.contains(key.get<std::string>())) << key;
  for (const auto& item : said.items()) EXPECT_TRUE(promised["properties"].contains(item.key())) << item.key();
}

TEST_F(Decide, NullIsAFieldLeftOut) {
  json request = two_cars();
  request["evses"][0]["session"]["soc"] = nullptr;
  request["site"]["export_limit_kw"] = nullptr;
  EXPECT_EQ(answer(request, {"--strategy", "edf"}), answer(two_cars(), {"--strategy", "edf"}));
}

}  // namespace
}  // namespace evtwin::testing
