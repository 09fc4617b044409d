// Restraint: members that push a row over its bound get less, until every row holds or has nobody left who could help.
//
// In one row the members that push it up take w_1, w_2 ... of it, l_i of that with their smallest offer, and `room` is
// what the others leave below the bound. Each gets max(l_i, s x w_i) with the largest s in [0, 1] that fits. Where the
// sum of all l_i is above the room, those that fit in the written order are kept and the others get 0. The same in the
// plane for magnitude rows, where w_i and l_i are phasors.
//
// The largest s (share_above_offers; ours, a fill with floors). The unit is the row's, kW or A, and s has none:
//
//   f(s) = sum over i of max(l_i, s w_i)      grows with s, straight between its bends at s = l_i / w_i
//   F = {i : s w_i < l_i}                     the members that stand at their smallest offer
//   f(s) = room  =>  s = (room - sum over F of l_i) / (sum over the others of w_i)
//
// F is found from below, beginning empty. One more member in F takes l_i > s w_i of the room and leaves the others less
// than they had, so s falls: who is in F stays in it, and after as many rounds as members F is right. In a magnitude
// row |sum over F of l_i + s sum over the others of w_i| = bound is solved by largest_part().
// Example: room 10 kW; wishes 22, 11, 3.7 kW; smallest offers 6 A, that is 4.14, 4.14, 1.38 kW. F empty:
// s = 10 / 36.7 = 0.272, parts 5.99, 3.00, 1.01, so that the second and third are in F: s = (10 - 4.14 - 1.38) / 22 =
// 0.204, and the first gets 4.48 kW. The sum is 10 kW.
//
// Below lossy feeders the row is no sum of the w_i. They are scaled by one factor u = (V - V_0) / sum of w_i, V being
// the row's value now and V_0 its value with the listed members at 0, and the row is restrained again where that was
// not enough (restraints_per_row).
#include <algorithm>
#include <cmath>

#include "control/guard_bounds.hpp"

