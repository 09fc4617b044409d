// Laws fitted to recorded sessions: who comes, when, for how long and for how much.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "calibrate/cars.hpp"
#include "market/calendar.hpp"
#include "physics/battery.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::calibrate {

using kernel::TimeNs;

enum class DayKind : std::uint8_t { weekday, weekend };
inline constexpr std::array all_day_kinds{DayKind::weekday, DayKind::weekend};

inline double stay_h(const sessions::LogSession& session) {
  return kernel::hours_between(session.visit.arrival_ns, session.visit.departure_ns);
}

/// Whole local days [from, to).
struct Days {
  TimeNs from_ns = 0, to_ns = 0;
};

/// Of sessions that arrive on one kind of day in some hours, and stay shorter or longer than others that do.
struct Law {
  DayKind kind = DayKind::weekday;
  int from_hour = 0, to_hour = 24;         ///< local hours [from, to) of the arrivals
  std::size_t sessions = 0;                ///< it was fitted to
  std::array<double, 24> per_hour{};       ///< mean arrivals, 1/h; 0 outside of its hours
  std::array<double, 7> of_weekday{};      ///< from Monday: times per_hour; 0 on days of the other kind
  std::vector<double> energy_kwh, stay_h;  ///< values at equally spaced probabilities, the least first
  /// How the two go together within the law: correlation of a Gaussian copula, which leaves each as it is; 0: not sure.
  double energy_with_stay = 0.0;
  /// Claimed over true stay, and requested over taken energy, likewise; empty: nearly nobody claims otherwise.
  std::vector<double> claim_stay, claim_energy;
  std::vector<std::string> vehicles{};  ///< kinds of cars that come by it; empty: all
  /// Of energy over stay, as the sessions that it was fitted to have it: energies are cut to it, after they were raised
  /// by the factor that keeps their mean.
  double max_mean_kw = physics::infinite;
};

struct Laws {
  std::vector<Law> laws;
  /// Drivers' error: standard deviation of claimed / true stay - 1, by its median absolute deviation; 0: none claimed.
  double claim_stay_factor_std = 0.0;
  std::size_t claims = 0;
  /// Variance over mean of the arrivals of Mondays, of Tuesdays ..., together: 1 as the laws have it; NaN: too few
  /// days.
  double dispersion = kernel::unknown;
};

/// Hours are put together until at least 60 sessions arrive in them; where stay and energy go together (rank
/// correlation of 0.2 or more), up to five classes of stays, of 40 sessions or more, get laws of their own. Quantiles
/// are 20 steps, of few sessions 10 or 5; the outermost keep the mean beyond them, so that no single session makes a
/// tail. Rates are counts over hours. Within a law energy and stay are coupled by 2 sin(pi/6 x rank correlation), where
/// that is more than two of its standard errors (1 / sqrt(n)).
/// @param sessions  of those days
Laws fit_laws(std::span<const sessions::LogSession> sessions, const market::Calendar& calendar, Days days);

/// The same for each kind of cars (`Cars::by_power`) by itself, so that no car draws an energy that only another takes;
/// kinds of fewer than 60 sessions share their laws with the next. Sessions without readings of power are dealt out
/// among the kinds. Without kinds all sessions are of one.
Laws fit_laws_by_power(std::span<const sessions::LogSession> sessions, std::span<const CarKind> kinds,
                       const market::Calendar& calendar, Days days);
/// The least power at which all but 0.1 % of the sessions' energy fits into their stays.
double fitting_kw(std::span<const sessions::LogSession> sessions);

/// The laws as `arrivals = { ... },` of the scenario language; they use the function of lua_before.
/// @param soc_target  of the cars on departure, as Lua
std::string lua_of(const Laws& laws, const std::string& soc_target, const std::string& indent);
/// Stands before the scenario.
std::string lua_before();

/// Values at equally spaced probabilities, rounded to what a reader of the file can use. The straight lines at both
/// ends have the mean of the values there. @param values  not empty
std::vector<double> quantiles_of(std::vector<double> values);
/// The same as Lua. @param least  smaller values become this
std::string quantiles_lua(const std::vector<double>& values, double least);
/// @param values  not empty
double median_of(std::vector<double> values);

}  // namespace evtwin::calibrate
