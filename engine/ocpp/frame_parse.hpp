// The text of a frame, read: its type, id, action and payload, or why it is none.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/frame.hpp"

namespace evtwin::ocpp {

/// Bytes that must be readable, whatever they are, after every text given to a FrameParser (simdjson's padding).
inline constexpr std::size_t text_padding = 64;

/// A frame without what the log says around it. Views are valid until the parser is used again.
struct ParsedFrame {
  FrameType type = FrameType::call;
  std::string_view id, action, error_code, error_description;
  const simdjson::dom::element* payload = nullptr;
};

struct ParseOutcome {
  enum class Kind : std::uint8_t {
    frame,
    other_json,  ///< JSON, but no frame: `reason`
    bad_json     ///< `reason`
  };
  Kind kind = Kind::bad_json;
  std::string_view reason;
  ParsedFrame frame;
  std::vector<std::string_view> repairs;  ///< in words
};

class FrameParser {
 public:
  explicit FrameParser(unsigned most_depth);
  ~FrameParser();

  /// @param text  one JSON array and nothing else, as a strict parser takes it; kind bad_json tells that it is not
  ParseOutcome parse_frame(std::string_view text);
  /// The same after repair_json.
  ParseOutcome parse_repaired(std::string_view text);
  /// A frame out of an array that is already parsed.
  ParseOutcome frame_of(const simdjson::dom::element& array);
  /// An object with nothing in it.
  const simdjson::dom::element& empty_object() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::ocpp
