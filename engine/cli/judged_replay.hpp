// A replay run, judged and, if asked, recorded: what `replay` and `whatif` share.
#pragma once
#include <string>

#include "replay/judge.hpp"

namespace evtwin::cli {

struct JudgedReplay {
  replay::ReplayResult result;
  replay::ScoreCard card;
};

enum class Repeat : std::uint8_t { once, twice };  ///< twice: to show that it comes out the same

/// @param logs      that the sessions were read from
/// @param run_file  with what the log metered, the scores and the messages; empty: none
/// @throws as replay::replay and record::RunWriter; the run file says what happened.
JudgedReplay judged_replay(const replay::Prepared& prepared, const std::vector<std::string>& logs,
                           const std::string& run_file, Repeat repeat, replay::ReplayOptions options);

}  // namespace evtwin::cli
