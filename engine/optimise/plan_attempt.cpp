#include "optimise/plan_attempt.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "optimise/branch.hpp"
#include "optimise/greedy.hpp"
#include "optimise/plan_facts.hpp"
#include "optimise/plan_rounding.hpp"
#include "optimise/start_basis.hpp"
#include "optimise/tie_break.hpp"

namespace evtwin::optimise {

namespace {

/// Rounds of adding what was left out; more are needed only by a storage that crawls back into its window, which then
/// rests.
constexpr std::size_t most_rounds = 200;
/// Rounds that forbid a battery both directions where an answer used both. It then does so in other steps, one after
/// the other: after that it is forbidden in all.
constexpr std::size_t rounds_step_by_step = 3;

/// Directions that are neither a minimum power nor a rate.
bool is_direction(const WholeColumn& whole) { return whole.part == Part::grid_way || whole.part == Part::storage_way; }

/// Each battery that does both in one step, in all of its steps.
void spread_over_steps(const PlanProblem& problem, BothWays& both) {
  const auto owners = [](const std::vector<AtStep>& list) {
    std::set<std::uint32_t> of;
    for (const AtStep& at : list) of.insert(at.of);
    return of;
  };
  for (const std::uint32_t v : owners(both.vehicles))
    for (std::uint32_t t = problem.vehicles[v].first_step; t < problem.vehicles[v].end_step; ++t)
      both.vehicles.push_back({v, t});
  for (const std::uint32_t s : owners(both.storages))
    for (std::uint32_t t = 0; t < std::min<std::size_t>(problem.steps(), problem.storages[s].end_step); ++t)
      both.storages.push_back({s, t});
}

template <typename T>
bool merge(std::vector<T>& into, const std::vector<T>& more) {
  const std::size_t before = into.size();
  into.insert(into.end(), more.begin(), more.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
  return into.size() > before;
}

}  // namespace

PlanAttempt::PlanAttempt(const PlannerOptions& options, const PlannerMemory& last,
                         std::vector<const PlanProblem*> problems, std::span<const double> weights)
    : options_(options),
      last_(last),
      problems_(std::move(problems)),
      weights_(weights.begin(), weights.end()),
      contents_(problems_.size()),
      basis_(last.basis),
      plans_(problems_.size()),
      both_(problems_.size()) {
  for (const RememberedSide& side : last.sides) {
    if (side.future >= problems_.size()) continue;
    const PlanProblem& problem = *problems_[side.future];
    const std::int64_t step = side.number - problem.first_step_number;
    if (step < 0 || step >= static_cast<std::int64_t>(problem.steps()) || side.magnitude >= problem.magnitudes.size())
      continue;
    contents_[side.future].sides.push_back(
        {side.magnitude, static_cast<std::uint32_t>(step), side.side % polygon_sides});
  }
  for (ModelContents& contents : contents_) merge(contents.sides, {});
}

std::vector<Plan> PlanAttempt::make_plans() {
  if (options_.method == Method::greedy && problems_.size() == 1 && fits_greedy(*problems_.front())) {
    plans_.front() = greedy_plan(*problems_.front());
    if (check_plan(*problems_.front(), plans_.front()).empty()) return plans_;
  }
  const bool fair = std::any_of(problems_.begin(), problems_.end(),
                                [](const PlanProblem* problem) { return problem->fairness == Fairness::max_min; });
  if (fair) maximise_worst_share();
  bool answered = solve_linear();
  bound_ = solution_.bound;
  if (answered && must_be_whole()) answered = solve_whole();
  if (answered) {
    // A linear optimum that keeps the whole-number rules as it stands is the whole-number optimum, too.
    finish_plans(options_.method == Method::milp ? Method::milp : Method::lp);
  } else {
    if (solution_.outcome == Outcome::optimal)
      give_up(Outcome::failed, "the solver's plan is not sound: " + complaint_);
    else
      give_up(solution_.outcome, "the solver found no plan: " + std::string(name_of(solution_.outcome)));
  }
  for (Plan& plan : plans_) {
    plan.iterations = iterations_;
    plan.nodes = nodes_;
  }
  return plans_;
}

void PlanAttempt::build_model() {
  model_.clear();
  for (std::size_t k = 0; k < problems_.size(); ++k) add_problem(model_, *problems_[k], contents_[k], weights_[k]);
  if (problems_.size() > 1) link_first_steps(model_, problems_);
}

bool PlanAttempt::solve_linear() {
  for (;;) {
    build_model();
    solver_.load_model(model_.linear);
    solver_.set_basis(fit_basis(basis_, model_, start_basis(model_, problems_)));
    solution_ = solver_.solve_model();
    iterations_ += solution_.iterations;
    if (solution_.outcome != Outcome::optimal) return false;
    basis_ = key_basis(model_, solver_.current_basis());
    read_answer();
    if (!add_broken_rules()) return true;
  }
}

void PlanAttempt::read_answer() {
  for (std::size_t k = 0; k < problems_.size(); ++k) {
    both_[k] = {};
    read_plan(*problems_[k], model_.blocks[k], solution_.values, plans_[k], &both_[k]);
  }
}

bool PlanAttempt::add_broken_rules() {
  const bool hold = ++rounds_ > most_rounds;
  bool added = false;
  for (std::size_t k = 0; k < problems_.size(); ++k) {
    if (add_broken_sides(*problems_[k], model_.blocks[k], solution_.values, contents_[k]) > 0) added = true;
    if (narrow_storage_levels(*problems_[k], plans_[k], contents_[k], hold)) added = true;
  }
  return added;
}

double PlanAttempt::weighted_cost() const {
  double sum = 0.0;
  for (std::size_t k = 0; k < problems_.size(); ++k) sum += weights_[k] * cost_of(*problems_[k], plans_[k]);
  return sum;
}

bool PlanAttempt::is_sound(Method method) {
  for (std::size_t k = 0; k < problems_.size(); ++k) {
    plans_[k].method = method;
    plans_[k].objective = cost_of(*problems_[k], plans_[k]);
    plans_[k].bound = -infinite;
    complaint_ = check_plan(*problems_[k], plans_[k]);
    if (!complaint_.empty()) return false;
  }
  return true;
}

bool PlanAttempt::has_netted() const {
  return std::any_of(both_.begin(), both_.end(), [](const BothWays& both) { return !both.empty(); });
}

// The linear answer is the whole-number optimum where it keeps the rules as it stands; opposite powers at once are
// netted where that changes neither soundness nor cost.
bool PlanAttempt::must_be_whole() {
  const bool inner = problems_.front()->linearisation == Linearisation::inner;
  if (options_.method == Method::milp && !is_sound(Method::milp)) return true;
  if (!has_netted() || !inner) return false;
  return !is_sound(Method::lp) ||
         weighted_cost() > solution_.objective + 1e-8 * std::max(1.0, std::abs(solution_.objective));
}

void PlanAttempt::forbid_both_ways(bool everywhere) {
  for (std::size_t k = 0; k < contents_.size(); ++k) {
    if (problems_[k]->linearisation == Linearisation::outer) continue;
    if (everywhere) spread_over_steps(*problems_[k], both_[k]);
    merge(contents_[k].vehicle_one_way, both_[k].vehicles);
    merge(contents_[k].storage_one_way, both_[k].storages);
    merge(contents_[k].grid_one_way, both_[k].grid);
  }
}

// The linear model with its whole-number columns fixed.
Solution PlanAttempt::solve_with(const std::vector<double>& whole_numbers) {
  load_with(ways_basis_ ? *ways_basis_ : basis_);
  return solve_on_with(whole_numbers);
}

void PlanAttempt::load_with(const KeyedBasis& last) {
  solver_.load_model(model_.linear);
  solver_.set_basis(fit_basis(last, model_, start_basis(model_, problems_)));
}

// The same from where the solver stands.
Solution PlanAttempt::solve_on_with(const std::vector<double>& whole_numbers) {
  for (std::uint32_t c = 0; c < model_.linear.columns(); ++c)
    if (model_.linear.integer[c] != 0) {
      const double whole = std::round(whole_numbers[c]);
      solver_.set_column_bounds(c, whole, whole);
    }
  Solution solution = solver_.solve_model();
  iterations_ += solution.iterations;
  return solution;
}

bool PlanAttempt::may_search() const {
  std::size_t directions = 0;
  for (const ModelBlock& block : model_.blocks) directions += block.wholes.size();
  return options_.method == Method::milp || directions <= options_.most_searched_directions;
}

bool PlanAttempt::turns_directions() const {
  if (options_.method != Method::milp) return true;
  std::size_t directions = 0;
  for (const ModelBlock& block : model_.blocks)
    directions += static_cast<std::size_t>(std::count_if(block.wholes.begin(), block.wholes.end(), is_direction));
  return directions > options_.most_searched_directions;
}

bool PlanAttempt::has_battery_directions() const {
  const auto of_battery = [this](const WholeColumn& whole) {
    return whole.part == Part::storage_way || (options_.method != Method::milp && whole.part == Part::back);
  };
  return std::any_of(model_.blocks.begin(), model_.blocks.end(), [&](const ModelBlock& block) {
    return std::any_of(block.wholes.begin(), block.wholes.end(), of_battery);
  });
}

void PlanAttempt::keep_directions(const std::vector<double>& values) {
  for (const ModelBlock& block : model_.blocks)
    for (const WholeColumn& whole : block.wholes)
      if (is_direction(whole))
        model_.linear.column_lower[whole.column] = model_.linear.column_upper[whole.column] =
            std::round(values[whole.column]);
}

Solution PlanAttempt::turn_directions(std::vector<double> whole_numbers, Solution answer) {
  constexpr int most_turns = 20;
  constexpr double same_kw = 1e-9, same_price = 1e-9;
  for (int turn = 0; turn < most_turns; ++turn) {
    bool turned = false;
    for (std::size_t k = 0; k < problems_.size(); ++k) {
      const PlanProblem& problem = *problems_[k];
      for (const WholeColumn& whole : model_.blocks[k].wholes) {
        if (whole.part != Part::grid_way || weights_[k] <= 0.0) continue;
        const GridStep& step = model_.blocks[k].steps[whole.step];
        if (answer.values[step.in] > same_kw || answer.values[step.out] > same_kw) continue;
        // Saving by one more kW of sun in this step, per kWh.
        const double worth = -answer.row_duals[step.row] / (weights_[k] * problem.hours[whole.step]);
        const bool imports = whole_numbers[whole.column] > 0.5;
        const bool pays = imports ? worth < problem.sell_per_kwh[whole.step] - same_price
                                  : worth > problem.buy_per_kwh[whole.step] + same_price;
        if (!pays) continue;
        whole_numbers[whole.column] = imports ? 0.0 : 1.0;
        turned = true;
      }
    }

    // Turning ends where the linear programme does not confirm that it pays.
    if (!turned) break;
    Solution next = solve_on_with(whole_numbers);
    const bool better = next.outcome == Outcome::optimal &&
                        next.objective < answer.objective - 1e-9 * std::max(1.0, std::abs(answer.objective));
    if (!better) break;
    answer = std::move(next);
  }
  return answer;
}

void PlanAttempt::remember_ways(const std::vector<double>& values) {
  ways_basis_ = key_basis(model_, solver_.current_basis());
  last_ways_.assign(model_.blocks.size(), {});
  for (std::size_t k = 0; k < model_.blocks.size(); ++k)
    for (const WholeColumn& whole : model_.blocks[k].wholes)
      last_ways_[k][{whole.part, whole.of, whole.step}] = std::round(values[whole.column]);
}

void PlanAttempt::put_last_ways(std::vector<double>& whole_numbers) const {
  for (std::size_t k = 0; k < last_ways_.size(); ++k)
    for (const WholeColumn& whole : model_.blocks[k].wholes)
      if (const auto last = last_ways_[k].find({whole.part, whole.of, whole.step}); last != last_ways_[k].end())
        whole_numbers[whole.column] = last->second;
}

// Keeps an answer that is better than the best so far, with the basis that the solver stands on.
void PlanAttempt::take(Search& search, const Solution& candidate) const {
  if (candidate.outcome != Outcome::optimal || candidate.objective >= search.least) return;
  search.best = candidate.values;
  search.least = candidate.objective;
  search.best_basis = solver_.current_basis();
}

// Whether the best answer is as near to the bound as was asked for: no search is needed beyond that.
bool PlanAttempt::within_gap(const Search& search, double rounding) const {
  return !search.best.empty() &&
         search.least - bound_ <= (options_.milp.relative_gap + rounding) * std::max(1.0, std::abs(search.least));
}

// The numbers of the search with the powers that fit them best, unless they were tried before.
void PlanAttempt::try_out(Search& search) {
  if (std::find(search.tried.begin(), search.tried.end(), search.numbers) != search.tried.end()) return;
  Solution rounded = search.tried.empty() ? solve_with(search.numbers) : solve_on_with(search.numbers);
  search.tried.push_back(search.numbers);
  if (turns_directions() && rounded.outcome == Outcome::optimal)
    rounded = turn_directions(search.numbers, std::move(rounded));
  take(search, rounded);
}

// Whole numbers from the linear plan: at least `threshold` of its least power is on (plan_rounding.hpp).
void PlanAttempt::round_to(const std::vector<Plan>& linear, double threshold, std::vector<double>& numbers) const {
  for (std::size_t k = 0; k < problems_.size(); ++k)
    round_plan(*problems_[k], model_.blocks[k], linear[k], threshold, numbers);
}

// Whole numbers without a search: those of the last round, those of the linear plan, those from other ends.
void PlanAttempt::try_roundings(Search& search, const std::vector<Plan>& linear, bool first_round,
                                std::uint64_t begun_at) {
  // Directions that the last round found, where it was not searched: it only adds some.
  if (!first_round && !may_search()) {
    round_to(linear, 0.5, search.numbers);
    put_last_ways(search.numbers);
    try_out(search);
  }

  const bool goes_on = !search.best.empty();
  for (const double threshold : {0.5, 1.0}) {
    if (goes_on || within_gap(search, 1e-9) || (options_.method != Method::milp && !search.best.empty())) break;
    round_to(linear, threshold, search.numbers);
    try_out(search);
  }
  if (has_battery_directions() && !within_gap(search, 1e-9)) {
    round_to(linear, 0.5, search.numbers);
    for (std::size_t k = 0; k < problems_.size(); ++k)
      round_by_turns(*problems_[k], model_.blocks[k], linear[k], options_.method != Method::milp, search.numbers);
    try_out(search);
  }
  if (may_search() || goes_on || within_gap(search, 1e-9)) return;

  // Directions from other ends: all that draw, all that give, where the first end took little work.
  for (const double way : {1.0, 0.0}) {
    if (iterations_ > begun_at + options_.most_direction_iterations) break;
    for (const ModelBlock& block : model_.blocks)
      for (const WholeColumn& whole : block.wholes)
        if (whole.part == Part::grid_way) search.numbers[whole.column] = way;
    try_out(search);
  }
}

// Few directions are branched on in the warm linear programme; CBC searches all whole numbers.
void PlanAttempt::search_whole(Search& search) {
  if (options_.method != Method::milp) {
    if (search.tried.empty()) load_with(ways_basis_ ? *ways_basis_ : basis_);
    const Solution ways = branch_and_bound(solver_, model_.linear, search.least, options_.milp);
    iterations_ += ways.iterations;
    nodes_ += ways.nodes;
    bound_ = std::max(bound_, ways.bound);
    if (ways.has_answer()) take(search, solve_on_with(ways.values));
    return;
  }

  // Many directions of connection and storages are kept as they were turned, and only the rest is searched.
  const bool kept = options_.method == Method::milp && turns_directions() && !search.best.empty();
  if (kept) keep_directions(search.best);
  const Solution whole = solve_milp(model_.linear, options_.milp);
  iterations_ += whole.iterations;
  nodes_ += whole.nodes;
  if (!kept) bound_ = std::max(bound_, whole.bound);  // of the kept directions alone it bounds nothing else
  if (whole.has_answer()) take(search, solve_with(whole.values));
}

// The linear model with the best whole numbers gives the powers, and the price of contract power. @returns whether it
// has an answer
bool PlanAttempt::settle(const Search& search) {
  if (options_.method == Method::milp) {
    solution_ = solve_with(search.best);
  } else {
    solver_.set_basis(search.best_basis);
    solution_ = solve_on_with(search.best);
    remember_ways(search.best);
  }
  return solution_.outcome == Outcome::optimal;
}

// Rounding first: where that is within the gap of the linear bound no search is needed. It also is the answer of a
// search that found nothing in its nodes. Of a linear plan only directions are whole, and where selling pays more than
// buying costs the linear bound is far from any plan: a few directions are searched, many would take minutes.
bool PlanAttempt::solve_whole() {
  const std::vector<Plan> linear = plans_;
  const std::uint64_t begun_at = iterations_;
  for (std::size_t round = 0; round < most_rounds; ++round) {
    forbid_both_ways(round >= rounds_step_by_step);
    for (ModelContents& contents : contents_) contents.whole_numbers = options_.method == Method::milp;
    build_model();

    Search search;
    search.numbers.assign(model_.linear.columns(), 0.0);
    try_roundings(search, linear, round == 0, begun_at);
    if (may_search() && !within_gap(search, 1e-9)) search_whole(search);

    // Nothing found: with every power at 0 each model has an answer.
    if (search.best.empty()) {
      for (std::size_t k = 0; k < problems_.size(); ++k) set_at_rest(*problems_[k], model_.blocks[k], search.numbers);
      take(search, solve_with(search.numbers));
    }
    outcome_ = within_gap(search, 1e-6) ? Outcome::optimal : Outcome::limit;
    if (search.best.empty() || !settle(search)) return false;

    // Powers that break a row left out so far, or that are netted, need another round.
    read_answer();
    if (add_broken_rules()) continue;
    if (!must_be_whole()) return true;
    if (!has_netted()) return false;
  }
  return false;
}

void PlanAttempt::maximise_worst_share() {
  for (ModelContents& contents : contents_) contents.worst_share_only = true;
  const bool answered = solve_linear();
  for (std::size_t k = 0; k < contents_.size(); ++k) {
    contents_[k].worst_share_only = false;
    const std::uint32_t worst = model_.blocks[k].worst;
    if (answered && worst != no_index) contents_[k].least_share = std::max(0.0, solution_.values[worst] - 1e-9);
  }
}

void PlanAttempt::finish_plans(Method method) {
  const double found = solution_.objective;
  // Ties: the second stage must be as sound as the first.
  const auto last_kw = [this](Part part, std::uint64_t owner, std::int64_t number) {
    const bool storage = part == Part::storage_charge || part == Part::storage_discharge;
    const bool charge = part == Part::charge || part == Part::storage_charge;
    return last_.last_kw(storage, charge, owner, number);
  };

  set_contract_values();
  if (options_.tie_break != TieBreak::none) {
    const std::vector<Plan> first = plans_;
    const Solution one = solution_;
    solution_ = break_ties(solver_, model_, one, options_.tie_break, last_kw);
    iterations_ += solution_.iterations - one.iterations;
    read_answer();

    const bool kept = is_sound(method) && weighted_cost() <= found + 1e-8 * std::max(1.0, std::abs(found));
    bool broken = !kept;
    for (std::size_t k = 0; k < problems_.size() && !broken; ++k) {
      ModelContents contents = contents_[k];
      broken = add_broken_sides(*problems_[k], model_.blocks[k], solution_.values, contents) > 0 ||
               narrow_storage_levels(*problems_[k], plans_[k], contents);
    }
    if (broken) plans_ = first;
    for (std::size_t k = 0; k < plans_.size(); ++k) plans_[k].contract_value_per_kw = first[k].contract_value_per_kw;
  }

  for (std::size_t k = 0; k < problems_.size(); ++k) {
    Plan& plan = plans_[k];
    plan.method = method;
    plan.outcome = outcome_;
    plan.objective = problems_.size() == 1 ? found : cost_of(*problems_[k], plan);
    // With several futures only their weighted mean has a bound.
    plan.bound = problems_.size() == 1 ? std::min(bound_, found) : -infinite;
    if (std::string wrong = check_plan(*problems_[k], plan); !wrong.empty()) {
      give_up(Outcome::failed, "the solver's plan is not sound: " + wrong);
      return;
    }
  }
}

void PlanAttempt::give_up(Outcome outcome, const std::string& why) {
  for (Plan& plan : plans_) {
    plan = {};
    plan.outcome = outcome;
    plan.why = why;
  }
}

void PlanAttempt::set_contract_values() {
  for (std::size_t k = 0; k < problems_.size(); ++k) {
    const PlanProblem& problem = *problems_[k];
    auto& values = plans_[k].contract_value_per_kw;
    values.assign(problem.steps(), 0.0);
    if (weights_[k] <= 0.0) continue;
    for (std::uint32_t t = 0; t < problem.steps(); ++t) {
      const GridStep& step = model_.blocks[k].steps[t];
      double change = 0.0;
      if (step.direct && step.row != no_index) change = solution_.row_duals[step.row];
      // The import column's own bound is the contract where no more could flow anyway.
      if (!step.direct && model_.linear.column_upper[step.in] == problem.import_limit_kw[t])
        change = solution_.reduced_costs[step.in];
      values[t] = std::max(0.0, -change) / weights_[k];
    }
  }
}

PlannerMemory PlanAttempt::take_memory() {
  PlannerMemory memory;
  memory.basis = std::move(basis_);
  memory.remember_powers(*problems_.front(), plans_.front());
  for (std::uint32_t k = 0; k < problems_.size(); ++k)
    for (const PolygonSide& side : contents_[k].sides)
      memory.sides.push_back({k, side.magnitude, side.side, problems_[k]->first_step_number + side.step});
  return memory;
}

}  // namespace evtwin::optimise
