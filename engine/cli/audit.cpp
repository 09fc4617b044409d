// evtwin audit: every figure of a run file recounted from what was recorded.
#include "audit/audit.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace {

constexpr int exit_differs = 3;

std::string site_of(const audit::Audit& audited, const audit::Finding& finding) {
  return finding.site == 0 ? "all" : audited.sites[static_cast<std::size_t>(finding.site) - 1];
}

nlohmann::ordered_json json_of(const audit::Audit& audited) {
  nlohmann::ordered_json json;
  json["file"] = audited.file;
  json["name"] = audited.name;
  json["strategy"] = audited.strategy;
  json["relative_tolerance"] = audit::relative_tolerance;
  json["floor_with_unit"] = audit::floor_with_unit;
  json["floor_without_unit"] = audit::floor_without_unit;
  json["differs"] = audited.differs;
  json["figures"] = nlohmann::ordered_json::array();
  for (const audit::Finding& finding : audited.findings) {
    nlohmann::ordered_json& row = json["figures"].emplace_back();
    row["site"] = finding.site == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(site_of(audited, finding));
    row["figure"] = finding.name;
    if (!finding.of.empty()) row["of"] = finding.of;
    row["unit"] = finding.unit;
    row["run"] = analysis::number_or_null(finding.run);
    row["recount"] = analysis::number_or_null(finding.recount);
    row["difference"] = analysis::number_or_null(finding.run - finding.recount);
    row["differs"] = finding.differs;
    if (!finding.why_not.empty()) row["not_recounted"] = finding.why_not;
  }
  return json;
}

std::string figure_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.10g}", value); }

std::string table_of(const audit::Audit& audited) {
  const bool several = audited.sites.size() > 1;
  std::vector<std::string> heads{"figure", "run", "recount", "difference", "unit", ""};
  if (several) heads.insert(heads.begin(), "site");
  analysis::TextTable table(std::move(heads), analysis::LastColumn::prose);
  for (const audit::Finding& finding : audited.findings) {
    const std::string of = finding.of.empty() || !finding.differs ? "" : " of " + finding.of;
    const bool recounted = finding.why_not.empty();
    const double apart = finding.run - finding.recount;
    std::vector<std::string> cells{
        finding.name,
        figure_text(finding.run),
        figure_text(finding.recount),
        std::isnan(apart) ? "-" : fmt::format("{:.2g}", apart),
        finding.unit,
        recounted ? (finding.differs ? "differs" + of : "") : "not recounted: " + finding.why_not};
    if (several) cells.insert(cells.begin(), site_of(audited, finding));
    table.add_row(std::move(cells));
  }
  return table.to_text();
}

std::string verdict_of(const audit::Audit& audited) {
  std::size_t differing = 0, recounted = 0;
  for (const audit::Finding& finding : audited.findings) {
    differing += finding.differs ? 1U : 0U;
    recounted += finding.why_not.empty() ? 1U : 0U;
  }
  if (differing > 0) return fmt::format("{} of {} figures differ from their recount.", differing, recounted);
  return fmt::format("All {} figures are as recounted, to {:g} of each (and {:g} of its unit).", recounted,
                     audit::relative_tolerance, audit::floor_with_unit);
}

}  // namespace

int audit_run(const AuditCommand& command) {
  const audit::Audit audited = audit::audit_file(command.run);
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(json_of(audited)));
  } else {
    fmt::print("{}: {} under {}\n\n{}\n{}\n", kernel::make_printable(audited.file),
               kernel::make_printable(audited.name), kernel::make_printable(audited.strategy), table_of(audited),
               verdict_of(audited));
  }
  return audited.differs ? exit_differs : 0;
}

}  // namespace evtwin::cli
