#include "sessions/session_table.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;
using testing::shared_file;
using ::testing::StartsWith;
using testing::TemporaryFile;

const std::string acn_header =
    "arrival,departure,requested_energy (kWh),delivered_energy "
    "(kWh),station_id,session_id,estimated_departure,claimed\n";
const market::Calendar seoul("Asia/Seoul");
const market::Calendar berlin("Europe/Berlin");

TimeNs at(std::string_view text, const market::Calendar& calendar = seoul) {
  return market::parse_instant(text, calendar);
}

SessionTable sessions_of_text(std::string_view content, const market::Calendar& calendar = seoul,
                              const SessionOptions& options = {}) {
  const TemporaryFile file(content);
  return read_sessions("week.csv", file.path(), calendar, options);
}

std::string sessions_refusal(std::string_view content, const market::Calendar& calendar = seoul) {
  return message_of<InputError>([&] { sessions_of_text(content, calendar); });
}

/// A minimal table of rows "arrival,departure,energy_kwh,evse,session_id".
SessionTable minimal(std::string_view rows, const market::Calendar& calendar = seoul) {
  return sessions_of_text("arrival,departure,energy_kwh,evse,session_id\n" + std::string(rows), calendar);
}

std::vector<std::string> ids_of(const SessionTable& table) {
  std::vector<std::string> ids;
  for (const SessionRow& row : table.rows) ids.push_back(row.visit.id);
  return ids;
}

std::vector<std::string> left_out(const SessionTable& table) {
  std::vector<std::string> ids;
  for (const TableFlag& flag : table.flags) {
    if (flag.left_out) ids.push_back(flag.id);
  }
  return ids;
}

TEST(SessionTable, AcnColumnsKeepClaimAndTruthApart) {
  const SessionTable table = sessions_of_text(acn_header +
                                              "2025-06-02 08:00:00+09:00,2025-06-02 17:00:00+09:00,20.0,18.5,A-1,s1,"
                                              "2025-06-02 16:00:00+09:00,True\n");
  ASSERT_EQ(table.rows.size(), 1U);
  const demand::Visit& visit = table.rows[0].visit;
  EXPECT_EQ(visit.id, "s1");
  EXPECT_EQ(visit.arrival_ns, at("2025-06-02T08:00"));
  EXPECT_EQ(visit.departure_ns, at("2025-06-02T17:00"));
  EXPECT_EQ(visit.claimed_departure_ns, at("2025-06-02T16:00"));
  EXPECT_EQ(visit.requested_kwh, 20.0);
  EXPECT_EQ(visit.taken_kwh, 18.5);
  EXPECT_TRUE(std::isnan(visit.soc_start));
  EXPECT_EQ(table.rows[0].evse_id, "A-1");
  EXPECT_EQ(table.rows[0].line, 2U);
  EXPECT_THAT(table.flags, IsEmpty());
}

TEST(SessionTable, WithoutClaimDriversWantWhatHappened) {
  const std::string unclaimed = acn_header +
                                "2025-06-02 08:00:00+09:00,2025-06-02 17:00:00+09:00,30,18.5,A-1,s1,"
                                "2025-06-02 12:00:00+09:00,False\n";
  for (const SessionTable& table :
       {sessions_of_text(unclaimed), sessions_of_text(unclaimed, seoul, {.claims = false})}) {
    EXPECT_EQ(table.rows[0].visit.requested_kwh, 18.5);
    EXPECT_EQ(table.rows[0].visit.claimed_departure_ns, at("2025-06-02T17:00"));
  }
}

TEST(SessionTable, MinimalLayoutNeedsThreeColumns) {
  const SessionTable table = sessions_of_text(
      "arrival,departure,energy_kwh\n2025-06-02T08:00,2025-06-02T17:00,20\n2025-06-02T09:00,2025-06-02T12:00,8\n");
  EXPECT_THAT(ids_of(table), ElementsAre("line-2", "line-3"));
  EXPECT_EQ(table.rows[0].visit.requested_kwh, 20.0);
  EXPECT_EQ(table.rows[0].visit.taken_kwh, 20.0);
  EXPECT_EQ(table.rows[0].visit.claimed_departure_ns, at("2025-06-02T17:00"));
  EXPECT_EQ(table.rows[0].visit.evse, demand::any_evse);
  EXPECT_EQ(table.rows[0].evse_id, "");
}

