// The guard: the last word on every setpoint. It clamps wishes to EVSE, vehicle, minimum current and finite rates, then
// to the limits, and says why.
//
// Where limits bind, the answer is maximal: no member could be raised by one allowed step towards its wish (a rate, the
// smallest offer, any current where currents are continuous) without breaking a limit. It is found in two steps.
// 1. Restraint, leaves before root: feeders below before those above, then the scenario's rows, the grid connection
//    last. The members that push a row over its bound share what is left below it in proportion to what they would
//    have drawn, but none gets less than its smallest offer (6 A). Where not all smallest offers fit, as many as fit
//    are kept, in the written order, and the others get 0.
// 2. Hand-out of what restraint left over, again and again until nobody can be raised: first the smallest offer to
//    those who have nothing, in the written order; then rates, one step each in turn, in the written order; then
//    continuous powers, all together in proportion to what each still lacks.
// The written order: the smallest offer that takes the least of the limit first (so that as many as possible charge),
// among equals the larger wish, then the lower number. The guard has no memory: the same wishes have the same answer,
// and a strategy that wants EVSEs to take turns asks for it.
// One exception: where a limit counts on what a battery surely draws or gives, a setpoint is raised to 95 % of the
// battery's falling curve and no nearer (see Guard::hold_setpoints).
// Charging and discharging members, storages among them, are treated alike; discharging has no smallest offer.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "control/correction.hpp"
#include "kernel/static_checks.hpp"
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
  void archive_fields(A& a) {
    a(wish_kw, given_kw, charge, discharge, limit);
    a.archive_choice(reason, static_cast<Correction>(correction_count - 1));
  }
};
static_assert(sizeof(GuardMember) == 72, "a new field must be archived, and the title of checkpoints changed");

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
  /// Of a row that there is; a limit that is finite now and then has one.
  void set_bounds(std::size_t row, double lower, double upper) {
    rows_[row].lower = lower;
    rows_[row].upper = upper;
  }

  /// Wishes in, setpoints out. `active` are the members that may have power, ascending; all others stand at 0.
  /// kw_per_a and coupling come from the vehicle that is plugged in.
  /// @param enforce  false: limits are not applied, only looked at
  /// @returns the rows that stay exceeded: unavoidable under enforce, overloads otherwise (valid until the next call)
  std::span<const std::uint32_t> give_setpoints(std::span<const std::uint32_t> active,
                                                std::span<const physics::Coupling> couplings, bool enforce);
  /// The first half of it, for some members: their wishes as far as EVSE, vehicle and storage allow.
  void clamp_wishes(std::span<const std::uint32_t> members_to_clamp, std::span<const physics::Coupling> couplings);
  /// The same with the setpoints in force as wishes: they are only ever lowered. For instants at which a battery's
  /// curve starts to bind, which leaves less to count on; giving its share to others at once would make setpoints and
  /// tapers chase each other in ever shorter steps.
  std::span<const std::uint32_t> hold_setpoints(std::span<const std::uint32_t> active,
                                                std::span<const physics::Coupling> couplings, bool enforce);

  /// Whether the last give_setpoints() or hold_setpoints() found every row to hold as it was.
  bool found_all_held() const { return found_all_held_; }

  /// Value of a row at the setpoints now given to the `active` of the last call, in the row's unit, as it counts
  /// towards that bound.
  double value_of_row(const GuardRow& row, Side side, std::span<const physics::Coupling> couplings) const;

  /// State that moves; the bounds of the grid connection are the owner's to set again.
  template <class A>
  void archive_fields(A& a) {
    a.archive_elements(members);
    a.archive_elements(outage);
    a.archive_elements(stored_kwh);
    for (const GuardMember& member : members)
      a.require_that(member.limit < static_cast<std::int32_t>(rows_.size()), "a limit row that there is not");
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
  using Couplings = std::span<const physics::Coupling>;
  /// Sum of a row, towards its upper and its lower bound; a magnitude row keeps its phasor here.
  struct Sum {
    double upper_or_re = 0.0, lower_or_im = 0.0;

    friend Sum operator+(Sum a, Sum b) { return {a.upper_or_re + b.upper_or_re, a.lower_or_im + b.lower_or_im}; }
    friend Sum operator-(Sum a, Sum b) { return {a.upper_or_re - b.upper_or_re, a.lower_or_im - b.lower_or_im}; }
    void operator+=(Sum b) { *this = *this + b; }
  };
  /// Power that a member counts with at some setpoint: kW at its meter and at the AC side towards both bounds, and the
  /// A of its setpoint for magnitude rows.
  struct Draw {
    Sum kw, ac_kw;
    double a_per_kw = 0.0, set_a = 0.0;
  };
  /// Share that a member which pushes a row over its bound takes of it, in the row's unit; im is 0 but in magnitude
  /// rows.
  struct Share {
    std::uint32_t member;
    double re, im;              ///< now
    double least_re, least_im;  ///< with its smallest offer
    double least, wish_kw;      ///< the written order; |.|
    double base_kw;             ///< that makes `re`, `im`
    bool at_least;              ///< stands at its smallest offer
  };
  /// Setpoint of a member, and its reason, before the limits were applied.
  struct Asked {
    double kw = 0.0;
    Correction reason = Correction::none;
    std::int32_t limit = -1;
  };
  /// A member that has less than asked.
  struct Short {
    std::uint32_t member;
    double smallest_kw, wish_kw;  ///< the written order
    double remembered_kw;
    bool stuck;  ///< could not be raised in this round
  };

  // guard.cpp
  void add_feeder_rows(std::vector<std::size_t>& depths);
  void reserve_scratch();
  void list_entries();
  void list_rows_leaves_first(std::span<const std::size_t> depths);
  void clamp_evse(std::uint32_t i, const physics::Coupling& coupling);
  void clamp_storage(std::uint32_t i);

  // guard_sums.cpp: what rows add up to
  Draw draw_of(std::uint32_t member, double kw, const physics::Coupling& coupling) const;
  Sum part_in(const Entry& entry, const Draw& draw) const;
  double flow_kw_of(std::uint32_t member, Side side) const;
  double current_a(std::uint32_t member, const physics::Coupling& coupling, Side side) const;
  bool is_exceeded(const GuardRow& row, Side side, Couplings couplings) const;
  void sum_up(Couplings couplings);
  bool all_hold(Couplings couplings);
  bool holds_in_sums(std::size_t row) const;
  template <bool keep, class See>
  bool move_sums(std::uint32_t member, double kw, Couplings couplings, See&& see);
  void set_given_kw(std::uint32_t member, double kw, Couplings couplings);
  std::int32_t blocking_row(std::uint32_t member, double kw, bool strict, Couplings couplings);
  double fitting_part(std::uint32_t member, double kw, Couplings couplings);
  double fitting_part_since_start() const;
  bool no_worse_since_start() const;

  // guard_restrain.cpp: until every row holds
  void restrain_rows(Couplings couplings);
  bool restrain_row(std::uint32_t row_number, Side side, Couplings couplings);
  bool share_out(std::uint32_t row_number, Side side, Couplings couplings);
  void keep_offers_that_fit(std::uint32_t row_number, double room, Couplings couplings);
  double share_above_offers(const GuardRow& row, double room);
  bool can_reduce(const GuardRow& row, std::size_t k, Side side, Couplings couplings) const;
  Share share_of(const GuardRow& row, std::size_t k, Couplings couplings) const;
  void list_shares(const GuardRow& row, Side side, Couplings couplings);
  double value_without_help(const GuardRow& row, Side side, Couplings couplings);
  bool drop_one(std::uint32_t row_number, Side side, Couplings couplings);
  void limit_to(std::uint32_t member, double kw, std::uint32_t row_number, Couplings couplings);

  // guard_hand_out.cpp: what restraint left over
  double smallest_offer_kw(std::uint32_t member, double kw, Couplings couplings) const;
  double next_kw(std::uint32_t member, Couplings couplings) const;
  bool is_continuous(std::uint32_t member, Couplings couplings) const;
  void list_short(Couplings couplings);
  void hand_out(Couplings couplings);
  bool offer_to_those_at_0(Couplings couplings);
  bool step_in_turn(Couplings couplings);
  bool raise_short_members(Couplings couplings);
  bool edge_binds(std::uint32_t member, Couplings couplings);
  double near_edge_kw(std::uint32_t member) const;
  void remember_short();
  bool repeat_moves(Couplings couplings);
  bool raise_together(Couplings couplings);
  bool move_together(Couplings couplings);
  void raise_alone(std::uint32_t member, Couplings couplings);
  void name_limits(Couplings couplings);

  std::size_t evse_count_;
  std::span<const physics::Evse> evses_;
  std::span<const physics::Storage> storages_;
  physics::FeederTree tree_;
  std::vector<GuardRow> rows_;
  std::vector<double> rated_kw_;            // [evses]
  std::span<const std::uint32_t> active_;   // of the call that is under way
  std::vector<std::uint32_t> entry_start_;  // entries of member m: [entry_start_[m], entry_start_[m + 1])
  std::vector<Entry> entries_;              // rows in ascending order
  std::vector<std::uint32_t> rows_leaves_first_;
  std::vector<std::int32_t> feeder_row_;  // [feeders] its power row; -1: none
  std::vector<Sum> sums_;                 // [rows] of the last sum_up, kept up to date by put
  std::vector<Sum> out_kw_;               // [feeders] power out of each node, before its losses; likewise
  std::vector<std::uint32_t> exceeded_rows_;
  bool found_all_held_ = false;
  // Scratch, reserved once
  std::vector<Asked> asked_;  // [members] of the call that is under way
  std::vector<Share> shares_;
  std::vector<std::pair<std::uint32_t, double>> set_aside_;
  std::vector<Short> short_;
  std::vector<std::uint32_t> open_;               // members that can be raised a little
  std::vector<double> start_kw_, target_kw_;      // of those
  std::vector<Sum> sums_at_start_;                // [rows]
  mutable std::vector<double> own_kw_, into_kw_;  // [feeders] of value_of_row()
};
static_assert(kernel::has_size<Guard>(648), "a new field must be archived or made anew after loading");

}  // namespace evtwin::control
