#include "viewer/model/bookings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <ostream>
#include <set>
#include <stdexcept>

#include "kernel/csv_cell.hpp"
#include "kernel/text.hpp"

namespace evtwin::viewer::model {
namespace {

/// Digits enough for whatever a person wrote; those behind are of our own division.
std::string digits_text(double value) { return fmt::format("{:.12g}", value); }

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Columns of a table, in the words of `bookings` and of `sessions`.
enum class Column : std::uint8_t {
  id,
  vehicle,
  arrive,
  leave,
  soc,
  target,
  energy,
  evse,
  priority,
  v2g,
  booked_at,
  window_from,
  window_to
};
constexpr std::array<std::pair<std::string_view, Column>, 16> column_names{{
    {"id", Column::id},
    {"session_id", Column::id},
    {"vehicle", Column::vehicle},
    {"arrive", Column::arrive},
    {"arrival", Column::arrive},
    {"leave", Column::leave},
    {"departure", Column::leave},
    {"soc", Column::soc},
    {"target", Column::target},
    {"energy_kwh", Column::energy},
    {"evse", Column::evse},
    {"priority", Column::priority},
    {"v2g", Column::v2g},
    {"booked_at", Column::booked_at},
    {"window_from", Column::window_from},
    {"window_to", Column::window_to},
}};

/// Cells of one record, which may span lines inside quotes (RFC 4180). `at` moves behind it.
std::vector<std::string> take_record(std::string_view text, std::size_t& at) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c != '"') {
        cells.back() += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        cells.back() += '"';
        ++at;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      cells.emplace_back();
    } else if (c == '\n') {
      ++at;
      break;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

[[noreturn]] void fail_line(std::size_t line, const std::string& what) {
  throw std::runtime_error(fmt::format("line {}: {}", line, what));
}

double number_of(const std::string& cell, std::string_view column, double least, double most, std::size_t line) {
  double value = none;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !(value >= least && value <= most)) {
    fail_line(line, fmt::format("{} is '{}'; a number from {} to {} is due", column, kernel::make_printable(cell, 40),
                                least, most));
  }
  return value;
}

std::vector<Column> read_heads(const std::vector<std::string>& heads) {
  std::vector<Column> columns;
  for (const std::string& head : heads) {
    const auto known = std::find_if(column_names.begin(), column_names.end(),
                                    [&](const auto& column) { return column.first == head; });
    if (known == column_names.end()) {
      std::string all;
      for (const auto& column : column_names) all += (all.empty() ? "" : ", ") + std::string(column.first);
      fail_line(1, fmt::format("no column '{}' is known; there are {}", kernel::make_printable(head, 40), all));
    }
    columns.push_back(known->second);
  }
  return columns;
}

TimeNs time_of(const Run& run, const std::string& cell, std::size_t line) {
  try {
    return run.clock.parse_instant(cell);
  } catch (const std::invalid_argument& wrong) {
    fail_line(line, wrong.what());
  }
}

/// What a run does not show of a booking.
void read_terms_cell(const Run& run, Column column, const std::string& cell, std::size_t line, BookingTerms& terms) {
  constexpr double most_priority = 1e6;
  if (column == Column::priority) {
    terms.priority = number_of(cell, "priority", -most_priority, most_priority, line);
  } else if (column == Column::v2g) {
    if (cell != "true" && cell != "false")
      fail_line(line, fmt::format("v2g is '{}'; true or false is due", kernel::make_printable(cell, 40)));
    terms.v2g = cell == "true";
  } else {
    (column == Column::booked_at     ? terms.booked_at_ns
     : column == Column::window_from ? terms.window_from_ns
                                     : terms.window_to_ns) = time_of(run, cell, line);
  }
}

void read_cell(const Run& run, Column column, const std::string& cell, std::size_t line, Booking& booking) {
  switch (column) {
    case Column::arrive:
      booking.arrive_ns = time_of(run, cell, line);
      break;
    case Column::leave:
      booking.leave_ns = time_of(run, cell, line);
      break;
    case Column::soc:
      booking.soc_start = number_of(cell, "soc", 0.0, 1.0, line);
      break;
    case Column::target:
      booking.soc_target = number_of(cell, "target", 0.0, 1.0, line);
      break;
    case Column::energy:
      booking.energy_kwh = number_of(cell, "energy_kwh", 0.0, 2000.0, line);
      break;
    case Column::evse: {
      const auto named = [&](const Evse& evse) { return evse.name == cell; };
      if (cell != "any" && std::none_of(run.evses.begin(), run.evses.end(), named))
        fail_line(line, fmt::format("the site has no EVSE '{}'", kernel::make_printable(cell, 40)));
      booking.evse = cell == "any" ? "" : cell;
      break;
    }
    case Column::priority:
    case Column::v2g:
    case Column::booked_at:
    case Column::window_from:
    case Column::window_to:
      if (!booking.terms) booking.terms.emplace();
      read_terms_cell(run, column, cell, line, *booking.terms);
      break;
    case Column::id:
    case Column::vehicle:
      break;
  }
}

/// The session that a row is about, or a new one with the row's vehicle.
Booking booking_of_row(const Run& run, const std::map<std::string, Booking, std::less<>>& known,
                       const std::vector<Column>& columns, const std::vector<std::string>& cells, std::size_t line) {
  std::string id, vehicle;
  bool energy = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == Column::id) id = cells[i];
    if (columns[i] == Column::vehicle) vehicle = cells[i];
    energy = energy || (columns[i] == Column::energy && !cells[i].empty());
  }

  Booking booking;
  if (const auto was = known.find(id); was != known.end()) booking = was->second;
  booking.id = id;
  const auto named = [&](const VehicleType& type) { return type.name == vehicle; };
  if (!vehicle.empty() && std::none_of(run.vehicles.begin(), run.vehicles.end(), named))
    fail_line(line, fmt::format("the scenario has no vehicle '{}'", kernel::make_printable(vehicle, 40)));
  if (!vehicle.empty() && vehicle != booking.vehicle) set_vehicle(run, vehicle, booking);

  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!cells[i].empty()) read_cell(run, columns[i], cells[i], line, booking);
  }
  if (booking.leave_ns <= booking.arrive_ns)
    fail_line(line, fmt::format("'{}' does not leave after it arrives", kernel::make_printable(id, 40)));

  // Of energy and target the one that is given says the other.
  const VehicleType* battery = battery_of(run, booking.vehicle);
  if (battery != nullptr && energy && std::isfinite(booking.soc_start))
    booking.soc_target =
        std::min(1.0, booking.soc_start + booking.energy_kwh * battery->charge_efficiency / battery->battery_kwh);
  else
    set_energy(run, booking);
  return booking;
}

}  // namespace

