#include "control/isolated_strategy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "control/fault.hpp"
#include "control/guarded_cells.hpp"
#include "control/hand_over.hpp"
#include "control/loader_lock.hpp"
#include "control/process_state.hpp"
#include "control/shared_view.hpp"
#include "control/view_layout.hpp"
#include "kernel/log.hpp"

namespace evtwin::control {

namespace {

using Clock = std::chrono::steady_clock;

enum Request : std::uint32_t { make_instance, decide_now, end_of_run, save_state, load_state, leave };
constexpr std::size_t most_state_bytes = std::size_t{256} << 20;
constexpr std::size_t most_said_bytes = 64 << 10;
static_assert(most_said_bytes <= std::numeric_limits<std::uint32_t>::max(), "Control::said_bytes counts them");
/// Room for the longest plan of 3,800 units; only what is written takes memory.
constexpr std::size_t most_plan_cells = std::size_t{1} << 27;
static_assert(most_plan_cells >= std::size_t{3'800} * SharedView::most_horizon_steps);
/// The parent looks this often whether a child that has the turn still lives, in milliseconds.
constexpr long round_ms = 20;

struct Control {
  HandOver turn;
  Fault fault;
  std::uint32_t request = make_instance;
  std::uint32_t failed = 0;  ///< 1: `said` is why
  std::uint32_t subscribes = 0, horizon_steps = 0, horizon_reads = 0, plan_steps = 0, can_save = 0;
  std::uint32_t n_levels = 0;
  std::array<double, EVTWIN_MOST_LEVELS> levels{};
  std::int64_t wake_ns = 0, quiet_until_ns = 0;
  double expected_cost = 0.0;
  std::uint64_t state_bytes = 0;
  std::uint64_t unheard = 0;     ///< remarks for which there was no room
  std::uint32_t said_bytes = 0;  ///< remarks: severity, then text with its NUL; or the reason of a failure
  std::array<char, most_said_bytes> said{};
};
}  // namespace

namespace {

void* mapped(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return memory;
}

}  // namespace

/// Memory that both processes see.
class IsolatedStrategy::Segment {
 public:
  explicit Segment(const evtwin_view& first)
      : view(first),
        evse_kw(first.n_evses),
        storage_kw(first.n_storages),
        plan_kw(std::min(members() * SharedView::most_horizon_steps, most_plan_cells)),
        control(new (mapped(bytes())) Control),
        side(control->turn, HandOver::parent),
        state(reinterpret_cast<std::byte*>(control) + sizeof(Control)) {}

  ~Segment() { munmap(control, bytes()); }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  [[noreturn]] void serve(const std::string& who,
                          const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make);

  std::string place_of_fault(std::size_t memory_mib) const;
  std::string written_outside(const std::string& who) const;

  std::size_t members() const { return std::size_t{view.shown_view().n_evses} + view.shown_view().n_storages; }
  bool has_room_for(std::uint32_t plan_steps) const { return members() * plan_steps <= plan_kw.cells().size(); }

  SharedView view;
  GuardedCells evse_kw, storage_kw, plan_kw;  // the plan: room for the longest, until its length is known
  Control* control;
  HandOver::Side side;  // the parent's
  std::byte* state;

 private:
  static std::size_t bytes() { return sizeof(Control) + most_state_bytes; }
  void keep_from_copies();
  void answer(std::unique_ptr<Strategy>& strategy,
              const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make);
  void make_in_child(std::unique_ptr<Strategy>& strategy,
                     const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make);
  void decide_in_child(Strategy& strategy);
  void save_in_child(Strategy& strategy);
  void say(std::span<const Strategy::Remark> remarks);
  void watch_process(Strategy& strategy, bool at_the_end = false);

  std::optional<ProcessState> state_;  // of the child, when the strategy was made
  std::uint64_t decided_ = 0, looked_ = 0;
};

/// A process that the plugin forks has none of this memory: two that answer one question would mix their answers.
void IsolatedStrategy::Segment::keep_from_copies() {
  view.keep_from_copies();
  for (const GuardedCells* cells : {&evse_kw, &storage_kw, &plan_kw}) cells->keep_from_copies();
  madvise(control, bytes(), MADV_DONTFORK);
}

/// The touched address in words: the view, a decision column, or nothing.
/// @param memory_mib  that the process may have; 0: no limit
std::string IsolatedStrategy::Segment::place_of_fault(std::size_t memory_mib) const {
  const Fault& fault = control->fault;
  const int signal = fault.signal.load();
  if (signal != SIGSEGV && signal != SIGBUS) return {};
  if (fault.wrote) {
    const std::string_view column = column_at(view.shown_view(), fault.address);
    if (column == "evtwin_view") return ": it wrote into the view, which is the host's";
    if (!column.empty()) return fmt::format(": it wrote into the view ({}), which is the host's", column);
  }
  if (evse_kw.is_past_end(fault.address))
    return fmt::format(": past the end of decision->evse_kw, which has {} rows", evse_kw.cells().size());
  if (storage_kw.is_past_end(fault.address))
    return fmt::format(": past the end of decision->storage_kw, which has {} rows", storage_kw.cells().size());
  if (!plan_kw.cells().empty() && plan_kw.is_past_end(fault.address))
    return fmt::format(": past the end of decision->plan_kw, which has {} cells", plan_kw.cells().size());
  if (fault.at_stack_end) return ": its stack overflowed";
  constexpr std::uintptr_t first_page = 4096;  // members of an object that is not there lie in it
  const bool null = reinterpret_cast<std::uintptr_t>(fault.address) < first_page;
  // An allocation that was refused and not looked at is a null pointer, too.
  if (null && memory_mib != 0) {
    const std::size_t mib = fault.data_bytes >> 20;
    return fmt::format(
        "{}: it {} through a null pointer",
        mib > memory_mib / 2
            ? fmt::format(": it took its {} MiB of memory (--memory-limit-mib) and more was refused", memory_mib)
            : fmt::format(", with {} of {} MiB of memory taken (--memory-limit-mib; was more refused?)", mib,
                          memory_mib),
        fault.wrote ? "wrote" : "read");
  }
  return fmt::format(": it {} {}", fault.wrote ? "wrote" : "read",
                     null ? "through a null pointer" : "memory that is not its own");
}

/// In words, where a canary beside a decision column is dead; else empty.
std::string IsolatedStrategy::Segment::written_outside(const std::string& who) const {
  if (evse_kw.canaries_alive() && storage_kw.canaries_alive() && plan_kw.canaries_alive()) return {};
  const std::size_t cells = plan_kw.cells().size();
  return fmt::format("{}: decide wrote outside its decision column (evse_kw has {} rows, storage_kw {}{})", who,
                     evse_kw.cells().size(), storage_kw.cells().size(),
                     cells > 0 ? fmt::format(", plan_kw {} cells", cells) : std::string());
}

void IsolatedStrategy::Segment::say(std::span<const Strategy::Remark> remarks) {
  control->said_bytes = 0;
  for (const Strategy::Remark& remark : remarks) {
    const std::size_t bytes = sizeof(std::uint32_t) + remark.text.size() + 1;
    if (control->said_bytes + bytes > most_said_bytes) {
      ++control->unheard;
      continue;
    }
    char* to = control->said.data() + control->said_bytes;
    std::memcpy(to, &remark.severity, sizeof(std::uint32_t));
    std::memcpy(to + sizeof(std::uint32_t), remark.text.c_str(), remark.text.size() + 1);
    control->said_bytes += static_cast<std::uint32_t>(bytes);
  }
}

/// A strategy's changes to its own process harm nobody else, and yet may change its answers later, or another host's
/// process: they are told with the decision after which they were found.
void IsolatedStrategy::Segment::watch_process(Strategy& strategy, bool at_the_end) {
  constexpr std::uint64_t decisions_between_looks = 64;
  if (!at_the_end && ++decided_ % decisions_between_looks != 0) return;
  const std::string difference = state_ ? state_->find_difference() : std::string();
  if (!difference.empty()) {
    strategy.remarks.push_back({EVTWIN_WARNING, fmt::format("evtwin: {}, in one of decide() number {} to {}",
                                                            difference, looked_ + 1, decided_)});
    state_.emplace();  // told once
  }
  looked_ = decided_;
}

/// Makes the instance, and tells the parent what it wants to be asked and when.
void IsolatedStrategy::Segment::make_in_child(
    std::unique_ptr<Strategy>& strategy, const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make) {
  state_.emplace();
  strategy = make(view.shown_view());
  // Changes made meanwhile are told once, and are the state to compare with from here on.
  if (const std::string changed = state_->find_difference(); !changed.empty())
    strategy->remarks.push_back({EVTWIN_WARNING, fmt::format("evtwin: {}, while it was made", changed)});
  state_.emplace();

  control->subscribes = strategy->subscribes;
  control->horizon_steps = strategy->horizon_steps;
  control->horizon_reads = strategy->horizon_reads;
  control->plan_steps = strategy->plan_steps;
  control->n_levels = static_cast<std::uint32_t>(std::min(strategy->levels.size(), control->levels.size()));
  std::copy_n(strategy->levels.begin(), control->n_levels, control->levels.begin());

  // Both processes shorten the plan alike, so that a write past its end is caught.
  if (has_room_for(strategy->plan_steps)) plan_kw.shrink_to(members() * strategy->plan_steps);
  control->can_save = strategy->can_save() ? 1 : 0;
}

/// Columns lie where both processes see them; only plain members are copied.
void IsolatedStrategy::Segment::decide_in_child(Strategy& strategy) {
  evtwin_decision decision{sizeof(evtwin_decision),
                           0,
                           evse_kw.cells().data(),
                           storage_kw.cells().data(),
                           0,
                           0,
                           std::numeric_limits<double>::quiet_NaN(),
                           strategy.plan_steps == 0 ? nullptr : plan_kw.cells().data(),
                           strategy.plan_steps,
                           0};
  strategy.decide(view.shown_view(), decision);
  watch_process(strategy);
  control->wake_ns = decision.wake_ns;
  control->quiet_until_ns = decision.quiet_until_ns;
  control->expected_cost = decision.expected_cost;
}

/// The segment's room for a state can not grow: the parent maps it, too.
void IsolatedStrategy::Segment::save_in_child(Strategy& strategy) {
  std::vector<std::byte> bytes;
  strategy.save_memory(bytes);
  if (bytes.size() > most_state_bytes)
    throw StrategyError(fmt::format("its state has {} bytes, at most {} can be kept", bytes.size(), most_state_bytes));
  std::copy(bytes.begin(), bytes.end(), state);
  control->state_bytes = bytes.size();
}

/// One request, answered in the child. @throws StrategyError.
void IsolatedStrategy::Segment::answer(std::unique_ptr<Strategy>& strategy,
                                       const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make) {
  switch (control->request) {
    case make_instance:
      make_in_child(strategy, make);
      break;
    case decide_now:
      decide_in_child(*strategy);
      break;
    case end_of_run:
      // The last look, however few decisions since the one before.
      strategy->end(view.shown_view());
      watch_process(*strategy, true);
      break;
    case save_state:
      save_in_child(*strategy);
      break;
    case load_state:
      strategy->load_memory({state, static_cast<std::size_t>(control->state_bytes)});
      break;
    default:
      break;
  }

  // Remarks go into the segment one behind the other, as far as they fit.
  control->unheard = std::exchange(strategy->unheard, 0);
  say(strategy->remarks);
  strategy->remarks.clear();
}

namespace {

/// Threads of this process beside the one that asks; those on their way out are given a moment.
std::size_t own_threads() {
  std::size_t others = 0;
  for (int look = 0; look < 50; ++look) {
    std::error_code error;
    const auto tasks = std::filesystem::directory_iterator("/proc/self/task", error);
    others =
        error ? 0 : static_cast<std::size_t>(std::distance(begin(tasks), std::filesystem::directory_iterator())) - 1;
    if (others == 0) break;
    usleep(2000);
  }
  return others;
}

}  // namespace

void IsolatedStrategy::Segment::serve(const std::string& who,
                                      const std::function<std::unique_ptr<Strategy>(const evtwin_view&)>& make) {
  view.make_read_only();
  keep_from_copies();
  write_down_crashes(control->fault, who);

  std::unique_ptr<Strategy> strategy;
  HandOver::Side own_side(control->turn, HandOver::child);
  while (true) {
    while (!own_side.wait_for_turn(1000)) {
    }

    // The child never returns: the frames above are a copy of the parent's.
    if (control->request == leave) {
      const bool keeps_threads = strategy != nullptr && strategy->keeps_threads();
      strategy.reset();
      if (const std::size_t left = own_threads(); left > 0 && !keeps_threads)
        fmt::print(stderr,
                   "warning: {}: {} thread{} of its own still run{} after destroy, and it does not say "
                   "EVTWIN_STRATEGY_KEEP_LOADED\n",
                   who, left, left == 1 ? "" : "s", left == 1 ? "s" : "");
      if (const std::string left = end_own_processes(); !left.empty())
        fmt::print(stderr, "warning: {}: a process of its own ({}) still ran after destroy; it was ended\n", who, left);
      std::fflush(stderr);
      own_side.give_turn();
      ::_exit(0);
    }

    // Exceptions end here: the parent throws their words.
    control->failed = 0;
    try {
      answer(strategy, make);
    } catch (const std::exception& error) {
      const std::string_view why = std::string_view(error.what()).substr(0, most_said_bytes);
      control->failed = 1;
      control->said_bytes = static_cast<std::uint32_t>(why.size());
      std::copy(why.begin(), why.end(), control->said.begin());
    }
    own_side.give_turn();
  }
}

namespace {

std::size_t machine_memory_mib() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  std::ifstream cgroup("/sys/fs/cgroup/memory.max");
  if (double most = 0.0; cgroup >> most) bytes = std::min(bytes, most);
  return static_cast<std::size_t>(bytes / (1 << 20));
}

std::size_t resident_mib(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/statm", process));
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) >> 20;
}

/// Separates a child from its parent, and bounds it.
void prepare_child(pid_t parent, const CallLimits& limits) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) ::_exit(1);        // it died before we said so
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);  // a process that the plugin leaves behind is left to this one
  ::signal(SIGINT, SIG_IGN);                  // Ctrl-C is for the parent
  close_range(3, ~0U, 0);
  ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // a descriptor that is the host's: whoever closes those of others is seen
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
  // Text that is not yet written would be written by both processes.
  std::fflush(nullptr);
  const pid_t parent = getpid();

  // Were another thread in the loader while the process is copied, the child would wait for its lock forever.
  auto alone = hold_loader();
  child_ = ::fork();
  alone.unlock();
  if (child_ == 0) {
    prepare_child(parent, limits);
    segment_->serve(who_, make);
  }

  if (child_ < 0) throw StrategyError(fmt::format("{}: no process could be made for it", who_));
  try {
    ask_child(make_instance, "create");
  } catch (...) {
    if (child_ > 0) lost_child();
    throw;
  }
  kernel::log_line(kernel::LogRoom::control, kernel::LogLevel::info, "{}: in process {}", who_, child_);

  // A child's figures are bounded before they are used.
  const Control& control = *segment_->control;
  subscribes = control.subscribes;
  horizon_steps = control.horizon_steps;
  horizon_reads = control.horizon_reads;
  plan_steps = control.plan_steps;
  levels.assign(control.levels.begin(),
                control.levels.begin() + std::min<std::uint32_t>(control.n_levels, EVTWIN_MOST_LEVELS));
  can_save_ = control.can_save != 0;

  // More would not fit into the memory that both processes map.
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

  segment_->plan_kw.shrink_to(segment_->members() * plan_steps);
}

