// What a log shows to be missing lowers what of it was replayed.
#include "replay/untold_charging.hpp"

#include <gtest/gtest.h>

#include "log_maker.hpp"

namespace evtwin::replay {
namespace {

using namespace test;
using kernel::hour_ns;

/// Three sessions of two hours and 10 kWh on one EVSE, four hours apart, its register running on.
ocpp::SiteLog three_sessions() {
  ocpp::SiteLog log;
  for (int n = 0; n < 3; ++n)
    log.transactions.push_back(
        transaction(t0 + 4 * n * hour_ns, t0 + (4 * n + 2) * hour_ns, 100.0 + 10.0 * n, 110.0 + 10.0 * n));
  log.first_ns = t0;
  log.last_ns = t0 + 12 * hour_ns;
  return log;
}

ocpp::EvseTimeline statuses(std::vector<ocpp::StatusSpan> spans) { return {"A", 1, std::move(spans)}; }

TEST(UntoldCharging, AWholeLogHasNone) {
  const ocpp::SiteLog log = three_sessions();
  const KnownEnergies known = known_energies(log);
  EXPECT_TRUE(known.untold.empty());
  EXPECT_EQ(known.kwh, (std::vector<double>{10.0, 10.0, 10.0}));
}

TEST(UntoldCharging, ALostTransactionIsWhatItsRegisterCounted) {
  ocpp::SiteLog log = three_sessions();
  log.transactions.erase(log.transactions.begin() + 1);
  KnownEnergies known = known_energies(log);
  ASSERT_EQ(known.untold.size(), 1U);
  EXPECT_TRUE(known.untold[0].by_register);
  EXPECT_NEAR(known.untold[0].kwh, 10.0, 1e-9);
  EXPECT_EQ(known.untold[0].from_ns, t0 + 2 * hour_ns);
  EXPECT_EQ(known.untold[0].to_ns, t0 + 8 * hour_ns);
  // A station's own standby is none (6 h at 0.1 kW), nor is a register that was exchanged.
  log.transactions[1].meter_start_kwh = 110.6;
  EXPECT_TRUE(known_energies(log).untold.empty());
  log.transactions[1].meter_start_kwh = 90'000.0;
  EXPECT_TRUE(known_energies(log).untold.empty());
  log.transactions[1].meter_start_kwh = 0.0;
  EXPECT_TRUE(known_energies(log).untold.empty());
}

TEST(UntoldCharging, WhatTheOtherOutletTookOnTheSameMeterIsTold) {
  ocpp::SiteLog log = three_sessions();
  log.transactions[1].evse = 2;
  EXPECT_TRUE(known_energies(log).untold.empty());
  // With a meter of its own it explains nothing.
  log.transactions[1].meter_start_kwh = 7.0;
  log.transactions[1].meter_stop_kwh = 17.0;
  EXPECT_EQ(known_energies(log).untold.size(), 1U);
}

TEST(UntoldCharging, StatusesTellOfItWhereTheRegisterDoesNot) {
  ocpp::SiteLog log = three_sessions();
  using ocpp::Status;
  log.timelines = {statuses({{Status::available, t0 - hour_ns, t0, ""},
                             {Status::charging, t0, t0 + 2 * hour_ns, ""},
                             {Status::available, t0 + 2 * hour_ns, t0 + 10 * hour_ns, ""},
                             {Status::charging, t0 + 11 * hour_ns, t0 + 12 * hour_ns, ""}})};
  // After the last transaction: an hour of Charging, as much as the most of any.
  const KnownEnergies known = known_energies(log);
  ASSERT_EQ(known.untold.size(), 1U);
  EXPECT_FALSE(known.untold[0].by_register);
  EXPECT_NEAR(known.untold[0].kwh, 10.0, 1e-9);
  // Between two transactions whose registers meet, a status is not believed.
  log.timelines = {statuses({{Status::charging, t0 + 150 * minute_ns, t0 + 200 * minute_ns, ""}})};
  EXPECT_TRUE(known_energies(log).untold.empty());
}

TEST(UntoldCharging, EnergyThatIsNotKnownIsNeverNothing) {
  ocpp::SiteLog log = three_sessions();
  log.transactions[0].energy_kwh = 14.0;
  ocpp::Transaction& lost = log.transactions[1];
  lost.stop_seen = false;
  lost.energy_kwh = lost.meter_stop_kwh = kernel::unknown;
  // Its register stood at 120 when the next one began.
  EXPECT_NEAR(known_energies(log).kwh[1], 10.0, 1e-9);
  EXPECT_FALSE(known_energies(log).supposed[1]);
  // The last one has no next: as much as the most of any other, unless its readings show more.
  ocpp::Transaction& last = log.transactions[2];
  last.energy_kwh = kernel::unknown;
  EXPECT_NEAR(known_energies(log).kwh[2], 14.0, 1e-9);
  EXPECT_TRUE(known_energies(log).supposed[2]);
  add_reading(last, last.start_ns, 120.0);
  add_reading(last, last.stop_ns, 137.0);
  EXPECT_NEAR(known_energies(log).kwh[2], 17.0, 1e-9);
}

}  // namespace
}  // namespace evtwin::replay