TEST(SessionTable, MinimalLayoutHasOptionalColumns) {
  const SessionTable table = sessions_of_text(
      "session_id,evse,arrival,departure,energy_kwh,requested_kwh,estimated_departure,soc,priority,v2g,"
      "v2g_min_price_per_kwh\n"
      "x,A-1,2025-06-02T08:00,2025-06-02T17:00,20,25,2025-06-02T16:30,0.4,2,true,0.25\n"
      "y,,2025-06-02T09:00,2025-06-02T17:00,20,,,,,,\n");
  const demand::Visit& x = table.rows[0].visit;
  EXPECT_EQ(x.requested_kwh, 25.0);
  EXPECT_EQ(x.taken_kwh, 20.0);
  EXPECT_EQ(x.claimed_departure_ns, at("2025-06-02T16:30"));
  EXPECT_EQ(x.soc_start, 0.4);
  EXPECT_EQ(x.priority, 2.0);
  EXPECT_TRUE(x.v2g);
  EXPECT_EQ(x.v2g_min_price_per_kwh, 0.25);
  const demand::Visit& y = table.rows[1].visit;
  EXPECT_EQ(y.requested_kwh, 20.0);
  EXPECT_TRUE(std::isnan(y.soc_start));
  EXPECT_FALSE(y.v2g);
  EXPECT_TRUE(std::isnan(y.v2g_min_price_per_kwh));
}

TEST(SessionTable, RowsAscendByArrivalWhateverTheFileDoes) {
  const SessionTable table = minimal(
      "2025-06-02T10:00,2025-06-02T11:00,1,A,late\n2025-06-02T08:00,2025-06-02T09:00,1,A,early\n"
      "2025-06-02T10:00,2025-06-02T11:00,1,B,late too\n");
  EXPECT_THAT(ids_of(table), ElementsAre("early", "late", "late too"));
  EXPECT_THAT(station_ids(table), ElementsAre("A", "B"));
}

TEST(SessionTable, EveryOffsetMeansItsInstant) {
  const SessionTable table = minimal("2025-06-02T00:15:00Z,2025-06-01T22:00:00-05:00,1,A,s\n");
  EXPECT_EQ(table.rows[0].visit.arrival_ns, at("2025-06-02T09:15"));
  EXPECT_EQ(table.rows[0].visit.departure_ns, at("2025-06-02T12:00"));
}

TEST(SessionTable, UnusedColumnsAreSaidOnce) {
  const SessionTable table = sessions_of_text(
      "arrival,departure,energy_kwh,colour,mood\n2025-06-02T08:00,2025-06-02T17:00,20,red,good\n"
      "2025-06-02T08:00,2025-06-02T17:00,20,red,good\n");
  ASSERT_EQ(table.flags.size(), 1U);
  EXPECT_EQ(table.flags[0].reason, "week.csv: columns not used: colour, mood");
  EXPECT_FALSE(table.flags[0].left_out);
}

TEST(SessionTable, BrokenRowsAreErrorsWithLineAndColumn) {
  const auto row = [](std::string_view arrival, std::string_view departure, std::string_view energy) {
    return sessions_refusal("arrival,departure,energy_kwh\n2025-06-02T08:00,2025-06-02T09:00,1\n" +
                            std::string(arrival) + "," + std::string(departure) + "," + std::string(energy) + "\n");
  };
  const std::string good = "2025-06-02T17:00";
  EXPECT_THAT(row("2025-02-30T08:00", good, "1"), AllOf(StartsWith("week.csv:3: arrival: "), HasSubstr("2025-02-30")));
  EXPECT_THAT(row("06/02/2025 08:00", good, "1"), AllOf(StartsWith("week.csv:3: "), HasSubstr("2025-06-02")));
  EXPECT_THAT(row("2025-06-02 08:00+25:00", good, "1"), HasSubstr("+25:00"));
  EXPECT_THAT(row(good, "", "1"), StartsWith("week.csv:3: departure: "));
  EXPECT_THAT(row("2025-06-02T08:00", good, "20.0 kWh"),
              AllOf(StartsWith("week.csv:3: energy_kwh"), HasSubstr("20.0 kWh")));
  EXPECT_THAT(row("2025-06-02T08:00", good, "-1"), HasSubstr("'-1'"));
  EXPECT_THAT(row("2025-06-02T08:00", good, "nan"), HasSubstr("'nan'"));
  EXPECT_THAT(row("2025-06-02T08:00", good, "1e308"), HasSubstr("'1e308'"));
  EXPECT_THAT(row("2025-06-02T08:00", good, ""), HasSubstr("energy_kwh: ''"));
  EXPECT_THAT(sessions_refusal("arrival,departure,energy_kwh,soc\n2025-06-02T08:00,2025-06-02T17:00,5,60\n"),
              AllOf(HasSubstr("soc: '60'"), HasSubstr("0 to 1")));
  EXPECT_THAT(sessions_refusal(acn_header + "2025-06-02T08:00,2025-06-02T17:00,5,5,A,s,,maybe\n"),
              HasSubstr("claimed: 'maybe'"));
}

