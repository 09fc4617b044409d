// A plan as it is followed: set-points by session and storage, over steps of real time.
#pragma once
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <vector>

#include "optimise/plan.hpp"
#include "view_problem.hpp"

namespace evtwin::milp {

struct HeldPlan {
  std::int64_t made_ns = 0;
  std::vector<std::int64_t> edge_ns;   ///< [steps + 1]; empty: no plan
  std::vector<std::uint64_t> session;  ///< [cars] plugged in when it was made
  std::vector<double> evse_kw;         ///< [cars x steps] set-points: mean power over the time that the car is there
  std::vector<double> storage_kw;      ///< [storages x steps]

  bool empty() const { return edge_ns.empty(); }
  std::size_t steps() const { return edge_ns.empty() ? 0 : edge_ns.size() - 1; }
  /// The step that `now_ns` lies in; steps() where the plan is over.
  std::size_t step_at(std::int64_t now_ns) const;
  /// Row of a session; -1 where the plan does not know it.
  std::int64_t row_of(std::uint64_t session_number) const;

  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader);
};

/// Writes a held plan into the decision's plan, horizon step by horizon step.
void show_plan(const HeldPlan& held, const evtwin_view& view, sdk::Decision& decision);

/// @param storages  of the view: those that the problem left out are held at 0
HeldPlan hold_plan(const ViewProblem& posed, const optimise::Plan& plan, std::int64_t now_ns, std::size_t storages);

}  // namespace evtwin::milp
