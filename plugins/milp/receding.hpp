// Plans anew at ticks and events, and does the first step of each plan.
#pragma once
#include <evtwin/strategy.hpp>

#include "forecast_plan.hpp"
#include "held_plan.hpp"
#include "settings.hpp"

namespace evtwin::milp {

class Receding {
 public:
  Receding(const Settings& settings, const evtwin_host& host) : planner_(settings, host) {}
  void decide(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, sdk::Decision& decision);
  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader, std::size_t evses, std::size_t storages);

 private:
  bool wants_new_plan(const evtwin_view& view, const Settings& settings) const;

  ForecastPlanner planner_;
  HeldPlan held_;
  bool keep_existing_ = false;
};

/// Every car at full power, storage at rest: what is done without a plan. The guard keeps the limits.
void charge_uncontrolled(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory,
                         sdk::Decision& decision);

}  // namespace evtwin::milp
