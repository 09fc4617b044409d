// The bound by hand, and the promise that no strategy beats it.
#include "analysis/bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "analysis/oracle.hpp"
#include "bound_worlds.hpp"

namespace evtwin::testing {
namespace {

using analysis::Bound;
using analysis::Foresight;

struct Measured {
  Foresight foresight;
  Bound bound;
};

Measured measure(const twin::World& world, std::size_t most_exact_pairs = 60'000) {
  Measured m{analysis::foresee(world, baseline("asap")), {}};
  analysis::BoundOptions options;
  options.most_exact_pairs = most_exact_pairs;
  m.bound = analysis::find_bound(world, m.foresight, options);
  return m;
}

double objective_of(const twin::World& world, const twin::Result& result) {
  double sum = 0.0;
  for (std::size_t i = 0; i < world.sites.size(); ++i) sum += analysis::objective(world, result, i);
  return sum;
}

/// What flows in money whatever its sign: what rounding is relative to.
double turnover(const twin::World& world, const twin::Result& result) {
  double sum = 1.0;
  for (std::size_t i = 0; i < world.sites.size(); ++i) {
    const control::Ledger& l = result.sites[i].ledger;
    sum += std::abs(l.energy_cost) + l.demand_charge + l.wear_cost + l.unmet_kwh * world.sites[i].unmet_price_per_kwh +
           std::abs(result.sites[i].storage_energy_value) + 0.2 * (l.import_kwh + l.export_kwh);
  }
  return sum;
}

/// Setpoints from everywhere, the impossible included, storage too.
control::StrategyFactory dice_strategy(std::uint64_t seed) {
  return [seed](const evtwin_view&, std::uint64_t, std::uint32_t) {
    auto dice = std::make_shared<Dice>(seed + 1);
    return std::make_unique<FunctionStrategy>(
        [dice](const evtwin_view& view, evtwin_decision& d) {
          const double bias = dice->real(-60.0, 60.0);
          for (std::uint32_t i = 0; i < view.n_evses; ++i) {
            const int what = dice->whole(0, 9);
            d.evse_kw[i] = what == 0   ? std::numeric_limits<double>::quiet_NaN()
                           : what == 1 ? 1e300
                           : what == 2 ? -1e300
                                       : bias + dice->real(-30.0, 60.0);
          }
          for (std::uint32_t s = 0; s < view.n_storages; ++s) d.storage_kw[s] = dice->real(-120.0, 120.0);
        },
        EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE, 0);
  };
}

/// Buys low and sells high with perfect knowledge of nothing but the price now: close to what negative prices reward.
control::StrategyFactory price_taker() {
  return strategy(
      [](const evtwin_view& view, evtwin_decision& d) {
        const double kw = view.buy_per_kwh < 0.2 ? 1e9 : -1e9;
        for (std::uint32_t i = 0; i < view.n_evses; ++i) d.evse_kw[i] = kw;
        for (std::uint32_t s = 0; s < view.n_storages; ++s) d.storage_kw[s] = kw;
      },
      EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_PRICE);
}

struct Rival {
  std::string name;
  control::StrategyFactory factory;
};

std::vector<Rival> rivals(std::uint64_t seed) {
  std::vector<Rival> all{{"dice", dice_strategy(seed)}, {"price taker", price_taker()}};
  static const auto installed = control::list_strategies();
  for (const auto& listed : installed)
    all.push_back(
        {listed.description.id, control::choose_strategy(listed.file + "#" + listed.description.id, {}).factory});
  return all;
}

/// Worlds to look at; EVTWIN_BOUND_WORLDS asks for more than the everyday ones.
std::uint64_t worlds(std::uint64_t everyday) {
  const char* asked = std::getenv("EVTWIN_BOUND_WORLDS");
  return asked != nullptr ? std::strtoull(asked, nullptr, 10) : everyday;
}

void expect_nobody_beats_the_bound(std::uint64_t seed, std::size_t most_exact_pairs) {
  const twin::World world = random_money_world(seed);
  const Measured m = measure(world, most_exact_pairs);
  EXPECT_LT(m.bound.gap(), 1e-7) << "seed " << seed;
  auto all = rivals(seed);
  const auto shared = std::make_shared<const Bound>(m.bound);
  all.push_back({"oracle", analysis::oracle([shared] { return shared; })});
  for (const Rival& rival : all) {
    const twin::Result result = twin::simulate(world, rival.factory);
    EXPECT_GE(objective_of(world, result), m.bound.proven - 1e-7 * turnover(world, result))
        << rival.name << " beats the bound, seed " << seed;
    // What the bound is worked out from does not depend on who decides.
    EXPECT_EQ(result.sites[0].sessions, m.foresight.result.sites[0].sessions) << rival.name << ", seed " << seed;
  }
}

TEST(Bound, NoStrategyBeatsIt) {
  for (std::uint64_t seed = 0; seed < worlds(60); ++seed) expect_nobody_beats_the_bound(seed, 1'000'000);
}

TEST(Bound, NoStrategyBeatsItInQuarterHours) {
  for (std::uint64_t seed = 1'000'000; seed < 1'000'000 + worlds(60); ++seed) expect_nobody_beats_the_bound(seed, 0);
}

}  // namespace
}  // namespace evtwin::testing
