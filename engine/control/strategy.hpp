// What the simulation asks for setpoints: a plugin behind the C ABI, or a Lua function of the scenario.
#pragma once
#include <evtwin/strategy.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace evtwin::control {

/// A strategy that failed: refused a parameter, threw, returned what cannot be. `what()` is one line for the user.
struct StrategyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Strategy {
 public:
  virtual ~Strategy() = default;
  /// @throws StrategyError.
  virtual void decide(const evtwin_view& view, evtwin_decision& decision) = 0;

  std::uint32_t subscribes = 0;  ///< EVTWIN_WHY_* bits beyond the tick
  std::uint32_t horizon_steps = 0;
};

/// Makes the instance for one site. `first` is the view at the start of the run.
using StrategyFactory =
    std::function<std::unique_ptr<Strategy>(const evtwin_view& first, std::uint64_t seed, std::uint32_t site)>;

}  // namespace evtwin::control
