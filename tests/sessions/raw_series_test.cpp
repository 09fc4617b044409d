// Series as they stand in a table, Korean ones too.
#include "sessions/raw_series.hpp"

#include <gmock/gmock.h>

#include "support/temporary_file.hpp"

namespace evtwin::sessions {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::message_of;
using testing::TemporaryFile;

RawTable raw_of(const std::string& content, const char* zone = "Asia/Seoul",
                const std::vector<std::string>& columns = {}) {
  const TemporaryFile file(content);
  return read_raw_series("table.csv", file.path(), market::Calendar(zone), columns);
}

TEST(RawSeries, ColumnsAreSeriesAndEmptyCellsAreListed) {
  const RawTable table = raw_of(
      "지점,지점명,일시,기온(°C),일사(MJ/m2)\n108,서울,2026-01-01 06:00,-3.5,\n108,서울,2026-01-01 07:00,-3.1,0.02\n"
      "108,서울,2026-01-01 08:00,,0.3\n108,서울,2026-01-01 09:00,-2.0,0.8\n");
  ASSERT_EQ(table.series.size(), 2U);
  EXPECT_EQ(table.series[0].name, "기온(°C)");
  EXPECT_FALSE(table.series[0].is_amount);
  EXPECT_TRUE(table.series[1].is_amount);
  EXPECT_THAT(table.series[1].values, ElementsAre(0.02, 0.3, 0.8));
  EXPECT_TRUE(table.hours_end);
  EXPECT_FALSE(table.says_synthetic);
  ASSERT_EQ(table.left_out.size(), 2U);
  EXPECT_THAT(table.left_out[0], HasSubstr("table.csv:2: 일사(MJ/m2): '' is no number"));
  EXPECT_THAT(table.left_out[1], HasSubstr("table.csv:4: 기온(°C): ''"));
}

// The same header and row in CP949, as the bytes that a Korean spreadsheet writes.
TEST(RawSeries, Cp949IsRead) {
  const std::string header = "\xC0\xCF\xBD\xC3,\xC3\xE6\xC0\xFC\xB7\xAE(kWh)\n";  // 일시,충전량(kWh)
  const RawTable table = raw_of(header + "2026-01-01 00:00,1.5\n2026-01-01 01:00,2.5\n");
  ASSERT_EQ(table.series.size(), 1U);
  EXPECT_EQ(table.series[0].name, "충전량(kWh)");
  EXPECT_TRUE(table.series[0].is_amount);
  EXPECT_THAT(table.series[0].values, ElementsAre(1.5, 2.5));
  EXPECT_THAT(message_of<InputError>([] { raw_of("time,kw\n2026-01-01,\xFF\xFF\n"); }),
              HasSubstr("table.csv:2: is neither UTF-8 nor CP949"));
}

TEST(RawSeries, HoursOfTheClocksChangeAndRowsOutOfOrderAreLeftOut) {
  const RawTable table = raw_of(
      ",pv\n2017-03-12 01:59:00,1\n2017-03-12 02:30:00,2\n2017-03-12 03:00:00,3\n2017-03-12 03:00:00,4\nx,5\n"
      "2017-03-12 03:01:00,nan\n2017-03-12 03:02:00,6\n2017-03-12 03:03:00,7\n",
      "America/Los_Angeles");
  ASSERT_EQ(table.series.size(), 1U);
  EXPECT_THAT(table.series[0].values, ElementsAre(1, 3, 6, 7));
  EXPECT_EQ(table.series[0].times_ns[1] - table.series[0].times_ns[0], kernel::minute_ns);
  EXPECT_EQ(usual_step(table.series[0].times_ns), kernel::minute_ns);
  EXPECT_EQ(table.left_out.size(), 4U);
  EXPECT_EQ(table.rows, 8U);
}

TEST(RawSeries, WhatHoldsNoSeriesIsRefused) {
  EXPECT_THAT(message_of<InputError>([] { raw_of("time,name\n2026-01-01,a\n2026-01-02,b\n"); }),
              HasSubstr("has no series"));
  EXPECT_THAT(message_of<InputError>([] { raw_of("a,b\nx,1\ny,2\n"); }), HasSubstr("2 of 2 rows have no time"));
  EXPECT_THAT(message_of<InputError>([] { raw_of("time,kw\n2026-01-01,1\n2026-01-02,2\n", "UTC", {"pv"}); }),
              HasSubstr("column 'pv' is missing"));
}

TEST(RawSeries, AmountsAreKnownByTheirUnit) {
  const RawTable table = raw_of(
      "time,load_kwh,kWh/h,pv_kw,rain (mm),irradiance (W/m2),E (Wh)\n2026-01-01,1,1,1,1,1,1\n2026-01-02,1,1,1,1,1,1\n",
      "UTC");
  std::vector<bool> amounts;
  for (const RawSeries& series : table.series) amounts.push_back(series.is_amount);
  EXPECT_THAT(amounts, ElementsAre(true, false, false, true, false, true));
}

}  // namespace
}  // namespace evtwin::sessions
