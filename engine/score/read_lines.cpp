// Influx line protocol: measurement,tag=value field=value,field=value time
#include <fmt/format.h>

#include <algorithm>

#include "kernel/text.hpp"
#include "score/read_file.hpp"
#include "sessions/csv.hpp"

namespace evtwin::score {
namespace {

/// Goes through one line; what a backslash stands before is taken as it is.
class LineScanner {
 public:
  LineScanner(std::string_view line, const std::string& shown, std::size_t number)
      : line_(line), shown_(shown), number_(number) {}

  /// Text until one of `ends`, unescaped.
  std::string until(std::string_view ends) {
    std::string text;
    while (at_ < line_.size() && ends.find(line_[at_]) == std::string_view::npos) {
      if (line_[at_] == '\\' && at_ + 1 < line_.size()) ++at_;
      text += line_[at_++];
    }
    return text;
  }
  /// A field's value: a number with or without suffix, a word, or a text in quotes.
  std::string value() {
    if (peek() != '"') return until(", ");
    ++at_;
    std::string text = until("\"");
    need('"', "a quote opens a field's value and is never closed");
    return text;
  }
  char peek() const { return at_ < line_.size() ? line_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void need(char c, std::string_view what) {
    if (!take(c)) fail(what);
  }
  std::string_view rest() const { return line_.substr(at_); }
  [[noreturn]] void fail(std::string_view what) const {
    throw sessions::InputError(shown_, number_,
                               fmt::format("{}; a line is: measurement,car_id=ID field=1.5,field=2 time", what));
  }

 private:
  std::string_view line_;
  const std::string& shown_;
  std::size_t number_, at_ = 0;
};

/// Integers carry a suffix: 5i, 5u.
std::string_view without_suffix(std::string_view value) {
  const bool suffixed = value.size() > 1 && (value.back() == 'i' || value.back() == 'u');
  return suffixed ? value.substr(0, value.size() - 1) : value;
}

void read_line(LineScanner& scan, FileRows& rows) {
  const std::string measurement = scan.until(", ");
  if (measurement.empty()) scan.fail("the measurement is missing");
  std::string id, type, year, month;
  const auto tell = [&](const std::string& key, std::string_view value) {
    if (key == "car_id" || key == "vehicle_id") {
      id = std::string(value);
    } else if (key == "car_type") {
      type = std::string(value);
    } else if (key == "model_year") {
      year = std::string(without_suffix(value));
    } else if (key == "model_month") {
      month = std::string(without_suffix(value));
    } else {
      return false;
    }
    return true;
  };

  while (scan.take(',')) {
    const std::string key = scan.until("=, ");
    scan.need('=', "a tag has no value");
    tell(key, scan.until(", "));
  }
  scan.need(' ', "the fields are missing");

  Segment segment;
  segment.values.fill(unknown);
  do {
    const std::string key = scan.until("=, ");
    scan.need('=', "a field has no value");
    const std::string value = scan.value();
    if (tell(key, value)) continue;
    const auto field = field_of(key);
    if (!field) continue;
    rows.read_field(segment, *field, without_suffix(value));
  } while (scan.take(','));

  const auto kind = kind_of(measurement);
  if (!kind) return rows.leave_out(fmt::format("measurement '{}' is unknown", kernel::make_printable(measurement, 60)));
  if (id.empty()) return rows.leave_out("car_id is empty");
  segment.kind = *kind;
  segment.begin_ns = rows.read_instant(scan.rest());
  if (segment.begin_ns == kernel::time_never) return rows.leave_out("time is unreadable");
  rows.describe_car(rows.car_of(id), type, year, month, &segment);
  rows.add_segment(id, segment);
}

/// What `influx_inspect export` writes before its points, and queries of an import: no point begins like this.
bool is_query(std::string_view line) {
  for (const std::string_view word : {"CREATE DATABASE ", "CREATE RETENTION POLICY ", "DROP DATABASE ", "USE "}) {
    if (line.starts_with(word)) return true;
  }
  return false;
}

/// Calls `read` with each line that says something, and its number. Comments, and what stands between "# DDL" and
/// "# DML", say nothing of cars.
template <class Read>
void each_line(std::string_view text, Read read) {
  bool queries = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = sessions::trim_blanks(line);
    if (line.starts_with('#')) {
      const std::string_view word = sessions::trim_blanks(line.substr(1));
      queries = word == "DDL" || (queries && word != "DML");
    }
    if (line.empty() || line.front() == '#' || queries || is_query(line)) continue;
    if (!read(line, number)) return;
  }
}

}  // namespace

bool is_line_protocol(std::string_view text) {
  bool found = false;
  each_line(text, [&](std::string_view line, std::size_t) {
    const std::size_t blank = line.find(' ');
    found = blank != std::string_view::npos && line.find('=', blank) != std::string_view::npos;
    return false;
  });
  return found;
}

void read_lines(std::string_view text, const std::string& shown, FileRows& rows) {
  rows.newest_holds = true;
  each_line(text, [&](std::string_view line, std::size_t number) {
    rows.rows += 1;
    LineScanner scan(line, shown, number);
    read_line(scan, rows);
    return true;
  });
}

}  // namespace evtwin::score
