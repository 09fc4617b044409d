#include "roads/route.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "kernel/random.hpp"

namespace evtwin::roads {
namespace {

/// A car that takes exactly `kwh_per_km` at any speed, without forces.
DriveClass plain_class(double kwh_per_km_at_60) {
  DriveClass car;
  car.mass_kg = 0.0;
  car.drag_area_m2 = 0.0;
  car.base_kw = kwh_per_km_at_60 * 60.0;
  car.heat_kw_per_k = car.cool_kw_per_k = 0.0;
  return car;
}

physics::BatterySpec tapering(double kwh, double kw, double taper_soc, double end_kw, double efficiency) {
  return {kwh, efficiency, 1.0, {{{0.0, kw}, {taper_soc, kw}, {1.0, end_kw}}}, physics::Curve::constant(0.0)};
}

NodeRow spot(const std::string& id) { return {id, 37.0, 127.0, ""}; }

Station station_at(std::uint32_t node, double kw, double price) {
  Station s;
  s.name = "S" + std::to_string(node);
  s.node = node;
  s.kw = kw;
  s.price_per_kwh = price;
  return s;
}

//   a --60-- b --60-- c        60 km/h, 0.2 kWh/km, battery 30 kWh, start 90 %, reserve 10 %, S at b: 50 kW, stop 6 min
//
// Each leg takes 12 kWh = 40 %. a -> b: 50 % left. b -> c needs 50 % at b and there are 50 %: c is reached at 10 %
// without a stop. With a start at 80 %, 40 % are there at b: charging 10 % = 3 kWh at 50 kW takes 0.06 h.
TEST(Route, StopsWhereItMustByHand) {
  const Network network(
      std::vector<NodeRow>{spot("a"), spot("b"), spot("c")},
      std::vector<EdgeRow>{{"a", "b", 60.0, 60.0, 0.0, false, ""}, {"b", "c", 60.0, 60.0, 0.0, false, ""}});
  const std::vector<Station> stations{station_at(1, 50.0, 300.0)};
  const RoadCar car{plain_class(0.2), {30.0, 1.0, 1.0, physics::Curve::constant(100.0), {}}};
  const RoutePlanner planner(network, stations, car);
  RouteQuery q;
  q.from = 0, q.to = 2, q.soc = 0.9 + 1e-12, q.stop_h = 0.1;
  const Route direct = planner.plan_route(q);
  EXPECT_TRUE(direct.stops.empty());
  EXPECT_NEAR(direct.hours, 2.0, 1e-12);
  EXPECT_NEAR(direct.soc_end, 0.1, 1e-9);

  q.soc = 0.8;
  const Route stopped = planner.plan_route(q);
  ASSERT_EQ(stopped.stops.size(), 1U);
  EXPECT_NEAR(stopped.stops[0].soc_in, 0.4, 1e-12);
  EXPECT_NEAR(stopped.stops[0].soc_out, 0.5, 0.01 + 1e-9);
  EXPECT_NEAR(stopped.hours, 2.0 + 0.1 + 0.06, 0.006 + 1e-9) << "within one step of the state of charge, 0.3 kWh";
  EXPECT_NEAR(stopped.money, 300.0 * stopped.meter_kwh, 1e-9);
  EXPECT_NEAR(stopped.drive_kwh, 24.0, 1e-9);
  EXPECT_EQ(stopped.edges.size(), 2U);
}

// The fast station is dear, the cheap one slow and off the way: a - F - z direct, a - C - z 20 km longer.
TEST(Route, MoneyAndTimeChooseDifferentStations) {
  const Network network(std::vector<NodeRow>{spot("a"), spot("F"), spot("C"), spot("z")},
                        std::vector<EdgeRow>{{"a", "F", 60.0, 60.0, 0.0, false, ""},
                                             {"F", "z", 60.0, 60.0, 0.0, false, ""},
                                             {"a", "C", 70.0, 60.0, 0.0, false, ""},
                                             {"C", "z", 70.0, 60.0, 0.0, false, ""}});
  const std::vector<Station> stations{station_at(1, 150.0, 400.0), station_at(2, 11.0, 100.0)};
  const RoadCar car{plain_class(0.2), {30.0, 1.0, 1.0, physics::Curve::constant(200.0), {}}};
  const RoutePlanner planner(network, stations, car);
  RouteQuery q;
  q.from = 0, q.to = 3, q.soc = 0.7;
  const Route fast = planner.plan_route(q);
  ASSERT_EQ(fast.stops.size(), 1U);
  EXPECT_EQ(fast.stops[0].station, 0U);
  q.hour_weight = 0.0, q.money_weight = 1.0;
  const Route cheap = planner.plan_route(q);
  ASSERT_EQ(cheap.stops.size(), 1U);
  EXPECT_EQ(cheap.stops[0].station, 1U);
  EXPECT_LT(cheap.money, fast.money);
  EXPECT_GT(cheap.hours, fast.hours);

  // The fast one closed, or with a queue of hours, time goes by the other.
  q.hour_weight = 1.0, q.money_weight = 0.0;
  std::vector<StationState> states(2);
  states[0].open = false;
  q.states = states;
  EXPECT_EQ(planner.plan_route(q).stops[0].station, 1U);
  states[0].open = true;
  states[0].wait_h = 3.0;
  EXPECT_EQ(planner.plan_route(q).stops[0].station, 1U);
}

std::string refusal(const RoutePlanner& planner, const RouteQuery& query) {
  try {
    planner.plan_route(query);
  } catch (const RoadError& error) {
    return error.what();
  }
  return "planned";
}

TEST(Route, SaysWhyThereIsNone) {
  const Network network(
      std::vector<NodeRow>{spot("a"), spot("b"), spot("c"), spot("d")},
      std::vector<EdgeRow>{{"a", "b", 60.0, 60.0, 0.0, false, ""}, {"b", "c", 600.0, 60.0, 0.0, false, ""}});
  const std::vector<Station> stations{station_at(1, 50.0, 300.0)};
  const RoadCar car{plain_class(0.2), {30.0, 1.0, 1.0, physics::Curve::constant(100.0), {}}};
  const RoutePlanner planner(network, stations, car);
  RouteQuery q;
  q.from = 0, q.to = 3;
  EXPECT_EQ(refusal(planner, q), "no road leads from a to d");
  q.to = 2;
  EXPECT_EQ(refusal(planner, q),
            "the car can not reach c from a at 80 %: of the way it gets to b, and from the 1 "
            "station within reach no full battery leads further");
  q.soc = 0.3;
  EXPECT_EQ(refusal(planner, q),
            "the car can not reach c from a at 30 %, nor any station that fits it, without going "
            "below its reserve of 10 %");
  q.soc = 0.05;
  EXPECT_EQ(refusal(planner, q), "the car starts at 5 %, below its reserve of 10 %");
}

// Formulas of the tests' own, which share no code with the planner: forces on the car, hours of charging.
struct OwnFormulas {
  const RoadCar& car;
  const RouteQuery& q;

