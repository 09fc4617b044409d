#include "fleet/reward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "kernel/floor_divide.hpp"
#include "kernel/nearest.hpp"
#include "kernel/time.hpp"
#include "scenario/loader.hpp"

namespace evtwin::fleet {

namespace {

using Value = double (*)(const Outcome&);

struct TermRow {
  const char *id, *unit, *help;
  Value value;
  double in_objective;  ///< weight of the term in the objective
};

template <double evtwin_ledger::*column>
double booked(const Outcome& o) {
  return o.view->since_last->*column;
}

/// Squares of what vehicles that stay are late by: they have less than full power from now on would need to serve them.
/// As EV2Gym counts it, a tick of full power is taken off what is missing, whatever is left (V2G_profitmaxV2).
double lateness_kwh2(const Outcome& o) {
  const evtwin_view& view = *o.view;
  double sum = 0.0;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const double tick_h = static_cast<double>(view.tick_ns) / 3.6e12;
    const double kwh_a_tick = view.evse_car_max_kw[i] * tick_h;
    const double ticks_left =
        static_cast<double>(view.evse_departs_ns[i] - view.now_ns) / static_cast<double>(view.tick_ns);
    if (view.evse_remaining_kwh[i] <= ticks_left * kwh_a_tick) continue;
    const double late_kwh = view.evse_remaining_kwh[i] - (ticks_left + 1.0) * kwh_a_tick;
    sum += late_kwh * late_kwh;
  }
  return sum * o.ticks;
}

constexpr std::array term_table{
    TermRow{"import_kwh", "kWh", "from the grid", booked<&evtwin_ledger::import_kwh>, 0},
    TermRow{"export_kwh", "kWh", "to the grid", booked<&evtwin_ledger::export_kwh>, 0},
    TermRow{"pv_kwh", "kWh", "PV production", booked<&evtwin_ledger::pv_kwh>, 0},
    TermRow{"load_kwh", "kWh", "base load", booked<&evtwin_ledger::load_kwh>, 0},
    TermRow{"ev_charge_kwh", "kWh", "into vehicles", booked<&evtwin_ledger::ev_charge_kwh>, 0},
    TermRow{"ev_discharge_kwh", "kWh", "out of vehicles", booked<&evtwin_ledger::ev_discharge_kwh>, 0},
    TermRow{"storage_charge_kwh", "kWh", "into storages", booked<&evtwin_ledger::storage_charge_kwh>, 0},
    TermRow{"storage_discharge_kwh", "kWh", "out of storages", booked<&evtwin_ledger::storage_discharge_kwh>, 0},
    TermRow{"losses_kwh", "kWh", "lost between the meters", booked<&evtwin_ledger::losses_kwh>, 0},
    TermRow{"energy_cost", "money", "import x buy price - export x sell price", booked<&evtwin_ledger::energy_cost>, 1},
    TermRow{"demand_charge", "money", "growth of the months' demand charges", booked<&evtwin_ledger::demand_charge>, 1},
    TermRow{"driver_revenue", "money", "drivers to site", booked<&evtwin_ledger::driver_revenue>, 0},
    TermRow{"v2g_payment", "money", "site to drivers", booked<&evtwin_ledger::v2g_payment>, 0},
    TermRow{"wear_cost", "money", "of batteries, by discharging", booked<&evtwin_ledger::wear_cost>, 1},
    TermRow{"co2_kg", "kg", "of the imported energy", booked<&evtwin_ledger::co2_kg>, 0},
    TermRow{"unmet_kwh", "kWh", "requested and not got, of the sessions that ended", booked<&evtwin_ledger::unmet_kwh>,
            0},
    TermRow{"overload_kwh", "kWh", "imported above the contract power", booked<&evtwin_ledger::overload_kwh>, 0},
    TermRow{"feeder_overload_kwh", "kWh", "above other limits", booked<&evtwin_ledger::feeder_overload_kwh>, 0},
    TermRow{"export_overload_kwh", "kWh", "exported beyond the limit", booked<&evtwin_ledger::export_overload_kwh>, 0},
    TermRow{"unmet_cost", "money", "unmet_kwh x unmet price",
            [](const Outcome& o) { return o.view->since_last->unmet_kwh * o.view->unmet_price_per_kwh; }, 1},
    TermRow{"open_cost", "money", "what open sessions still owe, where a run terminates; else 0",
            [](const Outcome& o) { return o.open_cost; }, 1},
    TermRow{"storage_energy_value", "money", "of what is stored beyond the start, where a run terminates; else 0",
            [](const Outcome& o) { return o.storage_energy_value; }, -1},
    TermRow{"storage_cycles", "", "storage_discharge_kwh / usable capacity of all storages",
            [](const Outcome& o) {
              return o.usable_storage_kwh > 0.0 ? o.view->since_last->storage_discharge_kwh / o.usable_storage_kwh
                                                : 0.0;
            },
            0},
    TermRow{"satisfaction", "", "sum of min(1, got / requested) of the sessions that ended",
            [](const Outcome& o) { return departed_of(*o.view).satisfaction; }, 0},
    TermRow{"departures", "", "sessions that ended",
            [](const Outcome& o) { return static_cast<double>(o.view->n_departed); }, 0},
    TermRow{"turned_away", "", "vehicles that left without a charge",
            [](const Outcome& o) { return static_cast<double>(o.view->turned_away); }, 0},
    TermRow{"clipped", "", "cells of the action beyond their bounds",
            [](const Outcome& o) { return static_cast<double>(o.clipped); }, 0},
    TermRow{"requested_kwh", "kWh", "by the sessions that ended",
            [](const Outcome& o) { return departed_of(*o.view).requested_kwh; }, 0},
    TermRow{"disappointment", "", "sum of exp(-10 min(1, got / requested)) of the sessions that ended",
            [](const Outcome& o) { return departed_of(*o.view).disappointment; }, 0},
    TermRow{"missing_kwh2", "kWh2", "sum of (requested - got)^2 of the sessions that ended",
            [](const Outcome& o) { return departed_of(*o.view).missing_kwh2; }, 0},
    TermRow{"lateness_kwh2", "kWh2", "of the vehicles that stay: squares of what full power can not make good",
            lateness_kwh2, 0},
    TermRow{"calendar_wear", "", "fractions of capacity that the stays of the sessions that ended took by time",
            [](const Outcome& o) { return o.calendar_wear; }, 0},
    TermRow{"cyclic_wear", "", "the same by use", [](const Outcome& o) { return o.cyclic_wear; }, 0},
    TermRow{"ticks", "", "length of the step", [](const Outcome& o) { return o.ticks; }, 0},
};

struct QuantityRow {
  StepQuantity told;
  Value value;
};

double mean_soc(const Outcome& o) {
  double sum = 0.0, known = 0.0;
  for (std::uint32_t c = 0; c < o.view->n_connected; ++c) {
    const double soc = o.view->evse_soc[o.view->connected_evse[c]];
    if (std::isnan(soc)) continue;
    sum += soc;
    known += 1.0;
  }
  return known > 0.0 ? sum / known : 0.0;
}

double mean_kw(double kwh, double hours) { return hours > 0.0 ? kwh / hours : 0.0; }

/// Sums over steps of these mean nothing: they are for functions.
constexpr std::array quantity_table{
    QuantityRow{{"net_kw", "kW", "mean net import of the step"},
                [](const Outcome& o) {
                  return mean_kw(o.view->since_last->import_kwh - o.view->since_last->export_kwh, o.hours);
                }},
    QuantityRow{{"overload_kw", "kW", "mean over the step of what lay above limits of import, feeders and export"},
                [](const Outcome& o) {
                  const evtwin_ledger& l = *o.view->since_last;
                  return mean_kw(l.overload_kwh + l.feeder_overload_kwh + l.export_overload_kwh, o.hours);
                }},
    QuantityRow{{"setpoint_kw", "kW", "power_setpoint_kw when the agent was asked; infinite where there is none"},
                [](const Outcome& o) { return o.asked.setpoint_kw; }},
    QuantityRow{{"potential_kw", "kW", "then: base load less PV and all that the vehicles that draw could take"},
                [](const Outcome& o) { return o.asked.potential_kw; }},
    QuantityRow{{"potential_before_kw", "kW", "the same a decision earlier"},
                [](const Outcome& o) { return o.potential_before_kw; }},
    QuantityRow{{"limit_kw", "kW", "contract power; where there is none, the first feeder's limit; else infinite"},
                [](const Outcome& o) { return o.asked.limit_kw; }},
    QuantityRow{{"buy_per_kwh", "money/kWh", "when the agent was asked"},
                [](const Outcome& o) { return o.asked.buy_per_kwh; }},
    QuantityRow{{"sell_per_kwh", "money/kWh", "then"}, [](const Outcome& o) { return o.asked.sell_per_kwh; }},
    QuantityRow{{"mean_buy_per_kwh", "money/kWh", "mean of the prices foreseen then; without a horizon the price then"},
                [](const Outcome& o) { return o.asked.mean_buy_per_kwh; }},
    QuantityRow{{"hour", "h", "of the local clock, then"}, [](const Outcome& o) { return o.asked.hour; }},
    QuantityRow{{"step", "", "ticks since the run began, then"}, [](const Outcome& o) { return o.step; }},
    QuantityRow{{"mean_soc", "", "of the connected vehicles whose SoC is known, at the step's end; 0 where none is"},
                mean_soc},
};

/// Names of the terms, then of the other quantities.
std::vector<std::string_view> quantity_names() {
  std::vector<std::string_view> names;
  for (const TermRow& row : term_table) names.emplace_back(row.id);
  for (const QuantityRow& row : quantity_table) names.emplace_back(row.told.id);
  return names;
}

double quantity_of(const Outcome& outcome, std::size_t q) {
  return q < term_table.size() ? term_table[q].value(outcome) : quantity_table[q - term_table.size()].value(outcome);
}

}  // namespace

