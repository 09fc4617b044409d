// Sums of limit rows: all of them in one pass, one exactly, and how they change with one member.
//
// A plain row is V = base + sum over members i of c_i q_i, q_i in kW, or in A: kW / (kW per A). Until the next event a
// tapering battery may draw anything between a least and a most, so each row has two sums, and both are linear:
//
//   charging at set-point x:   q_most = min(x, highest),  q_least = min(x, now), but 0 where the curve falls below x
//   V_upper = base + sum over c_i > 0 of c_i q_most  + sum over c_i < 0 of c_i q_least    must not pass the upper bound
//   V_lower = base + sum over c_i > 0 of c_i q_least + sum over c_i < 0 of c_i q_most     must not pass the lower bound
//
// discharging the other way round, with q < 0. A magnitude row is |sum of c_i x_i exp(j angle_i)|, of set-points.
// Rows of the feeder tree lose energy in the direction of the flow, each node f with efficiency eta_f:
//
//   T(p, eta) = p / eta for p >= 0, p eta for p < 0
//   into(f)   = T(sum of T(q_i, eta_i) of its EVSEs + sum of into(g) of the nodes below, eta_f)
//   V(grid)   = base + sum of T(q_i, eta_i) of members without a feeder + sum of into(f) of the top nodes
//
// T is convex in p and bends at 0 alone, so that one try along a straight line mostly ends the search (fitting_part).
// Ours. Example: 10 kW at the meter of a DC EVSE of 0.95 below a transformer of 0.98: 10 / 0.95 / 0.98 = 10.74 kW into
// it; -10 kW give 10 x 0.95 x 0.98 = 9.31 kW back.
#include <algorithm>
#include <cmath>

#include "control/guard_bounds.hpp"

