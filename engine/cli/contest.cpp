#include "cli/contest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "analysis/run_report.hpp"
#include "analysis/seed_report.hpp"
#include "cli/commands.hpp"
#include "cli/contest_progress.hpp"
#include "cli/contest_round.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "control/strategy_choice.hpp"
#include "kernel/parallel.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

namespace fs = std::filesystem;

/// "edf:margin_min=5" becomes a file name that every file system takes.
std::string file_name_of(const std::string& label) {
  std::string name;
  for (const char c : label) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_' || c == '=';
    name += plain ? c : '_';
  }
  return name + ".evtwin";
}

/// The oracle's is made ready on each world (ContestRound).
std::vector<ReadyStrategy> strategies_of(const StartPoint& start, const ContestRules& rules) {
  std::vector<ReadyStrategy> ready;
  ready.reserve(rules.strategies.size());
  for (const StrategyText& text : rules.strategies) {
    const bool oracle = is_oracle(text);
    if (oracle && start.content) throw CommandError("strategy oracle: it plays a whole run; leave out --from");
    ready.push_back(oracle ? ready_oracle({}) : ready_strategy(start, &text, rules.hosting));
  }
  if (!ready.empty()) return ready;
  // A function of the scenario is what its writer wants to see beside the others.
  if (!start.content && start.scenario.world.strategy.id == "lua")
    ready.push_back(ready_strategy(start, nullptr, rules.hosting));
  std::set<std::string> seen;
  for (const auto& listed : control::list_strategies()) {
    if (!seen.insert(listed.description.id).second) continue;   // hidden by one that has the same id
    if (control::plays_policies(listed.description)) continue;  // it plays the file that it is given
    const StrategyText text{listed.description.id, {}};
    ready.push_back(ready_strategy(start, &text, rules.hosting));
  }
  if (ready.empty()) throw CommandError("no strategy is installed; is lib/evtwin beside the program's folder?");
  return ready;
}

/// The part of a contest that is the same on every world.
struct Field {
  Field(const StartPoint& start, const ContestRules& agreed)
      : rules(agreed), strategies(strategies_of(start, agreed)), names(contest_names(strategies)) {
    needs_bound = rules.bound || std::any_of(rules.strategies.begin(), rules.strategies.end(), is_oracle);
    threads = rules.threads != 0 ? rules.threads : std::max(1U, std::thread::hardware_concurrency());
  }
  const ContestRules& rules;
  std::vector<ReadyStrategy> strategies;
  std::vector<std::string> names;
  bool needs_bound = false;
  unsigned threads = 0;
};

/// A world, and where what comes of it goes.
struct Stage {
  ContestRound& round;
  std::vector<std::string> files;            ///< by strategy; empty texts: none
  std::shared_ptr<const FoundBound>* bound;  ///< null: not kept
  analysis::RoundRuns& runs;
  bool brief;  ///< only the figures of all sites together, without texts
};

void find_bound(const Stage& stage, ContestProgress& progress) {
  progress.bound_begins();
  stage.round.find_bound();
  progress.bound_ends();
  try {
    const auto found = stage.round.await_bound();
    if (stage.bound != nullptr) *stage.bound = found;
    const auto sum = [](const std::vector<double>& sites) { return std::accumulate(sites.begin(), sites.end(), 0.0); };
    stage.runs.bound = sum(found->yardstick.bound);
    stage.runs.reference = sum(found->yardstick.reference);
  } catch (const twin::Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    stage.runs.bound_error = error.what();  // the strategies are compared all the same
  }
}

std::vector<analysis::Kpi> brief(std::vector<analysis::Kpi> kpis) {
  std::erase_if(kpis, [](const analysis::Kpi& kpi) { return kpi.site >= 0; });
  for (analysis::Kpi& kpi : kpis) kpi = {kpi.name, kpi.site, kpi.value, {}, {}, {}};
  return kpis;
}

analysis::Contender play(const Field& field, const Stage& stage, std::size_t strategy,
                         const std::function<void(double)>& show) {
  analysis::Contender contender;
  contender.strategy = field.names[strategy];

  // The bound is asked for when the run is over: it may still be worked out on another thread until then.
  const auto yardstick = [&]() -> const analysis::Yardstick* {
    try {
      return field.rules.bound ? &stage.round.await_bound()->yardstick : nullptr;
    } catch (const twin::Interrupted&) {
      throw;
    } catch (const std::exception&) {
      return nullptr;  // said once, by whoever looked for it
    }
  };

  try {
    const auto [start, ready] = stage.round.open_strategy(strategy);
    FinishedRun done = run_once(*start, ready, {stage.files[strategy], {}, {}}, show, yardstick);
    contender.kpis = stage.brief ? brief(std::move(done.kpis)) : std::move(done.kpis);
    contender.event_hash = done.result.event_hash;
    contender.wall_s = done.wall_s;
    contender.notes = analysis::strategy_notes(done.result);
  } catch (const twin::Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    contender.error = error.what();  // the others still have an answer
  }
  return contender;
}

