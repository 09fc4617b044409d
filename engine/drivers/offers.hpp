// Bookings that drivers are offered for their next charge, as a table of sessions that a scenario reads.
#pragma once
#include <string>
#include <vector>

#include "drivers/next_charge.hpp"

namespace evtwin::drivers {

struct Offer {
  std::size_t driver = 0;
  std::uint32_t evse = 0;                 ///< row of Histories::evse_ids
  TimeNs from_ns = 0, to_ns = 0;          ///< what is proposed
  TimeNs earliest_ns = 0, latest_ns = 0;  ///< within which it may be moved: half of the arrivals, plus the stay
  double kwh = 0.0;
};

struct Offers {
  std::vector<Offer> offers;     ///< ascending by from_ns
  std::size_t without_evse = 0;  ///< every EVSE was proposed to somebody else at that time
};

/// The next charge of each driver who is as likely as not to come within 7 days: at the time foretold, on the minute,
/// for the usual stay (15 min to 24 h), at the likeliest EVSE that no other offer has then.
/// @param told  [drivers]; a default NextCharge where there is no forecast
Offers make_offers(const std::vector<NextCharge>& told, TimeNs now_ns);

/// Columns session_id, driver, arrival, departure, energy_kwh, evse, reserved_at, reserved_from, reserved_until,
/// window_from, window_to; times ISO 8601. A session is named "DRIVER#next".
/// @param names  [drivers]
std::string offers_csv(const Histories& histories, const Offers& offers, const std::vector<std::string>& names,
                       TimeNs now_ns);

}  // namespace evtwin::drivers
