#include "score/car_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sessions/csv.hpp"

namespace evtwin::score {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// Those of the row, else of its class.
EfficiencyBounds bounds_of(const CarType& row) {
  return is_known(row.bounds.low) ? row.bounds : class_rules()[static_cast<std::size_t>(row.of)].bounds;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Whether a word may end between two characters: not within letters, nor within a number.
bool is_boundary(char before, char after) {
  return !(is_letter(before) && is_letter(after)) && !(is_digit(before) && is_digit(after));
}

/// EV6 is in "EV6", "KIA EV6" and "EV6 GT", IONIQ in "IONIQ5", but EV6 is not in "EV60" and SOUL is not in "SOULMATE".
bool has_word(std::string_view type, std::string_view word) {
  for (std::size_t at = type.find(word); at != std::string_view::npos; at = type.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || is_boundary(type[at - 1], type[at])) &&
        (end == type.size() || is_boundary(type[end - 1], type[end])))
      return true;
  }
  return false;
}

bool names_part_of(std::string_view names, std::string_view type) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    if (has_word(type, names.substr(0, end))) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

}  // namespace

const std::array<ClassRule, class_count>& class_rules() {
  static constexpr std::array<ClassRule, class_count> rules{
      ClassRule{"commercial", "상용", {2.5, 6.5}, "PORTER BONGO"},
      ClassRule{"small", "소형", {4.0, 8.5}, "KONA NIRO SOUL"},
      ClassRule{"mid", "중형", {3.5, 7.5}, "IONIQ K5 SONATA EV6 EV3"},
      ClassRule{"large", "대형", {3.0, 7.0}, "EV9 GV90 PALISADE"},
      ClassRule{"premium", "고급", {3.8, 8.0}, "GENESIS GV80 G90"},
  };
  static_assert(kernel::has_unique_keys(rules, &ClassRule::key));
  static_assert(rules[static_cast<std::size_t>(CarClass::commercial)].key == "commercial" &&
                    rules[static_cast<std::size_t>(CarClass::premium)].key == "premium",
                "in the order of CarClass");
  return rules;
}

std::string_view name_of(CarClass of) { return class_rules()[static_cast<std::size_t>(of)].key; }

CarTypes::CarTypes(const std::string& file) {
  const std::string text = sessions::read_text_file(file, file);
  sessions::CsvReader csv(text, file);
  const std::size_t type = csv.require_column("car_type"), klass = csv.require_column("class");
  const auto year = csv.find_column("model_year"), low = csv.find_column("efficiency_low"),
             high = csv.find_column("efficiency_high");
  const auto given = [&](const std::optional<std::size_t>& column) {
    return column && !sessions::trim_blanks(csv.field_text(*column)).empty();
  };
  while (csv.next_row()) {
    CarType& row = rows_.emplace_back();
    row.name = upper(sessions::trim_blanks(csv.field_text(type)));
    if (row.name.empty()) csv.throw_error(type, "is empty; a type of car is due");
    const std::string_view word = sessions::trim_blanks(csv.field_text(klass));
    const auto found = std::find_if(class_rules().begin(), class_rules().end(),
                                    [&](const ClassRule& rule) { return rule.key == word; });
    if (found == class_rules().end()) csv.throw_error(klass, "is no class; commercial, small, mid, large or premium");
    row.of = static_cast<CarClass>(found - class_rules().begin());
    if (given(year)) row.model_year = static_cast<int>(csv.read_number(*year, 1990, 2100));
    if (given(low) != given(high)) csv.throw_error("efficiency_low and efficiency_high: one without the other");
    if (given(low)) {
      row.bounds = {csv.read_number(*low, 0.1, 50.0), csv.read_number(*high, 0.1, 50.0)};
      if (row.bounds.low >= row.bounds.high) csv.throw_error(*low, "is not below efficiency_high");
    }
    const auto contradicts = [&](const CarType& other) {
      return other.name == row.name && other.model_year == row.model_year &&
             (other.of != row.of || bounds_of(other) != bounds_of(row));
    };
    if (std::any_of(rows_.begin(), rows_.end() - 1, contradicts))
      csv.throw_error(type, "is there before, of the same model year and with another class or efficiency");
  }
}

FoundType CarTypes::find_type(std::string_view type, int model_year) const {
  const std::string name = upper(type);
  const CarType* best = nullptr;
  for (const CarType& row : rows_) {
    if (row.name != name || (row.model_year != 0 && row.model_year != model_year)) continue;
    if (best == nullptr || row.model_year != 0) best = &row;
  }
  const auto& rules = class_rules();
  if (best != nullptr) return {best->of, bounds_of(*best), true};
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (names_part_of(rules[i].names, name)) return {static_cast<CarClass>(i), rules[i].bounds, true};
  }
  return {CarClass::mid, rules[static_cast<std::size_t>(CarClass::mid)].bounds, false};
}

}  // namespace evtwin::score
