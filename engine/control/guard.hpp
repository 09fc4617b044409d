// The guard: the last word on every setpoint. It clamps wishes to EVSE, vehicle, minimum current and finite rates, then
// to the limits, and says why.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "control/correction.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"

namespace evtwin::control {

/// One EVSE or storage as the guard sees it. Members are numbered EVSEs first, then storages.
struct GuardMember {
  double wish_kw = 0.0;                   ///< in: what the strategy asked
  double given_kw = 0.0;                  ///< out: the setpoint in force
  physics::PowerRange charge, discharge;  ///< in: what the battery can take and give
  Correction reason = Correction::none;   ///< out
  std::int32_t limit = -1;                ///< out: row that bound, when reason is `limit`

  template <class A>
  void archive(A& a) {
    a(wish_kw, given_kw, charge, discharge, limit);
    a.choice(reason, static_cast<Correction>(correction_count - 1));
  }
};

/// Until the next instant a tapering battery takes less and less, and a limit must hold all the while: towards an upper
/// bound each member counts with the most it may draw (or the least it surely gives), towards a lower bound the other
/// way round.
enum class Side : std::uint8_t { upper, lower };

/// A limit in the order the guard looks at them: the grid connection, the feeders, the scenario's rows.
struct GuardRow {
  std::string name;
  physics::LimitKind kind = physics::LimitKind::power_kw;
  double lower = -physics::infinite;
  double upper = physics::infinite;
  double base = 0.0;         ///< load minus PV for the grid connection; 0 otherwise
  std::int32_t feeder = -2;  ///< power rows: -1 the grid connection, >= 0 a feeder, -2 none: plain sum
  std::vector<std::uint32_t> members;
  std::vector<double> coefficients;
  std::vector<double> angles_deg;
  std::vector<double> cos_coefficients, sin_coefficients;  ///< coefficient x cos, sin of the angle
};

class Guard {
 public:
  /// @param contract_kw, export_limit_kw  infinite where there is none
  Guard(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages, physics::FeederTree tree,
        std::span<const physics::LimitRow> rows, double contract_kw, double export_limit_kw);

  std::size_t member_count() const { return members.size(); }
  std::size_t evse_count() const { return evse_count_; }
  const std::vector<GuardRow>& rows() const { return rows_; }
  const physics::FeederTree& tree() const { return tree_; }
  void set_contract(double contract_kw, double export_limit_kw);
  void set_base_kw(double load_minus_pv_kw) { rows_[0].base = load_minus_pv_kw; }

  /// Wishes in, setpoints out. `active` are the members that may have power, ascending; all others stand at 0.
  /// kw_per_a and coupling come from the vehicle that is plugged in.
  /// @param enforce  false: limits are not applied, only looked at
  /// @returns the rows that stay exceeded: unavoidable under enforce, overloads otherwise (valid until the next call)
  std::span<const std::uint32_t> apply(std::span<const std::uint32_t> active,
                                       std::span<const physics::Coupling> couplings, bool enforce);
  /// The first half of it, for some members: their wishes as far as EVSE, vehicle and storage allow.
  void clamp(std::span<const std::uint32_t> members_to_clamp, std::span<const physics::Coupling> couplings);
  /// The same with the setpoints in force as wishes: they are only ever lowered. For instants at which a battery's
  /// curve starts to bind, which leaves less to count on; giving its share to others at once would make setpoints and
  /// tapers chase each other in ever shorter steps.
  std::span<const std::uint32_t> hold(std::span<const std::uint32_t> active,
                                      std::span<const physics::Coupling> couplings, bool enforce);

  /// Whether the last apply() or hold() found every row to hold as it was.
  bool found_all_held() const { return found_all_held_; }

  /// Value of a row at the setpoints now given to the `active` of the last call, in the row's unit, as it counts
  /// towards that bound.
  double value(const GuardRow& row, Side side, std::span<const physics::Coupling> couplings) const;

  /// What moves; the bounds of the grid connection are the owner's to set again.
  template <class A>
  void archive(A& a) {
    a.fixed(members);
    a.fixed(outage);
    a.fixed(stored_kwh);
    for (const GuardMember& member : members)
      a.require(member.limit < static_cast<std::int32_t>(rows_.size()), "a limit row that there is not");
  }

  std::vector<GuardMember> members;
  std::vector<double> outage;      ///< [evses] 1 while out of service
  std::vector<double> stored_kwh;  ///< [storages] for their SoC windows

 private:
  /// A member's share in a row that is a plain or phasor sum.
  struct Entry {
    std::uint32_t row;
    double re, im;  ///< coefficient x exp(j angle); im is 0 but in magnitude rows
  };
  /// What a row adds up to, towards its upper and its lower bound; a magnitude row keeps its phasor here.
  struct Sum {
    double upper_or_re, lower_or_im;
  };

  void list_entries();
  bool all_hold(std::span<const physics::Coupling> couplings);
  void add_to_sums(std::span<const physics::Coupling> couplings);
  void clamp_evse(std::uint32_t i, const physics::Coupling& coupling);
  void clamp_storage(std::uint32_t i);
  double current_a(std::uint32_t member, const physics::Coupling& coupling, Side side) const;
  bool exceeded(const GuardRow& row, Side side, std::span<const physics::Coupling> couplings) const;
  void scale(std::uint32_t row_number, Side side, double factor, std::span<const physics::Coupling> couplings);
  bool drop_last(std::uint32_t row_number, Side side, std::span<const physics::Coupling> couplings);
  bool reduces(const GuardRow& row, std::size_t k, Side side, std::span<const physics::Coupling> couplings) const;
  double value_without_help(std::uint32_t row_number, Side side, std::span<const physics::Coupling> couplings);
  bool enforce_row(std::uint32_t row_number, Side side, std::span<const physics::Coupling> couplings);
  void set(std::uint32_t member, double kw, std::uint32_t row_number, std::span<const physics::Coupling> couplings);

  std::size_t evse_count_;
  std::span<const physics::Evse> evses_;
  std::span<const physics::Storage> storages_;
  physics::FeederTree tree_;
  std::vector<GuardRow> rows_;
  std::vector<double> rated_kw_;            // [evses]
  std::span<const std::uint32_t> active_;   // of the call that is under way
  std::vector<std::uint32_t> entry_start_;  // entries of member m: [entry_start_[m], entry_start_[m + 1])
  std::vector<Entry> entries_;              // rows in ascending order
  std::vector<Sum> sums_;                   // [rows] scratch of all_hold
  std::vector<double> own_lower_kw_;        // [feeders] scratch of all_hold
  std::vector<std::uint32_t> exceeded_rows_;
  bool found_all_held_ = false;
  std::vector<std::pair<std::uint32_t, double>> set_aside_;  // scratch of value_without_help
  mutable std::vector<double> own_kw_, into_kw_;             // scratch of the feeder tree
};

}  // namespace evtwin::control
