// evtwin forecast judge: forecasters tried on the days of a scenario, by their errors and by what they are worth.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "analysis/forecast_trial.hpp"
#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/input_files.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "control/plugin_forecaster.hpp"
#include "kernel/hash.hpp"
#include "kernel/parallel.hpp"
#include "kernel/text.hpp"
#include "policy/sha256.hpp"
#include "scenario/loader.hpp"
#include "store/forecast_cache.hpp"
#include "twin/simulation.hpp"

namespace evtwin::cli {

namespace {

using analysis::ForecastScore;
using analysis::Interval;
using nlohmann::ordered_json;

constexpr std::size_t money_block_days = 7;  // weekdays and weekends stay together

/// A forecaster as it was asked for, for trials and for runs.
struct Candidate {
  std::string label;
  control::Forecast rule;                                     ///< of a run
  std::shared_ptr<const control::ForecastSource> forecaster;  ///< for trials; null: none
  std::uint32_t flags = 0;                                    ///< EVTWIN_FORECASTS()
};

/// One candidate on one quantity.
struct Judged {
  std::string label, error;
  std::uint32_t quantity = 0;
  analysis::Trial trial;
  ForecastScore score;
};

/// One candidate's run.
struct Money {
  std::string label, error;
  double objective = std::nan("");
  std::vector<double> days;
  Interval captured;
};

struct Verdict {
  std::vector<Judged> judged;
  std::vector<Money> money;
  Interval possible;  ///< what a perfect forecast saves against yesterday, as a share of the objective
  std::size_t days = 0;
};

control::TextParams params_of(std::string_view text, std::string& id) {
  const StrategyText parsed = parse_strategy(std::string(text));
  id = parsed.id;
  return parsed.params;
}

using Cache = std::shared_ptr<store::ForecastCache>;

/// What decides on a forecaster's answers beside the call: its plugin's bytes, its parameters, and the bytes of files
/// among them.
std::string identity_of(const control::ChosenForecaster& chosen, const control::TextParams& params) {
  const auto digest = [](const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return policy::sha256_hex(std::string{std::istreambuf_iterator<char>(stream), {}});
  };
  std::string identity = fmt::format("{} {}", chosen.description.id, digest(chosen.file));
  for (const auto& [name, value] : params) identity += fmt::format("\n{}={}", name, value);
  for (const std::string& file : files_among(params)) identity += fmt::format("\n{} {}", file, digest(file));
  return identity;
}

/// @param cache  null: none
std::shared_ptr<const control::ForecastSource> source_with(control::ChosenForecaster chosen,
                                                           const control::TextParams& params, const Cache& cache) {
  if (cache == nullptr) return control::source_of(std::move(chosen));
  std::string identity = identity_of(chosen, params);
  return store::cached_source(control::source_of(std::move(chosen)), std::move(identity), cache);
}

/// A file has networks for some quantities: the others it does not foresee. @throws StrategyError where it has none
void keep_what_is_foreseen(Candidate& candidate) {
  std::optional<control::StrategyError> refused;
  std::uint32_t kept = 0;
  for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
    try {
      if ((candidate.flags & EVTWIN_FORECASTS(q)) != 0) candidate.forecaster->make_model(q, 0, 0);
      kept |= candidate.flags & EVTWIN_FORECASTS(q);
    } catch (const control::StrategyError& error) {
      if (!refused) refused = error;
    }
  }
  if (kept == 0 && refused) throw control::StrategyError(*refused);
  candidate.flags = kept;
}

Candidate candidate_of(const std::string& text, const Cache& cache) {
  using Kind = control::Forecast::Kind;
  if (text == "yesterday" || text == "perfect") {
    Candidate candidate{text, {text == "yesterday" ? Kind::yesterday : Kind::perfect, 0.0, 0.0}, nullptr, 0};
    if (text == "perfect") return candidate;
    // A forecaster that says what the run's rule "yesterday" says.
    const control::TextParams one_day{{"days", "1"}};
    auto chosen = control::choose_forecaster("seasonal-naive", one_day);
    candidate.flags = chosen.description.flags;
    chosen.label = text;
    candidate.forecaster = source_with(std::move(chosen), one_day, cache);
    return candidate;
  }
  std::string id;
  const control::TextParams params = params_of(text, id);
  auto chosen = control::choose_forecaster(id, params);
  Candidate candidate{chosen.label, {Kind::model, 0.0, 0.0}, nullptr, chosen.description.flags};
  const bool plays_a_file = control::needs_model(chosen.description);
  candidate.forecaster = source_with(std::move(chosen), params, cache);
  candidate.rule.source = candidate.forecaster;
  if (plays_a_file) keep_what_is_foreseen(candidate);
  return candidate;
}

std::vector<Candidate> candidates_of(const ForecastJudgeCommand& command, const Cache& cache) {
  std::vector<Candidate> all;
  std::vector<std::string> texts = command.forecasters;
  if (texts.empty()) {
    for (const auto& listed : control::list_forecasters())
      if (!control::needs_model(listed.description)) texts.push_back(listed.description.id);
    texts.emplace_back("yesterday");
  }
  for (const std::string& text : texts) {
    Candidate candidate = candidate_of(text, cache);
    for (const Candidate& other : all) {
      if (other.label == candidate.label)
        throw CommandError(fmt::format("--forecasters: {} is named twice; name each once", candidate.label));
    }
    if (candidate.forecaster == nullptr)
      throw CommandError("--forecasters: perfect makes no error; its money stands in the table anyway");
    all.push_back(std::move(candidate));
  }
  return all;
}

/// Quantities of the first site to judge.
std::vector<std::uint32_t> quantities_of(const ForecastJudgeCommand& command, const analysis::ForecastTrials& trials) {
  std::vector<std::uint32_t> quantities;
  for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
    const bool asked = std::find(command.quantities.begin(), command.quantities.end(), control::quantity_names[q]) !=
                       command.quantities.end();
    if (asked && !trials.quantity_varies(q))
      throw CommandError(fmt::format("--quantities: {} does not vary in this scenario", control::quantity_names[q]));
    if (asked || (command.quantities.empty() && trials.quantity_varies(q))) quantities.push_back(q);
  }
  if (quantities.empty()) throw CommandError("nothing varies in this scenario: there is nothing to foresee");
  return quantities;
}

