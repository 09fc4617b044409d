// One car as the strategies see it, in what order cars are served, and which powers they may be offered.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <span>
#include <vector>

namespace evtwin::baseline {

/// Less than this is nothing: a request is met.
inline constexpr double met_kwh = 1e-9;
inline constexpr double ns_per_hour = 3.6e12;

inline double hours(std::int64_t ns) { return static_cast<double>(ns) / ns_per_hour; }

struct Car {
  std::uint32_t row = 0;
  bool draws = false;        ///< would take power if offered
  bool request_met = false;  ///< remaining below met_kwh
  double priority = 0.0;     ///< higher first
  double key = 0.0;          ///< the strategy's own order, lower first
  double remaining_kwh = 0.0;
  double hours_left = 0.0;           ///< to the departure estimate; > 0 as the host sees to it
  double min_kw = 0.0;               ///< smallest non-zero offer
  double max_kw = 0.0;               ///< largest offer now, 0 during an outage
  double kw_per_a = 0.0;             ///< 0 for DC
  std::span<const double> rates_kw;  ///< finite offers up to max_kw, ascending, without 0; empty: any from min_kw
  double power_kw = 0.0;             ///< the answer

  /// Hours the request takes at max_kw; infinite where that is 0 and something is wanted.
  double hours_needed() const;
  /// Hours that may be lost before the request can no longer be met.
  double laxity_h() const { return hours_left - hours_needed(); }
};

/// Car plugged into `row`, which must be occupied.
Car car_at(const evtwin_view& view, std::uint32_t row);

/// Largest power <= room_kw that the car may be offered, or 0.
double largest_offer(const Car& car, double room_kw);

/// Puts cars in order: those whose request is open before those whose is met, then higher priority, smaller key,
/// smaller row: a total order. It starts from the order of the last call, which the next one mostly resembles; that
/// changes nothing but the time. Sorts small keys and moves each car once.
class CarOrder {
 public:
  void reserve_cars(std::size_t n_evses);
  void sort_cars(std::span<Car> cars);

 private:
  struct Place {
    double priority, key;
    std::uint32_t row, index;
    bool request_met;
  };
  static bool comes_before(const Place& a, const Place& b);
  void recall_places(std::span<const Car> cars);
  bool insert_in_order();

  std::vector<Place> places_;
  std::vector<std::uint32_t> last_rows_;    // in the order of the last call
  std::vector<std::uint32_t> rank_of_row_;  // in it; none where the row was not there
  std::vector<std::uint32_t> car_at_rank_;  // scratch of recall
};

/// Whether `a` and `b` are served side by side: same priority, both requests open or both met.
inline bool same_class(const Car& a, const Car& b) {
  return a.request_met == b.request_met && a.priority == b.priority;
}

/// Power that the car will take of `offer_kw`: less than the offer where it did not use up the one in force (taper,
/// full).
double expected_kw(const evtwin_view& view, std::uint32_t row, double offer_kw);

}  // namespace evtwin::baseline
