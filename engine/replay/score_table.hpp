// Names, limits and plain words of the scores: a table, with the source of each limit in the README of this room.
#pragma once
#include <span>
#include <string_view>

#include "replay/scores.hpp"

namespace evtwin::replay {

struct ScoreInfo {
  std::string_view name, unit, n_of;
  double pass, good;  ///< NaN: reported only
  bool higher_is_better;
  Told told;
  std::string_view title, title_ko;  ///< two or three words
  std::string_view help, help_ko;
};

/// In the order in which they are shown.
std::span<const ScoreInfo> score_table();
/// Precondition: there is one of that name.
const ScoreInfo& score_info(std::string_view name);

}  // namespace evtwin::replay
