#include "roads/made_region.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/random.hpp"

namespace evtwin::roads {
namespace {

double unit(std::uint64_t entity, std::uint64_t index) {
  return kernel::draw_unit(2026, entity, kernel::purpose_of("test.made_region"), index);
}

}  // namespace

MadeRegion made_region(std::uint32_t side, std::uint32_t stations) {
  MadeRegion region;
  region.side = side;
  std::vector<NodeRow> nodes;
  std::vector<EdgeRow> edges;
  constexpr double step_deg = 0.018;  // 2 km of latitude
  for (std::uint32_t row = 0; row < side; ++row) {
    for (std::uint32_t column = 0; column < side; ++column) {
      const std::uint32_t node = row * side + column;
      nodes.push_back({std::to_string(node), 36.0 + step_deg * row + 0.004 * (unit(node, 0) - 0.5),
                       127.0 + step_deg * column + 0.004 * (unit(node, 1) - 0.5), ""});
      const auto join = [&](std::uint32_t other, bool fast, std::uint64_t draw) {
        edges.push_back({std::to_string(node), std::to_string(other), 2.4 + 0.5 * unit(node, draw), fast ? 90.0 : 45.0,
                         0.04 * (unit(node, draw + 1) - 0.5), false, ""});
      };
      if (column + 1 < side) join(node + 1, row % 10 == 0, 2);
      if (row + 1 < side) join(node + side, column % 10 == 0, 4);
    }
  }
  region.network = Network(nodes, edges);
  for (std::uint32_t s = 0; s < stations; ++s) {
    Station station;
    station.name = "S" + std::to_string(s);
    station.node = static_cast<std::uint32_t>(unit(1'000'000 + s, 0) * side * side);
    station.lat_deg = region.network.nodes()[station.node].lat_deg;
    station.lon_deg = region.network.nodes()[station.node].lon_deg;
    station.kw = s % 3 == 0 ? 200.0 : s % 3 == 1 ? 100.0 : 50.0;
    station.chargers = 2 + s % 5;
    station.price_per_kwh = 250.0 + std::floor(200.0 * unit(1'000'000 + s, 1));
    region.stations.push_back(station);
  }
  return region;
}

TrafficPlan commuter_plan(const MadeRegion& region, std::uint32_t drivers, int days) {
  TrafficPlan plan;
  for (const double kwh : {40.0, 58.0, 77.0}) {
    RoadCar car;
    car.drive = *find_class(kwh < 50.0 ? "small" : kwh < 70.0 ? "mid" : "suv");
    car.battery = {kwh, 0.95, 0.95, {{{0.0, 2.0 * kwh}, {0.5, 2.0 * kwh}, {1.0, 0.2 * kwh}}}, {}};
    car.battery.discharge = physics::Curve::constant(0.0);
    plan.cars.push_back(car);
  }
  plan.end_ns = days * kernel::day_ns;
  plan.drivers.resize(drivers);
  const auto side = static_cast<double>(region.side);
  for (std::uint32_t d = 0; d < drivers; ++d) {
    Driver& driver = plan.drivers[d];
    const auto u = [&](std::uint64_t k) { return unit(2'000'000 + d, k); };
    const double row = std::floor(u(0) * side), column = std::floor(u(1) * side);
    const auto near = [&](double place, double v) {
      return std::clamp(std::floor(place + 0.3 * std::min(side, 50.0) * (v - 0.5)), 0.0, side - 1.0);
    };
    const auto home = static_cast<std::uint32_t>(row * side + column);
    const auto work = static_cast<std::uint32_t>(near(row, u(2)) * side + near(column, u(3)));
    driver.car = static_cast<std::uint32_t>(3.0 * u(4));
    driver.soc = 0.3 + 0.6 * u(5);
    if (u(6) < 2.0 / 3.0) {
      driver.home = home;
      driver.home_kw = 3.5;
    }
    for (int day = 0; day < days; ++day) {
      const auto at = [&](double hour, std::uint64_t k) {
        return day * kernel::day_ns + static_cast<TimeNs>((hour + u(k + static_cast<std::uint64_t>(2 * day))) *
                                                          static_cast<double>(kernel::hour_ns));
      };
      driver.trips.push_back({at(7.0, 10), home, work});
      driver.trips.push_back({at(17.0, 11), work, home});
    }
  }
  return plan;
}

}  // namespace evtwin::roads
