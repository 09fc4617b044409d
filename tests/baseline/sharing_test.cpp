// round-robin and equal-share.
#include <gmock/gmock.h>

#include "view_builder.hpp"

namespace evtwin::baseline::test {
namespace {

// Sums of a few tens of additions of some kW.
auto are_shares(const std::vector<double>& expected) { return testing::Pointwise(testing::DoubleNear(1e-9), expected); }

TEST(RoundRobin, RaisesOneAmpereInTurn) {
  // 10 A for three cars of 0.23 kW per A: 4, 3, 3 A in order of arrival (the last row came first).
  ViewBuilder site;
  LimitRow board{EVTWIN_LIMIT_CURRENT_A, -unlimited, 10.0, 0.0, {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}}};
  for (int i = 0; i < 3; ++i) site.car({.arrived_ns = start - i * hour});
  site.limits = {board};
  EXPECT_THAT(decide("round-robin", site).evse_kw, are_shares({3 * 0.23, 3 * 0.23, 4 * 0.23}));
  EXPECT_THAT(decide("round-robin", site, {{"step_a", 5.0, nullptr}}).evse_kw, are_shares({0.0, 5 * 0.23, 5 * 0.23}));
}

TEST(RoundRobin, StartsAtTheMinimumAndEndsAtTheMaximum) {
  ViewBuilder site;
  site.contract_kw = 4.0;
  for (int i = 0; i < 3; ++i) site.car({.car_min_kw = 6 * 0.23, .car_max_kw = 6.5 * 0.23});
  // Two minima of 1.38 kW, the third does not fit; then one more step of at most half an ampere each.
  EXPECT_THAT(decide("round-robin", site).evse_kw, are_shares({6.5 * 0.23, 6.5 * 0.23, 0.0}));
}

TEST(RoundRobin, TakesFiniteRatesOneByOne) {
  ViewBuilder site;
  site.contract_kw = 9.0;
  for (int i = 0; i < 3; ++i) site.car({.rates_kw = {2.0, 3.5, 7.0}});
  // 2+2+2, then 3.5+3.5+2 = 9.
  EXPECT_THAT(decide("round-robin", site).evse_kw, testing::ElementsAre(3.5, 3.5, 2.0));
}

TEST(RoundRobin, GivesEveryoneTheMaximumWhereItFits) {
  ViewBuilder site;
  site.car();
  site.car({.rates_kw = {2.0, 3.5}});
  EXPECT_THAT(decide("round-robin", site).evse_kw, testing::ElementsAre(7.0, 3.5));
}

TEST(EqualShare, GivesTheSameToAllAndTheUnusableToTheOthers) {
  ViewBuilder site;
  site.contract_kw = 12.0;
  site.car();
  site.car({.car_max_kw = 2.0});
  site.car();
  EXPECT_THAT(decide("equal-share", site).evse_kw, are_shares({5.0, 2.0, 5.0}));
}

TEST(EqualShare, ALimitOfSomeLeavesMoreToTheOthers) {
  ViewBuilder site;
  site.contract_kw = 12.0;
  for (int i = 0; i < 3; ++i) site.car();
  site.limits = {{EVTWIN_LIMIT_POWER_KW, -unlimited, 4.0, 0.0, {{0, 1, 0}, {1, 1, 0}}}};
  EXPECT_THAT(decide("equal-share", site).evse_kw, are_shares({2.0, 2.0, 7.0}));
}

TEST(EqualShare, SharesByKilowattNotByAmpere) {
  // A three-phase car needs a third of the amperes: 40 A phase limit, x/0.23 + x/0.69 = 40.
  ViewBuilder site;
  site.car({.car_max_kw = 7.0});
  site.car({.phases = 3, .max_kw = 11.0, .car_max_kw = 11.0, .kw_per_a = 0.69});
  site.limits = {{EVTWIN_LIMIT_CURRENT_A, -unlimited, 40.0, 0.0, {{0, 1, 0}, {1, 1, 0}}}};
  const double kw = 40.0 / (1 / 0.23 + 1 / 0.69);
  EXPECT_THAT(decide("equal-share", site).evse_kw, are_shares({kw, kw}));
}

TEST(EqualShare, UnderScarcityAsManyAsPossibleGetTheirMinimum) {
  ViewBuilder site;
  site.contract_kw = 5.0;
  for (int i = 0; i < 4; ++i) site.car({.arrived_ns = start - i * minute, .car_min_kw = 1.5});
  // Three minima fit; the three that came first share.
  EXPECT_THAT(decide("equal-share", site).evse_kw, are_shares({0.0, 5.0 / 3, 5.0 / 3, 5.0 / 3}));
}

TEST(EqualShare, CarsWithHighMinimaWaitForTheLevel) {
  ViewBuilder site;
  site.contract_kw = 9.0;
  site.car({.car_min_kw = 4.0});
  site.car();
  site.car();
  EXPECT_THAT(decide("equal-share", site).evse_kw, are_shares({4.0, 2.5, 2.5}));
}

TEST(EqualShare, FallsToRatesAndHandsOutWhatThatLeaves) {
  ViewBuilder site;
  site.contract_kw = 10.0;
  for (int i = 0; i < 3; ++i) site.car({.rates_kw = {2.0, 3.0, 4.0, 7.0}});
  // 10/3 falls to 3 each; 1 kW is left, which the first takes.
  EXPECT_THAT(decide("equal-share", site).evse_kw, testing::ElementsAre(4.0, 3.0, 3.0));
  site.evses[2].rates_kw.clear();  // free to take the rest: level 3.33, 3 + 3, then 4 + 3 + rest
  EXPECT_THAT(decide("equal-share", site).evse_kw, are_shares({3.0, 3.0, 4.0}));
}

TEST(EqualShare, HigherPriorityIsServedBefore) {
  ViewBuilder site;
  site.contract_kw = 10.0;
  site.car();
  site.car({.car_max_kw = 4.0, .priority = 1.0});
  site.car({.car_max_kw = 4.0, .priority = 1.0});
  EXPECT_THAT(decide("equal-share", site).evse_kw, are_shares({2.0, 4.0, 4.0}));
}

}  // namespace
}  // namespace evtwin::baseline::test
