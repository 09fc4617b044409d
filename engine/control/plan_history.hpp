// Plans of a strategy, and their fate: each piece of a plan is handed out once, when it has come or was taken back, so
// that a plan that is made again and again takes no more room than what it changes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernel/static_checks.hpp"
#include "kernel/time.hpp"

namespace evtwin::control {

using kernel::TimeNs;

/// Mean power planned for a member (EVSE, or storage behind the EVSEs) in [start, end).
struct PlannedPiece {
  TimeNs start_ns = 0, end_ns = 0;
  double kw = 0.0;
  std::uint64_t decision = 0;  ///< number of the decision that planned it

  template <class A>
  void archive_fields(A& a) {
    a(start_ns, end_ns, kw, decision);
  }
};
static_assert(sizeof(PlannedPiece) == 32, "a new field must be archived, and the title of checkpoints changed");

/// A piece whose fate is known.
struct SettledPiece {
  std::size_t member = 0;
  PlannedPiece planned;
  TimeNs replaced_ns = 0;  ///< when it was taken back; 0: it stood
};

class PlanHistory {
 public:
  /// Powers that differ by no more are the same plan: what a solver that starts elsewhere makes of one optimum.
  static constexpr double same_kw = 1e-6;

  explicit PlanHistory(std::size_t members) : pending_(members) {}

  /// A plan made at `now`. Where it is NaN, what was planned stands; where nothing was planned, 0 kW is nothing new.
  /// @param step_start_ns  n + 1 instants for n steps. @param kw  members x n, member by member
  /// @returns whether it says anything that was not planned before.
  bool take_plan(TimeNs now, std::uint64_t decision, std::span<const TimeNs> step_start_ns, std::span<const double> kw);

  /// The member's plan ends here: its vehicle leaves.
  void end_member(std::size_t member, TimeNs t);
  void end_all(TimeNs t);

  /// Nothing was planned.
  void clear();

  /// Pieces that were settled since the last time, in the order of their settling; by member in order of time.
  std::vector<SettledPiece>& settled_pieces() { return settled_; }

  /// Without what is settled: the caller has taken it.
  template <class A>
  void archive_fields(A& a) {
    a.archive_elements(pending_);
  }

 private:
  void settle_passed(std::size_t member, TimeNs now);
  void take_back(std::size_t member, const PlannedPiece& piece, TimeNs t);
  bool overlay_member(std::size_t member, TimeNs now, std::uint64_t decision, std::span<const TimeNs> step_start_ns,
                      std::span<const double> kw);

  std::vector<std::vector<PlannedPiece>> pending_;  // by member; ascending, without overlap
  std::vector<SettledPiece> settled_;
  std::vector<PlannedPiece> next_;       // scratch
  std::vector<TimeNs> cuts_, old_cuts_;  // scratch
};
static_assert(kernel::has_size<PlanHistory>(120), "a new field must be archived or made anew after loading");

}  // namespace evtwin::control
