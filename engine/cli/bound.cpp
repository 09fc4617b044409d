// evtwin bound: what a scenario could cost at best, with everything known beforehand.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/bound_report.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/found_bound.hpp"
#include "cli/json_head.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

int find_bound(const BoundCommand& command) {
  const StartPoint start = start_of(command.scenario, command.load, "");
  const twin::World& world = start.scenario.world;
  catch_interrupt();

  // Shares of the bar: a tenth each for the run under asap and for the oracle's; the solver between them tells nothing.
  std::shared_ptr<const FoundBound> found;
  FinishedRun played;
  {
    const OutputAside aside;
    ProgressBar bar("working out the bound");
    found = find_bound_of(start, command.hosting, [&](double fraction) { bar.show_fraction(0.1 * fraction); });
    if (command.play) {
      BoundPromise promise;
      promise.set_value(found);
      played = run_once(
          start, ready_oracle(promise.get_future().share()), {command.out, {}, {}},
          [&](double fraction) { bar.show_fraction(0.9 + 0.1 * fraction); }, [&] { return &found->yardstick; });
    }
  }

  analysis::BoundStory story{world, found->bound, found->reference};
  if (command.play) story.oracle = analysis::value_of(played.kpis, "objective");
  if (command.json) {
    auto json = json_head("bound", start);
    json.update(analysis::bound_json(story));
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }

  print_flags(world);
  fmt::print("{}: {} to {} ({})\n\n", kernel::make_printable(world.name), world.calendar.format_local(world.start_ns),
             world.calendar.format_local(world.end_ns), world.calendar.zone_name());
  const auto language = command.language == "ko" ? analysis::Language::korean : analysis::Language::english;
  fmt::print("{}", analysis::bound_text(story, language));
  if (!command.out.empty()) fmt::print("run file of the oracle: {}\n", kernel::make_printable(command.out));
  return 0;
}

}  // namespace evtwin::cli