std::vector<Judged> judge_errors(const ForecastJudgeCommand& command, const std::vector<Candidate>& candidates,
                                 const analysis::ForecastTrials& trials, const Cache& cache) {
  const Candidate reference = candidate_of(command.reference, cache);
  if (reference.forecaster == nullptr) throw CommandError("--reference: perfect makes no error to measure against");
  std::vector<Judged> all;
  for (const std::uint32_t quantity : quantities_of(command, trials)) {
    const analysis::Trial yardstick = trials(*reference.forecaster, quantity);
    for (const Candidate& candidate : candidates) {
      if ((candidate.flags & EVTWIN_FORECASTS(quantity)) == 0) continue;
      Judged& judged = all.emplace_back();
      judged.label = candidate.label;
      judged.quantity = quantity;
      try {
        judged.trial = trials(*candidate.forecaster, quantity);
        judged.score = analysis::score_forecast(judged.trial.days, yardstick.days, trials.mase_scale(quantity));
      } catch (const control::StrategyError& error) {
        judged.error = error.what();
      }
    }
  }
  return all;
}

/// PV and load of all sites by that rule; who comes, and prices, as the scenario foresees them.
twin::World foreseen_by(const twin::World& world, const Candidate& candidate, int period_min) {
  twin::World changed = world;
  for (twin::Site& site : changed.sites) {
    const auto can = [&](std::uint32_t quantity) {
      return candidate.rule.kind != control::Forecast::Kind::model ||
             (candidate.flags & EVTWIN_FORECASTS(quantity)) != 0;
    };
    if (can(EVTWIN_QUANTITY_PV_KW)) site.forecast.pv = candidate.rule;
    if (can(EVTWIN_QUANTITY_LOAD_KW)) site.forecast.load = candidate.rule;
    site.forecast.period_ns = period_min * kernel::minute_ns;
  }
  return changed;
}

/// Whether a perfect forecast gains something, beyond what these days' chance may explain: a share of nothing is noise.
bool tells(const Interval& possible) { return possible.value > 0.0 && !(possible.low <= 0.0); }