namespace evtwin::control {

using physics::Coupling;
using physics::LimitKind;

namespace {

/// Power of a member at some setpoint as it counts towards a bound (see Side). In line: each look asks for it twice per
/// member that has power.
[[gnu::always_inline]] inline double flow_kw(const GuardMember& m, double setpoint_kw, Side side) {
  const bool charges = setpoint_kw > 0.0;
  const physics::PowerRange& range = charges ? m.charge : m.discharge;
  const double asked = std::abs(setpoint_kw);
  const double most = std::min(asked, range.highest_kw);
  // A state set to the bend of its curve shows the setpoint up to rounding: from there on it falls.
  const bool shrinks = range.falls && asked >= range.now_kw * (1.0 - 1e-9);
  const double least = shrinks ? 0.0 : std::min(asked, range.now_kw);
  const double kw = charges == (side == Side::upper) ? most : least;
  return charges ? kw : -kw;
}

/// Whether a sum is inside the row's bounds, each widened by half its slack unless that is strict.
template <class Sum>
bool is_inside(const GuardRow& row, const Sum& sum, bool strict) {
  const double upper = strict ? row.upper : row.upper + half_slack(row.upper);
  if (row.kind == LimitKind::magnitude_a)
    return sum.upper_or_re * sum.upper_or_re + sum.lower_or_im * sum.lower_or_im <= upper * upper;
  const double lower = strict ? row.lower : row.lower - half_slack(row.lower);
  return sum.upper_or_re <= upper && sum.lower_or_im >= lower;
}

/// Whether a row that came from `before` to `after` is inside its bounds, or no further beyond them than it was.
template <class Sum>
bool is_no_worse(const GuardRow& row, const Sum& before, const Sum& after, bool strict) {
  if (is_inside(row, after, strict)) return true;
  if (row.kind == LimitKind::magnitude_a)
    return std::hypot(after.upper_or_re, after.lower_or_im) <= std::hypot(before.upper_or_re, before.lower_or_im);
  const double upper = std::max(strict ? row.upper : row.upper + half_slack(row.upper), before.upper_or_re);
  const double lower = std::min(strict ? row.lower : row.lower - half_slack(row.lower), before.lower_or_im);
  return after.upper_or_re <= upper && after.lower_or_im >= lower;
}

/// Largest part of the way from `before` to `after` that keeps the row inside its bounds, were it a straight line; a
/// little less, so that rounding does not make it too much.
template <class Sum>
double fitting_part_of(const GuardRow& row, const Sum& before, const Sum& after) {
  if (is_no_worse(row, before, after, true)) return 1.0;
  if (row.kind == LimitKind::magnitude_a) {
    return largest_part(before.upper_or_re, before.lower_or_im, after.upper_or_re - before.upper_or_re,
                        after.lower_or_im - before.lower_or_im, row.upper - rounding_of_bound(row.upper));
  }
  double part = 1.0;
  if (after.upper_or_re > row.upper && after.upper_or_re > before.upper_or_re) {
    part = (row.upper - rounding_of_bound(row.upper) - before.upper_or_re) / (after.upper_or_re - before.upper_or_re);
  }
  if (after.lower_or_im < row.lower && after.lower_or_im < before.lower_or_im) {
    part = std::min(part, (before.lower_or_im - row.lower - rounding_of_bound(row.lower)) /
                              (before.lower_or_im - after.lower_or_im));
  }
  return std::max(0.0, part);
}

}  // namespace

// ---- One row, exactly

double Guard::flow_kw_of(std::uint32_t member, Side side) const {
  return flow_kw(members[member], members[member].given_kw, side);
}

/// A phasor row binds setpoints, since one car's taper can raise the sum; but a finished vehicle draws nothing.
double Guard::current_a(std::uint32_t i, const Coupling& coupling, Side side) const {
  if (i >= evse_count_ || coupling.kw_per_a == 0.0) return 0.0;
  return flow_kw_of(i, side) / coupling.kw_per_a;
}

double Guard::value_of_row(const GuardRow& row, Side side, Couplings couplings) const {
  if (row.kind == LimitKind::magnitude_a) {
    double re = 0.0, im = 0.0;
    for (std::size_t k = 0; k < row.members.size(); ++k) {
      const std::uint32_t i = row.members[k];
      const GuardMember& m = members[i];
      // Setpoints count here, but a finished vehicle draws nothing.
      const double able = m.given_kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw;
      if (m.given_kw == 0.0 || able == 0.0 || couplings[i].kw_per_a == 0.0) continue;
      const double a = m.given_kw / couplings[i].kw_per_a;
      re += row.cos_coefficients[k] * a;
      im += row.sin_coefficients[k] * a;
    }
    return std::hypot(re, im);
  }

  // A plain sum. A negative coefficient turns draw into relief, so that the member counts as towards the other bound.
  if (row.feeder == -2) {
    double sum = row.base;
    for (std::size_t k = 0; k < row.members.size(); ++k) {
      const std::uint32_t i = row.members[k];
      if (members[i].given_kw == 0.0) continue;
      const Side counts = row.coefficients[k] > 0.0 ? side : side == Side::upper ? Side::lower : Side::upper;
      sum += row.coefficients[k] *
             (row.kind == LimitKind::current_a ? current_a(i, couplings[i], counts) : flow_kw_of(i, counts));
    }
    return sum;
  }
  // Power through the tree, the losses of EVSEs and feeders in the direction of the flow.
  std::fill(own_kw_.begin(), own_kw_.end(), 0.0);
  double at_connection = row.feeder == -1 ? row.base : 0.0;
  for (const std::uint32_t i : active_) {
    const GuardMember& m = members[i];
    if (m.given_kw == 0.0) continue;
    const bool evse = i < evse_count_;
    const double kw = evse ? physics::power_into(flow_kw_of(i, side), evses_[i].efficiency) : flow_kw_of(i, side);
    const std::int32_t feeder = evse ? evses_[i].feeder : -1;
    (feeder < 0 ? at_connection : own_kw_[static_cast<std::size_t>(feeder)]) += kw;
  }
  if (own_kw_.empty()) return at_connection;
  const double from_feeders = tree_.sum_flows(own_kw_, into_kw_);
  return row.feeder == -1 ? at_connection + from_feeders : into_kw_[static_cast<std::size_t>(row.feeder)];
}

bool Guard::is_exceeded(const GuardRow& row, Side side, Couplings couplings) const {
  if (side == Side::upper)
    return row.upper < physics::infinite && value_of_row(row, side, couplings) > row.upper + slack_of_bound(row.upper);
  return row.lower > -physics::infinite && value_of_row(row, side, couplings) < row.lower - slack_of_bound(row.lower);
}

// ---- All rows at once

[[gnu::always_inline]] inline Guard::Draw Guard::draw_of(std::uint32_t i, double kw, const Coupling& coupling) const {
  Draw draw;
  if (kw == 0.0) return draw;
  const GuardMember& m = members[i];
  const bool evse = i < evse_count_;
  draw.kw = {flow_kw(m, kw, Side::upper), flow_kw(m, kw, Side::lower)};
  const double efficiency = evse ? evses_[i].efficiency : 1.0;
  draw.ac_kw = {physics::power_into(draw.kw.upper_or_re, efficiency),
                physics::power_into(draw.kw.lower_or_im, efficiency)};
  // A DC EVSE or storage has no current that counts, a finished vehicle has none at all.
  draw.a_per_kw = evse && coupling.kw_per_a != 0.0 ? 1.0 / coupling.kw_per_a : 0.0;
  const double able_kw = kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw;
  draw.set_a = able_kw == 0.0 ? 0.0 : kw * draw.a_per_kw;
  return draw;
}

/// Part that a member's draw adds to one of its sum rows.
inline Guard::Sum Guard::part_in(const Entry& entry, const Draw& draw) const {
  const LimitKind kind = rows_[entry.row].kind;
  if (kind == LimitKind::magnitude_a) return {entry.re * draw.set_a, entry.im * draw.set_a};
  const double coefficient = entry.re * (kind == LimitKind::current_a ? draw.a_per_kw : 1.0);
  // A negative coefficient turns draw into relief.
  if (entry.re > 0.0) return {coefficient * draw.kw.upper_or_re, coefficient * draw.kw.lower_or_im};
  return {coefficient * draw.kw.lower_or_im, coefficient * draw.kw.upper_or_re};
}

/// Fills sums_ and out_kw_ from the members that have power.
void Guard::sum_up(Couplings couplings) {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const double base = rows_[r].kind == LimitKind::magnitude_a ? 0.0 : rows_[r].base;
    sums_[r] = {base, base};
  }
  std::fill(out_kw_.begin(), out_kw_.end(), Sum{});
  for (const std::uint32_t i : active_) {
    const double kw = members[i].given_kw;
    if (kw == 0.0) continue;
    const Draw draw = draw_of(i, kw, couplings[i]);
    const std::int32_t feeder = i < evse_count_ ? evses_[i].feeder : -1;
    (feeder < 0 ? sums_[0] : out_kw_[static_cast<std::size_t>(feeder)]) += draw.ac_kw;
    for (std::uint32_t k = entry_start_[i]; k < entry_start_[i + 1]; ++k)
      sums_[entries_[k].row] += part_in(entries_[k], draw);
  }
  for (const std::uint32_t f : tree_.leaves_first()) {
    const physics::Feeder& feeder = tree_.feeders()[f];
    const Sum into{physics::power_into(out_kw_[f].upper_or_re, feeder.efficiency),
                   physics::power_into(out_kw_[f].lower_or_im, feeder.efficiency)};
    if (feeder_row_[f] >= 0) sums_[static_cast<std::size_t>(feeder_row_[f])] = into;
    (feeder.parent < 0 ? sums_[0] : out_kw_[static_cast<std::size_t>(feeder.parent)]) += into;
  }
}

