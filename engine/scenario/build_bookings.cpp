// bookings { { arrive = ..., leave = ... }, ... } or "day.csv": vehicles that have booked, one by one.
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "kernel/nearest.hpp"
#include "scenario/build.hpp"
#include "scenario/site_changes.hpp"

namespace evtwin::scenario {
namespace {

struct Booking {
  demand::Visit visit;
  std::optional<demand::MoveWindow> window;
  Where where;
};

std::int32_t evse_of_booking(const Fields& f, const twin::Site& site) {
  const std::string id = f.text("evse", "any");
  if (id == "any") return demand::any_evse;
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < site.evses.size(); ++i) {
    if (site.evses[i].id == id) return static_cast<std::int32_t>(i);
    known.push_back(site.evses[i].id);
  }
  throw_at(f.where("evse"), "= \"" + id + "\": the site has no such EVSE" + kernel::did_you_mean(id, known));
}

void check_inlet(const Fields& f, const physics::Evse& evse, const physics::Vehicle& vehicle) {
  if (physics::fits_inlet(evse, vehicle)) return;
  if (evse.phases == 0 && !vehicle.has_dc) throw_at(f.where("evse"), "is DC, and the vehicle has no DC inlet");
  throw_at(f.where("evse"), "= \"" + evse.id + "\" has " + physics::socket_names(evse.sockets) +
                                ", and the vehicle takes " + physics::socket_names(vehicle.sockets));
}

// Reads the energy wanted, and the state of charge that it starts from.
void read_energy(const Fields& f, const physics::BatterySpec& battery, demand::Visit& visit) {
  const bool known = battery.capacity_kwh < physics::infinite;
  if (f.has_key("soc")) visit.soc_start = f.read_number("soc");
  if (f.has_key("target") == f.has_key("energy_kwh"))
    fail_at(f.where(), "a booking needs target (with soc and a vehicle whose battery is known) or energy_kwh");
  if (f.has_key("target")) {
    if (!f.has_key("soc")) throw_at(f.where("target"), "needs soc, the state of charge at arrival");
    if (!known) throw_at(f.where("target"), "needs a vehicle whose battery is known: vehicle = \"...\"");
    const double target = f.read_number("target");
    if (target <= visit.soc_start)
      throw_at(f.where("target"), "= " + show_number(target) + " is not above soc = " + show_number(visit.soc_start) +
                                      ": there is nothing to charge");
    visit.requested_kwh = (target - visit.soc_start) * battery.capacity_kwh / battery.charge_efficiency;
  } else {
    visit.requested_kwh = f.read_number("energy_kwh");
    if (visit.requested_kwh == 0.0 && !f.read_boolean("v2g"))
      throw_at(f.where("energy_kwh"), "= 0 is for a car that only gives; that needs v2g = true");
    const double room_kwh =
        (1.0 - (f.has_key("soc") ? visit.soc_start : 0.0)) * battery.capacity_kwh / battery.charge_efficiency;
    if (visit.requested_kwh > room_kwh)
      throw_at(f.where("energy_kwh"), "= " + show_number(visit.requested_kwh) + " is more than the battery takes, " +
                                          show_number(room_kwh) + " kWh at the meter");
    if (!f.has_key("soc")) visit.soc_start = demand::soc_for(battery, visit.requested_kwh, 0.8);
  }
  visit.taken_kwh = visit.requested_kwh;  // the car stops when it has what was booked
}

/// @param moved  as in BookingEntry
void read_window(const Fields& f, const market::Calendar& calendar, bool moved, Booking& booking) {
  const Value* value = f.find_value("window");
  if (value == nullptr) return;
  const Where at = f.where("window");
  const std::vector<const Value*> pair = list_of(*value, at, "two local times, { from, to }");
  if (pair.size() != 2) throw_at(at, "must be { from, to }");
  const demand::MoveWindow window{instant_of(*pair[0], at / std::size_t{0}, calendar),
                                  instant_of(*pair[1], at / std::size_t{1}, calendar)};
  if (window.from_ns > booking.visit.arrival_ns || window.to_ns < booking.visit.departure_ns) {
    if (moved) return;
    throw_at(at, "must hold the booking itself, " + calendar.format_local(booking.visit.arrival_ns) + " to " +
                     calendar.format_local(booking.visit.departure_ns));
  }
  booking.window = window;
}

Booking booking_of(Build& build, const BookingEntry& entry, const twin::Site& site, std::size_t number) {
  const Where& where = entry.where;
  const Fields f(entry.value, find_section("booking"), where);
  const market::Calendar& calendar = build.world.calendar;
  Booking booking;
  booking.where = where;

  demand::Visit& visit = booking.visit;
  visit.id = f.text("id", "booking-" + std::to_string(number));
  visit.arrival_ns = instant_of(*f.find_value("arrive"), f.where("arrive"), calendar);
  visit.departure_ns = visit.claimed_departure_ns = instant_of(*f.find_value("leave"), f.where("leave"), calendar);
  if (visit.departure_ns <= visit.arrival_ns)
    throw_at(f.where("leave"), "= " + calendar.format_local(visit.departure_ns) + " is not after the arrival, " +
                                   calendar.format_local(visit.arrival_ns));

  visit.vehicle =
      f.has_key("vehicle") ? vehicle_row(build, f.text("vehicle"), f.where("vehicle")) : unknown_vehicle(build);
  const physics::Vehicle& vehicle = build.world.vehicles[visit.vehicle];
  read_energy(f, vehicle.battery, visit);
  visit.evse = evse_of_booking(f, site);
  if (visit.evse >= 0) check_inlet(f, site.evses[static_cast<std::size_t>(visit.evse)], vehicle);
  visit.priority = f.read_number("priority");
  visit.v2g = f.read_boolean("v2g");
  if (visit.v2g && !vehicle.v2g_capable) throw_at(f.where("v2g"), "= true: the vehicle can not discharge");

  // Made before the run, unless it says when; what comes the moment the run begins can not be announced.
  visit.reserved_from_ns = visit.arrival_ns;
  visit.reserved_until_ns = visit.departure_ns;
  visit.announced_ns = build.world.start_ns < visit.arrival_ns ? build.world.start_ns : kernel::time_never;
  if (const Value* booked = f.find_value("booked_at")) {
    visit.announced_ns = instant_of(*booked, f.where("booked_at"), calendar);
    if (visit.announced_ns >= visit.arrival_ns)
      throw_at(f.where("booked_at"), "= " + calendar.format_local(visit.announced_ns) + " is not before the arrival, " +
                                         calendar.format_local(visit.arrival_ns));
  }
  read_window(f, calendar, entry.moved, booking);
  return booking;
}

// Nobody can book an EVSE that another booking has.
void refuse_overlaps(const std::vector<Booking>& bookings, const twin::Site& site) {
  std::map<std::int32_t, const Booking*> last_on;
  for (const Booking& booking : bookings) {
    if (booking.visit.evse == demand::any_evse) continue;
    const Booking*& last = last_on[booking.visit.evse];
    if (last != nullptr && booking.visit.arrival_ns < last->visit.departure_ns)
      fail_at(booking.where, "booking \"" + booking.visit.id + "\" overlaps booking \"" + last->visit.id +
                                 "\" on EVSE " + site.evses[static_cast<std::size_t>(booking.visit.evse)].id);
    last = &booking;
  }
}

/// The bookings as the scenario has them: a list, or the rows of a file.
std::vector<BookingEntry> written_entries(Build& build, const Construct& word, const Where& where) {
  const Value& given = word.arguments.front();
  if (given.as_text() != nullptr) return read_booking_table(build, text_of(given, where), where, {});
  const std::vector<const Value*> list =
      list_of(given, where, "bookings { { arrive = ... }, ... } or bookings \"day.csv\"");
  if (list.empty()) throw_at(where, "is empty: nobody has booked");
  std::vector<BookingEntry> entries;
  for (std::size_t i = 0; i < list.size(); ++i) entries.push_back({*list[i], where / i, false});
  return entries;
}

}  // namespace

