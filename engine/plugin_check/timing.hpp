// Cost of a call: decide() alone, at sites of three sizes.
#pragma once
#include <array>
#include <cstdint>

#include "plugin_check/specimen.hpp"

namespace evtwin::plugin_check {

inline constexpr std::array<int, 3> timed_sites{0, 25, 1000};  ///< EVSEs

/// Keeps median and 99th percentile, ns as bit patterns of doubles, for each site in the black box.
void time_calls(const Specimen& specimen, const evtwin_info& info);

}  // namespace evtwin::plugin_check
