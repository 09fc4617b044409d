// Histories of drivers whose habits are known.
#pragma once
#include <string>
#include <vector>

#include "drivers/history.hpp"
#include "kernel/distributions.hpp"
#include "kernel/random.hpp"

namespace evtwin::drivers {

inline const market::Calendar seoul("Asia/Seoul");

inline TimeNs seoul_time(const std::string& text) { return market::parse_instant(text, seoul); }

inline DriverVisit visit_at(TimeNs arrival_ns, double kwh = 10.0, std::uint32_t evse = 0, double stay_h = 2.0) {
  return {arrival_ns, market::LocalClock(seoul).local_ns(arrival_ns), stay_h, kwh, evse};
}

inline Driver driver_of(const std::string& token, const std::vector<std::string>& arrivals) {
  Driver driver{token, "", {}};
  for (const std::string& arrival : arrivals) driver.visits.push_back(visit_at(seoul_time(arrival)));
  return driver;
}

inline Histories histories_of(std::vector<Driver> drivers, const std::string& from, const std::string& until) {
  Histories out;
  out.drivers = std::move(drivers);
  out.evse_ids = {"A-1", "A-2"};
  out.first_ns = seoul_time(from);
  out.last_ns = seoul_time(until);
  out.calendar = seoul;
  return out;
}

/// A driver who comes at `hour` on working days, each with that chance; minutes are spread with that deviation.
inline Driver worker(std::uint64_t number, double chance, int hour, std::int64_t days, double spread_min = 15.0) {
  Driver driver{"worker " + std::to_string(number), "", {}};
  const std::int64_t first = market::days_since_epoch({2026, 1, 5});  // a Monday
  for (std::int64_t day = first; day < first + days; ++day) {
    const auto index = static_cast<std::uint64_t>(day);
    if (weekday_of_day(day) > 4 || kernel::draw_unit(7, number, kernel::purpose_of("test.comes"), index) >= chance)
      continue;
    const double minutes = kernel::normal_draw(kernel::draw_unit(7, number, kernel::purpose_of("test.minute"), index),
                                               60.0 * hour, spread_min);
    const double kwh = kernel::normal_draw(kernel::draw_unit(7, number, kernel::purpose_of("test.kwh"), index),
                                           10.0 + static_cast<double>(number % 5) * 4.0, 1.0);
    driver.visits.push_back(visit_at(seoul.start_of(market::date_of_days(day)) +
                                         static_cast<TimeNs>(minutes * static_cast<double>(kernel::minute_ns)),
                                     kwh, static_cast<std::uint32_t>(number % 2)));
  }
  return driver;
}

/// Thirty workers, who come on every second working day or seldom.
inline Histories made_site(std::int64_t days, double spread_min = 15.0) {
  std::vector<Driver> drivers;
  for (std::uint64_t i = 0; i < 30; ++i)
    drivers.push_back(worker(i, 0.1 + 0.02 * static_cast<double>(i), 8 + static_cast<int>(i % 4), days, spread_min));
  Histories out = histories_of(std::move(drivers), "2026-01-05T00:00", "2026-01-05T00:00");
  out.last_ns += days * kernel::day_ns;
  return out;
}

}  // namespace evtwin::drivers
