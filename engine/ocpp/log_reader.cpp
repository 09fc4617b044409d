#include "ocpp/log_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "ocpp/log_assembly.hpp"
#include "ocpp/log_scanner.hpp"
#include "ocpp/log_source.hpp"
#include "ocpp/log_survey.hpp"

namespace evtwin::ocpp {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{2} << 20;
constexpr std::size_t first_bytes = std::size_t{1} << 15;

[[noreturn]] void fail(const std::string& name, std::string_view what) {
  throw LogError(fmt::format("{}: {}", kernel::make_printable(name), what));
}

// Colours and cursor movements of a terminal, "ESC [ 36 m", out of the text from `at` on. @returns how many bytes
std::size_t without_colours(std::string& text, std::size_t at) {
  constexpr char escape = '\x1b';
  if (text.find(escape, at) == std::string::npos) return 0;
  std::size_t to = at;
  for (std::size_t i = at; i < text.size();) {
    if (text[i] == escape && i + 1 < text.size() && text[i + 1] == '[') {
      i += 2;
      while (i < text.size() && text[i] >= 0x20 && text[i] < 0x40) ++i;  // parameters (ECMA-48, 5.4)
      if (i < text.size() && text[i] != '\n') ++i;
      continue;
    }
    text[to++] = text[i++];
  }
  const std::size_t removed = text.size() - to;
  text.resize(to);
  return removed;
}

// The text of a log as a window that moves over it: whole lines in UTF-8.
class Window {
 public:
  explicit Window(std::unique_ptr<LogSource> source) : source_(std::move(source)) {}

  /// More text behind what is there. @returns false at the end of the log.
  bool more(std::size_t bytes) {
    text_.reserve(text_.size() + bytes + text_padding);
    if (!source_->read_more(text_, bytes)) {
      decode(text_.size());
      ended_ = true;
      return false;
    }
    const std::size_t newline = text_.rfind('\n');
    if (newline != std::string::npos && newline + 1 > decoded_) decode(newline + 1);
    return true;
  }
  std::string_view text() {
    text_.reserve(text_.size() + text_padding);
    return text_;
  }
  void drop(std::size_t bytes) {
    dropped_ += bytes;
    text_.erase(0, bytes);
    decoded_ -= std::min(decoded_, bytes);
  }
  bool ended() const { return ended_; }
  std::uint64_t bytes() const { return dropped_ + text_.size(); }
  std::string trouble() const { return source_->trouble(); }
  Encoding encoding() const {
    if (source_->was_utf16()) return Encoding::utf16;
    return cp949_lines_ > 0 ? Encoding::cp949 : Encoding::utf8;
  }
  /// Lines in no encoding that is known, with their numbers from 1, since the last call.
  std::vector<std::pair<std::size_t, std::string>> unknown_lines() { return std::exchange(unknown_, {}); }

