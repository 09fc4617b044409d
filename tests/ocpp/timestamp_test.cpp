#include "ocpp/timestamp.hpp"

#include <gtest/gtest.h>

#include "market/calendar.hpp"

namespace evtwin::ocpp {
namespace {

constexpr kernel::TimeNs noon_ns = 1705492800LL * kernel::second_ns;  // 2024-01-17T12:00:00Z

TEST(Timestamp, ReadsWhatStationsWrite) {
  for (const char* text : {"2024-01-17T12:00:00Z", "2024-01-17T12:00:00.000Z", "2024-01-17t12:00:00z",
                           "2024-01-17 12:00:00", "2024-01-17T12:00", "2024-01-17T21:00:00+09:00",
                           "2024-01-17T21:00:00+0900", "2024-01-17T04:00:00.0000000000000-08"}) {
    const auto stamp = timestamp_of(text);
    ASSERT_TRUE(stamp) << text;
    EXPECT_EQ(stamp->ns, noon_ns) << text;
    EXPECT_FALSE(stamp->clamped);
  }
  EXPECT_TRUE(timestamp_of("2024-01-17T12:00:00+00:00")->zoned);
  EXPECT_FALSE(timestamp_of("2024-01-17T12:00:00")->zoned);
  EXPECT_EQ(timestamp_of("2024-01-17T12:00:00,25Z")->ns, noon_ns + 250 * kernel::millisecond_ns);
  EXPECT_EQ(timestamp_of("2024-01-17T11:59:60Z")->ns, noon_ns);
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2024", "2024-01-17", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-17T24:00:00Z",
        "2024-01-17T12:60:00Z", "2024-01-17T12:00:61Z", "2024-01-17T12:00:00.Z", "2024-01-17T12:00:00Zx",
        "2024-01-17T12:00:00+9", "17/01/2024 12:00", "2024-01-17T12:00:00 UTC", "-2024-01-17T12:00:00Z"})
    EXPECT_FALSE(timestamp_of(text)) << text;
}

TEST(Timestamp, TakesForEverAsTheLastTimeThereIs) {
  const auto last = timestamp_of("9999-12-31T23:59:59Z");
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->clamped);
  EXPECT_EQ(last->ns, market::latest_ns);
  EXPECT_EQ(timestamp_of("0000-01-01T00:00:00Z")->ns, market::earliest_ns);
  EXPECT_FALSE(timestamp_of("2261-12-31T23:59:59Z")->clamped);
}

}  // namespace
}  // namespace evtwin::ocpp
