// Where in the text around a frame its station stands, and how it is read from there.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocpp/frame.hpp"

namespace evtwin::ocpp {

/// A place of a word in the text around a frame.
struct StationPlace {
  enum class Kind : std::uint8_t {
    word,       ///< `index` words behind the beginning; times do not count
    last_word,  ///< `index` words before the frame
    part,       ///< as word, what stands behind its last '.', ':' or '/'
    segment,    ///< of a word with '/', ':' or '.': `index` is 16 times that of the word and the number of the segment
    path,       ///< the last part of the first URL or path
    key,        ///< the value of `name`: name=value, "name":"value"
    side,       ///< beside an arrow, where the other side is `name`; of a URL its last part
    cell,       ///< what stands between two tabs, semicolons or bars, blanks and all; in single quotes: 20 and more
    behind      ///< `index` words behind the frame
  };
  Kind kind = Kind::word;
  std::uint32_t index = 0;
  std::string name;  ///< in small letters but for a side
  auto operator<=>(const StationPlace&) const = default;
};

/// A word of a text, with its place.
struct PlacedWord {
  StationPlace place;
  std::string_view word;
  Sender sender = Sender::unknown;  ///< of a side: who the arrow says sent it
};
/// A column of a table with its name in small letters, and what one row holds there.
struct NamedCell {
  std::string_view name, text;
};
using NamedCells = std::vector<NamedCell>;

/// Bytes behind a frame that are looked at.
inline constexpr std::size_t most_behind = 400;
/// All places, sides with what stands beside the arrow on the other side.
/// @param behind  the frame; @param row  of a table that the frame stands in, nullptr: none. Its cells are `key` places
std::vector<PlacedWord> placed_words(std::string_view before, std::string_view behind, const NamedCells* row = nullptr);
/// The text with characters that JSON writes as \uXXXX in their own letters; itself where there are none.
/// @param room  for a text that differs
std::string_view plain_characters(std::string_view text, std::string& room);
/// Whether this is six pairs of hexadecimal figures: the address of a network card, which many stations are named by.
bool is_card_address(std::string_view word);

/// A place, and what is to be done with its word.
class StationRule {
 public:
  StationRule() = default;
  /// @param strip  what all names begin with and is no part of them: a logger's name
  StationRule(StationPlace place, std::string strip)
      : place_(std::move(place)), strip_(std::move(strip)), known_(true) {}
  /// Rule for a field that the user names, in any case, wherever around the frame it stands.
  static StationRule from_field(std::string_view name);
  /// Rule for an ECMAScript regular expression: its first group, or all that it matches, in the text before the
  /// frame, else behind it. @throws std::invalid_argument for one that is none
  static StationRule from_regex(const std::string& expression);
  /// Rule by which no word of a line is the station.
  static StationRule from_nothing() {
    StationRule rule;
    rule.nowhere_ = true;
    return rule;
  }

  /// Rule where calls alone name their station: an answer is of the station whose call has its id.
  static StationRule of_calls(StationPlace place, std::string strip) {
    StationRule rule(std::move(place), std::move(strip));
    rule.of_calls_ = true;
    return rule;
  }
  bool names_calls_alone() const { return of_calls_; }

  /// Whether the log's own words have to be asked: this rule knows nothing.
  bool asks_words() const { return !known_ && !nowhere_; }
  struct Found {
    std::string_view station;  ///< empty: not there
    Sender sender = Sender::unknown;
  };
  /// @param before, behind  the frame. Views point into them
  Found find_station(std::string_view before, std::string_view behind, const NamedCells* row = nullptr) const;

 private:
  StationPlace place_;
  std::string strip_;
  std::shared_ptr<const std::regex> regex_;
  bool known_ = false, nowhere_ = false, of_calls_ = false;
};

}  // namespace evtwin::ocpp
