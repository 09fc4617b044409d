// Set-points in force: what each member asked for, what the guard granted, and why it is not the same.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "control/guard.hpp"
#include "control/view.hpp"
#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "twin/context.hpp"
#include "twin/result.hpp"

namespace evtwin::twin {

class Grants {
 public:
  explicit Grants(const SiteContext& context);

  /// Nobody has asked for anything.
  void begin();

  const control::Guard& guard() const { return guard_; }
  std::size_t member_count() const { return guard_.member_count(); }

  // Something changed that set-points depend on, and the guard looks again when the instant settles: at everybody, or
  // at one active member. Where nobody is held down by a limit, set-points are what the wishes make of them, and only
  // those of members that were named can be others.
  void ask_again() { everybody_due_ = true; }
  void ask_again(std::uint32_t member) {
    look_due_ = true;
    name_member(member);
  }
  /// Whoever decides has decided, or the base load changed: what limits took away is handed out again.
  void note_decision() { look_due_ = look_due_ || held_down_; }
  void base_changed() { (held_down_ ? look_due_ : hold_due_) = true; }
  /// Only what limits can count on changed, of this member: set-points are lowered where needed, never raised.
  void ask_to_hold(std::uint32_t member) {
    hold_due_ = true;
    name_member(member);
  }
  bool is_due() const { return look_due_ || hold_due_ || everybody_due_; }
  /// Whether the look that is due must know of everybody what its battery can take and give.
  bool concerns_everybody() const { return everybody_due_ || held_down_; }
  /// Members that were named since the last look, ascending.
  std::span<const std::uint32_t> named_members();
  /// A member's law must be renewed, whatever the guard says.
  void name_member(std::uint32_t member) {
    if (is_named_[member] != 0) return;
    is_named_[member] = 1;
    named_.push_back(member);
  }

  /// @param bounds  [Site::limit_series] of feeders and rows
  void set_limits(double contract_kw, double export_limit_kw, std::span<const double> bounds);
  /// The horizon's bounds of rows; none where no bound changes over time.
  /// @param bounds  [Site::limit_series * steps] the tightest within each step
  void show_ahead(control::Horizon& horizon, std::span<const double> bounds) const;
  /// After loading: as they were, nothing changed.
  void restore_limits(double contract_kw, double export_limit_kw, std::span<const double> bounds);
  bool is_available(std::uint32_t evse) const { return guard_.outage[evse] == 0.0; }
  std::span<const double> outage_flags() const { return guard_.outage; }  ///< [evses] 1 while out of service
  void set_available(std::uint32_t evse, bool available, bool occupied);
  void plug_in(std::uint32_t evse);
  void plug_out(std::uint32_t evse);

  double wish_kw(std::uint32_t member) const { return guard_.members[member].wish_kw; }
  void set_wish_kw(std::uint32_t member, double kw) {
    if (guard_.members[member].wish_kw == kw) return;
    guard_.members[member].wish_kw = kw;
    ask_again(member);
  }
  double given_kw(std::uint32_t member) const { return guard_.members[member].given_kw; }

  void set_charge_range(std::uint32_t evse, const physics::PowerRange& range) { guard_.members[evse].charge = range; }
  void set_discharge_range(std::uint32_t evse, const physics::PowerRange& r) { guard_.members[evse].discharge = r; }
  void set_stored_kwh(std::size_t storage, double kwh) { guard_.stored_kwh[storage] = kwh; }
  bool can_charge(std::uint32_t evse) const { return guard_.members[evse].charge.now_kw != 0.0; }
  bool can_discharge(std::uint32_t evse) const { return guard_.members[evse].discharge.now_kw != 0.0; }

