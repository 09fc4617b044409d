// The oracle: a strategy that was told everything beforehand, and plays the bound's plan. It pays beyond the bound for
// what the bound relaxes: taper, minimum currents, finite rates.
#pragma once
#include <functional>
#include <memory>

#include "analysis/bound.hpp"
#include "control/strategy.hpp"

namespace evtwin::analysis {

/// @param bound  of the very world it is to run in; asked for when an instance is made (the bound may be worked out on
///               another thread meanwhile)
control::StrategyFactory make_oracle(std::function<std::shared_ptr<const Bound>()> bound);

}  // namespace evtwin::analysis
