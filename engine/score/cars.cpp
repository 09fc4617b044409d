#include "score/cars.hpp"

#include "kernel/hash.hpp"

namespace evtwin::score {

std::string_view name_of(SegmentKind kind) {
  static constexpr std::array<std::string_view, kind_count> names{"drive", "slow_charge", "fast_charge", "parking"};
  static_assert(kernel::names_each<SegmentKind>(names));
  return names[static_cast<std::size_t>(kind)];
}

std::string_view korean_name_of(SegmentKind kind) {
  static constexpr std::array<std::string_view, kind_count> names{"주행", "완속 충전", "급속 충전", "주차"};
  static_assert(kernel::names_each<SegmentKind>(names));
  return names[static_cast<std::size_t>(kind)];
}

const PerField<FieldRule>& field_rules() {
  // Limits are ours: wide enough for any passenger car or light van, narrow enough for a broken sensor.
  static constexpr PerField<FieldRule> rules{FieldRule{"km_per_kWh", "km/kWh", 0.5, 20.0},
                                             FieldRule{"temp_mean", "C", -40.0, 80.0},
                                             FieldRule{"cell_volt_diff", "V", 0.0, 1.0},
                                             FieldRule{"accel_std", "m/s2", 0.0, 10.0},
                                             FieldRule{"brake_std", "m/s2", 0.0, 10.0},
                                             FieldRule{"soc_avg", "%", 0.0, 100.0},
                                             FieldRule{"soc_start", "%", 0.0, 100.0},
                                             FieldRule{"soc_end", "%", 0.0, 100.0},
                                             FieldRule{"energy_kwh", "kWh", 0.0, 250.0},
                                             FieldRule{"high_soc_frac", "", 0.0, 1.0},
                                             FieldRule{"soh", "%", 1.0, 110.0},
                                             FieldRule{"current_a", "A", -1000.0, 1000.0},
                                             FieldRule{"duration_h", "h", 0.0, 744.0}};
  static_assert(kernel::has_unique_keys(rules, &FieldRule::name));
  static_assert(rules[static_cast<std::size_t>(Field::soh)].name == "soh" &&
                    rules[static_cast<std::size_t>(Field::duration_h)].name == "duration_h" &&
                    rules[static_cast<std::size_t>(Field::soc_avg)].name == "soc_avg",
                "in the order of Field");
  static_assert(rules[static_cast<std::size_t>(Field::duration_h)].most == 31.0 * 24.0, "files are of a month");
  return rules;
}

std::string_view name_of_bit(std::size_t bit) {
  return bit == year_bit ? "model_year" : bit == month_bit ? "model_month" : field_rules()[bit].name;
}

void Tally::add_segment(const Segment& segment) {
  const auto kind = static_cast<std::size_t>(segment.kind);
  segments[kind] += 1;
  for (std::size_t f = 0; f < field_count; ++f) {
    if (is_known(segment.values[f])) sums[kind][f].add_value(segment.values[f]);
  }
  const auto has = [&](Field field) { return is_known(segment.values[static_cast<std::size_t>(field)]); };
  if (segment.kind == SegmentKind::drive && has(Field::accel_std) && has(Field::brake_std)) habits += 1;
  if (segment.kind != SegmentKind::slow_charge && segment.kind != SegmentKind::fast_charge) return;
  const double share = segment.values[static_cast<std::size_t>(Field::high_soc_frac)];
  const double start = segment.values[static_cast<std::size_t>(Field::soc_start)];
  if (is_known(share)) {
    high_share.add_value(share);
  } else if (is_known(start)) {
    high_share.add_value(start >= high_soc_percent ? 1.0 : 0.0);
  }
}

void Tally::add_segment(const Tally& other) {
  for (std::size_t kind = 0; kind < kind_count; ++kind) {
    segments[kind] += other.segments[kind];
    for (std::size_t f = 0; f < field_count; ++f) sums[kind][f].add_value(other.sums[kind][f]);
  }
  habits += other.habits;
  high_share.add_value(other.high_share);
}

}  // namespace evtwin::score
