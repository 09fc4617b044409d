#pragma once
// Recorded sessions from a table, and how they are fitted to a site and a window of time. Rows with a cell that can not
// be read, and sessions that can not have happened as written, are left out, with line and reason; nothing goes
// silently.
//
// Tables are CSV, plain or gzip, sheets of .xlsx workbooks (xlsx.hpp), or ACN-Data's JSON (acn_json.hpp; names in
// .json, rows are numbered by item).
//
// Four layouts, known by their header; further columns are ignored, and said to be:
// - ACN-Data: arrival, departure, requested_energy (kWh), delivered_energy (kWh), station_id, session_id,
//   [estimated_departure], [claimed: True|False].
// - minimal: arrival, departure, energy_kwh, [evse], [session_id], [requested_kwh], [estimated_departure],
//   [soc: 0..1 at arrival], [soc_departure], [priority: number, 0 = none], [v2g: true|false], [vehicle: a model],
//   [car_kw: the most that the car takes], [battery_kwh]. Without requested_kwh the driver asks for energy_kwh.
// - a day-ahead planner's demand: vehicle, powerNom (kW), energyRequired (kWh), energyMax (kWh, the battery),
//   arrivalTime, departureTime, [arrivalSOE: kWh in the battery]. Energies are those of the battery, behind the
//   charger's losses.
// - charging reports of garages (Mendeley Data, doi 10.17632/jbks2rcwyj.1): Start_plugin, End_plugout (day first,
//   21.12.2018 10:20), El_kWh (also 15,56), [session_ID], [User_ID].
// The first two may have reserved_at (when the visit was announced), and with it reserved_from and reserved_until (what
// was reserved; else from the arrival to the estimated departure); window_from and window_to, within which a booking
// may be moved as a whole; driver, a name by which visits of one driver are told. Times are ISO 8601 with an offset, or
// local times of the calendar's zone; a planner's may be days of a spreadsheet.

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demand/arrivals.hpp"
#include "demand/visit.hpp"
#include "kernel/unknown.hpp"
#include "market/calendar.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::sessions {

using kernel::TimeNs;

/// Something that was left out, or kept and yet questionable.
struct TableFlag {
  std::string id;      ///< session id; empty when it is about several sessions, or the file
  std::string reason;  ///< printable; names file and line
  bool left_out = false;
};

struct SessionRow {
  demand::Visit
      visit;  ///< `vehicle` is not set; `evse` is set by assign_evses; the owner's minimum is NaN if not given
  std::string evse_id;  ///< as in the file; empty when the file does not say
  std::string driver;   ///< likewise
  std::optional<demand::MoveWindow> window;
  std::size_t line = 0;
  std::string vehicle;                     ///< model, as in the file; empty when it does not say
  double soc_departure = kernel::unknown;  ///< 0..1; NaN: the file does not say
  double car_kw = kernel::unknown;         ///< the most that the car takes, > 0; NaN: the file does not say
  double battery_kwh = kernel::unknown;    ///< its capacity, > 0; NaN: the file does not say
  bool needs_at_battery = false;           ///< the visit's energies are stored ones, and not yet those of the meter
};

/// Rows ascend by arrival, then line.
struct SessionTable {
  std::string file;  ///< as the user gave it
  market::Calendar calendar;
  std::vector<SessionRow> rows;
  std::vector<TableFlag> flags;
};

/// Columns of a table of another layout: a key of the minimal layout (column_keys) and the name of its column.
using ColumnNames = std::map<std::string, std::string, std::less<>>;

/// Whether a header is that of a table of sessions, in one of the known layouts.
bool has_session_columns(std::span<const std::string> header);

/// Keys of the minimal layout, as columns are called in it.
std::span<const std::string_view> column_keys();

struct SessionOptions {
  /// Empty: one of the known layouts. Otherwise a key that is not there has the column of its own name, and arrival,
  /// departure and energy_kwh must have one; units of energy and power are read from their columns' names (Wh, MWh, W,
  /// MW; else kWh and kW), times may be serial days of a spreadsheet (44784.98: local days since 1899-12-30) and years
  /// below 100 are of this century, states of charge percent where one is above 1.
  ColumnNames columns = {};
  /// false: drivers ask for what they take and say when they leave, whatever the file has as their claim.
  bool claims = true;
};

/// More energy than any vehicle takes: a slip of unit or a broken number.
inline constexpr double most_session_kwh = 10'000.0;

/// @param shown  the file's name as the user gave it, for messages. @param real  what is opened.
/// Left out and flagged: rows with a cell that can not be read (where they are fewer than the others), departure not
/// after arrival, an id that was there before, more energy required than the row's battery holds. Flagged and kept: an
/// estimated departure before the arrival (taken as the arrival), cells left empty in a column that other rows fill,
/// ids with a kernel::name_trouble.
/// @throws InputError for every other kind of trouble, "no sessions" included.
SessionTable read_sessions(const std::string& shown, const std::string& real, const market::Calendar& calendar,
                           const SessionOptions& options = {});

/// The distinct EVSE ids in order of first appearance in the file. @throws InputError when a row has none.
std::vector<std::string> station_ids(const SessionTable& table);

/// From the local day of the first arrival to the end of the local day of the last departure.
struct SessionDays {
  market::LocalDate first;
  int days = 0;
};
SessionDays days_of(const SessionTable& table);

/// Moves all sessions by the same number of local days, so that the first arrives on the local date of `start_ns`.
/// Local clock times stay; a time that does not exist on its new day becomes the end of the gap, one that exists twice
/// the first, and a session that such a change of clock leaves without length is left out and flagged.
void shift_to_start(SessionTable& table, TimeNs start_ns);

/// Leaves out and flags what arrives outside [start, end). A departure after `end_ns` is kept: the session is open
/// there.
/// @throws InputError when nothing is left, with the file's own dates.
void keep_window(SessionTable& table, TimeNs start_ns, TimeNs end_ns);

enum class EvseMode { as_given, any };

/// Finds each row's EVSE among `evse_ids` (as_given) or leaves the choice to the simulation (any). Of sessions that
/// overlap on one EVSE the one that arrives later is left out and flagged.
/// @throws InputError when the site does not have an EVSE of the file, or the file has none.
void assign_evses(SessionTable& table, std::span<const std::string> evse_ids, EvseMode mode);

/// After assign_evses: flags (and keeps) sessions that took more energy than their EVSE can give in their stay; where
/// any EVSE may serve, the strongest counts. @param rated_kw  per EVSE, in the order of assign_evses' ids.
void check_against(SessionTable& table, std::span<const double> rated_kw);

/// The rows' visits.
std::vector<demand::Visit> visits_of(const SessionTable& table);
/// The rows' windows; empty where no row has one.
std::vector<std::optional<demand::MoveWindow>> windows_of(const SessionTable& table);

}  // namespace evtwin::sessions
