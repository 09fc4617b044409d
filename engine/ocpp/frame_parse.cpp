#include "ocpp/frame_parse.hpp"

#include <simdjson.h>

#include <array>

#include "ocpp/json_repair.hpp"

namespace evtwin::ocpp {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

ParseOutcome other_text(std::string_view reason) { return {ParseOutcome::Kind::other_json, reason, {}, {}}; }

}  // namespace

struct FrameParser::Parts {
  simdjson::dom::parser parser, empty_parser;
  element empty, payload;
  std::string repaired;
  unsigned most_depth;
};

FrameParser::FrameParser(unsigned most_depth) : parts_(std::make_unique<Parts>()) {
  parts_->most_depth = most_depth;
  parts_->empty = parts_->empty_parser.parse(std::string_view("{}"));
}
FrameParser::~FrameParser() = default;

const element& FrameParser::empty_object() const { return parts_->empty; }

ParseOutcome FrameParser::parse_frame(std::string_view text) {
  if (parts_->parser.capacity() < text.size() || parts_->parser.max_depth() != parts_->most_depth) {
    const std::size_t room = std::max<std::size_t>(text.size() * 2, 4096);
    if (parts_->parser.allocate(room, parts_->most_depth) != simdjson::SUCCESS)
      return {ParseOutcome::Kind::bad_json, "too long to be read", {}, {}};
  }
  element array;
  switch (parts_->parser.parse(text.data(), text.size(), false).get(array)) {
    case simdjson::SUCCESS:
      return frame_of(array);
    case simdjson::DEPTH_ERROR:
      return {ParseOutcome::Kind::bad_json, "nested too deeply", {}, {}};
    case simdjson::UTF8_ERROR:
      return {ParseOutcome::Kind::bad_json, "bytes that are not UTF-8", {}, {}};
    default:
      return {ParseOutcome::Kind::bad_json, "not JSON", {}, {}};
  }
}

ParseOutcome FrameParser::parse_repaired(std::string_view text) {
  std::vector<std::string_view> repairs = repair_json(text, parts_->repaired);
  if (repairs.empty()) return {ParseOutcome::Kind::bad_json, "not JSON", {}, {}};
  const std::size_t size = parts_->repaired.size();
  parts_->repaired.resize(size + text_padding, ' ');
  ParseOutcome outcome = parse_frame(std::string_view(parts_->repaired).substr(0, size));
  repairs.insert(repairs.end(), outcome.repairs.begin(), outcome.repairs.end());
  outcome.repairs = std::move(repairs);
  return outcome;
}

ParseOutcome FrameParser::frame_of(const element& root) {
  simdjson::dom::array array;
  if (root.get(array) != simdjson::SUCCESS) return other_text("no array");
  std::array<element, 5> parts;
  std::size_t count = 0;
  bool more = false;
  for (const element part : array) {
    more = count == parts.size();
    if (more) break;
    parts[count++] = part;
  }

  std::int64_t type = 0;
  if (count < 2 || parts[0].get(type) != simdjson::SUCCESS || type < 2 || type > 6)
    return other_text("no type of a frame");

  ParseOutcome outcome{ParseOutcome::Kind::frame, {}, {}, {}};
  ParsedFrame& frame = outcome.frame;
  frame.type = static_cast<FrameType>(type);
  if (parts[1].get(frame.id) != simdjson::SUCCESS) return other_text("the id is no text");

  const bool call = frame.type == FrameType::call || frame.type == FrameType::send;
  const bool result = frame.type == FrameType::result;
  std::size_t at = 2;
  if (call) {
    if (count < 3 || parts[2].get(frame.action) != simdjson::SUCCESS || frame.action.empty())
      return other_text("a call without an action");
    at = 3;
  } else if (!result) {
    if (count < 3 || parts[2].get(frame.error_code) != simdjson::SUCCESS)
      return other_text("an error without its code");
    if (count > 3 && parts[3].get(frame.error_description) != simdjson::SUCCESS && !parts[3].is_null())
      return other_text("the description of an error is no text");
    at = 4;
  }

  // A payload that is left out or null is an empty object, and that is noted.
  if (count > at + 1 || more) outcome.repairs.push_back("more elements than a frame has");
  if (count > at && parts[at].type() == element_type::OBJECT) {
    parts_->payload = parts[at];
    frame.payload = &parts_->payload;
  } else if (!call && !result) {
    // Details that are no object say nothing; an error without them is whole enough.
    frame.payload = &parts_->empty;
    outcome.repairs.push_back("an error without details");
  } else if (count <= at || parts[at].is_null()) {
    frame.payload = &parts_->empty;
    outcome.repairs.push_back("a frame without a payload");
  } else {
    return other_text("the payload is no object");
  }
  return outcome;
}

}  // namespace evtwin::ocpp
