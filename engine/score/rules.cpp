#include "score/rules.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/static_checks.hpp"

namespace evtwin::score {

const PerMetric<MetricRule>& metric_rules() {
  static constexpr PerMetric<MetricRule> rules{
      MetricRule{"efficiency", "efficiency", "효율", "km/kWh", 0.30, 40.0, "mean km_per_kWh of drives",
                 "주행 구간 km_per_kWh의 평균",
                 "40 at the lower to 100 at the upper bound of the car's class; both less 0.143 km/kWh a year of age, "
                 "at most 0.8",
                 "차급 하한 40점에서 상한 100점까지 선형; 두 경계 모두 차령 1년당 0.143 km/kWh, 최대 0.8 완화"},
      MetricRule{"temperature", "temperature", "온도", "C", 0.15, 40.0, "mean temp_mean of drives",
                 "주행 구간 temp_mean의 평균", "100 - 2 x (T - 30), between 40 and 100; cold costs nothing",
                 "100 - 2 x (T - 30), 40~100점; 저온은 감점 없음"},
      MetricRule{"cells", "cell balance", "셀 밸런스", "V", 0.15, 40.0, "mean cell_volt_diff of drives",
                 "주행 구간 cell_volt_diff의 평균", "100 / (1 + exp((dV - 0.020) / 0.004)), at least 40",
                 "100 / (1 + exp((dV - 0.020) / 0.004)), 최저 40점"},
      MetricRule{"driving", "driving", "주행 습관", "m/s2", 0.15, 0.0,
                 "mean accel_std + mean brake_std of drives; one alone counts as missing",
                 "주행 구간 accel_std 평균 + brake_std 평균; 하나만 있으면 결측",
                 "100 - 20 x (accel_std + brake_std), between 0 and 100",
                 "100 - 20 x (accel_std + brake_std), 0~100점"},
      MetricRule{"charging", "charging", "충전 패턴", "", 0.15, 50.0,
                 "mean high_soc_frac of charges; of a charge without it, whether it began at 80 % or more",
                 "충전 구간 high_soc_frac의 평균; 없으면 80 % 이상에서 시작했는지",
                 "100 - 50 x share of charges begun at a high state of charge: never below 50",
                 "100 - 50 x 높은 SoC에서 시작한 충전의 비율: 50점 아래로 내려가지 않음"},
  };
  static_assert(
      [] {
        double sum = 0.0;
        for (const MetricRule& rule : rules) sum += rule.weight;
        return sum > weight_sum - 1e-12 && sum < weight_sum + 1e-12;
      }(),
      "the weights add up to weight_sum");
  static_assert(kernel::has_unique_keys(rules, &MetricRule::key));
  return rules;
}

double efficiency_relief(double age_years) {
  return is_known(age_years) ? std::clamp(0.143 * age_years, 0.0, 0.8) : 0.0;
}

double efficiency_score(double km_per_kwh, EfficiencyBounds bounds, double age_years) {
  const double low = bounds.low - efficiency_relief(age_years);
  return std::clamp(40.0 + 60.0 * (km_per_kwh - low) / (bounds.high - bounds.low), 40.0, 100.0);
}

double temperature_score(double mean_c) { return std::clamp(100.0 - 2.0 * (mean_c - 30.0), 40.0, 100.0); }

double cell_score(double spread_v) {
  return std::clamp(100.0 / (1.0 + std::exp((spread_v - 0.020) / 0.004)), 40.0, 100.0);
}

double driving_score(double accel_std, double brake_std) {
  return std::clamp(100.0 - 20.0 * (accel_std + brake_std), 0.0, 100.0);
}

double charging_score(double high_share) { return 100.0 - 50.0 * std::clamp(high_share, 0.0, 1.0); }

double age_penalty(double age_years) {
  const double years = std::max(age_years, 0.0);
  double points = 0.0;
  if (years <= 1.0) {
    points = 1.5 * years;
  } else if (years <= 3.0) {
    points = 1.5 + 1.2 * (years - 1.0);
  } else if (years <= 5.0) {
    points = 3.9 + 0.8 * (years - 3.0);
  } else {
    points = 5.5 + 0.4 * (years - 5.0);
  }
  return std::round(10.0 * std::min(points, most_age_penalty)) / 10.0;
}

double round_score(double score) { return std::round(100.0 * score) / 100.0; }

Grade grade_of(double score) {
  if (!is_known(score)) return Grade::none;
  const double shown = round_score(score);
  return shown >= 85.0 ? Grade::a : shown >= 70.0 ? Grade::b : shown >= 55.0 ? Grade::c : Grade::d;
}

std::string_view grade_text(Grade grade) {
  switch (grade) {
    case Grade::a:
      return "A";
    case Grade::b:
      return "B";
    case Grade::c:
      return "C";
    case Grade::d:
      return "D";
    case Grade::none:
      break;
  }
  return "-";
}

}  // namespace evtwin::score
