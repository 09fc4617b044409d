#include "demand/arrivals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace evtwin::demand {
namespace {

using kernel::day_ns;
using kernel::hour_ns;

const market::Calendar seoul("Asia/Seoul");
const market::Calendar berlin("Europe/Berlin");

TimeNs at(std::string_view text, const market::Calendar& calendar = seoul) {
  return market::parse_instant(text, calendar);
}

physics::Vehicle car(double capacity_kwh, double share) {
  physics::Vehicle vehicle;
  vehicle.share = share;
  vehicle.battery.capacity_kwh = capacity_kwh;
  vehicle.battery.charge_efficiency = 0.9;
  return vehicle;
}

/// A small car, and one that can feed back, three times as frequent.
std::vector<physics::Vehicle> two_cars() {
  std::vector<physics::Vehicle> cars{car(40.0, 1.0), car(80.0, 3.0)};
  cars[1].v2g_capable = true;
  return cars;
}

Poisson law_of(double rate_per_h) {
  Poisson law;
  law.name = "staff";
  law.rate_per_h.assign(168, rate_per_h);
  law.energy_kwh = {Distribution::Kind::lognormal, 10.0, 0.6, 0.0, physics::infinite, {}};
  law.stay_h = {Distribution::Kind::exponential, 4.0, 0.0, 0.5, 24.0, {}};
  law.vehicles = {0, 1};
  return law;
}

std::vector<Visit> all_of(const ArrivalLaw& law, TimeNs start_ns, TimeNs end_ns,
                          const market::Calendar& calendar = seoul, std::uint64_t seed = 7, std::uint64_t source = 0) {
  const std::vector<physics::Vehicle> cars = two_cars();
  ArrivalStream stream(std::make_shared<const ArrivalLaw>(law), {seed, source, start_ns, end_ns, calendar, &cars});
  std::vector<Visit> visits;
  Visit visit;
  while (stream.next_visit(visit)) visits.push_back(visit);
  EXPECT_FALSE(stream.next_visit(visit));  // the end stays the end
  return visits;
}

/// Within five standard errors of a Poisson count.
void expect_count(std::size_t count, double expected) {
  EXPECT_NEAR(static_cast<double>(count), expected, 5.0 * std::sqrt(expected));
}

std::size_t count_if(const std::vector<Visit>& visits, auto condition) {
  return static_cast<std::size_t>(std::count_if(visits.begin(), visits.end(), condition));
}

const TimeNs monday = at("2025-06-02");

/// Spearman's, of figures that differ from each other.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto ranks = [](const std::vector<double>& values) {
    std::vector<double> sorted = values, out;
    std::sort(sorted.begin(), sorted.end());
    for (const double value : values)
      out.push_back(static_cast<double>(std::lower_bound(sorted.begin(), sorted.end(), value) - sorted.begin()));
    return out;
  };
  const std::vector<double> x = ranks(a), y = ranks(b);
  const auto n = static_cast<double>(a.size());
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (x[i] - y[i]) * (x[i] - y[i]);
  return 1.0 - 6.0 * squares / (n * (n * n - 1.0));
}

// The same visits, but for energies that do not fit into their stays at 4 kW.
TEST(Poisson, EnergyIsCutToWhatFitsIntoTheStay) {
  Poisson law = law_of(5.0);
  law.vehicles = {1};
  law.energy_kwh = {Distribution::Kind::uniform, 5.0, 30.0, 0.0, physics::infinite, {}};
  const std::vector<Visit> free = all_of(law, monday, monday + 10 * day_ns);
  law.max_mean_kw = 4.0;
  const std::vector<Visit> cut = all_of(law, monday, monday + 10 * day_ns);
  ASSERT_EQ(free.size(), cut.size());
  std::size_t cuts = 0;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const double fits_kwh = 4.0 * kernel::hours_between(cut[i].arrival_ns, cut[i].departure_ns);
    EXPECT_EQ(cut[i].departure_ns, free[i].departure_ns);
    EXPECT_DOUBLE_EQ(cut[i].taken_kwh, std::min(free[i].taken_kwh, fits_kwh));
    cuts += free[i].taken_kwh > fits_kwh ? 1U : 0U;
  }
  EXPECT_GT(cuts, 0U);
  EXPECT_LT(cuts, cut.size());
}

