// Division that rounds down, as days before 1970 and pixels left of the edge need it.
#pragma once
#include <cstdint>

namespace evtwin::kernel {

/// The largest whole number <= a / b. @pre b != 0, and the quotient fits.
constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

static_assert(floor_divide(7, 2) == 3 && floor_divide(-7, 2) == -4 && floor_divide(7, -2) == -4);
static_assert(floor_divide(-8, 2) == -4 && floor_divide(-7, -2) == 3 && floor_divide(0, -5) == 0);

}  // namespace evtwin::kernel
