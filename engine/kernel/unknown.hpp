// The number of what nobody told.
#pragma once
#include <cmath>
#include <limits>

namespace evtwin::kernel {

/// A figure that is not known: NaN, never a guess.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

inline bool is_known(double figure) { return !std::isnan(figure); }

}  // namespace evtwin::kernel