TEST(SessionTable, LocalTimesThatExistTwiceOrNeverAreErrors) {
  EXPECT_THAT(sessions_refusal("arrival,departure,energy_kwh\n2025-10-26 02:30:00,2025-10-26 04:00:00,5\n", berlin),
              AllOf(HasSubstr("02:30"), HasSubstr("twice"), HasSubstr("offset")));
  EXPECT_THAT(sessions_refusal("arrival,departure,energy_kwh\n2025-03-30 02:30:00,2025-03-30 04:00:00,5\n", berlin),
              AllOf(HasSubstr("02:30"), HasSubstr("does not exist")));
}

TEST(SessionTable, MissingColumnsAreNamed) {
  EXPECT_THAT(sessions_refusal("arrival,energy_kwh\n"), HasSubstr("'departure' is missing"));
  EXPECT_THAT(sessions_refusal("arrival,departure,kwh\n"), HasSubstr("'energy_kwh' is missing"));
  EXPECT_THAT(sessions_refusal("arrival,departure,requested_energy (kWh)\n"),
              HasSubstr("'delivered_energy (kWh)' is missing"));
}

TEST(SessionTable, NoSessionsIsAnError) {
  EXPECT_THAT(sessions_refusal(acn_header), AllOf(StartsWith("week.csv: no sessions"), HasSubstr("no row")));
  EXPECT_THAT(sessions_refusal(""), HasSubstr("empty"));
  EXPECT_THAT(sessions_refusal("arrival,departure,energy_kwh\n2025-06-02T08:00,2025-06-02T08:00,5\n"),
              AllOf(HasSubstr("no session can be used"), HasSubstr("line-2")));
}

TEST(SessionTable, WhatCannotHaveHappenedIsLeftOutAndNamed) {
  const SessionTable table = minimal(
      "2025-06-02T08:00,2025-06-02T17:00,1,A,s1\n2025-06-02T18:00,2025-06-02T10:00,1,A,s2\n"
      "2025-06-02T18:00,2025-06-02T18:00,1,A,s3\n2025-06-02T18:00,2025-06-02T19:00,1,A,s1\n");
  EXPECT_THAT(ids_of(table), ElementsAre("s1"));
  EXPECT_THAT(left_out(table), ElementsAre("s2", "s3", "s1"));
  EXPECT_THAT(table.flags[0].reason, AllOf(StartsWith("week.csv:3: session s2: "), HasSubstr("departure")));
  EXPECT_THAT(table.flags[1].reason, StartsWith("week.csv:4: session s3: "));
  EXPECT_THAT(table.flags[2].reason, AllOf(StartsWith("week.csv:5: session s1: "), HasSubstr("line 2")));
}

TEST(SessionTable, EstimateBeforeTheArrivalIsTakenAsTheArrival) {
  const SessionTable table = sessions_of_text(
      "arrival,departure,energy_kwh,estimated_departure\n2025-06-02T08:00,2025-06-02T17:00,1,2025-06-02T07:00\n"
      "2025-06-02T09:00,2025-06-02T17:00,1,2025-06-02T07:00\n");
  EXPECT_EQ(table.rows[0].visit.claimed_departure_ns, at("2025-06-02T08:00"));
  ASSERT_EQ(table.flags.size(), 1U);
  EXPECT_THAT(table.flags[0].reason, AllOf(HasSubstr("line-2"), HasSubstr("2 sessions")));
  EXPECT_FALSE(table.flags[0].left_out);
}

TEST(SessionTable, HostileIdsAreKeptAndEscapedInFlags) {
  const SessionTable table =
      minimal("2025-06-02T08:00,2025-06-02T07:00,1,A,\"\x1B[2J<b>\"\n2025-06-02T08:00,2025-06-02T09:00,1,A,ok\n");
  EXPECT_EQ(left_out(table).at(0), "\x1B[2J<b>");
  EXPECT_THAT(table.flags[0].reason, ::testing::Not(HasSubstr("\x1B")));
}

TEST(SessionTable, TabsAreReadAndSaid) {
  const SessionTable table =
      sessions_of_text("arrival\tdeparture\tenergy_kwh\n2025-06-02T08:00\t2025-06-02T17:00\t20\n");
  EXPECT_EQ(table.rows.size(), 1U);
  ASSERT_EQ(table.flags.size(), 1U);
  EXPECT_THAT(table.flags[0].reason, HasSubstr("separator is a tab"));
}

TEST(SessionFit, EvsesAreFoundByTheirIds) {
  SessionTable table =
      minimal("2025-06-02T08:00,2025-06-02T17:00,1,A-2,s1\n2025-06-02T09:00,2025-06-02T17:00,1,A-1,s2\n");
  const std::array<std::string, 2> evses{"A-1", "A-2"};
  assign_evses(table, evses, EvseMode::as_given);
  EXPECT_EQ(table.rows[0].visit.evse, 1);
  EXPECT_EQ(table.rows[1].visit.evse, 0);
  EXPECT_EQ(visits_of(table)[0].evse, 1);
  assign_evses(table, evses, EvseMode::any);
  EXPECT_EQ(table.rows[0].visit.evse, demand::any_evse);
}