// Spearman's rank correlation of a Gaussian copula is 6/pi asin(r / 2): 0.7 gives 0.6829. Among 3,600 visits its
// standard error is at most 1/60. The law of the energies alone is the same whatever the copula: their distribution
// functions differ by no more than those of two samples of one law do in one case of a thousand, 1.95 sqrt(2 / n).
TEST(Poisson, EnergyGoesWithTheStayAndKeepsItsOwnLaw) {
  Poisson law = law_of(5.0);
  law.vehicles = {1};
  law.energy_kwh = {Distribution::Kind::uniform, 5.0, 30.0, 0.0, physics::infinite, {}};
  const auto energies_and_stays = [&](double copula) {
    law.energy_with_stay = copula;
    std::pair<std::vector<double>, std::vector<double>> out;
    for (const Visit& visit : all_of(law, monday, monday + 30 * day_ns)) {
      out.first.push_back(visit.taken_kwh);
      out.second.push_back(kernel::hours_between(visit.arrival_ns, visit.departure_ns));
    }
    return out;
  };

  const auto [apart, apart_h] = energies_and_stays(0.0);
  const auto [together, together_h] = energies_and_stays(0.7);
  ASSERT_EQ(apart_h, together_h);  // the stays are the very same
  EXPECT_NEAR(rank_correlation(apart, apart_h), 0.0, 3.0 / 60.0);
  EXPECT_NEAR(rank_correlation(together, together_h), 6.0 / std::acos(-1.0) * std::asin(0.35), 3.0 / 60.0);
  std::vector<double> a = apart, b = together;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double most = 0.0;
  for (double kwh = 5.0; kwh < 30.0; kwh += 0.1) {
    const auto share = [&](const std::vector<double>& sorted) {
      const auto below = std::lower_bound(sorted.begin(), sorted.end(), kwh) - sorted.begin();
      return static_cast<double>(below) / static_cast<double>(sorted.size());
    };
    most = std::max(most, std::abs(share(a) - share(b)));
  }
  EXPECT_LT(most, 1.95 * std::sqrt(2.0 / static_cast<double>(a.size())));

  // At the ends one is a function of the other.
  const auto [rising, rising_h] = energies_and_stays(1.0);
  EXPECT_GT(rank_correlation(rising, rising_h), 0.9);  // stays of half an hour and of a day are clipped: ties
  const auto [falling, falling_h] = energies_and_stays(-1.0);
  EXPECT_LT(rank_correlation(falling, falling_h), -0.9);
}

TEST(Poisson, DriversClaimBySharesOfWhatComesTrue) {
  Poisson law = law_of(2.0);
  law.claim_stay_factor = {Distribution::Kind::fixed, 0.5, 0.0, 0.0, 100.0, {}};
  law.claim_energy_factor = {Distribution::Kind::fixed, 2.0, 0.0, 0.0, 100.0, {}};
  law.soc_target = {Distribution::Kind::uniform, 0.6, 0.9, 0.0, 1.0, {}};
  const std::vector<physics::Vehicle> cars = two_cars();
  std::size_t targets = 0;
  for (const Visit& visit : all_of(law, monday, monday + 7 * day_ns)) {
    EXPECT_DOUBLE_EQ(visit.requested_kwh, 2.0 * visit.taken_kwh);
    EXPECT_NEAR(kernel::hours_between(visit.arrival_ns, visit.claimed_departure_ns),
                0.5 * kernel::hours_between(visit.arrival_ns, visit.departure_ns), 1e-9);
    const physics::BatterySpec& battery = cars[visit.vehicle].battery;
    const double leaves_at = visit.soc_start + visit.taken_kwh * battery.charge_efficiency / battery.capacity_kwh;
    targets += leaves_at > 0.6 - 1e-9 && leaves_at < 0.9 + 1e-9 ? 1 : 0;
  }
  EXPECT_GT(targets, 250U);  // of 336 expected; those that take more than that leave full
}

