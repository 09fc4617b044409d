#include "control/guard.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace evtwin::control {

using physics::Coupling;
using physics::LimitKind;

namespace {

/// Sums of a few hundred powers carry rounding errors of some 1e-14; a billionth is far above them and far below any
/// meter.
constexpr double tolerance = 1e-9;
double slack(double bound) { return tolerance * std::max(1.0, std::abs(bound)); }
/// Within it every order of summation says that a row holds.
double half_slack(double bound) { return 0.5 * slack(bound); }

/// Passes over the rows before those that are still exceeded lose their members altogether. Scaling one row can raise a
/// phasor sum in another; in radial installations two passes settle it.
constexpr int scaling_passes = 6;

GuardRow grid_row(std::size_t members, std::span<const physics::Evse> evses) {
  GuardRow row;
  row.name = "grid connection";
  row.feeder = -1;
  for (std::uint32_t i = 0; i < members; ++i) {
    row.members.push_back(i);
    row.coefficients.push_back(i < evses.size() ? 1.0 / evses[i].efficiency : 1.0);
  }
  return row;
}

}  // namespace

Guard::Guard(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages, physics::FeederTree tree,
             std::span<const physics::LimitRow> rows, double contract_kw, double export_limit_kw)
    : members(evses.size() + storages.size()),
      outage(evses.size(), 0.0),
      stored_kwh(storages.size(), 0.0),
      evse_count_(evses.size()),
      evses_(evses),
      storages_(storages),
      tree_(std::move(tree)) {
  rows_.push_back(grid_row(members.size(), evses));
  set_contract(contract_kw, export_limit_kw);

  // Feeders: a power row each where they have a power cap, a current row where they have one in A.
  const auto& feeders = tree_.feeders();
  for (std::size_t f = 0; f < feeders.size(); ++f) {
    GuardRow row;
    row.name = feeders[f].name;
    row.feeder = static_cast<std::int32_t>(f);
    row.upper = feeders[f].max_kw;
    row.lower = -feeders[f].max_export_kw;
    for (std::uint32_t i = 0; i < evses.size(); ++i) {
      double coefficient = 1.0 / evses[i].efficiency;
      bool below = false;
      for (const std::int32_t node : tree_.path_up(evses[i].feeder)) {
        coefficient /= feeders[static_cast<std::size_t>(node)].efficiency;
        if (node == row.feeder) {
          below = true;
          break;
        }
      }
      if (!below) continue;
      row.members.push_back(i);
      row.coefficients.push_back(coefficient);
    }
    if (feeders[f].max_a < physics::infinite) {
      GuardRow current = row;
      current.kind = LimitKind::current_a;
      current.feeder = -2;
      current.upper = feeders[f].max_a;
      current.lower = -physics::infinite;
      std::fill(current.coefficients.begin(), current.coefficients.end(), 1.0);
      rows_.push_back(std::move(current));
    }
    if (row.upper < physics::infinite || row.lower > -physics::infinite) rows_.push_back(std::move(row));
  }
  // The grid connection pays for the feeders' losses.
  for (std::uint32_t i = 0; i < evses.size(); ++i) {
    for (const std::int32_t node : tree_.path_up(evses[i].feeder)) {
      rows_[0].coefficients[i] /= feeders[static_cast<std::size_t>(node)].efficiency;
    }
  }

  for (const physics::LimitRow& given : rows) {
    GuardRow row;
    row.name = given.name;
    row.kind = given.kind;
    row.lower = given.kind == LimitKind::magnitude_a ? -physics::infinite : given.lower;
    row.upper = given.upper;
    for (const physics::LimitMember& member : given.members) {
      row.members.push_back(member.evse);
      row.coefficients.push_back(member.coefficient);
      row.angles_deg.push_back(member.angle_deg);
    }
    rows_.push_back(std::move(row));
  }
  for (GuardRow& row : rows_) {
    row.angles_deg.resize(row.members.size(), 0.0);
    for (std::size_t k = 0; k < row.members.size(); ++k) {
      const double angle = row.angles_deg[k] * std::numbers::pi / 180.0;
      row.cos_coefficients.push_back(row.coefficients[k] * std::cos(angle));
      row.sin_coefficients.push_back(row.coefficients[k] * std::sin(angle));
    }
  }
  for (const physics::Evse& evse : evses) rated_kw_.push_back(physics::rated_kw(evse));
  list_entries();
  sums_.resize(rows_.size());
  exceeded_rows_.reserve(rows_.size());
  set_aside_.reserve(members.size());
  own_kw_.resize(feeders.size());
  own_lower_kw_.resize(feeders.size());
  into_kw_.resize(feeders.size());
}

