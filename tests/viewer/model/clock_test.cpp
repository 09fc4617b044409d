#include "viewer/model/clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

#include "market/calendar.hpp"

namespace evtwin::viewer::model {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using ::testing::HasSubstr;

// What a run file of these years has in its table clock.
Clock clock_of(const char* zone, int first_year = 2024, int last_year = 2027) {
  const market::Calendar calendar{zone};
  std::vector<ClockSpan> spans;
  TimeNs t = calendar.start_of(market::LocalDate{first_year, 1, 1});
  while (t < calendar.start_of(market::LocalDate{last_year, 1, 1})) {
    const market::OffsetInterval offset = calendar.offset_at(t);
    spans.push_back({offset.begin_ns, offset.end_ns, offset.offset_ns});
    t = offset.end_ns;
  }
  return Clock(spans, zone);
}

TEST(Clock, KnowsSeoulNineHoursAhead) {
  const Clock clock = clock_of("Asia/Seoul");
  const TimeNs t = 1748840400 * second_ns;  // date -u -d 2025-06-02T05:00 +%s
  EXPECT_EQ(clock.iso_text(t), "2025-06-02T14:00:00+09:00");
  EXPECT_EQ(clock.date_text(t), "2025-06-02");
  EXPECT_EQ(clock.time_text(t), "14:00");
  EXPECT_EQ(clock.time_text(t + 10 * second_ns), "14:00:10");
  EXPECT_EQ(clock.date_time_text(t), "2025-06-02 14:00");
  EXPECT_EQ(clock.local_time(t).weekday, 0);
  EXPECT_EQ(clock.day_start(t), t - 14 * hour_ns);
  EXPECT_EQ(clock.next_day(t), t + 10 * hour_ns);
  EXPECT_EQ(clock.date_text(clock.month_start(t)), "2025-06-01");
  EXPECT_EQ(clock.timezone(), "Asia/Seoul");
}

TEST(Clock, WithoutSpansIsUtc) {
  const Clock clock;
  EXPECT_EQ(clock.iso_text(0), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(clock.iso_text(-1 * second_ns), "1969-12-31T23:59:59+00:00");
  EXPECT_EQ(clock.parse_instant("1970-01-02"), day_ns);
}

TEST(Clock, AmsterdamsDaysHave23And25Hours) {
  const Clock clock = clock_of("Europe/Amsterdam");
  const TimeNs spring = clock.parse_instant("2025-03-30"), autumn = clock.parse_instant("2025-10-26");
  EXPECT_EQ(clock.next_day(spring) - spring, 23 * hour_ns);
  EXPECT_EQ(clock.next_day(autumn) - autumn, 25 * hour_ns);
  EXPECT_EQ(clock.day_start(spring + 22 * hour_ns), spring);
  EXPECT_EQ(clock.day_start(autumn + 24 * hour_ns), autumn);
}

TEST(Clock, OfTwoEqualTimesTheFirstAndOfNoneTheFirstAfterTheGap) {
  const Clock clock = clock_of("Europe/Amsterdam");
  EXPECT_EQ(clock.iso_text(clock.parse_instant("2025-10-26T02:30")), "2025-10-26T02:30:00+02:00");
  EXPECT_EQ(clock.iso_text(clock.parse_instant("2025-03-30T02:30")), "2025-03-30T03:00:00+02:00");
}

TEST(Clock, FieldsOutOfRangeCarryOver) {
  const Clock clock = clock_of("Asia/Seoul");
  const auto text = [&](const CivilTime& local) { return clock.date_time_text(clock.instant_of(local)); };
  EXPECT_EQ(text({.year = 2025, .month = 12, .day = 32, .hour = 24}), "2026-01-02 00:00");
  EXPECT_EQ(text({.year = 2025, .month = 13, .day = 1}), "2026-01-01 00:00");
  EXPECT_EQ(text({.year = 2025, .month = 0, .day = 0}), "2024-11-30 00:00");
  EXPECT_EQ(text({.year = 2025, .month = -11, .day = 1, .minute = -1}), "2023-12-31 23:59");
  EXPECT_EQ(text({.year = 99999, .month = 1, .day = 1}), "2240-01-01 00:00");
}

TEST(Clock, ReadsDatesTimesAndOffsets) {
  const Clock clock = clock_of("Asia/Seoul");
  const TimeNs t = clock.parse_instant("2026-03-14T18:45");
  EXPECT_EQ(clock.iso_text(t), "2026-03-14T18:45:00+09:00");
  EXPECT_EQ(clock.parse_instant("2026-03-14 18:45:00"), t);
  EXPECT_EQ(clock.parse_instant("2026-03-14T09:45Z"), t);
  EXPECT_EQ(clock.parse_instant("2026-03-14T10:45:00+01:00"), t);
  EXPECT_EQ(clock.parse_instant("2026-03-14T04:45-0500"), t);
  EXPECT_EQ(clock.parse_instant("2026-03-14T18:45+09"), t);
}

TEST(Clock, RefusesWhatIsNoTimeSayingWhatWouldBe) {
  const Clock clock;
  for (const char* text :
       {"", "x", "2026", "2026-3-14", "2026-02-30", "2026-13-01", "2026-01-01T", "2026-01-01T25:00", "2026-01-01T10",
        "2026-01-01T10:60", "2026-01-01T10:00:61", "2026-01-01T10:00+", "2026-01-01T10:00+9", "2026-01-01T10:00Zx",
        "2026-01-01x", "1500-01-01", "9999-01-01", "2026-01-01T10:00+09:", "2026-01-01T10:00+15:00"}) {
    try {
      clock.parse_instant(text);
      FAIL() << text;
    } catch (const std::invalid_argument& refusal) {
      EXPECT_THAT(refusal.what(), HasSubstr("2026-03-14T18:45"));
    }
  }
}

TEST(Duration, ReadsUnits) {
  EXPECT_EQ(parse_duration("6h"), 6 * hour_ns);
  EXPECT_EQ(parse_duration("90min"), 90 * minute_ns);
  EXPECT_EQ(parse_duration("45 s"), 45 * second_ns);
  EXPECT_EQ(parse_duration("2d"), 2 * day_ns);
  EXPECT_EQ(parse_duration("1w"), 7 * day_ns);
  EXPECT_EQ(parse_duration("1.5h"), 90 * minute_ns);
  for (const char* text : {"", "h", "6", "0h", "-1h", "6 parsecs", "1e3h", "1.2.3h", "99999999999w", "6h6"}) {
    EXPECT_THROW(parse_duration(text), std::invalid_argument) << text;
  }
}

TEST(Duration, IsWrittenForPeople) {
  EXPECT_EQ(duration_text(2 * day_ns + 3 * hour_ns + 15 * minute_ns), "2 d 03:15");
  EXPECT_EQ(duration_text(2 * hour_ns + 5 * minute_ns), "2 h 05 min");
  EXPECT_EQ(duration_text(45 * minute_ns), "45 min");
  EXPECT_EQ(duration_text(90 * second_ns), "1 min 30 s");
  EXPECT_EQ(duration_text(10 * second_ns), "10 s");
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(-45 * minute_ns), "-45 min");
}

RC_GTEST_PROP(Clock, AgreesWithTheEnginesCalendar, ()) {
  const char* zone = *rc::gen::element("Asia/Seoul", "Europe/Amsterdam", "America/Havana", "Australia/Lord_Howe");
  const market::Calendar calendar{zone};
  const Clock clock = clock_of(zone);
  const TimeNs first = clock.parse_instant("2024-02-01");
  const TimeNs t = first + *rc::gen::inRange<TimeNs>(0, 2 * 366 * day_ns);
  const market::LocalTime truth = calendar.local_time(t);
  const CivilTime found = clock.local_time(t);
  RC_ASSERT(found.year == truth.date.year && found.month == truth.date.month && found.day == truth.date.day);
  RC_ASSERT(found.hour == truth.hour && found.minute == truth.minute && found.second == truth.second);
  RC_ASSERT(found.nanosecond == truth.nanosecond);
  RC_ASSERT(found.weekday == static_cast<int>(calendar.weekday_at(t)));
  RC_ASSERT(clock.day_start(t) == calendar.day_start(t));
  RC_ASSERT(clock.next_day(t) == calendar.next_day_start(t));
  RC_ASSERT(clock.month_start(t) == calendar.month_start(t));
  const TimeNs back = clock.instant_of(found);
  RC_ASSERT(back == t || clock.local_time(back).minute == found.minute);  // of two equal times, the first
  RC_ASSERT(back <= t);
}

}  // namespace
}  // namespace evtwin::viewer::model
