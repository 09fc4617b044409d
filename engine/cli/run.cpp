// evtwin run: one scenario under one strategy.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/one_run.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

int run(const RunCommand& command) {
  const scenario::LoadedScenario scenario = scenario::load_scenario(command.scenario, command.load);
  const ReadyStrategy strategy =
      ready_strategy(scenario, command.strategy ? &*command.strategy : nullptr, command.hosting);
  catch_interrupt();
  FinishedRun done;
  {
    ProgressBar bar("running " + kernel::printable(strategy.identity.label));
    done = run_once(scenario, strategy, command.out, [&](double fraction) { bar.show(fraction); });
  }
  const twin::World& world = scenario.world;
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(
                           analysis::run_json(world, done.result, strategy.identity.label, done.kpis, done.wall_s)));
    return 0;
  }
  print_flags(world);
  const bool korean = command.language == "ko";
  std::uint64_t sessions = 0;
  for (const auto& site : done.result.sites) sessions += site.sessions;
  fmt::print("{}: {} to {} ({}), strategy {}, {} sessions\n\n", kernel::printable(world.name),
             world.calendar.format_local(world.start_ns), world.calendar.format_local(world.end_ns),
             world.calendar.zone(), kernel::printable(strategy.identity.label), sessions);
  fmt::print("{}\n",
             analysis::kpi_table_text(done.kpis, korean ? analysis::Language::korean : analysis::Language::english));
  for (const auto& site : done.result.sites) {
    if (site.strategy_warnings > 0)
      fmt::print(stderr, "note: the strategy warned {} time(s), first: {}\n", site.strategy_warnings,
                 kernel::printable(site.first_strategy_warning));
  }
  fmt::print("event hash {:016x}, {:.3f} s\n", done.result.event_hash, done.wall_s);
  if (!command.out.empty()) fmt::print("run file   {}\n", kernel::printable(command.out));
  return 0;
}

}  // namespace evtwin::cli
