#include "optimise/slot_flow.hpp"

#include <algorithm>

namespace evtwin::optimise {

namespace {
constexpr std::uint32_t unseen = 0xffffffff;
}

SlotFlow::SlotFlow(std::uint32_t nodes, std::size_t arcs)
    : supply_(nodes, 0.0), next_(nodes), distance_(nodes, unseen), dead_(nodes, 0) {
  residual_.reserve(2 * arcs);
  to_.reserve(2 * arcs);
}

std::uint32_t SlotFlow::add_arc(std::uint32_t from, std::uint32_t to, double capacity) {
  const auto arc = static_cast<std::uint32_t>(to_.size() / 2);
  to_.push_back(to);
  residual_.push_back(capacity);
  to_.push_back(from);
  residual_.push_back(0.0);
  return arc;
}

void SlotFlow::index_arcs() {
  start_.assign(supply_.size() + 1, 0);
  for (std::uint32_t h = 0; h < to_.size(); ++h) ++start_[to_[h ^ 1U] + 1];
  for (std::size_t n = 1; n < start_.size(); ++n) start_[n] += start_[n - 1];
  halves_.resize(to_.size());
  std::copy(start_.begin(), start_.end() - 1, next_.begin());
  for (std::uint32_t h = 0; h < to_.size(); ++h) halves_[next_[to_[h ^ 1U]]++] = h;
}

double SlotFlow::drain_node(std::uint32_t node, double most) {
  if (start_.empty()) index_arcs();
  double drained = 0.0;
  while (most - drained > least && find_distances(node)) {
    while (most - drained > least) {
      const double amount = augment_path(node, most - drained);
      if (amount == 0.0) break;
      drained += amount;
    }
    for (const std::uint32_t seen : queue_) distance_[seen] = unseen;
  }
  return drained;
}

// Backwards from the drain, until the nearest supplies are seen. False: there are none, and all that was seen is dead.
bool SlotFlow::find_distances(std::uint32_t drain) {
  queue_.clear();
  if (dead_[drain] != 0) return false;
  queue_.push_back(drain);
  distance_[drain] = 0;

  std::uint32_t nearest = unseen;
  for (std::size_t head = 0; head < queue_.size(); ++head) {
    const std::uint32_t node = queue_[head];
    next_[node] = start_[node];
    // Only shortest paths count: nothing is looked for beyond the nearest supply.
    if (distance_[node] >= nearest) continue;
    for (std::uint32_t i = start_[node]; i < start_[node + 1]; ++i) {
      const std::uint32_t half = halves_[i], from = to_[half];
      if (distance_[from] != unseen || dead_[from] != 0 || residual_[half ^ 1U] <= least) continue;
      distance_[from] = distance_[node] + 1;
      queue_.push_back(from);
      if (supply_[from] > least) nearest = std::min(nearest, distance_[from]);
    }
  }

  // Nodes that no supply reaches now are never reached again.
  if (nearest != unseen || supply_[drain] > least) return true;
  for (const std::uint32_t seen : queue_) {
    distance_[seen] = unseen;
    dead_[seen] = 1;
  }
  return false;
}

// One path from a supply to the drain, each step one nearer.
double SlotFlow::augment_path(std::uint32_t drain, double most) {
  path_.clear();
  std::uint32_t node = drain;

  while (supply_[node] <= least) {
    bool further = false;
    for (std::uint32_t& i = next_[node]; i < start_[node + 1]; ++i) {
      const std::uint32_t half = halves_[i], from = to_[half];
      if (distance_[from] != distance_[node] + 1 || residual_[half ^ 1U] <= least) continue;
      path_.push_back(half);
      node = from;
      further = true;
      break;
    }
    if (further) continue;
    if (path_.empty()) return 0.0;
    // A dead end: back, and on with the next arc.
    node = to_[path_.back() ^ 1U];
    path_.pop_back();
    ++next_[node];
  }

  double amount = std::min(most, supply_[node]);
  for (const std::uint32_t half : path_) amount = std::min(amount, residual_[half ^ 1U]);
  supply_[node] -= amount;
  for (const std::uint32_t half : path_) {
    residual_[half ^ 1U] -= amount;
    residual_[half] += amount;
  }
  return amount;
}

}  // namespace evtwin::optimise
