// Weighted days: the mean of what earlier days had at the same time of the local clock, near days counting more.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <evtwin/forecaster.hpp>
#include <utility>
#include <vector>

namespace {

namespace sdk = evtwin::sdk;

// Users may set these: --change forecast=./build/lib@NAME@.so:half_life_days=3. evtwin checks the range and fills in
// the default.
constexpr std::array params{
    sdk::real("half_life_days", "days", 0.1, 365.0, 7.0, "A day this long ago counts half as much as today."),
};

class WeightedDays {
 public:
  // The flags name what it can foresee; drop what yours can not.
  static constexpr evtwin_info info = sdk::describe(
      "@ID@", "@NAME@", "0.1", "The mean of earlier days at the same local time, near days counting more.", params,
      EVTWIN_FORECASTS(EVTWIN_QUANTITY_PV_KW) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_LOAD_KW) |
          EVTWIN_FORECASTS(EVTWIN_QUANTITY_ARRIVALS) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_ARRIVALS_KWH) |
          EVTWIN_FORECASTS(EVTWIN_QUANTITY_BUY_PER_KWH));

  // One instance foresees one quantity of one site.
  explicit WeightedDays(const sdk::ForecasterSetup& setup) : half_life_days_(setup.number("half_life_days")) {}

  // Called when a forecast is issued: `history` ends now, question.steps begins there. The answer may depend on nothing
  // but this call; what an instance keeps (here: room) may only save time.
  void forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
    const auto values = history.values(question.quantity());

    // Every value known, ordered by the minute of the day it is of.
    known_.clear();
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (!std::isnan(values[k]))
        known_.push_back({history.steps.local_minute()[k], history.steps.local_day()[k], values[k]});
    }
    std::stable_sort(known_.begin(), known_.end(), [](const Known& a, const Known& b) { return a.minute < b.minute; });

    for (std::size_t k = 0; k < question.steps.size(); ++k) {
      const std::int32_t minute = question.steps.local_minute()[k], day = question.steps.local_day()[k];
      const auto first = std::lower_bound(known_.begin(), known_.end(), minute,
                                          [](const Known& a, std::int32_t m) { return a.minute < m; });
      weighted_.clear();
      for (auto it = first; it != known_.end() && it->minute == minute; ++it)
        weighted_.emplace_back(it->value, std::exp2(-(day - it->day) / half_life_days_));
      foresee(k, question, answer);
    }
  }

 private:
  struct Known {
    std::int32_t minute, day;
    double value;
  };

  // The weighted mean of step k, and for each level the value that this share of the weight stays at or below.
  void foresee(std::size_t k, const sdk::Question& question, sdk::Answer& answer) {
    std::sort(weighted_.begin(), weighted_.end());
    double weight = 0.0, sum = 0.0;
    for (const auto& [value, w] : weighted_) {
      weight += w;
      sum += w * value;
    }
    // Nothing known of this time of day, or only what is too long ago to count: no better guess than 0.
    const bool known = weight > 0.0;
    answer.mean[k] = known ? sum / weight : 0.0;
    for (std::size_t l = 0; l < question.levels().size(); ++l) {
      double below = 0.0, quantile = answer.mean[k];
      for (auto it = weighted_.begin(); known && it != weighted_.end(); ++it) {
        quantile = it->first;
        below += it->second;
        if (below >= question.levels()[l] * weight) break;
      }
      answer.quantile(l)[k] = quantile;
    }
  }

  double half_life_days_;
  std::vector<Known> known_;
  std::vector<std::pair<double, double>> weighted_;  // value, weight
};

}  // namespace

EVTWIN_FORECASTERS(WeightedDays)