  double edge_soc(const Edge& e) const {
    const DriveClass& c = car.drive;
    const double angle = std::atan(e.grade), v = e.speed_kmh * 1000.0 / 3600.0;
    const double rho = 101325.0 / 287.05 / (273.15 + q.temperature_c);
    const double newton =
        c.mass_kg * 9.80665 * (c.rolling * std::cos(angle) + std::sin(angle)) + rho * c.drag_area_m2 * v * v / 2.0;
    const double joule = newton * e.km * 1000.0;
    const double wheel_kwh = joule / 3.6e6;
    double aux = c.base_kw;
    if (q.temperature_c < 18.0) aux += c.heat_kw_per_k * (18.0 - q.temperature_c);
    if (q.temperature_c > 24.0) aux += c.cool_kw_per_k * (q.temperature_c - 24.0);
    const double kwh =
        (wheel_kwh > 0.0 ? wheel_kwh / c.drive_efficiency : wheel_kwh * c.recuperation) + aux * e.km / e.speed_kmh;
    return kwh / car.battery.capacity_kwh;
  }

  // Integral of capacity / (efficiency x power): power is the offer up to where the curve crosses it, then linear.
  double charge_h(double kw, double from, double to) const {
    const auto& knots = car.battery.charge.knots;
    const double full_kw = knots[0].kw, bend = knots[1].soc, end_kw = knots[2].kw;
    const double flat_kw = std::min(kw, full_kw);
    const double crossing = flat_kw <= end_kw ? 1.0 : bend + (1.0 - bend) * (full_kw - flat_kw) / (full_kw - end_kw);
    const double scale = car.battery.capacity_kwh / car.battery.charge_efficiency;
    double hours = 0.0;
    if (from < crossing) hours += (std::min(to, crossing) - from) * scale / flat_kw;
    if (to > crossing) {
      const double slope = (end_kw - full_kw) / (1.0 - bend);
      const auto power = [&](double soc) { return full_kw + slope * (soc - bend); };
      hours += scale / slope * std::log(power(to) / power(std::max(from, crossing)));
    }
    return hours;
  }

