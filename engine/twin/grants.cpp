#include "twin/grants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evtwin::twin {

namespace {

/// The guard's row of a bound: the grid connection, then by feeder the one in A and the one in kW where there are, then
/// those of the scenario.
std::size_t row_of_series(const Site& site, const LimitSeries& series) {
  std::size_t row = 1;
  const bool of_feeder = series.of < LimitSeries::Of::row_upper;
  for (std::size_t f = 0; f < site.feeders.size(); ++f) {
    const physics::Feeder& feeder = site.feeders[f];
    const std::size_t current_rows = feeder.max_a < infinite ? 1 : 0;
    if (of_feeder && f == series.index) return row + (series.of == LimitSeries::Of::feeder_a ? 0 : current_rows);
    row += current_rows + (feeder.max_kw < infinite || feeder.max_export_kw < infinite ? 1 : 0);
  }
  return row + series.index;
}

}  // namespace

Grants::Grants(const SiteContext& context)
    : context_(context),
      guard_(context.site.evses, context.site.storages, physics::FeederTree(context.site.feeders), context.site.rows,
             context.site.contract_kw, context.site.export_limit_kw),
      is_named_(guard_.member_count(), 0),
      told_reason_(guard_.member_count(), Correction::none),
      told_given_kw_(guard_.member_count(), 0.0),
      row_told_(guard_.rows().size(), 0) {
  for (const LimitSeries& series : context.site.limit_series)
    series_row_.push_back(row_of_series(context.site, series));
}

void Grants::begin() {
  const Site& site = context_.site;
  std::fill(guard_.members.begin(), guard_.members.end(), control::GuardMember{});
  std::fill(guard_.outage.begin(), guard_.outage.end(), 0.0);
  std::fill(guard_.stored_kwh.begin(), guard_.stored_kwh.end(), 0.0);
  for (std::size_t s = 0; s < site.storages.size(); ++s) {
    const physics::Storage& storage = site.storages[s];
    control::GuardMember& member = guard_.members[site.evses.size() + s];
    member.charge = {storage.max_charge_kw, storage.max_charge_kw, false};
    member.discharge = {storage.max_discharge_kw, storage.max_discharge_kw, false};
  }
  std::fill(told_reason_.begin(), told_reason_.end(), Correction::none);
  std::fill(told_given_kw_.begin(), told_given_kw_.end(), 0.0);
  std::fill(row_told_.begin(), row_told_.end(), 0);
  any_row_told_ = hold_due_ = look_due_ = held_down_ = shown_ = has_looked_ = false;
  share_limit_ = -1;
  looks_at_wishes_ = true;
  everybody_due_ = true;
  clear_named();
  corrections_ = {};
}

void Grants::set_limits(double contract_kw, double export_limit_kw, std::span<const double> bounds) {
  restore_limits(contract_kw, export_limit_kw, bounds);
  ask_again();
}

namespace {

struct Bounds {
  double lower = -infinite, upper = infinite;
};

/// A row's bounds with one of them as a curve has it.
Bounds bounds_with(Bounds bounds, LimitSeries::Of of, double value) {
  switch (of) {
    case LimitSeries::Of::feeder_kw:
    case LimitSeries::Of::feeder_a:
    case LimitSeries::Of::row_upper:
      return {bounds.lower, value};
    case LimitSeries::Of::feeder_export_kw:
      return {-value, bounds.upper};
    case LimitSeries::Of::row_lower:
      return {value, bounds.upper};
  }
  return bounds;
}

}  // namespace

void Grants::restore_limits(double contract_kw, double export_limit_kw, std::span<const double> bounds) {
  guard_.set_contract(contract_kw, export_limit_kw);
  for (std::size_t k = 0; k < bounds.size(); ++k) {
    const control::GuardRow& row = guard_.rows()[series_row_[k]];
    const Bounds now = bounds_with({row.lower, row.upper}, context_.site.limit_series[k].of, bounds[k]);
    guard_.set_bounds(series_row_[k], now.lower, now.upper);
  }
}

