#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "local_time.hpp"
#include "market/calendar.hpp"

namespace evtwin::market {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using test::message_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

const Calendar seoul("Asia/Seoul");
const Calendar berlin("Europe/Berlin");

TimeNs read(std::string_view text) { return parse_instant(text, seoul); }
std::string refusal(std::string_view text, const Calendar& calendar = seoul) {
  return message_of<TimeTextError>([&] { parse_instant(text, calendar); });
}

TEST(TimeText, ReadsDatesAndLocalTimesInTheZoneOfTheCalendar) {
  const TimeNs midnight = 1748790000 * second_ns;  // date -u -d '2025-06-01T15:00' +%s
  EXPECT_EQ(read("2025-06-02"), midnight);
  EXPECT_EQ(read("2025-06-02T14:00"), midnight + 14 * hour_ns);
  EXPECT_EQ(read("2025-06-02 08:00:05"), midnight + 8 * hour_ns + 5 * second_ns);
  EXPECT_EQ(read("2025-06-02 08:00:05.25"), midnight + 8 * hour_ns + 5 * second_ns + second_ns / 4);
  EXPECT_EQ(read("2025-06-02T08:00:00.123456789"), midnight + 8 * hour_ns + 123456789);
}

TEST(TimeText, OffsetsNameTheSameInstantInEveryForm) {
  const TimeNs t = read("2025-06-02T14:00:00+09:00");
  for (const char* text : {"2025-06-02 14:00+0900", "2025-06-02 14:00:00 +09", "2025-06-02T05:00:00Z",
                           "2025-06-01T22:00:00-07:00", "2025-06-02T05:00-00:00"}) {
    EXPECT_EQ(parse_instant(text, berlin), t) << text;
  }
}

TEST(TimeText, OffsetBeyondThoseOfTheWorldIsNamed) {
  EXPECT_THAT(refusal("2025-06-02 08:00:00+25:00"), AllOf(HasSubstr("+25:00"), HasSubstr("+14:00")));
  EXPECT_NE(refusal("2025-06-02 08:00:00+14:01"), "");
  EXPECT_NE(refusal("2025-06-02 08:00:00-12:01"), "");
  EXPECT_NE(refusal("2025-06-02 08:00:00+09:60"), "");
  EXPECT_NO_THROW(read("2025-06-02 08:00:00+14:00"));
  EXPECT_NO_THROW(read("2025-06-02 08:00:00-12:00"));
}

TEST(TimeText, RefusesWhatDoesNotExistAndSaysWhatIsRight) {
  EXPECT_THAT(refusal("2025-02-30"), AllOf(HasSubstr("2025-02-30"), HasSubstr("28 days")));
  EXPECT_THAT(refusal("2025-13-01"), HasSubstr("month 13"));
  EXPECT_THAT(refusal("2025-06-02T25:00"), AllOf(HasSubstr("2025-06-02T25:00"), HasSubstr("00 to 23")));
  EXPECT_THAT(refusal("2025-06-02T24:00"), HasSubstr("00 to 23"));
  EXPECT_THAT(refusal("2016-12-31T23:59:60"), HasSubstr("leap seconds"));
  EXPECT_THAT(refusal("10000-01-01"), AllOf(HasSubstr("10000"), HasSubstr("2262")));
  EXPECT_THAT(refusal("1600-01-01"), AllOf(HasSubstr("1600"), HasSubstr("1677")));
  EXPECT_THAT(refusal("2262-04-11"), HasSubstr("2262"));
  EXPECT_NO_THROW(read("2262-04-09"));
  EXPECT_NO_THROW(read("1677-09-23"));
}

TEST(TimeText, DatesWithSlashesAreRefusedWithBothReadings) {
  EXPECT_THAT(refusal("06/02/2025 08:00"),
              AllOf(HasSubstr("06/02/2025"), HasSubstr("write 2025-06-02"), HasSubstr("2025-02-06")));
  EXPECT_THAT(refusal("6/2/2025"), HasSubstr("write 2025-06-02"));
  EXPECT_THAT(refusal("2025/06/02"), HasSubstr("write dates as 2025-06-02"));
}

TEST(TimeText, RefusesEverythingThatIsNotExactlyATime) {
  for (const char* text : {"",
                           " 2025-06-02",
                           "2025-06-02 ",
                           "2025-6-2",
                           "2025-06-02T",
                           "2025-06-02T8:00",
                           "2025-06-02T08",
                           "2025-06-02T08:00:5",
                           "2025-06-02T08:00:05.",
                           "2025-06-02T08:00:05.1234567890",
                           "20250602",
                           "2025-06-02T08:00Zulu",
                           "2025-06-02T08:00+9",
                           "2025-06-02T08:00+09:0",
                           "2025-06-02T08:00+09:00x",
                           "2025-06-02X08:00",
                           "now",
                           "-2025-06-02",
                           "2025-06-02T08:00 KST",
                           "2025-06-02T-8:00"}) {
    EXPECT_NE(refusal(text), "") << text;
  }
}

TEST(TimeText, LocalTimeThatExistsTwiceNeedsAnOffset) {
  EXPECT_THAT(refusal("2025-10-26 02:30:00", berlin),
              AllOf(HasSubstr("02:30 exists twice on 2025-10-26 in Europe/Berlin"), HasSubstr("add an offset"),
                    HasSubstr("+02:00"), HasSubstr("+01:00")));
  EXPECT_EQ(parse_instant("2025-10-26 02:30:00+01:00", berlin) - parse_instant("2025-10-26 02:30:00+02:00", berlin),
            hour_ns);
}

TEST(TimeText, LocalTimeInTheGapNamesTheGap) {
  EXPECT_THAT(refusal("2025-03-30T02:30", berlin),
              AllOf(HasSubstr("02:30 does not exist on 2025-03-30"), HasSubstr("from 02:00 to 03:00")));
}

TEST(TimeText, DateAloneIsTheBeginningOfTheDayWhateverTheClockDoes) {
  const Calendar havana("America/Havana");  // 2024-11-03: from 01:00 back to 00:00
  const TimeNs day = parse_instant("2024-11-03", havana);
  EXPECT_EQ(havana.next_day_start(day) - day, 25 * hour_ns);
  EXPECT_NE(refusal("2024-11-03T00:30", havana), "");
}

TEST(TimeText, HostileTextIsShownEscapedAndCut) {
  const std::string message = refusal(std::string("2025-06-02\x1b[2J") + std::string(100'000, 'A'));
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_LT(message.size(), 300U);
}

TEST(TimeText, LookupRefusesTimesThatNoClockShows) {
  EXPECT_THAT(message_of<TimeTextError>([] { seoul.to_utc(2025, 2, 30); }), HasSubstr("2025-02-30"));
  EXPECT_THAT(message_of<TimeTextError>([] { seoul.to_utc(2025, 2, 1, 24); }), HasSubstr("0 to 23"));
  EXPECT_THAT(message_of<TimeTextError>([] { seoul.to_utc(2025, 2, 1, 0, 0, 60); }), HasSubstr("0 to 59"));
  EXPECT_THAT(message_of<TimeTextError>([] { seoul.to_utc(1600, 1, 1); }), HasSubstr("1677"));
}

TEST(TimeText, TimesOfDayRunFromMidnightTo24) {
  EXPECT_EQ(parse_minute_of_day("00:00"), 0);
  EXPECT_EQ(parse_minute_of_day("21:30"), 21 * 60 + 30);
  EXPECT_EQ(parse_minute_of_day("24:00"), 24 * 60);
  EXPECT_EQ(format_minute_of_day(24 * 60), "24:00");
  for (const char* text : {"24:01", "25:00", "8:00", "08:60", "08:00:00", "0800", "", "-1:00"}) {
    EXPECT_NE(message_of<TimeTextError>([&] { parse_minute_of_day(text); }), "") << text;
  }
}

TEST(TimeText, DatesReadAlone) {
  EXPECT_EQ(parse_date("2024-02-29"), (LocalDate{2024, 2, 29}));
  EXPECT_THROW(parse_date("2025-02-29"), TimeTextError);
  EXPECT_THROW(parse_date("2025-02-28T00:00"), TimeTextError);
  EXPECT_EQ(format_date({2024, 2, 9}), "2024-02-09");
  EXPECT_EQ(format_month({2024, 2}), "2024-02");
}

}  // namespace
}  // namespace evtwin::market
