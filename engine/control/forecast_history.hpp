// The past that forecasters are told: means and counts over steps of the local clock, up to an instant.
#pragma once
#include <evtwin/forecaster.h>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "control/forecast.hpp"
#include "demand/arrivals.hpp"

namespace evtwin::control {

/// Steps of one length on the local clock, with what forecasters are told of each. Only ever grows at its end.
class StepCalendar {
 public:
  /// @param holidays  ascending
  StepCalendar(const market::Calendar& calendar, std::span<const market::LocalDate> holidays, TimeNs step_ns);
  /// Begins anew at `start_ns`, the beginning of a step. Keeps its memory.
  void clear(TimeNs start_ns);
  TimeNs end_ns() const { return start_ns_.back(); }
  /// Where the next step would end.
  TimeNs next_end_ns() { return clock_.next_tick(end_ns(), step_ns_); }
  /// Appends the next step.
  void append_step();
  std::size_t size() const { return local_day_.size(); }
  TimeNs start_ns(std::size_t k) const { return start_ns_[k]; }  ///< k <= size()
  /// Pointers stay valid until append_step() or clear().
  evtwin_steps steps_view() const;

 private:
  market::LocalClock clock_;
  std::span<const market::LocalDate> holidays_;
  TimeNs step_ns_;
  std::vector<TimeNs> start_ns_{0};  // [size + 1]
  std::vector<std::int32_t> local_day_, local_minute_;
  std::vector<std::uint8_t> weekday_, holiday_;
};

class ForecastHistory {
 public:
  struct Signals {
    market::SignalClock pv, load;
    market::TariffClock tariff;
    std::vector<demand::ArrivalStream> arrivals;  ///< of all laws of the site, none asked yet
  };
  /// Reaches back to the local midnight `days` days before the run, where the signals do.
  /// @param holidays  ascending; to outlive this
  ForecastHistory(const market::Calendar& calendar, std::span<const market::LocalDate> holidays, TimeNs step_ns,
                  TimeNs run_start_ns, int days, Signals signals);

  /// Takes in the steps that are wholly past at `now_ns`, which never goes back. @returns the end of the last one.
  TimeNs reach_to(TimeNs now_ns);
  /// Valid until the next reach_to().
  evtwin_history history_view() const;

 private:
  /// One law's stream and the next visit of it.
  struct Source {
    demand::ArrivalStream stream;
    demand::Visit next{};
    bool more = true;
  };
  void add_step();

  StepCalendar steps_;
  TimeNs run_start_ns_;
  market::SignalClock pv_, load_;
  market::TariffClock tariff_;
  std::vector<Source> sources_;
  std::array<std::vector<double>, EVTWIN_QUANTITIES> values_;  // [steps] each
};

}  // namespace evtwin::control
