// Transactions that a log's edges cut, and those that only look like it.
#include "sessions/log_parts.hpp"

#include <gtest/gtest.h>

#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {
namespace {

using kernel::minute_ns;
using kernel::TimeNs;

constexpr TimeNs log_begin_ns = 1'748'851'200LL * kernel::second_ns;  // 2025-06-02T08:00Z
constexpr TimeNs log_end_ns = log_begin_ns + 10 * kernel::hour_ns;

/// One on A-1 from a minute to another of the log, a reading every 5 min, 1 kWh each.
ocpp::Transaction under_way(int from_min, int to_min) {
  ocpp::Transaction t;
  t.station = "A";
  t.evse = 1;
  t.id = std::to_string(from_min);
  t.start_seen = t.stop_seen = true;
  for (int minute = from_min; minute <= to_min; minute += 5) {
    ocpp::Sample sample;
    sample.time_ns = log_begin_ns + minute * minute_ns;
    sample.register_kwh = 100.0 + minute / 5;
    t.samples.push_back(sample);
  }
  t.start_ns = t.plugged_in_ns = t.samples.front().time_ns;
  t.stop_ns = t.plugged_out_ns = t.samples.back().time_ns;
  t.meter_start_kwh = t.samples.front().register_kwh;
  t.meter_stop_kwh = t.samples.back().register_kwh;
  t.energy_kwh = t.meter_stop_kwh - t.meter_start_kwh;
  return t;
}

ocpp::SiteLog busy_log_of(std::vector<ocpp::Transaction> transactions) {
  ocpp::SiteLog log;
  log.first_ns = log_begin_ns;
  log.last_ns = log_end_ns;
  log.transactions = std::move(transactions);
  return log;
}

ocpp::SiteLog settled(ocpp::SiteLog log) {
  settle_parts(log);
  return log;
}

/// Begun before the log, over at its second hour.
ocpp::Transaction begun_before() {
  ocpp::Transaction t = under_way(5, 120);
  t.start_seen = false;
  t.start_ns = log_begin_ns;
  return t;
}
/// Begun in the last hour, and not over; its last reading 5 min before the log's end.
ocpp::Transaction going_on() {
  ocpp::Transaction t = under_way(545, 595);
  t.stop_seen = false;
  t.stop_ns = log_end_ns;
  return t;
}

TEST(LogParts, ThoseThatTheEdgesCutAreSessionsOfTheirPart) {
  const ocpp::SiteLog log = settled(busy_log_of({begun_before(), under_way(200, 300), going_on()}));
  EXPECT_TRUE(log.transactions[0].cut_at_start && !log.transactions[0].cut_at_end);
  EXPECT_FALSE(log.transactions[1].is_part());
  EXPECT_TRUE(log.transactions[2].cut_at_end && !log.transactions[2].cut_at_start);
  const LogSessions sessions = sessions_of(log);
  ASSERT_EQ(sessions.sessions.size(), 3U);
  EXPECT_EQ(sessions.sessions[0].visit.arrival_ns, log_begin_ns + 5 * minute_ns);
  EXPECT_EQ(sessions.sessions[0].visit.taken_kwh, 23.0);
  EXPECT_EQ(sessions.sessions[2].visit.departure_ns, log_begin_ns + 595 * minute_ns);
  EXPECT_EQ(sessions.sessions[2].visit.taken_kwh, 10.0);
  // Without that they are none, as for laws of stays.
  EXPECT_EQ(sessions_of(busy_log_of({begun_before(), under_way(200, 300), going_on()})).sessions.size(), 1U);
}

TEST(LogParts, AStopThatIsLostWithinTheLogIsNoEdge) {
  ocpp::Transaction lost = under_way(400, 450);
  lost.stop_seen = false;
  EXPECT_FALSE(settled(busy_log_of({lost})).transactions[0].is_part());
  lost = under_way(200, 300);
  lost.start_seen = false;
  EXPECT_FALSE(settled(busy_log_of({lost})).transactions[0].is_part());
}

// Fewer readings excuse no more: of one that fell silent 25 min before the end, whatever else is taken out.
TEST(LogParts, ReadingsTakenOutMakeNoPart) {
  ocpp::Transaction silent = under_way(100, 575);
  silent.stop_seen = false;
  silent.stop_ns = log_end_ns;
  EXPECT_FALSE(settled(busy_log_of({silent})).transactions[0].is_part());
  for (const TimeNs every : {2, 3, 6, 20}) {
    ocpp::Transaction thinned = silent;
    std::erase_if(thinned.samples, [&](const ocpp::Sample& s) {
      return (s.time_ns - log_begin_ns) / (5 * minute_ns) % every != 575 / 5 % every;
    });
    ASSERT_GE(thinned.samples.size(), 2U);
    thinned.meter_start_kwh = thinned.samples.front().register_kwh;
    thinned.energy_kwh = thinned.meter_stop_kwh - thinned.meter_start_kwh;
    EXPECT_FALSE(settled(busy_log_of({thinned})).transactions[0].is_part()) << "every " << every;
  }
}

TEST(LogParts, WhatItsEvseTellsBesidesMakesItNoEdge) {
  const auto cut = [](ocpp::SiteLog log) { return settled(std::move(log)).transactions[0].is_part(); };
  EXPECT_TRUE(cut(busy_log_of({going_on()})));
  // Its connector became free after the last reading: the stop was within the log.
  ocpp::SiteLog log = busy_log_of({going_on()});
  log.timelines.push_back({"A", 1, {{ocpp::Status::available, log_begin_ns + 598 * minute_ns, log_end_ns, ""}}});
  EXPECT_FALSE(cut(log));
  log.timelines[0].evse = 2;
  EXPECT_TRUE(cut(log));
  log.timelines[0] = {"A", 1, {{ocpp::Status::charging, log_begin_ns + 598 * minute_ns, log_end_ns, ""}}};
  EXPECT_TRUE(cut(log));
  // Another transaction there, a boot.
  ocpp::Transaction next = under_way(596, 599);
  next.stop_seen = false;
  EXPECT_FALSE(cut(busy_log_of({going_on(), next})));
  log = busy_log_of({going_on()});
  log.stations.push_back({});
  log.stations[0].id = "A";
  log.stations[0].boots.push_back({log_begin_ns + 597 * minute_ns, "", "", "", ""});
  EXPECT_FALSE(cut(log));
}

TEST(LogParts, WithoutAnEnergyThatIsKnownThereIsNoPart) {
  ocpp::Transaction t = going_on();
  t.energy_kwh = kernel::unknown;
  EXPECT_FALSE(settled(busy_log_of({t})).transactions[0].is_part());
  t = going_on();
  t.samples.clear();  // its start alone
  EXPECT_FALSE(settled(busy_log_of({t})).transactions[0].is_part());
  t = going_on();
  t.exported_kwh = 1.0;
  EXPECT_FALSE(settled(busy_log_of({t})).transactions[0].is_part());
}

}  // namespace
}  // namespace evtwin::sessions
