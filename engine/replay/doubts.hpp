// Doubts about a log and a site together: shown, never acted upon.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/text_table.hpp"
#include "replay/prepared.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay {

struct Doubt {
  std::string code;           ///< "rating_never_reached"
  std::string station;        ///< empty: of the site
  std::string text, text_ko;  ///< a sentence, with what it rests on
};

/// Highest metered mean of a metering window with the base load and PV of the site, kW.
double metered_peak_kw(const Prepared& prepared, const ScoreCard& card);

/// The codes, and when each is raised: README of this room.
/// @param metered_peak_kw  of a metering window, at the grid connection
std::vector<Doubt> doubts_of(const Prepared& prepared, double metered_peak_kw);

/// [{code, station (null), text}]
nlohmann::ordered_json doubts_json(const std::vector<Doubt>& doubts);
/// A line each under a head; empty where there are none.
std::string doubts_text(const std::vector<Doubt>& doubts, analysis::Language language);

}  // namespace evtwin::replay
