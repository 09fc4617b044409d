#include "score/score.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace evtwin::score {
namespace {

constexpr double published_default = 80.0;  // of driving and charging without data
constexpr double days_per_year = 365.25;

double rounded_tenth(double value) { return std::round(10.0 * value) / 10.0; }

/// A model is sold before its year begins; one of a year still later is a slip.
constexpr double most_years_ahead = 1.0;

/// Years from the first day of the model's month (July where only the year is known) to `t`, at least 0; unknown where
/// the model comes later than `most_years_ahead`.
double age_at(const Car& car, const market::Calendar& calendar, TimeNs t, int month) {
  if (car.model_year == 0 || t == 0) return unknown;
  const TimeNs from = calendar.start_of(market::LocalDate{car.model_year, month, 1});
  const double years = kernel::hours_between(from, t) / 24.0 / days_per_year;
  return years < -most_years_ahead ? unknown : std::max(0.0, years);
}

/// Values of the five indicators, and how many of the segments that could have one do.
void measure(const Car& car, CarScore& out) {
  const Tally& t = car.total;
  using enum SegmentKind;
  const auto mean = [&](Field field) { return t.sum_of(drive, field).mean(); };
  const auto share = [](std::uint64_t n, std::uint64_t of) {
    return of > 0 ? static_cast<double>(n) / static_cast<double>(of) : unknown;
  };
  const auto of_drives = [&](Field field) { return share(t.sum_of(drive, field).n, t.segment_count(drive)); };
  const auto set = [&](Metric metric, double value, double covered) {
    out.metrics[static_cast<std::size_t>(metric)].value = value;
    out.metrics[static_cast<std::size_t>(metric)].share = covered;
  };
  set(Metric::efficiency, mean(Field::km_per_kwh), of_drives(Field::km_per_kwh));
  set(Metric::temperature, mean(Field::temp_mean), of_drives(Field::temp_mean));
  set(Metric::cells, mean(Field::cell_volt_diff), of_drives(Field::cell_volt_diff));
  set(Metric::driving, mean(Field::accel_std) + mean(Field::brake_std), share(t.habits, t.segment_count(drive)));
  set(Metric::charging, t.high_share.mean(), share(t.high_share.n, t.charge_count()));
}

/// The indicators' scores at an age and with a class's bounds; unknown where there is no value.
PerMetric<double> scores_at(const CarScore& of, double age_years, EfficiencyBounds bounds) {
  const auto value = [&](Metric metric) { return of.metrics[static_cast<std::size_t>(metric)].value; };
  const auto if_known = [](double measured, double score) { return is_known(measured) ? score : unknown; };
  return {if_known(value(Metric::efficiency), efficiency_score(value(Metric::efficiency), bounds, age_years)),
          if_known(value(Metric::temperature), temperature_score(value(Metric::temperature))),
          if_known(value(Metric::cells), cell_score(value(Metric::cells))),
          if_known(value(Metric::driving), driving_score(value(Metric::driving), 0.0)),
          if_known(value(Metric::charging), charging_score(value(Metric::charging)))};
}

PublishedScore published_score(const PerMetric<double>& known, double age_years) {
  PublishedScore out;
  for (std::size_t m = 0; m < metric_count; ++m) {
    const auto metric = static_cast<Metric>(m);
    const double instead = metric == Metric::driving || metric == Metric::charging ? published_default : 0.0;
    out.scores[m] = is_known(known[m]) ? known[m] : instead;
    out.weighted += metric_rules()[m].weight * out.scores[m];
  }
  out.penalty = is_known(age_years) ? age_penalty(age_years) : 0.0;
  out.score = round_score(std::clamp(out.weighted / weight_sum - out.penalty, 0.0, published_cap));
  out.grade = grade_of(out.score);
  return out;
}

/// @param least_penalty, most_penalty  what age may take
CorrectedScore corrected_score(const PerMetric<double>& known, double penalty, double least_penalty,
                               double most_penalty) {
  CorrectedScore out;
  double weight = 0.0, points = 0.0, least = 0.0, most = 0.0;
  for (std::size_t m = 0; m < metric_count; ++m) {
    const MetricRule& rule = metric_rules()[m];
    const bool there = is_known(known[m]);
    weight += there ? rule.weight : 0.0;
    points += there ? rule.weight * known[m] : 0.0;
    least += rule.weight * (there ? known[m] : rule.least);
    most += rule.weight * (there ? known[m] : 100.0);
  }
  out.completeness = weight / weight_sum;
  out.penalty = penalty;
  out.low = round_score(std::max(0.0, least / weight_sum - most_penalty));
  out.high = round_score(std::max(0.0, most / weight_sum - least_penalty));
  out.grade_low = grade_of(out.low);
  out.grade_high = grade_of(out.high);
  out.contribution.fill(unknown);
  out.loss.fill(unknown);
  if (weight == 0.0) return out;

  // What is missing has scores of its own below which it can not be, so the mean of the rest may be too low.
  const double mean = points / weight, lowest = std::max(0.0, least / weight_sum - penalty);
  const bool is_lifted = mean - penalty < lowest;
  out.score = round_score(is_lifted ? lowest : mean - penalty);
  if (out.completeness >= least_completeness - 1e-9) out.grade = grade_of(out.score);
  for (std::size_t m = 0; m < metric_count; ++m) {
    if (!is_known(known[m])) continue;
    out.contribution[m] = metric_rules()[m].weight * known[m] / weight;
    out.loss[m] = metric_rules()[m].weight * (100.0 - known[m]) / weight;
  }
  // The penalty has one decimal, so what adds up to the score and the penalty adds up to the score.
  const double shown = rounded_tenth(out.score);
  const double before_age = is_lifted ? rounded_tenth(mean) : shown + penalty;
  out.floor = std::max(0.0, rounded_tenth(shown - before_age + penalty));
  out.contribution = rounded_parts(out.contribution, before_age);
  out.loss = rounded_parts(out.loss, 100.0 - before_age);
  return out;
}

/// Bounds over every age that the car may have: the penalty grows with it, and so does what efficiency is forgiven,
/// both in straight pieces, so that the extremes lie at their ends.
/// @param of_class  the bounds of the car's class, or those of all classes where nobody knows which it is in
/// @param scores  by age and bounds
template <class Scores>
void widen_bounds(CorrectedScore& out, std::span<const EfficiencyBounds> of_class, const Scores& scores,
                  double least_age, double most_age) {
  constexpr double longest = 40.0;
  const double from = is_known(least_age) ? least_age : 0.0, to = is_known(most_age) ? most_age : longest;
  const auto widen = [&](double age) {
    const double penalty = age_penalty(age);
    for (const EfficiencyBounds& bounds : of_class) {
      const CorrectedScore at = corrected_score(scores(age, bounds), penalty, penalty, penalty);
      out.low = std::min(out.low, at.low);
      out.high = std::max(out.high, at.high);
    }
  };
  widen(from);
  for (const double bend : age_bends) widen(std::clamp(bend, from, std::max(from, to)));
  widen(std::max(from, to));
  out.grade_low = grade_of(out.low);
  out.grade_high = grade_of(out.high);
}

std::string_view availability_of(const CarScore& score) {
  if (!is_known(score.metrics[0].value)) return "empty";
  return score.car->total.charge_count() > 100 ? "plenty" : "normal";
}

}  // namespace

