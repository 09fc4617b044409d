#include "control/fence.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

namespace evtwin::control {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array crash_signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
int watchdog_signal() { return SIGRTMIN + 4; }

/// The fence of one thread. Written by its thread and, `wanted` alone, by the watchdog.
struct Post {
  std::atomic<std::uint64_t> serial{0};  ///< odd while a call is under way
  std::atomic<std::uint64_t> wanted{0};  ///< the call the watchdog wants back
  std::atomic<int> wanted_kind{0};
  std::atomic<double> limit_s{0.0};
  std::atomic<std::size_t> memory_mib{0};
  sigjmp_buf* way_back = nullptr;
  Breach breach;
  pthread_t thread = pthread_self();
  // The watchdog's own notes.
  std::uint64_t seen_serial = 0;
  Clock::time_point seen_since;
};

/// Last words for a process that can not be brought back, written without memory.
struct LastWords {
  std::array<char, 512> text{};
  std::atomic<std::size_t> length{0};

  void compose(const char* who, const char* what, const char* how) {
    const int n = std::snprintf(text.data(), text.size(),
                                "error: %s: %s %s and left this process unable to go on; --isolate keeps it apart\n",
                                who, what, how);
    length = std::min(static_cast<std::size_t>(std::max(n, 0)), text.size() - 1);
  }
  void say() {
    const auto written = ::write(STDERR_FILENO, text.data(), length);
    static_cast<void>(written);
  }
};
LastWords last_words;

[[noreturn]] void end_process() {
  last_words.say();
  static const auto real = reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, "_exit"));
  real(1);
  __builtin_unreachable();
}

std::size_t machine_memory_mib() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  std::ifstream cgroup("/sys/fs/cgroup/memory.max");
  if (double most = 0.0; cgroup >> most) bytes = std::min(bytes, most);
  return static_cast<std::size_t>(bytes / (1 << 20));
}

/// Resident memory of this process; read without allocating, since the heap may be what is in trouble.
std::size_t resident_mib() {
  static const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  std::array<char, 128> text{};
  if (file < 0 || ::pread(file, text.data(), text.size() - 1, 0) <= 0) return 0;
  const char* second = std::strchr(text.data(), ' ');
  std::size_t pages = 0;
  if (second != nullptr) std::from_chars(second + 1, text.data() + text.size(), pages);
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) >> 20;
}

/// Looks at every call under way a few times a second and asks those back that take too long or too much memory.
class Watchdog {
 public:
  static Watchdog& instance() {
    static auto* one = new Watchdog;  // lives as long as the process: threads may end after main does
    return *one;
  }

  void enlist(Post* post) {
    const std::lock_guard lock(mutex_);
    posts_.push_back(post);
    if (posts_.size() == 1) woken_.notify_one();
    if (!started_) {
      started_ = true;
      std::thread([this] { watch(); }).detach();
    }
  }
  void dismiss(Post* post) {
    const std::lock_guard lock(mutex_);
    posts_.erase(std::find(posts_.begin(), posts_.end(), post));
  }

  /// While set, this thread tries whether the heap still works; a process that can not say so in time has ended.
  std::atomic<bool> probing{false};

 private:
  void watch() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);  // Ctrl-C is for the others
    constexpr auto round = std::chrono::milliseconds(20);
    constexpr int rounds_to_probe = 250;  // 5 s
    int probed = 0;
    const std::size_t own_limit_mib = machine_memory_mib() / 10 * 9;
    std::unique_lock lock(mutex_);
    while (true) {
      woken_.wait(lock, [this] { return !posts_.empty(); });
      woken_.wait_for(lock, round, [] { return false; });
      probed = probing ? probed + 1 : 0;
      if (probed > rounds_to_probe) end_process();
      const auto now = Clock::now();
      for (Post* post : posts_) look_at(*post, now, own_limit_mib);
    }
  }
  static void look_at(Post& post, Clock::time_point now, std::size_t own_limit_mib) {
    const std::uint64_t serial = post.serial.load(std::memory_order_acquire);
    if (serial % 2 == 0) return;
    if (serial != post.seen_serial) {
      post.seen_serial = serial;
      post.seen_since = now;
      return;
    }
    const std::size_t memory_mib = post.memory_mib != 0 ? post.memory_mib.load() : own_limit_mib;
    auto kind = Breach::Kind::none;
    if (std::chrono::duration<double>(now - post.seen_since).count() > post.limit_s) kind = Breach::Kind::too_long;
    if (resident_mib() > memory_mib) kind = Breach::Kind::too_much_memory;
    if (kind == Breach::Kind::none) return;
    post.wanted_kind = static_cast<int>(kind);
    post.wanted = serial;
    pthread_kill(post.thread, watchdog_signal());
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<Post*> posts_;
  bool started_ = false;
};

