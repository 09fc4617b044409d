// A report on runs: what `evtwin report` writes, from run files alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/verdict.hpp"
#include "report/figure.hpp"
#include "report/recorded_run.hpp"
#include "report/table.hpp"

namespace evtwin::report {

struct Report {
  Report() = default;
  Report(const Report&) = delete;
  Report(Report&&) = default;
  Report& operator=(const Report&) = delete;
  Report& operator=(Report&&) = default;

  std::vector<RunRecord> runs;
  std::vector<std::string> names;  ///< of the runs, all different
  analysis::Verdict verdict, verdict_ko;
  TimeFrame frame;  ///< of the first run; figures of runs of other days are left out
  std::vector<Figure> figures;
  std::vector<Table> tables;
};

/// Reads the files and says what they show. Figures over time are of the runs that cover the same days as the first.
/// Figures point into the report's runs: it may be moved, not copied.
/// @param whole  tables have all their rows, for files; else those that a page shows
/// @throws record::RunFileError naming the file.
Report make_report(const std::vector<std::string>& files, bool whole);

/// The page: one document that needs nothing else. Begins with `page_mark`.
std::string page_of(const Report& report);
inline constexpr std::string_view page_mark = "<!doctype html>\n<!-- evtwin report -->\n";

/// Whether anything costs money. A site without a tariff has no currency, and figures of its money would be of nothing.
bool has_prices(const Report& report);
/// Of all runs; "EUR/KRW" where they differ: then each run's name tells its own.
std::string currency_of(const Report& report);

/// Every metering window of a run, from which its lines are drawn; in files only.
Table windows_table(const Report& report, std::size_t run);

// Parts of make_report.
std::vector<Figure> figures_of(const Report& report);
std::vector<Table> tables_of(const Report& report, bool whole);

}  // namespace evtwin::report
