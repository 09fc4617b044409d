#include "ocpp/message_object.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "ocpp/action_table.hpp"
#include "ocpp/characters.hpp"
#include "ocpp/frame_text.hpp"
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
  } else if (simdjson::dom::element inner; value["$date"].get(inner) == simdjson::SUCCESS &&
                                           inner.type() != element_type::OBJECT) {  // as MongoDB exports it
    return time_in_object(inner);
  }
  return {};
}

}  // namespace

struct MessageObjectReader::Parts {
  explicit Parts(unsigned depth) : frames(depth), most_depth(depth) {}
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
};

MessageObjectReader::MessageObjectReader(unsigned most_depth) : parts_(std::make_unique<Parts>(most_depth)) {}
MessageObjectReader::~MessageObjectReader() = default;

namespace {

// The fields of one object that matter.
struct Fields {
  View raw, raw_in_payload, id, action, station, station_maybe, error_code, error_description;
  std::optional<FrameType> type;
  LineFacts way;
  LogTime time;
  std::optional<element> payload, array, details;
  View payload_text;
  bool station_left_empty = false;
};

// A key that the object itself has twice.
View own_repeated_key(const simdjson::dom::object& object) {
  std::vector<View> keys;
  for (const auto& field : object) keys.push_back(field.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  return twice == keys.end() ? View() : *twice;
}

Fields fields_of(const simdjson::dom::object& object) {
  Fields fields;
  for (const auto& [key, value] : object) {
    View text;
    const bool is_text = value.get(text) == simdjson::SUCCESS;
    // A text of a payload's field that begins with a brace is the payload; else frames inside it are the message.
    if (is_text && text.find('[') != View::npos && holds_frame(text)) {
      const FieldKind kind = field_kind(key);
      const bool payload = (kind == FieldKind::payload || kind == FieldKind::answer) && text[0] == '{';
      View& kept = payload ? fields.raw_in_payload : fields.raw;
      if (kept.empty()) kept = text;
      if (!payload) continue;
    }

    // An array of a type and an id is a frame inside the object.
    if (value.type() == element_type::ARRAY) {
      element first, second;
      std::int64_t type = 0;
      if (value.at(0).get(first) == simdjson::SUCCESS && first.get(type) == simdjson::SUCCESS && type >= 2 &&
          type <= 6 && value.at(1).get(second) == simdjson::SUCCESS && second.type() == element_type::STRING)
        fields.array = value;
      continue;
    }

    switch (field_kind(key)) {
      case FieldKind::time:
        if (!fields.time.known()) fields.time = time_in_object(value);
        break;
      case FieldKind::station:
        if (is_text && fields.station.empty()) fields.station = text;
        // A name that is left empty is flagged.
        fields.station_left_empty = is_text && fields.station.empty();
        break;
      case FieldKind::way:
        if (is_text) fields.way = way_of_word(text);
        break;
      case FieldKind::type: {
        std::int64_t number = 0;
        if (value.get(number) == simdjson::SUCCESS && number >= 2 && number <= 6)
          fields.type = static_cast<FrameType>(number);
        if (!is_text) break;
        if (const auto type = type_of_word(text)) fields.type = type;
        // "Received" in the place of a type tells the way.
        if (fields.way.way == Way::unknown) fields.way.way = way_of_word(text).way;
        break;
      }
      case FieldKind::action:
        // The action may tell the type: HeartbeatRequest.
        if (is_text) fields.action = bare_action(text, fields.type);
        break;
      case FieldKind::id:
        if (is_text) fields.id = text;
        break;
      case FieldKind::station_maybe:
        if (is_text) fields.station_maybe = text;
        break;
      case FieldKind::payload:
      case FieldKind::answer:
        if (value.type() == element_type::OBJECT) fields.payload = value;
        // "message": "request" beside the payload.
        if (is_text && (same_letters(text, "request") || same_letters(text, "response")))
          fields.type = fields.type.value_or(*type_of_word(text));
        if (is_text && !text.empty() && text[0] == '{') fields.payload_text = text;
        break;
      case FieldKind::error_code:
        if (is_text) fields.error_code = text;
        break;
      case FieldKind::error_description:
        if (is_text) fields.error_description = text;
        break;
      case FieldKind::error_details:
        if (value.type() == element_type::OBJECT) fields.details = value;
        break;
      default:
        break;
    }
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

}  // namespace

MessageObjectReader::Result MessageObjectReader::read(View object, bool inside) {
  Result result;
  parts_->padded.assign(object);
  parts_->padded.append(text_padding, ' ');
  const auto parse = [&](View text) {
    if (parts_->parser.capacity() < text.size() || parts_->parser.max_depth() != parts_->most_depth)
      if (parts_->parser.allocate(std::max<std::size_t>(2 * text.size(), 4096), parts_->most_depth) !=
          simdjson::SUCCESS)
        return false;
    return parts_->parser.parse(text.data(), text.size(), false).get(parts_->root) == simdjson::SUCCESS;
  };

  // JSON that its logger damaged is mended and read once more.
  if (!parse(View(parts_->padded).substr(0, object.size()))) {
    std::string mended;
    if (repair_json(object, mended).empty()) return result;
    const std::size_t size = mended.size();
    mended.append(text_padding, ' ');
    parts_->padded.swap(mended);
    if (!parse(View(parts_->padded).substr(0, size))) return result;
  }

  result.valid = true;
  result.root = &parts_->root;

  std::vector<element> waiting{parts_->root};
  std::vector<std::pair<Fields, std::size_t>> good;  // which payload; npos: none
  parts_->payloads.clear();
  std::size_t texts = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (waiting[i].type() == element_type::OBJECT) {
      const simdjson::dom::object one = waiting[i];
      Fields fields = fields_of(one);
      // A payload in a text is a document of its own: its parser keeps it until the next object.
      if (fields.raw.empty() && !fields.payload && !fields.payload_text.empty()) {
        if (texts == parts_->more.size()) parts_->more.push_back(std::make_unique<simdjson::dom::parser>());
        element payload;
        if (parts_->more[texts]->parse(fields.payload_text.data(), fields.payload_text.size(), true).get(payload) ==
                simdjson::SUCCESS &&
            payload.type() == element_type::OBJECT) {
          fields.payload = payload;
          ++texts;
        }
      }
      if (fields.details && !fields.payload) fields.payload = fields.details;

      std::size_t payload_at = View::npos;
      bool is_message = false;
      if (fields.raw.empty() && fields.array) {
        payload_at = parts_->payloads.size();
        parts_->payloads.push_back(*fields.array);
        is_message = true;
      } else {
        if (fields.payload) {
          payload_at = parts_->payloads.size();
          parts_->payloads.push_back(*fields.payload);
        }
        const element* payload = fields.payload ? &*fields.payload : nullptr;
        is_message = message_of(fields, payload, parts_->frames.empty_object()).has_value();
        if (!is_message && !fields.raw_in_payload.empty()) {
          fields.raw = fields.raw_in_payload;
          is_message = true;
        }
      }

      if (is_message) {
        if (result.repeated_key.empty()) result.repeated_key = own_repeated_key(one);
        good.emplace_back(fields, payload_at);
        continue;
      }

      // An object that is no message may hold some further in.
      if (!inside) break;
      for (const auto& field : one)
        if ((field.value.type() == element_type::OBJECT || field.value.type() == element_type::ARRAY) &&
            waiting.size() < most_objects_waiting)
          waiting.push_back(field.value);
    } else if (waiting[i].type() == element_type::ARRAY) {
      for (const element part : simdjson::dom::array(waiting[i]))
        if ((part.type() == element_type::OBJECT || part.type() == element_type::ARRAY) &&
            waiting.size() < most_objects_waiting)
          waiting.push_back(part);
    }
  }

  // Each array has a parser of its own, which keeps the frame's payload.
  std::size_t arrays = 0;
  for (const auto& [fields, at] : good) {
    const element* payload = at == View::npos ? nullptr : &parts_->payloads[at];
    if (fields.raw.empty() && fields.array) {
      if (arrays == parts_->frame_parsers.size())
        parts_->frame_parsers.push_back(std::make_unique<FrameParser>(parts_->most_depth));
      const ParseOutcome outcome = parts_->frame_parsers[arrays++]->frame_of(*payload);
      if (outcome.kind != ParseOutcome::Kind::frame) continue;

      MessageObject message;
      message.frame = outcome.frame;
      message.way = fields.way;
      message.station = fields.station;
      message.station_left_empty = fields.station_left_empty;
      message.time = fields.time;
      result.found.push_back(message);
    } else if (auto message = message_of(fields, payload, parts_->frames.empty_object())) {
      result.found.push_back(*message);
    }
  }
  return result;
}

std::optional<MessageObject> MessageObjectReader::of_row(View payload, View action, View type, View id,
                                                         bool is_answer) {
  if (parts_->payload_parser.parse(payload.data(), payload.size(), false).get(parts_->root) != simdjson::SUCCESS ||
      parts_->root.type() != element_type::OBJECT)
    return std::nullopt;
  Fields fields;
  fields.type = is_answer ? FrameType::result : type_of_word(type);
  fields.action = bare_action(action, fields.type);
  fields.id = id;
  if (!fields.type && id.empty()) fields.type = FrameType::call;
  return message_of(fields, &parts_->root, parts_->frames.empty_object());
}

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
