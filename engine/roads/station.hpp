// Charging stations on the roads, the cars that come to them, and how long charging takes there.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "physics/equipment.hpp"
#include "roads/energy.hpp"
#include "roads/network.hpp"

namespace evtwin::roads {

using physics::any_socket;
using physics::socket_names;
using physics::SocketSet;
/// @throws RoadError naming the kinds there are.
SocketSet socket_of(std::string_view name, std::string_view where);

/// A group of equal chargers at one place.
struct Station {
  std::string name;
  std::uint32_t node = 0;
  double lat_deg = 0.0, lon_deg = 0.0;
  std::string operator_name;  ///< empty: nobody says
  bool own = true;            ///< of the operator that asks
  SocketSet sockets = any_socket;
  double kw = 50.0;                   ///< of one charger, at its outlet
  std::uint32_t chargers = 1;         ///< cars at once
  double price_per_kwh = 0.0;         ///< at the meter
  std::vector<double> price_by_hour;  ///< 24 prices by the local hour instead; empty: one price

  double price_at(std::uint32_t hour_of_day) const {
    return price_by_hour.empty() ? price_per_kwh : price_by_hour[hour_of_day];
  }
};

/// What a rule that sets a station's price for the hour that begins knows of it.
struct PriceQuestion {
  std::int64_t now_ns = 0;
  std::uint32_t hour_of_day = 0;            ///< by the local clock, of the hour that begins
  double use = 0.0;                         ///< charger-hours taken over those there were, in the hour that ends
  std::uint32_t charging = 0, waiting = 0;  ///< cars, now
  double base_per_kwh = 0.0;                ///< Station::price_at
  double price_per_kwh = 0.0;               ///< of the hour that ends
};
/// @returns currency/kWh for who begins to charge in the hour that begins, at least 0.
using PriceRule = std::function<double(const PriceQuestion&)>;

/// base x (1 + gain x (use of the last hour - use)), kept between lowest and highest: in step with the load, an hour
/// later.
struct PriceByLoad {
  double use = 0.5, gain = 0.0;
  double lowest_per_kwh = 0.0, highest_per_kwh = infinite;

  double operator()(const PriceQuestion& asked) const;
};

/// A station as it was read.
struct StationRow {
  Station station;
  std::string node;        ///< its id; empty: the nearest node to its place, at most `most_km_from_road` away
  bool has_place = false;  ///< lat_deg and lon_deg were given; else those of its node
  std::string where;
};
inline constexpr double most_km_from_road = 3.0;

/// Puts stations on the roads. @throws RoadError for a station on no road or that the rest of the roads can not reach
/// and leave again, a name twice, no charger, power or price out of range.
std::vector<Station> place_stations(const Network& network, std::span<const StationRow> rows);

/// A station at an instant.
struct StationState {
  bool open = true;
  std::uint32_t free = 1;     ///< chargers without a car
  std::uint32_t waiting = 0;  ///< cars
  double wait_h = 0.0;        ///< that one who comes now waits, as far as can be said
};

/// A car on the road.
struct RoadCar {
  DriveClass drive;
  physics::BatterySpec battery;
  double max_dc_kw = infinite, max_ac_kw = infinite;
  SocketSet sockets = any_socket;
};
/// The car of a scenario's vehicle.
/// @param sockets  instead of the vehicle's own
RoadCar road_car(const physics::Vehicle& vehicle, const DriveClass& drive, SocketSet sockets = any_socket);

/// The most that a car is offered at a station, kW at the meter; 0 where it does not fit.
double offered_kw(const RoadCar& car, const Station& station);

/// Hours of charging under a constant offer over state of charge, taper counted: exact at whole steps of the state of
/// charge, and from any state up to the next of them (physics::hours_to_soc).
class ChargeTable {
 public:
  /// @param step  of the state of charge, 1 / a whole number
  ChargeTable(const physics::BatterySpec& battery, double offer_kw, double step);

  /// From one state of charge to a step, 0 where that lies behind; infinite where it is never reached.
  double hours_to_level(double soc, std::uint32_t level) const;
  /// Between any two; linear inside a step.
  double hours_between(double soc_from, double soc_to) const;
  std::uint32_t levels() const { return static_cast<std::uint32_t>(hours_.size()); }  ///< 0 .. levels() - 1
  double soc_of(std::uint32_t level) const;

 private:
  double hours_at(double soc) const;

  physics::BatterySpec battery_;
  double offer_kw_;
  std::vector<double> hours_;  // from empty to each level
};

}  // namespace evtwin::roads
