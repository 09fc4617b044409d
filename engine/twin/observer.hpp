// An observer hears of everything that happens in a simulation, as it happens, in time order per subject. Calls come
// from the simulation's thread; references are valid during the call.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "control/correction.hpp"
#include "control/ledger.hpp"
#include "kernel/time.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

enum class Subject : std::uint8_t { evse = 0, storage = 1 };

/// Power of an EVSE or storage between two instants: kw at the start, and how it changes with the energy metered since:
/// kw(t) = kw + slope_kw_per_kwh x energy(t), energy(t) = kw x (exp(slope x t) - 1) / slope.
struct PowerSegment {
  Subject subject = Subject::evse;
  std::uint32_t site = 0;
  std::uint32_t row = 0;
  std::uint64_t session = 0;  ///< EVSE: number of the session, 0 none
  TimeNs start_ns = 0, end_ns = 0;
  double kw = 0.0;
  double slope_kw_per_kwh = 0.0;
  double energy_kwh = 0.0;  ///< metered over the segment, signed
};

/// `waiting_at_end`: never plugged in, and still in the queue when the run ended.
enum class SessionEnd : std::uint8_t {
  departed,
  open_at_end,
  waiting_at_end,
  turned_away,
  reneged,
  no_compatible_evse
};

struct SessionRecord {
  std::uint64_t number = 0;  ///< in order of plug-in, from 1; 0 for those never plugged in
  std::uint32_t site = 0;
  std::int32_t evse = -1;
  std::string_view id;
  std::string_view vehicle;
  std::uint32_t vehicle_row = 0;  ///< index into World::vehicles
  bool v2g = false;               ///< the driver opted in
  TimeNs arrived_ns = 0, plugged_in_ns = 0, claimed_departure_ns = 0;
  TimeNs departed_ns = 0;              ///< the truth: beyond the end of the run where it is open
  double max_kw = 0.0;                 ///< the most that EVSE and vehicle can do together
  double v2g_min_price_per_kwh = 0.0;  ///< paid at least for energy discharged
  double requested_kwh = 0.0;
  double wanted_kwh = 0.0;                                      ///< taken (the truth) where known, else requested
  double taken_kwh = std::numeric_limits<double>::quiet_NaN();  ///< hidden stop; NaN: the battery alone stops
  double got_kwh = 0.0;                                         ///< net metered energy
  double discharged_kwh = 0.0;
  double unmet_kwh = 0.0;                 ///< by then; of what was discharged, what it takes to put it back counts
  double open_cost = 0.0;                 ///< of a session open at the end: the least that energy can still cost
  double open_to_come_kwh = 0.0;          ///< ... and what of it is not at the unmet price
  double cost = 0.0;                      ///< energy at the AC side x buy price in force
  double driver_revenue = 0.0;            ///< from the driver, for energy charged
  double v2g_payment = 0.0;               ///< to the driver, for energy discharged
  double wear_cost = 0.0;                 ///< of the vehicle's battery, by discharging
  double soc_start = 0.0, soc_end = 0.0;  ///< NaN when unknown
  double waited_h = 0.0;
  double paid() const { return driver_revenue - v2g_payment; }      ///< by the driver
  double wear_calendar = std::numeric_limits<double>::quiet_NaN();  ///< fraction of capacity lost; NaN when unknown
  double wear_cyclic = std::numeric_limits<double>::quiet_NaN();
  SessionEnd end = SessionEnd::departed;
};

enum class SignalKind : std::uint8_t {
  buy_price,
  sell_price,
  pv_kw,
  load_kw,
  contract_kw,        ///< import limit in force: the contract power, or a cut of demand response below it
  uncut_contract_kw,  ///< the contract power itself, which bills go by
  export_limit_kw,
  co2_kg_per_kwh,
  power_setpoint_kw,
  driver_price_per_kwh,
  v2g_price_per_kwh,
  buy_price_beyond_end  ///< after the run, as far as somebody who is still there may stay
};

struct SignalRecord {
  std::uint32_t site = 0;
  SignalKind kind = SignalKind::buy_price;
  TimeNs start_ns = 0;
  double value = 0.0;
};

struct DecisionRecord {
  std::uint32_t site = 0;
  std::uint64_t number = 0;
  TimeNs time_ns = 0;
  std::uint32_t why = 0;
  double expected_cost = 0.0;         ///< NaN when the strategy expects nothing
  std::span<const double> wished_kw;  ///< per EVSE, then per storage, as the strategy left them
  bool planned = false;               ///< it planned something that was not planned before
};

