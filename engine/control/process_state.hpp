// Global state of a process: foreign code must leave it as it found it.
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace evtwin::control {

/// How this thread calculates: the modes of its floating-point unit, without the exceptions it has seen. A few ns.
class NumberModes {
 public:
  NumberModes();
  bool changed() const;
  /// Makes everything as it was again. @returns the differences, in words; empty: none.
  std::string take_back() const;

 private:
  unsigned before_ = 0;
  unsigned short x87_before_ = 0;
};

/// Parts of a process that are compared.
enum class ProcessPart : unsigned char {
  all,
  but_files,  ///< another thread may open and close files meanwhile
  modes,      ///< neither files nor environment: what a library may not even change when it is loaded
};

/// Modes of numbers, locales of C and C++, signals and the mask of this thread, timers, priority, processors, folder,
/// umask, limits, environment and open files, as they are when this is made.
class ProcessState {
 public:
  explicit ProcessState(ProcessPart part = ProcessPart::all);
  /// The first thing that is other than it was, in words; empty: nothing. Some 50 us.
  std::string find_difference() const;

 private:
  struct OpenFile {
    int number;
    dev_t device;
    ino_t node;
  };
  ProcessPart part_;
  std::string before_;
  std::vector<OpenFile> files_;
};

/// Processes that this one has: those it made, and with PR_SET_CHILD_SUBREAPER those that they left to it. One that has
/// ended and was not waited for counts no more.
std::vector<pid_t> own_processes();
/// Those of them that are still there after a moment, killed. @returns "daemon", "daemon and 2 more"; empty: none.
std::string end_own_processes();

}  // namespace evtwin::control