std::array<struct sigaction, 65> earlier_handlers;

thread_local Post* current_post = nullptr;

[[noreturn]] void come_back(Post& post, const Breach& breach) {
  post.breach = breach;
  siglongjmp(*post.way_back, 1);
}

bool was_a_write([[maybe_unused]] const void* context) {
#if defined(__x86_64__)
  return (static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & 2) != 0;
#else
  return false;
#endif
}

/// Opened plugins, for the handler to know their code by; the handler can not wait for a lock.
struct NamedFile {
  std::atomic<std::uintptr_t> base{0};
  std::array<char, 256> name{};
};
std::array<NamedFile, 64> named_files;

const void* code_address([[maybe_unused]] const void* context) {
#if defined(__x86_64__)
  const auto at = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
  return reinterpret_cast<const void*>(at);  // NOLINT(performance-no-int-to-ptr): an address is what it is
#else
  return nullptr;
#endif
}

const NamedFile* file_of(const void* code) {
  Dl_info found{};
  if (code == nullptr || dladdr(code, &found) == 0) return nullptr;
  for (const NamedFile& file : named_files) {
    if (file.base == reinterpret_cast<std::uintptr_t>(found.dli_fbase)) return &file;
  }
  return nullptr;
}

void on_signal(int signal, siginfo_t* info, void* context) {
  Post* post = current_post;
  const bool within = post != nullptr && post->way_back != nullptr;
  if (signal == watchdog_signal()) {
    if (within && post->wanted == post->serial)
      come_back(*post, {static_cast<Breach::Kind>(post->wanted_kind.load()), 0, nullptr, false});
    return;
  }
  if (within) {
    const bool touched = signal == SIGSEGV || signal == SIGBUS;
    come_back(*post, {Breach::Kind::signal, signal, touched ? info->si_addr : nullptr,
                      signal == SIGSEGV && was_a_write(context)});
  }
  if (Watchdog::instance().probing) end_process();  // the heap was what the plugin broke
  if (const NamedFile* file = file_of(code_address(context))) {
    last_words.compose(file->name.data(), "a thread of its own", "crashed");
    end_process();
  }
  // Not ours: as if we had never been here.
  const struct sigaction& earlier = earlier_handlers[static_cast<std::size_t>(signal)];
  if ((earlier.sa_flags & SA_SIGINFO) != 0) return earlier.sa_sigaction(signal, info, context);
  if (earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN) return earlier.sa_handler(signal);
  sigaction(signal, &earlier, nullptr);
  raise(signal);
}

void install_handlers();

}  // namespace

void name_in_last_words(void* opened_file) {
  install_handlers();
  link_map* map = nullptr;
  if (dlinfo(opened_file, RTLD_DI_LINKMAP, static_cast<void*>(&map)) != 0 || map == nullptr) return;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  for (NamedFile& file : named_files) {
    if (file.base.load() != 0 && file.base != map->l_addr) continue;
    std::snprintf(file.name.data(), file.name.size(), "plugin %s", map->l_name);
    file.base = map->l_addr;
    return;
  }
}

namespace {

void install_handlers() {
  static const bool once = [] {
    struct sigaction action {};
    action.sa_sigaction = &on_signal;
    // No mask is saved on the way in, so none may be left changed on the way back: SA_NODEFER.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (const int signal : crash_signals)
      sigaction(signal, &action, &earlier_handlers[static_cast<std::size_t>(signal)]);
    sigaction(watchdog_signal(), &action, nullptr);
    return true;
  }();
  static_cast<void>(once);
}

/// A thread's post, with a stack of its own for the handler: a plugin may have used up the thread's.
class Enlisted {
 public:
  Enlisted() {
    install_handlers();
    stack_t old{};
    sigaltstack(nullptr, &old);
    if ((old.ss_flags & SS_DISABLE) != 0) {
      stack_ = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      const stack_t own{stack_, 0, stack_bytes};
      sigaltstack(&own, nullptr);
    }
    Watchdog::instance().enlist(&post_);
    current_post = &post_;
  }
  ~Enlisted() {
    current_post = nullptr;
    Watchdog::instance().dismiss(&post_);
    if (stack_ == nullptr) return;
    const stack_t none{nullptr, SS_DISABLE, 0};
    sigaltstack(&none, nullptr);
    munmap(stack_, stack_bytes);
  }
  Enlisted(const Enlisted&) = delete;
  Enlisted& operator=(const Enlisted&) = delete;
  Post& post() { return post_; }

