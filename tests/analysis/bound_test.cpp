// The bound by hand, and the promise that no strategy beats it.
#include "analysis/bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "analysis/oracle.hpp"
#include "bound_worlds.hpp"
#include "support/sweep.hpp"

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
  for (std::size_t i = 0; i < world.sites.size(); ++i) sum += analysis::objective_of_site(world, result, i);
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

/// A car of 7.04 kW from 8 to 18 h that wants 14 kWh, of which only the EVSE limits the power; energy costs 0.30 but
/// from 12 to 13 h, when it costs 0.10, and nothing is missing for less than 1.
twin::World two_price_day() {
  twin::World world = small_world(1);
  twin::Site& site = world.sites[0];
  site.tariff.rates = {{market::all_months, market::all_day_types, 12 * 60, 13 * 60, 0.10},
                       {market::all_months, market::all_day_types, 13 * 60, 12 * 60, 0.30}};
  site.unmet_price_per_kwh = 1.0;
  add_visits(world, {visit(8, 18, 14.0)});
  return world;
}

TEST(Bound, OfOneCarAndTwoPricesIsThatOfTheHand) {
  const Measured m = measure(two_price_day());
  EXPECT_NEAR(m.bound.proven, 7.04 * 0.10 + 6.96 * 0.30, 1e-7);
  EXPECT_NEAR(m.bound.planned, m.bound.proven, 1e-9);
  EXPECT_NEAR(objective_of(two_price_day(), m.foresight.result), 14.0 * 0.30, 1e-9);
}

// A base load 2 kW above the contract: the car gets nothing, and a day of June pays a 30th of 2 kW at 30. Storage that
// gives them avoids it.
TEST(Bound, ExcessOverTheContractIsPaidWhereNothingAvoidsIt) {
  twin::World world = two_price_day();
  twin::Site& site = world.sites[0];
  site.contract_kw = 10.0;
  site.load_kw = 12.0;
  site.tariff.demand.excess_price_per_kw = 30.0;
  const double energy = 12.0 * (23 * 0.30 + 0.10);
  Measured m = measure(world);
  EXPECT_NEAR(m.bound.proven, energy + 14.0 * 1.0 + 2.0, 1e-6);
  EXPECT_NEAR(objective_of(world, m.foresight.result), m.bound.proven, 1e-6);  // nobody can do better or worse

  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = storage.max_charge_kw = storage.max_discharge_kw = 1000.0;
  storage.soc_start = 0.5;
  site.storages = {storage};
  site.unmet_price_per_kwh = 0.0;
  m = measure(world);
  EXPECT_NEAR(m.bound.sites[0].parts.demand, 0.0, 1e-6);  // storage gives the 2 kW
}

// A cut of demand response to 3 kW over the whole day is no other contract: neither excess nor the contract that is
// billed are reckoned from it. 8 kW of load at 0.10, a 30th of a month of 8 kW at 1, no excess over 10 kW.
TEST(Bound, ACutOfDemandResponseIsNoContract) {
  twin::World world = small_world(1);
  twin::Site& site = world.sites[0];
  site.contract_kw = 10.0;
  site.load_kw = 8.0;
  site.tariff.rates = {{market::all_months, market::all_day_types, 0, 24 * 60, 0.10}};
  site.tariff.demand.price_per_kw.fill(1.0);
  site.tariff.demand.excess_price_per_kw = 100.0;
  site.cuts.push_back({world.start_ns, world.end_ns, world.start_ns, 3.0});
  for (const double floor : {0.0, 1.0}) {
    site.tariff.demand.floor_fraction_of_contract = floor;
    const Measured m = measure(world);
    EXPECT_NEAR(m.bound.proven, 8.0 * 24.0 * 0.10 + (floor == 0.0 ? 8.0 : 10.0) / 30.0, 1e-6);
    EXPECT_NEAR(objective_of(world, m.foresight.result), m.bound.proven, 1e-6);
  }
}

// Of 14 kWh 4 flow from 8 to 9 h at 4 kW, 9 in the 9 h after it at 1 kW, one of them at 0.10, and 1 is missed.
TEST(Bound, KnowsALimitThatChangesOverTime) {
  twin::World world = two_price_day();
  world.sites[0].feeders.push_back({"feeder", -1, 4.0});
  world.sites[0].evses[0].feeder = 0;
  std::vector<double> day(24, 1.0);
  std::fill(day.begin(), day.begin() + 9, 4.0);
  world.sites[0].limit_series.push_back({twin::LimitSeries::Of::feeder_kw, 0,
                                         market::DailyProfile{{{market::all_months, market::all_day_types, day}}, {}}});
  const Measured m = measure(world);
  EXPECT_NEAR(m.bound.proven, 4.0 * 0.30 + 1.0 * 0.10 + 8.0 * 0.30 + 1.0 * 1.0, 1e-6);
}