/// Turns the rows that are plain or phasor sums round: the rows of each member.
void Guard::list_entries() {
  entry_start_.assign(members.size() + 1, 0);
  for (const GuardRow& row : rows_) {
    if (row.feeder != -2) continue;
    for (const std::uint32_t i : row.members) ++entry_start_[i + 1];
  }
  for (std::size_t i = 0; i < members.size(); ++i) entry_start_[i + 1] += entry_start_[i];
  entries_.resize(entry_start_.back());
  std::vector<std::uint32_t> next(entry_start_.begin(), entry_start_.end() - 1);
  for (std::uint32_t r = 0; r < rows_.size(); ++r) {
    const GuardRow& row = rows_[r];
    if (row.feeder != -2) continue;
    const bool phasor = row.kind == LimitKind::magnitude_a;
    for (std::size_t k = 0; k < row.members.size(); ++k) {
      entries_[next[row.members[k]]++] = {r, phasor ? row.cos_coefficients[k] : row.coefficients[k],
                                          phasor ? row.sin_coefficients[k] : 0.0};
    }
  }
}

void Guard::set_contract(double contract_kw, double export_limit_kw) {
  rows_[0].upper = contract_kw;
  rows_[0].lower = -export_limit_kw;
}

void Guard::clamp_evse(std::uint32_t i, const Coupling& coupling) {
  GuardMember& m = members[i];
  const physics::Evse& evse = evses_[i];
  double kw = m.wish_kw;
  m.reason = Correction::none;
  m.limit = -1;
  if (!std::isfinite(kw)) {
    kw = kw > 0.0 ? coupling.max_kw : -coupling.max_discharge_kw;
    m.reason = Correction::not_finite;
  }
  if (kw == 0.0) {
    m.given_kw = 0.0;
    return;
  }
  if (outage[i] != 0.0) {
    m.given_kw = 0.0;
    m.reason = Correction::outage;
    return;
  }
  if (kw > 0.0) {
    // Offering more than the vehicle can use is no mistake; more than the EVSE has is.
    if (kw > rated_kw_[i] * (1.0 + tolerance)) m.reason = Correction::evse_rating;
    kw = std::min(kw, coupling.max_kw);
    const double allowed = physics::floor_to_allowed(coupling, kw);
    if (m.reason == Correction::none && allowed < m.wish_kw * (1.0 - tolerance) && kw == m.wish_kw) {
      m.reason = allowed == 0.0 ? Correction::min_current : Correction::finite_rate;
    }
    m.given_kw = allowed;
    return;
  }
  if (coupling.max_discharge_kw <= 0.0) {
    m.given_kw = 0.0;
    m.reason = evse.bidirectional ? Correction::no_v2g : Correction::evse_rating;
    return;
  }
  if (-kw > coupling.max_discharge_kw * (1.0 + tolerance)) m.reason = Correction::evse_rating;
  m.given_kw = std::max(kw, -coupling.max_discharge_kw);
}

void Guard::clamp_storage(std::uint32_t i) {
  GuardMember& m = members[i];
  const physics::Storage& storage = storages_[i - evse_count_];
  m.reason = std::isfinite(m.wish_kw) ? Correction::none : Correction::not_finite;
  m.limit = -1;
  const double rated = std::clamp(m.wish_kw, -storage.max_discharge_kw, storage.max_charge_kw);
  if (m.reason == Correction::none && std::abs(rated) < std::abs(m.wish_kw) * (1.0 - tolerance))
    m.reason = Correction::storage_rating;
  m.given_kw = physics::storage_clamp(storage, stored_kwh[i - evse_count_], rated);
  if (m.given_kw != rated) m.reason = Correction::soc_window;
}