Departed departed_of(const evtwin_view& view) {
  Departed sum;
  for (std::uint32_t d = 0; d < view.n_departed; ++d) {
    const double requested_kwh = view.departed_requested_kwh[d];
    const double got_kwh = std::clamp(view.departed_got_kwh[d], 0.0, requested_kwh);
    sum.requested_kwh += requested_kwh;
    sum.got_kwh += got_kwh;
    const double score = requested_kwh > 0.0 ? got_kwh / requested_kwh : 1.0;
    sum.satisfaction += score;
    sum.disappointment += std::exp(-10.0 * score);
    sum.missing_kwh2 += (requested_kwh - got_kwh) * (requested_kwh - got_kwh);
  }
  return sum;
}

double objective_of(const evtwin_ledger& ledger, double unmet_price_per_kwh, double open_cost,
                    double storage_energy_value) {
  return ledger.energy_cost + ledger.demand_charge + ledger.wear_cost + ledger.unmet_kwh * unmet_price_per_kwh +
         open_cost - storage_energy_value;
}

Asked asked_of(const evtwin_view& view) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  Asked asked;
  asked.setpoint_kw = std::isnan(view.power_setpoint_kw) ? infinite : view.power_setpoint_kw;
  asked.potential_kw = view.load_kw - view.pv_kw;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    if (view.evse_draws[i] != 0) asked.potential_kw += view.evse_car_max_kw[i];
  }

  asked.limit_kw = view.contract_kw;
  for (std::uint32_t r = 0; r < view.n_limits && !std::isfinite(asked.limit_kw); ++r) {
    if (view.limit_kind[r] == EVTWIN_LIMIT_POWER_KW) asked.limit_kw = view.limit_upper[r];
  }
  if (!std::isfinite(asked.limit_kw)) asked.limit_kw = infinite;

  asked.buy_per_kwh = asked.mean_buy_per_kwh = view.buy_per_kwh;
  asked.sell_per_kwh = view.sell_per_kwh;
  double sum = 0.0;
  std::uint32_t known = 0;
  for (std::uint32_t k = 0; k < view.horizon_steps; ++k) {
    if (std::isnan(view.horizon_buy_per_kwh[k])) continue;
    sum += view.horizon_buy_per_kwh[k];
    ++known;
  }
  if (known > 0) asked.mean_buy_per_kwh = sum / known;

  const std::int64_t local_ns = view.now_ns + view.utc_offset_ns;
  asked.hour = kernel::hours_between(kernel::floor_divide(local_ns, kernel::day_ns) * kernel::day_ns, local_ns);
  return asked;
}