// What sites share is left out: the bound is that of each alone, and so is below what they can have.
TEST(Bound, LeavesOutWhatSitesShare) {
  twin::World world = two_price_day();
  world.sites.push_back(world.sites[0]);
  world.sites[1].name = "other";
  const double alone = measure(world).bound.proven;
  world.shared_limits.push_back({"aggregator", {0, 1}, 2.0});
  const Measured m = measure(world);
  EXPECT_NEAR(m.bound.proven, alone, 1e-9);
  EXPECT_GT(objective_of(world, m.foresight.result), alone + 1.0);
}

TEST(Bound, ContractPowerThatLimitsHasAPrice) {
  twin::World world = two_price_day();
  world.sites[0].contract_kw = 1.0;  // 10 kWh in 10 h, an hour of them for 0.10
  const Measured m = measure(world);
  EXPECT_NEAR(m.bound.proven, 1.0 * 0.10 + 9.0 * 0.30 + 4.0 * 1.0, 1e-6);
  // One more kW: 4 kWh more are got, not missed, at what they cost: 9 h x 0.7 + 1 h x 0.9 per kW.
  EXPECT_NEAR(m.bound.sites[0].contract_value, 9 * 0.7 + 0.9, 1e-6);
}

TEST(Bound, ADemandChargeIsShavedAndBilledForItsPartOfTheMonth) {
  twin::World world = two_price_day();
  world.sites[0].tariff.demand.price_per_kw.fill(300.0);  // 10 a day in June: far more than energy
  const Measured m = measure(world);
  // 14 kWh over 10 h at one power throughout, but for what the price of missing energy (1 per kWh) saves: 1.4 kW x 10.
  EXPECT_NEAR(m.bound.proven, std::min(14.0, 1.4 * 10.0 + 12.6 * 0.30 + 1.4 * 0.10), 1e-6);
}

TEST(Bound, StorageEarnsWhatItsLossesLeaveAndItsEndHasAValue) {
  twin::World world = small_world(0);
  twin::Site& site = world.sites[0];
  site.load_kw = 10.0;
  site.tariff.rates = {{market::all_months, market::all_day_types, 0, 12 * 60, 0.10},
                       {market::all_months, market::all_day_types, 12 * 60, 24 * 60, 0.30}};
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 10.0;
  storage.max_charge_kw = storage.max_discharge_kw = 5.0;
  storage.charge_efficiency = 0.8;
  storage.discharge_efficiency = 0.9;
  storage.soc_start = 0.5;
  site.storages.push_back(storage);
  // Filled at 0.10 (5 kWh more of them cost 6.25 kWh), all of it given back at 0.30 (9 kWh): refilling the 5 kWh it
  // began with takes 6.25 kWh at the lowest price, 0.10.
  const double energy = 12 * 10 * 0.10 + 12 * 10 * 0.30;
  const Measured m = measure(world);
  EXPECT_NEAR(m.bound.proven, energy + 6.25 * 0.10 - 9.0 * 0.30 + 6.25 * 0.10, 1e-6);
}

// 100 kWh, full: at 0.4 all of it may go, but 10 kW refill 2.5 kWh at 0.01 and 60 kWh at 0.2; the rest costs what it
// saves.
TEST(Bound, AnEmptiedStorageIsRefilledAsFastAsItsPowerAllows) {
  twin::World world = small_world(0);
  twin::Site& site = world.sites[0];
  site.load_kw = 20.0;
  site.tariff.rates = {{market::all_months, market::all_day_types, 0, 15, 0.01},
                       {market::all_months, market::all_day_types, 15, 375, 0.2},
                       {market::all_months, market::all_day_types, 375, 24 * 60, 0.4}};
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 100.0;
  storage.max_charge_kw = 10.0;
  storage.max_discharge_kw = 20.0;
  storage.soc_start = 1.0;
  site.storages.push_back(storage);
  const double energy = 20.0 * (0.25 * 0.01 + 6.0 * 0.2 + 17.75 * 0.4);
  EXPECT_NEAR(measure(world).bound.proven, energy - 2.5 * 0.39 - 60.0 * 0.2, 1e-6);
}

