// The options of the commands on strategies and forecasters alone.
#include "cli/option_parts.hpp"

namespace evtwin::cli {
namespace {

struct DecideOptions {
  DecideCommand command;
  std::string strategy;
  bool schema = false, example = false;
};

void offer_decide(Offers& offers) {
  const auto options = std::make_shared<DecideOptions>();
  CLI::App& app =
      offers.add(offers.program(), "decide", "Ask a strategy for one decision: a request in JSON, an answer in JSON",
                 options, [](DecideOptions& given) {
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
  app.add_option("--strategy", options->strategy, "ID[:key=value...] or FILE.so[#ID]");
  app.add_flag("--lines", options->command.lines,
               "a request per line, an answer per line: one strategy instance serves them all");
  app.add_flag("--schema", options->schema, "print the JSON Schema of requests and answers");
  app.add_flag("--example", options->example, "print a request to start from");
  add_hosting(app, options->command.hosting);
}

void offer_plugin(Offers& offers) {
  CLI::App& plugin =
      *offers.program().add_subcommand("plugin", "Make, look at and judge strategies and forecasters of your own");
  plugin.require_subcommand(1);

  const auto made = std::make_shared<PluginNewCommand>();
  CLI::App& make = offers.add(plugin, "new", "Write a project of a strategy or forecaster to start from: ./NAME", made);
  make.add_option("NAME", made->name, "lower case letters, digits, '-' and '_'")->required();
  make.add_option("--lang", made->language, "cpp (default), c or lua")->check(CLI::IsMember({"cpp", "c", "lua"}));
  make.add_flag("--forecaster", made->forecaster, "a forecaster instead of a strategy; in C++")->excludes("--lang");

  const auto shown = std::make_shared<PluginInfoCommand>();
  CLI::App& info =
      offers.add(plugin, "info", "Show what a plugin says of itself: strategies, forecasters, parameters, ABI", shown);
  info.add_option("FILE", shown->file, "plugin (.so) or strategy in Lua (.lua)")->required();
  info.add_flag("--json", shown->json, "one JSON document on stdout");

  const auto laid_out = std::make_shared<PluginLayoutCommand>();
  CLI::App& layout = offers.add(
      plugin, "layout",
      "Print strategy.h and forecaster.h as tables: structs, fields, offsets, types, constants; for other languages",
      laid_out);
  layout.add_flag("--json", laid_out->json, "one JSON document on stdout");

  const auto listed = std::make_shared<PluginListCommand>();
  CLI::App& list = offers.add(
      plugin, "list", "List the strategies and forecasters found in EVTWIN_PLUGIN_PATH and beside the program", listed);
  list.add_flag("--json", listed->json, "one JSON document on stdout");

  const auto tried = std::make_shared<PluginCheckCommand>();
  CLI::App& check = offers.add(plugin, "check", "Try a plugin on everything the contract asks of it", tried);
  check.add_option("FILE", tried->file, "FILE.so, or FILE.so#ID for one of its strategies or forecasters")->required();
  auto* fuzz = check.add_option("--fuzz", tried->fuzz_s, "then go on with random sites, seconds")
                   ->check(CLI::Range(0.0, 86400.0));
  check.add_option("--reproduce", tried->reproduce, "only the random site with this seed")->excludes(fuzz);
  add_json(check, tried->json, "tables");
}

}  // namespace

void offer_strategies(Offers& offers) {
  offer_decide(offers);
  offer_plugin(offers);
}

}  // namespace evtwin::cli
