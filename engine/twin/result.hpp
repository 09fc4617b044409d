// Figures of a run: sums over each site, as they grow and at the end.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/correction.hpp"
#include "control/ledger.hpp"
#include "kernel/static_checks.hpp"
#include "market/demand_charge.hpp"
#include "physics/ageing.hpp"
#include "physics/battery_life.hpp"

namespace evtwin::twin {

using control::correction_count;

/// How a storage was used from the start to the end of the run, and what that took of its capacity (fractions).
struct StorageUse {
  physics::AgeingUse use;
  double wear_calendar = 0.0, wear_cyclic = 0.0;
};

/// Calls of demand response to cars.
struct DispatchSums {
  std::uint64_t calls = 0;
  std::uint64_t asked = 0, yes = 0;  ///< enrolled cars, by call
  double called_kwh = 0.0;           ///< kW asked for x length
  double promised_kwh = 0.0, delivered_kwh = 0.0;

  template <class A>
  void archive_fields(A& a) {
    a(calls, asked, yes, called_kwh, promised_kwh, delivered_kwh);
  }
  DispatchSums& operator+=(const DispatchSums& other) {
    calls += other.calls;
    asked += other.asked;
    yes += other.yes;
    called_kwh += other.called_kwh;
    promised_kwh += other.promised_kwh;
    delivered_kwh += other.delivered_kwh;
    return *this;
  }
};
static_assert(sizeof(DispatchSums) == 48, "a new field must be archived, and the title of checkpoints changed");

/// How well a site followed its power set-point: mean power P of each metering window against the window's mean
/// set-point S. Sums over windows; one that the run cuts counts with its share of a window.
struct Tracking {
  double above_kw = 0.0;       ///< of max(0, P - S)
  double squared_kw2 = 0.0;    ///< of (P - S)^2
  double deviation_kwh = 0.0;  ///< of |P - S| x window

  template <class A>
  void archive_fields(A& a) {
    a(above_kw, squared_kw2, deviation_kwh);
  }
};
static_assert(sizeof(Tracking) == 24, "a new field must be archived, and the title of checkpoints changed");

/// How much of what was wanted, and of what could have been had, sessions got that ended. Sums of what was missing, as
/// fractions 0..1 per session: exactly 0 where everybody was served.
struct Satisfaction {
  double missing_of_wanted = 0.0;
  double missing_of_possible = 0.0, squared_missing_of_possible = 0.0;
  double most_missing_of_possible = 0.0;  ///< of one session
  double missing_of_soc = 0.0;            ///< of the state of charge wanted, where the battery is known
  std::uint64_t soc_sessions = 0;         ///< of known batteries

  template <class A>
  void archive_fields(A& a) {
    a(missing_of_wanted, missing_of_possible, squared_missing_of_possible, most_missing_of_possible, missing_of_soc,
      soc_sessions);
  }

  void add_session(double of_wanted, double of_possible) {
    missing_of_wanted += of_wanted;
    missing_of_possible += of_possible;
    squared_missing_of_possible += of_possible * of_possible;
    most_missing_of_possible = std::max(most_missing_of_possible, of_possible);
  }
};
static_assert(sizeof(Satisfaction) == 48, "a new field must be archived, and the title of checkpoints changed");

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
  std::uint64_t sessions_open = 0;   ///< still plugged in (or waiting) at the end
  std::uint64_t turned_away = 0;     ///< found neither EVSE nor waiting place, or lost patience
  std::uint64_t waited = 0;          ///< plugged in after waiting
  std::uint64_t waiting_at_end = 0;  ///< for an EVSE
  double waiting_h = 0.0;            ///< sum over those that waited, gave up, or wait at the end
  double open_kwh = 0.0;             ///< still wanted by vehicles on an EVSE at the end
  double open_got_kwh = 0.0;         ///< of what they wanted, had by then
  double open_cost = 0.0;            ///< the least that can still cost: market::OwedEnergy
  double open_to_come_kwh = 0.0;     ///< ... and what of open_kwh is not at the unmet price there
  double turned_away_kwh = 0.0;      ///< wanted by vehicles that never plugged in, those waiting at the end included
  double storage_energy_start_kwh = 0.0, storage_energy_end_kwh = 0.0;
  double storage_capacity_kwh = 0.0;  ///< usable, summed
  double contract_excess_h = 0.0;     ///< with import above the contract power
  double storage_losses_kwh = 0.0;
  double vehicle_losses_kwh = 0.0;  ///< behind the EVSE meters
  /// Of what is stored beyond the start, or lacks: market::RefillCost.
  double storage_energy_value = 0.0;
  std::uint64_t decisions = 0;
  std::array<std::uint64_t, correction_count> corrections{};
  std::vector<market::MonthDemand> months;
  std::optional<Tracking> tracking;         ///< of a site with a set-point
  std::uint64_t sessions_aged = 0;          ///< of known batteries: those in the ledger's wear
  std::vector<StorageUse> storage_use;      ///< by storage
  std::vector<physics::FleetOfLaw> fleets;  ///< vehicles of known batteries, by their law of ageing
  std::uint64_t strategy_warnings = 0;
  std::string first_strategy_warning;
  std::uint64_t remarks_left_out = 0;  ///< of strategy and forecasters, beyond what is recorded: Conduct
  /// Set-points left as they are (NaN) where a vehicle draws and stands at 0 kW, by answer and vehicle; and sessions to
  /// which that happened and that got no energy at all.
  std::uint64_t left_standing = 0, sessions_left_standing = 0;
  DispatchSums dispatch;  ///< of calls that were announced; known at the end

  /// The sums as they grow; what is worked out at the end (ledger, bill, use of storage) is not in them yet.
  template <class A>
  void archive_fields(A& a) {
    a(peak_kw, peak_instant_kw, ramp_kw, energy_wanted_kwh, energy_got_kwh, satisfaction, sessions, sessions_ended,
      sessions_open, turned_away, waited, waiting_h, open_kwh, open_got_kwh, open_cost, open_to_come_kwh,
      turned_away_kwh, storage_energy_start_kwh, storage_energy_end_kwh, storage_capacity_kwh, storage_losses_kwh,
      vehicle_losses_kwh, decisions, corrections, tracking, sessions_aged, strategy_warnings, first_strategy_warning,
      remarks_left_out, left_standing, sessions_left_standing);
  }
};
static_assert(kernel::has_size<SiteResult>(760),
              "a new sum that grows in the run must be archived, and the title of checkpoints changed");

/// Sums over one shared limit. Powers are those that sites may reach until their next event: a battery that tapers
/// counts with the most it may draw.
struct SharedLimitResult {
  struct Part {
    std::uint32_t site = 0;
    double asked_kwh = 0.0, share_kwh = 0.0;
    double short_h = 0.0;  ///< with a share below what was asked for
  };
  double highest_kw = 0.0;                  ///< highest sum of shares
  double excess_kwh = 0.0, excess_h = 0.0;  ///< above the limit: base loads that nothing can lower
  std::vector<Part> sites;                  ///< as the limit lists them; a site of several limits has one share
};

struct Result {
  std::vector<SiteResult> sites;
  std::vector<SharedLimitResult> shared_limits;
  std::uint64_t event_hash = 0;
  std::uint64_t events = 0;
};

}  // namespace evtwin::twin
