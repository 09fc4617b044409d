// Cars: what records tell of them, and the kinds of vehicles that a twin then has.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernel/unknown.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::calibrate {

/// What records tell of the car of a session; NaN, or empty: nothing.
struct CarTold {
  std::string model;
  double max_kw = kernel::unknown, battery_kwh = kernel::unknown;
  double soc_arrival = kernel::unknown, soc_departure = kernel::unknown;  ///< 0..1
};

/// Of a session's transaction; nothing where `cars` does not reach it.
const CarTold& told_of(std::span<const CarTold> cars, const sessions::LogSession& session);

/// Of an OCPP transaction: what it says of its vehicle, and the first and last state of charge that it reports.
CarTold car_told(const ocpp::Transaction& transaction);

/// Where the kinds of vehicles come from.
enum class CarSource : std::uint8_t { none, readings, told };

/// Cars of one power, as metered.
struct CarKind {
  std::string name;
  double from_kw = 0.0;      ///< sessions that held so much or more, up to the next kind's, are of it
  std::size_t sessions = 0;  ///< that were metered
};

struct Cars {
  CarSource source = CarSource::none;
  std::size_t kinds = 0;
  std::vector<CarKind> by_power;  ///< where they come from readings: ascending
  std::string lua;                ///< `vehicles = { ... },`; empty: the twin's cars take what the EVSE gives
  /// Stored over metered energy: median over sessions that tell battery, states of charge and energy; NaN: not known.
  double efficiency = kernel::unknown;
  std::size_t efficiency_sessions = 0;
  std::string soc_target = "1";  ///< state of charge on departure, as Lua
  /// Medians of the states of charge, for a naive twin; NaN: not told.
  double median_soc_arrival = kernel::unknown, median_soc_departure = kernel::unknown;
};

/// Kinds of vehicles by the power that they were metered to hold, five at most: apart where powers are (a tenth or
/// more, and a twentieth of the sessions on either side, three at least), else of equally many sessions; without such
/// readings by what is told: the models of a table, else five kinds by battery. A battery that is not told follows from
/// the energy and the states of charge where these are a fifth apart or more.
/// @param cars  by transaction
Cars fit_cars(std::span<const sessions::LogSession> sessions, std::span<const CarTold> cars);

}  // namespace evtwin::calibrate
