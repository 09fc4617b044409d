#include "plugin_check/process_watch.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <thread>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "plugin_check/child.hpp"
#include "plugin_check/crash.hpp"

#if defined(__SANITIZE_ADDRESS__)
// Of the sanitizer's runtime, whose headers GCC does not bring.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // NOLINT(bugprone-reserved-identifier)
#endif

extern char** environ;

namespace evtwin::plugin_check {

namespace {

/// Entries of a folder of /proc: threads, open files.
std::size_t entries_of(const char* folder) {
  DIR* opened = opendir(folder);
  if (opened == nullptr) return 0;
  std::size_t count = 0;
  while (readdir(opened) != nullptr) ++count;
  closedir(opened);
  return count;
}
std::size_t files() { return entries_of("/proc/self/fd"); }

std::size_t allocated_bytes() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  const auto all = mallinfo2();
  return all.uordblks + all.hblkhd;
#endif
}

/// Everything global that a call could change, as text.
std::string globals() {
  std::string all = fmt::format("rounding {}\n", std::fegetround());
#if defined(__x86_64__)
  constexpr unsigned exceptions_seen = 0x3f;
  all += fmt::format("floating-point control 0x{:x}\n", _mm_getcsr() & ~exceptions_seen);
#endif
  all += fmt::format("locale {}\n", std::setlocale(LC_ALL, nullptr));
  std::error_code gone;
  all += fmt::format("working folder {}\n", std::filesystem::current_path(gone).string());
  const mode_t mask = umask(0);
  umask(mask);
  all += fmt::format("umask {:o}\n", mask);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    all += fmt::format("handler of signal {} ({}) {}\n", signal, name_of_signal(signal),
                       reinterpret_cast<const void*>(action.sa_sigaction));
  }
  for (char** variable = environ; *variable != nullptr; ++variable) all += fmt::format("environment {}\n", *variable);
  return all;
}

/// The first line in which two texts differ.
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

std::size_t threads_now() { return entries_of("/proc/self/task"); }

void wait_for_threads(std::size_t expected) {
  using namespace std::chrono_literals;
  for (int k = 0; k < 100 && threads_now() > expected; ++k) std::this_thread::sleep_for(2ms);
}

void expect_no_threads_left(std::size_t before, bool may_stay) {
  wait_for_threads(before);
  if (threads_now() > before && !may_stay)
    throw Failed(
        fmt::format("{} threads of its own are left after destroy(), and it does not say EVTWIN_STRATEGY_KEEP_LOADED",
                    threads_now() - before));
}

void expect_lives_leave_nothing(const std::function<void(std::uint64_t life)>& live_once) {
  const auto live = [&](std::uint64_t lives) {
    for (std::uint64_t k = 0; k < lives; ++k) live_once(k);
  };
  // Warm-up: the first lives make what a library allocates only once.
  live(6);
  const std::size_t files_before = files(), threads_before = threads_now();
  constexpr std::uint64_t few = 12;
  live(few);
  if (files() > files_before) throw Failed(fmt::format("{} lives left {} files open", few, files() - files_before));
  wait_for_threads(threads_before);
  if (threads_now() > threads_before)
    throw Failed(fmt::format("{} lives left {} threads running", few, threads_now() - threads_before));

  // The allocator's own caches fill up in the first hundreds of lives (measured with the views of ABI 0.4: up to three
  // rounds of 40 lives grew in a row after the first 160); growth in every one of eight rounds, by at least a word a
  // life, is a loss.
  constexpr std::uint64_t lives = 40, word = 8;
  live(4 * lives);
  std::size_t bytes = allocated_bytes(), growth = 0;
  for (int round = 0; round < 8; ++round) {
    live(lives);
    const std::size_t now = allocated_bytes();
    if (now < bytes + lives * word) return;
    growth = now - bytes;
    bytes = now;
  }
  throw Failed(fmt::format("every life loses about {} bytes of memory", growth / lives));
}

void expect_silence(const std::function<void()>& work) {
  struct Stream {
    int number;
    const char* name;
    int file;
  };
  Stream streams[] = {{1, "output", memfd_create("stdout", MFD_CLOEXEC)},
                      {2, "error", memfd_create("stderr", MFD_CLOEXEC)}};
  for (const Stream& stream : streams) dup2(stream.file, stream.number);
  work();
  std::fflush(nullptr);
  for (const Stream& stream : streams) {
    struct stat expected {
    }, found{};
    fstat(stream.file, &expected);
    if (fstat(stream.number, &found) != 0 || found.st_ino != expected.st_ino || found.st_dev != expected.st_dev)
      throw Failed(fmt::format("it closed or replaced the standard {}", stream.name));
    if (expected.st_size > 0)
      throw Failed(fmt::format("it wrote {} bytes to the standard {}; host->report is for what users should read",
                               expected.st_size, stream.name));
  }
}

ProcessState::ProcessState() : before_(globals()) {}

void ProcessState::expect_unchanged(const std::string& when) const {
  const std::string difference = first_difference(before_, globals());
  if (!difference.empty()) throw Failed(fmt::format("it changed the process {}: {}", when, difference));
}

}  // namespace evtwin::plugin_check
