// What a strategy is shown of a running site: the demand charge, the books, the local clock.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "twin/worlds.hpp"

namespace evtwin::twin {
namespace {

using testing::hour_ns;
using testing::monday_ns;
using testing::run_world;
using testing::small_world;
using testing::strategy;
using testing::visit;

/// One car, 4 h at 7.04 kW, with a demand charge of 1,000 per kW and month.
World charged_world() {
  World world = small_world(1, 1);
  testing::add_visits(world, {visit(1.0, 9.0, 28.16)});
  world.sites[0].tariff.demand.price_per_kw.fill(1000.0);
  return world;
}

TEST(View, ShowsTheRunningPeakAndWhatAKilowattCosts) {
  World world = charged_world();
  double fraction = 0.0, last_peak_kw = 0.0, first_peak_kw = -1.0;
  std::int64_t month_end_ns = 0;
  const auto outcome = run_world(world, strategy([&](const evtwin_view& view, evtwin_decision& decision) {
                                   EXPECT_EQ(view.demand_basis, EVTWIN_DEMAND_PEAK);
                                   EXPECT_EQ(view.demand_price_per_kw, 1000.0);
                                   if (first_peak_kw < 0.0) first_peak_kw = view.month_peak_kw;
                                   fraction = view.demand_fraction;
                                   last_peak_kw = view.month_peak_kw;
                                   month_end_ns = view.month_end_ns;
                                   decision.evse_kw[0] = 7.04;
                                 }));
  EXPECT_EQ(first_peak_kw, 0.0);
  EXPECT_NEAR(last_peak_kw, 7.04, 1e-12);
  EXPECT_NEAR(fraction, 1.0 / 30.0, 1e-12);  // one day of June
  EXPECT_EQ(month_end_ns, monday_ns + 29 * 24 * hour_ns);
  EXPECT_NEAR(outcome.ledger().demand_charge, 7.04 * 1000.0 / 30.0, 1e-9);
}

TEST(View, SaysOnWhatTheDemandChargeIsReckoned) {
  const auto basis_of = [](const World& world) {
    std::uint32_t basis = 99;
    run_world(world, strategy([&](const evtwin_view& view, evtwin_decision&) { basis = view.demand_basis; }));
    return basis;
  };
  World world = charged_world();
  EXPECT_EQ(basis_of(world), EVTWIN_DEMAND_PEAK);
  world.sites[0].contract_kw = 50.0;
  world.sites[0].tariff.demand.basis = market::DemandBasis::contract;
  EXPECT_EQ(basis_of(world), EVTWIN_DEMAND_CONTRACT);
  EXPECT_EQ(basis_of(small_world()), EVTWIN_DEMAND_NONE);
}

TEST(View, TheBooksSoFarAreTheSumOfTheIncrements) {
  World world = charged_world();
  double import_kwh = 0.0, cost = 0.0;
  const auto outcome = run_world(world, strategy([&](const evtwin_view& view, evtwin_decision& decision) {
                                   import_kwh += view.since_last->import_kwh;
                                   cost += view.since_last->demand_charge;
                                   EXPECT_NEAR(view.so_far->import_kwh, import_kwh, 1e-9);
                                   EXPECT_NEAR(view.so_far->demand_charge, cost, 1e-9);
                                   EXPECT_EQ(view.so_far->struct_size, sizeof(evtwin_ledger));
                                   decision.evse_kw[0] = 7.04;
                                 }));
  EXPECT_NEAR(import_kwh, 28.16, 1e-9);
  EXPECT_NEAR(outcome.ledger().import_kwh, import_kwh, 1e-9);
}

TEST(View, TheLocalClockFollowsSummerTime) {
  World world = small_world(1, 1);
  world.calendar = market::Calendar("Europe/Amsterdam");
  world.start_ns = world.calendar.start_of(market::LocalDate{2025, 3, 30});
  world.end_ns = world.calendar.next_day_start(world.start_ns);
  std::vector<std::int64_t> offsets_h;
  run_world(world, strategy([&](const evtwin_view& view, evtwin_decision&) {
              const std::int64_t offset_h = view.utc_offset_ns / hour_ns;
              if (offsets_h.empty() || offsets_h.back() != offset_h) offsets_h.push_back(offset_h);
              EXPECT_EQ(view.utc_offset_ns, world.calendar.offset_at(view.now_ns).offset_ns);
            }));
  EXPECT_EQ(offsets_h, (std::vector<std::int64_t>{1, 2}));
}

TEST(View, ABatteryIsKnownWhereAChargerSpeaksWithTheCar) {
  World world = small_world(1, 1);
  physics::Vehicle& car = world.vehicles[0];
  car.battery = {60.0, 0.9, 1.0, {{{0.0, 50.0}, {0.8, 50.0}, {1.0, 0.0}}}, physics::Curve::constant(0.0)};
  testing::add_visits(world, {visit(1.0, 5.0, 20.0)});
  for (const bool known : {false, true}) {
    car.soc_known = known;
    std::uint32_t points = 0;
    double efficiency = 0.0;
    run_world(world, strategy([&](const evtwin_view& view, evtwin_decision&) {
                if (view.n_connected == 0) return;
                points = view.evse_curve_points[0];
                efficiency = view.evse_car_charge_efficiency[0];
              }));
    EXPECT_EQ(points, known ? 3U : 0U);
    EXPECT_EQ(std::isnan(efficiency), !known);
  }
}

TEST(Strategy, AnInfiniteSetPointIsAnErrorThatNamesEvseAndDecision) {
  const auto error_of = [](bool wait_for_a_car) {
    try {
      run_world(charged_world(), strategy([&](const evtwin_view& view, evtwin_decision& decision) {
                  if (!wait_for_a_car || view.n_connected > 0) decision.evse_kw[0] = physics::infinite;
                }));
    } catch (const control::StrategyError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(error_of(true),
            "the strategy: decide answered inf kW for EVSE A-1; a finite number is due, or NaN to leave it as it is "
            "(decision 5 at 2025-06-02 01:00)");
  EXPECT_EQ(error_of(false),
            "the strategy: decide answered inf kW for EVSE A-1; a finite number is due, or NaN to leave it as it is "
            "(decision 1 at 2025-06-02 00:00)");
}

TEST(Strategy, RemarksAreEventsOfTheirDecision) {
  class Talker : public testing::FunctionStrategy {
   public:
    Talker()
        : FunctionStrategy(
              [this](const evtwin_view&, evtwin_decision&) {
                remarks.push_back({EVTWIN_INFO, "all is well"});
                remarks.push_back({EVTWIN_WARNING, "or not"});
              },
              0, 0) {}
  };
  const auto outcome = run_world(
      small_world(), [](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<Talker>(); });
  ASSERT_EQ(outcome.seen.events.size(), 2U * 96U);
  EXPECT_EQ(outcome.seen.events[0], "strategy_remark: all is well");
  EXPECT_EQ(outcome.seen.events[1], "strategy_warning: or not");
  EXPECT_EQ(outcome.site().strategy_warnings, 96U);
  EXPECT_EQ(outcome.site().first_strategy_warning, "or not");
}

}  // namespace
}  // namespace evtwin::twin
