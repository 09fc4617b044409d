// What the policy of a run gathered of its reward, part by part, as curves.
#pragma once
#include <string>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// weight x term of each local day, constant over it. A day that the run cuts has what lies in the run.
struct RewardCurve {
  std::string term;
  double weight = 0.0;
  double total = 0.0;  ///< weight x term over the run
  Series by_day;
};
/// Those of Run::reward that are not 0 on every day, in its order; they stack.
std::vector<RewardCurve> reward_curves(const Run& run);

}  // namespace evtwin::viewer::model