TEST(Recorded, VisitsInsideTheWindowComeInTheirOrder) {
  Recorded recorded;
  for (const int hour : {-1, 0, 0, 5, 23, 24, 30}) {
    Visit visit;
    visit.id = std::to_string(recorded.visits.size());
    visit.arrival_ns = monday + hour * hour_ns;
    visit.departure_ns = visit.arrival_ns + 40 * hour_ns;
    recorded.visits.push_back(visit);
  }
  const std::vector<Visit> visits = all_of(recorded, monday, monday + day_ns);
  ASSERT_EQ(visits.size(), 4U);
  EXPECT_EQ(visits[0].id, "1");
  EXPECT_EQ(visits[1].id, "2");
  EXPECT_EQ(visits[3].id, "4");
  EXPECT_FALSE(visits[0].stay_counts_from_plug_in);
}

TEST(Poisson, CountsAreThoseOfTheRate) {
  const std::vector<Visit> visits = all_of(law_of(2.5), monday, monday + 200 * day_ns);
  expect_count(visits.size(), 2.5 * 24.0 * 200.0);
  EXPECT_TRUE(std::is_sorted(visits.begin(), visits.end(),
                             [](const Visit& a, const Visit& b) { return a.arrival_ns < b.arrival_ns; }));
  EXPECT_GE(visits.front().arrival_ns, monday);
  EXPECT_LT(visits.back().arrival_ns, monday + 200 * day_ns);
}

// Gaps of a Poisson process are exponential: mean 1/rate, and standard deviation equal to the mean.
TEST(Poisson, GapsAreExponentialAcrossTheEdgesOfHours) {
  const std::vector<Visit> visits = all_of(law_of(2.5), monday, monday + 400 * day_ns);
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t i = 1; i < visits.size(); ++i) {
    const double gap_h = kernel::hours_between(visits[i - 1].arrival_ns, visits[i].arrival_ns);
    sum += gap_h;
    squares += gap_h * gap_h;
  }
  const auto n = static_cast<double>(visits.size() - 1);
  EXPECT_NEAR(sum / n, 0.4, 5.0 * 0.4 / std::sqrt(n));
  // E[gap^2] = 2 / rate^2, with variance 20 / rate^4.
  EXPECT_NEAR(squares / n, 0.32, 5.0 * std::sqrt(20.0) * 0.16 / std::sqrt(n));
}

TEST(Poisson, RatesFollowTheLocalHourOfTheWeek) {
  Poisson law = law_of(0.0);
  law.rate_per_h[8] = 30.0;            // Monday 08:00 to 09:00
  law.rate_per_h[6 * 24 + 23] = 10.0;  // Sunday 23:00 to 24:00
  const std::vector<Visit> visits = all_of(law, monday, monday + 20 * 7 * day_ns);
  const auto in_hour = [](market::Weekday day, int hour) {
    return [=](const Visit& v) {
      return seoul.weekday_at(v.arrival_ns) == day && seoul.minute_of_day(v.arrival_ns) / 60 == hour;
    };
  };
  const std::size_t monday_8 = count_if(visits, in_hour(market::Weekday::monday, 8));
  const std::size_t sunday_23 = count_if(visits, in_hour(market::Weekday::sunday, 23));
  EXPECT_EQ(monday_8 + sunday_23, visits.size());
  expect_count(monday_8, 600.0);
  expect_count(sunday_23, 200.0);
}

TEST(Poisson, TheHourThatExistsTwiceHasTwiceTheArrivalsAndTheSkippedOneNone) {
  Poisson law = law_of(0.0);
  law.rate_per_h[6 * 24 + 2] = 1000.0;  // Sunday 02:00 to 03:00
  const auto on = [&](std::string_view from, std::string_view to) {
    return all_of(law, at(from, berlin), at(to, berlin), berlin).size();
  };
  expect_count(on("2025-10-19", "2025-10-20"), 1000.0);
  expect_count(on("2025-10-26", "2025-10-27"), 2000.0);
  EXPECT_EQ(on("2025-03-30", "2025-03-31"), 0U);
}

