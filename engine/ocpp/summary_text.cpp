#include "ocpp/summary_text.hpp"

namespace evtwin::ocpp {

std::optional<JsonPiece> JsonPieces::next_piece() {
  // Outside of values every byte may come.
  while (at_ < text_.size() && text_[at_] != '{' && text_[at_] != '[') line_ += text_[at_++] == '\n' ? 1U : 0U;
  if (at_ == text_.size()) return std::nullopt;

  JsonPiece piece;
  piece.line = line_;
  const std::size_t start = at_;
  std::uint64_t depth = 0;
  bool in_string = false;

  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\n') {
      ++line_;
      in_string = false;  // a string ends with its line: one that was cut off must not swallow what follows
      if (text_.substr(at_ + 1, 2) == "==") break;
    } else if (in_string) {
      if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      piece.text = text_.substr(start, ++at_ - start);
      return piece;
    }
  }

  // Cut off, by a line that begins with "==" or by the end of the text.
  piece.whole = false;
  piece.text = text_.substr(start, at_ - start);
  return piece;
}

}  // namespace evtwin::ocpp
