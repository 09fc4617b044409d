// Which class a type of car is scored in, and the bounds of its efficiency.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/static_checks.hpp"
#include "score/rules.hpp"

namespace evtwin::score {

enum class CarClass : std::uint8_t { commercial, small, mid, large, premium };
inline constexpr std::size_t class_count = 5;
static_assert(class_count == kernel::enum_count<CarClass>());

struct ClassRule {
  std::string_view key, title_ko;
  EfficiencyBounds bounds;  ///< km/kWh, of a new car
  std::string_view names;   ///< whole words of names of types, separated by blanks
};
/// In the order in which names are looked for; a type that no class names is `mid`.
const std::array<ClassRule, class_count>& class_rules();
std::string_view name_of(CarClass of);

/// A row of a user's table.
struct CarType {
  std::string name;    ///< the whole name, any case
  int model_year = 0;  ///< 0: of every year
  CarClass of = CarClass::mid;
  EfficiencyBounds bounds;  ///< unknown: those of the class
};

struct FoundType {
  CarClass of = CarClass::mid;
  EfficiencyBounds bounds;
  bool known = false;  ///< else scored as mid because nothing names it
};

class CarTypes {
 public:
  CarTypes() = default;
  /// Reads a table: car_type, class and, where wanted, model_year, efficiency_low, efficiency_high.
  /// @throws sessions::InputError
  explicit CarTypes(const std::string& file);

  /// A row of the table with the year, one without, else the class that names a word of `type`.
  FoundType find_type(std::string_view type, int model_year) const;

 private:
  std::vector<CarType> rows_;
};

}  // namespace evtwin::score
