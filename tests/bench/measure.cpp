#include "bench/measure.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace evtwin::bench {

namespace {

/// Three figures that count, no exponent: 0.0512, 1.45, 250, 48'000 as 48000.
std::string shown(double figure) {
  if (std::isnan(figure)) return "-";
  const double size = std::abs(figure);
  const int digits = size >= 100.0 ? 0 : size >= 10.0 ? 1 : size >= 1.0 ? 2 : 3;
  return fmt::format("{:.{}f}", figure, digits);
}

void add_line(std::string& text, const std::vector<std::string>& cells) {
  text += fmt::format("| {} |\n", fmt::join(cells, " | "));
}

}  // namespace

double cpu_seconds(Clock clock) {
  timespec t{};
  clock_gettime(clock == Clock::thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double median_cpu_s(const std::function<void()>& body, int repetitions, Clock clock) {
  body();
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    const double begun = cpu_seconds(clock);
    body();
    seconds.push_back(cpu_seconds(clock) - begun);
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

std::string markdown(const Table& table) {
  std::vector<std::string> head = table.label_columns;
  head.insert(head.end(), table.figure_columns.begin(), table.figure_columns.end());
  std::vector<std::string> rule(table.label_columns.size(), "---");
  rule.resize(head.size(), "---:");
  std::string text = fmt::format("**{}**\n\n", table.title);
  add_line(text, head);
  add_line(text, rule);
  for (const Row& row : table.rows) {
    if (row.labels.size() != table.label_columns.size() || row.figures.size() != table.figure_columns.size())
      throw std::logic_error(table.name + ": a row has another number of cells than there are columns");
    std::vector<std::string> cells = row.labels;
    for (const double figure : row.figures) cells.push_back(shown(figure));
    add_line(text, cells);
  }
  return text;
}

std::string json(const std::vector<Table>& tables) {
  nlohmann::ordered_json all;
  for (const Table& table : tables) {
    auto& entry = all[table.name];
    entry["title"] = table.title;
    entry["rows"] = nlohmann::ordered_json::array();
    for (const Row& row : table.rows) {
      nlohmann::ordered_json cells;
      for (std::size_t i = 0; i < row.labels.size(); ++i) cells[table.label_columns[i]] = row.labels[i];
      for (std::size_t i = 0; i < row.figures.size(); ++i) {
        cells[table.figure_columns[i]] =
            std::isnan(row.figures[i]) ? nlohmann::ordered_json() : nlohmann::ordered_json(row.figures[i]);
      }
      entry["rows"].push_back(std::move(cells));
    }
  }
  return all.dump(1);
}

}  // namespace evtwin::bench
