// fcfs, edf, llf, lrpt. Powers of the default car: 7 kW at most, 14 kWh wanted, 8 h left.
#include <gmock/gmock.h>

#include "view_builder.hpp"

namespace evtwin::baseline::test {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

constexpr double exact_kw = 1e-9;
auto are(const std::vector<double>& expected) { return Pointwise(testing::DoubleNear(exact_kw), expected); }

// Three cars, 10 kW in all: one full, one with the rest, one with none.
ViewBuilder three_cars() {
  ViewBuilder site;
  site.contract_kw = 10.0;
  for (int i = 0; i < 3; ++i) site.car();
  return site;
}

TEST(Sorted, FcfsServesTheEarliestArrivalFirst) {
  ViewBuilder site = three_cars();
  site.evses[0].arrived_ns = start - 1 * hour;
  site.evses[1].arrived_ns = start - 3 * hour;
  site.evses[2].arrived_ns = start - 2 * hour;
  EXPECT_THAT(decide("fcfs", site).evse_kw, are({0.0, 7.0, 3.0}));
}

TEST(Sorted, EdfServesTheEarliestDepartureFirst) {
  ViewBuilder site = three_cars();
  site.evses[0].departs_ns = start + 3 * hour;
  site.evses[1].departs_ns = start + 5 * hour;
  site.evses[2].departs_ns = start + 2 * hour;
  EXPECT_THAT(decide("edf", site).evse_kw, are({3.0, 0.0, 7.0}));
}

TEST(Sorted, LlfServesTheLeastLaxityFirstNotTheEarliestDeparture) {
  ViewBuilder site = three_cars();
  // Laxities: 3 - 1 = 2 h; 5 - 4 = 1 h; 4 - 0.5 = 3.5 h.
  site.evses[0].departs_ns = start + 3 * hour, site.evses[0].requested_kwh = 7.0;
  site.evses[1].departs_ns = start + 5 * hour, site.evses[1].requested_kwh = 28.0;
  site.evses[2].departs_ns = start + 4 * hour, site.evses[2].requested_kwh = 3.5;
  EXPECT_THAT(decide("llf", site).evse_kw, are({3.0, 7.0, 0.0}));
}

TEST(Sorted, LrptServesTheLongestRequestFirst) {
  ViewBuilder site = three_cars();
  // Hours at full power: 14/7 = 2; 12/3 = 4 on a 3 kW car; 21/7 = 3.
  site.evses[1].requested_kwh = 12.0, site.evses[1].car_max_kw = 3.0;
  site.evses[2].requested_kwh = 21.0;
  EXPECT_THAT(decide("lrpt", site).evse_kw, are({0.0, 3.0, 7.0}));
}

TEST(Sorted, HigherPriorityComesFirstWhateverTheKey) {
  for (const char* id : {"fcfs", "edf", "llf", "lrpt"}) {
    ViewBuilder site = three_cars();
    site.evses[0].arrived_ns = start - 9 * hour, site.evses[0].departs_ns = start + 1 * hour;
    site.evses[0].requested_kwh = 60.0;
    site.evses[2].priority = 2.0;
    site.evses[1].priority = 1.0;
    EXPECT_THAT(decide(id, site).evse_kw, are({0.0, 3.0, 7.0})) << id;
  }
}

TEST(Sorted, UnderScarcityHigherPriorityLeavesLessUnmet) {
  // 10 kW for five cars of 14 kWh over 4 h: 40 of 70 kWh. The two important ones stand last.
  ViewBuilder site;
  site.contract_kw = 10.0;
  for (int i = 0; i < 5; ++i) site.car({.departs_ns = start + 4 * hour, .priority = i >= 3 ? 1.0 : 0.0});
  Driver edf("edf", site);
  const std::int64_t end = start + 4 * hour;
  while (site.now_ns < end) {
    const Answer answer = edf.decide(site);
    const std::int64_t next = answer.wake_ns != 0 ? answer.wake_ns : (site.now_ns / site.tick_ns + 1) * site.tick_ns;
    for (std::size_t i = 0; i < 5; ++i) {
      site.evses[i].got_kwh += answer.evse_kw[i] * static_cast<double>(next - site.now_ns) / 3.6e12;
      site.evses[i].setpoint_kw = site.evses[i].power_kw = answer.evse_kw[i];
    }
    site.now_ns = next;
  }
  // Tolerance: some 20 wake-ups of at most 1 ns each at 7 kW.
  double total_kwh = 0.0;
  for (const EvseRow& evse : site.evses) total_kwh += evse.got_kwh;
  EXPECT_NEAR(total_kwh, 40.0, 1e-9);
  EXPECT_NEAR(site.evses[3].got_kwh, 14.0, 1e-9);
  EXPECT_NEAR(site.evses[4].got_kwh, 14.0, 1e-9);
  // From 2 h on 3 kW are left for row 0, from 22/7 h on all 10 kW, 7 and 3, for rows 0 and 1.
  EXPECT_NEAR(site.evses[0].got_kwh, 3.0 * 8 / 7 + 7.0 * 6 / 7, 1e-9);
  EXPECT_NEAR(site.evses[1].got_kwh, 3.0 * 6 / 7, 1e-9);
  EXPECT_EQ(site.evses[2].got_kwh, 0.0);
}

TEST(Sorted, EqualKeysAreServedInRowOrder) {
  ViewBuilder site = three_cars();
  EXPECT_THAT(decide("edf", site).evse_kw, are({7.0, 3.0, 0.0}));
}

TEST(Sorted, FiniteRatesAreTheLargestThatFits) {
  ViewBuilder site = three_cars();
  for (EvseRow& evse : site.evses) evse.rates_kw = {1.5, 3.5, 6.5};
  // 6.5 of 10, 3.5 of the 3.5 left exactly, nothing left.
  EXPECT_THAT(decide("edf", site).evse_kw, ElementsAre(6.5, 3.5, 0.0));
}

TEST(Sorted, RatesMadeOfAmperesFillTheirLimitExactly) {
  // 3 x 16 A and 48 A, whatever the voltage: kW = A x V / 1000 and back must not lose the last step.
  for (int voltage_v = 100; voltage_v <= 300; ++voltage_v) {
    const double kw_per_a = voltage_v / 1000.0;
    ViewBuilder site;
    LimitRow board{EVTWIN_LIMIT_CURRENT_A, -unlimited, 48.0, 0.0, {}};
    for (std::uint32_t i = 0; i < 4; ++i) {
      site.car({.car_max_kw = 16.0 * kw_per_a, .kw_per_a = kw_per_a, .rates_kw = {8.0 * kw_per_a, 16.0 * kw_per_a}});
      board.members.push_back({i, 1.0, 0.0});
    }
    site.limits = {board};
    const double full_kw = 16.0 * kw_per_a;
    EXPECT_THAT(decide("fcfs", site).evse_kw, ElementsAre(full_kw, full_kw, full_kw, 0.0)) << voltage_v << " V";
  }
}

TEST(Sorted, ARateThatFitsButForTheLastDigitIsGiven) {
  ViewBuilder site;
  site.contract_kw = 3.3;  // 1.1 + 2.2 is 3.3000000000000003
  site.car({.rates_kw = {1.1}});
  site.car({.rates_kw = {0.5, 2.2}});
  EXPECT_THAT(decide("fcfs", site).evse_kw, ElementsAre(1.1, 2.2));
}

TEST(Sorted, BelowTheMinimumACarGetsNothingAndTheNextOneMay) {
  ViewBuilder site = three_cars();
  for (EvseRow& evse : site.evses) evse.car_min_kw = 4.0;
  site.evses[2].car_min_kw = 1.0;
  EXPECT_THAT(decide("edf", site).evse_kw, are({7.0, 0.0, 3.0}));
}

TEST(Sorted, LoadTakesFromTheContractAndPvGives) {
  ViewBuilder site = three_cars();
  site.load_kw = 6.0;
  EXPECT_THAT(decide("edf", site).evse_kw, are({4.0, 0.0, 0.0}));
  site.pv_kw = 8.0;
  EXPECT_THAT(decide("edf", site).evse_kw, are({7.0, 5.0, 0.0}));
  site.load_kw = 30.0;  // the load alone is above the contract
  EXPECT_THAT(decide("edf", site).evse_kw, are({0.0, 0.0, 0.0}));
}

TEST(Sorted, LossesOfADcEvseCountAtTheGrid) {
  ViewBuilder site;
  site.contract_kw = 45.0;
  site.car({.phases = 0, .max_kw = 50.0, .efficiency = 0.9, .car_max_kw = 50.0, .kw_per_a = 0.0});
  EXPECT_THAT(decide("edf", site).evse_kw, are({40.5}));
}

TEST(Sorted, AnOutageGivesNothingAndDeratingCapsTheOffer) {
  ViewBuilder site = three_cars();
  site.evses[0].max_kw = 0.0;
  site.evses[1].max_kw = 4.0;
  site.evses[2].max_kw = 4.0;
  site.evses[2].rates_kw = {2.0, 3.0, 7.0};
  EXPECT_THAT(decide("edf", site).evse_kw, are({0.0, 4.0, 3.0}));
}

TEST(Sorted, RowsWhereNobodyIsAreLeftAlone) {
  ViewBuilder site = three_cars();
  site.evses[1].session = 0;
  site.evses[2].draws = false;
  const auto kw = decide("edf", site).evse_kw;
  EXPECT_EQ(kw[0], 7.0);
  EXPECT_TRUE(std::isnan(kw[1]));
  EXPECT_EQ(kw[2], 0.0);
}

TEST(Sorted, WakesAtTheNanosecondTheFirstRequestIsMet) {
  ViewBuilder site;
  site.car({.requested_kwh = 1.0});  // 1/7 h = 514'285'714'285.71 ns
  site.car({.requested_kwh = 14.0});
  EXPECT_EQ(decide("edf", site).wake_ns, start + 514'285'714'286);
}

TEST(Sorted, DoesNotWakeForARequestThatOutlastsTheTick) {
  ViewBuilder site;
  site.car({.requested_kwh = 7.0});
  EXPECT_EQ(decide("edf", site).wake_ns, 0);
}

TEST(Sorted, ATaperingCarWakesByWhatItTakesNotByWhatItIsOffered) {
  ViewBuilder site;
  site.car({.setpoint_kw = 7.0, .power_kw = 3.5, .requested_kwh = 0.7});  // 0.2 h at 3.5 kW
  const std::int64_t wake_ns = decide("edf", site).wake_ns;
  EXPECT_NEAR(static_cast<double>(wake_ns - start), 720e9, 1.0);
}

TEST(Sorted, StopsWhenTheRequestIsMetUnlessToldToContinue) {
  ViewBuilder site = three_cars();
  site.evses[0].got_kwh = 14.0;
  site.evses[1].got_kwh = 14.0 - 1e-10;
  EXPECT_THAT(decide("edf", site).evse_kw, are({0.0, 0.0, 7.0}));
  // Beyond their requests they come last, whatever their priority.
  site.evses[0].priority = 5.0;
  const Answer onward = decide("edf", site, {{"beyond_request", 0.0, "continue"}});
  EXPECT_THAT(onward.evse_kw, are({3.0, 0.0, 7.0}));
}

}  // namespace
}  // namespace evtwin::baseline::test
