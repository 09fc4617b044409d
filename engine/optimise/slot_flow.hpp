// A maximum flow from many sources into one slot after the other; what a slot has got it keeps.
#pragma once
#include <cstdint>
#include <vector>

namespace evtwin::optimise {

/// Nodes that hold a supply, arcs with capacities, and drains: `drain_node(node, most)` pulls as much as can come to a
/// node, by shortest augmenting paths (Dinic), on top of all that was drained before.
///
/// A node that no supply reaches will never be reached again, since augmenting only turns arcs between nodes that are:
/// it is left out for good, and so failed searches cost no more than one walk over the graph in all.
class SlotFlow {
 public:
  /// @param arcs  expected, for memory
  SlotFlow(std::uint32_t nodes, std::size_t arcs);
  void add_supply(std::uint32_t node, double amount) { supply_[node] += amount; }
  /// @returns the arc's number. Arcs are added before the first drain.
  std::uint32_t add_arc(std::uint32_t from, std::uint32_t to, double capacity);

  /// @returns what came, <= most.
  double drain_node(std::uint32_t node, double most);

  double supply_left(std::uint32_t node) const { return supply_[node]; }
  /// Amount that flows through an arc.
  double arc_flow(std::uint32_t arc) const { return residual_[2 * arc + 1]; }

 private:
  static constexpr double least = 1e-10;  // below that nothing is left

  void index_arcs();
  bool find_distances(std::uint32_t drain);
  double augment_path(std::uint32_t drain, double most);

  // Half-arc 2a goes along arc a, 2a + 1 against it.
  std::vector<double> supply_, residual_;
  std::vector<std::uint32_t> to_;
  std::vector<std::uint32_t> start_, halves_;  // half-arcs that leave each node
  std::vector<std::uint32_t> next_, distance_, queue_, path_;
  std::vector<std::uint8_t> dead_;
};

}  // namespace evtwin::optimise
