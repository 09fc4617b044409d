// Hand-out: what restraint left over goes back to members that have less than asked, until nobody can be raised.
//
// Continuous powers are raised together by one part s of what each lacks, in kW:
//
//   x_i(s) = x_i + s (asked_i - x_i)          for all open members i
//   V_r(s) = V_r(0) + s (V_r(1) - V_r(0))     of each row r, a straight line but for losses and tapers
//   V_r(s) <= U_r  =>  s = min over rows of (U_r - V_r(0)) / (V_r(1) - V_r(0)), where V_r(1) > U_r; likewise below
//
// The row of the least s binds; its members are open no longer, and the others go on: the progressive filling of
// max-min fairness (Bertsekas and Gallager, Data Networks, 1992, chapter 6), with what each lacks as its weight.
// Example: two EVSEs stand at 4 and 6 kW and asked for 10 and 8; the row has 10 of 14 kW. s = (14 - 10) / (18 - 10) =
// 0.5: 7 and 7 kW.
#include <algorithm>
#include <cmath>

#include "control/guard_bounds.hpp"

namespace evtwin::control {

namespace {

/// Rounds of offers, rates and continuous powers. One is enough where each row grows with its members; relief of one
/// by another can take more.
constexpr int hand_out_rounds = 32;
constexpr int bracket_rounds = 64;

/// 1 mW: a continuous power that can not be raised by that is as high as it can be.
constexpr double smallest_step_kw = 1e-6;
/// Between two bounds that are nearly one, members that relieve each other creep: after some rounds a raise must be
/// worth 1 W, so that they come to an end.
constexpr int patient_rounds = 24;
constexpr int fill_rounds = 20000;
/// Part of a falling curve's power up to which a setpoint is raised, where the curve itself is in the way.
constexpr double near_edge = 0.95;
/// 1 W: members that move together and get less than that are better raised one by one.
constexpr double worthwhile_kw = 1e-3;
static_assert(smallest_step_kw < worthwhile_kw && patient_rounds < hand_out_rounds,
              "patience ends before the rounds do, and asks for more than the smallest step then");
static_assert(near_edge > 0.0 && near_edge < 1.0,
              "a set-point at the curve itself would chase it in ever shorter steps");

/// `by` further from 0, no further than `wish_kw`.
double towards(double kw, double wish_kw, double by) {
  return std::copysign(std::min(std::abs(wish_kw), std::abs(kw) + by), wish_kw);
}

}  // namespace

/// Smallest setpoint in the direction of `kw` that is not 0; 0 where any power will do.
double Guard::smallest_offer_kw(std::uint32_t i, double kw, Couplings couplings) const {
  if (i >= evse_count_) return 0.0;
  const physics::Coupling& coupling = couplings[i];
  if (kw < 0.0) return physics::smallest_discharge_kw(coupling);
  return coupling.rates_kw.empty() ? coupling.min_kw : coupling.rates_kw.front();
}

bool Guard::is_continuous(std::uint32_t i, Couplings couplings) const {
  return i >= evse_count_ || asked_[i].kw < 0.0 || couplings[i].rates_kw.empty();
}

/// The next setpoint above a member's own, on the way to what was asked.
double Guard::next_kw(std::uint32_t i, Couplings couplings) const {
  const double given_kw = members[i].given_kw, asked_kw = asked_[i].kw;
  if (given_kw == 0.0) {
    const double offer_kw = smallest_offer_kw(i, asked_kw, couplings);
    if (offer_kw > 0.0) return towards(0.0, asked_kw, offer_kw);
  }
  if (is_continuous(i, couplings)) return towards(given_kw, asked_kw, smallest_step_kw);
  for (const double rate_kw : couplings[i].rates_kw) {
    if (rate_kw > given_kw) return std::min(rate_kw, asked_kw);
  }
  return asked_kw;
}

/// Members with less than asked, in the written order.
void Guard::list_short(Couplings couplings) {
  short_.clear();
  for (const std::uint32_t i : active_) {
    if (members[i].given_kw == asked_[i].kw) continue;
    short_.push_back({i, smallest_offer_kw(i, asked_[i].kw, couplings), std::abs(asked_[i].kw), 0.0, false});
  }
  std::sort(short_.begin(), short_.end(), [](const Short& a, const Short& b) {
    if (a.smallest_kw != b.smallest_kw) return a.smallest_kw < b.smallest_kw;
    if (a.wish_kw != b.wish_kw) return a.wish_kw > b.wish_kw;
    return a.member < b.member;
  });
}

void Guard::hand_out(Couplings couplings) {
  list_short(couplings);
  if (short_.empty()) return;
  sum_up(couplings);
  for (int round = 0; round < hand_out_rounds; ++round) {
    for (Short& s : short_) s.stuck = false;
    bool raised = offer_to_those_at_0(couplings);
    raised = step_in_turn(couplings) || raised;
    raised = raise_short_members(couplings) || raised;
    if (!raised) break;
  }
  name_limits(couplings);
}

bool Guard::offer_to_those_at_0(Couplings couplings) {
  bool raised = false;
  for (const Short& s : short_) {
    if (members[s.member].given_kw != 0.0 || s.smallest_kw == 0.0) continue;
    const double offer_kw = next_kw(s.member, couplings);
    if (blocking_row(s.member, offer_kw, false, couplings) >= 0) continue;
    set_given_kw(s.member, offer_kw, couplings);
    raised = true;
  }
  return raised;
}

/// One rate for each that has finite ones, again and again.
bool Guard::step_in_turn(Couplings couplings) {
  bool raised = false;
  for (bool raised_now = true; raised_now;) {
    raised_now = false;
    for (Short& s : short_) {
      const double given_kw = members[s.member].given_kw;
      if (s.stuck || is_continuous(s.member, couplings) || given_kw == asked_[s.member].kw) continue;
      const double rate_kw = next_kw(s.member, couplings);
      s.stuck = blocking_row(s.member, rate_kw, false, couplings) >= 0;
      if (s.stuck) continue;
      set_given_kw(s.member, rate_kw, couplings);
      raised = raised_now = true;
    }
  }
  return raised;
}

/// Continuous powers, together as long as that gets anywhere.
bool Guard::raise_short_members(Couplings couplings) {
  bool raised = false;
  for (int round = 0; round < fill_rounds; ++round) {
    // Two members whose phasors cancel can raise each other by turns, a little each time: the way of two rounds is
    // tried as a whole.
    if (round % 3 == 0) remember_short();
    if (round % 3 == 2 && repeat_moves(couplings)) continue;

    const double step_kw = round < patient_rounds ? smallest_step_kw : worthwhile_kw;
    open_.clear();
    for (const Short& s : short_) {
      const double given_kw = members[s.member].given_kw;
      if (!is_continuous(s.member, couplings) || given_kw == asked_[s.member].kw) continue;
      if (given_kw == 0.0 && s.smallest_kw > 0.0) continue;
      const double kw = towards(given_kw, asked_[s.member].kw, step_kw);
      if (blocking_row(s.member, kw, true, couplings) >= 0) continue;
      // Where only the curve's edge is in the way: to just below it, in one move.
      if (!edge_binds(s.member, couplings)) {
        open_.push_back(s.member);
      } else if (const double near_kw = near_edge_kw(s.member); std::abs(given_kw) < std::abs(near_kw)) {
        set_given_kw(s.member, near_kw, couplings);
        raised = true;
      }
    }

    if (open_.empty()) return raised;
    raised = true;
    if (open_.size() > 1 && raise_together(couplings)) continue;
    for (const std::uint32_t i : open_) raise_alone(i, couplings);
  }
  return raised;
}

/// Whether nothing but the edge of a falling curve is in a member's way: below it a limit counts on what the battery
/// surely draws or gives, at the edge on nothing. A setpoint just below the edge would meet the curve at once, and
/// setpoints and curve would chase each other in ever shorter steps.
bool Guard::edge_binds(std::uint32_t i, Couplings couplings) {
  const double asked_kw = asked_[i].kw;
  const physics::PowerRange& range = asked_kw > 0.0 ? members[i].charge : members[i].discharge;
  if (i >= evse_count_ || !range.falls || std::abs(asked_kw) < range.now_kw) return false;
  const double near_kw = near_edge_kw(i);
  if (std::abs(members[i].given_kw) >= std::abs(near_kw)) return std::abs(members[i].given_kw) < range.now_kw;
  return blocking_row(i, near_kw, true, couplings) < 0 &&
         blocking_row(i, std::copysign(range.now_kw, asked_kw), true, couplings) >= 0;
}

double Guard::near_edge_kw(std::uint32_t i) const {
  const double asked_kw = asked_[i].kw;
  return std::copysign(near_edge * (asked_kw > 0.0 ? members[i].charge : members[i].discharge).now_kw, asked_kw);
}

void Guard::remember_short() {
  for (Short& s : short_) s.remembered_kw = members[s.member].given_kw;
}

/// Moves those that moved since remember_short() further the same way, until the first has what it asked for.
bool Guard::repeat_moves(Couplings couplings) {
  open_.clear();
  target_kw_.clear();
  double times = physics::infinite;
  for (const Short& s : short_) {
    const double given_kw = members[s.member].given_kw;
    const double moved_kw = given_kw - s.remembered_kw;
    if (moved_kw == 0.0 || !is_continuous(s.member, couplings)) continue;
    open_.push_back(s.member);
    target_kw_.push_back(moved_kw);
    times = std::min(times, (asked_[s.member].kw - given_kw) / moved_kw);
  }
  if (open_.size() < 2 || !(times > 0.0)) return false;
  for (std::size_t n = 0; n < open_.size(); ++n)
    target_kw_[n] = towards(members[open_[n]].given_kw, asked_[open_[n]].kw, std::abs(times * target_kw_[n]));
  return move_together(couplings);
}

/// Raises all open members by the same part of what each lacks, as far as every row allows.
/// @returns whether that was worthwhile
bool Guard::raise_together(Couplings couplings) {
  target_kw_.clear();
  for (const std::uint32_t i : open_) {
    // A battery that takes less than its setpoint bends the sums there: first up to the bend.
    const GuardMember& m = members[i];
    const double able_kw = asked_[i].kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw;
    const bool bends = std::abs(m.given_kw) < able_kw && able_kw < std::abs(asked_[i].kw);
    target_kw_.push_back(bends ? std::copysign(able_kw, asked_[i].kw) : asked_[i].kw);
  }
  return move_together(couplings);
}

/// Moves all open members by the same part of the way to their targets, as far as every row allows.
bool Guard::move_together(Couplings couplings) {
  sums_at_start_ = sums_;
  start_kw_.clear();
  for (std::size_t n = 0; n < open_.size(); ++n) {
    start_kw_.push_back(members[open_[n]].given_kw);
    members[open_[n]].given_kw = target_kw_[n];
  }
  sum_up(couplings);

  // Straight lines as far as losses and tapers do not bend them; where those do, less.
  double part = fitting_part_since_start();
  for (int attempt = 0; attempt < 4 && part > 0.0; ++attempt, part /= 2) {
    double most_kw = 0.0;
    for (std::size_t n = 0; n < open_.size(); ++n) {
      const double way_kw = target_kw_[n] - start_kw_[n];
      most_kw = std::max(most_kw, std::abs(part * way_kw));
      members[open_[n]].given_kw = part == 1.0 ? target_kw_[n] : start_kw_[n] + part * way_kw;
    }
    if (most_kw <= worthwhile_kw) break;
    sum_up(couplings);
    if (no_worse_since_start()) return true;
  }

  for (std::size_t n = 0; n < open_.size(); ++n) members[open_[n]].given_kw = start_kw_[n];
  sum_up(couplings);
  return false;
}

/// Raises one member as far as every row allows: along straight lines, and by halves where those lead too far.
void Guard::raise_alone(std::uint32_t i, Couplings couplings) {
  double high_kw = asked_[i].kw;
  if (blocking_row(i, high_kw, true, couplings) < 0) {
    set_given_kw(i, high_kw, couplings);
    return;
  }

  // `high_kw` does not fit, the member's own power does. A try along straight lines that failed is followed by a
  // halving, so that the bracket shrinks for sure.
  bool halve = false;
  for (int round = 0; round < bracket_rounds; ++round) {
    const double low_kw = members[i].given_kw;
    if (std::abs(high_kw - low_kw) <= smallest_step_kw) return;
    const double part = halve ? 0.5 : fitting_part(i, high_kw, couplings);
    const double kw = low_kw + part * (high_kw - low_kw);

    // Straight lines lead nowhere: believed only where the smallest step does not fit either.
    if (std::abs(kw - low_kw) <= 0.5 * smallest_step_kw) {
      if (blocking_row(i, next_kw(i, couplings), true, couplings) >= 0) return;
      halve = true;
      continue;
    }

    const bool fits = blocking_row(i, kw, true, couplings) < 0;
    if (fits) {
      set_given_kw(i, kw, couplings);
    } else {
      high_kw = kw;
    }
    halve = !fits && !halve;
  }
}

/// Says of each that still has less than asked which row keeps it there; the others are as if no limit had been.
void Guard::name_limits(Couplings couplings) {
  for (const Short& s : short_) {
    GuardMember& m = members[s.member];
    const Asked& asked = asked_[s.member];
    if (m.given_kw == asked.kw) {
      m.reason = asked.reason;
      m.limit = asked.limit;
      continue;
    }
    const std::int32_t row = blocking_row(s.member, next_kw(s.member, couplings), true, couplings);
    if (row >= 0) m.limit = row;
  }
}

}  // namespace evtwin::control
