// Demand response as scenarios write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

std::vector<twin::LimitCut> cuts(const std::string& entry, const std::string& in_scenario = "") {
  return load_text(scenario_text("demand_response = { " + entry + " }", in_scenario)).world.sites[0].cuts;
}
std::string response_error(const std::string& entry) {
  return load_error(scenario_text("demand_response = { " + entry + " }"));
}

TEST(DemandResponseLanguage, ACutHasABeginALengthALimitAndANotice) {
  const auto one = cuts("{ from = '2025-06-02T18:00', hours = 1.5, limit_kw = 60, notice_min = 30 }");
  ASSERT_EQ(one.size(), 1U);
  const twin::TimeNs six = 1748790000LL * 1'000'000'000LL + 18 * kernel::hour_ns;  // 18:00 in Seoul
  EXPECT_EQ(one[0].from_ns, six);
  EXPECT_EQ(one[0].to_ns, six + 90 * kernel::minute_ns);
  EXPECT_EQ(one[0].announced_ns, six - 30 * kernel::minute_ns);
  EXPECT_EQ(one[0].limit_kw, 60.0);
  const auto share = cuts("{ from = '2025-06-02T18:00', to = '2025-06-02T19:00', reduce_percent = 25 }");
  EXPECT_EQ(share[0].reduce_fraction, 0.25);
  EXPECT_EQ(share[0].announced_ns, six - 15 * kernel::minute_ns);
}

TEST(DemandResponseLanguage, ADailyCutComesByTheLocalClockAndReachesInFromTheDayBefore) {
  EXPECT_EQ(cuts("{ every_day_at = '18:00', hours = 1, reduce_percent = 25 }").size(), 1U);
  const auto week = cuts("{ every_day_at = '23:30', hours = 1, limit_kw = 5 }", "days = 7");
  ASSERT_EQ(week.size(), 8U);  // the first from Sunday into Monday
  for (std::size_t i = 1; i < week.size(); ++i) EXPECT_EQ(week[i].from_ns - week[i - 1].from_ns, kernel::day_ns);
  // Amsterdam, the last Sunday of March 2025: 23 hours lie between the cuts of Saturday and Sunday.
  const auto march = cuts("{ every_day_at = '18:00', hours = 1, limit_kw = 5 }",
                          "start = '2025-03-29', days = 2, timezone = 'Europe/Amsterdam'");
  ASSERT_EQ(march.size(), 2U);
  EXPECT_EQ(march[1].from_ns - march[0].from_ns, 23 * kernel::hour_ns);
  // 02:30 does not exist on that Sunday: the cut begins where the clock goes on, at 03:00.
  const auto gap = cuts("{ every_day_at = '02:30', hours = 1, limit_kw = 5 }",
                        "start = '2025-03-30', days = 1, timezone = 'Europe/Amsterdam'");
  ASSERT_EQ(gap.size(), 1U);
  EXPECT_EQ(load_text(scenario_text("", "start = '2025-03-30', timezone = 'Europe/Amsterdam'"))
                .world.calendar.format_local(gap[0].from_ns),
            "2025-03-30 03:00");
}

TEST(DemandResponseLanguage, CutsThatDoNotTouchTheRunAreNoCuts) {
  EXPECT_TRUE(cuts("{ from = '2025-06-01T18:00', hours = 6, limit_kw = 5 }").empty());
  EXPECT_TRUE(cuts("{ from = '2025-06-03T00:00', hours = 6, limit_kw = 5 }").empty());
  EXPECT_EQ(cuts("{ from = '2025-06-01T18:00', hours = 7, limit_kw = 5 }").size(), 1U);
}

TEST(DemandResponseLanguage, SaysWhatIsMissingOrTooMuch) {
  EXPECT_THAT(response_error("{ hours = 1, limit_kw = 5 }"), HasSubstr("needs from or every_day_at, one of them"));
  EXPECT_THAT(response_error("{ from = '2025-06-02T18:00', every_day_at = '18:00', hours = 1, limit_kw = 5 }"),
              HasSubstr("needs from or every_day_at, one of them"));
  EXPECT_THAT(response_error("{ from = '2025-06-02T18:00', limit_kw = 5 }"),
              HasSubstr("needs hours or to, one of them"));
  EXPECT_THAT(response_error("{ from = '2025-06-02T18:00', hours = 1 }"),
              HasSubstr("needs limit_kw or reduce_percent"));
  EXPECT_THAT(response_error("{ every_day_at = '18:00', to = '2025-06-02T19:00', limit_kw = 5 }"),
              HasSubstr("has hours"));
  EXPECT_THAT(response_error("{ from = '2025-06-02T18:00', to = '2025-06-02T18:00', limit_kw = 5 }"),
              HasSubstr("must be later than from"));
  EXPECT_THAT(response_error("{ every_day_at = '25:00', hours = 1, limit_kw = 5 }"), HasSubstr("every_day_at"));
  EXPECT_THAT(response_error("{ from = '2025-06-02T18:00', hours = 1, reduce_percent = 120 }"),
              HasSubstr("reduce_percent = 120 must be from 0 to 100"));
  EXPECT_THAT(response_error("{ from = '2025-06-02T18:00', hours = 1, limit_kw = 5, notice = 3 }"),
              HasSubstr("unknown key 'notice'"));
  EXPECT_THAT(load_error("return scenario { start = '2025-06-02', days = 1, timezone = 'UTC', arrivals = "
                         "arrivals.poisson { per_hour = 1, energy_kwh = 10, stay_h = 3 }, site { stations = { { name = "
                         "'A', evses = 2, kw = 7 } }, demand_response = { { every_day_at = '18:00', hours = 1, "
                         "reduce_percent = 25 } } } }"),
              HasSubstr("the site needs contract_kw"));
}

}  // namespace
}  // namespace evtwin::scenario::testing
