// Text and numbers as cells of a CSV file (RFC 4180).
#pragma once
#include <string>
#include <string_view>

namespace evtwin::viewer::plot {

/// Quoted where it has to be. A text that a spreadsheet would take for a formula gets an apostrophe before it.
std::string csv_text(std::string_view text);
/// The shortest digits that give the number back; empty for NaN.
std::string csv_number(double value);

}  // namespace evtwin::viewer::plot
