#include "ocpp/message_object.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "kernel/static_checks.hpp"
#include "ocpp/action_table.hpp"
#include "ocpp/characters.hpp"
#include "ocpp/frame_text.hpp"
#include "ocpp/json_fields.hpp"
#include "ocpp/json_repair.hpp"
#include "ocpp/log_table.hpp"
#include "ocpp/log_time.hpp"

namespace evtwin::ocpp {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using View = std::string_view;

constexpr std::size_t most_objects_waiting = 100'000;

std::optional<FrameType> type_of_word(View word) {
  struct Word {
    View word;
    FrameType type;
  };
  constexpr std::array<Word, 14> words{{{"call", FrameType::call},
                                        {"2", FrameType::call},
                                        {"request", FrameType::call},
                                        {"req", FrameType::call},
                                        {"callresult", FrameType::result},
                                        {"call_result", FrameType::result},
                                        {"result", FrameType::result},
                                        {"3", FrameType::result},
                                        {"response", FrameType::result},
                                        {"conf", FrameType::result},
                                        {"callerror", FrameType::error},
                                        {"call_error", FrameType::error},
                                        {"error", FrameType::error},
                                        {"4", FrameType::error}}};
  static_assert(kernel::has_unique_keys(words, &Word::word));
  for (const Word& one : words)
    if (same_letters(word, one.word)) return one.type;
  return std::nullopt;
}

// An action without what makes it a request or an answer.
View bare_action(View word, std::optional<FrameType>& type) {
  struct Tail {
    View text;
    FrameType type;
  };
  constexpr std::array<Tail, 6> tails{{{"Response", FrameType::result},
                                       {"Request", FrameType::call},
                                       {".conf", FrameType::result},
                                       {".req", FrameType::call},
                                       {"Conf", FrameType::result},
                                       {"Req", FrameType::call}}};
  static_assert(
      kernel::none_is_hidden(tails, &Tail::text, [](View earlier, View later) { return later.ends_with(earlier); }),
      "the first tail that fits is cut off");
  for (const Tail& tail : tails) {
    if (word.size() <= tail.text.size() || word.substr(word.size() - tail.text.size()) != tail.text) continue;
    const View bare = word.substr(0, word.size() - tail.text.size());
    if (!find_action(bare)) continue;
    if (!type) type = tail.type;
    return bare;
  }
  return word;
}

bool holds_frame(View text) {
  for (std::size_t at = text.find('['); at != View::npos; at = text.find('[', at + 1))
    if (beginning_at(text, at).kind == Beginning::Kind::frame) return true;
  return false;
}

LogTime time_in_object(const element& value) {
  View text;
  double number = 0.0;
  if (value.get(text) == simdjson::SUCCESS) {
    const auto stamp = stamp_at(text, 0, DayOrder::unknown);
    if (stamp && stamp->kind == LogStamp::Kind::full) return {stamp->ns, stamp->zoned};
  } else if (value.get(number) == simdjson::SUCCESS) {
    const TimeNs ns = epoch_ns(number);
    return {ns, ns != kernel::time_never};
  } else if (simdjson::dom::element inner; value["$date"].get(inner) == simdjson::SUCCESS) {
    // As MongoDB exports it; its canonical form wraps the number once more: {"$date":{"$numberLong":"1780000000000"}}.
    if (inner.type() != element_type::OBJECT) return time_in_object(inner);
    if (inner["$numberLong"].get(text) == simdjson::SUCCESS) {
      std::int64_t ms = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
      if (error == std::errc() && end == text.data() + text.size()) {
        const TimeNs ns = epoch_ns(static_cast<double>(ms));
        return {ns, ns != kernel::time_never};
      }
    }
  }
  return {};
}

// The fields of one object that matter.
struct Fields {
  View raw, raw_in_payload, id, action, station, error_code, error_description;
  std::optional<FrameType> type;
  LineFacts way;
  LogTime time;
  std::optional<element> payload, array, details;
  View payload_text;
  bool station_left_empty = false;
};

// An array of a type and an id is a frame inside the object.
bool is_frame_array(const element& array) {
  element first, second;
  std::int64_t type = 0;
  return array.at(0).get(first) == simdjson::SUCCESS && first.get(type) == simdjson::SUCCESS && type >= 2 &&
         type <= 6 && array.at(1).get(second) == simdjson::SUCCESS && second.type() == element_type::STRING;
}

// A field of a type may hold a number, a word, or the way that the message went.
void take_type(const element& value, const std::optional<View>& text, Fields& fields) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number >= 2 && number <= 6)
    fields.type = static_cast<FrameType>(number);
  if (!text) return;
  if (const auto type = type_of_word(*text)) fields.type = type;
  // "Received" in the place of a type tells the way.
  if (fields.way.way == Way::unknown) fields.way.way = way_of_word(*text).way;
}