std::span<const evtwin_fleet_term> term_rows() {
  static const std::vector<evtwin_fleet_term> rows = [] {
    std::vector<evtwin_fleet_term> made;
    for (const TermRow& row : term_table) made.push_back({row.id, row.unit, row.help, 0.0});
    return made;
  }();
  return rows;
}

std::span<const StepQuantity> step_quantities() {
  static const std::vector<StepQuantity> rows = [] {
    std::vector<StepQuantity> made;
    for (const QuantityRow& row : quantity_table) made.push_back(row.told);
    return made;
  }();
  return rows;
}

Rewards::Rewards(std::span<const evtwin_fleet_weight> weights) : terms_(term_rows().begin(), term_rows().end()) {
  // Without weights the reward is the objective, a cost, with its sign turned.
  constexpr evtwin_fleet_weight cost{"objective", -1.0};
  weigh_terms(weights.empty() ? std::span(&cost, 1) : weights);
}

Rewards::Rewards(const RewardChoice& asked, const scenario::LoadedScenario& scenario)
    : terms_(term_rows().begin(), term_rows().end()) {
  // The scenario's own may itself be a name and weights; weights that were asked for beside it come last.
  RewardChoice choice = asked;
  if (asked.name == "scenario") {
    if (scenario.reward.where.empty()) throw std::invalid_argument("reward scenario: the scenario has no key `reward`");
    if (scenario.reward.name == "scenario")
      throw std::invalid_argument(scenario.reward.where + ": reward = \"scenario\" means itself");
    choice.name = scenario.reward.is_function    ? "scenario"
                  : scenario.reward.name.empty() ? "weights"
                                                 : scenario.reward.name;
    choice.weights = scenario.reward.weights;
    choice.weights.insert(choice.weights.end(), asked.weights.begin(), asked.weights.end());
  }

  std::vector<std::string_view> known{"weights", "scenario"};
  const RewardPreset* preset = nullptr;
  for (const RewardPreset& row : reward_presets()) {
    known.push_back(row.name);
    if (row.name == choice.name) preset = &row;
  }
  if (preset == nullptr && choice.name != "weights" && choice.name != "scenario")
    throw std::invalid_argument(fmt::format("there is no reward '{}'{}; `evtwin rewards` lists them", choice.name,
                                            kernel::did_you_mean(choice.name, known)));
  name_ = choice.name;
  if (preset != nullptr) formula_ = preset->formula;
  if (choice.name == "scenario" || !formula_.empty()) {
    choose_function(scenario);
    if (preset != nullptr)
      for (evtwin_fleet_term& part : parts_)
        for (const RewardPart& row : preset->weights)
          if (row.id == part.id) part.weight = row.weight;
    for (const auto& [id, weight] : choice.weights) {
      const auto part = std::find_if(parts_.begin(), parts_.end(), [&](const auto& row) { return id == row.id; });
      if (part == parts_.end())
        throw std::invalid_argument(
            fmt::format("reward {} has no part '{}'; it has {}", name_, id, fmt::join(part_names_, ", ")));
      part->weight = weight;
    }
    return;
  }

  // The preset's weights with the given ones in place of them; the objective stands for its terms.
  std::vector<std::pair<std::string, double>> merged;
  if (preset != nullptr)
    for (const RewardPart& row : preset->weights) merged.emplace_back(row.id, row.weight);
  for (const auto& [id, weight] : choice.weights) {
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const auto& row) { return row.first == id; });
    if (same == merged.end())
      merged.emplace_back(id, weight);
    else
      same->second = weight;
  }
  if (merged.empty()) throw std::invalid_argument("reward weights: name terms, as weights:energy_cost=-1");
  std::vector<evtwin_fleet_weight> weights;
  for (const auto& [id, weight] : merged) weights.push_back({id.c_str(), weight});
  weigh_terms(weights);
}

