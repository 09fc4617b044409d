#include "control/process_state.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <locale>
#include <string_view>
#include <system_error>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

extern char** environ;

namespace evtwin::control {

namespace {

constexpr unsigned exceptions_seen = 0x3f;  // of MXCSR (Intel SDM vol. 1, 10.2.3): flags, not modes
constexpr unsigned denormals_are_zero = 0x0040, rounding_bits = 0x6000, flush_to_zero = 0x8000;
static_assert((exceptions_seen & (denormals_are_zero | rounding_bits | flush_to_zero)) == 0,
              "a bit is a flag or a mode");

unsigned number_modes() {
#if defined(__x86_64__)
  return _mm_getcsr() & ~exceptions_seen;
#else
  return static_cast<unsigned>(std::fegetround());
#endif
}

/// Precision, rounding and traps of long double on x86; 0 elsewhere.
unsigned short x87_control() {
  unsigned short word = 0;
#if defined(__x86_64__)
  asm volatile("fnstcw %0" : "=m"(word));
#endif
  return word;
}

std::string numbers_text(const std::vector<int>& numbers) {
  return numbers.empty() ? std::string("none") : fmt::format("{}", fmt::join(numbers, ", "));
}

std::string blocked_signals() {
  sigset_t mask;
  if (pthread_sigmask(SIG_BLOCK, nullptr, &mask) != 0) return {};
  std::vector<int> blocked;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (sigismember(&mask, signal) == 1) blocked.push_back(signal);
  }
  return numbers_text(blocked);
}

std::string processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return "unknown";
  std::vector<int> allowed;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) allowed.push_back(static_cast<int>(cpu));
  }
  return numbers_text(allowed);
}

/// Timers that will interrupt the process: alarm() and setitimer() by name, those of timer_create() as a number.
std::string timers() {
  struct Kind {
    const char* name;
    __itimer_which which;
  };
  constexpr std::array kinds = std::to_array<Kind>(
      {{"alarm", ITIMER_REAL}, {"virtual timer", ITIMER_VIRTUAL}, {"profiling timer", ITIMER_PROF}});
  std::string text;
  for (const Kind& kind : kinds) {
    itimerval now{};
    if (getitimer(kind.which, &now) == 0 && (now.it_value.tv_sec != 0 || now.it_value.tv_usec != 0))
      text += fmt::format("{}{}", text.empty() ? "" : ", ", kind.name);
  }

  // Only kernels with CONFIG_CHECKPOINT_RESTORE list them: elsewhere there are none to be seen.
  std::ifstream listed("/proc/self/timers");
  std::size_t made = 0;
  for (std::string line; std::getline(listed, line);) made += line.starts_with("ID:") ? 1U : 0U;
  if (made > 0) text += fmt::format("{}{} of timer_create", text.empty() ? "" : ", ", made);
  return text.empty() ? "none" : text;
}

/// Limits that a call could lower for its host.
std::string limits() {
  struct Limit {
    const char* name;
    __rlimit_resource resource;
  };
  constexpr std::array all = std::to_array<Limit>(
      {{"file size", RLIMIT_FSIZE}, {"open files", RLIMIT_NOFILE}, {"stack", RLIMIT_STACK}, {"memory", RLIMIT_AS}});
  std::string text;
  for (const Limit& limit : all) {
    rlimit now{};
    if (getrlimit(limit.resource, &now) == 0) text += fmt::format("limit of {} {}\n", limit.name, now.rlim_cur);
  }
  return text;
}

/// Everything global that a call could change, as text; open files apart.
std::string globals(ProcessPart part) {
  std::string all = fmt::format("rounding {}\n", std::fegetround());
#if defined(__x86_64__)
  all += fmt::format("floating-point control 0x{:x}\n", number_modes());
  all += fmt::format("x87 control word 0x{:x}\n", x87_control());
#endif
  all += fmt::format("locale {}\n", std::setlocale(LC_ALL, nullptr));
  all += fmt::format("C++ locale {}\n", std::locale().name());
  all += fmt::format("blocked signals {}\n", blocked_signals());
  all += fmt::format("pending timers {}\n", timers());
  all += fmt::format("nice value {}\n", getpriority(PRIO_PROCESS, 0));
  all += fmt::format("processors {}\n", processors());
  std::error_code gone;
  all += fmt::format("working folder {}\n", std::filesystem::current_path(gone).string());
  if (part == ProcessPart::all) {
    // It can be read only by setting it: not where another thread may create a file.
    const mode_t mask = umask(0);
    umask(mask);
    all += fmt::format("umask {:o}\n", mask);
  }

  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    const char* name = strsignal(signal);
    all += fmt::format("handler of signal {} ({}) {}\n", signal, name == nullptr ? "unknown" : name,
                       reinterpret_cast<const void*>(action.sa_sigaction));
  }

  all += limits();
  if (part == ProcessPart::modes) return all;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    all += fmt::format("environment {}\n", *variable);
  return all;
}

