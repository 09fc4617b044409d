#include "ocpp/log_scanner.hpp"

#include <algorithm>
#include <cstring>

#include "ocpp/frame_text.hpp"

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr std::size_t longest_head = 512;  // of a line that tells of the frame on the next one

std::uint64_t newlines(View text) { return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')); }

bool holds(View text, View wanted) { return memmem(text.data(), text.size(), wanted.data(), wanted.size()) != nullptr; }

// Where a frame, or an object around one, may begin.
struct Opening {
  std::size_t at = 0;
  bool object = false;
};

// The next bracket of [from, end), or the brace before it where objects count; `end`: neither.
Opening next_opening(View text, std::size_t from, std::size_t end, bool objects) {
  const void* bracket = from < end ? std::memchr(text.data() + from, '[', end - from) : nullptr;
  const std::size_t next = bracket ? static_cast<std::size_t>(static_cast<const char*>(bracket) - text.data()) : end;
  if (!objects) return {next, false};
  const void* brace = from < next ? std::memchr(text.data() + from, '{', next - from) : nullptr;
  if (!brace) return {next, false};
  return {static_cast<std::size_t>(static_cast<const char*>(brace) - text.data()), true};
}

}  // namespace

LogScanner::LogScanner(const ReadOptions& options, const Manner& manner, ScanListener& listener)
    : options_(options),
      manner_(manner),
      clock_(manner.order),
      sink_(manner_, listener),
      texts_(options_, clock_, sink_),
      objects_(options_, manner_, texts_, sink_),
      rows_(options_, clock_, texts_, sink_) {}

// Rows of a dump double their backslashes (PostgreSQL's COPY, "Text Format"). Without any, the row as it stands.
View LogScanner::copied_line(View line) {
  if (line.starts_with("\\.")) in_copy_ = false;
  if (!in_copy_ || line.find('\\') == View::npos) return line;
  unwrap_text(line, Wrap::copy, copy_line_);
  const std::size_t size = copy_line_.size();
  copy_line_.append(text_padding, ' ');
  return View(copy_line_).substr(0, size);
}

void LogScanner::plain_line(View line) {
  if (line.starts_with("COPY ") && holds(line, " FROM stdin")) in_copy_ = true;
  if (line.size() < 4) return;
  if (holds(line, "onnect") || holds(line, "://") || holds(line, "GET /")) {
    const auto stamp = clock_.find_stamp(line);
    const LinkText link = link_of(line, stamp ? stamp->end : 0);
    if (link.found) sink_.take_link(link, clock_.time_of(stamp), line_number_);
    sink_.take_path(station_of_path(line));
  }
  if (!manner_.context) return;
  if (line.size() <= longest_head && !is_all_blank(line)) previous_line_ = line;
  if (const auto stamp = clock_.find_stamp(line)) clock_.take_day(*stamp);
}

LogScanner::Progress LogScanner::scan_line(View text, std::size_t begin, std::size_t end, bool last) {
  TextSpan line;
  if (carried_) resume_carried(line);
  line.begin = line.prefix = begin;
  line.end = end;
  line.line = line_number_;
  line.head = previous_line_;
  std::size_t at = begin;

  for (;;) {
    const auto [next, object] = next_opening(text, at, line.end, manner_.objects);
    if (next >= line.end) break;
    const std::size_t after =
        object ? objects_.read_brace(text, next, line, last) : texts_.read_bracket(text, next, line, last);

    // Frames that were read are not read again: the next text begins behind them.
    if (after == TextReader::need_more) {
      if (!line.has_frame) return {begin, true};
      carry(line);
      previous_line_.clear();
      return {at, true};
    }

    if (after > next + 1) {
      line.has_frame = true;
      line.prefix = after;
    }

    at = after;
    if (at > line.end) go_to_line_of(text, at, line);
  }

  // Further frames of the line look at the head of its first: only now it is used up.
  if (line.has_frame) {
    previous_line_.clear();
    return {line.end, false};
  }
  const View whole = text.substr(begin, end - begin);
  // The first line of a log may be the head of a table.
  const bool may_be_head = sink_.record_count() == 0;
  if (!may_be_head || !rows_.begin_table(whole, line.line)) plain_line(whole);
  return {line.end, false};
}

// The line goes on from an earlier text: its beginning has told whose frames these are.
void LogScanner::resume_carried(TextSpan& line) {
  line.record = *carried_;
  line.record.line = line_number_;
  line.record_known = line.continued = line.has_frame = true;
  carried_.reset();
}

// Keeps the facts of a line whose rest comes with the next text: what they say is copied out of this one.
void LogScanner::carry(const TextSpan& line) {
  Record record = line.record;
  const auto views = {&record.facts.station, &record.action, &record.outer, &record.before, &record.behind};
  std::string kept;
  for (const View* view : views) kept += *view;
  carried_text_ = std::move(kept);  // not before: they may point into the text of a line carried earlier

  std::size_t at = 0;
  for (View* view : views) {
    *view = View(carried_text_).substr(at, view->size());
    at += view->size();
  }
  carried_ = record;
}

// A frame or object ended on a later line, at `at`: that line is read on.
void LogScanner::go_to_line_of(View text, std::size_t at, TextSpan& line) {
  line.line += newlines(text.substr(line.end, at - line.end));
  line.end = line_end(text, at);
  line.last_bracket = 0;
  line.tried_whole = false;
  line.record.line = line.line;
  const std::size_t newline = text.substr(0, at).rfind('\n');
  line.begin = newline == View::npos ? 0 : newline + 1;
  if (at < text.size() && text[at] == '"') {  // a cell that was never closed: the next row begins here
    line.prefix = line.begin;
    line.record_known = false;
  }
}

std::size_t LogScanner::scan_text(View text, bool last) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = line_end(text, at);
    if (end == text.size() && !last) return at;
    const bool in_table = rows_.is_table();
    if (in_copy_ && !in_table) {
      const View row = copied_line(text.substr(at, end - at));
      if (row.data() != text.data() + at) {
        scan_line(row, 0, row.size(), true);
        ++line_number_;
        at = std::min(end + 1, text.size());
        continue;
      }
    }
    const Progress progress = in_table ? Progress{} : scan_line(text, at, end, last);
    const std::size_t used = in_table ? rows_.read_row(text, at, line_number_, last) : progress.at;
    if (used == TextReader::need_more) return at;
    if (progress.more) {
      line_number_ += newlines(text.substr(at, used - at));
      return used;
    }
    line_number_ += end == used ? 1 : newlines(text.substr(at, used - at)) + 1;
    at = std::min(used + 1, text.size());
  }
  return at;
}

}  // namespace evtwin::ocpp
