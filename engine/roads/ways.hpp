// Fastest ways over a network, and its parts that hang together. Boost.Graph does the work, inside ways.cpp alone.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "roads/network.hpp"

namespace evtwin::roads {

/// Strongly connected parts: nodes of one part reach each other.
struct Parts {
  std::vector<std::uint32_t> part_of;  ///< [nodes]
  std::vector<std::uint32_t> size;     ///< [parts]

  std::uint32_t largest_part() const;
};
Parts strong_parts(const Network& network);

enum class Toward : std::uint8_t {
  everywhere,  ///< from the node to all others
  here,        ///< from all others to the node
};

/// Dijkstra's algorithm over the hours of the roads, again and again on one network without allocating anew. One thread
/// at a time; the network must outlive it.
class WaySearch {
 public:
  explicit WaySearch(const Network& network);
  ~WaySearch();
  WaySearch(const WaySearch&) = delete;
  WaySearch& operator=(const WaySearch&) = delete;

  /// Finds the fastest ways from `node`, or to it.
  /// @param until  stops when the ways of these nodes are known; empty: when all are.
  void search_from(std::uint32_t node, Toward toward, std::span<const std::uint32_t> until = {});
  /// The same by another figure of each edge, [edges], each >= 0. Then hours() are in its unit.
  void search_by(std::span<const double> cost, std::uint32_t node, Toward toward,
                 std::span<const std::uint32_t> until = {});

  /// Of the last search: [nodes], infinite where there is no way, and where the search stopped before it was known.
  const std::vector<double>& hours() const;
  /// The nodes whose ways are known, nearest first: each after the one that its way goes through.
  const std::vector<std::uint32_t>& settled() const;
  /// Of a settled node other than the searched one: the edge by which its way comes in (everywhere) or begins (here).
  std::uint32_t edge_of(std::uint32_t node) const;

 private:
  struct Graphs;
  std::unique_ptr<Graphs> graphs_;
};

}  // namespace evtwin::roads
