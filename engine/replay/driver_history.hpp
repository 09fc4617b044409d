// Drivers of a log, card by card, and the worth of knowing them: when each will come next and how much it will take,
// from its earlier visits alone, with the error that this way of guessing had on the visits that are known.
#pragma once
#include <array>
#include <cstddef>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "market/calendar.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::replay {

using kernel::TimeNs;

struct DriverVisit {
  TimeNs arrival_ns = 0;
  double stay_h = kernel::unknown, kwh = kernel::unknown;
};

/// A guess at a visit. Not known: time_never, NaN.
struct VisitGuess {
  TimeNs arrival_ns = kernel::time_never;
  double stay_h = kernel::unknown, kwh = kernel::unknown;
};

/// How far guesses were off, each made from what was known before the visit it is about.
struct BackTest {
  std::size_t arrivals = 0, energies = 0;     ///< visits that could be guessed at
  double arrival_error_h = kernel::unknown;   ///< median of the distances
  double energy_error_kwh = kernel::unknown;  ///< mean of the distances
  /// The same visits guessed without knowing the driver: a day after the last visit; the median of everybody's earlier
  /// energies. A history that is not better than this is worth nothing.
  double plain_arrival_error_h = kernel::unknown, plain_energy_error_kwh = kernel::unknown;
};

struct DriverHistory {
  std::string token, token_type;  ///< as the log has it
  std::size_t visits = 0;
  double total_kwh = 0.0;                                  ///< of visits whose energy is known
  double stay_h = kernel::unknown, kwh = kernel::unknown;  ///< medians
  double days_between = kernel::unknown;                   ///< median from arrival to arrival
  double arrival_hour = kernel::unknown;                   ///< usual local time of day, 0..24
  std::array<std::size_t, 7> by_weekday{};                 ///< arrivals, Monday first
  VisitGuess next;                                         ///< after the last visit; needs two
};

struct DriverHistories {
  std::vector<DriverHistory> drivers;  ///< most visits first, then in order of appearance
  std::size_t without_token = 0;       ///< transactions that name no driver
  BackTest back_test;                  ///< over all drivers
};

/// A guess at the visit after these (ascending): so many days after the last as it usually is, at the usual time of
/// day; where it comes several times a day, after the usual while. A weekday on which it never came in two weeks or
/// more is passed over. Medians of the last 60 visits. Fewer than two: no guess of the arrival; none: no guess at all.
VisitGuess guess_next(std::span<const DriverVisit> visits, const market::Calendar& calendar);

/// Visits are transactions whose start is known, from plug-in to plug-out.
DriverHistories driver_histories(const ocpp::SiteLog& log, const market::Calendar& calendar);

/// Keys: drivers[{token, token_type, visits, total_kwh, stay_h, kwh, days_between, arrival_hour, by_weekday[7],
/// next{arrival, stay_h, kwh}}], without_token, back_test{}. @param show_tokens  false: T000001, T000002 ...
nlohmann::ordered_json driver_json(const DriverHistories& histories, const market::Calendar& calendar,
                                   bool show_tokens);
/// @param most  rows of the table.
std::string driver_text(const DriverHistories& histories, const market::Calendar& calendar, bool show_tokens,
                        std::size_t most);

}  // namespace evtwin::replay
