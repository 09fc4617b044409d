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
    const double* begin = view.rate_kw + first;
    const double* end = std::upper_bound(begin, view.rate_kw + last, car.max_kw + same_kw);
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

namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
/// So few cars are sorted before the last order is looked up.
constexpr std::size_t few_cars = 16;

}  // namespace

void CarOrder::reserve_cars(std::size_t n_evses) {
  places_.reserve(n_evses);
  last_rows_.reserve(n_evses);
  car_at_rank_.reserve(n_evses);
  rank_of_row_.assign(n_evses, none);
}

bool CarOrder::comes_before(const Place& a, const Place& b) {
  if (a.request_met != b.request_met) return b.request_met;
  if (a.priority != b.priority) return a.priority > b.priority;
  if (a.key != b.key) return a.key < b.key;
  return a.row < b.row;
}

/// Fills places_: cars of the last call in its order, then the new ones.
void CarOrder::recall_places(std::span<const Car> cars) {
  places_.clear();
  const auto add = [&](std::uint32_t i) {
    places_.push_back({cars[i].priority, cars[i].key, cars[i].row, i, cars[i].request_met});
  };
  if (cars.size() <= few_cars) {
    for (std::uint32_t i = 0; i < cars.size(); ++i) add(i);
    return;
  }
  car_at_rank_.assign(last_rows_.size(), none);
  for (std::uint32_t i = 0; i < cars.size(); ++i) {
    if (rank_of_row_[cars[i].row] != none) car_at_rank_[rank_of_row_[cars[i].row]] = i;
  }
  for (const std::uint32_t i : car_at_rank_) {
    if (i != none) add(i);
  }
  for (std::uint32_t i = 0; i < cars.size(); ++i) {
    if (rank_of_row_[cars[i].row] == none) add(i);
  }
}

/// Insertion sort, which is linear where little has changed. @returns false when it has become too much work.
bool CarOrder::insert_in_order() {
  std::size_t moves_left = 8 * places_.size() + 64;
  for (std::size_t i = 1; i < places_.size(); ++i) {
    const Place place = places_[i];
    std::size_t hole = i;
    for (; hole > 0 && comes_before(place, places_[hole - 1]); --hole) {
      places_[hole] = places_[hole - 1];
      if (--moves_left == 0) {
        places_[hole - 1] = place;
        return false;
      }
    }
    places_[hole] = place;
  }
  return true;
}

void CarOrder::sort_cars(std::span<Car> cars) {
  recall_places(cars);
  if (!insert_in_order()) std::sort(places_.begin(), places_.end(), &comes_before);

  for (const std::uint32_t row : last_rows_) rank_of_row_[row] = none;
  last_rows_.clear();
  for (std::size_t k = 0; places_.size() > few_cars && k < places_.size(); ++k) {
    const Place& place = places_[k];
    rank_of_row_[place.row] = static_cast<std::uint32_t>(last_rows_.size());
    last_rows_.push_back(place.row);
  }
  // Along each cycle of the permutation cars move up one place.
  for (std::uint32_t first = 0; first < places_.size(); ++first) {
    if (places_[first].index == first) continue;
    const Car taken_out = cars[first];
    std::uint32_t to = first;
    while (places_[to].index != first) {
      const std::uint32_t from = places_[to].index;
      cars[to] = cars[from];
      places_[to].index = to;
      to = from;
    }

    cars[to] = taken_out;
    places_[to].index = to;
  }
}

double expected_kw(const evtwin_view& view, std::uint32_t row, double offer_kw) {
  const double in_force_kw = view.evse_setpoint_kw[row];
  const double metered_kw = view.evse_power_kw[row];
  const bool takes_less = in_force_kw > same_kw && metered_kw < in_force_kw - same_kw;
  return takes_less ? std::min(offer_kw, std::max(0.0, metered_kw)) : offer_kw;
}

}  // namespace evtwin::baseline
