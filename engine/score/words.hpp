// Internal to the reports: the same words in text and page.
#pragma once
#include <string>
#include <string_view>

#include "score/score.hpp"

namespace evtwin::score {

std::string class_title(CarClass of, bool korean);
/// Of GroupStatistics::name.
std::string group_title(std::string_view name, bool korean);
std::string reliability_title(std::size_t n, bool korean);
/// "2 y 10 m"; empty where it is not known.
std::string age_string(double years);
/// Rows, cars, fields, files, size and the last record.
std::string volume_text(const Fleet& fleet, bool korean);

}  // namespace evtwin::score