  double stop_cost(const Station& s, double from, double to) const {
    const double money = (to - from) * car.battery.capacity_kwh / car.battery.charge_efficiency * s.price_per_kwh;
    return q.hour_weight * (q.stop_h + charge_h(s.kw, from, to)) + q.money_weight * money;
  }
};

// Drives a planned route anew, road by road and stop by stop. Every road must begin where the one before ended, every
// stop must be at its station's node and charge what it says, no state of charge may be below the reserve.
// @returns what the route costs
double walked_cost(const Network& network, const std::vector<Station>& stations, const OwnFormulas& own,
                   const Route& route) {
  const RouteQuery& q = own.q;
  std::uint32_t node = q.from;
  double soc = q.soc, cost = 0.0;
  std::size_t stop = 0;
  for (std::size_t i = 0; i <= route.edges.size(); ++i) {
    for (; stop < route.stops.size() && route.stops[stop].edges_before == i; ++stop) {
      const RouteStop& here = route.stops[stop];
      EXPECT_EQ(stations[here.station].node, node);
      EXPECT_NEAR(here.soc_in, soc, 1e-9);
      EXPECT_GT(here.soc_out, soc);
      EXPECT_LE(here.soc_out, q.most_soc + 1e-9);
      cost += own.stop_cost(stations[here.station], soc, here.soc_out);
      soc = here.soc_out;
    }
    if (i == route.edges.size()) break;
    const Edge& e = network.edges()[route.edges[i]];
    EXPECT_EQ(e.from, node);
    node = e.to;
    soc = std::min(1.0, soc - own.edge_soc(e));
    cost += q.hour_weight * e.km / e.speed_kmh;
    EXPECT_NEAR(route.soc_at[i], soc, 1e-9);
    EXPECT_GE(soc, q.reserve_soc - 1e-12);
  }
  EXPECT_EQ(node, q.to);
  EXPECT_EQ(stop, route.stops.size());
  EXPECT_GE(soc, q.arrive_soc - 1e-12);
  return cost;
}

// The second computation: every road without a circle between stops, every level of charge.
class BruteForce {
 public:
  BruteForce(const Network& network, const std::vector<Station>& stations, const OwnFormulas& own)
      : network_(network), stations_(stations), own_(own), q_(own.q) {}

  double best_cost() {
    std::vector<bool> seen(network_.node_count());
    seen[q_.from] = true;
    go_on(q_.from, q_.soc, 0.0, seen);
    return best_;
  }

 private:
  void go_on(std::uint32_t node, double soc, double cost, std::vector<bool>& seen) {
    if (cost >= best_) return;
    if (node == q_.to && soc >= q_.arrive_soc) best_ = cost;
    for (const Edge& e : network_.edges()) {
      if (e.from != node || seen[e.to]) continue;
      const double next = std::min(1.0, soc - own_.edge_soc(e));
      if (next < q_.reserve_soc) continue;
      seen[e.to] = true;
      go_on(e.to, next, cost + q_.hour_weight * e.km / e.speed_kmh, seen);
      seen[e.to] = false;
    }
    for (const Station& s : stations_) {
      if (s.node == node) charge_at(s, soc, cost);
    }
  }

