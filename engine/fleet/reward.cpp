#include "fleet/reward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "kernel/nearest.hpp"

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
};

}  // namespace

Departed departed_of(const evtwin_view& view) {
  Departed sum;
  for (std::uint32_t d = 0; d < view.n_departed; ++d) {
    const double requested_kwh = view.departed_requested_kwh[d];
    const double got_kwh = std::clamp(view.departed_got_kwh[d], 0.0, requested_kwh);
    sum.requested_kwh += requested_kwh;
    sum.got_kwh += got_kwh;
    sum.satisfaction += requested_kwh > 0.0 ? got_kwh / requested_kwh : 1.0;
  }
  return sum;
}

double objective_of(const evtwin_ledger& ledger, double unmet_price_per_kwh, double open_cost,
                    double storage_energy_value) {
  return ledger.energy_cost + ledger.demand_charge + ledger.wear_cost + ledger.unmet_kwh * unmet_price_per_kwh +
         open_cost - storage_energy_value;
}

Rewards::Rewards(std::span<const evtwin_fleet_weight> weights) {
  std::vector<std::string_view> known{"objective"};
  for (const TermRow& row : term_table) {
    terms_.push_back({row.id, row.unit, row.help, 0.0});
    known.emplace_back(row.id);
  }

  // Without weights the reward is the objective, a cost, with its sign turned.
  constexpr evtwin_fleet_weight cost{"objective", -1.0};
  if (weights.empty()) weights = {&cost, 1};

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
    if (terms_[t].weight != 0.0) weighted_.push_back(t);
  }
}

double Rewards::reward_of(const Outcome& outcome, double* terms) const {
  double reward = 0.0;
  if (terms == nullptr) {
    for (const std::uint32_t t : weighted_) reward += terms_[t].weight * term_table[t].value(outcome);
    return reward;
  }
  for (std::size_t t = 0; t < term_table.size(); ++t) {
    terms[t] = term_table[t].value(outcome);
    if (terms_[t].weight != 0.0) reward += terms_[t].weight * terms[t];
  }
  return reward;
}

}  // namespace evtwin::fleet
