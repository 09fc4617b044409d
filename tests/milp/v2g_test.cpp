// Vehicle to grid: who gives, when, what it earns, and that the driver has what was asked for.
#include <gmock/gmock.h>

#include "milp/day.hpp"

namespace evtwin::milp::test {
namespace {

using ::testing::HasSubstr;

/// Cheap, dear, cheap: 2 h + 4 h + 6 h.
std::vector<double> dear_noon() {
  std::vector<double> prices(48, 0.10);
  std::fill_n(prices.begin() + 8, 16, 0.50);
  return prices;
}

ViewBuilder parked(EvseRow row, double requested_kwh) {
  row.requested_kwh = requested_kwh;
  row.departs_ns = start + 12 * hour;
  ViewBuilder site;
  site.load_kw = 20.0;
  site.car(row);
  return site;
}

// 18 kWh lie above the floor (of 60 kWh from 0.5 to 0.2), and may be filled up before: 7 kW x 4 h = 28 kWh are given in
// the dear hours. Put back: 28 / 0.95^2.
TEST(Vehicle2Grid, GivesInDearHoursWhatItTakesInCheapOnes) {
  const Outcome day =
      live("v2g-profit-max", parked(v2g_car(), 0.0), {.buy_per_kwh = dear_noon()}, {{"weight_grid", 0.0, nullptr}});
  EXPECT_NEAR(day.given_kwh[0], 28.0, 1e-4);
  EXPECT_GE(day.least_soc, 0.2 - 1e-9);
  // What lending lost is put back: stored is what was stored at arrival.
  EXPECT_NEAR(day.charged_kwh[0] * 0.95 - day.given_kwh[0] / 0.95, 0.0, 1e-4);
}

// It leaves when the dear hours end: 7 kW for the 2 h before are all it can lend without missing them.
TEST(Vehicle2Grid, GivesAllThatItWasFilledUpWith) {
  EvseRow row = v2g_car();
  row.requested_kwh = 0.0;
  row.departs_ns = start + 6 * hour;
  ViewBuilder site;
  site.load_kw = 20.0;
  site.car(row);
  const Outcome day = live("v2g-profit-max", site, {.buy_per_kwh = dear_noon()}, {{"weight_grid", 0.0, nullptr}});
  EXPECT_NEAR(day.charged_kwh[0], 14.0, 1e-4);
  EXPECT_NEAR(day.given_kwh[0], 14.0 * 0.95 * 0.95, 1e-4);
}

// A car that stops at its request draws no more, and does so again once it has given. It wants 5.25 kWh, three ticks at
// 7 kW, has 18 kWh above its floor, and gives in the dear hours all that is stored then.
TEST(Vehicle2Grid, LendsWhatItHasWhenItHasFinished) {
  const EvseRow row = v2g_car();
  const double wanted_kwh = 5.25, stored_kwh = 18.0 + wanted_kwh * 0.95;
  Day day{.buy_per_kwh = dear_noon()};
  day.before = [&](std::size_t, ViewBuilder& site) {
    EvseRow& car = site.evses[0];
    car.draws = (car.soc - 0.5) * car.battery_kwh < wanted_kwh * 0.95 - 1e-9;
  };
  const Outcome lent = live("v2g-profit-max", parked(row, wanted_kwh), day, {{"weight_grid", 0.0, nullptr}});
  EXPECT_NEAR(lent.given_kwh[0], stored_kwh * 0.95, 1e-4);
  EXPECT_NEAR(lent.charged_kwh[0], wanted_kwh + stored_kwh / 0.95, 1e-4);
}

TEST(Vehicle2Grid, OnlyWithTheDriversConsent) {
  EvseRow row = v2g_car();
  row.car_max_discharge_kw = 0.0;
  EXPECT_EQ(live("v2g-profit-max", parked(row, 0.0), {.buy_per_kwh = dear_noon()}).given_kwh[0], 0.0);
}

TEST(Vehicle2Grid, IsNotWhatLpDoesUnlessAsked) {
  const Day day{.buy_per_kwh = dear_noon()};
  EXPECT_EQ(live("lp", parked(v2g_car(), 10.0), day).given_kwh[0], 0.0);
  EXPECT_GT(live("lp", parked(v2g_car(), 10.0), day, {{"v2g", 1.0, nullptr}}).given_kwh[0], 20.0);
}

TEST(Vehicle2Grid, NeverGoesBelowTheFloorAndNeverCostsTheDriverEnergy) {
  EvseRow row = v2g_car();
  row.soc = 0.25;
  const Outcome day = live("v2g-profit-max", parked(row, 20.0), {.buy_per_kwh = dear_noon()});
  EXPECT_GE(day.least_soc, 0.2 - 1e-9);
  EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-4);
}

// A kWh given is worth 0.50 and is put back for 0.10 / 0.9025: it pays up to a wear of about 0.39.
TEST(Vehicle2Grid, DoesNotPayWhereWearCostsMoreThanTheSpread) {
  ViewBuilder site = parked(v2g_car(), 0.0);
  site.wear_price = 0.38;
  const std::vector<evtwin_param_value> no_grid{{"weight_grid", 0.0, nullptr}};
  EXPECT_GT(live("v2g-profit-max", site, {.buy_per_kwh = dear_noon()}, no_grid).given_kwh[0], 20.0);
  site.wear_price = 0.40;
  EXPECT_NEAR(live("v2g-profit-max", site, {.buy_per_kwh = dear_noon()}, no_grid).given_kwh[0], 0.0, 1e-6);
}

// For the site alone, what it pays the driver counts; for site and owner together it is a transfer.
TEST(Parties, TheOwnersMinimumPaymentCountsForTheSiteAlone) {
  EvseRow row = v2g_car();
  row.v2g_min_price = 0.45;
  const Day day{.buy_per_kwh = dear_noon()};
  const Outcome site_alone =
      live("v2g-profit-max", parked(row, 0.0), day, {{"weight_owner", 0.0, nullptr}, {"weight_grid", 0.0, nullptr}});
  EXPECT_NEAR(site_alone.given_kwh[0], 0.0, 1e-6);
  const Outcome both = live("v2g-profit-max", parked(row, 0.0), day, {{"weight_grid", 0.0, nullptr}});
  EXPECT_GT(both.given_kwh[0], 20.0);
}

// Building with an evening peak; cars lend what shaves it.
TEST(Peak, WithVehicleToGridIsBelowTheUncontrolledOneWithTheSameEnergyServed) {
  ViewBuilder site;
  site.demand_price_per_kw = 20.0;
  for (int i = 0; i < 3; ++i) {
    EvseRow row = v2g_car();
    row.requested_kwh = 10.0;
    row.departs_ns = start + 12 * hour;
    site.car(row);
  }
  std::vector<double> load(48, 15.0);
  std::fill_n(load.begin() + 4, 8, 40.0);
  const Day day{.buy_per_kwh = std::vector<double>(48, 0.2), .load_kw = load};
  const Outcome planned = live("v2g-profit-max", site, day, {{"demand_share", 1.0, nullptr}});
  EXPECT_NEAR(planned.unmet_kwh, 0.0, 1e-4);
  EXPECT_LT(planned.peak_kw, 40.0 - 5.0);  // below what the building draws alone; uncontrolled it is 40 and more
  EXPECT_GE(planned.least_soc, 0.2 - 1e-9);
}

// The grid operator allows 15 kW for an hour; the building draws 20: the enrolled car fills the gap.
TEST(DemandResponse, EnrolledCarsKeepACutThatTheBuildingAloneExceeds) {
  std::vector<double> contract(48, 60.0);
  std::fill_n(contract.begin() + 20, 4, 15.0);
  ViewBuilder site = parked(v2g_car(), 10.0);
  const Day day{.buy_per_kwh = std::vector<double>(48, 0.2), .contract_kw = contract};
  const Outcome given = live("v2g-profit-max", site, day, {{"weight_grid", 0.0, nullptr}});
  for (std::size_t n = 20; n < 24; ++n) EXPECT_LE(given.import_kw[n], 15.0 + 1e-5) << "tick " << n;
  EXPECT_NEAR(given.unmet_kwh, 0.0, 1e-4);
  const Outcome charged_only = live("lp", site, day);
  for (std::size_t n = 20; n < 24; ++n) EXPECT_NEAR(charged_only.import_kw[n], 20.0, 1e-5) << "tick " << n;
}

// The grid's wishes cost the site more than charging as it comes: then the existing way is kept, and both costs named.
TEST(KeepExisting, ADearerPlanIsNotDone) {
  ViewBuilder site;
  site.buy = 0.10;
  site.horizon_buy = dear_then_cheap(4, 8, 0.10, 0.30);  // cheap first: charging at once is cheapest
  site.car();
  const std::vector<evtwin_param_value> grid_first{
      {"weight_grid", 100.0, nullptr}, {"weight_site", 1.0, nullptr}, {"weight_owner", 0.0, nullptr}};
  EXPECT_LT(ask("v2g-profit-max", site, grid_first).evse_kw[0], 3.0);
  auto guarded = grid_first;
  guarded.push_back({"keep_existing", 1.0, nullptr});
  Driver strategy("v2g-profit-max", site, guarded);
  const Answer answer = strategy.decide(site);
  EXPECT_EQ(answer.evse_kw[0], 7.0);
  EXPECT_THAT(strategy.reported(), HasSubstr("kept the existing way: plan 2.80, baseline 1.40"));
  EXPECT_NEAR(answer.expected_cost, 1.40, 1e-9);
}

TEST(KeepExisting, ACheaperPlanIsDone) {
  ViewBuilder site;
  site.buy = 0.30;
  site.horizon_buy = dear_then_cheap(4, 8);
  site.car();
  Driver strategy("lp", site, {{"keep_existing", 1.0, nullptr}});
  EXPECT_EQ(strategy.decide(site).evse_kw[0], 0.0);
  EXPECT_EQ(strategy.reported(), "");
}

}  // namespace
}  // namespace evtwin::milp::test
