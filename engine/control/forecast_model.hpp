// A model that foresees one quantity from the past: a plugin behind forecaster.h, or a function of the scenario.
#pragma once
#include <evtwin/forecaster.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/strategy.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::control {

class ForecastModel {
 public:
  virtual ~ForecastModel() = default;
  /// Fills the answer, as forecaster.h says. The answer depends on the call alone. @throws StrategyError.
  virtual void forecast(const evtwin_history& history, const evtwin_question& question,
                        const evtwin_answer& answer) = 0;
  /// For messages: "forecaster sarima (forecast.so)".
  virtual std::string name_in_messages() const = 0;
  /// What it says beside its answers goes there from now on, as remarks, until another is named; null: nowhere. The
  /// listener outlives it. Without a word of its own it says nothing.
  virtual void report_to(Talker*) {}
  /// Wall time of the last forecast where it is known by other means than a watch around it: of an answer that was
  /// made before, the time that it took then.
  virtual std::optional<double> call_ms() const { return std::nullopt; }
};

/// Makes an instance for one quantity of one site. @throws StrategyError.
using ForecastModelFactory =
    std::function<std::unique_ptr<ForecastModel>(std::uint32_t quantity, std::uint64_t seed, std::uint32_t site)>;

/// A forecaster by name, looked for when it is first needed: a run whose strategy looks at no horizon needs no plugin.
/// Shared by all runs of a world.
class ForecastSource {
 public:
  struct Found {
    ForecastModelFactory factory;
    std::string file{};    ///< the plugin's shared object; empty for one that is in no file of its own
    std::string digest{};  ///< of that file's bytes, 16 hex digits
    std::uint32_t flags = ~std::uint32_t{0};  ///< EVTWIN_FORECASTS() of what it foresees
    bool foresees_quantity(std::uint32_t quantity) const { return (flags & EVTWIN_FORECASTS(quantity)) != 0; }
  };
  /// @param label  as files and pages show it: "sarima:fit_days=14"
  /// @param find   called once, from whichever thread comes first. @throws StrategyError, then called again
  /// @param given  its parameters as they were given: id and value
  ForecastSource(std::string label, std::function<Found()> find,
                 std::vector<std::pair<std::string, std::string>> given = {})
      : label_(std::move(label)), find_(std::move(find)), given_(std::move(given)) {}
  const std::string& label() const { return label_; }
  const std::vector<std::pair<std::string, std::string>>& given() const { return given_; }
  /// @throws StrategyError where it is not there.
  const Found& found_model() const {
    std::call_once(once_, [this] { found_ = find_(); });
    return found_;
  }
  /// Nothing where it is not there.
  const Found& found_if_there() const {
    static const Found nothing;
    try {
      return found_model();
    } catch (const StrategyError&) {
      return nothing;
    }
  }
  /// @throws StrategyError.
  std::unique_ptr<ForecastModel> make_model(std::uint32_t quantity, std::uint64_t seed, std::uint32_t site) const {
    return found_model().factory(quantity, seed, site);
  }

 private:
  std::string label_;
  std::function<Found()> find_;
  std::vector<std::pair<std::string, std::string>> given_;
  mutable std::once_flag once_;
  mutable Found found_;
};

/// Names of the quantities, as users write them, by EVTWIN_QUANTITY_*.
inline constexpr std::array<std::string_view, EVTWIN_QUANTITIES> quantity_names{"pv", "load", "arrivals",
                                                                                "arrivals_kwh", "price"};
static_assert(kernel::has_unique_keys(quantity_names));
static_assert(quantity_names[EVTWIN_QUANTITY_PV_KW] == "pv" && quantity_names[EVTWIN_QUANTITY_LOAD_KW] == "load" &&
              quantity_names[EVTWIN_QUANTITY_ARRIVALS] == "arrivals" &&
              quantity_names[EVTWIN_QUANTITY_ARRIVALS_KWH] == "arrivals_kwh" &&
              quantity_names[EVTWIN_QUANTITY_BUY_PER_KWH] == "price");

}  // namespace evtwin::control
