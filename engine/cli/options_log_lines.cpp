// --log and --log-file: the same for every command, and for what `evtwin view` hands on.
#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "cli/option_parts.hpp"
#include "kernel/log.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : std::string(text);
}

/// Texts of `--log TEXT` and `--log=TEXT`; all of them leave the command line. A word after "--" is no option.
std::vector<std::string> take(std::vector<std::string>& words, const std::string& option) {
  std::vector<std::string> taken;
  for (std::size_t i = 0; i < words.size() && words[i] != "--";) {
    const auto word = words.begin() + static_cast<std::ptrdiff_t>(i);
    if (word->starts_with(option + "=")) {
      taken.push_back(word->substr(option.size() + 1));
      words.erase(word);
    } else if (*word == option) {
      if (word + 1 == words.end()) throw CLI::ArgumentMismatch::AtLeast(option, 1, 0);
      taken.push_back(word[1]);
      words.erase(word, word + 2);
    } else {
      ++i;
    }
  }
  for (const std::string& text : taken) check_value(option, text);
  return taken;
}

}  // namespace

std::string log_help() {
  return fmt::format(
      "Every command: --log LEVEL or --log ROOM=LEVEL,... (or EVTWIN_LOG; may be repeated) tells on stderr what the "
      "engine's rooms do,\n"
      "--log-file FILE writes that to a new file instead (without --log at info).\n"
      "  levels {}\n  rooms  {}",
      fmt::join(kernel::log_level_names, ", "), fmt::join(kernel::log_room_names, ", "));
}

LogOptions take_log_options(std::vector<std::string>& words) {
  const std::vector<std::string> levels = take(words, "--log");
  const std::vector<std::string> files = take(words, "--log-file");
  if (files.size() > 1) {
    throw CLI::ValidationError(
        "--log-file", fmt::format("is given twice, {} and {}; which one holds?", kernel::make_printable(files[0], 100),
                                  kernel::make_printable(files[1], 100)));
  }
  LogOptions log{levels.empty() ? variable("EVTWIN_LOG") : fmt::format("{}", fmt::join(levels, ",")),
                 files.empty() ? variable("EVTWIN_LOG_FILE") : files.front(), !files.empty()};
  if (log.levels.empty() && log.new_file) log.levels = "info";
  try {
    kernel::parse_log_levels(log.levels);
  } catch (const std::invalid_argument& wrong) {
    throw CLI::ValidationError(levels.empty() ? "EVTWIN_LOG" : "--log", wrong.what());
  }
  return log;
}

}  // namespace evtwin::cli