namespace {

/// Power of a member as it counts towards a bound (see Side).
double flow_kw(const GuardMember& m, Side side) {
  const bool charges = m.given_kw > 0.0;
  const physics::PowerRange& range = charges ? m.charge : m.discharge;
  const double asked = std::abs(m.given_kw);
  const double most = std::min(asked, range.highest_kw);
  // A state set to the bend of its curve shows the setpoint up to rounding: from there on it falls.
  const bool shrinks = range.falls && asked >= range.now_kw * (1.0 - tolerance);
  const double least = shrinks ? 0.0 : std::min(asked, range.now_kw);
  const double kw = charges == (side == Side::upper) ? most : least;
  return charges ? kw : -kw;
}

constexpr std::array both_sides{Side::upper, Side::lower};

}  // namespace

/// A phasor row binds setpoints, since one car's taper can raise the sum; but a finished vehicle draws nothing.
double Guard::current_a(std::uint32_t i, const Coupling& coupling, Side side) const {
  if (i >= evse_count_ || coupling.kw_per_a == 0.0) return 0.0;
  return flow_kw(members[i], side) / coupling.kw_per_a;
}

double Guard::value(const GuardRow& row, Side side, std::span<const Coupling> couplings) const {
  if (row.kind == LimitKind::magnitude_a) {
    double re = 0.0, im = 0.0;
    for (std::size_t k = 0; k < row.members.size(); ++k) {
      const std::uint32_t i = row.members[k];
      const GuardMember& m = members[i];
      const double able = m.given_kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw;
      if (m.given_kw == 0.0 || able == 0.0 || couplings[i].kw_per_a == 0.0) continue;
      const double a = m.given_kw / couplings[i].kw_per_a;
      re += row.cos_coefficients[k] * a;
      im += row.sin_coefficients[k] * a;
    }
    return std::hypot(re, im);
  }
  if (row.feeder == -2) {
    double sum = row.base;
    for (std::size_t k = 0; k < row.members.size(); ++k) {
      const std::uint32_t i = row.members[k];
      if (members[i].given_kw == 0.0) continue;
      // A negative coefficient turns draw into relief.
      const Side counts = row.coefficients[k] > 0.0 ? side : side == Side::upper ? Side::lower : Side::upper;
      sum += row.coefficients[k] *
             (row.kind == LimitKind::current_a ? current_a(i, couplings[i], counts) : flow_kw(members[i], counts));
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
    const double kw = evse ? physics::through(flow_kw(m, side), evses_[i].efficiency) : flow_kw(m, side);
    const std::int32_t feeder = evse ? evses_[i].feeder : -1;
    (feeder < 0 ? at_connection : own_kw_[static_cast<std::size_t>(feeder)]) += kw;
  }
  if (own_kw_.empty()) return at_connection;
  const double from_feeders = tree_.flows(own_kw_, into_kw_);
  return row.feeder == -1 ? at_connection + from_feeders : into_kw_[static_cast<std::size_t>(row.feeder)];
}

/// Fills sums_ from the members that have power.
void Guard::add_to_sums(std::span<const Coupling> couplings) {
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    const double base = rows_[r].kind == LimitKind::magnitude_a ? 0.0 : rows_[r].base;
    sums_[r] = {base, base};
  }
  std::fill(own_kw_.begin(), own_kw_.end(), 0.0);
  std::fill(own_lower_kw_.begin(), own_lower_kw_.end(), 0.0);
  for (const std::uint32_t i : active_) {
    const GuardMember& m = members[i];
    if (m.given_kw == 0.0) continue;
    const bool evse = i < evse_count_;
    const double high_kw = flow_kw(m, Side::upper);
    const double low_kw = flow_kw(m, Side::lower);

    // The tree: at the grid connection itself, or at the feeder it hangs on.
    const double efficiency = evse ? evses_[i].efficiency : 1.0;
    const std::int32_t feeder = evse ? evses_[i].feeder : -1;
    (feeder < 0 ? sums_[0].upper_or_re : own_kw_[static_cast<std::size_t>(feeder)]) +=
        physics::through(high_kw, efficiency);
    (feeder < 0 ? sums_[0].lower_or_im : own_lower_kw_[static_cast<std::size_t>(feeder)]) +=
        physics::through(low_kw, efficiency);

    // Sum rows. A DC EVSE or storage has no current that counts, a finished vehicle has none at all.
    const double a_per_kw = evse && couplings[i].kw_per_a != 0.0 ? 1.0 / couplings[i].kw_per_a : 0.0;
    const double able_kw = m.given_kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw;
    const double set_a = able_kw == 0.0 ? 0.0 : m.given_kw * a_per_kw;
    for (std::uint32_t k = entry_start_[i]; k < entry_start_[i + 1]; ++k) {
      const Entry& entry = entries_[k];
      Sum& sum = sums_[entry.row];
      const LimitKind kind = rows_[entry.row].kind;
      if (kind == LimitKind::magnitude_a) {
        sum.upper_or_re += entry.re * set_a;
        sum.lower_or_im += entry.im * set_a;
        continue;
      }
      const double unit = kind == LimitKind::current_a ? a_per_kw : 1.0;
      sum.upper_or_re += entry.re * unit * (entry.re > 0.0 ? high_kw : low_kw);
      sum.lower_or_im += entry.re * unit * (entry.re > 0.0 ? low_kw : high_kw);
    }
  }
}

