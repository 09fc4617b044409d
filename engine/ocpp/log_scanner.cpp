#include "ocpp/log_scanner.hpp"

#include <algorithm>
#include <cstring>

#include "ocpp/action_table.hpp"

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr std::size_t most_object_bytes = std::size_t{1} << 20;  // of an object that spans lines
constexpr unsigned most_wrappings = 4;
constexpr std::size_t most_joined_lines = 10'000;
constexpr unsigned most_object_depth = 64;
constexpr std::size_t most_known_prefixes = 512;

bool all_blank(View text) { return text.find_first_not_of(" \t\r\n") == View::npos; }

std::uint64_t newlines(View text) { return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')); }

std::size_t line_end(View text, std::size_t from) {
  const void* found = from < text.size() ? std::memchr(text.data() + from, '\n', text.size() - from) : nullptr;
  return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : text.size();
}

bool has(View text, View what) { return memmem(text.data(), text.size(), what.data(), what.size()) != nullptr; }

constexpr View cut_off = "the frame is cut off";
constexpr View nested_too_deeply = "nested too deeply";
constexpr View no_station = "the station's name is left empty: the file's name is used";

// The text without its wrapping, in `room`, with the bytes behind it that the parser may read.
View unwrapped(View text, Wrap wrap, std::string& room) {
  unwrap_text(text, wrap, room);
  const std::size_t size = room.size();
  room.append(text_padding, ' ');
  return View(room).substr(0, size);
}

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
      listener_(listener),
      parser_(options.most_depth),
      objects_(options.most_depth),
      stamps_(manner.order),
      known_prefixes_(most_known_prefixes),
      scratch_(most_wrappings + 1) {}

void LogScanner::report_oddity(OddityKind kind, View reason, std::uint64_t line, View text) {
  listener_.on_oddity(kind, reason, line, text.substr(0, 400));
}

LogTime LogScanner::time_of(const std::optional<LogStamp>& stamp) {
  if (!stamp || stamp->kind == LogStamp::Kind::date) return {};
  if (stamp->kind == LogStamp::Kind::full) return {stamp->ns, stamp->zoned};
  if (!day_ns_) return {};
  if (stamp->ns < last_of_day_ - 12 * kernel::hour_ns) *day_ns_ += kernel::day_ns;
  last_of_day_ = stamp->ns;
  return {*day_ns_ + stamp->ns, false};
}

void LogScanner::read_prefix(View prefix, const std::optional<LogStamp>& stamp, Context& context) {
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
  context.facts = known.facts;
  context.facts.station = prefix.substr(known.station_at, known.station_bytes);
  context.layout = known.layout;
}

const LogScanner::Context& LogScanner::context_of(View text, std::size_t at, Line& line) {
  View prefix = text.substr(line.prefix, at - line.prefix);
  const bool own = line.prefix == line.begin && !line.continued;
  if (!own && line.context_known) {
    // A further frame on the line: what stands between may say more.
    const LineFacts facts = facts_of(prefix, 0);
    if (facts.way != Way::unknown) line.context.facts.way = facts.way;
    if (facts.sender != Sender::unknown) line.context.facts.sender = facts.sender;
    if (!facts.station.empty()) line.context.facts.station = facts.station;
    line.context.before = prefix;
    if (const auto stamp = all_blank(prefix) ? std::nullopt : stamps_.find_stamp(prefix)) {
      if (const LogTime time = time_of(stamp); time.is_known()) line.context.time = time;
    }
    return line.context;
  }

  if (line.context_known) return line.context;
  line.context_known = true;
  Context& context = line.context;
  context.stamp = stamps_.find_stamp(prefix);
  if (const View head = head_line(line); all_blank(prefix) && !head.empty()) {
    // The line before may be the head of the frame: it has a time then.
    context.stamp = stamps_.find_stamp(head);
    if (context.stamp) prefix = head;
  }
  read_prefix(prefix, context.stamp, context);
  context.outer = prefix;
  context.before = {};
  context.stamp_in_outer = context.stamp.has_value();
  if (!context.stamp) {
    // Behind the last frame of the line.
    if (line.last_bracket == 0) {
      const std::size_t bracket = text.substr(at, line.end - at).rfind(']');
      line.last_bracket = bracket == View::npos ? line.end : at + bracket + 1;
    }
    const View behind = text.substr(line.last_bracket, line.end - line.last_bracket);
    if (behind.size() >= 8) context.stamp = StampReader(manner_.order).find_stamp(behind);
  }
  context.time = time_of(context.stamp);
  context.line = line.number;
  context.record = ++record_;
  return context;
}

// Frames in a text that stands inside something else: a cell, a field, an unwrapped string. @returns how many.
std::size_t LogScanner::frames_in(View piece, const Context& context, unsigned level) {
  std::size_t frames = 0, prefix = 0;
  const RecordShape none;
  for (std::size_t at = piece.find('['); at != View::npos; at = piece.find('[', at)) {
    const Beginning beginning = beginning_at(piece, at);
    if (beginning.kind != Beginning::Kind::frame) {
      if (beginning.kind == Beginning::Kind::lookalike)
        report_oddity(OddityKind::lookalike, "resembles a frame", context.line, piece.substr(at));
      ++at;
      continue;
    }

    Context own = context;
    add_words_before(piece.substr(prefix, at - prefix), frames == 0, own);

    if (beginning.wrap != Wrap::none && level < most_wrappings) {
      const std::size_t end = wrapped_end(piece, at, beginning.wrap);
      frames += frames_in(unwrapped(piece.substr(at, end - at), beginning.wrap, scratch_[level]), own, level + 1);
      at = prefix = std::max(end, at + 1);
      continue;
    }
    if (const std::size_t bracket = piece.find_last_not_of(" \t\r\n"); prefix == 0 && piece[bracket] == ']') {
      // Mostly the frame is all that follows.
      const View whole = piece.substr(at, bracket + 1 - at);
      const ParseOutcome outcome = parser_.parse_frame(whole);
      if (outcome.kind == ParseOutcome::Kind::frame) {
        take_outcome(outcome, whole, own);
        return frames + 1;
      }
    }

    // Else its brackets are counted, and it is mended if it can be.
    const Extent extent = extent_of(piece, at, none, options_.most_depth);
    if (extent.how != Extent::End::closed)
      odd_unclosed(extent, beginning.type, context.line, piece.substr(at));
    else if (read_or_mend(piece.substr(at, extent.end - at), beginning.type, own))
      ++frames;

    at = prefix = std::max(extent.end, at + 1);
  }
  return frames;
}

// Words right before a frame count more than those around the whole text that it stands in.
void LogScanner::add_words_before(View before, bool first_frame, Context& context) {
  context.before = before;
  if (all_blank(before)) return;
  const auto stamp = stamps_.find_stamp(before);
  const LineFacts facts = facts_of(before, stamp ? stamp->end : 0);
  if (facts.way != Way::unknown) context.facts.way = facts.way;
  if (facts.sender != Sender::unknown) context.facts.sender = facts.sender;
  if (!facts.station.empty()) context.facts.station = facts.station;

  if (!context.time.is_known()) {
    context.stamp = stamp;
    context.time = time_of(stamp);
  }
  context.facts.blocked |= facts.blocked;
  context.facts.retold |= facts.retold;
  if (first_frame && context.layout.substr(0, 4) != "JSON") context.layout = layout_name(before);
}

// A text whose brackets close may still need mending. @returns whether it is a frame
bool LogScanner::read_or_mend(View text, int type, const Context& context) {
  ParseOutcome outcome = parser_.parse_frame(text);
  if (outcome.kind == ParseOutcome::Kind::bad_json) outcome = parser_.parse_repaired(text);
  if (outcome.kind == ParseOutcome::Kind::frame) {
    take_outcome(outcome, text, context);
    return true;
  }
  odd_text(outcome, type, context.line, text);
  return false;
}

// Damaged JSON behind the type of a call or an answer was a frame; other texts only resemble one.
void LogScanner::odd_text(const ParseOutcome& outcome, int type, std::uint64_t line, View text) {
  const bool real = outcome.kind == ParseOutcome::Kind::bad_json && type <= 4;
  report_oddity(real ? OddityKind::unused : OddityKind::lookalike, outcome.reason, line, text);
}

// A frame whose brackets do not close can not be mended: it is flagged as far as it goes.
void LogScanner::odd_unclosed(const Extent& extent, int type, std::uint64_t line, View text) {
  const bool deep = extent.how == Extent::End::too_deep;
  report_oddity(type > 4 ? OddityKind::lookalike : OddityKind::unused, deep ? nested_too_deeply : cut_off, line, text);
}

std::size_t LogScanner::wrapped_at(View text, std::size_t at, Wrap wrap, Line& line, bool last) {
  const std::size_t end = wrapped_end(text, at, wrap);
  if (end >= text.size() && !last) return need_more;
  Context context = context_of(text, at, line);
  const std::size_t stop = std::min(line_end(text, end), text.size());
  context.behind = text.substr(std::min(end, stop), stop - std::min(end, stop));
  frames_in(unwrapped(text.substr(at, end - at), wrap, scratch_[0]), context, 1);
  return std::max(end, at + 1);
}

// Firmware that breaks its lines at a fixed width and repeats what stands before the arrow on each of them.
bool LogScanner::join_columns(View text, std::size_t at, std::size_t& end, Line& line) {
  View head = text.substr(line.begin, at - line.begin);
  const std::size_t arrow = std::max(head.rfind("->") + 1, head.rfind("<-") + 1);  // npos + 1 is 0
  if (arrow > 0) head = head.substr(0, arrow - 1);
  const std::size_t length = head.size();
  if (length < 8 || length > 200) return false;

  const RecordShape same(head, length);
  std::string& whole = scratch_[most_wrappings];
  whole.assign(text.substr(at, line.end - at));
  std::size_t next = line.end, lines = 0;
  ParseOutcome outcome;
  while (next < text.size() && lines < most_joined_lines) {
    const std::size_t begin = next + 1, stop = line_end(text, begin);
    const View row = text.substr(begin, stop - begin);
    if (row.size() <= length || !same.begins_record(row)) return false;
    // Figures alone may differ from the first line: the time went on.
    for (std::size_t i = 0; i < length; ++i) {
      const bool digits = row[i] >= '0' && row[i] <= '9' && head[i] >= '0' && head[i] <= '9';
      if (row[i] != head[i] && !digits) return false;
    }

    View rest = row.substr(length);
    if (rest.substr(0, 2) == "->" || rest.substr(0, 2) == "<-" ||
        (rest[0] == '[' && beginning_at(rest, 0).kind == Beginning::Kind::frame))
      return false;

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
    if (outcome.kind != ParseOutcome::Kind::frame) return false;

    Context context = context_of(text, at, line);
    context.layout = "firmware, broken lines";
    take_outcome(outcome, View(whole).substr(0, extent.end), context);
    end = stop;
    return true;
  }
  return false;
}

std::size_t LogScanner::frame_at(View text, std::size_t at, const Beginning& beginning, Line& line, bool last) {
  if (beginning.wrap != Wrap::none) return wrapped_at(text, at, beginning.wrap, line, last);

  // Most logs have one frame on a line: what lies between here and the last ']' is it, if it can be read.
  if (!line.tried_whole && whole_misses_ <= whole_hits_ + 16) {
    line.tried_whole = true;
    const void* bracket = memrchr(text.data() + at, ']', line.end - at);
    if (bracket) {
      line.last_bracket = static_cast<std::size_t>(static_cast<const char*>(bracket) - text.data()) + 1;
      const View whole = text.substr(at, line.last_bracket - at);
      const ParseOutcome outcome = parser_.parse_frame(whole);
      if (outcome.kind == ParseOutcome::Kind::frame) {
        ++whole_hits_;
        Context context = context_of(text, at, line);
        context.behind = text.substr(line.last_bracket, line.end - line.last_bracket);
        take_outcome(outcome, whole, context);
        return line.last_bracket;
      }
      ++whole_misses_;
    }
  }

  // Else its brackets are counted: it may span lines, or be cut off by the next record.
  const View head = text.substr(line.begin, line.end - line.begin);
  const RecordShape record(head, line.begin == line.prefix ? at - line.begin : 0);
  const Extent extent = extent_of(text, at, record, options_.most_depth);
  if (extent.how == Extent::End::cut && extent.end == text.size() && !last) {
    if (text.size() - at <= options_.most_frame_bytes) return need_more;
    report_oddity(OddityKind::unused, "longer than any frame", line.number, text.substr(at));
    return line.end;
  }

  Context context = context_of(text, at, line);
  if (extent.end < line.end) context.behind = text.substr(extent.end, line.end - extent.end);
  const Candidate candidate{at, beginning, extent};
  return extent.how == Extent::End::closed ? closed_at(text, candidate, line, context, last)
                                           : unclosed_at(text, candidate, line, context);
}

// The brackets close: a frame, as it stands or mended, unless the WebSocket library shortened it.
std::size_t LogScanner::closed_at(View text, const Candidate& candidate, Line& line, const Context& context,
                                  bool last) {
  const auto& [at, beginning, extent] = candidate;
  const View whole = text.substr(at, extent.end - at);
  ParseOutcome outcome = parser_.parse_frame(whole);
  if (outcome.kind == ParseOutcome::Kind::bad_json) {
    const View before = text.substr(line.prefix, at - line.prefix);
    // Python shows bytes and strings in its own quotes and escapes.
    if (!before.empty() && before.back() == '\'' && has(whole, "\\"))
      return wrapped_at(text, at, Wrap::python, line, last);
    if (!(context.facts.retold && has(whole, "..."))) outcome = parser_.parse_repaired(whole);
  }

  if (outcome.kind == ParseOutcome::Kind::frame)
    take_outcome(outcome, whole, context);
  else if (context.facts.retold && manner_.skip_retold)
    report_oddity(OddityKind::lookalike, told_twice, line.number, whole);
  else
    odd_text(outcome, beginning.type, line.number, whole);
  return extent.end;
}

// The brackets do not close: a frame in columns, one that the library shortened, or one that is lost.
std::size_t LogScanner::unclosed_at(View text, const Candidate& candidate, Line& line, const Context& context) {
  const auto& [at, beginning, extent] = candidate;

  // Cut off at the line's end: the next lines may be its columns.
  if (extent.how == Extent::End::cut && extent.end >= line.end) {
    std::size_t end = 0;
    if (join_columns(text, at, end, line)) return end;
  }

  if (context.facts.retold && manner_.skip_retold) {
    // The library leaves out the middle of long frames.
    report_oddity(OddityKind::lookalike, told_twice, line.number, text.substr(at));
    return line.end;
  }

  odd_unclosed(extent, beginning.type, line.number, text.substr(at));
  // The lines below it are read on their own, so that what stands before their frames counts for them.
  const bool deep = extent.how == Extent::End::too_deep;
  return std::max(deep ? extent.end : std::min(extent.end, line.end), at + 1);
}

// The fields of a message's object count more than the words of the line.
void LogScanner::add_fields(const MessageObject& message, Context& context) {
  context.layout = "JSON objects";
  context.stamp_in_outer = false;
  context.before = {};
  if (message.way.way != Way::unknown) context.facts.way = message.way.way;
  if (message.way.sender != Sender::unknown) context.facts.sender = message.way.sender;
  if (!message.station.empty()) context.facts.station = message.station;

  if (message.time.is_known()) {
    context.time = message.time;
    context.stamp.reset();
  }
}

// A message is parsed from its raw text, or put together out of its fields. @returns how many frames it holds
std::size_t LogScanner::frames_of(const MessageObject& message, const Context& context) {
  if (message.raw.empty()) {
    put_together(message, context);
    return 1;
  }
  std::string& piece = scratch_[most_wrappings];
  piece.assign(message.raw);
  piece.append(text_padding, ' ');
  return frames_in(View(piece).substr(0, message.raw.size()), context, 0);
}

std::size_t LogScanner::object_at(View text, std::size_t at, Line& line, bool last) {
  const std::size_t first = text.find_first_not_of(" \t\r\n", at + 1);
  if (first == View::npos) return last ? at + 1 : need_more;
  if (text[first] != '"' && text[first] != '}') return at + 1;

  const View head = text.substr(line.begin, line.end - line.begin);
  const std::size_t before = at - line.begin;
  const RecordShape record(head, all_blank(head.substr(0, before)) ? 0 : before);

  // An object that spans lines is looked at up to a limit; a longer one is a document, and its parts come next.
  const std::size_t limit = std::max(line.end, std::min(text.size(), at + most_object_bytes));
  const Extent extent = object_extent(text.substr(0, limit), at, record, most_object_depth);
  if (extent.how != Extent::End::closed) {
    const bool short_of_text = extent.how == Extent::End::cut && extent.end == text.size() && !last;
    return short_of_text && text.size() - at <= most_object_bytes ? need_more : at + 1;
  }

  if (extent.end - at > options_.most_frame_bytes) return extent.end;
  const View whole = text.substr(at, extent.end - at);
  const auto messages = objects_.read_object(whole, extent.end <= line.end);
  if (!messages.valid) return at + 1;

  if (manner_.payload_only && messages.root && payload_only(text, at, *messages.root, line)) return extent.end;

  if (!messages.repeated_key.empty()) {
    const std::size_t second = whole.rfind(messages.repeated_key);
    report_oddity(OddityKind::repaired, "a key twice in the object of a message", line.number,
                  whole.substr(second == View::npos || second == 0 ? 0 : second - 1));
  }

  if (messages.too_deep) report_oddity(OddityKind::unused, nested_too_deeply, line.number, whole);

  std::size_t frames = 0;
  for (const MessageObject& message : messages.found) {
    Context context = context_of(text, at, line);
    context.outer = text.substr(line.prefix, extent.end - line.prefix);
    add_fields(message, context);
    if (message.station_left_empty) report_oddity(OddityKind::repaired, no_station, line.number, whole);
    frames += frames_of(message, context);
  }

  // An object over several lines that holds no message may hold smaller ones that do.
  if (frames > 0) return extent.end;
  return extent.end <= line.end ? extent.end : at + 1;
}

bool LogScanner::payload_only(View text, std::size_t at, const simdjson::dom::element& payload, Line& line) {
  View prefix = text.substr(line.prefix, at - line.prefix);
  if (all_blank(prefix)) prefix = head_line(line);
  Context context = context_of(text, at, line);
  PayloadLabel label = payload_label(prefix);
  if (label.action.empty() || (!label.type && context.facts.sender == Sender::unknown)) return false;
  MessageObject message;
  message.frame.type = label.type.value_or(FrameType::call);
  message.frame.id = label.id;
  message.frame.action = label.action;
  message.frame.payload = &payload;
  context.layout = "payloads with their actions";
  if (!label.station.empty()) context.facts.station = label.station;
  put_together(message, context);
  return true;
}

void LogScanner::plain_line(View line) {
  if (line.size() < 4) return;
  if (has(line, "onnect") || has(line, "://") || has(line, "GET /")) {
    const auto stamp = stamps_.find_stamp(line);
    const LinkText link = link_of(line, stamp ? stamp->end : 0);
    if (link.found) listener_.on_link(link, time_of(stamp), line_number_);
    if (const View station = station_of_path(line); !station.empty() && station.size() <= 100) {
      if (path_station_.empty()) path_station_ = station;
      many_paths_ = many_paths_ || path_station_ != station;
    }
  }
  if (!manner_.context) return;
  if (line.size() <= 512 && !all_blank(line)) previous_line_ = line;
  const auto stamp = stamps_.find_stamp(line);
  if (!stamp || stamp->kind == LogStamp::Kind::time) return;
  // The first date of a head counts; later ones where a line begins with them.
  if (day_ns_ && stamp->begin > 2) return;
  const TimeNs of_day = (stamp->ns % kernel::day_ns + kernel::day_ns) % kernel::day_ns;
  day_ns_ = stamp->ns - of_day;
  last_of_day_ = stamp->kind == LogStamp::Kind::full ? of_day : 0;
}

std::size_t LogScanner::scan_row(View text, std::size_t begin, bool last) {
  bool open = false;
  const std::size_t end = cut_row(text, begin, *table_, cells_, open);
  if (end >= text.size() && !last) return need_more;
  Context context;
  context.line = line_number_;
  context.record = ++record_;
  context.layout = "table";
  context.outer = text.substr(begin, end - begin);

  const auto cell = [&](FieldKind kind) {
    const std::size_t at = table_->find_column(kind);
    return at < cells_.size() ? cells_[at].text : View();
  };

  const View when = cell(FieldKind::time);
  context.stamp = stamps_.find_stamp(when);
  context.time = time_of(context.stamp);
  if (const View then = cell(FieldKind::answer_time); !then.empty())
    context.answer_time = time_of(StampReader(manner_.order).find_stamp(then));

  if (const View way = cell(FieldKind::way); !way.empty()) context.facts = way_of_word(way);
  context.facts.station = cell(FieldKind::station);
  if (table_->find_column(FieldKind::station) == table_->columns.size())
    context.facts.station = cell(FieldKind::station_maybe);
  else if (context.facts.station.empty() && table_->find_column(FieldKind::station) < cells_.size())
    report_oddity(OddityKind::repaired, no_station, context.line, text.substr(begin, end - begin));
  // The action tells who started it where a row is cut; it may stand as an event's name, too.
  if (const View action = cell(FieldKind::action); find_action(action)) context.action = action;

  // Any cell may hold frames, or the payload of one, with quotes doubled or not.
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const View piece = cells_[i].text;
    const FieldKind kind = i < table_->columns.size() ? table_->columns[i] : FieldKind::other;
    const bool object = !piece.empty() && piece[0] == '{' && (kind == FieldKind::payload || kind == FieldKind::answer);
    if (!object && piece.find('[') == View::npos) continue;
    std::string& inner = scratch_[0];
    if (cells_[i].quoted && has(piece, "\"\"")) {
      unwrap_text(piece, Wrap::csv, inner);
    } else {
      inner = piece;
    }
    const std::size_t size = inner.size();
    inner.append(text_padding, ' ');
    const View plain = View(inner).substr(0, size);

    if (object) {
      const auto message = objects_.of_row(plain, cell(FieldKind::action), cell(FieldKind::type), cell(FieldKind::id),
                                           kind == FieldKind::answer);
      if (message) {
        put_together(*message, context);
        continue;
      }
      if (objects_.row_too_deep()) report_oddity(OddityKind::unused, nested_too_deeply, context.line, plain);
    }
    frames_in(plain, context, 1);
  }
  return end;
}

