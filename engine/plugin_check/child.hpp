// Checks in child processes: bounded in time and memory, with a black box that tells how one ended.
#pragma once
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::plugin_check {

/// A promise that was not kept; `what()` says which, for the user.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Written by a child, read by its parent when it has ended: plain memory that both share.
struct BlackBox {
  enum class Stage : std::uint32_t { running, passed, failed };
  std::atomic<Stage> stage;
  std::atomic<std::uint64_t> beat;    ///< grows whenever a call into the plugin begins or returns
  std::atomic<std::uint32_t> inside;  ///< calls into the plugin under way
  char call[64];                      ///< the last one: "decide() number 3"
  char why[2048];                     ///< it failed
  char note[1024];                    ///< worth knowing, no failure
  std::atomic<pid_t> process;         ///< the child's own: a copy that the plugin forks has another
  std::atomic<std::uint32_t> copies;  ///< processes that came back from a call as well
  /// The calls they came back from, in the order in which the system let them run, which is not that of the calls.
  struct Copied {
    std::atomic<std::uint64_t> beat;  ///< at the call's begin; 0: not written yet
    char call[64];
  };
  std::array<Copied, 64> copied;
  std::size_t memory_mib;              ///< that the check may take
  std::atomic<std::uint64_t> refused;  ///< bytes of an allocation in the last call for which there was no room; 0: none
  std::uint64_t seed;                  ///< of the scene that is run; 0: none
  std::uint32_t data_bytes;
  std::byte data[1U << 16U];  ///< what the check found out, for the parent to compare
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<pid_t>::is_always_lock_free,
              "two processes share it: a lock of one is none of the other");

/// The box of this child; null in the parent.
BlackBox* black_box();

/// Ends this process where it is a copy of the child that the plugin forked, and leaves word of it.
void leave_copies();

/// Marks a call into the plugin: for the words when it ends the process, and as a sign of life.
class CallMark {
 public:
  /// @param number  of the decision; < 0: none is said
  explicit CallMark(const char* call, std::int64_t number = -1);
  ~CallMark();
  CallMark(const CallMark&) = delete;
  CallMark& operator=(const CallMark&) = delete;
};

/// An allocation of the plugin's was refused: its next failure in this call comes of that.
void note_refused(std::size_t bytes);

void note_in_box(std::string_view text);  ///< adds a line to the box's note
/// Adds to the box's data; what does not fit is left out.
void keep_in_box(std::span<const std::uint64_t> words);
void keep_in_box(std::string_view bytes);

struct Outcome {
  bool passed = false;
  bool slow = false;  ///< it failed, as far as anybody knows because it needs more CPU time than it was given
  std::string why, note;
  std::uint64_t seed = 0;
  std::vector<std::byte> data;
  std::vector<std::uint64_t> data_words() const;
};

struct ChildLimits {
  double call_s = 5.0;              ///< CPU time of one call into the plugin, and between two of them
  std::size_t memory_mib = 1024;    ///< beyond what the process has at its start
  unsigned at_once = 1;             ///< children at the same time
  std::function<bool()> stop = {};  ///< asked now and then; true ends the children, and run_children throws Stopped
  std::function<void(std::size_t, const Outcome&)> ended = {};  ///< told of each child, in the order in which they end
};

/// How many children of `memory_mib` this machine can have at the same time; 1 at least, no more than it has cores.
unsigned children_that_fit(std::size_t memory_mib);

struct Stopped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Body = std::function<void()>;

/// Runs each body in a child of its own. One that returns passed, one that throws failed with its words, one that ends
/// in any other way failed with the reason in words. After the first that hangs the others get a tenth of the time.
/// A call is measured by its CPU time, so that a busy machine makes nobody slow; one that waits is given twice as
/// long.
/// @throws Stopped; std::runtime_error when no process can be made.
std::vector<Outcome> run_children(std::span<const Body> bodies, const ChildLimits& limits);

}  // namespace evtwin::plugin_check