/// The first line in which two texts differ; one that is only there, or no longer, is shown beside nothing.
std::string first_difference(std::string_view before, std::string_view after) {
  while (!before.empty() || !after.empty()) {
    const auto line_of = [](std::string_view& text) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      return line;
    };
    const auto was = line_of(before), is = line_of(after);
    if (was != is) return fmt::format("'{}' was '{}'", is, was);
  }
  return {};
}

}  // namespace

NumberModes::NumberModes() : before_(number_modes()), x87_before_(x87_control()) {}

bool NumberModes::changed() const { return number_modes() != before_ || x87_control() != x87_before_; }

std::string NumberModes::take_back() const {
  const unsigned now = number_modes();
#if defined(__x86_64__)
  const bool x87_changed = x87_control() != x87_before_;
  if (x87_changed) asm volatile("fldcw %0" : : "m"(x87_before_));
  if (now == before_)
    return x87_changed ? "it changed how this process calculates with long double (x87 control word)" : "";
  _mm_setcsr(before_);
  if (((now ^ before_) & rounding_bits) != 0) return "it changed how this process rounds (fesetround)";
  if (((now ^ before_) & (flush_to_zero | denormals_are_zero)) != 0)
    return "it made this process take very small numbers for 0 (-ffast-math or -Ofast, where it was linked?)";
  return "it changed which floating-point exceptions trap";
#else
  if (now == before_) return {};
  std::fesetround(static_cast<int>(before_));
  return "it changed how this process rounds (fesetround)";
#endif
}

ProcessState::ProcessState(ProcessPart part) : part_(part), before_(globals(part)) {
  if (part != ProcessPart::all) return;
  DIR* opened = opendir("/proc/self/fd");
  if (opened == nullptr) return;
  while (const dirent* entry = readdir(opened)) {
    const int number = std::atoi(entry->d_name);
    struct stat file {};
    if (entry->d_name[0] == '.' || number == dirfd(opened) || fstat(number, &file) != 0) continue;
    files_.push_back({number, file.st_dev, file.st_ino});
  }
  closedir(opened);
}

std::string ProcessState::find_difference() const {
  for (const OpenFile& was : files_) {
    struct stat file {};
    if (fstat(was.number, &file) != 0) return fmt::format("it closed file descriptor {} of its host", was.number);
    if (file.st_dev != was.device || file.st_ino != was.node)
      return fmt::format("it replaced file descriptor {} of its host", was.number);
  }
  const std::string other = first_difference(before_, globals(part_));
  return other.empty() ? other : "it changed the process: " + other;
}

namespace {

/// Name, parent and state of a process from /proc/PID/stat: "17 (name) S 1 ...". Nothing where it is gone.
struct Listed {
  std::string name;
  char state = 'X';
  pid_t parent = 0;
};

Listed listed(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string line;
  std::getline(file, line);
  const std::size_t open = line.find('('), close = line.rfind(')');
  Listed found;
  if (close == std::string::npos || open >= close) return found;
  found.name = line.substr(open + 1, close - open - 1);
  std::sscanf(line.c_str() + close + 1, " %c %d", &found.state, &found.parent);
  return found;
}

}  // namespace

std::vector<pid_t> own_processes() {
  std::vector<pid_t> own;
  siginfo_t any{};
  if (waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) != 0) return own;  // it has none at all
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const pid_t process = std::atoi(entry.path().filename().c_str());
    if (process <= 0) continue;
    const Listed found = listed(process);
    if (found.parent == getpid() && found.state != 'Z' && found.state != 'X') own.push_back(process);
  }
  return own;
}

std::string end_own_processes() {
  // Those on their way out are given a moment.
  std::vector<pid_t> own = own_processes();
  for (int look = 0; look < 50 && !own.empty(); ++look) {
    usleep(2000);
    own = own_processes();
  }
  if (own.empty()) return {};
  std::string text = listed(own.front()).name;
  if (own.size() > 1) text += fmt::format(" and {} more", own.size() - 1);
  for (const pid_t process : own) {
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }
  return text;
}

}  // namespace evtwin::control
