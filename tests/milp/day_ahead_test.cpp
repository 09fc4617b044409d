// A day that was planned, and a day that went otherwise: late, missing, unannounced cars, and ones that leave early.
#include <gmock/gmock.h>

#include "milp/day.hpp"

namespace evtwin::milp::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<evtwin_param_value> day_ahead{{"mode", 0.0, "day-ahead"}};

/// An EVSE reserved for 14 kWh from 01:00 to 07:00.
EvseRow reserved() {
  return {.reserved_from_ns = start + hour, .reserved_until_ns = start + 7 * hour, .reserved_kwh = 14.0};
}

/// Cheap from 01:00 to 03:00.
Day cheap_at_one() {
  Day day{.buy_per_kwh = std::vector<double>(32, 0.30)};
  std::fill_n(day.buy_per_kwh.begin() + 4, 8, 0.10);
  return day;
}

void come(EvseRow& row, std::int64_t now_ns, std::int64_t departs_ns, std::uint64_t session, double kwh = 14.0) {
  row.session = session;
  row.arrived_ns = now_ns;
  row.departs_ns = departs_ns;
  row.requested_kwh = kwh;
  row.got_kwh = 0.0;
  row.setpoint_kw = row.power_kw = 0.0;
  row.reserved_from_ns = row.reserved_until_ns = 0;
  row.reserved_kwh = 0.0;
}

TEST(DayAhead, AnnouncedCarsThatComeAsAnnouncedFollowThePlan) {
  ViewBuilder site;
  site.evses.push_back(reserved());
  Day day = cheap_at_one();
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 4) come(now.evses[0], now.now_ns, start + 7 * hour, 1);
  };
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.cost, 1.40, 1e-6);
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-6);
  EXPECT_THAT(out.said, IsEmpty());
}

TEST(DayAhead, ALateCarIsServedAllTheSameAndTheDeviationIsTold) {
  ViewBuilder site;
  site.evses.push_back(reserved());
  Day day = cheap_at_one();
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 10) come(now.evses[0], now.now_ns, start + 7 * hour, 1);  // 02:30
  };
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-6);
  // What the plan meant for it is given as soon as it is there: half an hour of it is still cheap.
  EXPECT_NEAR(out.cost, 3.5 * 0.10 + 10.5 * 0.30, 1e-6);
  // Once when it should have charged and was not there, once when it came.
  ASSERT_EQ(out.said.size(), 2U);
  EXPECT_THAT(out.said[0], HasSubstr("the day goes otherwise than planned"));
  EXPECT_THAT(out.said[0], HasSubstr("not come: 1, that came late: 0"));
  EXPECT_THAT(out.said[1], HasSubstr("not come: 0, that came late: 1"));
}

TEST(DayAhead, AMissingCarLeavesTheOthersAsTheyWereAndIsNamed) {
  ViewBuilder site;
  site.evses.push_back(reserved());
  site.car({.departs_ns = start + 7 * hour});
  const Outcome out = live("lp", site, cheap_at_one(), day_ahead);
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-6);
  EXPECT_NEAR(out.cost, 1.40, 1e-6);
  ASSERT_EQ(out.said.size(), 1U);
  EXPECT_THAT(out.said[0], HasSubstr("not come: 1, that came late: 0; cars that left early: 0"));
}

TEST(DayAhead, ACarThatLeavesEarlyIsNamedAndTheOthersGetWhatTheyWant) {
  ViewBuilder site;
  site.contract_kw = 7.0;
  site.car({.departs_ns = start + 7 * hour});
  site.car({.departs_ns = start + 7 * hour});
  Day day = cheap_at_one();
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 6) now.evses[0].session = 0;  // 01:30, before it had its energy
  };
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.charged_kwh[1], 14.0, 1e-6);
  ASSERT_EQ(out.said.size(), 1U);
  EXPECT_THAT(out.said[0], HasSubstr("cars that left early: 1"));
}

TEST(DayAhead, AnUnannouncedCarIsChargedBeforeItLeaves) {
  ViewBuilder site;
  site.evses.push_back({});
  Day day = cheap_at_one();
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 4) come(now.evses[0], now.now_ns, start + 4 * hour, 1);
  };
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-6);
}

