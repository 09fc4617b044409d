// Best for the drivers: settled money while plugged in, and nothing else.
#include "viewer/model/user_best.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <sstream>

#include "viewer/model/bookings.hpp"

namespace evtwin::viewer::model {
namespace {

model::Run two_stations() {
  model::Run run;
  run.sites.resize(1);
  for (const char* name : {"A-1", "A-2", "B-1"}) {
    Evse& evse = run.evses.emplace_back();
    evse.name = name;
    evse.station = std::string(name).substr(0, 1);
  }
  return run;
}
Session& add(model::Run& run, std::uint32_t evse, double pays, double gets, double wear, double kwh = 0.0) {
  Session& session = run.sessions.emplace_back();
  session.number = static_cast<std::uint32_t>(run.sessions.size());
  session.evse = evse;
  session.driver_revenue = pays;
  session.v2g_payment = gets;
  session.wear_cost = wear;
  session.got_kwh = kwh;
  return session;
}

TEST(BestForUser, IsTheMostMoneyPerKwhStationByStation) {
  model::Run dear = two_stations(), cheap = two_stations();
  add(dear, 0, 1000, 0, 0, 4);
  add(dear, 1, 500, 100, 30, 2);
  add(dear, 2, 10, 0, 0, 1);
  add(cheap, 0, 1200, 0, 0, 6);
  add(cheap, 2, 400, 300, 20, 1);
  const std::array<const model::Run*, 2> runs{&dear, &cheap};
  const auto best = best_for_user(runs);
  ASSERT_EQ(best.size(), 2U);
  EXPECT_EQ(best[0].station, "A");
  EXPECT_EQ(best[0].run, 1U);
  EXPECT_DOUBLE_EQ(best[0].money_per_kwh, -200.0);
  EXPECT_DOUBLE_EQ(best[0].all[0].money, -1000.0 - 430.0);
  EXPECT_EQ(best[0].compared, 2U);
  EXPECT_EQ(best[1].run, 0U);
  EXPECT_DOUBLE_EQ(best[1].money_per_kwh, -10.0);
}

// Who charges 13 % less pays less, which is no merit; a price that is the same for all makes no difference.
TEST(BestForUser, LessEnergyIsNoMerit) {
  model::Run all = two_stations(), less = two_stations(), also = two_stations();
  add(all, 0, 25'000, 0, 0, 100);
  add(less, 0, 21'750, 0, 0, 87);
  add(also, 0, 24'950, 0, 0, 99.8);
  const std::array<const model::Run*, 2> two{&all, &less};
  EXPECT_EQ(best_for_user(two)[0].run, 0U);
  EXPECT_EQ(best_for_user(two)[0].compared, 1U);
  EXPECT_FALSE(best_for_user(two)[0].alike);
  const std::array<const model::Run*, 3> three{&all, &less, &also};
  EXPECT_EQ(best_for_user(three)[0].compared, 2U);
  EXPECT_TRUE(best_for_user(three)[0].alike);
}

// What EnerV2Gize's page counts as profit: the jump of the SoC curve when another car comes.
TEST(BestForUser, WhatABatteryBringsAndTakesAwayIsNoMoney) {
  model::Run run = two_stations();
  Session& full = add(run, 0, 0, 0, 0);
  full.soc_start = full.soc_end = 1.0;
  Session& empty = add(run, 0, 0, 0, 0);
  empty.soc_start = empty.soc_end = 0.05;
  EXPECT_EQ(owners_by_station(run).at("A").money, 0.0);
  Session& turned_away = add(run, 1, 0, 0, 0);
  turned_away.number = 0;
  turned_away.driver_revenue = 99;  // never plugged in: whatever stands there is not counted
  EXPECT_EQ(owners_by_station(run).at("A").money, 0.0);
}

TEST(BestForUser, StationsOfSeveralSitesAreToldApart) {
  model::Run run = two_stations();
  run.sites.resize(2);
  run.sites[0].name = "North";
  run.sites[1].name = "South";
  run.evses[2].site = 1;
  run.evses[2].station = "A";
  add(run, 0, 5, 0, 0);
  add(run, 2, 7, 0, 0);
  EXPECT_EQ(owners_by_station(run).at("North / A").money, -5.0);
  EXPECT_EQ(owners_by_station(run).at("South / A").money, -7.0);
}

TEST(BestForUser, ARunWithoutAStationHasNoFigureThere) {
  model::Run one = two_stations(), other = two_stations();
  other.evses.pop_back();
  add(one, 2, 50, 0, 0);
  const std::array<const model::Run*, 2> runs{&one, &other};
  const auto best = best_for_user(runs);
  ASSERT_EQ(best.size(), 2U);
  EXPECT_EQ(best[1].run, 0U);
  EXPECT_TRUE(std::isnan(best[1].all[1].money));
}

TEST(Bookings, TargetAndEnergyAreTwoWaysToSayTheSame) {
  model::Run run = two_stations();
  Session& session = add(run, 0, 0, 0, 0);
  session.name = "van, \"1\"";
  session.vehicle = "Kona";
  run.vehicles = {{"Kona", 60.0, 0.9}, {"Zoe", 50.0, 1.0}};
  session.soc_start = 0.2;
  session.wanted_kwh = 20.0;
  session.arrived_ns = kernel::hour_ns;
  session.departed_ns = 3 * kernel::hour_ns;
  auto bookings = bookings_of(run);
  ASSERT_EQ(bookings.size(), 1U);
  EXPECT_DOUBLE_EQ(bookings[0].soc_target, 0.2 + 20.0 * 0.9 / 60.0);
  bookings[0].soc_target = 0.8;
  set_energy(run, bookings[0]);
  EXPECT_DOUBLE_EQ(bookings[0].energy_kwh, 0.6 * 60.0 / 0.9);
  bookings[0].soc_target = 0.1;
  set_energy(run, bookings[0]);
  EXPECT_EQ(bookings[0].energy_kwh, 0.0);
  std::ostringstream out;
  write_bookings(out, run, bookings);
  EXPECT_EQ(out.str(),
            "arrival,departure,energy_kwh,soc,evse,session_id\n"
            "1970-01-01T01:00:00+00:00,1970-01-01T03:00:00+00:00,0,0.2,A-1,\"van, \"\"1\"\"\"\n");
}

TEST(Bookings, ComeBackFromTheirTableAsTheyWere) {
  model::Run run = two_stations();
  run.vehicles = {{"Kona", 60.0, 0.9}, {std::string(unknown_battery), none, 1.0}};
  Session& known = add(run, 0, 0, 0, 0);
  known.name = "van, \"1\"";
  known.vehicle = "Kona";
  known.soc_start = 0.2;
  known.wanted_kwh = 0.5 * 60.0 / 0.9;
  Session& unknown = add(run, 1, 0, 0, 0);
  unknown.name = "guest";
  unknown.vehicle = unknown_battery;
  unknown.wanted_kwh = 7.25;
  for (Session& session : run.sessions) {
    session.arrived_ns = kernel::hour_ns;
    session.departed_ns = 3 * kernel::hour_ns;
  }
  std::ostringstream out;
  write_booking_table(out, run, bookings_of(run));
  EXPECT_EQ(out.str(),
            "id,vehicle,arrive,leave,soc,target,energy_kwh,evse\n"
            "\"van, \"\"1\"\"\",Kona,1970-01-01T01:00:00+00:00,1970-01-01T03:00:00+00:00,0.2,0.7,,A-1\n"
            "guest,,1970-01-01T01:00:00+00:00,1970-01-01T03:00:00+00:00,,,7.25,A-2\n");
  const auto back = read_booking_table(run, out.str(), bookings_of(run));
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].session, 0U);
  EXPECT_EQ(back[0].id, "van, \"1\"");
  EXPECT_NEAR(back[0].energy_kwh, 0.5 * 60.0 / 0.9, 1e-9);
  EXPECT_EQ(back[1].energy_kwh, 7.25);
}

TEST(Bookings, ATableThatIsWrongSaysInWhichLineAndWhat) {
  model::Run run = two_stations();
  run.vehicles = {{"Kona", 60.0, 0.9}};
  const auto trouble = [&](const std::string& text) -> std::string {
    try {
      read_booking_table(run, text, bookings_of(run));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "read";
  };
  const std::string heads = "id,vehicle,arrive,leave,soc,target,energy_kwh,evse\n";
  EXPECT_EQ(trouble("id,when\n").rfind("line 1: no column 'when' is known", 0), 0U);
  EXPECT_EQ(trouble(heads + "a,Zoe,1970-01-01T01:00,1970-01-01T02:00,0.2,0.8,,any\n"),
            "line 2: the scenario has no vehicle 'Zoe'");
  EXPECT_EQ(trouble(heads + "a,Kona,1970-01-01T02:00,1970-01-01T01:00,0.2,0.8,,any\n"),
            "line 2: 'a' does not leave after it arrives");
  EXPECT_EQ(trouble(heads + "a,Kona,1970-01-01T01:00,1970-01-01T02:00,20 %,0.8,,any\n").rfind("line 2: soc is", 0), 0U);
  EXPECT_EQ(trouble(heads + "a,Kona,1970-01-01T01:00\n"), "line 2: has 3 cells under 8 columns");
  EXPECT_EQ(trouble(heads), "the table has no rows: nobody has booked");
  EXPECT_EQ(trouble(heads + "a,Kona,1970-01-01T01:00,1970-01-01T02:00,0.2,0.8,,Z-9\n"),
            "line 2: the site has no EVSE 'Z-9'");
}

TEST(Bookings, OfABatteryThatNobodyKnowsOnlyTheEnergyIsKnown) {
  model::Run run = two_stations();
  add(run, 0, 0, 0, 0).wanted_kwh = 7.5;
  auto bookings = bookings_of(run);
  EXPECT_TRUE(std::isnan(bookings[0].soc_target));
  bookings[0].soc_target = 0.9;
  set_energy(run, bookings[0]);
  EXPECT_EQ(bookings[0].energy_kwh, 7.5);
}

}  // namespace
}  // namespace evtwin::viewer::model
