// How many vehicles may be expected: the truth, what came a day before, or the truth with an error of its own.
#include "control/forecast_arrivals.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel/random.hpp"

namespace evtwin::control {
namespace {

using demand::ArrivalLaw;
using demand::ArrivalStream;
using demand::Visit;
using kernel::day_ns;
using kernel::hour_ns;
using Kind = Forecast::Kind;

constexpr TimeNs arrivals_from_ns = 1748790000LL * 1'000'000'000LL;  // 2025-06-02T00:00 in Seoul
const market::Calendar arrivals_zone("Asia/Seoul");
const std::vector<physics::Vehicle> cars(1);

struct Came {
  double hour;  ///< after monday_ns
  double kwh;
};

ArrivalStream stream_of(const std::vector<Came>& came, TimeNs start_ns = arrivals_from_ns) {
  demand::Recorded law;
  for (const Came& c : came) {
    Visit visit;
    visit.arrival_ns = start_ns + static_cast<TimeNs>(c.hour * static_cast<double>(hour_ns));
    visit.departure_ns = visit.arrival_ns + hour_ns;
    visit.requested_kwh = c.kwh;
    visit.taken_kwh = 1e6;  // hidden: must not be seen
    law.visits.push_back(visit);
  }
  return {std::make_shared<const ArrivalLaw>(law), {7, 0, start_ns, start_ns + 28 * day_ns, arrivals_zone, &cars}};
}

/// A horizon of `steps` ticks of an hour from `now_ns` on.
Horizon hours_from(TimeNs now_ns, std::size_t steps, const market::Calendar& calendar = arrivals_zone,
                   TimeNs tick = hour_ns) {
  Horizon h;
  h.start_ns.push_back(now_ns);
  for (std::size_t k = 0; k < steps; ++k) h.start_ns.push_back(calendar.next_tick(h.start_ns.back(), tick));
  h.issued_ns = calendar.day_start(now_ns);
  return h;
}

using Values = std::vector<double>;

TEST(ExpectedArrivals, PerfectIsWhoWillComeAndWhatTheyWillRequest) {
  ArrivalForecaster forecaster({Kind::perfect, 0, 0}, arrivals_zone, hour_ns, 7, 0,
                               {stream_of({{8.0, 10}, {8.5, 4}, {9.0, 7}, {11.25, 3}, {12.0, 99}})});
  Horizon h = hours_from(arrivals_from_ns + 7 * hour_ns, 5);
  forecaster.fill_horizon(arrivals_from_ns + 7 * hour_ns, h);
  EXPECT_EQ(h.arrivals, (Values{0, 2, 1, 0, 1}));
  EXPECT_EQ(h.arrivals_kwh, (Values{0, 14, 7, 0, 3}));
}

// P(N <= n) of a Poisson number of mean 2: 0.135, 0.406, 0.677, 0.857, 0.947, 0.983.
TEST(PoissonLevel, IsTheLeastCountThatIsKeptWithThatProbability) {
  EXPECT_EQ(poisson_level(2.0, 0.1), 0.0);
  EXPECT_EQ(poisson_level(2.0, 0.4), 1.0);
  EXPECT_EQ(poisson_level(2.0, 0.5), 2.0);
  EXPECT_EQ(poisson_level(2.0, 0.9), 4.0);
  EXPECT_EQ(poisson_level(2.0, 0.97), 5.0);
  EXPECT_EQ(poisson_level(0.0, 0.99), 0.0);
  // The normal distribution takes over where the sum no longer can: within a vehicle of each other.
  for (const double level : {0.05, 0.5, 0.95})
    EXPECT_NEAR(poisson_level(600.1, level) - 600.1, poisson_level(599.9, level) - 599.9, 1.5);
}

TEST(ExpectedArrivals, LevelsArePoissonCountsUnlessAllIsKnown) {
  const auto filled = [](Kind kind) {
    ArrivalForecaster forecaster({kind, 0, 0}, arrivals_zone, hour_ns, 7, 0,
                                 {stream_of({{8.0, 10}, {8.5, 4}, {32.2, 3}, {32.4, 5}})});
    Horizon h = hours_from(arrivals_from_ns + 31 * hour_ns, 3);
    h.level = {0.1, 0.9};
    forecaster.fill_horizon(arrivals_from_ns + 31 * hour_ns, h);
    return h;
  };
  const Horizon yesterday = filled(Kind::yesterday);
  EXPECT_EQ(yesterday.arrivals, (Values{0, 2, 0}));
  EXPECT_EQ(yesterday.level_arrivals, (Values{0, 0, 0, 0, 4, 0}));
  EXPECT_EQ(yesterday.level_arrivals_kwh, (Values{0, 0, 0, 0, 28, 0}));  // 7 kWh each
  const Horizon perfect = filled(Kind::perfect);
  EXPECT_EQ(perfect.level_arrivals, (Values{0, 2, 0, 0, 2, 0}));
  EXPECT_EQ(perfect.level_arrivals_kwh, (Values{0, 8, 0, 0, 8, 0}));
}

TEST(ExpectedArrivals, WhoComesAtThisInstantIsHereAlready) {
  for (const Kind kind : {Kind::perfect, Kind::yesterday}) {
    ArrivalForecaster forecaster({kind, 0, 0}, arrivals_zone, hour_ns, 7, 0,
                                 {stream_of({{8, 1}, {8.5, 2}, {32, 1}, {32.5, 2}})});
    const TimeNs now_ns = arrivals_from_ns + 32 * hour_ns;
    Horizon h = hours_from(now_ns, 1);
    forecaster.fill_horizon(now_ns, h);
    EXPECT_EQ(h.arrivals, (Values{1}));
    EXPECT_EQ(h.arrivals_kwh, (Values{2}));
  }
}

TEST(ExpectedArrivals, YesterdayIsTheLatestDayThatHasBeenAndNothingWithoutOne) {
  ArrivalForecaster forecaster({Kind::yesterday, 0, 0}, arrivals_zone, hour_ns, 7, 0,
                               {stream_of({{9.5, 10}, {20.5, 20}, {33.5, 5}, {34.5, 6}})});
  // Monday 08:00: no day before.
  Horizon h = hours_from(arrivals_from_ns + 8 * hour_ns, 24);
  forecaster.fill_horizon(arrivals_from_ns + 8 * hour_ns, h);
  EXPECT_EQ(h.arrivals, Values(24, 0.0));
  // Tuesday 09:00, 50 hours: the first 24 are Monday's, the next 24 too, and Monday's 09:30 once more. What comes at
  // 09:30 and 10:30 today is not known.
  h = hours_from(arrivals_from_ns + 33 * hour_ns, 50);
  forecaster.fill_horizon(arrivals_from_ns + 33 * hour_ns, h);
  Values expected(50, 0.0);
  expected[0] = expected[24] = expected[48] = 10;
  expected[11] = expected[35] = 20;
  EXPECT_EQ(h.arrivals_kwh, expected);
  // An hour later today's 09:30 is a day that has been for tomorrow's.
  h = hours_from(arrivals_from_ns + 34 * hour_ns, 50);
  forecaster.fill_horizon(arrivals_from_ns + 34 * hour_ns, h);
  expected.assign(50, 0.0);
  expected[10] = expected[34] = 20;
  expected[23] = expected[47] = 5;
  EXPECT_EQ(h.arrivals_kwh, expected);
}

TEST(ExpectedArrivals, LawsOfASiteAddUp) {
  ArrivalForecaster forecaster({Kind::perfect, 0, 0}, arrivals_zone, hour_ns, 7, 0,
                               {stream_of({{1.5, 1}}), stream_of({}), stream_of({{1.25, 2}, {2.5, 4}})});
  Horizon h = hours_from(arrivals_from_ns, 3);
  forecaster.fill_horizon(arrivals_from_ns, h);
  EXPECT_EQ(h.arrivals, (Values{0, 2, 1}));
  EXPECT_EQ(h.arrivals_kwh, (Values{0, 3, 4}));
}

TEST(ExpectedArrivals, AnErrorIsDrawnOncePerIssueAndStepAndNeverMakesNegativeCars) {
  std::vector<Came> came;
  for (int i = 0; i < 400; ++i) came.push_back({i * 0.2 + 0.1, 10.0});
  const auto seen = [&](Forecast forecast, double hour, std::uint64_t seed = 7, std::uint64_t site = 0) {
    ArrivalForecaster forecaster(forecast, arrivals_zone, hour_ns, seed, site, {stream_of(came)});
    const TimeNs now_ns = arrivals_from_ns + static_cast<TimeNs>(hour * static_cast<double>(hour_ns));
    Horizon h = hours_from(now_ns, 12);
    forecaster.fill_horizon(now_ns, h);
    return h;
  };
  EXPECT_EQ(seen({Kind::noisy, 0, 0}, 3).arrivals, seen({Kind::perfect, 0, 0}, 3).arrivals);

  const Forecast noisy{Kind::noisy, 0.1, 0.4};
  const Horizon three = seen(noisy, 3), four = seen(noisy, 4), half_past = seen(noisy, 3.5), next_day = seen(noisy, 24);
  double sum = 0.0;
  for (std::size_t k = 0; k < 12; ++k) {
    EXPECT_NEAR(three.arrivals_kwh[k], 10.0 * three.arrivals[k], 1e-12);
    sum += three.arrivals[k] / 5.0 - 1.0;
  }
  for (std::size_t k = 1; k < 12; ++k) {
    EXPECT_EQ(three.arrivals[k], four.arrivals[k - 1]) << k;
    EXPECT_EQ(three.arrivals[k], half_past.arrivals[k]) << k;
  }
  // Of the step that has begun, what is left of it has the step's error: 2 or 3 cars of 5.
  EXPECT_NEAR(half_past.arrivals[0] / (three.arrivals[0] / 5.0),
              std::round(half_past.arrivals[0] / (three.arrivals[0] / 5.0)), 1e-9);
  EXPECT_NEAR(sum / 12, 0.1, 4 * 0.4 / std::sqrt(12.0));         // four standard errors
  EXPECT_NE(seen(noisy, 20).arrivals[5], next_day.arrivals[1]);  // 01:00 of the next day, as of another issue
  EXPECT_NE(seen(noisy, 3, 8).arrivals, three.arrivals);
  EXPECT_NE(seen(noisy, 3, 7, 1).arrivals, three.arrivals);
  const Horizon low = seen({Kind::noisy, -1.0, 0.5}, 3);
  EXPECT_EQ(*std::min_element(low.arrivals.begin(), low.arrivals.end()), 0.0);
  EXPECT_EQ(*std::min_element(low.arrivals_kwh.begin(), low.arrivals_kwh.end()), 0.0);
}

/// Two weeks around the night in which Berlin skips an hour, a tick, and an instant in it.
struct RandomCase {
  explicit RandomCase(std::uint64_t seed_of_case) : seed(seed_of_case) {
    tick_ns = hour_ns / 4 * static_cast<TimeNs>(1 + std::floor(real(0, 96)));
    now_ns = begin_ns + static_cast<TimeNs>(real(0, 13 * 24 * 60)) * kernel::minute_ns;
    steps = static_cast<std::size_t>(real(1, 200));
    for (double hour = 0.0; hour < 14 * 24; hour += std::floor(real(0, 60)) / 30.0) came.push_back({hour, real(1, 50)});
  }
  double real(double from, double to) { return from + (to - from) * kernel::draw_unit(seed, 1, 1, n++); }
  Horizon horizon(TimeNs at_ns) const { return hours_from(at_ns, steps, berlin, tick_ns); }
  Horizon seen(Kind kind, const std::vector<Came>& who) const {
    ArrivalForecaster forecaster({kind, 0, 0}, berlin, tick_ns, 7, 0, {stream_of(who, begin_ns)});
    Horizon h = horizon(now_ns);
    forecaster.fill_horizon(now_ns, h);
    return h;
  }