namespace evtwin::control {

using physics::LimitKind;

namespace {

/// Passes over the rows before those that are still exceeded lose their members one by one. Restraint of one row can
/// raise a phasor sum in another; in radial installations two passes settle it.
constexpr int restraining_passes = 6;
/// Restraints of one row in a pass: its value is linear in the members' share, or convex where feeders lose, and finite
/// rates leave phasors that no longer cancel.
constexpr int restraints_per_row = 3;

/// The written order (see guard.hpp).
template <class Item>
bool comes_first(const Item& a, double least_a, const Item& b, double least_b) {
  if (least_a != least_b) return least_a < least_b;
  if (a.wish_kw != b.wish_kw) return a.wish_kw > b.wish_kw;
  return a.member < b.member;
}

}  // namespace

void Guard::restrain_rows(Couplings couplings) {
  for (int pass = 0; pass < restraining_passes; ++pass) {
    bool changed = false;
    for (const std::uint32_t r : rows_leaves_first_) {
      if (holds_in_sums(r)) continue;  // as it was when the pass began
      for (const Side side : {Side::upper, Side::lower}) changed = restrain_row(r, side, couplings) || changed;
    }
    if (!changed) return;
    sum_up(couplings);
  }
  // Rows that disturb each other (phasor sums): members stand down one by one until all rows hold or have nobody left.
  for (bool dropped = true; dropped;) {
    dropped = false;
    for (const std::uint32_t r : rows_leaves_first_) {
      for (const Side side : {Side::upper, Side::lower})
        dropped = (is_exceeded(rows_[r], side, couplings) && drop_one(r, side, couplings)) || dropped;
    }
  }
}

/// Brings one bound of a row to hold as far as its members can. @returns whether anything was changed.
bool Guard::restrain_row(std::uint32_t row_number, Side side, Couplings couplings) {
  const GuardRow& row = rows_[row_number];
  bool changed = false;
  for (int i = 0; i < restraints_per_row; ++i) {
    if (!is_exceeded(row, side, couplings)) return changed;
    if (!share_out(row_number, side, couplings)) return changed;
    changed = true;
  }
  // Floors and mixed directions can leave a little: the last members of the order go to 0 one by one.
  while (is_exceeded(row, side, couplings) && drop_one(row_number, side, couplings)) {
  }
  return changed;
}

/// @returns false when no member is left that could help.
bool Guard::share_out(std::uint32_t row_number, Side side, Couplings couplings) {
  const GuardRow& row = rows_[row_number];
  list_shares(row, side, couplings);
  if (shares_.empty()) return false;
  double room = row.upper;
  if (row.kind != LimitKind::magnitude_a) {
    double listed = 0.0;
    for (const Share& share : shares_) listed += share.re;
    const double now = value_of_row(row, side, couplings);
    double rest = side == Side::upper ? now - listed : now + listed;
    // Below lossy feeders, and out of DC EVSEs, a member's share of the row is not its coefficient times its draw.
    if (row.feeder != -2 && (side == Side::lower || !tree_.is_lossless())) {
      rest = value_without_help(row, side, couplings);
      const double unit = std::abs(now - rest) / listed;
      if (!(unit > 0.0)) return false;
      for (Share& share : shares_) share.re *= unit, share.least_re *= unit, share.least *= unit;
    }
    room = side == Side::upper ? row.upper - rest : rest - row.lower;
  }
  room = std::max(0.0, room);

  double factor = share_above_offers(row, room);
  if (factor < 0.0) {
    keep_offers_that_fit(row_number, room, couplings);
    factor = std::max(0.0, share_above_offers(row, room));
  }
  for (const Share& share : shares_) {
    const double kw = share.base_kw * factor;
    const double least_kw = smallest_offer_kw(share.member, share.base_kw, couplings);
    limit_to(share.member, share.at_least ? std::copysign(least_kw, share.base_kw) : kw, row_number, couplings);
  }
  return true;
}

/// The largest s for which max(least, s x share) of all fits the room; those that stand at their least are marked.
/// @returns negative where the smallest offers alone do not fit
double Guard::share_above_offers(const GuardRow& row, double room) {
  double fixed_re = 0.0, fixed_im = 0.0, free_re = 0.0, free_im = 0.0;
  for (Share& share : shares_) {
    share.at_least = false;
    free_re += share.re, free_im += share.im;
  }

  // Each round but the last fixes a member at its least: there are no more rounds than members, and one.
  for (;;) {
    double factor = 0.0;
    if (row.kind == LimitKind::magnitude_a) {
      factor = largest_part(fixed_re, fixed_im, free_re, free_im, room);
    } else if (free_re > 0.0) {
      factor = std::clamp((room - fixed_re) / free_re, 0.0, 1.0);
    }

    // A part below the smallest offer can not be given: that member stands at its offer, and the others share the rest.
    bool marked = false;
    for (Share& share : shares_) {
      if (share.at_least || factor * std::hypot(share.re, share.im) >= share.least) continue;
      share.at_least = marked = true;
      fixed_re += share.least_re, fixed_im += share.least_im;
      free_re -= share.re, free_im -= share.im;
    }

    if (marked) continue;
    const double re = fixed_re + factor * free_re, im = fixed_im + factor * free_im;
    const double value = row.kind == LimitKind::magnitude_a ? std::hypot(re, im) : re;
    return value > room + half_slack(room) ? -1.0 : factor;
  }
}

/// Sets those to 0 whose smallest offers do not fit beside those before them in the written order.
void Guard::keep_offers_that_fit(std::uint32_t row_number, double room, Couplings couplings) {
  std::sort(shares_.begin(), shares_.end(),
            [](const Share& a, const Share& b) { return comes_first(a, a.least, b, b.least); });
  const bool in_plane = rows_[row_number].kind == LimitKind::magnitude_a;
  double re = 0.0, im = 0.0;
  std::size_t kept = 0;
  for (std::size_t n = 0; n < shares_.size(); ++n) {
    re += shares_[n].least_re, im += shares_[n].least_im;
    if ((in_plane ? std::hypot(re, im) : re) <= room + half_slack(room)) kept = n + 1;
  }
  for (std::size_t n = kept; n < shares_.size(); ++n) limit_to(shares_[n].member, 0.0, row_number, couplings);
  shares_.resize(kept);
}

/// Whether less power of member k brings the row back towards that bound's inside. A DC EVSE has no current that
/// counts.
bool Guard::can_reduce(const GuardRow& row, std::size_t k, Side side, Couplings couplings) const {
  const std::uint32_t i = row.members[k];
  const GuardMember& m = members[i];
  if (m.given_kw == 0.0 || row.coefficients[k] == 0.0) return false;
  if (row.kind != LimitKind::power_kw && (i >= evse_count_ || couplings[i].kw_per_a == 0.0)) return false;
  if (row.kind == LimitKind::magnitude_a)
    return (m.given_kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw) > 0.0;
  return (row.coefficients[k] * m.given_kw > 0.0) == (side == Side::upper) &&
         flow_kw_of(i, m.given_kw > 0.0 ? Side::upper : Side::lower) != 0.0;
}

/// Share that member k takes of the row. Setpoints count in magnitude rows, in others what may really flow.
Guard::Share Guard::share_of(const GuardRow& row, std::size_t k, Couplings couplings) const {
  const std::uint32_t i = row.members[k];
  const GuardMember& m = members[i];
  const bool in_plane = row.kind == LimitKind::magnitude_a;
  Share share{};
  share.member = i;
  share.wish_kw = std::abs(asked_[i].kw);
  share.base_kw = in_plane ? m.given_kw : flow_kw_of(i, m.given_kw > 0.0 ? Side::upper : Side::lower);

  double least_kw = smallest_offer_kw(i, m.given_kw, couplings);
  if (!in_plane) least_kw = std::min(least_kw, std::abs(share.base_kw));
  const double per_kw = row.kind == LimitKind::power_kw ? 1.0 : 1.0 / couplings[i].kw_per_a;
  const double re = in_plane ? row.cos_coefficients[k] : std::abs(row.coefficients[k]);
  const double im = in_plane ? row.sin_coefficients[k] : 0.0;
  const double flow_kw = in_plane ? share.base_kw : std::abs(share.base_kw);
  const double least_flow_kw = in_plane ? std::copysign(least_kw, share.base_kw) : least_kw;
  share.re = re * per_kw * flow_kw;
  share.im = im * per_kw * flow_kw;
  share.least_re = re * per_kw * least_flow_kw;
  share.least_im = im * per_kw * least_flow_kw;
  share.least = std::abs(row.coefficients[k]) * per_kw * least_kw;
  return share;
}

void Guard::list_shares(const GuardRow& row, Side side, Couplings couplings) {
  shares_.clear();
  for (std::size_t k = 0; k < row.members.size(); ++k) {
    if (can_reduce(row, k, side, couplings)) shares_.push_back(share_of(row, k, couplings));
  }
}

/// Value of the row with every listed member at 0 kW. Those members may share the rest, up to the bound.
double Guard::value_without_help(const GuardRow& row, Side side, Couplings couplings) {
  set_aside_.clear();
  for (const Share& share : shares_) {
    set_aside_.emplace_back(share.member, members[share.member].given_kw);
    members[share.member].given_kw = 0.0;
  }
  const double rest = value_of_row(row, side, couplings);
  for (const auto& [member, kw] : set_aside_) members[member].given_kw = kw;
  return rest;
}

/// Sets the last of the written order to 0. @returns false when no member is left that could help.
bool Guard::drop_one(std::uint32_t row_number, Side side, Couplings couplings) {
  list_shares(rows_[row_number], side, couplings);
  if (shares_.empty()) return false;
  const auto last = std::max_element(shares_.begin(), shares_.end(), [](const Share& a, const Share& b) {
    return comes_first(a, a.least, b, b.least);
  });
  limit_to(last->member, 0.0, row_number, couplings);
  return true;
}

void Guard::limit_to(std::uint32_t i, double kw, std::uint32_t row_number, Couplings couplings) {
  GuardMember& m = members[i];
  if (i < evse_count_ && kw > 0.0) kw = physics::floor_to_allowed(couplings[i], kw);
  if (i < evse_count_ && kw < 0.0 && -kw < physics::smallest_discharge_kw(couplings[i]) * (1.0 - 1e-9)) kw = 0.0;
  if (kw == m.given_kw) return;
  m.given_kw = kw;
  m.reason = Correction::limit;
  m.limit = static_cast<std::int32_t>(row_number);
}

}  // namespace evtwin::control