  /// Power of the site beside its members, kW: base load and standby less PV.
  void set_base_kw(double kw) { guard_.set_base_kw(kw); }
  /// The guard's answer to what changed at this instant, by the site's own limits.
  void look(std::span<const std::uint32_t> active, std::span<const physics::Coupling> couplings);
  /// The same with no more import than `share_kw`, of the world's shared limit with that number. After look(), or by
  /// itself where nothing else changed.
  void look_within(double share_kw, std::int32_t shared_limit, std::span<const std::uint32_t> active,
                   std::span<const physics::Coupling> couplings);
  bool has_looked() const { return has_looked_; }
  /// Whether the look that is due lowers set-points at most.
  bool only_holds() const { return held_down_ && !everybody_due_ && !look_due_; }
  bool is_held_down() const { return held_down_; }
  /// Import that the given set-points may come to until the next event, kW.
  double import_kw(std::span<const physics::Coupling> couplings) const {
    return guard_.value_of_row(guard_.rows()[0], control::Side::upper, couplings);
  }
  /// Ends the look, of which there was one. Rows that stay exceeded are told.
  /// @returns the members whose set-points may be others, ascending: everybody, or those that were named
  std::span<const std::uint32_t> finish_look(std::span<const std::uint32_t> active,
                                             std::span<const physics::Coupling> couplings, TimeNs t);
  /// Tells why a member has not what it asked for, once until that changes.
  /// Nobody is named any more.
  void clear_named();
  bool is_limited(std::uint32_t member) const { return guard_.members[member].reason == Correction::limit; }
  void tell_correction(std::uint32_t member, TimeNs t) {
    const control::GuardMember& m = guard_.members[member];
    if (m.reason != told_reason_[member] || m.given_kw != told_given_kw_[member])
      tell_once(member, m.wish_kw, m.given_kw, m.reason, m.limit, t);
  }
  /// Power asked of an EVSE where nobody is; 0 is what it has.
  void tell_not_plugged_in(std::uint32_t evse, double asked_kw, TimeNs t);

  /// Columns of what was asked, granted and why, where a look may have changed them. @param active  as in look()
  void show_in_view(control::ViewColumns& columns, std::span<const std::uint32_t> active);

  void add_to_result(SiteResult& result) const { result.corrections = corrections_; }

  template <class A>
  void archive_fields(A& a);

 private:
  void tell_once(std::uint32_t member, double asked_kw, double given_kw, Correction reason, std::int32_t limit,
                 TimeNs t);
  void tell_exceeded(std::span<const std::uint32_t> rows, std::span<const physics::Coupling> couplings, TimeNs t);

  const SiteContext context_;

  control::Guard guard_;
  std::vector<std::size_t> series_row_;  // [Site::limit_series] row of the guard
  bool everybody_due_ = true, look_due_ = false, hold_due_ = false;
  std::vector<std::uint32_t> named_;    // since the last look
  std::vector<std::uint8_t> is_named_;  // [members]
  bool held_down_ = false;              // a limit gives some member less than it asked for, or is exceeded
  std::int32_t share_limit_ = -1;       // the shared limit whose share the grid connection was held to last
  // Of a look that is not finished
  bool has_looked_ = false, looks_at_everybody_ = false, looks_at_wishes_ = true;
  std::span<const std::uint32_t> exceeded_;
  bool shown_ = false;                   // nothing changed since show_in_view()
  std::vector<Correction> told_reason_;  // [members]
  std::vector<double> told_given_kw_;    // [members]
  std::vector<char> row_told_;           // [rows] exceeded, and told
  bool any_row_told_ = false;
  std::array<std::uint64_t, correction_count> corrections_{};
};
static_assert(kernel::has_size<Grants>(992), "a new field must be archived or made anew after loading");

template <class A>
void Grants::archive_fields(A& a) {
  a.begin_section("grants");
  a(guard_, everybody_due_, look_due_, hold_due_, held_down_, share_limit_, named_);
  for (const std::uint32_t member : named_)
    a.require_that(member < guard_.member_count(), "a member that there is not");
  a.require_that(share_limit_ < static_cast<std::int32_t>(context_.world.shared_limits.size()),
                 "a shared limit that there is not");
  if constexpr (A::loads) {
    shown_ = false;
    for (const std::uint32_t member : named_) is_named_[member] = 1;
  }
  a.archive_elements(told_reason_);
  for (const Correction reason : told_reason_)
    a.require_that(static_cast<std::size_t>(reason) < correction_count, "a correction that there is not");
  a.archive_elements(told_given_kw_);
  a.archive_elements(row_told_);
  a(any_row_told_, corrections_);
}

}  // namespace evtwin::twin
