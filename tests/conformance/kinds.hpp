// The kinds of golden case. Each takes one file's JSON and answers a comparison per case in it.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/comparison.hpp"

namespace evtwin::conformance {

/// A file that is not a case of the kind asked for, or lacks what a case must have: what, and what would be right.
struct CaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Kind {
  std::string_view name;
  std::string_view help;
  /// @param file  for resources that lie beside it (tariffs). @throws CaseError, nlohmann::json::exception.
  std::vector<Comparison> (*run)(const nlohmann::json& document, const std::filesystem::path& file);
};

std::vector<Comparison> compare_acn(const nlohmann::json& document, const std::filesystem::path& file);
std::vector<Comparison> compare_composite(const nlohmann::json& document, const std::filesystem::path& file);
std::vector<Comparison> compare_ev2gym(const nlohmann::json& document, const std::filesystem::path& file);
std::vector<Comparison> compare_milp(const nlohmann::json& document, const std::filesystem::path& file);
std::vector<Comparison> compare_spiceev(const nlohmann::json& document, const std::filesystem::path& file);

}  // namespace evtwin::conformance
