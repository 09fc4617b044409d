#include "report/forecasts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "kernel/text.hpp"
#include "record/foreseen.hpp"

namespace evtwin::report {
namespace {

using kernel::TimeNs;
using record::Statement;

constexpr std::size_t most_forecast_points = 1'500;  // of a line over the whole time

/// A quantity of `foreseen`, as a page calls it.
struct Quantity {
  std::string_view name;
  std::string_view rule_of;  ///< its row of the table `forecast`
  std::string_view signal;   ///< its kind in the table `signal`; empty: it is counted in sessions
  const char *en, *ko, *unit;
};
constexpr std::array<Quantity, 5> quantities{{
    {"pv", "pv", "pv_kw", "PV power", "태양광 출력", "kW"},
    {"load", "load", "load_kw", "building load", "건물 부하", "kW"},
    {"arrivals", "arrivals", "", "arrivals", "도착 차량", "1/h"},
    {"arrivals_kwh", "arrivals", "", "energy that arrivals ask for", "도착 차량의 요청 에너지", "kWh/h"},
    {"price", "price", "buy_price", "price of energy", "전력 구매 가격", ""},
}};

/// What came, as it was recorded: mean of a signal, or what arrivals add up to in an hour.
class Came {
 public:
  Came(RunReader& reader, std::size_t site, const Quantity& quantity) : end_ns_(reader.run.summary.end_ns) {
    const auto id = static_cast<std::int64_t>(site) + 1;
    is_count_ = quantity.signal.empty();
    Statement rows(reader.database,
                   is_count_
                       ? (quantity.name == "arrivals"
                              ? "SELECT arrived_ns, 1.0 FROM session WHERE site = ?1 ORDER BY arrived_ns"
                              : "SELECT arrived_ns, requested_kwh FROM session WHERE site = ?1 ORDER BY arrived_ns")
                       : "SELECT start_ns, value FROM signal WHERE site = ?1 AND kind = ?2 ORDER BY start_ns, id");
    rows.bind_value(1, id);
    if (!is_count_) rows.bind_value(2, quantity.signal);
    begin_ns_ = reader.run.summary.start_ns;
    while (rows.next_row()) {
      at_ns_.push_back(rows.column_integer(0));
      values_.push_back(rows.column_real(1));
    }
  }

  double operator()(TimeNs from_ns, TimeNs to_ns) const {
    if (from_ns < begin_ns_ || to_ns > end_ns_) return unknown;
    const auto first = [&](TimeNs t) {
      return static_cast<std::size_t>(std::lower_bound(at_ns_.begin(), at_ns_.end(), t) - at_ns_.begin());
    };
    double sum = 0.0;
    if (is_count_) {
      for (std::size_t i = first(from_ns); i < at_ns_.size() && at_ns_[i] < to_ns; ++i) sum += values_[i];
      return sum / hours(from_ns, to_ns);
    }
    std::size_t i = first(from_ns + 1);  // the piece after the one in force
    if (i == 0) return unknown;
    for (TimeNs t = from_ns; t < to_ns; ++i) {
      const TimeNs until_ns = i < at_ns_.size() ? std::min(at_ns_[i], to_ns) : to_ns;
      sum += values_[i - 1] * hours(t, until_ns);
      t = until_ns;
    }
    return sum / hours(from_ns, to_ns);
  }

 private:
  static double hours(TimeNs from_ns, TimeNs to_ns) { return kernel::hours_between(from_ns, to_ns); }

