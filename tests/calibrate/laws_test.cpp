// Laws that are known, found again in what they made.
#include "calibrate/laws.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "calibrate/calibration.hpp"
#include "calibrate/judged.hpp"
#include "demand/arrivals.hpp"
#include "support/paths.hpp"

namespace evtwin::calibrate {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using ::testing::HasSubstr;

constexpr TimeNs monday_ns = 1'735'516'800LL * kernel::second_ns;  // Monday, 2024-12-30T00:00Z

sessions::LogSession session(TimeNs arrival_ns, double stay, double kwh) {
  sessions::LogSession out;
  out.evse_id = "A-1";
  out.visit.arrival_ns = arrival_ns;
  out.visit.departure_ns = arrival_ns + static_cast<TimeNs>(stay * static_cast<double>(hour_ns));
  out.visit.claimed_departure_ns = out.visit.departure_ns;
  out.visit.taken_kwh = kwh;
  return out;
}

/// Weeks of sessions by a law: 4 an hour from 8 to 10 on weekdays, Mondays half as many again; energies lognormal about
/// 12 kWh, stays uniform from 6 to 10 h, claims off by 20 %.
std::vector<sessions::LogSession> made_weeks(int weeks) {
  demand::Poisson law;
  law.rate_per_h.assign(168, 0.0);
  for (std::size_t day = 0; day < 5; ++day)
    law.rate_per_h[24 * day + 8] = law.rate_per_h[24 * day + 9] = day == 0 ? 6.0 : 4.0;
  law.energy_kwh = {demand::Distribution::Kind::lognormal, 12.0, 0.5, 1.0, 60.0, {}, {}};
  law.stay_h = {demand::Distribution::Kind::uniform, 6.0, 10.0, 0.0, 24.0, {}, {}};
  law.claim_stay_factor_std = 0.2;
  law.vehicles = {0};
  const std::vector<physics::Vehicle> vehicles(1);
  demand::ArrivalStream stream(std::make_shared<const demand::ArrivalLaw>(law),
                               {7, 0, monday_ns, monday_ns + weeks * 7 * day_ns, market::Calendar(), &vehicles});
  std::vector<sessions::LogSession> out;
  demand::Visit visit;
  while (stream.next_visit(visit)) {
    sessions::LogSession one;
    one.visit = visit;
    one.visit.taken_kwh = visit.requested_kwh;
    out.push_back(one);
  }
  return out;
}

TEST(Laws, AKnownLawIsFoundAgain) {
  constexpr int weeks = 20;
  const auto sessions = made_weeks(weeks);
  const Laws laws = fit_laws(sessions, market::Calendar(), {monday_ns, monday_ns + weeks * 7 * day_ns});
  double arrivals = 0.0, at_eight = 0.0, kwh_median = 0.0, stay_median = 0.0, monday = 0.0, friday = 0.0, n = 0.0;
  for (const Law& law : laws.laws) {
    ASSERT_EQ(law.kind, DayKind::weekday);
    for (const double rate : law.per_hour) arrivals += rate;
    at_eight += law.per_hour[8];
    const auto share = static_cast<double>(law.sessions);
    n += share;
    kwh_median += share * law.energy_kwh[law.energy_kwh.size() / 2];
    stay_median += share * law.stay_h[law.stay_h.size() / 2];
    monday = law.of_weekday[0];
    friday = law.of_weekday[4];
  }
  // 12 on Mondays and 8 on four days are 8.8 a weekday; counts of 100 days are within 3 x sqrt(8.8 / 100) = 0.89.
  EXPECT_NEAR(arrivals, 8.8, 0.89);
  EXPECT_NEAR(at_eight, 4.4, 3.0 * std::sqrt(4.4 / 100.0));
  // 240 arrivals on Mondays, 160 on Fridays: three deviations of each.
  EXPECT_NEAR(monday, 12.0 / 8.8, 3.0 * 12.0 / 8.8 / std::sqrt(240.0));
  EXPECT_NEAR(friday, 8.0 / 8.8, 3.0 * 8.0 / 8.8 / std::sqrt(160.0));
  // The median of 880 lognormal figures is sure to 1.2533 x 0.5 / sqrt(880) = 2 %; of uniform ones to 0.07 h.
  EXPECT_NEAR(kwh_median / n, 12.0, 3.0 * 0.021 * 12.0);
  EXPECT_NEAR(stay_median / n, 8.0, 0.21);
  EXPECT_NEAR(laws.claim_stay_factor_std, 0.2, 3.0 * 0.2 / std::sqrt(880.0));
  EXPECT_NEAR(laws.dispersion, 1.0, 3.0 * std::sqrt(2.0 / 95.0));
}

TEST(Laws, QuantilesKeepTheMeanAndOneSessionMakesNoTail) {
  std::vector<sessions::LogSession> sessions;
  for (int i = 0; i < 100; ++i)
    sessions.push_back(session(monday_ns + (i % 4) * day_ns + 9 * hour_ns, 1.0 + (i == 99 ? 99.0 : 0.01 * i), 5.0));
  const Laws laws = fit_laws(sessions, market::Calendar(), {monday_ns, monday_ns + 7 * day_ns});
  ASSERT_EQ(laws.laws.size(), 1U);
  const std::vector<double>& stay = laws.laws[0].stay_h;
  // Twentieths: the last five stays are 1.95, 1.96, 1.97, 1.98 and 100 h, mean 21.57; the line from 1.94... to its end
  // has that mean.
  EXPECT_NEAR(0.5 * (stay[19] + stay[20]), (1.95 + 1.96 + 1.97 + 1.98 + 100.0) / 5.0, 0.01);
  EXPECT_LT(stay[20], 42.0);
  EXPECT_TRUE(std::is_sorted(stay.begin(), stay.end()));
}

TEST(Laws, LongerStaysThatTakeMoreHaveLawsOfTheirOwn) {
  std::vector<sessions::LogSession> sessions;
  for (int i = 0; i < 120; ++i) sessions.push_back(session(monday_ns + 9 * hour_ns + i, 1.0 + i * 0.05, 1.0 + i * 0.1));
  const Laws laws = fit_laws(sessions, market::Calendar(), {monday_ns, monday_ns + day_ns});
  ASSERT_EQ(laws.laws.size(), 3U);
  EXPECT_LT(laws.laws[0].stay_h.back(), laws.laws[1].stay_h.front() + 0.1);
  EXPECT_LT(laws.laws[0].energy_kwh.back(), laws.laws[2].energy_kwh.front());
  const std::string lua = lua_of(laws, "1", "  ");
  EXPECT_THAT(lua, HasSubstr("stay_h = quantiles { "));
  // Within a class, too, the longest stay takes the most: a rank correlation of 1.
  EXPECT_EQ(laws.laws[0].energy_with_stay, 1.0);
  EXPECT_THAT(lua, HasSubstr("energy_with_stay = 1,"));
}

TEST(Judged, DistancesOfSamplesByHand) {
  // 1, 2, 3 and 2, 3, 7: a third each; the functions differ by 1/3 in [1, 2), [2, 3), and [3, 7).
  EXPECT_NEAR(ks_statistic({3.0, 1.0, 2.0}, {7.0, 2.0, 3.0}), 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(wasserstein_1({3.0, 1.0, 2.0}, {7.0, 2.0, 3.0}), (1.0 + 1.0 + 4.0) / 3.0, 1e-12);
  EXPECT_EQ(wasserstein_1({1.0, 5.0}, {5.0, 1.0}), 0.0);
  EXPECT_NEAR(ks_statistic({1.0}, {2.0, 2.0}), 1.0, 1e-12);
  EXPECT_NEAR(wasserstein_1({1.0}, {2.0, 4.0}), 2.0, 1e-12);
}

TEST(Judged, CarsThereByTheHour) {
  Visits visits;
  visits.add_visit(session(monday_ns + 8 * hour_ns, 2.5, 5.0).visit);
  visits.add_visit(session(monday_ns + 9 * hour_ns, 1.0, 7.0).visit);
  const std::array<double, 48> day = mean_days(visits, market::Calendar(), {monday_ns, monday_ns + 2 * day_ns}, 1.0);
  // Two weekdays: 1, 2 and half a car in their hours, halved.
  EXPECT_NEAR(day[8], 0.5, 1e-12);
  EXPECT_NEAR(day[9], 1.0, 1e-12);
  EXPECT_NEAR(day[10], 0.25, 1e-12);
  EXPECT_EQ(day[24 + 9], 0.0);
  const Differences same =
      measure_differences(visits, std::vector{visits, visits}, market::Calendar(), {monday_ns, monday_ns + 2 * day_ns});
  EXPECT_NEAR(same.arrivals, 0.0, 1e-12);
  EXPECT_NEAR(same.occupancy, 0.0, 1e-12);
  EXPECT_NEAR(same.energy_w1_kwh, 0.0, 1e-12);
  EXPECT_NEAR(same.busiest, 0.0, 1e-12);
}

// Energies of stays alike: those of short and of long stays are exchanged, so that each alone is as it was.
TEST(Judged, EnergiesOfStaysAlikeTellWhatTheMarginsDoNot) {
  Visits seen, exchanged;
  for (int i = 0; i < 10; ++i) {
    const TimeNs arrival_ns = monday_ns + i * hour_ns;
    seen.add_visit(session(arrival_ns, i < 5 ? 1.0 : 5.0, i < 5 ? 2.0 : 12.0).visit);
    exchanged.add_visit(session(arrival_ns, i < 5 ? 1.0 : 5.0, i < 5 ? 12.0 : 2.0).visit);
  }
  const Days days{monday_ns, monday_ns + day_ns};
  const Differences other = measure_differences(seen, std::vector{exchanged}, market::Calendar(), days);
  EXPECT_NEAR(other.energy_w1_kwh, 0.0, 1e-12);
  EXPECT_NEAR(other.energy_of_stays_w1_kwh, 10.0, 1e-12);
  EXPECT_NEAR(measure_differences(seen, std::vector{seen}, market::Calendar(), days).energy_of_stays_w1_kwh, 0.0,
              1e-12);
  EXPECT_TRUE(std::isnan(other.soc_arrival_w1));
}

/// Sessions of two kinds of cars, 40 and 80 kWh, that store 0.9 of what is metered.
std::vector<sessions::LogSession> of_two_cars(int n, std::vector<CarTold>& cars, bool with_models) {
  std::vector<sessions::LogSession> out;
  for (int i = 0; i < n; ++i) {
    const double battery_kwh = i % 4 == 0 ? 80.0 : 40.0, from = 0.2 + 0.001 * i, to = 0.7 + 0.001 * i;
    sessions::LogSession one = session(monday_ns + i * hour_ns, 2.0, (to - from) * battery_kwh / 0.9);
    one.transaction = static_cast<std::size_t>(i);
    out.push_back(one);
    cars.push_back(
        {with_models ? (i % 4 == 0 ? "large" : "small") : "", i % 4 == 0 ? 150.0 : 50.0, battery_kwh, from, to});
  }
  return out;
}

TEST(Cars, ModelsBatteriesAndTheEfficiencyAreFoundAgain) {
  std::vector<CarTold> told;
  const auto sessions = of_two_cars(80, told, true);
  const Cars cars = fit_cars(sessions, told);
  EXPECT_EQ(cars.source, CarSource::told);
  EXPECT_EQ(cars.kinds, 2U);
  EXPECT_NEAR(cars.efficiency, 0.9, 1e-9);
  EXPECT_EQ(cars.efficiency_sessions, 80U);
  EXPECT_THAT(cars.lua, HasSubstr("{ name = \"small\", share = 60, battery_kwh = 40, efficiency = 0.9, curve = { { 0, "
                                  "50 }, { 1, 50 } } },"));
  EXPECT_THAT(cars.lua, HasSubstr("{ name = \"large\", share = 20, battery_kwh = 80, efficiency = 0.9, curve"));
  EXPECT_THAT(cars.soc_target, HasSubstr("quantiles { 0.7"));
}

TEST(Cars, ABatteryThatIsNotToldFollowsFromEnergyAndStatesOfCharge) {
  std::vector<CarTold> told;
  const auto sessions = of_two_cars(80, told, false);
  for (CarTold& car : told) car.battery_kwh = kernel::unknown;
  const Cars cars = fit_cars(sessions, told);
  EXPECT_TRUE(std::isnan(cars.efficiency));
  // As metered, without the losses: 40 / 0.9 and 80 / 0.9 kWh.
  EXPECT_THAT(cars.lua, HasSubstr("battery_kwh = 44.44, efficiency = 1"));
  EXPECT_THAT(cars.lua, HasSubstr("battery_kwh = 88.89, efficiency = 1"));
}

TEST(Cars, BatteriesThatContradictTheStatesOfChargeAreNotUsed) {
  std::vector<CarTold> told;
  const auto sessions = of_two_cars(80, told, false);
  for (CarTold& car : told) car.battery_kwh = 10.0;  // as a station writes where it does not know
  const Cars cars = fit_cars(sessions, told);
  EXPECT_LT(cars.efficiency, 0.3);
  EXPECT_THAT(cars.lua, HasSubstr("battery_kwh = 44.44, efficiency = 1"));
}

/// Half of the cars hold 3.68 kW and take 8 kWh, half 11.04 kW and 24 kWh, all in 3 h: together their laws would have
/// the former draw 24 kWh, of which 11 flow.
std::vector<sessions::LogSession> of_two_powers(int n) {
  std::vector<sessions::LogSession> out;
  for (int i = 0; i < n; ++i) {
    const bool strong = i % 2 == 1;
    out.push_back(session(monday_ns + (i / 10) * day_ns + (8 + i % 10) * hour_ns, 3.0 + 0.01 * (i % 7),
                          (strong ? 24.0 : 8.0) + 0.1 * (i % 11)));
    out.back().observed_kw = strong ? 11.04 : 3.68;
  }
  return out;
}

TEST(Laws, CarsOfOnePowerHaveLawsOfTheirOwn) {
  const auto sessions = of_two_powers(200);
  const Days days{monday_ns, monday_ns + 20 * day_ns};
  const Cars cars = fit_cars(sessions, {});
  ASSERT_EQ(cars.by_power.size(), 2U);
  EXPECT_EQ(cars.by_power[1].from_kw, 11.04);
  const Laws laws = fit_laws_by_power(sessions, cars.by_power, market::Calendar(), days);
  double arrivals = 0.0;
  for (const Law& law : laws.laws) {
    ASSERT_EQ(law.vehicles.size(), 1U);
    const bool strong = law.vehicles[0] == cars.by_power[1].name;
    EXPECT_NEAR(law.energy_kwh[law.energy_kwh.size() / 2], strong ? 24.5 : 8.5, 0.3);
    EXPECT_LE(law.max_mean_kw, strong ? 11.04 : 3.68);
    for (std::size_t hour = 0; hour < 24; ++hour)
      for (std::size_t day = 0; day < 7; ++day) arrivals += law.per_hour[hour] * law.of_weekday[day];
  }
  EXPECT_NEAR(arrivals, 70.0, 0.1);  // ten a day, as they came
  EXPECT_THAT(lua_of(laws, "1", ""), HasSubstr("vehicles = { \"kind 2\" },"));
}

TEST(Laws, EnergyThatDoesNotFitIsCutAndTheMeanKept) {
  // Stays of 1 to 5 h, energies of 1 to 9 kWh apart from them, as if 3 kW had served them all but for a few.
  std::vector<sessions::LogSession> sessions;
  for (int i = 0; i < 400; ++i) {
    const double stay = 1.0 + 4.0 * ((i * 37) % 400) / 400.0;
    sessions.push_back(session(monday_ns + (i % 5) * day_ns + 9 * hour_ns, stay,
                               std::min(3.0 * stay, 1.0 + 8.0 * ((i * 101) % 400) / 400.0)));
  }
  const double limit_kw = fitting_kw(sessions);
  EXPECT_LE(limit_kw, 3.0);
  EXPECT_GT(limit_kw, 2.9);
  double seen_kwh = 0.0;
  for (const auto& one : sessions) seen_kwh += one.visit.taken_kwh / 400.0;
  const Laws laws = fit_laws_by_power(sessions, {}, market::Calendar(), {monday_ns, monday_ns + 7 * day_ns});

  demand::Poisson law;
  law.rate_per_h.assign(168, 5.0);
  law.vehicles = {0};
  double made_kwh = 0.0, n = 0.0;
  for (const Law& one : laws.laws) {
    law.energy_kwh = {demand::Distribution::Kind::quantiles, 0.0, 0.0, 0.0, physics::infinite, {}, one.energy_kwh};
    law.stay_h = {demand::Distribution::Kind::quantiles, 0.0, 0.0, 0.0, physics::infinite, {}, one.stay_h};
    law.energy_with_stay = one.energy_with_stay;
    law.max_mean_kw = one.max_mean_kw;
    const std::vector<physics::Vehicle> vehicles(1);
    demand::ArrivalStream stream(std::make_shared<const demand::ArrivalLaw>(law),
                                 {7, 0, monday_ns, monday_ns + 20 * day_ns, market::Calendar(), &vehicles});
    demand::Visit visit;
    double sum = 0.0, count = 0.0;
    while (stream.next_visit(visit)) {
      EXPECT_LE(visit.taken_kwh,
                limit_kw * kernel::hours_between(visit.arrival_ns, visit.departure_ns) * (1.0 + 1e-12));
      sum += visit.taken_kwh;
      count += 1.0;
    }
    made_kwh += static_cast<double>(one.sessions) * sum / count;
    n += static_cast<double>(one.sessions);
  }
  // Of 2,400 visits a class the mean is sure to 2.3 kWh / sqrt(2400) = 0.05; quantiles in twentieths are a little off.
  EXPECT_NEAR(made_kwh / n, seen_kwh, 0.15);
}

TEST(Judged, WhatACarOfItsOwnPowerTakesInItsStayIsServed) {
  Visits seen, made;
  seen.add_visit(session(monday_ns, 2.0, 10.0).visit);
  made.add_visit(session(monday_ns, 2.0, 10.0).visit, kernel::unknown, kernel::unknown, 7.5);
  const Differences differences =
      measure_differences(seen, std::vector{made}, market::Calendar(), {monday_ns, monday_ns + day_ns});
  EXPECT_NEAR(differences.served, -0.25, 1e-12);
  EXPECT_NEAR(differences.mean_energy, 0.0, 1e-12);
}

TEST(Played, SavingsAreCountedFromTheFirstStrategyOfTheSameDays) {
  Played played{{{"asap", {100.0, 50.0, 1.0}, {{200.0, 60.0, 1.0}, {100.0, 40.0, 1.0}}, ""},
                 {"edf", {80.0, 40.0, 1.0}, {{150.0, 45.0, 1.0}, {85.0, 30.0, 1.0}}, ""}},
                "USD",
                true};
  const Savings cost = savings_of(played, played.strategies[1], &PlayedFigures::cost);
  EXPECT_NEAR(cost.days, 0.2, 1e-12);
  EXPECT_NEAR(cost.twin, 0.2, 1e-12);  // 0.25 and 0.15
  EXPECT_NEAR(cost.twin_std, 0.1 / std::sqrt(2.0), 1e-12);
  EXPECT_THAT(
      played_text(played, analysis::Language::english),
      HasSubstr("edf: against asap the days themselves say 20.0 % less cost, the twin 20.0 % +- 7.1: 0.0 points "
                "apart."));
}

// Of 10 that came, 6 were plugged in, 3 went away and one waits still.
TEST(Played, WhoIsTurnedAwayIsShown) {
  const auto kpi = [](const char* name, double value) {
    analysis::Kpi one;
    one.name = name;
    one.value = value;
    return one;
  };
  const std::vector<analysis::Kpi> kpis{kpi("energy_cost", 70.0),    kpi("demand_charge", 30.0),
                                        kpi("peak_kw", 50.0),        kpi("served_of_all_fraction", 0.55),
                                        kpi("served_fraction", 1.0), kpi("sessions", 6.0),
                                        kpi("turned_away", 3.0),     kpi("waiting_at_end", 1.0)};
  const PlayedFigures figures = played_figures(kpis);
  EXPECT_EQ(figures.cost, 100.0);
  EXPECT_EQ(figures.served_of_all_fraction, 0.55);
  EXPECT_NEAR(figures.turned_away_share, 0.3, 1e-12);
  Played played{{{"asap", figures, {figures, figures}, ""}}, "USD", true};
  EXPECT_THAT(played_text(played, analysis::Language::english), HasSubstr("turned away (days)"));
  EXPECT_THAT(played_text(played, analysis::Language::korean), HasSubstr("30.0 %"));
  EXPECT_EQ(played_json(played)[0]["twin"][1]["turned_away_share"], figures.turned_away_share);
}

TEST(Calibration, TheTwinRunsAndIsJudgedByDaysItDidNotSee) {
  Records records;
  for (sessions::LogSession one : made_weeks(10)) {
    ocpp::Transaction t;
    t.station = "A";
    t.evse = 1;
    t.start_seen = t.stop_seen = true;
    t.start_ns = t.plugged_in_ns = one.visit.arrival_ns;
    t.stop_ns = t.plugged_out_ns = one.visit.departure_ns;
    t.energy_kwh = one.visit.taken_kwh;
    one.transaction = records.log.transactions.size();
    one.evse_id = "A-1";
    records.log.transactions.push_back(t);
    records.sessions.sessions.push_back(one);
  }
  records.sessions.evse_ids = {"A-1"};
  CalibrationRequest request;
  request.timezone = "UTC";
  request.library_dir = paths::source_dir + "/scenarios/lib";
  const Calibration done = calibrate_records(records, nullptr, request);
  EXPECT_EQ(done.fitted + done.judged, records.sessions.sessions.size());
  EXPECT_EQ(done.fitted_days.to_ns, done.judged_days.from_ns);
  // Drawn from one law: within three deviations of counts, and near in distribution.
  EXPECT_NEAR(done.held_out.arrivals, 0.0, 3.0 / std::sqrt(static_cast<double>(done.judged)));
  EXPECT_LT(done.held_out.energy_ks, 1.63 / std::sqrt(static_cast<double>(done.judged)));
  EXPECT_LT(done.held_out.stay_w1_min, 20.0);
  EXPECT_LT(done.held_out.occupancy, 0.2);
  EXPECT_GT(done.naive.occupancy, 1.0);
  // Judging by other records changes nothing of the twin but what is said of it.
  Records later;
  later.log = records.log;
  later.sessions = records.sessions;
  later.sessions.sessions.resize(40);
  // Nothing is judged by itself.
  EXPECT_THAT([&] { calibrate_records(records, &later, request); },
              testing::ThrowsMessage<std::runtime_error>(HasSubstr("--judge: 40 of 40 sessions")));
  for (sessions::LogSession& one : later.sessions.sessions) {
    one.visit.arrival_ns += 70 * day_ns;
    one.visit.departure_ns += 70 * day_ns;
  }
  const Calibration by_later = calibrate_records(records, &later, request);
  EXPECT_EQ(by_later.fitted, records.sessions.sessions.size());
  EXPECT_EQ(by_later.judged, 40U);
  EXPECT_THAT(calibration_html(done, analysis::Language::korean), HasSubstr("평일의 주차 대수"));
  // Nor do the days that judge change anything: not the power of EVSEs either.
  Records fivefold = records;
  for (sessions::LogSession& one : fivefold.sessions.sessions)
    if (one.visit.arrival_ns >= done.judged_days.from_ns) one.visit.taken_kwh *= 5.0;
  const auto twin_of = [](const Calibration& c) { return c.lua.substr(c.lua.find("return scenario")); };
  EXPECT_EQ(twin_of(calibrate_records(fivefold, nullptr, request)), twin_of(done));

  // Claims are in the twin: off by 20 %, as in the records.
  EXPECT_LT(done.held_out.claimed_stay_w1_min, 30.0);
  EXPECT_THAT(done.lua, HasSubstr("claim_stay_factor = quantiles { "));

  // The days that judge, as a scenario: all their sessions, with what they took.
  const scenario::LoadedScenario days = days_scenario(done, request);
  const auto& recorded = std::get<demand::Recorded>(*days.world.sites.front().arrivals.front());
  ASSERT_EQ(recorded.visits.size(), done.judged);
  EXPECT_EQ(recorded.visits.front().taken_kwh, done.judging.front().visit.taken_kwh);

  // An EVSE that is known is what the user says; another is refused with the nearest.
  request.evse_kw = {{"A", 50.0}};
  EXPECT_THAT(calibrate_records(records, nullptr, request).lua,
              HasSubstr("kind = \"dc\", kw = 50 },  -- 50 kW as was said"));
  request.evse_kw = {{"A-2", 50.0}};
  EXPECT_THROW(
      {
        try {
          calibrate_records(records, nullptr, request);
        } catch (const std::runtime_error& error) {
          EXPECT_THAT(error.what(), HasSubstr("EVSE A-2: the records have no such EVSE; did you mean A-1?"));
          throw;
        }
      },
      std::runtime_error);
}

}  // namespace
}  // namespace evtwin::calibrate
