// evtwin rerun: a recorded run repeated from its scenario's text and its inputs, and its history compared.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/one_run.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/run_again.hpp"
#include "control/forecast_model.hpp"
#include "kernel/text.hpp"
#include "record/commit.hpp"
#include "record/reader.hpp"

namespace evtwin::cli {

namespace {

constexpr int exit_other_history = 3;

/// Builds of the forecasters of a site, by quantity as the run file names them.
std::map<std::pair<std::string, std::string>, std::string> forecaster_builds(const twin::World& world) {
  std::map<std::pair<std::string, std::string>, std::string> builds;
  for (const twin::Site& site : world.sites) {
    const auto add = [&](const char* quantity, const control::Forecast& rule) {
      if (rule.source != nullptr) builds[{site.name, quantity}] = rule.source->found_if_there().digest;
    };
    add("pv", site.forecast.pv);
    add("load", site.forecast.load);
    add("arrivals", site.forecast.arrivals);
    add("price", site.forecast.price);
  }
  return builds;
}

/// Differences from the recorded run that do not keep it from being repeated.
std::vector<std::string> changes_since(const record::RunSummary& then, const ReadyStrategy& now,
                                       const twin::World& world) {
  std::vector<std::string> changes;
  const auto compare = [&](const char* what, const std::string& before, const std::string& today) {
    if (before != today) changes.push_back(fmt::format("{}: {} then, {} now", what, before, today));
  };
  compare("evtwin", then.evtwin_version, record::evtwin_version());
  compare("evtwin commit", then.evtwin_commit, record::evtwin_commit());
  compare("compiler", then.compiler, __VERSION__);
  compare("time zone data", then.tzdata_version, record::tzdata_version());
  compare("build of the strategy", then.plugin_digest, now.identity.plugin_digest);
  auto builds = forecaster_builds(world);
  for (const record::ForecastRule& was : then.forecasts)
    compare(("build of the forecaster of " + was.quantity + " at " + was.site).c_str(), was.plugin_digest,
            builds[{was.site, was.quantity}]);
  return changes;
}

}  // namespace

int repeat_run(const RerunCommand& command) {
  const std::string& file = command.run;
  const record::RunSummary summary = record::read_summary(file);
  check_repeatable(file, summary);
  const StartPoint start = start_again(file, summary);
  const ReadyStrategy strategy = strategy_again(file, summary, start);
  const std::vector<std::string> changes = changes_since(summary, strategy, start.scenario.world);

  catch_interrupt();
  FinishedRun done;
  {
    const OutputAside aside;
    ProgressBar bar("running " + kernel::make_printable(strategy.identity.label) + " again");
    done = run_once(start, strategy, {}, [&](double fraction) { bar.show_fraction(fraction); });
  }

  // Equal event hashes mean the same events at the same instants, in the same order.
  const std::string hash = fmt::format("{:016x}", done.result.event_hash);
  const bool same = hash == summary.event_hash;

  if (command.json) {
    const nlohmann::ordered_json json{{"file", file},
                                      {"same_history", same},
                                      {"event_hash", {{"then", summary.event_hash}, {"now", hash}}},
                                      {"changed", changes}};
    fmt::print("{}\n", analysis::json_text(json));
  } else {
    for (const std::string& change : changes) fmt::print("changed since: {}\n", kernel::make_printable(change));
    if (same) {
      fmt::print("{}: the same history again, event hash {}\n", kernel::make_printable(file), hash);
    } else {
      fmt::print("{}: another history: event hash {} then, {} now\n", kernel::make_printable(file),
                 kernel::make_printable(summary.event_hash), hash);
    }
  }
  return same ? 0 : exit_other_history;
}

}  // namespace evtwin::cli
