// A planning problem as plain numbers: a site's hours ahead. It knows no simulation and no clock; whoever fills it in
// (a plugin from its view, the bound from a world, a test from a case) says what each step is.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/unknown.hpp"
#include "optimise/linear_model.hpp"

namespace evtwin::optimise {

/// Where the energy that is wanted counts.
enum class NeedAt : std::uint8_t {
  meter,   ///< charged - discharged kWh at the EVSE meter (evtwin's own `got`)
  battery  ///< what lies in the battery more than at arrival
};

/// One stay of a vehicle at an EVSE: now, announced, or expected. Power at the EVSE meter.
struct PlanVehicle {
  std::uint64_t key = 0;  ///< lasting name: plans of two moments are compared, and solvers kept warm, by it; unique
  std::uint32_t evse = 0;
  std::uint32_t first_step = 0, end_step = 0;  ///< takes part in [first_step, end_step)
  /// Of its first and last step that it is there: limits its mean power. A stay of one step: their product.
  double first_share = 1.0, last_share = 1.0;
  double max_kw = 0.0;
  std::vector<double> step_max_kw;  ///< [end_step - first_step] where it varies (outages); empty: max_kw throughout
  /// Whole-number methods only: the smallest charging power other than 0, and the only ones, ascending; both times the
  /// share in a first or last step.
  double min_kw = 0.0;
  std::vector<double> rates_kw;
  double max_discharge_kw = 0.0;  ///< > 0: takes part in V2G
  double min_discharge_kw = 0.0;  ///< as min_kw
  /// Outer linearisation only: what may be offered beyond what is taken, and counts in magnitude rows all the same (a
  /// tapering battery): set-points lie between the power and this. 0: what is offered is taken, powers count as they
  /// are.
  double max_setpoint_kw = 0.0, max_discharge_setpoint_kw = 0.0;
  double charge_efficiency = 1.0, discharge_efficiency = 1.0;

