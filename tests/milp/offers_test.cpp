// From planned powers to what EVSEs can offer.
#include "offers.hpp"

#include <gmock/gmock.h>

#include "milp/site.hpp"

namespace evtwin::milp::test {
namespace {

struct Written {
  std::vector<double> kw;
  std::int64_t wake_ns = 0;
};

Written offered(ViewBuilder& site, const std::vector<double>& kw, SiteMemory memory = {}) {
  const evtwin_view& view = site.view();
  memory.learn_from(view);
  std::vector<Wish> wishes;
  for (std::uint32_t i = 0; i < kw.size(); ++i) wishes.push_back({i, kw[i], laxity_h(view, i, {}, memory)});
  Written out{std::vector<double>(site.evses.size(), nan)};
  evtwin_decision c{};
  c.evse_kw = out.kw.data();
  sdk::Decision decision(c, view);
  out.wake_ns = write_offers(view, memory, wishes, decision);
  return out;
}

TEST(Offers, PowersBelowTheMinimumBecomeNothingUntilTheyAddUpToOne) {
  ViewBuilder site;
  for (int i = 0; i < 3; ++i) site.car({.car_min_kw = 1.4});
  EXPECT_THAT(offered(site, {1.0, 0.0, 0.0}).kw, ::testing::ElementsAre(0.0, 0.0, 0.0));
  EXPECT_THAT(offered(site, {0.7, 0.7, 0.6}).kw, ::testing::ElementsAre(2.0, 0.0, 0.0));
}

TEST(Offers, WhoHasLeastTimeIsLiftedFirst) {
  ViewBuilder site;
  for (int i = 0; i < 2; ++i) site.car({.departs_ns = start + (8 - i) * hour, .car_min_kw = 1.4});
  EXPECT_THAT(offered(site, {0.8, 0.8}).kw, ::testing::ElementsAre(0.0, 1.6));
}

// A sum that is planned flat is given flat, else what is lost in every step makes a peak before the cars leave.
TEST(Offers, WhatTheMinimumCurrentTakesGoesToCarsThatTakeAnyPower) {
  ViewBuilder site;
  for (int i = 0; i < 2; ++i) site.car({.requested_kwh = 20.0, .car_min_kw = 1.4, .car_max_kw = 7.0});
  const std::vector<double> more = offered(site, {6.0, 0.6}).kw;
  EXPECT_DOUBLE_EQ(more[0], 6.6);
  EXPECT_EQ(more[1], 0.0);
  // None of them takes more than its car can.
  EXPECT_THAT(offered(site, {7.0, 0.6}).kw, ::testing::ElementsAre(7.0, 0.0));
}

TEST(Offers, ACarWithoutTimeToLoseGetsItsMinimumAllTheSame) {
  ViewBuilder site;
  site.car({.departs_ns = start + 15 * minute, .requested_kwh = 0.2, .car_min_kw = 1.4});
  const Written written = offered(site, {0.8});
  EXPECT_EQ(written.kw[0], 1.4);
  EXPECT_NEAR(static_cast<double>(written.wake_ns - start), 0.2 / 1.4 * 3.6e12, 2.0);  // no more than it asked for
}

TEST(Offers, FiniteRatesAreTakenDownAndUpWithinTheSum) {
  ViewBuilder site;
  for (int i = 0; i < 2; ++i) site.car({.rates_kw = {2.0, 4.0, 7.0}});
  EXPECT_THAT(offered(site, {3.0, 3.0}).kw, ::testing::ElementsAre(4.0, 2.0));
  EXPECT_THAT(offered(site, {3.0, 2.5}).kw, ::testing::ElementsAre(2.0, 2.0));
}

TEST(Offers, ARequestThatIsMetBeforeTheNextTickWakesAndOneThatIsNotDoesNot) {
  ViewBuilder site;
  site.car({.requested_kwh = 0.7});
  EXPECT_EQ(offered(site, {7.0}).wake_ns, start + 6 * minute);
  site.evses[0].requested_kwh = 2.0;
  EXPECT_EQ(offered(site, {7.0}).wake_ns, 0);
}

TEST(Offers, ACarKnownToTakeLessIsOfferedATenthMore) {
  ViewBuilder site;
  site.car({.setpoint_kw = 7.0, .power_kw = 3.0});
  EXPECT_NEAR(offered(site, {3.0}).kw[0], 3.3, 1e-12);
}

TEST(Offers, DischargeIsNoMoreThanTheCarGives) {
  ViewBuilder site;
  EvseRow row = v2g_car();
  row.car_max_discharge_kw = 5.0;
  site.car(row);
  EXPECT_EQ(offered(site, {-7.0}).kw[0], -5.0);
}

}  // namespace
}  // namespace evtwin::milp::test