/// World by world, so that after the first of them the rest can be foreseen; on each the bound comes first, since every
/// run's figures wait for it.
void play_all(const Field& field, std::vector<Stage>& stages, const std::string& currency, ContestProgress& progress) {
  const std::size_t tasks = field.strategies.size() + 1;
  kernel::parallel_for(stages.size() * tasks, field.threads, [&](std::size_t task) {
    const std::size_t world = task / tasks;
    Stage& stage = stages[world];
    if (task % tasks == 0) {
      if (field.needs_bound) find_bound(stage, progress);
    } else {
      const std::size_t strategy = task % tasks - 1;
      progress.begin(strategy, world);
      stage.runs.contenders[strategy] =
          play(field, stage, strategy, [&](double fraction) { progress.note_progress(strategy, world, fraction); });
      progress.end(strategy, world, stage.runs.contenders[strategy], currency);
    }
    stage.round.end_use();
  });
}

/// File names of a contest, all of them different. @throws CommandError
std::vector<std::string> files_of(const std::string& folder, const std::vector<std::string>& run_names) {
  std::vector<std::string> files;
  std::map<std::string, std::string> name_of_file;
  for (const std::string& name : run_names) {
    files.push_back(contest_file(folder, name));
    const auto [other, is_new] = name_of_file.emplace(files.back(), name);
    if (!is_new && !folder.empty())
      throw CommandError(fmt::format("--out: {} and {} would both be written to {}; compare them one after the other",
                                     other->second, name, files.back()));
  }
  return files;
}

/// The first round whose world can be loaded, and that world.
std::pair<std::size_t, std::shared_ptr<const StartPoint>> first_loaded(
    std::size_t rounds, const std::function<StartPoint(std::size_t)>& load) {
  std::exception_ptr of_first;
  for (std::size_t r = 0; r < rounds; ++r) {
    try {
      return {r, std::make_shared<const StartPoint>(load(r))};
    } catch (const std::exception&) {
      if (!of_first) of_first = std::current_exception();
    }
  }
  std::rethrow_exception(of_first);
}

}  // namespace

std::vector<std::string> contest_names(const std::vector<ReadyStrategy>& strategies) {
  std::vector<std::string> names;
  for (const ReadyStrategy& strategy : strategies) {
    const std::string& label = strategy.identity.label;
    const auto same = std::count_if(strategies.begin(), strategies.end(),
                                    [&](const ReadyStrategy& other) { return other.identity.label == label; });
    names.push_back(same > 1 ? fmt::format("{} ({})", label, strategy.identity.plugin_file) : label);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      throw CommandError(fmt::format("--strategies: {} is named twice; name each once", names[i]));
  }
  return names;
}

std::string contest_file(const std::string& folder, const std::string& name) {
  return folder.empty() ? "" : (fs::path(folder) / file_name_of(name)).string();
}

void make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw CommandError(fmt::format("{}: not a folder that can be written ({})", folder, error.message()));
}

ContestResult hold_contest(const StartPoint& start, const ContestRules& rules) {
  const Field field(start, rules);
  if (!rules.out.empty()) make_folder(rules.out);
  for (const std::string& name : field.names) {
    std::error_code error;
    if (!rules.out.empty() && start.content && fs::equivalent(contest_file(rules.out, name), start.file, error))
      throw CommandError(
          fmt::format("{}: lies where the run file of {} would; choose another folder", start.file, name));
  }
  catch_interrupt();
  ContestResult result;
  analysis::RoundRuns runs;
  runs.contenders.resize(field.names.size());
  const auto here = [&] { return std::shared_ptr<const StartPoint>(std::shared_ptr<void>(), &start); };
  ContestRound round(here, field.strategies, rules.hosting, field.names.size() + 1);
  std::vector<Stage> stages{{round, files_of(rules.out, field.names), &result.bound, runs, false}};
  const OutputAside aside;
  ContestProgress progress(field.names, {""}, field.threads);
  play_all(field, stages, start.scenario.world.currency, progress);
  result.contenders = std::move(runs.contenders);
  result.bound_error = std::move(runs.bound_error);
  return result;
}

RoundsResult hold_rounds(const std::vector<Round>& rounds, const std::function<StartPoint(std::size_t)>& load,
                         const ContestRules& rules) {
  const auto [first_round, first] = first_loaded(rounds.size(), load);
  const Field field(*first, rules);
  if (!rules.out.empty()) make_folder(rules.out);

  // Two runs with one file name are refused before the first run begins.
  std::vector<std::string> run_names, titles;
  for (const Round& round : rounds) {
    titles.push_back(round.title);
    for (const std::string& name : field.names) run_names.push_back(name + round.run_suffix);
  }
  const std::vector<std::string> files = files_of(rules.out, run_names);
  catch_interrupt();

  // Worlds are loaded when their turn comes, one at a time; the first is there already, since it showed which
  // strategies there are.
  std::mutex loading;
  RoundsResult result{first, std::vector<analysis::RoundRuns>(rounds.size())};
  std::vector<std::unique_ptr<ContestRound>> worlds;
  std::vector<Stage> stages;
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    result.rounds[r].contenders.resize(field.names.size());
    const auto load_one = [&, r, known = first_round, known_start = first] {
      const std::lock_guard lock(loading);
      return r == known ? known_start : std::make_shared<const StartPoint>(load(r));
    };

    // One use more than strategies: the bound's.
    worlds.push_back(std::make_unique<ContestRound>(load_one, field.strategies, rules.hosting, field.names.size() + 1));
    const auto begin = files.begin() + static_cast<std::ptrdiff_t>(r * field.names.size());
    stages.push_back({*worlds.back(),
                      {begin, begin + static_cast<std::ptrdiff_t>(field.names.size())},
                      nullptr,
                      result.rounds[r],
                      true});
  }
  const OutputAside aside;
  ContestProgress progress(field.names, titles, field.threads);
  play_all(field, stages, first->scenario.world.currency, progress);
  return result;
}

