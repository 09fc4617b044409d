// The reading of a log, with everything that could not be used and why: as JSON (`evtwin replay --json`) and for
// people.
#pragma once
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/text_table.hpp"
#include "ocpp/site_log.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::replay {

/// Whole transactions, and the energy that their registers counted.
struct WholeTransactions {
  std::size_t count = 0;
  double kwh = 0.0;
};
WholeTransactions whole_of(const ocpp::SiteLog& log);
/// Likewise those of which the log has a part (sessions::settle_parts).
WholeTransactions parts_of(const ocpp::SiteLog& log);

/// Keys: files[], frames{}, actions{}, transactions (whole ones), transactions_in_all, kwh (theirs), parts{count, kwh}
/// (cut by the log's edges), clock_offset_s
/// (median, null where no frame tells), clock_offset{n, median, min, max}, zones[], flags{code: {count, texts}},
/// unused_frames{reason: {count, first[]}}, repaired_frames, lookalikes, transaction_list[], stations[], evses[],
/// stop_reasons{}, authorisations{}, commands[], reservations[], categories{}, unused_actions{}, unknown_actions{},
/// first, last (UTC). Null: the log does not tell it.
nlohmann::ordered_json log_json(const ocpp::SiteLog& log);

/// sessions (how many), sessions_left_out[{id, reason}], session_flags[].
nlohmann::ordered_json sessions_json(const sessions::LogSessions& sessions);

/// A few lines: what was read, what was not used and why, what is doubtful.
/// @param most  places shown of each kind of trouble
std::string log_text(const ocpp::SiteLog& log, const sessions::LogSessions& sessions, analysis::Language language,
                     std::size_t most = 3);

}  // namespace evtwin::replay
