// A file with many cases: a case that can not be read fails by itself and leaves the others alone.
#pragma once
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "conformance/comparison.hpp"

namespace evtwin::conformance {

/// The file's cases. @throws CaseError where their count is another, or a field stands beside them that nobody reads.
const nlohmann::json& cases_of(const nlohmann::json& document);

/// @param name_of  (case, number) -> what the case is called. @param fill  (Comparison&, case): may throw.
template <typename NameOf, typename Fill>
std::vector<Comparison> each_case(const nlohmann::json& cases, NameOf name_of, Fill fill) {
  std::vector<Comparison> all;
  for (const nlohmann::json& one : cases) {
    std::string name;
    try {
      name = name_of(one, all.size());
    } catch (const std::exception&) {  // what is missing is said below
      name = "case " + std::to_string(all.size());
    }
    Comparison comparison(std::move(name));
    try {
      fill(comparison, one);
    } catch (const std::exception& error) {
      comparison.fail(error.what());
    }
    all.push_back(std::move(comparison));
  }
  return all;
}

}  // namespace evtwin::conformance
