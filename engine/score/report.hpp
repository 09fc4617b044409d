// A fleet's scores for people and programs.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/text_table.hpp"
#include "score/score.hpp"

namespace evtwin::score {

/// @param rows  most cars that are listed
std::string fleet_text(const Fleet& fleet, analysis::Language language, std::size_t rows);
nlohmann::ordered_json fleet_json(const Fleet& fleet);
/// vehicle_scores.csv: the columns of the published results file, in their order, then ours. It can be read again.
std::string scores_csv(const Fleet& fleet);
/// The rules: indicators with source and rule, classes with bounds, plausible ranges, grades, and what is corrected.
std::string rules_text(analysis::Language language);
/// What "corrected" changes, a sentence each.
std::vector<std::string> list_corrections(analysis::Language language);

/// Sentences on what was left out and read as missing, what was warned of, and which files are broken.
std::vector<std::string> list_remarks(const Fleet& fleet, analysis::Language language);

/// A page that needs nothing else: filter by class and type, box plots, a page for each car.
std::string fleet_html(const Fleet& fleet, analysis::Language language);

}  // namespace evtwin::score
