// Tables of three layouts: segments, results, and lists of cars.
#include <fmt/format.h>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "score/read_file.hpp"
#include "sessions/csv.hpp"

namespace evtwin::score {
namespace {

using Column = std::optional<std::size_t>;

struct Layout {
  std::size_t id = 0;
  Column type, year, month, kind, begin, end;
  std::array<Column, field_count> fields{};
  PerMetric<Column> values{}, scores{};
  Column age, corrected_age, corrected_efficiency;
  bool has_scores = false;
};

Column first_of(const sessions::CsvReader& csv, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const Column found = csv.find_column(name)) return found;
  }
  return std::nullopt;
}

Layout layout_of(const sessions::CsvReader& csv) {
  Layout layout;
  const Column id = first_of(csv, {"car_id", "vehicle_id"});
  layout.id = id ? *id : csv.require_column("car_id");
  layout.type = csv.find_column("car_type");
  layout.year = csv.find_column("model_year");
  layout.month = csv.find_column("model_month");
  layout.kind = first_of(csv, {"measurement", "_measurement", "segment"});
  layout.begin = first_of(csv, {"time", "_time", "timestamp", "start_time"});
  layout.end = csv.find_column("end_time");
  for (std::size_t c = 0; c < csv.header().size(); ++c) {
    if (const auto field = field_of(csv.header()[c])) layout.fields[static_cast<std::size_t>(*field)] = c;
  }

  static constexpr PerMetric<std::string_view> values{"efficiency", "avg_temperature", "cell_imbalance", "", ""};
  static constexpr PerMetric<std::string_view> scores{"efficiency_score", "temperature_score", "cell_imbalance_score",
                                                      "driving_habit_score", "charging_pattern_score"};
  static_assert(kernel::names_each<Metric>(scores), "a column for the score of each indicator");
  for (std::size_t m = 0; m < metric_count; ++m) {
    if (!values[m].empty()) layout.values[m] = csv.find_column(values[m]);
    layout.scores[m] = csv.find_column(scores[m]);
    layout.has_scores = layout.has_scores || layout.scores[m];
  }
  layout.age = csv.find_column("age_years");
  layout.corrected_age = csv.find_column("corrected_age_years");
  layout.corrected_efficiency = csv.find_column("corrected_efficiency_score");
  return layout;
}

class TableReader {
 public:
  TableReader(sessions::CsvReader& csv, FileRows& rows) : csv_(csv), rows_(rows), layout_(layout_of(csv)) {
    if (layout_.has_scores || (!layout_.kind && (layout_.type || layout_.year))) return;
    if (!layout_.kind || !layout_.begin) {
      throw sessions::InputError(
          csv.file(), 1,
          fmt::format("column '{}' is missing: a table of segments has car_id, measurement, time and its fields, a "
                      "results file has efficiency_score and the like, a list has car_type; the header has: {}",
                      layout_.kind ? "time" : "measurement", sessions::list_names(csv.header())));
    }
  }

  void read() {
    while (csv_.next_row()) {
      rows_.rows += 1;
      const std::string_view id = sessions::trim_blanks(csv_.field_text(layout_.id));
      if (id.empty()) {
        rows_.leave_out("car_id is empty");
        continue;
      }
      if (layout_.has_scores) {
        read_scores(rows_.car_of(id));
      } else if (layout_.kind) {
        read_segment(id);
      }
      if (layout_.has_scores || !layout_.kind) describe(rows_.car_of(id), nullptr);
    }
  }

 private:
  std::string_view text(const Column& column) const { return column ? csv_.field_text(*column) : std::string_view(); }
  double number(const Column& column, double least, double most) {
    return column ? rows_.read_number(csv_.header()[*column], csv_.field_text(*column), least, most) : unknown;
  }
  void describe(FileCar& car, Segment* segment) {
    rows_.describe_car(car, text(layout_.type), text(layout_.year), text(layout_.month), segment);
  }

  void read_scores(FileCar& car) {
    if (car.given) csv_.throw_error(layout_.id, "is there twice; a results file has a row for each car");
    GivenScores& given = car.given.emplace();
    for (std::size_t m = 0; m < metric_count; ++m) {
      given.scores[m] = number(layout_.scores[m], 0.0, 100.0);
      given.values[m] = number(layout_.values[m], -1e6, 1e6);
    }
    given.age_years = given.published_age_years = number(layout_.age, 0.0, 100.0);
    double& efficiency = given.scores[static_cast<std::size_t>(Metric::efficiency)];
    given.published_efficiency = efficiency;
    // What evtwin wrote has those of the last record beside the published ones of the day on which it was written.
    if (layout_.corrected_efficiency) efficiency = number(layout_.corrected_efficiency, 0.0, 100.0);
    if (layout_.corrected_age) given.age_years = number(layout_.corrected_age, 0.0, 100.0);
  }

  void read_segment(std::string_view id) {
    const std::string_view measurement = sessions::trim_blanks(csv_.field_text(*layout_.kind));
    const auto kind = kind_of(measurement);
    if (!kind)
      return rows_.leave_out(fmt::format("measurement '{}' is unknown", kernel::make_printable(measurement, 60)));
    Segment segment;
    segment.kind = *kind;
    segment.begin_ns = rows_.read_instant(csv_.field_text(*layout_.begin));
    if (segment.begin_ns == kernel::time_never) return rows_.leave_out("time is unreadable");
    for (std::size_t f = 0; f < field_count; ++f) {
      rows_.read_field(segment, static_cast<Field>(f), text(layout_.fields[f]));
    }
    double& duration_h = segment.values[static_cast<std::size_t>(Field::duration_h)];
    if (layout_.end && !is_known(duration_h)) {
      const TimeNs end_ns = rows_.read_instant(csv_.field_text(*layout_.end));
      if (end_ns != kernel::time_never && end_ns >= segment.begin_ns)
        duration_h = kernel::hours_between(segment.begin_ns, end_ns);
    }
    describe(rows_.car_of(id), &segment);
    rows_.add_segment(id, segment);
  }

  sessions::CsvReader& csv_;
  FileRows& rows_;
  Layout layout_;
};

}  // namespace

void read_table(std::string_view text, const std::string& shown, FileRows& rows) {
  sessions::CsvReader csv(text, shown);
  TableReader(csv, rows).read();
}

}  // namespace evtwin::score
