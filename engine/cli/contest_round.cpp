#include "cli/contest_round.hpp"

#include <utility>

namespace evtwin::cli {

ContestRound::ContestRound(Load load, const std::vector<ReadyStrategy>& strategies, control::Hosting hosting,
                           std::size_t uses)
    : load_(std::move(load)),
      strategies_(&strategies),
      hosting_(std::move(hosting)),
      bound_found_(bound_.get_future().share()),
      uses_(uses) {}

void ContestRound::load_once() {
  if (start_) return;
  if (failure_) std::rethrow_exception(failure_);
  try {
    start_ = load_();
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

std::shared_ptr<const StartPoint> ContestRound::start_point() {
  const std::lock_guard lock(mutex_);
  load_once();
  return start_;
}

ContestRound::Opened ContestRound::open_strategy(std::size_t strategy) {
  const std::lock_guard lock(mutex_);
  load_once();
  const ReadyStrategy& ready = (*strategies_)[strategy];
  if (ready.text.id == oracle_id) return {start_, ready_oracle(bound_found_)};
  if (ready.own) return {start_, ready_strategy(*start_, nullptr, hosting_)};
  if (ready.is_lua()) return {start_, ready_strategy(*start_, &ready.text, hosting_)};
  return {start_, ready};
}

void ContestRound::find_bound() {
  try {
    bound_.set_value(find_bound_of(*start_point(), hosting_, {}));
  } catch (...) {
    bound_.set_exception(std::current_exception());
  }
}

bool ContestRound::end_use() {
  if (uses_.fetch_sub(1) != 1) return false;
  const std::lock_guard lock(mutex_);
  start_.reset();
  bound_found_ = {};
  bound_ = {};
  return true;
}

}  // namespace evtwin::cli
