// Why a setpoint in force is not what was asked.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/static_checks.hpp"

namespace evtwin::control {

enum class Correction : std::uint8_t {
  none,
  evse_rating,     ///< above what the EVSE can give, or discharge asked of one that cannot
  min_current,     ///< below the smallest offer
  finite_rate,     ///< between two allowed rates
  limit,           ///< a limit row or the grid connection
  not_plugged_in,  ///< power for an empty EVSE
  no_v2g,          ///< discharge of a vehicle that may not
  soc_window,      ///< storage full or empty
  storage_rating,
  outage,
  not_finite,   ///< infinite setpoint
  unavoidable,  ///< a limit that is exceeded with every EVSE at 0
};
inline constexpr std::size_t correction_count = 12;
static_assert(correction_count == kernel::enum_count<Correction>());

/// "limit", "min_current" ... as written in run files and JSON.
std::string_view name_of(Correction reason);

}  // namespace evtwin::control
