// Cards, vehicles and people that a log names, replaced by numbers: the same one by the same number, everywhere.
#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "replay/identifier_fields.hpp"

namespace evtwin::ocpp {
struct SiteLog;
}

namespace evtwin::replay {

/// First learns which identifiers there are (`learn`, `add`), then masks text. Not to be learnt from afterwards.
///
/// An identifier becomes T and a number, of its own length where that is seven or more, so that columns stay; one of
/// digits alone becomes a number of its length, since it may stand where JSON wants one. No identifier of the log is
/// ever used as the number of another.
class IdentifierMask {
 public:
  IdentifierMask() = default;
  /// Of all cards that the log's transactions and reservations have; its stations keep their names.
  explicit IdentifierMask(const ocpp::SiteLog& log);

  /// @param text  whole lines of a log
  void learn_identifiers(std::string_view text);
  void add_identifier(std::string_view identifier);
  /// The name of a station: stays in words around fields, also where a card has the same.
  void keep_name(std::string_view name);

  /// Kind of a text's words: a log's, where a number may be any figure, or a report of ours, where an identifier
  /// stands in quotes.
  enum class Words : std::uint8_t { log, report };
  /// Text with every field's value and every known identifier elsewhere replaced.
  std::string mask_text(std::string_view text, Words words);
  /// Every text of a document of ours; values of `id_tag` and `token` are identifiers whatever they look like.
  void mask_document(nlohmann::ordered_json& document);
  /// Number that stands for an identifier; "" for "".
  std::string pseudonym_of(std::string_view identifier);

  std::size_t identifier_count() const { return known_.size(); }
  std::uint64_t replaced_count() const { return replaced_; }
  /// Values that go on in the next line, of which only the first part could be replaced.
  std::uint64_t broken_count() const { return broken_; }
  /// Words and numbers that equal an identifier and stand where they may be something else: kept.
  std::uint64_t kept_count() const { return left_; }

 private:
  /// An identifier as it is looked for in words around fields.
  struct Sought {
    std::string lower_case;  // without what is no part of a word at its ends
    std::string identifier;
  };
  /// One that a text shows, in how many bytes.
  struct Shown {
    const Sought* sought = nullptr;
    std::size_t bytes = 0;
  };
  void seek_after(const std::string& first_word, Sought sought);
  std::string in_words(std::string_view text, std::size_t from, std::size_t to, Words words);
  Shown sought_at(std::string_view text, std::size_t at, std::size_t word_end) const;
  bool may_replace(const Shown& shown, std::string_view text, std::size_t at, Words words) const;

  IdentifierFields learning_, masking_;
  std::unordered_map<std::string, std::string> known_;  // identifier -> its number; "": not given yet
  std::unordered_set<std::string> lower_case_;          // of the known ones: never a pseudonym
  std::unordered_set<std::string> kept_;                // names of stations in lower case
  std::unordered_map<std::string, std::vector<Sought>> by_first_word_;
  std::vector<bool> word_lengths_;  // of first words that are sought
  std::uint64_t next_ = 1, replaced_ = 0, broken_ = 0, left_ = 0;
};

}  // namespace evtwin::replay
