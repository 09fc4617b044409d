#include "conformance/cases.hpp"

#include <fmt/format.h>

#include "conformance/acn_run_case.hpp"
#include "conformance/kinds.hpp"

namespace evtwin::conformance {

const nlohmann::json& cases_of(const nlohmann::json& document) {
  require_known(document, {"source", "format", "units", "count", "cases"}, "the file");
  const nlohmann::json& cases = document.at("cases");
  if (const auto count = document.find("count"); count != document.end() && *count != cases.size())
    throw CaseError(fmt::format("count is {}, and there are {} cases", count->dump(), cases.size()));
  return cases;
}

}  // namespace evtwin::conformance
