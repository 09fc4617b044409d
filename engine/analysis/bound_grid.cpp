#include "analysis/bound_grid.hpp"

#include <algorithm>

#include "market/demand_charge.hpp"

namespace evtwin::analysis {

std::uint32_t BoundGrid::step_at(TimeNs t) const {
  const auto after = std::upper_bound(edges_ns.begin(), edges_ns.end(), t);
  return static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(after - edges_ns.begin() - 1, 0));
}

std::uint32_t BoundGrid::step_from(TimeNs t) const {
  return static_cast<std::uint32_t>(std::lower_bound(edges_ns.begin(), edges_ns.end(), t) - edges_ns.begin());
}

double BoundGrid::share_of_step(std::size_t step, TimeNs from, TimeNs to) const {
  const TimeNs begin = std::max(from, edges_ns[step]), end = std::min(to, edges_ns[step + 1]);
  if (begin >= end) return 0.0;
  if (begin == edges_ns[step] && end == edges_ns[step + 1]) return 1.0;
  return kernel::hours_between(begin, end) / hours_of_step(step);
}

std::vector<TimeNs> metering_edges(const twin::World& world, const twin::Site& site) {
  std::vector<TimeNs> edges{world.start_ns};
  market::LocalClock clock(world.calendar);
  while (edges.back() < world.end_ns)
    edges.push_back(std::min(clock.next_tick(edges.back(), site.tariff.demand.window_ns), world.end_ns));
  return edges;
}

bool sells_dearer(const SiteForesight& site) {
  return std::any_of(site.signals.begin(), site.signals.end(),
                     [](const SignalPiece& piece) { return piece.sell_per_kwh > piece.buy_per_kwh; });
}

namespace {

/// In order, each once, within the run.
void tidy(std::vector<TimeNs>& edges, const twin::World& world) {
  std::erase_if(edges, [&](TimeNs t) { return t < world.start_ns || t > world.end_ns; });
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
}

/// Steps of nanoseconds are no use to anybody, and bad numbers for a solver.
constexpr TimeNs shortest_step_ns = kernel::second_ns;

}  // namespace

BoundGrid bound_grid(const twin::World& world, const twin::Site& site, const SiteForesight& foresight, GridKind kind) {
  // Prices and metering windows must be cut; whatever else changes may also be a mean.
  std::vector<TimeNs> needed = metering_edges(world, site), wished;
  const SignalPiece* before = nullptr;
  for (const SignalPiece& piece : foresight.signals) {
    const bool price =
        before == nullptr || piece.buy_per_kwh != before->buy_per_kwh || piece.sell_per_kwh != before->sell_per_kwh;
    (price ? needed : wished).push_back(piece.from_ns);
    before = &piece;
  }
  for (const Stay& stay : foresight.stays) wished.insert(wished.end(), {stay.from_ns, stay.to_ns});
  for (const twin::LimitSeries& series : site.limit_series) {
    market::SignalClock clock(series.value, world.calendar);
    for (TimeNs t = world.start_ns; t < world.end_ns;) {
      t = clock.sample_at(t).until_ns;
      wished.push_back(t);
    }
  }
  for (const Unavailable& out : foresight.unavailable) wished.insert(wished.end(), {out.from_ns, out.to_ns});
  tidy(needed, world);
  tidy(wished, world);

  const TimeNs shortest_ns = sells_dearer(foresight) ? 1 : shortest_step_ns;
  BoundGrid grid{kind, {}};
  if (kind == GridKind::windows) wished.clear();
  auto wish = wished.begin();
  for (const TimeNs edge : needed) {
    for (; wish != wished.end() && *wish < edge; ++wish) {
      const bool apart = *wish >= grid.edges_ns.back() + shortest_ns && *wish + shortest_ns <= edge;
      if (apart) grid.edges_ns.push_back(*wish);
    }
    grid.edges_ns.push_back(edge);
  }
  return grid;
}

std::size_t stay_steps(const SiteForesight& site, const BoundGrid& grid) {
  std::size_t pairs = 0;
  for (const Stay& stay : site.stays) {
    if (stay.from_ns < stay.to_ns) pairs += grid.step_from(stay.to_ns) - grid.step_at(stay.from_ns);
  }
  return pairs;
}

}  // namespace evtwin::analysis
