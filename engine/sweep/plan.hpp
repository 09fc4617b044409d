// A sweep as it was asked for: what is varied, on which seeds, under which strategies; and its file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sweep/design.hpp"

namespace evtwin::sweep {

/// Plan, rows or table of a sweep that can not be read, written or put together. `what()` is one line for people.
struct SweepError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Plan {
  std::string scenario;                             ///< file, as it was given
  std::map<std::string, std::string> set, changes;  ///< the same at every point
  std::optional<int> days;
  std::vector<std::string> vary;        ///< texts of parse_factor
  std::size_t samples = 0;              ///< of a Latin hypercube; 0: a grid
  std::uint64_t sample_seed = 0;        ///< of those samples
  std::vector<std::uint64_t> seeds;     ///< empty: the scenario's own
  std::vector<std::string> strategies;  ///< as they were given; empty: the scenario's own
  bool bound = false;                   ///< each world's bound is worked out, too

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// A plan with its points. Worlds are numbered point by point, seeds within.
struct Layout {
  std::vector<Factor> factors;
  std::vector<Point> points;
  std::size_t seeds = 1;
  std::size_t strategies = 1;

  std::size_t world_count() const { return points.size() * seeds; }
  std::size_t run_count() const { return world_count() * strategies; }
  std::size_t point_of(std::size_t world) const { return world / seeds; }
  std::size_t seed_of(std::size_t world) const { return world % seeds; }
};

/// @throws std::invalid_argument as parse_factor, grid; for a name that is varied twice, and for too many runs.
Layout layout_of(const Plan& plan);

/// JSON, one document, with "format": "evtwin sweep plan/1".
std::string plan_text(const Plan& plan);
/// @param file  for messages. @throws SweepError
Plan read_plan(const std::string& text, const std::string& file);

/// Part i of n (from 1) of the worlds: every n-th, so that each shard has its share of every point.
struct Shard {
  std::size_t index = 1, count = 1;
  bool has_world(std::size_t world) const { return world % count == index - 1; }
};
/// "2/3". @throws std::invalid_argument
Shard parse_shard(const std::string& text);

}  // namespace evtwin::sweep