// A field of a payload may hold it as an object or as a text, or say what the payload beside it is.
void take_payload(const element& value, const std::optional<View>& text, Fields& fields) {
  if (value.type() == element_type::OBJECT) fields.payload = value;
  if (!text) return;
  // "message": "request" beside the payload.
  if (same_letters(*text, "request") || same_letters(*text, "response"))
    fields.type = fields.type.value_or(*type_of_word(*text));
  if (!text->empty() && (*text)[0] == '{') fields.payload_text = *text;
}

// A field whose name says what it holds. @param text  of its value, where that is a text
void take_field(FieldKind kind, const element& value, const std::optional<View>& text, Fields& fields) {
  switch (kind) {
    case FieldKind::time:
      if (!fields.time.is_known()) fields.time = time_in_object(value);
      break;
    case FieldKind::station:
      if (text && fields.station.empty()) fields.station = *text;
      // A name that is left empty is flagged.
      fields.station_left_empty = text && fields.station.empty();
      break;
    case FieldKind::way:
      if (text) fields.way = way_of_word(*text);
      break;
    case FieldKind::type:
      take_type(value, text, fields);
      break;
    case FieldKind::action:
      // The action may tell the type: HeartbeatRequest.
      if (text) fields.action = bare_action(*text, fields.type);
      break;
    case FieldKind::id:
      if (text) fields.id = *text;
      break;
    case FieldKind::payload:
    case FieldKind::answer:
      take_payload(value, text, fields);
      break;
    case FieldKind::error_code:
      if (text) fields.error_code = *text;
      break;
    case FieldKind::error_description:
      if (text) fields.error_description = *text;
      break;
    case FieldKind::error_details:
      if (value.type() == element_type::OBJECT) fields.details = value;
      break;
    default:
      break;
  }
}

Fields fields_of(const simdjson::dom::object& object) {
  Fields fields;
  for (const auto& [key, value] : object) {
    View shown;
    const std::optional<View> text = value.get(shown) == simdjson::SUCCESS ? std::optional(shown) : std::nullopt;
    // A text of a payload's field that begins with a brace is the payload; else frames inside it are the message.
    if (text && text->find('[') != View::npos && holds_frame(*text)) {
      const FieldKind kind = field_kind(key);
      const bool payload = (kind == FieldKind::payload || kind == FieldKind::answer) && (*text)[0] == '{';
      View& kept = payload ? fields.raw_in_payload : fields.raw;
      if (kept.empty()) kept = *text;
      if (!payload) continue;
    }

    if (value.type() == element_type::ARRAY) {
      if (is_frame_array(value)) fields.array = value;
      continue;
    }
    take_field(field_kind(key), value, text, fields);
  }
  return fields;
}

// Fields that make a frame; `payload` is where its element is kept.
std::optional<MessageObject> message_of(const Fields& fields, const element* payload, const element& empty) {
  MessageObject message;
  message.way = fields.way;
  message.station = fields.station;
  message.station_left_empty = fields.station_left_empty;
  message.time = fields.time;
  message.raw = fields.raw;
  // Its frames are parsed from the text; the other fields say whose they are.
  if (!fields.raw.empty()) return message;

  // A message has a payload, an action of the protocol or else a type and an id, and a type or an id.
  const bool known = find_action(fields.action) != nullptr;
  const bool error = fields.type == FrameType::error;
  if (!payload && !error) return std::nullopt;
  if (!known && !(fields.type && !fields.id.empty())) return std::nullopt;
  if (!fields.type && fields.id.empty()) return std::nullopt;

  ParsedFrame& frame = message.frame;
  frame.type = fields.type.value_or(FrameType::call);
  message.type_open = !fields.type;
  frame.id = fields.id;
  frame.action = fields.action;
  frame.payload = payload ? payload : &empty;
  if (error) {
    frame.error_code = fields.error_code;
    frame.error_description = fields.error_description;
    // Some loggers put code and description of an error into its payload.
    if (fields.error_code.empty() && payload) {
      View text;
      if ((*payload)["errorCode"].get(text) == simdjson::SUCCESS) frame.error_code = text;
      if ((*payload)["errorDescription"].get(text) == simdjson::SUCCESS) frame.error_description = text;
    }
  }

  if (frame.type == FrameType::call && frame.action.empty()) return std::nullopt;
  return message;
}

// An object that may be a message, and where its payload is kept.
struct ReadMessage {
  Fields fields;
  std::size_t payload_at = View::npos;  ///< npos: it has none
};

