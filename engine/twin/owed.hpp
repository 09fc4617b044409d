// Energy owed to a vehicle that is still on its EVSE at the end of the run: one function for books and bound.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

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

/// The mean power at its EVSE's meter with which a stay would get, by its departure, all that it can get alone.
struct MeanPower {
  std::uint32_t evse = 0;
  double kw = 0.0;
};

/// By stay: the part of its mean power, 0..1, that it can have while all others have theirs. Each limit on its way,
/// a feeder's or `room_kw` of the grid connection, cuts all below it alike where their sum exceeds it. No more than
/// what can be had: who has left needs nothing, and that is not handed on. All 0 where currents or rows are limited:
/// what fits there is not known.
std::vector<double> parts_together(const Site& site, const physics::FeederTree& tree, double room_kw,
                                   std::span<const MeanPower> stays);

/// Cost of the kWh (at the EVSE's meter) it still wants: see market::OwedEnergy.
/// @param tree    of the site's feeders
/// @param tariff  compiled, of the site
market::OwedEnergy owed_after(const Site& site, const physics::FeederTree& tree, const market::TariffClock& tariff,
                              const OpenStay& stay);

}  // namespace evtwin::twin
