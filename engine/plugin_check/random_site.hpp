// Random equipment for the scenes: what a scenario may contain, with the corners of it more often than real sites have.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/random.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"

namespace evtwin::plugin_check {

/// Draws in order; a seed gives them all.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  double draw_real(double from, double to) { return from + (to - from) * kernel::draw_unit(seed_, 1, purpose, n_++); }
  int draw_whole(int from, int to) { return from + static_cast<int>(draw_real(0.0, 1.0) * (to - from + 1)); }
  bool draw_chance(double p) { return draw_real(0.0, 1.0) < p; }
  std::int64_t draw_instant(std::int64_t from_ns, std::int64_t to_ns) {
    return from_ns + static_cast<std::int64_t>(draw_real(0.0, 1.0) * static_cast<double>(to_ns - from_ns));
  }

 private:
  static constexpr std::uint32_t purpose = kernel::purpose_of("plugin_check.scene");
  std::uint64_t seed_, n_ = 0;
};

/// Properties that a scene must have; the rest is drawn.
struct SceneShape {
  int evses = -1;           ///< -1: 1 to 24
  int storages = -1;        ///< -1: 0 to 2
  int decisions = -1;       ///< -1: 4 to 12
  double occupancy = -1.0;  ///< share of the EVSEs with a car in the long run; -1: drawn
  bool limits = true;       ///< feeders, rows and a contract may be there
  bool dc = true;           ///< DC EVSEs may be there
};

struct RandomSite {
  std::vector<physics::Evse> evses;
  std::vector<physics::Storage> storages;
  std::vector<physics::Feeder> feeders;
  std::vector<physics::LimitRow> rows;
  std::vector<physics::Vehicle> vehicles;
};

RandomSite random_site(Dice& dice, const SceneShape& shape);

}  // namespace evtwin::plugin_check