TEST(Poisson, DaysOf23And25HoursHaveThatManyHoursOfArrivals) {
  const auto on = [](std::string_view from, std::string_view to) {
    return all_of(law_of(200.0), at(from, berlin), at(to, berlin), berlin).size();
  };
  expect_count(on("2025-03-30", "2025-03-31"), 23.0 * 200.0);
  expect_count(on("2025-10-26", "2025-10-27"), 25.0 * 200.0);
}

TEST(Poisson, RatesMayBeGivenPerHourFromTheStart) {
  Poisson law = law_of(0.0);
  law.weekly = false;
  law.rate_per_h = {0.0, 500.0, 0.0};  // and nothing behind
  const TimeNs start_ns = monday + 20 * kernel::minute_ns;
  const std::vector<Visit> visits = all_of(law, start_ns, start_ns + day_ns);
  expect_count(visits.size(), 500.0);
  EXPECT_GE(visits.front().arrival_ns, start_ns + hour_ns);
  EXPECT_LT(visits.back().arrival_ns, start_ns + 2 * hour_ns);
}

TEST(Poisson, RatesOfZeroOrLessAreNoArrivals) {
  EXPECT_TRUE(all_of(law_of(0.0), monday, monday + 365 * day_ns).empty());
  EXPECT_TRUE(all_of(law_of(-3.0), monday, monday + 365 * day_ns).empty());
  Poisson law = law_of(50.0);
  for (std::size_t hour = 0; hour < 168; hour += 2) law.rate_per_h[hour] = -50.0;
  expect_count(all_of(law, monday, monday + 7 * day_ns).size(), 84.0 * 50.0);
  law.rate_per_h.clear();
  EXPECT_TRUE(all_of(law, monday, monday + day_ns).empty());
}

TEST(Poisson, AShorterWindowIsTheBeginningOfALongerOne) {
  const std::vector<Visit> week = all_of(law_of(2.0), monday, monday + 7 * day_ns);
  const std::vector<Visit> month = all_of(law_of(2.0), monday, monday + 28 * day_ns);
  ASSERT_LT(week.size(), month.size());
  for (std::size_t i = 0; i < week.size(); ++i) {
    EXPECT_EQ(week[i].id, month[i].id);
    EXPECT_EQ(week[i].arrival_ns, month[i].arrival_ns);
    EXPECT_EQ(week[i].requested_kwh, month[i].requested_kwh);
  }
}

TEST(Poisson, EachFigureHasItsOwnDraws) {
  const Poisson plain = law_of(2.0);
  Poisson other = plain;
  other.energy_kwh.a = 25.0;
  other.claim_stay_factor_std = 0.3;
  other.priorities = {{1.0, 1.0}, {2.0, 1.0}};
  other.v2g_share = 0.5;
  const std::vector<Visit> a = all_of(plain, monday, monday + 7 * day_ns);
  const std::vector<Visit> b = all_of(other, monday, monday + 7 * day_ns);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].arrival_ns, b[i].arrival_ns);
    EXPECT_EQ(a[i].departure_ns, b[i].departure_ns);
    EXPECT_EQ(a[i].vehicle, b[i].vehicle);
  }
}

TEST(Poisson, SourcesAndSeedsAreDifferentWorlds) {
  const auto first_arrival = [](std::uint64_t seed, std::uint64_t source) {
    return all_of(law_of(2.0), monday, monday + day_ns, seoul, seed, source).front().arrival_ns;
  };
  EXPECT_EQ(first_arrival(7, 0), first_arrival(7, 0));
  EXPECT_NE(first_arrival(7, 0), first_arrival(7, 1));
  EXPECT_NE(first_arrival(7, 0), first_arrival(8, 0));
}

