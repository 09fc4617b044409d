// Habits of vehicles, learnt from earlier sessions of a log: how much power one holds, how that falls towards the
// end, and how long it waits before it draws.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "kernel/running_median.hpp"
#include "ocpp/site_log.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {

/// Learns from sessions that are over and foretells the vehicle of one that comes. Of the session foretold it reads
/// what its plug-in tells: tag, EVSE, the energy and the stay that it is given, its SoC where the vehicle says it.
class VehicleHabits {
 public:
  enum class Current : std::uint8_t { ac, dc };

  /// Sessions without readings teach nothing.
  void learn_session(const ocpp::SiteLog& log, const LogSession& session, Current current);

  /// The session with the vehicle that it would have been taken for when it came: medians over the sessions of the same
  /// tag on the same EVSE; where there are none, of the tag on the same current; of the EVSE; of the current; of all;
  /// the rated power where nothing was learnt.
  /// @param rated_kw  of the EVSE, which the vehicle can not exceed
  LogSession foretell_session(const ocpp::SiteLog& log, LogSession session, Current current, double rated_kw) const;

  std::size_t sessions_learnt() const { return learnt_; }

 private:
  /// Observations of sessions that have something in common.
  struct Group {
    std::size_t sessions = 0, tapered = 0;
    kernel::RunningMedian<double> kw, waits_h;
    kernel::RunningMedian<double> taper_kwh, taper_end_share;  ///< of those that tapered
    std::uint8_t phases = 3;                                   ///< of the last
    physics::BatterySpec battery;                              ///< of the last that told its SoC; else infinite
    void add_session(const LogSession& session, bool told_soc);
  };
  /// The narrowest group that has something; null: there is none.
  const Group* group_of(const std::string& tag, const std::string& evse_id, Current current) const;

  std::map<std::string, Group, std::less<>> groups_;  ///< by key_of
  std::size_t learnt_ = 0;
};

}  // namespace evtwin::sessions
