#include "ocpp/text_reader.hpp"

#include <algorithm>
#include <cstring>

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr unsigned most_wrappings = 4;
constexpr std::size_t most_joined_lines = 10'000;
constexpr std::size_t most_known_prefixes = 512;

constexpr View cut_off = "the frame is cut off";

bool has_text(View text, View wanted) {
  return memmem(text.data(), text.size(), wanted.data(), wanted.size()) != nullptr;
}

// The text without its wrapping, in `room`, with the bytes behind it that the parser may read.
View unwrapped(View text, Wrap wrap, std::string& room) {
  unwrap_text(text, wrap, room);
  const std::size_t size = room.size();
  room.append(text_padding, ' ');
  return View(room).substr(0, size);
}

// Damaged JSON behind the type of a call or an answer was a frame; other texts only resemble one.
OddityKind kind_of_odd(const ParseOutcome& outcome, int type) {
  return outcome.kind == ParseOutcome::Kind::bad_json && type <= 4 ? OddityKind::unused : OddityKind::lookalike;
}

}  // namespace

std::size_t line_end(View text, std::size_t from) {
  const void* found = from < text.size() ? std::memchr(text.data() + from, '\n', text.size() - from) : nullptr;
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : text.size();
}

bool is_all_blank(View text) { return text.find_first_not_of(" \t\r\n") == View::npos; }

TextReader::TextReader(const ReadOptions& options, RecordClock& clock, RecordSink& sink)
    : options_(options),
      clock_(clock),
      sink_(sink),
      parser_(options.most_depth),
      known_prefixes_(most_known_prefixes),
      unwrapped_(most_wrappings) {}

void TextReader::read_prefix(View prefix, const std::optional<LogStamp>& stamp, Record& record) {
  const std::size_t begin = stamp ? stamp->begin : 0, end = stamp ? stamp->end : 0;
  const View before = prefix.substr(0, begin), after = prefix.substr(end);
  KnownPrefix& known = known_prefixes_[(std::hash<View>{}(after) ^ before.size()) % known_prefixes_.size()];
  if (!known.filled || known.stamp_bytes != end - begin || known.before != before || known.after != after) {
    known.facts = facts_of(prefix, end);
    known.layout = layout_name(prefix);
    known.stamp_bytes = end - begin;
    known.before = before;
    known.after = after;
    const View station = known.facts.station;
    known.station_bytes = station.size();
    known.station_at = station.empty() ? 0 : static_cast<std::size_t>(station.data() - prefix.data());
    known.facts.station = {};
    known.filled = prefix.size() <= 400;
  }
  record.facts = known.facts;
  record.facts.station = prefix.substr(known.station_at, known.station_bytes);
  record.layout = known.layout;
}

// A further frame on the line: words between it and the one before may say more.
void TextReader::add_words_between(View words, Record& record) {
  const LineFacts facts = facts_of(words, 0);
  if (facts.way != Way::unknown) record.facts.way = facts.way;
  if (facts.sender != Sender::unknown) record.facts.sender = facts.sender;
  if (!facts.station.empty()) record.facts.station = facts.station;
  record.before = words;
  if (const auto stamp = is_all_blank(words) ? std::nullopt : clock_.find_stamp(words)) {
    if (const LogTime time = clock_.time_of(stamp); time.is_known()) record.time = time;
  }
}

const Record& TextReader::record_of(View text, std::size_t at, TextSpan& line) {
  View prefix = text.substr(line.prefix, at - line.prefix);
  Record& record = line.record;
  if (line.record_known) {
    if (line.prefix != line.begin || line.continued) add_words_between(prefix, record);
    return record;
  }

  line.record_known = true;
  record.stamp = clock_.find_stamp(prefix);
  if (const View head = line.has_frame ? View() : line.head; is_all_blank(prefix) && !head.empty()) {
    // The line before may be the head of the frame: it has a time then.
    record.stamp = clock_.find_stamp(head);
    if (record.stamp) prefix = head;
  }
  read_prefix(prefix, record.stamp, record);
  record.outer = prefix;
  record.before = {};
  record.stamp_in_outer = record.stamp.has_value();
  if (!record.stamp) {
    // Behind the last frame of the line.
    if (line.last_bracket == 0) {
      const std::size_t bracket = text.substr(at, line.end - at).rfind(']');
      line.last_bracket = bracket == View::npos ? line.end : at + bracket + 1;
    }
    const View behind = text.substr(line.last_bracket, line.end - line.last_bracket);
    if (behind.size() >= 8) record.stamp = clock_.find_stamp_elsewhere(behind);
  }
  record.time = clock_.time_of(record.stamp);
  record.line = line.line;
  record.number = sink_.next_number();
  return record;
}