TEST(Bound, AVehicleThatGivesBackMoreThanItGotMissesThatToo) {
  twin::World world = small_world(1);
  twin::Site& site = world.sites[0];
  site.evses[0].bidirectional = true;
  site.evses[0].max_discharge_a = 32.0;
  world.vehicles[0].v2g_capable = true;
  world.vehicles[0].max_discharge_kw = 5.0;
  world.vehicles[0].battery.capacity_kwh = 50.0;
  world.vehicles[0].battery.discharge = physics::Curve::constant(5.0);
  site.load_kw = 20.0;
  site.tariff.rates[0].price_per_kwh = 0.30;
  demand::Visit lends = visit(8, 10, 0.0);
  lends.taken_kwh = physics::unknown;
  lends.soc_start = 0.8;
  lends.v2g = true;
  add_visits(world, {lends});
  const double base = 24 * 20 * 0.30;
  site.unmet_price_per_kwh = 0.40;  // dearer than what lending saves
  EXPECT_NEAR(measure(world).bound.proven, base, 1e-6);
  site.unmet_price_per_kwh = 0.10;  // 10 kWh lent save 3 and are missed for 1
  EXPECT_NEAR(measure(world).bound.proven, base - 3.0 + 1.0, 1e-6);
}

TEST(Bound, OfSeveralSitesIsTheSumOfTheirs) {
  twin::World world = two_price_day();
  world.sites.push_back(world.sites[0]);
  world.sites[1].unmet_price_per_kwh = 0.05;  // cheaper than any energy: nobody charges there
  const Measured m = measure(world);
  ASSERT_EQ(m.bound.sites.size(), 2U);
  EXPECT_NEAR(m.bound.sites[1].proven, 14.0 * 0.05, 1e-9);
  EXPECT_NEAR(m.bound.proven, 7.04 * 0.10 + 6.96 * 0.30 + 0.70, 1e-7);
}

