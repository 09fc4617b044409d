// Random worlds with everything that the bound has to reckon with: what tests/twin's have, and money, outages, cuts,
// reservations of none, months, V2G below lossy feeders, storage outside its window, limits that are only recorded.
#pragma once
#include "twin/random_world.hpp"

namespace evtwin::testing {

inline market::Series random_prices(Dice& dice, const twin::World& world, double low, double high) {
  std::vector<kernel::TimeNs> times;
  std::vector<double> prices;
  for (kernel::TimeNs t = world.start_ns; t < world.end_ns; t += hour_ns) {
    times.push_back(t);
    prices.push_back(dice.real(low, high));
  }
  return {times, prices, world.end_ns};
}

inline twin::World random_money_world(std::uint64_t seed) {
  twin::World world = random_world(seed);
  Dice dice(seed ^ 0x9e3779b97f4a7c15ULL);
  twin::Site& site = world.sites[0];
  if (dice.chance(0.3)) {  // across the end of a month
    const kernel::TimeNs shift =
        dice.whole(27, 29) * kernel::day_ns + dice.whole(0, 23) * hour_ns + dice.whole(0, 59) * minute_ns;
    world.start_ns += shift;
    world.end_ns += shift;
  }
  if (dice.chance(0.7)) {
    const bool negative = dice.chance(0.5);
    site.tariff.rates.clear();
    site.tariff.prices_per_kwh = random_prices(dice, world, negative ? -0.2 : 0.05, 0.5);
  }
  if (dice.chance(0.3)) site.tariff.sell = market::SellFactor{dice.real(0.0, 1.5)};
  if (dice.chance(0.2)) site.tariff.sell = random_prices(dice, world, -0.1, 0.6);
  if (dice.chance(0.5)) {
    site.tariff.demand.price_per_kw.fill(dice.real(1.0, 20.0));
    site.tariff.demand.price_per_kw[5] = dice.real(0.0, 10.0);
    if (dice.chance(0.3)) site.tariff.demand.basis = market::DemandBasis::contract;
    if (dice.chance(0.5)) site.tariff.demand.ratchet_months = market::all_months;
    site.tariff.demand.floor_fraction_of_contract = dice.chance(0.5) ? 0.3 : 0.0;
    if (dice.chance(0.4)) site.tariff.demand.excess_price_per_kw = dice.real(1.0, 30.0);
    if (dice.chance(0.3)) site.past_peaks.push_back({{2025, dice.whole(3, 7)}, dice.real(1.0, 60.0)});
    site.part_month = dice.chance(0.3) ? market::PartMonth::full : market::PartMonth::pro_rata;
  }
  site.unmet_price_per_kwh = dice.chance(0.8) ? dice.real(0.1, 2.0) : 0.0;
  site.wear_price_per_kwh = dice.chance(0.5) ? dice.real(0.0, 0.1) : 0.0;
  if (dice.chance(0.2)) site.limits = twin::LimitMode::record;
  for (auto& car : world.vehicles) {
    if (dice.chance(0.2)) car.battery.capacity_kwh = physics::infinite;
    if (dice.chance(0.2)) car.battery.charge = physics::Curve::constant(dice.real(2.0, 200.0));
    if (car.battery.capacity_kwh < physics::infinite && dice.chance(0.2))
      car.battery.discharge = {{{0.0, 0.0}, {0.3, dice.real(3, 20)}, {1.0, dice.real(3, 20)}}};
  }
  for (auto& s : site.storages) {
    if (dice.chance(0.3)) s.soc_start = dice.real(0.0, 1.0);  // outside of its window, perhaps
  }
  const auto instant = [&] {
    return world.start_ns +
           static_cast<kernel::TimeNs>(dice.real(0.0, 1.0) * static_cast<double>(world.end_ns - world.start_ns));
  };
  for (int i = dice.whole(0, 2); i > 0; --i) {
    const kernel::TimeNs from = instant();
    site.outages.push_back({static_cast<std::uint32_t>(dice.whole(0, static_cast<int>(site.evses.size()) - 1)), from,
                            from + dice.whole(1, 600) * minute_ns});
  }
  for (int i = dice.whole(0, 2); i > 0; --i) {
    const kernel::TimeNs from = instant();
    twin::LimitCut cut{from, from + dice.whole(1, 300) * minute_ns, from - hour_ns};
    cut.limit_kw = dice.chance(0.5) ? dice.real(0.0, 50.0) : physics::infinite;
    cut.reduce_fraction = dice.real(0.0, 1.0);
    site.cuts.push_back(cut);
  }
  if (dice.chance(0.2)) site.commands = {kernel::second_ns, 30 * kernel::second_ns, kernel::second_ns, 0.1};
  if (dice.chance(0.4)) site.tariff.demand.window_ns = dice.whole(1, 2) * 30 * minute_ns;
  return world;
}

}  // namespace evtwin::testing
