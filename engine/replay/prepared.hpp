// Logs and a site made ready: the sessions of the log on the EVSEs of the site, for a replay or a what-if.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"
#include "scenario/loader.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::replay {

/// Something the logs can not tell and somebody had to choose: stands beside the figures that depend on it.
struct Assumption {
  std::string what, what_ko;    ///< "battery size of the vehicles"
  std::string value, value_ko;  ///< "unknown: taken as never limiting"
};

struct PrepareRequest {
  std::vector<std::string> logs;
  ocpp::ReadOptions reading = {};
  std::string site;      ///< scenario file; empty: a plausible site is made from the log
  std::string timezone;  ///< IANA name for a site made from the log; empty: from the log's own clock
  std::string tariff;    ///< of a site made from the log, MODULE.NAME of the tariff library; empty: none
  double contract_kw = kernel::unknown;  ///< likewise; NaN: no limit
  scenario::LoadOptions load;
  sessions::LogSessionOptions sessions;
};

struct Prepared {
  ocpp::SiteLog log;
  /// Those that the twin has, `visit.evse` being the row of their EVSE; flags name the others.
  sessions::LogSessions sessions;
  scenario::LoadedScenario scenario;  ///< one site; its arrivals are the sessions, visits carry their ids
  std::string site_text;              ///< Lua of the site made from the log; empty with a site of the user's
  std::vector<Assumption> assumptions;
};

/// @throws ocpp::LogError, scenario::ScriptError; std::runtime_error where log and site do not fit (names both), or the
/// log has no session to replay.
Prepared prepare_replay(const PrepareRequest& request);
/// The same for a log that has been read, and its sessions (request.logs and request.sessions count no more).
Prepared prepare_replay(const PrepareRequest& request, ocpp::SiteLog log, sessions::LogSessions sessions);

/// Lua of `arrivals` and what stands beside it; and what stands before the scenario; empty: none.
struct SiteLaws {
  std::string inside, before;
  /// No EVSE is taken for less: energy over stay alone, without readings, tells the least that it can be. 0: none
  double least_kw = 0.0;
  std::map<std::string, double> evse_kw = {};  ///< by id, of EVSEs of which somebody says how much they can give
};

/// A site that could have written this log, as a scenario: EVSEs with the ratings that their readings suggest, no
/// storage, no PV, no limit, and comments that say what was assumed. A start to edit. plausible_site.cpp
/// Of the request its time zone, tariff and contract count. @throws std::runtime_error for a tariff that is not written
/// MODULE.NAME
/// @param laws  in the place of a law of the same size; start and days of the scenario can be set then (--set start=,
/// days=)
std::string plausible_site(const ocpp::SiteLog& log, const sessions::LogSessions& sessions,
                           const PrepareRequest& request, std::vector<Assumption>& assumptions,
                           const SiteLaws& laws = {});

}  // namespace evtwin::replay
