// evtwin decide: a request in JSON, what a strategy would do in JSON.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <streambuf>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "control/isolated_strategy.hpp"
#include "decide/advisor.hpp"
#include "decide/json_value.hpp"
#include "decide/schema.hpp"
#include "kernel/text.hpp"
#include "scenario/fields.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

namespace {

using nlohmann::ordered_json;

/// Up to the end of the line or of the input; beyond the bound one byte too many is kept, so that the reader refuses
/// it, and the rest is skipped. @returns false at the end of the input.
bool take(std::streambuf& input, bool line, std::string& text) {
  text.clear();
  constexpr int end = std::char_traits<char>::eof();
  bool any = false;
  for (int c = input.sbumpc(); c != end; c = input.sbumpc()) {
    any = true;
    if (line && c == '\n') return true;
    if (text.size() <= decide::most_request_bytes) text.push_back(static_cast<char>(c));
    if (!line && text.size() > decide::most_request_bytes) return true;
  }
  return any;
}

bool blank(const std::string& text) { return text.find_first_not_of(" \t\r") == std::string::npos; }

/// A line of a stream that was not answered. The stream goes on.
ordered_json refusal(std::size_t line, const scenario::FieldError& error) {
  return {{"line", line}, {"error", kernel::make_printable(error.what())}, {"field", error.field}};
}

/// @returns the exit status: 1 when a line was refused.
int answer_lines(std::streambuf& input, decide::Advisor& advisor) {
  int status = 0;
  std::string text;
  for (std::size_t line = 1; take(input, true, text); ++line) {
    if (blank(text)) continue;
    ordered_json answer;
    try {
      const decide::Request request = decide::read_request(text);
      answer = decide::answer_json(request, advisor.answer_request(request));
    } catch (const scenario::FieldError& error) {
      answer = refusal(line, error);
      status = 1;
    } catch (const control::StrategyError& error) {
      throw control::StrategyError(fmt::format("line {}: {}", line, error.what()));  // it can not be asked again
    }
    fmt::print("{}\n", analysis::json_text(answer, -1));
    std::fflush(stdout);  // whoever asked waits for it
  }
  return status;
}

void answer_one(std::streambuf& input, const std::string& name, decide::Advisor& advisor) {
  std::string text;
  take(input, false, text);
  if (blank(text)) throw CommandError(fmt::format("{} is empty; --example prints a request to start from", name));
  try {
    const decide::Request request = decide::read_request(text);
    fmt::print("{}\n", analysis::json_text(decide::answer_json(request, advisor.answer_request(request))));
  } catch (const scenario::FieldError& error) {
    throw CommandError(fmt::format("{}: {}", name, error.what()));
  }
}

control::ChosenStrategy lua_strategy_for(const DecideCommand& command, const decide::Request& request) {
  const auto& [id, params] = command.strategy;
  auto read = scenario::strategy_for_world(decide::world_of(request), id, params);
  control::ChosenStrategy chosen;
  chosen.file = id;
  chosen.label = read.label;
  chosen.factory = std::move(read.factory);
  if (command.hosting.where == control::Where::apart)
    chosen.factory =
        control::isolate_strategy("strategy " + read.label, command.hosting.limits, std::move(chosen.factory));
  return chosen;
}

decide::Advisor advisor_of(const DecideCommand& command) {
  if (command.strategy.id.ends_with(".lua"))
    return decide::Advisor([command](const decide::Request& request) { return lua_strategy_for(command, request); });
  return decide::Advisor(control::choose_strategy(command.strategy.id, command.strategy.params, command.hosting));
}

}  // namespace

int answer_requests(const DecideCommand& command) {
  if (command.print == DecideCommand::Print::schema) {
    fmt::print("{}\n", analysis::json_text(decide::request_schema()));
    return 0;
  }
  if (command.print == DecideCommand::Print::example) {
    fmt::print("{}", decide::example_request());
    return 0;
  }
  decide::Advisor advisor = advisor_of(command);

  std::ios::sync_with_stdio(false);
  std::ifstream file;
  const bool standard = command.file == "-";
  if (!standard) {
    file.open(command.file, std::ios::binary);
    if (!file || file.peek() == std::char_traits<char>::eof())
      throw CommandError(fmt::format("{} can not be read, or is empty", command.file));
  }
  std::streambuf& input = standard ? *std::cin.rdbuf() : *file.rdbuf();
  if (command.lines) return answer_lines(input, advisor);
  answer_one(input, standard ? "standard input" : command.file, advisor);
  return 0;
}

}  // namespace evtwin::cli
