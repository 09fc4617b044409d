// The car somebody asks about, written on one line: "kwh=64,soc=0.2,target=0.8,arrive=18:00,leave=07:00".
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "demand/visit.hpp"
#include "physics/equipment.hpp"
#include "twin/world.hpp"

namespace evtwin::advise {

using kernel::TimeNs;

/// Below what a meter of class B tells apart: energies this near are the same.
inline constexpr double energy_tolerance_kwh = 1e-6;

/// A request that makes no sense or can not be met at all; `what()` is one line: what, and what would be right.
struct AdviseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct VehicleRequest {
  physics::Vehicle car;
  std::uint32_t site = 0;
  std::int32_t evse = demand::any_evse;  ///< row at the site
  TimeNs arrive_ns = 0, leave_ns = 0;
  double soc = 0.0, target = 0.0;  ///< state of charge at arrival, and wanted at departure; 0..1
  double wanted_kwh = 0.0;         ///< at the EVSE meter, the charger's losses in the car included
  bool v2g = false;
  double priority = 0.0;
};

/// Keys: kwh, soc, target, arrive, leave (required; kwh not with model); model, kw, phases, dc_kw, efficiency, evse,
/// site, v2g, priority. Times are local times of the world: "2026-06-03T18:00", or "18:00": the first such time on or
/// after the start of the run, for `leave` after the arrival.
/// @throws AdviseError naming the key.
VehicleRequest read_vehicle(std::string_view text, const twin::World& world);

/// The keys with units and meaning, a line each: for help.
std::string vehicle_keys_help();

/// Most that an EVSE alone could give the car between arrival and departure: full power all the time.
struct Reach {
  double most_kwh = 0.0;  ///< at the meter, not more than wanted
  double kw = 0.0;        ///< most the EVSE offers this car
};
Reach reach_of(const VehicleRequest& request, const physics::Evse& evse);

/// The world with the car in it: a law of its own behind the others, so that nobody else's draws change.
/// @param name  of the session and its car; no other car of the world has it.
struct WorldWithCar {
  twin::World world;
  std::string name;
};
WorldWithCar with_car(const twin::World& world, const VehicleRequest& request);

}  // namespace evtwin::advise
