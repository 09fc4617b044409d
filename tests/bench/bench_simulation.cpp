// Whole simulations: decisions and EVSE-steps per CPU second, with and without a run file, and what a bare loop does.
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "analysis/kpi.hpp"
#include "record/writer.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

constexpr int repetitions = 5;

double cpu_seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// Median CPU seconds of `body` on this thread, after one run to warm up.
double median_cpu_s(const std::function<void()>& body, clockid_t clock = CLOCK_THREAD_CPUTIME_ID) {
  body();
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    const double begun = cpu_seconds(clock);
    body();
    seconds.push_back(cpu_seconds(clock) - begun);
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

/// EV2Gym's V2GProfitMax at its own occupancy: about 0.7 vehicles per EVSE and 28-hour episode, some 5 h each.
twin::World site_of(std::size_t evses, int days, double visits_per_evse_and_day) {
  twin::World world = small_world(evses, days);
  physics::Vehicle& car = world.vehicles[0];
  car.battery.capacity_kwh = 60.0;
  car.battery.charge_efficiency = 0.95;
  car.battery.charge = {{{0.0, 11.0}, {0.8, 11.0}, {1.0, 0.0}}};
  world.sites[0].contract_kw = 0.3 * 7.04 * static_cast<double>(evses);
  world.sites[0].load_kw = 2.0;
  world.sites[0].tariff.rates[0].price_per_kwh = 0.2;
  demand::Poisson law;
  law.rate_per_h.assign(168, visits_per_evse_and_day * static_cast<double>(evses) / 24.0);
  law.energy_kwh = {demand::Distribution::Kind::normal, 20.0, 8.0, 2.0, 45.0, {}};
  law.stay_h = {demand::Distribution::Kind::lognormal, 5.0, 0.5, 0.5, 20.0, {}};
  law.vehicles = {0};
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  return world;
}

/// 54 EVSEs on three phases behind eight phasor rows, a car per EVSE and day, every 5 minutes: the shape of ACN's
/// Caltech site.
twin::World three_phase_site(int days) {
  twin::World world = site_of(54, days, 1.0);
  world.tick_ns = 5 * minute_ns;
  twin::Site& site = world.sites[0];
  site.contract_kw = physics::infinite;
  for (std::uint32_t i = 0; i < 54; ++i) {
    site.evses[i].voltage_v = 208.0;
    site.evses[i].phase_angle_deg = 120.0 * (static_cast<int>(i % 3) - 1);
  }
  for (int r = 0; r < 8; ++r) {
    physics::LimitRow row{
        fmt::format("row {}", r), physics::LimitKind::magnitude_a, -physics::infinite, r < 2 ? 80.0 : 180.0, {}};
    for (std::uint32_t i = 0; i < 54; ++i) {
      if (r < 2 ? i % 6 != static_cast<std::uint32_t>(r) : (static_cast<int>(i) + r) % 3 == 0) continue;
      row.members.push_back({i, r % 2 == 0 ? 1.0 : (i % 2 == 0 ? 1.0 : -1.0), site.evses[i].phase_angle_deg});
    }
    site.rows.push_back(row);
  }
  return world;
}

/// The work that no simulator can avoid: per step and EVSE one setpoint, one energy, two sums.
double bare_loop(std::size_t evses, std::size_t steps) {
  std::vector<double> left(evses, 1e6), got(evses, 0.0);
  double cost = 0.0;
  for (std::size_t s = 0; s < steps; ++s) {
    double sum = 0.0;
    for (std::size_t i = 0; i < evses; ++i) {
      const double kw = std::min(7.04, left[i] * 4.0);
      const double kwh = kw * 0.25;
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
};

void measure(const Case& c, const std::string& folder) {
  const auto how = baseline(c.strategy);
  twin::Result result;
  const double plain_s = median_cpu_s([&] { result = twin::simulate(c.world, how); });
  // The writer's own thread counts too: process time.
  const double recorded_s = median_cpu_s(
      [&] {
        record::RunWriter writer(folder + "/bench.evtwin", c.world, {c.strategy, "", ""});
        twin::RunOptions options;
        options.observer = &writer;
        const twin::Result recorded = twin::simulate(c.world, how, options);
        writer.finish(recorded, analysis::kpis(c.world, recorded), 0.0);
      },
      CLOCK_PROCESS_CPUTIME_ID);
  const auto decisions = static_cast<double>(result.sites[0].decisions);
  const auto evses = c.world.sites[0].evses.size();
  const double steps = decisions * static_cast<double>(evses);
  volatile double sink = 0.0;
  const double bare_s = median_cpu_s([&] { sink = bare_loop(evses, static_cast<std::size_t>(decisions)); });
  fmt::print("| {} | {} | {} | {:.2f} | {:.0f} | {:.2f} | {:.1f} | {:.2f} |\n", c.name, c.strategy,
             result.sites[0].sessions, plain_s * 1e3, decisions / plain_s / 1e3, steps / plain_s / 1e6,
             plain_s / bare_s, recorded_s / plain_s);
  std::fflush(stdout);
}

int main_of() {
  const std::string folder = std::filesystem::temp_directory_path() / fmt::format("evtwin-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  fmt::print(
      "CPU time, medians of {} runs in one process; EVSE-steps = decisions x EVSEs; the bare loop does one "
      "multiplication and two sums per\n"
      "EVSE-step and is what the machine allows; recorded includes the writer's own thread.\n\n",
      repetitions);
  fmt::print(
      "| case | strategy | sessions | CPU ms | k decisions/s | M EVSE-steps/s | x bare loop | recorded / not "
      "|\n|---|---|---|---|---|---|---|---|\n");
  for (const Case& c : {Case{"25 EVSEs, 15 min, 30 days", site_of(25, 30, 0.6), "asap"},
                        Case{"25 EVSEs, 15 min, 30 days", site_of(25, 30, 0.6), "edf"},
                        Case{"1000 EVSEs, 15 min, 7 days", site_of(1000, 7, 0.6), "edf"},
                        Case{"54 EVSEs, 8 phasor rows, 5 min, 7 days", three_phase_site(7), "edf"},
                        Case{"54 EVSEs, 8 phasor rows, 5 min, 7 days", three_phase_site(7), "round-robin"},
                        Case{"25 EVSEs, 15 min, a year", site_of(25, 365, 0.6), "edf"}}) {
    measure(c, folder);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("\npeak memory {:.0f} MB\n", static_cast<double>(usage.ru_maxrss) / 1024.0);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace evtwin::testing

int main() { return evtwin::testing::main_of(); }
