#include "cli/option_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "cli/progress.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

void Offers::add_to_own_footers(const std::string& text) {
  for (const Offer& offer : offers_) {
    const std::string own = offer.command->get_footer();
    if (own != program_.get_footer()) offer.command->footer(own + text);
  }
}

Command Offers::asked_for() const {
  for (const Offer& offer : offers_) {
    if (offer.command->parsed()) return offer.read();
  }
  return NoCommand{};
}

void add_hosting(CLI::App& command, control::Hosting& hosting) {
  const auto apart = [&hosting] { hosting.where = control::Where::apart; };
  CLI::Option* here = command.add_flag_callback(
      "--in-process", [&hosting] { hosting.where = control::Where::here; },
      "run plugins of others in this process too: faster, but one that crashes or hangs takes the command with it");

  command
      .add_flag_callback("--isolate", apart,
                         "run each strategy in a process of its own, those that came with evtwin and Lua's too: "
                         "whatever it does, the run lives on. Plugins of others are always run so")
      ->excludes(here);

  // A limit can be kept only on a process of its own, so that giving one isolates.
  command
      .add_option("--call-limit-s", hosting.limits.call_s,
                  "seconds a strategy in a process of its own may take for one answer (default 60); isolates it")
      ->check([](const std::string& text) {
        double seconds = 0.0;
        const bool is_number = CLI::detail::lexical_cast(text, seconds);
        return is_number && seconds > 0.0 ? std::string() : fmt::format("'{}' are no seconds above 0", text);
      })
      ->excludes(here)
      ->each([apart](const std::string&) { apart(); });
  command
      .add_option("--memory-limit-mib", hosting.limits.memory_mib,
                  "memory of the process of a strategy, beyond which it is stopped; isolates it")
      ->check(CLI::Range(std::size_t{16}, std::size_t{1} << 24))
      ->excludes(here)
      ->each([apart](const std::string&) { apart(); });

  hosting.limits.stop = &was_interrupted;
}

void add_progress(CLI::App& command) {
  command.add_flag_callback("--progress", tell_progress_in_lines, "how far it is, a line per percent on stderr");
}

void add_threads(CLI::App& command, unsigned& threads) {
  command.add_option("--threads", threads, "runs at the same time; changes no result")->check(CLI::Range(1U, 1024U));
}

void add_json(CLI::App& command, bool& json, const char* instead_of) {
  command.add_flag("--json", json, fmt::format("one JSON document on stdout instead of {}", instead_of));
}

void add_language(CLI::App& command, std::string& language, const char* of) {
  command.add_option("--lang", language, of)->check(CLI::IsMember({"en", "ko"}));
}

CLI::Option* add_repeated(CLI::App& command, const char* name, std::vector<std::string>& texts, const char* help) {
  return command.add_option(name, texts, help)->take_all()->allow_extra_args(false);
}

void check_value(const std::string& option, const std::string& text) {
  if (text.empty()) throw CLI::ValidationError(option, "is given without a value");
  const bool is_option =
      text.size() > 1 && text[0] == '-' && (text[1] == '-' || CLI::detail::valid_first_char(text[1]));
  if (!is_option || (text[1] >= '0' && text[1] <= '9')) return;
  const std::string shown = kernel::make_printable(text, 100);
  throw CLI::ValidationError(
      option,
      fmt::format("wants a value, and '{}' reads as an option; a file of that name is written ./{}", shown, shown));
}

std::map<std::string, std::string> pairs_of(const std::string& option, const std::vector<std::string>& texts) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw CLI::ValidationError(option, fmt::format("'{}' must be written name=value", text));
    if (!kernel::is_utf8(text))
      throw CLI::ValidationError(option, fmt::format("'{}' is not UTF-8", kernel::make_printable(text, 100)));
    if (equals + 1 == text.size()) throw CLI::ValidationError(option, fmt::format("'{}' has no value", text));
    const std::string name = text.substr(0, equals), value = text.substr(equals + 1);
    const auto [before, is_new] = pairs.emplace(name, value);
    if (!is_new) {
      throw CLI::ValidationError(
          option, fmt::format("'{}' is given twice, {} and {}; which one holds?", name, before->second, value));
    }
  }
  return pairs;
}

StrategyText checked_strategy(const std::string& option, const std::string& text) {
  try {
    return parse_strategy(text);
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError(option, wrong.what());
  }
}

std::vector<StrategyText> checked_strategies(const std::vector<std::string>& texts) {
  std::vector<StrategyText> strategies;
  for (const std::string& text : texts) {
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      if (comma == at)
        throw CLI::ValidationError("--strategies", fmt::format("'{}' names no strategy beside a comma", text));
      strategies.push_back(checked_strategy("--strategies", text.substr(at, comma - at)));
      at = comma + 1;
    }
  }
  return strategies;
}

}  // namespace evtwin::cli
