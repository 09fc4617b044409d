// Cost of the sessions of a log, had they been charged otherwise, with the replay's own error as error bar. Formulas
// and what they rest on: README of this room.
#pragma once
#include <cmath>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/bound.hpp"
#include "analysis/text_table.hpp"
#include "replay/bill.hpp"
#include "replay/prepared.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay {

/// How far the twin can be from what the meters leave possible, on the very figures that a what-if is about; relative,
/// NaN: could not be judged. Fewer readings leave more possible.
struct ReplayError {
  double energy = std::numeric_limits<double>::quiet_NaN();
  double energy_cost = energy, demand_charge = energy, peak = energy;
  double timed_fraction = 0.0;      ///< of the metered energy: between readings at most 15 min apart
  double metered_peak_kw = energy;  ///< kW: how far the metered peak may be off, as readings are apart (WindowDoubts)
  double metered_demand = 0.0;      ///< money: how far the recorded demand charge may be off, for the same reason
  double timing_cost = 0.0;         ///< money: how far the recorded cost of energy may be off, for the same reason
  /// Of transactions that were not replayed: what their energy may have cost at most, money, and their kWh.
  double missing_cost = 0.0, missing_kwh = 0.0;
  /// Readings say when nearly all of the energy flowed.
  bool timed() const { return timed_fraction >= 0.95; }
};

/// Half-widths, in the unit of the figure; NaN: could not be judged.
struct ErrorBar {
  double cost = std::numeric_limits<double>::quiet_NaN();
  double peak_kw = cost, energy_kwh = cost;
};

struct Saving {
  double value = std::numeric_limits<double>::quiet_NaN();  ///< money; > 0: it costs less
  double error_bar = value;  ///< of a row of WhatIf::unforeseen with what foresight of departures changes in it
  double fewer_kwh = 0.0;    ///< > 0: it serves less (service_kwh)
};

struct WhatIfRow {
  enum class Kind : std::uint8_t { metered, as_logged, strategy, bound };
  Kind kind = Kind::strategy;
  std::string name;
  std::string error;  ///< not empty: the strategy failed, and there are no figures
  double energy_cost = 0.0, demand_charge = 0.0, peak_kw = 0.0;
  double served_kwh = 0.0, served_fraction = 1.0, unmet_kwh = 0.0;
  double service_kwh = 0.0;  ///< of runs analysis::service_kwh, else served_kwh: what rows are held to deliver alike
  double drivers = 0.0, site = 0.0;  ///< what each earns, money; the grid earns cost()
  double objective = std::numeric_limits<double>::quiet_NaN();
  std::vector<analysis::Kpi> kpis;          ///< of runs
  std::optional<std::uint64_t> event_hash;  ///< of runs
  ErrorBar bar;
  Saving against_logged, against_asap;
  double cost() const { return energy_cost + demand_charge; }
};

struct WhatIf {
  std::vector<WhatIfRow> rows;
  /// Strategies of `rows` again, told on arrival what a driver's earlier sessions suggest instead of what came true:
  /// what is left of a saving without foresight. Their savings are against the base of `rows`.
  std::vector<WhatIfRow> unforeseen;
  ReplayError error;
  bool free_energy = false;  ///< no tariff: there is no cost
  double days = 0.0;         ///< that the run lasts
  /// Objectives of the twin, like with like: held back as the log says, charging at once, and at best. NaN where it can
  /// not be told.
  struct Control {
    double logged = std::numeric_limits<double>::quiet_NaN();
    double uncontrolled = logged, best = logged;
    double error_bar = logged;  ///< of uncontrolled - logged
    double share = logged;      ///< of the possible saving that the log has; NaN too where it lies within the error
    bool told() const { return std::abs(uncontrolled - logged) > error_bar; }
  } control;
  /// The row that savings are counted from: as logged where readings say when energy flowed, else asap.
  const WhatIfRow* base_row() const;
  const WhatIfRow* find_row(WhatIfRow::Kind kind) const;
  const WhatIfRow* find_row(const std::string& name) const;
  const WhatIfRow* find_unforeseen(const std::string& name) const;
};

/// The row of a run.
WhatIfRow row_of_run(WhatIfRow::Kind kind, const std::string& name, const std::vector<analysis::Kpi>& kpis,
                     std::uint64_t event_hash);
/// The best possible. Served energy is what was wanted less what the plan leaves.
WhatIfRow row_of_bound(const analysis::Bound& bound, double wanted_kwh);

struct WhatIfRequest {
  const Prepared& prepared;
  const ScoreCard& card;  ///< of the replay
  std::vector<ReplayedSession> sessions;
  double grid_per_meter = 1.0;                  ///< see bill_of: on top of what EVSEs lose (feeders)
  std::span<const twin::SignalRecord> terms{};  ///< see bill_of
};

/// Puts the row `metered` before `rows` (as logged, strategies, bound), works out the error, the bars and savings.
/// @param unforeseen  see WhatIf
WhatIf what_if(const WhatIfRequest& request, std::vector<WhatIfRow> rows, std::vector<WhatIfRow> unforeseen = {});

/// {currency, base, days, error{}, control{}, runs[{strategy, kind, cost, ..., parties{drivers, site, grid}, kpi{},
/// objective, error_bar{cost, peak_kw, energy_kwh}, saving{against_as_logged{value, error_bar, fewer_kwh, per_month,
/// per_year},
/// against_asap{}, without_foresight{} (against the base)}, assumptions[], event_hash, error}], assumptions[{letter,
/// what, value}]}.
nlohmann::ordered_json what_if_json(const WhatIf& result, const std::vector<Assumption>& assumptions,
                                    const std::string& currency);
/// The table, its footnotes, a sentence per strategy.
std::string what_if_text(const WhatIf& result, const std::vector<Assumption>& assumptions, const std::string& currency,
                         analysis::Language language);

}  // namespace evtwin::replay
