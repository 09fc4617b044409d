// Limits of an installation: a tree of feeders with losses, and rows over currents or powers.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "physics/battery.hpp"

namespace evtwin::physics {

enum class LimitKind : std::uint8_t {
  power_kw = 0,     ///< sum of coefficient x kW at the EVSE meter
  current_a = 1,    ///< sum of coefficient x A per phase used
  magnitude_a = 2,  ///< |sum of coefficient x A x exp(j angle)|; upper bound only
};

struct LimitMember {
  std::uint32_t evse = 0;
  double coefficient = 1.0;
  double angle_deg = 0.0;  ///< of this EVSE's current in this row
};

/// lower <= quantity <= upper.
struct LimitRow {
  std::string name;
  LimitKind kind = LimitKind::power_kw;
  double lower = -infinite;
  double upper = infinite;
  std::vector<LimitMember> members;
};

/// A node of the tree below the grid connection: a transformer, a feeder, a sub-board.
struct Feeder {
  std::string name;
  std::int32_t parent = -1;  ///< -1 = the grid connection
  double max_kw = infinite;  ///< cap on the power into the node
  double max_export_kw = infinite;
  double max_a = infinite;  ///< cap on the sum of the currents below it
  double efficiency = 1.0;  ///< power out of the node / power into it
};

/// Power through the tree, losses in the direction each node's power flows.
class FeederTree {
 public:
  /// @throws std::invalid_argument naming the feeders of a loop, or a parent that is not there.
  explicit FeederTree(std::vector<Feeder> feeders);
  FeederTree() = default;

  const std::vector<Feeder>& feeders() const { return feeders_; }
  bool is_lossless() const { return lossless_; }
  /// All nodes, each before its parent.
  std::span<const std::uint32_t> leaves_first() const { return leaves_first_; }
  /// Feeders from `node` up to the grid connection.
  std::vector<std::int32_t> path_up(std::int32_t node) const;

  /// @param own_kw  [feeders] power drawn directly at each node, signed
  /// @param into_kw [feeders] out: power that enters each node from above, losses included
  /// @returns the power all top feeders draw from the grid connection, kW
  double sum_flows(std::span<const double> own_kw, std::span<double> into_kw) const;

 private:
  std::vector<Feeder> feeders_;
  std::vector<std::uint32_t> leaves_first_;
  bool lossless_ = true;
};

/// Power into a lossy node that must deliver (or takes back) `kw`: more goes in, less comes back.
inline double power_into(double kw, double efficiency) { return kw >= 0.0 ? kw / efficiency : kw * efficiency; }

}  // namespace evtwin::physics
