// Bookings: who comes in a run, as a table that is changed, saved as CSV and read again by a scenario.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// What a booking says beside times and energy, which a run does not show.
struct BookingTerms {
  double priority = 0.0;
  bool v2g = false;
  TimeNs booked_at_ns = kernel::time_never;  ///< time_never: at the start of the run
  TimeNs window_from_ns = kernel::time_never, window_to_ns = kernel::time_never;  ///< time_never: it is fixed
  bool operator==(const BookingTerms&) const = default;
};

/// A booking as the scenario has it.
struct WrittenBooking {
  std::string id, site;
  std::string evse;  ///< empty: any
  BookingTerms terms;
};

struct Booking {
  std::string id;
  std::string vehicle;             ///< a type of the scenario's; empty: unknown battery
  std::string evse;                ///< empty: any
  std::uint32_t session = no_row;  ///< row of Run::sessions that it was; no_row: it is new
  TimeNs arrive_ns = 0, leave_ns = 0;
  double soc_start = none, soc_target = none;  ///< 0..1; NaN: the battery is unknown
  double energy_kwh = 0.0;                     ///< wanted, at the EVSE meter
  std::optional<BookingTerms> terms;           ///< nothing: they are not known

  /// NaN is what NaN is: an unknown battery.
  bool is_same(const Booking& other) const;
};

/// Sessions of a run, by arrival. The target is what the wanted energy would bring the battery to.
/// @param site no_row: of all sites
std::vector<Booking> bookings_of(const Run& run, std::uint32_t site = no_row);
/// Gives bookings of a run the terms that the scenario has for them, and the EVSE that it names or leaves free: the run
/// knows only which one was given. An EVSE that differs from `were` was chosen by the user and stays.
/// @param site its name; empty: any
void take_terms(const std::vector<WrittenBooking>& written, std::string_view site, const std::vector<Booking>& were,
                std::vector<Booking>& bookings);
/// One more, after the last: at 09:00 of its day for four hours, with the last one's vehicle.
Booking new_booking(const Run& run, const std::vector<Booking>& bookings);
/// The type of vehicle with that name where its battery is known, else null.
const VehicleType* battery_of(const Run& run, std::string_view vehicle);
/// The energy that brings the battery of the booking's vehicle from soc_start to soc_target; 0 where it is above
/// already. Unchanged where the battery is unknown.
void set_energy(const Run& run, Booking& booking);
/// After another vehicle was chosen: states of charge where its battery is known, none else; and the energy.
void set_vehicle(const Run& run, const std::string& vehicle, Booking& booking);

/// CSV with the columns that `sessions "FILE"` of a scenario reads, without vehicles; times with their offset from UTC.
void write_bookings(std::ostream& out, const Run& run, const std::vector<Booking>& bookings);
/// CSV with the columns that `bookings "FILE"` and --change bookings=FILE read: target where the battery is known, else
/// energy_kwh; terms where they are known. A window that does not hold the booking any more is left out.
void write_booking_table(std::ostream& out, const Run& run, const std::vector<Booking>& bookings);
/// Bookings of a CSV of either kind. A row with the id of one of `were` keeps that one's values in its empty cells.
/// @throws std::runtime_error "line N: what, and what would be right"
std::vector<Booking> read_booking_table(const Run& run, std::string_view text, const std::vector<Booking>& were);

}  // namespace evtwin::viewer::model
