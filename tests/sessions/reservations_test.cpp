// Reservations in tables of sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sessions/session_table.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;
using testing::TemporaryFile;

const market::Calendar reserved_in("Asia/Seoul");
kernel::TimeNs reserved_at(std::string_view text, const market::Calendar& calendar = reserved_in) {
  return market::parse_instant(text, calendar);
}

SessionTable read(const std::string& header, const std::string& rows, const market::Calendar& calendar = reserved_in) {
  const TemporaryFile file("arrival,departure,energy_kwh,session_id," + header + "\n" + rows);
  return read_sessions("week.csv", file.path(), calendar);
}

TEST(ReservationTable, IsFromTheArrivalToTheEstimatedDepartureUnlessItSaysOtherwise) {
  const SessionTable table = read("estimated_departure,reserved_at,reserved_from,reserved_until",
                                  "2025-06-02 09:00,2025-06-02 17:00,8,a,2025-06-02 16:00,2025-06-01 20:00,,\n"
                                  "2025-06-02 09:30,2025-06-02 17:00,8,b,2025-06-02 16:00,2025-06-01T20:00,"
                                  "2025-06-02 08:00,2025-06-02T12:00+09:00\n"
                                  "2025-06-02 10:00,2025-06-02 17:00,8,c,,,,\n");
  EXPECT_THAT(table.flags, IsEmpty());
  const demand::Visit &a = table.rows[0].visit, &b = table.rows[1].visit, &c = table.rows[2].visit;
  EXPECT_EQ(a.announced_ns, reserved_at("2025-06-01T20:00"));
  EXPECT_EQ(a.reserved_from_ns, reserved_at("2025-06-02T09:00"));
  EXPECT_EQ(a.reserved_until_ns, reserved_at("2025-06-02T16:00"));
  EXPECT_EQ(b.reserved_from_ns, reserved_at("2025-06-02T08:00"));
  EXPECT_EQ(b.reserved_until_ns, reserved_at("2025-06-02T12:00"));
  EXPECT_TRUE(demand::is_announced(b));
  EXPECT_FALSE(demand::is_announced(c));
}

TEST(ReservationTable, OneThatCanNotBeIsFlaggedAndTheSessionKept) {
  const SessionTable table = read("reserved_at,reserved_from,reserved_until",
                                  "2025-06-02 09:00,2025-06-02 17:00,8,late,2025-06-02 09:00,,\n"
                                  "2025-06-02 10:00,2025-06-02 17:00,8,empty,2025-06-02 08:00,2025-06-02 12:00,"
                                  "2025-06-02 12:00\n"
                                  "2025-06-02 11:00,2025-06-02 17:00,8,after,2025-06-02 08:00,2025-06-02 07:00,\n");
  ASSERT_EQ(table.rows.size(), 3U);
  for (const SessionRow& row : table.rows) EXPECT_EQ(row.visit.announced_ns, kernel::time_never);
  ASSERT_EQ(table.flags.size(), 1U);
  EXPECT_FALSE(table.flags[0].left_out);
  EXPECT_THAT(table.flags[0].reason, HasSubstr("week.csv:2: session late: reserved_at must be before the arrival"));
  EXPECT_THAT(table.flags[0].reason, HasSubstr("(3 sessions of this kind)"));
}

TEST(ReservationTable, ATimeWithoutItsAnnouncementIsRefused) {
  const auto refusal = [](const std::string& header, const std::string& row) {
    return message_of<InputError>([&] { read(header, row); });
  };
  EXPECT_EQ(refusal("reserved_from", "2025-06-02 09:00,2025-06-02 17:00,8,a,2025-06-02 09:00\n"),
            "week.csv:2: reserved_from is given but not reserved_at, when the visit was announced");
  EXPECT_THAT(refusal("reserved_at,reserved_until", "2025-06-02 09:00,2025-06-02 17:00,8,a,,2025-06-02 12:00\n"),
              HasSubstr("reserved_until is given but not reserved_at"));
  EXPECT_THAT(refusal("reserved_at", "2025-06-02 09:00,2025-06-02 17:00,8,a,yesterday\n"), HasSubstr("reserved_at: "));
}

TEST(ReservationTable, MovesWithItsSessionByTheLocalClock) {
  const market::Calendar berlin("Europe/Berlin");
  const std::string row = "2025-03-20 09:00,2025-03-20 17:00,8,a,2025-03-19 20:00,2025-03-20 08:30,2025-03-20 12:00\n";
  SessionTable table = read("reserved_at,reserved_from,reserved_until", row, berlin);
  shift_to_start(table, reserved_at("2025-03-30", berlin));  // the day of 23 hours
  const demand::Visit& moved = table.rows[0].visit;
  EXPECT_EQ(moved.announced_ns, reserved_at("2025-03-29T20:00", berlin));
  EXPECT_EQ(moved.reserved_from_ns, reserved_at("2025-03-30T08:30", berlin));
  EXPECT_EQ(moved.reserved_until_ns, reserved_at("2025-03-30T12:00", berlin));

  // From 02:10 to 02:40, which that night does not have: nothing is left to reserve.
  table = read("reserved_at,reserved_from,reserved_until",
               "2025-03-20 03:00,2025-03-20 17:00,8,a,2025-03-19 20:00,2025-03-20 02:10,2025-03-20 02:40\n", berlin);
  shift_to_start(table, reserved_at("2025-03-30", berlin));
  EXPECT_FALSE(demand::is_announced(table.rows[0].visit));
}

}  // namespace
}  // namespace evtwin::sessions