TEST(SessionFit, UnknownStationsAreOneErrorThatNamesTheFirst) {
  SessionTable table = minimal(
      "2025-06-02T10:00,2025-06-02T17:00,1,B-77,s1\n2025-06-02T08:00,2025-06-02T17:00,1,B-78,s2\n"
      "2025-06-02T09:00,2025-06-02T17:00,1,A-1,s3\n");
  const std::array<std::string, 2> evses{"A-1", "A-2"};
  EXPECT_THAT(message_of<InputError>([&] { assign_evses(table, evses, EvseMode::as_given); }),
              AllOf(StartsWith("week.csv:2: station B-77: the site has no such EVSE; known: A-1, A-2"),
                    HasSubstr("evse = \"any\""), HasSubstr("1 more session")));
  SessionTable unnamed = sessions_of_text("arrival,departure,energy_kwh\n2025-06-02T08:00,2025-06-02T17:00,20\n");
  EXPECT_THAT(message_of<InputError>([&] { assign_evses(unnamed, evses, EvseMode::as_given); }),
              HasSubstr("names no EVSE"));
  EXPECT_THAT(message_of<InputError>([&] { station_ids(unnamed); }), HasSubstr("names no EVSE"));
}

TEST(SessionFit, OverlapOnOneEvseLeavesTheLaterArrivalOut) {
  SessionTable table = minimal(
      "2025-06-02T08:00,2025-06-02T17:00,1,A-1,s1\n2025-06-02T16:00,2025-06-02T20:00,1,A-1,s2\n"
      "2025-06-02T16:00,2025-06-02T20:00,1,A-2,s3\n2025-06-02T17:00,2025-06-02T18:00,1,A-1,s4\n"
      "2025-06-02T17:30,2025-06-02T17:45,1,A-1,s5\n");
  const std::array<std::string, 2> evses{"A-1", "A-2"};
  assign_evses(table, evses, EvseMode::as_given);
  // s4 comes at the very instant s1 leaves: no overlap, and s2, which is left out, takes no room.
  EXPECT_THAT(ids_of(table), ElementsAre("s1", "s3", "s4"));
  EXPECT_THAT(left_out(table), ElementsAre("s2", "s5"));
  EXPECT_THAT(table.flags[0].reason, AllOf(HasSubstr("A-1"), HasSubstr("s1"), HasSubstr("s2"), HasSubstr("overlap"),
                                           HasSubstr("from 2025-06-02 16:00 to 2025-06-02 17:00")));
}

TEST(SessionFit, OutsideTheWindowIsLeftOutAndNamed) {
  SessionTable table = minimal(
      "2025-06-01T20:00,2025-06-02T07:00,1,A,over midnight\n2025-06-02T08:00,2025-06-02T17:00,1,A,inside\n"
      "2025-06-03T23:00,2025-06-04T08:00,1,A,open at the end\n2025-06-04T00:00,2025-06-04T08:00,1,A,after\n");
  keep_window(table, at("2025-06-02"), at("2025-06-04"));
  EXPECT_THAT(ids_of(table), ElementsAre("inside", "open at the end"));
  EXPECT_THAT(left_out(table), ElementsAre("over midnight", "after"));
  EXPECT_THAT(table.flags[0].reason, HasSubstr("had begun before"));
  EXPECT_THAT(table.flags[1].reason, AllOf(HasSubstr("2025-06-04 00:00"), HasSubstr("outside")));
}

TEST(SessionFit, ManyOutsideAreCountedOnce) {
  std::string rows;
  for (int i = 0; i < 40; ++i) {
    rows += "2025-06-0" + std::to_string(i / 20 + 1) + "T" + std::to_string(i % 20 / 10) + std::to_string(i % 10) +
            ":00,2025-06-09T00:00,1,A,s" + std::to_string(i) + "\n";
  }
  SessionTable table = minimal(rows);
  keep_window(table, at("2025-06-02"), at("2025-06-03"));
  EXPECT_EQ(table.rows.size(), 20U);
  ASSERT_EQ(table.flags.size(), 11U);
  EXPECT_THAT(table.flags[10].reason, AllOf(HasSubstr("20 sessions in all"), HasSubstr("2025-06-01")));
  EXPECT_TRUE(table.flags[10].left_out);
}

TEST(SessionFit, NothingInsideTheWindowIsAnErrorWithTheFilesOwnDates) {
  SessionTable table = minimal("2019-05-01T08:00,2019-05-03T00:00,1,A,s\n");
  EXPECT_THAT(message_of<InputError>([&] { keep_window(table, at("2025-06-02"), at("2025-06-04")); }),
              AllOf(HasSubstr("every session lies outside"), HasSubstr("2019-05-01 to 2019-05-02"),
                    HasSubstr("2025-06-02"), HasSubstr("start")));
}

