// Series made by hand, and forecasters asked about them through the C ABI.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <evtwin/forecaster.hpp>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::forecast::test {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t minute_ns = 60'000'000'000;
inline constexpr std::int32_t monday = 19'723;  // 2024-01-01

/// What is known of a step when its value is made up.
struct When {
  std::size_t index;
  std::int32_t day;  // since the series began
  std::int32_t minute;
  std::uint8_t weekday;
  bool holiday;
  double hour() const { return minute / 60.0; }
  bool workday() const { return weekday < 5 && !holiday; }
};

struct Calendar {
  std::int32_t step_min = 60;
  std::int32_t first_day = monday;
  std::int32_t first_minute = 0;
  std::vector<std::int32_t> holidays{};  // days since the series began
  std::int32_t spring = 1'000'000;       // the day on which 02:00 becomes 03:00
  std::int32_t autumn = 1'000'000;       // the day on which 03:00 becomes 02:00
};

class Series {
 public:
  Series(Calendar calendar, std::size_t n, const std::function<double(const When&)>& value) : calendar_(calendar) {
    for (std::size_t k = 0; k < n; ++k) {
      const When when = add_step();
      values_.push_back(value(when));
    }
  }

  std::size_t size() const { return values_.size(); }
  double& operator[](std::size_t k) { return values_[k]; }
  double operator[](std::size_t k) const { return values_[k]; }
  When when(std::size_t k) const {
    return {k, day_[k] - calendar_.first_day, minute_[k], weekday_[k], holiday_[k] != 0};
  }
  /// Steps [from, to).
  evtwin_steps steps(std::size_t from, std::size_t to) const {
    return {sizeof(evtwin_steps),
            static_cast<std::uint32_t>(to - from),
            calendar_.step_min * minute_ns,
            start_ns_.data() + from,
            day_.data() + from,
            minute_.data() + from,
            weekday_.data() + from,
            holiday_.data() + from};
  }
  std::int64_t start_ns(std::size_t k) const { return start_ns_[k]; }
  const double* values(std::size_t from) const { return values_.data() + from; }

 private:
  When add_step() {
    const std::size_t k = day_.size();
    const std::int64_t utc_min = std::int64_t{calendar_.first_day} * 1440 + calendar_.first_minute +
                                 static_cast<std::int64_t>(k) * calendar_.step_min;
    if (start_ns_.empty()) start_ns_.push_back(utc_min * minute_ns);
    start_ns_.push_back((utc_min + calendar_.step_min) * minute_ns);
    std::int64_t local = utc_min;
    if (utc_min >= (std::int64_t{calendar_.first_day} + calendar_.spring) * 1440 + 120) local += 60;
    if (utc_min >= (std::int64_t{calendar_.first_day} + calendar_.autumn) * 1440 + 180) local -= 60;
    day_.push_back(static_cast<std::int32_t>(local / 1440));
    minute_.push_back(static_cast<std::int32_t>(local % 1440));
    weekday_.push_back(static_cast<std::uint8_t>((day_.back() + 3) % 7));
    bool holiday = false;
    for (const std::int32_t day : calendar_.holidays) holiday = holiday || day + calendar_.first_day == day_.back();
    holiday_.push_back(holiday ? 1 : 0);
    return when(k);
  }

  Calendar calendar_;
  std::vector<double> values_;
  std::vector<std::int64_t> start_ns_;
  std::vector<std::int32_t> day_, minute_;
  std::vector<std::uint8_t> weekday_, holiday_;
};

struct Foreseen {
  std::vector<double> mean;
  std::vector<std::vector<double>> quantile;  // [level][step]
};

/// Of the forecasters that foresee a quantity.
inline std::vector<std::string> all_ids(std::uint32_t quantity = EVTWIN_QUANTITY_LOAD_KW) {
  std::vector<std::string> ids;
  for (std::uint32_t k = 0; k < evtwin_forecasters.n_forecasters; ++k) {
    const evtwin_info& info = *evtwin_forecasters.info(k);
    if ((info.flags & EVTWIN_FORECASTS(quantity)) != 0) ids.emplace_back(info.id);
  }
  return ids;
}

inline const evtwin_info& info_of(std::string_view id) {
  for (std::uint32_t k = 0; k < evtwin_forecasters.n_forecasters; ++k)
    if (evtwin_forecasters.info(k)->id == id) return *evtwin_forecasters.info(k);
  throw std::invalid_argument("no forecaster " + std::string(id));
}

