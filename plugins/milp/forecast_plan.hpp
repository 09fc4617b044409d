// View in, checked plan out: what both ways of planning share.
#pragma once
#include <evtwin/strategy.hpp>
#include <optional>
#include <string>

#include "optimise/planner.hpp"
#include "settings.hpp"
#include "view_problem.hpp"

namespace evtwin::milp {

struct Planned {
  ViewProblem posed;
  optimise::Plan plan;
  double cost = 0.0;           ///< expected, in the site's money: energy, demand charge, unmet energy, wear
  double existing_cost = 0.0;  ///< of uncontrolled charging; where it was asked for
  bool keep_existing = false;  ///< the plan is dearer
};

/// Plans and tells the user what there is to tell: the peak that it aims at, a gap that stayed open, a plan that could
/// not be made, the existing way kept. The same words are not said twice in a row.
class ForecastPlanner {
 public:
  ForecastPlanner(const Settings& settings, const evtwin_host& host) : host_(host), planner_(settings.planner) {}
  /// @returns a plan that is usable(), or none
  std::optional<Planned> plan(const evtwin_view& view, const Settings& settings, const SiteMemory& memory);
  void report(std::uint32_t severity, const std::string& text);

  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader);

 private:
  void tell_target(double target_kw);

  const evtwin_host& host_;
  optimise::Planner planner_;
  std::string last_said_;
  double told_target_kw_ = 0.0;
};

}  // namespace evtwin::milp
