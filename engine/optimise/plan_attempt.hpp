// One planning from problems to checked plans: the linear model first, what its answer breaks next, whole numbers where
// they matter, ties last.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "optimise/plan_completion.hpp"
#include "optimise/planner.hpp"
#include "optimise/planner_memory.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

class PlanAttempt {
 public:
  /// @param problems one, or several futures with one first step. @param weights one per problem
  PlanAttempt(const PlannerOptions& options, const PlannerMemory& last, std::vector<const PlanProblem*> problems,
              std::span<const double> weights);

  /// One plan per problem, each checked; all `failed`, or with the solver's outcome, where there is no sound answer.
  std::vector<Plan> make_plans();
  /// After usable plans: what the next attempt starts from.
  PlannerMemory take_memory();

 private:
  void build_model();
  /// Solves the linear model, again and again until nothing that was left out is broken. @returns whether it has an
  /// answer
  bool solve_linear();
  /// The same with whole numbers, then the linear model with these numbers fixed.
  bool solve_whole();
  /// Whole numbers tried in one round, and the best answer to them.
  struct Search {
    std::vector<double> numbers;             ///< [columns] to be tried next
    std::vector<std::vector<double>> tried;  ///< in this round
    std::vector<double> best;                ///< [columns] values of the best answer; empty: none yet
    Basis best_basis;
    double least = infinite;  ///< objective of the best
  };
  void try_roundings(Search& search, const std::vector<Plan>& linear, bool first_round, std::uint64_t begun_at);
  void round_to(const std::vector<Plan>& linear, double threshold, std::vector<double>& numbers) const;
  void try_out(Search& search);
  void search_whole(Search& search);
  void take(Search& search, const Solution& candidate) const;
  bool within_gap(const Search& search, double rounding) const;
  bool settle(const Search& search);
  void load_with(const KeyedBasis& last);
  Solution solve_with(const std::vector<double>& whole_numbers);
  Solution solve_on_with(const std::vector<double>& whole_numbers);
  /// From whole numbers and their answer: steps whose connection stands at 0 in one direction and would earn in the
  /// other are turned round, all at once, as long as that pays. @returns the best answer
  Solution turn_directions(std::vector<double> whole_numbers, Solution answer);
  bool may_search() const;
  /// Whether directions of connection and storages are found by turning: always in `lp`, in `milp` where they are many.
  bool turns_directions() const;
  /// Of a search, then: all but these directions.
  void keep_directions(const std::vector<double>& values);
  bool has_battery_directions() const;
  /// Whole numbers of one round for the next, which has the same columns and a few more.
  void remember_ways(const std::vector<double>& values);
  void put_last_ways(std::vector<double>& whole_numbers) const;
  void maximise_worst_share();
  void read_answer();
  /// Adds what the answer just read breaks. @returns whether there was anything
  bool add_broken_rules();
  /// Weighted cost of the plans by the problems' words.
  double weighted_cost() const;
  /// Whether each plan is sound as one of this method.
  bool is_sound(Method method);
  bool must_be_whole();
  /// Whether opposite powers at once were netted in a plan.
  bool has_netted() const;
  /// @param everywhere in all steps of a battery that did both in one
  void forbid_both_ways(bool everywhere);
  void finish_plans(Method method);
  void give_up(Outcome outcome, const std::string& why);
  void set_contract_values();

  const PlannerOptions& options_;
  const PlannerMemory& last_;
  std::vector<const PlanProblem*> problems_;
  std::vector<double> weights_;
  std::vector<ModelContents> contents_;
  KeyedBasis basis_;
  PlanModel model_;
  LpSolver solver_;
  Solution solution_;
  std::vector<Plan> plans_;
  std::vector<BothWays> both_;
  double bound_ = 0.0;
  Outcome outcome_ = Outcome::optimal;
  std::vector<std::map<std::tuple<Part, std::uint32_t, std::uint32_t>, double>> last_ways_;  ///< by part, of, step
  std::optional<KeyedBasis> ways_basis_;                                                     ///< of its answer
  std::string complaint_;  ///< of the last plan that was not sound
  std::uint64_t iterations_ = 0, nodes_ = 0;
  std::size_t rounds_ = 0;
};

}  // namespace evtwin::optimise
