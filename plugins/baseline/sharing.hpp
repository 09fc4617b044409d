// How power is handed out: one car after the other, in turn step by step, or the same to all.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "car.hpp"
#include "site_rows.hpp"

namespace evtwin::baseline {

/// Each car in order gets the largest offer that every row still allows, given what those before it got.
void give_in_order(SiteRows& rows, std::span<Car> cars);

/// Room for one entry per car, kept between decisions so that none allocates.
struct SharingScratch {
  std::vector<std::uint32_t> queue, level;
  std::vector<std::uint8_t> state;
  void reserve_cars(std::size_t n);
};

/// Steps of cars without finite rates.
struct Step {
  double a = 1.0;   ///< AC cars, A per phase used
  double kw = 1.0;  ///< DC cars
};

/// In turn each car is raised one step: to its next finite rate, or to its minimum and then by `step` up to its
/// maximum. A car whose step does not fit leaves the round. Classes of cars (same_class) are served one after the
/// other. Where everyone's maximum fits at once it is given at once.
void raise_in_turn(SiteRows& rows, std::span<Car> cars, Step step, SharingScratch& scratch);

/// The same kW to all, max-min fair: every car is raised at the same level until a row binds (then those that use it up
/// stop) or it has its maximum; what one can not use goes to the others. First each car in order gets its minimum where
/// it fits, so that under scarcity as many as possible charge and the later ones wait. Cars with finite rates fall to
/// the rate below, and then rise in turn as far as that leaves room. Classes are served one after the other.
void share_equally(SiteRows& rows, std::span<Car> cars, SharingScratch& scratch);

}  // namespace evtwin::baseline
