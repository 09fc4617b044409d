// Where the ticks of an axis stand, and how numbers are written. No ImGui.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/clock.hpp"

namespace evtwin::viewer::plot {

using kernel::TimeNs;

struct Tick {
  double value = 0.0;
  std::string label;
};
/// 1-2-5 ticks inside [min, max], about `count` of them, each with as many decimals as its step needs. None for a range
/// that is empty or not finite.
std::vector<Tick> value_ticks(double min, double max, int count);
/// Powers of ten; where they are few, also 2 and 5 times them, without labels unless labels would be fewer than two. As
/// value_ticks where the range is narrower than that. min, max > 0.
std::vector<Tick> log_ticks(double min, double max, int count);

struct TimeTick {
  TimeNs time_ns = 0;
  std::string label;  ///< "18:00", "Sat 14", "14 Mar", "Mar", "2026"
  /// The coarser step this lies in, "Sat 2026-03-14", "March 2026": on the first tick, and wherever one begins; else
  /// empty.
  std::string above;
  bool major = false;  ///< a coarser step begins here
};
enum class Words : std::uint8_t { english, korean };
/// Calendar ticks of the local clock in [from, to]: steps of 1 s .. 50 years, on round local times also across summer
/// time: an hour that comes twice has two ticks. @param count at most about so many.
/// @param words months and weekdays in that language
std::vector<TimeTick> time_ticks(const model::Clock& clock, TimeNs from, TimeNs to, int count, Words words);
/// Characters beyond ASCII that plots themselves write: to be asked of the font.
std::string_view axis_characters();

/// "1,235 kW", "7.25 kW", "0.35", "-" for NaN: four significant digits, but every digit before the point; no zeros at
/// the end. The unit after a space.
std::string number_with_unit(double value, std::string_view unit);
/// A range for values from `min` to `max`, rounded outwards to ticks; 0 in it where `zero`. 0..1 where there are none
/// (NaN, infinite). Never empty.
struct Range {
  double min = 0.0, max = 1.0;
};
Range nice_range(double min, double max, bool zero);

}  // namespace evtwin::viewer::plot
