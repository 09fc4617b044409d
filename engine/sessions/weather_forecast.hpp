#pragma once
// Weather forecasts with the instant at which each was issued, as Korea's Meteorological Administration gives them
// (short-term forecast, VilageFcstInfoService getVilageFcst, JSON): rows of baseDate, baseTime, category, fcstDate,
// fcstTime, fcstValue, nx, ny. Dates are 20260601, times 0500, both Korean time. Categories: TMP degrees C, REH %, POP
// %, SKY 1 clear, 3 mostly cloudy, 4 overcast, PTY kind of rain, PCP mm, SNO cm, WSD m/s, VEC degrees, UUU and VVV m/s.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/time.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::sessions {

using kernel::TimeNs;

/// From the time that an issue has in its name on, so long nobody could have it: the service gives it out ten minutes
/// after its baseTime.
inline constexpr TimeNs kma_delay_ns = 10 * kernel::minute_ns;

struct WeatherValue {
  TimeNs issued_ns = 0;  ///< baseDate and baseTime
  TimeNs target_ns = 0;  ///< the hour that is foreseen
  double value = 0.0;    ///< in the category's unit
  int nx = 0, ny = 0;    ///< cell of the service's grid
  std::string category;
};

struct WeatherTable {
  std::vector<WeatherValue> values;   ///< in the order of the file
  std::vector<std::string> left_out;  ///< with file, number of the row from 1, and reason
  std::size_t rows = 0;               ///< of the file
};

/// Reads one answer of the service, a list of answers, or a bare list of rows. Numbers may be texts; "강수없음" and
/// "적설없음" are 0. Left out: rows without a field, values that are no number ("1mm 미만": less than something), those
/// of +900 and more or -900 and less, which stand for a missing one, and forecasts of what was past when issued.
/// @throws InputError for what is no JSON, has no rows, or rows of which none can be read.
WeatherTable read_kma_forecast(const std::string& shown, const std::string& real);

/// What is known of the weather to come, at an instant. Of a place: one cell of the grid.
class WeatherKnown {
 public:
  /// @param values  all of one cell; of two with the same issue, target and category the later one counts
  /// @throws InputError where they are of several cells
  explicit WeatherKnown(const std::string& shown, const std::vector<WeatherValue>& values,
                        TimeNs delay_ns = kma_delay_ns);

  /// The newest forecast of `category` for the hour `target_ns` that could be had at `now_ns`: issued, with the delay,
  /// not after it. Nothing where there is none. O(log n).
  std::optional<WeatherValue> newest(std::string_view category, TimeNs target_ns, TimeNs now_ns) const;
  /// Hours that some forecast had at `now_ns` is about, ascending, from `now_ns` on.
  std::vector<TimeNs> targets(TimeNs now_ns) const;
  std::vector<std::string> categories() const;

 private:
  using Key = std::pair<std::string, TimeNs>;  // category, target
  struct KeyOrder {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return std::pair<std::string_view, TimeNs>(a.first, a.second) <
             std::pair<std::string_view, TimeNs>(b.first, b.second);
    }
  };
  TimeNs delay_ns_;
  std::map<Key, std::map<TimeNs, WeatherValue>, KeyOrder> issues_;  // by the instant of issue
};

}  // namespace evtwin::sessions
