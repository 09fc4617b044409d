#include "demand/synthetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/random.hpp"

namespace evtwin::demand {

namespace {

constexpr std::array powers_kw{6.0, 7.0, 11.0, 22.0};
constexpr std::array batteries_kwh{30.0, 52.0, 88.0, 100.0};
constexpr int hour_s = 3600, minute_s = 60;

/// Of a draw on the open interval (0, 1): each of the values as likely as the others.
template <std::size_t n>
double one_of(const std::array<double, n>& values, double draw) {
  return values[static_cast<std::size_t>(draw * static_cast<double>(n))];
}

double tenths_below(double value) { return std::floor(value * 10.0) / 10.0; }

int minutes_below(double seconds) { return static_cast<int>(seconds) / minute_s * minute_s; }

}  // namespace

std::vector<SyntheticCar> synthetic_cars(std::size_t count, std::uint64_t seed) {
  std::vector<SyntheticCar> cars(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto draw = [&](std::uint32_t purpose) { return kernel::draw_unit(seed, i, purpose, 0); };
    SyntheticCar& car = cars[i];
    car.nominal_kw = one_of(powers_kw, draw(kernel::purpose_of("demand.synthetic.power")));
    car.battery_kwh = one_of(batteries_kwh, draw(kernel::purpose_of("demand.synthetic.battery")));
    car.arrival_kwh = tenths_below(draw(kernel::purpose_of("demand.synthetic.fill")) * car.battery_kwh);
    car.arrival_s = minutes_below(5.0 * hour_s + draw(kernel::purpose_of("demand.synthetic.arrival")) * 11.0 * hour_s);
    const int stay_s = minutes_below(hour_s + draw(kernel::purpose_of("demand.synthetic.stay")) * 4.0 * hour_s);
    car.departure_s = std::min(car.arrival_s + stay_s, 23 * hour_s);

    // Nobody asks for more than the stay can give at nominal power: an exercise in which all can be served.
    const double possible_kwh = car.nominal_kw * (car.departure_s - car.arrival_s) / hour_s;
    car.required_kwh = tenths_below(std::min(car.battery_kwh - car.arrival_kwh, possible_kwh) + 1e-9);
  }
  return cars;
}

}  // namespace evtwin::demand
