#pragma once
// The names that scenarios use for kernel/nearest.hpp.

#include "kernel/nearest.hpp"

namespace evtwin::scenario {

using kernel::did_you_mean;
using kernel::nearest_name;

}  // namespace evtwin::scenario
