#include "control/plugin_description.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "control/call.hpp"
#include "control/loader_lock.hpp"
#include "control/plugin_library.hpp"
#include "control/strategy.hpp"

namespace evtwin::control {

namespace {

constexpr int patience_s = 10;

/// Writes and reads a description as bytes, in one order for both: what comes out of the child is not to be trusted.
class Packer {
 public:
  std::string bytes;
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint64_t>(text.size()));
    bytes += text;
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(const T& value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }
  template <class T>
  void list(const std::vector<T>& all) {
    (*this)(static_cast<std::uint64_t>(all.size()));
  }
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}
  void operator()(std::string& text) { text = take(length()); }
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(T& value) {
    const std::string_view taken = take(sizeof value);
    std::copy(taken.begin(), taken.end(), reinterpret_cast<char*>(&value));
  }
  template <class T>
  void list(std::vector<T>& all) {
    all.resize(length());
  }

 private:
  std::size_t length() {
    std::uint64_t n = 0;
    (*this)(n);
    if (n > left_.size()) throw std::length_error("cut short");
    return static_cast<std::size_t>(n);
  }
  std::string_view take(std::size_t n) {
    if (n > left_.size()) throw std::length_error("cut short");
    const std::string_view taken = left_.substr(0, n);
    left_.remove_prefix(n);
    return taken;
  }
  std::string_view left_;
};

template <class Archive, class Param>
void walk_param(Archive& archive, Param& p) {
  archive(p.id), archive(p.unit), archive(p.help), archive(p.type);
  archive.list(p.choices);
  for (auto& choice : p.choices) archive(choice);
  archive(p.min), archive(p.max), archive(p.default_number), archive(p.default_text);
}

template <class Archive, class Parts>
void walk_parts(Archive& archive, Parts& parts) {
  archive.list(parts);
  for (auto& s : parts) {
    archive(s.id), archive(s.name), archive(s.version), archive(s.help), archive(s.flags);
    archive.list(s.params);
    for (auto& p : s.params) walk_param(archive, p);
  }
}

template <class Archive, class Description>
void walk(Archive& archive, Description& plugin) {
  archive(plugin.abi_major), archive(plugin.abi_minor), archive(plugin.abi_digest);
  walk_parts(archive, plugin.strategies);
  walk_parts(archive, plugin.forecasters);
  archive(plugin.forecaster_abi_major), archive(plugin.forecaster_abi_minor), archive(plugin.forecaster_abi_digest);
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

ParamDescription described_param(const evtwin_param_info& p) {
  ParamDescription out{
      text_or_empty(p.id), text_or_empty(p.unit),        text_or_empty(p.help), p.type, {}, p.min, p.max,
      p.default_number,    text_or_empty(p.default_text)};
  for (std::uint32_t i = 0; p.type == EVTWIN_PARAM_CHOICE && i < p.n_choices; ++i)
    out.choices.push_back(text_or_empty(p.choices[i]));
  return out;
}

}  // namespace

StrategyDescription copy_description(const evtwin_info& info) {
  StrategyDescription out{
      info.id, text_or_empty(info.name), text_or_empty(info.version), text_or_empty(info.help), info.flags, {}};
  for (std::uint32_t i = 0; i < info.n_params; ++i) out.params.push_back(described_param(info.params[i]));
  return out;
}

namespace {

PluginDescription describe_here(const std::string& file) {
  const auto library = PluginLibrary::open_library(file);
  PluginDescription plugin;
  plugin.file = file;
  const auto take_abi = [&](const auto& entry) {
    plugin.abi_major = entry.abi_major;
    plugin.abi_minor = entry.abi_minor;
    plugin.abi_digest = text_or_empty(entry.abi_digest);
  };
  const auto strategies = library->strategy_infos(), forecasters = library->forecaster_infos();
  if (strategies.empty())
    take_abi(library->forecaster_entry());
  else
    take_abi(library->strategy_entry());
  if (!forecasters.empty()) {
    const evtwin_forecaster_entry& entry = library->forecaster_entry();
    plugin.forecaster_abi_major = entry.abi_major;
    plugin.forecaster_abi_minor = entry.abi_minor;
    plugin.forecaster_abi_digest = text_or_empty(entry.abi_digest);
  }
  for (const evtwin_info* info : strategies) plugin.strategies.push_back(copy_description(*info));
  for (const evtwin_info* info : forecasters) plugin.forecasters.push_back(copy_description(*info));
  return plugin;
}

/// The child's part: one letter, then the description or the reason.
[[noreturn]] void answer_through(int pipe_end, const std::string& file) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}) ::signal(signal, SIG_DFL);
  ::signal(SIGINT, SIG_IGN);  // Ctrl-C is for the parent
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // Output of a plugin while it is looked at is not the answer; it prints again when it is opened for good.
  const int nowhere = ::open("/dev/null", O_WRONLY);
  if (nowhere >= 0) {
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
  }

  ::alarm(patience_s);

  // No exception may leave: the frames above are a copy of the parent's.
  std::string answer;
  try {
    Packer packer;
    const PluginDescription plugin = describe_here(file);
    walk(packer, plugin);
    answer = "+" + packer.bytes;
  } catch (const StrategyError& refused) {
    answer = std::string("-") + refused.what();
  } catch (const std::exception& error) {
    answer = fmt::format("-plugin {}: info() let an exception cross the C ABI: {}", file, error.what());
  } catch (...) {
    answer = fmt::format("-plugin {}: info() let an exception of unknown type cross the C ABI", file);
  }

  for (std::size_t sent = 0; sent < answer.size();) {
    const ssize_t n = ::write(pipe_end, answer.data() + sent, answer.size() - sent);
    if (n <= 0) break;
    sent += static_cast<std::size_t>(n);
  }
  ::_exit(0);
}

