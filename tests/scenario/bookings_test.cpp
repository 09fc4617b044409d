// bookings { ... }: the vehicles a manager expects, as the scenario gives them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

const market::Calendar booked_in("Asia/Seoul");
kernel::TimeNs booked_at(std::string_view text) { return market::parse_instant(text, booked_in); }

std::string text_with(const std::string& bookings) {
  return scenario_text("",
                       "vehicles = { { name = 'v', battery_kwh = 60, charge_efficiency = 0.9, ac_kw = 7, v2g = true }, "
                       "{ name = 'w', battery_kwh = 40 } }, arrivals = bookings { " +
                           bookings + " }");
}
demand::Recorded recorded(const std::string& bookings) {
  return std::get<demand::Recorded>(*load_text(text_with(bookings)).world.sites[0].arrivals[0]);
}
const std::string morning = "arrive = '2025-06-02T08:00', leave = '2025-06-02T10:00', ";

TEST(Bookings, WantWhatLeadsFromTheirStateOfChargeToTheTarget) {
  const demand::Recorded out = recorded(
      "{ id = 'late', arrive = '2025-06-02T18:00', leave = '2025-06-02T22:00', energy_kwh = 9, evse = 'A-1' }, "
      "{ " +
      morning +
      "vehicle = 'v', soc = 0.2, target = 0.8, evse = 'A-2', priority = 3, v2g = true, "
      "booked_at = '2025-06-01T20:00', window = { '2025-06-02T06:00', '2025-06-02T12:00' } }");
  ASSERT_EQ(out.visits.size(), 2U);
  const demand::Visit &early = out.visits[0], &late = out.visits[1];
  EXPECT_EQ(early.id, "booking-2");
  EXPECT_EQ(early.arrival_ns, booked_at("2025-06-02T08:00"));
  EXPECT_EQ(early.departure_ns, booked_at("2025-06-02T10:00"));
  EXPECT_EQ(early.claimed_departure_ns, early.departure_ns);
  EXPECT_DOUBLE_EQ(early.requested_kwh, 0.6 * 60 / 0.9);
  EXPECT_DOUBLE_EQ(early.taken_kwh, early.requested_kwh);
  EXPECT_DOUBLE_EQ(early.soc_start, 0.2);
  EXPECT_EQ(early.evse, 1);
  EXPECT_EQ(early.priority, 3);
  EXPECT_TRUE(early.v2g);
  EXPECT_EQ(early.announced_ns, booked_at("2025-06-01T20:00"));
  EXPECT_TRUE(demand::is_announced(early));
  ASSERT_TRUE(out.windows[0].has_value());
  EXPECT_EQ(out.windows[0]->from_ns, booked_at("2025-06-02T06:00"));
  EXPECT_EQ(out.windows[0]->to_ns, booked_at("2025-06-02T12:00"));
  EXPECT_EQ(late.id, "late");
  EXPECT_DOUBLE_EQ(late.requested_kwh, 9);
  EXPECT_EQ(late.announced_ns, booked_at("2025-06-02"));  // known when the run begins
  EXPECT_FALSE(out.windows[1].has_value());
}

