#include "plugin_check/child.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <thread>

#include "kernel/log.hpp"
#include "plugin_check/crash.hpp"

namespace evtwin::plugin_check {

namespace {

/// Where this process has AddressSanitizer, its own or one that was preloaded for a plugin.
void* of_sanitizer(const char* name) { return dlsym(RTLD_DEFAULT, name); }

BlackBox* this_box = nullptr;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

void write_text(char* to, std::size_t size, std::string_view text) {
  const std::size_t n = std::min(text.size(), size - 1);
  std::memcpy(to, text.data(), n);
  to[n] = '\0';
}

/// Pages in memory, from /proc/PID/statm ("self" for this process). 0 where that can not be read.
std::size_t resident_mib(pid_t process) {
  const std::string file = process == 0 ? "/proc/self/statm" : fmt::format("/proc/{}/statm", process);
  std::FILE* opened = std::fopen(file.c_str(), "re");
  if (opened == nullptr) return 0;
  unsigned long all = 0, resident = 0;
  const bool read = std::fscanf(opened, "%lu %lu", &all, &resident) == 2;
  std::fclose(opened);
  return read ? resident * static_cast<unsigned long>(sysconf(_SC_PAGESIZE)) >> 20U : 0;
}

/// Resident memory that a child may have beyond what it began with. AddressSanitizer keeps what was freed, 256 MiB by
/// default, and shadows all of it: none of that is the plugin's.
std::size_t allowed_mib(const ChildLimits& limits) {
  constexpr std::size_t kept_by_sanitizer_mib = 512;
  static const bool sanitized = of_sanitizer("__asan_init") != nullptr;
  return limits.memory_mib + (sanitized ? kept_by_sanitizer_mib : 0);
}

std::string memory_words(std::size_t mib) {
  return fmt::format("it took more than {} MiB of memory (--memory-limit-mib)", mib);
}

/// Makes the process fit for a check, before the body runs.
void settle(const ChildLimits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // processes that the plugin leaves behind are left to this one
  setpgid(0, 0);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // A sanitizer's shadow memory counts as data; there the parent's look at the resident memory must do.
  const rlimit data{(limits.memory_mib + limits.memory_mib / 4) << 20U, (limits.memory_mib + limits.memory_mib / 4)
                                                                            << 20U};
  if (of_sanitizer("__asan_init") == nullptr) setrlimit(RLIMIT_DATA, &data);
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int stream = 0; nowhere >= 0 && stream <= 2; ++stream) dup2(nowhere, stream);
  if (nowhere > 2) close(nowhere);
  kernel::start_log("off", {});  // what the plugin itself writes is judged
  speak_when_dying();
  if (void* set = of_sanitizer("__asan_set_error_report_callback"); set != nullptr)
    reinterpret_cast<void (*)(void (*)(const char*))>(set)(&die_of_sanitizer);
}

[[noreturn]] void live(const Body& body, const ChildLimits& limits, BlackBox& box) {
  this_box = &box;
  box.process = getpid();
  box.memory_mib = limits.memory_mib;
  settle(limits);
  const std::size_t before_mib = resident_mib(0);
  const auto fail = [&](std::string why) {
    const std::size_t mib = resident_mib(0);
    if (box.refused.load() > 0 || mib > before_mib + allowed_mib(limits) * 3 / 4)
      why = fmt::format("{}: {}", memory_words(limits.memory_mib), why);
    write_text(box.why, sizeof box.why, why);
    box.stage = BlackBox::Stage::failed;
  };
  try {
    body();
    // After this the file's own destructors would run: they do in check "unload" only.
    box.stage = BlackBox::Stage::passed;
  } catch (const std::exception& error) {
    fail(error.what());
  } catch (...) {
    fail("an exception of unknown type");
  }
  _exit(0);
}

/// A child that is under way, as its parent sees it.
struct Running {
  std::size_t number = 0;
  pid_t process = 0;
  int handle = -1;  ///< a file descriptor that becomes readable when it ends; -1 where the system has none
  BlackBox* box = nullptr;
  std::size_t before_mib = 0;
  std::uint64_t beat = 0;
  Clock::time_point beat_at;
  double beat_cpu_s = 0.0;
  std::string killed_for;
  bool slow = false;  ///< ... and that was its CPU time
};

/// CPU seconds of all threads of a child; 0 where it is gone.
double cpu_seconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0.0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

BlackBox* new_box() {
  void* memory = mmap(nullptr, sizeof(BlackBox), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("the plugin can not be looked at: no memory to share");
  return new (memory) BlackBox{};
}

Running start(std::size_t number, const Body& body, const ChildLimits& limits) {
  Running running;
  running.number = number;
  running.box = new_box();
  std::fflush(nullptr);
  running.process = fork();
  if (running.process < 0) throw std::runtime_error("the plugin can not be looked at: no process");
  if (running.process == 0) live(body, limits, *running.box);
  running.handle = static_cast<int>(syscall(SYS_pidfd_open, running.process, 0));
  running.before_mib = resident_mib(running.process);
  running.beat_at = Clock::now();
  return running;
}

std::string last_call(const BlackBox& box) {
  const char* call = box.call;
  if (*call == '\0') return "while the file was loaded";
  return fmt::format("{} {}{}", box.inside.load() > 0 ? "in" : "after", call,
                     box.inside.load() > 0 ? "" : " had returned");
}

/// The first call that a copy came back from, of the copies that have told.
std::string first_copied(const BlackBox& box) {
  const BlackBox::Copied* first = nullptr;
  std::uint64_t first_beat = UINT64_MAX;
  for (const BlackBox::Copied& copied : box.copied) {
    const std::uint64_t beat = copied.beat.load();
    if (beat == 0 || beat >= first_beat) continue;
    first = &copied;
    first_beat = beat;
  }
  return first != nullptr ? first->call : box.call;
}

Outcome outcome_of(const Running& running, int status) {
  const BlackBox& box = *running.box;
  Outcome outcome;
  outcome.note = box.note;
  outcome.seed = box.seed;
  outcome.data.assign(box.data, box.data + std::min<std::size_t>(box.data_bytes, sizeof box.data));
  if (!running.killed_for.empty()) {
    outcome.slow = running.slow;
    outcome.why = fmt::format("{}, {}", running.killed_for, last_call(box));
  } else if (box.copies.load() > 0) {
    outcome.why =
        fmt::format("it forked, and the new process came back from the call as well, in {}", first_copied(box));
  } else if (WIFSIGNALED(status)) {
    outcome.why = fmt::format("it was killed by signal {} ({}), {}", WTERMSIG(status), name_of_signal(WTERMSIG(status)),
                              last_call(box));
  } else if (box.stage.load() == BlackBox::Stage::failed) {
    outcome.why = box.why;
  } else if (box.stage.load() == BlackBox::Stage::running) {
    outcome.why = fmt::format("it ended the process with _exit({}), {}", WEXITSTATUS(status), last_call(box));
  } else {
    outcome.passed = true;
  }
  return outcome;
}

void kill_for(Running& running, std::string why) {
  running.killed_for = std::move(why);
  kill(-running.process, SIGKILL);
  kill(running.process, SIGKILL);
}

/// Kills a child that takes too much. @returns whether it hung.
bool look_after(Running& running, const ChildLimits& limits) {
  if (!running.killed_for.empty()) return false;
  const std::size_t mib = resident_mib(running.process);
  if (mib > running.before_mib + allowed_mib(limits)) {
    kill_for(running, memory_words(limits.memory_mib));
    return false;
  }

  if (const std::uint64_t beat = running.box->beat.load(); beat != running.beat) {
    running.beat = beat;
    running.beat_at = Clock::now();
    running.beat_cpu_s = cpu_seconds(running.process);
  }

  constexpr double much_longer = 20.0;

  const double waited_s = seconds_since(running.beat_at);
  if (waited_s <= limits.call_s) return false;
  const double cpu_s = cpu_seconds(running.process) - running.beat_cpu_s;
  running.slow = cpu_s > limits.call_s;
  // One that waits uses next to nothing; one that a busy machine keeps waiting uses its share.
  const bool idle = waited_s > 2.0 * limits.call_s && cpu_s < 0.02 * waited_s;
  if (!running.slow && !idle && waited_s < much_longer * limits.call_s) return false;

  std::string why = running.slow
                        ? fmt::format("it did not come back within {:g} s of CPU time", limits.call_s)
                        : fmt::format(
                              "it did not come back within {:.3g} s and used {:.2f} s of CPU time: what does it "
                              "wait for?",
                              waited_s, cpu_s);
  // A busy machine may be too slow for it to reach the limit of memory first.
  if (mib > running.before_mib + limits.memory_mib / 8)
    why += fmt::format(", and took {} MiB of memory", mib - running.before_mib);
  kill_for(running, std::move(why));
  return true;
}

}  // namespace

BlackBox* black_box() { return this_box; }

/// The call that this thread is in, and the beat at its begin. Not in the box: a copy of the process keeps them, while
/// the one that it was forked from may be in its next call already.
static thread_local char own_call[sizeof BlackBox::Copied::call];
static thread_local std::uint64_t own_beat = 0;

void leave_copies() {
  BlackBox& box = *this_box;
  if (getpid() == box.process.load()) return;
  const std::uint32_t before = box.copies.fetch_add(1);
  if (before < box.copied.size()) {
    BlackBox::Copied& copied = box.copied[before];
    std::memcpy(copied.call, own_call, sizeof copied.call);
    copied.beat = own_beat;
  }
  _exit(0);
}

CallMark::CallMark(const char* call, std::int64_t number) {
  if (number >= 0) {
    std::snprintf(own_call, sizeof own_call, "%s number %lld", call, static_cast<long long>(number));
  } else {
    std::snprintf(own_call, sizeof own_call, "%s", call);
  }
  std::memcpy(this_box->call, own_call, sizeof own_call);
  this_box->refused = 0;
  this_box->inside += 1;
  own_beat = ++this_box->beat;
}

CallMark::~CallMark() {
  leave_copies();
  this_box->inside -= 1;
  this_box->beat += 1;
}

void note_refused(std::size_t bytes) { this_box->refused = bytes; }

void note_in_box(std::string_view text) {
  const std::string_view before = this_box->note;
  write_text(this_box->note, sizeof this_box->note,
             before.empty() ? std::string(text) : fmt::format("{}; {}", before, text));
}

void keep_in_box(std::span<const std::uint64_t> words) {
  keep_in_box({reinterpret_cast<const char*>(words.data()), words.size_bytes()});
}

void keep_in_box(std::string_view bytes) {
  BlackBox& box = *this_box;
  if (bytes.empty() || bytes.size() > sizeof box.data - box.data_bytes) return;
  std::memcpy(box.data + box.data_bytes, bytes.data(), bytes.size());
  box.data_bytes += static_cast<std::uint32_t>(bytes.size());
}

std::vector<std::uint64_t> Outcome::data_words() const {
  std::vector<std::uint64_t> all(data.size() / sizeof(std::uint64_t));
  if (!all.empty()) std::memcpy(all.data(), data.data(), all.size() * sizeof(std::uint64_t));
  return all;
}

unsigned children_that_fit(std::size_t memory_mib) {
  const auto free_pages = static_cast<std::size_t>(std::max(0L, sysconf(_SC_AVPHYS_PAGES)));
  const std::size_t free_mib = free_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) >> 20U;
  const std::size_t fit = std::max<std::size_t>(1, free_mib / (memory_mib + memory_mib / 4));
  return static_cast<unsigned>(std::min<std::size_t>(fit, std::max(1U, std::thread::hardware_concurrency())));
}