/// One instance, made as the host makes it: defaults filled in.
class Forecaster {
 public:
  explicit Forecaster(const std::string& id, std::uint32_t quantity = EVTWIN_QUANTITY_LOAD_KW,
                      const std::vector<evtwin_param_value>& given = {})
      : quantity_(quantity) {
    const evtwin_info& info = info_of(id);
    std::vector<evtwin_param_value> values;
    for (std::uint32_t k = 0; k < info.n_params; ++k) {
      values.push_back({info.params[k].id, info.params[k].default_number, info.params[k].default_text});
      for (const evtwin_param_value& value : given)
        if (std::string_view(value.id) == info.params[k].id) values.back() = value;
    }
    host_.struct_size = sizeof host_;
    host_.context = &said_;
    host_.report = [](const evtwin_host* host, std::uint32_t, const char* text) {
      *static_cast<std::string*>(host->context) = text;
    };
    host_.random_u64 = [](const evtwin_host*, std::uint64_t, std::uint64_t) { return std::uint64_t{4}; };
    host_.extension = [](const evtwin_host*, const char*) -> const void* { return nullptr; };
    const auto n = static_cast<std::uint32_t>(values.size());
    const evtwin_status status = evtwin_forecasters.create(&host_, id.c_str(), values.data(), n, quantity, &instance_);
    if (status != EVTWIN_OK) throw std::runtime_error(id + ": " + said_);
  }
  Forecaster(const Forecaster&) = delete;
  Forecaster& operator=(const Forecaster&) = delete;
  ~Forecaster() { instance_->destroy(instance_); }

  std::uint32_t growing_id = 0;  ///< told with each history
  /// What it reported last; empty: nothing.
  const std::string& said() const { return said_; }

  /// Issued where step `now` of `series` begins, from its steps [from, now), for `steps` steps.
  Foreseen ask(const Series& series, std::size_t now, std::size_t steps, const std::vector<double>& levels = {},
               std::size_t from = 0) {
    std::vector<double> unknown(now - from, nan);
    evtwin_history history{sizeof(evtwin_history), growing_id, series.steps(from, now), {}};
    for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q)
      history.values[q] = q == quantity_ ? series.values(from) : unknown.data();
    evtwin_question question{sizeof(evtwin_question),
                             quantity_,
                             series.start_ns(now),
                             series.steps(now, now + steps),
                             levels.data(),
                             static_cast<std::uint32_t>(levels.size()),
                             0};
    Foreseen foreseen{std::vector<double>(steps, nan), {}};
    std::vector<double> quantile(levels.size() * steps, nan);
    const evtwin_answer answer{sizeof(evtwin_answer), 0, foreseen.mean.data(),
                               levels.empty() ? nullptr : quantile.data()};
    if (instance_->forecast(instance_, &history, &question, &answer) != EVTWIN_OK) throw std::runtime_error(said_);
    for (std::size_t l = 0; l < levels.size(); ++l) {
      const auto at = quantile.begin() + static_cast<std::ptrdiff_t>(l * steps);
      foreseen.quantile.emplace_back(at, at + static_cast<std::ptrdiff_t>(steps));
    }
    return foreseen;
  }

 private:
  std::uint32_t quantity_;
  std::string said_;
  evtwin_host host_{};
  evtwin_forecaster* instance_ = nullptr;
};

/// Uniform in (0, 1), a pure function of its arguments (SplitMix64).
inline double uniform(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = (seed * 0x9E3779B97F4A7C15U) + (index + 1) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  z ^= z >> 31;
  return (static_cast<double>(z >> 11) + 0.5) / 9007199254740992.0;
}
/// Standard normal, by Box and Muller.
inline double normal(std::uint64_t seed, std::uint64_t index) {
  return std::sqrt(-2.0 * std::log(uniform(seed, 2 * index))) *
         std::cos(6.283185307179586 * uniform(seed, 2 * index + 1));
}

/// An office: 20 kW, on workdays 60 kW more from 8 to 18 h, on Saturdays 25 kW more from 9 to 13 h.
inline double office_kw(const When& when) {
  if (when.workday()) return when.hour() >= 8.0 && when.hour() < 18.0 ? 80.0 : 20.0;
  return when.weekday == 5 && !when.holiday && when.hour() >= 9.0 && when.hour() < 13.0 ? 45.0 : 20.0;
}
/// Clear days from 6 to 18 h, each with a brightness of its own.
inline double pv_kw(const When& when) {
  const double sun = std::sin(3.14159265358979 * (when.hour() - 6.0) / 12.0);
  return when.hour() > 6.0 && when.hour() < 18.0
             ? 100.0 * sun * (0.3 + 0.7 * uniform(5, static_cast<std::uint64_t>(when.day)))
             : 0.0;
}

}  // namespace evtwin::forecast::test
