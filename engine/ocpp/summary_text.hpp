// JSON values in a text with anything between them. Private to this room's .cpp files.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace evtwin::ocpp {

struct JsonPiece {
  std::string_view text;   ///< from its first bracket to its last
  std::uint64_t line = 1;  ///< of its first byte
  bool whole = true;       ///< false: no bracket closes it before the next ==...== line or the end
};

/// Finds objects and arrays one after the other, in one pass. An array in a line of words ("[INFO]") is one, too; it is
/// for the reader to see that it holds no object.
class JsonPieces {
 public:
  explicit JsonPieces(std::string_view text) : text_(text) {}
  std::optional<JsonPiece> next_piece();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace evtwin::ocpp
