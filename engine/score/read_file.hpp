// Internal to the readers: what one file holds, before any of it counts.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "score/cars.hpp"

namespace evtwin::score {

struct FileCar {
  std::string id, type;
  int model_year = 0, model_month = 0;
  std::optional<GivenScores> given;
};

/// A file's rows. Nothing of it counts until the whole file was read.
class FileRows {
 public:
  explicit FileRows(const market::Calendar& calendar) : calendar_(calendar) {}

  FileCar& car_of(std::string_view id);
  void add_segment(std::string_view id, const Segment& segment);
  /// Where no state of charge of several is above 1 they are fractions and no percents: makes them percents.
  /// @returns how many there were; 0: none was changed
  std::size_t settle_soc();
  void leave_out(std::string_view why) { left_out[std::string(why)] += 1; }

  /// A number of the field `name`, NaN and counted where it is none or out of [least, most]; blanks, "nan", "null" and
  /// "none" are missing and nothing else.
  double read_number(std::string_view name, std::string_view text, double least, double most);
  /// The same of a segment's field, marked in the segment instead of counted, so that its repetitions do not count.
  void read_field(Segment& segment, Field field, std::string_view text);
  /// Sets model year and month, type and what else is said of a car; what is empty says nothing.
  /// @param segment  that says it, or null
  void describe_car(FileCar& car, std::string_view type, std::string_view year, std::string_view month,
                    Segment* segment);
  /// An instant: ISO, or a count of s, ms, us or ns since 1970, by its size. time_never where it is none.
  TimeNs read_instant(std::string_view text) const;

  std::vector<FileCar> cars;
  std::vector<std::pair<std::size_t, Segment>> segments;  ///< index of the car
  bool newest_holds = false;                              ///< line protocol: a point is written again to mend it
  std::uint64_t rows = 0;
  std::set<std::string> fields;
  Counts implausible, unreadable, left_out;

 private:
  enum class Reading : std::uint8_t { fine, missing, no_number, implausible };
  struct Read {
    double value = unknown;
    Reading reading = Reading::missing;
  };
  static Read parse_number(std::string_view text, double least, double most);
  /// Notes that a column has a value, and where it is none that counts in the segment, or in the counts without one.
  double noted(const Read& read, std::string_view name, Segment* segment, std::size_t bit);

  const market::Calendar& calendar_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// "segment_stats_drive", "drive", "fast_charge" ...; none for others.
std::optional<SegmentKind> kind_of(std::string_view measurement);
/// By its name without regard to case, the unit behind it or not.
std::optional<Field> field_of(std::string_view name);

/// A table: segments, results to be scored again, or a list of cars with types and years. @throws sessions::InputError
void read_table(std::string_view text, const std::string& shown, FileRows& rows);
/// Influx line protocol. @throws sessions::InputError
void read_lines(std::string_view text, const std::string& shown, FileRows& rows);
/// Whether a text is line protocol: its first line that says something has a field.
bool is_line_protocol(std::string_view text);

}  // namespace evtwin::score
