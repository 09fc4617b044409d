#include <nlohmann/json.hpp>

#include "conformance/kinds.hpp"

namespace evtwin::conformance {

std::vector<Comparison> compare_spiceev(const nlohmann::json&, const std::filesystem::path&) {
  throw CaseError("not read yet");
}

}  // namespace evtwin::conformance
