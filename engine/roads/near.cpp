#include "roads/near.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

namespace evtwin::roads {
namespace {

constexpr double radians = std::numbers::pi / 180.0;
constexpr std::array<std::string_view, 4> order_names{"distance", "price", "time", "speed"};

/// Stations per cell that the grid aims at.
constexpr double aimed_per_cell = 2.0;

bool fits(const Station& station, const NearQuery& query, const StationState* state) {
  if ((station.sockets & query.sockets) == 0 || station.kw < query.min_kw) return false;
  if (query.own_only && !station.own) return false;
  if (!query.operator_name.empty() && station.operator_name != query.operator_name) return false;
  if (station.price_at(query.hour_of_day) > query.most_price) return false;
  if (state != nullptr && !state->open) return false;
  if (query.free_only && state != nullptr && state->free == 0) return false;
  return query.car == nullptr || offered_kw(*query.car, station) > 0.0;
}

double charging_h(const NearQuery& query, double kw) {
  if (query.car == nullptr) return 0.0;
  const physics::BatterySpec& battery = query.car->battery;
  return physics::hours_to_soc(battery, query.soc * battery.capacity_kwh, kw, query.soc_target);
}

}  // namespace

std::span<const std::string_view> near_orders() { return order_names; }

StationIndex::StationIndex(std::vector<Station> stations) : stations_(std::move(stations)) {
  double high_lat = -90.0, high_lon = -180.0;
  low_lat_ = 90.0;
  low_lon_ = 180.0;
  for (const Station& s : stations_) {
    const double lat = s.lat_deg * radians, lon = s.lon_deg * radians;
    points_.push_back({std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)});
    low_lat_ = std::min(low_lat_, s.lat_deg);
    low_lon_ = std::min(low_lon_, s.lon_deg);
    high_lat = std::max(high_lat, s.lat_deg);
    high_lon = std::max(high_lon, s.lon_deg);
  }
  const double cells = std::max(1.0, static_cast<double>(stations_.size()) / aimed_per_cell);
  rows_ = columns_ = static_cast<std::size_t>(std::ceil(std::sqrt(cells)));
  // A hair wider than they are, so that the outermost lies inside.
  cell_lat_deg_ = std::max(1e-9, (high_lat - low_lat_) * (1.0 + 1e-12) / static_cast<double>(rows_));
  cell_lon_deg_ = std::max(1e-9, (high_lon - low_lon_) * (1.0 + 1e-12) / static_cast<double>(columns_));

  first_of_cell_.assign(rows_ * columns_ + 1, 0);
  for (const Station& s : stations_) ++first_of_cell_[cell_of(s.lat_deg, s.lon_deg) + 1];
  std::partial_sum(first_of_cell_.begin(), first_of_cell_.end(), first_of_cell_.begin());
  in_cells_.resize(stations_.size());
  std::vector<std::uint32_t> next(first_of_cell_.begin(), first_of_cell_.end() - 1);
  for (std::uint32_t i = 0; i < stations_.size(); ++i)
    in_cells_[next[cell_of(stations_[i].lat_deg, stations_[i].lon_deg)]++] = i;
}

std::size_t StationIndex::cell_of(double lat_deg, double lon_deg) const {
  const auto row = std::min(rows_ - 1, static_cast<std::size_t>((lat_deg - low_lat_) / cell_lat_deg_));
  const auto column = std::min(columns_ - 1, static_cast<std::size_t>((lon_deg - low_lon_) / cell_lon_deg_));
  return row * columns_ + column;
}