 private:
  void decode(std::size_t until) {
    std::string tail = text_.substr(until);
    text_.resize(until);
    dropped_ += without_colours(text_, decoded_);
    std::size_t newlines = 0;
    for (std::size_t at = text_.find('\n', decoded_); at != std::string::npos; at = text_.find('\n', at + 1))
      ++newlines;
    DecodedLines decoded = decode_lines(text_, decoded_);
    cp949_lines_ += decoded.cp949;
    for (auto& [line, text] : decoded.unknown) unknown_.emplace_back(lines_ + line + 1, std::move(text));
    lines_ += newlines;
    decoded_ = text_.size();
    text_ += tail;
  }
  std::unique_ptr<LogSource> source_;
  std::string text_;
  std::size_t decoded_ = 0, cp949_lines_ = 0, lines_ = 0;
  std::vector<std::pair<std::size_t, std::string>> unknown_;
  std::uint64_t dropped_ = 0;
  bool ended_ = false;
};

// A log that was opened and looked at.
struct Opened {
  std::string name;
  std::unique_ptr<Window> window;
  Survey survey;
  bool binary = false;
};

Opened look_at(const std::string& name, std::unique_ptr<LogSource> source, const ReadOptions& options) {
  Opened opened{name, std::make_unique<Window>(std::move(source)), {}, false};
  // A short log should not pay for a long one's window.
  std::size_t size = 0;
  while (size < survey_bytes && opened.window->more(std::max(first_bytes, size))) size = opened.window->text().size();
  std::string_view head = opened.window->text();
  if (!opened.window->ended()) head = head.substr(0, head.rfind('\n') + 1);
  opened.survey = survey_of(head, options);
  opened.binary = head.substr(0, 4096).find('\0') != std::string_view::npos;
  return opened;
}

void read_one(Opened opened, Assembly& assembly, LogReport& report, const ReadOptions& options) {
  Window& window = *opened.window;
  assembly.begin_file(opened.name, opened.survey.side, opened.survey.order,
                      opened.survey.manner.station.names_calls_alone());
  LogScanner scanner(options, opened.survey.manner, assembly);
  std::size_t want = chunk_bytes;
  for (;;) {
    const bool last = window.ended();
    for (const auto& [line, text] : window.unknown_lines())
      assembly.on_oddity(OddityKind::repaired, "a line neither UTF-8 nor CP949", line, text);
    const std::size_t used = scanner.scan_text(window.text(), last);
    window.drop(used);
    if (last) break;
    // A frame or line longer than the window: twice as much next time, up to the longest that may be.
    want = used > 0 ? chunk_bytes : std::max(chunk_bytes, window.text().size());
    if (used == 0 && window.text().size() > options.most_frame_bytes + chunk_bytes) {
      // A line without end: an array of objects, perhaps. Its whole objects are read.
      const std::string_view text = window.text();
      const std::size_t seam = text.rfind("},");
      const std::size_t part = seam == std::string_view::npos ? text.size() : seam + 1;
      const std::string piece = std::string(text.substr(0, part)) + std::string(text_padding, ' ');
      scanner.scan_part(std::string_view(piece).substr(0, part));
      window.drop(part);
    }
    window.more(want);
  }

  if (const std::string trouble = window.trouble(); !trouble.empty())
    assembly.on_oddity(OddityKind::repaired, trouble + ": what stands before is read", scanner.line_count(), "");
  assembly.end_file();
  LogFile& file = report.files.back();
  file.bytes = window.bytes();
  file.lines = scanner.line_count();
  file.encoding = window.encoding();
}

// Logs that all tell the time are read in the order of it, others as they were given.
void sort_by_time(std::vector<Opened>& logs) {
  const bool all = std::all_of(logs.begin(), logs.end(), [&](const Opened& log) {
    return log.survey.first_time.is_known() && log.survey.first_time.zoned == logs.front().survey.first_time.zoned;
  });
  if (!all) return;
  std::stable_sort(logs.begin(), logs.end(),
                   [](const Opened& a, const Opened& b) { return a.survey.first_time.ns < b.survey.first_time.ns; });
}

/// Files, frames and findings.
void tell_read(const LogReport& report, double ms) {
  constexpr kernel::LogRoom room = kernel::LogRoom::ocpp;
  // Texts are made only where somebody reads them.
  if (!kernel::logs_at(room, kernel::LogLevel::info)) return;
  for (const LogFile& file : report.files) {
    kernel::log_line(room, kernel::LogLevel::info, "{}: {}, {} bytes, {} lines, {} frames{}", file.name, file.layout,
                     file.bytes, file.lines, file.frames,
                     file.newest_first   ? ", newest first"
                     : file.put_in_order ? ", put in order"
                                         : "");
  }

  const auto tell_groups = [](std::string_view what, const std::map<std::string, OddityGroup>& groups) {
    for (const auto& [reason, group] : groups) {
      const Oddity* first = group.first.empty() ? nullptr : &group.first.front();
      kernel::log_line(room, kernel::LogLevel::info, "{} {}: {}", group.count, what, reason);
      if (first != nullptr)
        kernel::log_line(room, kernel::LogLevel::debug, "  line {}: {}", first->place.line, first->excerpt);
    }
  };

  tell_groups("unused", report.unused);
  tell_groups("repaired", report.repaired);
  tell_groups("no frame", report.lookalikes);

  kernel::log_line(room, kernel::LogLevel::info,
                   "{} calls, {} results, {} errors, {} undecodable, {} answers without call, {} calls without answer, "
                   "{:.1f} ms",
                   report.calls, report.results, report.errors, report.undecodable, report.answers_without_call,
                   report.calls_without_answer, ms);
  for (const auto& [action, count] : report.actions)
    kernel::log_line(room, kernel::LogLevel::debug, "{} {}", count, action);
}

LogReport read_all(std::vector<Opened> logs, FrameSink& sink, const ReadOptions& options) {
  const kernel::Stopwatch watch;
  LogReport report;
  Assembly assembly(report, sink, options);
  const std::string first = logs.empty() ? std::string() : logs.front().name;
  const bool binary = std::any_of(logs.begin(), logs.end(), [](const Opened& log) { return log.binary; });
  const std::size_t count = logs.size();
  for (Opened& log : logs) read_one(std::move(log), assembly, report, options);
  assembly.finish_log();
  if (std::all_of(report.files.begin(), report.files.end(), [](const LogFile& file) { return file.frames == 0; })) {
    const bool empty =
        std::all_of(report.files.begin(), report.files.end(), [](const LogFile& file) { return file.bytes == 0; });
    std::string what = empty ? "the file is empty" : "no OCPP frame in it";
    if (!empty && binary) what += "; it holds binary data";
    if (!empty && report.undecodable > 0)
      what += fmt::format("; {} beginnings of frames that can not be used, the first on line {}", report.undecodable,
                          report.unused.begin()->second.first.front().place.line);
    if (count > 1) what += fmt::format(", nor in the {} others", count - 1);
    fail(first, what);
  }
  tell_read(report, watch.elapsed_ms());
  return report;
}

}  // namespace

