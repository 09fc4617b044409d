// Memory of all that a scenario's functions have seen: enough to bring their hidden state (upvalues, globals, random
// draws) back by running them again on the same answers, without the simulation around them.
#pragma once
#include <cstdint>
#include <vector>

#include "kernel/static_checks.hpp"
#include "twin/script.hpp"

namespace evtwin::twin {

class ScriptMemory {
 public:
  /// Runs a scripted event on `controls` and keeps every answer they give it.
  void run_event(Script& script, std::uint32_t index, TimeNs now_ns, SiteControls& controls);

  /// Runs all events kept so far, in a script made anew. Values that they set are not set again.
  /// @throws CheckpointError where the functions ask something else than they did; whatever Script throws.
  void replay_events(Script& script) const;

  void clear() { calls_.clear(); }
  std::size_t size() const { return calls_.size(); }

  template <class A>
  void archive_fields(A& a) {
    a(calls_);
  }

 private:
  struct Call {
    std::uint32_t index = 0;
    TimeNs now_ns = 0;
    std::vector<double> answers;

    template <class A>
    void archive_fields(A& a) {
      a(index, now_ns, answers);
    }
  };
  static_assert(kernel::has_size<Call>(40), "a new field must be archived, and the title of checkpoints changed");
  std::vector<Call> calls_;
};

}  // namespace evtwin::twin
