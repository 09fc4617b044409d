#include "analysis/seed_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace evtwin::analysis {

namespace {

/// Figures are compared to the last bit; what does not apply is the same in both.
bool same_figures(std::span<const Kpi> a, std::span<const Kpi> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Kpi& x, const Kpi& y) {
    return x.name == y.name && (x.value == y.value || (std::isnan(x.value) && std::isnan(y.value)));
  });
}

/// A strategy that finished on fewer than two seeds says nothing of what seeds do.
bool differs_between_seeds(std::span<const SeedRuns> rounds, std::size_t strategy) {
  const Contender* first = nullptr;
  for (const SeedRuns& round : rounds) {
    const Contender& run = round.contenders[strategy];
    if (!run.error.empty()) continue;
    if (first == nullptr) first = &run;
    if (!same_figures(run.kpis, first->kpis)) return true;
  }
  return false;
}

bool has_runs_to_hold_together(std::span<const SeedRuns> rounds) {
  for (std::size_t s = 0; s < rounds.front().contenders.size(); ++s) {
    const auto finished = std::count_if(rounds.begin(), rounds.end(),
                                        [&](const SeedRuns& round) { return round.contenders[s].error.empty(); });
    if (finished > 1) return true;
  }
  return false;
}

/// The lowest mean objective among those compared, and all that the seeds do not tell apart from it.
void mark_best(std::span<const SeedRuns> rounds, std::vector<StrategySummary>& strategies) {
  std::optional<std::size_t> best;
  double best_mean = 0.0;
  for (std::size_t s = 0; s < strategies.size(); ++s) {
    if (!strategies[s].compared) continue;
    const double mean = spread_of(figures_by_seed(rounds, s, "objective")).mean;
    if (best && !(mean < best_mean)) continue;
    best = s;
    best_mean = mean;
  }
  if (!best) return;
  const std::vector<double> lowest = figures_by_seed(rounds, *best, "objective");
  for (std::size_t s = 0; s < strategies.size(); ++s) {
    strategies[s].among_best =
        strategies[s].compared &&
        (s == *best || paired_difference(figures_by_seed(rounds, s, "objective"), lowest).is_open());
  }
}

}  // namespace

std::vector<double> figures_by_seed(std::span<const SeedRuns> rounds, std::size_t strategy, std::string_view kpi) {
  std::vector<double> figures;
  figures.reserve(rounds.size());
  for (const SeedRuns& round : rounds) figures.push_back(value_of(round.contenders[strategy].kpis, kpi));
  return figures;
}

SeedComparison compare_seeds(std::span<const SeedRuns> rounds) {
  SeedComparison comparison;
  const std::size_t count = rounds.front().contenders.size();
  // Recorded sessions give all seeds the same figures; without two runs to hold together seeds are taken to matter.
  comparison.seeds_matter = !has_runs_to_hold_together(rounds);
  for (std::size_t s = 0; s < count; ++s)
    comparison.seeds_matter = comparison.seeds_matter || differs_between_seeds(rounds, s);

  comparison.strategies.resize(count);
  const std::vector<double> reference = figures_by_seed(rounds, comparison.reference, "objective");
  for (std::size_t s = 0; s < count; ++s) {
    StrategySummary& summary = comparison.strategies[s];
    summary.strategy = rounds.front().contenders[s].strategy;
    const std::vector<double> objective = figures_by_seed(rounds, s, "objective");
    if (s != comparison.reference && comparison.seeds_matter)
      summary.difference = paired_difference(objective, reference);
  }

  // Service is compared on each seed: cheaper by serving less is not cheaper.
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    const std::vector<Contender>& contenders = rounds[r].contenders;
    const std::vector<char> competes = who_competes(contenders);
    if (std::none_of(contenders.begin(), contenders.end(), [](const Contender& run) { return run.error.empty(); }))
      comparison.lost.push_back(rounds[r].seed);

    for (std::size_t s = 0; s < count; ++s) {
      StrategySummary& summary = comparison.strategies[s];
      if (!contenders[s].error.empty()) {
        summary.failed.push_back(rounds[r].seed);
      } else if (competes[s] == 0) {
        summary.serves_less.push_back(rounds[r].seed);
      } else if (difference_beyond_rounding(value_of(contenders[s].kpis, "objective"), reference[r]) < 0.0) {
        summary.cheaper.push_back(rounds[r].seed);
      }
    }
  }

  // It may fail only where all did: those seeds tell nothing of any strategy.
  for (StrategySummary& summary : comparison.strategies)
    summary.compared = summary.failed == comparison.lost && summary.serves_less.empty();
  if (comparison.seeds_matter && comparison.lost.size() < rounds.size()) mark_best(rounds, comparison.strategies);
  return comparison;
}

}  // namespace evtwin::analysis