namespace {

std::string seed_suffix(std::uint64_t seed, const std::vector<std::uint64_t>& seeds) {
  const std::size_t width = fmt::formatted_size("{}", *std::max_element(seeds.begin(), seeds.end()));
  return fmt::format("_seed_{:0{}}", seed, width);
}

std::string seed_title(std::uint64_t seed) { return fmt::format("seed {}", seed); }

}  // namespace

std::string seed_run_name(const std::string& strategy, std::uint64_t seed, const std::vector<std::uint64_t>& seeds) {
  return strategy + seed_suffix(seed, seeds);
}

SeedContestResult hold_seed_contest(const std::vector<std::uint64_t>& seeds,
                                    const std::function<StartPoint(std::uint64_t)>& load, const ContestRules& rules) {
  std::vector<Round> rounds;
  for (const std::uint64_t seed : seeds) rounds.push_back({seed_title(seed), seed_suffix(seed, seeds)});
  RoundsResult held = hold_rounds(
      rounds, [&](std::size_t r) { return load(seeds[r]); }, rules);
  SeedContestResult result{held.start, {}};
  for (std::size_t r = 0; r < seeds.size(); ++r) result.rounds.push_back({std::move(held.rounds[r]), seeds[r]});
  return result;
}

int tell_failures(const ContestResult& result) {
  int status = 0;
  for (const analysis::Contender& contender : result.contenders) {
    for (const std::string& note : contender.notes)
      fmt::print(stderr, "note: {}: {}\n", kernel::make_printable(contender.strategy), kernel::make_printable(note));
    if (contender.error.empty()) continue;
    status = 1;
    fmt::print(stderr, "error: {}: {}\n", kernel::make_printable(contender.strategy),
               kernel::make_printable(contender.error));
  }
  if (!result.bound_error.empty())
    fmt::print(stderr, "note: no bound, so no regret: {}\n", kernel::make_printable(result.bound_error));
  return status;
}

int tell_failures(const std::vector<const analysis::RoundRuns*>& rounds, const std::vector<std::string>& titles) {
  int status = 0;
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    const std::vector<analysis::Contender>& contenders = rounds[r]->contenders;
    for (const analysis::Contender& contender : contenders) {
      // Of the first round alone: the others' are alike, and each run file has its own.
      for (std::size_t n = 0; r == 0 && n < contender.notes.size(); ++n)
        fmt::print(stderr, "note: {}: {}: {}\n", titles[r], kernel::make_printable(contender.strategy),
                   kernel::make_printable(contender.notes[n]));
      if (contender.error.empty()) continue;
      status = 1;
      // A world that can not be loaded fails all of them with one text.
      const bool same = std::all_of(contenders.begin(), contenders.end(),
                                    [&](const analysis::Contender& other) { return other.error == contender.error; });
      fmt::print(stderr, "error: {}: {}{}\n", titles[r], same ? "" : kernel::make_printable(contender.strategy) + ": ",
                 kernel::make_printable(contender.error));
      if (same) break;
    }
  }
  return status;
}

int tell_failures(const std::vector<analysis::SeedRuns>& rounds, const std::string& of) {
  const std::string before = of.empty() ? "" : kernel::make_printable(of) + ": ";
  std::vector<const analysis::RoundRuns*> all;
  std::vector<std::string> titles;
  std::map<std::string, std::vector<std::uint64_t>> seeds_of_reason;
  for (const analysis::SeedRuns& round : rounds) {
    all.push_back(&round);
    titles.push_back(before + seed_title(round.seed));
    const bool anybody = std::any_of(round.contenders.begin(), round.contenders.end(),
                                     [](const analysis::Contender& contender) { return contender.error.empty(); });
    if (anybody && !round.bound_error.empty()) seeds_of_reason[round.bound_error].push_back(round.seed);
  }
  const int status = tell_failures(all, titles);
  for (const auto& [reason, seeds] : seeds_of_reason) {
    fmt::print(stderr, "note: {}no bound with seed{} {}, so no regret: {}\n", before, seeds.size() == 1 ? "" : "s",
               analysis::seeds_text(seeds), kernel::make_printable(reason));
  }
  return status;
}

}  // namespace evtwin::cli