// Words right before a frame count more than those around the whole text that it stands in.
void TextReader::add_words_before(View before, bool first_frame, Record& record) {
  record.before = before;
  if (is_all_blank(before)) return;
  const auto stamp = clock_.find_stamp(before);
  const LineFacts facts = facts_of(before, stamp ? stamp->end : 0);
  if (facts.way != Way::unknown) record.facts.way = facts.way;
  if (facts.sender != Sender::unknown) record.facts.sender = facts.sender;
  if (!facts.station.empty()) record.facts.station = facts.station;

  if (!record.time.is_known()) {
    record.stamp = stamp;
    record.time = clock_.time_of(stamp);
  }
  record.facts.blocked |= facts.blocked;
  record.facts.retold |= facts.retold;
  if (first_frame && record.layout.substr(0, 4) != "JSON") record.layout = layout_name(before);
}

// The record of a frame: that of its line with what follows the frame there, or that of what it stands in with the
// words right before it.
Record TextReader::record_at(View text, std::size_t at, TextSpan& span, std::size_t frame_end) {
  if (span.inside) {
    Record record = *span.inside;
    add_words_before(text.substr(span.prefix, at - span.prefix), span.frames == 0, record);
    return record;
  }
  Record record = record_of(text, at, span);
  if (frame_end < span.end) record.behind = text.substr(frame_end, span.end - frame_end);
  return record;
}

std::uint64_t TextReader::read_inside(View text, const Record& record, unsigned level) {
  TextSpan span;
  span.end = text.size();
  span.inside = &record;
  span.level = level;
  span.line = record.line;
  for (std::size_t at = text.find('['); at != View::npos; at = text.find('[', at)) {
    const std::size_t after = read_bracket(text, at, span, true);
    if (after > at + 1) span.prefix = after;
    at = after;
  }
  return span.frames;
}

std::size_t TextReader::read_bracket(View text, std::size_t at, TextSpan& span, bool last) {
  const Beginning beginning = beginning_at(text, at);
  switch (beginning.kind) {
    case Beginning::Kind::frame:
      return frame_at(text, at, beginning, span, last);
    case Beginning::Kind::unknown:
      return last ? at + 1 : need_more;
    case Beginning::Kind::lookalike:
      sink_.report_oddity(OddityKind::lookalike, "resembles a frame", span.line, text.substr(at));
      return at + 1;
    case Beginning::Kind::nothing:
      break;
  }
  return at + 1;
}

std::size_t TextReader::wrapped_at(View text, std::size_t at, Wrap wrap, TextSpan& span, bool last) {
  const std::size_t end = wrapped_end(text, at, wrap);
  if (end >= text.size() && !last) return need_more;
  Record record = record_at(text, at, span, text.size());
  if (!span.inside) {
    const std::size_t stop = line_end(text, end);
    record.behind = text.substr(std::min(end, stop), stop - std::min(end, stop));
  }
  const View plain = unwrapped(text.substr(at, end - at), wrap, unwrapped_[span.level]);
  span.frames += read_inside(plain, record, span.level + 1);
  return std::max(end, at + 1);
}

// Mostly a text has one frame: what lies between here and its last ']', if that can be read. @returns whether it was
bool TextReader::whole_frame(View text, std::size_t at, TextSpan& span) {
  if (span.tried_whole || whole_misses_ > whole_hits_ + 16) return false;
  span.tried_whole = true;
  const void* bracket = memrchr(text.data() + at, ']', span.end - at);
  if (!bracket) return false;
  span.last_bracket = static_cast<std::size_t>(static_cast<const char*>(bracket) - text.data()) + 1;
  const View whole = text.substr(at, span.last_bracket - at);
  ParseOutcome outcome = parser_.parse_frame(whole);
  // A row of a dump without the dump's head: its backslashes are doubled.
  const bool python = at > 0 && text[at - 1] == '\'';
  if (outcome.kind == ParseOutcome::Kind::bad_json && !python && span.level < most_wrappings &&
      has_text(whole, "\\\\\""))
    outcome = parser_.parse_frame(unwrapped(whole, Wrap::copy, unwrapped_[span.level]));
  if (outcome.kind != ParseOutcome::Kind::frame) {
    ++whole_misses_;
    return false;
  }
  ++whole_hits_;
  sink_.take_frame(outcome, whole, record_at(text, at, span, span.last_bracket));
  ++span.frames;
  return true;
}

std::size_t TextReader::frame_at(View text, std::size_t at, const Beginning& beginning, TextSpan& span, bool last) {
  if (beginning.wrap != Wrap::none && span.level < most_wrappings)
    return wrapped_at(text, at, beginning.wrap, span, last);
  if (whole_frame(text, at, span)) return span.last_bracket;

  // Else its brackets are counted: on a line it may go on below, or be cut off by the next record.
  const View head = text.substr(span.begin, span.end - span.begin);
  const RecordShape shape =
      span.inside ? RecordShape() : RecordShape(head, span.begin == span.prefix ? at - span.begin : 0);
  const Extent extent = extent_of(text, at, shape, options_.most_depth);
  if (extent.how == Extent::End::cut && extent.end == text.size() && !last) {
    if (text.size() - at <= options_.most_frame_bytes) return need_more;
    sink_.report_oddity(OddityKind::unused, "longer than any frame", span.line, text.substr(at));
    return span.end;
  }

  const Candidate candidate{at, beginning, extent};
  return extent.how == Extent::End::closed ? closed_at(text, candidate, span, last)
                                           : unclosed_at(text, candidate, span);
}

