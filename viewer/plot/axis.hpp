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
/// Powers of ten (and 2, 5 between, without labels, where there are few). min, max > 0.
std::vector<Tick> log_ticks(double min, double max, int count);

struct TimeTick {
  TimeNs time_ns = 0;
  std::string label;  ///< "18:00", "14 Mar"; empty: a mark without words
  std::string above;  ///< of a coarser step where one begins: "Sat 2026-03-14", "March 2026"; else empty
  bool major = false;
};
enum class Words : std::uint8_t { english, korean };
/// Calendar ticks of the local clock: 1 s .. 1 year steps, on round local times also across summer time.
/// @param count about so many. @param words months and weekdays in that language
std::vector<TimeTick> time_ticks(const model::Clock& clock, TimeNs from, TimeNs to, int count, Words words);

/// "1,234.5 kW", "0.35", "-" for NaN: as many decimals as four significant digits need.
std::string number_with_unit(double value, std::string_view unit);
/// A range for values from `min` to `max`, rounded outwards to ticks; 0 in it where `zero`.
struct Range {
  double min = 0.0, max = 1.0;
};
Range nice_range(double min, double max, bool zero);

}  // namespace evtwin::viewer::plot
