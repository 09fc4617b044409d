// When the site's strategy is asked and why, what it sees of the time to come, and what it planned.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/forecast.hpp"
#include "control/forecast_arrivals.hpp"
#include "control/issued_forecast.hpp"
#include "control/plan_history.hpp"
#include "control/view.hpp"
#include "demand/arrivals.hpp"
#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "market/site_clocks.hpp"
#include "twin/context.hpp"
#include "twin/interest.hpp"
#include "twin/observer.hpp"
#include "twin/signal_values.hpp"

namespace evtwin::twin {

class Agenda {
 public:
  Agenda(const SiteContext& context, std::size_t members);

  /// Interest of the strategy that answers, from the next begin() on.
  void set_interest(const Interest& interest) { interest_ = interest; }
  const Interest& interest() const { return interest_; }

  /// Nothing was decided. @param streams  [laws] of the site's arrivals, none asked yet
  void begin(const market::SiteClocks& clocks, std::span<const demand::ArrivalStream> streams);
  /// The first tick is the start itself; the metering window that is open then ends at `window_end_ns`, all others are
  /// `window_ns` long.
  void start_ticks(TimeNs t, TimeNs window_ns, TimeNs window_end_ns);
  /// The clock event comes at the end of metering windows too.
  bool window_ends(TimeNs t) const { return t >= window_end_ns_; }
  void open_window(TimeNs window_end_ns) { window_end_ns_ = window_end_ns; }
  /// Whether a decision is due.
  bool is_due(TimeNs t) const { return t >= due_tick_ns_ || t >= wake_ns_ || t >= asked_for_ns_; }
  /// Something happened that strategies may subscribe to.
  void request_decision(std::uint32_t why, TimeNs t);

  /// Waits for whatever is due next.
  void schedule_next();

  /// A decision is due at `t`: no other is until close_decision().
  void open_decision(TimeNs t);
  /// Sets the strategy's own wake-up.
  /// @throws control::StrategyError for one that wakes itself so often that time hardly moves.
  void wake_at(TimeNs wake_ns, TimeNs now_ns);
  /// The decision is made: waits for the next one.
  /// @param quiet_until_ns  ticks before it are not asked about; 0: every tick is
  void close_decision(TimeNs now_ns, TimeNs quiet_until_ns);

  std::uint64_t decision_count() const { return decisions_; }
  TimeNs last_decision_ns() const { return last_decision_ns_; }  ///< the start before the first
  TimeNs next_tick_ns() const { return next_tick_ns_; }
  std::uint32_t why() const { return why_; }

  /// Scalars of time and reason.
  void show_in_view(evtwin_view& view, TimeNs t);
  /// Whether the strategy wants a horizon; then fill_forecast() fills it, but for limits and set-points.
  bool looks_ahead() const { return interest_.horizon_steps > 0; }
  /// @throws control::StrategyError of a forecaster.
  void fill_forecast(control::Horizon& horizon, const SignalValues& now, TimeNs t);
  /// Tells the observer what is foreseen, where the open decision is the first in a quarter of a local day.
  /// @param reads  columns that the strategy reads
  void tell_forecast(std::uint32_t reads, const SignalValues& now, TimeNs t);
  /// Work of forecasters so far; null where there are none.
  const control::ForecastWork* forecast_work() const {
    return issued_forecast_ ? &issued_forecast_->work_done() : nullptr;
  }

  /// What forecasters said with the forecast that the open decision looks at, where that decision is the first since
  /// the forecast was issued; else null. So it is heard once, also in a run that goes on from a checkpoint, which asks
  /// them again. A forecast that is first needed later than that, by a strategy that took over, is not heard.
  const control::Talker* new_forecast_words() const;

  /// Keeps what the strategy planned. @returns whether it says anything that was not planned before.
  bool take_plan(const control::ViewColumns& columns, TimeNs t);
  /// Pieces of plans whose fate is known go to the observer.
  void tell_settled_plans();
  /// A vehicle leaves, or the run ends: its plan ends.
  void end_plan(std::uint32_t member, TimeNs t);
  void end_plans(TimeNs t);

  /// Another strategy than the one that asked for what is pending.
  void change_strategy(TimeNs t);

  template <class A>
  void archive_fields(A& a) {
    a.begin_section("agenda");
    a(decisions_, last_decision_ns_, quiet_until_ns_, due_tick_ns_, next_tick_ns_, wake_ns_, asked_for_ns_, why_,
      wakes_, wakes_since_ns_, window_ns_, window_end_ns_);
    a(plan_history_);
  }

 private:
  void look_up_due_tick();
  void tell_column(ForecastRecord record, std::uint32_t quantity, const std::vector<double>& values,
                   const std::vector<double>& levels) const;

  const SiteContext context_;
  Interest interest_;
  market::LocalClock clock_;
  std::optional<control::Forecaster> forecaster_;                 // of a strategy that wants a horizon
  std::optional<control::ArrivalForecaster> arrival_forecaster_;  // likewise, unless a model foresees arrivals
  std::optional<control::IssuedForecast> issued_forecast_;        // likewise, where models foresee something
  /// What the observer is told of the time to come.
  struct Told {
    control::Forecaster forecaster;  ///< as forecaster_, with a band
    control::Horizon horizon{};      ///< its answer
    bool anybody_arrives = false;
  };
  std::unique_ptr<Told> told_;         // of a strategy that wants a horizon and is observed
  control::PlanHistory plan_history_;  // what it said of the time to come
  std::uint64_t decisions_ = 0;
  TimeNs last_decision_ns_ = 0, quiet_until_ns_ = 0;
  TimeNs due_tick_ns_ = kernel::time_never;  // the next tick that asks
  TimeNs next_tick_ns_ = kernel::time_never;
  TimeNs wake_ns_ = kernel::time_never;
  TimeNs asked_for_ns_ = kernel::time_never;
  std::uint32_t why_ = 0;
  std::uint64_t wakes_ = 0;  // asked for since ...
  TimeNs wakes_since_ns_ = 0;
  TimeNs window_ns_ = 0, window_end_ns_ = kernel::time_never;
};
static_assert(kernel::has_size<Agenda>(3304), "a new field must be archived or made anew after loading");

}  // namespace evtwin::twin
