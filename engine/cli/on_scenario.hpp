// Internal to the command line: options that every command on a scenario has.
#pragma once
#include <fmt/format.h>

#include <string>
#include <vector>

#include "cli/option_parts.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::cli {

/// CLI11 reads 010 as eight, nobody else does.
inline std::string check_decimal(const std::string& text) {
  const bool octal = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
  return octal ? fmt::format("'{}' begins with 0; write it without", text) : std::string();
}

/// Where a command may begin.
/// `elsewhere`: the command says itself what runs, and which days.
enum class Start : std::uint8_t { scenario, scenario_or_checkpoint, elsewhere };

/// Options of a command on a scenario, and the texts among them that are read when the line is known to be sound.
template <class CommandType>
struct OnScenario {
  CommandType command;
  std::vector<std::string> set, changes;
  std::string from;  ///< checkpoint

  void add_to(CLI::App& app, Start start) {
    CLI::Option* go_on = nullptr;
    if (start == Start::scenario) {
      app.add_option("SCENARIO", command.scenario, "scenario file (.lua)")->required();
    } else if (start == Start::scenario_or_checkpoint) {
      app.add_option("SCENARIO", command.scenario, "scenario file (.lua); with --from only where it has been moved");
      go_on = app.add_option("--from", from, "checkpoint to go on from, instead of the scenario's start");
    }

    auto* given = add_repeated(app, "--set", set, "value of a param() of the scenario, as name=value; may be repeated");
    auto* changed =
        add_repeated(app, "--change", changes, "what is otherwise at the site, as contract_kw=60; may be repeated");
    auto* drawn = app.add_option("--seed", command.load.seed, "seed of every random draw, instead of the scenario's")
                      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}))
                      ->check(check_decimal);
    CLI::Option* lasting = nullptr;
    CLI::Option* owned = nullptr;
    if (start != Start::elsewhere) {
      owned = app.add_option("--operator", command.load.operator_name,
                             "the sites of this operator alone: those with operator = NAME in the scenario");
      lasting = app.add_option("--days", command.load.days, "local days to simulate, instead of the scenario's")
                    ->check(CLI::Range(1, 36500))
                    ->check(check_decimal);
    }
    // A checkpoint has its world.
    for (CLI::Option* fixed : {given, changed, drawn, lasting, owned}) {
      if (go_on != nullptr) go_on->excludes(fixed);
    }
    add_json(app, command.json);
    add_progress(app);
    add_hosting(app, command.hosting);
    app.footer("Keys of --change:\n" + scenario::change_keys_help());
    add_language(app, command.language);
  }

  void read_texts() {
    if (command.scenario.empty() && from.empty()) throw CLI::RequiredError("SCENARIO (or --from CHECKPOINT)");
    command.load.set = pairs_of("--set", set);
    command.load.changes = pairs_of("--change", changes);
  }
};

}  // namespace evtwin::cli