  const market::Calendar berlin{"Europe/Berlin"};
  const TimeNs begin_ns = market::days_since_epoch({2025, 3, 23}) * day_ns;
  std::uint64_t seed, n = 0;
  TimeNs tick_ns = 0, now_ns = 0;
  std::size_t steps = 0;
  std::vector<Came> came;
};

// Requirement: no strategy sees a value issued after now. Two worlds that agree up to now and differ ever after show
// the same; who may look ahead tells them apart.
RC_GTEST_PROP(ExpectedArrivals, YesterdayIsTheSameInWorldsThatDifferOnlyLater, (std::uint64_t seed)) {
  const RandomCase c(seed);
  std::vector<Came> other;
  for (const Came& came : c.came) {
    if (c.begin_ns + static_cast<TimeNs>(came.hour * static_cast<double>(hour_ns)) <= c.now_ns) other.push_back(came);
  }
  RC_ASSERT(c.seen(Kind::yesterday, c.came).arrivals_kwh == c.seen(Kind::yesterday, other).arrivals_kwh);
  const Values truth = c.seen(Kind::perfect, c.came).arrivals;
  double comes = 0.0;
  for (const double n : truth) comes += n;
  for (const double n : c.seen(Kind::perfect, other).arrivals) RC_ASSERT(n == 0.0);
  RC_CLASSIFY(comes > 0.0);
}

// By the definition, one arrival and step after the other.
RC_GTEST_PROP(ExpectedArrivals, AreWhatTheDefinitionSays, (std::uint64_t seed)) {
  const RandomCase c(seed);
  for (const Kind kind : {Kind::perfect, Kind::yesterday}) {
    const Horizon h = c.seen(kind, c.came);
    for (std::size_t k = 0; k < c.steps; ++k) {
      TimeNs from = std::max(h.start_ns[k], c.now_ns + 1), to = h.start_ns[k + 1];
      if (kind == Kind::yesterday) {
        const int minute = c.berlin.minute_of_day(to - 1);
        if (minute < 4 * 60) continue;  // some nights have it twice or not at all
        TimeNs back = 23 * hour_ns;
        while (to - 1 - back >= c.now_ns || c.berlin.minute_of_day(to - 1 - back) != minute) back += hour_ns;
        from -= back;
        to -= back;
      }
      double count = 0.0;
      for (const Came& came : c.came) {
        const TimeNs at = c.begin_ns + static_cast<TimeNs>(came.hour * static_cast<double>(hour_ns));
        count += at >= from && at < to ? 1.0 : 0.0;
      }
      RC_ASSERT(h.arrivals[k] == count);
    }
  }
}

// Whoever begins in the middle (a run that goes on from a checkpoint) sees what the one saw that was there all the
// time.
RC_GTEST_PROP(ExpectedArrivals, DoNotDependOnWhatWasAskedBefore, (std::uint64_t seed)) {
  const RandomCase c(seed);
  for (const Kind kind : {Kind::perfect, Kind::yesterday, Kind::noisy}) {
    ArrivalForecaster there({kind, 0.1, 0.2}, c.berlin, c.tick_ns, 7, 0, {stream_of(c.came, c.begin_ns)});
    ArrivalForecaster begins = there;
    Horizon seen;
    for (TimeNs t = c.begin_ns; t <= c.now_ns; t = c.berlin.next_tick(t, c.tick_ns)) {
      seen = c.horizon(t);
      there.fill_horizon(t, seen);
    }
    Horizon fresh = c.horizon(seen.start_ns[0]);
    begins.fill_horizon(seen.start_ns[0], fresh);
    RC_ASSERT(fresh.arrivals == seen.arrivals);
    RC_ASSERT(fresh.arrivals_kwh == seen.arrivals_kwh);
  }
}

}  // namespace
}  // namespace evtwin::control
