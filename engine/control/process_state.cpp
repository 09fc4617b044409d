#include "control/process_state.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
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

unsigned number_modes() {
#if defined(__x86_64__)
  return _mm_getcsr() & ~exceptions_seen;
#else
  return static_cast<unsigned>(std::fegetround());
#endif
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
#endif
  all += fmt::format("locale {}\n", std::setlocale(LC_ALL, nullptr));
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

NumberModes::NumberModes() : before_(number_modes()) {}

std::string NumberModes::take_back() const {
  const unsigned now = number_modes();
  if (now == before_) return {};
#if defined(__x86_64__)
  _mm_setcsr(before_);
  if (((now ^ before_) & rounding_bits) != 0) return "it changed how this process rounds (fesetround)";
  if (((now ^ before_) & (flush_to_zero | denormals_are_zero)) != 0)
    return "it made this process take very small numbers for 0 (-ffast-math or -Ofast, where it was linked?)";
  return "it changed which floating-point exceptions trap";
#else
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

std::string ProcessState::difference() const {
  for (const OpenFile& was : files_) {
    struct stat file {};
    if (fstat(was.number, &file) != 0) return fmt::format("it closed file descriptor {} of its host", was.number);
    if (file.st_dev != was.device || file.st_ino != was.node)
      return fmt::format("it replaced file descriptor {} of its host", was.number);
  }
  const std::string other = first_difference(before_, globals(part_));
  return other.empty() ? other : "it changed the process: " + other;
}

}  // namespace evtwin::control
