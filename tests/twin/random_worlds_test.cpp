// Properties that hold in every world: the books balance, SoC stays inside [0, 1], limits hold, same input same bits.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "twin/random_world.hpp"

namespace evtwin::testing {
namespace {

/// Setpoints from everywhere, the impossible included.
control::StrategyFactory random_strategy(std::uint64_t seed) {
  return [seed](const evtwin_view&, std::uint64_t, std::uint32_t) {
    auto dice = std::make_shared<Dice>(seed + 1);
    return std::make_unique<FunctionStrategy>(
        [dice](const evtwin_view& view, evtwin_decision& d) {
          for (std::uint32_t i = 0; i < view.n_evses; ++i) {
            const int what = dice->whole(0, 9);
            d.evse_kw[i] = what == 0   ? std::numeric_limits<double>::quiet_NaN()
                           : what == 1 ? 1e300
                           : what == 2 ? -1e300
                                       : dice->real(-30.0, 60.0);
          }
          for (std::uint32_t s = 0; s < view.n_storages; ++s) d.storage_kw[s] = dice->real(-120.0, 120.0);
        },
        EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE, 0);
  };
}

void expect_sound(const twin::World& world, const Outcome& o) {
  const control::Ledger& ledger = o.ledger();
  RC_ASSERT(std::abs(control::imbalance_kwh(ledger)) <= 1e-9 * std::max(1.0, control::turnover_kwh(ledger)));
  for (const auto& s : o.seen.sessions) {
    if (std::isnan(s.record.soc_end)) continue;
    RC_ASSERT(s.record.soc_end >= 0.0 && s.record.soc_end <= 1.0 + 1e-12);
    RC_ASSERT(s.record.got_kwh <= s.record.wanted_kwh + 1e-9 || s.record.discharged_kwh > 0.0);
  }
  // What is above the contract or the export limit is what no EVSE could prevent.
  const twin::Site& site = world.sites[0];
  const double unavoidable =
      static_cast<double>(o.site().corrections[static_cast<std::size_t>(control::Correction::unavoidable)]);
  if (unavoidable == 0.0) {
    RC_ASSERT(ledger.overload_kwh <= 1e-9 * std::max(1.0, ledger.import_kwh));
    RC_ASSERT(ledger.export_overload_kwh <= 1e-9 * std::max(1.0, ledger.export_kwh));
    RC_ASSERT(o.site().peak_instant_kw <= site.contract_kw * (1.0 + 1e-9));
  }
  const auto& storage_end = o.site().storage_energy_end_kwh;
  if (!site.storages.empty()) {
    const auto& s = site.storages[0];
    RC_ASSERT(storage_end >= s.soc_min * s.capacity_kwh - 1e-9);
    RC_ASSERT(storage_end <= s.soc_max * s.capacity_kwh + 1e-9);
    const double stored =
        ledger.storage_charge_kwh * s.charge_efficiency - ledger.storage_discharge_kwh / s.discharge_efficiency;
    RC_ASSERT(std::abs(storage_end - o.site().storage_energy_start_kwh - stored) <=
              1e-9 * std::max(1.0, ledger.storage_charge_kwh));
  }
}

RC_GTEST_PROP(RandomWorlds, BooksBalanceAndLimitsHoldUnderAnySetpoints, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const twin::World world = random_world(seed);
  const Outcome o = run_world(world, random_strategy(seed));
  expect_sound(world, o);
  RC_ASSERT(run_world(world, random_strategy(seed)).result.event_hash == o.result.event_hash);
}

RC_GTEST_PROP(RandomWorlds, BaselinesKeepTheBooksAndTheLimitsToo, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  static const std::vector<std::string> ids = {
      "asap", "alap", "fcfs", "edf", "llf", "lrpt", "round-robin", "equal-share", "price-threshold", "price-mean"};
  const std::string id = *rc::gen::elementOf(ids);
  const twin::World world = random_world(seed);
  const Outcome o = run_world(world, baseline(id));
  expect_sound(world, o);
}

RC_GTEST_PROP(RandomWorlds, EveryEnergyOfTheSegmentsIsInTheLedger, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const twin::World world = random_world(seed);
  const Outcome o = run_world(world, random_strategy(seed));
  double charged = 0.0, discharged = 0.0;
  for (const auto& s : o.seen.power) {
    if (s.subject != twin::Subject::evse) continue;
    (s.energy_kwh > 0.0 ? charged : discharged) += s.energy_kwh;
  }
  RC_ASSERT(std::abs(charged - o.ledger().ev_charge_kwh) <= 1e-9 * std::max(1.0, charged));
  RC_ASSERT(std::abs(discharged + o.ledger().ev_discharge_kwh) <= 1e-9 * std::max(1.0, -discharged));
  double got = 0.0;
  for (const auto& s : o.seen.sessions) got += s.record.got_kwh;
  RC_ASSERT(std::abs(got - charged - discharged) <= 1e-9 * std::max(1.0, charged));
}

}  // namespace
}  // namespace evtwin::testing
