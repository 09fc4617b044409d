// The strategy of a replay: every car gets what the log says it was given, and nothing before its transaction began or
// after it ended. Taking it is the twin's affair.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "control/strategy.hpp"
#include "replay/prepared.hpp"

namespace evtwin::replay {

/// From `from_ns` on an EVSE may offer `kw` at most; infinite: whatever it can.
struct LimitStep {
  kernel::TimeNs from_ns = 0;
  double kw = 0.0;
  friend bool operator==(const LimitStep&, const LimitStep&) = default;
};

/// By row of EVSE, ascending; before the first of a row there is no limit.
using LoggedLimits = std::vector<std::vector<LimitStep>>;

/// Whether the pauses of vehicles are the logged ones, or foretold (LogSession::waits_h).
enum class Pauses : std::uint8_t { logged, foretold };

/// Limits that the log shows in force for each of the sessions while it was plugged in: nothing before the
/// transaction's start and after its stop, nothing while the station said that it did not charge (unless its register
/// shows otherwise), and no more than the charging profiles then held allow. With Pauses::foretold only what the
/// station itself held back counts (SuspendedEVSE), and the vehicle waits as long as the session says.
/// @param sessions  on rows of the EVSEs of the world's only site
/// @param troubles  gets a line for each station whose profiles could not be followed; may be null
LoggedLimits logged_limits(const ocpp::SiteLog& log, const std::vector<sessions::LogSession>& sessions,
                           const twin::World& world, Pauses pauses = Pauses::logged,
                           std::vector<std::string>* troubles = nullptr);

/// Offers the limits, changing them at their very instants.
control::StrategyFactory as_logged(std::shared_ptr<const LoggedLimits> limits);

}  // namespace evtwin::replay
