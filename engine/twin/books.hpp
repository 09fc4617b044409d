// The books of a site: what flowed, and what it cost, per site, session, EVSE and day. It sees pieces of time in which
// nothing changes sides, and knows no law of power.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "control/ledger.hpp"
#include "control/view.hpp"
#include "demand/arrivals.hpp"
#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "market/demand_charge.hpp"
#include "physics/ageing.hpp"
#include "physics/battery_life.hpp"
#include "physics/limits.hpp"
#include "twin/context.hpp"
#include "twin/flow.hpp"
#include "twin/power_limits.hpp"
#include "twin/result.hpp"
#include "twin/signal_values.hpp"

namespace evtwin::twin {

/// Energies and money at an EVSE, as increments or totals.
struct EvseSums {
  double net_kwh = 0.0, discharged_kwh = 0.0;  ///< metered
  double cost = 0.0, driver_revenue = 0.0, v2g_payment = 0.0;

  template <class A>
  void archive_fields(A& a) {
    a(net_kwh, discharged_kwh, cost, driver_revenue, v2g_payment);
  }
};
static_assert(sizeof(EvseSums) == 40, "a new field must be archived, and the title of checkpoints changed");

/// A stretch of time in which nothing changes sides.
struct Piece {
  TimeNs from_ns = 0, to_ns = 0;
  Flow flow;
  double peak_kw = physics::unknown;  ///< highest net import; unknown: powers are constant, and it is their sum
};

class Books {
 public:
  Books(const SiteContext& context, const physics::FeederTree& tree);

  /// Empty books at the start of the episode.
  void begin();

  // Time passes
  void set_bounds(std::span<const double> bounds) { limits_.set_bounds(context_.site, bounds); }
  void set_contract_kw(double kw, TimeNs t) { meter_.set_contract_kw(kw, t); }
  void book_piece(const Piece& piece, const SignalValues& now);
  /// The end of a metering window; the next one opens.
  void close_window(TimeNs t);
  /// The run is over at `t`, within the open window or at its end.
  void close_last_window(TimeNs t);
  /// Whether the local day ends with the window that was closed at `t`.
  bool day_ends(TimeNs t) const { return t >= day_end_ns_; }
  /// The end of a local day, or of the run: what each EVSE and its drivers had of it goes to the observer.
  /// @param got_kwh  [evses] net metered in the session there.
  void close_day(TimeNs t, std::span<const double> got_kwh);

  // Sessions
  void plug_in(std::uint32_t evse, const demand::Visit& visit);
  /// Completes the record of a session that ends with its money and wear. @param use  of a battery of known size
  void end_session(std::uint32_t evse, double got_kwh, SessionRecord& record,
                   const std::optional<physics::AgeingUse>& use);
  /// To the driver, for energy discharged.
  double paid_per_kwh(std::uint32_t evse, const SignalValues& now) const {
    return std::max(now.v2g_price_per_kwh, accounts_[evse].v2g_min_price_per_kwh);
  }

  // The end
  void book_storage_wear(std::uint32_t storage, const physics::AgeingUse& use);
  /// Adds what the books know to the result.
  void add_to_result(TimeNs t, SiteResult& result);

  const market::DemandMeter& meter() const { return meter_; }
  const control::Ledger& total_ledger() const { return total_; }

  /// The meter's and the driver prices' part of a view, and the ledgers since the last decision and so far.
  void show_in_view(control::ViewColumns& columns) const;
  /// Price that each driver is paid for energy discharged; it changes with vehicles and the site's price.
  void show_v2g_prices(control::ViewColumns& columns, const SignalValues& now,
                       std::span<const std::uint32_t> connected) const;
  void mark_decision() { at_last_decision_ = total_; }

  template <class A>
  void archive_fields(A& a);
  /// After loading: the vehicle on an EVSE.
  void restore_account(std::uint32_t evse, const demand::Visit& visit);

 private:
  /// Of the session on an EVSE.
  struct Account {
    const physics::BatterySpec* battery = nullptr;  ///< null: nobody
    double v2g_min_price_per_kwh = 0.0;
    double losses_kwh = 0.0;  ///< behind the meter
    EvseSums sums;            ///< since plug-in, without net_kwh ...
    EvseSums at_day_start;    ///< ... and up to the last midnight

    template <class A>
    void archive_fields(A& a) {
      a(losses_kwh, sums, at_day_start);
    }
  };
  static_assert(kernel::has_size<Account>(104), "a new field must be archived or made anew after loading");

  void book_excess_below(const Flow& flow, double hours, double rounded_kwh);
  void book_member(std::uint32_t member, double metered_kwh, const SignalValues& now);
  void book_storage(const physics::Storage& storage, double metered_kwh);
  void book_evse_day(std::uint32_t evse, double got_kwh);
  void open_day(TimeNs t);
  void end_window(TimeNs t, bool last);
  void track_setpoint(double net_kwh, double hours);
  std::size_t evse_count() const { return context_.site.evses.size(); }

  const SiteContext context_;
  const physics::FeederTree& tree_;
  PowerLimits limits_;

  control::Ledger total_, at_last_decision_, at_window_start_;
  market::DemandMeter meter_;
  // Of the open metering window.
  double window_import_kwh_ = 0.0, window_peak_kw_ = 0.0, window_setpoint_kwh_ = 0.0;
  double last_window_kw_ = physics::unknown;  ///< mean net import of the window before
  double ramp_kw_ = 0.0, peak_instant_kw_ = 0.0;
  double storage_losses_kwh_ = 0.0, vehicle_losses_kwh_ = 0.0, contract_excess_h_ = 0.0;
  std::uint64_t sessions_aged_ = 0;
  std::optional<Tracking> tracking_;
  std::vector<StorageUse> storage_use_;

  std::vector<Account> accounts_;                     // [evses]
  std::vector<EvseSums> evse_day_;                    // [evses] of what is booked of the local day
  TimeNs day_start_ns_ = 0, day_end_ns_ = 0;          // the local day, or what of it lies in the run
  std::vector<physics::Ageing> vehicle_ageing_;       // by vehicle of the world
  std::vector<std::uint32_t> fleet_of_vehicle_;       // likewise, rows of the two below
  std::vector<physics::FittedAgeing> fleet_ageing_;   // each law of a vehicle once
  std::vector<physics::FleetUse> fleet_use_;          // of sessions that ended, by law
  std::vector<double> feeder_kwh_, feeder_into_kwh_;  // [feeders] scratch
  std::vector<double> metered_kwh_;                   // [evses] scratch
};
static_assert(kernel::has_size<Books>(1344), "a new field must be archived or made anew after loading");

template <class A>
void Books::archive_fields(A& a) {
  a.begin_section("books");
  a(total_, at_last_decision_, at_window_start_, meter_, window_import_kwh_, window_peak_kw_, window_setpoint_kwh_,
    last_window_kw_, ramp_kw_, peak_instant_kw_, storage_losses_kwh_, vehicle_losses_kwh_, contract_excess_h_,
    sessions_aged_, tracking_, day_start_ns_, day_end_ns_);
  a.require_that(tracking_.has_value() == context_.site.power_setpoint_kw.has_value(), "a set-point that there is not");
  a.archive_elements(accounts_);
  a.archive_elements(evse_day_);
  a.archive_elements(fleet_use_);
}

}  // namespace evtwin::twin