  NeedAt need_at = NeedAt::meter;
  /// Still wanted, >= 0: a goal with a price, never a constraint. unmet = max(0, wanted - got), also where got < 0.
  double wanted_kwh = 0.0;
  double most_kwh = infinite;        ///< never more than this by the same count; infinite: only the battery ends it
  double unmet_price_per_kwh = 0.0;  ///< by the same count
  /// Energy that may still be had after the horizon, by the same count: kWh at a price below unmet_price_per_kwh,
  /// ascending. It costs its price instead of the unmet one.
  struct Later {
    double kwh = 0.0;
    double price_per_kwh = 0.0;
  };
  std::vector<Later> later;
  double room_kwh = infinite;         ///< stored kWh until the battery is full
  double dischargeable_kwh = 0.0;     ///< stored kWh above the floor now, >= 0; what is charged later may go back too
  double charge_price_per_kwh = 0.0;  ///< on top of the energy: negative where the driver's money counts
  /// [end_step - first_step] >= 0, on top of that step by step: what waiting is expected to cost where a driver may be
  /// gone before the time said. Empty: none.
  std::vector<double> step_charge_price_per_kwh;
  double discharge_price_per_kwh = 0.0;  ///< wear, payment to the driver
  /// Of each kWh, by the count of need_at, that is there beyond wanted_kwh at the end of the stay or horizon; >= 0, and
  /// no more than unmet_price_per_kwh where something is wanted or may be discharged.
  double end_value_per_kwh = 0.0;
  double grid_kw_per_charge_kw = 1.0;  ///< at the grid connection, losses on the way included
  double grid_kw_per_discharge_kw = 1.0;
  std::uint32_t max_starts = 0;   ///< at most so many times from 0 to charging; 0: any; whole-number methods only
  bool charging_now = false;      ///< before step 0, for max_starts
  std::uint32_t starts_made = 0;  ///< of max_starts, before step 0
  /// Starts that are left, where max_starts says that they are counted.
  std::uint32_t starts_left() const { return max_starts > starts_made ? max_starts - starts_made : 0; }
};

/// Power at its AC terminals.
struct PlanStorage {
  std::uint64_t key = 0;
  double max_charge_kw = 0.0, max_discharge_kw = 0.0;
  std::uint32_t end_step = UINT32_MAX;  ///< rests from this step on: steps beyond the end of a run
  double charge_efficiency = 1.0, discharge_efficiency = 1.0;
  double stored_kwh = 0.0;               ///< at the start
  double min_kwh = 0.0, max_kwh = 0.0;   ///< window; a start outside of it may stay there, and only move inwards
  double discharge_price_per_kwh = 0.0;  ///< wear, per kWh at the terminals
  double end_value_per_kwh = 0.0;        ///< of what is stored at the end
  /// >= 0, per kWh stored and hour before end_step: what it is worth to have it at hand. Of two plans else alike the
  /// one that stores earlier.
  double hold_value_per_kwh_h = 0.0;
  /// What excess and lack at the end are counted from: what was stored when the run began. NaN: stored_kwh.
  double end_reference_kwh = kernel::unknown;
  double end_excess_price_per_kwh = 0.0;  ///< of what is stored at the end beyond the reference, >= 0
  /// Cost, beside end_value_per_kwh, of having less stored at the end than the reference: block by block, prices >= 0
  /// that do not fall, and the last block is infinite. Empty: nothing.
  struct Lack {
    double kwh = 0.0, price_per_kwh = 0.0;
  };
  std::vector<Lack> end_lacks{};
  double end_at_least_kwh = -infinite;  ///< softly, at the price of missing grid power where it can not be kept
};

/// lower <= base + sum of coefficient x kW <= upper, at every step.
struct PlanLimit {
  struct Member {
    std::uint32_t index = 0;  ///< EVSE, or storage
    bool storage = false;
    double coefficient = 1.0;
  };
  std::string name;
  std::vector<Member> members;
  std::vector<double> lower, upper, base;  ///< [steps], or [1] where constant; base empty: 0
};

/// |sum of coefficient x exp(j angle) x kW| <= upper, at every step: a phase's current.
struct PlanMagnitude {
  struct Member {
    std::uint32_t evse = 0;
    double re = 0.0, im = 0.0;  ///< per kW
  };
  std::string name;
  std::vector<Member> members;
  std::vector<double> upper;  ///< [steps], or [1]
};

/// How a magnitude row becomes linear rows.
enum class Linearisation : std::uint8_t {
  inner,  ///< a polygon within the circle: what it allows is allowed. For plans
  outer,  ///< a polygon around the circle, over set-points that are at least the powers. For bounds
};

/// A month's demand charge.
struct DemandPeriod {
  double price_per_kw = 0.0;
  double floor_kw = 0.0;  ///< billed anyway: the running peak, ratchet, contract minimum
  /// Billed at least this share of an earlier period's highest window (a ratchet within the horizon).
  struct Ratchet {
    std::uint32_t period = 0;
    double share = 1.0;
  };
  std::vector<Ratchet> ratchets;
};

/// A metering window: its mean import counts in the period.
struct MeterWindow {
  std::uint32_t first_step = 0, end_step = 0;
  double hours = 0.25;      ///< what its energy is divided by
  double so_far_kwh = 0.0;  ///< imported in it before step 0
  std::uint32_t period = 0;
};

/// Wishes of the grid company, in money; all 0: none.
struct GridWishes {
  double peak_price_per_kw = 0.0;       ///< of the highest step's import
  double ramp_price_per_kw = 0.0;       ///< of each change of net import from step to step
  double pressure_price_per_kwh = 0.0;  ///< of import above `pressure_from` x import limit
  double pressure_from = 0.8;
  double last_net_kw = 0.0;  ///< before step 0, for the first ramp; NaN: the first step is no ramp
};

enum class Fairness : std::uint8_t {
  none,
  max_min,  ///< the worst share of what is wanted is as high as it can be; then cost
};

struct PlanProblem {
  std::vector<double> hours;                                      ///< [steps] > 0
  std::vector<double> buy_per_kwh, sell_per_kwh, load_kw, pv_kw;  ///< [steps]
  std::vector<double> import_limit_kw, export_limit_kw;           ///< [steps], infinite where there is none
  bool curtail_pv = true;
  /// Beyond a limit, and only in steps where it is broken with every vehicle and storage at 0. Counted in kWh: kW (for
  /// a PlanLimit its row's unit) beyond it times hours; kWh that lack at a storage's end_at_least_kwh count too.
  double over_limit_price_per_kwh = 1e5;
  std::vector<PlanVehicle> vehicles;
  std::vector<PlanStorage> storages;
  std::vector<PlanLimit> limits;
  std::vector<PlanMagnitude> magnitudes;
  Linearisation linearisation = Linearisation::inner;
  std::vector<DemandPeriod> periods;
  std::vector<MeterWindow> windows;
  GridWishes grid;
  Fairness fairness = Fairness::none;
  std::int64_t first_step_number = 0;  ///< lasting number of step 0: steps of two problems are the same by it

  std::size_t steps() const { return hours.size(); }
};

/// Fault of a problem: one line that names the field and says what would be right; empty when there is none. NaN,
/// infinite prices, negative hours, windows outside the horizon, rates out of order ... An empty horizon, no vehicle, a
/// stay that is over and a storage outside its window are no errors.
std::string check_problem(const PlanProblem& problem);

}  // namespace evtwin::optimise
