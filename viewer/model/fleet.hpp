// Battery scores of a fleet of cars, as `evtwin score --json` says them: figures are looked up here, never worked out.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/unknown.hpp"

namespace evtwin::viewer::model {

/// The five indicators of a score, in the order of the document.
enum class Indicator : std::uint8_t { efficiency, temperature, cells, driving, charging, count };
inline constexpr std::size_t indicators = static_cast<std::size_t>(Indicator::count);
template <class Value>
using PerIndicator = std::array<Value, indicators>;

/// Grades A, B, C, D and none.
inline constexpr std::size_t grades = 5;

/// Five figures of a distribution, 0..100; NaN where n is 0.
struct ScoreSpread {
  std::size_t n = 0;
  double least = kernel::unknown, lower = kernel::unknown, median = kernel::unknown, upper = kernel::unknown,
         most = kernel::unknown, mean = kernel::unknown;
  std::string reliability;  ///< "low", "medium", "high"
};

struct FleetGroup {
  std::string name;  ///< "all", "class small", "type KONA"
  std::size_t cars = 0;
  std::array<std::size_t, grades> by_grade{};  ///< of the corrected score
  ScoreSpread corrected, published;
  PerIndicator<ScoreSpread> of_indicator{};
  std::vector<std::uint32_t>
      members;  ///< rows of Fleet::cars, the best corrected score first, those without a grade last
};

/// Of a car's indicator; NaN: not known.
struct IndicatorScore {
  double value = kernel::unknown;  ///< in the indicator's own unit
  double score = kernel::unknown, published = kernel::unknown;
  double points = kernel::unknown, lost = kernel::unknown;  ///< of the corrected score; with age and floor they add up
  double of_fleet = kernel::unknown, of_class = kernel::unknown;  ///< percentiles
};

struct FleetCar {
  std::string id, type, of_class;
  double age_years = kernel::unknown;
  int model_year = 0;  ///< 0: not known
  std::string first_date, last_date;
  double collection_days = kernel::unknown, covered = kernel::unknown, last_charge_days = kernel::unknown;

  double published_score = kernel::unknown, published_penalty = 0.0;
  std::string published_grade;
  double score = kernel::unknown, low = kernel::unknown, high = kernel::unknown;
  std::string grade, grade_low, grade_high;  ///< empty: none
  double completeness = 0.0, penalty = 0.0, floor = 0.0;

  PerIndicator<IndicatorScore> metrics{};
  std::array<std::uint64_t, 4> segments{};  ///< drive, slow charge, fast charge, parking
  bool is_partial() const { return low != high; }
};

struct Fleet {
  std::string as_of, timezone, last_record;  ///< empty: not known
  std::size_t files = 0, bytes = 0, rows = 0, fields = 0;
  std::size_t implausible = 0, not_numbers = 0, left_out = 0, repeated = 0;  ///< values, values, rows, rows
  std::vector<std::string> broken;                                           ///< a line each
  std::vector<std::string> unknown_types;                                    ///< "Model 3 (1)"
  std::vector<FleetCar> cars;
  std::vector<FleetGroup> groups;  ///< all, classes, types
};

/// Whether a car is in a group, by the group's name.
bool is_member(const FleetCar& car, std::string_view group);

/// Rows of the cars in a group, in the order of FleetGroup::members.
std::vector<std::uint32_t> members_of(const Fleet& fleet, std::string_view group);

/// @throws std::runtime_error in one line for a text that is no such document
Fleet read_fleet(const std::string& document);

}  // namespace evtwin::viewer::model
