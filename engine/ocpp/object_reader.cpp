#include "ocpp/object_reader.hpp"

#include <algorithm>
#include <cstring>

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr std::size_t most_object_bytes = std::size_t{1} << 20;  // of an object that spans lines
constexpr unsigned most_object_depth = 64;

// The fields of a message's object count more than the words of the line.
void add_fields(const MessageObject& message, Record& record) {
  record.layout = "JSON objects";
  record.stamp_in_outer = false;
  record.before = {};
  if (message.way.way != Way::unknown) record.facts.way = message.way.way;
  if (message.way.sender != Sender::unknown) record.facts.sender = message.way.sender;
  if (!message.station.empty()) record.facts.station = message.station;

  if (message.time.is_known()) {
    record.time = message.time;
    record.stamp.reset();
  }
}

}  // namespace

ObjectReader::ObjectReader(const ReadOptions& options, const Manner& manner, TextReader& texts, RecordSink& sink)
    : options_(options), manner_(manner), texts_(texts), sink_(sink), objects_(options.most_depth) {}

// A message is parsed from its raw text, or put together out of its fields. @returns how many frames it holds
std::uint64_t ObjectReader::read_message(const MessageObject& message, const Record& record) {
  if (message.raw.empty()) {
    sink_.take_message(message, record);
    return 1;
  }
  raw_.assign(message.raw);
  raw_.append(text_padding, ' ');
  return texts_.read_inside(View(raw_).substr(0, message.raw.size()), record);
}

void ObjectReader::report_odd(const MessageObjectReader::Result& messages, View whole, std::uint64_t line) {
  if (!messages.repeated_key.empty()) {
    const std::size_t second = whole.rfind(messages.repeated_key);
    sink_.report_oddity(OddityKind::repaired, "a key twice in the object of a message", line,
                        whole.substr(second == View::npos || second == 0 ? 0 : second - 1));
  }
  if (messages.too_deep) sink_.report_oddity(OddityKind::unused, nested_too_deeply, line, whole);
}

// Mostly an object takes the rest of its line: what lies between here and the last brace, if that can be read. Tried
// once a line, so that a line of many objects is not parsed again and again. @returns its end, where that is valid
std::size_t ObjectReader::whole_object(View text, std::size_t at, const TextSpan& line,
                                       MessageObjectReader::Result& messages) {
  if (tried_line_ == line.line || whole_misses_ > whole_hits_ + 16) return at;
  tried_line_ = line.line;
  const void* brace = memrchr(text.data() + at, '}', line.end - at);
  if (!brace) return at;
  const std::size_t end = static_cast<std::size_t>(static_cast<const char*>(brace) - text.data()) + 1;
  if (end - at <= options_.most_frame_bytes) messages = objects_.read_object(text.substr(at, end - at), true, false);
  ++(messages.valid ? whole_hits_ : whole_misses_);
  return end;
}

// Else its braces are counted. @returns its end where that is valid; else where reading goes on
std::size_t ObjectReader::counted_object(View text, std::size_t at, const TextSpan& line, bool last,
                                         MessageObjectReader::Result& messages) {
  const View head = text.substr(line.begin, line.end - line.begin);
  const std::size_t before = at - line.begin;
  const RecordShape shape(head, is_all_blank(head.substr(0, before)) ? 0 : before);

  // An object that spans lines is looked at up to a limit; a longer one is a document, and its parts come next.
  const std::size_t limit = std::max(line.end, std::min(text.size(), at + most_object_bytes));
  const Extent extent = object_extent(text.substr(0, limit), at, shape, most_object_depth);
  if (extent.how != Extent::End::closed) {
    const bool short_of_text = extent.how == Extent::End::cut && extent.end == text.size() && !last;
    return short_of_text && text.size() - at <= most_object_bytes ? TextReader::need_more : at + 1;
  }
  if (extent.end - at > options_.most_frame_bytes) return extent.end;
  messages = objects_.read_object(text.substr(at, extent.end - at), extent.end <= line.end);
  return messages.valid ? extent.end : at + 1;
}

std::size_t ObjectReader::read_brace(View text, std::size_t at, TextSpan& line, bool last) {
  const std::size_t first = text.find_first_not_of(" \t\r\n", at + 1);
  if (first == View::npos) return last ? at + 1 : TextReader::need_more;
  if (text[first] != '"' && text[first] != '}') return at + 1;

  MessageObjectReader::Result messages;
  std::size_t end = whole_object(text, at, line, messages);
  if (!messages.valid) end = counted_object(text, at, line, last, messages);
  if (!messages.valid) return end;

  const View whole = text.substr(at, end - at);
  if (manner_.payload_only && messages.root && payload_only(text, at, *messages.root, line)) return end;
  report_odd(messages, whole, line.line);

  std::uint64_t frames = 0;
  for (const MessageObject& message : messages.found) {
    Record record = texts_.record_of(text, at, line);
    record.outer = text.substr(line.prefix, end - line.prefix);
    add_fields(message, record);
    if (message.station_left_empty) sink_.report_oddity(OddityKind::repaired, station_left_empty, line.line, whole);
    frames += read_message(message, record);
  }

  // An object over several lines that holds no message may hold smaller ones that do.
  if (frames > 0) return end;
  return end <= line.end ? end : at + 1;
}

bool ObjectReader::payload_only(View text, std::size_t at, const simdjson::dom::element& payload, TextSpan& line) {
  View prefix = text.substr(line.prefix, at - line.prefix);
  if (is_all_blank(prefix)) prefix = line.has_frame ? View() : line.head;
  Record record = texts_.record_of(text, at, line);
  const PayloadLabel label = payload_label(prefix);
  if (label.action.empty() || (!label.type && record.facts.sender == Sender::unknown)) return false;
  MessageObject message;
  message.frame.type = label.type.value_or(FrameType::call);
  message.frame.id = label.id;
  message.frame.action = label.action;
  message.frame.payload = &payload;
  record.layout = "payloads with their actions";
  if (!label.station.empty()) record.facts.station = label.station;
  sink_.take_message(message, record);
  return true;
}

}  // namespace evtwin::ocpp
