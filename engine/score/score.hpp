// A car's battery score, as published and corrected, and what is said of a fleet.
#pragma once
#include <string>
#include <vector>

#include "score/car_types.hpp"
#include "score/cars.hpp"
#include "score/rules.hpp"

namespace evtwin::score {

struct MetricScore {
  double value = unknown;                         ///< in the rule's unit
  double score = unknown;                         ///< unknown where the value is
  double of_fleet = unknown, of_class = unknown;  ///< percentile of the score, 0..100
  double share = unknown;  ///< of the car's segments that could have the value, those that have it
};

/// Whether some of the segments that could tell it do not.
inline bool is_known_in_part(const MetricScore& of) { return is_known(of.score) && of.share < 1.0; }

/// The score as its authors made it: a missing item counts 0 (driving and charging: 80), age runs on to today, and the
/// weights of what is missing stay in the divisor.
struct PublishedScore {
  PerMetric<double> scores{};
  double weighted = 0.0;  ///< sum of weight x score
  double penalty = 0.0;
  double score = 0.0;
  Grade grade = Grade::none;
};

/// The same indicators over what is known: weights of what is missing are shared out among the others, age ends with
/// the car's last record, no cap. Beside it, what the score could be whatever the indicators that are missing said, and
/// whatever age (where year or month of the model are not known) and class (of a type that no class names) the car has.
/// An indicator known in part counts as known: MetricScore::share says of how much.
struct CorrectedScore {
  double completeness = 0.0;  ///< weights that are known, 0..1
  double penalty = 0.0;       ///< 0 where the model year is not known
  double score = unknown;     ///< unknown without any indicator
  double low = 0.0, high = 0.0;
  Grade grade = Grade::none;  ///< of score; none below 60 % of the weights
  Grade grade_low = Grade::none, grade_high = Grade::none;
  PerMetric<double> contribution{}, loss{};  ///< points, to 0.1; unknown where missing
  /// Points given back because the score ends at what it can be at least, and at 0: contributions - penalty + floor =
  /// score to 0.1. Charging gives 50 at least and the others 40, so what is missing may be better than the known mean.
  double floor = 0.0;
  bool is_partial() const { return low != high; }
  bool misses_metrics() const { return completeness < 1.0 - 1e-9; }
};
/// A grade says something of a battery where this share of the weights is known.
inline constexpr double least_completeness = 0.6;

struct CarScore {
  const Car* car = nullptr;
  FoundType type;
  double age_years = unknown, published_age_years = unknown;
  PerMetric<MetricScore> metrics{};
  PublishedScore published;
  CorrectedScore corrected;
  double last_charge_days = unknown;  ///< days since, at `as_of_ns`; unknown where it comes later
  double collection_days = unknown;   ///< from the first to the last day with a record, both counted
  double covered_days = unknown;      ///< of them with a record, 0..1
  std::string_view
      availability;  ///< as published: "empty" without efficiency, "plenty" above 100 charges, else "normal"
};

/// Five figures of a distribution; quartiles by linear interpolation between order statistics (type 7 of Hyndman and
/// Fan, The American Statistician 50, 1996).
struct Spread {
  std::size_t n = 0;
  double least = unknown, lower = unknown, median = unknown, upper = unknown, most = unknown, mean = unknown;
};
Spread spread_of(std::vector<double> values);

/// Share of `sorted` below `value`, and half of what equals it, in percent.
double percentile_of(const std::vector<double>& sorted, double value);

/// How far a statistic of n cars may be trusted: "high" above 100 (as published), "medium" from 30, else "low" (ours).
std::string_view reliability_of(std::size_t n);

struct GroupStatistics {
  std::string name;  ///< "all", "class small", "type KONA"
  std::size_t cars = 0;
  std::array<std::size_t, 5> grades{};  ///< by Grade of the corrected score
  std::array<std::size_t, 5> published_grades{};
  Spread corrected;  ///< of cars with a grade
  Spread published;
  PerMetric<Spread> metrics{};  ///< of their scores
};

struct Fleet {
  const Cars* cars = nullptr;
  TimeNs as_of_ns = 0;                               ///< "today" of the published score; 0: not known
  std::vector<CarScore> scores;                      ///< by car id
  std::vector<GroupStatistics> groups;               ///< all, classes, types
  std::map<std::string, std::size_t> unknown_types;  ///< cars of types that no class names, scored as mid
  std::size_t ageless = 0;                           ///< cars whose age is not known
  std::size_t partly = 0;                            ///< cars with an indicator that not every segment tells
};

/// @param cars  must outlive the fleet. @param today_ns  of the published age; 0: the last record of all
Fleet score_fleet(const Cars& cars, const CarTypes& types, TimeNs today_ns);

/// A single car, as far as it can be told alone (no percentiles).
CarScore score_car(const Car& car, const CarTypes& types, const market::Calendar& calendar, TimeNs as_of_ns);

/// Parts rounded to 0.1 that add up to the total rounded to 0.1 (largest remainders). Unknown parts stay unknown.
PerMetric<double> rounded_parts(const PerMetric<double>& parts, double total);

}  // namespace evtwin::score
