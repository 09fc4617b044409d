// How a benchmark measures and what it shows: CPU time, medians, one table as Markdown and as JSON.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace evtwin::bench {

/// Whose CPU time counts.
enum class Clock : std::uint8_t { thread, process };

double cpu_seconds(Clock clock);

/// Median CPU seconds of `body`, after one call to warm up.
double median_cpu_s(const std::function<void()>& body, int repetitions = 5, Clock clock = Clock::thread);

/// A figure with the unit that its column names; NaN is shown as "-" and is null in JSON.
struct Row {
  std::vector<std::string> labels;
  std::vector<double> figures;
};

struct Table {
  std::string name;   ///< key in the JSON
  std::string title;  ///< what was measured and against which limit
  std::vector<std::string> label_columns, figure_columns;
  std::vector<Row> rows;
};

std::string markdown(const Table& table);
/// {"name": {"title": ..., "rows": [{"label column": "text", "figure column": 1.5}, ...]}, ...}
std::string json(const std::vector<Table>& tables);

}  // namespace evtwin::bench
