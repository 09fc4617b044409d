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

}  // namespace
}  // namespace evtwin::scenario::testing
