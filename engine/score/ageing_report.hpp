// Laws of ageing and lives of batteries for people and programs.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/text_table.hpp"
#include "score/ageing_fit.hpp"
#include "score/batteries.hpp"

namespace evtwin::score {

std::string cycling_text(const CyclingFile& file, const CyclingFit& fit, analysis::Language language);
nlohmann::ordered_json cycling_json(const CyclingFile& file, const CyclingFit& fit);
/// Capacities with the fitted curve, and the residuals below.
std::string cycling_html(const CyclingFile& file, const CyclingFit& fit, analysis::Language language);

/// @param rows  most vehicles that are listed
std::string batteries_text(const Batteries& batteries, analysis::Language language, std::size_t rows);
nlohmann::ordered_json batteries_json(const Batteries& batteries);

}  // namespace evtwin::score