std::vector<Money> judge_money(const ForecastJudgeCommand& command, const scenario::LoadedScenario& scenario,
                               std::vector<Candidate> candidates, Interval& possible_share, const Cache& cache) {
  const auto chosen = control::choose_strategy(command.strategy.id, command.strategy.params, command.hosting);
  // Yesterday is what all are measured against, and perfect what could be had.
  std::erase_if(candidates, [](const Candidate& c) { return c.label == "yesterday"; });
  candidates.insert(candidates.begin(), {candidate_of("yesterday", cache), candidate_of("perfect", cache)});
  std::vector<Money> all(candidates.size());
  const unsigned threads = command.threads != 0 ? command.threads : std::max(1U, std::thread::hardware_concurrency());
  {
    const OutputAside aside;
    ProgressBar bar(fmt::format("running {} forecasts", all.size()));
    std::mutex bar_mutex;
    std::vector<double> fractions(all.size(), 0.0);

    // One run per forecaster, all else alike, so that costs differ by the forecasts only.
    kernel::parallel_for(all.size(), threads, [&](std::size_t i) {
      all[i].label = candidates[i].label;
      const twin::World world = foreseen_by(scenario.world, candidates[i], command.period_min);
      analysis::DailyCost cost(world);
      const auto script = scenario::make_script(scenario);
      twin::RunOptions options;
      options.observer = &cost;
      options.script = script.get();
      options.strategy_name = chosen.label;
      options.stop = was_interrupted;

      // The bar shows the mean of all runs: they go on side by side.
      options.progress = [&, i](double fraction) {
        const std::lock_guard lock(bar_mutex);
        fractions[i] = fraction;
        double sum = 0.0;
        for (const double f : fractions) sum += f;
        bar.show_fraction(sum / static_cast<double>(fractions.size()));
      };
      try {
        const twin::Result result = twin::simulate(world, chosen.factory, options);
        for (const analysis::Kpi& kpi : analysis::kpis_of_run(world, result)) {
          if (kpi.name == "objective") all[i].objective = kpi.value;
        }
        all[i].days = cost.cost_by_day(all[i].objective);
      } catch (const control::StrategyError& error) {
        all[i].error = error.what();
      }
    });
  }

  // Captured share: (cost of yesterday - cost of this) / (cost of yesterday - cost of perfect), each summed over days.
  const std::vector<double>&yesterday = all[0].days, &perfect = all[1].days;
  if (yesterday.empty() || perfect.empty()) return all;
  std::vector<double> possible(yesterday.size());
  for (std::size_t d = 0; d < possible.size(); ++d) possible[d] = yesterday[d] - perfect[d];
  possible_share = analysis::ratio_of_sums(possible, yesterday, money_block_days);

  for (Money& money : all) {
    if (money.days.empty() || !tells(possible_share)) continue;
    std::vector<double> saved(possible.size());
    for (std::size_t d = 0; d < saved.size(); ++d) saved[d] = yesterday[d] - money.days[d];
    money.captured = analysis::ratio_of_sums(saved, possible, money_block_days);
  }
  return all;
}

ordered_json number(double value) { return std::isnan(value) ? ordered_json() : ordered_json(value); }
ordered_json interval_json(const Interval& interval) {
  return {{"value", number(interval.value)}, {"low", number(interval.low)}, {"high", number(interval.high)}};
}

ordered_json verdict_json(const Verdict& verdict, const ForecastJudgeCommand& command, const twin::World& world) {
  ordered_json json{{"scenario", world.name},
                    {"judged_days", verdict.days},
                    {"period_min", command.period_min},
                    {"every_h", command.every_h},
                    {"reference", command.reference},
                    {"errors", ordered_json::array()},
                    {"possible", interval_json(verdict.possible)},
                    {"money", ordered_json::array()}};

  for (const Judged& judged : verdict.judged) {
    // A band of one value covers nothing: without a spread the coverage is null.
    const ForecastScore& s = judged.score;
    json["errors"].push_back({{"quantity", control::quantity_names[judged.quantity]},
                              {"forecaster", judged.label},
                              {"error", judged.error.empty() ? ordered_json() : ordered_json(judged.error)},
                              {"days", s.days},
                              {"steps", s.steps},
                              {"bias", number(s.bias)},
                              {"mae", number(s.mae)},
                              {"rmse", number(s.rmse)},
                              {"mase", number(s.mase)},
                              {"pinball", number(s.pinball)},
                              {"wis", number(s.wis)},
                              {"has_spread", judged.trial.has_spread},
                              {"coverage_80", judged.trial.has_spread ? number(s.coverage_80) : ordered_json()},
                              {"skill", interval_json(s.skill)},
                              {"remarks", judged.trial.remarks},
                              {"calls", judged.trial.calls},
                              {"median_ms", judged.trial.median_ms},
                              {"longest_ms", judged.trial.longest_ms}});
  }

  for (const Money& money : verdict.money) {
    json["money"].push_back({{"forecaster", money.label},
                             {"error", money.error.empty() ? ordered_json() : ordered_json(money.error)},
                             {"objective", number(money.objective)},
                             {"captured", interval_json(money.captured)}});
  }

  return json;
}