/// Whether every row holds towards both bounds. Near a bound (within the slack's own rounding) it may say no where
/// is_exceeded() says no excess: then that decides.
bool Guard::all_hold(Couplings couplings) {
  sum_up(couplings);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (!holds_in_sums(r)) return false;
  }
  return true;
}

bool Guard::holds_in_sums(std::size_t r) const { return is_inside(rows_[r], sums_[r], false); }

// ---- One member

/// The rows' sums, were member i to stand at `kw`: see(row, before, after) for each that may change, until it says
/// false.
/// @param keep  the sums are kept up to date with it
/// @returns whether see() never said false
template <bool keep, class See>
bool Guard::move_sums(std::uint32_t i, double kw, Couplings couplings, See&& see) {
  const Draw before = draw_of(i, members[i].given_kw, couplings[i]);
  const Draw after = draw_of(i, kw, couplings[i]);
  for (std::uint32_t k = entry_start_[i]; k < entry_start_[i + 1]; ++k) {
    Sum& sum = sums_[entries_[k].row];
    const Sum moved = sum + (part_in(entries_[k], after) - part_in(entries_[k], before));  // unchanged: to the last bit
    if (!see(entries_[k].row, sum, moved)) return false;
    if constexpr (keep) sum = moved;
  }

  // Up the tree: what changes below a feeder comes into it with its losses.
  Sum change = after.ac_kw - before.ac_kw;
  const auto& feeders = tree_.feeders();
  for (std::int32_t node = i < evse_count_ ? evses_[i].feeder : -1; node >= 0;) {
    const auto f = static_cast<std::size_t>(node);
    const Sum out = out_kw_[f] + change;
    const double efficiency = feeders[f].efficiency;
    const Sum into_before{physics::power_into(out_kw_[f].upper_or_re, efficiency),
                          physics::power_into(out_kw_[f].lower_or_im, efficiency)};
    const Sum into{physics::power_into(out.upper_or_re, efficiency), physics::power_into(out.lower_or_im, efficiency)};

    // A feeder without a row of its own still passes the change on.
    const std::int32_t row = feeder_row_[f];
    if (row >= 0 && !see(static_cast<std::uint32_t>(row), into_before, into)) return false;
    if constexpr (keep) {
      out_kw_[f] = out;
      if (row >= 0) sums_[static_cast<std::size_t>(row)] = into;
    }
    change = into - into_before;
    node = feeders[f].parent;
  }

  const Sum at_connection = sums_[0] + change;
  if (!see(0U, sums_[0], at_connection)) return false;
  if constexpr (keep) sums_[0] = at_connection;
  return true;
}

