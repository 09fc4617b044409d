#include "car.hpp"

#include <algorithm>
#include <limits>

#include "site_rows.hpp"

namespace evtwin::baseline {

double Car::hours_needed() const {
  if (request_met) return 0.0;
  return max_kw > 0.0 ? remaining_kwh / max_kw : std::numeric_limits<double>::infinity();
}

Car car_at(const evtwin_view& view, std::uint32_t row) {
  Car car;
  car.row = row;
  car.draws = view.evse_draws[row] != 0;
  car.remaining_kwh = view.evse_remaining_kwh[row];
  car.request_met = !(car.remaining_kwh >= met_kwh);
  car.priority = view.evse_priority[row];
  car.hours_left = hours(view.evse_departs_ns[row] - view.now_ns);
  car.min_kw = view.evse_car_min_kw[row];
  car.max_kw = std::max(0.0, std::min(view.evse_car_max_kw[row], view.evse_max_kw[row]));
  car.kw_per_a = view.evse_kw_per_a[row];
  const std::uint32_t first = view.evse_rate_start[row];
  const std::uint32_t last = view.evse_rate_start[row + 1];
  if (first != last) {
    const double* begin = view.evse_rate_kw + first;
    const double* end = std::upper_bound(begin, view.evse_rate_kw + last, car.max_kw + same_kw);
    car.rates_kw = {begin, end};
    car.max_kw = car.rates_kw.empty() ? 0.0 : car.rates_kw.back();
    car.min_kw = *begin;
  } else if (car.max_kw < car.min_kw - same_kw) {
    car.max_kw = 0.0;
  }
  return car;
}

double largest_offer(const Car& car, double room_kw) {
  if (car.max_kw <= 0.0) return 0.0;
  if (!car.rates_kw.empty()) {
    const auto above = std::upper_bound(car.rates_kw.begin(), car.rates_kw.end(), room_kw + same_kw);
    return above == car.rates_kw.begin() ? 0.0 : *(above - 1);
  }
  if (room_kw < car.min_kw - same_kw) return 0.0;
  return std::clamp(room_kw, std::min(car.min_kw, car.max_kw), car.max_kw);
}

void put_in_order(std::span<Car> cars) {
  std::sort(cars.begin(), cars.end(), [](const Car& a, const Car& b) {
    if (a.request_met != b.request_met) return b.request_met;
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.key != b.key) return a.key < b.key;
    return a.row < b.row;
  });
}

double expected_kw(const evtwin_view& view, std::uint32_t row, double offer_kw) {
  const double in_force_kw = view.evse_setpoint_kw[row];
  const double metered_kw = view.evse_power_kw[row];
  const bool takes_less = in_force_kw > same_kw && metered_kw < in_force_kw - same_kw;
  return takes_less ? std::min(offer_kw, std::max(0.0, metered_kw)) : offer_kw;
}

}  // namespace evtwin::baseline
