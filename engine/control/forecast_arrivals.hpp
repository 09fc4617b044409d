// Forecasts of arrivals for strategies: how many vehicles will come, and the energy they will ask for.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "control/forecast.hpp"
#include "demand/arrivals.hpp"

namespace evtwin::control {

/// The least count that a Poisson number of that mean stays at or below with probability `level`, 0 < level < 1.
double poisson_level(double mean, double level);

/// The levels of a horizon's arrivals as Poisson counts about the number foreseen.
void fill_poisson_counts(Horizon& horizon);
/// Those of their energy, from the levels of the counts: each vehicle asks for the mean of those foreseen in its step.
void fill_kwh_of_counts(Horizon& horizon);

/// Counts arrivals at the site, whether or not they then find a free EVSE: what comes does not depend on the strategy.
/// - perfect: who will come. Nobody comes after the end of the run.
/// - yesterday: who came at the same local time of the latest day on which the whole step has been by now; 0 before the
///   start of the run.
/// - noisy: the truth x (1 + bias + std x N(0,1)), never negative: one error per issue and step, for number and energy.
///
/// It reads streams of its own, ahead of the simulation's or up to now. The answer to a call depends on the streams and
/// on that call alone, so there is nothing to keep in a checkpoint.
class ArrivalForecaster {
 public:
  /// @param streams  of all laws of the site, none asked yet.
  ArrivalForecaster(Forecast forecast, const market::Calendar& calendar, TimeNs tick_ns, std::uint64_t seed,
                    std::uint64_t site, std::vector<demand::ArrivalStream> streams);

  /// Fills the arrivals of a horizon whose steps and issue time are set. Those of now itself are here already: step 0
  /// begins after it. `now_ns` never goes back. Memory: the horizon's arrivals, or those of three days and a tick.
  /// Levels: perfect knows no spread. Else counts are Poisson about the number foreseen, and each vehicle asks for the
  /// mean of those foreseen in its step.
  void fill_horizon(TimeNs now_ns, Horizon& horizon);

 private:
  struct Arrival {
    TimeNs at_ns;
    double kwh;
  };
  /// One law's stream, and what of it is within reach: ascending from `first`.
  struct Source {
    demand::ArrivalStream stream;
    demand::Visit next{};
    bool more = true;
    std::vector<Arrival> arrivals{};
    std::size_t first = 0;
  };

  static void move_window(Source& source, TimeNs from_ns, TimeNs until_ns);
  void count_source(const Source& source, TimeNs now_ns, Horizon& horizon);
  void add_errors(Horizon& horizon) const;

  Forecast forecast_;
  DaysBefore days_before_;
  TimeNs tick_ns_;
  std::uint64_t seed_, site_;
  std::vector<Source> sources_;
};

}  // namespace evtwin::control
