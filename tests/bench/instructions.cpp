// Runs of the simulation for instruction counters: `scripts/bench --only instructions` calls them under callgrind and
// prints slopes, so that start-up cancels.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "analysis/kpi.hpp"
#include "bench/suites.hpp"
#include "record/writer.hpp"
#include "scenario/loader.hpp"
#include "support/paths.hpp"
#include "twin/worlds.hpp"

namespace evtwin::bench {

namespace {

/// Cases by name, as many days as asked for.
twin::World world_of(const std::string& name, int days) {
  if (name == "25") return workplace(25, days);
  if (name == "1000") return workplace(1000, days);
  if (name == "16-storage-pv") return small_fleet_world(days);
  if (name == "caltech") {
    scenario::LoadOptions options;
    options.days = days;
    return scenario::load_scenario(paths::source_dir + "/scenarios/acn_caltech.lua", options).world;
  }
  // scenarios/city.lua, so many sites.
  if (const std::string_view city = "city-"; name.starts_with(city)) {
    scenario::LoadOptions options;
    options.days = days;
    options.set = {{"sites", name.substr(city.size())}};
    return scenario::load_scenario(paths::source_dir + "/scenarios/city.lua", options).world;
  }
  throw std::invalid_argument(
      "no case " + name +
      "; there are 25, 1000, 16-storage-pv, caltech, city-SITES, and each with -recorded behind it");
}

/// One run with a run file, as `evtwin run --out` writes it.
twin::Result recorded_run(const twin::World& world, const std::string& strategy, const control::StrategyFactory& how) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("evtwin-count-{}.evtwin", getpid());
  twin::Result result;
  {
    record::RunWriter writer(file.string(), world, {strategy, "", ""});
    twin::RunOptions options;
    options.observer = &writer;
    result = twin::simulate(world, how, options);
    writer.finish(result, analysis::kpis_of_run(world, result), 0.0);
  }
  std::filesystem::remove(file);
  return result;
}

}  // namespace

int run_counted(const std::string& name, const std::string& strategy, int days, int times) {
  constexpr std::string_view recorded = "-recorded";
  const bool is_recorded = name.ends_with(recorded);
  twin::World world = world_of(is_recorded ? name.substr(0, name.size() - recorded.size()) : name, days);
  twin::compile_clocks(world);
  const control::StrategyFactory how = testing::baseline(strategy);
  std::uint64_t decisions = 0;
  for (int n = 0; n < times; ++n)
    decisions += (is_recorded ? recorded_run(world, strategy, how) : twin::simulate(world, how)).sites[0].decisions;
  fmt::print("{}\n", decisions);
  return 0;
}

}  // namespace evtwin::bench
