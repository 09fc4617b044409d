// Fields of messages and logs that name a driver, a card, a vehicle or a secret, found in the bytes of any layout.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace evtwin::replay {

/// The value of such a field, without its quotes: bytes from `begin` until before `end`.
struct IdentifierPlace {
  std::size_t begin = 0, end = 0;
  bool cut = false;  ///< the line ends before the value does
};

/// A character that JSON writes as \uXXXX, behind one backslash or, in strings within strings, more.
struct EscapedCharacter {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  ///< in the text
};
std::optional<EscapedCharacter> escaped_character(std::string_view text, std::size_t at);

/// Letters, digits and what is beyond ASCII: what words are made of.
bool is_word_byte(char c);
/// Statuses and words of the protocol that may stand where a card does ("idTag: Invalid") and name nobody.
bool is_protocol_word(std::string_view lower_case);

/// Goes through text as JSON, JSON in strings of JSON, cells of CSV, Python and Node show it, Go's maps and key=value:
/// a field's name counts, not what surrounds it. A value ends at the quote that closes its string, however deep in
/// other strings it lies. Keeps, between calls, whether it is inside an OCPI token or an object of a person.
class IdentifierFields {
 public:
  /// @param text  whole lines  @returns ascending places, valid until the next call
  const std::vector<IdentifierPlace>& find_values(std::string_view text);
  /// Whether a name, however written (id_tag, idTag), is that of such a field.
  static bool names_identifier(std::string_view name);

 private:
  int depth_ = 0;      // open braces and brackets since the beginning of an OCPI token or a person's object; 0: in none
  int own_depth_ = 0;  // at which its own fields stand
  bool in_person_ = false;  // in a person's
  std::vector<IdentifierPlace> places_;
};

}  // namespace evtwin::replay
