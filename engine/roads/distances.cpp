#include "roads/distances.hpp"

#include <algorithm>
#include <numeric>

namespace evtwin::roads {
namespace {

std::vector<double> km_of_edges(const Network& network) {
  std::vector<double> km;
  for (const Edge& edge : network.edges()) km.push_back(edge.km);
  return km;
}

/// A figure of the ways of the last search: along each way, from the searched node on.
void add_up(const Network& network, const WaySearch& ways, Toward toward, const std::vector<double>& edge_figure,
            std::vector<double>& sums) {
  const std::vector<std::uint32_t>& settled = ways.settled();
  sums[settled.front()] = 0.0;
  for (std::size_t i = 1; i < settled.size(); ++i) {
    const std::uint32_t e = ways.edge_of(settled[i]);
    const Edge& edge = network.edges()[e];
    sums[settled[i]] = sums[toward == Toward::everywhere ? edge.from : edge.to] + edge_figure[e];
  }
}

}  // namespace

StationDistances station_distances(const Network& network, std::span<const Station> stations,
                                   std::span<const std::vector<double>> edge_kwh) {
  const std::size_t cells = static_cast<std::size_t>(network.node_count()) * stations.size();
  const auto never = static_cast<float>(infinite);
  StationDistances out{stations.size(),
                       std::vector<float>(cells, never),
                       std::vector<float>(cells, never),
                       std::vector<float>(cells, never),
                       std::vector<float>(cells, never),
                       {edge_kwh.size(), std::vector<float>(cells, never)},
                       {edge_kwh.size(), std::vector<float>(cells, never)}};
  const std::vector<double> edge_km = km_of_edges(network);
  WaySearch ways(network);
  std::vector<double> sums(network.node_count());
  for (std::size_t s = 0; s < stations.size(); ++s) {
    for (const Toward toward : {Toward::here, Toward::everywhere}) {
      ways.search_from(stations[s].node, toward);
      std::vector<float>& hours = toward == Toward::here ? out.to_h : out.from_h;
      for (const std::uint32_t n : ways.settled()) hours[n * stations.size() + s] = static_cast<float>(ways.hours()[n]);
      add_up(network, ways, toward, edge_km, sums);
      std::vector<float>& km = toward == Toward::here ? out.to_km : out.from_km;
      for (const std::uint32_t n : ways.settled()) km[n * stations.size() + s] = static_cast<float>(sums[n]);
      for (std::size_t car = 0; car < edge_kwh.size(); ++car) {
        add_up(network, ways, toward, edge_kwh[car], sums);
        std::vector<float>& kwh = toward == Toward::here ? out.to_kwh[car] : out.from_kwh[car];
        for (const std::uint32_t n : ways.settled()) kwh[n * stations.size() + s] = static_cast<float>(sums[n]);
      }
    }
  }
  return out;
}

std::vector<WayFigures> pair_ways(const Network& network,
                                  std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
                                  std::span<const std::vector<double>> edge_kwh) {
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return pairs[a] < pairs[b]; });

  const std::vector<double> edge_km = km_of_edges(network);
  std::vector<WayFigures> out(pairs.size());
  WaySearch ways(network);
  std::vector<double> sums(network.node_count());
  std::vector<std::uint32_t> targets;
  for (std::size_t first = 0; first < order.size();) {
    const std::uint32_t from = pairs[order[first]].first;
    std::size_t last = first;
    targets.clear();
    while (last < order.size() && pairs[order[last]].first == from) targets.push_back(pairs[order[last++]].second);
    ways.search_from(from, Toward::everywhere, targets);

    for (std::size_t k = first; k < last; ++k) {
      WayFigures& way = out[order[k]];
      way.hours = ways.hours()[pairs[order[k]].second];
      way.kwh.assign(edge_kwh.size(), 0.0F);
    }
    add_up(network, ways, Toward::everywhere, edge_km, sums);
    for (std::size_t k = first; k < last; ++k) {
      const std::uint32_t to = pairs[order[k]].second;
      out[order[k]].km = out[order[k]].hours < infinite ? sums[to] : infinite;
    }
    for (std::size_t car = 0; car < edge_kwh.size(); ++car) {
      add_up(network, ways, Toward::everywhere, edge_kwh[car], sums);
      for (std::size_t k = first; k < last; ++k)
        out[order[k]].kwh[car] = static_cast<float>(sums[pairs[order[k]].second]);
    }
    first = last;
  }
  return out;
}

}  // namespace evtwin::roads
