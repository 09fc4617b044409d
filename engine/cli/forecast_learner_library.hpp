// A shared object with learners of forecasts behind forecast_learner.h, opened in this process.
#pragma once
#include <evtwin/forecast_learner.h>

#include <memory>
#include <string>
#include <string_view>

#include "control/plugin_description.hpp"

namespace evtwin::cli {

class ForecastLearner {
 public:
  /// @param name  the ID of one installed, or "FILE.so#ID"
  /// @throws CommandError naming the file and the reason
  explicit ForecastLearner(std::string_view name);

  const std::string& file() const { return file_; }
  const control::StrategyDescription& description() const { return description_; }
  const evtwin_forecast_learner_entry& entry() const { return *entry_; }

 private:
  /// @returns why not; empty: it is opened
  std::string open(const std::string& file, std::string_view id, std::string& known);

  std::string file_;
  const evtwin_forecast_learner_entry* entry_ = nullptr;
  control::StrategyDescription description_;
};

}  // namespace evtwin::cli
