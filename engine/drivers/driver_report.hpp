// Drivers and their next charge for people, in English and Korean, and for programs.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/text_table.hpp"
#include "drivers/backtest.hpp"
#include "drivers/offers.hpp"

namespace evtwin::drivers {

/// A driver's history in figures; medians, NaN where nothing is known.
struct DriverFigures {
  std::size_t visits = 0;
  double total_kwh = 0.0;
  double stay_h = kernel::unknown, kwh = kernel::unknown, days_between = kernel::unknown;
  std::array<std::size_t, 7> by_weekday{};  ///< arrivals, Monday first
};
DriverFigures figures_of(std::span<const DriverVisit> visits, TimeNs now_ns);

struct DriverReport {
  Histories histories;
  TimeNs now_ns = 0;
  std::vector<std::string> names;      ///< [drivers] as shown
  std::vector<DriverFigures> figures;  ///< [drivers]
  std::vector<NextCharge> next;        ///< [drivers]; a default one for who has not come by then
  Offers offers;
  std::optional<BackTest> back_test;
};

/// @param show_tokens  false: T000001, T000002 ...
/// @throws std::runtime_error where no visit lies before `now_ns`
DriverReport report_drivers(Histories histories, TimeNs now_ns, bool show_tokens, bool back_test);

/// Keys: at, timezone, drivers[{token, token_type, visits, total_kwh, stay_h, kwh, days_between, by_weekday[7],
/// next{arrival, half[2], ninety[2], within_7_days, kwh, kwh_half[2], kwh_ninety[2], stay_h, evse, evse_chance}}],
/// without_token, offers[], offers_without_evse, back_test{} or null. Times later than a year are null.
nlohmann::ordered_json report_json(const DriverReport& report);
/// @param rows  at most so many drivers
std::string report_text(const DriverReport& report, analysis::Language language, std::size_t rows);

}  // namespace evtwin::drivers
