// The certificate of a replay: how closely the twin reproduced the log, for the terminal, for programs, and as a page
// to keep.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "analysis/text_table.hpp"
#include "replay/doubts.hpp"
#include "replay/prepared.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay {

/// {name: {value, unit, n, n_of, excluded{reason: n}, gate, indicative, pass, good, help}}; null where there is none.
nlohmann::ordered_json scores_json(const ScoreCard& card);
/// {fitted, judged, from, why_not, tested_share, LINE: {fitted, foretold, rectangle, mean_shape, skill, n}}.
nlohmann::ordered_json held_out_json(const HeldOut& held_out, const market::Calendar& calendar);
/// [{id, evse, metered_kwh, twin_kwh, power_cv_rmse, power_mae_kw, power_bias_kw, not_scorable,
/// time_to_90_percent_min{metered, difference}, ledger_closure}].
nlohmann::ordered_json session_pairs_json(const ScoreCard& card);

/// A table of the scores that could be had, what was foretold of sessions held out, what was not scored and why, then
/// the verdict in a sentence.
std::string scores_text(const ScoreCard& card, const market::Calendar& calendar, analysis::Language language);
/// "good, on 39 sessions", "pass on 4 sessions only: ...".
std::string verdict_text(const ScoreCard& card, analysis::Language language);

/// Facts that the page tells of beside the scores.
struct Certificate {
  const Prepared& prepared;
  const ScoreCard& card;
  std::string event_hash;  ///< of the replay
  std::string versions;    ///< "evtwin 0.1.0, tzdata 2025b"
  analysis::Language language = analysis::Language::english;
  std::span<const Doubt> doubts{};
};

/// One HTML page without scripts or anything from outside. Text of the log is escaped.
std::string certificate_html(const Certificate& certificate);

}  // namespace evtwin::replay