// Objects and arrays right inside `outer` may hold messages: they wait to be looked at.
void add_inner(const element& outer, std::vector<element>& waiting) {
  const auto add = [&](const element& inner) {
    if ((inner.type() == element_type::OBJECT || inner.type() == element_type::ARRAY) &&
        waiting.size() < most_objects_waiting)
      waiting.push_back(inner);
  };
  if (outer.type() == element_type::OBJECT) {
    for (const auto& field : simdjson::dom::object(outer)) add(field.value);
  } else if (outer.type() == element_type::ARRAY) {
    for (const element part : simdjson::dom::array(outer)) add(part);
  }
}

}  // namespace

struct MessageObjectReader::Parts {
  explicit Parts(unsigned depth) : frames(depth), most_depth(depth) {}

  // Inline where nothing else tells the compiler that they are called once an object.
  inline bool parse(View object, bool mend);
  bool settle(ReadMessage& read);
  std::optional<MessageObject> message_from(const ReadMessage& read);

  simdjson::dom::parser parser;
  simdjson::dom::parser payload_parser;
  FrameParser frames;
  element root;
  std::vector<element> payloads;
  std::string padded;
  unsigned most_depth;

  // Payload parsers are used for one message at a time: more payloads in strings than one need their own.
  std::vector<std::unique_ptr<simdjson::dom::parser>> more;
  std::vector<std::unique_ptr<FrameParser>> frame_parsers;
  std::size_t texts = 0, arrays = 0;  ///< of the present object that have a parser
  bool too_deep = false;              ///< a payload in a text or cell of it

  simdjson::error_code parse_with(simdjson::dom::parser& one, View text, bool copied, element& parsed) const;

 private:
  inline bool parse_root(View text);
  void parse_payload_text(Fields& fields);
  inline std::size_t keep(const element& payload);
};

MessageObjectReader::MessageObjectReader(unsigned most_depth) : parts_(std::make_unique<Parts>(most_depth)) {}
MessageObjectReader::~MessageObjectReader() = default;

// Parses no deeper than the reader's user allows. @param copied  nothing readable follows the text
simdjson::error_code MessageObjectReader::Parts::parse_with(simdjson::dom::parser& one, View text, bool copied,
                                                            element& parsed) const {
  if (one.capacity() < text.size() || one.max_depth() != most_depth) {
    const auto error = one.allocate(std::max<std::size_t>(2 * text.size(), 4096), most_depth);
    if (error != simdjson::SUCCESS) return error;
  }
  return one.parse(text.data(), text.size(), copied).get(parsed);
}

bool MessageObjectReader::Parts::parse_root(View text) {
  return parse_with(parser, text, false, root) == simdjson::SUCCESS;
}

// JSON that its logger damaged is mended and read once more. @returns whether there is a root
bool MessageObjectReader::Parts::parse(View object, bool mend) {
  padded.assign(object);
  padded.append(text_padding, ' ');
  if (parse_root(View(padded).substr(0, object.size()))) return true;
  if (!mend) return false;

  std::string mended;
  if (repair_json(object, mended).empty()) return false;
  const std::size_t size = mended.size();
  mended.append(text_padding, ' ');
  padded.swap(mended);
  return parse_root(View(padded).substr(0, size));
}

// A payload in a text is a document of its own: its parser keeps it until the next object.
void MessageObjectReader::Parts::parse_payload_text(Fields& fields) {
  if (texts == more.size()) more.push_back(std::make_unique<simdjson::dom::parser>());
  element payload;
  const auto error = parse_with(*more[texts], fields.payload_text, true, payload);
  too_deep = too_deep || error == simdjson::DEPTH_ERROR;
  if (error != simdjson::SUCCESS || payload.type() != element_type::OBJECT) return;
  fields.payload = payload;
  ++texts;
}

std::size_t MessageObjectReader::Parts::keep(const element& payload) {
  payloads.push_back(payload);
  return payloads.size() - 1;
}

// Keeps the payload of an object, whichever field it stands in. @returns whether the object is a message
bool MessageObjectReader::Parts::settle(ReadMessage& read) {
  Fields& fields = read.fields;
  if (fields.raw.empty() && !fields.payload && !fields.payload_text.empty()) parse_payload_text(fields);
  if (fields.details && !fields.payload) fields.payload = fields.details;

  if (fields.raw.empty() && fields.array) {
    read.payload_at = keep(*fields.array);
    return true;
  }

  if (fields.payload) read.payload_at = keep(*fields.payload);
  const element* payload = fields.payload ? &*fields.payload : nullptr;
  if (message_of(fields, payload, frames.empty_object())) return true;

  // Frames inside a text that might have been the payload are the message where nothing else is.
  if (fields.raw_in_payload.empty()) return false;
  fields.raw = fields.raw_in_payload;
  return true;
}

