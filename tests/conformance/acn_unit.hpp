// The calls that ACN-Sim's unit tests make of its batteries, its network's feasibility check and its tariffs.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "conformance/comparison.hpp"

namespace evtwin::conformance {

/// Entries: one charge() of a Battery or Linear2StageBattery each.
std::vector<Comparison> compare_acn_battery(const nlohmann::json& document, const std::filesystem::path& file);
/// Entries: is_feasible() of a schedule under a constraint matrix.
std::vector<Comparison> compare_acn_feasible(const nlohmann::json& document, const std::filesystem::path& file);
/// Entries: a tariff's 24 prices and its demand charge on a date; the tariffs lie beside the file, in tariffs/.
std::vector<Comparison> compare_acn_tariff(const nlohmann::json& document, const std::filesystem::path& file);

}  // namespace evtwin::conformance
