// From a problem to a plan that was looked at.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "optimise/plan.hpp"

namespace evtwin::optimise {

enum class TieBreak : std::uint8_t {
  none,
  earliest,  ///< of equally good plans the one that charges first
  steady,    ///< the one nearest to the last plan, then earliest: plans do not flutter
};

struct PlannerOptions {
  Method method = Method::lp;
  TieBreak tie_break = TieBreak::steady;
  MilpLimits milp = {};
  /// lp: where selling pays more than buying costs, or a price is negative, a plan may go only one way at a time. Up to
  /// so many of these directions are searched for the best, more are improved step by step.
  std::size_t most_searched_directions = 12;
  /// Simplex iterations of those improvements after which they are begun from no further end.
  std::uint64_t most_direction_iterations = 200;
};

/// Makes plans one after the other. It remembers the last plan and basis by keys and step numbers, so that a problem
/// that is the last one moved on by a step, with a vehicle more or less, is solved in few pivots.
class Planner {
 public:
  explicit Planner(PlannerOptions options = {});
  ~Planner();
  Planner(Planner&&) noexcept;
  Planner& operator=(Planner&&) noexcept;

  /// Every answer passed check_plan; one that does not counts as `failed` and has no powers.
  /// greedy: where the structure allows it, else LP. milp: LP first, whole numbers only where they matter; at the node
  /// limit the best plan found, or the LP's, made whole.
  /// @throws std::invalid_argument with check_problem's line.
  Plan make_plan(const PlanProblem& problem);

  /// One first step for several futures (arrivals, PV): vehicles and storages with the same key in all of them get the
  /// same power in step 0, what follows is each future's own. @param weights >= 0, one per future, not all 0
  /// @returns a plan per future; objectives are each its own, and no bound is known of one alone (-infinite).
  std::vector<Plan> make_plan(std::span<const PlanProblem> futures, std::span<const double> weights);

  /// Forgets the last plan and basis.
  void forget_last();

  /// State that the next answer depends on beyond its problem, for checkpoints: the last plan and basis, by keys. A
  /// planner that loads it answers as the one that saved, to the bit: each answer starts from what is saved here and no
  /// more.
  std::vector<std::byte> save() const;
  void load(std::span<const std::byte> bytes);  ///< @throws std::invalid_argument for bytes that are not what was saved

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace evtwin::optimise