std::vector<Outcome> run_children(std::span<const Body> bodies, const ChildLimits& given) {
  ChildLimits limits = given;
  std::vector<Outcome> outcomes(bodies.size());
  std::vector<Running> running;

  const auto bury = [&](Running& child, int status) {
    outcomes[child.number] = outcome_of(child, status);
    if (limits.ended) limits.ended(child.number, outcomes[child.number]);
    kill(-child.process, SIGKILL);  // processes that the plugin left behind
    if (child.handle >= 0) close(child.handle);
    munmap(child.box, sizeof(BlackBox));
  };

  std::size_t next = 0;
  while (next < bodies.size() || !running.empty()) {
    while (next < bodies.size() && running.size() < std::max(1U, limits.at_once)) {
      running.push_back(start(next, bodies[next], limits));
      ++next;
    }

    std::vector<pollfd> handles;
    for (const Running& child : running) {
      if (child.handle >= 0) handles.push_back({child.handle, POLLIN, 0});
    }
    // Without handles the children are looked at every millisecond.
    poll(handles.data(), handles.size(), handles.size() == running.size() ? 20 : 1);

    const bool stop = limits.stop && limits.stop();
    bool hung = false;
    std::erase_if(running, [&](Running& child) {
      int status = 0;
      if (stop) kill_for(child, "stopped");
      if (waitpid(child.process, &status, stop ? 0 : WNOHANG) == child.process) {
        bury(child, status);
        return true;
      }
      hung = look_after(child, limits) || hung;
      return false;
    });

    if (stop) throw Stopped("interrupted");

    // After one that hangs the others have a tenth of the time: a plugin that hangs once mostly hangs everywhere.
    if (hung) limits.call_s = std::min(limits.call_s, given.call_s / 10.0);
  }
  return outcomes;
}

}  // namespace evtwin::plugin_check