TEST(Bookings, WhatIsWrongIsSaidWithWhatWouldBeRight) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{ " + morning + " }", "a booking needs target"},
      {"{ " + morning + "energy_kwh = 5, target = 0.8 }", "a booking needs target"},
      {"{ " + morning + "target = 0.8, vehicle = 'v' }", "target needs soc"},
      {"{ " + morning + "soc = 0.2, target = 0.8 }", "target needs a vehicle whose battery is known"},
      {"{ " + morning + "soc = 0.8, target = 0.8, vehicle = 'v' }",
       "is not above soc = 0.8: there is nothing to charge"},
      {"{ " + morning + "soc = 0.5, energy_kwh = 40, vehicle = 'v' }", "is more than the battery takes, 33.33"},
      {"{ " + morning + "energy_kwh = 0, vehicle = 'v' }", "is for a car that only gives"},
      {"{ " + morning + "energy_kwh = 5, vehicle = 'x' }", "the scenario has no such vehicle"},
      {"{ " + morning + "energy_kwh = 5, evse = 'A-22' }", "the site has no such EVSE; did you mean"},
      {"{ " + morning + "energy_kwh = 5, vehicle = 'w', v2g = true }", "the vehicle can not discharge"},
      {"{ " + morning + "energy_kwh = 5, booked_at = '2025-06-02T08:00' }", "is not before the arrival"},
      {"{ " + morning + "energy_kwh = 5, window = { '2025-06-02T09:00', '2025-06-02T12:00' } }",
       "window must hold the booking itself, 2025-06-02 08:00 to 2025-06-02 10:00"},
      {"{ " + morning + "energy_kwh = 5, window = '09:00' }", "window"},
      {"{ arrive = '2025-06-02T08:00', leave = '2025-06-02T08:00', energy_kwh = 5 }", "is not after the arrival"},
      {"{ arrive = 8, leave = '2025-06-02T08:00', energy_kwh = 5 }", "must be text such as"},
      {"{ " + morning +
           "energy_kwh = 5, evse = 'A-1' }, { arrive = '2025-06-02T09:00', leave = '2025-06-02T11:00', "
           "energy_kwh = 5, evse = 'A-1' }",
       "booking \"booking-2\" overlaps booking \"booking-1\" on EVSE A-1"},
      {"{ " + morning + "energy_kwh = 5, id = 'a' }, { " + morning + "energy_kwh = 5, id = 'a' }",
       "is the id of another booking"},
      {"", "is empty: nobody has booked"},
      {"'file.csv'", "bookings"},
  };
  for (const auto& [bookings, message] : cases) {
    const std::string said = load_error(text_with(bookings));
    EXPECT_THAT(said, HasSubstr(message)) << bookings;
    EXPECT_EQ(said.rfind("test.lua:", 0), 0U) << said;
  }
}

TEST(Bookings, OneOutsideTheRunIsLeftOutAndNamed) {
  const auto world = load_text(text_with("{ " + morning +
                                         "energy_kwh = 5 }, { id = 'next month', arrive = "
                                         "'2025-07-02T08:00', leave = '2025-07-02T09:00', energy_kwh = 5 }"))
                         .world;
  EXPECT_EQ(std::get<demand::Recorded>(*world.sites[0].arrivals[0]).visits.size(), 1U);
  const auto flag = std::find_if(world.flags.begin(), world.flags.end(), [](const auto& f) { return f.left_out; });
  ASSERT_NE(flag, world.flags.end());
  EXPECT_EQ(flag->id, "next month");
  EXPECT_THAT(flag->reason, HasSubstr("outside the run"));
}

/// Loads `scenario` with --change bookings= a file of `table`; the visits, by arrival.
demand::Recorded with_table(const std::string& bookings, const std::string& table) {
  const TemporaryFolder folder;
  LoadOptions options = options_with_library();
  options.changes["bookings"] = folder.write("day.csv", table);
  const std::string file = folder.write("test.lua", text_with(bookings));
  return std::get<demand::Recorded>(*load_scenario(file, options).world.sites[0].arrivals[0]);
}
std::string table_error(const std::string& text, const std::string& table) {
  const TemporaryFolder folder;
  LoadOptions options = options_with_library();
  options.changes["bookings"] = folder.write("day.csv", table);
  return load_error(folder, text, options);
}

const std::string both = "{ id = 'a', " + morning +
                         "vehicle = 'v', soc = 0.2, target = 0.8, evse = 'A-1', priority = 3, v2g = true, "
                         "window = { '2025-06-02T06:00', '2025-06-02T12:00' } }, { id = 'b', " +
                         morning + "vehicle = 'w', energy_kwh = 5, evse = 'A-2' }";

