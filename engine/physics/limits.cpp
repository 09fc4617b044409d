#include "physics/limits.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/topological_sort.hpp>
#include <stdexcept>

namespace evtwin::physics {

namespace {

/// The feeders of a loop, in order ("'a', 'b'"); only asked when there is one.
std::string loop_of(const std::vector<Feeder>& feeders) {
  std::vector<std::size_t> reached_from(feeders.size(), feeders.size());
  for (std::size_t start = 0; start < feeders.size(); ++start) {
    std::size_t node = start;
    while (reached_from[node] == feeders.size()) {
      reached_from[node] = start;
      if (feeders[node].parent < 0) break;
      node = static_cast<std::size_t>(feeders[node].parent);
    }
    // Back at a node of this very walk, and not at the top: the walk has entered a loop there.
    if (reached_from[node] != start || feeders[node].parent < 0) continue;
    std::string names = "'" + feeders[node].name + "'";
    for (std::size_t next = static_cast<std::size_t>(feeders[node].parent); next != node;
         next = static_cast<std::size_t>(feeders[next].parent)) {
      names += ", '" + feeders[next].name + "'";
    }
    return names;
  }
  return "the feeders";
}

}  // namespace

FeederTree::FeederTree(std::vector<Feeder> feeders) : feeders_(std::move(feeders)) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  Graph graph(feeders_.size());
  for (std::size_t i = 0; i < feeders_.size(); ++i) {
    const Feeder& feeder = feeders_[i];
    lossless_ = lossless_ && feeder.efficiency == 1.0;
    if (feeder.parent < 0) continue;
    if (static_cast<std::size_t>(feeder.parent) >= feeders_.size()) {
      throw std::invalid_argument("feeder '" + feeder.name + "' hangs on a parent that is not there");
    }
    boost::add_edge(i, static_cast<std::size_t>(feeder.parent), graph);
  }
  std::vector<std::size_t> parents_first;
  try {
    boost::topological_sort(graph, std::back_inserter(parents_first));
  } catch (const boost::not_a_dag&) {
    throw std::invalid_argument("the parents of " + loop_of(feeders_) +
                                " form a loop; one of them must hang on the grid connection");
  }
  leaves_first_.assign(parents_first.rbegin(), parents_first.rend());
}

std::vector<std::int32_t> FeederTree::path_up(std::int32_t node) const {
  std::vector<std::int32_t> path;
  for (; node >= 0; node = feeders_[static_cast<std::size_t>(node)].parent) path.push_back(node);
  return path;
}

double FeederTree::sum_flows(std::span<const double> own_kw, std::span<double> into_kw) const {
  std::copy(own_kw.begin(), own_kw.end(), into_kw.begin());
  double total_kw = 0.0;
  for (const std::uint32_t i : leaves_first_) {
    into_kw[i] = power_into(into_kw[i], feeders_[i].efficiency);
    if (feeders_[i].parent >= 0) {
      into_kw[static_cast<std::size_t>(feeders_[i].parent)] += into_kw[i];
    } else {
      total_kw += into_kw[i];
    }
  }
  return total_kw;
}

}  // namespace evtwin::physics