TEST(Poisson, IdsCountTheVisitsOfTheLaw) {
  const std::vector<Visit> visits = all_of(law_of(2.0), monday, monday + day_ns);
  ASSERT_GE(visits.size(), 2U);
  EXPECT_EQ(visits[0].id, "staff-1");
  EXPECT_EQ(visits[1].id, "staff-2");
  EXPECT_TRUE(visits[0].stay_counts_from_plug_in);
}

TEST(Poisson, StaysVehiclesAndV2gFollowTheirShares) {
  Poisson law = law_of(2.0);
  law.v2g_share = 0.4;
  law.stay_h = {Distribution::Kind::uniform, 1.0, 5.0, 0.0, physics::infinite, {}};
  law.priorities = {{1.0, 1.0}, {5.0, 3.0}};
  const std::vector<Visit> visits = all_of(law, monday, monday + 300 * day_ns);
  const auto n = static_cast<double>(visits.size());
  const auto expect_share = [n](std::size_t count, double share) {
    EXPECT_NEAR(static_cast<double>(count), share * n, 5.0 * std::sqrt(n * share * (1.0 - share)));
  };
  expect_share(count_if(visits, [](const Visit& v) { return v.vehicle == 1; }), 0.75);
  expect_share(count_if(visits, [](const Visit& v) { return v.priority == 5.0; }), 0.75);
  // Only the second car can feed back: 0.75 x 0.4.
  expect_share(count_if(visits, [](const Visit& v) { return v.v2g; }), 0.3);
  EXPECT_EQ(count_if(visits, [](const Visit& v) { return v.v2g && v.vehicle == 0; }), 0U);

  double stays_h = 0.0;
  for (const Visit& v : visits) stays_h += kernel::hours_between(v.arrival_ns, v.departure_ns);
  EXPECT_NEAR(stays_h / n, 3.0, 5.0 * (4.0 / std::sqrt(12.0)) / std::sqrt(n));
}

TEST(Poisson, DriversWithoutErrorClaimTheTruthAndOthersScatterAroundIt) {
  Poisson law = law_of(2.0);
  for (const Visit& v : all_of(law, monday, monday + 7 * day_ns)) EXPECT_EQ(v.claimed_departure_ns, v.departure_ns);

  law.claim_stay_factor_std = 0.2;
  const std::vector<Visit> visits = all_of(law, monday, monday + 100 * day_ns);
  double errors = 0.0;
  for (const Visit& v : visits) {
    const double stay_h = kernel::hours_between(v.arrival_ns, v.departure_ns);
    errors += kernel::hours_between(v.departure_ns, v.claimed_departure_ns) / stay_h;
    EXPECT_GE(v.claimed_departure_ns, v.arrival_ns + kernel::minute_ns);
  }
  const auto n = static_cast<double>(visits.size());
  EXPECT_NEAR(errors / n, 0.0, 5.0 * 0.2 / std::sqrt(n));
}

TEST(Poisson, EnergyThatDoesNotFitTheBatteryIsNotWanted) {
  Poisson law = law_of(2.0);
  law.energy_kwh = {Distribution::Kind::fixed, 60.0, 0.0, 0.0, physics::infinite, {}};
  for (const Visit& v : all_of(law, monday, monday + 7 * day_ns)) {
    EXPECT_EQ(v.taken_kwh, v.requested_kwh);
    if (v.vehicle == 0) {  // 40 kWh: from SoC 0.05 to full, at 90 %
      EXPECT_DOUBLE_EQ(v.requested_kwh, 0.95 * 40.0 / 0.9);
      EXPECT_NEAR(v.soc_start, 0.05, 1e-12);
    } else {  // 80 kWh: 54 of them are stored, up to the target of 0.8
      EXPECT_EQ(v.requested_kwh, 60.0);
      EXPECT_NEAR(v.soc_start, 0.8 - 54.0 / 80.0, 1e-12);
    }
  }
}

}  // namespace
}  // namespace evtwin::demand