std::string interval_text(const Interval& interval) {
  if (std::isnan(interval.value)) return "-";
  const auto percent = [](double value) { return fmt::format("{:.1f}", 100.0 * value); };
  if (std::isnan(interval.low)) return percent(interval.value) + " %";
  return fmt::format("{} % ({} .. {})", percent(interval.value), percent(interval.low), percent(interval.high));
}

void print_errors(const Verdict& verdict, bool korean) {
  analysis::TextTable table(korean
                                ? std::vector<std::string>{"예측 대상", "예측기", "MAE", "RMSE", "편향", "MASE", "WIS",
                                                           "80 % 구간 포함률", "기준 대비 개선 (95 %)", "ms/회"}
                                : std::vector<std::string>{"quantity", "forecaster", "MAE", "RMSE", "bias", "MASE",
                                                           "WIS", "in 80 % band", "skill (95 %)", "ms/call"});
  for (const Judged& judged : verdict.judged) {
    const ForecastScore& s = judged.score;
    const std::string quantity(control::quantity_names[judged.quantity]);
    if (!judged.error.empty()) {
      table.add_row({quantity, judged.label, "-", "-", "-", "-", "-", "-", korean ? "실패" : "failed", "-"});
      continue;
    }
    const std::string marked = judged.label + (judged.trial.remarks.empty() ? "" : " *");
    table.add_row(
        {quantity, marked, analysis::number_text(s.mae, 3), analysis::number_text(s.rmse, 3),
         analysis::number_text(s.bias, 3), analysis::number_text(s.mase, 3), analysis::number_text(s.wis, 3),
         std::isnan(s.coverage_80) || !judged.trial.has_spread ? "-" : fmt::format("{:.0f} %", 100.0 * s.coverage_80),
         interval_text(s.skill), fmt::format("{:.2f}", judged.trial.median_ms)});
  }
  fmt::print("{}", table.to_text());
  for (const Judged& judged : verdict.judged) {
    const std::size_t said = judged.trial.remarks.size();
    if (said == 0) continue;
    fmt::print("* {}, {}: {}{}\n", control::quantity_names[judged.quantity], kernel::make_printable(judged.label),
               kernel::make_printable(judged.trial.remarks.front(), 400),
               said == 1 ? ""
               : korean  ? fmt::format(" (외 {}건)", said - 1)
                         : fmt::format(" (and {} more)", said - 1));
  }
}

void print_money(const Verdict& verdict, const std::string& currency, bool korean) {
  analysis::TextTable table(
      korean ? std::vector<std::string>{"PV와 부하 예측", "목적함수", "완전 예측 이득 중 확보 (95 %)"}
             : std::vector<std::string>{"PV and load foreseen by", "objective",
                                        "captured of a perfect forecast's gain (95 %)"});
  for (const Money& money : verdict.money) {
    table.add_row({money.label,
                   money.error.empty() ? analysis::money_text(money.objective, currency) : (korean ? "실패" : "failed"),
                   interval_text(money.captured)});
  }
  fmt::print("\n{}", table.to_text());
}

