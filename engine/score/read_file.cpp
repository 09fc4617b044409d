#include "score/read_file.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "sessions/csv.hpp"

namespace evtwin::score {
namespace {

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

bool says_missing(std::string_view text) {
  return text.empty() || same_letters(text, "nan") || same_letters(text, "null") || same_letters(text, "none");
}

}  // namespace

std::optional<SegmentKind> kind_of(std::string_view measurement) {
  constexpr std::string_view prefix = "segment_stats_";
  if (measurement.starts_with(prefix)) measurement.remove_prefix(prefix.size());
  for (std::size_t kind = 0; kind < kind_count; ++kind) {
    if (name_of(static_cast<SegmentKind>(kind)) == measurement) return static_cast<SegmentKind>(kind);
  }
  return std::nullopt;
}

std::optional<Field> field_of(std::string_view name) {
  const auto& rules = field_rules();
  for (std::size_t f = 0; f < field_count; ++f) {
    if (same_letters(rules[f].name, name)) return static_cast<Field>(f);
  }
  return std::nullopt;
}

FileCar& FileRows::car_of(std::string_view id) {
  const auto [at, fresh] = index_.try_emplace(std::string(id), cars.size());
  if (fresh) cars.emplace_back().id = std::string(id);
  return cars[at->second];
}

void FileRows::add_segment(std::string_view id, const Segment& segment) {
  const FileCar& of = car_of(id);
  segments.emplace_back(static_cast<std::size_t>(&of - cars.data()), segment);
}

std::size_t FileRows::settle_soc() {
  constexpr std::size_t several = 4;
  constexpr std::array socs{Field::soc_avg, Field::soc_start, Field::soc_end};
  std::size_t known = 0, above_0 = 0;
  for (const auto& [car, segment] : segments) {
    for (const Field field : socs) {
      const double value = segment.values[static_cast<std::size_t>(field)];
      if (!is_known(value)) continue;
      if (value > 1.0) return 0;
      known += 1;
      above_0 += value > 0.0 ? 1 : 0;
    }
  }
  if (known < several || above_0 == 0) return 0;
  for (auto& [car, segment] : segments) {
    for (const Field field : socs) segment.values[static_cast<std::size_t>(field)] *= 100.0;
  }
  return known;
}

FileRows::Read FileRows::parse_number(std::string_view text, double least, double most) {
  text = sessions::trim_blanks(text);
  if (says_missing(text)) return {};
  double value = 0.0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stopped != text.data() + text.size() || std::isnan(value))
    return {unknown, Reading::no_number};
  if (value >= least && value <= most) return {value, Reading::fine};
  return {unknown, Reading::implausible};
}

double FileRows::noted(const Read& read, std::string_view name, Segment* segment, std::size_t bit) {
  if (read.reading == Reading::fine || read.reading == Reading::implausible) fields.emplace(name);
  if (read.reading == Reading::implausible || read.reading == Reading::no_number) {
    const bool is_number = read.reading == Reading::implausible;
    if (segment != nullptr) {
      (is_number ? segment->implausible : segment->unreadable) |= 1U << bit;
    } else {
      (is_number ? implausible : unreadable)[std::string(name)] += 1;
    }
  }
  return read.value;
}

double FileRows::read_number(std::string_view name, std::string_view text, double least, double most) {
  return noted(parse_number(text, least, most), name, nullptr, 0);
}

void FileRows::read_field(Segment& segment, Field field, std::string_view text) {
  const auto bit = static_cast<std::size_t>(field);
  const FieldRule& rule = field_rules()[bit];
  segment.values[bit] = noted(parse_number(text, rule.least, rule.most), rule.name, &segment, bit);
}

void FileRows::describe_car(FileCar& car, std::string_view type, std::string_view year, std::string_view month,
                            Segment* segment) {
  type = sessions::trim_blanks(type);
  if (car.type.empty() && !says_missing(type)) {
    car.type = std::string(type);
    fields.emplace("car_type");
  }
  const auto set = [&](std::string_view text, double least, double most, std::size_t bit, int& to) {
    const double of = noted(parse_number(text, least, most), name_of_bit(bit), segment, bit);
    if (is_known(of)) to = static_cast<int>(of);
  };
  set(year, 1990.0, 2100.0, year_bit, car.model_year);
  set(month, 1.0, 12.0, month_bit, car.model_month);
}

TimeNs FileRows::read_instant(std::string_view text) const {
  text = sessions::trim_blanks(text);
  std::int64_t count = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && stopped == text.data() + text.size() && text.size() > 8) {
    if (count < 0) return kernel::time_never;
    // Seconds of the years until 2286 have ten digits, ms 13, us 16, ns 19.
    std::int64_t unit_ns = 1;
    if (count < 100'000'000'000) {
      unit_ns = kernel::second_ns;
    } else if (count < 100'000'000'000'000) {
      unit_ns = kernel::millisecond_ns;
    } else if (count < 100'000'000'000'000'000) {
      unit_ns = kernel::microsecond_ns;
    }
    return count <= market::latest_ns / unit_ns ? count * unit_ns : kernel::time_never;
  }
  try {
    return market::parse_instant(text, calendar_);
  } catch (const market::CalendarError&) {
    return kernel::time_never;
  }
}

}  // namespace evtwin::score
