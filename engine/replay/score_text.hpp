// Words of the scores that text and page share.
#pragma once
#include <string>
#include <string_view>

#include "analysis/text_table.hpp"
#include "replay/score_table.hpp"

namespace evtwin::replay {

inline std::string_view title_of(const Score& score, analysis::Language language) {
  const ScoreInfo& info = score_info(score.name);
  return language == analysis::Language::korean ? info.title_ko : info.title;
}
std::string reason_text(std::string_view reason, analysis::Language language);
/// With its unit; "-" for NaN.
std::string value_text(const Score& score, double value);
/// "39 sessions".
std::string count_text(const Score& score, analysis::Language language);
/// "good", "pass (indicative)", "reported", "not scorable".
std::string gate_text(const Score& score, analysis::Language language);

}  // namespace evtwin::replay