TEST(BookingTable, ARowChangesTheBookingOfItsIdAndItsEmptyCellsKeepTheRest) {
  const demand::Recorded out = with_table(both,
                                          "id,vehicle,arrive,leave,soc,target,energy_kwh\n"
                                          "a,,2025-06-02T09:00,2025-06-02T11:00,,,\n"
                                          "b,v,,,0.5,0.7,\n");
  ASSERT_EQ(out.visits.size(), 2U);
  const demand::Visit &b = out.visits[0], &a = out.visits[1];
  EXPECT_EQ(a.arrival_ns, booked_at("2025-06-02T09:00"));
  EXPECT_EQ(a.departure_ns, booked_at("2025-06-02T11:00"));
  EXPECT_DOUBLE_EQ(a.requested_kwh, 0.6 * 60 / 0.9);
  EXPECT_EQ(a.priority, 3);
  EXPECT_TRUE(a.v2g);
  ASSERT_TRUE(out.windows[1].has_value());
  EXPECT_EQ(b.arrival_ns, booked_at("2025-06-02T08:00"));
  EXPECT_EQ(b.vehicle, a.vehicle);
  EXPECT_DOUBLE_EQ(b.requested_kwh, 0.2 * 60 / 0.9);  // its target took the place of energy_kwh
  EXPECT_EQ(b.evse, 1);
}

TEST(BookingTable, RowsOfOtherIdsComeAndBookingsWithoutARowDoNot) {
  const demand::Recorded out =
      with_table(both, "id,arrive,leave,energy_kwh,evse\nnew,2025-06-02T15:00,2025-06-02T17:00+09:00,7.5,any\nb,,,,\n");
  ASSERT_EQ(out.visits.size(), 2U);
  EXPECT_EQ(out.visits[0].id, "b");
  EXPECT_EQ(out.visits[1].id, "new");
  EXPECT_DOUBLE_EQ(out.visits[1].requested_kwh, 7.5);
  EXPECT_EQ(out.visits[1].departure_ns, booked_at("2025-06-02T17:00"));
}

TEST(BookingTable, AWindowThatTheBookingWasMovedOutOfIsLetGoAndOneOfTheRowHolds) {
  const demand::Recorded gone = with_table(both, "id,arrive,leave\na,2025-06-02T13:00,2025-06-02T15:00\nb,,\n");
  ASSERT_EQ(gone.visits.size(), 2U);
  EXPECT_FALSE(gone.windows[1].has_value());
  const demand::Recorded own = with_table(both, "id,window_from,window_to\na,2025-06-02T07:00,2025-06-02T13:00\n");
  ASSERT_EQ(own.visits.size(), 1U);
  ASSERT_TRUE(own.windows[0].has_value());
  EXPECT_EQ(own.windows[0]->to_ns, booked_at("2025-06-02T13:00"));
}

TEST(BookingTable, AScenarioNamesOneItself) {
  const TemporaryFolder folder;
  folder.write("day.csv", "id,arrive,leave,energy_kwh\nvan,2025-06-02T08:00,2025-06-02T10:00,5\n");
  const std::string file = folder.write("test.lua", scenario_text("", "arrivals = bookings 'day.csv'"));
  const LoadedScenario scenario = load_scenario(file, options_with_library());
  EXPECT_EQ(std::get<demand::Recorded>(*scenario.world.sites[0].arrivals[0]).visits.at(0).id, "van");
}

TEST(BookingTable, WhatIsWrongIsSaidWithItsLine) {
  const std::string text = text_with(both);
  EXPECT_THAT(table_error(text, "id,arive\na,x\n"), HasSubstr("day.csv:1: a table of bookings has no column arive; did "
                                                              "you mean arrive?"));
  EXPECT_THAT(table_error(text, "id,arrive\na,\nb,2025-06-02T11:00\n"),
              HasSubstr("day.csv:3: booking.leave = 2025-06-02 10:00 is not after the arrival"));
  EXPECT_THAT(table_error(text, "id,soc\na,80 %\n"), HasSubstr("day.csv:2: booking.soc must be a number"));
  EXPECT_THAT(table_error(text, "id,leave\nc,2025-06-02T11:00\n"), HasSubstr("day.csv:2: booking needs arrive"));
  EXPECT_THAT(table_error(text, "id,window_from\na,2025-06-02T06:00\n"), HasSubstr("window"));
  EXPECT_THAT(table_error(text, "id,arrive\n"), HasSubstr("nobody has booked"));
  EXPECT_THAT(table_error(scenario_text(), "id\na\n"), HasSubstr("has no bookings { ... } that it could take"));
}

}  // namespace
}  // namespace evtwin::scenario::testing
