#include "audit/figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "audit/ageing.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::audit {
namespace {

double per(double part, double whole, double otherwise) { return whole > 0.0 ? part / whole : otherwise; }
double count_of(std::int64_t n) { return static_cast<double>(n); }

double bill(const Sums& s) { return s.energy_cost + s.demand_charge; }
double wear_cost(const Sums& s) { return s.ev_wear_cost + s.storage_wear_cost; }
double objective(const Sums& s) { return bill(s) + wear_cost(s) + s.unmet_cost + s.open_cost - s.storage_value; }
double margin(const Sums& s) { return s.driver_revenue - s.v2g_payment - bill(s); }
double owner_money(const Sums& s) { return s.v2g_payment - s.driver_revenue - s.ev_wear_cost; }
double delivered(const Sums& s) { return s.ev_charge_kwh - s.ev_discharge_kwh; }

double satisfaction_std(const Sums& s) {
  if (s.ended == 0) return 0.0;
  const double mean = s.missing_of_possible / count_of(s.ended);
  return std::sqrt(std::max(0.0, s.squared_missing_of_possible / count_of(s.ended) - mean * mean));
}
double of_aged(const Sums& s, double wear) { return s.aged > 0 ? wear : unknown; }
double of_storages(const Sums& s, double wear) { return s.storages > 0 ? wear : unknown; }

/// A mean visit every day, the road turning over what it took away; of the law whose vehicles are replaced first.
double vehicle_life_years(const Sums& s) {
  double least = unknown;
  for (const auto& [terms, fleet] : s.fleets) {
    if (!(fleet.days > 0.0)) continue;
    DailyUse day;
    day.mean_soc = fleet.soc_days / fleet.days;
    day.turns = (fleet.turns + fleet.taken_away) / fleet.visits;
    if (fleet.turns > 0.0) {
      day.cycle_soc = fleet.level_turns / fleet.turns;
      day.depth = fleet.depth_turns / fleet.turns;
    }
    least = std::fmin(least, years_until_replaced(terms, day));
  }
  return least;
}

constexpr std::array all{
    Formula{"total_cost", bill, {}},
    Formula{"energy_cost", [](const Sums& s) { return s.energy_cost; }, {}},
    Formula{"demand_charge", [](const Sums& s) { return s.demand_charge; }, {}},
    Formula{"objective", objective, {}},
    Formula{"storage_energy_value", [](const Sums& s) { return s.storage_value; }, {}},
    Formula{"bound", nullptr, "an optimum over all strategies; nothing that was recorded makes it"},
    Formula{
        "regret", [](const Sums& s) { return s.has_bound && !s.unmet_is_free ? objective(s) - s.bound : unknown; }, {}},
    Formula{"saving_share", nullptr, "measured against another run, under asap"},
    Formula{"reward", [](const Sums& s) { return -objective(s); }, {}},
    Formula{"margin", margin, {}},
    Formula{"site_money", [](const Sums& s) { return margin(s) - s.storage_wear_cost; }, {}},
    Formula{"owner_money", owner_money, {}},
    Formula{"owner_money_per_evse_day", [](const Sums& s) { return per(owner_money(s), s.evse_days, unknown); }, {}},
    Formula{"driver_revenue", [](const Sums& s) { return s.driver_revenue; }, {}},
    Formula{"v2g_payment", [](const Sums& s) { return s.v2g_payment; }, {}},
    Formula{"wear_cost", wear_cost, {}},
    Formula{"peak_kw", [](const Sums& s) { return s.peak_kw; }, {}},
    Formula{"peak_instant_kw", [](const Sums& s) { return s.peak_instant_kw; }, {}},
    Formula{"ramp_kw", [](const Sums& s) { return s.ramp_kw; }, {}},
    Formula{"energy_charged_kwh", [](const Sums& s) { return s.ev_charge_kwh; }, {}},
    Formula{"energy_delivered_kwh", delivered, {}},
    Formula{"served_fraction", [](const Sums& s) { return per(s.served_kwh, s.wanted_kwh, 1.0); }, {}},
    Formula{"energy_served_kwh", [](const Sums& s) { return s.served_kwh + s.open_served_kwh; }, {}},
    Formula{"served_of_all_fraction",
            [](const Sums& s) {
              const double had_kwh = s.served_kwh + s.open_served_kwh;
              return per(had_kwh, s.wanted_kwh + s.open_served_kwh + s.open_kwh + s.turned_away_kwh, 1.0);
            },
            {}},
    Formula{
        "satisfaction_mean", [](const Sums& s) { return 1.0 - per(s.missing_of_wanted, count_of(s.ended), 0.0); }, {}},
    Formula{"soc_satisfaction_mean",
            [](const Sums& s) {
              return s.of_known_battery > 0 ? 1.0 - s.missing_of_soc / count_of(s.of_known_battery) : unknown;
            },
            {}},
    Formula{"energy_satisfaction_mean",
            [](const Sums& s) { return 1.0 - per(s.missing_of_possible, count_of(s.ended), 0.0); },
            {}},
    Formula{"energy_satisfaction_std", satisfaction_std, {}},
    Formula{"energy_satisfaction_min", [](const Sums& s) { return 1.0 - s.most_missing_of_possible; }, {}},
    Formula{"unmet_kwh", [](const Sums& s) { return s.unmet_kwh; }, {}},
    Formula{"open_kwh", [](const Sums& s) { return s.open_kwh; }, {}},
    Formula{"open_cost", [](const Sums& s) { return s.open_cost; }, {}},
    Formula{"open_to_come_kwh", [](const Sums& s) { return s.open_to_come_kwh; }, {}},
    Formula{"sessions", [](const Sums& s) { return count_of(s.sessions); }, {}},
    Formula{"vehicles_served", [](const Sums& s) { return count_of(s.ended); }, {}},
    Formula{"sessions_open", [](const Sums& s) { return count_of(s.open); }, {}},
    Formula{"turned_away", [](const Sums& s) { return count_of(s.turned_away); }, {}},
    Formula{"turned_away_kwh", [](const Sums& s) { return s.turned_away_kwh; }, {}},
    Formula{"waiting_at_end", [](const Sums& s) { return count_of(s.waiting_at_end); }, {}},
    Formula{
        "waiting_time_h",
        [](const Sums& s) { return per(s.waiting_h, count_of(s.sessions + s.turned_away + s.waiting_at_end), 0.0); },
        {}},
    Formula{"import_kwh", [](const Sums& s) { return s.import_kwh; }, {}},
    Formula{"export_kwh", [](const Sums& s) { return s.export_kwh; }, {}},
    Formula{"pv_kwh", [](const Sums& s) { return s.pv_kwh; }, {}},
    Formula{
        "pv_self_use_fraction", [](const Sums& s) { return per(s.pv_kwh - s.pv_exported_kwh, s.pv_kwh, unknown); }, {}},
    Formula{"load_kwh", [](const Sums& s) { return s.load_kwh; }, {}},
    Formula{"storage_cycles",
            [](const Sums& s) { return per(s.storage_discharge_kwh, s.usable_storage_kwh, unknown); },
            {}},
    Formula{"v2g_kwh", [](const Sums& s) { return s.ev_discharge_kwh; }, {}},
    Formula{"losses_kwh", [](const Sums& s) { return s.losses_kwh; }, {}},
    Formula{"storage_losses_kwh", [](const Sums& s) { return s.storage_losses_kwh; }, {}},
    Formula{"vehicle_losses_kwh", [](const Sums& s) { return s.vehicle_losses_kwh; }, {}},
    Formula{"wear_total", [](const Sums& s) { return of_aged(s, s.wear_calendar + s.wear_cyclic); }, {}},
    Formula{"wear_calendar", [](const Sums& s) { return of_aged(s, s.wear_calendar); }, {}},
    Formula{"wear_cyclic", [](const Sums& s) { return of_aged(s, s.wear_cyclic); }, {}},
    Formula{"storage_wear_calendar", [](const Sums& s) { return of_storages(s, s.storage_wear_calendar); }, {}},
    Formula{"storage_wear_cyclic", [](const Sums& s) { return of_storages(s, s.storage_wear_cyclic); }, {}},
    Formula{"storage_life_years", [](const Sums& s) { return s.storage_life_years; }, {}},
    Formula{"storage_soh_5y", [](const Sums& s) { return s.storage_soh_5y; }, {}},
    Formula{"vehicle_life_years", vehicle_life_years, {}},
    Formula{"overload_kwh", [](const Sums& s) { return s.overload_kwh; }, {}},
    Formula{"contract_excess_kw", [](const Sums& s) { return s.contract_excess_kw; }, {}},
    Formula{"contract_excess_min", [](const Sums& s) { return s.contract_excess_h * 60.0; }, {}},
    Formula{"contract_excess_cost", [](const Sums& s) { return s.contract_excess_cost; }, {}},
    Formula{"export_overload_kwh", [](const Sums& s) { return s.export_overload_kwh; }, {}},
    Formula{"feeder_overload_kwh", [](const Sums& s) { return s.feeder_overload_kwh; }, {}},
    Formula{"tracking_violation_kw", [](const Sums& s) { return s.tracks ? s.above_setpoint_kw : unknown; }, {}},
    Formula{"tracking_error_kw2", [](const Sums& s) { return s.tracks ? s.setpoint_error_kw2 : unknown; }, {}},
    Formula{"tracking_error_kwh", [](const Sums& s) { return s.tracks ? s.setpoint_error_kwh : unknown; }, {}},
    Formula{"co2_kg", [](const Sums& s) { return s.co2_kg; }, {}},
    Formula{"decisions", nullptr, "a tick that asks for nothing new leaves no row"},
    Formula{"ledger_imbalance_kwh", [](const Sums& s) { return s.imbalance_kwh; }, {}},
};
static_assert(kernel::has_unique_keys(all, &Formula::name));

}  // namespace

std::span<const Formula> all_formulas() { return all; }

}  // namespace evtwin::audit
