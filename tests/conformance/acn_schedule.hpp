// Calls of ACN-Sim's schedulers: sessions and infrastructure in, currents or an error out. Through the plugin's C ABI,
// with a view made by hand; no engine.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "conformance/comparison.hpp"

namespace evtwin::conformance {

/// One comparison per call.
std::vector<Comparison> compare_acn_schedule(const nlohmann::json& document, const std::filesystem::path& file);

}  // namespace evtwin::conformance
