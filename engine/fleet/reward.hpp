// Rewards are weights over terms, the ledger's columns and what is counted beside it, or functions of a step.
#pragma once
#include <evtwin/fleet.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fleet/reward_preset.hpp"
#include "scenario/script_reward.hpp"

namespace evtwin::fleet {

/// What stood when an agent was asked: functions of a step may look at it.
struct Asked {
  double setpoint_kw = 0.0;   ///< infinite where the scenario gives none
  double potential_kw = 0.0;  ///< base load less PV and all that the vehicles that draw could take
  double limit_kw = 0.0;      ///< contract power; where there is none, the first feeder's limit; else infinite
  double buy_per_kwh = 0.0, sell_per_kwh = 0.0, mean_buy_per_kwh = 0.0;  ///< the last of what is foreseen, or now
  double hour = 0.0;                                                     ///< of the local clock
};
Asked asked_of(const evtwin_view& view);

/// Outcome of a step, of one agent.
struct Outcome {
  const evtwin_view* view = nullptr;  ///< at the decision, or the closed books
  double usable_storage_kwh = 0.0;    ///< of the site
  std::uint32_t clipped = 0;          ///< cells of the action beyond their bounds
  // Known where a run terminates, else 0.
  double open_cost = 0.0, storage_energy_value = 0.0;
  double hours = 0.0, ticks = 0.0;                ///< length of the step
  double calendar_wear = 0.0, cyclic_wear = 0.0;  ///< of the vehicles whose sessions ended, fractions of capacity
  // Of functions alone.
  Asked asked{};
  double potential_before_kw = 0.0;  ///< at the decision before that one
  double step = 0.0;                 ///< ticks since the run began, at the decision
};

/// Energies that sessions ended since the last decision asked for and got.
struct Departed {
  double got_kwh = 0.0;  ///< at most what was requested
  double requested_kwh = 0.0;
  double satisfaction = 0.0;    ///< sum of min(1, got / requested)
  double disappointment = 0.0;  ///< sum of exp(-10 min(1, got / requested))
  double missing_kwh2 = 0.0;    ///< sum of (requested - got)^2
};
Departed departed_of(const evtwin_view& view);

/// The objective of a stretch of time: see analysis::objective_of_site.
double objective_of(const evtwin_ledger& ledger, double unmet_price_per_kwh, double open_cost,
                    double storage_energy_value);

/// A quantity that functions see beside the terms.
struct StepQuantity {
  const char *id, *unit, *help;
};
std::span<const StepQuantity> step_quantities();
/// The terms, all without a weight.
std::span<const evtwin_fleet_term> term_rows();

class Rewards {
 public:
  /// @throws std::invalid_argument for a term that there is not, or a weight that is no number.
  explicit Rewards(std::span<const evtwin_fleet_weight> weights);
  /// @param scenario  whose own reward "scenario" is. @throws std::invalid_argument, scenario::ScriptError
  Rewards(const RewardChoice& choice, const scenario::LoadedScenario& scenario);

  std::span<const evtwin_fleet_term> terms() const { return terms_; }
  /// What the reward is the sum of: weighted terms, or parts of a function.
  std::span<const evtwin_fleet_term> parts() const { return parts_; }
  bool is_function() const { return is_function_; }
  /// One for each world that steps by itself; null where the reward is no function.
  std::unique_ptr<scenario::RewardFunction> make_function(const scenario::LoadedScenario& scenario) const;
  /// The step's reward. @param function  of make_function();
  /// @param terms  [terms()] gets them unweighted;  @param parts  [parts()] gets them weighted; both may be null
  double reward_of(const Outcome& outcome, scenario::RewardFunction* function, double* terms, double* parts) const;

 private:
  void weigh_terms(std::span<const evtwin_fleet_weight> weights);
  void choose_function(const scenario::LoadedScenario& scenario);

  std::vector<evtwin_fleet_term> terms_, parts_;
  std::vector<std::uint32_t> weighted_;  // terms with a weight
  bool is_function_ = false;
  std::string name_;  // of the preset; "scenario"
  std::string_view formula_;
  std::vector<std::string> part_names_;
};

}  // namespace evtwin::fleet