PerMetric<double> rounded_parts(const PerMetric<double>& parts, double total) {
  PerMetric<double> out = parts;
  PerMetric<double> missing{};
  long rest = std::lround(10.0 * total);
  for (std::size_t m = 0; m < metric_count; ++m) {
    if (!is_known(parts[m])) continue;
    const double tenths = std::floor(10.0 * parts[m]);
    missing[m] = 10.0 * parts[m] - tenths;
    out[m] = tenths / 10.0;
    rest -= static_cast<long>(tenths);
  }
  // Tenths that are left go, one each, to those that lost most by rounding down.
  for (; rest > 0; --rest) {
    std::size_t best = metric_count;
    for (std::size_t m = 0; m < metric_count; ++m) {
      if (is_known(parts[m]) && (best == metric_count || missing[m] > missing[best])) best = m;
    }
    if (best == metric_count) break;
    out[best] = std::round(10.0 * out[best] + 1.0) / 10.0;
    missing[best] = -1.0;
  }
  return out;
}

CarScore score_car(const Car& car, const CarTypes& types, const market::Calendar& calendar, TimeNs as_of_ns) {
  CarScore out;
  out.car = &car;
  out.type = types.find_type(car.type, car.model_year);
  double least_age = 0.0, most_age = unknown;
  if (car.given) {
    out.age_years = least_age = most_age = car.given->age_years;
    out.published_age_years = car.given->published_age_years;
  } else {
    const TimeNs last_ns = car.has_records() ? car.last_ns : TimeNs{0};
    const bool month_known = car.model_month != 0;
    out.age_years = age_at(car, calendar, last_ns, month_known ? car.model_month : 7);
    out.published_age_years = age_at(car, calendar, as_of_ns, month_known ? car.model_month : 1);
    least_age = age_at(car, calendar, last_ns, month_known ? car.model_month : 12);
    most_age = age_at(car, calendar, last_ns, month_known ? car.model_month : 1);
  }

  PerMetric<double> known{}, published{};
  if (car.given) {
    for (std::size_t m = 0; m < metric_count; ++m) out.metrics[m].value = car.given->values[m];
    known = published = car.given->scores;
    published[static_cast<std::size_t>(Metric::efficiency)] = car.given->published_efficiency;
  } else {
    measure(car, out);
    known = scores_at(out, out.age_years, out.type.bounds);
    published = scores_at(out, out.published_age_years, out.type.bounds);
  }
  for (std::size_t m = 0; m < metric_count; ++m) out.metrics[m].score = known[m];
  out.published = published_score(published, out.published_age_years);
  const bool age_known = is_known(out.age_years);
  out.corrected = corrected_score(known, age_known ? age_penalty(out.age_years) : 0.0,
                                  is_known(least_age) ? age_penalty(least_age) : 0.0,
                                  is_known(most_age) ? age_penalty(most_age) : most_age_penalty);
  const bool is_of_any_class = !out.type.known && is_known(out.metrics[0].value);
  std::vector<EfficiencyBounds> of_class{out.type.bounds};
  if (is_of_any_class)
    for (const ClassRule& rule : class_rules()) of_class.push_back(rule.bounds);
  // A results file gives scores; only its efficiency can be scored again.
  const auto scores_of = [&](double age, EfficiencyBounds bounds) {
    PerMetric<double> scores = scores_at(out, age, bounds);
    for (std::size_t m = 1; car.given && m < metric_count; ++m) scores[m] = known[m];
    return scores;
  };
  if (is_of_any_class || (!car.given && least_age != most_age))
    widen_bounds(out.corrected, of_class, scores_of, least_age, most_age);
  out.availability = availability_of(out);
  if (!car.has_records()) return out;
  const auto day_of = [&](TimeNs t) { return market::days_since_epoch(calendar.local_date(t)); };
  out.collection_days = static_cast<double>(day_of(car.last_ns) - day_of(car.first_ns) + 1);
  out.covered_days = static_cast<double>(car.days.size()) / out.collection_days;
  if (car.total.charge_count() > 0 && day_of(as_of_ns) >= day_of(car.last_charge_ns))
    out.last_charge_days = static_cast<double>(day_of(as_of_ns) - day_of(car.last_charge_ns));
  return out;
}

}  // namespace evtwin::score
