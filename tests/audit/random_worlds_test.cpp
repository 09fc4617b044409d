// Whatever the world and the strategy: what the books say is what can be recounted from the record.
#include <array>
#include <cmath>
#include <cstdlib>

#include "audit/recorded_world.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

class RandomWorldsRecounted : public Recounted {};

constexpr std::array ids{
    "asap", "alap", "fcfs", "edf", "llf", "lrpt", "round-robin", "equal-share", "price-threshold", "price-mean"};

/// Setpoints from everywhere, the impossible, discharging and what rounding leaves of none included.
control::StrategyFactory wild_strategy(std::uint64_t seed) {
  return [seed](const evtwin_view&, std::uint64_t, std::uint32_t) {
    auto dice = std::make_shared<Dice>(seed + 1);
    return std::make_unique<FunctionStrategy>(
        [dice](const evtwin_view& view, evtwin_decision& d) {
          const auto rounding = [&] { return dice->chance(0.2) ? std::pow(10.0, dice->real(-24.0, -14.0)) : 1.0; };
          for (std::uint32_t i = 0; i < view.n_evses; ++i) d.evse_kw[i] = rounding() * dice->real(-30.0, 60.0);
          for (std::uint32_t s = 0; s < view.n_storages; ++s) d.storage_kw[s] = rounding() * dice->real(-120.0, 120.0);
        },
        EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE, 0);
  };
}

/// Starts around the ends of months and the changes of clocks, in zones that make them odd.
struct Place {
  const char* zone;
  int year, month, day;
};
constexpr std::array places{Place{"Asia/Seoul", 2025, 6, 1},          Place{"Europe/Amsterdam", 2025, 3, 29},
                            Place{"Europe/Amsterdam", 2025, 10, 25},  Place{"Asia/Kathmandu", 2025, 7, 31},
                            Place{"Australia/Lord_Howe", 2025, 4, 5}, Place{"America/New_York", 2025, 2, 27},
                            Place{"Africa/Cairo", 2025, 4, 24},       Place{"Asia/Seoul", 2025, 12, 30}};

/// All that costs and is billed, and limits that only count.
void add_terms(twin::World& world, Dice& dice) {
  const Place& place = places[static_cast<std::size_t>(dice.whole(0, static_cast<int>(places.size()) - 1))];
  world.calendar = market::Calendar(place.zone);
  world.start_ns = world.calendar.start_of(market::LocalDate{place.year, place.month, place.day});
  for (int night = 0; night < world.days; ++night)
    world.end_ns = world.calendar.next_day_start(night == 0 ? world.start_ns : world.end_ns);
  if (dice.chance(0.2)) world.start_ns += 13 * hour_ns;
  if (dice.chance(0.2)) world.end_ns -= dice.whole(1, 100) * minute_ns;

  twin::Site& site = world.sites[0];
  if (dice.chance(0.3)) site.limits = twin::LimitMode::record;
  market::DemandCharge& demand = site.tariff.demand;
  for (double& price : demand.price_per_kw) price = dice.chance(0.8) ? dice.real(1.0, 20.0) : 0.0;
  if (dice.chance(0.2)) demand.basis = market::DemandBasis::contract;
  demand.window_ns = std::array{15, 30, 60}[static_cast<std::size_t>(dice.whole(0, 2))] * minute_ns;
  for (int month = 1; month <= 12; ++month)
    if (dice.chance(0.5)) demand.ratchet_months |= market::month_bit(month);
  demand.look_back_months = dice.whole(1, 12);
  if (dice.chance(0.5)) demand.floor_fraction_of_contract = dice.real(0.0, 0.6);
  if (dice.chance(0.5)) demand.excess_price_per_kw = dice.real(0.0, 30.0);
  site.tariff.tax_fraction = dice.chance(0.5) ? 0.1 : 0.0;
  const market::LocalMonth first = world.calendar.local_month(world.start_ns);
  for (int back = 0; back <= 13; ++back)
    if (dice.chance(0.4)) site.past_peaks.push_back({market::add_months(first, -back), dice.real(0.0, 150.0)});
  if (dice.chance(0.3)) site.part_month = market::PartMonth::full;
  site.driver_price_per_kwh = dice.real(0.0, 0.6);
  site.v2g_price_per_kwh = dice.real(0.0, 0.6);
  site.unmet_price_per_kwh = dice.real(0.0, 2.0);
  site.wear_price_per_kwh = dice.real(0.0, 0.2);
  site.co2_kg_per_kwh = dice.real(0.0, 1.0);
  if (dice.chance(0.5)) site.power_setpoint_kw = dice.real(-10.0, 60.0);
  if (dice.chance(0.4))
    site.cuts.push_back({world.start_ns + 5 * hour_ns, world.start_ns + 9 * hour_ns, world.start_ns,
                         site.contract_kw * dice.real(0.2, 0.9)});
  const auto some_ageing = [&] {
    physics::FittedAgeing ageing;
    if (dice.chance(0.4)) ageing.calendar = dice.chance(0.3) ? 0.0 : dice.real(1e-5, 1e-3);
    if (dice.chance(0.4)) ageing.cyclic = dice.chance(0.3) ? 0.0 : dice.real(1e-5, 1e-2);
    ageing.power = dice.real(0.2, 1.5);
    ageing.replaced_at = dice.chance(0.5) ? 0.8 : dice.real(0.5, 0.9);
    return ageing;
  };
  for (physics::Storage& storage : site.storages) storage.ageing = some_ageing();
  for (physics::Vehicle& vehicle : world.vehicles) vehicle.ageing = some_ageing();
}

