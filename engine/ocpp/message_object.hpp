// JSON objects that wrap frames ("raw": "[2,...") or hold their parts in fields of their own.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/frame_parse.hpp"
#include "ocpp/line_facts.hpp"

namespace evtwin::ocpp {

/// One message. Views are valid until the reader is used again.
struct MessageObject {
  std::string_view raw;  ///< text with a frame in it; empty: `frame` was put together out of fields
  ParsedFrame frame;
  bool type_open = false;  ///< nothing tells whether it is a call or its answer
  LineFacts way;
  std::string_view station;
  bool station_left_empty = false;  ///< there is a field for it
  LogTime time;
};

class MessageObjectReader {
 public:
  explicit MessageObjectReader(unsigned most_depth);
  ~MessageObjectReader();

  struct Result {
    bool valid = false;  ///< JSON
    std::vector<MessageObject> found;
    const simdjson::dom::element* root = nullptr;
    std::string_view repeated_key = {};  ///< that one of the objects with a message has twice; empty: none
    bool too_deep = false;               ///< a payload in a text was left out: nested too deeply
  };
  /// @param inside  look for messages in objects within, too
  /// @param mend  damaged JSON is mended; else it is not valid
  Result read_object(std::string_view object, bool inside, bool mend = true);

  /// A message of a table's row: the payload in one cell, what it is in others.
  /// @param payload  with text_padding readable bytes behind it
  /// @param is_answer  the column says that it holds answers
  std::optional<MessageObject> of_row(std::string_view payload, std::string_view action, std::string_view type,
                                      std::string_view id, bool is_answer);
  /// Whether the payload of the last row was left out because it is nested too deeply.
  bool row_too_deep() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Words of a line that name the payload behind it: "...: ChargePoint>CentralSystem BootNotification", "[time] [CP1]
/// [id] [BootNotification] [Call]".
struct PayloadLabel {
  std::string_view action;  ///< empty: none that the protocol knows
  std::optional<FrameType> type;
  std::string_view id, station;
};
PayloadLabel payload_label(std::string_view text);

}  // namespace evtwin::ocpp
