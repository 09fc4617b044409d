// The twin driven by the plug-ins, limits and demands of a log.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "replay/as_logged.hpp"
#include "replay/prepared.hpp"
#include "twin/simulation.hpp"

namespace evtwin::replay {

/// A session of the log as the twin had it.
struct TwinSession {
  std::uint64_t number = 0;  ///< of the simulation, in order of plug-in; 0: it never was plugged in
  std::uint32_t evse = 0;    ///< row
  double got_kwh = 0.0;      ///< metered
  twin::SessionEnd end = twin::SessionEnd::departed;
};

struct ReplayResult {
  twin::Result result;
  /// Power by row of EVSE, ascending in time; stretches without power may be missing.
  std::vector<std::vector<twin::PowerSegment>> power;
  std::vector<TwinSession> sessions;  ///< as Prepared::sessions.sessions
  LoggedLimits limits;                ///< that were offered
  /// Contract power and prices for drivers as the scenario's at() set them (SignalKind uncut_contract_kw,
  /// driver_price_per_kwh, v2g_price_per_kwh), ascending; the first of each kind is of the start.
  std::vector<twin::SignalRecord> terms;
  std::vector<std::string> troubles;  ///< with the limits, one line each
};

struct ReplayOptions {
  twin::Observer* observer = nullptr;  ///< watches too: a run file's writer
  std::function<void(double fraction)> progress;
  std::function<bool()> stop;
};

/// The world of a replay: the prepared one with what the log already knows taken out of it. Limits of the site are
/// recorded and bind nothing (what the log says was offered, was), set-points arrive at once, EVSEs are out of service
/// when the log says so (logged_outages.hpp). Scripted events stay: what they say of contract and prices is billed,
/// what they say of EVSEs the log knows.
twin::World world_of(const Prepared& prepared);

/// Runs `sessions` in `world`, whose only arrivals they are. @param script  of the world's events; may be null
/// @throws as twin::simulate.
ReplayResult run_logged(const ocpp::SiteLog& log, const std::vector<sessions::LogSession>& sessions,
                        const twin::World& world, Pauses pauses, const ReplayOptions& options,
                        twin::Script* script = nullptr);

/// The whole log on its world_of.
ReplayResult replay(const Prepared& prepared, const ReplayOptions& options = {});

}  // namespace evtwin::replay
