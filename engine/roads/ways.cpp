#include "roads/ways.hpp"

#include <algorithm>

// Warnings inside Boost are not ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths_no_color_map.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/function_property_map.hpp>

namespace evtwin::roads {
namespace ways_parts {

struct Road {
  std::uint32_t edge = 0;  ///< of the network
};

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Road, boost::no_property,
                                                 std::uint32_t, std::uint32_t>;

Graph graph_of(const Network& network, Toward toward) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<Road> roads;
  for (std::uint32_t n = 0; n < network.node_count(); ++n) {
    if (toward == Toward::everywhere) {
      const auto [first, last] = network.edges_out(n);
      for (std::uint32_t e = first; e < last; ++e) {
        ends.emplace_back(n, network.edges()[e].to);
        roads.push_back({e});
      }
    } else {
      for (const std::uint32_t e : network.edges_in(n)) {
        ends.emplace_back(n, network.edges()[e].from);
        roads.push_back({e});
      }
    }
  }
  return Graph(boost::edges_are_sorted, ends.begin(), ends.end(), roads.begin(), network.node_count());
}

/// Thrown where all that was asked for is known; Boost's searches have no other way out.
struct EnoughKnown {};

struct Notes {
  std::vector<double> hours;
  std::vector<std::uint32_t> edge;
  std::vector<std::uint32_t> settled;
  std::vector<std::uint8_t> is_target;
  std::size_t targets_left = 0;
  bool stops = false;
};

class Watcher : public boost::dijkstra_visitor<> {
 public:
  explicit Watcher(Notes& notes) : notes_(&notes) {}

  void edge_relaxed(Graph::edge_descriptor e, const Graph& graph) const {
    notes_->edge[boost::target(e, graph)] = graph[e].edge;
  }
  // Examined: taken from the queue, its way is known.
  void examine_vertex(std::uint32_t node, const Graph&) const {
    notes_->settled.push_back(node);
    if (!notes_->stops || notes_->is_target[node] == 0) return;
    notes_->is_target[node] = 0;
    if (--notes_->targets_left == 0) throw EnoughKnown();
  }

 private:
  Notes* notes_;
};

}  // namespace ways_parts

struct WaySearch::Graphs {
  explicit Graphs(const Network& network)
      : out(ways_parts::graph_of(network, Toward::everywhere)), in(ways_parts::graph_of(network, Toward::here)) {
    for (const Edge& edge : network.edges()) edge_h.push_back(edge.drive_h());
    notes.hours.resize(network.node_count());
    notes.edge.resize(network.node_count());
    notes.is_target.resize(network.node_count());
  }
  ways_parts::Graph out, in;
  std::vector<double> edge_h;
  ways_parts::Notes notes;
};

std::uint32_t Parts::largest_part() const {
  return static_cast<std::uint32_t>(std::max_element(size.begin(), size.end()) - size.begin());
}

Parts strong_parts(const Network& network) {
  const ways_parts::Graph graph = ways_parts::graph_of(network, Toward::everywhere);
  Parts parts;
  parts.part_of.resize(network.node_count());
  const auto index = boost::get(boost::vertex_index, graph);
  const auto count = boost::strong_components(graph, boost::make_iterator_property_map(parts.part_of.begin(), index),
                                              boost::vertex_index_map(index));
  parts.size.assign(static_cast<std::size_t>(count), 0);
  for (const std::uint32_t part : parts.part_of) ++parts.size[part];
  return parts;
}

WaySearch::WaySearch(const Network& network) : graphs_(std::make_unique<Graphs>(network)) {}
WaySearch::~WaySearch() = default;

void WaySearch::search_from(std::uint32_t node, Toward toward, std::span<const std::uint32_t> until) {
  search_by(graphs_->edge_h, node, toward, until);
}

void WaySearch::search_by(std::span<const double> cost, std::uint32_t node, Toward toward,
                          std::span<const std::uint32_t> until) {
  using ways_parts::Graph;
  ways_parts::Notes& notes = graphs_->notes;
  const Graph& graph = toward == Toward::everywhere ? graphs_->out : graphs_->in;
  notes.settled.clear();
  notes.stops = !until.empty();
  for (const std::uint32_t target : until) {
    notes.targets_left += notes.is_target[target] == 0 ? 1U : 0U;
    notes.is_target[target] = 1;
  }

  const auto index = boost::get(boost::vertex_index, graph);
  const auto weight = boost::make_function_property_map<Graph::edge_descriptor>(
      [&graph, cost](const Graph::edge_descriptor& e) { return cost[graph[e].edge]; });
  const auto distance = boost::make_iterator_property_map(notes.hours.begin(), index);
  try {
    boost::dijkstra_shortest_paths_no_color_map(
        graph, node,
        boost::weight_map(weight).distance_map(distance).vertex_index_map(index).distance_inf(infinite).visitor(
            ways_parts::Watcher(notes)));
  } catch (const ways_parts::EnoughKnown&) {
    // Nodes that still wait in the queue are not known yet.
    std::vector<double> known;
    known.reserve(notes.settled.size());
    for (const std::uint32_t n : notes.settled) known.push_back(notes.hours[n]);
    std::fill(notes.hours.begin(), notes.hours.end(), infinite);
    for (std::size_t i = 0; i < known.size(); ++i) notes.hours[notes.settled[i]] = known[i];
  }

  // Targets that can not be reached must not stop the next search.
  for (const std::uint32_t target : until) notes.is_target[target] = 0;
  notes.targets_left = 0;
}

const std::vector<double>& WaySearch::hours() const { return graphs_->notes.hours; }
const std::vector<std::uint32_t>& WaySearch::settled() const { return graphs_->notes.settled; }
std::uint32_t WaySearch::edge_of(std::uint32_t node) const { return graphs_->notes.edge[node]; }

}  // namespace evtwin::roads

#pragma GCC diagnostic pop