// Each array has a parser of its own, which keeps the frame's payload.
std::optional<MessageObject> MessageObjectReader::Parts::message_from(const ReadMessage& read) {
  const Fields& fields = read.fields;
  const element* payload = read.payload_at == View::npos ? nullptr : &payloads[read.payload_at];
  if (!fields.raw.empty() || !fields.array) return message_of(fields, payload, frames.empty_object());

  if (arrays == frame_parsers.size()) frame_parsers.push_back(std::make_unique<FrameParser>(most_depth));
  const ParseOutcome outcome = frame_parsers[arrays++]->frame_of(*payload);
  if (outcome.kind != ParseOutcome::Kind::frame) return std::nullopt;

  MessageObject message;
  message.frame = outcome.frame;
  message.way = fields.way;
  message.station = fields.station;
  message.station_left_empty = fields.station_left_empty;
  message.time = fields.time;
  return message;
}

MessageObjectReader::Result MessageObjectReader::read_object(View object, bool inside, bool mend) {
  Result result;
  if (!parts_->parse(object, mend)) return result;
  result.valid = true;
  result.root = &parts_->root;

  std::vector<element> waiting{parts_->root};
  std::vector<ReadMessage> good;
  parts_->payloads.clear();
  parts_->texts = parts_->arrays = 0;
  parts_->too_deep = false;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const element one = waiting[i];
    if (one.type() == element_type::OBJECT) {
      ReadMessage message{fields_of(simdjson::dom::object(one))};
      if (parts_->settle(message)) {
        if (result.repeated_key.empty()) result.repeated_key = own_repeated_key(simdjson::dom::object(one));
        good.push_back(message);
        continue;
      }
      if (!inside) break;
    }
    // An object that is no message may hold some further in.
    add_inner(one, waiting);
  }

  // Payloads have their places now: no more are kept.
  for (const ReadMessage& message : good)
    if (const auto found = parts_->message_from(message)) result.found.push_back(*found);
  result.too_deep = parts_->too_deep;
  return result;
}

std::optional<MessageObject> MessageObjectReader::of_row(View payload, View action, View type, View id,
                                                         bool is_answer) {
  const auto error = parts_->parse_with(parts_->payload_parser, payload, false, parts_->root);
  parts_->too_deep = error == simdjson::DEPTH_ERROR;
  if (error != simdjson::SUCCESS || parts_->root.type() != element_type::OBJECT) return std::nullopt;
  Fields fields;
  fields.type = is_answer ? FrameType::result : type_of_word(type);
  fields.action = bare_action(action, fields.type);
  fields.id = id;
  if (!fields.type && id.empty()) fields.type = FrameType::call;
  return message_of(fields, &parts_->root, parts_->frames.empty_object());
}

bool MessageObjectReader::row_too_deep() const { return parts_->too_deep; }

PayloadLabel payload_label(View text) {
  PayloadLabel label;
  std::vector<View> bracketed;
  std::size_t at = 0;
  while (at < text.size()) {
    // Words in brackets may hold blanks.
    const bool bracket = text[at] == '[';
    const std::size_t begin = bracket ? at + 1 : at;
    std::size_t end = text.find_first_of(bracket ? View("]\n") : View(" \t\r\n[]():,<>&;\""), begin);
    if (end == View::npos) end = text.size();
    const View word = text.substr(begin, end - begin);
    at = std::max(end + (bracket ? 1 : 0), at + 1);
    if (word.empty()) continue;

    // An action, perhaps with its Request or Response.
    std::optional<FrameType> type;
    const View bare = bare_action(word, type);
    if (find_action(bare)) {
      label.action = bare;
      if (type) label.type = type;
      continue;
    }

    // Outside brackets a short word like "call" or "req" is no label.
    const bool label_word = bracket || word.size() > 4;
    if (const auto by_word = label_word && word.size() > 1 ? type_of_word(word) : std::nullopt) {
      label.type = by_word;
      continue;
    }
    // Other brackets are the station and the id, in this order, unless they hold a time.
    if (bracket && !stamp_at(word, 0, DayOrder::unknown)) bracketed.push_back(word);
  }

  if (bracketed.size() >= 2) label.station = bracketed[0];
  if (!bracketed.empty()) label.id = bracketed.size() >= 2 ? bracketed[1] : View();
  return label;
}

}  // namespace evtwin::ocpp
