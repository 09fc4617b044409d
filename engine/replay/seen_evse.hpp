// An EVSE as a log shows it, and the usual rating that it then has: for sites and libraries made from logs.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/site_log.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::replay {

/// Across one load phase: no AC outlet has that.
inline constexpr double dc_from_v = 300.0;

struct SeenEvse {
  double kw = 0.0;  ///< largest power held, or offered
  double a = 0.0;   ///< largest current offered per phase
  int phases = 0;   ///< that carried current; 0: not told
  double voltage_v = kernel::unknown;
};
using SeenEvses = std::map<std::string, SeenEvse, std::less<>>;

/// By EVSE, those without a session included.
SeenEvses seen_evses(const ocpp::SiteLog& log, const sessions::LogSessions& sessions);

/// The keys of a station with such EVSEs, and a remark.
struct Rating {
  std::string keys, remark;
};
/// The least usual rating that is not below what was seen.
/// @param site_voltage_v  where no reading tells it. @param least_kw  the least that every EVSE has
Rating rating_of(SeenEvse seen, double site_voltage_v, double least_kw);

/// The same of an EVSE of which somebody says how much it can give.
Rating rating_said(double kw);
/// "DC 50 kW", "AC 22 kW": the least usual rating that is not below a power.
std::string words_of_rating(double kw);

/// NaN of none.
double median_of(std::vector<double> values);

/// Any bytes as a Lua string of plain ASCII and UTF-8: what could end the string, or show as something else, is
/// escaped.
std::string lua_text(std::string_view text);

}  // namespace evtwin::replay
