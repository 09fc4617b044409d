// Transactions that were under way when a log begins or ends: any export of some days of a busy site has some.
#pragma once
#include "ocpp/site_log.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {

/// Marks the transactions that the log's edges cut (Transaction::is_part) and makes start, stop, registers and energy
/// of them those from the first to the last reading of the register that the log has. One is cut only where nothing
/// says that its start or stop was within the log: its first (last) reading lies within 15 min of the log's first
/// (last) instant, and before (after) it there is no other transaction of its EVSE, no status of an EVSE without a
/// transaction and no boot. A stop that was lost in the middle of a log stays lost. Not of those that gave energy back.
void settle_parts(ocpp::SiteLog& log);

/// For a replay: the sessions of a log, with those of its parts.
LogSessions sessions_and_parts_of(ocpp::SiteLog& log, const LogSessionOptions& options = {});

}  // namespace evtwin::sessions
