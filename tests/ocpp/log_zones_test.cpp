#include "ocpp/log_zones.hpp"

#include <gtest/gtest.h>

namespace evtwin::ocpp {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;

/// A log whose clock shows `zone`, minute by minute.
class Zones : public ::testing::Test {
 protected:
  /// @param error  of the station's clock
  void say(const char* station, TimeNs zone, TimeNs error = 0) {
    now_ += minute_ns;
    finder_.station_says(station, now_ + zone, now_ + error);
  }
  std::vector<TimeNs> offsets() const {
    std::vector<TimeNs> found;
    for (const ZoneFrom& zone : finder_.find_zones(0)) found.push_back(zone.offset_ns / hour_ns);
    return found;
  }
  ZoneFinder finder_;
  TimeNs now_ = 1'000'000 * minute_ns;
};

TEST_F(Zones, OneStationsWrongClockIsNoChangeOfTheZone) {
  for (int day = 0; day < 3; ++day) {
    for (int i = 0; i < 10; ++i) {
      say("P1", 9 * hour_ns);
      say("P2", 9 * hour_ns);
      say("P3", 9 * hour_ns, hour_ns);
    }
    for (int i = 0; i < 50; ++i) say("P3", 9 * hour_ns, hour_ns);  // alone at night
  }
  EXPECT_EQ(offsets(), std::vector<TimeNs>{9});
}

// Found in a log of 200 stations: two clocks an hour ahead spoke one after the other, while nobody else did.
TEST_F(Zones, SeveralClocksThatWereAlwaysWrongAreNoChangeOfTheZone) {
  for (int i = 0; i < 10; ++i) {
    say("P1", 9 * hour_ns);
    say("P2", 9 * hour_ns);
    for (int burst = 0; burst < 3; ++burst) {
      say("P3", 9 * hour_ns, hour_ns);
      say("P4", 9 * hour_ns, hour_ns);
    }
  }
  EXPECT_EQ(offsets(), std::vector<TimeNs>{9});
}

TEST_F(Zones, WhatSeveralStationsQueuedIsNoChangeOfTheZone) {
  for (int i = 0; i < 10; ++i) say(i % 2 == 0 ? "P1" : "P2", hour_ns);
  now_ += 2 * hour_ns;
  // Both are back at one instant and tell of an hour ago.
  for (const char* station : {"P1", "P1", "P2", "P2", "P1"})
    finder_.station_says(station, now_ + hour_ns, now_ - hour_ns);
  for (int i = 0; i < 10; ++i) say(i % 2 == 0 ? "P1" : "P2", hour_ns);
  EXPECT_EQ(offsets(), std::vector<TimeNs>{1});
}

// Told at one instant, with all delays up to nine hours: some of them look like zones.
TEST_F(Zones, WhatOneStationQueuedTellsNoZoneWhereTheCsmsTellsOne) {
  finder_.csms_says(now_ + hour_ns, now_);
  const TimeNs back = now_ + 9 * hour_ns;
  for (TimeNs sent = now_; sent < back; sent += 5 * minute_ns) finder_.station_says("P1", back + hour_ns, sent);
  EXPECT_EQ(offsets(), std::vector<TimeNs>{1});
}

// Stations in local time that name no zone, nine hours ahead, beside a log in UTC: the CSMS names one.
TEST_F(Zones, WhatStationsSayWithoutAZoneGivesWayToACsmsThatNamesOne) {
  for (int i = 0; i < 10; ++i)
    finder_.station_says(i % 2 == 0 ? "P1" : "P2", now_ + i * minute_ns, now_ + 9 * hour_ns + i * minute_ns, false);
  EXPECT_EQ(offsets(), std::vector<TimeNs>{-9});
  EXPECT_TRUE(finder_.find_zones(0).front().told_by_none);
  finder_.csms_says(now_, now_);
  EXPECT_EQ(offsets(), std::vector<TimeNs>{0});
  EXPECT_FALSE(finder_.find_zones(0).front().told_by_none);
}

TEST_F(Zones, WhoSpeaksFirstAndIsWrongIsOutvoted) {
  for (int i = 0; i < 20; ++i) say("P3", 9 * hour_ns, hour_ns);
  for (int i = 0; i < 5; ++i) {
    say("P1", 9 * hour_ns);
    say("P3", 9 * hour_ns, hour_ns);
    say("P2", 9 * hour_ns);
  }
  EXPECT_EQ(offsets(), std::vector<TimeNs>{9});
}

TEST_F(Zones, ClocksThatAreChangedChangeForAll) {
  for (int i = 0; i < 10; ++i) say(i % 2 == 0 ? "P1" : "P2", hour_ns);
  for (int i = 0; i < 10; ++i) say(i % 2 == 0 ? "P1" : "P2", 2 * hour_ns);
  EXPECT_EQ(offsets(), (std::vector<TimeNs>{1, 2}));
}

TEST_F(Zones, AStationByItselfIsBelieved) {
  for (int i = 0; i < 10; ++i) say("P1", hour_ns);
  for (int i = 0; i < 10; ++i) say("P1", 2 * hour_ns);
  EXPECT_EQ(offsets(), (std::vector<TimeNs>{1, 2}));
}

// 02:00 to 03:00 local time comes twice: only the order of the frames tells which of the two it is.
TEST_F(Zones, AnHourThatTheClockShowsTwiceIsToldApartByTheOrderOfFrames) {
  LogReport report;
  report.files.resize(1);
  std::uint64_t number = 0;
  const TimeNs change = now_ + 120 * minute_ns;
  for (int minute = 0; minute < 240; ++minute) {
    const TimeNs zone = now_ + minute_ns < change ? 2 * hour_ns : hour_ns;
    finder_.see_time(now_ + minute_ns + zone, ++number);
    say(minute % 2 == 0 ? "P1" : "P2", zone);
  }
  report.zones = finder_.find_zones(0);
  ASSERT_EQ(report.zones.size(), 2U);
  const LogTime shown{change + hour_ns + 30 * minute_ns, false};
  EXPECT_EQ(utc_of(report, {0, 1}, shown, 90), change - 30 * minute_ns);
  EXPECT_EQ(utc_of(report, {0, 1}, shown, 150), change + 30 * minute_ns);
}

}  // namespace
}  // namespace evtwin::ocpp
