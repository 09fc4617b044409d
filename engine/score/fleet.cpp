// What is said of many cars: distributions and percentiles.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "score/score.hpp"

namespace evtwin::score {
namespace {

/// Percentiles of the indicators among `members`, written by `place`.
template <class Place>
void rank(std::vector<CarScore>& scores, const std::vector<std::size_t>& members, Place place) {
  for (std::size_t m = 0; m < metric_count; ++m) {
    std::vector<double> sorted;
    for (const std::size_t i : members) {
      if (is_known(scores[i].metrics[m].score)) sorted.push_back(scores[i].metrics[m].score);
    }
    std::sort(sorted.begin(), sorted.end());
    for (const std::size_t i : members) {
      MetricScore& of = scores[i].metrics[m];
      if (is_known(of.score)) place(of, percentile_of(sorted, of.score));
    }
  }
}

GroupStatistics statistics_of(std::string name, const std::vector<CarScore>& scores,
                              const std::vector<std::size_t>& members) {
  GroupStatistics out;
  out.name = std::move(name);
  out.cars = members.size();
  const auto spread = [&](auto value) {
    std::vector<double> values;
    for (const std::size_t i : members) {
      if (const double of = value(scores[i]); is_known(of)) values.push_back(of);
    }
    return spread_of(std::move(values));
  };
  for (const std::size_t i : members) {
    out.grades[static_cast<std::size_t>(scores[i].corrected.grade)] += 1;
    out.published_grades[static_cast<std::size_t>(scores[i].published.grade)] += 1;
  }
  out.corrected =
      spread([](const CarScore& of) { return of.corrected.grade == Grade::none ? unknown : of.corrected.score; });
  out.published = spread([](const CarScore& of) { return of.published.score; });
  for (std::size_t m = 0; m < metric_count; ++m)
    out.metrics[m] = spread([m](const CarScore& of) { return of.metrics[m].score; });
  return out;
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  Spread out;
  out.n = values.size();
  if (values.empty()) return out;
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    const double at = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
  };
  out.least = values.front();
  out.lower = quantile(0.25);
  out.median = quantile(0.5);
  out.upper = quantile(0.75);
  out.most = values.back();
  out.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return out;
}

double percentile_of(const std::vector<double>& sorted, double value) {
  const auto [from, to] = std::equal_range(sorted.begin(), sorted.end(), value);
  const double below = static_cast<double>(from - sorted.begin()), equal = static_cast<double>(to - from);
  return 100.0 * (below + 0.5 * equal) / static_cast<double>(sorted.size());
}

std::string_view reliability_of(std::size_t n) { return n > 100 ? "high" : n >= 30 ? "medium" : "low"; }

Fleet score_fleet(const Cars& cars, const CarTypes& types, TimeNs today_ns) {
  Fleet fleet;
  fleet.cars = &cars;
  fleet.as_of_ns = today_ns != 0 ? today_ns : cars.last_ns;
  for (const Car& car : cars.cars) fleet.scores.push_back(score_car(car, types, cars.calendar, fleet.as_of_ns));

  std::vector<std::size_t> all(fleet.scores.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::map<CarClass, std::vector<std::size_t>> classes;
  std::map<std::string, std::vector<std::size_t>> by_type;
  for (const std::size_t i : all) {
    classes[fleet.scores[i].type.of].push_back(i);
    by_type[fleet.scores[i].car->type].push_back(i);
  }
  rank(fleet.scores, all, [](MetricScore& of, double percent) { of.of_fleet = percent; });
  for (const auto& [of, members] : classes)
    rank(fleet.scores, members, [](MetricScore& score, double percent) { score.of_class = percent; });

  fleet.groups.push_back(statistics_of("all", fleet.scores, all));
  for (const auto& [of, members] : classes)
    fleet.groups.push_back(statistics_of(fmt::format("class {}", name_of(of)), fleet.scores, members));
  for (const auto& [type, members] : by_type)
    fleet.groups.push_back(statistics_of(fmt::format("type {}", type.empty() ? "-" : type), fleet.scores, members));
  for (const CarScore& of : fleet.scores) {
    if (!of.type.known) fleet.unknown_types[of.car->type] += 1;
    if (!is_known(of.age_years)) fleet.ageless += 1;
    if (std::any_of(of.metrics.begin(), of.metrics.end(), is_known_in_part)) fleet.partly += 1;
  }
  return fleet;
}

}  // namespace evtwin::score