/// A piece of a strategy's plan, told when its fate is known: it has come, or was taken back.
struct PlanRecord {
  std::uint32_t site = 0;
  Subject subject = Subject::evse;
  std::uint32_t row = 0;
  std::uint64_t decision = 0;  ///< number of the decision that planned it
  TimeNs start_ns = 0, end_ns = 0;
  double kw = 0.0;         ///< mean
  TimeNs replaced_ns = 0;  ///< by a later plan, the vehicle's leaving or the end of the run; 0: it stood
};

using control::Correction;
using control::correction_count;
using control::name_of;
std::string_view name_of(SignalKind kind);
std::string_view name_of(SessionEnd end);

struct CorrectionRecord {
  std::uint32_t site = 0;
  Subject subject = Subject::evse;
  std::int32_t row = -1;  ///< -1: the site itself (unavoidable)
  TimeNs time_ns = 0;
  Correction reason = Correction::limit;
  double asked_kw = 0.0;
  double given_kw = 0.0;
  std::string_view limit_name;  ///< of the row that bound; empty otherwise
};

/// One metering window (of the tariff, by the local clock) of a site, or what of it lies in the run.
struct MeterRecord {
  std::uint32_t site = 0;
  TimeNs start_ns = 0, end_ns = 0;
  const control::Ledger* increment = nullptr;
  double peak_kw = 0.0;  ///< highest instantaneous import
};

/// An EVSE and its drivers on one local day, or what of it lies in the run; only where energy flowed.
struct EvseDayRecord {
  std::uint32_t site = 0;
  std::uint32_t row = 0;
  TimeNs start_ns = 0;
  double charged_kwh = 0.0, discharged_kwh = 0.0;  ///< at the EVSE meter, >= 0
  double cost = 0.0;                               ///< net energy at the AC side x buy price in force
  double driver_revenue = 0.0, v2g_payment = 0.0;  ///< drivers to site, site to drivers
};

/// What was foreseen of one quantity for the day ahead, as the strategy of a site was shown it: at its first decision
/// in each quarter of a local day. The first step begins at that decision.
struct ForecastRecord {
  std::uint32_t site = 0;
  std::uint32_t quantity = 0;  ///< EVTWIN_QUANTITY_*
  TimeNs seen_ns = 0;
  TimeNs issued_ns = 0;               ///< a forecaster's last time of issue, a noisy forecast's midnight, or seen_ns
  TimeNs first_end_ns = 0;            ///< of the first step
  TimeNs step_ns = 0;                 ///< length of all others
  std::span<const double> mean;       ///< [steps] mean of the step; of arrivals the sum
  std::span<const double> low, high;  ///< [steps] 10 and 90 % quantiles; empty where no spread is stated
};

/// Something noteworthy: a scripted event, an outage, a warning of the strategy.
struct EventRecord {
  std::uint32_t site = 0;
  TimeNs time_ns = 0;
  std::string_view kind;
  std::string_view text;
};

/// A site's share of the limits it has in common with others, from an instant on; told while it gets less than it asks
/// for, and when that ends.
struct ShareRecord {
  std::uint32_t site = 0;
  std::int32_t limit = -1;  ///< of World::shared_limits, the one that binds; -1: it has what it asks for
  TimeNs start_ns = 0;
  double asked_kw = 0.0, share_kw = 0.0;  ///< import that it may reach
};

/// A bound of a feeder or row that changes over time, from an instant on.
struct LimitStepRecord {
  std::uint32_t site = 0;
  std::uint32_t series = 0;  ///< of Site::limit_series
  TimeNs start_ns = 0;
  double value = 0.0;  ///< kW or A
};

/// A shared limit from an instant on.
struct SharedLimitRecord {
  std::uint32_t limit = 0;
  TimeNs start_ns = 0;
  double kw = 0.0;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_power(const PowerSegment&) {}
  virtual void on_session(const SessionRecord&) {}
  virtual void on_signal(const SignalRecord&) {}
  virtual void on_decision(const DecisionRecord&) {}
  virtual void on_plan(const PlanRecord&) {}
  virtual void on_correction(const CorrectionRecord&) {}
  virtual void on_meter(const MeterRecord&) {}
  virtual void on_evse_day(const EvseDayRecord&) {}
  virtual void on_event(const EventRecord&) {}
  virtual void on_forecast(const ForecastRecord&) {}
  virtual void on_limit_step(const LimitStepRecord&) {}
  virtual void on_shared_limit(const SharedLimitRecord&) {}
  virtual void on_share(const ShareRecord&) {}
};

}  // namespace evtwin::twin