void Grants::show_ahead(control::Horizon& horizon, std::span<const double> bounds) const {
  if (bounds.empty()) return;
  const std::size_t steps = horizon.contract_kw.size();
  horizon.limit_lower.clear();
  horizon.limit_upper.clear();
  for (const control::GuardRow& row : guard_.rows()) {
    horizon.limit_lower.insert(horizon.limit_lower.end(), steps, row.lower);
    horizon.limit_upper.insert(horizon.limit_upper.end(), steps, row.upper);
  }
  std::copy(horizon.contract_kw.begin(), horizon.contract_kw.end(), horizon.limit_upper.begin());
  for (std::size_t s = 0; s < series_row_.size(); ++s) {
    for (std::size_t k = 0; k < steps; ++k) {
      double &lower = horizon.limit_lower[series_row_[s] * steps + k],
             &upper = horizon.limit_upper[series_row_[s] * steps + k];
      const Bounds then = bounds_with({lower, upper}, context_.site.limit_series[s].of, bounds[s * steps + k]);
      lower = then.lower;
      upper = then.upper;
    }
  }
}

void Grants::set_available(std::uint32_t evse, bool available, bool occupied) {
  guard_.outage[evse] = available ? 0.0 : 1.0;
  if (occupied) ask_again(evse);
}

void Grants::plug_in(std::uint32_t evse) {
  shown_ = false;
  guard_.members[evse] = {};
  told_reason_[evse] = Correction::none;
  ask_again(evse);
}

void Grants::plug_out(std::uint32_t evse) {
  guard_.members[evse] = {};
  if (is_named_[evse] != 0) {
    is_named_[evse] = 0;
    std::erase(named_, evse);
  }
  // Its power is there for others, or no longer there to be drawn against an export limit.
  (held_down_ ? look_due_ : hold_due_) = true;
}

std::span<const std::uint32_t> Grants::named_members() {
  if (named_.size() > 1) std::sort(named_.begin(), named_.end());
  return named_;
}

void Grants::clear_named() {
  for (const std::uint32_t member : named_) is_named_[member] = 0;
  named_.clear();
}

void Grants::look(std::span<const std::uint32_t> active, std::span<const physics::Coupling> couplings) {
  shown_ = false;
  has_looked_ = true;
  looks_at_everybody_ = concerns_everybody();
  looks_at_wishes_ = !only_holds();
  if (!looks_at_everybody_) {
    guard_.clamp_wishes(named_members(), couplings);
  } else if (looks_at_wishes_) {
    guard_.clamp_wishes(active, couplings);
  }
  if (looks_at_wishes_) share_limit_ = -1;
  exceeded_ = guard_.hold_setpoints(active, couplings, context_.site.limits == LimitMode::enforce);
  everybody_due_ = look_due_ = hold_due_ = false;
}

/// The strategy's view shows the site's own limits: a share is for this look alone.
void Grants::look_within(double share_kw, std::int32_t shared_limit, std::span<const std::uint32_t> active,
                         std::span<const physics::Coupling> couplings) {
  shown_ = false;
  has_looked_ = looks_at_everybody_ = true;
  share_limit_ = shared_limit;
  const double contract_kw = guard_.rows()[0].upper, export_limit_kw = -guard_.rows()[0].lower;
  guard_.set_contract(std::min(contract_kw, share_kw), export_limit_kw);
  if (looks_at_wishes_) guard_.clamp_wishes(active, couplings);
  exceeded_ = guard_.hold_setpoints(active, couplings, context_.site.limits == LimitMode::enforce);
  guard_.set_contract(contract_kw, export_limit_kw);
}

std::span<const std::uint32_t> Grants::finish_look(std::span<const std::uint32_t> active,
                                                   std::span<const physics::Coupling> couplings, TimeNs t) {
  has_looked_ = false;
  looks_at_wishes_ = true;
  if (held_down_ || !guard_.found_all_held()) {
    held_down_ =
        !exceeded_.empty() || std::any_of(active.begin(), active.end(), [&](std::uint32_t i) { return is_limited(i); });
  }
  tell_exceeded(exceeded_, couplings, t);
  return looks_at_everybody_ || held_down_ ? active : named_members();
}

