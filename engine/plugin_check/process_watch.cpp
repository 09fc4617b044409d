#include "plugin_check/process_watch.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>

#include "plugin_check/child.hpp"

#if defined(__SANITIZE_ADDRESS__)
// Of the sanitizer's runtime, whose headers GCC does not bring.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // NOLINT(bugprone-reserved-identifier)
#endif

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
}  // namespace

std::size_t open_files() { return entries_of("/proc/self/fd"); }

std::size_t allocated_bytes() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  const auto all = mallinfo2();
  return all.uordblks + all.hblkhd;
#endif
}

std::size_t taken_bytes() {
  // A sanitizer's allocator maps memory that it does not give back.
  static const bool sanitized = dlsym(RTLD_DEFAULT, "__asan_init") != nullptr;
  if (sanitized) return allocated_bytes();
  std::FILE* opened = std::fopen("/proc/self/statm", "re");
  if (opened == nullptr) return allocated_bytes();
  std::size_t pages = 0;  // the sixth figure: private memory that can be written
  const bool read = std::fscanf(opened, "%*u %*u %*u %*u %*u %zu", &pages) == 1;
  std::fclose(opened);
  const auto all = mallinfo2();
  const std::size_t mapped = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), own = all.arena + all.hblkhd;
  return all.uordblks + all.hblkhd + (read && mapped > own ? mapped - own : 0);
}

void expect_no_processes_left() {
  const std::string left = control::end_own_processes();
  if (!left.empty()) throw Failed(fmt::format("a process of its own is left after destroy(): {}", left));
}

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
  const std::size_t files_before = open_files(), threads_before = threads_now();
  constexpr std::uint64_t few = 12;
  live(few);
  if (open_files() > files_before)
    throw Failed(fmt::format("{} lives left {} files open", few, open_files() - files_before));
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

void expect_unchanged(const control::ProcessState& before, const std::string& when) {
  const std::string difference = before.find_difference();
  if (!difference.empty()) throw Failed(fmt::format("{}, {}", difference, when));
}

}  // namespace evtwin::plugin_check
