// Stations near a place, by a grid over the Earth.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roads/station.hpp"

namespace evtwin::roads {

enum class NearOrder : std::uint8_t { distance, price, time, speed };
/// "distance", "price", "time", "speed", in the order of NearOrder.
std::span<const std::string_view> near_orders();

/// What a driver who looks for a station wants. Distances are great circles.
struct NearQuery {
  double lat_deg = 0.0, lon_deg = 0.0;
  double km = 10.0;                  ///< from there, inclusive
  SocketSet sockets = any_socket;    ///< one of these
  double min_kw = 0.0;               ///< of a charger
  bool own_only = false;             ///< of the own operator
  std::string_view operator_name{};  ///< of this operator alone; empty: of all
  bool free_only = false;            ///< open, with a charger free now
  double most_price = infinite;      ///< per kWh
  std::uint32_t hour_of_day = 12;    ///< local, of prices that change by the hour

  NearOrder order = NearOrder::distance;
  /// For the time: on a straight line, 40 km/h is some 55 km/h on roads that are a third longer.
  double travel_kmh = 40.0;
  const RoadCar* car = nullptr;  ///< its sockets count too, and its charging in the time; null: no car is said
  double soc = 0.2, soc_target = 0.8;
};

struct NearHit {
  std::uint32_t station = 0;
  double km = 0.0;
  double hours = 0.0;  ///< way, queue and charging
  double kw = 0.0;     ///< offered to the car; without one the charger's
};

/// Cells of equal latitude and longitude; one that is asked looks into those that the circle touches. Building: O(n);
/// asking: as many stations as lie in these cells.
class StationIndex {
 public:
  explicit StationIndex(std::vector<Station> stations);

  const std::vector<Station>& stations() const { return stations_; }
  /// Stations that fit, in the order asked for; of equals the nearer, then the one that was read first. Allocates
  /// nothing once `hits` has room (but for charging times of a car).
  /// @param states  [stations]; empty: all are open and free
  void find_near(const NearQuery& query, std::span<const StationState> states, std::vector<NearHit>& hits) const;

 private:
  struct Point {
    double x = 0.0, y = 0.0, z = 0.0;  ///< on the unit sphere
  };
  std::size_t cell_of(double lat_deg, double lon_deg) const;
  void look_into(std::size_t cell, const Point& here, double most_chord_2, const NearQuery& query,
                 std::span<const StationState> states, std::vector<NearHit>& hits) const;
  void look_into_row(std::size_t row, const Point& here, double most_chord_2, const NearQuery& query,
                     std::span<const StationState> states, std::vector<NearHit>& hits) const;

  std::vector<Station> stations_;
  std::vector<Point> points_;
  std::size_t rows_ = 1, columns_ = 1;
  double low_lat_ = 0.0, low_lon_ = 0.0, cell_lat_deg_ = 180.0, cell_lon_deg_ = 360.0;
  std::vector<std::uint32_t> first_of_cell_, in_cells_;
};

}  // namespace evtwin::roads
