// View in, checked plan out: what both ways of planning share.
#pragma once
#include <evtwin/strategy.hpp>
#include <optional>
#include <string>
#include <vector>

#include "optimise/planner.hpp"
#include "settings.hpp"
#include "view_problem.hpp"

namespace evtwin::milp {

struct Planned {
  ViewProblem posed;
  optimise::Plan plan;         ///< what is to be done: uncontrolled charging where that is kept
  double bill = 0.0;           ///< that it foresees; of several futures their mean
  bool keep_existing = false;  ///< the plan that was made is dearer than uncontrolled charging
};

/// Plans and tells the user what there is to tell: the peak that it aims at, a gap that stayed open, a plan that could
/// not be made, the existing way kept. The same words are not said twice in a row.
class ForecastPlanner {
 public:
  ForecastPlanner(const Settings& settings, const evtwin_host& host) : host_(host), planner_(settings.planner) {}
  /// @returns a plan that is is_usable(), or none
  std::optional<Planned> make_plan(const evtwin_view& view, const Settings& settings, const SiteMemory& memory);
  void report_once(std::uint32_t severity, const std::string& text);

  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader);

 private:
  void tell_target(double target_kw);
  /// Puts uncontrolled charging in the place of a plan that costs more and gives no more, both summed alike: over the
  /// same futures, by all that the problem prices, in the site's own money.
  void compare_with_existing(const std::vector<optimise::PlanProblem>& problems, std::vector<optimise::Plan>& plans,
                             Planned& planned);

  const evtwin_host& host_;
  optimise::Planner planner_;
  std::string last_said_;
  double told_target_kw_ = 0.0;
};

}  // namespace evtwin::milp
