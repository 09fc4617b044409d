// What is learned of drivers, against figures reckoned by hand.
#include "drivers.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <string>
#include <string_view>

#include "milp/site.hpp"
#include "view_problem.hpp"

namespace evtwin::milp::test {
namespace {

constexpr std::int64_t utc = 0;
/// 2026-03-02, a Monday, 00:00.
constexpr std::int64_t monday = 1'772'409'600'000'000'000;

/// Came at `at_h` of day `day`, claimed `claimed_h`, stayed `stayed_h`.
PastStay stay(int day, double at_h, double claimed_h, double stayed_h, double requested_kwh, double got_kwh,
              bool finished = true) {
  PastStay s;
  s.arrived_ns = monday + day * day_ns + static_cast<std::int64_t>(at_h * 3.6e12);
  s.claimed_ns = s.arrived_ns + static_cast<std::int64_t>(claimed_h * 3.6e12);
  s.left_ns = s.arrived_ns + static_cast<std::int64_t>(stayed_h * 3.6e12);
  s.requested_kwh = requested_kwh;
  s.got_kwh = got_kwh;
  s.max_kw = 7.0;
  s.finished = finished ? 1 : 0;
  return s;
}

// Kaplan and Meier by hand: of ten seen, two end at 0.5, three are lost sight of at 0.6, one ends at 0.8, four at 1.
TEST(ShareCurve, IsTheProductLimitEstimate) {
  ShareCurve curve;
  curve.add_share(0.5, true, 2.0);
  curve.add_share(0.6, false, 3.0);
  curve.add_share(0.8, true, 1.0);
  curve.add_share(1.0, true, 4.0);
  curve.build_curve();
  EXPECT_NEAR(curve.chance_beyond(0.49, 0.0), 1.0, 1e-12);
  EXPECT_NEAR(curve.chance_beyond(0.55, 0.0), 0.8, 1e-12);
  EXPECT_NEAR(curve.chance_beyond(0.9, 0.0), 0.8 * 4.0 / 5.0, 1e-12);
  EXPECT_NEAR(curve.chance_beyond(0.9, 0.55), 0.8, 1e-12);
  EXPECT_EQ(curve.chance_beyond(1.1, 0.0), 0.0);
  // Area below the curve: 0.5 + 0.3 x 0.8 + 0.2 x 0.64.
  EXPECT_NEAR(curve.mean_beyond(0.0), 0.5 + 0.3 * 0.8 + 0.2 * 0.64, 1e-9);
  EXPECT_NEAR(curve.mean_beyond(0.9), 0.1, 1e-9);
  EXPECT_NEAR(curve.come_to(0.7, 0.0), 0.8, 1e-9);
  EXPECT_NEAR(curve.come_to(0.5, 0.0), 1.0, 1e-9);
}

TEST(Drivers, BeforeAnybodyWasSeenTheyKeepTheirWord) {
  const Drivers drivers;
  const ShareCurve curve = drivers.stay_curve(stay(0, 8, 4, 0, 20, 0));
  EXPECT_EQ(curve.chance_beyond(0.99, 0.0), 1.0);
  EXPECT_EQ(curve.come_to(0.3, 0.5), 1.0);
  EXPECT_EQ(drivers.expected_groups(monday, utc, monday + day_ns).size(), 0U);
}

// One of five leaves early once one driver is there 11 min longer than claimed, half of those before the half; nobody
// does where all keep their word to 10 min.
TEST(Drivers, OneBrokenWordMakesTheOthersDoubtful) {
  const PastStay asked = stay(0, 8, 4, 0, 20, 0);
  Drivers loyal, doubtful;
  loyal.look_at_word(monday, monday + 10 * minute_ns, false);
  loyal.look_at_word(monday + 4 * hour_ns, monday, false);  // still there, long before it said to leave
  EXPECT_EQ(loyal.stay_curve(asked).chance_beyond(0.99, 0.0), 1.0);
  doubtful.look_at_word(monday, monday + 11 * minute_ns, false);
  EXPECT_NEAR(doubtful.stay_curve(asked).chance_beyond(0.99, 0.0), 0.8, 1e-12);
  EXPECT_NEAR(doubtful.stay_curve(asked).chance_beyond(0.5, 0.0), 0.9, 1e-12);
  EXPECT_EQ(doubtful.stay_curve(asked, EarlyLeaving::unheard_of).chance_beyond(0.99, 0.0), 1.0);
  // Who left early breaks it as well, and is one of nine by weight: 4 / 9 x 8 of the prior, and its own 4 / 9 and 1.
  Drivers early;
  early.add_stay(stay(0, 8, 4, 2, 20, 20));
  EXPECT_NEAR(early.stay_curve(asked).chance_beyond(0.99, 0.0), 0.8 * (32.0 / 9.0) / 5.0, 1e-9);
}

// Eight who left as they said count as much as the prior's eight, also for a car that is like none of them: half of the
// doubt is left.
TEST(Drivers, TheMoreKeepTheirWordTheLessItIsDoubted) {
  Drivers drivers;
  drivers.look_at_word(monday, monday + hour_ns, true);
  for (int k = 0; k < 8; ++k) drivers.add_stay(stay(k, 8, 8, 8, 20, 20));
  EXPECT_NEAR(drivers.stay_curve(stay(9, 20, 0.1, 0, 20, 0)).chance_beyond(0.99, 0.0), 1.0 - 0.2 / 2.0, 1e-3);
  for (int k = 8; k < 500; ++k) drivers.add_stay(stay(k, 8, 8, 8, 20, 20));
  EXPECT_GT(drivers.stay_curve(stay(501, 20, 0.1, 0, 20, 0)).chance_beyond(0.99, 0.0), 0.99);
}

TEST(Drivers, ThoseWhoClaimedALikeStayAtALikeTimeCountMost) {
  Drivers drivers;
  for (int k = 0; k < 40; ++k) {
    drivers.add_stay(stay(k, 8, 8, 8, 20, 20));   // all day, as they said
    drivers.add_stay(stay(k, 19, 2, 1, 20, 20));  // in the evening half as long
  }
  EXPECT_GT(drivers.stay_curve(stay(50, 8, 8, 0, 20, 0)).chance_beyond(0.6, 0.0), 0.95);
  EXPECT_LT(drivers.stay_curve(stay(50, 19, 2, 0, 20, 0)).chance_beyond(0.6, 0.0), 0.15);
}

TEST(Drivers, WhoLeftWhileDrawingWantedMore) {
  Drivers drivers;
  for (int k = 0; k < 100; ++k) drivers.add_stay(stay(k, 8, 8, 8, 20, 10, k % 2 == 0));
  // Half of them were full with half of it; of the others nobody knows but that it was more: they are like the prior.
  const ShareCurve taken = drivers.taken_curve(stay(200, 8, 8, 0, 20, 0));
  EXPECT_GT(taken.chance_beyond(0.52, 0.0), 0.45);
  EXPECT_LT(taken.chance_beyond(0.52, 0.0), 0.55);
}

TEST(Drivers, AMeanDayIsOneOfItsKind) {
  Drivers drivers;
  drivers.begin(monday);
  for (int day = 0; day < 5; ++day) {
    drivers.add_stay(stay(day, 9, 8, 8, 20, 12));
    if (day % 2 == 0) drivers.add_stay(stay(day, 9.5, 8, 8, 20, 12));  // three of five days
  }
  drivers.add_stay(stay(5, 13, 2, 2, 20, 5));  // Saturday
  const std::int64_t next_monday = monday + 7 * day_ns, next_saturday = monday + 12 * day_ns;
  const auto workday = drivers.expected_groups(next_monday, utc, next_monday + day_ns - 1);
  ASSERT_EQ(workday.size(), 1U);
  EXPECT_NEAR(workday[0].kwh, 12.0 * 8.0 / 5.0, 1e-9);
  EXPECT_NEAR(workday[0].max_kw, 7.0 * 8.0 / 5.0, 1e-9);
  EXPECT_NEAR(hours(workday[0].from_ns - next_monday), (5 * 9.0 + 3 * 9.5) / 8.0, 1e-9);
  const auto saturday = drivers.expected_groups(next_saturday, utc, next_saturday + day_ns - 1);
  ASSERT_EQ(saturday.size(), 1U);
  EXPECT_NEAR(saturday[0].kwh, 5.0, 1e-9);
  // Once its hour is over nobody is expected any more.
  EXPECT_EQ(drivers.expected_groups(next_saturday + 14 * hour_ns, utc, next_saturday + day_ns - 1).size(), 0U);
}

// A history of Monday to Wednesday, and a run from Monday two weeks later: of the days between nothing is known.
TEST(Drivers, AHistoryIsKnownAndWhatItLeavesOutIsNot) {
  Drivers drivers;
  for (int day = 0; day < 3; ++day) drivers.add_stay(stay(day, 9, 8, 6, 20, 12));
  const std::int64_t start = monday + 14 * day_ns;
  drivers.begin(start);
  const auto first = drivers.expected_groups(start, utc, start + day_ns - 1);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_NEAR(first[0].kwh, 12.0, 1e-9);
  // A day of the run on which nobody came counts.
  const auto second = drivers.expected_groups(start + day_ns, utc, start + 2 * day_ns - 1);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NEAR(second[0].kwh, 12.0 * 3.0 / 4.0, 1e-9);
}

// Nothing that is seen later is known before: a stay added after now changes no answer about a day that is over.
TEST(Drivers, TodayIsNotMadeOfToday) {
  Drivers drivers;
  drivers.begin(monday);
  drivers.add_stay(stay(0, 9, 8, 1, 20, 12));
  EXPECT_EQ(drivers.expected_groups(monday + hour_ns, utc, monday + day_ns - 1).size(), 0U);
}

TEST(NeededPeak, IsThatOfTheDearestInterval) {
  // 10 kWh within 08:00 to 10:00, 30 kWh within 09:00 to 15:00: 40 kWh in seven hours, 10 in two, 30 in six.
  const std::vector<PastStay> stays{stay(0, 8, 2, 2, 10, 10), stay(0, 9, 6, 6, 30, 30)};
  std::vector<double> net_kwh(96, 0.0);
  EXPECT_NEAR(needed_peak(stays, monday, net_kwh, 0.0, 0.0).kw, 40.0 / 7.0, 1e-9);
  // A storage gives 5 kWh, but no more than 1 kW.
  EXPECT_NEAR(needed_peak(stays, monday, net_kwh, 5.0, 1.0).kw, 35.0 / 7.0, 1e-9);
  // PV of 6 kW from 11:00 to 15:00 leaves 08:00 to 11:00: 10 kWh in two hours; and 16 kWh in seven.
  for (std::size_t q = 44; q < 60; ++q) net_kwh[q] = -1.5;
  EXPECT_NEAR(needed_peak(stays, monday, net_kwh, 0.0, 0.0).kw, 5.0, 1e-9);
  EXPECT_EQ(needed_peak(stays, monday, net_kwh, 0.0, 0.0).without_cars_kw, 0.0);
  net_kwh[0] = 5.0;  // a load of 20 kW for a quarter of an hour
  EXPECT_NEAR(needed_peak(stays, monday, net_kwh, 0.0, 0.0).without_cars_kw, 20.0, 1e-9);
}

TEST(PeakTarget, ManyDaysAheadMakeAKilowattCheaperAndManySeenDearer) {
  PeakTarget target;
  EXPECT_EQ(target.target_kw(), 0.0);
  EXPECT_EQ(target.share_of_days(0.0), 1.0);
  EXPECT_NEAR(target.share_of_days(30.0), 1.0 / 31.0, 1e-12);
}

ProblemTerms learned() {
  ProblemTerms terms;
  terms.learn_drivers = terms.beyond_request = true;
  return terms;
}

/// A site where drivers claim four hours and 14 kWh; the last one is there, with the EVSE `row`.
ViewProblem after(int seen, double stays_h, double takes_kwh, std::size_t steps = 32, ProblemTerms terms = learned(),
                  EvseRow row = {}) {
  ViewBuilder site = site_with(steps);
  site.evses.push_back({});
  SiteMemory memory;
  for (int k = 0; k < seen; ++k) {
    PastStay past;
    past.arrived_ns = site.now_ns - (k + 1) * day_ns;
    past.claimed_ns = past.arrived_ns + 4 * hour_ns;
    past.left_ns = past.arrived_ns + static_cast<std::int64_t>(stays_h * 3.6e12);
    past.requested_kwh = 14.0;
    past.got_kwh = takes_kwh;
    past.finished = 1;
    memory.drivers.add_stay(past);
  }
  EvseRow& car = site.evses[0] = std::move(row);
  car.session = 1;
  car.arrived_ns = site.now_ns;
  car.departs_ns = site.now_ns + 4 * hour;
  car.requested_kwh = 14.0;
  const evtwin_view& view = site.view();
  memory.learn_from(view);
  return problem_from_view(view, terms, memory);
}

TEST(LearnedDrivers, WhoLeaveEarlyMakeWaitingDear) {
  const auto word = after(0, 4, 14).problem.vehicles.at(0);
  EXPECT_EQ(word.end_step, 16U);
  EXPECT_THAT(word.step_charge_price_per_kwh, ::testing::Each(0.0));
  const auto early = after(60, 2, 14).problem.vehicles.at(0);
  EXPECT_LE(early.end_step, 9U);
  // Three of seven by weight are seen, and 3 / 11 of the prior's four go with them; of the other 8 / 11 0.8 stay.
  const auto mixed = after(3, 2, 14).problem.vehicles.at(0);
  EXPECT_EQ(mixed.end_step, 16U);
  const double stay_on = 0.8 * 4.0 * 8.0 / 11.0 / 7.0;
  EXPECT_NEAR(mixed.step_charge_price_per_kwh[15], (1.0 - stay_on) * mixed.unmet_price_per_kwh, 1e-9);
  EXPECT_EQ(mixed.step_charge_price_per_kwh[0], 0.0);
}

// With 30 days of the month left and none seen an unmet kWh counts 31 times, so that nothing is given up for the peak;
// that the driver may be gone counts once.
TEST(LearnedDrivers, AChanceToBeGoneIsNoTimesThirty) {
  ViewBuilder site = site_with(32);
  site.demand_price_per_kw = 15.0;
  site.evses.push_back({});
  EvseRow& car = site.evses[0];
  car.session = 1;
  car.arrived_ns = site.now_ns;
  car.departs_ns = site.now_ns + 4 * hour;
  car.requested_kwh = 14.0;
  evtwin_view view = site.view();
  view.unmet_price_per_kwh = 5.0;
  view.month_end_ns = view.now_ns + 30 * day_ns;
  ProblemTerms terms = learned();
  terms.demand_share = terms.peak_target_kw = from_view;
  SiteMemory memory;
  memory.drivers.look_at_word(view.now_ns - hour_ns, view.now_ns, true);
  memory.learn_from(view);
  const auto vehicle = problem_from_view(view, terms, memory).problem.vehicles.at(0);
  EXPECT_NEAR(vehicle.unmet_price_per_kwh, 31.0 * 5.0, 1e-9);
  EXPECT_NEAR(vehicle.step_charge_price_per_kwh[15], 0.2 * 5.0, 1e-9);
}

// One of five leaves half way, energy costs 0.2 and to go without 0.3: no sale at that price pays for the chance of 0.2
// that what was sold is not charged again. Drivers who keep their word are asked nothing for it.
TEST(LearnedDrivers, NoSaleOutweighsTheChanceThatALenderIsGone) {
  ProblemTerms terms = learned();
  terms.v2g = true;
  terms.unmet_price_per_kwh = 0.3;
  const auto mixed = after(1, 2, 14, 32, terms, v2g_car()).problem.vehicles.at(0);
  ASSERT_GT(mixed.max_discharge_kw, 0.0);
  EXPECT_GT(mixed.step_charge_price_per_kwh.at(15), 0.2 / (0.95 * 0.95));
  const auto loyal = after(6, 4, 14, 32, terms, v2g_car()).problem.vehicles.at(0);
  EXPECT_THAT(loyal.step_charge_price_per_kwh, ::testing::Each(0.0));
}

TEST(LearnedDrivers, WhoTakeHalfArePlannedWithHalf) {
  const auto vehicle = after(200, 4, 7).problem.vehicles.at(0);
  double unlikely_kwh = 0.0;
  for (const auto& later : vehicle.later) unlikely_kwh += later.kwh;
  EXPECT_NEAR(vehicle.wanted_kwh - unlikely_kwh, 7.1, 0.2);
  EXPECT_LE(vehicle.wanted_kwh, 7.5);
}

// Of 14 kWh few want the last 4.2; a stay of a quarter of an hour has room for less than 9.8, and all of it is as dear.
TEST(LearnedDrivers, OfAShortStayNothingIsUnlikely) {
  const auto unlikely_kwh = [](std::int64_t stay_ns) {
    ViewBuilder site = site_with(32);
    site.evses.push_back({});
    EvseRow& car = site.evses[0];
    car.session = 1;
    car.arrived_ns = site.now_ns;
    car.departs_ns = site.now_ns + stay_ns;
    car.requested_kwh = 14.0;
    const evtwin_view& view = site.view();
    SiteMemory memory;
    memory.learn_from(view);
    const auto vehicle = problem_from_view(view, learned(), memory).problem.vehicles.at(0);
    double kwh = 0.0;
    for (const auto& later : vehicle.later) kwh += later.kwh;
    return std::pair(kwh, vehicle.wanted_kwh);
  };
  const auto [of_short, all_of_short] = unlikely_kwh(15 * minute);
  EXPECT_EQ(of_short, 0.0);
  EXPECT_GT(all_of_short, 1.0);
  EXPECT_NEAR(unlikely_kwh(8 * hour).first, 4.2, 0.2);
}

// A stay beyond the horizon, where energy costs 0.2: what may still be had later never costs more than to go without.
TEST(LearnedDrivers, PoseASoundProblemWhateverUnmetEnergyCosts) {
  for (const double unmet : {0.0001, 0.1, 0.2, 0.3, 5.0}) {
    ProblemTerms terms = learned();
    terms.unmet_price_per_kwh = unmet;
    const ViewProblem posed = after(20, 4, 7, 4, terms);
    EXPECT_EQ(optimise::check_problem(posed.problem), "") << unmet;
    double later_kwh = 0.0;
    for (const auto& later : posed.problem.vehicles.at(0).later) later_kwh += later.kwh;
    EXPECT_LE(later_kwh, posed.problem.vehicles.at(0).wanted_kwh + 1e-12);
  }
}

TEST(LearnedDrivers, AreTheSameAfterACheckpoint) {
  Drivers before;
  before.begin(monday);
  for (int k = 0; k < 3000; ++k)
    before.add_stay(stay(k / 10, 8 + 0.5 * (k % 10), 4, 2 + k % 3, 20, 5 + k % 11, k % 2 == 0));
  std::string bytes;
  const evtwin_sink sink{&bytes, [](const evtwin_sink* to, const void* data, std::uint64_t n) {
                           static_cast<std::string*>(to->context)->append(static_cast<const char*>(data), n);
                           return EVTWIN_OK;
                         }};
  sdk::StateWriter writer(sink);
  before.save(writer);
  std::string_view left = bytes;
  const evtwin_source source{&left, [](const evtwin_source* from, void* to, std::uint64_t n) {
                               auto& rest = *static_cast<std::string_view*>(from->context);
                               const std::uint64_t some = std::min<std::uint64_t>(n, rest.size());
                               std::memcpy(to, rest.data(), some);
                               rest.remove_prefix(some);
                               return some;
                             }};
  sdk::StateReader reader(source);
  Drivers after;
  after.load(reader);
  EXPECT_TRUE(left.empty());
  const PastStay like = stay(400, 9, 4, 0, 20, 0);
  EXPECT_EQ(before.stay_curve(like).chance_beyond(0.7, 0.1), after.stay_curve(like).chance_beyond(0.7, 0.1));
  EXPECT_EQ(before.taken_curve(like).mean_beyond(0.2), after.taken_curve(like).mean_beyond(0.2));
  const std::int64_t now_ns = monday + 300 * day_ns;
  ASSERT_EQ(before.expected_groups(now_ns, utc, now_ns + day_ns).size(),
            after.expected_groups(now_ns, utc, now_ns + day_ns).size());
}

}  // namespace
}  // namespace evtwin::milp::test
