#include "roads/near.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "kernel/random.hpp"

namespace evtwin::roads {
namespace {

double drawn_unit(std::uint64_t entity, std::uint64_t index) {
  return kernel::draw_unit(24, entity, kernel::purpose_of("test.near"), index);
}

std::vector<Station> random_stations(std::uint64_t world, std::size_t count, double low_lat, double high_lat,
                                     double low_lon, double high_lon) {
  std::vector<Station> stations(count);
  for (std::size_t i = 0; i < count; ++i) {
    Station& s = stations[i];
    s.name = "S" + std::to_string(i);
    s.lat_deg = low_lat + (high_lat - low_lat) * drawn_unit(world, 8 * i);
    s.lon_deg = low_lon + (high_lon - low_lon) * drawn_unit(world, 8 * i + 1);
    s.sockets = static_cast<SocketSet>(1U << static_cast<unsigned>(6 * drawn_unit(world, 8 * i + 2)));
    s.kw = 7.0 + std::floor(200.0 * drawn_unit(world, 8 * i + 3));
    s.own = drawn_unit(world, 8 * i + 4) < 0.3;
    s.operator_name = s.own ? "ours" : "theirs";
    s.price_per_kwh = std::floor(100.0 + 300.0 * drawn_unit(world, 8 * i + 5));
  }
  return stations;
}

std::vector<StationState> random_states(std::uint64_t world, std::size_t count) {
  std::vector<StationState> states(count);
  for (std::size_t i = 0; i < count; ++i) {
    states[i].open = drawn_unit(world, 8 * i + 6) < 0.9;
    states[i].free = static_cast<std::uint32_t>(3.0 * drawn_unit(world, 8 * i + 7));
    states[i].wait_h = states[i].free == 0 ? 0.25 : 0.0;
  }
  return states;
}

// The same question answered by looking at every station.
std::set<std::uint32_t> scan(const std::vector<Station>& stations, const std::vector<StationState>& states,
                             const NearQuery& q) {
  std::set<std::uint32_t> found;
  for (std::uint32_t i = 0; i < stations.size(); ++i) {
    const Station& s = stations[i];
    const bool fits = great_circle_km(q.lat_deg, q.lon_deg, s.lat_deg, s.lon_deg) <= q.km &&
                      (s.sockets & q.sockets) != 0 && s.kw >= q.min_kw && (s.own || !q.own_only) &&
                      s.price_per_kwh <= q.most_price && states[i].open && (states[i].free > 0 || !q.free_only);
    if (fits) found.insert(i);
  }
  return found;
}

// 200 maps, a hundred questions each: around Korea, at the date line, around the poles, over the whole Earth.
TEST(Near, FindsWhatAScanFindsInTheOrderAskedFor) {
  std::size_t hits_seen = 0;
  for (std::uint64_t world = 0; world < 200; ++world) {
    const double boxes[4][4] = {{33, 39, 125, 130}, {-10, 10, -180, 180}, {60, 90, -180, 180}, {-90, 90, -180, 180}};
    const double* box = boxes[world % 4];
    const std::vector<Station> stations = random_stations(world, 1 + world * 3, box[0], box[1], box[2], box[3]);
    const std::vector<StationState> states = random_states(world, stations.size());
    const StationIndex index(stations);
    std::vector<NearHit> hits;
    for (std::uint64_t k = 0; k < 100; ++k) {
      const auto u = [&](std::uint64_t n) { return drawn_unit(1000 + world, 10 * k + n); };
      NearQuery q;
      q.lat_deg = std::clamp(box[0] - 1 + (box[1] - box[0] + 2) * u(0), -90.0, 90.0);
      q.lon_deg = k % 3 == 0 && box[3] == 180 ? (u(1) < 0.5 ? 179.9 : -179.9) : box[2] + (box[3] - box[2]) * u(1);
      q.km = k % 10 == 0 ? 21000.0 * u(2) : 300.0 * u(2);
      if (u(3) < 0.5) q.sockets = static_cast<SocketSet>(1 + static_cast<int>(62 * u(4)));
      if (u(5) < 0.3) q.min_kw = 100.0;
      q.own_only = u(6) < 0.2;
      q.free_only = u(7) < 0.3;
      if (u(8) < 0.3) q.most_price = 250.0;
      q.order = static_cast<NearOrder>(k % 4);
      index.find_near(q, states, hits);

      std::set<std::uint32_t> found;
      for (const NearHit& hit : hits) found.insert(hit.station);
      ASSERT_EQ(found.size(), hits.size()) << "a station twice, world " << world << " question " << k;
      ASSERT_EQ(found, scan(stations, states, q)) << "world " << world << " question " << k;
      hits_seen += hits.size();
      const auto key = [&](const NearHit& hit) {
        const Station& s = stations[hit.station];
        const double keys[] = {hit.km, s.price_per_kwh, hit.km / q.travel_kmh + states[hit.station].wait_h, -s.kw};
        return keys[k % 4];
      };
      for (std::size_t i = 1; i < hits.size(); ++i) {
        ASSERT_LE(key(hits[i - 1]), key(hits[i]));
        ASSERT_NEAR(
            hits[i].km,
            great_circle_km(q.lat_deg, q.lon_deg, stations[hits[i].station].lat_deg, stations[hits[i].station].lon_deg),
            1e-4);
      }
    }
  }
  EXPECT_GT(hits_seen, 100'000U);
}

// Two stations 10 km away: one free with 50 kW, one with 150 kW and a queue of half an hour. 20 -> 80 % of 60 kWh are
// 36 kWh: 0.72 h at 50 kW, 0.24 h at 150 kW. With the queue 0.74 h: the slow one is sooner done.
TEST(Near, TimeCountsQueueAndCharging) {
  std::vector<Station> stations(3);
  for (Station& s : stations) s.lat_deg = 10.0 / earth_radius_km * 180.0 / 3.14159265358979323846;
  stations[0].name = "slow", stations[0].kw = 50.0, stations[0].sockets = 4;
  stations[1].name = "fast", stations[1].kw = 150.0, stations[1].sockets = 4;
  stations[2].name = "other plug", stations[2].sockets = 16;
  const StationIndex index(stations);
  RoadCar car{*find_class("mid"), {60.0, 1.0, 1.0, physics::Curve::constant(300.0), physics::Curve::constant(0.0)}};
  car.sockets = 4;
  NearQuery q;
  q.km = 11.0;
  q.order = NearOrder::time;
  q.car = &car;
  std::vector<NearHit> hits;
  const std::vector<StationState> states{{true, 1, 0, 0.0}, {true, 0, 2, 0.5}, {}};
  index.find_near(q, states, hits);
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[0].station, 0U);
  EXPECT_NEAR(hits[0].hours, 0.25 + 0.72, 1e-9);
  EXPECT_NEAR(hits[1].hours, 0.25 + 0.5 + 0.24, 1e-9);
  index.find_near(q, {}, hits);
  EXPECT_EQ(hits[0].station, 1U) << "without a queue the fast one is sooner done";
}

TEST(Near, OfNoStationsFindsNone) {
  const StationIndex index({});
  std::vector<NearHit> hits(3);
  index.find_near({}, {}, hits);
  EXPECT_TRUE(hits.empty());
}

}  // namespace
}  // namespace evtwin::roads
