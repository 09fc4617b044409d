#pragma once
#include <string_view>

namespace evtwin::cli {

/// "0.1.0": the project's version, from CMake.
std::string_view version();

}  // namespace evtwin::cli