demand::Recorded bookings_of(Build& build, const Construct& word, const Where& where, const twin::Site& site) {
  ++build.laws;
  std::vector<BookingEntry> entries = written_entries(build, word, where);
  if (const auto change = given_change(build.source.options(), site.name, "bookings"))
    entries = read_booking_table(build, change->second, where, entries);

  std::vector<Booking> bookings;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Booking booking = booking_of(build, entries[i], site, i + 1);
    if (!ids.insert(booking.visit.id).second)
      throw_at(entries[i].where / "id", "= \"" + booking.visit.id + "\" is the id of another booking");
    const demand::Visit& visit = booking.visit;

    // A booking outside the run is left out and flagged, as a session of a table is.
    if (visit.arrival_ns < build.world.start_ns || visit.arrival_ns >= build.world.end_ns) {
      const market::Calendar& calendar = build.world.calendar;
      build.world.flags.push_back({visit.id,
                                   "booking arrives at " + calendar.format_local(visit.arrival_ns) +
                                       ", outside the run (" + calendar.format_local(build.world.start_ns) + " to " +
                                       calendar.format_local(build.world.end_ns) + ")",
                                   true});
      continue;
    }
    bookings.push_back(std::move(booking));
  }
  // Ascending by arrival; of equal ones the one written first.
  std::vector<std::size_t> order(bookings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    const TimeNs a = bookings[i].visit.arrival_ns, b = bookings[j].visit.arrival_ns;
    return a != b ? a < b : i < j;
  });
  std::vector<Booking> ascending;
  for (const std::size_t i : order) ascending.push_back(std::move(bookings[i]));
  bookings = std::move(ascending);

  refuse_overlaps(bookings, site);
  demand::Recorded out;
  for (Booking& booking : bookings) {
    out.visits.push_back(std::move(booking.visit));
    out.windows.push_back(booking.window);
  }
  return out;
}

}  // namespace evtwin::scenario