/// Whether every row holds towards both bounds: one pass over the members that have power, for all rows at once.
/// Near a bound (within the slack's own rounding) it may say no where exceeded() says no excess: then that decides.
bool Guard::all_hold(std::span<const Coupling> couplings) {
  add_to_sums(couplings);
  double from_feeders = 0.0;
  for (const Side side : both_sides) {
    if (!own_kw_.empty()) from_feeders = tree_.flows(side == Side::upper ? own_kw_ : own_lower_kw_, into_kw_);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const GuardRow& row = rows_[r];
      const double bound = side == Side::upper ? row.upper : row.lower;
      if (std::isinf(bound)) continue;
      double sum = side == Side::upper ? sums_[r].upper_or_re : sums_[r].lower_or_im;
      if (row.kind == LimitKind::magnitude_a) {
        const double most = bound + half_slack(bound);
        if (!(sums_[r].upper_or_re * sums_[r].upper_or_re + sums_[r].lower_or_im * sums_[r].lower_or_im <= most * most))
          return false;
        continue;
      }
      if (row.feeder == -1) sum += from_feeders;
      if (row.feeder >= 0) sum = into_kw_[static_cast<std::size_t>(row.feeder)];
      if (!(side == Side::upper ? sum <= bound + half_slack(bound) : sum >= bound - half_slack(bound))) return false;
    }
  }
  return true;
}

bool Guard::exceeded(const GuardRow& row, Side side, std::span<const Coupling> couplings) const {
  if (side == Side::upper)
    return row.upper < physics::infinite && value(row, side, couplings) > row.upper + slack(row.upper);
  return row.lower > -physics::infinite && value(row, side, couplings) < row.lower - slack(row.lower);
}

/// Whether less power of member k brings the row back towards that bound's inside. A DC EVSE has no current that
/// counts.
bool Guard::reduces(const GuardRow& row, std::size_t k, Side side, std::span<const Coupling> couplings) const {
  const std::uint32_t i = row.members[k];
  const GuardMember& m = members[i];
  if (m.given_kw == 0.0 || row.coefficients[k] == 0.0) return false;
  if (row.kind != LimitKind::power_kw && (i >= evse_count_ || couplings[i].kw_per_a == 0.0)) return false;
  if (row.kind == LimitKind::magnitude_a)
    return (m.given_kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw) > 0.0;
  return (row.coefficients[k] * m.given_kw > 0.0) == (side == Side::upper) &&
         flow_kw(m, m.given_kw > 0.0 ? Side::upper : Side::lower) != 0.0;
}

void Guard::set(std::uint32_t i, double kw, std::uint32_t row_number, std::span<const Coupling> couplings) {
  GuardMember& m = members[i];
  if (i < evse_count_ && kw > 0.0) kw = physics::floor_to_allowed(couplings[i], kw);
  if (kw == m.given_kw) return;
  m.given_kw = kw;
  m.reason = Correction::limit;
  m.limit = static_cast<std::int32_t>(row_number);
}

void Guard::scale(std::uint32_t row_number, Side side, double factor, std::span<const Coupling> couplings) {
  const GuardRow& row = rows_[row_number];
  for (std::size_t k = 0; k < row.members.size(); ++k) {
    if (!reduces(row, k, side, couplings)) continue;
    const std::uint32_t i = row.members[k];
    const GuardMember& m = members[i];
    const double kw =
        row.kind == LimitKind::magnitude_a ? m.given_kw : flow_kw(m, m.given_kw > 0.0 ? Side::upper : Side::lower);
    set(i, kw * factor, row_number, couplings);
  }
}