void Rewards::weigh_terms(std::span<const evtwin_fleet_weight> weights) {
  std::vector<std::string_view> known{"objective"};
  for (const TermRow& row : term_table) known.emplace_back(row.id);
  for (const evtwin_fleet_weight& given : weights) {
    const std::string_view id = given.term == nullptr ? "" : given.term;
    if (!std::isfinite(given.weight))
      throw std::invalid_argument(fmt::format("weight of '{}' is {}; it must be a finite number", id, given.weight));
    const auto found = std::find(known.begin(), known.end(), id);
    if (found == known.end())
      throw std::invalid_argument(fmt::format("there is no term '{}'{}", id, kernel::did_you_mean(id, known)));

    // `objective` weighs each of its terms.
    const auto at = static_cast<std::size_t>(found - known.begin());
    for (std::size_t t = 0; t < term_table.size(); ++t) {
      if (at == 0) terms_[t].weight += given.weight * term_table[t].in_objective;
      if (at == t + 1) terms_[t].weight += given.weight;
    }
  }

  for (std::uint32_t t = 0; t < terms_.size(); ++t) {
    if (terms_[t].weight == 0.0) continue;
    weighted_.push_back(t);
    parts_.push_back(terms_[t]);
  }
}

void Rewards::choose_function(const scenario::LoadedScenario& scenario) {
  is_function_ = true;
  part_names_ = make_function(scenario)->parts();
  for (const std::string& name : part_names_) parts_.push_back({name.c_str(), "", "part of the reward", 1.0});
}

