// alap: as late as possible.
#pragma once
#include "parameters.hpp"
#include "planner.hpp"

namespace evtwin::baseline {

/// A car starts when waiting longer would leave too little time before its departure estimate: laxity (time left minus
/// remaining / maximum power) has fallen to the margin. From then on it charges at its maximum, least laxity first
/// where a limit binds. The plan has no slack: what a limit, a taper or an early departure costs after the start stays
/// unmet.
class Alap {
 public:
  static constexpr std::array params{
      sdk::real("margin_min", "min", 0.0, 1440.0, 0.0, "How long before its departure estimate a car shall be done."),
      peak_target_kw};
  static constexpr evtwin_info info = sdk::describe("alap", "As late as possible", "1.0",
                                                    "Each car starts at the last instant that still meets its request.",
                                                    params, EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS);
  explicit Alap(sdk::Setup& setup) : planner_(setup), margin_h_(setup.number("margin_min") / 60.0) {}
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  Planner planner_;
  double margin_h_;
};

}  // namespace evtwin::baseline
