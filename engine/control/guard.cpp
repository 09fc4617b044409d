#include "control/guard.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace evtwin::control {

using physics::Coupling;
using physics::LimitKind;

namespace {

/// Setpoints that differ by less are the same: kW that came from A by another order of multiplications.
constexpr double tolerance = 1e-9;

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

/// A member counts with the power that enters the feeder for it: through its EVSE and every feeder on the way.
GuardRow feeder_row(std::int32_t f, std::span<const physics::Evse> evses, const physics::FeederTree& tree) {
  const auto& feeders = tree.feeders();
  const physics::Feeder& feeder = feeders[static_cast<std::size_t>(f)];
  GuardRow row;
  row.name = feeder.name;
  row.feeder = f;
  row.upper = feeder.max_kw;
  row.lower = -feeder.max_export_kw;

  for (std::uint32_t i = 0; i < evses.size(); ++i) {
    double coefficient = 1.0 / evses[i].efficiency;
    bool below = false;
    for (const std::int32_t node : tree.path_up(evses[i].feeder)) {
      coefficient /= feeders[static_cast<std::size_t>(node)].efficiency;
      if (node == f) {
        below = true;
        break;
      }
    }

    // An EVSE elsewhere is no member.
    if (!below) continue;
    row.members.push_back(i);
    row.coefficients.push_back(coefficient);
  }
  return row;
}

/// Current is not lost on the way: every member of the feeder's row counts with its own.
GuardRow current_row(const GuardRow& feeder, double max_a) {
  GuardRow row = feeder;
  row.kind = LimitKind::current_a;
  row.feeder = -2;
  row.upper = max_a;
  row.lower = -physics::infinite;
  std::fill(row.coefficients.begin(), row.coefficients.end(), 1.0);
  return row;
}

/// A row of the scenario; a magnitude can not be too low.
GuardRow declared_row(const physics::LimitRow& given) {
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
  return row;
}

/// Phasors are added up at every look, their angles never change.
void resolve_angles(GuardRow& row) {
  row.angles_deg.resize(row.members.size(), 0.0);
  for (std::size_t k = 0; k < row.members.size(); ++k) {
    const double angle = row.angles_deg[k] * std::numbers::pi / 180.0;
    row.cos_coefficients.push_back(row.coefficients[k] * std::cos(angle));
    row.sin_coefficients.push_back(row.coefficients[k] * std::sin(angle));
  }
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
  std::vector<std::size_t> depths{0};  // [rows] below the grid connection, for their order
  add_feeder_rows(depths);

  // The grid connection pays for the feeders' losses.
  for (std::uint32_t i = 0; i < evses.size(); ++i) {
    for (const std::int32_t node : tree_.path_up(evses[i].feeder)) {
      rows_[0].coefficients[i] /= tree_.feeders()[static_cast<std::size_t>(node)].efficiency;
    }
  }

  // The scenario's rows follow as declared.
  for (const physics::LimitRow& given : rows) {
    rows_.push_back(declared_row(given));
    depths.push_back(1);
  }
  for (GuardRow& row : rows_) resolve_angles(row);
  for (const physics::Evse& evse : evses) rated_kw_.push_back(physics::rated_kw(evse));
  list_entries();
  list_rows_leaves_first(depths);
  reserve_scratch();
}

/// A power row for each feeder that has a power cap, before it a current row where it has one in A.
void Guard::add_feeder_rows(std::vector<std::size_t>& depths) {
  const auto& feeders = tree_.feeders();
  for (std::size_t f = 0; f < feeders.size(); ++f) {
    GuardRow row = feeder_row(static_cast<std::int32_t>(f), evses_, tree_);
    if (feeders[f].max_a < physics::infinite) rows_.push_back(current_row(row, feeders[f].max_a));
    if (row.upper < physics::infinite || row.lower > -physics::infinite) rows_.push_back(std::move(row));
    depths.resize(rows_.size(), 1 + tree_.path_up(static_cast<std::int32_t>(f)).size());
  }
}

/// All memory that a look may need is taken here: nothing is allocated while a run goes on.
void Guard::reserve_scratch() {
  sums_.resize(rows_.size());
  sums_at_start_.resize(rows_.size());
  exceeded_rows_.reserve(rows_.size());
  const std::size_t feeders = tree_.feeders().size();
  out_kw_.resize(feeders);
  own_kw_.resize(feeders);
  into_kw_.resize(feeders);

  asked_.resize(members.size());
  shares_.reserve(members.size());
  set_aside_.reserve(members.size());
  short_.reserve(members.size());
  open_.reserve(members.size());
  start_kw_.reserve(members.size());
  target_kw_.reserve(members.size());
}

/// Feeders from the leaves up, then the scenario's rows as declared, the grid connection last.
void Guard::list_rows_leaves_first(std::span<const std::size_t> depths) {
  rows_leaves_first_.resize(rows_.size());
  std::iota(rows_leaves_first_.begin(), rows_leaves_first_.end(), 0U);
  std::stable_sort(rows_leaves_first_.begin(), rows_leaves_first_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return depths[a] > depths[b]; });

  feeder_row_.assign(tree_.feeders().size(), -1);
  for (std::uint32_t r = 1; r < rows_.size(); ++r) {
    if (rows_[r].feeder >= 0) feeder_row_[static_cast<std::size_t>(rows_[r].feeder)] = static_cast<std::int32_t>(r);
  }
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

  // An infinite wish is one for all there is in its direction.
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

  // A vehicle that gives nothing back is told apart from an EVSE that can not.
  if (coupling.max_discharge_kw <= 0.0) {
    m.given_kw = 0.0;
    m.reason = evse.bidirectional ? Correction::no_v2g : Correction::evse_rating;
    return;
  }
  if (-kw > coupling.max_discharge_kw * (1.0 + tolerance)) m.reason = Correction::evse_rating;
  m.given_kw = std::max(kw, -coupling.max_discharge_kw);
  if (-m.given_kw >= physics::smallest_discharge_kw(coupling) * (1.0 - tolerance)) return;
  m.given_kw = 0.0;
  m.reason = Correction::min_current;
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

void Guard::clamp_wishes(std::span<const std::uint32_t> members_to_clamp, std::span<const Coupling> couplings) {
  for (const std::uint32_t i : members_to_clamp) {
    if (i < evse_count_) {
      clamp_evse(i, couplings[i]);
    } else {
      clamp_storage(i);
    }
  }
}

std::span<const std::uint32_t> Guard::give_setpoints(std::span<const std::uint32_t> active,
                                                     std::span<const Coupling> couplings, bool enforce) {
  clamp_wishes(active, couplings);
  return hold_setpoints(active, couplings, enforce);
}

std::span<const std::uint32_t> Guard::hold_setpoints(std::span<const std::uint32_t> active,
                                                     std::span<const Coupling> couplings, bool enforce) {
  active_ = active;
  exceeded_rows_.clear();
  found_all_held_ = all_hold(couplings);
  if (found_all_held_) return exceeded_rows_;

  if (enforce) {
    for (const std::uint32_t i : active_) asked_[i] = {members[i].given_kw, members[i].reason, members[i].limit};
    restrain_rows(couplings);
    hand_out(couplings);
    sum_up(couplings);
  }
  for (std::uint32_t r = 0; r < rows_.size(); ++r) {
    if (holds_in_sums(r)) continue;
    if (is_exceeded(rows_[r], Side::upper, couplings) || is_exceeded(rows_[r], Side::lower, couplings))
      exceeded_rows_.push_back(r);
  }
  return exceeded_rows_;
}

}  // namespace evtwin::control
