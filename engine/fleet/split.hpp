// One power for all EVSEs of a site becomes one for each: least laxity first, exact and within the limits.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace evtwin::fleet {

/// The nearest power to `kw` >= 0 that row i can offer its vehicle. With finite rates the nearest of 0 and those at
/// most `kw_limit`, of two equally near the lower; else 0 below half of the smallest offer, from there up at least the
/// smallest.
double nearest_offer_kw(const evtwin_view& view, std::uint32_t evse, double kw);
/// The largest power at most `kw` that row i can offer its vehicle; 0 where all are larger.
double offer_at_most_kw(const evtwin_view& view, std::uint32_t evse, double kw);

/// Hands one power out to a site's vehicles. Allocates at construction alone.
class Split {
 public:
  /// @param first  the view of the empty site: its limit rows and their members stay
  explicit Split(const evtwin_view& first);

  /// Most that all vehicles that draw can be given together within the POWER and CURRENT limits, beside the storages'
  /// powers. Fills kw().
  /// @param storage_kw  [n_storages] asked of them
  double most_kw(const evtwin_view& view, std::span<const double> storage_kw);

  /// Hands out `total_kw` >= 0: least laxity first, of equal laxity who came first, then by row; those whose request is
  /// met come after all others. Fills kw().
  /// @returns the sum handed out. It is `total_kw`, to rounding, or what can be given where that is less, but where
  /// smallest offers or finite rates leave no way: then less by less than one of them.
  double hand_out(const evtwin_view& view, std::span<const double> storage_kw, double total_kw);

  /// [n_evses] of the last call; 0 where nobody draws.
  std::span<const double> kw() const { return kw_; }

 private:
  struct Claim {
    std::uint32_t evse = 0;
    bool is_met = false;  ///< the request
    double laxity_h = 0.0;
    std::int64_t arrived_ns = 0;
  };
  struct Membership {
    std::uint32_t row = 0;
    double per_kw = 0.0;  ///< POWER: coefficient; CURRENT: coefficient, per A
    bool current = false;
  };

  struct Room {
    double kw = std::numeric_limits<double>::infinity();
    std::uint32_t row = std::numeric_limits<std::uint32_t>::max();
  };

  void rank_evses(const evtwin_view& view);
  void open_rows(const evtwin_view& view, std::span<const double> storage_kw);
  double per_kw(const evtwin_view& view, std::uint32_t evse, const Membership& in) const;
  bool is_member(std::uint32_t evse, std::uint32_t row) const;
  Room room_of(const evtwin_view& view, std::uint32_t evse) const;
  void give_power(const evtwin_view& view, std::uint32_t evse, double kw);
  bool make_room(const evtwin_view& view, std::size_t served, std::uint32_t evse);

  std::vector<std::uint32_t> first_;  // [members + 1] into memberships_
  std::vector<Membership> memberships_;
  std::vector<double> left_;  // [limit rows] of the upper bound
  std::vector<Claim> claims_;
  std::vector<double> kw_;
  double rest_kw_ = 0.0;                     // of the sum
  std::vector<double> kept_kw_, kept_left_;  // scratch
};

}  // namespace evtwin::fleet
