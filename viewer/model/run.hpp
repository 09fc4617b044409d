// A run file in memory: everything the viewer shows is looked up or summed here. Immutable once made, shared between
// threads; what grows (a run still being written) becomes a new Run.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/reward_over_time.hpp"
#include "kernel/static_checks.hpp"
#include "record/foreseen.hpp"
#include "record/run_file.hpp"
#include "viewer/model/clock.hpp"
#include "viewer/model/roads.hpp"
#include "viewer/model/series.hpp"

namespace evtwin::viewer::model {

/// Rows count from 0 in every vector here (the file's ids count from 1). Names are printable.
inline constexpr std::uint32_t no_row = 0xFFFFFFFFU;

/// A type of vehicle. One whose battery nobody knows is called `unknown_battery`.
struct VehicleType {
  std::string name;
  double battery_kwh = none;  ///< NaN: unknown
  double charge_efficiency = 1.0;
};
inline constexpr std::string_view unknown_battery = "unknown battery";

struct Session {
  std::string name, vehicle;
  std::uint32_t number = 0;  ///< in the order of plug-in, from 1; 0: never plugged in
  std::uint32_t site = 0, evse = no_row;
  TimeNs arrived_ns = 0;
  TimeNs plugged_in_ns = kernel::time_never;  ///< time_never: never
  TimeNs departed_ns = 0;                     ///< or the end of the run, for who is still there
  TimeNs claimed_departure_ns = 0;
  double requested_kwh = 0.0, wanted_kwh = 0.0, got_kwh = 0.0, discharged_kwh = 0.0, unmet_kwh = 0.0;
  double cost = 0.0, paid = 0.0, driver_revenue = 0.0, v2g_payment = 0.0, wear_cost = 0.0;
  double soc_start = none, soc_end = none;  ///< 0..1
  double battery_kwh = none;                ///< NaN: unknown
  double charge_efficiency = 1.0, discharge_efficiency = 1.0;
  double waited_h = 0.0;
  double max_kw = none;  ///< the most that EVSE and vehicle can do together; NaN: never plugged in
  std::string ended;     ///< departed, open_at_end, waiting_at_end, turned_away, reneged, no_compatible_evse
};

/// Energy below which nothing is missing: less is rounding of what a driver says, and 0.00 kWh on every panel.
inline constexpr double least_missed_kwh = 0.01;
inline bool misses_energy(const Session& session) { return session.unmet_kwh > least_missed_kwh; }

struct Evse {
  std::string name;
  std::string station;  ///< name without "-number"; the name itself where there is none
  std::uint32_t site = 0;
  std::string kind;  ///< ac, dc
  std::int32_t phases = 1;
  double voltage_v = 0.0, max_kw = 0.0;
  double efficiency = 1.0;  ///< outlet to AC side
  bool bidirectional = false;
  std::uint32_t feeder = no_row;
  /// At its meter; 0 where nothing is recorded. A gap after the last record of a run that is not complete: a piece is
  /// recorded when it ends. Empty until Loaded::all.
  Series kw;
  std::vector<std::uint32_t> sessions;              ///< rows of Run::sessions, in the order of plug-in
  std::vector<std::uint32_t> corrections;           ///< rows of Run::corrections, in the order of time
  std::vector<std::uint32_t> setpoints;             ///< rows of Run::setpoints, in the order of time
  std::vector<std::uint32_t> plans;                 ///< rows of Run::plans, in the order of decision
  std::vector<std::uint32_t> outages;               ///< rows of Run::outages
  std::vector<std::pair<TimeNs, TimeNs>> left_out;  ///< of a replay: transactions of the log that are not in the run
};

struct Storage {
  std::string name;
  std::uint32_t site = 0;
  double capacity_kwh = 0.0, max_charge_kw = 0.0, max_discharge_kw = 0.0;
  double charge_efficiency = 1.0, discharge_efficiency = 1.0, standby_kw = 0.0;
  double soc_start = 0.0, soc_min = 0.0, soc_max = 1.0;
  Series kw, soc;  ///< SoC 0..1, from the recorded powers by the storage's own equation
  std::vector<std::uint32_t> corrections, setpoints, plans;
};

struct Feeder {
  std::string name;
  std::uint32_t site = 0;
  std::uint32_t parent = no_row;  ///< no_row: the grid connection
  double max_kw = none;           ///< NaN: no cap
  double efficiency = 1.0;
};

/// A metering window of the bill.
struct Meter {
  TimeNs start_ns = 0, end_ns = 0;
  double import_kwh = 0.0, export_kwh = 0.0, pv_kwh = 0.0, load_kwh = 0.0, ev_charge_kwh = 0.0, ev_discharge_kwh = 0.0,
         storage_charge_kwh = 0.0, storage_discharge_kwh = 0.0, losses_kwh = 0.0, pv_used_kwh = 0.0;
  double energy_cost = 0.0, demand_charge = 0.0, driver_revenue = 0.0, v2g_payment = 0.0, wear_cost = 0.0;
  double co2_kg = 0.0, unmet_kwh = 0.0;
  double overload_kwh = 0.0;  ///< beyond the import, export and feeder limits together
  double peak_kw = 0.0;       ///< highest instantaneous import
};

struct Site {
  std::string name, tariff, tariff_source, limits;
  bool tariff_given = false;
  TimeNs metering_window_ns = 15 * kernel::minute_ns;
  double driver_price_per_kwh = 0.0, v2g_price_per_kwh = 0.0, unmet_price_per_kwh = 0.0, wear_price_per_kwh = 0.0;
  std::vector<std::uint32_t> evses, storages, feeders, sessions;  ///< sessions in the order of arrival
  std::vector<std::uint32_t> decisions;                           ///< in the order of time
  std::vector<Meter> meter;
  std::vector<std::string> given_forecasts;  ///< quantities of which strategies are told the truth; Loaded::all

