// bench [--only NAME] [--json FILE]: measures and prints Markdown tables.
#include <fmt/format.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "bench/suites.hpp"

namespace evtwin::bench {

namespace {

struct Suite {
  std::string_view name;
  Table (*run)();
};

constexpr std::array suites{
    Suite{"queue", queue_table},       Suite{"simulation", simulation_table},
    Suite{"acn", acn_table},           Suite{"fleet", fleet_table},
    Suite{"growth", growth_table},     Suite{"plugin", plugin_table},
    Suite{"optimise", optimise_table}, Suite{"plan_week", plan_week_table},
    Suite{"ocpp", ocpp_table},         Suite{"memory", memory_table},
    Suite{"roads", roads_table},       Suite{"city", city_table},
    Suite{"forecast", forecast_table},
#ifdef EVTWIN_VIEWER
    Suite{"viewer", viewer_table},     Suite{"viewer-open", viewer_open_table},
#endif
};

std::string names() {
  std::string all;
  for (const Suite& suite : suites) all += fmt::format("{}{}", all.empty() ? "" : ", ", suite.name);
  return all;
}

int run(const std::vector<std::string>& words) {
  if (words.size() == 5 && words[0] == "--count")
    return run_counted(words[1], words[2], std::stoi(words[3]), std::stoi(words[4]));
  if (words.size() == 4 && words[0] == "--count-log") return read_counted(words[1], words[2], std::stoi(words[3]));
  std::string only, json_file;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const bool is_known = words[i] == "--only" || words[i] == "--json";
    if (!is_known || i + 1 == words.size()) {
      const bool asks = words[i] == "--help" || words[i] == "-h";
      fmt::print(asks ? stdout : stderr, "{}bench [--only SUITE] [--json FILE]; suites: {}\n",
                 asks ? std::string() : fmt::format("error: {}: ", words[i]), names());
      return asks ? 0 : 2;
    }
    (words[i] == "--only" ? only : json_file) = words[i + 1];
  }
  std::vector<Table> tables;
  for (const Suite& suite : suites) {
    if (!only.empty() && only != suite.name) continue;
    tables.push_back(suite.run());
    fmt::print("{}\n", markdown(tables.back()));
    std::fflush(stdout);
  }
  if (tables.empty()) {
    fmt::print(stderr, "error: no suite '{}'; there are {}\n", only, names());
    return 2;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("Peak memory of this process: {:.0f} MB.\n", static_cast<double>(usage.ru_maxrss) / 1024.0);
  if (json_file.empty()) return 0;
  std::ofstream out(json_file);
  out << json(tables) << '\n';
  return out ? 0 : 1;
}

}  // namespace
}  // namespace evtwin::bench

int main(int argc, char** argv) { return evtwin::bench::run({argv + 1, argv + argc}); }
