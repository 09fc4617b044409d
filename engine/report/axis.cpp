#include "report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "analysis/text_table.hpp"
#include "kernel/floor_divide.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::report {
namespace {

constexpr std::int64_t day_s = 86'400;

std::chrono::year_month_day date_of(std::int64_t day) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
}

/// The first instant at or after `from` whose local clock shows a multiple of `step` since midnight, or since 1970.
std::int64_t next_on_clock(const TimeFrame& frame, std::int64_t from, std::int64_t step) {
  const std::int64_t local = frame.start_s + from + frame.offset_at(from);
  const std::int64_t behind = local - kernel::floor_divide(local, step) * step;
  return behind == 0 ? from : from + step - behind;
}

}  // namespace

Axis axis_for(double low, double high) {
  low = std::min(low, 0.0), high = std::max(high, 0.0);
  if (!(high > low)) high = low + 1.0;
  const double raw = (high - low) / 5.0;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) {
      step = factor * power;
      break;
    }
  }
  Axis axis;
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  // A whole step for the few kW that flow back at noon would leave a third of the figure empty.
  axis.low = low < 0.0 ? std::max(first * step, low - step / 10.0) : 0.0;
  axis.high = last * step;
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
  for (double i = std::ceil(axis.low / step - 1e-9); i <= last; ++i)
    axis.ticks.push_back({axis.place_of(i * step), analysis::number_text(i * step, decimals)});
  return axis;
}

std::int64_t TimeFrame::offset_at(std::int64_t second) const {
  std::int64_t offset = clock.empty() ? 0 : clock.front().second;
  for (const auto& [from, of] : clock) {
    if (from <= second) offset = of;
  }
  return offset;
}

std::string date_text(std::int64_t day) {
  const auto date = date_of(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string local_time(const TimeFrame& frame, std::int64_t second) {
  const std::int64_t local = frame.start_s + second + frame.offset_at(second);
  const std::int64_t day = kernel::floor_divide(local, day_s), of_day = local - day * day_s;
  return fmt::format("{} {:02}:{:02}", date_text(day), of_day / 3600, of_day % 3600 / 60);
}

std::vector<Tick> time_ticks(const TimeFrame& frame) {
  std::vector<Tick> ticks;
  const auto add = [&](std::int64_t at, std::string text) {
    ticks.push_back({static_cast<double>(at) / static_cast<double>(frame.span_s), std::move(text)});
  };
  // Months, from a quarter of a year on; every nth so that about a dozen stand.
  if (frame.span_s > 100 * day_s) {
    const auto months = static_cast<unsigned>(frame.span_s / (365 * day_s) + 1);
    for (std::int64_t at = next_on_clock(frame, 0, day_s); at <= frame.span_s;
         at = next_on_clock(frame, at + 20 * 3600, day_s)) {
      const auto date = date_of(kernel::floor_divide(frame.start_s + at + frame.offset_at(at), day_s));
      if (static_cast<unsigned>(date.day()) == 1 &&
          (static_cast<unsigned>(date.month()) - 1) % std::min(12U, months) == 0)
        add(at, fmt::format("{:04}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month())));
    }
    return ticks;
  }

  constexpr std::array<std::int64_t, 9> steps{900,       3'600,     10'800,     21'600,    day_s,
                                              2 * day_s, 7 * day_s, 14 * day_s, 28 * day_s};
  static_assert(kernel::is_ascending(steps));

  // The finest step with at most about eight ticks in the span.
  std::int64_t step = steps.back();
  for (const std::int64_t one : steps) {
    if (frame.span_s / one <= 8) {
      step = one;
      break;
    }
  }

  for (std::int64_t at = next_on_clock(frame, 0, step); at <= frame.span_s;
       at = next_on_clock(frame, at + step / 2 + 1, step)) {
    const std::string text = local_time(frame, at);
    add(at, step >= day_s || text.ends_with("00:00") ? text.substr(5, 5) : text.substr(11));
  }
  return ticks;
}

}  // namespace evtwin::report
