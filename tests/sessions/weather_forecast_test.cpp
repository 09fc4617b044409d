// Weather forecasts carry the instant of their issue, and nothing issued later is ever seen.
#include "sessions/weather_forecast.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "market/calendar.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFile;

WeatherTable weather_of(const std::string& content) {
  const TemporaryFile file(content);
  return read_kma_forecast("kma.json", file.path());
}

TimeNs seoul_time(const char* text) { return market::parse_instant(text, market::Calendar("Asia/Seoul")); }

std::string forecast_row(const char* base, const char* category, const char* target, const char* value) {
  return fmt::format(R"({{"baseDate":"20260601","baseTime":"{}","category":"{}","fcstDate":"20260601",)"
                     R"("fcstTime":"{}","fcstValue":{},"nx":60,"ny":127}})",
                     base, category, target, value);
}

std::string answer_of(const std::vector<std::string>& rows) {
  return fmt::format(
      R"({{"response":{{"header":{{"resultCode":"00"}},"body":{{"dataType":"JSON","items":{{"item":[{}]}}}}}}}})",
      fmt::join(rows, ","));
}

TEST(WeatherForecast, RowsAreValuesWithIssueAndTarget) {
  const WeatherTable table = weather_of(
      answer_of({forecast_row("0500", "TMP", "0900", "\"21\""), forecast_row("0500", "PCP", "0900", "\"강수없음\""),
                 forecast_row("0500", "PCP", "1000", "\"3.5mm\""), forecast_row("0500", "SKY", "0900", "3")}));
  ASSERT_EQ(table.values.size(), 4U);
  EXPECT_EQ(table.values[0].issued_ns, seoul_time("2026-06-01T05:00"));
  EXPECT_EQ(table.values[0].target_ns, seoul_time("2026-06-01T09:00"));
  EXPECT_EQ(table.values[0].value, 21.0);
  EXPECT_EQ(table.values[1].value, 0.0);
  EXPECT_EQ(table.values[2].value, 3.5);
  EXPECT_EQ(table.values[3].nx, 60);
  EXPECT_TRUE(table.left_out.empty());
}

TEST(WeatherForecast, WhatCanNotBeReadIsLeftOutAndListed) {
  const WeatherTable table = weather_of(
      answer_of({forecast_row("0500", "TMP", "0900", "20"), forecast_row("0500", "PCP", "0900", "\"1mm 미만\""),
                 forecast_row("0500", "TMP", "1000", "-999"), forecast_row("0500", "TMP", "0400", "18"),
                 forecast_row("0500", "TMP", "2500", "18"), forecast_row("0500", "TMP", "1100", "null"), R"("TMP")"}));
  EXPECT_EQ(table.values.size(), 1U);
  EXPECT_EQ(table.rows, 7U);
  ASSERT_EQ(table.left_out.size(), 6U);
  EXPECT_THAT(table.left_out[0], HasSubstr("kma.json:2: fcstValue '1mm 미만' is no number"));
  EXPECT_THAT(table.left_out[1], HasSubstr("kma.json:3: fcstValue stands for a missing one"));
  EXPECT_THAT(table.left_out[2], HasSubstr("kma.json:4: is of an hour that was past"));
  EXPECT_THAT(table.left_out[3], HasSubstr("kma.json:5: fcstDate '20260601' and fcstTime '2500' are no time"));
  EXPECT_THAT(table.left_out[4], HasSubstr("kma.json:6: has no fcstValue"));
  EXPECT_THAT(table.left_out[5], HasSubstr("kma.json:7: has no baseDate"));
  EXPECT_THAT(message_of<InputError>([] { weather_of("[]"); }), HasSubstr("no rows"));
  EXPECT_THAT(message_of<InputError>([] { weather_of("[{\"a\":1}]"); }), HasSubstr("none of its 1 rows"));
  EXPECT_EQ(message_of<InputError>(
                [] { weather_of(R"({"response":{"header":{"resultCode":"03","resultMsg":"NO_DATA"}}})"); }),
            "kma.json: is no forecast: KMA answered 03 NO_DATA; ask it again");
}

TEST(WeatherForecast, TheNewestIssueThatCouldBeHadCounts) {
  const WeatherTable table = weather_of("[" + forecast_row("0800", "TMP", "1200", "23") + "," +
                                        forecast_row("0500", "TMP", "1200", "20") + "]");
  const WeatherKnown known("kma.json", table.values);
  const TimeNs noon = seoul_time("2026-06-01T12:00");
  EXPECT_FALSE(known.newest("TMP", noon, seoul_time("2026-06-01T05:09:59")));
  EXPECT_EQ(known.newest("TMP", noon, seoul_time("2026-06-01T05:10"))->value, 20.0);
  EXPECT_EQ(known.newest("TMP", noon, seoul_time("2026-06-01T08:09:59"))->value, 20.0);
  EXPECT_EQ(known.newest("TMP", noon, seoul_time("2026-06-01T08:10"))->value, 23.0);
  EXPECT_FALSE(known.newest("REH", noon, seoul_time("2026-06-01T10:00")));
}

// Whatever is issued after now may be anything, and may be missing: what is seen at now stays as it is, to the bit.
TEST(WeatherForecast, ReplacingEverythingIssuedLaterChangesNothingNow) {
  std::mt19937 random(20260601);
  const auto draw = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const TimeNs begin = seoul_time("2026-06-01T00:00");
  int seen = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<WeatherValue> values;
    for (int i = 0; i < 150; ++i) {
      WeatherValue one;
      one.issued_ns = begin + draw(16) * 3 * kernel::hour_ns;
      one.target_ns = one.issued_ns + draw(48) * kernel::hour_ns;
      one.value = draw(1000);
      one.category = draw(2) == 0 ? "TMP" : "SKY";
      values.push_back(one);
    }
    const TimeNs now = begin + draw(48 * 60) * kernel::minute_ns;

    std::vector<WeatherValue> replaced;
    for (WeatherValue one : values) {
      if (one.issued_ns + kma_delay_ns > now) {
        if (draw(3) == 0) continue;
        one.value = -5000.0 - draw(1000);
      }
      replaced.push_back(one);
    }
    const WeatherKnown as_it_was("a", values), with_another_future("b", replaced);
    for (const char* category : {"TMP", "SKY"}) {
      for (int hour = 0; hour < 96; ++hour) {
        const TimeNs target = begin + hour * kernel::hour_ns;
        const auto a = as_it_was.newest(category, target, now), b = with_another_future.newest(category, target, now);
        ASSERT_EQ(a.has_value(), b.has_value());
        if (!a) continue;
        ++seen;
        ASSERT_EQ(a->value, b->value);
        ASSERT_LE(a->issued_ns, now);
        // No forecast of the same hour that could be had is newer: looked up one by one.
        for (const WeatherValue& one : values) {
          if (one.category == category && one.target_ns == target && one.issued_ns + kma_delay_ns <= now) {
            ASSERT_LE(one.issued_ns, a->issued_ns);
          }
        }
      }
    }
    ASSERT_EQ(as_it_was.targets(now), with_another_future.targets(now));
  }
  EXPECT_GT(seen, 1000);
}

}  // namespace
}  // namespace evtwin::sessions
