// Learns from a log's beginning whose its frames are, where the words that layouts are known by do not tell.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ocpp/log_scanner.hpp"
#include "ocpp/station_rule.hpp"

namespace evtwin::ocpp {

/// A call and its answer are of one station, and so is a whole transaction; a station says more than one thing. A place
/// whose word keeps to that is where the station stands.
class StationLearner {
 public:
  void see_frame(const FoundFrame& found);
  /// The rule for this log: the known words where they hold; a place that was learnt where those contradict what
  /// stations are, or say nothing.
  StationRule learned_rule();

 private:
  struct Sample {
    bool is_call = false;
    std::string id, transaction;
    bool gives = false;                        ///< the transaction begins here: with its id from here on
    std::string told;                          ///< by the known words
    std::shared_ptr<const std::string> outer;  ///< text around it, the same for all of a record
    std::string before, behind;
    std::vector<std::pair<std::string, std::string>> row;  ///< of a table: columns and their cells
    std::map<StationPlace, std::string> words;             ///< once place_words() was called
  };
  /// Counts of how well a place, or the known words, keep to what stations are.
  struct Tally {
    std::uint64_t seen = 0, pairs = 0, alike = 0, transactions = 0, broken = 0;
    std::map<std::string, std::uint64_t> values;
  };
  /// A transaction is of one station: counts how often a place contradicts that.
  template <class WordOf>
  void tally_transactions(WordOf word_of, bool calls, Tally& tally) const;
  template <class WordOf>
  Tally tally_words(WordOf word_of, bool calls = false) const;
  static bool may_hold(const Tally& tally, std::size_t samples);
  /// Whether the log shows so well that this is where stations stand that their names may look like anything.
  static bool is_proven(const Tally& tally, std::size_t samples);

  struct Choice {
    std::optional<StationPlace> place;
    std::string strip;
  };
  /// Words around all samples with their places, which cost most and are asked for by few logs.
  void place_words();
  /// Whether several stations boot: two serial numbers in one field.
  bool several_boot() const;
  /// @param calls  of calls alone
  Choice choose_word(bool calls) const;

  std::vector<Sample> samples_;
  std::uint64_t last_record_ = 0;
  std::map<std::string, std::set<std::string>> serials_;  ///< of charging stations that boot, by field
};

}  // namespace evtwin::ocpp
