// The learners as evtwin loads them: lstm and tft.
#include <evtwin/forecast_learner.h>
#include <fmt/format.h>

#include <array>
#include <evtwin/strategy.hpp>

#include "trainer.hpp"

namespace evtwin::learned {
namespace {

#define EVTWIN_LEARNED_COMMON                                                                                     \
  sdk::integer("past_h", "h", 1, 336, 48, "hours that are looked back on"),                                       \
      sdk::integer("horizon_h", "h", 1, 168, 24, "hours ahead that are learnt"),                                  \
      sdk::integer("every_h", "h", 1, 24, 3, "a window every so many hours, an hour later each day"),             \
      sdk::real("validation", "", 0.05, 0.5, 0.2, "share of each series' days, the last ones, that judge"),       \
      sdk::integer("patience", "", 1, 1000, 6, "epochs without a better validation, after which it ends"),        \
      sdk::integer("batch", "", 1, 100000, 64, "windows of a gradient"),                                          \
      sdk::real("learning_rate", "", 1e-7, 1, 1e-3, "of Adam; three tenths of it where a network is fine-tuned"), \
      sdk::real("dropout", "", 0.0, 0.9, 0.1, "share of units left out while learning"),                          \
      sdk::real("weight_decay", "", 0.0, 1.0, 1e-4, "pull of weights to 0"),                                      \
      sdk::text("weather", "", "weather forecasts of all series' place, as fourier-ridge reads them")

constexpr std::array lstm_params{sdk::integer("hidden", "", 2, 512, 32, "cells of a layer"), EVTWIN_LEARNED_COMMON};
constexpr std::array tft_params{sdk::integer("hidden", "", 2, 512, 16, "width of the network"),
                                sdk::integer("heads", "", 1, 64, 4, "heads of the attention; they divide hidden"),
                                EVTWIN_LEARNED_COMMON};

constexpr evtwin_info infos[] = {
    sdk::describe("lstm", "LSTM", "1.0", "an LSTM encoder and decoder with nine quantiles", lstm_params,
                  EVTWIN_STRATEGY_KEEP_LOADED),
    sdk::describe("tft", "Temporal Fusion Transformer", "1.0", "a Temporal Fusion Transformer with nine quantiles",
                  tft_params, EVTWIN_STRATEGY_KEEP_LOADED),
};

double number_of(std::span<const evtwin_param_value> values, std::string_view id, double otherwise) {
  for (const evtwin_param_value& value : values) {
    if (id == value.id) return value.number;
  }
  return otherwise;
}

evtwin_status learn(const evtwin_forecast_training* training, const char* id, const evtwin_param_value* values,
                    std::uint32_t n) noexcept {
  try {
    const std::string_view kind(id);
    if (kind != "lstm" && kind != "tft") return EVTWIN_UNSUPPORTED;
    const std::span<const evtwin_param_value> given(values, n);
    const auto count = [&](std::string_view name, double otherwise) {
      return static_cast<std::size_t>(number_of(given, name, otherwise));
    };
    TrainerOptions options;
    options.shape.kind = kind;
    options.shape.hidden = count("hidden", 32);
    options.shape.heads = count("heads", 1);
    options.past_h = count("past_h", 48);
    options.horizon_h = count("horizon_h", 24);
    options.batch = count("batch", 64);
    options.patience = count("patience", 6);
    options.brain.learning_rate = number_of(given, "learning_rate", 1e-3);
    options.brain.dropout = number_of(given, "dropout", 0.1);
    options.brain.weight_decay = number_of(given, "weight_decay", 1e-4);
    options.split.every_h = count("every_h", 3);
    options.split.validation_share = number_of(given, "validation", 0.2);
    for (const evtwin_param_value& value : given) {
      if (std::string_view(value.id) == "weather" && value.text != nullptr && *value.text != '\0')
        options.split.weather = std::make_shared<const forecast::WeatherFile>(value.text);
    }
    train(*training, options);
    return EVTWIN_OK;
  } catch (const std::exception& error) {
    training->report(training, EVTWIN_ERROR, error.what());
    return EVTWIN_FAILED;
  }
}

}  // namespace
}  // namespace evtwin::learned

extern "C" {
const evtwin_forecast_learner_entry evtwin_forecast_learners = {
    sizeof(evtwin_forecast_learner_entry),
    EVTWIN_FORECAST_LEARNER_ABI_MAJOR,
    EVTWIN_FORECAST_LEARNER_ABI_MINOR,
    2,
    EVTWIN_FORECAST_LEARNER_ABI_DIGESTS,
    [](uint32_t index) -> const evtwin_info* { return index < 2 ? &evtwin::learned::infos[index] : nullptr; },
    evtwin::learned::learn,
};
}
