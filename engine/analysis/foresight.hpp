// All that a strategy can not change, known in advance: who stays where from when to when and wants what, prices, PV,
// load and limits. A bound is worked out from it.
//
// Stays do not depend on the strategy: EVSEs are given, held and queued for by arrivals, departures, reservations and
// outages alone, and a scenario's at() functions can read nothing that a strategy moves. So one run shows them all.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "control/strategy.hpp"
#include "twin/simulation.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis {

using kernel::TimeNs;

/// A vehicle on an EVSE, as it truly was.
struct Stay {
  std::uint64_t session = 0;  ///< its number, from 1 in order of plug-in
  std::uint32_t evse = 0;
  std::uint32_t vehicle = 0;      ///< index into World::vehicles
  bool v2g = false;               ///< the driver opted in
  bool ended = true;              ///< not after the run did: what it missed it can have no more
  TimeNs from_ns = 0, to_ns = 0;  ///< within the run
  TimeNs departure_ns = 0;        ///< the truth
  double wanted_kwh = 0.0;
  double taken_kwh = physics::infinite;  ///< hidden stop, metered; infinite: the battery alone stops
  double soc_start = 0.0;                ///< of a known battery
};

/// Signals that hold from `from_ns` until the next piece.
struct SignalPiece {
  TimeNs from_ns = 0;
  double buy_per_kwh = 0.0, sell_per_kwh = 0.0;
  double pv_kw = 0.0, load_kw = 0.0;                                            ///< load without standby of storage
  double contract_kw = physics::infinite, export_limit_kw = physics::infinite;  ///< in force, cuts included
  double uncut_contract_kw = physics::infinite;                                 ///< which bills go by
};

/// An EVSE out of service in [from, to).
struct Unavailable {
  std::uint32_t evse = 0;
  TimeNs from_ns = 0, to_ns = 0;
};

struct SiteForesight {
  std::vector<Stay> stays;           ///< by session number
  std::vector<SignalPiece> signals;  ///< ascending; the first from the start of the run
  std::vector<Unavailable> unavailable;
};

struct Foresight {
  std::vector<SiteForesight> sites;
  twin::Result result;  ///< of the run that showed it
};

/// Runs the world once under `strategy`, whichever, and keeps what it did not decide.
/// @param options  script, stop and progress are used; the observer is this function's
/// @throws as twin::simulate.
Foresight foresee(const twin::World& world, const control::StrategyFactory& strategy,
                  const twin::RunOptions& options = {});

}  // namespace evtwin::analysis
