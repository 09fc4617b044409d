#include "control/isolated_strategy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>

#include "control/answer.hpp"
#include "control/arena.hpp"
#include "control/shared_view.hpp"

namespace evtwin::control {

namespace {

using Clock = std::chrono::steady_clock;

enum Request : std::uint32_t { make_instance, decide_now, save_state, load_state, leave };
constexpr std::uint32_t host_turn = 0, child_turn = 1;
constexpr std::size_t most_state_bytes = std::size_t{256} << 20;
constexpr std::size_t most_said_bytes = 64 << 10;
/// Room for the longest plan of 3,800 units; only what is written takes memory.
constexpr std::size_t most_plan_cells = std::size_t{1} << 27;
/// Twice 2,000 looks at the turn take some microseconds: most answers come in that time, and no switch is needed.
constexpr int looks_before_sleep = 2000;

void futex_wake(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

/// Until the word is no longer `from`, or about `ms` milliseconds.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t from, long ms) {
  const timespec wait{ms / 1000, ms % 1000 * 1'000'000};
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, from, &wait, nullptr, 0);
}

bool turned(std::atomic<std::uint32_t>& turn, std::uint32_t from) {
  static const bool alone = std::thread::hardware_concurrency() < 2;
  for (int look = 0; look < (alone ? 1 : looks_before_sleep); ++look) {
    if (turn.load(std::memory_order_acquire) != from) return true;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  return false;
}

struct Control {
  std::atomic<std::uint32_t> turn{host_turn};
  std::uint32_t request = make_instance;
  std::uint32_t failed = 0;  ///< 1: `said` is why
  std::uint32_t subscribes = 0, horizon_steps = 0, plan_steps = 0, can_save = 0;
  std::int64_t wake_ns = 0;
  double expected_cost = 0.0;
  std::uint64_t state_bytes = 0;
  std::uint32_t said_bytes = 0;  ///< remarks: severity, then text with its NUL; or the reason of a failure
  std::array<char, most_said_bytes> said{};
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

}  // namespace

/// What both processes see.
class IsolatedStrategy::Segment {
 public:
  explicit Segment(const evtwin_view& first)
      : view(first),
        evse_kw(first.n_evses, GuardedCells::Seen::in_children_too),
        storage_kw(first.n_storages, GuardedCells::Seen::in_children_too),
        plan_kw(std::min(members() * SharedView::most_horizon_steps, most_plan_cells),
                GuardedCells::Seen::in_children_too) {
    void* mapped = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    control = new (mapped) Control;
    state = static_cast<std::byte*>(mapped) + sizeof(Control);
  }
  ~Segment() { munmap(control, bytes()); }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  [[noreturn]] void serve(const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make);

  std::size_t members() const { return std::size_t{view.shown().n_evses} + view.shown().n_storages; }
  bool has_room_for(std::uint32_t plan_steps) const { return members() * plan_steps <= plan_kw.cells().size(); }

  SharedView view;
  GuardedCells evse_kw, storage_kw, plan_kw;  // the plan: room for the longest, until its length is known
  Control* control = nullptr;
  std::byte* state = nullptr;

 private:
  static std::size_t bytes() { return sizeof(Control) + most_state_bytes; }
  void answer(std::unique_ptr<Strategy>& strategy,
              const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make);
  void say(std::span<const Strategy::Remark> remarks);
};

void IsolatedStrategy::Segment::say(std::span<const Strategy::Remark> remarks) {
  control->said_bytes = 0;
  for (const Strategy::Remark& remark : remarks) {
    const std::size_t bytes = sizeof(std::uint32_t) + remark.text.size() + 1;
    if (control->said_bytes + bytes > most_said_bytes) return;
    char* to = control->said.data() + control->said_bytes;
    std::memcpy(to, &remark.severity, sizeof(std::uint32_t));
    std::memcpy(to + sizeof(std::uint32_t), remark.text.c_str(), remark.text.size() + 1);
    control->said_bytes += static_cast<std::uint32_t>(bytes);
  }
}

/// One request, answered in the child. @throws StrategyError.
void IsolatedStrategy::Segment::answer(std::unique_ptr<Strategy>& strategy,
                                       const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make) {
  switch (control->request) {
    case make_instance:
      strategy = make(view.shown());
      control->subscribes = strategy->subscribes;
      control->horizon_steps = strategy->horizon_steps;
      control->plan_steps = strategy->plan_steps;
      if (has_room_for(strategy->plan_steps)) plan_kw.shrink(members() * strategy->plan_steps);
      control->can_save = strategy->can_save() ? 1 : 0;
      break;
    case decide_now: {
      evtwin_decision decision{sizeof(evtwin_decision),
                               0,
                               evse_kw.cells().data(),
                               storage_kw.cells().data(),
                               0,
                               std::numeric_limits<double>::quiet_NaN(),
                               strategy->plan_steps == 0 ? nullptr : plan_kw.cells().data(),
                               strategy->plan_steps,
                               0};
      strategy->decide(view.shown(), decision);
      control->wake_ns = decision.wake_ns;
      control->expected_cost = decision.expected_cost;
      break;
    }
    case save_state: {
      std::vector<std::byte> bytes;
      strategy->save(bytes);
      if (bytes.size() > most_state_bytes)
        throw StrategyError(
            fmt::format("its state has {} bytes, at most {} can be kept", bytes.size(), most_state_bytes));
      std::copy(bytes.begin(), bytes.end(), state);
      control->state_bytes = bytes.size();
      break;
    }
    case load_state:
      strategy->load({state, static_cast<std::size_t>(control->state_bytes)});
      break;
    default:
      break;
  }
  say(strategy->remarks);
  strategy->remarks.clear();
}

void IsolatedStrategy::Segment::serve(const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make) {
  view.protect();
  std::unique_ptr<Strategy> strategy;
  while (true) {
    while (!turned(control->turn, host_turn)) futex_wait(control->turn, host_turn, 1000);
    if (control->request == leave) {
      strategy.reset();
      ::_exit(0);
    }
    control->failed = 0;
    try {
      answer(strategy, make);
    } catch (const std::exception& error) {
      const std::string_view why = std::string_view(error.what()).substr(0, most_said_bytes);
      control->failed = 1;
      control->said_bytes = static_cast<std::uint32_t>(why.size());
      std::copy(why.begin(), why.end(), control->said.begin());
    }
    control->turn.store(host_turn, std::memory_order_release);
    futex_wake(control->turn);
  }
}

namespace {

/// What a child must not share with its parent, and what bounds it.
void prepare_child(pid_t parent, const CallLimits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) ::_exit(1);  // it died before we said so
  ::signal(SIGINT, SIG_IGN);            // Ctrl-C is for the parent
  close_range(3, ~0U, 0);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (limits.memory_mib != 0) {
    const rlim_t bytes = rlim_t{limits.memory_mib} << 20;
    const rlimit memory{bytes, bytes};
    setrlimit(RLIMIT_DATA, &memory);  // private memory that can be written: what new and malloc give
  }
}

}  // namespace

IsolatedStrategy::IsolatedStrategy(std::string who, const CallLimits& limits, const evtwin_view& first,
                                   const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make)
    : who_(std::move(who)), limits_(limits), segment_(std::make_unique<Segment>(first)) {
  std::fflush(nullptr);
  const pid_t parent = getpid();
  child_ = ::fork();
  if (child_ == 0) {
    prepare_child(parent, limits);
    segment_->serve(make);
  }
  if (child_ < 0) throw StrategyError(fmt::format("{}: no process could be made for it", who_));
  try {
    ask(make_instance, "create");
  } catch (...) {
    if (child_ > 0) lost_child();
    throw;
  }
  const Control& control = *segment_->control;
  subscribes = control.subscribes;
  horizon_steps = control.horizon_steps;
  plan_steps = control.plan_steps;
  can_save_ = control.can_save != 0;
  if (horizon_steps > SharedView::most_horizon_steps) {
    lost_child();
    throw StrategyError(fmt::format("{}: it asks for {} horizon steps; isolated, at most {} are possible", who_,
                                    horizon_steps, SharedView::most_horizon_steps));
  }
  if (!segment_->has_room_for(plan_steps)) {
    lost_child();
    throw StrategyError(
        fmt::format("{}: it plans {} steps; isolated, at most {} are possible for a site of {} EVSEs "
                    "and storages",
                    who_, plan_steps, most_plan_cells / segment_->members(), segment_->members()));
  }
  segment_->plan_kw.shrink(segment_->members() * plan_steps);
}

IsolatedStrategy::~IsolatedStrategy() {
  if (child_ <= 0) return;
  try {
    ask(leave, "destroy");
  } catch (const StrategyError& error) {
    fmt::print(stderr, "warning: {}\n", error.what());  // the answers are in; only the plugin's own tidying failed
  }
  if (child_ > 0) lost_child();
}

void IsolatedStrategy::lost_child() {
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
}

/// Whether the child is no more. @throws StrategyError unless it was asked to leave.
bool IsolatedStrategy::child_ended(const char* what) {
  int status = 0;
  if (::waitpid(child_, &status, WNOHANG) != child_) return false;
  child_ = -1;
  if (segment_->control->request == leave && WIFEXITED(status)) return true;
  if (WIFSIGNALED(status))
    throw StrategyError(fmt::format("{}: {} crashed: {}", who_, what, signal_text(WTERMSIG(status))));
  throw StrategyError(fmt::format("{}: {} ended its process with exit status {}", who_, what, WEXITSTATUS(status)));
}

void IsolatedStrategy::ask(std::uint32_t request, const char* what) {
  if (child_ <= 0) throw StrategyError(fmt::format("{}: {} was asked of it after it had ended", who_, what));
  Control& control = *segment_->control;
  control.request = request;
  control.said_bytes = 0;
  control.turn.store(child_turn, std::memory_order_release);
  futex_wake(control.turn);
  if (!turned(control.turn, child_turn)) {
    const auto begun = Clock::now();
    while (control.turn.load(std::memory_order_acquire) == child_turn) {
      futex_wait(control.turn, child_turn, 20);
      if (control.turn.load(std::memory_order_acquire) != child_turn) break;
      if (child_ended(what)) return;
      if (std::chrono::duration<double>(Clock::now() - begun).count() > limits_.call_s) {
        lost_child();
        throw StrategyError(
            fmt::format("{}: {} {}", who_, what, words_of({Breach::Kind::too_long, 0, nullptr, false}, limits_)));
      }
    }
  }
  const std::string_view said(control.said.data(), std::min<std::size_t>(control.said_bytes, most_said_bytes));
  if (control.failed != 0) {
    lost_child();
    throw StrategyError(std::string(said));
  }
  for (std::string_view rest = said; rest.size() > sizeof(std::uint32_t);) {
    Remark remark;
    std::memcpy(&remark.severity, rest.data(), sizeof(std::uint32_t));
    rest.remove_prefix(sizeof(std::uint32_t));
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    remark.text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    remarks.push_back(std::move(remark));
  }
}

void IsolatedStrategy::decide(const evtwin_view& view, evtwin_decision& decision) {
  segment_->view.show(view);
  const auto evse_kw = segment_->evse_kw.cells();
  const auto storage_kw = segment_->storage_kw.cells();
  std::copy_n(decision.evse_kw, evse_kw.size(), evse_kw.begin());
  const auto plan_kw = segment_->plan_kw.cells();
  std::copy_n(decision.storage_kw, storage_kw.size(), storage_kw.begin());
  std::copy_n(decision.plan_kw, plan_kw.size(), plan_kw.begin());
  ask(decide_now, "decide");
  if (!segment_->evse_kw.canaries_alive() || !segment_->storage_kw.canaries_alive() ||
      !segment_->plan_kw.canaries_alive())
    throw StrategyError(outside_columns(who_, evse_kw.size(), storage_kw.size(), plan_kw.size()));
  std::copy(evse_kw.begin(), evse_kw.end(), decision.evse_kw);
  std::copy(storage_kw.begin(), storage_kw.end(), decision.storage_kw);
  std::copy(plan_kw.begin(), plan_kw.end(), decision.plan_kw);
  decision.wake_ns = segment_->control->wake_ns;
  decision.expected_cost = segment_->control->expected_cost;
}

StrategyFactory isolated(std::string who, const CallLimits& limits, StrategyFactory in_child) {
  return [who = std::move(who), limits, in_child = std::move(in_child)](
             const evtwin_view& first, std::uint64_t seed, std::uint32_t site) -> std::unique_ptr<Strategy> {
    const auto make = [&](const evtwin_view& shown) { return in_child(shown, seed, site); };
    return std::make_unique<IsolatedStrategy>(who, limits, first, make);
  };
}

void IsolatedStrategy::save(std::vector<std::byte>& bytes) {
  ask(save_state, "save");
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(segment_->control->state_bytes, most_state_bytes));
  bytes.insert(bytes.end(), segment_->state, segment_->state + n);
}

void IsolatedStrategy::load(std::span<const std::byte> bytes) {
  if (bytes.size() > most_state_bytes) throw StrategyError(fmt::format("{}: the saved state is too long", who_));
  std::copy(bytes.begin(), bytes.end(), segment_->state);
  segment_->control->state_bytes = bytes.size();
  ask(load_state, "load");
}

}  // namespace evtwin::control