  TimeNs begin_ns_ = 0, end_ns_ = 0;
  bool is_count_ = false;
  std::vector<TimeNs> at_ns_;
  std::vector<double> values_;
};

/// Counts are of a step; a page shows them by the hour.
void count_by_the_hour(record::Foreseen& row) {
  for (auto* values : {&row.mean, &row.low, &row.high}) {
    for (std::size_t k = 0; k < values->size(); ++k)
      (*values)[k] /= kernel::hours_between(row.start_of(k), row.end_of(k));
  }
}

/// Who foresaw it, in words; of a rule that is told the truth, that it is.
Text rule_text(const Forecast& forecast) {
  if (forecast.rule == "perfect") return {"given: the truth; not predicted", "주어진 값(실제, 예측 아님)"};
  if (forecast.rule == "yesterday") return {"the day before", "전날 값"};
  if (forecast.rule == "noisy") return {"the truth with an error of a given size", "주어진 오차를 더한 실제 값"};
  return same_text(forecast.rule);
}

std::string unit_of(const Report& report, const Quantity& quantity) {
  return quantity.unit[0] != '\0' ? quantity.unit : report.runs.front().summary.currency + "/kWh";
}

const Quantity& quantity_of(const Forecast& forecast) {
  return *std::find_if(quantities.begin(), quantities.end(),
                       [&](const Quantity& quantity) { return quantity.name == forecast.quantity; });
}

/// "lp, Hall: PV power", as far as there are several.
Text name_of_forecast(const Report& report, std::size_t run, const Forecast& forecast) {
  const Quantity& quantity = quantity_of(forecast);
  std::string before = report.runs.size() > 1 ? report.names[run] : "";
  if (report.runs[run].sites.size() > 1)
    before += (before.empty() ? "" : ", ") + report.runs[run].sites[forecast.site].name;
  if (!before.empty()) before += ": ";
  return {before + quantity.en, before + quantity.ko};
}

Figure forecast_figure(const Report& report, std::size_t run, const Forecast& forecast) {
  const std::int64_t span_s = report.runs[run].span_s;
  Figure figure;
  figure.id = fmt::format("forecast-{}{}{}", forecast.quantity,
                          report.runs[run].sites.size() > 1 ? fmt::format("-{}", forecast.site + 1) : "",
                          report.runs.size() > 1 ? fmt::format("-run{}", run + 1) : "");
  const Text name = name_of_forecast(report, run, forecast);
  figure.title = {name.en + ": as foreseen, over what came", name.ko + ": 예측과 실제"};
  figure.unit = unit_of(report, quantity_of(forecast));
  figure.decimals = figure.unit == "kW" ? 1 : 2;
  figure.tall = false;

  Series foreseen, came;
  foreseen.name = {"foreseen at the start of the day", "하루가 시작될 때의 예측"};
  came.name = {"came", "실제"};
  foreseen.colour = 1, foreseen.dashed = true;
  const auto second = [&](TimeNs t) { return kernel::floor_divide(t, kernel::second_ns) - report.runs[run].start_s; };
  for (const analysis::ForeseenStep& step : forecast.over_time.steps) {
    const std::int64_t from = second(step.start_ns), to = second(step.end_ns);
    foreseen.samples.push_back({from, to, step.foreseen, step.low, step.high});
    came.samples.push_back({from, to, step.came, unknown, unknown});
  }
  foreseen.samples = thin_out(foreseen.samples, span_s, most_forecast_points);
  came.samples = thin_out(came.samples, span_s, most_forecast_points);
  figure.series.push_back(std::move(foreseen));
  figure.series.push_back(std::move(came));
  const bool has_band = forecast.over_time.errors.with_band > 0;
  const Text rule = rule_text(forecast);
  figure.note = {
      fmt::format("Foreseen by: {}. Each day as the strategy was shown it at its first decision of that day{}.",
                  rule.en, has_band ? "; the band reaches from the 10 to the 90 % quantile" : ""),
      fmt::format("예측: {}. 각 날은 그날 첫 결정 때 전략이 본 값입니다{}.", rule.ko,
                  has_band ? "; 띠는 10~90 % 분위수입니다" : "")};
  return figure;
}

}  // namespace

void read_forecasts(RunReader& reader) {
  RunRecord& run = reader.run;
  std::map<std::pair<std::size_t, std::string>, std::vector<record::Foreseen>> rows;
  for (record::Foreseen& row : record::read_foreseen(reader.database)) {
    if (row.site >= run.sites.size())
      record::refuse_file(run.file, "malformed: a forecast is of a site that is not there");
    rows[{row.site, row.quantity}].push_back(std::move(row));
  }

  for (std::size_t site = 0; site < run.sites.size(); ++site) {
    for (const Quantity& quantity : quantities) {
      const auto found = rows.find({site, std::string(quantity.name)});
      if (found == rows.end()) continue;
      std::vector<const record::Foreseen*> of_quantity;
      for (record::Foreseen& row : found->second) {
        if (quantity.signal.empty()) count_by_the_hour(row);
        of_quantity.push_back(&row);
      }

      Forecast forecast;
      forecast.site = site;
      forecast.quantity = quantity.name;
      Statement rule(
          reader.database,
          "SELECT CASE rule WHEN 'forecaster' THEN forecaster ELSE rule END FROM forecast WHERE site = ?1 AND "
          "quantity = ?2");
      rule.bind_value(1, static_cast<std::int64_t>(site) + 1);
      rule.bind_value(2, quantity.rule_of);
      if (rule.next_row()) forecast.rule = kernel::make_printable(rule.column_text(0));
      const auto day_of = [&run](TimeNs t) {
        const std::int64_t second = kernel::floor_divide(t, kernel::second_ns);
        return kernel::floor_divide(second + run.offset_at(second - run.start_s), std::int64_t{86'400});
      };
      forecast.over_time =
          analysis::forecast_over_time(of_quantity, run.summary.end_ns, day_of, Came(reader, site, quantity));
      run.forecasts.push_back(std::move(forecast));
    }
  }
}

void add_forecast_figures(std::vector<Figure>& figures, const Report& report, const std::vector<std::size_t>& rows) {
  Figure skill;
  skill.id = "forecast-skill";
  skill.title = {"Skill of forecasts by day", "일별 예측 기술점수"};
  skill.decimals = 2;
  skill.tall = false;
  skill.note = {
      "1 is perfect, 0 as good as the same time a day before, below 0 worse than that; "
      "days with more than twice its error stand at -1.",
      "1은 완벽, 0은 전날 같은 시각 값과 같은 수준, 0 미만은 그보다 못함. 오차가 그 두 배를 넘는 날은 -1로 그립니다."};
  std::size_t shown = 0;
  constexpr std::size_t most_shown = 12;
  for (const std::size_t run : rows) {
    for (const Forecast& forecast : report.runs[run].forecasts) {
      // Many sites would fill the page: the table has all.
      if (shown++ < most_shown) figures.push_back(forecast_figure(report, run, forecast));

      Series series;
      series.name = name_of_forecast(report, run, forecast);
      series.colour = static_cast<int>(skill.series.size() % 6);
      const auto second = [&](TimeNs t) {
        return kernel::floor_divide(t, kernel::second_ns) - report.runs[run].start_s;
      };
      for (const analysis::ForeseenDay& day : forecast.over_time.days) {
        if (std::isnan(day.errors.skill())) continue;
        series.samples.push_back(
            {second(day.first_ns), second(day.last_ns), std::max(day.errors.skill(), -1.0), unknown, unknown});
      }
      const bool given = forecast.rule == "perfect";
      if (!given && !series.samples.empty() && skill.series.size() < most_shown)
        skill.series.push_back(std::move(series));
    }
  }
  if (!skill.series.empty()) figures.push_back(std::move(skill));
}

Table forecasts_table(const Report& report) {
  Table table;
  table.id = "forecasts";
  table.title = {"Forecasts and what came", "예측과 실제"};
  table.heads = {{"quantity", "항목"},
                 {"foreseen by", "예측 방법"},
                 {"unit", "단위"},
                 {"steps", "구간 수"},
                 {"mean absolute error", "평균 절대 오차"},
                 {"within the 10-90 % band (%)", "10~90 % 띠 안 (%)"},
                 {"of steps with a band", "띠가 있는 구간"},
                 {"skill against the day before", "전날 대비 기술점수"},
                 {"of steps compared", "비교 구간"}};
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    for (const Forecast& forecast : report.runs[run].forecasts) {
      const analysis::ForecastErrors& errors = forecast.over_time.errors;
      Row row;
      row.head = name_of_forecast(report, run, forecast);
      row.cells = {cell_of_words(rule_text(forecast)),
                   cell_of_words(same_text(unit_of(report, quantity_of(forecast)))),
                   cell_of_number(static_cast<double>(errors.steps), 0),
                   cell_of_number(errors.mean_abs_error, 2),
                   cell_of_number(100.0 * errors.coverage(), 1),
                   cell_of_number(static_cast<double>(errors.with_band), 0),
                   forecast.rule == "perfect" ? cell_of_words({"given", "주어짐"}) : cell_of_number(errors.skill(), 2),
                   cell_of_number(static_cast<double>(errors.compared), 0)};
      table.rows.push_back(std::move(row));
    }
  }
  table.note = {
      "Each day as the strategy was shown it at its first decision of that day, the step that ran then left out. "
      "A band that is right holds 80 %. Skill is 1 - error / error of the same time a day before.",
      "각 날은 그날 첫 결정 때 전략이 본 값이며, 그때 진행 중이던 구간은 제외합니다. 옳은 띠는 80 %를 포함합니다. "
      "기술점수 = 1 - 오차 / 전날 같은 시각 값의 오차."};
  return table;
}

}  // namespace evtwin::report
