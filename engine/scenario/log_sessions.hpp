// Transactions of an OCPP log as sessions that a world can have: `ocpp "site.log"` in the scenario language, and what
// `evtwin replay` and `evtwin whatif` put in the place of a site's arrivals.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "demand/visit.hpp"
#include "ocpp/site_log.hpp"
#include "physics/equipment.hpp"
#include "scenario/session_table.hpp"

namespace evtwin::scenario {

/// A transaction as a session: it arrives when the vehicle was plugged in and leaves when it was unplugged; what the
/// register counted is what it takes.
struct LogSession {
  std::size_t transaction = 0;          ///< index into SiteLog::transactions
  demand::Visit visit;                  ///< `vehicle` and `evse` are not set; id unique in the log
  std::string evse_id;                  ///< station + "-" + EVSE
  physics::Vehicle vehicle;             ///< what the log tells of it: largest power, taper, battery where it says
  double observed_kw = ocpp::not_told;  ///< largest power held for some time, as metered; NaN: no readings
};

struct LogSessions {
  std::vector<LogSession> sessions;  ///< ascending by arrival
  std::vector<TableFlag> flags;      ///< transactions that are no sessions, and why; doubts about others
};

/// What a driver says on arrival; an OCPP log seldom tells.
enum class Claims : std::uint8_t {
  truth,   ///< just what happened: strategies are told the true departure and energy
  history  ///< the median stay and energy of the same tag's earlier sessions, of everybody's where there are none
};

struct LogSessionOptions {
  Claims claims = Claims::truth;
  double least_kwh = 0.0;  ///< sessions that took less are left out, and said to be
};

LogSessions sessions_of(const ocpp::SiteLog& log, const LogSessionOptions& options = {});

}  // namespace evtwin::scenario
