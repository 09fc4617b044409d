// evtwin advise: what one driver should do, today's way and a strategy's side by side; and which bookings to move.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "advise/advice.hpp"
#include "advise/advice_text.hpp"
#include "advise/bookings.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/start_point.hpp"

namespace evtwin::cli {

namespace {

/// How both kinds of advice run their worlds.
advise::RunChoices choices_of(const AdviseCommand& command, const StartPoint& start, ProgressBar& bar) {
  advise::RunChoices choices;
  choices.script = [&] { return scenario::make_script(start.scenario); };
  choices.stop = was_interrupted;
  choices.progress = [&](double fraction) { bar.show_fraction(fraction); };
  choices.threads = command.threads;
  return choices;
}

}  // namespace

int give_advice(const AdviseCommand& command) {
  const StartPoint start = start_of(command.scenario, command.load, {});
  const twin::World& world = start.scenario.world;
  const auto language = command.language == "ko" ? analysis::Language::korean : analysis::Language::english;

  const auto way = [&](const StrategyText& text) {
    const ReadyStrategy ready = ready_strategy(start, &text, command.hosting);
    return advise::Way{ready.identity.label, ready.factory};
  };

  const auto answer = [&](const nlohmann::ordered_json& json, const std::string& text) {
    if (!command.json) print_flags(world);
    fmt::print("{}", command.json ? analysis::json_text(json) + "\n" : text);
    return 0;
  };

  if (command.list) {
    const nlohmann::ordered_json list = advise::booking_list_json(world);
    return answer(list, advise::booking_list_text(world, language));
  }
  const advise::Way proposed = way(command.strategy);
  catch_interrupt();
  if (command.bookings) {
    advise::BookingAdvice advice;

    // Plugins may print: whatever they write goes to stderr, so that stdout holds the answer alone.
    {
      const OutputAside aside;
      ProgressBar bar("moving bookings");
      advice = advise::advise_bookings(world, proposed, choices_of(command, start, bar));
    }
    return answer(advise::bookings_json(world, advice), advise::bookings_text(world, advice, language));
  }

  const advise::VehicleRequest request = advise::read_vehicle(command.vehicle, world);
  const advise::Way existing = way(command.baseline);
  advise::Advice advice;
  {
    const OutputAside aside;
    ProgressBar bar("running with and without the car");
    advice = advise::advise_driver(world, request, existing, proposed, choices_of(command, start, bar));
  }
  return answer(advise::advice_json(world, advice, language), advise::advice_text(world, advice, language));
}

}  // namespace evtwin::cli
