#include "audit/shared.hpp"

#include <algorithm>

namespace evtwin::audit {

namespace {

/// An instant from which on a site imports by another stretch, or the limit is another one.
struct Edge {
  double h;
  int member;                  ///< of the limit's sites; -1: the limit
  const GridStretch* stretch;  ///< null: the site imports nothing from here on
  double limit_kw;
};

/// Stretches of import alone: those that turn are split where they do.
void add_import(int member, const GridStretch& stretch, std::vector<Edge>& edges) {
  const double from = stretch.from_h - stretch.piece_h, to = stretch.to_h - stretch.piece_h;
  std::vector<double> cuts = stretch.net.crossing_hours(0.0, from, to);
  cuts.push_back(to);
  double begin = from;
  for (const double cut : cuts) {
    const bool imports = stretch.net.kw_at(0.5 * (begin + cut)) > 0.0;
    edges.push_back({stretch.piece_h + begin, member, imports ? &stretch : nullptr, 0.0});
    begin = cut;
  }
}

/// The sum of all sites' imports as time goes on.
class SumOfSites {
 public:
  explicit SumOfSites(std::size_t sites) : stretches_(sites, nullptr) {}

  void set_stretch(std::size_t member, const GridStretch* stretch) {
    if (stretches_[member] != nullptr) leave(member);
    stretches_[member] = stretch;
    if (stretch == nullptr) return;
    if (stretch->net.is_constant()) {
      constant_kw_ += stretch->net.kw_at(0.0);
    } else {
      tapering_.push_back(member);
    }
  }

  double energy_above(double limit_kw, double from_h, double to_h) const {
    if (tapering_.empty()) return std::max(0.0, constant_kw_ - limit_kw) * (to_h - from_h);
    PowerSum sum;
    sum.add_constant(constant_kw_);
    for (const std::size_t member : tapering_)
      sum.add_power(stretches_[member]->net.from_hour_on(from_h - stretches_[member]->piece_h), 1.0);
    if (sum.bound_kw(0.0, to_h - from_h) <= limit_kw) return 0.0;
    return sum.energy_above(limit_kw, 0.0, to_h - from_h);
  }

 private:
  void leave(std::size_t member) {
    if (stretches_[member]->net.is_constant()) {
      constant_kw_ -= stretches_[member]->net.kw_at(0.0);
    } else {
      std::erase(tapering_, member);
    }
  }

  std::vector<const GridStretch*> stretches_;  // [sites of the limit]
  std::vector<std::size_t> tapering_;
  double constant_kw_ = 0.0;
};

}  // namespace

double energy_above_shared_limit(const Recorded& run, const SharedLimit& limit, const std::vector<Recount>& recounts) {
  std::vector<Edge> edges;
  for (const Step& step : limit.kw)
    edges.push_back({hours_between(run.start_ns, step.start_ns), -1, nullptr, step.value});
  for (std::size_t k = 0; k < limit.sites.size(); ++k) {
    for (const GridStretch& stretch : recounts[limit.sites[k]].grid)
      add_import(static_cast<int>(k), stretch, edges);
  }
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.h < b.h; });

  SumOfSites sum(limit.sites.size());
  const auto sites = static_cast<double>(limit.sites.size());
  double limit_kw = infinite, above_kwh = 0.0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const Edge& edge = edges[i];
    if (edge.member < 0) {
      limit_kw = edge.limit_kw;
    } else {
      sum.set_stretch(static_cast<std::size_t>(edge.member), edge.stretch);
    }
    const double next_h = i + 1 < edges.size() ? edges[i + 1].h : hours_between(run.start_ns, run.end_ns);
    if (next_h <= edge.h) continue;
    above_kwh += sum.energy_above(limit_kw + 1e-9 * std::max(sites, limit_kw), edge.h, next_h);
  }
  return above_kwh;
}

}  // namespace evtwin::audit