bool Booking::is_same(const Booking& other) const {
  return id == other.id && vehicle == other.vehicle && evse == other.evse && arrive_ns == other.arrive_ns &&
         leave_ns == other.leave_ns && same_number(soc_start, other.soc_start) &&
         same_number(soc_target, other.soc_target) && same_number(energy_kwh, other.energy_kwh) && terms == other.terms;
}

const VehicleType* battery_of(const Run& run, std::string_view vehicle) {
  const auto found = std::find_if(run.vehicles.begin(), run.vehicles.end(),
                                  [&](const VehicleType& type) { return type.name == vehicle; });
  return found == run.vehicles.end() || !std::isfinite(found->battery_kwh) ? nullptr : &*found;
}

std::vector<Booking> bookings_of(const Run& run, std::uint32_t site) {
  std::vector<Booking> bookings;
  bookings.reserve(run.sessions.size());
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    if (site != no_row && session.site != site) continue;
    Booking booking;
    booking.id = session.name;
    booking.session = row;
    booking.arrive_ns = session.arrived_ns;
    booking.leave_ns = session.departed_ns;
    booking.soc_start = session.soc_start;
    booking.energy_kwh = session.wanted_kwh;
    if (session.evse < run.evses.size()) booking.evse = run.evses[session.evse].name;
    const VehicleType* battery = battery_of(run, session.vehicle);
    if (battery != nullptr || session.vehicle != unknown_battery) booking.vehicle = session.vehicle;
    if (battery != nullptr && std::isfinite(session.soc_start))
      booking.soc_target =
          std::min(1.0, session.soc_start + session.wanted_kwh * battery->charge_efficiency / battery->battery_kwh);
    bookings.push_back(std::move(booking));
  }
  return bookings;
}

void take_terms(const std::vector<WrittenBooking>& written, std::string_view site, const std::vector<Booking>& were,
                std::vector<Booking>& bookings) {
  std::map<std::string_view, const WrittenBooking*> by_id;
  for (const WrittenBooking& one : written) {
    if (site.empty() || one.site == site) by_id.emplace(one.id, &one);
  }
  std::map<std::string_view, std::string_view> given;
  for (const Booking& was : were) given.emplace(was.id, was.evse);
  for (Booking& booking : bookings) {
    const auto found = by_id.find(booking.id);
    const auto was = given.find(booking.id);
    if (found == by_id.end() || was == given.end()) continue;
    if (booking.evse == was->second) booking.evse = found->second->evse;
    if (!booking.terms) booking.terms = found->second->terms;
  }
}

Booking new_booking(const Run& run, const std::vector<Booking>& bookings) {
  std::set<std::string> ids;
  for (const Booking& booking : bookings) ids.insert(booking.id);
  Booking added;
  for (std::size_t number = 1; added.id.empty() || ids.contains(added.id); ++number)
    added.id = fmt::format("new-{}", number);
  CivilTime morning = run.clock.local_time(bookings.empty() ? run.start_ns : bookings.back().arrive_ns);
  morning.hour = 9;
  morning.minute = morning.second = morning.nanosecond = 0;
  added.arrive_ns = std::max(run.start_ns, run.clock.instant_of(morning));
  added.leave_ns = added.arrive_ns + 4 * kernel::hour_ns;
  added.energy_kwh = 10.0;
  if (!bookings.empty()) set_vehicle(run, bookings.back().vehicle, added);
  return added;
}