LogScanner::Progress LogScanner::scan_line(View text, std::size_t begin, std::size_t end, bool last) {
  Line line;
  if (carried_) resume_carried(line);
  line.begin = line.prefix = begin;
  line.end = end;
  line.number = line_number_;
  std::size_t at = begin;

  for (;;) {
    const auto [next, object] = next_opening(text, at, line.end, manner_.objects);
    if (next >= line.end) break;

    std::size_t after = next + 1;
    if (object) {
      after = object_at(text, next, line, last);
    } else {
      const Beginning beginning = beginning_at(text, next);
      if (beginning.kind == Beginning::Kind::unknown && !last) {
        after = need_more;
      } else if (beginning.kind == Beginning::Kind::frame) {
        after = frame_at(text, next, beginning, line, last);
      } else if (beginning.kind == Beginning::Kind::lookalike) {
        report_oddity(OddityKind::lookalike, "resembles a frame", line.number, text.substr(next));
      }
    }

    // Frames that were read are not read again: the next text begins behind them.
    if (after == need_more) {
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
  const bool may_be_head = !table_ && record_ == 0;
  if (!may_be_head || !begins_table(whole, line.number)) plain_line(whole);
  return {line.end, false};
}

// The line goes on from an earlier text: its beginning has told whose frames these are.
void LogScanner::resume_carried(Line& line) {
  line.context = *carried_;
  line.context.line = line_number_;
  line.context_known = line.continued = line.has_frame = true;
  carried_.reset();
}

// Keeps the facts of a line whose rest comes with the next text: what they say is copied out of this one.
void LogScanner::carry(const Line& line) {
  Context context = line.context;
  const auto views = {&context.facts.station, &context.action, &context.outer, &context.before, &context.behind};
  std::string kept;
  for (const View* view : views) kept += *view;
  carried_text_ = std::move(kept);  // not before: they may point into the text of a line carried earlier

  std::size_t at = 0;
  for (View* view : views) {
    *view = View(carried_text_).substr(at, view->size());
    at += view->size();
  }
  carried_ = context;
}

// A frame or object ended on a later line, at `at`: that line is read on.
void LogScanner::go_to_line_of(View text, std::size_t at, Line& line) {
  line.number += newlines(text.substr(line.end, at - line.end));
  line.end = line_end(text, at);
  line.last_bracket = 0;
  line.tried_whole = false;
  line.context.line = line.number;
  const std::size_t newline = text.substr(0, at).rfind('\n');
  line.begin = newline == View::npos ? 0 : newline + 1;
  if (at < text.size() && text[at] == '"') {  // a cell that was never closed: the next row begins here
    line.prefix = line.begin;
    line.context_known = false;
  }
}

// The first line of a log may be the head of a table. @returns whether it is
bool LogScanner::begins_table(View line, std::uint64_t number) {
  table_ = table_head(line);
  if (!table_) return false;
  if (table_->repeated_name)
    report_oddity(OddityKind::repaired, "a column twice in the head of a table: the first is used", number, line);
  return true;
}

std::size_t LogScanner::scan_text(View text, bool last) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = line_end(text, at);
    if (end == text.size() && !last) return at;
    const bool in_table = table_.has_value();
    const Progress progress = in_table ? Progress{} : scan_line(text, at, end, last);
    const std::size_t used = in_table ? scan_row(text, at, last) : progress.at;
    if (used == need_more) return at;
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
