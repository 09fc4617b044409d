// What a vehicle that is still on its EVSE at the end of the run owes: one function for books and bound.
#pragma once
#include <cstdint>
#include <span>

#include "market/owed_energy.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// Power out of feeder `node` over the power that the grid connection gives for it; 1 for -1, the connection itself.
double efficiency_of_way(const physics::FeederTree& tree, std::int32_t node);

struct OpenStay {
  std::uint32_t evse = 0;
  const physics::Vehicle* vehicle = nullptr;
  bool v2g = false;
  TimeNs end_ns = 0;        ///< of the run
  TimeNs departure_ns = 0;  ///< the truth
};

/// The most a vehicle can draw at the EVSE's meter, a taper ignored, kW.
double full_kw(const physics::Evse& evse, const OpenStay& stay);

/// The part of their full power, 0..1, that all who stay can have at once and for as long as they like: below the
/// contract power less the base load at the end, and the feeders' limits in kW. 0 where currents or rows are limited:
/// what fits there is not known.
double joint_share(const Site& site, const physics::FeederTree& tree, double room_kw, std::span<const OpenStay> stays);

/// Cost of the kWh (at the EVSE's meter) it still wants: see market::OwedEnergy.
/// @param tree    of the site's feeders
/// @param tariff  compiled, of the site
market::OwedEnergy owed_after(const Site& site, const physics::FeederTree& tree, const market::TariffClock& tariff,
                              const OpenStay& stay);

}  // namespace evtwin::twin
