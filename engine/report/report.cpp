#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "kernel/text.hpp"

namespace evtwin::report {
namespace {

std::set<std::string> currencies_of(const std::vector<RunRecord>& runs) {
  std::set<std::string> all;
  for (const RunRecord& run : runs) all.insert(run.summary.currency);
  return all;
}

/// The strategies, with what sets them apart where two are the same: the file's name, then a number.
std::vector<std::string> names_of(const std::vector<RunRecord>& runs) {
  std::vector<std::string> names;
  const auto count = [&](const std::string& strategy) {
    return std::count_if(runs.begin(), runs.end(),
                         [&](const RunRecord& run) { return run.summary.strategy == strategy; });
  };
  const bool one_currency = currencies_of(runs).size() == 1;
  std::set<std::string> taken;
  for (const RunRecord& run : runs) {
    std::string name = kernel::make_printable(run.summary.strategy, 60);
    if (name.empty()) name = kernel::make_printable(std::filesystem::path(run.file).stem().string(), 60);
    if (!one_currency && !run.summary.currency.empty())
      name += " [" + kernel::make_printable(run.summary.currency, 10) + "]";
    if (count(run.summary.strategy) > 1)
      name += " (" + kernel::make_printable(std::filesystem::path(run.file).stem().string(), 60) + ")";
    std::string own = name;
    for (int n = 2; !taken.insert(own).second; ++n) own = fmt::format("{} #{}", name, n);
    names.push_back(own);
  }
  return names;
}

}  // namespace

std::string currency_of(const Report& report) {
  std::string all;
  for (const std::string& currency : currencies_of(report.runs)) all += (all.empty() ? "" : "/") + currency;
  return all;
}

bool has_prices(const Report& report) {
  const record::RunSummary& first = report.runs.front().summary;
  if (!first.currency.empty()) return true;
  // Drivers may pay where nobody has named a currency.
  return std::abs(analysis::value_of(first.kpis, "total_cost")) > 0.0 ||
         std::abs(analysis::value_of(first.kpis, "driver_revenue")) > 0.0;
}

Report make_report(const std::vector<std::string>& files, bool whole) {
  Report report;
  for (const std::string& file : files) report.runs.push_back(read_run(file, files.size()));
  report.names = names_of(report.runs);
  std::vector<analysis::VerdictRun> judged;
  for (std::size_t i = 0; i < report.runs.size(); ++i) {
    const record::RunSummary& summary = report.runs[i].summary;
    judged.push_back({report.names[i], summary.kpis, summary.start_ns, summary.end_ns, summary.currency,
                      summary.parameters, !report.runs[i].scores.empty()});
  }
  report.verdict = analysis::give_verdict(judged, analysis::Language::english);
  report.verdict_ko = analysis::give_verdict(judged, analysis::Language::korean);
  const RunRecord& first = report.runs.front();
  report.frame = {first.start_s, first.span_s, first.clock};
  report.figures = figures_of(report);
  report.tables = tables_of(report, whole);
  return report;
}

}  // namespace evtwin::report
