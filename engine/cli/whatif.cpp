// evtwin whatif: what the sessions of a log would have cost under other strategies.
#include "replay/whatif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/contest.hpp"
#include "cli/input_files.hpp"
#include "cli/judged_replay.hpp"
#include "cli/one_run.hpp"
#include "cli/progress.hpp"
#include "kernel/text.hpp"
#include "replay/certificate.hpp"
#include "replay/doubts.hpp"
#include "sessions/log_parts.hpp"

namespace evtwin::cli {
namespace {

using analysis::Language;
using replay::WhatIfRow;

/// @param log  of command.logs
replay::Prepared prepared_of(const WhatIfCommand& command, ocpp::SiteLog log) {
  replay::PrepareRequest request;
  request.logs = command.logs;
  request.reading = command.reading;
  request.site = command.site;
  request.timezone = command.timezone;
  request.tariff = command.tariff;
  request.contract_kw = command.contract_kw;
  request.load = command.load;
  request.sessions.claims = command.claims;

  sessions::LogSessions sessions = sessions::sessions_and_parts_of(log, request.sessions);
  replay::Prepared prepared = replay::prepare_replay(request, std::move(log), std::move(sessions));

  // The assumption stands in the answer: savings depend on what strategies know.
  if (command.claims == sessions::Claims::truth) {
    prepared.assumptions.push_back({"what drivers say on arrival", "운전자가 알려 주는 값",
                                    "the departure and energy that came true (--claims history: what their earlier "
                                    "sessions suggest)",
                                    "실제 출발 시각과 충전량 (--claims history: 이전 세션으로 추정)"});
  } else {
    prepared.assumptions.push_back({"what drivers say on arrival", "운전자가 알려 주는 값",
                                    "the median stay and energy of their earlier sessions",
                                    "이전 세션의 체류 시간과 충전량 중앙값"});
  }

  twin::World& world = prepared.scenario.world;
  twin::Site& site = world.sites.front();
  // Strategies serve as much as was logged, whatever it costs, within what is possible.
  const double price = replay::price_above_any_service(world);
  if (!(price > site.unmet_price_per_kwh)) {
    if (site.unmet_price_per_kwh == 0.0) site.unmet_price_per_kwh = 1.0;  // without a tariff
    return prepared;
  }
  site.unmet_price_per_kwh = price;

  prepared.assumptions.push_back(
      {"serving as logged", "로그만큼 충전",
       fmt::format("what can be delivered is, at any cost: a kWh left out counts {:.6g} {} in plans, more than any way "
                   "of delivering it costs",
                   price, world.currency),
       fmt::format("가능한 한 비용과 관계없이 로그만큼 충전: 계획에서 미충전 1 kWh는 {:.6g} {}로, 어떤 충전 방법의 "
                   "비용보다 큼",
                   price, world.currency)});
  return prepared;
}

/// kWh at the grid connection for one before the EVSEs' own losses: what feeders lose. A storage's losses are none of
/// the vehicles', and what those give back flows the other way.
double feeders_grid_per_meter(const twin::World& world, const replay::ReplayResult& logged) {
  const twin::Site& site = world.sites.front();
  const control::Ledger& ledger = logged.result.sites.front().ledger;
  double drawn_kwh = 0.0;
  for (std::size_t row = 0; row < logged.power.size(); ++row) {
    for (const twin::PowerSegment& segment : logged.power[row]) {
      if (segment.energy_kwh < 0.0) return 1.0;
      drawn_kwh += segment.energy_kwh / site.evses[row].efficiency;
    }
  }
  if (!site.storages.empty() || !(drawn_kwh > 0.0)) return 1.0;
  return (ledger.ev_charge_kwh + ledger.losses_kwh) / drawn_kwh;
}

/// asap first where it is not among them: it is what savings are measured against.
std::vector<StrategyText> texts_of_strategies(const WhatIfCommand& command) {
  std::vector<StrategyText> strategies = command.strategies;
  const auto is_asap = [](const StrategyText& text) { return text.id == "asap" && text.params.empty(); };
  if (std::none_of(strategies.begin(), strategies.end(), is_asap)) strategies.insert(strategies.begin(), {"asap", {}});
  return strategies;
}

WhatIfRow row_of(const analysis::Contender& contender) {
  if (contender.error.empty())
    return replay::row_of_run(WhatIfRow::Kind::strategy, contender.strategy, contender.kpis, contender.event_hash);
  WhatIfRow row;
  row.name = contender.strategy;
  row.error = contender.error;
  return row;
}

/// The strategies but asap, which asks nothing, on what earlier sessions suggest of each driver.
std::vector<WhatIfRow> rows_without_foresight(const WhatIfCommand& command, const ocpp::SiteLog& log) {
  std::vector<WhatIfRow> rows;
  if (command.claims != sessions::Claims::truth) return rows;
  WhatIfCommand guessed = command;
  guessed.claims = sessions::Claims::history;
  std::erase_if(guessed.strategies, [](const StrategyText& text) { return text.id == "asap" && text.params.empty(); });
  if (guessed.strategies.empty()) return rows;
  StartPoint start;
  start.scenario = prepared_of(guessed, log).scenario;
  for (const analysis::Contender& contender :
       hold_contest(start, {guessed.strategies, command.hosting, "", command.threads, false}).contenders)
    rows.push_back(row_of(contender));
  return rows;
}

void print_comparison(const WhatIfCommand& command, const replay::Prepared& prepared, const replay::ScoreCard& card,
                      const replay::WhatIf& result) {
  const auto language = command.language == "ko" ? Language::korean : Language::english;
  const bool korean = language == Language::korean;
  const twin::World& world = prepared.scenario.world;
  print_flags(world);
  fmt::print("{}: {} {}, {} - {} ({})\n", kernel::make_printable(world.name), prepared.sessions.sessions.size(),
             korean ? "세션" : "sessions", world.calendar.format_local(world.start_ns),
             world.calendar.format_local(world.end_ns), world.calendar.zone_name());
  fmt::print("{}: {}\n\n{}", korean ? "재현" : "Replay", replay::verdict_text(card, language),
             replay::what_if_text(result, prepared.assumptions, world.currency, language));
  if (!command.out.empty())
    fmt::print("{} {}\n", korean ? "실행 파일:" : "Run files are in", kernel::make_printable(command.out));
  fmt::print("{}", replay::doubts_text(replay::doubts_of(prepared, replay::metered_peak_kw(prepared, card)), language));
}

}  // namespace

int what_if(const WhatIfCommand& command) {
  const replay::Prepared prepared = prepared_of(command, ocpp::read_site_log(command.logs, command.reading));
  catch_interrupt();
  const twin::World logged_world = replay::world_of(prepared);
  replay::ReplayOptions options;
  options.stop = was_interrupted;

  if (!command.out.empty()) make_folder(command.out);
  const auto [logged, card] =
      judged_replay(prepared, command.logs, contest_file(command.out, "as_logged"), Repeat::once, options);

  StartPoint start;
  start.scenario = prepared.scenario;
  if (!command.out.empty()) start.logs = inputs_of_logs(command.logs);
  const ContestResult contest =
      hold_contest(start, {texts_of_strategies(command), command.hosting, command.out, command.threads,
                           command.bound && prepared.scenario.world.sites.front().tariff_given});
  const int status = tell_failures(contest);

  std::vector<WhatIfRow> rows{replay::row_of_run(WhatIfRow::Kind::as_logged, "as_logged",
                                                 analysis::kpis_of_run(logged_world, logged.result),
                                                 logged.result.event_hash)};
  for (const analysis::Contender& contender : contest.contenders) rows.push_back(row_of(contender));
  if (contest.bound) {
    const twin::SiteResult& asap = contest.bound->reference.sites.front();
    rows.push_back(replay::row_of_bound(contest.bound->bound, asap.energy_wanted_kwh));
  }

  // The share of the saving that is left where stays are only guessed from earlier sessions.
  const std::vector<WhatIfRow> unforeseen = rows_without_foresight(command, prepared.log);
  const replay::WhatIf result =
      replay::what_if({prepared, card, replay::replayed_sessions(prepared.sessions.sessions, logged),
                       feeders_grid_per_meter(logged_world, logged), logged.terms},
                      std::move(rows), unforeseen);

  if (!command.json) {
    print_comparison(command, prepared, card, result);
    return status;
  }
  nlohmann::ordered_json json;
  json["site"] = command.site.empty() ? "made from the log" : command.site;
  json["sessions"] = prepared.sessions.sessions.size();
  json["timezone"] = prepared.scenario.world.calendar.zone_name();
  json["claims"] = command.claims == sessions::Claims::truth ? "truth" : "history";
  json["scores"] = replay::scores_json(card);
  json["verdict"] = std::string(card.verdict_word());
  json["warnings"] = replay::doubts_json(replay::doubts_of(prepared, replay::metered_peak_kw(prepared, card)));
  json.update(replay::what_if_json(result, prepared.assumptions, prepared.scenario.world.currency));
  fmt::print("{}\n", analysis::json_text(json));
  return status;
}

}  // namespace evtwin::cli
