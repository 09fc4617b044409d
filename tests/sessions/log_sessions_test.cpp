// Transactions of a log as sessions: what is taken over, what is left out, what is read from the readings.
#include "sessions/log_sessions.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace evtwin::sessions {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using kernel::TimeNs;
using ::testing::HasSubstr;

ocpp::Transaction transaction(const std::string& id, TimeNs start_ns, TimeNs stop_ns, double kwh,
                              const std::string& station = "A", int evse = 1) {
  ocpp::Transaction t;
  t.station = station;
  t.evse = evse;
  t.id = id;
  t.id_tag = "tag";
  t.start_seen = t.stop_seen = true;
  t.start_ns = t.plugged_in_ns = start_ns;
  t.stop_ns = t.plugged_out_ns = stop_ns;
  t.meter_start_kwh = 100.0;
  t.meter_stop_kwh = 100.0 + kwh;
  t.energy_kwh = kwh;
  return t;
}

ocpp::SiteLog log_of(std::vector<ocpp::Transaction> transactions) {
  ocpp::SiteLog log;
  log.report.files.push_back({"site.log", "", 0, 0, 0, ocpp::Encoding::utf8, false});
  log.transactions = std::move(transactions);
  return log;
}

/// A register reading and the power of the moment.
ocpp::Sample reading(TimeNs time_ns, double register_kwh, double power_kw = kernel::unknown) {
  ocpp::Sample s;
  s.time_ns = time_ns;
  s.register_kwh = register_kwh;
  s.power_kw = power_kw;
  return s;
}

TEST(LogSessions, AWholeTransactionStaysFromPlugInToPlugOutAndTakesWhatItsRegisterCounted) {
  ocpp::Transaction t = transaction("7", 8 * hour_ns, 10 * hour_ns, 7.0);
  t.plugged_in_ns = 7 * hour_ns;
  t.plugged_out_ns = 12 * hour_ns;
  const LogSessions out = sessions_of(log_of({t}));
  ASSERT_EQ(out.sessions.size(), 1U);
  const LogSession& s = out.sessions.front();
  EXPECT_EQ(s.visit.id, "7");
  EXPECT_EQ(s.evse_id, "A-1");
  EXPECT_EQ(s.visit.arrival_ns, 7 * hour_ns);
  EXPECT_EQ(s.visit.departure_ns, 12 * hour_ns);
  EXPECT_EQ(s.visit.claimed_departure_ns, 12 * hour_ns);
  EXPECT_DOUBLE_EQ(s.visit.taken_kwh, 7.0);
  EXPECT_DOUBLE_EQ(s.visit.requested_kwh, 7.0);
  EXPECT_TRUE(out.flags.empty());
  EXPECT_EQ(out.evse_ids, std::vector<std::string>{"A-1"});
}

TEST(LogSessions, WhatIsNotWholeIsLeftOutWithItsReason) {
  auto no_stop = transaction("1", hour_ns, 2 * hour_ns, 1.0);
  no_stop.stop_seen = false;
  auto no_start = transaction("2", 3 * hour_ns, 4 * hour_ns, 1.0);
  no_start.start_seen = false;
  auto no_energy = transaction("3", 5 * hour_ns, 6 * hour_ns, kernel::unknown);
  auto no_length = transaction("4", 7 * hour_ns, 7 * hour_ns, 1.0);
  const LogSessions out = sessions_of(log_of({no_stop, no_start, no_energy, no_length}));
  EXPECT_TRUE(out.sessions.empty());
  ASSERT_EQ(out.flags.size(), 4U);
  const char* reasons[] = {"its stop is not in the log", "its start is not in the log", "its energy is not known",
                           "does not end after it begins"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(out.flags[i].left_out);
    EXPECT_THAT(out.flags[i].reason, HasSubstr(reasons[i]));
    EXPECT_THAT(out.flags[i].reason, HasSubstr("site.log"));
  }
}

TEST(LogSessions, ACarThatTookNothingStillStoodThere) {
  const LogSessions out = sessions_of(log_of({transaction("1", hour_ns, 2 * hour_ns, 0.0)}));
  ASSERT_EQ(out.sessions.size(), 1U);
  EXPECT_EQ(out.sessions.front().visit.taken_kwh, 0.0);
}

