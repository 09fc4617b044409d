// Advice for one driver: costs by hand, and never a way that costs more or serves less than the existing one.
#include "advise/advice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "advise/advice_text.hpp"
#include "twin/worlds.hpp"

namespace evtwin::advise {
namespace {

using evtwin::testing::hour_ns;
using evtwin::testing::minute_ns;
using evtwin::testing::monday_ns;
using evtwin::testing::small_world;
using ::testing::HasSubstr;
using ::testing::Not;

/// 200 from 08:00 to 22:00, 50 at night; two days.
twin::World night_is_cheap(std::size_t evses = 1) {
  twin::World world = small_world(evses, 2);
  world.currency = "KRW";
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates = {{market::all_months, market::all_day_types, 8 * 60, 22 * 60, 200.0, "day"},
                  {market::all_months, market::all_day_types, 22 * 60, 8 * 60, 50.0, "night"}};
  world.sites[0].tariff_given = true;
  return world;
}

/// Charges at full power while `when` holds for the hour of the local day; else nothing.
Way charging_when(const std::string& label, std::function<bool(int)> when) {
  return {label, evtwin::testing::strategy([=](const evtwin_view& view, evtwin_decision& decision) {
            const auto hour = static_cast<int>((view.now_ns - monday_ns) / hour_ns % 24);
            for (std::uint32_t i = 0; i < view.n_evses; ++i)
              decision.evse_kw[i] = view.evse_session[i] != 0 && when(hour) ? view.evse_car_max_kw[i] : 0.0;
          })};
}
const Way at_once = charging_when("at-once", [](int) { return true; });
const Way at_night = charging_when("at-night", [](int hour) { return hour >= 22 || hour < 8; });
const Way by_day = charging_when("by-day", [](int hour) { return hour >= 8 && hour < 22; });

VehicleRequest evening_car(const twin::World& world, const std::string& more = "") {
  return read_vehicle("kwh=50,soc=0.2,target=0.8,efficiency=1,arrive=18:00,leave=07:00" + more, world);
}

TEST(Advice, ACheaperWayIsAdvisedWithBothFiguresByHand) {
  const twin::World world = night_is_cheap();
  const Advice advice = advise_driver(world, evening_car(world), at_once, at_night);
  EXPECT_EQ(advice.verdict, Verdict::cheaper);
  EXPECT_FALSE(keep_existing(advice.verdict));
  EXPECT_TRUE(advice.reachable);
  // 30 kWh at 7.04 kW from 18:00: 4 h of them, 28.16 kWh, at 200, the rest after 22:00 at 50; or all of it at 50.
  EXPECT_NEAR(advice.existing.cost, 28.16 * 200 + 1.84 * 50, 1e-6);
  EXPECT_NEAR(advice.proposed.cost, 30 * 50, 1e-6);
  EXPECT_NEAR(advice.existing.added.bill, advice.existing.cost, 1e-6);
  EXPECT_NEAR(advice.existing.stay.soc_end, 0.8, 1e-12);
  const auto ready_h = [&](const Outcome& way) {
    return kernel::hours_between(monday_ns, way.stay.ready.value_or(monday_ns));
  };
  EXPECT_NEAR(ready_h(advice.existing), 18 + 30 / 7.04, 1e-9);
  EXPECT_NEAR(ready_h(advice.proposed), 22 + 30 / 7.04, 1e-9);
  // What decisions every quarter of an hour cut is one piece again.
  ASSERT_EQ(advice.proposed.stay.schedule.size(), 1U);
  EXPECT_NEAR(advice.proposed.stay.schedule[0].kw, 7.04, 1e-9);
  EXPECT_NEAR(advice.proposed.stay.schedule[0].kwh, 30.0, 1e-9);

  const std::string text = advice_text(world, advice, analysis::Language::english);
  EXPECT_THAT(text, HasSubstr("charge with at-night: it costs 4,224 KRW (73.8 %) less than at-once"));
  EXPECT_THAT(text, HasSubstr("2025-06-02 22:00"));
  EXPECT_THAT(advice_text(world, advice, analysis::Language::korean), HasSubstr("at-night 권장"));
  const auto json = advice_json(world, advice);
  EXPECT_EQ(json["recommended"], "at-night");
  EXPECT_EQ(json["advice"], "strategy");
  EXPECT_EQ(json["proposed"]["schedule"].size(), 1U);
  EXPECT_EQ(json["existing"]["plugged_in"], "2025-06-02T18:00:00+09:00");
}

TEST(Advice, ADearerWayIsNotShownOnlyTheExistingOne) {
  const twin::World world = night_is_cheap();
  const VehicleRequest car = read_vehicle("kwh=50,soc=0.2,target=0.8,efficiency=1,arrive=20:00,leave=19:00", world);
  const Advice advice = advise_driver(world, car, at_night, by_day);
  EXPECT_EQ(advice.verdict, Verdict::dearer);
  EXPECT_TRUE(keep_existing(advice.verdict));
  const std::string text = advice_text(world, advice, analysis::Language::english);
  EXPECT_THAT(text,
              HasSubstr("keep the existing way (at-night): by-day would cost 4,500 KRW more (6,000 KRW instead of "
                        "1,500 KRW)"));
  EXPECT_THAT(text, Not(HasSubstr("by-day from")));
  EXPECT_THAT(advice_text(world, advice, analysis::Language::korean), HasSubstr("기존 방식(at-night) 유지"));
  const auto json = advice_json(world, advice);
  EXPECT_EQ(json["recommended"], "at-night");
  EXPECT_EQ(json["advice"], "keep_existing");
  EXPECT_FALSE(json["proposed"].contains("schedule"));
  EXPECT_NEAR(json["proposed"]["cost"].get<double>(), 6000, 1e-6);
  EXPECT_EQ(json["existing"]["schedule"].size(), 1U);
}

TEST(Advice, WhatServesLessIsNotCheaper) {
  const twin::World world = night_is_cheap();
  const VehicleRequest car = read_vehicle("kwh=50,soc=0.2,target=0.8,efficiency=1,arrive=18:00,leave=23:00", world);
  const Advice advice = advise_driver(world, car, at_once, at_night);  // one hour of night
  EXPECT_LT(advice.proposed.cost, advice.existing.cost);
  EXPECT_EQ(advice.verdict, Verdict::serves_less);
  EXPECT_THAT(
      advice_text(world, advice, analysis::Language::english),
      HasSubstr("keep the existing way (at-once): at-night would deliver 22.96 kWh less (7.04 kWh instead of 30.00 "
                "kWh"));
}

TEST(Advice, TheSameWayTwiceCostsTheSame) {
  const twin::World world = night_is_cheap();
  const Advice advice = advise_driver(world, evening_car(world), at_once, at_once);
  EXPECT_EQ(advice.verdict, Verdict::same_cost);
  EXPECT_THAT(advice_text(world, advice, analysis::Language::english), HasSubstr("cost and serve the same"));
}

TEST(Advice, WithAPriceForDriversTheSitesCostDecides) {
  twin::World world = night_is_cheap();
  world.sites[0].driver_price_per_kwh = 250;
  const VehicleRequest car = evening_car(world);
  const Advice cheaper = advise_driver(world, car, at_once, at_night);
  EXPECT_TRUE(cheaper.driver_price);
  EXPECT_NEAR(cheaper.existing.cost, 30 * 250, 1e-6);
  EXPECT_NEAR(cheaper.proposed.cost, 30 * 250, 1e-6);
  EXPECT_EQ(cheaper.verdict, Verdict::cheaper);
  EXPECT_THAT(advice_text(world, cheaper, analysis::Language::english),
              HasSubstr("the driver pays the same as with at-once, and the site pays 4,224 KRW less over the run"));
  const Advice dearer = advise_driver(world, car, at_night, at_once);
  EXPECT_EQ(dearer.verdict, Verdict::site_dearer);
}

TEST(Advice, OthersWhoGetLessAreNoSaving) {
  twin::World world = night_is_cheap(2);
  evtwin::testing::add_visits(world, {evtwin::testing::visit(9, 21, 20, 1)});  // by day only
  const Advice advice = advise_driver(world, evening_car(world, ",evse=A-1"), at_once, at_night);
  EXPECT_LT(advice.proposed.cost, advice.existing.cost);
  EXPECT_EQ(advice.verdict, Verdict::site_serves_less);
  EXPECT_THAT(advice_text(world, advice, analysis::Language::english), HasSubstr("the other cars get 20.00 kWh less"));
  // With a price for what they miss the objective says it.
  world.sites[0].unmet_price_per_kwh = 1000;
  EXPECT_EQ(advise_driver(world, evening_car(world, ",evse=A-1"), at_once, at_night).verdict, Verdict::site_dearer);
}

TEST(Advice, AnImpossibleRequestSaysWhatIsNeededAndWhatFits) {
  twin::World world = night_is_cheap();
  const VehicleRequest car = read_vehicle("kwh=50,soc=0.2,target=0.8,efficiency=1,arrive=18:00,leave=20:00", world);
  const Advice advice = advise_driver(world, car, at_once, at_once);
  EXPECT_FALSE(advice.reachable);
  EXPECT_NEAR(advice.reach.most_kwh, 14.08, 1e-9);
  EXPECT_NEAR(advice.existing.stay.got_kwh, 14.08, 1e-9);
  EXPECT_FALSE(advice.existing.stay.ready.has_value());
  EXPECT_THAT(advice_text(world, advice, analysis::Language::english),
              HasSubstr("the target can not be reached: it needs 30.00 kWh, and at most 14.08 kWh fit between "
                        "2025-06-02 18:00 and 2025-06-02 20:00 at 7.0 kW (A-1)\n"));
  EXPECT_THAT(advice_text(world, advice, analysis::Language::korean), HasSubstr("목표에 도달할 수 없음"));
  EXPECT_EQ(advice_json(world, advice)["reachable"], false);

  world.sites[0].evses.push_back(evtwin::testing::ac_evse("F-1", 32, 3));
  EXPECT_THAT(advice_text(world, advise_driver(world, car, at_once, at_once), analysis::Language::english),
              HasSubstr("; evse=F-1 could\n"));
}

TEST(Advice, SaysWhoIsInTheWayWhenNoEvseIsFree) {
  twin::World world = night_is_cheap();
  evtwin::testing::add_visits(world, {evtwin::testing::visit(9, 21.5, 5)});
  const auto refusal = [&](const std::string& more) {
    try {
      (void)advise_driver(world, evening_car(world, more), at_once, at_night);
    } catch (const AdviseError& error) {
      return std::string(error.what());
    }
    return std::string("advised");
  };
  EXPECT_THAT(refusal(",evse=A-1"),
              HasSubstr("EVSE A-1 is taken at 2025-06-02 18:00 (s9.000000 until 2025-06-02 21:30)"));
  EXPECT_THAT(refusal(""), HasSubstr("every EVSE that fits the car is taken, reserved or out of service at 2025-06-02 "
                                     "18:00; the next comes free at 2025-06-02 21:30 (A-1)"));
  world.sites[0].waiting_room.places = 1;
  const Advice waited = advise_driver(world, evening_car(world), at_once, at_night);
  EXPECT_NEAR(waited.existing.stay.waited_h, 3.5, 1e-9);
}

TEST(Advice, Co2IsTheGridsAtTheTimeOfCharging) {
  twin::World world = night_is_cheap();
  // 0.5 kg/kWh until 20:00, then 0.2.
  world.sites[0].co2_kg_per_kwh =
      market::Series({monday_ns, monday_ns + 20 * hour_ns}, {0.5, 0.2}, monday_ns + 48 * hour_ns);
  const Advice advice = advise_driver(world, evening_car(world), at_once, at_night);
  EXPECT_NEAR(advice.existing.stay.co2_kg, 14.08 * 0.5 + (30 - 14.08) * 0.2, 1e-9);
  EXPECT_NEAR(advice.proposed.stay.co2_kg, 30 * 0.2, 1e-9);
  EXPECT_NEAR(advice.existing.added.co2_kg, advice.existing.stay.co2_kg, 1e-9);
}

TEST(Advice, ATaperIsOnePieceAndItsCo2TheIntegral) {
  twin::World world = night_is_cheap();
  world.vehicles[0] = {};
  world.vehicles[0].name = "tapering";
  world.vehicles[0].battery.capacity_kwh = 40;
  world.vehicles[0].battery.charge.knots = {{0, 10}, {0.5, 7.04}, {1, 1}};
  world.sites[0].co2_kg_per_kwh =
      market::Series({monday_ns, monday_ns + 20 * hour_ns + 7 * minute_ns}, {0.5, 0.2}, monday_ns + 48 * hour_ns);
  const VehicleRequest car = read_vehicle("model=tapering,soc=0.5,target=0.9,arrive=18:00,leave=07:00", world);
  const Advice advice = advise_driver(world, car, at_once, at_once);
  ASSERT_EQ(advice.existing.stay.schedule.size(), 1U);
  const Piece& piece = advice.existing.stay.schedule[0];
  EXPECT_NEAR(piece.kw, 7.04, 1e-9);
  EXPECT_NEAR(piece.kw_end, 1 + 0.2 * 6.04, 1e-6);
  EXPECT_NEAR(piece.kwh, 16, 1e-9);
  // dE/dt = 7.04 - 12.08 E / 40 from the bend on.
  const double slope = 12.08 / 40, hours = 2 + 7.0 / 60;
  const double early_kwh = 7.04 / slope * (1 - std::exp(-slope * hours));
  EXPECT_NEAR(advice.existing.stay.co2_kg, 0.5 * early_kwh + 0.2 * (16 - early_kwh), 1e-9);
}

TEST(Advice, ThreadsChangeNothing) {
  const twin::World world = night_is_cheap();
  RunChoices one, four;
  one.threads = 1;
  four.threads = 4;
  EXPECT_EQ(advice_json(world, advise_driver(world, evening_car(world), at_once, at_night, one)),
            advice_json(world, advise_driver(world, evening_car(world), at_once, at_night, four)));
}

/// Whatever car, site and pair of ways: what is advised is never dearer and never serves less than the existing way.
RC_GTEST_PROP(Advice, WhatIsAdvisedIsNeverDearerAndNeverServesLess, ()) {
  twin::World world = night_is_cheap(3);
  twin::Site& site = world.sites[0];
  if (*rc::gen::arbitrary<bool>()) site.contract_kw = *rc::gen::inRange(6, 20);
  if (*rc::gen::arbitrary<bool>()) site.driver_price_per_kwh = 250;
  if (*rc::gen::arbitrary<bool>()) site.unmet_price_per_kwh = 400;
  if (*rc::gen::arbitrary<bool>()) site.tariff.demand.price_per_kw.fill(2000);
  std::vector<demand::Visit> visits;
  for (int i = 0, n = *rc::gen::inRange(0, 5); i < n; ++i) {
    const int from = *rc::gen::inRange(0, 40);
    visits.push_back(evtwin::testing::visit(from + 0.1 * i, from + *rc::gen::inRange(1, 8), *rc::gen::inRange(1, 40),
                                            demand::any_evse));
    visits.back().id += "-" + std::to_string(i);
  }
  evtwin::testing::add_visits(world, visits);
  VehicleRequest car = evening_car(world);
  car.arrive_ns = monday_ns + *rc::gen::inRange(0, 30) * hour_ns;
  car.leave_ns = car.arrive_ns + *rc::gen::inRange(1, 18) * hour_ns;

  const char* ids[] = {"asap", "alap", "edf", "llf", "price-threshold", "price-mean", "equal-share"};
  const std::string existing = ids[*rc::gen::inRange(0, 7)], proposed = ids[*rc::gen::inRange(0, 7)];
  Advice advice;
  try {
    advice = advise_driver(world, car, {existing, evtwin::testing::baseline(existing)},
                           {proposed, evtwin::testing::baseline(proposed)});
  } catch (const AdviseError&) {
    return;  // every EVSE is taken
  }
  const Outcome& advised = keep_existing(advice.verdict) ? advice.existing : advice.proposed;
  RC_ASSERT(advised.cost <= advice.existing.cost * (1 + 1e-9) + 1e-9);
  RC_ASSERT(advised.stay.got_kwh >= advice.existing.stay.got_kwh - 1e-6);
  RC_ASSERT(advised.site.objective <= advice.existing.site.objective + 1e-6);
  RC_ASSERT(advice_json(world, advice)["recommended"] == advised.strategy);
  RC_ASSERT(!advice.reachable || advice.reach.most_kwh >= car.wanted_kwh - 1e-6);
  RC_ASSERT(advice.existing.stay.got_kwh <= advice.reach.most_kwh + 1e-6);
}

}  // namespace
}  // namespace evtwin::advise
