// Internal to the command line: what its commands share, and how each of them is offered.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"

namespace evtwin::cli {

/// The commands that the line may name.
class Offers {
 public:
  explicit Offers(CLI::App& program) : program_(program) {}
  CLI::App& program() { return program_; }

  /// Adds a command below `parent`. @returns it, to be given its options; they are read into `state`, which lives as
  /// long as this.
  /// @param read  what was asked for, from `state`; called when the line is known to be sound and names this command.
  /// May throw CLI::ParseError.
  template <class State, class Read>
  CLI::App& add_command(CLI::App& parent, const char* name, const char* help, const std::shared_ptr<State>& state,
                        Read read) {
    CLI::App& command = *parent.add_subcommand(name, help);
    offers_.push_back({&command, [state, read] { return Command(read(*state)); }});
    return command;
  }
  /// A command that is what its options are read into.
  template <class State>
  CLI::App& add_command(CLI::App& parent, const char* name, const char* help, const std::shared_ptr<State>& state) {
    return add_command(parent, name, help, state, [](State& command) { return std::move(command); });
  }

  /// To the help of commands that do not end with the program's footer.
  void add_to_own_footers(const std::string& text);

  /// After parsing. @throws CLI::ParseError
  Command asked_for() const;

 private:
  struct Offer {
    CLI::App* command;
    std::function<Command()> read;
  };
  CLI::App& program_;
  std::vector<Offer> offers_;
};

// options_log_lines.cpp
/// The options of the log, which every command has, taken out of the command line; else the environment's.
/// @throws CLI::ParseError for a level or room that there is not.
LogOptions take_log_options(std::vector<std::string>& words);
std::string log_help();

// options_run.cpp: run, compare, bound, advise, train, eval
void offer_runs(Offers& offers);
// options_forecast.cpp: forecast ...
void offer_forecasts(Offers& offers);
// options_sweep.cpp: sweep ...
void offer_sweep(Offers& offers);
// options_roads.cpp: roads ...
void offer_roads(Offers& offers);
// options_log.cpp: replay, whatif, export, calibrate, score, ageing, drivers, chargers
void offer_logs(Offers& offers);
// options_strategy.cpp: decide, plugin ...
void offer_strategies(Offers& offers);

// options_help.cpp
/// Puts the commands of the help into groups.
void group_commands(CLI::App& program);
/// evtwin completion SHELL, evtwin man: made from the commands that are offered by then.
void offer_texts(Offers& offers);
/// The first unknown option among the words, with the one it looks like: "--sedes: is no option of this command; did
/// you mean --seeds?"; "" where it looks like none.
std::string nearest_option(const CLI::App& program, const std::vector<std::string>& words);

/// How strategies are hosted. Limits can be kept only in a process of its own, so either of them asks for one.
void add_hosting(CLI::App& command, control::Hosting& hosting);
void add_progress(CLI::App& command);
void add_threads(CLI::App& command, unsigned& threads);
/// @param instead_of  "a table", "tables"
void add_json(CLI::App& command, bool& json, const char* instead_of = "a table");
void add_language(CLI::App& command, std::string& language, const char* of = "language of the table");
/// Texts of an option that may be repeated; it takes one each time.
CLI::Option* add_repeated(CLI::App& command, const char* name, std::vector<std::string>& texts, const char* help);

/// @throws CLI::ValidationError for a value that is empty, or that reads as the next option: `-o --json` was written
/// without a file. A text that begins like a negative number is a value.
void check_value(const std::string& option, const std::string& text);

/// @throws CLI::ValidationError for a text that is no name=value.
std::map<std::string, std::string> pairs_of(const std::string& option, const std::vector<std::string>& texts);
/// FILE.lua[:key=value...]; a file whose name has colons is one if it is there. @throws CLI::ValidationError
std::vector<ScenarioText> scenario_texts(const std::string& option, const std::vector<std::string>& texts);
/// parse_strategy. @throws CLI::ValidationError
StrategyText checked_strategy(const std::string& option, const std::string& text);
std::vector<StrategyText> checked_strategies(const std::vector<std::string>& texts);

}  // namespace evtwin::cli