TEST(LogSessions, OfTransactionsThatOverlapOnAnEvseTheLaterStartIsLeftOut) {
  const LogSessions out =
      sessions_of(log_of({transaction("1", hour_ns, 4 * hour_ns, 1.0), transaction("2", 2 * hour_ns, 5 * hour_ns, 1.0),
                          transaction("3", 2 * hour_ns, 5 * hour_ns, 1.0, "A", 2)}));
  ASSERT_EQ(out.sessions.size(), 2U);
  EXPECT_EQ(out.sessions[0].visit.id, "1");
  EXPECT_EQ(out.sessions[1].visit.id, "3");
  ASSERT_EQ(out.flags.size(), 1U);
  EXPECT_THAT(out.flags[0].reason, HasSubstr("overlaps 1 on EVSE A-1"));
}

TEST(LogSessions, WhereOnlyThePlugsOverlapTheEarlierCarWasGoneWhenTheLaterCame) {
  auto first = transaction("1", hour_ns, 2 * hour_ns, 1.0);
  first.plugged_out_ns = 4 * hour_ns;
  auto second = transaction("2", 3 * hour_ns, 5 * hour_ns, 1.0);
  second.plugged_in_ns = 3 * hour_ns;
  const LogSessions out = sessions_of(log_of({first, second}));
  ASSERT_EQ(out.sessions.size(), 2U);
  EXPECT_EQ(out.sessions[0].visit.departure_ns, 3 * hour_ns);
  EXPECT_EQ(out.sessions[1].visit.arrival_ns, 3 * hour_ns);
}

TEST(LogSessions, IdsAreUniqueWhateverStationsCallTheirTransactions) {
  const LogSessions out = sessions_of(
      log_of({transaction("1", hour_ns, 2 * hour_ns, 1.0), transaction("1", hour_ns, 2 * hour_ns, 1.0, "B"),
              transaction("1", 3 * hour_ns, 4 * hour_ns, 1.0), transaction("", 5 * hour_ns, 6 * hour_ns, 1.0)}));
  std::set<std::string> ids;
  for (const LogSession& s : out.sessions) ids.insert(s.visit.id);
  EXPECT_EQ(ids.size(), 4U);
}

TEST(LogSessions, AnEvseThatIsNotToldIsTheFirstAndSaidToBe) {
  const LogSessions out = sessions_of(log_of({transaction("1", hour_ns, 2 * hour_ns, 1.0, "A", 0)}));
  ASSERT_EQ(out.sessions.size(), 1U);
  EXPECT_EQ(out.sessions[0].evse_id, "A-1");
  ASSERT_EQ(out.flags.size(), 1U);
  EXPECT_FALSE(out.flags[0].left_out);
  EXPECT_THAT(out.flags[0].reason, HasSubstr("does not say at which EVSE"));
}

TEST(LogSessions, HistoryClaimsTheMediansOfWhatEndedBeforeTheArrivalAndNothingLater) {
  auto t = [](const char* id, double from_h, double to_h, double kwh, const char* tag) {
    auto out = transaction(id, static_cast<TimeNs>(from_h * static_cast<double>(hour_ns)),
                           static_cast<TimeNs>(to_h * static_cast<double>(hour_ns)), kwh, id);
    out.id_tag = tag;
    return out;
  };
  LogSessionOptions options;
  options.claims = Claims::history;
  const LogSessions out = sessions_of(log_of({t("1", 0, 2, 10, "kim"), t("2", 1, 9, 50, "lee"), t("3", 3, 4, 3, "kim"),
                                              t("4", 5, 6, 1, "new"), t("5", 10, 11, 1, "kim")}),
                                      options);
  ASSERT_EQ(out.sessions.size(), 5U);
  const auto stay_h = [&](std::size_t i) {
    return kernel::hours_between(out.sessions[i].visit.arrival_ns, out.sessions[i].visit.claimed_departure_ns);
  };
  EXPECT_EQ(stay_h(0), 2.0);  // nothing to go by: the truth
  EXPECT_EQ(stay_h(2), 2.0);  // kim's one session before
  EXPECT_EQ(out.sessions[2].visit.requested_kwh, 10.0);
  EXPECT_EQ(stay_h(3), 1.0);  // everybody's: 2 h and 1 h; lee has not left
  EXPECT_EQ(out.sessions[3].visit.requested_kwh, 3.0);
  EXPECT_EQ(stay_h(4), 1.0);  // kim's lower median of 2 h and 1 h
  EXPECT_EQ(out.sessions[4].visit.taken_kwh, 1.0) << "what is true stays";
}