TEST(SessionFit, DaysReachFromTheFirstArrivalToTheLastDeparture) {
  const SessionDays days =
      days_of(minimal("2025-06-02T08:00,2025-06-05T00:00,1,A,s\n2025-06-03T08:00,2025-06-03T09:00,1,B,t\n"));
  EXPECT_EQ(days.first, (market::LocalDate{2025, 6, 2}));
  EXPECT_EQ(days.days, 3);
}

TEST(SessionFit, ShiftMovesByWholeLocalDaysAcrossChangesOfTheClock) {
  // 28 March to 31 March 2025: over the night of 30 March, in which Berlin's clock goes from 02:00 to 03:00.
  SessionTable table =
      minimal("2025-03-28T20:00,2025-03-29T07:30,1,A,s1\n2025-03-29T01:00,2025-03-29T02:30:00.5,1,A,s2\n", berlin);
  shift_to_start(table, at("2025-03-29T15:00", berlin));
  EXPECT_EQ(table.rows[0].visit.arrival_ns, at("2025-03-29T20:00", berlin));
  EXPECT_EQ(table.rows[0].visit.departure_ns, at("2025-03-30T07:30", berlin));
  EXPECT_EQ(table.rows[1].visit.departure_ns,
            at("2025-03-30T03:00", berlin));  // 02:30 does not exist: the end of the gap
  EXPECT_THAT(table.flags, IsEmpty());
}

TEST(SessionFit, ShiftLeavesOutWhatAGapOfTheClockSwallows) {
  SessionTable table =
      minimal("2025-03-29T02:10,2025-03-29T02:50,1,A,s1\n2025-03-29T08:00,2025-03-29T09:00,1,A,s2\n", berlin);
  shift_to_start(table, at("2025-03-30", berlin));
  EXPECT_THAT(ids_of(table), ElementsAre("s2"));
  EXPECT_THAT(left_out(table), ElementsAre("s1"));
}

TEST(SessionFit, ShiftMayGoBackAndByNothing) {
  SessionTable table = minimal("2025-06-10T08:00,2025-06-10T09:00,1,A,s1\n");
  shift_to_start(table, at("2025-06-02"));
  EXPECT_EQ(table.rows[0].visit.arrival_ns, at("2025-06-02T08:00"));
  shift_to_start(table, at("2025-06-02T05:00"));
  EXPECT_EQ(table.rows[0].visit.arrival_ns, at("2025-06-02T08:00"));
}

TEST(SessionFit, ImpossibleEnergyIsFlaggedAndKept) {
  SessionTable table = minimal(
      "2025-06-02T10:00,2025-06-02T10:10,85,A-1,s1\n2025-06-02T12:00,2025-06-02T13:00,7,A-1,s2\n"
      "2025-06-02T14:00,2025-06-02T15:00,7.06,A-1,within the meter's class\n");
  const std::array<std::string, 1> evses{"A-1"};
  assign_evses(table, evses, EvseMode::as_given);
  check_against(table, std::array{7.0});
  EXPECT_EQ(table.rows.size(), 3U);
  ASSERT_EQ(table.flags.size(), 1U);
  EXPECT_EQ(table.flags[0].id, "s1");
  EXPECT_FALSE(table.flags[0].left_out);
  EXPECT_THAT(table.flags[0].reason, AllOf(HasSubstr("85 kWh in 10 min"), HasSubstr("EVSE A-1 has 7 kW")));

  table.flags.clear();
  assign_evses(table, evses, EvseMode::any);
  check_against(table, std::array{7.0, 600.0});
  EXPECT_THAT(table.flags, IsEmpty());
}

// 4 of 5 sessions of an hour take 40 kWh at an EVSE of 7 kW: 33 kWh more than it gives, each.
TEST(SessionFit, AnEvseThatIsAnotherThanItIsTakenForIsToldOnceWithItsSum) {
  std::string rows;
  for (int k = 0; k < 5; ++k) {
    const std::string from = fmt::format("2025-06-02T{:02}:00,2025-06-02T{:02}:00", 8 + 2 * k, 9 + 2 * k);
    rows += fmt::format("{},{},fast,f{}\n{},6,slow,s{}\n", from, k == 2 ? 7 : 40, k, from, k);
  }
  SessionTable table = minimal(rows);
  const std::array<std::string, 2> evses{"fast", "slow"};
  assign_evses(table, evses, EvseMode::as_given);
  check_against(table, std::array{7.0, 7.0});
  ASSERT_EQ(table.flags.size(), 5U) << "the sum, and four rows";
  EXPECT_EQ(table.flags[0].id, "");
  EXPECT_THAT(table.flags[0].reason, AllOf(HasSubstr("EVSE fast has 7 kW, and 4 of its 5 sessions took 132.0 kWh more"),
                                           HasSubstr("one needs 40 kW"), HasSubstr("except = {")));
  EXPECT_FALSE(table.flags[0].left_out);
}

