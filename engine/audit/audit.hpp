// Every figure of a run file recounted from what was recorded, by code that shares nothing with the books that made it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace evtwin::audit {

/// A figure, as the run has it and as the recount finds it.
struct Finding {
  int site = 0;      ///< 0: all together; else as in the run file, from 1
  std::string name;  ///< "peak_kw", "2025-06 billed_kw", "session v2g_payment"
  std::string unit;
  double run = 0.0;      ///< NaN: does not apply
  double recount = 0.0;  ///< NaN: does not apply
  std::string of;        ///< where one row of many is shown, the worst: its name
  std::string why_not;   ///< not recounted: why
  bool differs = false;
};

struct Audit {
  std::string file, name, strategy;
  std::vector<std::string> sites;  ///< names
  std::vector<Finding> findings;
  bool differs = false;
};

/// Two figures differ when they are further apart than this part of the larger one, and than the floor of their unit.
inline constexpr double relative_tolerance = 1e-6;
/// In kWh, kW, h, kg and money; figures without a unit (fractions, counts) have the smaller one.
inline constexpr double floor_with_unit = 1e-6, floor_without_unit = 1e-9;

bool figures_differ(double run, double recount, std::string_view unit);

/// Reads and recounts; all sites together, and each where there are several. Bills by month, and of the sessions' rows
/// the worst of each column, stand after the key figures. A key figure that the audit does not know is a finding.
/// @throws record::RunFileError: no run file, or not one of a complete run.
Audit audit_file(const std::string& file);

}  // namespace evtwin::audit
