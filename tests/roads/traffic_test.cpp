#include "roads/traffic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "kernel/random.hpp"
#include "roads/made_region.hpp"

namespace evtwin::roads {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;

/// Takes 0.2 kWh/km at 60 km/h; the battery holds 40 kWh and takes 60 kW to the end.
RoadCar plain_car() {
  RoadCar car;
  car.drive.mass_kg = car.drive.drag_area_m2 = 0.0;
  car.drive.base_kw = 12.0;
  car.drive.heat_kw_per_k = car.drive.cool_kw_per_k = 0.0;
  car.battery = {40.0, 1.0, 1.0, physics::Curve::constant(60.0), physics::Curve::constant(0.0)};
  return car;
}

Network line(int nodes, double km) {
  std::vector<NodeRow> rows;
  std::vector<EdgeRow> edges;
  for (int i = 0; i < nodes; ++i) rows.push_back({std::to_string(i), 37.0, 127.0, ""});
  for (int i = 1; i < nodes; ++i) edges.push_back({std::to_string(i - 1), std::to_string(i), km, 60.0, 0.0, false, ""});
  return Network(rows, edges);
}

Station station_at(std::uint32_t node, const char* name, std::uint32_t chargers = 1) {
  Station s;
  s.name = name;
  s.node = node;
  s.kw = 60.0;
  s.chargers = chargers;
  return s;
}

TrafficPlan plan_of(std::vector<Driver> drivers) {
  TrafficPlan plan;
  plan.cars = {plain_car()};
  plan.drivers = std::move(drivers);
  plan.end_ns = 24 * hour_ns;
  plan.stop_h = 0.0;
  return plan;
}

// 0 --60 km-- 1 (S, one charger) --60 km-- 2; each leg takes an hour and 12 kWh, 30 % of the battery.
//
// Three cars leave 0 at 0:00, 0:01 and 0:02 with 50 %: at S 20 % are left. Each charges to 80 %, 24 kWh in 24 min. The
// first begins at 1:00, the second has waited 23 min at 1:24, the third 46 min at 1:48. All go on for an hour.
TEST(Traffic, QueuesFirstComeFirstServedByHand) {
  std::vector<Driver> drivers(3);
  for (int i = 0; i < 3; ++i) {
    drivers[static_cast<std::size_t>(i)].soc = 0.5;
    drivers[static_cast<std::size_t>(i)].trips = {{i * minute_ns, 0, 2}};
  }
  const Network network = line(3, 60.0);
  const std::vector<Station> stations{station_at(1, "S")};
  const TrafficFigures t = run_traffic(network, stations, plan_of(drivers));
  const StationFigures& s = t.stations[0];
  EXPECT_EQ(s.visits, 3U);
  EXPECT_EQ(s.waited, 2U);
  EXPECT_EQ(s.longest_queue, 2U);
  EXPECT_NEAR(s.wait_h, (23.0 + 46.0) / 60.0, 1e-5);
  EXPECT_NEAR(s.longest_wait_h, 46.0 / 60.0, 1e-5);
  EXPECT_NEAR(s.meter_kwh, 72.0, 1e-4);
  EXPECT_NEAR(s.use, 3 * 0.4 / 24.0, 1e-6);
  EXPECT_EQ(t.trips_ended, 3U);
  EXPECT_NEAR(t.drive_h, 6.0, 1e-5);
  EXPECT_EQ(t.bottleneck, 0U);
  EXPECT_NEAR(static_cast<double>(t.visits[1].begin_ns) / static_cast<double>(hour_ns), 1.4, 1e-5);
  const std::vector<StationState> at = states_at(stations, plan_of(drivers), t, 70 * minute_ns);
  EXPECT_EQ(at[0].free, 0U);
  EXPECT_EQ(at[0].waiting, 2U);
  EXPECT_NEAR(at[0].wait_h, 0.4 * 2.5, 1e-5);
}

// The same three cars, and S fails at 1:30, while the second charges: the third has waited 28 min for nothing. Over all
// who came the mean wait is (0 + 23 + 28) / 3 min, which is below the longest one.
TEST(Traffic, CountsTheSameCarsInHoursWaitedAndInTheirMean) {
  std::vector<Driver> drivers(3);
  for (int i = 0; i < 3; ++i) {
    drivers[static_cast<std::size_t>(i)].soc = 0.5;
    drivers[static_cast<std::size_t>(i)].trips = {{i * minute_ns, 0, 2}};
  }
  TrafficPlan plan = plan_of(drivers);
  plan.failures = {{0, 90 * minute_ns, 24 * hour_ns}};
  const TrafficFigures t = run_traffic(line(3, 60.0), std::vector<Station>{station_at(1, "S")}, plan);
  const StationFigures& s = t.stations[0];
  EXPECT_EQ(s.visits, 2U);
  EXPECT_EQ(s.waited_in_vain, 1U);
  EXPECT_NEAR(60.0 * s.mean_wait_h(), 17.0, 1e-3);
  EXPECT_NEAR(60.0 * s.longest_wait_h, 28.0, 1e-3);

  // At the end of the run the third still stands there: from 1:02 to 1:40.
  plan = plan_of(drivers);
  plan.end_ns = 100 * minute_ns;
  const StationFigures cut = run_traffic(line(3, 60.0), std::vector<Station>{station_at(1, "S")}, plan).stations[0];
  EXPECT_EQ(cut.waited_in_vain, 1U);
  EXPECT_NEAR(60.0 * cut.longest_wait_h, 38.0, 1e-3);
  // The first charged from 1:00 to 1:24, the second from then to the end: 40 of the 100 min.
  EXPECT_NEAR(cut.charge_h, 40.0 / 60.0, 1e-6);
  EXPECT_NEAR(cut.use, 0.4, 1e-6);
}

// S is out of service from 0:50 to 3:00 and from 1:10 to 1:20: the end of the short failure is not that of the long
// one. Who comes at 1:30 finds it closed and, with 20 %, reaches nothing else.
TEST(Traffic, AFailureWithinAnotherDoesNotEndIt) {
  std::vector<Driver> drivers(1);
  drivers[0].soc = 0.5;
  drivers[0].trips = {{30 * minute_ns, 0, 2}};
  TrafficPlan plan = plan_of(drivers);
  plan.failures = {{0, 50 * minute_ns, 180 * minute_ns}, {0, 70 * minute_ns, 80 * minute_ns}};
  const TrafficFigures t = run_traffic(line(3, 60.0), std::vector<Station>{station_at(1, "S")}, plan);
  EXPECT_EQ(t.stations[0].visits, 0U);
  EXPECT_EQ(t.stranded.size(), 1U);
  plan.failures.pop_back();
  EXPECT_EQ(run_traffic(line(3, 60.0), std::vector<Station>{station_at(1, "S")}, plan).stations[0].visits, 0U);
}

// What a map of them is drawn from: the three cars of the queue drive an hour to S and an hour on, and the third of
// them waits from 1:02 until S fails at 1:30.
TEST(Traffic, TellsLegsAndWaitsInVainByHand) {
  std::vector<Driver> drivers(3);
  for (int i = 0; i < 3; ++i) {
    drivers[static_cast<std::size_t>(i)].soc = 0.5;
    drivers[static_cast<std::size_t>(i)].trips = {{i * minute_ns, 0, 2}};
  }
  TrafficPlan plan = plan_of(drivers);
  plan.failures = {{0, 90 * minute_ns, 24 * hour_ns}};
  const std::vector<Station> stations{station_at(1, "S")};
  const TrafficFigures t = run_traffic(line(3, 60.0), stations, plan);
  const auto minutes = [](TimeNs at) {
    return std::round(1e3 * static_cast<double>(at) / static_cast<double>(minute_ns)) / 1e3;
  };
  using Row = std::array<double, 5>;
  std::vector<Row> legs;
  for (const Leg& leg : t.legs)
    legs.push_back({static_cast<double>(leg.driver), static_cast<double>(leg.from), static_cast<double>(leg.to),
                    minutes(leg.start_ns), minutes(leg.end_ns)});
  EXPECT_EQ(legs, (std::vector<Row>{
                      {0, 0, 1, 0, 60}, {1, 0, 1, 1, 61}, {2, 0, 1, 2, 62}, {0, 1, 2, 84, 144}, {1, 1, 2, 108, 168}}));
  ASSERT_EQ(t.vain_waits.size(), 1U);
  EXPECT_EQ(t.vain_waits[0].driver, 2U);
  EXPECT_EQ(minutes(t.vain_waits[0].arrive_ns), 62.0);
  EXPECT_EQ(minutes(t.vain_waits[0].until_ns), 90.0);
  EXPECT_EQ(states_at(stations, plan, t, 85 * minute_ns)[0].waiting, 1U);
  EXPECT_EQ(states_at(stations, plan, t, 91 * minute_ns)[0].waiting, 0U);
}

// S has two chargers and asks 200 x (1 + 1.5 x (use - 0.5)). Two cars charge from 1:00 to 1:24, one from 2:30 to 2:54:
// of the hours that begin at 0:00, 1:00, 2:00 and 3:00 it is used 0, 0.4, 0.2 and 0. So the price is 200 until 1:00 and
// then 50, 170, 110 and 50. The car of 2:30 pays 170; of the other two, who come as the clock strikes one, each 50.
TEST(Traffic, APriceByLoadFollowsTheHourBeforeByHand) {
  std::vector<Driver> drivers(3);
  for (Driver& driver : drivers) driver.soc = 0.5;
  drivers[0].trips = drivers[1].trips = {{0, 0, 2}};
  drivers[2].trips = {{90 * minute_ns, 0, 2}};
  std::vector<Station> stations{station_at(1, "S", 2)};
  stations[0].price_per_kwh = 200.0;
  TrafficPlan plan = plan_of(drivers);
  plan.price_rules = {PriceByLoad{0.5, 1.5, 0.0, infinite}};
  const TrafficFigures t = run_traffic(line(3, 60.0), stations, plan);
  const std::vector<std::pair<TimeNs, double>> due{{0, 200.0}, {1, 50.0}, {2, 170.0}, {3, 110.0}, {4, 50.0}};
  ASSERT_EQ(t.prices.size(), due.size());
  for (std::size_t i = 0; i < due.size(); ++i) {
    EXPECT_EQ(t.prices[i].from_ns, due[i].first * hour_ns);
    EXPECT_NEAR(t.prices[i].price_per_kwh, due[i].second, 1e-6);
    EXPECT_EQ(prices_at(stations, t, due[i].first * hour_ns + minute_ns)[0], t.prices[i].price_per_kwh);
  }
  ASSERT_EQ(t.visits.size(), 3U);
  EXPECT_NEAR(t.visits[0].money, 24.0 * 50.0, 0.1);
  EXPECT_NEAR(t.visits[2].money, 24.0 * 170.0, 0.1);
  EXPECT_NEAR(t.stations[0].peak_kw, 120.0, 1e-3) << "two cars of 60 kW";
  EXPECT_NEAR(t.peak_kw, 120.0, 1e-3);

  // Kept between its bounds; a rule of one's own is asked what there is to know.
  plan.price_rules = {PriceByLoad{0.5, 1.5, 100.0, 150.0}};
  EXPECT_NEAR(run_traffic(line(3, 60.0), stations, plan).prices[1].price_per_kwh, 100.0, 1e-9);
  EXPECT_NEAR(run_traffic(line(3, 60.0), stations, plan).prices[2].price_per_kwh, 150.0, 1e-6);
  std::vector<PriceQuestion> asked;
  plan.price_rules = {[&](const PriceQuestion& question) {
    asked.push_back(question);
    return 10.0 * question.hour_of_day;
  }};
  run_traffic(line(3, 60.0), stations, plan);
  ASSERT_EQ(asked.size(), 23U);
  EXPECT_EQ(asked[1].hour_of_day, 2U);
  EXPECT_NEAR(asked[1].use, 0.4, 1e-6);
  EXPECT_EQ(asked[1].base_per_kwh, 200.0);
  EXPECT_EQ(asked[1].price_per_kwh, 10.0);
  EXPECT_EQ(asked[1].charging, 0U);
}

// 300 against 400 KRW/kWh, all else alike: P = 1 / (1 + e^-1) and 1 / (1 + e). Own elasticities are -0.01 x price x
// (1 - P), of every choice the same, so of all of them together.
TEST(Traffic, ElasticityOfDemandIsTheClosedForm) {
  std::vector<Driver> drivers(200);
  for (std::size_t i = 0; i < drivers.size(); ++i) {
    drivers[i].soc = 0.5;
    drivers[i].trips = {{static_cast<TimeNs>(i) * minute_ns, 0, 2}};
  }
  std::vector<Station> stations{station_at(1, "cheap", 200), station_at(1, "dear", 200)};
  stations[0].price_per_kwh = 300.0;
  stations[1].price_per_kwh = 400.0;
  const TrafficFigures t = run_traffic(line(3, 60.0), stations, plan_of(drivers));
  const double cheap = 1.0 / (1.0 + std::exp(-1.0)), dear = 1.0 - cheap;
  EXPECT_NEAR(t.stations[0].choices, 200.0 * cheap, 1e-9);
  EXPECT_NEAR(t.stations[1].choices, 200.0 * dear, 1e-9);
  EXPECT_NEAR(t.stations[0].price_elasticity(), -3.0 * dear, 1e-9);
  EXPECT_NEAR(t.stations[1].price_elasticity(), -4.0 * cheap, 1e-9);
}

// 0 --60-- 1 --60-- 2, and a road of 10 km from 1 to S at 3: who charges there drives 140 km, who need not 120.
TEST(Traffic, CountsTheKmOfTheWayThatIsDriven) {
  std::vector<NodeRow> rows;
  for (const char* id : {"0", "1", "2", "3"}) rows.push_back({id, 37.0, 127.0, ""});
  const Network network(rows, std::vector<EdgeRow>{{"0", "1", 60.0, 60.0, 0.0, false, ""},
                                                   {"1", "2", 60.0, 60.0, 0.0, false, ""},
                                                   {"1", "3", 10.0, 60.0, 0.0, false, ""}});
  std::vector<Driver> drivers(2);
  drivers[0].soc = 0.6;
  drivers[1].soc = 0.9;
  for (Driver& driver : drivers) driver.trips = {{0, 0, 2}};
  const TrafficFigures t = run_traffic(network, std::vector<Station>{station_at(3, "S")}, plan_of(drivers));
  ASSERT_EQ(t.drives.size(), 2U);
  EXPECT_NEAR(t.drives[0].km, 140.0, 1e-4);
  EXPECT_NEAR(t.drives[0].drive_h, 140.0 / 60.0, 1e-5);
  EXPECT_NEAR(t.drives[0].drive_kwh, 28.0, 1e-4);
  EXPECT_NEAR(t.drives[1].km, 120.0, 1e-4);
  EXPECT_NEAR(t.km, 260.0, 1e-4);
}

// The clock of Berlin in 2026: two hours ahead of UTC until 25 October, 01:00 UTC, then one; and the other way round on
// 29 March.
TEST(Traffic, HoursOfRatesAndPricesAreThoseOfTheLocalClock) {
  using kernel::day_ns;
  const auto departures = [&](int at_hour, std::vector<ClockStep> clock, TimeNs start_ns, int hours) {
    TripLaw law;
    law.to = 1;
    law.per_hour.assign(24, 0.0);
    law.per_hour[static_cast<std::size_t>(at_hour)] = 100.0;
    law.cars = {{0, 1.0}};
    std::map<std::pair<TimeNs, std::uint32_t>, int> by_hour;  // (hour of the run, local hour)
    for (const Driver& driver : drawn_drivers(law, 1, 0, start_ns, start_ns + hours * hour_ns, clock)) {
      const TimeNs t = driver.trips[0].depart_ns;
      ++by_hour[{(t - start_ns) / hour_ns, hour_of_day(clock, t)}];
    }
    return by_hour;
  };

  // Local midnight of the long day, and of the short one.
  const TimeNs october_ns = 22 * hour_ns, march_ns = 23 * hour_ns;
  const std::vector<ClockStep> back{{0, 2 * hour_ns}, {day_ns + hour_ns, hour_ns}};
  const std::vector<ClockStep> ahead{{0, hour_ns}, {day_ns + hour_ns, 2 * hour_ns}};
  const auto hours_of = [](const auto& by_hour) {
    std::vector<TimeNs> hours;
    for (const auto& [at, count] : by_hour) {
      EXPECT_GT(count, 60);
      EXPECT_LT(count, 140);
      hours.push_back(at.first);
    }
    return hours;
  };
  EXPECT_EQ(hours_of(departures(8, back, october_ns, 49)), (std::vector<TimeNs>{9, 33}));
  EXPECT_EQ(hours_of(departures(8, ahead, march_ns, 47)), (std::vector<TimeNs>{7, 31}));
  EXPECT_EQ(hours_of(departures(2, back, october_ns, 49)), (std::vector<TimeNs>{2, 3, 27}));
  EXPECT_EQ(hours_of(departures(2, ahead, march_ns, 47)), (std::vector<TimeNs>{25}));
  EXPECT_EQ(hours_of(departures(23, ahead, march_ns, 47)), (std::vector<TimeNs>{22, 46}));
  // A run that begins in the middle of a day.
  EXPECT_EQ(hours_of(departures(8, back, october_ns + 6 * hour_ns, 12)), (std::vector<TimeNs>{3}));

  // A charge that begins at 09:00 local on the second day pays the price of that hour.
  std::vector<Driver> drivers(1);
  drivers[0].soc = 0.5;
  drivers[0].trips = {{day_ns + 7 * hour_ns, 0, 2}};
  TrafficPlan plan = plan_of(drivers);
  plan.start_ns = october_ns;
  plan.end_ns = 3 * day_ns;
  plan.clock = back;
  std::vector<Station> stations{station_at(1, "S")};
  for (int hour = 0; hour < 24; ++hour) stations[0].price_by_hour.push_back(100.0 * hour);
  const TrafficFigures t = run_traffic(line(3, 60.0), stations, plan);
  ASSERT_EQ(t.visits.size(), 1U);
  EXPECT_NEAR(t.visits[0].money, 24.0 * 900.0, 1e-2);
}

// 0 -- 1 (A) -- 2 (B) -- 3, legs of 40 km, 20 %. With 60 % at the start both can be reached, A with 40 and B with 20 %.
// When A is out of service everybody charges at B; a car that stands in the queue of A as it fails goes on to B too.
TEST(Traffic, MovesToAnotherStationWhenOneFails) {
  std::vector<Driver> drivers(40);
  for (std::size_t i = 0; i < drivers.size(); ++i) {
    drivers[i].soc = 0.6;
    drivers[i].trips = {{static_cast<TimeNs>(i) * 10 * minute_ns, 0, 3}};
  }
  const Network network = line(4, 40.0);
  const std::vector<Station> stations{station_at(1, "A"), station_at(2, "B")};
  TrafficPlan plan = plan_of(drivers);
  const TrafficFigures both = run_traffic(network, stations, plan);
  EXPECT_GT(both.stations[0].visits, 5U);
  EXPECT_GT(both.stations[1].visits, 5U);
  EXPECT_EQ(both.trips_ended, 40U);

  plan.failures = {{0, 0, 24 * hour_ns}};
  const TrafficFigures without = run_traffic(network, stations, plan);
  EXPECT_EQ(without.stations[0].visits, 0U);
  EXPECT_EQ(without.stations[1].visits, 40U);
  EXPECT_GT(without.stations[1].wait_h, both.stations[1].wait_h);
  EXPECT_EQ(without.trips_ended, 40U);

  // In the middle of the wave: those in its queue are counted as gone on, and all arrive.
  plan.failures = {{0, 3 * hour_ns, 24 * hour_ns}};
  const TrafficFigures half = run_traffic(network, stations, plan);
  EXPECT_GT(half.stations[0].visits, 0U);
  EXPECT_LT(half.stations[0].visits, both.stations[0].visits);
  EXPECT_EQ(half.trips_ended, 40U);
  EXPECT_EQ(half.stranded.size(), 0U);
}

// Nobody stops and yet 120 km need 60 % of the 55 %: with its station closed the driver can not get there.
TEST(Traffic, StrandsWhoReachesNothing) {
  std::vector<Driver> drivers(1);
  drivers[0].soc = 0.55;
  drivers[0].trips = {{0, 0, 2}};
  const Network network = line(3, 60.0);
  const std::vector<Station> stations{station_at(1, "S")};
  TrafficPlan plan = plan_of(drivers);
  EXPECT_EQ(run_traffic(network, stations, plan).stranded.size(), 0U);
  plan.failures = {{0, 0, 24 * hour_ns}};
  const TrafficFigures t = run_traffic(network, stations, plan);
  EXPECT_EQ(t.stranded.size(), 1U);
  EXPECT_EQ(t.trips_ended, 0U);
}

// Two stations at one place, each with a charger and room for one car in its queue, and 12 cars at once: those that
// find both full do not drive to and fro without end, they queue.
TEST(Traffic, QueuesWhereAllStationsAreFull) {
  std::vector<Driver> drivers(12);
  for (Driver& driver : drivers) {
    driver.soc = 0.5;
    driver.trips = {{0, 0, 2}};
  }
  const Network network = line(3, 60.0);
  const std::vector<Station> stations{station_at(1, "A"), station_at(1, "B")};
  TrafficPlan plan = plan_of(drivers);
  plan.most_waiting_per_charger = 1;
  const TrafficFigures t = run_traffic(network, stations, plan);
  EXPECT_EQ(t.trips_ended, 12U);
  EXPECT_EQ(t.stranded.size(), 0U);
  EXPECT_GT(t.stations[0].went_on + t.stations[1].went_on, 0U);
}

// 300 km with a battery for 180: the first station alone does not lead to the end, the second does.
TEST(Traffic, StopsAgainOnLongTrips) {
  std::vector<Driver> drivers(1);
  drivers[0].soc = 0.5;
  drivers[0].trips = {{0, 0, 6}};
  const Network network = line(7, 50.0);
  const std::vector<Station> stations{station_at(1, "A"), station_at(3, "B"), station_at(5, "C")};
  const TrafficFigures t = run_traffic(network, stations, plan_of(drivers));
  EXPECT_EQ(t.trips_ended, 1U);
  EXPECT_GE(t.stops, 2U);
  for (const StationVisit& v : t.visits) EXPECT_GE(v.soc_in, 0.1 - 1e-6);
}

// Shares of two stations that differ in price alone follow the logit; dearer by 100, P = 1 / (1 + e) = 0.2689.
TEST(Traffic, PricesMoveDemandAsTheLogitSays) {
  std::vector<Driver> drivers(4000);
  for (std::size_t i = 0; i < drivers.size(); ++i) {
    drivers[i].soc = 0.5;
    drivers[i].trips = {{static_cast<TimeNs>(i) * minute_ns / 4, 0, 2}};
  }
  const Network network = line(3, 60.0);
  std::vector<Station> stations{station_at(1, "cheap", 4000), station_at(1, "dear", 4000)};
  stations[0].price_per_kwh = 300.0;
  stations[1].price_per_kwh = 400.0;
  const TrafficFigures t = run_traffic(network, stations, plan_of(drivers));
  EXPECT_EQ(t.stations[0].visits + t.stations[1].visits, 4000U);
  const double sd = std::sqrt(4000 * 0.2689 * 0.7311);
  EXPECT_NEAR(static_cast<double>(t.stations[1].visits), 4000 * 0.2689, 4.0 * sd);

  // By the hour: dear from 8:00 on at one, until then at the other.
  stations[0].price_by_hour.assign(24, 300.0);
  stations[1].price_by_hour.assign(24, 300.0);
  for (std::size_t h = 0; h < 24; ++h) (h < 8 ? stations[1] : stations[0]).price_by_hour[h] = 600.0;
  const TrafficFigures hourly = run_traffic(network, stations, plan_of(drivers));
  std::map<std::uint32_t, int> early;
  for (const StationVisit& v : hourly.visits) early[v.station] += v.arrive_ns < 8 * hour_ns ? 1 : 0;
  EXPECT_GT(early[0], 10 * early[1]) << "e^3 = 20";
}

// The battery's own books on a made region: what was charged less what was driven is what the batteries hold more.
TEST(Traffic, BooksOfTheBatteriesBalance) {
  const MadeRegion region = made_region(50, 12);
  TrafficPlan plan = commuter_plan(region, 2000, 7);
  const TrafficFigures t = run_traffic(region.network, region.stations, plan);
  EXPECT_GT(t.stops, 50U);
  EXPECT_NEAR(t.battery_change_kwh, t.charged_kwh - t.drive_kwh, 1e-6 * t.drive_kwh);

  // Visits and sums of stations are the same thing twice.
  double kwh = 0.0;
  std::uint64_t ended = 0;
  for (const StationVisit& v : t.visits) {
    kwh += v.meter_kwh;
    ended += v.end_ns > v.begin_ns ? 1U : 0U;
    EXPECT_GE(v.begin_ns, v.arrive_ns);
  }
  EXPECT_NEAR(kwh, t.road_kwh, 1e-6 * kwh);
  EXPECT_EQ(ended, t.stops);

  // Nobody is served before who came first, and no more charge at once than there are chargers.
  for (std::uint32_t s = 0; s < region.stations.size(); ++s) {
    TimeNs last_arrival = 0;
    std::vector<std::pair<TimeNs, int>> edges;
    for (const StationVisit& v : t.visits) {
      if (v.station != s) continue;
      EXPECT_GE(v.arrive_ns, last_arrival);
      last_arrival = v.arrive_ns;
      edges.emplace_back(v.begin_ns, 1);
      if (v.end_ns > v.begin_ns) edges.emplace_back(v.end_ns, -1);
    }
    std::sort(edges.begin(), edges.end());
    int busy = 0;
    for (const auto& [at, step] : edges) {
      busy += step;
      ASSERT_LE(busy, static_cast<int>(region.stations[s].chargers));
    }
  }

  // The same plan is the same run.
  const TrafficFigures again = run_traffic(region.network, region.stations, plan);
  EXPECT_EQ(again.visits.size(), t.visits.size());
  EXPECT_EQ(again.wait_h, t.wait_h);
}

TEST(Traffic, RefusesPlansThatCanNotBe) {
  std::vector<Driver> drivers(1);
  drivers[0].trips = {{0, 0, 1}, {hour_ns, 2, 0}};
  const Network network = line(3, 60.0);
  EXPECT_THROW(run_traffic(network, {}, plan_of(drivers)), RoadError);
  drivers[0].trips.clear();
  TrafficPlan plan = plan_of(drivers);
  plan.cars[0].battery.capacity_kwh = infinite;
  EXPECT_THROW(run_traffic(network, {}, plan), RoadError);
}

// 6 trips an hour at 8 and 9 o'clock, none else, over 100 days: 1200 are expected, sd 34.6.
TEST(Trips, FollowTheirRates) {
  TripLaw law;
  law.to = 1;
  law.per_hour.assign(24, 0.0);
  law.per_hour[8] = law.per_hour[9] = 6.0;
  law.cars = {{0, 1.0}, {1, 3.0}};
  const std::vector<Driver> drivers = drawn_drivers(law, 3, 0, 0, 100 * kernel::day_ns);
  EXPECT_NEAR(static_cast<double>(drivers.size()), 1200.0, 4 * 34.6);
  double second_car = 0.0;
  TimeNs before = 0;
  for (const Driver& d : drivers) {
    const TimeNs at = d.trips.front().depart_ns;
    EXPECT_TRUE(at % kernel::day_ns >= 8 * hour_ns && at % kernel::day_ns < 10 * hour_ns);
    EXPECT_GE(at, before);
    before = at;
    EXPECT_TRUE(d.soc >= 0.6 && d.soc <= 1.0);
    second_car += d.car;
  }
  EXPECT_NEAR(second_car / static_cast<double>(drivers.size()), 0.75, 0.06);
}

}  // namespace
}  // namespace evtwin::roads
