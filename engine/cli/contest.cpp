#include "cli/contest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <mutex>
#include <thread>

#include "cli/commands.hpp"
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

/// What each strategy is called in this comparison: its label, and where it comes from if two labels are the same (the
/// build of yesterday against that of today). @throws CommandError for the same strategy twice.
std::vector<std::string> names_of(const std::vector<ReadyStrategy>& strategies) {
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

std::vector<ReadyStrategy> strategies_of(const StartPoint& start, const ContestRules& rules, const BoundFuture& bound) {
  std::vector<ReadyStrategy> ready;
  ready.reserve(rules.strategies.size());
  for (const StrategyText& text : rules.strategies) {
    const bool oracle = is_oracle(text);
    if (oracle && start.content) throw CommandError("strategy oracle: it plays a whole run; leave out --from");
    ready.push_back(oracle ? ready_oracle(bound) : ready_strategy(start, &text, rules.hosting));
  }
  if (!ready.empty()) return ready;
  for (const auto& listed : control::list_strategies()) {
    const StrategyText text{listed.description.id, {}};
    ready.push_back(ready_strategy(start, &text, rules.hosting));
  }
  if (ready.empty()) throw CommandError("no strategy is installed; is lib/evtwin beside the program's folder?");
  return ready;
}

/// Without a bound the strategies are compared all the same.
void give_bound(const StartPoint& start, const ContestRules& rules, BoundPromise& bound) {
  try {
    bound.set_value(find_bound_of(start, rules.hosting, {}));
  } catch (...) {
    bound.set_exception(std::current_exception());
  }
}

}  // namespace

std::string contest_file(const std::string& folder, const std::string& name) {
  return folder.empty() ? "" : (fs::path(folder) / file_name_of(name)).string();
}

void make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw CommandError(fmt::format("{}: not a folder that can be written ({})", folder, error.message()));
}

ContestResult hold_contest(const StartPoint& start, const ContestRules& rules) {
  BoundPromise bound;
  const BoundFuture bound_found = bound.get_future().share();
  const std::vector<ReadyStrategy> strategies = strategies_of(start, rules, bound_found);
  const bool needs_bound = rules.bound || std::any_of(rules.strategies.begin(), rules.strategies.end(), is_oracle);
  const std::vector<std::string> names = names_of(strategies);
  if (!rules.out.empty()) make_folder(rules.out);
  for (const std::string& name : names) {
    std::error_code error;
    if (!rules.out.empty() && start.content && fs::equivalent(contest_file(rules.out, name), start.file, error))
      throw CommandError(
          fmt::format("{}: lies where the run file of {} would; choose another folder", start.file, name));
  }
  catch_interrupt();
  const unsigned threads = rules.threads != 0 ? rules.threads : std::max(1U, std::thread::hardware_concurrency());
  ContestResult result;
  result.contenders.resize(strategies.size());
  const auto yardstick = [&]() -> const analysis::Yardstick* {
    try {
      return rules.bound ? &bound_found.get()->yardstick : nullptr;
    } catch (const twin::Interrupted&) {
      throw;
    } catch (const std::exception&) {
      return nullptr;  // said once, by whoever looked for it
    }
  };
  {
    const OutputAside aside;
    ProgressBar bar(fmt::format("running {} strategies", strategies.size()));
    std::mutex bar_mutex;
    std::vector<double> fractions(strategies.size(), 0.0);
    // The bound comes first, since every run's figures wait for it.
    kernel::parallel_for(strategies.size() + 1, threads, [&](std::size_t task) {
      if (task == 0) {
        if (needs_bound) give_bound(start, rules, bound);
        return;
      }
      const std::size_t i = task - 1;
      const std::string file = contest_file(rules.out, names[i]);
      result.contenders[i].strategy = names[i];
      const auto show = [&](double fraction) {
        const std::lock_guard lock(bar_mutex);
        fractions[i] = fraction;
        double sum = 0.0;
        for (const double f : fractions) sum += f;
        bar.show(sum / static_cast<double>(fractions.size()));
      };
      try {
        const FinishedRun done = run_once(start, strategies[i], {file, {}, {}}, show, yardstick);
        result.contenders[i].kpis = done.kpis;
        result.contenders[i].event_hash = done.result.event_hash;
        result.contenders[i].wall_s = done.wall_s;
      } catch (const twin::Interrupted&) {
        throw;
      } catch (const std::exception& error) {
        result.contenders[i].error = error.what();  // the others still have an answer
      }
    });
  }

  if (needs_bound) {
    try {
      result.bound = bound_found.get();
    } catch (const std::exception& error) {
      result.bound_error = error.what();
    }
  }
  return result;
}

int tell_failures(const ContestResult& result) {
  int status = 0;
  for (const analysis::Contender& contender : result.contenders) {
    if (contender.error.empty()) continue;
    status = 1;
    fmt::print(stderr, "error: {}: {}\n", kernel::printable(contender.strategy), kernel::printable(contender.error));
  }
  if (!result.bound_error.empty())
    fmt::print(stderr, "note: no bound, so no regret: {}\n", kernel::printable(result.bound_error));
  return status;
}

}  // namespace evtwin::cli
