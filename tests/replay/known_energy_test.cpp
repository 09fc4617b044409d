// A log that tells less of its transactions never makes a replay look more complete.
#include "replay/known_energy.hpp"

#include <gtest/gtest.h>

#include "log_maker.hpp"

namespace evtwin::replay {
namespace {

using namespace test;
using kernel::hour_ns;

/// Three sessions of two hours and 10 kWh on one EVSE, four hours apart, its register running on; the second has no
/// stop and four readings that show 6 kWh.
ocpp::SiteLog log_with_a_lost_stop() {
  ocpp::SiteLog log;
  for (int n = 0; n < 3; ++n)
    log.transactions.push_back(
        transaction(t0 + 4 * n * hour_ns, t0 + (4 * n + 2) * hour_ns, 100.0 + 10.0 * n, 110.0 + 10.0 * n));
  ocpp::Transaction& lost = log.transactions[1];
  lost.stop_seen = false;
  for (int i = 0; i <= 3; ++i) add_reading(lost, lost.start_ns + i * 20 * minute_ns, 110.0 + 2.0 * i);
  lost.meter_stop_kwh = 116.0;
  lost.energy_kwh = 6.0;
  return log;
}

void lose_readings(ocpp::Transaction& lost) {
  lost.samples.clear();
  lost.energy_kwh = lost.meter_stop_kwh = kernel::unknown;
}

TEST(KnownEnergy, ALostStopIsWhatTheRegisterCountedUntilTheNext) {
  ocpp::SiteLog log = log_with_a_lost_stop();
  EXPECT_NEAR(known_energies(log)[0].kwh, 10.0, 1e-9);
  EXPECT_NEAR(known_energies(log)[1].kwh, 10.0, 1e-9);
  lose_readings(log.transactions[1]);
  EXPECT_NEAR(known_energies(log)[1].kwh, 10.0, 1e-9);
  EXPECT_FALSE(known_energies(log)[1].supposed);
}

// Rounded to 10 kWh a lost one of 10 kWh may show as none: blur makes no log more complete.
TEST(KnownEnergy, ACoarseRegisterMayHideAStep) {
  ocpp::SiteLog log = log_with_a_lost_stop();
  for (ocpp::Transaction& t : log.transactions) t.register_step_kwh = 10.0;
  EXPECT_NEAR(known_energies(log)[1].kwh, 20.0, 1e-9);
  EXPECT_NEAR(known_energies(log)[0].kwh, 10.0, 1e-9);
  // A part that the log's edge cut is what was read of it.
  log.transactions[1].cut_at_end = true;
  EXPECT_NEAR(known_energies(log)[1].kwh, 6.0, 1e-9);
}

TEST(KnownEnergy, WithoutTheNextItIsNoLessThanTheMostOfAnyOther) {
  ocpp::SiteLog log = log_with_a_lost_stop();
  log.transactions.pop_back();
  log.transactions[0].energy_kwh = 14.0;
  EXPECT_NEAR(known_energies(log)[1].kwh, 14.0, 1e-9);
  EXPECT_TRUE(known_energies(log)[1].supposed);
  lose_readings(log.transactions[1]);
  EXPECT_NEAR(known_energies(log)[1].kwh, 14.0, 1e-9);
  // Unless its readings show more.
  log = log_with_a_lost_stop();
  log.transactions.pop_back();
  log.transactions[1].energy_kwh = 21.0;
  EXPECT_NEAR(known_energies(log)[1].kwh, 21.0, 1e-9);
  EXPECT_FALSE(known_energies(log)[1].supposed);
}

TEST(KnownEnergy, ARegisterThatWasExchangedOrGoesBackTellsNothing) {
  for (const double next_kwh : {90'000.0, 0.0}) {
    ocpp::SiteLog log = log_with_a_lost_stop();
    log.transactions[2].meter_start_kwh = next_kwh;
    EXPECT_NEAR(known_energies(log)[1].kwh, 10.0, 1e-9);
    EXPECT_TRUE(known_energies(log)[1].supposed);
  }
}

TEST(KnownEnergy, WhatTheOtherOutletTookByTheSameMeterIsNotIts) {
  ocpp::SiteLog log = log_with_a_lost_stop();
  ocpp::Transaction other = transaction(t0 + 5 * hour_ns, t0 + 7 * hour_ns, 112.0, 115.0);
  other.evse = 2;
  log.transactions.push_back(other);
  EXPECT_NEAR(known_energies(log)[1].kwh, 7.0, 1e-9);
  // One with a meter of its own takes nothing of this one.
  log.transactions.back().meter_start_kwh = 7.0;
  log.transactions.back().meter_stop_kwh = 10.0;
  EXPECT_NEAR(known_energies(log)[1].kwh, 10.0, 1e-9);
  log.transactions.back().meter_start_kwh = 112.0;
  log.transactions.back().meter_stop_kwh = 131.0;
  EXPECT_NEAR(known_energies(log)[1].kwh, 10.0, 1e-9);
}

TEST(KnownEnergy, WhatARegisterCountedBetweenTransactionsWasOneThatIsLost) {
  ocpp::SiteLog log = log_with_a_lost_stop();
  EXPECT_TRUE(lost_energies(log).empty());
  log.transactions.erase(log.transactions.begin() + 1);
  ASSERT_EQ(lost_energies(log).size(), 1U);
  EXPECT_NEAR(lost_energies(log).front().kwh, 10.0, 1e-9);
  // What the charger itself may draw in six hours is no transaction, nor is another register.
  for (const double next_kwh : {110.5, 90'000.0, 0.0}) {
    log.transactions[1].meter_start_kwh = next_kwh;
    EXPECT_TRUE(lost_energies(log).empty()) << next_kwh;
  }
}

}  // namespace
}  // namespace evtwin::replay
