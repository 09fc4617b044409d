// Words of the scores that text and page share.
#pragma once
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

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
/// Whether it stands in the table of scores: those foretold that have no gate stand beside the other ways alone.
inline bool stands_in_table(const Score& score) {
  return !std::isnan(score.value) && (score.told != Told::predicted || !std::isnan(score.pass));
}

/// Scores foretold of the sessions held out, beside the other ways; head and rows of a table.
struct HeldOutTable {
  std::string title;  ///< "Foretold: 11 sessions from 2026-06-10 09:00 on, ..."
  std::vector<std::string> heads;
  std::vector<std::vector<std::string>> rows;
  std::string skill;  ///< a sentence: whether the naive ways do as well
};
/// No rows where nothing was held out.
HeldOutTable held_out_table(const HeldOut& held_out, const market::Calendar& calendar, analysis::Language language);

/// The same as a paragraph, a table and a paragraph of a page.
std::string held_out_html(const HeldOutTable& table);

/// "good", "pass (indicative)", "reported", "not scorable".
std::string gate_text(const Score& score, analysis::Language language);

}  // namespace evtwin::replay