TEST(Oracle, ReachesTheBoundWhereNothingIsRelaxed) {
  twin::World world = small_world(4, 2);
  twin::Site& site = world.sites[0];
  for (auto& evse : site.evses) evse.min_a = 0.0;
  site.contract_kw = 12.0;
  site.load_kw = 2.0;
  site.tariff.rates = two_price_day().sites[0].tariff.rates;
  site.tariff.demand.price_per_kw.fill(30.0);
  site.unmet_price_per_kwh = 1.0;
  std::vector<demand::Visit> visits;
  Dice dice(5);
  for (int i = 0; i < 4; ++i)
    for (int day = 0; day < 2; ++day) {
      const double from = 24 * day + dice.real(6, 12);
      visits.push_back(visit(from, from + dice.real(2, 10), dice.real(3, 25), i));
    }
  add_visits(world, visits);
  for (const std::size_t pairs : {std::size_t{0}, std::size_t{100'000}}) {
    const auto bound = std::make_shared<const Bound>(measure(world, pairs).bound);
    const double played = objective_of(world, twin::simulate(world, analysis::make_oracle([&] { return bound; })));
    EXPECT_GE(played, bound->proven - 1e-7);
    if (pairs > 0) {
      EXPECT_LE(played, bound->proven * 1.001);
    }
  }
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

/// Best objective of a site of 5 kW load and one storage of 100 kWh, 50 kW and 0.9 each way, a fifth full, over a day
/// that buys at 0.3 until noon and at 0.1 after it and sells at 0.2: by dynamic programming, powers held for 5 min.
double best_by_dynamic_programming() {
  constexpr std::size_t levels = 801, powers = 41, per_hour = 12;
  constexpr double capacity_kwh = 100.0, start_kwh = 20.0, efficiency = 0.9,
                   cell_kwh = capacity_kwh / static_cast<double>(levels - 1);
  std::vector<double> worth(levels), before(levels);
  // What lies in store beyond the start is worth, and what lacks costs, what charging it in the cheap half takes.
  for (std::size_t i = 0; i < levels; ++i)
    worth[i] = (start_kwh - static_cast<double>(i) * cell_kwh) / efficiency * 0.1;
  for (std::size_t step = 24 * per_hour; step-- > 0;) {
    const double buy = step < 12 * per_hour ? 0.3 : 0.1;
    for (std::size_t i = 0; i < levels; ++i) {
      before[i] = 1e9;
      for (std::size_t p = 0; p < powers; ++p) {
        const double kw = 2.5 * static_cast<double>(p) - 50.0, net_kw = 5.0 + kw;
        const double level = static_cast<double>(i) +
                             (kw > 0.0 ? kw * efficiency : kw / efficiency) / static_cast<double>(per_hour) / cell_kwh;
        if (level < 0.0 || level > static_cast<double>(levels - 1)) continue;
        const auto below = std::min(static_cast<std::size_t>(level), levels - 2);
        const double later = worth[below] + (level - static_cast<double>(below)) * (worth[below + 1] - worth[below]);
        before[i] = std::min(before[i], later + (net_kw > 0.0 ? buy : 0.2) * net_kw / static_cast<double>(per_hour));
      }
    }
    worth.swap(before);
  }
  return worth[static_cast<std::size_t>(std::lround(start_kwh / cell_kwh))];
}

// A connection that imports and exports at once would be paid 0.1 for each kWh that goes round: the bound was three
// times what can be had.
TEST(Bound, WhereSellingPaysMoreIsNearWhatAStorageCanEarn) {
  twin::World world = small_world(1);
  twin::Site& site = world.sites[0];
  site.load_kw = 5.0;
  site.contract_kw = site.export_limit_kw = 200.0;
  site.tariff.rates = {{market::all_months, market::all_day_types, 0, 12 * 60, 0.30},
                       {market::all_months, market::all_day_types, 12 * 60, 24 * 60, 0.10}};
  site.tariff.sell = market::SellFixed{0.2};
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 100.0;
  storage.max_charge_kw = storage.max_discharge_kw = 50.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.9;
  storage.soc_start = 0.2;
  site.storages.push_back(storage);

  const double earned = best_by_dynamic_programming();
  const Measured m = measure(world);
  const double possible = objective_of(world, m.foresight.result) - earned;
  EXPECT_LE(m.bound.proven, earned + 1e-9);
  EXPECT_GE(m.bound.proven, earned - 0.03 * possible);
  EXPECT_LT(m.bound.relative_gap(), 1e-7);
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

/// Optimisers take their time: they play in few worlds of a day, and are asked once an hour.
bool is_slow(const std::string& file) { return file.find("baseline") == std::string::npos; }

std::vector<Rival> rivals(std::uint64_t seed, bool slow) {
  std::vector<Rival> all{{"dice", dice_strategy(seed)}, {"price taker", price_taker()}};
  static const auto installed = control::list_strategies();
  for (const auto& listed : installed) {
    if (is_slow(listed.file) != slow || control::plays_policies(listed.description)) continue;
    const auto chosen = control::choose_strategy(listed.file + "#" + listed.description.id, {});
    all.push_back({listed.description.id, chosen.factory});
  }
  return all;
}

/// Worlds to look at; EVTWIN_BOUND_WORLDS asks for more than the everyday ones.
std::uint64_t worlds(std::uint64_t everyday) {
  const char* asked = std::getenv("EVTWIN_BOUND_WORLDS");
  return asked != nullptr ? std::strtoull(asked, nullptr, 10) : everyday;
}

void expect_nobody_beats_the_bound(std::uint64_t seed, std::size_t most_exact_pairs, bool slow = false) {
  twin::World world = random_money_world(seed);
  if (slow) {
    world.tick_ns = hour_ns;
    world.end_ns = world.start_ns + sweep(kernel::day_ns, kernel::day_ns / 2);
  }
  const Measured m = measure(world, most_exact_pairs);
  EXPECT_LT(m.bound.relative_gap(), 1e-7) << "seed " << seed;
  auto all = rivals(seed, slow);
  const auto shared = std::make_shared<const Bound>(m.bound);
  all.push_back({"oracle", analysis::make_oracle([shared] { return shared; })});
  for (const Rival& rival : all) {
    const twin::Result result = twin::simulate(world, rival.factory);
    EXPECT_GE(objective_of(world, result), m.bound.proven - 1e-7 * turnover(world, result))
        << rival.name << " beats the bound, seed " << seed;
    // What the bound is worked out from does not depend on who decides.
    EXPECT_EQ(result.sites[0].sessions, m.foresight.result.sites[0].sessions) << rival.name << ", seed " << seed;
  }
}

TEST(Bound, NoStrategyBeatsIt) {
  for (std::uint64_t seed = 0; seed < worlds(long_sweep(60U, 20U)); ++seed)
    expect_nobody_beats_the_bound(seed, 1'000'000);
}

TEST(Bound, NoStrategyBeatsItInQuarterHours) {
  for (std::uint64_t seed = 1'000'000; seed < 1'000'000 + worlds(sweep(60U, 20U)); ++seed)
    expect_nobody_beats_the_bound(seed, 0);
}

/// A car that comes in mid-quarter: the site exports its PV before and imports afterwards, and selling pays more.
TEST(Bound, WhereSellingPaysMoreTheMomentsOfAStepCount) { expect_nobody_beats_the_bound(1'001'005, 0); }

TEST(Bound, NoOptimiserBeatsItEither) {
  for (std::uint64_t seed = 2'000'000; seed < 2'000'000 + worlds(sweep(3U, 1U)); ++seed)
    expect_nobody_beats_the_bound(seed, 1'000'000, true);
}

}  // namespace
}  // namespace evtwin::testing
