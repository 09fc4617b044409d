// asap: as soon as possible, the uncontrolled site.
#pragma once
#include "acn_sim.hpp"
#include "parameters.hpp"
#include "planner.hpp"

namespace evtwin::baseline {

/// Every car plugged in gets its maximum at once, whatever the limits say: the host's guard keeps them, or records the
/// overload. All other strategies are measured against it.
class Asap : public NoMemory {
 public:
  static constexpr std::array params{beyond_request("continue"), peak_target_kw, compat, acn_param::active_above_kwh};
  static constexpr evtwin_info info = sdk::describe("asap", "As soon as possible", "1.0",
                                                    "Every car charges at its maximum from plug-in; looks at no limit.",
                                                    params, EVTWIN_STRATEGY_USES_STORAGE);
  explicit Asap(sdk::Setup& setup) : planner_(setup), continues_(setup.text("beyond_request") == "continue") {}
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  Planner planner_;
  bool continues_;
};

}  // namespace evtwin::baseline
