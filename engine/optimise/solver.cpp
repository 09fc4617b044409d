#include "optimise/solver.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::optimise {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::optimal:
      return "optimal";
    case Outcome::limit:
      return "limit";
    case Outcome::infeasible:
      return "infeasible";
    case Outcome::unbounded:
      return "unbounded";
    case Outcome::failed:
      return "failed";
  }
  return "failed";
}

double Solution::relative_gap() const {
  if (!has_answer()) return infinite;
  return (objective - bound) / std::max(1.0, std::abs(objective));
}

}  // namespace evtwin::optimise
