#include "viewer/model/bookings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "kernel/csv_cell.hpp"

namespace evtwin::viewer::model {
namespace {

bool tells_battery(const Session& session) {
  return std::isfinite(session.battery_kwh) && session.battery_kwh > 0.0 && std::isfinite(session.soc_start);
}

}  // namespace

std::vector<Booking> bookings_of(const Run& run) {
  std::vector<Booking> bookings;
  bookings.reserve(run.sessions.size());
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    Booking booking{row, session.arrived_ns, session.departed_ns, session.soc_start, none, session.wanted_kwh};
    if (tells_battery(session))
      booking.soc_target =
          std::min(1.0, session.soc_start + session.wanted_kwh * session.charge_efficiency / session.battery_kwh);
    bookings.push_back(booking);
  }
  return bookings;
}

void set_energy(const Run& run, Booking& booking) {
  const Session& session = run.sessions.at(booking.session);
  if (!tells_battery(session) || !std::isfinite(booking.soc_target)) return;
  booking.energy_kwh =
      std::max(0.0, booking.soc_target - booking.soc_start) * session.battery_kwh / session.charge_efficiency;
}

void write_bookings(std::ostream& out, const Run& run, const std::vector<Booking>& bookings) {
  out << "arrival,departure,energy_kwh,soc,evse,session_id\n";
  for (const Booking& booking : bookings) {
    const Session& session = run.sessions.at(booking.session);
    const std::string evse = session.evse < run.evses.size() ? run.evses[session.evse].name : std::string();
    const std::string soc = std::isfinite(booking.soc_start) ? fmt::format("{}", booking.soc_start) : std::string();
    out << fmt::format("{},{},{},{},{},{}\n", run.clock.iso_text(booking.arrive_ns),
                       run.clock.iso_text(booking.leave_ns), booking.energy_kwh, soc, kernel::csv_cell(evse),
                       kernel::csv_cell(session.name));
  }
}

}  // namespace evtwin::viewer::model
