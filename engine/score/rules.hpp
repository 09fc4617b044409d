// The rules of the battery score: five indicators, their weights, the penalty for age and the grades.
//
// Source: the public scorer of a battery-as-a-service fleet ("as published"), whose formulas these are. Where evtwin
// departs from it ("corrected") score.hpp says how.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "kernel/static_checks.hpp"
#include "kernel/unknown.hpp"

namespace evtwin::score {

using kernel::is_known;
using kernel::unknown;

enum class Metric : std::uint8_t { efficiency, temperature, cells, driving, charging };
inline constexpr std::size_t metric_count = 5;
static_assert(metric_count == kernel::enum_count<Metric>());
template <class T>
using PerMetric = std::array<T, metric_count>;

/// What is said of an indicator: in tables, in JSON (`key`), and on the page of rules.
struct MetricRule {
  std::string_view key, title, title_ko, unit;
  double weight;  ///< of weight_sum
  double least;   ///< the lowest score that its formula can give
  std::string_view source, source_ko;
  std::string_view rule, rule_ko;
};
const PerMetric<MetricRule>& metric_rules();
/// The published weights add up to this, not to 1.
inline constexpr double weight_sum = 0.90;

/// km/kWh that score 40 and 100; both are lowered by `efficiency_relief(age)`.
struct EfficiencyBounds {
  double low = unknown, high = unknown;
  bool operator==(const EfficiencyBounds&) const = default;
};
/// km/kWh that a car of `age_years` may lack: 0.143 a year, at most 0.8.
double efficiency_relief(double age_years);
/// 40 at the lower bound to 100 at the upper one, linear, and no further. @param age_years  unknown: no relief
double efficiency_score(double km_per_kwh, EfficiencyBounds bounds, double age_years);
/// 100 up to 30 C, 2 less for each degree above, at least 40. Cold costs nothing (as published).
double temperature_score(double mean_c);
/// Logistic in the spread of cell voltages: 50 at 20 mV, at least 40.
double cell_score(double spread_v);
/// 100 less 20 for each m/s2 of the two standard deviations together, 0 to 100.
double driving_score(double accel_std, double brake_std);
/// 100 less 50 for charges that all begin at a high state of charge: never below 50.
/// @param high_share  of charges begun at `high_soc_percent` or more, 0..1
double charging_score(double high_share);
/// Ours: the published formula is fed a share whose limit it does not name.
inline constexpr double high_soc_percent = 80.0;

/// Points taken for age: 1.5 a year at first, less later, at most 7.5; to 0.1. 0 below 0 years.
double age_penalty(double age_years);
inline constexpr double most_age_penalty = 7.5;
/// Ages at which the penalty or what efficiency is forgiven bends, years: between two of them both are straight.
inline constexpr std::array age_bends{1.0, 3.0, 5.0, 0.8 / 0.143, 10.0};
static_assert(kernel::is_ascending(age_bends), "straight pieces are looked at one after the other");
/// The published score ends here, so that no car is perfect.
inline constexpr double published_cap = 98.0;

enum class Grade : std::uint8_t { a, b, c, d, none };
/// A from 85, B from 70, C from 55, D below; of the score rounded to 0.01, so that grade and figure agree. None of
/// unknown.
Grade grade_of(double score);
std::string_view grade_text(Grade grade);

/// To 0.01, as scores are shown.
double round_score(double score);

}  // namespace evtwin::score