TEST(LogSessions, WhatTheLogHasOfTheDriversOwnWordsComesBeforeHabit) {
  auto t = transaction("1", hour_ns, 2 * hour_ns, 5.0);
  t.requested_kwh = 20.0;
  t.claimed_departure_ns = 9 * hour_ns;
  LogSessionOptions options;
  options.claims = Claims::history;
  const LogSessions out = sessions_of(log_of({t}), options);
  EXPECT_EQ(out.sessions[0].visit.requested_kwh, 20.0);
  EXPECT_EQ(out.sessions[0].visit.claimed_departure_ns, 9 * hour_ns);
}

TEST(LogVehicle, ThePowerHeldIsReadFromTheRegisterAndOneSpikeDoesNotCount) {
  auto t = transaction("1", 0, 2 * hour_ns, 14.0);
  for (int i = 0; i <= 24; ++i) {
    auto s = reading(i * 5 * minute_ns, 100.0 + 7.0 * i * 5.0 / 60.0, 7.0);
    if (i == 12) s.power_kw = 22.0;
    t.samples.push_back(s);
  }
  const ObservedVehicle car = vehicle_of(t);
  EXPECT_NEAR(car.observed_kw, 7.0, 1e-9);
  EXPECT_NEAR(car.vehicle.battery.charge.max_kw(), 7.0, 1e-9);
  EXPECT_EQ(car.vehicle.battery.capacity_kwh, physics::infinite);
}

TEST(LogVehicle, WithoutRegisterReadingsPowerReadingsTell) {
  auto t = transaction("1", 0, 2 * hour_ns, 14.0);
  for (int i = 0; i <= 24; ++i) t.samples.push_back(reading(i * 5 * minute_ns, kernel::unknown, i == 12 ? 22.0 : 7.0));
  EXPECT_NEAR(vehicle_of(t).observed_kw, 7.0, 1e-9);
}

TEST(LogVehicle, ReadingsThatDoNotExplainTheEnergyAreNotBelieved) {
  auto t = transaction("1", 0, 2 * hour_ns, 14.0);
  for (int i = 0; i <= 24; ++i) t.samples.push_back(reading(i * 5 * minute_ns, kernel::unknown, 0.007));  // kW as W
  EXPECT_TRUE(std::isnan(vehicle_of(t).observed_kw));
}

// 11 kW are 0.9167 kWh in 5 min, which a register in steps of 0.1 kWh shows as 0.9 or 1.0: three of them make 10.8 or
// 11.2 kW. Beside exact powers these tell it.
TEST(LogVehicle, ARegisterInCoarseStepsMakesNoHigherPower) {
  auto t = transaction("1", 0, 4 * hour_ns, 44.0);
  t.meter_start_kwh = 100.0;
  t.meter_stop_kwh = 144.0;
  t.register_step_kwh = 0.1;
  for (int i = 0; i <= 48; ++i) {
    const double kwh = std::round(10.0 * (100.0 + 11.0 * i / 12.0)) / 10.0;
    t.samples.push_back(reading(i * 5 * minute_ns, kwh, 11.0));
  }
  EXPECT_DOUBLE_EQ(vehicle_of(t).observed_kw, 11.0);
  for (auto& sample : t.samples) sample.power_kw = kernel::unknown;
  EXPECT_NEAR(vehicle_of(t).observed_kw, 11.0, 0.11);
  // Powers that are another unit's are no witness.
  for (auto& sample : t.samples) sample.power_kw = 5.0;
  EXPECT_NEAR(vehicle_of(t).observed_kw, 11.0, 0.11);
}

// Readings every 310 s told to the minute are 5 or 6 min apart: 11.37 or 9.47 kW.
TEST(LogVehicle, RoundedTimesMakeNoHigherPower) {
  auto t = transaction("1", 0, 4 * hour_ns, 44.0);
  t.meter_start_kwh = 100.0;
  t.meter_stop_kwh = 144.0;
  for (int i = 1; i * 310 < 4 * 3600; ++i) {
    const TimeNs taken = i * 310 * kernel::second_ns;
    t.samples.push_back(reading((taken + minute_ns / 2) / minute_ns * minute_ns, 100.0 + 11.0 * i * 310.0 / 3600.0));
  }
  EXPECT_GT(vehicle_of(t).observed_kw, 11.3);  // were the times exact
  t.reading_step_ns = minute_ns;
  EXPECT_NEAR(vehicle_of(t).observed_kw, 11.0, 0.05);
}