TEST(SessionTable, RealAcnMonthsAreReadWhole) {
  struct Month {
    const char* file;
    std::size_t rows;
  };
  const market::Calendar los_angeles("America/Los_Angeles");
  for (const auto& [file, rows] : {Month{"data/sessions/acn_caltech_2019-05.csv.gz", 3527},
                                   {"data/sessions/acn_caltech_2019-09.csv.gz", 3177},
                                   {"data/sessions/acn_jpl_2019-05.csv.gz", 6026},
                                   {"data/sessions/acn_jpl_2019-09.csv.gz", 5804}}) {
    const std::string path = shared_file(file);
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared data at " << path;
    SessionTable table = read_sessions(file, path, los_angeles);
    std::size_t out = 0;
    for (const TableFlag& flag : table.flags) out += flag.left_out ? 1U : 0U;
    EXPECT_EQ(table.rows.size() + out, rows) << file;
    const std::vector<std::string> stations = station_ids(table);
    EXPECT_GT(stations.size(), 40U);
    assign_evses(table, stations, EvseMode::as_given);
    EXPECT_GT(table.rows.size(), rows * 99 / 100) << file;
  }
}

// What the shared cases are fed to: a site of four EVSEs of 7 kW, two days from 2 June 2025.
std::string outcome_of(const std::string& name) {
  const market::Calendar calendar = name.starts_with("dst") ? berlin : seoul;
  return message_of<InputError>([&] {
    SessionTable table = read_sessions(name, shared_file("bad_input/csv/" + name), calendar);
    keep_window(table, at("2025-06-02"), at("2025-06-04"));
    const std::array<std::string, 4> evses{"A-1", "A-2", "A-3", "A-4"};
    assign_evses(table, evses, EvseMode::as_given);
    check_against(table, std::array{7.0, 7.0, 7.0, 7.0});
    std::string flags;
    for (const TableFlag& flag : table.flags) flags += (flag.left_out ? "left out: " : "kept: ") + flag.reason + "\n";
    if (!flags.empty()) throw InputError("flagged", 0, flags);
  });
}

TEST(SessionTable, SharedBadInputIsNeverSilent) {
  if (!std::filesystem::exists(shared_file("bad_input/csv"))) GTEST_SKIP() << "no shared cases";
  const std::pair<const char*, const char*> cases[] = {
      {"bomb_one_line.csv.gz", "bomb_one_line.csv.gz:4: the line is too long"},
      {"column_missing.csv", "'departure' is missing"},
      {"cp949.csv", "cp949.csv:2: not UTF-8"},
      {"date_impossible.csv", "2025-02-30"},
      {"date_us_style.csv", "06/02/2025"},
      {"departure_before_arrival.csv", "left out: departure_before_arrival.csv:4: session s3: its departure"},
      {"dst_ambiguous_local.csv", "02:30 exists twice"},
      {"duplicate_id.csv", "left out: duplicate_id.csv:4: session s1"},
      {"empty.csv", "empty"},
      {"energy_1e308.csv", "energy_1e308.csv:4: requested_energy (kWh): '1e308'"},
      {"energy_impossible.csv", "kept: energy_impossible.csv:4: session s3"},
      {"energy_nan_inf.csv", "energy_nan_inf.csv:4: "},
      {"energy_with_unit.csv", "energy_with_unit.csv:2: requested_energy (kWh): '20.0 kWh'"},
      {"equal_times.csv", "left out: equal_times.csv:4: session s3"},
      {"header_only.csv", "no sessions"},
      {"is_a_zip.csv", "zip"},
      {"many_columns.csv", "too many columns"},
      {"negative_energy.csv", "negative_energy.csv:4: requested_energy (kWh): '-12.0'"},
      {"nul_bytes.csv", "nul_bytes.csv:4: a NUL byte"},
      {"offset_impossible.csv", "+25:00"},
      {"outside_window.csv", "2019-05-01"},
      {"overlap_one_evse.csv", "left out: overlap_one_evse.csv:4: session s3: overlaps session s1"},
      {"row_too_short.csv", "row_too_short.csv:4: 3 fields where the header has 8"},
      {"station_unknown.csv", "station_unknown.csv:4: station B-77"},
      {"tabs.csv", "kept: tabs.csv: the separator is a tab"},
      {"truncated.csv.gz", "truncated gzip: unexpected end"},
      {"utf16le.csv", "UTF-16; save as UTF-8"},
      {"bom.csv", "accepted"},
      {"control_valid.csv", "accepted"},
      {"crlf.csv", "accepted"},
      {"hostile_ids.csv", "kept: hostile_ids.csv:5: session_id has control characters"},
      {"mixed_offsets.csv", "accepted"},
      {"no_final_newline.csv", "accepted"},
      {"not_gzip.csv.gz", "accepted"},
      {"quoted_newline.csv", "accepted"},
      {"valid.csv.gz", "accepted"},
  };
  for (const auto& [name, expected] : cases) EXPECT_THAT(outcome_of(name), HasSubstr(expected)) << name;
}

