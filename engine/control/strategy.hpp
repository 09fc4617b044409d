// A strategy that the simulation asks for setpoints: a plugin behind the C ABI, or a Lua function of the scenario.
#pragma once
#include <evtwin/strategy.h>

#include <cstddef>
#include <cstdint>
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

/// Who may say something beside its answers, for the run file.
struct Talker {
  struct Remark {
    std::uint32_t severity = EVTWIN_INFO;
    std::string text;
  };
  std::vector<Remark> remarks;  ///< on its last answer; the caller takes them away
  std::uint64_t unheard = 0;    ///< beyond those there is room for; the caller takes this away, too
};

class Strategy : public Talker {
 public:
  virtual ~Strategy() = default;
  /// @throws StrategyError.
  virtual void decide(const evtwin_view& view, evtwin_decision& decision) = 0;

  /// Once, after the last decision of a run that came to its end: `last` shows the closed books (evtwin_strategy::end).
  /// @throws StrategyError.
  virtual void end(const evtwin_view& last);

  /// Instances with the same key, other than null, may be asked together at one instant by decide_many of any of them.
  virtual const void* batch_key() const { return nullptr; }
  /// One question for a strategy of a batch.
  struct Asked {
    Strategy* strategy = nullptr;
    const evtwin_view* view = nullptr;
    evtwin_decision* decision = nullptr;
  };
  /// Answers for all of `asked`, whose strategies have the batch key of this one; the same answers as decide() of each
  /// in order. On an error none of the answers counts. @throws StrategyError.
  virtual void decide_many(std::span<const Asked> asked);

  /// For messages: "strategy half (libhalf.so)".
  virtual std::string name_in_messages() const { return "the strategy"; }

  /// Whether threads of its own may outlive it: its file is never unloaded.
  virtual bool keeps_threads() const { return false; }

  /// Whether a run with this strategy can be checkpointed: it can write down what it remembers, or remembers nothing.
  virtual bool can_save() const { return false; }
  /// Appends to `bytes` all that its further answers depend on. @throws StrategyError.
  virtual void save_memory(std::vector<std::byte>& bytes);
  /// Into a fresh instance, before its first decision. @throws StrategyError for bytes that are not what was saved.
  virtual void load_memory(std::span<const std::byte> bytes);

  std::uint32_t subscribes = EVTWIN_WHY_TICK;  ///< EVTWIN_WHY_* bits; its own wake-up always asks
  std::uint32_t horizon_steps = 0;
  std::uint32_t plan_steps = 0;  ///< of the horizon for which it writes a plan
  std::uint32_t horizon_reads = EVTWIN_READS_ALL;
  std::vector<double> levels;  ///< of the forecast, ascending in (0, 1); empty: none
};

inline void Strategy::end(const evtwin_view&) {}
inline void Strategy::decide_many(std::span<const Asked> asked) {
  for (const Asked& one : asked) one.strategy->decide(*one.view, *one.decision);
}
inline void Strategy::save_memory(std::vector<std::byte>&) {
  throw StrategyError("this strategy keeps no state to save");
}
inline void Strategy::load_memory(std::span<const std::byte>) {
  throw StrategyError("this strategy keeps no state to load");
}

/// Makes the instance for one site. `first` is the view at the start of the run.
using StrategyFactory =
    std::function<std::unique_ptr<Strategy>(const evtwin_view& first, std::uint64_t seed, std::uint32_t site)>;

}  // namespace evtwin::control
