// Collects doubts while logs are read. Doubts that come by the thousand are counted; the first of each kind are kept
// in words.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

class FlagList {
 public:
  /// Texts kept of one code; of the rest there is one flag that says how many they are.
  static constexpr std::size_t most_texts = 100;

  /// @param text  without the place, which is put before it once all files are known
  void add_flag(std::string_view code, std::string_view subject, std::string text, Place place);
  /// Whether another text of this code would be kept: saves writing those that are only counted.
  bool would_keep(std::string_view code) const;
  /// All flags in the order of the log, then those that count the rest.
  std::vector<LogFlag> take_flags(const LogReport& report);

 private:
  std::vector<LogFlag> flags_;
  std::map<std::string, std::size_t, std::less<>> counts_;
};

/// Text of a log for a message: printable, one line, at most 60 bytes or so, in quotes.
std::string quoted_text(std::string_view text);

}  // namespace evtwin::ocpp