std::vector<std::string> reasons_of(const SessionTable& table) {
  std::vector<std::string> reasons;
  for (const TableFlag& flag : table.flags) reasons.push_back(flag.reason);
  return reasons;
}

TEST(SessionTable, CellsLeftEmptyInAColumnThatOthersFillAreCounted) {
  const std::string header = "arrival,departure,energy_kwh,requested_kwh,soc,priority\n";
  const std::string first = "2026-06-01 08:00,2026-06-01 09:00,5,", second = "2026-06-01 10:00,2026-06-01 11:00,5,";
  EXPECT_THAT(reasons_of(sessions_of_text(header + first + "8,0.2,1\n" + second + "9,0.3,2\n")), IsEmpty());
  EXPECT_THAT(reasons_of(sessions_of_text(header + first + "8,0.2,1\n" + second + ",0.3, \n")),
              ElementsAre("week.csv:3: requested_kwh is empty and taken as the energy that was taken (1 of 2 rows)",
                          "week.csv:3: priority is empty and taken as 0 (1 of 2 rows)"));
  // A column that nobody fills says nothing.
  EXPECT_THAT(reasons_of(sessions_of_text(header + first + "8,,1\n" + second + "9,,2\n")), IsEmpty());
}

TEST(SessionTable, WhoClaimedNothingMayLeaveTheClaimEmpty) {
  EXPECT_THAT(
      reasons_of(sessions_of_text(acn_header + "2026-06-01 08:00,2026-06-01 09:00,9,5,A,s1,2026-06-01 09:00,True\n"
                                               "2026-06-01 10:00,2026-06-01 11:00,,5,A,s2,,False\n")),
      IsEmpty());
  EXPECT_THAT(
      reasons_of(sessions_of_text(acn_header + "2026-06-01 08:00,2026-06-01 09:00,9,5,A,s1,2026-06-01 09:00,True\n"
                                               "2026-06-01 10:00,2026-06-01 11:00,,5,A,s2,2026-06-01 11:00,True\n")),
      ElementsAre("week.csv:3: requested_energy (kWh) is empty and taken as the energy that was taken (1 of 2 "
                  "rows)"));
}

TEST(SessionTable, IdsThatCanNotBeToldApartAreKeptAndFlagged) {
  const auto reasons = [](const std::string& id) {
    return reasons_of(minimal("2026-06-01 08:00,2026-06-01 09:00,5,A," + id + "\n"));
  };
  EXPECT_THAT(reasons("s 1"), IsEmpty());
  EXPECT_THAT(reasons("s\u200B1"),
              ElementsAre("week.csv:2: session_id has control characters or others that can not be seen (U+200B): "
                          "\"s\\u{200B}1\"; kept as it is (1 row of this kind)"));
  EXPECT_THAT(reasons(std::string(300, 's')),
              ElementsAre("week.csv:2: session_id has 300 characters; at most 255 are allowed; kept as it is (1 row of "
                          "this kind)"));
  EXPECT_THAT(reasons("caf\x65\xCC\x81"), ElementsAre(HasSubstr("write it composed (Unicode NFC)")));
}

TEST(SessionTable, BlanksAroundAnIdMakeNoOtherId) {
  const SessionTable table =
      minimal("2026-06-01 08:00,2026-06-01 09:00,5,A,s1\n2026-06-01 10:00,2026-06-01 11:00,5,A,s1 \n");
  EXPECT_THAT(left_out(table), ElementsAre("s1"));
}

TEST(SessionTable, AColumnWithoutANameIsCalledByItsNumber) {
  EXPECT_THAT(reasons_of(sessions_of_text("arrival,departure,energy_kwh,\n2026-06-01 08:00,2026-06-01 09:00,5,7\n")),
              ElementsAre("week.csv: columns not used: number 4, without a name"));
}

TEST(SessionTable, ColumnsOfAnotherLayoutAreNamed) {
  // As a spreadsheet has them: serial days (45000.5 is noon of 2023-03-15), Wh, percent.
  SessionOptions options;
  options.columns = {
      {"arrival", "In"}, {"departure", "Out"}, {"energy_kwh", "Energy (Wh)"}, {"evse", "Outlet"}, {"soc", "SOC"}};
  const SessionTable table = sessions_of_text(
      "Outlet,In,Out,Energy (Wh),SOC\nC1,45000.5,45000.75,12500,26\nC2,2023-03-15T13:00,2023-03-15T14:30,900,100\n",
      seoul, options);
  ASSERT_EQ(table.rows.size(), 2U);
  const demand::Visit& first = table.rows[0].visit;
  EXPECT_EQ(first.arrival_ns, at("2023-03-15T12:00"));
  EXPECT_EQ(first.departure_ns, at("2023-03-15T18:00"));
  EXPECT_DOUBLE_EQ(first.taken_kwh, 12.5);
  EXPECT_DOUBLE_EQ(first.soc_start, 0.26);
  EXPECT_EQ(table.rows[0].evse_id, "C1");
  EXPECT_EQ(table.rows[1].visit.arrival_ns, at("2023-03-15T13:00"));
  EXPECT_DOUBLE_EQ(table.rows[1].visit.soc_start, 1.0);
}