/// Sets a member, and keeps the sums up to date.
void Guard::set_given_kw(std::uint32_t i, double kw, Couplings couplings) {
  move_sums<true>(i, kw, couplings, [](std::uint32_t, const Sum&, const Sum&) { return true; });
  members[i].given_kw = kw;
}

/// A row that a member at `kw` would break, or break further: the one that is said to bind it, where that is one of
/// them; -1 where none is. @param strict  no part of the rows' slack may be used
std::int32_t Guard::blocking_row(std::uint32_t i, double kw, bool strict, Couplings couplings) {
  std::int32_t blocking = -1;
  move_sums<false>(i, kw, couplings, [&](std::uint32_t r, const Sum& before, const Sum& after) {
    if (is_no_worse(rows_[r], before, after, strict)) return true;
    if (blocking < 0 || static_cast<std::int32_t>(r) == members[i].limit) blocking = static_cast<std::int32_t>(r);
    return blocking != members[i].limit;
  });
  return blocking;
}

/// How far a member can go from where it is towards `kw`, as a part of that way, were all sums straight lines.
double Guard::fitting_part(std::uint32_t i, double kw, Couplings couplings) {
  double part = 1.0;
  move_sums<false>(i, kw, couplings, [&](std::uint32_t r, const Sum& before, const Sum& after) {
    part = std::min(part, fitting_part_of(rows_[r], before, after));
    return true;
  });
  return part;
}

/// The same for all members that moved since sums_at_start_, together.
double Guard::fitting_part_since_start() const {
  double part = 1.0;
  for (std::size_t r = 0; r < rows_.size(); ++r)
    part = std::min(part, fitting_part_of(rows_[r], sums_at_start_[r], sums_[r]));
  return part;
}

bool Guard::no_worse_since_start() const {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (!is_no_worse(rows_[r], sums_at_start_[r], sums_[r], true)) return false;
  }
  return true;
}

}  // namespace evtwin::control
