// The options of the commands on strategies and forecasters alone.
#include <filesystem>
#include <stdexcept>

#include "cli/option_parts.hpp"
#include "cli/seed_list.hpp"

namespace evtwin::cli {
namespace {

struct DecideOptions {
  DecideCommand command;
  std::string strategy;
  bool schema = false, example = false;
};

void offer_decide(Offers& offers) {
  const auto options = std::make_shared<DecideOptions>();
  CLI::App& app = offers.add_command(
      offers.program(), "decide", "Ask a strategy for one decision: a request in JSON, an answer in JSON", options,
      [](DecideOptions& given) {
        using Print = DecideCommand::Print;
        DecideCommand& command = given.command;
        command.print = given.schema ? Print::schema : given.example ? Print::example : Print::answer;
        if (command.print == Print::answer) {
          if (given.strategy.empty()) throw CLI::RequiredError("--strategy");
          command.strategy = checked_strategy("--strategy", given.strategy);
        }
        return command;
      });
  app.add_option("REQUEST", options->command.file, "file with the request; without it, or -: standard input");
  app.add_option("--strategy", options->strategy, "ID[:key=value...], FILE.so[#ID] or FILE.lua");
  app.add_flag("--lines", options->command.lines,
               "a request per line, an answer per line: one strategy instance serves them all");
  app.add_flag("--schema", options->schema, "print the JSON Schema of requests and answers");
  app.add_flag("--example", options->example, "print a request to start from");
  add_hosting(app, options->command.hosting);
}

struct BenchOptions {
  PluginBenchCommand command;
  std::string strategy, seeds = "1..10";
  std::vector<std::string> rivals{"edf"};
};

void offer_bench(Offers& offers, CLI::App& plugin) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App& app = offers.add_command(
      plugin, "bench", "Say whether a strategy is better or was lucky: several scenarios, each on several seeds",
      options, [](BenchOptions& given) {
        PluginBenchCommand& command = given.command;
        command.strategy = checked_strategy("STRATEGY", given.strategy);
        command.rivals = checked_strategies(given.rivals);

        // At least two: one seed alone has no spread.
        try {
          command.seeds = parse_seeds(given.seeds);
        } catch (const std::invalid_argument& wrong) {
          throw CLI::ValidationError("--seeds", wrong.what());
        }
        return command;
      });

  app.add_option("STRATEGY", options->strategy, "ID[:key=value...], FILE.so[#ID] or FILE.lua")->required();
  app.add_option("--against", options->rivals,
                 "strategies beside it, separated by commas; the first is what it is "
                 "measured against (default: edf)");
  app.add_option("--seeds", options->seeds, "as 1..10 (default), 1,3,7 or 1..5,9");
  app.add_option("--scenario", options->command.scenarios,
                 "scenarios of yours, separated by commas, instead of five that come with the program")
      ->delimiter(',');

  app.add_option("--days", options->command.days, "days of each scenario, instead of its own")
      ->check(CLI::Range(1, 3660));
  add_threads(app, options->command.threads);
  add_hosting(app, options->command.hosting);
  add_json(app, options->command.json);
}

struct CheckOptions {
  PluginCheckCommand command;
  std::string plugin;
};

/// A file may have a colon in its name.
StrategyText checked_plugin(const std::string& text) {
  std::error_code error;
  if (std::filesystem::exists(text, error)) return {text, {}};
  return checked_strategy("PLUGIN", text);
}

void offer_check(Offers& offers, CLI::App& plugin) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App& check = offers.add_command(plugin, "check", "Try a plugin on everything the contract asks of it", options,
                                       [](CheckOptions& given) {
                                         given.command.plugin = checked_plugin(given.plugin);
                                         return given.command;
                                       });
  check
      .add_option("PLUGIN", options->plugin,
                  "FILE.so; one strategy or forecaster as FILE.so#ID[:key=value...] or ID[:key=value...]; FILE.lua")
      ->required();
  check.add_option("--only", options->command.only, "these checks alone, separated by commas")->delimiter(',');

  check
      .add_option("--skip", options->command.skip,
                  "not these checks, separated by commas: late, week and timing take longest")
      ->delimiter(',');
  check.add_option("--call-limit-s", options->command.call_s, "CPU seconds that one call may take (default 5)")
      ->check(CLI::Range(0.01, 86400.0));
  check.add_option("--memory-limit-mib", options->command.memory_mib, "MiB that one check may take (default 1024)")
      ->check(CLI::Range(16, 1 << 20));

  // A seed reported by --fuzz is tried alone by --reproduce.
  auto* fuzz = check.add_option("--fuzz", options->command.fuzz_s, "then go on with random sites, seconds")
                   ->check(CLI::Range(0.0, 86400.0));
  check.add_option("--reproduce", options->command.reproduce, "only the random site with this seed")->excludes(fuzz);
  add_json(check, options->command.json, "tables");
}

void offer_plugin(Offers& offers) {
  CLI::App& plugin =
      *offers.program().add_subcommand("plugin", "Make, look at and judge strategies and forecasters of your own");
  plugin.require_subcommand(1);

  const auto made = std::make_shared<PluginNewCommand>();
  CLI::App& make =
      offers.add_command(plugin, "new", "Write a project of a strategy or forecaster to start from: ./NAME", made);
  make.add_option("NAME", made->name, "lower case letters, digits, '-' and '_'")->required();
  make.add_option("--lang", made->language, "cpp (default), c, lua or rust")
      ->check(CLI::IsMember({"cpp", "c", "lua", "rust"}));
  make.add_flag("--forecaster", made->forecaster, "a forecaster instead of a strategy; in C++")->excludes("--lang");

  const auto shown = std::make_shared<PluginInfoCommand>();
  CLI::App& info = offers.add_command(
      plugin, "info", "Show what a plugin says of itself: strategies, forecasters, parameters, ABI", shown);
  info.add_option("FILE", shown->file, "plugin (.so) or strategy in Lua (.lua)")->required();
  info.add_flag("--json", shown->json, "one JSON document on stdout");

  const auto laid_out = std::make_shared<PluginLayoutCommand>();
  CLI::App& layout = offers.add_command(
      plugin, "layout",
      "Print strategy.h and forecaster.h as tables: structs, fields, offsets, types, constants; for other languages",
      laid_out);
  auto* as_json = layout.add_flag("--json", laid_out->json, "one JSON document on stdout");
  layout.add_flag("--rust", laid_out->rust, "a Rust module: #[repr(C)] structs whose sizes the compiler checks")
      ->excludes(as_json);

  const auto listed = std::make_shared<PluginListCommand>();
  CLI::App& list = offers.add_command(
      plugin, "list", "List the strategies and forecasters found in EVTWIN_PLUGIN_PATH and beside the program", listed);
  list.add_flag("--json", listed->json, "one JSON document on stdout");

  offer_bench(offers, plugin);

  offer_check(offers, plugin);
}

}  // namespace

void offer_strategies(Offers& offers) {
  offer_decide(offers);
  offer_plugin(offers);
}

}  // namespace evtwin::cli
