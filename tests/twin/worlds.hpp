// Small worlds and strategies for the tests of the simulation, and an observer that keeps everything.
#pragma once
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/strategy_choice.hpp"
#include "support/paths.hpp"
#include "twin/simulation.hpp"

namespace evtwin::testing {

using kernel::hour_ns;
using kernel::minute_ns;
using kernel::TimeNs;

/// 2025-06-02T00:00 in Seoul, a Monday.
inline constexpr TimeNs monday_ns = 1748790000LL * 1'000'000'000LL;

inline physics::Evse ac_evse(const std::string& id, double max_a = 32.0, std::uint8_t phases = 1,
                             double voltage_v = 220.0) {
  physics::Evse evse;
  evse.id = id;
  evse.phases = phases;
  evse.voltage_v = voltage_v;
  evse.max_a = max_a;
  evse.min_a = 6.0;
  return evse;
}

/// A day in Seoul with `evses` AC EVSEs of 32 A at 220 V (7.04 kW), free energy, unknown batteries, no limits.
inline twin::World small_world(std::size_t evses = 1, int days = 1) {
  twin::World world;
  world.name = "test";
  world.calendar = market::Calendar("Asia/Seoul");
  world.start_ns = monday_ns;
  world.days = days;
  world.end_ns = monday_ns + days * kernel::day_ns;
  world.seed = 7;
  world.vehicles.emplace_back();
  world.vehicles.back().name = "unknown";
  twin::Site site;
  site.tariff = market::free_energy("KRW");
  for (std::size_t i = 0; i < evses; ++i) site.evses.push_back(ac_evse("A-" + std::to_string(i + 1)));
  world.sites.push_back(std::move(site));
  return world;
}

inline demand::Visit visit(double from_h, double to_h, double kwh, std::int32_t evse = 0) {
  demand::Visit v;
  v.id = "s" + std::to_string(from_h);
  v.arrival_ns = monday_ns + static_cast<TimeNs>(from_h * static_cast<double>(hour_ns));
  v.departure_ns = v.claimed_departure_ns = monday_ns + static_cast<TimeNs>(to_h * static_cast<double>(hour_ns));
  v.requested_kwh = v.taken_kwh = kwh;
  v.evse = evse;
  return v;
}

inline void add_visits(twin::World& world, std::vector<demand::Visit> visits) {
  std::stable_sort(visits.begin(), visits.end(),
                   [](const auto& a, const auto& b) { return a.arrival_ns < b.arrival_ns; });
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(demand::Recorded{std::move(visits)}));
}

using Decide = std::function<void(const evtwin_view&, evtwin_decision&)>;

class FunctionStrategy : public control::Strategy {
 public:
  FunctionStrategy(Decide decide, std::uint32_t subscribed, std::uint32_t steps) : decide_(std::move(decide)) {
    subscribes = subscribed | EVTWIN_WHY_TICK;
    horizon_steps = steps;
  }
  void decide(const evtwin_view& view, evtwin_decision& decision) override { decide_(view, decision); }

 private:
  Decide decide_;
};

inline control::StrategyFactory strategy(Decide decide,
                                         std::uint32_t subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL |
                                                                    EVTWIN_WHY_DEPARTURE,
                                         std::uint32_t horizon_steps = 0) {
  return [=](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<FunctionStrategy>(decide, subscribes, horizon_steps);
  };
}

/// Every connected vehicle gets the most its EVSE can offer.
inline control::StrategyFactory full_power() {
  return strategy([](const evtwin_view& view, evtwin_decision& decision) {
    for (std::uint32_t i = 0; i < view.n_evses; ++i)
      decision.evse_kw[i] = view.evse_session[i] != 0 ? view.evse_car_max_kw[i] : 0.0;
  });
}

/// A strategy of the baseline plugin that was built with the tests.
inline control::StrategyFactory baseline(const std::string& id, const control::TextParams& params = {}) {
  return control::choose_strategy(paths::plugin_dir + "/baseline.so#" + id, params).factory;
}

struct KeepingObserver : twin::Observer {
  struct Session {
    twin::SessionRecord record;
    std::string id;
  };
  std::vector<twin::PowerSegment> power;
  std::vector<Session> sessions;
  std::vector<twin::CorrectionRecord> corrections;
  std::vector<std::string> limit_names;  ///< by correction
  std::vector<std::pair<twin::MeterRecord, control::Ledger>> meters;
  std::vector<std::string> events;
  std::size_t decisions = 0;

  void on_power(const twin::PowerSegment& segment) override { power.push_back(segment); }
  void on_session(const twin::SessionRecord& session) override {
    sessions.push_back({session, std::string(session.id)});
  }
  void on_correction(const twin::CorrectionRecord& correction) override {
    corrections.push_back(correction);
    corrections.back().limit_name = {};  // valid during the call only
    limit_names.emplace_back(correction.limit_name);
  }
  void on_meter(const twin::MeterRecord& meter) override { meters.emplace_back(meter, *meter.increment); }
  void on_event(const twin::EventRecord& event) override {
    events.push_back(std::string(event.kind) + ": " + std::string(event.text));
  }
  void on_decision(const twin::DecisionRecord&) override { ++decisions; }
};

struct Outcome {
  twin::Result result;
  KeepingObserver seen;
  const twin::SiteResult& site() const { return result.sites[0]; }
  const control::Ledger& ledger() const { return result.sites[0].ledger; }
};

inline Outcome run_world(const twin::World& world, const control::StrategyFactory& how,
                         twin::Script* script = nullptr) {
  Outcome outcome;
  twin::RunOptions options;
  options.observer = &outcome.seen;
  options.script = script;
  outcome.result = twin::simulate(world, how, options);
  return outcome;
}

}  // namespace evtwin::testing