// 20 kW raise the SoC from 20 to 70 % with 25 kWh: a battery of 50 kWh, whose car comes with 20 %.
TEST(LogVehicle, TheRiseOfItsSocTellsItsBattery) {
  auto t = transaction("1", 0, 75 * minute_ns, 25.0);
  t.meter_start_kwh = 100.0;
  t.meter_stop_kwh = 125.0;
  for (int i = 0; i <= 15; ++i) {
    auto s = reading(i * 5 * minute_ns, 100.0 + 20.0 * i * 5.0 / 60.0, 20.0);
    s.soc = 0.2 + i / 30.0;
    t.samples.push_back(s);
  }
  const ObservedVehicle car = vehicle_of(t);
  EXPECT_NEAR(car.vehicle.battery.capacity_kwh, 50.0, 1e-9);
  EXPECT_NEAR(car.soc_start, 0.2, 1e-12);

  // A few percent are mostly rounding, and energy that was given back is in no SoC alone.
  auto little = t;
  for (auto& s : little.samples) s.soc = 0.2 + 0.1 * (s.soc - 0.2);
  EXPECT_EQ(vehicle_of(little).vehicle.battery.capacity_kwh, physics::infinite);
  auto gives = t;
  gives.exported_kwh = 3.0;
  EXPECT_EQ(vehicle_of(gives).vehicle.battery.capacity_kwh, physics::infinite);

  // Rounded SoC never makes a battery too small for what went in.
  auto full = t;
  for (auto& s : full.samples) s.soc = std::min(1.0, s.soc + 0.32);
  EXPECT_GT(vehicle_of(full).vehicle.battery.capacity_kwh * (1.0 - 0.52), 25.0);
}

// Constant 10 kW for 10 kWh, then linear over energy to 2 kW at 20 kWh: in time an exponential.
TEST(LogVehicle, ATaperIsFoundWhereItBeginsAndHowFarItFalls) {
  const double slope = -8.0 / 10.0;
  auto t = transaction("1", 0, 0, 20.0);
  t.meter_start_kwh = 0.0;
  const auto kwh_at = [&](double h) {
    return h <= 1.0 ? 10.0 * h : 10.0 + 10.0 * std::expm1(slope * (h - 1.0)) / slope;
  };
  const double end_h = 1.0 + std::log(0.2) / slope;
  t.stop_ns = t.plugged_out_ns = static_cast<TimeNs>(end_h * static_cast<double>(hour_ns));
  t.meter_stop_kwh = 20.0;
  for (double h = 0.0; h < end_h; h += 0.1) {
    t.samples.push_back(reading(static_cast<TimeNs>(h * static_cast<double>(hour_ns)), kwh_at(h)));
  }
  const ObservedVehicle car = vehicle_of(t);
  EXPECT_NEAR(car.observed_kw, 10.0, 0.05);
  const physics::BatterySpec& battery = car.vehicle.battery;
  ASSERT_LT(battery.capacity_kwh, physics::infinite);
  const auto kw_at = [&](double kwh) { return battery.charge.kw_at(car.soc_start + kwh / battery.capacity_kwh); };
  EXPECT_NEAR(kw_at(5.0), 10.0, 0.05);
  EXPECT_NEAR(kw_at(10.0), 10.0, 0.2);
  EXPECT_NEAR(kw_at(15.0), 6.0, 0.2);
  EXPECT_NEAR(kw_at(20.0), 2.0, 0.2);
}

TEST(LogVehicle, PowerThatTheStationLimitsIsNoTaper) {
  auto t = transaction("1", 0, 2 * hour_ns, 0.0);
  double kwh = 100.0;
  for (int i = 0; i <= 24; ++i) {
    const double kw = i < 8 ? 10.0 : 10.0 - 0.5 * (i - 8);
    auto s = reading(i * 5 * minute_ns, kwh, kw);
    s.offered_kw = kw;
    t.samples.push_back(s);
    kwh += kw * 5.0 / 60.0;
  }
  t.energy_kwh = kwh - 100.0;
  t.meter_stop_kwh = kwh;
  const auto& knots = vehicle_of(t).vehicle.battery.charge.knots;
  EXPECT_EQ(knots.front().kw, knots.back().kw);
}

TEST(LogVehicle, PhasesThatCarriedCurrentAreTheCars) {
  auto t = transaction("1", 0, hour_ns, 3.6);
  auto s = reading(30 * minute_ns, 101.8, 3.6);
  s.current_a = {15.7, 0.0, 0.1};
  t.samples.push_back(s);
  EXPECT_EQ(vehicle_of(t).vehicle.ac_phases, 1);
}

