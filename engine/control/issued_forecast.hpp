// Forecasts by models: issued at fixed times of the local clock from what has been by then, and shown in the steps of a
// horizon.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "control/forecast.hpp"
#include "control/forecast_history.hpp"
#include "control/forecast_model.hpp"

namespace evtwin::control {

/// Fault of an answer, in words; empty where it is as forecaster.h wants it.
/// @param mean      [n]
/// @param quantile  [n_levels * n]
/// @param at        set: the step that the words are about
std::string trouble_of_forecast(const evtwin_question& question, std::span<const double> mean,
                                std::span<const double> quantile, std::size_t& at);
/// @throws StrategyError naming model, quantity and time, for an answer that forecaster.h does not allow.
void check_forecast(const ForecastModel& model, const evtwin_question& question, const evtwin_answer& answer,
                    const market::Calendar& calendar);

/// Work of forecasting so far; wall time, which no result depends on.
struct ForecastWork {
  std::uint64_t issued = 0;  ///< times of issue
  std::uint64_t calls = 0;   ///< one for each quantity foreseen
  double seconds = 0.0, longest_call_s = 0.0;
};

/// Models are asked for these levels beside those that a strategy wants, so that run files have a band of every
/// forecast; whether one is written changes nothing of a run.
inline constexpr std::array<double, 2> band_levels{0.1, 0.9};

/// Those quantities of a site that models foresee. The answer to fill_horizon() depends on the world up to the last
/// time of issue and on that call alone: there is nothing to keep in a checkpoint.
class IssuedForecast {
 public:
  /// @param forecast  at least one of its rules is a model
  /// @throws StrategyError for a model that is not there, or does not foresee what it is to.
  IssuedForecast(const SiteForecast& forecast, const market::Calendar& calendar,
                 std::span<const market::LocalDate> holidays, TimeNs tick_ns, TimeNs run_start_ns, std::uint64_t seed,
                 std::uint32_t site, ForecastHistory::Signals signals);

  /// Overwrites those of the wanted columns whose quantities models foresee, and the sell price where it is a fraction
  /// of a foreseen one; steps and all other columns are filled already, with what is known now in step 0. A forecast is
  /// issued at each multiple of the period that the local clock shows, when it is first needed; it holds until the next
  /// one. The value of now is taken to go on for a period at most, within step 0. `now_ns` never goes back.
  /// @throws StrategyError as check_forecast, or what the model says
  void fill_horizon(TimeNs now_ns, double pv_now_kw, double load_now_kw, double buy_now_per_kwh, Horizon& horizon);

  const ForecastWork& work_done() const { return work_; }

  /// Of the last issue; empty before the first.
  std::optional<TimeNs> issued_ns() const { return issued_ns_; }
  /// What the models said with their answers to it, quantity by quantity.
  const Talker& words_of_issue() const { return words_; }

 private:
  /// One quantity's model and its last answer.
  struct Foreseen {
    std::uint32_t quantity;
    std::unique_ptr<Talker> heard;  // outlives the model, which may speak to the last
    std::unique_ptr<ForecastModel> model;
    std::vector<double> mean;      // [steps]
    std::vector<double> quantile;  // [asked_levels_ * steps]
    bool has_spread = false;
  };
  void issue_forecast(TimeNs issued_ns, TimeNs until_ns, std::uint32_t reads);
  bool asks_all(std::span<const double> levels) const;
  void ask_model(Foreseen& foreseen, const evtwin_question& question);
  void keep_words(Talker& heard);
  void write_columns(const Foreseen& foreseen, double now_value, Horizon& horizon) const;

  const market::Calendar calendar_;
  TimeNs tick_ns_, period_ns_;
  std::optional<double> sell_of_buy_;  // where the sell price is a fraction of the buy price
  ForecastHistory history_;
  StepCalendar ahead_;
  std::vector<Foreseen> all_;
  std::vector<double> asked_levels_{band_levels.begin(), band_levels.end()};  // ascending; those of horizons among them
  std::optional<TimeNs> issued_ns_;
  Talker words_;
  ForecastWork work_;
};

}  // namespace evtwin::control
