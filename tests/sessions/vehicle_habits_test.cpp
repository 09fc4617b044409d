// What earlier sessions tell of later ones, with figures by hand.
#include "sessions/vehicle_habits.hpp"

#include <gtest/gtest.h>

namespace evtwin::sessions {
namespace {

using kernel::hour_ns;
using Current = VehicleHabits::Current;

/// A log that sessions are added to, one after the other.
struct Past {
  LogSession add(const std::string& tag, const std::string& evse_id, double kw, double kwh, Taper taper = {},
                 double waits_h = 0.0) {
    ocpp::Transaction t;
    t.id_tag = tag;
    t.start_ns = now_ns;
    t.stop_ns = now_ns += 10 * hour_ns;
    LogSession session;
    session.transaction = log.transactions.size();
    session.evse_id = evse_id;
    session.visit.taken_kwh = kwh;
    session.observed_kw = kw;
    session.taper = taper;
    session.waits_h = waits_h;
    session.vehicle.ac_phases = 1;
    log.transactions.push_back(t);
    return session;
  }
  void learn(const LogSession& session, Current current = Current::ac) { habits.learn_session(log, session, current); }
  double foretold_kw(const std::string& tag, const std::string& evse_id, Current current = Current::ac) {
    return habits.foretell_session(log, add(tag, evse_id, 99.0, 10.0), current, 22.0).observed_kw;
  }
  ocpp::SiteLog log;
  kernel::TimeNs now_ns = 0;
  VehicleHabits habits;
};

TEST(VehicleHabits, TheNarrowestGroupThatHasSomethingTells) {
  Past past;
  EXPECT_EQ(past.foretold_kw("T1", "A-1"), 22.0);  // nothing learnt: what the EVSE gives
  for (const double kw : {3.0, 4.0, 11.0}) past.learn(past.add("T1", "A-1", kw, 10.0));
  past.learn(past.add("T1", "B-1", 7.0, 10.0));
  past.learn(past.add("T2", "B-1", 9.0, 10.0));
  past.learn(past.add("T2", "D-1", 50.0, 10.0), Current::dc);
  EXPECT_EQ(past.foretold_kw("T1", "A-1"), 4.0);                 // tag and EVSE: 3, 4, 11
  EXPECT_EQ(past.foretold_kw("T1", "C-1"), 5.5);                 // tag: 3, 4, 7, 11
  EXPECT_EQ(past.foretold_kw("new", "B-1"), 8.0);                // EVSE: 7, 9
  EXPECT_EQ(past.foretold_kw("new", "C-1"), 7.0);                // all on AC: 3, 4, 7, 9, 11
  EXPECT_EQ(past.foretold_kw("new", "E-1", Current::dc), 22.0);  // 50, and the EVSE gives 22
  EXPECT_EQ(past.habits.sessions_learnt(), 6U);
}

TEST(VehicleHabits, WhatIsForetoldDoesNotDependOnTheSessionsOwnReadings) {
  Past past;
  past.learn(past.add("T1", "A-1", 6.0, 10.0, {2.0, 0.5}, 0.25));
  LogSession seen = past.add("T1", "A-1", 11.0, 12.0, {5.0, 0.1}, 3.0);
  const LogSession foretold = past.habits.foretell_session(past.log, seen, Current::ac, 22.0);
  EXPECT_EQ(foretold.observed_kw, 6.0);
  EXPECT_EQ(foretold.taper.over_kwh, 2.0);
  EXPECT_EQ(foretold.taper.end_share, 0.5);
  EXPECT_EQ(foretold.waits_h, 0.25);
  EXPECT_EQ(foretold.vehicle.ac_phases, 1);
  seen.observed_kw = 1.0;
  seen.taper = {};
  seen.waits_h = 0.0;
  seen.vehicle.ac_phases = 3;
  const LogSession again = past.habits.foretell_session(past.log, seen, Current::ac, 22.0);
  EXPECT_EQ(again.observed_kw, 6.0);
  for (const double soc : {0.1, 0.3, 0.45, 0.5})
    EXPECT_EQ(again.vehicle.battery.charge.kw_at(soc), foretold.vehicle.battery.charge.kw_at(soc)) << soc;
  EXPECT_EQ(again.vehicle.ac_phases, 1);
}

TEST(VehicleHabits, TheEnergyThatIsGivenFlowsWithinTheStay) {
  Past past;
  past.learn(past.add("T1", "A-1", 2.0, 10.0, {}, 4.0));
  // 30 kWh in 10 h take 3 kW and leave no time to wait; 16 kWh at 2 kW leave 2 h of the usual 4.
  LogSession large = past.add("T1", "A-1", 9.0, 30.0);
  EXPECT_EQ(past.habits.foretell_session(past.log, large, Current::ac, 22.0).observed_kw, 3.0);
  EXPECT_EQ(past.habits.foretell_session(past.log, large, Current::ac, 22.0).waits_h, 0.0);
  LogSession small = past.add("T1", "A-1", 9.0, 16.0);
  EXPECT_EQ(past.habits.foretell_session(past.log, small, Current::ac, 22.0).waits_h, 2.0);
}

TEST(VehicleHabits, ATaperIsAHabitWhereHalfOfTheSessionsHaveOne) {
  Past past;
  past.learn(past.add("T1", "A-1", 6.0, 10.0, {2.0, 0.5}));
  past.learn(past.add("T1", "A-1", 6.0, 10.0));
  EXPECT_EQ(past.habits.foretell_session(past.log, past.add("T1", "A-1", 6.0, 10.0), Current::ac, 22.0).taper.over_kwh,
            2.0);
  past.learn(past.add("T1", "A-1", 6.0, 10.0));
  EXPECT_EQ(past.habits.foretell_session(past.log, past.add("T1", "A-1", 6.0, 10.0), Current::ac, 22.0).taper.over_kwh,
            0.0);
}

TEST(VehicleWith, TapersOverTheLastOfItsEnergy) {
  // 8 kW, falling over the last 4 of 10 kWh to 2 kW. The battery of 20 kWh holds 10 when it is done.
  const ObservedVehicle seen = vehicle_with(8.0, {4.0, 0.25}, 10.0, kernel::unknown, kernel::unknown);
  const auto& battery = seen.vehicle.battery;
  EXPECT_DOUBLE_EQ(battery.capacity_kwh, 20.0);
  EXPECT_DOUBLE_EQ(seen.soc_start, 0.0);
  EXPECT_DOUBLE_EQ(battery.charge.kw_at(0.2), 8.0);
  EXPECT_DOUBLE_EQ(battery.charge.kw_at(0.3), 8.0);
  EXPECT_NEAR(battery.charge.kw_at(0.4), 5.0, 1e-12);
  EXPECT_NEAR(battery.charge.kw_at(0.5), 2.0, 1e-12);
  // 2 kWh only: it is within the taper from its first kWh on, at 5 kW.
  const ObservedVehicle little = vehicle_with(8.0, {4.0, 0.25}, 2.0, kernel::unknown, kernel::unknown);
  EXPECT_NEAR(little.vehicle.battery.charge.kw_at(little.soc_start), 5.0, 1e-12);
  EXPECT_NEAR(little.vehicle.battery.charge.kw_at(0.5), 2.0, 1e-12);
  // A battery that the log tells of, from 30 %: the same powers at its own states of charge.
  const ObservedVehicle told = vehicle_with(8.0, {4.0, 0.25}, 10.0, 50.0, 0.3);
  EXPECT_DOUBLE_EQ(told.soc_start, 0.3);
  EXPECT_NEAR(told.vehicle.battery.charge.kw_at(0.3 + 6.0 / 50.0), 8.0, 1e-12);
  EXPECT_NEAR(told.vehicle.battery.charge.kw_at(0.5), 2.0, 1e-12);
}

}  // namespace
}  // namespace evtwin::sessions
