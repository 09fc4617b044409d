// evtwin advise: what one driver should do, today's way and a strategy's side by side.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "advise/advice.hpp"
#include "advise/advice_text.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/start_point.hpp"

namespace evtwin::cli {

int advise(const AdviseCommand& command) {
  const StartPoint start = start_of(command.scenario, command.load, {});
  const twin::World& world = start.scenario.world;
  const advise::VehicleRequest request = advise::read_vehicle(command.vehicle, world);
  const auto way = [&](const StrategyText* text) {
    const ReadyStrategy ready = ready_strategy(start, text, command.hosting);
    return advise::Way{ready.identity.label, ready.factory};
  };
  const advise::Way existing = way(&command.baseline);
  const advise::Way proposed = way(command.strategy ? &*command.strategy : nullptr);
  catch_interrupt();
  advise::Advice advice;
  {
    const OutputAside aside;
    ProgressBar bar("running with and without the car");
    advise::RunChoices choices;
    choices.script = [&] { return scenario::make_script(start.scenario); };
    choices.stop = interrupted;
    choices.progress = [&](double fraction) { bar.show(fraction); };
    choices.threads = command.threads;
    advice = advise::advise_driver(world, request, existing, proposed, choices);
  }
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(advise::advice_json(world, advice)));
    return 0;
  }
  print_flags(world);
  fmt::print("{}",
             advise::advice_text(world, advice,
                                 command.language == "ko" ? analysis::Language::korean : analysis::Language::english));
  return 0;
}

}  // namespace evtwin::cli
