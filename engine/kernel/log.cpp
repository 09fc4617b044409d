#include "kernel/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"

namespace evtwin::kernel {
namespace {

constexpr const char* levels_variable = "EVTWIN_LOG";
constexpr const char* file_variable = "EVTWIN_LOG_FILE";
constexpr const char* start_variable = "EVTWIN_LOG_START";
/// A pipe takes this much at once (PIPE_BUF): two processes do not mix their lines.
constexpr std::size_t longest_line = 4096;
#ifdef PIPE_BUF
static_assert(longest_line <= PIPE_BUF);
#endif

std::atomic<std::int64_t> start_ns{0};  // of the steady clock; 0: not known yet

std::string_view variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The instant from which lines count: as the program said, else the first line's own.
std::int64_t started_ns() {
  std::int64_t known = start_ns.load(std::memory_order_relaxed);
  if (known != 0) return known;
  std::int64_t mine = steady_ns();
  const std::string_view text = variable(start_variable);
  std::from_chars(text.data(), text.data() + text.size(), mine);
  return start_ns.compare_exchange_strong(known, mine) ? mine : known;
}

std::string list_of(std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

std::string small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// Among names in small letters; INFO is info.
std::optional<std::size_t> place_of(std::string_view name, std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), small_letters(name));
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

/// The name that was meant: one that begins like that ("warn", as others call it), or the nearest.
std::string meant(std::string_view name, std::span<const std::string_view> names) {
  const std::string small = small_letters(name);
  const auto begins = [&](std::string_view known) { return small.size() >= 3 && known.starts_with(small); };
  if (std::count_if(names.begin(), names.end(), begins) == 1)
    return fmt::format("; did you mean {}?", *std::find_if(names.begin(), names.end(), begins));
  return did_you_mean(small, names);
}

/// Where `name` stands among the levels or rooms.
std::size_t need(std::string_view name, std::string_view kind, std::span<const std::string_view> names) {
  if (const auto place = place_of(name, names)) return *place;
  const std::string near = meant(name, names);
  throw std::invalid_argument(fmt::format("there is no {} '{}'{} There are: {}", kind, make_printable(name, 40),
                                          near.empty() ? "." : near, list_of(names)));
}

LogLevel level_of(std::string_view word) {
  if (place_of(word, log_room_names))
    throw std::invalid_argument(fmt::format("'{}' is a room and needs a level, for example {}=debug", word, word));
  return static_cast<LogLevel>(need(word, "level", log_level_names));
}

/// One call of the system for a line, and nothing that would be locked in a child that was forked meanwhile.
void put(std::string_view line, int to) {
  while (!line.empty()) {
    const ssize_t written = ::write(to, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

void put(std::string_view line) {
  const std::string_view file = variable(file_variable);
  if (file.empty()) return put(line, STDERR_FILENO);
  const int to = ::open(file.data(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (to < 0) return;
  put(line, to);
  ::close(to);
}

void set(const LogLevels& wanted) {
  for (std::size_t room = 0; room < wanted.size(); ++room)
    log_parts::most_told[room].level.store(static_cast<std::uint8_t>(wanted[room]), std::memory_order_relaxed);
}

/// A text that is wrong asks for nothing.
LogLevels levels_of_environment() {
  try {
    return parse_log_levels(variable(levels_variable));
  } catch (const std::exception& wrong) {
    put(fmt::format("{}: {}\n", levels_variable, wrong.what()), STDERR_FILENO);
  }
  return {};
}

}  // namespace

LogLevels parse_log_levels(std::string_view text) {
  LogLevels levels{};
  if (text.empty()) return levels;
  std::optional<LogLevel> others;
  std::array<bool, log_room_names.size()> named{};
  const auto twice = [](std::string_view what) {
    throw std::invalid_argument(fmt::format("{} twice; which one is meant?", what));
  };

  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    const std::string_view part = text.substr(from, comma - from);
    from = comma + 1;
    const std::size_t equals = part.find('=');
    // A level without a room is for all rooms that no other word names.
    if (equals == std::string_view::npos) {
      const LogLevel level = level_of(part);
      if (others) twice("a level for all rooms is given");
      others = level;
      continue;
    }

    const std::size_t room = need(part.substr(0, equals), "room", log_room_names);
    levels[room] = level_of(part.substr(equals + 1));
    if (std::exchange(named[room], true)) twice(fmt::format("room {} is named", log_room_names[room]));
  }

  for (std::size_t room = 0; room < levels.size(); ++room) {
    if (!named[room]) levels[room] = others.value_or(LogLevel::off);
  }
  return levels;
}

void start_log(const std::string& levels, const std::string& file) {
  const LogLevels wanted = parse_log_levels(levels);
  start_ns.store(steady_ns(), std::memory_order_relaxed);
  set(wanted);
  if (wanted == LogLevels{} && variable(levels_variable).empty()) return;
  ::setenv(levels_variable, levels.c_str(), 1);
  ::setenv(file_variable, file.c_str(), 1);
  ::setenv(start_variable, fmt::format("{}", started_ns()).c_str(), 1);
}

namespace log_parts {

constinit std::array<Most, log_room_names.size()> most_told{};

bool read_and_ask(LogRoom room, LogLevel level) noexcept {
  const LogLevels wanted = levels_of_environment();
  set(wanted);
  return level <= wanted[static_cast<std::size_t>(room)];
}

void write(LogRoom room, LogLevel level, fmt::string_view text, fmt::format_args values) noexcept {
  const int error = errno;
  try {
    std::string line =
        fmt::format("{:>10.3f} {:<7} {:<8} ", static_cast<double>(steady_ns() - started_ns()) / 1e6,
                    log_level_names[static_cast<std::size_t>(level)], log_room_names[static_cast<std::size_t>(room)]);
    line += make_printable(fmt::vformat(text, values), longest_line - line.size() - 1);
    line += '\n';
    put(line);
  } catch (...) {  // out of memory: the line is lost, the work goes on
  }
  errno = error;
}

}  // namespace log_parts
}  // namespace evtwin::kernel