void Grants::show_in_view(control::ViewColumns& columns, std::span<const std::uint32_t> active) {
  if (shown_) return;
  shown_ = true;
  const std::size_t evses = context_.site.evses.size();
  for (const std::uint32_t i : active) {
    const control::GuardMember& m = guard_.members[i];
    const auto reason = static_cast<std::uint32_t>(m.reason);
    const std::int32_t row = m.reason == Correction::limit ? m.limit : -1;
    if (i < evses) {
      columns.setpoint_kw[i] = m.given_kw;
      columns.asked_kw[i] = m.wish_kw;
      columns.reason[i] = reason;
      columns.limit_row[i] = row;
    } else {
      columns.storage_setpoint_kw[i - evses] = m.given_kw;
      columns.storage_asked_kw[i - evses] = m.wish_kw;
      columns.storage_reason[i - evses] = reason;
      columns.storage_limit_row[i - evses] = row;
    }
  }
}

void Grants::tell_not_plugged_in(std::uint32_t evse, double asked_kw, TimeNs t) {
  if (asked_kw != 0.0) {
    tell_once(evse, asked_kw, 0.0, Correction::not_plugged_in, -1, t);
  } else {
    told_reason_[evse] = Correction::none;
  }
}

void Grants::tell_once(std::uint32_t member, double asked_kw, double given_kw, Correction reason, std::int32_t limit,
                       TimeNs t) {
  if (reason == told_reason_[member] && given_kw == told_given_kw_[member]) return;
  told_reason_[member] = reason;
  told_given_kw_[member] = given_kw;
  if (reason == Correction::none) return;
  corrections_[static_cast<std::size_t>(reason)] += 1;
  if (context_.observer == nullptr) return;
  const bool evse = member < context_.site.evses.size();
  CorrectionRecord record{context_.number,
                          evse ? Subject::evse : Subject::storage,
                          static_cast<std::int32_t>(evse ? member : member - context_.site.evses.size()),
                          t,
                          reason,
                          asked_kw,
                          given_kw,
                          {}};
  if (limit >= 0) record.limit_name = guard_.rows()[static_cast<std::size_t>(limit)].name;
  // Within a share the grid connection stands for the limit that it is a share of.
  if (limit == 0 && share_limit_ >= 0)
    record.limit_name = context_.world.shared_limits[static_cast<std::size_t>(share_limit_)].name;
  context_.observer->on_correction(record);
}

/// Rows that stay exceeded: unavoidable under enforce, an overload under record. Told once until they hold again.
void Grants::tell_exceeded(std::span<const std::uint32_t> rows, std::span<const physics::Coupling> couplings,
                           TimeNs t) {
  if (rows.empty() && !any_row_told_) return;
  any_row_told_ = !rows.empty();
  for (char& told : row_told_) told = static_cast<char>(told & 1);  // bit 0: told before, bit 1: exceeded now

  for (const std::uint32_t r : rows) {
    const control::GuardRow& row = guard_.rows()[r];
    const double high = guard_.value_of_row(row, control::Side::upper, couplings);
    const double value = high > row.upper ? high : guard_.value_of_row(row, control::Side::lower, couplings);
    row_told_[r] = static_cast<char>(row_told_[r] | 2);
    if ((row_told_[r] & 1) != 0) continue;

    const bool enforced = context_.site.limits == LimitMode::enforce;
    if (enforced) corrections_[static_cast<std::size_t>(Correction::unavoidable)] += 1;
    if (context_.observer == nullptr) continue;
    if (enforced) {
      context_.observer->on_correction(
          {context_.number, Subject::evse, -1, t, Correction::unavoidable, value, row.upper, row.name});
    } else {
      context_.observer->on_event(
          {context_.number, t, "overload",
           fmt::format("{}: {:.6g}, limits {:.6g} to {:.6g}", row.name, value, row.lower, row.upper)});
    }
  }
  for (char& told : row_told_) told = (told & 2) != 0 ? 1 : 0;
}

}  // namespace evtwin::twin
