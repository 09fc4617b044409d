// The contents of a run file as plain data: equipment, prices, signals, sessions and powers. None of the figures that
// the run's books made of it is in here but those in `Claimed`, which the recount is compared with.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/local_clock.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::audit {

inline constexpr double infinite = std::numeric_limits<double>::infinity();
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct Feeder {
  std::string name;
  int parent = -1;  ///< row of the site's feeders; -1: the grid connection
  double max_kw = infinite, max_export_kw = infinite;
  double efficiency = 1.0;
};

/// A limit over powers at the EVSE meters; those over currents count no energy.
struct PowerRow {
  double lower_kw = -infinite, upper_kw = infinite;
  std::vector<std::pair<int, double>> members;  ///< row of the site's EVSEs, coefficient
};

/// Value from an instant on of a bound that changes over time; the loosest stands in its struct.
struct LimitStep {
  enum class Of : std::uint8_t { feeder_kw, feeder_export_kw, row_upper, row_lower };
  Of of = Of::feeder_kw;
  std::size_t index = 0;  ///< of the site's feeders or rows
  Ns start_ns = 0;
  double value = 0.0;
};

struct Evse {
  std::string name;
  std::int64_t id = 0;  ///< in the table evse
  double max_kw = infinite;
  double efficiency = 1.0;  ///< outlet to AC side
  int feeder = -1;
};

/// The law a battery ages by: capacity = 1 - by time - by cycles, until replaced_at.
struct AgeingTerms {
  double calendar = published;  ///< per day^0.75
  double cyclic = published;    ///< per full cycle^power
  double power = 0.5, replaced_at = 0.8;

  /// In the place of a coefficient: Schmalstieg's term.
  static constexpr double published = -1.0;
  auto operator<=>(const AgeingTerms&) const = default;
};

struct Storage {
  std::string name;
  double capacity_kwh = 0.0;
  double max_charge_kw = 0.0, max_discharge_kw = 0.0;
  double charge_efficiency = 1.0, discharge_efficiency = 1.0;
  double soc_start = 0.0, soc_min = 0.0, soc_max = 1.0;
  double standby_kw = 0.0;
  AgeingTerms ageing;
};

/// Power of an EVSE or storage between two instants: kw x exp(slope x hours since start).
struct Segment {
  int unit = 0;      ///< EVSEs of the site, then its storages
  int session = -1;  ///< row of the site's sessions; -1: a storage
  Ns start_ns = 0, end_ns = 0;
  double kw = 0.0;
  double slope_per_h = 0.0;
  double energy_kwh = 0.0;  ///< as the run says
};

struct Knot {
  double soc, kw;
};
struct Vehicle {
  double battery_kwh = infinite;  ///< infinite: unknown
  double charge_efficiency = 1.0, discharge_efficiency = 1.0;
  AgeingTerms ageing;
  std::vector<Knot> charge_curve;
};

enum class Ended : std::uint8_t { departed, open_at_end, waiting_at_end, not_served };

struct Session {
  std::string name;
  std::int64_t number = 0;  ///< 0: never plugged in
  int vehicle = -1;
  int evse = -1;
  Ns arrived_ns = 0, plugged_in_ns = 0;
  Ns departed_ns = 0;  ///< beyond the end of the run where it is open
  double wanted_kwh = 0.0;
  double max_kw = 0.0;  ///< the most that EVSE and vehicle can do together
  double v2g_min_price_per_kwh = 0.0;
  double soc_start = unknown;
  double battery_kwh = unknown, charge_efficiency = unknown, discharge_efficiency = unknown;  ///< of the vehicle
  Ended ended = Ended::departed;
  // As the run says, by the columns of its row.
  double got_kwh = 0.0, discharged_kwh = 0.0, unmet_kwh = 0.0, open_cost = 0.0, cost = 0.0, driver_revenue = 0.0,
         v2g_payment = 0.0, wear_cost = 0.0, paid = 0.0, soc_end = unknown, waited_h = 0.0, wear_calendar = unknown,
         wear_cyclic = unknown;
};

enum class Kind : std::uint8_t {
  buy_price,
  sell_price,
  pv_kw,
  load_kw,
  contract_kw,  ///< in force, cuts of demand response included
  uncut_contract_kw,
  export_limit_kw,
  co2_kg_per_kwh,
  power_setpoint_kw,
  driver_price_per_kwh,
  v2g_price_per_kwh,
  buy_price_beyond_end  ///< after the run, for what is owed then
};
inline constexpr std::size_t kinds = 12;
static_assert(kinds == kernel::enum_count<Kind>());

