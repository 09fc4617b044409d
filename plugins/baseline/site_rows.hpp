// The site's limit rows with the powers given so far, and exactly how much more each EVSE or storage may take.
#pragma once
#include <evtwin/strategy.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace evtwin::baseline {

/// Two powers closer than this are the same: what rounding leaves of kW that came from A by several routes (1e-15
/// relative of some 1000 kW is 1e-12), far below what a meter shows.
inline constexpr double same_kw = 1e-11;

/// Row sums, kept up to date as powers are given. Member numbers are those of the view: EVSE i, or n_evses + storage s.
/// In rows counted in A, a member without evse_kw_per_a (DC EVSE, storage) counts nothing, as in the host's guard.
/// A magnitude row's base has no angle, so it is taken off the limit: right whatever the angle is.
class SiteRows {
 public:
  /// Learns the rows' members and coefficients, which stay for the whole run. The one that allocates.
  void learn_rows(const evtwin_view& first);
  /// Starts over: every EVSE and storage at 0 kW, the rows' bounds and bases as they are now.
  void reset_powers(const evtwin_view& view);

  /// The grid connection's upper bound is no more than `kw` until the next reset.
  void lower_grid(double kw) {
    if (grid_row_) rows_[0].upper = std::min(rows_[0].upper, kw);
  }

  /// Largest x in [0, cap_kw] by which `member` may rise with every row it is in still holding; 0 where a row that x
  /// would make worse is exceeded already. A sum row is linear in x; in a magnitude row |S + c x| <= U is a quadratic
  /// in x, whose larger root counts: on the way there the sum may fall first and rise later, but it stays inside.
  double room_up(std::uint32_t member, double cap_kw) const { return room_for(member, cap_kw, 1.0); }
  /// The same for a fall: into the grid for a vehicle or storage that discharges. @returns >= 0.
  double room_down(std::uint32_t member, double cap_kw) const { return room_for(member, cap_kw, -1.0); }

  /// `member` takes `kw` more (or less).
  void add_power(std::uint32_t member, double kw);

  /// Power at the grid connection with what was given so far, kW: row 0, or load minus PV plus powers where row 0 is
  /// none.
  double grid_kw() const { return grid_kw_; }
  /// kW at the grid connection per kW of `member`.
  double grid_coefficient(std::uint32_t member) const { return grid_coefficient_[member]; }

  // Several members rising together, 1 kW each per unit of t.
  void clear_direction();
  void add_direction(std::uint32_t member, double sign);
  /// Largest t in [0, cap]; the row that binds is kept for raises_binding_row(), none if cap does.
  double direction_room(double cap);
  /// Whether a rise of `member` uses up the binding row.
  bool raises_binding_row(std::uint32_t member) const;
  bool is_bound() const { return binding_ != none; }
  /// All members of the direction rise by t.
  void move_along(double t);

  /// Whether every row holds, but for rounding (ten times same_kw, in the row's unit).
  bool all_hold() const;
  /// Whether no row is within 1e-6 kW or A of a limit.
  bool clear_of_limits() const;
  /// Whether every row holds, exceeded by at most `slack` in the row's unit or that fraction of the bound.
  bool hold_within(double slack, double fraction) const;

 private:
  static constexpr std::uint32_t none = 0xffffffffu;
  struct Row {
    double re = 0.0, im = 0.0;  // sum so far; im only in magnitude rows
    double lower = 0.0, upper = 0.0;
    bool magnitude = false;
  };
  struct Entry {
    std::uint32_t row = 0;
    std::uint32_t in_amperes = 0;
    double re = 0.0, im = 0.0;  // coefficient x exp(j angle)
  };
  double room_for(std::uint32_t member, double cap_kw, double sign) const;
  double scale_of(std::uint32_t member, const Entry& entry) const {
    return entry.in_amperes != 0 ? amperes_per_kw_[member] : 1.0;
  }
  static double room_in(const Row& row, double re, double im, double cap);

  std::vector<Row> rows_;
  std::vector<double> direction_re_, direction_im_;
  std::vector<std::uint32_t> entry_start_;  // entries of member m: [entry_start_[m], entry_start_[m + 1])
  std::vector<Entry> entries_;
  std::vector<double> amperes_per_kw_, grid_coefficient_;
  double grid_kw_ = 0.0, grid_direction_ = 0.0;
  bool grid_row_ = false;
  std::uint32_t binding_ = none;
};

}  // namespace evtwin::baseline
