// Figures as the panels write them: with their unit, "-" for what is unknown.
#pragma once
#include <string>
#include <string_view>

namespace evtwin::viewer::ui {

/// "1,234.5 kW"; "-" for NaN; never "-0.0". @param unit may be empty
std::string figure_text(double value, std::string_view unit, int decimals);
/// The same with its sign: "+1.2 kW". For differences.
std::string signed_figure(double value, std::string_view unit, int decimals);
inline std::string kw_text(double kw) { return figure_text(kw, "kW", 1); }
inline std::string kwh_text(double kwh) { return figure_text(kwh, "kWh", 2); }
/// @param fraction 0..1
inline std::string percent_text(double fraction) { return figure_text(fraction * 100.0, "%", 0); }

}  // namespace evtwin::viewer::ui
