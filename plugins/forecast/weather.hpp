// Weather forecasts as an input of forecasters: what was known of each step when, and nothing that was issued later.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "grid.hpp"

namespace evtwin::forecast {

/// What is foreseen of an hour; NaN: not said.
struct Weather {
  double temperature_c = std::numeric_limits<double>::quiet_NaN();
  double cloud_share = std::numeric_limits<double>::quiet_NaN();          ///< of the sky, 0..1
  double irradiance_w_per_m2 = std::numeric_limits<double>::quiet_NaN();  ///< global, on the horizontal
};

/// A table of weather forecasts (CSV): `issued` and `time` as instants with an offset (2026-06-01T05:10+09:00), and any
/// of temperature_c, cloud_share, irradiance_w_per_m2; an empty cell is not said. A row holds as long as the rows
/// beside it are apart, three hours at most: a row that lacks in an hourly table leaves an hour of which nothing is
/// said. `evtwin forecast weather KMA.json -o weather.csv` writes one.
class WeatherFile {
 public:
  /// @throws sdk::BadParameter naming file, line, and what would be right
  explicit WeatherFile(const std::string& file);
  const std::string& name() const { return name_; }
  bool has_temperature() const { return has_temperature_; }
  bool has_cloud() const { return has_cloud_; }
  bool has_irradiance() const { return has_irradiance_; }

  /// The newest that had been issued by `as_of_ns` about the instant; of each value by itself.
  Weather look_up(std::int64_t at_ns, std::int64_t as_of_ns) const;

 private:
  struct Row {
    std::int64_t time_ns, until_ns;
    Weather weather;
  };
  struct Issue {
    std::int64_t issued_ns;
    std::vector<Row> rows;  // ascending
  };
  std::string name_;
  std::vector<Issue> issues_;  // ascending
  bool has_temperature_ = false, has_cloud_ = false, has_irradiance_ = false;
};

/// The weather of a grid's cells: of past days and today as it was known at the midnight that begins each, of what is
/// to be foreseen as it is known when the forecast is issued.
class CellWeather {
 public:
  explicit CellWeather(const WeatherFile& file) : file_(file) {}
  const WeatherFile& file() const { return file_; }
  /// After PastDays::bring_up_to(). @param changed  what that returned
  void bring_up_to(const Grid& grid, bool changed, const sdk::History& history, const sdk::Question& question);
  /// @param now  the forecast's: what lies from grid.now on is told as of now, what a past day asks about as of then
  Weather at(const Grid& grid, std::size_t now, std::size_t cell) const;
  bool knows_anything_ahead() const;

 private:
  const WeatherFile& file_;
  std::vector<Weather> by_midnight_;  // [(today + 1) * slots]
  std::vector<Weather> ahead_;        // from grid.now on
};

}  // namespace evtwin::forecast