TEST(SessionTable, ColumnsWithoutANameOfTheirOwnAreCalledAsInTheMinimalLayout) {
  SessionOptions options;
  options.columns = {{"arrival", "In"}, {"departure", "Out"}};
  const SessionTable table =
      sessions_of_text("In,Out,energy_kwh,driver,evse\n2025-06-02T08:00,2025-06-02T09:00,5,Kim,A-1\n", seoul, options);
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].visit.taken_kwh, 5.0);
  EXPECT_EQ(table.rows[0].driver, "Kim");
  EXPECT_EQ(table.rows[0].evse_id, "A-1");
}

TEST(SessionTable, RowsTellTheirCarInTheUnitsOfTheirColumns) {
  SessionOptions options;
  options.columns = {
      {"arrival", "In"},      {"departure", "Out"}, {"energy_kwh", "kWh"},           {"requested_kwh", "Asked (Wh)"},
      {"vehicle", "Model"},   {"car_kw", "P (W)"},  {"battery_kwh", "Battery (Wh)"}, {"soc", "from"},
      {"soc_departure", "to"}};
  const SessionTable table = sessions_of_text(
      "In,Out,kWh,Asked (Wh),Model,P (W),Battery (Wh),from,to\n"
      "2025-06-02T08:00,2025-06-02T09:00,20,30000,Ioniq 5,150000,77400,40,65\n"
      "2025-06-02T10:00,2025-06-02T11:00,20,,,,,,\n",
      seoul, options);
  ASSERT_EQ(table.rows.size(), 2U);
  const SessionRow& told = table.rows[0];
  EXPECT_EQ(told.vehicle, "Ioniq 5");
  EXPECT_DOUBLE_EQ(told.car_kw, 150.0);
  EXPECT_DOUBLE_EQ(told.battery_kwh, 77.4);
  EXPECT_DOUBLE_EQ(told.visit.requested_kwh, 30.0);
  EXPECT_DOUBLE_EQ(told.visit.soc_start, 0.4);
  EXPECT_DOUBLE_EQ(told.soc_departure, 0.65);
  EXPECT_TRUE(table.rows[1].vehicle.empty());
  EXPECT_TRUE(std::isnan(table.rows[1].car_kw) && std::isnan(table.rows[1].soc_departure));
}

TEST(SessionTable, YearsThatLostTheirCenturyAreOfThisOne) {
  // As the workplace sessions of 2014 and 2015 write them.
  SessionOptions options;
  options.columns = {{"arrival", "created"}, {"departure", "ended"}, {"energy_kwh", "kwhTotal"}};
  const SessionTable table =
      sessions_of_text("created,ended,kwhTotal\n0014-11-18 15:40:26,0014-11-18 17:11:04,7.78\n", seoul, options);
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].visit.arrival_ns, at("2014-11-18T15:40:26"));
  EXPECT_THAT(reasons_of(table),
              ElementsAre("week.csv:2: created has a year below 100, read as 20.. (1 row of this kind)",
                          "week.csv:2: ended has a year below 100, read as 20.. (1 row of this kind)"));
}

TEST(SessionTable, ColumnsThatAreNotThereOrNotKnownAreNamed) {
  const auto refusal = [](ColumnNames columns) {
    SessionOptions options;
    options.columns = std::move(columns);
    return message_of<InputError>(
        [&] { sessions_of_text("In,Out,kWh\n2025-06-02T08:00,2025-06-02T09:00,5\n", seoul, options); });
  };
  EXPECT_THAT(refusal({{"arrival", "In"}, {"departure", "Out"}}),
              HasSubstr("columns are named, but none for energy_kwh"));
  EXPECT_THAT(refusal({{"arrival", "In"}, {"departure", "Oit"}, {"energy_kwh", "kWh"}}),
              HasSubstr("columns: departure is to be 'Oit', and there is no such column; did you mean Out?; the header "
                        "has: In, Out, kWh"));
  EXPECT_THAT(refusal({{"arrival", "In"}, {"departure", "Out"}, {"energy_kwh", "kWh"}, {"sok", "x"}}),
              HasSubstr("no such key of columns: sok; known: arrival, departure, energy_kwh"));
  // A table of our own layout keeps to it: a number is no time there.
  EXPECT_THAT(sessions_refusal("arrival,departure,energy_kwh\n45000.5,45000.75,5\n"), HasSubstr("45000.5"));
}

}  // namespace
}  // namespace evtwin::sessions
