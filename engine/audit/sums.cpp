#include "audit/sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace evtwin::audit {

namespace {

/// Figures of all sites that are the sum of those of each.
constexpr std::array summed_figures{
    // Energies
    &Sums::import_kwh, &Sums::export_kwh, &Sums::pv_kwh, &Sums::pv_exported_kwh, &Sums::load_kwh, &Sums::ev_charge_kwh,
    &Sums::ev_discharge_kwh, &Sums::storage_charge_kwh, &Sums::storage_discharge_kwh, &Sums::losses_kwh,
    &Sums::storage_losses_kwh, &Sums::vehicle_losses_kwh, &Sums::overload_kwh, &Sums::export_overload_kwh,
    &Sums::feeder_overload_kwh, &Sums::contract_excess_kw, &Sums::contract_excess_h, &Sums::contract_excess_cost,
    &Sums::imbalance_kwh,
    // Money
    &Sums::energy_cost, &Sums::demand_charge, &Sums::driver_revenue, &Sums::v2g_payment, &Sums::ev_wear_cost,
    &Sums::storage_wear_cost, &Sums::unmet_cost, &Sums::storage_value, &Sums::open_cost,
    // Powers
    &Sums::peak_kw, &Sums::peak_instant_kw, &Sums::ramp_kw, &Sums::above_setpoint_kw, &Sums::setpoint_error_kw2,
    &Sums::setpoint_error_kwh,
    // Vehicles
    &Sums::wanted_kwh, &Sums::served_kwh, &Sums::unmet_kwh, &Sums::open_kwh, &Sums::open_served_kwh,
    &Sums::open_to_come_kwh, &Sums::turned_away_kwh, &Sums::waiting_h, &Sums::missing_of_wanted,
    &Sums::missing_of_possible, &Sums::missing_of_soc, &Sums::squared_missing_of_possible, &Sums::wear_calendar,
    &Sums::wear_cyclic,
    // Storage and others
    &Sums::usable_storage_kwh, &Sums::storage_wear_calendar, &Sums::storage_wear_cyclic, &Sums::co2_kg,
    &Sums::evse_days};

constexpr std::array summed_counts{&Sums::sessions,         &Sums::ended,          &Sums::open,
                                   &Sums::turned_away,      &Sums::waiting_at_end, &Sums::aged,
                                   &Sums::of_known_battery, &Sums::storages};

constexpr std::array summed_use{&FleetSums::visits,    &FleetSums::days,        &FleetSums::soc_days,
                                &FleetSums::turns,     &FleetSums::level_turns, &FleetSums::depth_turns,
                                &FleetSums::taken_away};

}  // namespace

void add_site(Sums& all, const Sums& site) {
  for (const auto figure : summed_figures) all.*figure += site.*figure;
  for (const auto count : summed_counts) all.*count += site.*count;
  all.most_missing_of_possible = std::max(all.most_missing_of_possible, site.most_missing_of_possible);
  all.storage_life_years = std::fmin(all.storage_life_years, site.storage_life_years);
  all.storage_soh_5y = std::fmin(all.storage_soh_5y, site.storage_soh_5y);
  for (const auto& [terms, fleet] : site.fleets) {
    FleetSums& of = all.fleets[terms];
    for (const auto sum : summed_use) of.*sum += fleet.*sum;
  }
  all.tracks = all.tracks || site.tracks;
  all.unmet_is_free = all.unmet_is_free || site.unmet_is_free;
}

}  // namespace evtwin::audit