void set_energy(const Run& run, Booking& booking) {
  const VehicleType* battery = battery_of(run, booking.vehicle);
  if (battery == nullptr || !std::isfinite(booking.soc_target) || !std::isfinite(booking.soc_start)) return;
  booking.energy_kwh =
      std::max(0.0, booking.soc_target - booking.soc_start) * battery->battery_kwh / battery->charge_efficiency;
}

void set_vehicle(const Run& run, const std::string& vehicle, Booking& booking) {
  booking.vehicle = vehicle;
  if (battery_of(run, vehicle) == nullptr) {
    booking.soc_start = booking.soc_target = none;
    return;
  }
  if (!std::isfinite(booking.soc_start)) booking.soc_start = 0.3;
  if (!std::isfinite(booking.soc_target)) booking.soc_target = 0.8;
  set_energy(run, booking);
}

void write_bookings(std::ostream& out, const Run& run, const std::vector<Booking>& bookings) {
  out << "arrival,departure,energy_kwh,soc,evse,session_id\n";
  for (const Booking& booking : bookings) {
    const std::string soc = std::isfinite(booking.soc_start) ? fmt::format("{}", booking.soc_start) : std::string();
    out << fmt::format("{},{},{},{},{},{}\n", run.clock.iso_text(booking.arrive_ns),
                       run.clock.iso_text(booking.leave_ns), booking.energy_kwh, soc, kernel::csv_cell(booking.evse),
                       kernel::csv_cell(booking.id));
  }
}

namespace {

/// The cells behind those that every table has.
std::string terms_cells(const Run& run, const Booking& booking) {
  if (!booking.terms) return ",,,,,";
  const BookingTerms& terms = *booking.terms;
  const auto time = [&](TimeNs t) { return t == kernel::time_never ? std::string() : run.clock.iso_text(t); };
  const bool holds = terms.window_from_ns <= booking.arrive_ns && booking.leave_ns <= terms.window_to_ns &&
                     terms.window_from_ns != kernel::time_never;
  return fmt::format(",{},{},{},{},{}", digits_text(terms.priority), terms.v2g, time(terms.booked_at_ns),
                     holds ? time(terms.window_from_ns) : "", holds ? time(terms.window_to_ns) : "");
}

}  // namespace

void write_booking_table(std::ostream& out, const Run& run, const std::vector<Booking>& bookings) {
  const bool terms = std::ranges::any_of(bookings, [](const Booking& booking) { return booking.terms.has_value(); });
  out << "id,vehicle,arrive,leave,soc,target,energy_kwh,evse"
      << (terms ? ",priority,v2g,booked_at,window_from,window_to\n" : "\n");
  for (const Booking& booking : bookings) {
    const bool charge = std::isfinite(booking.soc_start) && std::isfinite(booking.soc_target);
    out << fmt::format("{},{},{},{},{},{},{},{}{}\n", kernel::csv_cell(booking.id), kernel::csv_cell(booking.vehicle),
                       run.clock.iso_text(booking.arrive_ns), run.clock.iso_text(booking.leave_ns),
                       charge ? digits_text(booking.soc_start) : "", charge ? digits_text(booking.soc_target) : "",
                       charge ? "" : digits_text(booking.energy_kwh),
                       booking.evse.empty() ? "any" : kernel::csv_cell(booking.evse),
                       terms ? terms_cells(run, booking) : std::string());
  }
}

std::vector<Booking> read_booking_table(const Run& run, std::string_view text, const std::vector<Booking>& were) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::map<std::string, Booking, std::less<>> known;
  for (const Booking& was : were) known.emplace(was.id, was);

  std::size_t at = 0;
  const std::vector<Column> columns = read_heads(take_record(text, at));
  std::vector<Booking> bookings;
  std::set<std::string> ids;
  for (std::size_t line = 2; at < text.size(); ++line) {
    const std::vector<std::string> cells = take_record(text, at);
    if (cells.size() == 1 && cells.front().empty()) continue;
    if (cells.size() != columns.size())
      fail_line(line, fmt::format("has {} cells under {} columns", cells.size(), columns.size()));
    Booking booking = booking_of_row(run, known, columns, cells, line);
    if (booking.id.empty()) booking.id = fmt::format("booking-{}", line - 1);
    if (!ids.insert(booking.id).second)
      fail_line(line, fmt::format("'{}' stands there twice", kernel::make_printable(booking.id, 40)));
    bookings.push_back(std::move(booking));
  }
  if (bookings.empty()) throw std::runtime_error("the table has no rows: nobody has booked");
  return bookings;
}

}  // namespace evtwin::viewer::model