/// @returns false when no member is left that could help.
bool Guard::drop_last(std::uint32_t row_number, Side side, std::span<const Coupling> couplings) {
  const GuardRow& row = rows_[row_number];
  for (std::size_t k = row.members.size(); k-- > 0;) {
    if (!reduces(row, k, side, couplings)) continue;
    GuardMember& m = members[row.members[k]];
    m.given_kw = 0.0;
    m.reason = Correction::limit;
    m.limit = static_cast<std::int32_t>(row_number);
    return true;
  }
  return false;
}

/// What the row would be worth without the members that can help; the rest is theirs to live with. 0 for phasor rows,
/// whose members all scale together.
double Guard::value_without_help(std::uint32_t row_number, Side side, std::span<const Coupling> couplings) {
  const GuardRow& row = rows_[row_number];
  if (row.kind == LimitKind::magnitude_a) return 0.0;
  set_aside_.clear();
  for (std::size_t k = 0; k < row.members.size(); ++k) {
    if (reduces(row, k, side, couplings)) set_aside_.emplace_back(row.members[k], members[row.members[k]].given_kw);
  }
  for (const auto& [member, kw] : set_aside_) members[member].given_kw = 0.0;
  const double rest = value(row, side, couplings);
  for (const auto& [member, kw] : set_aside_) members[member].given_kw = kw;
  return rest;
}

/// Brings one bound of a row to hold as far as its members can. @returns whether anything was changed.
bool Guard::enforce_row(std::uint32_t row_number, Side side, std::span<const Coupling> couplings) {
  const GuardRow& row = rows_[row_number];
  if (!exceeded(row, side, couplings)) return false;
  const double bound = side == Side::upper ? row.upper : row.lower;

  // The value is linear in the helpers' share, or convex where feeders lose: the chord hits the bound, or nearly.
  const int scalings = row.kind == LimitKind::magnitude_a ? 1 : 3;
  for (int i = 0; i < scalings && exceeded(row, side, couplings); ++i) {
    const double now = value(row, side, couplings);
    const double rest = value_without_help(row_number, side, couplings);
    if (now == rest) return i > 0;
    scale(row_number, side, std::clamp((bound - rest) / (now - rest), 0.0, 1.0), couplings);
  }
  // Floors and mixed directions can leave a little: the last members go to 0 one by one.
  while (exceeded(row, side, couplings) && drop_last(row_number, side, couplings)) {
  }
  return true;
}

void Guard::clamp(std::span<const std::uint32_t> members_to_clamp, std::span<const Coupling> couplings) {
  for (const std::uint32_t i : members_to_clamp) {
    if (i < evse_count_) {
      clamp_evse(i, couplings[i]);
    } else {
      clamp_storage(i);
    }
  }
}

std::span<const std::uint32_t> Guard::apply(std::span<const std::uint32_t> active, std::span<const Coupling> couplings,
                                            bool enforce) {
  clamp(active, couplings);
  return hold(active, couplings, enforce);
}

std::span<const std::uint32_t> Guard::hold(std::span<const std::uint32_t> active, std::span<const Coupling> couplings,
                                           bool enforce) {
  active_ = active;
  exceeded_rows_.clear();
  found_all_held_ = all_hold(couplings);
  if (found_all_held_) return exceeded_rows_;
  if (enforce) {
    for (int pass = 0; pass < scaling_passes; ++pass) {
      bool changed = false;
      for (std::uint32_t r = 0; r < rows_.size(); ++r) {
        for (const Side side : both_sides) changed = enforce_row(r, side, couplings) || changed;
      }
      if (!changed) break;
    }
  }
  // Rows that disturb each other (phasor sums): members stand down one by one until all rows hold or have nobody left.
  for (bool dropped = enforce; dropped;) {
    dropped = false;
    for (std::uint32_t r = 0; r < rows_.size(); ++r) {
      for (const Side side : both_sides)
        dropped = (exceeded(rows_[r], side, couplings) && drop_last(r, side, couplings)) || dropped;
    }
  }
  for (std::uint32_t r = 0; r < rows_.size(); ++r) {
    if (exceeded(rows_[r], Side::upper, couplings) || exceeded(rows_[r], Side::lower, couplings))
      exceeded_rows_.push_back(r);
  }
  return exceeded_rows_;
}

}  // namespace evtwin::control
