#include "optimise/plan.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::optimise {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::greedy:
      return "greedy";
    case Method::lp:
      return "lp";
    case Method::milp:
      return "milp";
  }
  return "lp";
}

double VehiclePlan::kw_in_step(std::uint32_t step) const {
  if (step < first_step || step - first_step >= charge_kw.size()) return 0.0;
  const std::size_t k = step - first_step;
  return charge_kw[k] - (k < discharge_kw.size() ? discharge_kw[k] : 0.0);
}

double Plan::relative_gap() const {
  if (!is_usable()) return infinite;
  return (objective - bound) / std::max(1.0, std::abs(objective));
}

}  // namespace evtwin::optimise
