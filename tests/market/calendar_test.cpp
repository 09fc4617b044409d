#include "market/calendar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "local_time.hpp"

namespace evtwin::market {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using test::at;
using test::message_of;
using ::testing::HasSubstr;
using ::testing::Not;

const Calendar zone_without_summer_time("Asia/Seoul");
const Calendar summer_time_zone("Europe/Amsterdam");
const Calendar utc("UTC");

TEST(Calendar, KnowsSeoulNineHoursAheadOfUtc) {
  const TimeNs t = at("2025-06-02T05:00:00Z", zone_without_summer_time);
  EXPECT_EQ(t, 1748840400 * second_ns);  // date -u -d 2025-06-02T05:00 +%s
  EXPECT_EQ(zone_without_summer_time.local_time(t), (LocalTime{{2025, 6, 2}, 14, 0, 0, 0}));
  EXPECT_EQ(zone_without_summer_time.weekday_at(t), Weekday::monday);
  EXPECT_EQ(zone_without_summer_time.local_month(t), (LocalMonth{2025, 6}));
  EXPECT_EQ(zone_without_summer_time.minute_of_day(t), 14 * 60);
  EXPECT_EQ(zone_without_summer_time.format_local(t), "2025-06-02 14:00");
  EXPECT_EQ(zone_without_summer_time.format_iso(t), "2025-06-02T14:00:00+09:00");
}

TEST(Calendar, NamesTheNearestZoneForAMisspeltOne) {
  const std::string message = message_of<UnknownZoneError>([] { Calendar("Asia/Soeul"); });
  EXPECT_THAT(message, HasSubstr("Asia/Soeul"));
  EXPECT_THAT(message, HasSubstr("did you mean Asia/Seoul?"));
  EXPECT_THAT(message_of<UnknownZoneError>([] { Calendar("europe/amsterdam"); }), HasSubstr("Europe/Amsterdam"));
  EXPECT_THAT(message_of<UnknownZoneError>([] { Calendar("ASIA/SEOUL"); }), HasSubstr("did you mean Asia/Seoul?"));
  EXPECT_THAT(message_of<UnknownZoneError>([] { Calendar("Seoul"); }), HasSubstr("Asia/Seoul"));
}

TEST(Calendar, RefusesAbbreviationsAndAsksForAnIanaZone) {
  for (const char* name : {"KST", "EST", "CET", "EST5EDT", "PST8PDT", "GMT+9", "", "ROK", "9"}) {
    const std::string message = message_of<UnknownZoneError>([&] { Calendar{name}; });
    EXPECT_THAT(message, HasSubstr("Asia/Seoul")) << name;
    EXPECT_THAT(message, HasSubstr(name));
    EXPECT_THAT(message, Not(HasSubstr("did you mean"))) << name;
  }
  EXPECT_NO_THROW(Calendar("UTC"));
  EXPECT_NO_THROW(Calendar("Etc/GMT+3"));
}

TEST(Calendar, ShowsHostileZoneNamesEscapedAndCut) {
  const std::string message =
      message_of<UnknownZoneError>([] { Calendar(std::string("\x1b[31m") + std::string(5000, 'x')); });
  EXPECT_THAT(message, HasSubstr("\\x1b[31m"));
  EXPECT_LT(message.size(), 300U);
  EXPECT_NE(message_of<UnknownZoneError>([] { Calendar("../../etc/passwd"); }), "");
}

TEST(Calendar, SpringDayInAmsterdamHas23HoursAndAutumnDay25) {
  const TimeNs spring = at("2025-03-30", summer_time_zone);
  EXPECT_EQ(summer_time_zone.next_day_start(spring) - spring, 23 * hour_ns);
  const TimeNs autumn = at("2025-10-26", summer_time_zone);
  EXPECT_EQ(summer_time_zone.next_day_start(autumn) - autumn, 25 * hour_ns);
  EXPECT_EQ(summer_time_zone.day_start(autumn + 24 * hour_ns + 59 * minute_ns), autumn);
  EXPECT_EQ(summer_time_zone.next_month_start(spring) - summer_time_zone.month_start(spring), 31 * day_ns - hour_ns);
}

TEST(Calendar, DayBeginsAfterTheGapWhereMidnightDoesNotExist) {
  // Sao Paulo, 2018-11-04: the clock went from 00:00 to 01:00.
  const Calendar sao_paulo("America/Sao_Paulo");
  const TimeNs day = at("2018-11-04", sao_paulo);
  EXPECT_EQ(sao_paulo.local_time(day), (LocalTime{{2018, 11, 4}, 1, 0, 0, 0}));
  EXPECT_EQ(sao_paulo.day_start(day + 5 * hour_ns), day);
  EXPECT_EQ(sao_paulo.next_day_start(day - 1), day);
  EXPECT_EQ(sao_paulo.next_day_start(day) - day, 23 * hour_ns);
  EXPECT_EQ(sao_paulo.next_tick(day - 1, day_ns), day);
  EXPECT_EQ(sao_paulo.tick_at_or_before(day + hour_ns, day_ns), day);
  // 2018-02-17: from 24:00 back to 23:00; that hour belongs to the 17th both times.
  const TimeNs long_day = at("2018-02-17", sao_paulo);
  EXPECT_EQ(sao_paulo.next_day_start(long_day) - long_day, 25 * hour_ns);
}

TEST(Calendar, DayThatWasSkippedHasNoLength) {
  // Samoa crossed the date line: 2011-12-30 did not exist there.
  const Calendar samoa("Pacific/Apia");
  const TimeNs last = at("2011-12-29", samoa);
  const TimeNs next = samoa.next_day_start(last);
  EXPECT_EQ(next - last, day_ns);
  EXPECT_EQ(samoa.local_date(next), (LocalDate{2011, 12, 31}));
  EXPECT_EQ(samoa.start_of(LocalDate{2011, 12, 30}), next);
}

TEST(Calendar, TicksFollowTheLocalClockOverBothChanges) {
  const TimeNs before_gap = at("2025-03-30T01:45", summer_time_zone);
  EXPECT_EQ(summer_time_zone.format_iso(summer_time_zone.next_tick(before_gap, 15 * minute_ns)),
            "2025-03-30T03:00:00+02:00");
  const TimeNs first_half = at("2025-10-26T02:45+02:00", summer_time_zone);
  EXPECT_EQ(summer_time_zone.format_iso(summer_time_zone.next_tick(first_half, 15 * minute_ns)),
            "2025-10-26T02:00:00+01:00");
  // A tick of 2 h: 02:00 does not exist in spring, and the clock jumps over it.
  EXPECT_EQ(summer_time_zone.format_iso(summer_time_zone.next_tick(at("2025-03-30", summer_time_zone), 2 * hour_ns)),
            "2025-03-30T03:00:00+02:00");
  EXPECT_EQ(
      summer_time_zone.format_iso(summer_time_zone.next_tick(at("2025-03-30T03:00", summer_time_zone), 2 * hour_ns)),
      "2025-03-30T04:00:00+02:00");
}

TEST(Calendar, TicksAreWholeHoursOfAHalfHourZone) {
  const Calendar kolkata("Asia/Kolkata");
  const TimeNs t = at("2025-06-02T10:00:00Z", kolkata);  // 15:30 there
  EXPECT_EQ(kolkata.next_tick(t, hour_ns) - t, 30 * minute_ns);
  EXPECT_EQ(t - kolkata.tick_at_or_before(t, hour_ns), 30 * minute_ns);
}

TEST(Calendar, TickThatDoesNotDivideTheDayBeginsAgainAtMidnight) {
  const TimeNs last = at("2025-06-02T23:55", zone_without_summer_time);  // 7-minute ticks: 205 x 7 = 23:55
  EXPECT_EQ(zone_without_summer_time.tick_at_or_before(last, 7 * minute_ns), last);
  EXPECT_EQ(zone_without_summer_time.format_local(zone_without_summer_time.next_tick(last, 7 * minute_ns)),
            "2025-06-03 00:00");
}

TEST(Calendar, RefusesTicksOfNothingAndOfMoreThanADay) {
  EXPECT_THROW(zone_without_summer_time.next_tick(0, 0), std::invalid_argument);
  EXPECT_THROW(zone_without_summer_time.next_tick(0, day_ns + 1), std::invalid_argument);
  EXPECT_THROW(zone_without_summer_time.tick_at_or_before(0, -1), std::invalid_argument);
}

TEST(Calendar, LookupTellsOnceNeverAndTwice) {
  EXPECT_EQ(summer_time_zone.to_utc(2025, 6, 2, 12).exists, LocalExists::once);
  const LocalLookup never = summer_time_zone.to_utc(2025, 3, 30, 2, 30);
  EXPECT_EQ(never.exists, LocalExists::never);
  EXPECT_EQ(never.first_ns, at("2025-03-30T01:00:00Z", utc));
  EXPECT_EQ(never.offset_before_ns, hour_ns);
  EXPECT_EQ(never.offset_after_ns, 2 * hour_ns);
  const LocalLookup twice = summer_time_zone.to_utc(2025, 10, 26, 2, 30);
  EXPECT_EQ(twice.exists, LocalExists::twice);
  EXPECT_EQ(twice.first_ns, at("2025-10-26T00:30:00Z", utc));
  EXPECT_EQ(twice.second_ns, at("2025-10-26T01:30:00Z", utc));
  EXPECT_EQ(summer_time_zone.to_utc(2025, 10, 26, 3, 0).exists, LocalExists::once);
  EXPECT_EQ(summer_time_zone.to_utc(2025, 3, 30, 3, 0).exists, LocalExists::once);
  EXPECT_EQ(summer_time_zone.to_utc(2025, 3, 30, 2, 0).exists, LocalExists::never);
}

TEST(Calendar, SaysUntilWhenTheRulesAreKnown) {
  EXPECT_EQ(zone_without_summer_time.rules_known_until(), kernel::time_never);
  EXPECT_EQ(utc.rules_known_until(), kernel::time_never);
  EXPECT_GT(summer_time_zone.rules_known_until(), at("2037-12-01", summer_time_zone));
}

TEST(Calendar, EndsOfTimeAreReachedWithoutOverflow) {
  for (const Calendar& calendar :
       {zone_without_summer_time, summer_time_zone, Calendar("America/Los_Angeles"), Calendar("Asia/Manila")}) {
    for (const TimeNs t : {INT64_MIN, earliest_ns, latest_ns, kernel::time_never}) {
      EXPECT_NO_THROW(calendar.local_time(t));
      EXPECT_NO_THROW(calendar.day_start(t));
      EXPECT_LE(calendar.tick_at_or_before(t, day_ns), latest_ns);
    }
    EXPECT_EQ(calendar.next_tick(kernel::time_never, minute_ns), kernel::time_never);
    EXPECT_EQ(calendar.next_day_start(kernel::time_never), kernel::time_never);
    EXPECT_EQ(calendar.next_month_start(latest_ns), kernel::time_never);
    EXPECT_EQ(calendar.start_of(LocalDate{2262, 5, 1}), kernel::time_never);
    EXPECT_NO_THROW(calendar.start_of(LocalDate{1677, 1, 1}));
  }
}

TEST(Date, ArithmeticKnowsLeapYears) {
  EXPECT_EQ(days_in_month({2024, 2}), 29);
  EXPECT_EQ(days_in_month({1900, 2}), 28);
  EXPECT_FALSE(is_date(2025, 2, 30));
  EXPECT_FALSE(is_date(2025, 13, 1));
  EXPECT_EQ(add_months({2025, 1}, -1), (LocalMonth{2024, 12}));
  EXPECT_EQ(add_months({2025, 1}, 23), (LocalMonth{2026, 12}));
  EXPECT_EQ(weekday_of({1969, 12, 31}), Weekday::wednesday);
}

// --- properties ------------------------------------------------------------------------------------------------------

constexpr std::array<const char*, 6> zones = {"Europe/Amsterdam", "America/Sao_Paulo", "Australia/Lord_Howe",
                                              "America/St_Johns", "Asia/Kathmandu",    "Africa/Casablanca"};

// What the clock shows, asked of the calendar minute by minute: slow and plain.
TimeNs next_tick_by_walking(const Calendar& calendar, TimeNs t, TimeNs tick_ns) {
  const auto reading = [&](TimeNs time) { return time + calendar.offset_at(time).offset_ns; };
  const auto multiple = [&](TimeNs r) { return ((r % day_ns) + day_ns) % day_ns % tick_ns == 0; };
  for (TimeNs next = (t / minute_ns + 1) * minute_ns;; next += minute_ns) {
    if (multiple(reading(next))) return next;
    // A jump forward: were there multiples among the minutes it left out?
    for (TimeNs r = reading(next - minute_ns) + minute_ns; r < reading(next); r += minute_ns) {
      if (multiple(r)) return next;
    }
  }
}

RC_GTEST_PROP(CalendarProperty, NextTickIsTheFirstThatWalkingTheClockFinds, ()) {
  const Calendar calendar(*rc::gen::elementOf(std::vector<const char*>(zones.begin(), zones.end())));
  // Minutes of 2009 to 2026; half of the draws lie within two hours of a change of offset.
  TimeNs t = *rc::gen::inRange<TimeNs>(20'500'000, 29'900'000) * minute_ns;
  if (*rc::gen::arbitrary<bool>()) {
    const OffsetInterval interval = calendar.offset_at(t);
    if (interval.begin_ns > 0) t = interval.begin_ns + *rc::gen::inRange<TimeNs>(-120, 120) * minute_ns;
  }
  const TimeNs tick_ns = *rc::gen::element<TimeNs>(5, 7, 15, 30, 60, 120, 1440) * minute_ns;
  const TimeNs next = calendar.next_tick(t, tick_ns);
  RC_ASSERT(next == next_tick_by_walking(calendar, t, tick_ns));
  // And backwards: from anywhere before the next tick, the last one is at or before t.
  const TimeNs last = calendar.tick_at_or_before(next - 1, tick_ns);
  RC_ASSERT(last <= t);
  RC_ASSERT(calendar.next_tick(last, tick_ns) == next);
  RC_ASSERT(calendar.tick_at_or_before(next, tick_ns) == next);
}

RC_GTEST_PROP(CalendarProperty, CursorAnswersLikeTheCalendarWhateverTheOrder, ()) {
  const Calendar calendar(*rc::gen::elementOf(std::vector<const char*>(zones.begin(), zones.end())));
  LocalClock clock(calendar);
  for (const int step : *rc::gen::container<std::vector<int>>(20, rc::gen::inRange(15'000'000, 30'000'000))) {
    const TimeNs t = step * minute_ns + 1;
    RC_ASSERT(clock.local_date(t) == calendar.local_date(t));
    RC_ASSERT(clock.next_tick(t, 15 * minute_ns) == calendar.next_tick(t, 15 * minute_ns));
    RC_ASSERT(clock.next_day_start(t) == calendar.next_day_start(t));
    RC_ASSERT(calendar.day_start(t) <= t);
    RC_ASSERT(calendar.next_day_start(t) > t);
  }
}

RC_GTEST_PROP(CalendarProperty, IsoTextReadsBackToTheSameInstant, ()) {
  const Calendar calendar(*rc::gen::elementOf(std::vector<const char*>(zones.begin(), zones.end())));
  const TimeNs t = *rc::gen::inRange<TimeNs>(0, 2'000'000'000) * second_ns + *rc::gen::inRange<TimeNs>(0, second_ns);
  RC_ASSERT(parse_instant(calendar.format_iso(t), Calendar()) == t);
}

}  // namespace
}  // namespace evtwin::market
