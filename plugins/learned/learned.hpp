// The learnt forecasters: a file that `evtwin forecast train` wrote, played.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "model.hpp"
#include "seasonal_naive.hpp"

namespace evtwin::learned {

inline constexpr std::size_t day_hours = 24;

/// Watches over a learnt forecaster: twice a day of the last 28 days it is asked as it would have been then, for 24 h
/// ahead. Of the last 14 it is held against the value a week before (where there is none: a day before); all of them
/// tell how wide a band has to be. Made at each midnight of past days alone, so that an answer depends on the call
/// alone.
struct Watch {
  std::size_t days = 0;             ///< of the last 14 that could be held against the week before
  std::size_t steps = 0;            ///< foreseen in them
  double error = 0.0, naive = 0.0;  ///< sums of absolute errors of the means
  /// What the distances that were learnt are to be multiplied by, so that a tenth of the values of 28 days would have
  /// lain above the level 0.9, and a tenth below the level 0.1; by hour of the day.
  std::array<Widening, day_hours> widening;
  bool is_whole() const { return days >= 14; }
  bool is_worse() const { return is_whole() && error > naive; }
};

class Learned {
 public:
  /// @throws sdk::BadParameter naming the file and what is wrong with it
  Learned(const sdk::ForecasterSetup& setup, const char* kind);
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer);

 private:
  Watch watch_over();
  Widening widening_at(std::size_t slot) const;
  void answer_naively(const sdk::Question& question, sdk::Answer& answer);

  const evtwin_host& host_;
  std::string kind_;
  bool drift_, follow_;
  Model model_;
  std::optional<forecast::WeatherFile> weather_file_;
  Looker looker_;
  Window window_, earlier_;
  Watch watch_;
  bool replaced_ = false;
};

inline constexpr std::array learned_params{
    sdk::text("model", "", "the file, as `evtwin forecast train` writes it"),
    sdk::text("weather", "", "Weather forecasts, as fourier-ridge reads them; for a model that was learnt with some."),
    sdk::boolean("drift", true, "Give way to the value a week before where it was better for the last 14 days."),
    sdk::boolean("follow", true, "Band as wide as the last 28 days ask for; else as learnt.")};
inline constexpr std::uint32_t learned_quantities =
    EVTWIN_FORECASTS(EVTWIN_QUANTITY_PV_KW) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_LOAD_KW) |
    EVTWIN_FORECASTS(EVTWIN_QUANTITY_ARRIVALS) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_ARRIVALS_KWH) |
    EVTWIN_FORECASTS(EVTWIN_QUANTITY_BUY_PER_KWH);

struct LstmForecaster : Learned {
  static constexpr evtwin_info info = sdk::describe(
      "lstm", "LSTM", "1.0", "A learnt LSTM encoder and decoder, with quantiles.", learned_params, learned_quantities);
  explicit LstmForecaster(const sdk::ForecasterSetup& setup) : Learned(setup, "lstm") {}
};

struct TftForecaster : Learned {
  static constexpr evtwin_info info =
      sdk::describe("tft", "Temporal Fusion Transformer", "1.0",
                    "A learnt Temporal Fusion Transformer, with quantiles.", learned_params, learned_quantities);
  explicit TftForecaster(const sdk::ForecasterSetup& setup) : Learned(setup, "tft") {}
};

}  // namespace evtwin::learned