// Half of its power from 01:30 on: 7 kWh by then and 3.5 kWh in the cheap hour that is left, the rest is dear.
TEST(DayAhead, ACarThatTakesLessThanPlannedGetsTheRestLater) {
  ViewBuilder site;
  site.car({.departs_ns = start + 7 * hour});
  Day day = cheap_at_one();
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 6) now.evses[0].car_max_kw = 3.5;
  };
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-6);
  EXPECT_NEAR(out.cost, (3.5 + 5.25) * 0.10 + 5.25 * 0.30, 1e-6);
  ASSERT_FALSE(out.said.empty());
  EXPECT_THAT(out.said[0], HasSubstr("that took more or less than planned: 1"));
}

// The announced car wants twice what was announced: seen when it comes, not when it leaves.
TEST(DayAhead, ACarThatWantsMoreThanAnnouncedGetsIt) {
  ViewBuilder site;
  site.evses.push_back(reserved());
  Day day = cheap_at_one();
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 4) come(now.evses[0], now.now_ns, start + 7 * hour, 1, 28.0);
  };
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-6);
  EXPECT_NEAR(out.cost, 14.0 * 0.10 + 14.0 * 0.30, 1e-6);
}

// 14 kWh flat over the car's 8 h are 1.75 kW above a load of 10 kW. An hour of 11.75 kW that nobody foresaw: the car
// gives way, and has 10.5 kWh left for five hours, 2.1 kW.
TEST(DayAhead, ALoadAboveTheForecastIsRepairedBeforeItLiftsThePeak) {
  ViewBuilder site;
  site.car();
  site.demand_price_per_kw = 10.0;
  Day day{.buy_per_kwh = std::vector<double>(32, 0.2), .load_kw = std::vector<double>(32, 10.0)};
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n >= 8 && n < 12) now.load_kw = now.horizon_load.front() = 11.75;
  };
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-6);
  EXPECT_LT(out.peak_kw, 12.5);  // 13.5 if the plan were only followed
}

TEST(DayAhead, ExpectsWhatIsPaid) {
  ViewBuilder site;
  site.evses.push_back(reserved());
  site.load_kw = 5.0;
  site.buy = 0.30;
  site.horizon_buy = cheap_at_one().buy_per_kwh;
  Day day = cheap_at_one();
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 4) come(now.evses[0], now.now_ns, start + 7 * hour, 1);
  };
  EXPECT_NEAR(ask("lp", site, day_ahead).expected_cost, live("lp", site, day, day_ahead).cost, 1e-6);
}

TEST(DayAhead, TheNextDayIsPlannedAnew) {
  ViewBuilder site;
  site.car({.departs_ns = start + 44 * hour, .requested_kwh = 7.0});
  Day day{.buy_per_kwh = std::vector<double>(4 * 48, 0.30)};
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n == 96) {
      now.evses[0].requested_kwh = 14.0;  // the driver asks for more
    }
  };
  std::fill_n(day.buy_per_kwh.begin() + 8, 8, 0.10);
  std::fill_n(day.buy_per_kwh.begin() + 96 + 40, 8, 0.10);
  const Outcome out = live("lp", site, day, day_ahead);
  EXPECT_NEAR(out.cost, 1.40, 1e-6);
}

TEST(DayAhead, StorageFollowsItsPlan) {
  ViewBuilder site;
  site.load_kw = 30.0;
  site.storages.push_back({.soc = 0.1});
  site.storage_policy = EVTWIN_STORAGE_ARBITRAGE;
  const Outcome out = live("lp", site, {.buy_per_kwh = dear_then_cheap(4, 8, 0.10, 0.50)}, day_ahead);
  // 80 kWh stored for 80 / 0.95, given back as 76 kWh when dear.
  EXPECT_NEAR(out.cost, 4 * 30.0 * 0.10 + 80.0 / 0.95 * 0.10 + (120.0 - 76.0) * 0.50, 1e-4);
}

}  // namespace
}  // namespace evtwin::milp::test
