// --log and --log-file: the same for every command, and for what `evtwin view` hands on.
#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "cli/option_parts.hpp"
#include "kernel/log.hpp"

namespace evtwin::cli {

namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

/// The last of `--log TEXT` and `--log=TEXT`; all of them leave the command line. What follows "--" is no option.
std::optional<std::string> take(std::vector<std::string>& words, const std::string& option) {
  std::optional<std::string> taken;
  for (std::size_t i = 0; i < words.size() && words[i] != "--";) {
    const auto word = words.begin() + static_cast<std::ptrdiff_t>(i);
    if (word->starts_with(option + "=")) {
      taken = word->substr(option.size() + 1);
      words.erase(word);
    } else if (*word == option) {
      if (word + 1 == words.end()) throw CLI::ArgumentMismatch::AtLeast(option, 1, 0);
      taken = word[1];
      words.erase(word, word + 2);
    } else {
      ++i;
    }
  }
  return taken;
}

}  // namespace

std::string log_help() {
  return fmt::format(
      "Every command: --log LEVEL or --log ROOM=LEVEL,... (or EVTWIN_LOG) tells on stderr what the engine's rooms do,\n"
      "--log-file FILE writes that to a new file instead (without --log at info).\n"
      "  levels {}\n  rooms  {}",
      fmt::join(kernel::log_level_names, ", "), fmt::join(kernel::log_room_names, ", "));
}

LogOptions take_log_options(std::vector<std::string>& words) {
  const std::optional<std::string> levels = take(words, "--log");
  const std::optional<std::string> file = take(words, "--log-file");
  LogOptions log{levels.value_or(variable("EVTWIN_LOG")), file.value_or(variable("EVTWIN_LOG_FILE")), file.has_value()};
  if (log.levels.empty() && log.new_file) log.levels = "info";
  try {
    kernel::parse_log_levels(log.levels);
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError(levels ? "--log" : "EVTWIN_LOG", wrong.what());
  }
  return log;
}

}  // namespace evtwin::cli