/// A value from an instant on.
struct Step {
  Ns start_ns;
  double value;
};

/// How the demand charge is made.
struct DemandTerms {
  bool by_contract = false;   ///< the contract power is billed, not the peak
  bool whole_months = false;  ///< a month that the run covers in part is billed whole
  int look_back_months = 0;
  double floor_fraction = 0.0;            ///< of the contract power
  double excess_price_per_kw = 0.0;       ///< above the contract power
  std::array<double, 12> price_per_kw{};  ///< by month of the year, tax included
  std::array<bool, 12> in_ratchet{};
  std::vector<std::pair<MonthNumber, double>> past_peaks_kw;
};

/// A row of the table `month`.
struct ClaimedMonth {
  double peak_kw = unknown, billed_kw = unknown, price_per_kw = unknown, fraction = unknown, excess_kw = unknown,
         excess_cost = unknown, cost = unknown;
};

/// An EVSE's local day, by row of the site's EVSEs and the day's first instant in the run.
using EvseDay = std::pair<int, Ns>;
/// A row of the table `evse_day`.
struct EvseDaySums {
  double charged_kwh = 0.0, discharged_kwh = 0.0, cost = 0.0, driver_revenue = 0.0, v2g_payment = 0.0;
};

/// A row of the table `storage_use`.
struct StorageUse {
  double days = unknown, mean_soc = unknown, stored_kwh = unknown, cycle_soc = unknown, depth = unknown,
         wear_calendar = unknown, wear_cyclic = unknown;
};

/// Columns of the table `meter` that add up to a figure of the run.
inline constexpr std::array<std::string_view, 20> meter_columns{"import_kwh",
                                                                "export_kwh",
                                                                "pv_kwh",
                                                                "load_kwh",
                                                                "ev_charge_kwh",
                                                                "ev_discharge_kwh",
                                                                "storage_charge_kwh",
                                                                "losses_kwh",
                                                                "energy_cost",
                                                                "demand_charge",
                                                                "driver_revenue",
                                                                "v2g_payment",
                                                                "co2_kg",
                                                                "unmet_kwh",
                                                                "overload_kwh",
                                                                "export_overload_kwh",
                                                                "feeder_overload_kwh",
                                                                "storage_discharge_kwh",
                                                                "pv_used_kwh",
                                                                "wear_cost"};
static_assert(kernel::has_unique_keys(meter_columns));

/// A metering window, or what of it lies in the run: its first instant and its end.
using WindowNs = std::pair<Ns, Ns>;

struct Site {
  std::string name;
  double contract_kw = infinite, export_limit_kw = infinite;
  Ns window_ns = 0;
  double driver_price_per_kwh = 0.0, v2g_price_per_kwh = 0.0;  ///< at the start
  double unmet_price_per_kwh = 0.0, wear_price_per_kwh = 0.0;
  DemandTerms demand;
  std::vector<Feeder> feeders;
  std::vector<PowerRow> rows;
  std::vector<LimitStep> limit_steps;  ///< by start
  bool shares_limits = false;  ///< with other sites
  bool limits_else = false;  ///< by rows, or by currents of feeders
  std::vector<Evse> evses;
  std::vector<Storage> storages;
  std::vector<Session> sessions;
  std::vector<Segment> segments;  ///< by start
  std::array<std::vector<Step>, kinds> signals;
  std::map<MonthNumber, ClaimedMonth> months;
  std::array<double, meter_columns.size()> meter_sums{};
  std::map<WindowNs, double> window_peaks_kw;  ///< highest instantaneous import
  std::map<EvseDay, EvseDaySums> evse_days;
  std::vector<StorageUse> storage_use;  ///< by storage
};

/// kW that several sites may import together.
struct SharedLimit {
  std::string name;
  std::vector<std::size_t> sites;
  std::vector<Step> kw;
  double excess_kwh = unknown;  ///< as the run says
};

struct ClaimedFigure {
  double value = unknown;
  std::string unit;
};

struct Recorded {
  std::string file, name, strategy;
  Ns start_ns = 0, end_ns = 0;
  LocalClock clock{{{std::numeric_limits<Ns>::min(), std::numeric_limits<Ns>::max(), 0}}};
  std::vector<Vehicle> vehicles;
  std::vector<Site> sites;
  std::vector<SharedLimit> shared_limits;
  /// By site (0: all together, then from 1) and name, in the order of the file.
  std::vector<std::pair<std::pair<int, std::string>, ClaimedFigure>> figures;
};

/// @throws record::RunFileError: no run file, not complete, or its rows make no sense.
Recorded read_recorded(const std::string& file);

}  // namespace evtwin::audit
