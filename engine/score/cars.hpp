// Cars as their records have them: sums over segments of driving, charging and parking, month by month.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/static_checks.hpp"
#include "market/calendar.hpp"
#include "score/rules.hpp"

namespace evtwin::score {

using kernel::TimeNs;

enum class SegmentKind : std::uint8_t { drive, slow_charge, fast_charge, parking };
inline constexpr std::size_t kind_count = 4;
static_assert(kind_count == kernel::enum_count<SegmentKind>());
std::string_view name_of(SegmentKind kind);
std::string_view korean_name_of(SegmentKind kind);

enum class Field : std::uint8_t {
  km_per_kwh,
  temp_mean,
  cell_volt_diff,
  accel_std,
  brake_std,
  soc_avg,
  soc_start,
  soc_end,
  energy_kwh,
  high_soc_frac,
  soh,
  current_a,
  duration_h
};
inline constexpr std::size_t field_count = 13;
static_assert(field_count == kernel::enum_count<Field>());
template <class T>
using PerField = std::array<T, field_count>;

/// A field's name in files, and what of it is plausible; other values count as missing.
struct FieldRule {
  std::string_view name;  ///< as published, or with its unit; compared without regard to case
  std::string_view unit;
  double least, most;
};
const PerField<FieldRule>& field_rules();

struct Segment {
  SegmentKind kind = SegmentKind::drive;
  TimeNs begin_ns = 0;
  PerField<double> values{};  ///< unknown where missing
  /// Read as missing, a bit for each field, then model_year and model_month: out of range, no number.
  std::uint32_t implausible = 0, unreadable = 0;
};
/// What a bit of `implausible` and `unreadable` is of.
std::string_view name_of_bit(std::size_t bit);
inline constexpr std::size_t year_bit = field_count, month_bit = field_count + 1, bit_count = field_count + 2;

struct Sum {
  double total = 0.0;
  std::uint64_t n = 0;
  void add_value(double value) {
    total += value;
    n += 1;
  }
  void add_value(const Sum& other) {
    total += other.total;
    n += other.n;
  }
  double mean() const { return n > 0 ? total / static_cast<double>(n) : unknown; }
};

/// What a car's segments add up to.
struct Tally {
  std::array<std::uint64_t, kind_count> segments{};
  std::array<PerField<Sum>, kind_count> sums{};
  std::uint64_t habits = 0;  ///< drives with both accel_std and brake_std
  Sum high_share;            ///< of charges: high_soc_frac, or whether soc_start is high_soc_percent or more

  void add_segment(const Segment& segment);
  void add_segment(const Tally& other);
  const Sum& sum_of(SegmentKind kind, Field field) const {
    return sums[static_cast<std::size_t>(kind)][static_cast<std::size_t>(field)];
  }
  std::uint64_t segment_count(SegmentKind kind) const { return segments[static_cast<std::size_t>(kind)]; }
  std::uint64_t charge_count() const {
    return segment_count(SegmentKind::slow_charge) + segment_count(SegmentKind::fast_charge);
  }
};

/// Scores that a file gives instead of measurements: a results file, scored again.
struct GivenScores {
  PerMetric<double> values{}, scores{};  ///< unknown where missing
  double age_years = unknown;
  double published_age_years = unknown, published_efficiency = unknown;  ///< its score, at that age
};

struct Car {
  std::string id, type;
  int model_year = 0, model_month = 0;  ///< 0: not known
  Tally total;
  std::map<int, Tally> months;  ///< year x 12 + month - 1
  std::set<std::int64_t> days;  ///< local days with a record, since 1970-01-01
  TimeNs first_ns = kernel::time_never, last_ns = 0, last_charge_ns = 0;  ///< first_ns time_never: no record
  std::optional<GivenScores> given;

  bool has_records() const { return first_ns != kernel::time_never; }
};

/// A file's rows left out or read as missing, by reason.
using Counts = std::map<std::string, std::uint64_t>;

/// A sentence for people of both languages.
struct Note {
  std::string text, text_ko;
};

struct BrokenFile {
  std::string file, why;
};

/// Everything that was read, and how much it was.
struct Cars {
  market::Calendar calendar;
  std::vector<Car> cars;  ///< by id
  std::uint64_t files = 0, bytes = 0, rows = 0;
  std::uint64_t repeated = 0;      ///< segments that stood there twice
  std::uint64_t united = 0;        ///< rows that told further fields of a segment that was there
  std::uint64_t contradicted = 0;  ///< values of a table's later rows that differ from the first, which stays
  std::uint64_t overwritten = 0;   ///< values of line protocol that a newer one of the same point replaced
  std::set<std::string> fields;    ///< columns with a value
  Counts implausible, unreadable;  ///< values read as missing, by field: out of range, no number
  Counts left_out;                 ///< rows, by reason
  std::vector<Note> notes;         ///< what was taken from elsewhere, or contradicts itself
  std::vector<BrokenFile> broken;
  TimeNs last_ns = 0;  ///< of all records; 0: none
};

/// Reads files, folders (their .csv, .csv.gz, .lp and .txt) and patterns of files. A file that is broken is noted and
/// passed by, with nothing of it kept. Rows of the same car, kind and instant are one segment: of a table, later rows
/// tell what the first ones lack; of line protocol, the newest value of a field holds, as in InfluxDB.
/// @param calendar  nothing: run files in their own zone where they are all there is and have the same, else UTC
/// @throws std::runtime_error where nothing is there to read
Cars read_cars(const std::vector<std::string>& files, const std::optional<market::Calendar>& calendar);

}  // namespace evtwin::score
