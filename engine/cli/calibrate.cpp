// evtwin calibrate: records in, a twin of the site out, judged by days it was not fitted to.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "calibrate/calibration.hpp"
#include "cli/commands.hpp"
#include "cli/contest.hpp"
#include "cli/new_file.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {
namespace {

constexpr std::size_t most_notes = 5;

/// Tells on stderr which records were left out.
void tell_notes(const calibrate::Records& records) {
  for (std::size_t i = 0; i < std::min(records.notes.size(), most_notes); ++i)
    fmt::print(stderr, "note: {}\n", kernel::make_printable(records.notes[i]));
  if (records.notes.size() > most_notes) fmt::print(stderr, "note: and {} more\n", records.notes.size() - most_notes);
}

/// The days that judge the twin and the twin itself, with several seeds, under each strategy; asap first, since savings
/// are counted from it.
calibrate::Played play_strategies(const CalibrateCommand& command, const calibrate::Calibration& done,
                                  const calibrate::CalibrationRequest& request) {
  constexpr std::size_t seeds = 5;
  std::vector<StrategyText> strategies = command.strategies;
  const auto is_asap = [](const StrategyText& text) { return text.id == "asap" && text.params.empty(); };
  std::erase_if(strategies, is_asap);
  strategies.insert(strategies.begin(), {"asap", {}});

  std::vector<Round> rounds{{"the days themselves", "_days"}};
  for (std::size_t seed = 1; seed <= seeds; ++seed)
    rounds.push_back({fmt::format("twin, seed {}", seed), fmt::format("_twin_{}", seed)});
  const auto load = [&](std::size_t round) {
    StartPoint start;
    start.scenario =
        round == 0 ? calibrate::days_scenario(done, request) : calibrate::twin_scenario(done, request, round);
    return start;
  };
  const RoundsResult result = hold_rounds(rounds, load, {strategies, {}, "", command.threads, false});

  calibrate::Played played;
  const twin::World& world = result.start->scenario.world;
  played.currency = world.currency;
  played.priced = world.sites.front().tariff_given;
  for (std::size_t s = 0; s < strategies.size(); ++s) {
    calibrate::PlayedStrategy one;
    for (std::size_t r = 0; r < result.rounds.size(); ++r) {
      const analysis::Contender& contender = result.rounds[r].contenders[s];
      one.name = contender.strategy;
      if (!contender.error.empty()) one.error = contender.error;
      const calibrate::PlayedFigures figures = calibrate::played_figures(contender.kpis);
      if (r == 0)
        one.days = figures;
      else
        one.twin.push_back(figures);
    }
    played.strategies.push_back(std::move(one));
  }
  return played;
}

}  // namespace

int calibrate_twin(const CalibrateCommand& command) {
  const auto language = command.language == "ko" ? analysis::Language::korean : analysis::Language::english;
  const auto read = [&](const std::vector<std::string>& files) {
    calibrate::Records records = calibrate::read_records(files, command.reading, command.columns, command.timezone);
    tell_notes(records);
    return records;
  };

  const calibrate::Records records = read(command.records);
  calibrate::Records later;
  if (!command.later.empty()) later = read(command.later);
  catch_interrupt();

  // Without later records the split of the calibration itself decides which days judge.
  calibrate::CalibrationRequest request;
  request.timezone = command.timezone;
  request.tariff = command.tariff;
  request.contract_kw = command.contract_kw;
  request.evse_kw = command.evse_kw;
  request.stop = was_interrupted;
  calibrate::Calibration done =
      calibrate::calibrate_records(records, command.later.empty() ? nullptr : &later, request);
  if (!command.strategies.empty()) done.played = play_strategies(command, done, request);

  // Files come before anything is printed: one that can not be written ends the command.
  if (!command.out.empty()) write_new_file(command.out, done.lua);
  if (!command.page.empty()) write_new_file(command.page, calibrate::calibration_html(done, language));
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(calibrate::calibration_json(done)));
    return 0;
  }
  fmt::print("{}", calibrate::calibration_text(done, language));
  if (!command.page.empty()) fmt::print("page {}\n", kernel::make_printable(command.page));

  // People are told the next command as they would type it.
  const bool korean = language == analysis::Language::korean;
  if (command.out.empty()) {
    fmt::print("{}\n", korean ? "다음: --out twin.lua 로 트윈을 저장" : "Next: --out twin.lua keeps the twin");
  } else {
    const std::string out = kernel::make_printable(command.out);
    fmt::print("{} {}\n{}: evtwin run {} --set start=2030-01-07 --set days=28\n", korean ? "트윈" : "twin", out,
               korean ? "다음" : "Next", out);
  }
  return 0;
}

}  // namespace evtwin::cli
