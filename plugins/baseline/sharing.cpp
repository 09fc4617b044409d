#include "sharing.hpp"

#include <algorithm>
#include <limits>

namespace evtwin::baseline {
namespace {

enum State : std::uint8_t { waiting, rising, stopped };

/// Length of the class at the front of `cars`, which are in order.
std::size_t class_size(std::span<const Car> cars) {
  const auto end =
      std::find_if(cars.begin(), cars.end(), [&](const Car& car) { return !same_class(car, cars.front()); });
  return static_cast<std::size_t>(end - cars.begin());
}

void set_power(SiteRows& rows, Car& car, double kw) {
  if (kw != car.power_kw) rows.add_power(car.row, kw - car.power_kw);
  car.power_kw = kw;
}

/// The offer `level` steps above 0.
double offer_at(const Car& car, std::uint32_t level, Step step) {
  if (!car.rates_kw.empty()) return level == 0 ? 0.0 : car.rates_kw[level - 1];
  if (level == 0) return 0.0;
  const double step_kw = car.kw_per_a > 0.0 ? step.a * car.kw_per_a : step.kw;
  const double first_kw = car.min_kw > 0.0 ? car.min_kw : step_kw;
  return std::min(car.max_kw, first_kw + step_kw * (level - 1));
}

/// Raises the cars in turn from the levels they are at.
void raise_class(SiteRows& rows, std::span<Car> cars, Step step, SharingScratch& scratch) {
  std::size_t queued = scratch.queue.size();
  while (queued > 0) {
    std::size_t kept = 0;
    for (std::size_t q = 0; q < queued; ++q) {
      const std::uint32_t i = scratch.queue[q];
      Car& car = cars[i];
      if (car.power_kw >= car.max_kw) continue;
      const double next_kw = offer_at(car, scratch.level[i] + 1, step);
      const double rise_kw = next_kw - car.power_kw;
      if (rows.room_up(car.row, rise_kw) < rise_kw - same_kw) continue;
      set_power(rows, car, next_kw);
      ++scratch.level[i];
      scratch.queue[kept++] = i;
    }
    queued = kept;
  }
}

bool all_at_maximum(SiteRows& rows, std::span<Car> cars) {
  for (Car& car : cars) set_power(rows, car, car.max_kw);
  if (rows.all_hold()) return true;
  for (Car& car : cars) set_power(rows, car, 0.0);
  return false;
}

/// Raises the cars in state `waiting` together from where they are; a car joins when the level reaches it.
void raise_level(SiteRows& rows, std::span<Car> cars, std::span<std::uint8_t> state) {
  for (;;) {
    // The level is that of the lowest car that may still rise; the next one up is where it joins.
    double level_kw = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < cars.size(); ++i) {
      if (state[i] != stopped) level_kw = std::min(level_kw, cars[i].power_kw);
    }

    double rise_kw = std::numeric_limits<double>::infinity();
    rows.clear_direction();
    for (std::size_t i = 0; i < cars.size(); ++i) {
      if (state[i] == stopped) continue;
      if (cars[i].power_kw > level_kw + same_kw) {
        rise_kw = std::min(rise_kw, cars[i].power_kw - level_kw);
        continue;
      }
      state[i] = rising;
      rows.add_direction(cars[i].row, 1.0);
      rise_kw = std::min(rise_kw, cars[i].max_kw - cars[i].power_kw);
    }

    if (level_kw == std::numeric_limits<double>::infinity()) return;
    rise_kw = rows.direction_room(std::max(0.0, rise_kw));
    rows.move_along(rise_kw);

    // Each round stops a car or lets one join, so that it ends.
    bool any_stopped = false;
    for (std::size_t i = 0; i < cars.size(); ++i) {
      if (state[i] != rising) continue;
      cars[i].power_kw += rise_kw;
      if (cars[i].power_kw >= cars[i].max_kw - same_kw || (rows.is_bound() && rows.raises_binding_row(cars[i].row))) {
        state[i] = stopped;
        any_stopped = true;
      } else {
        state[i] = waiting;
      }
    }

    // A row that binds though no rising car seems to raise it would keep the rounds going: all at the level stop.
    if (rows.is_bound() && !any_stopped) {
      for (std::size_t i = 0; i < cars.size(); ++i) {
        if (cars[i].power_kw <= level_kw + rise_kw + same_kw) state[i] = stopped;
      }
    }
  }
}

void share_class(SiteRows& rows, std::span<Car> cars, SharingScratch& scratch) {
  const std::span<std::uint8_t> state(scratch.state.data(), cars.size());
  // Minimum first; who gets none is out.
  bool any_finite = false;
  bool any_continuous = false;
  for (std::size_t i = 0; i < cars.size(); ++i) {
    Car& car = cars[i];
    const double min_kw = std::min(car.min_kw, car.max_kw);
    const bool fits = car.max_kw > 0.0 && rows.room_up(car.row, min_kw) >= min_kw - same_kw;
    state[i] = fits ? waiting : stopped;
    scratch.level[i] = fits ? 1 : 0;
    if (!fits) continue;
    set_power(rows, car, min_kw);
    (car.rates_kw.empty() ? any_continuous : any_finite) = true;
  }

  raise_level(rows, cars, state);
  if (!any_finite) return;

  for (Car& car : cars) {
    if (!car.rates_kw.empty()) set_power(rows, car, largest_offer(car, car.power_kw));
  }
  // A phasor sum can rise when one car falls: then all begin again at their minimum.
  if (!rows.all_hold()) {
    for (Car& car : cars) {
      if (car.power_kw > 0.0) set_power(rows, car, std::min(car.min_kw, car.max_kw));
    }
  }

  scratch.queue.clear();
  for (std::size_t i = 0; i < cars.size(); ++i) {
    const Car& car = cars[i];
    state[i] = car.rates_kw.empty() && scratch.level[i] != 0 ? waiting : stopped;
    const auto rate = std::find(car.rates_kw.begin(), car.rates_kw.end(), car.power_kw);
    scratch.level[i] = static_cast<std::uint32_t>(rate - car.rates_kw.begin()) + 1;
    if (rate != car.rates_kw.end()) scratch.queue.push_back(static_cast<std::uint32_t>(i));
  }
  raise_class(rows, cars, Step{}, scratch);
  if (any_continuous) raise_level(rows, cars, state);
}

}  // namespace

void SharingScratch::reserve_cars(std::size_t n) {
  queue.reserve(n);
  level.resize(n);
  state.resize(n);
}

void give_in_order(SiteRows& rows, std::span<Car> cars) {
  for (Car& car : cars) set_power(rows, car, largest_offer(car, rows.room_up(car.row, car.max_kw)));
}

void raise_in_turn(SiteRows& rows, std::span<Car> cars, Step step, SharingScratch& scratch) {
  while (!cars.empty()) {
    const std::span<Car> one = cars.first(class_size(cars));
    cars = cars.subspan(one.size());
    if (all_at_maximum(rows, one)) continue;
    scratch.queue.clear();
    for (std::uint32_t i = 0; i < one.size(); ++i) {
      scratch.level[i] = 0;
      scratch.queue.push_back(i);
    }
    raise_class(rows, one, step, scratch);
  }
}

void share_equally(SiteRows& rows, std::span<Car> cars, SharingScratch& scratch) {
  while (!cars.empty()) {
    const std::span<Car> one = cars.first(class_size(cars));
    cars = cars.subspan(one.size());
    if (!all_at_maximum(rows, one)) share_class(rows, one, scratch);
  }
}

}  // namespace evtwin::baseline