  // Signals of the run; empty where the site has none.
  Series buy_price, sell_price, pv_kw, load_kw, contract_kw, export_limit_kw, co2_kg_per_kwh, power_setpoint_kw;
  Series uncut_contract_kw;  ///< contract_kw without the cuts of demand response
  // From the meter: means of its windows.
  Series grid_kw;       ///< import - export
  Series grid_peak_kw;  ///< highest instantaneous import of each window
  Series cost;          ///< energy + demand charge so far; the money of a window grows evenly over it
  Series energy_cost;   ///< energy so far
  Series co2_kg;        ///< so far
  // From the EVSEs and storages: exact at every change, and the energy between two changes is exact (from the meter's
  // means until Loaded::all, and in a run that is not complete). Without storages: empty.
  Series ev_kw, storage_kw;
};

struct Decision {
  std::uint32_t site = 0;
  std::uint64_t number = 0;
  TimeNs time_ns = 0;
  std::uint32_t why = 0;  ///< sum of 1 tick, 2 arrival, 4 departure, 8 price, 16 limit, 32 asked for
  double expected_cost = none;
};
struct Setpoint {
  std::uint32_t decision = 0;  ///< row of Run::decisions
  std::uint32_t evse = no_row, storage = no_row;
  double kw = 0.0;  ///< may be infinite: a strategy may ask for that
};
struct Plan {
  std::uint32_t site = 0, evse = no_row, storage = no_row;
  std::uint64_t decision = 0;  ///< Decision::number of the site
  TimeNs start_ns = 0, end_ns = 0;
  TimeNs replaced_ns = kernel::time_never;  ///< time_never: it stood
  double kw = 0.0;
};
struct Correction {
  std::uint32_t site = 0, evse = no_row, storage = no_row;
  TimeNs time_ns = 0;
  std::string reason, limit_name;
  double asked_kw = none, given_kw = none;
};

/// Kinds a stakeholder can filter by. A plain table of words is in ui/strings.
enum class EventKind : std::uint8_t {
  arrival,
  plug_in,  ///< of a vehicle that had to wait; else it plugs in when it arrives
  departure,
  missed_target,
  turned_away,
  correction,
  limit_change,
  price_change,
  outage,
  scripted,
  reservation,
  dispatch,  ///< demand response: a call to cars, and what came of it
  strategy,
  message,
  overload,
  other
};
inline constexpr std::size_t event_kinds = 16;
static_assert(event_kinds == kernel::enum_count<EventKind>());
/// Something at an instant, for the event list, the ticks of the overview and stepping by event. In the order of time.
struct Event {
  TimeNs time_ns = 0;
  EventKind kind = EventKind::other;
  bool alert = false;  ///< a limit, a missed target, a fault: wants somebody's attention
  std::uint32_t site = 0, evse = no_row, session = no_row;
  std::uint32_t correction = no_row;  ///< row of Run::corrections
  std::string text;                   ///< what the file says beyond the kind; may be empty. Printable
};
struct Outage {
  std::uint32_t evse = no_row;
  TimeNs from_ns = 0, to_ns = kernel::time_never;
};
struct Month {
  std::uint32_t site = 0;
  std::string month;
  double peak_kw = 0.0, billed_kw = 0.0, price_per_kw = 0.0, fraction = 0.0, cost = 0.0;
};
struct Metered {  ///< of a replay
  std::uint32_t session = no_row, evse = no_row;
  TimeNs start_ns = 0, end_ns = 0;
  double kw = 0.0, energy_kwh = 0.0, twin_kwh = 0.0;
};
struct Score {
  std::string name, unit, told, gate, n_of, help, help_ko;
  double value = none;
  std::int64_t n = 0;
  bool indicative = false;  ///< on too few sessions to be evidence
};
/// What the scores of a replay come to.
struct Certificate {
  std::string verdict;  ///< good, pass, indicative, fail, not_scorable; empty: the run is no replay
  std::int64_t sessions = 0;
  std::string sentence, sentence_ko;
};
struct Flag {
  std::string subject, reason;
  bool left_out = false;
};

/// How much of the file is here already: the overview (site, sessions, meter, signals, KPIs) comes first.
enum class Loaded : std::uint8_t { overview, all };

/// A number no other Run of this process has: what caches made from a run are kept by.
inline std::uint64_t next_run_serial() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

struct Run {
  std::uint64_t serial = next_run_serial();
  std::string file;
  std::string name, strategy, plugin_file, plugin_digest, error, event_hash, scenario_file, scenario_text, timezone,
      currency, evtwin_version, created_at;
  std::map<std::string, std::string> parameters;
  record::RunState state = record::RunState::running;
  std::uint64_t seed = 0;
  TimeNs start_ns = 0, end_ns = 0;                         ///< of the scenario
  TimeNs known_until_ns = 0;                               ///< end_ns, or how far a run that is not over has come
  bool is_cut() const { return known_until_ns < end_ns; }  ///< or still being written
  TimeNs tick_ns = 0;
  Clock clock;
  Loaded loaded = Loaded::overview;