 private:
  static constexpr std::size_t stack_bytes = 64 << 10;
  Post post_;
  void* stack_ = nullptr;
};

/// After a call was cut off: does the heap still work? If it hangs the watchdog ends the process, if it aborts the
/// handler does, both with the last words.
void probe_heap() {
  Watchdog::instance().probing = true;
  for (std::size_t bytes = 16; bytes <= (1U << 20); bytes *= 2) {
    void* const volatile memory = std::malloc(bytes);
    std::free(memory);
  }
  Watchdog::instance().probing = false;
}

const char* short_words(Breach::Kind kind) {
  switch (kind) {
    case Breach::Kind::exit:
      return "called exit()";
    case Breach::Kind::too_long:
      return "gave no answer";
    case Breach::Kind::too_much_memory:
      return "took all memory";
    case Breach::Kind::signal:
    case Breach::Kind::none:
      break;
  }
  return "crashed";
}

void come_back_from_exit(int status) {
  Post* post = current_post;
  if (post != nullptr && post->way_back != nullptr) come_back(*post, {Breach::Kind::exit, status, nullptr, false});
}

}  // namespace

Breach call_fenced(void (*call)(void*), void* context, const CallLimits& limits, const char* who, const char* what) {
  thread_local Enlisted enlisted;
  Post& post = enlisted.post();
  post.limit_s.store(limits.call_s, std::memory_order_relaxed);
  post.memory_mib.store(limits.memory_mib, std::memory_order_relaxed);
  sigjmp_buf* const outer = post.way_back;
  sigjmp_buf here;
  if (sigsetjmp(here, 0) == 0) {
    post.way_back = &here;
    post.serial.store(post.serial.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    call(context);
    post.serial.store(post.serial.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    post.way_back = outer;
    return {};
  }
  post.serial.store(post.serial.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  post.way_back = outer;
  const Breach breach = post.breach;
  last_words.compose(who, what, short_words(breach.kind));
  probe_heap();
  return breach;
}

std::string signal_text(int signal) {
  const char* name = sigdescr_np(signal);
  return name != nullptr ? fmt::format("signal {} ({})", signal, name) : fmt::format("signal {}", signal);
}

std::string words_of(const Breach& breach, const CallLimits& limits) {
  switch (breach.kind) {
    case Breach::Kind::signal:
      return fmt::format("crashed: {}", signal_text(breach.number));
    case Breach::Kind::exit:
      return breach.number < 0 ? std::string("ended its thread (pthread_exit)")
                               : fmt::format("called exit({})", breach.number);
    case Breach::Kind::too_long:
      return fmt::format("gave no answer within {} s (--call-limit-s)", limits.call_s);
    case Breach::Kind::too_much_memory:
      return fmt::format("took more memory than {} (--memory-limit-mib)",
                         limits.memory_mib != 0 ? fmt::format("{} MiB", limits.memory_mib)
                                                : std::string("nine tenths of this machine's"));
    case Breach::Kind::none:
      break;
  }
  return "came back";
}

}  // namespace evtwin::control

// A plugin that ends the process means its own answer, not the run. The program exports these names, so that a shared
// object's calls find them first (the program comes first in the dynamic linker's order); calls from outside a fence go
// on to the C library.
#define EVTWIN_EXPORTED extern "C" __attribute__((visibility("default"), noreturn))
#define EVTWIN_GO_ON(name, status)                                                   \
  static const auto real = reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, #name)); \
  real(status);                                                                      \
  __builtin_unreachable()

EVTWIN_EXPORTED void exit(int status) noexcept {
  evtwin::control::come_back_from_exit(status & 0xff);
  EVTWIN_GO_ON(exit, status);
}
EVTWIN_EXPORTED void _exit(int status) {
  evtwin::control::come_back_from_exit(status & 0xff);
  EVTWIN_GO_ON(_exit, status);
}
EVTWIN_EXPORTED void _Exit(int status) noexcept {
  evtwin::control::come_back_from_exit(status & 0xff);
  EVTWIN_GO_ON(_Exit, status);
}
EVTWIN_EXPORTED void quick_exit(int status) noexcept {
  evtwin::control::come_back_from_exit(status & 0xff);
  EVTWIN_GO_ON(quick_exit, status);
}
EVTWIN_EXPORTED void pthread_exit(void* value) {
  evtwin::control::come_back_from_exit(-1);
  static const auto real = reinterpret_cast<void (*)(void*)>(dlsym(RTLD_NEXT, "pthread_exit"));
  real(value);
  __builtin_unreachable();
}