// The brackets close: a frame, as it stands or mended, unless the WebSocket library shortened it.
std::size_t TextReader::closed_at(View text, const Candidate& candidate, TextSpan& span, bool last) {
  const auto& [at, beginning, extent] = candidate;
  const View before = text.substr(span.prefix, at - span.prefix);
  const Record record = record_at(text, at, span, extent.end);
  const View whole = text.substr(at, extent.end - at);
  ParseOutcome outcome = parser_.parse_frame(whole);
  if (outcome.kind == ParseOutcome::Kind::bad_json) {
    // Python shows bytes and strings in its own quotes and escapes.
    const bool python = !before.empty() && before.back() == '\'' && has_text(whole, "\\");
    if (python && span.level < most_wrappings) return wrapped_at(text, at, Wrap::python, span, last);
    if (!(record.facts.retold && has_text(whole, "..."))) outcome = parser_.parse_repaired(whole);
  }

  if (outcome.kind == ParseOutcome::Kind::frame) {
    sink_.take_frame(outcome, whole, record);
    ++span.frames;
  } else if (sink_.skips(record)) {
    sink_.report_retold(span.line, whole);
  } else {
    sink_.report_oddity(kind_of_odd(outcome, beginning.type), outcome.reason, span.line, whole);
  }
  return extent.end;
}

// The brackets do not close: a frame in columns, one that the library shortened, or one that is lost, which is flagged
// as far as it goes.
std::size_t TextReader::unclosed_at(View text, const Candidate& candidate, TextSpan& span) {
  const auto& [at, beginning, extent] = candidate;
  const Record record = record_at(text, at, span, extent.end);

  // Cut off at the line's end: the next lines may be its columns.
  if (!span.inside && extent.how == Extent::End::cut && extent.end >= span.end) {
    if (const std::size_t end = join_columns(text, at, span)) return end;
  }

  if (sink_.skips(record)) {
    // The library leaves out the middle of long frames.
    sink_.report_retold(span.line, text.substr(at));
    return span.end;
  }

  const bool deep = extent.how == Extent::End::too_deep;
  sink_.report_oddity(beginning.type > 4 ? OddityKind::lookalike : OddityKind::unused,
                      deep ? nested_too_deeply : cut_off, span.line, text.substr(at));
  // The lines below it are read on their own, so that what stands before their frames counts for them.
  return std::max(deep ? extent.end : std::min(extent.end, span.end), at + 1);
}

// Firmware that breaks its lines at a fixed width and repeats what stands before the arrow on each of them.
std::size_t TextReader::join_columns(View text, std::size_t at, TextSpan& line) {
  View head = text.substr(line.begin, at - line.begin);
  const std::size_t arrow = std::max(head.rfind("->") + 1, head.rfind("<-") + 1);  // npos + 1 is 0
  if (arrow > 0) head = head.substr(0, arrow - 1);
  const std::size_t length = head.size();
  if (length < 8 || length > 200) return 0;

  const RecordShape same(head, length);
  std::string& whole = joined_;
  whole.assign(text.substr(at, line.end - at));
  std::size_t next = line.end, lines = 0;
  ParseOutcome outcome;
  while (next < text.size() && lines < most_joined_lines) {
    const std::size_t begin = next + 1, stop = line_end(text, begin);
    const View row = text.substr(begin, stop - begin);
    if (row.size() <= length || !same.begins_record(row)) return 0;
    // Figures alone may differ from the first line: the time went on.
    for (std::size_t i = 0; i < length; ++i) {
      const bool digits = row[i] >= '0' && row[i] <= '9' && head[i] >= '0' && head[i] <= '9';
      if (row[i] != head[i] && !digits) return 0;
    }

    View rest = row.substr(length);
    if (rest.substr(0, 2) == "->" || rest.substr(0, 2) == "<-" ||
        (rest[0] == '[' && beginning_at(rest, 0).kind == Beginning::Kind::frame))
      return 0;

    while (!whole.empty() && whole.back() == '\r') whole.pop_back();
    whole += rest;
    ++lines;
    next = stop;
    if (rest.find(']') == View::npos) continue;
    // This may be the frame's end, or a bracket inside it.
    const std::size_t bracket = whole.rfind(']') + 1, size = whole.size();
    const Extent extent = extent_of(View(whole).substr(0, bracket), 0, {}, options_.most_depth);
    if (extent.how != Extent::End::closed) continue;
    whole.append(text_padding, ' ');
    outcome = parser_.parse_frame(View(whole).substr(0, extent.end));
    whole.resize(size);
    if (outcome.kind != ParseOutcome::Kind::frame) return 0;

    Record record = record_of(text, at, line);
    record.layout = "firmware, broken lines";
    sink_.take_frame(outcome, View(whole).substr(0, extent.end), record);
    ++line.frames;
    return stop;
  }
  return 0;
}

}  // namespace evtwin::ocpp
