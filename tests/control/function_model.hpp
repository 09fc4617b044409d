// Forecasters made for tests: functions of what they are told.
#pragma once
#include <bit>
#include <cmath>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "control/forecast.hpp"
#include "control/forecast_model.hpp"
#include "kernel/hash.hpp"

namespace evtwin::testing {

using Foresee = std::function<void(const evtwin_history&, const evtwin_question&, const evtwin_answer&)>;

class FunctionModel : public control::ForecastModel {
 public:
  explicit FunctionModel(Foresee foresee) : foresee_(std::move(foresee)) {}
  void forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) override {
    foresee_(history, question, answer);
  }
  std::string name_in_messages() const override { return "forecaster by-hand"; }

 private:
  Foresee foresee_;
};

inline control::Forecast foreseen_by(Foresee foresee) {
  const control::ForecastModelFactory make = [foresee = std::move(foresee)](std::uint32_t, std::uint64_t,
                                                                            std::uint32_t) {
    return std::make_unique<FunctionModel>(foresee);
  };
  return {control::Forecast::Kind::model, 0.0, 0.0, std::make_shared<const control::ForecastSource>("by-hand", [make] {
            return control::ForecastSource::Found{make};
          })};
}

/// Its answer depends on every cell that it is told, so that whatever is told otherwise shows.
inline void answer_by_all_it_is_told(const evtwin_history& history, const evtwin_question& question,
                                     const evtwin_answer& answer) {
  std::uint64_t hash = question.quantity + 1;
  const auto take = [&](std::uint64_t bits) { hash = kernel::mix_bits(hash ^ bits); };
  const auto take_steps = [&](const evtwin_steps& steps) {
    for (std::uint32_t k = 0; k < steps.n; ++k) {
      take(static_cast<std::uint64_t>(steps.start_ns[k]));
      take(static_cast<std::uint64_t>(steps.local_day[k]) * 10'000'000 +
           static_cast<std::uint64_t>(steps.local_minute[k]) * 100 + steps.weekday[k] * 10U + steps.holiday[k]);
    }
    take(static_cast<std::uint64_t>(steps.start_ns[steps.n]));
  };
  take_steps(history.steps);
  take(static_cast<std::uint64_t>(question.issued_ns));
  for (const double* values : history.values) {
    for (std::uint32_t k = 0; k < history.steps.n; ++k)
      take(std::isnan(values[k]) ? 77 : std::bit_cast<std::uint64_t>(values[k]));
  }
  for (std::uint32_t k = 0; k < question.steps.n; ++k) {
    answer.mean[k] = static_cast<double>(kernel::mix_bits(hash + k) >> 40U) * 1e-6;  // below 17
    for (std::uint32_t l = 0; l < question.n_levels; ++l)
      answer.quantile[std::size_t{l} * question.steps.n + k] = answer.mean[k] * (0.5 + l);
  }
}

}  // namespace evtwin::testing
