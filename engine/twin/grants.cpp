#include "twin/grants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evtwin::twin {

Grants::Grants(const World& world, std::uint32_t site_number, Observer* observer)
    : site_(world.sites[site_number]),
      number_(site_number),
      observer_(observer),
      guard_(site_.evses, site_.storages, physics::FeederTree(site_.feeders), site_.rows, site_.contract_kw,
             site_.export_limit_kw),
      told_reason_(guard_.member_count(), Correction::none),
      told_given_kw_(guard_.member_count(), 0.0),
      row_told_(guard_.rows().size(), 0) {
  for (std::size_t s = 0; s < site_.storages.size(); ++s) {
    const physics::Storage& storage = site_.storages[s];
    control::GuardMember& member = guard_.members[site_.evses.size() + s];
    member.charge = {storage.max_charge_kw, storage.max_charge_kw, false};
    member.discharge = {storage.max_discharge_kw, storage.max_discharge_kw, false};
  }
}

void Grants::set_limits(double contract_kw, double export_limit_kw) {
  guard_.set_contract(contract_kw, export_limit_kw);
  ask_again();
}

void Grants::set_available(std::uint32_t evse, bool available) {
  guard_.outage[evse] = available ? 0.0 : 1.0;
  ask_again();
}

void Grants::plug_in(std::uint32_t evse) {
  guard_.members[evse] = {};
  told_reason_[evse] = Correction::none;
  ask_again();
}

void Grants::plug_out(std::uint32_t evse) {
  guard_.members[evse] = {};
  ask_again();
}

void Grants::look(std::span<const std::uint32_t> active, std::span<const physics::Coupling> couplings, TimeNs t) {
  const bool enforce = site_.limits == LimitMode::enforce;
  const auto exceeded = look_due_ ? guard_.apply(active, couplings, enforce) : guard_.hold(active, couplings, enforce);
  look_due_ = hold_due_ = false;
  tell_exceeded(exceeded, couplings, t);
}

void Grants::tell_not_plugged_in(std::uint32_t evse, double asked_kw, TimeNs t) {
  if (asked_kw != 0.0) {
    tell(evse, asked_kw, 0.0, Correction::not_plugged_in, -1, t);
  } else {
    told_reason_[evse] = Correction::none;
  }
}

void Grants::tell(std::uint32_t member, double asked_kw, double given_kw, Correction reason, std::int32_t limit,
                  TimeNs t) {
  if (reason == told_reason_[member] && given_kw == told_given_kw_[member]) return;
  told_reason_[member] = reason;
  told_given_kw_[member] = given_kw;
  if (reason == Correction::none) return;
  corrections_[static_cast<std::size_t>(reason)] += 1;
  if (observer_ == nullptr) return;
  const bool evse = member < site_.evses.size();
  CorrectionRecord record{number_,
                          evse ? Subject::evse : Subject::storage,
                          static_cast<std::int32_t>(evse ? member : member - site_.evses.size()),
                          t,
                          reason,
                          asked_kw,
                          given_kw,
                          {}};
  if (limit >= 0) record.limit_name = guard_.rows()[static_cast<std::size_t>(limit)].name;
  observer_->on_correction(record);
}

/// Rows that stay exceeded: unavoidable under enforce, an overload under record. Told once until they hold again.
void Grants::tell_exceeded(std::span<const std::uint32_t> rows, std::span<const physics::Coupling> couplings,
                           TimeNs t) {
  row_excess_kw_ = 0.0;
  if (rows.empty() && !any_row_told_) return;
  any_row_told_ = !rows.empty();
  for (char& told : row_told_) told = static_cast<char>(told & 1);  // bit 0: told before, bit 1: exceeded now
  for (const std::uint32_t r : rows) {
    const control::GuardRow& row = guard_.rows()[r];
    const double high = guard_.value(row, control::Side::upper, couplings);
    const double value = high > row.upper ? high : guard_.value(row, control::Side::lower, couplings);
    if (r > 0 && row.kind == physics::LimitKind::power_kw)
      row_excess_kw_ += value > row.upper ? value - row.upper : row.lower - value;
    row_told_[r] = static_cast<char>(row_told_[r] | 2);
    if ((row_told_[r] & 1) != 0) continue;

    const bool enforced = site_.limits == LimitMode::enforce;
    if (enforced) corrections_[static_cast<std::size_t>(Correction::unavoidable)] += 1;
    if (observer_ == nullptr) continue;
    if (enforced) {
      observer_->on_correction({number_, Subject::evse, -1, t, Correction::unavoidable, value, row.upper, row.name});
    } else {
      observer_->on_event({number_, t, "overload",
                           fmt::format("{}: {:.6g}, limits {:.6g} to {:.6g}", row.name, value, row.lower, row.upper)});
    }
  }
  for (char& told : row_told_) told = (told & 2) != 0 ? 1 : 0;
}

}  // namespace evtwin::twin
