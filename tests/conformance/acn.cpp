// ACN-Sim's cases: whole runs, and the calls that its unit tests make.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "conformance/acn_run.hpp"
#include "conformance/acn_schedule.hpp"
#include "conformance/acn_unit.hpp"
#include "conformance/kinds.hpp"

namespace evtwin::conformance {

namespace {

/// A field that only entries of one kind of call have.
bool entries_have(const nlohmann::json& document, std::string_view field) {
  const auto cases = document.find("cases");
  return cases != document.end() && cases->is_array() && !cases->empty() && cases->front().contains(field);
}

}  // namespace

std::vector<Comparison> compare_acn(const nlohmann::json& document, const std::filesystem::path& file) {
  if (!document.is_object()) throw CaseError("is no JSON object");
  if (document.contains("sessions") && document.contains("result")) return compare_acn_run(document, file);
  if (entries_have(document, "infrastructure")) return compare_acn_schedule(document, file);
  if (entries_have(document, "charge_before")) return compare_acn_battery(document, file);
  if (entries_have(document, "matrix")) return compare_acn_feasible(document, file);
  if (entries_have(document, "tariff")) return compare_acn_tariff(document, file);
  throw CaseError(
      "is neither a run (sessions, result) nor a list of known calls (schedules, batteries, feasibility, tariffs)");
}

}  // namespace evtwin::conformance
