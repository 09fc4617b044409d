// The best way for an electric car: roads and charging stops together.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "roads/network.hpp"
#include "roads/station.hpp"

namespace evtwin::roads {

/// One trip that is to be planned. Best is the least hour_weight x hours + money_weight x money.
struct RouteQuery {
  std::uint32_t from = 0, to = 0;
  double soc = 0.8;          ///< at the start
  double reserve_soc = 0.1;  ///< never below, on the way and on arrival
  double arrive_soc = 0.1;   ///< at the destination at least
  double most_soc = 1.0;     ///< of charging on the way
  double temperature_c = 20.0;
  double hour_weight = 1.0;  ///< least time: 1 and 0; least money: 0 and 1; else e.g. the worth of an hour and 1
  double money_weight = 0.0;
  double soc_step = 0.01;                ///< charging ends at whole multiples of it: 1 / a whole number
  double stop_h = 5.0 / 60.0;            ///< every stop besides waiting and charging: off the road, plugging in, paying
  std::uint32_t hour_of_day = 12;        ///< local, of prices that change by the hour; one for the whole trip
  std::span<const StationState> states;  ///< [stations]; empty: all are open, nobody waits
};

struct RouteStop {
  std::uint32_t station = 0;
  std::size_t edges_before = 0;  ///< of Route::edges
  double arrive_h = 0.0;         ///< from the start
  double wait_h = 0.0;
  double charge_h = 0.0;  ///< without the wait and stop_h
  double soc_in = 0.0, soc_out = 0.0;
  double meter_kwh = 0.0;
  double money = 0.0;
};

struct Route {
  std::vector<std::uint32_t> edges;  ///< of the network, in order
  std::vector<double> soc_at;        ///< after each edge, before charging there
  std::vector<RouteStop> stops;
  double hours = 0.0;    ///< all of it
  double drive_h = 0.0;  ///< on the road alone
  double km = 0.0;
  double drive_kwh = 0.0;  ///< out of the battery
  double meter_kwh = 0.0;  ///< charged
  double money = 0.0;
  double soc_end = 0.0;
  double cost = 0.0;       ///< weighted
  std::size_t labels = 0;  ///< that the search made: its work
};

/// Plans trips of one car over one network with its stations; all must outlive it. Tables of the car are made once.
///
/// The search sets labels (weighted cost so far, state of charge) node by node, A* with the hours of the road that is
/// left, and where no road recuperates with the energy that is missing too. Of two labels at a node the one that cost
/// no less and holds no more charge is dropped: whatever it could do, the other can for no more. So the answer is exact
/// for stops that end at whole multiples of `soc_step`; the state of charge itself is never rounded.
class RoutePlanner {
 public:
  RoutePlanner(const Network& network, std::span<const Station> stations, const RoadCar& car);

  /// @throws RoadError where the destination can not be reached by road, where no station and no destination is within
  /// reach, and for queries out of range.
  Route plan_route(const RouteQuery& query) const;

  /// Whether any of the stations fits the car.
  bool has_station() const;

 private:
  const Network& network_;
  std::span<const Station> stations_;
  RoadCar car_;
  std::vector<double> offer_kw_;                         // [stations]
  std::vector<std::vector<std::uint32_t>> stations_at_;  // [nodes] those that fit
};

}  // namespace evtwin::roads