  // The future of a car that has charged depends on its node and level alone: the same again, dearer, is left out.
  void charge_at(const Station& s, double soc, double cost) {
    const int steps = static_cast<int>(std::lround(1.0 / q_.soc_step));
    for (int k = 1; k <= steps; ++k) {
      const double to = static_cast<double>(k) / steps;
      if (to <= soc || to > q_.most_soc) continue;
      const double total = cost + own_.stop_cost(s, soc, to);
      const auto [known, is_new] = cheapest_after_stop_.try_emplace({s.node, k}, total);
      if (!is_new && total >= known->second) continue;
      known->second = total;
      std::vector<bool> afresh(network_.node_count());
      afresh[s.node] = true;
      go_on(s.node, to, total, afresh);
    }
  }

  const Network& network_;
  const std::vector<Station>& stations_;
  const OwnFormulas& own_;
  const RouteQuery& q_;
  std::map<std::pair<std::uint32_t, int>, double> cheapest_after_stop_;  // by node and level
  double best_ = infinite;
};

struct SmallCase {
  std::vector<NodeRow> nodes;
  std::vector<EdgeRow> edges;
  std::vector<Station> stations;
  RoadCar car;
  RouteQuery query;
};

enum class Grades { of_heights, of_any_road };

/// Roads of a landscape rise by the difference of their ends' heights. Where each road's grade is drawn for itself a
/// circle may lead downhill all around.
SmallCase random_case(std::uint64_t number, Grades grades = Grades::of_heights) {
  std::uint64_t draws = 0;
  const auto u = [&](double low, double high) {
    return low + (high - low) * kernel::draw_unit(24, number, kernel::purpose_of("test.route"), draws++);
  };
  SmallCase c;
  const int n = static_cast<int>(u(3.0, 7.0));
  for (int i = 0; i < n; ++i) c.nodes.push_back(spot(std::to_string(i)));
  const bool hilly = u(0.0, 1.0) < 0.4;
  std::vector<double> height_km;
  for (int i = 0; i < n; ++i) height_km.push_back(hilly ? u(0.0, 1.0) : 0.0);
  for (int i = 0; i < 2 * n; ++i) {
    const int from = static_cast<int>(u(0.0, n)), to = static_cast<int>(u(0.0, n));
    if (from == to) continue;
    const double km = u(5.0, 90.0), any_grade = u(-0.06, 0.06);
    const double rise = (height_km[static_cast<std::size_t>(to)] - height_km[static_cast<std::size_t>(from)]) / km;
    const double grade = grades == Grades::of_heights ? rise : hilly ? any_grade : 0.0;
    c.edges.push_back({std::to_string(from), std::to_string(to), km, u(30.0, 120.0), grade, u(0.0, 1.0) < 0.3, ""});
  }
  const int stations = static_cast<int>(u(1.0, 4.0));
  for (int s = 0; s < stations; ++s)
    c.stations.push_back(station_at(static_cast<std::uint32_t>(u(0.0, n)), u(10.0, 120.0), std::floor(u(0.0, 500.0))));
  const double kw = u(40.0, 150.0);
  c.car = RoadCar{drive_classes()[static_cast<std::size_t>(u(0.0, 4.0))],
                  tapering(u(12.0, 30.0), kw, u(0.3, 0.8), kw * u(0.1, 0.5), u(0.85, 1.0))};
  RouteQuery& q = c.query;
  q.from = 0, q.to = static_cast<std::uint32_t>(n - 1);
  q.soc = u(0.3, 1.0), q.reserve_soc = u(0.0, 0.15), q.arrive_soc = u(0.0, 0.5),
  q.most_soc = u(0.0, 1.0) < 0.5 ? 1.0 : 0.8;
  q.temperature_c = u(-15.0, 35.0);
  q.hour_weight = u(0.0, 1.0) < 0.3 ? 1.0 : u(0.0, 20000.0);
  q.money_weight = q.hour_weight == 1.0 ? 0.0 : 1.0;
  q.soc_step = 0.2, q.stop_h = u(0.01, 0.2);
  return c;
}

/// What many small graphs came to.
struct Tally {
  int planned = 0, refused = 0, with_stops = 0, with_two = 0, better = 0;
};

// Plans a case, drives the answer anew, and holds its cost against the brute force.
void compare_case(std::uint64_t number, Grades grades, Tally& tally) {
  const SmallCase c = random_case(number, grades);
  const Network network(c.nodes, c.edges);
  const RoutePlanner planner(network, c.stations, c.car);
  const OwnFormulas own{c.car, c.query};
  const double best = BruteForce(network, c.stations, own).best_cost();
  try {
    const Route route = planner.plan_route(c.query);
    ++tally.planned;
    tally.with_stops += route.stops.empty() ? 0 : 1;
    tally.with_two += route.stops.size() > 1 ? 1 : 0;
    ASSERT_NEAR(walked_cost(network, c.stations, own, route), route.cost, 1e-8 * (1.0 + route.cost)) << number;

    const double tolerance = 1e-8 * (1.0 + route.cost);
    tally.better += route.cost < best - tolerance ? 1 : 0;
    ASSERT_LE(route.cost, best + tolerance) << "graph " << number << " with " << route.stops.size() << " stops";
  } catch (const RoadError&) {
    ASSERT_EQ(best, infinite) << "graph " << number;
    ++tally.refused;
  }
}

// In a landscape a circle never charges more than it takes, so that roads without circles have the best among them.
TEST(Route, IsTheBestOfAllOnAThousandSmallGraphs) {
  Tally tally;
  for (std::uint64_t number = 0; number < 1000; ++number) {
    compare_case(number, Grades::of_heights, tally);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(tally.better, 0) << "routes that the brute force did not find";
  EXPECT_GT(tally.planned, 500);
  EXPECT_GT(tally.with_stops, 150);
  EXPECT_GT(tally.with_two, 20);
  EXPECT_GT(tally.refused, 50);
}

// Where a circle leads downhill all around a car charges by driving it: the planner does, the brute force knows no
// circles. Such routes hold when they are driven, and cost no more.
TEST(Route, MayDriveACircleThatLeadsDownhillAllAround) {
  Tally tally;
  for (std::uint64_t number = 0; number < 300; ++number) {
    compare_case(number, Grades::of_any_road, tally);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(tally.better, 0);
}

// With ever finer steps of the state of charge a route gets no slower where the steps divide, and little faster soon.
TEST(Route, FinerStepsOfChargeChangeLittle) {
  int compared = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    SmallCase c = random_case(number);
    const Network network(c.nodes, c.edges);
    const RoutePlanner planner(network, c.stations, c.car);
    c.query.hour_weight = 1.0, c.query.money_weight = 0.0;
    try {
      c.query.soc_step = 0.01;
      const Route coarse = planner.plan_route(c.query);
      c.query.soc_step = 0.002;
      const Route fine = planner.plan_route(c.query);
      EXPECT_LE(fine.hours, coarse.hours + 1e-12);
      EXPECT_LT(coarse.hours - fine.hours, 0.01 * static_cast<double>(1 + coarse.stops.size())) << number;
      ++compared;
    } catch (const RoadError&) {
    }
  }
  EXPECT_GT(compared, 100);
}

// Charging in one stop what the table says, against the battery's own law, from and to anywhere.
TEST(ChargeTable, CountsTheTaper) {
  const physics::BatterySpec battery = tapering(60.0, 120.0, 0.5, 20.0, 0.95);
  const ChargeTable table(battery, 100.0, 0.01);
  for (int k = 0; k < 100; ++k) {
    const double soc = 0.0099 * k;
    for (std::uint32_t level = 1; level <= 100; level += 7) {
      const double hours = soc * 100 >= level ? 0.0 : physics::hours_to_soc(battery, soc * 60.0, 100.0, level / 100.0);
      EXPECT_NEAR(table.hours_to_level(soc, level), hours, 1e-9);
      EXPECT_NEAR(table.hours_between(soc, level / 100.0), hours, 2e-4);
    }
  }
}

}  // namespace
}  // namespace evtwin::roads