IsolatedStrategy::~IsolatedStrategy() {
  if (child_ <= 0) return;
  try {
    ask_child(leave, "destroy");
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

void IsolatedStrategy::throw_fault(const std::string& why) const {
  kernel::log_line(kernel::LogRoom::control, kernel::LogLevel::error, "{}: {}", who_, why);
  throw StrategyError(fmt::format("{}: {}", who_, why));
}

/// The child is ended, and why is told.
void IsolatedStrategy::end_child(const std::string& why) {
  lost_child();
  throw_fault(why);
}

/// Whether the child is no more. @throws StrategyError unless it was asked to leave.
bool IsolatedStrategy::child_ended(const char* what) {
  int status = 0;
  if (::waitpid(child_, &status, WNOHANG) != child_) return false;
  child_ = -1;
  if (segment_->control->request == leave && WIFEXITED(status)) return true;
  if (WIFEXITED(status)) throw_fault(fmt::format("{} called exit({})", what, WEXITSTATUS(status)));
  const Fault& written = segment_->control->fault;
  const bool known = written.signal.load() == WTERMSIG(status);
  throw_fault(fmt::format("{} crashed: {}{}", known && written.own_thread ? "a thread of its own" : what,
                          signal_text(WTERMSIG(status)),
                          known ? segment_->place_of_fault(limits_.memory_mib) : std::string()));
}

/// Ends the child where a call was interrupted, lasts too long or takes too much memory.
void IsolatedStrategy::look_after_child(const char* what, double waited_s) {
  static const std::size_t own_limit_mib = machine_memory_mib() / 10 * 9;
  if (limits_.stop != nullptr && limits_.stop()) end_child(fmt::format("{} was interrupted", what));
  if (waited_s > limits_.call_s)
    end_child(fmt::format("{} gave no answer within {} s (--call-limit-s)", what, limits_.call_s));
  if (limits_.memory_mib == 0 && resident_mib(child_) > own_limit_mib)
    end_child(fmt::format("{} took more memory than nine tenths of this machine's (--memory-limit-mib)", what));
}

void IsolatedStrategy::ask_child(std::uint32_t request, const char* what) {
  if (child_ <= 0) throw StrategyError(fmt::format("{}: {} was asked of it after it had ended", who_, what));
  Control& control = *segment_->control;
  control.request = request;
  control.said_bytes = 0;
  HandOver::Side& side = segment_->side;
  side.give_turn();

  // Most answers come within the first wait; during longer ones the child is watched.
  if (!side.wait_for_turn(round_ms)) {
    const auto begun = Clock::now();
    do {
      if (child_ended(what)) return;
      look_after_child(what, std::chrono::duration<double>(Clock::now() - begun).count());
    } while (!side.wait_for_turn(round_ms));
  }

  // A child can write anything here: lengths are bounded before they are used.
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
  unheard += std::exchange(control.unheard, 0);
}

void IsolatedStrategy::decide(const evtwin_view& view, evtwin_decision& decision) {
  if (limits_.stop != nullptr && limits_.stop()) end_child("decide was interrupted");
  segment_->view.show_view(view);
  const auto evse_kw = segment_->evse_kw.cells();
  const auto storage_kw = segment_->storage_kw.cells();
  std::copy_n(decision.evse_kw, evse_kw.size(), evse_kw.begin());
  const auto plan_kw = segment_->plan_kw.cells();
  std::copy_n(decision.storage_kw, storage_kw.size(), storage_kw.begin());
  std::copy_n(decision.plan_kw, plan_kw.size(), plan_kw.begin());
  ask_child(decide_now, "decide");
  if (const std::string why = segment_->written_outside(who_); !why.empty()) throw StrategyError(why);
  std::copy(evse_kw.begin(), evse_kw.end(), decision.evse_kw);
  std::copy(storage_kw.begin(), storage_kw.end(), decision.storage_kw);
  std::copy(plan_kw.begin(), plan_kw.end(), decision.plan_kw);
  decision.wake_ns = segment_->control->wake_ns;
  decision.quiet_until_ns = segment_->control->quiet_until_ns;
  decision.expected_cost = segment_->control->expected_cost;
}

void IsolatedStrategy::end(const evtwin_view& last) {
  segment_->view.show_view(last);
  ask_child(end_of_run, "end");
}

StrategyFactory isolate_strategy(std::string who, const CallLimits& limits, StrategyFactory in_child) {
  return [who = std::move(who), limits, in_child = std::move(in_child)](
             const evtwin_view& first, std::uint64_t seed, std::uint32_t site) -> std::unique_ptr<Strategy> {
    const auto make = [&](const evtwin_view& shown) { return in_child(shown, seed, site); };
    return std::make_unique<IsolatedStrategy>(who, limits, first, make);
  };
}

void IsolatedStrategy::save_memory(std::vector<std::byte>& bytes) {
  ask_child(save_state, "save");
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(segment_->control->state_bytes, most_state_bytes));
  bytes.insert(bytes.end(), segment_->state, segment_->state + n);
}

void IsolatedStrategy::load_memory(std::span<const std::byte> bytes) {
  if (bytes.size() > most_state_bytes) throw StrategyError(fmt::format("{}: the saved state is too long", who_));
  std::copy(bytes.begin(), bytes.end(), segment_->state);
  segment_->control->state_bytes = bytes.size();
  ask_child(load_state, "load");
}

}  // namespace evtwin::control