/// All refusals name the file first.
[[noreturn]] void refuse_plugin(const std::string& file, const std::string& why) {
  throw StrategyError(fmt::format("plugin {}: {}", file, why));
}

/// A child that looks at the plugin, and the end of the pipe that its answer comes out of.
struct Looker {
  pid_t child;
  int reading_end;
};

/// Foreign code runs while a library is loaded: in a process of its own it can not take this one along.
Looker start_looker(const std::string& file) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) refuse_plugin(file, "can not be looked at: no pipe");

  // Text that is not yet written would be written by both processes; a lock of the loader would stay held in the child.
  std::fflush(nullptr);
  auto alone = hold_loader();
  const pid_t child = ::fork();
  alone.unlock();
  if (child == 0) {
    ::close(ends[0]);
    answer_through(ends[1], file);
  }

  // The child alone holds the writing end from here on, so that its end is the answer's end.
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    refuse_plugin(file, "can not be looked at: no process");
  }
  return {child, ends[0]};
}

/// The answer as far as it came, and how the child ended.
struct LookerEnd {
  std::string answer;
  bool waited_long_enough = false;  ///< it switched its alarm off
  int status = 0;
};

/// Longer than its alarm no child is waited for, also one that switches it off.
LookerEnd wait_for(const Looker& looker) {
  LookerEnd end;
  std::array<char, 4096> some{};
  while (true) {
    pollfd ready{looker.reading_end, POLLIN, 0};
    const int came = ::poll(&ready, 1, (patience_s + 2) * 1000);
    if (came < 0 && errno == EINTR) continue;
    if (came == 0) {
      end.waited_long_enough = true;
      ::kill(looker.child, SIGKILL);
      break;
    }

    const ssize_t n = ::read(looker.reading_end, some.data(), some.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    end.answer.append(some.data(), static_cast<std::size_t>(n));
  }

  // A child that is not waited for would stay as a zombie.
  ::close(looker.reading_end);
  while (::waitpid(looker.child, &end.status, 0) < 0 && errno == EINTR) {
  }
  return end;
}

PluginDescription describe_in_child(const std::string& file) {
  const auto [answer, waited_long_enough, status] = wait_for(start_looker(file));

  // The time limit first: it ends the child by a signal, too.
  if (waited_long_enough || (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM))
    refuse_plugin(file, fmt::format("loading it took longer than {} s", patience_s));
  if (WIFSIGNALED(status))
    refuse_plugin(
        file, fmt::format("damaged: loading or unloading it ended the process with {}", signal_text(WTERMSIG(status))));
  if (answer.empty())
    refuse_plugin(file, fmt::format("loading it ended the process with exit status {}", WEXITSTATUS(status)));
  if (answer.front() == '-') throw StrategyError(answer.substr(1));

  // Foreign code ran in the process that wrote these bytes: they may end anywhere.
  PluginDescription plugin;
  plugin.file = file;
  try {
    Unpacker unpacker(std::string_view(answer).substr(1));
    walk(unpacker, plugin);
  } catch (const std::length_error&) {
    refuse_plugin(file, "loading it cut its own description short");
  }
  return plugin;
}

}  // namespace

std::string ParamDescription::range_text() const {
  const std::string with_unit = unit.empty() ? "" : " " + unit;
  switch (type) {
    case EVTWIN_PARAM_BOOL:
      return "true or false";
    case EVTWIN_PARAM_INT:
      return fmt::format("a whole number from {} to {}{}", min, max, with_unit);
    case EVTWIN_PARAM_REAL:
      return fmt::format("a number from {} to {}{}", min, max, with_unit);
    case EVTWIN_PARAM_CHOICE:
      return fmt::format("one of {}", fmt::join(choices, ", "));
    default:
      return "text";
  }
}

std::string ParamDescription::default_value() const {
  switch (type) {
    case EVTWIN_PARAM_BOOL:
      return default_number != 0.0 ? "true" : "false";
    case EVTWIN_PARAM_INT:
    case EVTWIN_PARAM_REAL:
      return std::isnan(default_number) ? "-" : fmt::format("{}", default_number);
    default:
      return default_text.empty() ? "-" : default_text;
  }
}

const StrategyDescription* PluginDescription::find_strategy(std::string_view id) const {
  for (const StrategyDescription& strategy : strategies) {
    if (strategy.id == id) return &strategy;
  }
  return nullptr;
}

PluginDescription describe_plugin(const std::string& file, Look look) {
  return look == Look::here ? describe_here(file) : describe_in_child(file);
}

}  // namespace evtwin::control
