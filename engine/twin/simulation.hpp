// A simulation: one world run once under one strategy.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "control/ledger.hpp"
#include "control/strategy.hpp"
#include "market/demand_charge.hpp"
#include "physics/ageing.hpp"
#include "twin/checkpoint.hpp"
#include "twin/observer.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// How a storage was used from the start to the end of the run, and what that took of its capacity (fractions).
struct StorageUse {
  physics::AgeingUse use;
  double wear_calendar = 0.0, wear_cyclic = 0.0;
};

/// How well a site followed its power set-point: mean power P of each metering window against the window's mean
/// set-point S. Sums over windows; one that the run cuts counts with its share of a window.
struct Tracking {
  double above_kw = 0.0;       ///< of max(0, P - S)
  double squared_kw2 = 0.0;    ///< of (P - S)^2
  double deviation_kwh = 0.0;  ///< of |P - S| x window

  template <class A>
  void archive(A& a) {
    a(above_kw, squared_kw2, deviation_kwh);
  }
};

/// How much of what was wanted, and of what could have been had, sessions got that ended. Sums of what was missing, as
/// fractions 0..1 per session: exactly 0 where everybody was served.
struct Satisfaction {
  double missing_of_wanted = 0.0;
  double missing_of_possible = 0.0, squared_missing_of_possible = 0.0;
  double most_missing_of_possible = 0.0;  ///< of one session

  template <class A>
  void archive(A& a) {
    a(missing_of_wanted, missing_of_possible, squared_missing_of_possible, most_missing_of_possible);
  }

  void add(double of_wanted, double of_possible) {
    missing_of_wanted += of_wanted;
    missing_of_possible += of_possible;
    squared_missing_of_possible += of_possible * of_possible;
    most_missing_of_possible = std::max(most_missing_of_possible, of_possible);
  }
};

/// Sums over one site's run. The bill's demand charge is in `ledger.demand_charge`.
struct SiteResult {
  control::Ledger ledger;
  double peak_kw = 0.0;  ///< highest mean import of a metering window
  double peak_instant_kw = 0.0;
  double ramp_kw = 0.0;  ///< sum over metering windows of how far the mean net import moved from the last one's
  double energy_wanted_kwh = 0.0;  ///< of sessions that ended
  double energy_got_kwh = 0.0;     ///< of sessions that ended
  Satisfaction satisfaction;       ///< of sessions that ended
  std::uint64_t sessions = 0;      ///< plugged in
  std::uint64_t sessions_ended = 0;
  std::uint64_t sessions_open = 0;  ///< still plugged in (or waiting) at the end
  std::uint64_t turned_away = 0;    ///< found neither EVSE nor waiting place, or lost patience
  std::uint64_t waited = 0;         ///< plugged in after waiting
  double waiting_h = 0.0;           ///< sum over those that waited or gave up
  double unmet_open_kwh = 0.0;      ///< of the open sessions, counted apart
  double storage_energy_start_kwh = 0.0, storage_energy_end_kwh = 0.0;
  double storage_capacity_kwh = 0.0;  ///< usable, summed
  double storage_losses_kwh = 0.0;
  double vehicle_losses_kwh = 0.0;    ///< behind the EVSE meters
  double storage_energy_value = 0.0;  ///< of what is left in storage beyond the start, at the mean buy price
  std::uint64_t decisions = 0;
  std::array<std::uint64_t, correction_count> corrections{};
  std::vector<market::MonthDemand> months;
  std::optional<Tracking> tracking;     ///< of a site with a set-point
  std::uint64_t sessions_aged = 0;      ///< of known batteries: those in the ledger's wear
  std::vector<StorageUse> storage_use;  ///< by storage
  std::uint64_t strategy_warnings = 0;
  std::string first_strategy_warning;

  /// The sums as they grow; what is worked out at the end (ledger, bill, use of storage) is not in them yet.
  template <class A>
  void archive(A& a) {
    a(peak_kw, peak_instant_kw, ramp_kw, energy_wanted_kwh, energy_got_kwh, satisfaction, sessions, sessions_ended,
      sessions_open, turned_away, waited, waiting_h, unmet_open_kwh, storage_energy_start_kwh, storage_energy_end_kwh,
      storage_capacity_kwh, storage_losses_kwh, vehicle_losses_kwh, decisions, corrections, tracking, sessions_aged,
      strategy_warnings, first_strategy_warning);
  }
};

struct Result {
  std::vector<SiteResult> sites;
  std::uint64_t event_hash = 0;
  std::uint64_t events = 0;
};

/// What a scripted event or outage may touch while the world runs.
class SiteControls {
 public:
  virtual ~SiteControls() = default;
  virtual double contract_kw(std::uint32_t site) const = 0;
  /// @throws std::invalid_argument naming contract_kw for negative or NaN.
  virtual void set_contract_kw(std::uint32_t site, double kw) = 0;
  virtual double export_limit_kw(std::uint32_t site) const = 0;
  virtual void set_export_limit_kw(std::uint32_t site, double kw) = 0;
  virtual double driver_price_per_kwh(std::uint32_t site) const = 0;
  virtual void set_driver_price_per_kwh(std::uint32_t site, double price) = 0;
  virtual double v2g_price_per_kwh(std::uint32_t site) const = 0;
  virtual void set_v2g_price_per_kwh(std::uint32_t site, double price) = 0;
  virtual void set_evse_available(std::uint32_t site, std::uint32_t evse, bool available) = 0;
  virtual bool evse_available(std::uint32_t site, std::uint32_t evse) const = 0;
};

/// The scenario's own functions, in a state that belongs to one simulation.
class Script {
 public:
  virtual ~Script() = default;
  /// Runs the scripted event. @throws anything derived from std::exception; its text is shown to the user.
  virtual void run_event(std::uint32_t index, TimeNs now_ns, SiteControls& controls) = 0;
  /// Runs an event of the time before a checkpoint once more, so that the functions remember what they did. What they
  /// print has been printed.
  virtual void repeat_event(std::uint32_t index, TimeNs now_ns, SiteControls& controls) {
    run_event(index, now_ns, controls);
  }
};

struct RunOptions {
  Observer* observer = nullptr;                   ///< may be null: nothing is recorded
  Script* script = nullptr;                       ///< needed when the world has scripted events
  std::function<void(double fraction)> progress;  ///< called about every thousandth of the simulated time
  std::function<bool()> stop;                     ///< asked about as often; true ends the run with Interrupted
  std::string strategy_name;                      ///< for messages; may be empty

  const Checkpoint* from = nullptr;                      ///< where to go on; null: the start of the run
  Successor successor = Successor::same_strategy;        ///< with `from` only
  std::optional<TimeNs> checkpoint_at_ns;                ///< where to make one: after `from`, before the end
  std::function<void(const Checkpoint&)> on_checkpoint;  ///< called once, between two events
};

/// The run was stopped from outside (Ctrl-C).
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs the world from start to end. Deterministic: same world, strategy and seed give the same Result, bit for bit.
/// @throws control::StrategyError, Interrupted, CheckpointError, whatever Script throws.
Result simulate(const World& world, const control::StrategyFactory& strategy, const RunOptions& options = {});

/// The beginning of the same, without its events: for finding out, before anything else is touched, whether it can
/// begin. The script is left alone. @throws as simulate.
void rehearse(const World& world, const control::StrategyFactory& strategy, const RunOptions& options);

}  // namespace evtwin::twin