  std::vector<Site> sites;
  std::vector<Evse> evses;
  std::vector<Storage> storages;
  std::vector<VehicleType> vehicles;
  std::vector<Feeder> feeders;
  std::vector<Session> sessions;  ///< in the order of arrival
  std::vector<record::Kpi> kpis;
  std::vector<Month> months;
  std::vector<Score> scores;
  Certificate certificate;
  std::vector<Flag> flags;
  std::vector<Event> events;  ///< arrivals and departures from the start, the rest with Loaded::all
  std::vector<Outage> outages;
  Roads roads;  ///< empty: the scenario has none
  // With Loaded::all.
  std::vector<Decision> decisions;
  std::vector<Setpoint> setpoints;
  std::vector<Plan> plans;
  std::vector<record::Foreseen> forecasts;         ///< in the order of time
  std::optional<analysis::RewardOverTime> reward;  ///< that its policy was trained for; nothing: it played none
  std::vector<Correction> corrections;
  std::vector<Metered> metered;
};
using RunPtr = std::shared_ptr<const Run>;

/// A row that stands for a site which a run does not have: nothing is there.
inline constexpr std::uint32_t no_such_site = no_row - 1;
/// The site of `to` that is called as that of `from`, or the only one where both have one; no_such_site: it has none.
std::uint32_t same_site(const Run& from, std::uint32_t row, const Run& to);

/// Words on an event beside kind, EVSE and session: its text, a correction's reason and figures, what a session missed.
/// May be empty. Printable; units as in the file.
std::string event_text(const Run& run, const Event& event);

/// NaN where the run has no such figure. @param site -1: all together
double kpi_value(const Run& run, std::string_view name, std::int32_t site = -1);
/// Mean import of a metering window, kW: of one that the run cuts over its full length, as in the bill.
double window_mean_kw(const Run& run, const Site& site, const Meter& window);
/// analysis::service_kwh of its key figures.
double service_kwh(const Run& run);

}  // namespace evtwin::viewer::model