LogSessions on_evses(std::vector<std::string> all, std::vector<std::string> used) {
  LogSessions out;
  out.evse_ids = std::move(all);
  for (std::string& id : used) {
    LogSession s;
    s.evse_id = std::move(id);
    out.sessions.push_back(std::move(s));
  }
  return out;
}

TEST(LogEvses, AreFoundById) {
  const EvseMatch match = match_evses(on_evses({"A-1", "A-2"}, {"A-2", "A-1"}), {"A-1", "A-2", "B-1"});
  EXPECT_EQ(match.row, (std::vector<std::uint32_t>{1, 0}));
  EXPECT_TRUE(match.assumption.empty());
}

TEST(LogEvses, AreFoundByTheStationWhereItHasOne) {
  EXPECT_EQ(match_evses(on_evses({"CA-308-1"}, {"CA-308-1"}), {"CA-307", "CA-308"}).row.front(), 1U);
  EXPECT_EQ(match_evses(on_evses({"A-2"}, {"A-2"}), {"B-1", "A-1"}).row.front(), 1U);
}

TEST(LogEvses, AreTakenInOrderWhereNoNameFitsAndTheNumbersAgree) {
  const EvseMatch match = match_evses(on_evses({"X-1", "Y-1"}, {"Y-1"}), {"A-1", "A-2"});
  EXPECT_EQ(match.row.front(), 1U);
  EXPECT_THAT(match.assumption, HasSubstr("Y-1 = A-2"));
}

TEST(LogVehicle, OnAnEvseOfFiniteCurrentsItsRatingIsAnOfferThatLetsItsPowerThrough) {
  physics::Evse evse;
  evse.voltage_v = 208.0;
  evse.max_a = 32.0;
  evse.rates_a = {8.0, 16.0, 24.0, 32.0};
  LogSession s;
  s.observed_kw = 31.995 * 0.208;
  s.vehicle.battery.charge = physics::Curve::constant(s.observed_kw);
  fit_to_evse(s, evse);
  const physics::Coupling coupling = physics::couple_vehicle(evse, s.vehicle, false);
  EXPECT_DOUBLE_EQ(physics::floor_to_allowed(coupling, coupling.max_kw), 32.0 * 0.208);
  s.observed_kw = 1.0;
  s.vehicle = {};
  fit_to_evse(s, evse);
  EXPECT_DOUBLE_EQ(s.vehicle.max_ac_kw, 8.0 * 0.208);
}

// 3.67 kW are 15.9 A on one phase and 5.3 A on three, less than the least current: a limit of 3.67 kW would be 0.
TEST(LogVehicle, WhatIsTooLittleForThreePhasesFlowsOnOne) {
  physics::Evse evse;
  evse.phases = 3;
  evse.voltage_v = 230.0;
  evse.max_a = 16.0;
  evse.min_a = 6.0;
  LogSession s;
  s.vehicle.ac_phases = 3;
  s.observed_kw = 3.667;
  fit_to_evse(s, evse);
  EXPECT_EQ(s.vehicle.ac_phases, 1);
  EXPECT_NEAR(s.vehicle.max_ac_kw, 3.667, 1e-9);
  s.vehicle.ac_phases = 3;
  s.observed_kw = 4.0;  // 17.4 A on one phase are more than the EVSE has; 8.7 A on two
  fit_to_evse(s, evse);
  EXPECT_EQ(s.vehicle.ac_phases, 2);
  s.vehicle.ac_phases = 3;
  s.observed_kw = 4.2;
  fit_to_evse(s, evse);
  EXPECT_EQ(s.vehicle.ac_phases, 3);
}

TEST(LogVehicle, BelowTheLeastCurrentOfAnEvseItStillGetsThatOffer) {
  physics::Evse evse;
  evse.max_a = 32.0;
  evse.min_a = 6.0;
  LogSession s;
  s.observed_kw = 0.5;
  fit_to_evse(s, evse);
  const physics::Coupling coupling = physics::couple_vehicle(evse, s.vehicle, false);
  EXPECT_GT(physics::floor_to_allowed(coupling, coupling.max_kw), 0.0);
}

TEST(LogEvses, ThatTheSiteDoesNotHaveAreRefusedNamingBothSides) {
  try {
    match_evses(on_evses({"X-1", "Y-1", "Z-1"}, {"X-1", "Y-1", "Z-1"}), {"A-1", "A-2"});
    FAIL() << "accepted";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("X-1"));
    EXPECT_THAT(error.what(), HasSubstr("A-2"));
  }
}

}  // namespace
}  // namespace evtwin::sessions
