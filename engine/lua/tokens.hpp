#pragma once
// The words of a program text, for checks that Lua's own compiler does not make.

#include <cstdint>
#include <string_view>
#include <vector>

namespace evtwin::lua {

struct Token {
  enum class Kind : std::uint8_t {
    word,  ///< names, reserved words and numbers
    text,  ///< a string with its quotes or long brackets
    sign,  ///< "=", "==", "...", "{" ...
  };
  Kind kind = Kind::sign;
  std::string_view text;
  int line = 1;  ///< of its first byte
};

/// The tokens of `source` (Reference Manual 5.4, section 3.1) without comments. Never fails: of a text that is no Lua
/// it gives some tokens.
std::vector<Token> tokens_of(std::string_view source);

}  // namespace evtwin::lua
