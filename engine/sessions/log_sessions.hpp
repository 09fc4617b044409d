// Transactions of an OCPP log as sessions that a world can have: `ocpp "site.log"` in the scenario language, and what
// `evtwin replay` and `evtwin whatif` put in the place of a site's arrivals.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "demand/visit.hpp"
#include "ocpp/site_log.hpp"
#include "physics/equipment.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::sessions {

/// Power that falls in a straight line over energy towards the end of a session.
struct Taper {
  double over_kwh = 0.0;   ///< the last of the session's energy; 0: none was seen
  double end_share = 1.0;  ///< of the power held before: what is left when all the energy has flowed
};

/// A transaction as a session: it arrives when the vehicle was plugged in and leaves when it was unplugged; what the
/// register counted is what it takes.
struct LogSession {
  std::size_t transaction = 0;           ///< index into SiteLog::transactions
  demand::Visit visit;                   ///< `vehicle` and `evse` are not set; id unique in the log
  std::string evse_id;                   ///< station, made printable, + "-" + EVSE
  physics::Vehicle vehicle;              ///< what the log tells of it: largest power, taper, battery where it says
  double observed_kw = kernel::unknown;  ///< largest power held for some time, as metered; NaN: no readings
  Taper taper;                           ///< as metered
  double waits_h = 0.0;                  ///< from the transaction's start until power flowed, as metered
  double most_a = kernel::unknown;       ///< per phase, of a wish with a limit of its own; NaN: none
};

struct LogSessions {
  std::vector<LogSession> sessions;   ///< ascending by arrival
  std::vector<TableFlag> flags;       ///< transactions that are no sessions, and why; doubts about others
  std::vector<std::string> evse_ids;  ///< every EVSE that the log knows, by station in order of appearance, then number
};

/// Claims of drivers on arrival; an OCPP log seldom tells them.
enum class Claims : std::uint8_t {
  truth,   ///< just what happened: strategies are told the true departure and energy
  history  ///< what the log has of the driver's own words; else the median stay and energy of the same tag's sessions
           ///< that ended earlier, of everybody's where there are none
};

struct LogSessionOptions {
  Claims claims = Claims::truth;
  double least_kwh = 0.0;  ///< sessions that took less are left out, and said to be
  /// Transactions that go on when the log ends and say what their driver asked for arrive, too: there is nothing to
  /// hold a replay against, but a twin can say when they are done.
  bool wishes = false;
};

/// "A-1": the station made printable and the number of the EVSE.
std::string evse_id_of(const std::string& station, int evse);

/// A transaction that the log's edges cut is a session of its part, and a flag says so (settle_parts; without that it
/// is not whole). Left out, each with its reason: transactions that are not whole; without length; that overlap an
/// earlier one on their EVSE; that took less than asked for. A session of 0 Wh stays: its car stood there.
LogSessions sessions_of(const ocpp::SiteLog& log, const LogSessionOptions& options = {});

/// Claims::history over `sessions`, ascending by arrival: never uses what lies in the future of an arrival. The very
/// first, with nothing to go by, says what is true. log_claims.cpp
void claim_from_history(const ocpp::SiteLog& log, std::vector<LogSession>& sessions);

/// Sessions (ascending by arrival) that used a reservation of the log are announced when it was made, for the time
/// until it expired. One behind which somebody else was let in first held nothing and is left out. log_reservations.cpp
void reserve_as_logged(const ocpp::SiteLog& log, std::vector<LogSession>& sessions);

/// From the local day of the first arrival to the end of the local day of the last departure.
SessionDays days_of(const LogSessions& sessions, const market::Calendar& calendar);

/// Where the log's EVSEs stand on a site.
struct EvseMatch {
  std::vector<std::uint32_t> row;  ///< by LogSessions::sessions
  /// In words, where names alone did not do: "the log's 3 EVSEs are taken for the site's 3 in order: ..."
  std::string assumption;
};

/// By id; else by the name of the station where it has one EVSE on both sides; else all of them in order, where their
/// numbers agree and no name fits. log_evses.cpp
/// @throws std::runtime_error naming both sides and what would be right.
EvseMatch match_evses(const LogSessions& sessions, const std::vector<std::string>& site_ids);

/// Gives a session's vehicle the phases and the rating that it shows on this very EVSE.
void fit_to_evse(LogSession& session, const physics::Evse& evse);

// log_wishes.cpp
bool is_wish(const ocpp::Transaction& transaction);
/// @pre is_wish. Leaves at the departure that its driver claims; else after 24 h.
LogSession wish_of(const ocpp::SiteLog& log, std::size_t transaction, std::string evse_id, std::string id);
/// Assumptions that a wish rests on, in words.
std::string words_of_wish(const ocpp::SiteLog& log, const LogSession& wish);

// log_vehicle.cpp
/// A car as the readings of a transaction show it.
struct ObservedVehicle {
  physics::Vehicle vehicle;
  double observed_kw = kernel::unknown;
  double soc_start = kernel::unknown;
  Taper taper;
  double waits_h = 0.0;
};
ObservedVehicle vehicle_of(const ocpp::Transaction& transaction);
/// A vehicle that holds `kw` and tapers so at the end of `energy_kwh`. Where its battery and SoC are not told it gets
/// one in which the session's energy ends at half.
/// @param told_kwh, told_soc  capacity and SoC on arrival as the log has them; NaN: not told
ObservedVehicle vehicle_with(double kw, const Taper& taper, double energy_kwh, double told_kwh, double told_soc);
/// Size of the battery, kWh at the meter, by the energy that raised its SoC by 10 % or more; NaN: readings do not tell.
double battery_by_soc(const ocpp::Transaction& t);
/// SoC on arrival, by the transaction or its first reading that has one; NaN: not told.
double told_soc(const ocpp::Transaction& transaction);

}  // namespace evtwin::sessions
