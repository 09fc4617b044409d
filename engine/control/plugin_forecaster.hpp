// A plugin's forecaster in this process, and the way from "sarima:fit_days=14" to one.
#pragma once
#include <evtwin/forecaster.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "control/forecast_model.hpp"
#include "control/plugin_caller.hpp"
#include "control/plugin_library.hpp"
#include "control/plugin_params.hpp"
#include "control/plugin_search.hpp"

namespace evtwin::control {

/// Finds what a stranger's call does to this process, where the run goes on after it.
class HostWatch {
 public:
  HostWatch();
  ~HostWatch();
  HostWatch(const HostWatch&) = delete;
  HostWatch& operator=(const HostWatch&) = delete;
  /// Calls `call`. @returns what is other than before, in words; empty: nothing. A copy of the process that the plugin
  /// forked, and that comes back as well, ends here with a word of `who`.
  std::string call_watched(const std::string& who, const char* what, const std::function<void()>& call) const;

 private:
  int file_;  ///< a descriptor of the host's that nobody else closes: threads of the host close theirs meanwhile
};

class PluginForecaster : public ForecastModel {
 public:
  /// @param watched  a stranger's: what it changes in this process ends the run
  /// @throws StrategyError "forecaster sarima (forecast.so): create failed: ...", also for a quantity that it does not
  /// foresee.
  PluginForecaster(std::shared_ptr<const PluginLibrary> library, std::shared_ptr<const CheckedParams> params,
                   std::uint32_t quantity, std::uint64_t seed, std::uint32_t site, bool watched);
  ~PluginForecaster() override;
  PluginForecaster(const PluginForecaster&) = delete;
  PluginForecaster& operator=(const PluginForecaster&) = delete;

  void forecast(const evtwin_history& history, const evtwin_question& question, const evtwin_answer& answer) override;
  std::string name_in_messages() const override { return call_.who(); }
  void report_to(Talker* listener) override { call_.keep_words(listener); }

 private:
  void ask_plugin(const char* what, const std::function<evtwin_status()>& plugin);

  std::shared_ptr<const PluginLibrary> library_;
  std::shared_ptr<const CheckedParams> params_;
  PluginCaller call_;
  std::optional<HostWatch> watch_;
  evtwin_forecaster* instance_ = nullptr;
};

struct ChosenForecaster {
  std::string file, digest;  ///< digest: of its bytes, 16 hex digits
  StrategyDescription description;
  std::string label;  ///< "sarima", "sarima:fit_days=14"
  ForecastModelFactory factory;
};

/// Finds `id` ("sarima" in the plugin folders, "FILE.so#sarima", "FILE.so" when it holds one).
/// @throws StrategyError: unknown id (with the nearest known one), unknown or out-of-range parameter (with its range).
ChosenForecaster choose_forecaster(std::string_view id, const TextParams& params);

/// As the source of a forecast. @throws StrategyError, now.
std::shared_ptr<const ForecastSource> forecaster_source(const std::string& id, const TextParams& params);
std::shared_ptr<const ForecastSource> source_of(ChosenForecaster chosen, const TextParams& given = {});
/// The same, looked for when it is first needed: there and then it throws.
std::shared_ptr<const ForecastSource> forecaster_when_needed(const std::string& id, const TextParams& params);

/// Whether it foresees that quantity.
inline bool foresees_quantity(const StrategyDescription& forecaster, std::uint32_t quantity) {
  return (forecaster.flags & EVTWIN_FORECASTS(quantity)) != 0;
}

/// Whether it plays a file that must be named: a learnt one.
inline bool needs_model(const StrategyDescription& forecaster) {
  return std::any_of(forecaster.params.begin(), forecaster.params.end(),
                     [](const auto& param) { return param.id == "model"; });
}

/// Every forecaster of every plugin found, as list_parts.
inline std::vector<ListedStrategy> list_forecasters(std::vector<std::string>* problems = nullptr) {
  return list_parts(PluginPart::forecaster, problems);
}

}  // namespace evtwin::control