std::unique_ptr<scenario::RewardFunction> Rewards::make_function(const scenario::LoadedScenario& scenario) const {
  if (!is_function_) return nullptr;
  const std::vector<std::string_view> names = quantity_names();
  if (!formula_.empty()) return std::make_unique<scenario::RewardFunction>(name_, formula_, names);
  if (!scenario.reward.is_function)
    throw std::invalid_argument("reward scenario: one of the scenarios has no function `reward`");
  auto made = std::make_unique<scenario::RewardFunction>(scenario, names);
  if (!part_names_.empty() && made->parts() != part_names_)
    throw std::invalid_argument(fmt::format("{}: the reward has the parts {}, that of another scenario {}",
                                            scenario.reward.where, fmt::join(made->parts(), ", "),
                                            fmt::join(part_names_, ", ")));
  return made;
}

double Rewards::reward_of(const Outcome& outcome, scenario::RewardFunction* function, double* terms,
                          double* parts) const {
  if (terms != nullptr)
    for (std::size_t t = 0; t < term_table.size(); ++t) terms[t] = term_table[t].value(outcome);

  double reward = 0.0;
  if (function != nullptr) {
    for (const std::uint32_t q : function->reads()) function->inputs()[q] = quantity_of(outcome, q);
    const std::span<const double> answers = function->evaluate();
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      const double part = parts_[p].weight * answers[p];
      if (parts != nullptr) parts[p] = part;
      reward += part;
    }
    return reward;
  }
  for (std::size_t k = 0; k < weighted_.size(); ++k) {
    const std::uint32_t t = weighted_[k];
    const double part = terms_[t].weight * (terms == nullptr ? term_table[t].value(outcome) : terms[t]);
    if (parts != nullptr) parts[k] = part;
    reward += part;
  }
  return reward;
}

}  // namespace evtwin::fleet