std::string LogReport::place_text(Place place) const {
  const std::string name = place.file < files.size() ? kernel::make_printable(files[place.file].name) : "?";
  return place.line == 0 ? name : fmt::format("{}:{}", name, place.line);
}

namespace {

// A clock that was set back shows some times twice: which of the two is told by the frames' order, for the time alone
// would make an hour of right messages an hour late. @returns whether a frame lies before `zone` began
bool stands_before(const ZoneFrom& zone, const ZoneFrom& earlier, TimeNs log_ns, std::uint64_t number) {
  const bool by_time = log_ns < zone.from_log_ns;
  const TimeNs twice = earlier.offset_ns - zone.offset_ns;
  const TimeNs apart = by_time ? zone.from_log_ns - log_ns : log_ns - zone.from_log_ns;
  return twice <= 0 || apart >= twice || number == 0 ? by_time : number < zone.from_frame;
}

}  // namespace

TimeNs utc_of(const LogReport& report, Place place, const LogTime& time, std::uint64_t number) {
  if (!time.is_known() || time.zoned) return time.ns;
  const auto before = [](const ZoneFrom& zone, const std::pair<std::uint32_t, TimeNs>& wanted) {
    return std::pair(zone.file, zone.from_log_ns) <= wanted;
  };
  const auto next = std::lower_bound(report.zones.begin(), report.zones.end(), std::pair(place.file, time.ns), before);
  if (next == report.zones.begin() || std::prev(next)->file != place.file) return time.ns;
  auto zone = std::prev(next);
  if (next != report.zones.end() && next->file == place.file && !stands_before(*next, *zone, time.ns, number)) {
    zone = next;
  } else if (zone != report.zones.begin() && std::prev(zone)->file == place.file &&
             stands_before(*zone, *std::prev(zone), time.ns, number)) {
    --zone;
  }
  return time.ns - zone->offset_ns;
}

LogReport read_logs(std::span<const std::string> paths, FrameSink& sink, const ReadOptions& options) {
  std::vector<Opened> logs;
  std::vector<LogPath> read;
  std::vector<LogFile> copies;
  for (const LogPath& one : log_paths(paths)) {
    const auto first =
        std::find_if(read.begin(), read.end(), [&](const LogPath& other) { return same_bytes(one.path, other.path); });
    if (first != read.end()) {
      LogFile& copy = copies.emplace_back();
      copy.name = one.name;
      copy.layout = "a copy";
      copy.copy_of = first->name;
      continue;
    }
    read.push_back(one);
    logs.push_back(look_at(one.name, open_log(one.path, one.name), options));
  }
  sort_by_time(logs);
  LogReport report = read_all(std::move(logs), sink, options);
  report.files.insert(report.files.end(), copies.begin(), copies.end());
  return report;
}

LogReport read_log_text(const std::string& name, std::string_view text, FrameSink& sink, const ReadOptions& options) {
  std::vector<Opened> logs;
  logs.push_back(look_at(name, open_log_text(text, name), options));
  return read_all(std::move(logs), sink, options);
}

}  // namespace evtwin::ocpp
