// Rewards are weights over terms: the ledger's columns, and what is counted beside it.
#pragma once
#include <evtwin/fleet.h>

#include <cstdint>
#include <span>
#include <vector>

namespace evtwin::fleet {

/// Outcome of a step, of one agent.
struct Outcome {
  const evtwin_view* view = nullptr;  ///< at the decision, or the closed books
  double usable_storage_kwh = 0.0;    ///< of the site
  std::uint32_t clipped = 0;          ///< cells of the action beyond their bounds
  // Known where a run terminates, else 0.
  double open_cost = 0.0, storage_energy_value = 0.0;
};

/// Energies that sessions ended since the last decision asked for and got.
struct Departed {
  double got_kwh = 0.0;  ///< at most what was requested
  double requested_kwh = 0.0;
  double satisfaction = 0.0;  ///< sum of min(1, got / requested)
};
Departed departed_of(const evtwin_view& view);

/// The objective of a stretch of time: see analysis::objective_of_site.
double objective_of(const evtwin_ledger& ledger, double unmet_price_per_kwh, double open_cost,
                    double storage_energy_value);

class Rewards {
 public:
  /// @throws std::invalid_argument for a term that there is not, or a weight that is no number.
  explicit Rewards(std::span<const evtwin_fleet_weight> weights);

  std::span<const evtwin_fleet_term> terms() const { return terms_; }
  /// The step's reward. @param terms  [terms()] gets them unweighted; may be null
  double reward_of(const Outcome& outcome, double* terms) const;

 private:
  std::vector<evtwin_fleet_term> terms_;
  std::vector<std::uint32_t> weighted_;  // terms with a weight
};

}  // namespace evtwin::fleet