void print_words(const Verdict& verdict, const ForecastJudgeCommand& command, const std::string& strategy,
                 bool korean) {
  if (korean) {
    fmt::print(
        "\n마지막 {}일, {}시간마다 24시간 앞을 {}분 단위로 예측. WIS는 9개 분위의 평균 핀볼 손실의 2배(CRPS 근사), "
        "개선은 1 - WIS / WIS({}). 포함률은 구간이 한 값이 아닌 때만 센다.\n",
        verdict.days, command.every_h, command.period_min, command.reference);
  } else {
    fmt::print(
        "\nThe last {} day(s), asked every {} h for 24 h ahead in steps of {} min. WIS: twice the mean pinball loss "
        "over nine quantiles,\nnear the CRPS; skill: 1 - WIS / WIS of {}; MASE: MAE over that of the day before, on "
        "the\n"
        "days before those judged; the band counts where it is more than one value.\n",
        verdict.days, command.every_h, command.period_min, command.reference);
  }

  if (verdict.money.empty()) return;

  // A share of a gain that chance may explain would be noise: it is left blank, and said so.
  if (korean) {
    fmt::print("돈: 전체 기간을 {} 전략으로 실행, PV와 부하 예측만 다름. 0 %는 어제 값, 100 %는 완전 예측.\n",
               strategy);
    fmt::print("완전 예측의 이득은 어제 값 대비 목적함수의 {}{}.\n", interval_text(verdict.possible),
               tells(verdict.possible) ? "" : "; 이 날들로는 이득이 있는지 알 수 없어 비율을 비워 둔다");
  } else {
    fmt::print(
        "Money: the whole run under {}, PV and load foreseen so, all else alike; 0 % is yesterday, 100 % a perfect "
        "forecast.\n",
        strategy);
    fmt::print("A perfect forecast saves {} of the objective{}.\n", interval_text(verdict.possible),
               tells(verdict.possible)
                   ? ""
                   : ": these days do not say that it gains anything here, so there is no share of it to tell");
  }
}

}  // namespace

int forecast_judge(const ForecastJudgeCommand& command) {
  const scenario::LoadedScenario scenario = scenario::load_scenario(command.scenario, command.load);
  const twin::World& world = scenario.world;
  if (world.sites.size() != 1)
    throw CommandError(fmt::format("{}: has {} sites; forecasts are judged on scenarios of one", command.scenario,
                                   world.sites.size()));

  analysis::TrialRules rules;
  rules.period_ns = command.period_min * kernel::minute_ns;
  rules.every_ns = command.every_h * kernel::hour_ns;
  rules.days = command.judged_days;
  rules.history_days = world.sites[0].forecast.history_days;

  // A forecast issued within a step would be judged by a step of which part has come already.
  if (command.every_h * 60 % command.period_min != 0)
    throw CommandError(
        fmt::format("--every {} h: forecasts are issued where a step of {} min begins; give a multiple of it",
                    command.every_h, command.period_min));

  const Cache cache = command.cache.empty() ? nullptr : std::make_shared<store::ForecastCache>(command.cache);
  const std::vector<Candidate> candidates = candidates_of(command, cache);
  catch_interrupt();
  Verdict verdict;
  const analysis::ForecastTrials trials(world, 0, rules);
  verdict.days = trials.judged_days();
  if (command.judged_days > 0 && static_cast<std::size_t>(command.judged_days) > verdict.days)
    fmt::print(stderr, "note: --judged-days {}: the run has {}\n", command.judged_days, verdict.days);
  verdict.judged = judge_errors(command, candidates, trials, cache);
  if (command.money) verdict.money = judge_money(command, scenario, candidates, verdict.possible, cache);

  // On stderr, so that what is judged is the same with answers made now and made before.
  if (cache != nullptr) {
    cache->save();
    fmt::print(stderr, "cache {}: {} of {} forecasts were there\n", kernel::make_printable(command.cache),
               cache->found(), cache->asked());
  }

  // A forecaster that fails costs the exit status, not the table of the others.
  int status = 0;
  const auto tell = [&](const std::string& label, const std::string& error) {
    if (error.empty()) return;
    status = 1;
    fmt::print(stderr, "error: {}: {}\n", kernel::make_printable(label), kernel::make_printable(error));
  };
  for (const Judged& judged : verdict.judged) tell(judged.label, judged.error);
  for (const Money& money : verdict.money) tell(money.label, money.error);

  if (command.json) {
    fmt::print("{}\n", analysis::json_text(verdict_json(verdict, command, world)));
    return status;
  }

  const bool korean = command.language == "ko";
  fmt::print("{}: {} to {} ({})\n\n", kernel::make_printable(world.name), world.calendar.format_local(world.start_ns),
             world.calendar.format_local(world.end_ns), world.calendar.zone_name());
  print_errors(verdict, korean);
  if (!verdict.money.empty()) print_money(verdict, world.currency, korean);
  print_words(verdict, command, command.strategy.id, korean);
  return status;
}

}  // namespace evtwin::cli