TEST_F(RandomWorldsRecounted, WithBaselines) {
  for (std::uint64_t seed = 1; seed <= sweep(100U, 40U); ++seed) {
    const twin::World world = random_world(seed);
    const char* id = ids[seed % ids.size()];
    const audit::Audit audited = audit::audit_file(record(world, baseline(id)));
    EXPECT_FALSE(audited.differs) << "seed " << seed << ", " << id << "\n" << differences(audited);
  }
}

TEST_F(RandomWorldsRecounted, WithPricesBillsAndWildSetpoints) {
  for (std::uint64_t seed = 1; seed <= sweep(100U, 40U); ++seed) {
    twin::World world = random_world(seed);
    Dice dice(seed + 1'000);
    add_terms(world, dice);
    const auto strategy = seed % 2 == 0 ? wild_strategy(seed) : baseline(ids[seed % ids.size()]);
    const audit::Audit audited = audit::audit_file(record(world, strategy));
    EXPECT_FALSE(audited.differs) << "seed " << seed << "\n" << differences(audited);
  }
}

/// Three sites by chance, one limit for all of them and another for two.
twin::World sharing_world(std::uint64_t seed) {
  Dice dice(seed + 3'000);
  twin::World world = random_world(seed);
  const char* const names[] = {"b", "c", "a"};
  for (std::uint64_t s = 0; s < 3; ++s) {
    if (s > 0) world.sites.push_back(random_world(seed + s).sites[0]);
    world.sites[s].name = names[s];
    world.sites[s].share_price_per_kwh = dice.whole(0, 2);
    world.sites[s].load_kw = 0.0;  // base loads alone must not exceed a limit
  }
  std::vector<double> day(48, 0.0);
  for (double& kw : day) kw = dice.real(1.0, 60.0);
  const auto rule = [&] { return dice.chance(0.5) ? twin::ShareRule::price : twin::ShareRule::proportional; };
  world.shared_limits.push_back(
      {"all", {0, 1, 2}, market::DailyProfile{{{market::all_months, market::all_day_types, day}}, {}}, rule()});
  world.shared_limits.push_back({"two", {0, 2}, dice.real(5.0, 40.0), rule()});
  return world;
}

TEST_F(RandomWorldsRecounted, WithLimitsThatSitesShare) {
  double short_h = 0.0;
  for (std::uint64_t seed = 1; seed <= sweep(40U, 15U); ++seed) {
    const twin::World world = sharing_world(seed);
    const auto strategy = seed % 2 == 0 ? wild_strategy(seed) : baseline(ids[seed % ids.size()]);
    const std::string file = record(world, strategy);
    const audit::Audit audited = audit::audit_file(file);
    EXPECT_FALSE(audited.differs) << "seed " << seed << "\n" << differences(audited);
    EXPECT_EQ(finding_of(audited, "shared limit excess_kwh").recount, 0.0) << "seed " << seed;
    short_h += question(file, "SELECT sum(short_h) FROM shared_limit_use WHERE site IS NULL");

    // A limit that was lower than the guards knew is found out.
    if (question(file, "SELECT max(highest_kw) FROM shared_limit_use WHERE shared_limit = 2") < 2.0) continue;
    const std::string lower = altered(file, "UPDATE shared_limit_kw SET kw = 0.0001 WHERE shared_limit = 2");
    EXPECT_TRUE(audit::audit_file(lower).differs) << "seed " << seed;
  }
  EXPECT_GT(short_h, 10.0) << "the limits bind";
}

/// A thousand with scripts/test --long.
TEST_F(RandomWorldsRecounted, WithPlanners) {
  constexpr std::array planners{"lp", "v2g-profit-max", "lp:v2g=true"};
  const std::uint64_t worlds = std::getenv("EVTWIN_LONG") != nullptr ? 1'000 : 3;
  for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
    twin::World world = random_world(seed);
    Dice dice(seed + 2'000);
    add_terms(world, dice);
    const std::string text = planners[seed % planners.size()];
    const bool v2g = text.find(':') != std::string::npos;
    const std::string id = text.substr(0, text.find(':'));
    const auto strategy = control::choose_strategy(paths::plugin_dir + "/milp.so#" + id,
                                                   v2g ? control::TextParams{{"v2g", "true"}} : control::TextParams{})
                              .factory;
    const audit::Audit audited = audit::audit_file(record(world, strategy));
    EXPECT_FALSE(audited.differs) << "seed " << seed << ", " << text << "\n" << differences(audited);
  }
}

}  // namespace
}  // namespace evtwin::testing
