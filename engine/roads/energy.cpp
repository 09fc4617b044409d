#include "roads/energy.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/static_checks.hpp"

namespace evtwin::roads {
namespace {

constexpr std::array classes{
    DriveClass{"small", 1500.0, 0.009, 0.58, 0.88, 0.65, 0.3, 0.06, 0.08},
    DriveClass{"mid", 1900.0, 0.009, 0.62, 0.88, 0.65, 0.4, 0.08, 0.10},
    DriveClass{"suv", 2300.0, 0.010, 0.76, 0.88, 0.65, 0.5, 0.10, 0.12},
    DriveClass{"van", 2700.0, 0.010, 1.30, 0.86, 0.60, 0.5, 0.14, 0.16},
};
static_assert(kernel::has_unique_keys(classes, &DriveClass::name));

constexpr double gravity_m_s2 = 9.80665;
constexpr double comfort_from_c = 18.0, comfort_to_c = 24.0;

}  // namespace

std::span<const DriveClass> drive_classes() { return classes; }

const DriveClass* find_class(std::string_view name) {
  for (const DriveClass& known : classes) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

double auxiliary_kw(const DriveClass& car, double temperature_c) {
  return car.base_kw + car.heat_kw_per_k * std::max(0.0, comfort_from_c - temperature_c) +
         car.cool_kw_per_k * std::max(0.0, temperature_c - comfort_to_c);
}

double kwh_per_km(const DriveClass& car, double speed_kmh, double grade, double temperature_c) {
  const double air_kg_m3 = 101325.0 / (287.05 * (temperature_c + 273.15));
  const double speed_m_s = speed_kmh / 3.6;
  // cos(atan g) and sin(atan g)
  const double slope = std::sqrt(1.0 + grade * grade);
  const double force_n = car.mass_kg * gravity_m_s2 * (car.rolling + grade) / slope +
                         0.5 * air_kg_m3 * car.drag_area_m2 * speed_m_s * speed_m_s;
  const double wheel_kwh_per_km = force_n / 3600.0;
  const double drive =
      wheel_kwh_per_km > 0.0 ? wheel_kwh_per_km / car.drive_efficiency : wheel_kwh_per_km * car.recuperation;
  return drive + auxiliary_kw(car, temperature_c) / speed_kmh;
}

std::vector<double> edge_energies(const Network& network, const DriveClass& car, double temperature_c) {
  std::vector<double> kwh;
  kwh.reserve(network.edges().size());
  for (const Edge& edge : network.edges())
    kwh.push_back(edge.km * kwh_per_km(car, edge.speed_kmh, edge.grade, temperature_c));
  return kwh;
}

}  // namespace evtwin::roads
