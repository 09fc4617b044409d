// A scene for a forecaster: what has been of a made-up site, and questions asked of it at instants that follow one
// another. One number gives it all; the first numbers are the corners of the contract, the others are random.
#pragma once
#include <evtwin/forecaster.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "control/forecast_history.hpp"
#include "market/calendar.hpp"

namespace evtwin::plugin_check {

/// How the values of a scene go.
enum class Signal : unsigned char { nothing, zeros, constant, spikes, noise, periodic, gaps, late };

struct ForecastShape {
  std::string words;  ///< for the user: "a history with gaps"
  Signal signal = Signal::periodic;
  int step_min = 15;
  const char* zone = "Europe/Berlin";
  market::LocalDate first_day{2025, 1, 6};
  int first_step = 0;     ///< of the history, after midnight
  int history_steps = 0;  ///< at the first question
  int questions = 3;
  int advance_steps = 1;  ///< from one question to the next
  int horizon_steps = 96;
  std::vector<double> levels;
};

class ForecastScene {
 public:
  /// Numbers from 1; those up to corner_count() are fixed.
  explicit ForecastScene(std::uint64_t number);
  static std::uint64_t corner_count();
  /// Late troubles: a thousand questions hour by hour, from no history on, over the end of a month and a day of 23 h.
  static ForecastScene long_run();

  /// "scene 5 (a history with gaps)".
  std::string scene_name() const;
  const std::string& words() const { return shape_.words; }
  std::uint64_t number() const { return number_; }  ///< 0: the long run
  std::size_t question_count() const { return static_cast<std::size_t>(shape_.questions); }

  struct Call {
    evtwin_history history;
    evtwin_question question;
  };
  /// Call of question `k`. The history of a later one begins with that of an earlier one. Valid as long as the
  /// scene.
  Call call_of_question(std::size_t k, std::uint32_t quantity) const;

 private:
  ForecastScene(std::uint64_t number, ForecastShape shape);
  void fill_history(std::uint64_t seed);

  std::uint64_t number_;
  ForecastShape shape_;
  market::Calendar calendar_;
  std::vector<market::LocalDate> holidays_;
  control::StepCalendar steps_;  // of the history and all that is asked for
  std::array<std::vector<double>, EVTWIN_QUANTITIES> values_;
};

}  // namespace evtwin::plugin_check
