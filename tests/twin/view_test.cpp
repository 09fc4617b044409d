// What a strategy is shown of a running site: the demand charge, the books, the local clock.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
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

/// A month that ends, by a zone's clock. The lengths are those of a calendar on the wall: 31 days of 24 h and so on,
/// less or more the hour that clocks change by.
struct MonthEnd {
  const char* zone;
  market::LocalDate first;  ///< of the new month
  int old_h, new_h;
};

// Clocks change the day before the month ends, the day after it began, and twice in its first instants: October 2023 in
// Paraguay begins at 01:00, and the first hour of November 2020 comes twice in Cuba.
const MonthEnd month_ends[] = {
    {"Asia/Seoul", {2025, 7, 1}, 720, 744},        {"Europe/Amsterdam", {2024, 4, 1}, 743, 720},
    {"America/New_York", {2025, 11, 1}, 744, 721}, {"America/Asuncion", {2023, 10, 1}, 720, 743},
    {"America/Havana", {2020, 11, 1}, 744, 721},   {"Asia/Kathmandu", {2025, 12, 1}, 720, 744}};

/// A day before and a day after the end of a month: 50 kW of load, then 5 kW; the least that is billed are 30 kW; a kW
/// costs 100 times the number of the month.
World month_end_world(const MonthEnd& end) {
  World world = small_world(4, 2);
  world.calendar = market::Calendar(end.zone);
  const TimeNs first_ns = world.calendar.start_of(end.first);
  world.start_ns = first_ns - 24 * hour_ns;
  world.end_ns = first_ns + 24 * hour_ns;
  Site& site = world.sites[0];
  site.contract_kw = 100.0;
  site.load_kw = market::Series({world.start_ns, first_ns}, {50.0, 5.0}, world.end_ns);
  site.tariff.demand.floor_fraction_of_contract = 0.3;
  for (std::size_t m = 0; m < 12; ++m) site.tariff.demand.price_per_kw[m] = 100.0 * static_cast<double>(m + 1);
  std::vector<demand::Visit> visits;
  for (const TimeNs arrival_ns : {first_ns - kernel::second_ns, first_ns - 1, first_ns, first_ns + kernel::second_ns}) {
    demand::Visit car = visit(0.0, 0.0, 5.0, static_cast<std::int32_t>(visits.size()));
    car.arrival_ns = arrival_ns;
    car.departure_ns = car.claimed_departure_ns = first_ns + hour_ns;
    visits.push_back(car);
  }
  testing::add_visits(world, visits);
  return world;
}

TEST(View, AMonthOpensAtItsFirstInstant) {
  for (const MonthEnd& end : month_ends) {
    for (const int tick_min : {7, 15, 60}) {
      for (const int window_min : {15, 30, 60}) {
        SCOPED_TRACE(std::string(end.zone) + " " + std::to_string(tick_min) + " " + std::to_string(window_min));
        World world = month_end_world(end);
        world.tick_ns = tick_min * testing::minute_ns;
        const TimeNs window_ns = world.sites[0].tariff.demand.window_ns = window_min * testing::minute_ns;
        const TimeNs first_ns = world.calendar.start_of(end.first);
        const int new_month = end.first.month, old_month = new_month == 1 ? 12 : new_month - 1;
        std::vector<TimeNs> asked_ns;
        run_world(world, strategy([&](const evtwin_view& view, evtwin_decision& decision) {
                    asked_ns.push_back(view.now_ns);
                    const bool is_new = view.now_ns >= first_ns;
                    const TimeNs since_ns = view.now_ns - (is_new ? first_ns : world.start_ns);
                    const double peak_kw = since_ns < window_ns ? 0.0 : is_new ? 5.0 : 50.0;
                    EXPECT_NEAR(view.month_peak_kw, peak_kw, 1e-12) << view.now_ns - first_ns;
                    EXPECT_NEAR(view.billed_peak_kw, std::max(30.0, peak_kw), 1e-12) << view.now_ns - first_ns;
                    EXPECT_EQ(view.demand_price_per_kw, 100.0 * (is_new ? new_month : old_month));
                    EXPECT_DOUBLE_EQ(view.demand_fraction, 24.0 / (is_new ? end.new_h : end.old_h));
                    EXPECT_EQ(view.month_end_ns, is_new ? first_ns + end.new_h * hour_ns : first_ns);
                    EXPECT_LT(view.now_ns, view.window_end_ns);
                    EXPECT_LE(view.window_end_ns, view.now_ns + window_ns);
                    EXPECT_TRUE(is_new || view.window_end_ns <= first_ns);
                    std::fill_n(decision.evse_kw, view.n_evses, 0.0);
                  }));
        // The cars make sure of decisions at both sides of the end, a nanosecond apart, and at it.
        for (const TimeNs around_ns : {-kernel::second_ns, TimeNs{-1}, TimeNs{0}, kernel::second_ns})
          EXPECT_EQ(std::count(asked_ns.begin(), asked_ns.end(), first_ns + around_ns), 1) << around_ns;
      }
    }
  }
}

TEST(View, AnOldPeakIsBilledFromTheFirstViewOnAndOnlyWhereItCounts) {
  struct Case {
    market::LocalMonth month;
    double billed_kw;
  };
  // The run is in June 2025. Only Junes and Julys count, for twelve months; a peak of this month counts as its own.
  const Case cases[] = {{{2024, 7}, 300.0}, {{2024, 6}, 300.0}, {{2023, 7}, 40.0},
                        {{2025, 5}, 40.0},  {{2025, 6}, 300.0}, {{2025, 7}, 40.0}};
  for (const Case& c : cases) {
    World world = charged_world();
    world.sites[0].contract_kw = 100.0;
    world.sites[0].tariff.demand.floor_fraction_of_contract = 0.4;
    world.sites[0].tariff.demand.ratchet_months =
        static_cast<market::MonthMask>(market::month_bit(6) | market::month_bit(7));
    world.sites[0].past_peaks = {{c.month, 300.0}};
    double first_kw = -1.0, last_kw = -1.0, month_peak_kw = -1.0;
    const auto outcome = run_world(world, strategy([&](const evtwin_view& view, evtwin_decision& decision) {
                                     if (first_kw < 0.0) first_kw = view.billed_peak_kw;
                                     last_kw = view.billed_peak_kw;
                                     if (month_peak_kw < 0.0) month_peak_kw = view.month_peak_kw;
                                     decision.evse_kw[0] = 7.04;
                                   }));
    EXPECT_EQ(first_kw, c.billed_kw) << c.month.year << "-" << c.month.month;
    EXPECT_EQ(last_kw, c.billed_kw);
    EXPECT_EQ(month_peak_kw, 0.0) << "of closed windows";
    EXPECT_NEAR(outcome.ledger().demand_charge, c.billed_kw * 1000.0 / 30.0, 1e-9);
  }
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
