// One world of a contest, as long as somebody plays on it.
#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/found_bound.hpp"
#include "cli/start_point.hpp"

namespace evtwin::cli {

/// Loaded by whoever needs it first, given back by whoever needs it last, so that a contest over many seeds holds only
/// those being played. Safe from any thread.
class ContestRound {
 public:
  using Load = std::function<std::shared_ptr<const StartPoint>()>;
  /// @param load        called once
  /// @param strategies  ready for another world; those that depend on it are made ready anew for this one. It lives as
  /// long as this
  /// @param uses        how often end_use() will be called: the bound and each strategy
  ContestRound(Load load, const std::vector<ReadyStrategy>& strategies, control::Hosting hosting, std::size_t uses);

  struct Opened {
    std::shared_ptr<const StartPoint> start;
    ReadyStrategy strategy;
  };
  std::shared_ptr<const StartPoint> start_point();
  /// @throws what loading the world, or the strategy for it, threw
  Opened open_strategy(std::size_t strategy);

  /// Works the bound out, or keeps why there is none. @throws nothing
  void find_bound();
  /// Comes where find_bound is called. @throws what finding it threw
  std::shared_ptr<const FoundBound> await_bound() const { return bound_found_.get(); }

  /// One use less; after the last the world is given back. @returns whether it was the last
  bool end_use();

 private:
  void load_once();

  Load load_;
  const std::vector<ReadyStrategy>* strategies_;
  control::Hosting hosting_;
  std::mutex mutex_;
  std::shared_ptr<const StartPoint> start_;
  std::exception_ptr failure_;
  BoundPromise bound_;
  BoundFuture bound_found_;
  std::atomic<std::size_t> uses_;
};

}  // namespace evtwin::cli
