// Whole simulations: decisions and EVSE-steps per CPU second, strategy called through the ABI, with and without a run
// file, and against what a bare loop does.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "analysis/kpi.hpp"
#include "bench/suites.hpp"
#include "record/writer.hpp"
#include "scenario/loader.hpp"
#include "support/paths.hpp"
#include "twin/worlds.hpp"

namespace evtwin::bench {

using testing::baseline;

twin::World workplace(std::size_t evses, int days, double visits_per_evse_and_day) {
  twin::World world = testing::small_world(evses, days);
  physics::Vehicle& car = world.vehicles[0];
  car.battery.capacity_kwh = 60.0;
  car.battery.charge_efficiency = 0.95;
  car.battery.charge = {{{0.0, 11.0}, {0.8, 11.0}, {1.0, 0.0}}};
  twin::Site& site = world.sites[0];
  site.contract_kw = 0.3 * 7.04 * static_cast<double>(evses);
  site.load_kw = 2.0;
  site.tariff.rates[0].price_per_kwh = 0.2;
  demand::Poisson law;
  law.rate_per_h.assign(168, visits_per_evse_and_day * static_cast<double>(evses) / 24.0);
  law.energy_kwh = {demand::Distribution::Kind::normal, 20.0, 8.0, 2.0, 45.0, {}};
  law.stay_h = {demand::Distribution::Kind::lognormal, 5.0, 0.5, 0.5, 20.0, {}};
  law.vehicles = {0};
  site.arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  return world;
}

twin::World small_fleet_world(int days) {
  twin::World world = workplace(16, days);
  twin::Site& site = world.sites[0];
  physics::Storage storage;
  storage.id = "ess";
  storage.capacity_kwh = 50.0;
  storage.max_charge_kw = storage.max_discharge_kw = 25.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.96;
  site.storages.push_back(storage);
  std::vector<kernel::TimeNs> times;
  std::vector<double> pv_kw;
  for (int quarter = 0; quarter < 96 * days; ++quarter) {
    times.push_back(world.start_ns + quarter * 15 * kernel::minute_ns);
    pv_kw.push_back(std::max(0, 24 - std::abs(quarter % 96 - 48)));
  }
  site.pv_kw = market::Series(std::move(times), std::move(pv_kw));
  return world;
}

namespace {

/// The work that no simulator can avoid: per step and EVSE one setpoint, one energy, two sums.
double bare_loop(std::size_t evses, std::size_t steps) {
  std::vector<double> left(evses, 1e6), got(evses, 0.0);
  double cost = 0.0;
  for (std::size_t s = 0; s < steps; ++s) {
    double sum = 0.0;
    for (std::size_t i = 0; i < evses; ++i) {
      const double kwh = std::min(7.04, left[i] * 4.0) * 0.25;
      left[i] -= kwh;
      got[i] += kwh;
      sum += kwh;
    }
    cost += sum * 0.2;
  }
  return cost + got[0];
}

struct Case {
  std::string name;
  twin::World world;
  std::string strategy;
  double peer_steps_per_s;  ///< EVSE-steps/s of the peer the case is compared with
};

Row measure(const Case& c, const std::filesystem::path& folder) {
  const auto how = baseline(c.strategy);
  twin::Result result;
  const double plain_s = median_cpu_s([&] { result = twin::simulate(c.world, how); });
  // Two answers for recording: what the simulating thread pays, and what the writer's thread costs beside it.
  double simulating_s = 0.0;
  const auto record = [&] {
    record::RunWriter writer((folder / "bench.evtwin").string(), c.world, {c.strategy, "", ""});
    twin::RunOptions options;
    options.observer = &writer;
    const double begun = cpu_seconds(Clock::thread);
    const twin::Result recorded = twin::simulate(c.world, how, options);
    simulating_s = cpu_seconds(Clock::thread) - begun;
    writer.finish(recorded, analysis::kpis_of_run(c.world, recorded), 0.0);
  };
  std::vector<double> simulating;
  const double process_s = median_cpu_s(
      [&] {
        record();
        simulating.push_back(simulating_s);
      },
      5, Clock::process);
  std::sort(simulating.begin(), simulating.end());
  const auto decisions = static_cast<double>(result.sites[0].decisions);
  const auto evses = c.world.sites[0].evses.size();
  const double steps = decisions * static_cast<double>(evses);
  volatile double sink = 0.0;
  const double bare_s = median_cpu_s([&] { sink = bare_loop(evses, static_cast<std::size_t>(decisions)); });
  return {{c.name, c.strategy},
          {static_cast<double>(result.sites[0].sessions), plain_s * 1e3, decisions / plain_s / 1e3,
           steps / plain_s / 1e6, steps / plain_s / c.peer_steps_per_s, plain_s / bare_s,
           simulating[simulating.size() / 2] / plain_s, process_s / plain_s}};
}

Table measure(Table table, std::vector<Case> cases) {
  for (Case& c : cases) twin::compile_clocks(c.world);  // as the loader does
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("evtwin-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  table.label_columns = {"case", "strategy"};
  table.figure_columns = {"sessions",
                          "CPU ms",
                          "k decisions/s",
                          "M EVSE-steps/s",
                          "x peer",
                          "x bare loop",
                          "recorded, simulating thread",
                          "recorded, all threads"};
  for (const Case& c : cases) table.rows.push_back(measure(c, folder));
  std::filesystem::remove_all(folder);
  return table;
}

}  // namespace

Table simulation_table() {
  constexpr double ev2gym = 42'000.0;  // EVSE-steps/s, 25 chargers, its V2GProfitMax, CPU time on a like machine
  return measure({"simulation",
                  "Whole simulations through the plugin ABI; EVSE-steps = decisions x EVSEs; peer: EV2Gym at 42 k "
                  "EVSE-steps/s",
                  {},
                  {},
                  {}},
                 {{"25 EVSEs, 15 min, a year", workplace(25, 365), "edf", ev2gym},
                  {"25 EVSEs, 15 min, a year", workplace(25, 365), "asap", ev2gym},
                  {"1000 EVSEs, 15 min, 30 days", workplace(1000, 30), "edf", ev2gym},
                  {"1000 EVSEs, 15 min, 30 days", workplace(1000, 30), "asap", ev2gym},
                  {"16 EVSEs, storage, PV, 15 min, 90 days", small_fleet_world(), "edf", ev2gym}});
}

Table acn_table() {
  constexpr double acn_sim = 5'800.0;  // EVSE-periods/s, its Caltech site, EDF, a week to a month, CPU time
  constexpr double acn_sim_round_robin = 1'745.0;
  const std::string file = paths::source_dir + "/scenarios/acn_caltech.lua";
  const twin::World caltech = scenario::load_scenario(file, {}).world;
  return measure(
      {"acn",
       "ACN's Caltech site, 54 EVSEs with finite rates, 8 phasor rows, a decision every 5 min; peer: ACN-Sim at "
       "5.8 k (EDF) and 1.7 k (round-robin) EVSE-periods/s",
       {},
       {},
       {}},
      {{"Caltech", caltech, "edf", acn_sim}, {"Caltech", caltech, "round-robin", acn_sim_round_robin}});
}

}  // namespace evtwin::bench