void StationIndex::look_into(std::size_t cell, const Point& here, double most_chord_2, const NearQuery& query,
                             std::span<const StationState> states, std::vector<NearHit>& hits) const {
  for (std::uint32_t k = first_of_cell_[cell]; k < first_of_cell_[cell + 1]; ++k) {
    const std::uint32_t i = in_cells_[k];
    const Point& there = points_[i];
    const double dx = here.x - there.x, dy = here.y - there.y, dz = here.z - there.z;
    const double chord_2 = dx * dx + dy * dy + dz * dz;
    if (chord_2 > most_chord_2) continue;
    const Station& station = stations_[i];
    const StationState* state = states.empty() ? nullptr : &states[i];
    if (!fits(station, query, state)) continue;

    const double km = 2.0 * earth_radius_km * std::asin(std::min(1.0, 0.5 * std::sqrt(chord_2)));
    const double kw = query.car != nullptr ? offered_kw(*query.car, station) : station.kw;
    const double queue_h = state != nullptr ? state->wait_h : 0.0;
    hits.push_back({i, km, km / query.travel_kmh + queue_h + charging_h(query, kw), kw});
  }
}

// The longitudes within a distance d of (lat, lon) are lon +- asin(sin d / cos lat), all of them where a pole is within
// d; they may go on beyond 180 degrees.
void StationIndex::look_into_row(std::size_t row, const Point& here, double most_chord_2, const NearQuery& query,
                                 std::span<const StationState> states, std::vector<NearHit>& hits) const {
  const double angle = std::min(std::numbers::pi, query.km / earth_radius_km);
  const double lat = query.lat_deg * radians;
  const bool all_around = std::abs(lat) + angle >= 0.5 * std::numbers::pi;
  const double half_deg = all_around ? 180.0 : std::asin(std::sin(angle) / std::cos(lat)) / radians + 1e-9;

  // Where the circle reaches around to the other side of the date line it is looked for there too; no cell twice.
  std::size_t from_column = 0;
  for (const double shift : {-360.0, 0.0, 360.0}) {
    const double low = query.lon_deg + shift - half_deg, high = query.lon_deg + shift + half_deg;
    const double first = std::floor((low - low_lon_) / cell_lon_deg_),
                 last = std::floor((high - low_lon_) / cell_lon_deg_);
    if (last < 0.0 || first >= static_cast<double>(columns_) + 1.0) continue;
    auto column = static_cast<std::size_t>(std::clamp(first, 0.0, static_cast<double>(columns_ - 1)));
    const auto end = static_cast<std::size_t>(std::clamp(last, 0.0, static_cast<double>(columns_ - 1))) + 1;
    for (column = std::max(column, from_column); column < end; ++column)
      look_into(row * columns_ + column, here, most_chord_2, query, states, hits);
    from_column = std::max(from_column, end);
  }
}

void StationIndex::find_near(const NearQuery& query, std::span<const StationState> states,
                             std::vector<NearHit>& hits) const {
  hits.clear();
  if (stations_.empty() || !(query.km >= 0.0)) return;
  const double lat = query.lat_deg * radians, lon = query.lon_deg * radians;
  const Point here{std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)};
  const double angle = std::min(std::numbers::pi, query.km / earth_radius_km);
  const double most_chord = 2.0 * std::sin(0.5 * angle);

  const double reach_deg = angle / radians + 1e-9;
  const double first = std::floor((query.lat_deg - reach_deg - low_lat_) / cell_lat_deg_);
  const double last = std::floor((query.lat_deg + reach_deg - low_lat_) / cell_lat_deg_);
  if (last < 0.0 || first >= static_cast<double>(rows_) + 1.0) return;
  const auto end = static_cast<std::size_t>(std::clamp(last, 0.0, static_cast<double>(rows_ - 1))) + 1;
  for (auto row = static_cast<std::size_t>(std::clamp(first, 0.0, static_cast<double>(rows_ - 1))); row < end; ++row)
    look_into_row(row, here, most_chord * most_chord, query, states, hits);

  const auto key = [&](const NearHit& hit) {
    switch (query.order) {
      case NearOrder::price:
        return stations_[hit.station].price_at(query.hour_of_day);
      case NearOrder::time:
        return hit.hours;
      case NearOrder::speed:
        return -hit.kw;
      case NearOrder::distance:
        break;
    }
    return hit.km;
  };
  std::sort(hits.begin(), hits.end(), [&](const NearHit& a, const NearHit& b) {
    if (key(a) != key(b)) return key(a) < key(b);
    return a.km != b.km ? a.km < b.km : a.station < b.station;
  });
}

}  // namespace evtwin::roads
