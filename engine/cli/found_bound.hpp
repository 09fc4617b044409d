// The bound of a scenario, for the commands that measure strategies against it.
#pragma once
#include <functional>
#include <future>
#include <memory>

#include "analysis/bound.hpp"
#include "analysis/foresight.hpp"
#include "cli/start_point.hpp"

namespace evtwin::cli {

inline constexpr const char* oracle_id = "oracle";  ///< the strategy that plays the bound's plan

struct FoundBound {
  twin::Result reference;  ///< of asap
  analysis::Bound bound;
  analysis::Yardstick yardstick;
};
using BoundPromise = std::promise<std::shared_ptr<const FoundBound>>;
using BoundFuture = std::shared_future<std::shared_ptr<const FoundBound>>;

/// Runs the scenario from its start under `asap` and works out what could be reached at best.
/// @param progress may be empty
/// @throws whatever running and solving throw; twin::Interrupted.
std::shared_ptr<const FoundBound> find_bound_of(const StartPoint& start, const control::Hosting& hosting,
                                                std::function<void(double)> progress);

/// Whether the oracle is asked for. @throws CommandError for one with parameters: it has none.
bool is_oracle(const StrategyText& text);
/// Its instances wait for the bound. @param bound  must come; one that failed throws there and then
ReadyStrategy ready_oracle(BoundFuture bound);

}  // namespace evtwin::cli
