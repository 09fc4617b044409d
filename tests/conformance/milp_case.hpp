// A plan case (format plan-case/1) as written in its file, checked, and the problem that it is.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "optimise/plan_problem.hpp"

namespace evtwin::conformance {

struct PlanCase {
  std::string name, currency;
  optimise::PlanProblem problem;
  double lp_optimum = 0.0, milp_optimum = 0.0;
  double tolerance = 0.0;  ///< relative
};

/// @throws CaseError for another format, a field that nobody reads, a series of another length, a stay outside the day.
PlanCase read_plan_case(const nlohmann::json& document);

}  // namespace evtwin::conformance
