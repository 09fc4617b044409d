// Reservations as scenarios give them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

TEST(ReservationLanguage, ASiteSaysWhatAReservationMeans) {
  const auto site = [](const std::string& in_site) { return load_text(scenario_text(in_site)).world.sites[0]; };
  EXPECT_TRUE(site("").reservations.block);
  EXPECT_EQ(site("").reservations.hold_ns, 15 * kernel::minute_ns);
  EXPECT_FALSE(site("reservations = { block = false }").reservations.block);
  EXPECT_EQ(site("reservations = { hold_min = 0 }").reservations.hold_ns, 0);
  EXPECT_EQ(site("reservations = { hold_min = 90 }").reservations.hold_ns, 90 * kernel::minute_ns);
}

TEST(ReservationLanguage, ALawSaysWhoReservesAndHowLongBefore) {
  const auto law = [](const std::string& keys) {
    const auto loaded = load_text(
        scenario_text("", "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 10, stay_h = 3, " + keys + " }"));
    return std::get<demand::Poisson>(*loaded.world.sites[0].arrivals[0]);
  };
  EXPECT_EQ(law("").reserved_share, 0.0);
  const demand::Poisson fixed = law("reserved_share = 0.25, reserved_h_before = 12");
  EXPECT_EQ(fixed.reserved_share, 0.25);
  EXPECT_EQ(fixed.reserved_h_before.value_at(0.5), 12.0);
  // However long a tail a distribution has, it is not more than two weeks: the visits of that time are kept at hand.
  EXPECT_EQ(law("reserved_share = 1, reserved_h_before = exponential { 48 }").reserved_h_before.max, 336.0);
  const auto refusal = [](const std::string& keys) {
    return load_error(scenario_text("", "arrivals = arrivals.poisson { per_hour = 1, " + keys + " }"));
  };
  EXPECT_THAT(refusal("reserved_share = 0.5"), HasSubstr("reserved_share needs reserved_h_before"));
  EXPECT_THAT(refusal("reserved_share = 50, reserved_h_before = 1"), HasSubstr("must be a fraction from 0 to 1"));
  EXPECT_THAT(refusal("reserved_share = 1, reserved_h_before = 1000"), HasSubstr("336"));
}

}  // namespace
}  // namespace evtwin::scenario::testing
