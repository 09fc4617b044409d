#include "viewer/model/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "kernel/text.hpp"

namespace evtwin::viewer::model {
namespace {

using nlohmann::json;

constexpr PerIndicator<const char*> indicator_keys{"efficiency", "temperature", "cells", "driving", "charging"};
constexpr std::array<const char*, grades> grade_keys{"A", "B", "C", "D", "none"};
constexpr std::array<const char*, 4> segment_keys{"drive", "slow_charge", "fast_charge", "parking"};

double number_of(const json& object, const char* key) {
  const json& value = object.at(key);
  return value.is_number() ? value.get<double>() : kernel::unknown;
}

std::string text_of(const json& object, const char* key) {
  const json& value = object.at(key);
  return value.is_string() ? kernel::make_printable(value.get<std::string>()) : std::string();
}

std::size_t total_of(const json& counts) {
  std::size_t sum = 0;
  for (const auto& [what, count] : counts.items()) sum += count.get<std::size_t>();
  return sum;
}

ScoreSpread spread_of(const json& object) {
  ScoreSpread of;
  of.n = object.at("n");
  of.least = number_of(object, "least");
  of.lower = number_of(object, "lower_quartile");
  of.median = number_of(object, "median");
  of.upper = number_of(object, "upper_quartile");
  of.most = number_of(object, "most");
  of.mean = number_of(object, "mean");
  of.reliability = text_of(object, "reliability");
  return of;
}

FleetGroup group_of(const json& object) {
  FleetGroup group;
  group.name = text_of(object, "name");
  group.cars = object.at("cars");
  for (std::size_t g = 0; g < grades; ++g) group.by_grade[g] = object.at("grades").at(grade_keys[g]);
  group.corrected = spread_of(object.at("corrected"));
  group.published = spread_of(object.at("published"));
  for (std::size_t i = 0; i < indicators; ++i)
    group.of_indicator[i] = spread_of(object.at("metrics").at(indicator_keys[i]));
  return group;
}

IndicatorScore indicator_of(const json& object) {
  IndicatorScore of;
  of.value = number_of(object, "value");
  of.score = number_of(object, "score");
  of.published = number_of(object, "published_score");
  of.points = number_of(object, "contribution");
  of.lost = number_of(object, "loss");
  of.of_fleet = number_of(object, "percentile_fleet");
  of.of_class = number_of(object, "percentile_class");
  return of;
}

FleetCar car_of(const json& object) {
  FleetCar car;
  car.id = text_of(object, "car_id");
  car.type = text_of(object, "car_type");
  car.of_class = text_of(object, "class");
  car.age_years = number_of(object, "age_years");
  if (object.at("model_year").is_number()) car.model_year = object.at("model_year");
  car.first_date = text_of(object, "first_date");
  car.last_date = text_of(object, "last_date");
  car.collection_days = number_of(object, "collection_days");
  car.covered = number_of(object, "covered_days");
  car.last_charge_days = number_of(object, "last_charge_days_ago");

  const json& published = object.at("published");
  car.published_score = number_of(published, "score");
  car.published_penalty = number_of(published, "age_penalty");
  car.published_grade = text_of(published, "grade");
  const json& corrected = object.at("corrected");
  car.score = number_of(corrected, "score");
  car.grade = text_of(corrected, "grade");
  car.low = number_of(corrected, "low");
  car.high = number_of(corrected, "high");
  car.grade_low = text_of(corrected, "grade_low");
  car.grade_high = text_of(corrected, "grade_high");
  car.completeness = number_of(corrected, "completeness");
  car.penalty = number_of(corrected, "age_penalty");
  car.floor = number_of(corrected, "floor");

  for (std::size_t i = 0; i < indicators; ++i)
    car.metrics[i] = indicator_of(object.at("metrics").at(indicator_keys[i]));
  for (std::size_t k = 0; k < segment_keys.size(); ++k) car.segments[k] = object.at("segments").at(segment_keys[k]);
  return car;
}

}  // namespace

std::vector<std::uint32_t> members_of(const Fleet& fleet, std::string_view group) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < fleet.cars.size(); ++row)
    if (is_member(fleet.cars[row], group)) rows.push_back(row);
  // A score without a grade rests on too little to lead a list.
  const auto rank = [&](std::uint32_t row) {
    const FleetCar& car = fleet.cars[row];
    return std::isnan(car.score) ? 2 : car.grade.empty() ? 1 : 0;
  };
  std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return rank(a) < 2 && fleet.cars[a].score > fleet.cars[b].score;
  });
  return rows;
}

bool is_member(const FleetCar& car, std::string_view group) {
  if (group == "all") return true;
  if (group.starts_with("class ")) return group.substr(6) == car.of_class;
  const std::string_view type = car.type.empty() ? std::string_view("-") : std::string_view(car.type);
  return group.starts_with("type ") && group.substr(5) == type;
}

Fleet read_fleet(const std::string& document) {
  try {
    const json answer = json::parse(document);
    Fleet fleet;
    fleet.as_of = text_of(answer, "as_of");
    fleet.timezone = text_of(answer, "timezone");
    const json& data = answer.at("data");
    fleet.files = data.at("files");
    fleet.rows = data.at("rows");
    fleet.bytes = data.at("bytes");
    fleet.fields = data.at("fields");
    fleet.last_record = text_of(data, "last_record");
    fleet.implausible = total_of(data.at("implausible"));
    fleet.not_numbers = total_of(data.at("not_numbers"));
    fleet.left_out = total_of(data.at("rows_left_out"));
    fleet.repeated = data.at("repeated_segments");
    for (const auto& [type, count] : answer.at("unknown_types").items())
      fleet.unknown_types.push_back(
          fmt::format("{} ({})", type.empty() ? "-" : kernel::make_printable(type, 60), count.get<std::size_t>()));
    for (const json& broken : answer.at("broken_files")) fleet.broken.push_back(text_of(broken, "why"));
    for (const json& car : answer.at("cars")) fleet.cars.push_back(car_of(car));
    for (const json& group : answer.at("groups")) fleet.groups.push_back(group_of(group));
    for (FleetGroup& group : fleet.groups) group.members = members_of(fleet, group.name);
    // A group without cars is of no use to a page of cars.
    std::erase_if(fleet.groups, [](const FleetGroup& group) { return group.members.empty(); });
    if (fleet.cars.empty() || fleet.groups.empty())
      throw std::runtime_error(fleet.broken.empty() ? "there is no car in it" : fleet.broken.front());
    return fleet;
  } catch (const json::exception&) {
    throw std::runtime_error("no battery scores as evtwin score --json writes them");
  }
}

}  // namespace evtwin::viewer::model
