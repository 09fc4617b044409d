// Files, folders and patterns become cars; a broken file is noted and passed by.
#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "record/reader.hpp"
#include "record/run_file.hpp"
#include "score/car_types.hpp"
#include "score/read_file.hpp"
#include "score/read_run.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::score {
namespace {

namespace fs = std::filesystem;

bool is_read_in_folders(const fs::path& file) {
  const std::string name = file.filename().string();
  for (const std::string_view end : {".csv", ".csv.gz", ".lp", ".lp.gz", ".txt", ".evtwin"}) {
    if (name.ends_with(end)) return true;
  }
  return false;
}

/// The files that a pattern names; itself where it names none.
std::vector<std::string> matches_of(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (files.empty()) files.push_back(pattern);
  return files;
}

std::vector<std::string> expanded(const std::vector<std::string>& given) {
  std::vector<std::string> files;
  for (const std::string& name : given) {
    std::error_code ignored;
    const bool there = fs::exists(name, ignored);
    const bool pattern = !there && name.find_first_of("*?[") != std::string::npos;
    for (const std::string& file : pattern ? matches_of(name) : std::vector{name}) {
      if (!fs::is_directory(file, ignored)) {
        files.push_back(file);
        continue;
      }
      const std::size_t before = files.size();
      for (const fs::directory_entry& entry : fs::directory_iterator(file)) {
        if (entry.is_regular_file() && is_read_in_folders(entry.path())) files.push_back(entry.path().string());
      }
      std::sort(files.begin() + static_cast<std::ptrdiff_t>(before), files.end());
    }
  }
  return files;
}

bool is_sqlite(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string head(15, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  return stream.gcount() == 15 && head == "SQLite format 3";
}

void read_one(const std::string& file, FileRows& rows) {
  if (is_sqlite(file)) {
    read_run(file, rows);
  } else {
    const std::string text = sessions::read_text_file(file, file);
    if (is_line_protocol(text)) {
      read_lines(text, file, rows);
    } else {
      read_table(text, file, rows);
    }
  }
  if (!rows.cars.empty()) return;
  std::string why = rows.rows == 0 ? "has no rows" : "none of its rows can be used";
  for (const auto& [reason, count] : rows.left_out) why += fmt::format("; {} of {}: {}", count, rows.rows, reason);
  throw sessions::InputError(file, 0, why);
}

/// "EV6.result.csv": the type, where it is one that is known.
std::string type_of_name(const std::string& file) {
  const std::string name = fs::path(file).filename().string();
  const std::string stem = name.substr(0, name.find('.'));
  return CarTypes().find_type(stem, 0).known ? stem : std::string();
}

/// The zone of the runs where there are only runs, of one zone; else UTC, and told.
market::Calendar calendar_of(const std::vector<std::string>& files, std::vector<Note>& notes) {
  std::set<std::string> zones;
  bool has_others = false;
  for (const std::string& file : files) {
    if (!is_sqlite(file)) {
      has_others = true;
      continue;
    }
    try {
      zones.insert(record::read_summary(file).timezone);
    } catch (const record::RunFileError&) {
      continue;  // told when it is read
    }
  }
  if (zones.empty() || zones == std::set<std::string>{"UTC"}) return {};
  if (zones.size() == 1 && !has_others) return market::Calendar(*zones.begin());
  notes.push_back(
      {"run files of other time zones or beside other files: days and months are those of UTC; --timezone "
       "says otherwise",
       "시간대가 다르거나 다른 파일과 함께 읽은 실행 파일: 날짜와 월은 UTC 기준입니다; --timezone으로 바꿀 "
       "수 있습니다"});
  return {};
}

class Collection {
 public:
  explicit Collection(Cars& cars) : out_(cars) {}

  void take(const std::string& file, FileRows& rows) {
    std::error_code ignored;
    out_.files += 1;
    out_.bytes += fs::file_size(file, ignored);
    out_.rows += rows.rows;
    out_.fields.merge(rows.fields);
    for (const auto& [from, to] :
         {std::pair(&rows.implausible, &out_.implausible), std::pair(&rows.unreadable, &out_.unreadable),
          std::pair(&rows.left_out, &out_.left_out)}) {
      for (const auto& [what, count] : *from) (*to)[what] += count;
    }

    if (const std::size_t socs = rows.settle_soc(); socs > 0)
      out_.notes.push_back({fmt::format("{}: none of {} states of charge is above 1: taken as fractions, x 100",
                                        kernel::make_printable(file, 200), socs),
                            fmt::format("{}: SoC 값 {}개가 모두 1 이하여서 비율로 보고 100을 곱했습니다",
                                        kernel::make_printable(file, 200), socs)});
    const std::string type = type_of_name(file);
    std::size_t typed = 0;
    std::vector<std::size_t> places;
    for (FileCar& car : rows.cars) {
      if (car.type.empty() && !type.empty() && known_type(car.id).empty()) {
        car.type = type;
        typed += 1;
      }
      places.push_back(place_of(car, file));
    }
    if (typed > 0)
      out_.notes.push_back({fmt::format("{}: car type {} of {} car(s) is taken from the file's name",
                                        kernel::make_printable(file, 200), type, typed),
                            fmt::format("{}: 차량 {}대의 차종 {}은(는) 파일 이름에서 가져왔습니다",
                                        kernel::make_printable(file, 200), typed, type)});
    for (const auto& [car, segment] : rows.segments) add(places[car], segment, rows.newest_holds);
  }

  /// When all files were read: what a segment is, the last of them may say.
  void finish() {
    for (const auto& [car, segment] : segments_) count(out_.cars[car], segment);
  }

 private:
  std::string known_type(const std::string& id) const {
    const auto at = index_.find(id);
    return at == index_.end() ? std::string() : out_.cars[at->second].type;
  }

  std::size_t place_of(FileCar& from, const std::string& file) {
    const auto [at, fresh] = index_.try_emplace(from.id, out_.cars.size());
    if (fresh) out_.cars.emplace_back().id = from.id;
    Car& car = out_.cars[at->second];
    const auto differs = [&](std::string_view what, std::string_view what_ko, const auto& before, const auto& now) {
      const std::string where = kernel::make_printable(file, 200), id = kernel::make_printable(car.id, 60);
      out_.notes.push_back(
          {fmt::format("{}: car {} has {} {}, before it had {}: the first stays", where, id, what, now, before),
           fmt::format("{}: 차량 {}의 {}이(가) {}, 앞서는 {}: 처음 값을 씁니다", where, id, what_ko, now, before)});
    };
    if (car.type.empty()) {
      car.type = from.type;
    } else if (!from.type.empty() && from.type != car.type) {
      differs("type", "차종", kernel::make_printable(car.type, 60), kernel::make_printable(from.type, 60));
    }
    if (car.model_year == 0) {
      car.model_year = from.model_year;
    } else if (from.model_year != 0 && from.model_year != car.model_year) {
      differs("model year", "연식", car.model_year, from.model_year);
    }
    if (car.model_month == 0) car.model_month = from.model_month;
    if (from.given && !car.given) car.given = from.given;
    return at->second;
  }

  /// Rows of the same car, kind and instant become one segment.
  void add(std::size_t car, const Segment& segment, bool newest_holds) {
    kernel::RollingHash key;
    key.mix_in(car);
    key.mix_in(static_cast<int>(segment.kind));
    key.mix_in(segment.begin_ns);
    const auto [at, fresh] = seen_.try_emplace(key.value(), segments_.size());
    if (fresh) {
      segments_.emplace_back(car, segment);
    } else if (!unite(segments_[at->second].second, segment, newest_holds)) {
      out_.repeated += 1;
    }
  }

  /// @returns whether the later row told anything that the first did not
  bool unite(Segment& first, const Segment& later, bool newest_holds) {
    bool told = false;
    for (std::size_t f = 0; f < field_count; ++f) {
      const std::uint32_t bit = 1U << f;
      const bool is_written = is_known(later.values[f]) || ((later.implausible | later.unreadable) & bit) != 0;
      const bool was_known = is_known(first.values[f]);
      if (newest_holds && is_written) {
        const bool same = was_known && first.values[f] == later.values[f];
        if (was_known && !same) out_.overwritten += 1;
        told = told || (is_known(later.values[f]) && !same);
        first.values[f] = later.values[f];
        first.implausible = (first.implausible & ~bit) | (later.implausible & bit);
        first.unreadable = (first.unreadable & ~bit) | (later.unreadable & bit);
        continue;
      }
      if (was_known && is_known(later.values[f]) && first.values[f] != later.values[f]) out_.contradicted += 1;
      if (!was_known && is_known(later.values[f])) {
        first.values[f] = later.values[f];
        told = true;
      }
    }
    first.implausible |= later.implausible & (newest_holds ? ~((1U << field_count) - 1U) : ~0U);
    first.unreadable |= later.unreadable & (newest_holds ? ~((1U << field_count) - 1U) : ~0U);
    if (told) out_.united += 1;
    return told;
  }

  void count(Car& car, const Segment& segment) {
    for (std::size_t bit = 0; bit < bit_count; ++bit) {
      if ((segment.implausible >> bit & 1U) != 0) out_.implausible[std::string(name_of_bit(bit))] += 1;
      if ((segment.unreadable >> bit & 1U) != 0) out_.unreadable[std::string(name_of_bit(bit))] += 1;
    }
    const market::LocalDate date = out_.calendar.local_date(segment.begin_ns);
    car.total.add_segment(segment);
    car.months[12 * date.year + date.month - 1].add_segment(segment);
    car.days.insert(market::days_since_epoch(date));
    car.first_ns = std::min(car.first_ns, segment.begin_ns);
    car.last_ns = std::max(car.last_ns, segment.begin_ns);
    if (segment.kind == SegmentKind::slow_charge || segment.kind == SegmentKind::fast_charge)
      car.last_charge_ns = std::max(car.last_charge_ns, segment.begin_ns);
    out_.last_ns = std::max(out_.last_ns, segment.begin_ns);
  }

  Cars& out_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::pair<std::size_t, Segment>> segments_;  ///< place of the car
  std::unordered_map<std::uint64_t, std::size_t> seen_;    ///< by car, kind and instant
};

}  // namespace

Cars read_cars(const std::vector<std::string>& given, const std::optional<market::Calendar>& calendar) {
  Cars cars;
  const std::vector<std::string> files = expanded(given);
  cars.calendar = calendar ? *calendar : calendar_of(files, cars.notes);
  Collection collection(cars);
  if (files.empty())
    throw std::runtime_error("no file to score: the folder has no .csv, .csv.gz, .lp, .txt or .evtwin");
  for (const std::string& file : files) {
    FileRows rows(cars.calendar);
    try {
      read_one(file, rows);
    } catch (const sessions::InputError& error) {
      cars.broken.push_back({file, error.what()});
      continue;
    } catch (const record::RunFileError& error) {
      cars.broken.push_back({file, error.what()});
      continue;
    }
    collection.take(file, rows);
  }
  collection.finish();
  std::sort(cars.cars.begin(), cars.cars.end(), [](const Car& a, const Car& b) { return a.id < b.id; });
  return cars;
}

}  // namespace evtwin::score
