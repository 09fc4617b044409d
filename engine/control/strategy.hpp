// What the simulation asks for setpoints: a plugin behind the C ABI, or a Lua function of the scenario.
#pragma once
#include <evtwin/strategy.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

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

  /// For messages: "strategy half (libhalf.so)".
  virtual std::string who() const { return "the strategy"; }

  /// Whether a run with this strategy can be checkpointed: it can write down what it remembers, or remembers nothing.
  virtual bool can_save() const { return false; }
  /// What its further answers depend on, appended to `bytes`. @throws StrategyError.
  virtual void save(std::vector<std::byte>& bytes);
  /// Into a fresh instance, before its first decision. @throws StrategyError for bytes that are not what was saved.
  virtual void load(std::span<const std::byte> bytes);

  std::uint32_t subscribes = 0;  ///< EVTWIN_WHY_* bits beyond the tick
  std::uint32_t horizon_steps = 0;
  std::uint32_t plan_steps = 0;  ///< of the horizon for which it writes a plan

  /// What it had to tell about its last decision, for the run file; the caller takes it away.
  struct Remark {
    std::uint32_t severity = EVTWIN_INFO;
    std::string text;
  };
  std::vector<Remark> remarks;
};

inline void Strategy::save(std::vector<std::byte>&) { throw StrategyError("this strategy keeps no state to save"); }
inline void Strategy::load(std::span<const std::byte>) { throw StrategyError("this strategy keeps no state to load"); }

/// Makes the instance for one site. `first` is the view at the start of the run.
using StrategyFactory =
    std::function<std::unique_ptr<Strategy>(const evtwin_view& first, std::uint64_t seed, std::uint32_t site)>;

}  // namespace evtwin::control
