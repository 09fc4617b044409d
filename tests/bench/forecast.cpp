// What a learnt forecast costs: the network alone, and a call of the forecaster through its C ABI.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "bench/suites.hpp"
#include "learned/reference.hpp"

namespace evtwin::bench {

using learned::Shape;
using learned::test::Maker;

Table forecast_table() {
  Table table{
      "forecast",
      "Learnt forecasts of 96 quarter hours x 9 quantiles, 96 or 192 steps looked back on: CPU ms of the network, "
      "of a call, and of the first call of a day, which fits the simple forecasters and looks back on two weeks",
      {"network", "hidden", "past"},
      {"network ms", "call ms", "first call of a day ms"},
      {}};
  const forecast::test::Series series({.step_min = 15}, 96 * 40, forecast::test::office_kw);
  std::vector<double> levels;
  for (const double level : learned::learnt_levels) levels.push_back(level);
  for (const Shape& shape : {Shape{"lstm", 96, 96, 32, 1}, Shape{"lstm", 192, 96, 32, 1}, Shape{"tft", 96, 96, 16, 4},
                             Shape{"tft", 192, 96, 16, 4}}) {
    Maker made(1);
    made.whole(shape, {EVTWIN_QUANTITY_LOAD_KW}, 15);
    const auto network = learned::make_network(made.file, "load.", shape);
    const learned::Window window = learned::test::drawn_window(shape, 96, 2);
    constexpr int times = 20;
    const double alone_s = median_cpu_s([&] {
      for (int k = 0; k < times; ++k) network->run(window);
    });

    const std::string file = std::filesystem::temp_directory_path() / ("evtwin-bench-" + std::to_string(::getpid()));
    std::ofstream(file, std::ios::binary) << policy::policy_bytes(made.file, policy::forecast_sort);
    forecast::test::Forecaster forecaster(shape.kind, EVTWIN_QUANTITY_LOAD_KW,
                                          {{"model", 0.0, file.c_str()}, {"drift", 1.0, nullptr}});
    std::filesystem::remove(file);
    std::size_t now = 96 * 34 + 1;
    const double call_s = median_cpu_s([&] {
      for (int k = 0; k < times; ++k) forecaster.ask(series, now, 96, levels);
    });
    const double first_s = median_cpu_s([&] {
      now = now == 96 * 34 + 1 ? 96 * 35 + 1 : 96 * 34 + 1;  // another day each time
      forecaster.ask(series, now, 96, levels);
    });
    table.rows.push_back({{shape.kind, std::to_string(shape.hidden), std::to_string(shape.past_steps)},
                          {1e3 * alone_s / times, 1e3 * call_s / times, 1e3 * first_s}});
  }
  return table;
}

}  // namespace evtwin::bench
