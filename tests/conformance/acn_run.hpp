// A run of ACN-Sim repeated by the whole engine: world, kernel, EVSEs, limit rows, baseline plugin, recorded powers.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "conformance/comparison.hpp"

namespace evtwin::conformance {

/// @throws CaseError for a case that is not as the format says, fields that are not known included.
std::vector<Comparison> compare_acn_run(const nlohmann::json& document, const std::filesystem::path& file);

}  // namespace evtwin::conformance
