#include "score/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "kernel/csv_cell.hpp"
#include "kernel/text.hpp"
#include "score/words.hpp"

namespace evtwin::score {
namespace {

using analysis::Language;
using analysis::number_or_null;
using analysis::number_text;
using Json = nlohmann::ordered_json;

std::string shown(std::string_view text) { return kernel::make_printable(text, 60); }

/// "80.87 B", "71.20 B (58.10 to 82.40)", "- (21.33 to 98.00)"
std::string corrected_text(const CorrectedScore& of) {
  std::string text = is_known(of.score) ? fmt::format("{:.2f} {}", of.score, grade_text(of.grade)) : "-";
  if (of.is_partial()) text += fmt::format(" ({:.2f} - {:.2f})", of.low, of.high);
  return text;
}

Json counts_json(const Counts& counts) {
  Json json = Json::object();
  for (const auto& [what, count] : counts) json[what] = count;
  return json;
}

Json grades_json(const std::array<std::size_t, 5>& grades) {
  Json json;
  for (std::size_t g = 0; g < grades.size(); ++g) {
    const auto grade = static_cast<Grade>(g);
    json[grade == Grade::none ? "none" : std::string(grade_text(grade))] = grades[g];
  }
  return json;
}

Json spread_json(const Spread& of) {
  return {{"n", of.n},
          {"mean", number_or_null(of.mean)},
          {"least", number_or_null(of.least)},
          {"lower_quartile", number_or_null(of.lower)},
          {"median", number_or_null(of.median)},
          {"upper_quartile", number_or_null(of.upper)},
          {"most", number_or_null(of.most)},
          {"reliability", reliability_of(of.n)}};
}

Json metric_json(const CarScore& of, std::size_t m) {
  const MetricScore& metric = of.metrics[m];
  return {{"value", number_or_null(metric.value)},
          {"score", number_or_null(metric.score)},
          {"published_score", number_or_null(of.published.scores[m])},
          {"contribution", number_or_null(of.corrected.contribution[m])},
          {"loss", number_or_null(of.corrected.loss[m])},
          {"percentile_fleet", number_or_null(metric.of_fleet)},
          {"percentile_class", number_or_null(metric.of_class)},
          {"segments_with_value", number_or_null(metric.share)}};
}

Json grade_json(Grade grade) { return grade == Grade::none ? Json() : Json(grade_text(grade)); }

Json car_json(const CarScore& of, const market::Calendar& calendar) {
  const Car& car = *of.car;
  const auto date = [&](TimeNs t) {
    return car.has_records() ? Json(market::format_date(calendar.local_date(t))) : Json();
  };
  Json json{{"car_id", car.id},
            {"car_type", car.type.empty() ? Json() : Json(car.type)},
            {"class", name_of(of.type.of)},
            {"class_known", of.type.known},
            {"model_year", car.model_year != 0 ? Json(car.model_year) : Json()},
            {"model_month", car.model_month != 0 ? Json(car.model_month) : Json()},
            {"age_years", number_or_null(of.age_years)},
            {"published_age_years", number_or_null(of.published_age_years)},
            {"first_date", date(car.first_ns)},
            {"last_date", date(car.last_ns)},
            {"collection_days", number_or_null(of.collection_days)},
            {"covered_days", number_or_null(of.covered_days)},
            {"last_charge_days_ago", number_or_null(of.last_charge_days)},
            {"availability", of.availability}};
  json["published"] = {{"weighted", of.published.weighted},
                       {"age_penalty", of.published.penalty},
                       {"score", of.published.score},
                       {"grade", grade_json(of.published.grade)}};
  const CorrectedScore& c = of.corrected;
  json["corrected"] = {{"score", number_or_null(c.score)},
                       {"grade", grade_json(c.grade)},
                       {"low", c.low},
                       {"high", c.high},
                       {"grade_low", grade_json(c.grade_low)},
                       {"grade_high", grade_json(c.grade_high)},
                       {"completeness", c.completeness},
                       {"age_penalty", c.penalty},
                       {"floor", c.floor}};
  for (std::size_t m = 0; m < metric_count; ++m)
    json["metrics"][std::string(metric_rules()[m].key)] = metric_json(of, m);
  json["known_in_part"] = Json::array();
  for (std::size_t m = 0; m < metric_count; ++m)
    if (is_known_in_part(of.metrics[m])) json["known_in_part"].push_back(metric_rules()[m].key);
  for (std::size_t k = 0; k < kind_count; ++k)
    json["segments"][std::string(name_of(static_cast<SegmentKind>(k)))] = car.total.segments[k];
  return json;
}

analysis::TextTable group_table(const Fleet& fleet, bool korean) {
  analysis::TextTable table(korean ? std::vector<std::string>{"구분", "차량", "A", "B", "C", "D", "등급 없음", "평균",
                                                              "중앙값", "사분위", "공표식 평균", "신뢰도"}
                                   : std::vector<std::string>{"group", "cars", "A", "B", "C", "D", "no grade", "mean",
                                                              "median", "quartiles", "published mean", "reliability"});
  for (const GroupStatistics& group : fleet.groups) {
    std::vector<std::string> cells{shown(group_title(group.name, korean)), std::to_string(group.cars)};
    for (const std::size_t count : group.grades) cells.push_back(std::to_string(count));
    cells.push_back(number_text(group.corrected.mean, 2));
    cells.push_back(number_text(group.corrected.median, 2));
    cells.push_back(group.corrected.n > 0 ? fmt::format("{:.1f} - {:.1f}", group.corrected.lower, group.corrected.upper)
                                          : "-");
    cells.push_back(number_text(group.published.mean, 2));
    cells.push_back(fmt::format("{} (n = {})", reliability_title(group.corrected.n, korean), group.corrected.n));
    table.add_row(std::move(cells));
  }
  return table;
}

analysis::TextTable car_table(const Fleet& fleet, bool korean, std::size_t rows) {
  std::vector<std::string> heads = korean ? std::vector<std::string>{"차량", "차종", "차급", "차령"}
                                          : std::vector<std::string>{"car", "type", "class", "age"};
  for (const MetricRule& rule : metric_rules()) heads.emplace_back(korean ? rule.title_ko : rule.title);
  for (const std::string_view head : korean ? std::array{"차령 감점", "공표식", "수정식", "완성도"}
                                            : std::array{"age penalty", "published", "corrected", "complete"})
    heads.emplace_back(head);
  analysis::TextTable table(std::move(heads));
  for (std::size_t i = 0; i < std::min(rows, fleet.scores.size()); ++i) {
    const CarScore& of = fleet.scores[i];
    std::vector<std::string> cells{shown(of.car->id), of.car->type.empty() ? "-" : shown(of.car->type),
                                   class_title(of.type.of, korean), number_text(of.age_years, 1)};
    for (const MetricScore& metric : of.metrics) cells.push_back(number_text(metric.score, 1));
    cells.push_back(number_text(of.corrected.penalty, 1));
    cells.push_back(fmt::format("{:.2f} {}", of.published.score, grade_text(of.published.grade)));
    cells.push_back(corrected_text(of.corrected));
    cells.push_back(fmt::format("{:.0f} %", 100.0 * of.corrected.completeness));
    table.add_row(std::move(cells));
  }
  return table;
}

}  // namespace

std::string fleet_text(const Fleet& fleet, Language language, std::size_t rows) {
  const bool korean = language == Language::korean;
  std::string text = volume_text(fleet, korean) + "\n\n";
  if (!fleet.scores.empty()) {
    text += car_table(fleet, korean, rows).to_text();
    if (fleet.scores.size() > rows)
      text += fmt::format(fmt::runtime(korean ? "... 외 {}대: --rows, --out 또는 --page\n"
                                              : "... and {} more cars: --rows, --out or --page\n"),
                          fleet.scores.size() - rows);
    text += "\n" + group_table(fleet, korean).to_text();
  }
  const std::vector<std::string> sentences = list_remarks(fleet, language);
  if (!sentences.empty()) text += "\n";
  for (const std::string& sentence : sentences) text += sentence + "\n";
  return text;
}

Json fleet_json(const Fleet& fleet) {
  const Cars& cars = *fleet.cars;
  const market::Calendar& calendar = cars.calendar;
  Json json;
  json["as_of"] = fleet.as_of_ns != 0 ? Json(market::format_date(calendar.local_date(fleet.as_of_ns))) : Json();
  json["timezone"] = calendar.zone_name();
  json["data"] = {{"files", cars.files},
                  {"bytes", cars.bytes},
                  {"rows", cars.rows},
                  {"cars", cars.cars.size()},
                  {"fields", cars.fields.size()},
                  {"last_record", cars.last_ns != 0 ? Json(calendar.format_iso(cars.last_ns)) : Json()},
                  {"repeated_segments", cars.repeated},
                  {"united_rows", cars.united},
                  {"contradicted_values", cars.contradicted},
                  {"overwritten_values", cars.overwritten},
                  {"rows_left_out", counts_json(cars.left_out)},
                  {"implausible", counts_json(cars.implausible)},
                  {"not_numbers", counts_json(cars.unreadable)}};
  json["bounds_cover"] = {"indicators that are missing", "age where year or month of the model are not known",
                          "class where no class names the type"};
  json["broken_files"] = Json::array();
  for (const BrokenFile& broken : cars.broken)
    json["broken_files"].push_back({{"file", broken.file}, {"why", broken.why}});
  json["unknown_types"] = Json::object();
  for (const auto& [type, count] : fleet.unknown_types) json["unknown_types"][type] = count;
  json["groups"] = Json::array();
  for (const GroupStatistics& group : fleet.groups) {
    Json of{{"name", group.name},
            {"cars", group.cars},
            {"grades", grades_json(group.grades)},
            {"published_grades", grades_json(group.published_grades)},
            {"corrected", spread_json(group.corrected)},
            {"published", spread_json(group.published)}};
    for (std::size_t m = 0; m < metric_count; ++m)
      of["metrics"][std::string(metric_rules()[m].key)] = spread_json(group.metrics[m]);
    json["groups"].push_back(std::move(of));
  }
  json["cars"] = Json::array();
  for (const CarScore& of : fleet.scores) json["cars"].push_back(car_json(of, calendar));
  return json;
}

std::string scores_csv(const Fleet& fleet) {
  const market::Calendar& calendar = fleet.cars->calendar;
  const auto number = [](double value) { return is_known(value) ? fmt::format("{}", value) : std::string(); };
  const auto count = [](int value) { return value != 0 ? std::to_string(value) : std::string(); };
  std::string out =
      "car_id,car_type,vehicle_type,age_years,model_year,model_month,age_string,first_date,last_date,"
      "collection_period,efficiency,efficiency_score,avg_temperature,temperature_score,cell_imbalance,"
      "cell_imbalance_score,driving_habit_score,charging_count,avg_charging_amount,charging_pattern_score,"
      "weighted_avg,age_penalty,final_score,grade,corrected_score,corrected_grade,score_low,score_high,completeness,"
      "covered_days,last_charge_days_ago,availability,drive_segments,slow_charge_segments,fast_charge_segments,"
      "parking_segments,corrected_age_years,corrected_efficiency_score\n";
  for (const CarScore& of : fleet.scores) {
    const Car& car = *of.car;
    const auto date = [&](TimeNs t) {
      return car.has_records() ? market::format_date(calendar.local_date(t)) : std::string();
    };
    Sum energy = car.total.sum_of(SegmentKind::slow_charge, Field::energy_kwh);
    energy.add_value(car.total.sum_of(SegmentKind::fast_charge, Field::energy_kwh));
    // The charges of a results file that is scored again are not known, and 0 would be a claim.
    const std::string charges = car.has_records() ? std::to_string(car.total.charge_count()) : std::string();
    std::vector<std::string> cells{
        kernel::csv_cell(car.id),           kernel::csv_cell(car.type), std::string(name_of(of.type.of)),
        number(of.published_age_years),     count(car.model_year),      count(car.model_month),
        age_string(of.published_age_years), date(car.first_ns),         date(car.last_ns),
        number(of.collection_days)};
    for (std::size_t m = 0; m < metric_count; ++m) {
      const auto metric = static_cast<Metric>(m);
      if (metric == Metric::charging) {
        cells.push_back(charges);
        cells.push_back(number(energy.mean()));
      } else if (metric != Metric::driving) {
        cells.push_back(number(of.metrics[m].value));
      }
      // Published columns belong together; what is missing is empty, and counts in weighted_avg as published.
      cells.push_back(is_known(of.metrics[m].score) ? number(of.published.scores[m]) : std::string());
    }
    const CorrectedScore& c = of.corrected;
    for (const std::string& cell :
         {number(of.published.weighted), number(of.published.penalty), number(of.published.score),
          std::string(grade_text(of.published.grade)), number(c.score),
          c.grade == Grade::none ? std::string() : std::string(grade_text(c.grade)), number(c.low), number(c.high),
          number(c.completeness), number(of.covered_days), number(of.last_charge_days), std::string(of.availability)})
      cells.push_back(cell);
    for (const std::uint64_t segments : car.total.segments)
      cells.push_back(car.has_records() ? std::to_string(segments) : std::string());
    cells.push_back(number(of.age_years));
    cells.push_back(number(of.metrics[static_cast<std::size_t>(Metric::efficiency)].score));
    for (std::size_t i = 0; i < cells.size(); ++i) out += (i > 0 ? "," : "") + cells[i];
    out += '\n';
  }
  return out;
}

}  // namespace evtwin::score
