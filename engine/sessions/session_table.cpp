#include "sessions/session_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <map>
#include <optional>
#include <string_view>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "sessions/acn_json.hpp"
#include "sessions/cell_doubts.hpp"
#include "sessions/session_layout.hpp"
#include "sessions/table_parts.hpp"
#include "sessions/xlsx.hpp"

namespace evtwin::sessions {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool truth(const CsvReader& csv, std::size_t column) {
  const std::string_view text = trim_blanks(csv.field_text(column));
  if (is_one_of(text, {"True", "true", "TRUE", "1", "yes"})) return true;
  if (is_one_of(text, {"False", "false", "FALSE", "0", "no"})) return false;
  csv.throw_error(column, "is neither true nor false");
}

// Whether a row has something in a column that may be absent.
bool filled(const CsvReader& csv, std::optional<std::size_t> column) {
  return column && !trim_blanks(csv.field_text(*column)).empty();
}

// Counts empty cells of a row, with how each is taken, where other rows fill them; and ids that can not be told apart
// by eye.
void look_at_cells(const CsvReader& csv, const SessionLayout& at, bool claimed, CellDoubts& doubts) {
  const auto look = [&](std::optional<std::size_t> column, std::string_view taken_as) {
    if (!column) return;
    if (filled(csv, column))
      doubts.filled_cell(*column);
    else
      doubts.empty_cell(csv, *column, taken_as);
  };
  // A driver who claimed nothing leaves it empty; one who did not say when he would leave, left when he said.
  if (claimed) look(at.requested, "the energy that was taken");
  look(at.evse, "any EVSE");
  look(at.id, "the number of its line");
  look(at.claimed, "claimed");
  look(at.soc, "not known");
  look(at.soc_departure, "not known");
  look(at.vehicle, "what the scenario says");
  look(at.priority, "0");
  look(at.v2g, "what the scenario says");
  look(at.v2g_min_price, "what the scenario says");
  look(at.car_kw, "what the scenario says");
  look(at.battery_kwh, "what the scenario says");
  look(at.soe, "not known");
  for (const auto& ids : {at.evse, at.id}) {
    if (filled(csv, ids)) doubts.id_cell(csv, *ids);
  }
}

/// @param text  of the column, or what it stands for
TimeNs instant_of_text(const CsvReader& csv, std::size_t column, std::string_view text,
                       const market::Calendar& calendar) {
  try {
    return market::parse_instant(trim_blanks(text), calendar);
  } catch (const market::TimeTextError& error) {
    const std::string& name = csv.header()[column];
    csv.throw_error(fmt::format("{}: {}", name.empty() ? fmt::format("column {}", column + 1) : name, error.what()));
  }
}

/// A date whose year lost its century, 0014-11-18: that of 2014. Charging sessions are of this one.
std::optional<std::string> with_century(std::string_view field) {
  const std::string_view text = trim_blanks(field);
  const auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() < 10 || !text.starts_with("00") || !is_digit(2) || !is_digit(3) || text[4] != '-') return {};
  return "20" + std::string(text.substr(2));
}

/// "21.12.2018 10:20", day first, as "2018-12-21 10:20"; any other text as it is.
std::string with_year_first(std::string_view field) {
  const std::string text(trim_blanks(field));
  const std::size_t month = text.find('.');
  const std::size_t year = month == std::string::npos ? month : text.find('.', month + 1);
  if (year == std::string::npos || month < 1 || month > 2 || year - month < 2 || year - month > 3) return text;
  const std::size_t end = std::min(text.find(' ', year), text.size());
  if (end - year != 5) return text;
  // Hours of one digit are usual beside such dates.
  std::string clock = text.substr(end);
  if (clock.size() > 2 && clock[2] == ':') clock.insert(1, "0");
  return fmt::format("{}-{:0>2}-{:0>2}{}", text.substr(year + 1, 4), text.substr(month + 1, year - month - 1),
                     text.substr(0, month), clock);
}

/// A number that can be a spreadsheet's day of 1954 to 2119.
std::optional<double> serial_days(std::string_view field) {
  const std::string_view text = trim_blanks(field);
  double days = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc{} || end != text.data() + text.size() || !(days > 20'000.0 && days < 80'000.0)) return {};
  return days;
}

/// @param days  since the local midnight of 1899-12-30, to the second: a spreadsheet's digits do not carry more
TimeNs instant_of_serial_days(double days, const market::Calendar& calendar) {
  const auto seconds = std::llround(days * 86'400.0);
  const market::LocalDate date = market::date_of_days(market::days_since_epoch({1899, 12, 30}) + seconds / 86'400);
  const auto of_day = static_cast<int>(seconds % 86'400);
  return calendar.to_utc(date.year, date.month, date.day, of_day / 3600, of_day / 60 % 60, of_day % 60).first_ns;
}

/// Reads the times of a row, in the forms that its layout may have.
struct TimeCells {
  const CsvReader& csv;
  const SessionLayout& at;
  const market::Calendar& calendar;
  CellDoubts& doubts;

  TimeNs operator()(std::size_t column) const {
    if (at.day_first) return instant_of_text(csv, column, with_year_first(csv.field_text(column)), calendar);
    if (!at.free_forms) return instant_of(csv, column, calendar);
    if (const std::optional<double> days = serial_days(csv.field_text(column)))
      return instant_of_serial_days(*days, calendar);
    if (const auto in_century = with_century(csv.field_text(column))) {
      doubts.year_cell(csv, column);
      return instant_of_text(csv, column, *in_century, calendar);
    }
    return instant_of(csv, column, calendar);
  }
};

// When it was reserved, and for when.
void read_reservation(const TimeCells& time, demand::Visit& visit) {
  const CsvReader& csv = time.csv;
  const SessionLayout& at = time.at;
  for (const auto& column : {at.reserved_from, at.reserved_until}) {
    if (filled(csv, column) && !filled(csv, at.reserved_at))
      csv.throw_error(csv.header()[*column] + " is given but not reserved_at, when the visit was announced");
  }
  if (!filled(csv, at.reserved_at)) return;
  visit.announced_ns = time(*at.reserved_at);
  visit.reserved_from_ns = filled(csv, at.reserved_from) ? time(*at.reserved_from) : visit.arrival_ns;
  visit.reserved_until_ns = filled(csv, at.reserved_until) ? time(*at.reserved_until) : visit.claimed_departure_ns;
}

/// The car of a row, and what it has in its battery.
void read_car(const CsvReader& csv, const SessionLayout& at, SessionRow& row) {
  constexpr double most_kw = 10'000.0, most_kwh = 10'000.0;
  const auto positive = [&](std::optional<std::size_t> column, double per, double most) {
    if (!filled(csv, column)) return kernel::unknown;
    const double value = csv.read_number(*column, 0.0, most / per);
    if (value == 0.0) csv.throw_error(*column, "is 0; a car has more than that");
    return per * value;
  };
  row.car_kw = positive(at.car_kw, at.car_kw_per, most_kw);
  row.battery_kwh = positive(at.battery_kwh, at.battery_kwh_per, most_kwh);
  if (filled(csv, at.vehicle)) row.vehicle = std::string(trim_blanks(csv.field_text(*at.vehicle)));
  row.needs_at_battery = at.planner;
  if (!filled(csv, at.soe)) return;
  if (std::isnan(row.battery_kwh)) csv.throw_error(*at.soe, "is given but not how much the battery holds");
  row.visit.soc_start = csv.read_number(*at.soe, 0.0, row.battery_kwh) / row.battery_kwh;
}

// Within which a booking may be moved.
void read_window(const TimeCells& time, SessionRow& row) {
  const CsvReader& csv = time.csv;
  const SessionLayout& at = time.at;
  const bool from = filled(csv, at.window_from), to = filled(csv, at.window_to);
  if (!from && !to) return;
  if (from != to) csv.throw_error("of window_from and window_to only one is given");
  const demand::MoveWindow window{time(*at.window_from), time(*at.window_to)};
  const demand::Visit& visit = row.visit;
  if (window.from_ns > visit.arrival_ns || window.to_ns < visit.departure_ns)
    csv.throw_error("window_from to window_to must hold the visit itself, arrival to departure");
  row.window = window;
}

SessionRow row_of(const CsvReader& csv, const SessionLayout& at, const market::Calendar& calendar, bool use_claims,
                  CellDoubts& doubts) {
  SessionRow row;
  row.line = csv.line_number();
  demand::Visit& visit = row.visit;
  const TimeCells time{csv, at, calendar, doubts};
  visit.arrival_ns = time(at.arrival);
  visit.departure_ns = time(at.departure);
  std::optional<double> requested_kwh;
  if (filled(csv, at.requested))
    requested_kwh = at.requested_kwh_per * csv.read_number(*at.requested, 0.0, most_session_kwh / at.requested_kwh_per);
  visit.taken_kwh = at.taken_kwh_per * csv.read_number(at.taken, 0.0, most_session_kwh / at.taken_kwh_per);
  visit.id = filled(csv, at.id) ? std::string(trim_blanks(csv.field_text(*at.id))) : fmt::format("line-{}", row.line);
  if (at.evse) row.evse_id = std::string(trim_blanks(csv.field_text(*at.evse)));
  if (at.driver) row.driver = std::string(trim_blanks(csv.field_text(*at.driver)));

  // The driver's word; without one he wants what happened. It is read in any case, so that broken figures show.
  visit.requested_kwh = visit.taken_kwh;
  visit.claimed_departure_ns = visit.departure_ns;
  const TimeNs estimated_ns = filled(csv, at.estimated) ? time(*at.estimated) : visit.departure_ns;
  const bool claimed = !filled(csv, at.claimed) || truth(csv, *at.claimed);
  look_at_cells(csv, at, claimed, doubts);
  if (use_claims && claimed) {
    visit.requested_kwh = requested_kwh.value_or(visit.taken_kwh);
    visit.claimed_departure_ns = estimated_ns;
  }

  read_reservation(time, visit);
  read_car(csv, at, row);
  read_window(time, row);
  const double full = at.free_forms ? 100.0 : 1.0;  // shares, or percent
  if (filled(csv, at.soc)) visit.soc_start = csv.read_number(*at.soc, 0.0, full);
  if (filled(csv, at.soc_departure)) row.soc_departure = csv.read_number(*at.soc_departure, 0.0, full);
  if (filled(csv, at.priority)) visit.priority = csv.read_number(*at.priority, -1e6, 1e6);
  if (filled(csv, at.v2g)) visit.v2g = truth(csv, *at.v2g);
  visit.v2g_min_price_per_kwh =
      filled(csv, at.v2g_min_price) ? csv.read_number(*at.v2g_min_price, 0.0, 1e7) : physics::unknown;
  return row;
}

// Departures after arrivals, ids once, estimates not before arrivals.
void check_sense(SessionTable& table) {
  const market::Calendar& calendar = table.calendar;
  std::map<std::string, std::size_t, std::less<>> line_of_id;
  std::vector<SessionRow> kept;
  kept.reserve(table.rows.size());
  std::size_t early_estimates = 0;
  std::string first_early;
  std::size_t odd_reservations = 0;
  std::string first_odd;

  for (SessionRow& row : table.rows) {
    demand::Visit& visit = row.visit;
    const auto [known, is_new] = line_of_id.emplace(visit.id, row.line);
    if (!is_new) {
      leave_out(table, row, fmt::format("its id was there before, on line {}", known->second));
      continue;
    }

    if (visit.departure_ns <= visit.arrival_ns) {
      leave_out(table, row,
                fmt::format("its departure, {}, is not after its arrival, {}", calendar.format_iso(visit.departure_ns),
                            calendar.format_iso(visit.arrival_ns)));
      continue;
    }

    if (row.needs_at_battery && visit.requested_kwh > row.battery_kwh) {
      leave_out(table, row,
                fmt::format("requires {:g} kWh, and its battery holds {:g}", visit.requested_kwh, row.battery_kwh));
      continue;
    }

    // An estimate or reservation that can not be is mended, not left out; one flag counts all of a kind.
    if (visit.claimed_departure_ns < visit.arrival_ns) {
      if (early_estimates++ == 0) first_early = place_of(table, row);
      visit.claimed_departure_ns = visit.arrival_ns;
    }
    if (visit.announced_ns != kernel::time_never && !demand::is_announced(visit)) {
      if (odd_reservations++ == 0) first_odd = place_of(table, row);
      visit.announced_ns = kernel::time_never;
    }

    kept.push_back(std::move(row));
  }
  table.rows = std::move(kept);

  if (early_estimates > 0) {
    table.flags.push_back(
        {"",
         fmt::format("{}: estimated_departure is before the arrival; taken as the arrival ({} session{} "
                     "of this kind)",
                     first_early, early_estimates, early_estimates == 1 ? "" : "s"),
         false});
  }
  if (odd_reservations > 0) {
    table.flags.push_back({"",
                           fmt::format("{}: reserved_at must be before the arrival and not after reserved_from, which "
                                       "is before reserved_until; taken as not reserved ({} session{} of this kind)",
                                       first_odd, odd_reservations, odd_reservations == 1 ? "" : "s"),
                           false});
  }
}

/// Rows with a cell that can not be read. A few among many are left out; a table of which half is so has another unit,
/// language or layout than was thought, and nothing is to be made of the rest.
class Unreadable {
 public:
  void add(const InputError& error) {
    if (reasons_.empty()) first_ = std::make_exception_ptr(error);
    reasons_.emplace_back(error.what());
  }
  /// @throws InputError the first, where half of the rows or more are unreadable
  void add_flags(SessionTable& table) const {
    if (reasons_.empty()) return;
    if (reasons_.size() >= table.rows.size()) std::rethrow_exception(first_);
    for (const std::string& reason : reasons_) {
      table.flags.push_back({"", reason, true});
      kernel::log_line(kernel::LogRoom::sessions, kernel::LogLevel::debug, "left out: {}", reason);
    }
  }

 private:
  std::vector<std::string> reasons_;
  std::exception_ptr first_;
};

}  // namespace

TimeNs instant_of(const CsvReader& csv, std::size_t column, const market::Calendar& calendar) {
  return instant_of_text(csv, column, csv.field_text(column), calendar);
}

std::string place_of(const SessionTable& table, const SessionRow& row) {
  return fmt::format("{}:{}: session {}", kernel::make_printable(table.file), row.line,
                     kernel::make_printable(row.visit.id, 80));
}

void leave_out(SessionTable& table, const SessionRow& row, std::string_view why) {
  table.flags.push_back({row.visit.id, fmt::format("{}: {}", place_of(table, row), why), true});
  kernel::log_line(kernel::LogRoom::sessions, kernel::LogLevel::debug, "left out: {}", table.flags.back().reason);
}

SessionTable read_sessions(const std::string& shown, const std::string& real, const market::Calendar& calendar,
                           const SessionOptions& options) {
  const kernel::Stopwatch watch;
  SessionTable table;
  std::string text;
  const bool is_json = is_json_name(shown);
  if (is_json) {
    AcnTable acn = read_acn_json(shown, real);
    text = std::move(acn.text);
    if (acn.changed_claims > 0)
      table.flags.push_back({"",
                             fmt::format("{}: {} driver(s) changed what they had claimed; the first word counts",
                                         kernel::make_printable(shown), acn.changed_claims),
                             false});
  } else {
    text = read_table_text(shown, real);
  }
  CsvReader csv(text, shown, is_json ? 0 : 1);
  table.file = shown;
  table.calendar = calendar;
  const SessionLayout layout = layout_of(csv, options.columns);

  if (layout.day_first) csv.accept_decimal_commas();
  if (csv.separator() != ',') {
    table.flags.push_back({"",
                           fmt::format("{}: the separator is a {}, not a comma; read as such",
                                       kernel::make_printable(shown), csv.separator() == ';' ? "semicolon" : "tab"),
                           false});
  }
  flag_unused(csv, layout, table.flags);

  CellDoubts doubts;
  Unreadable unreadable;
  while (csv.next_row()) {
    try {
      table.rows.push_back(row_of(csv, layout, calendar, options.claims, doubts));
    } catch (const InputError& error) {
      unreadable.add(error);
    }
  }
  unreadable.add_flags(table);
  doubts.add_flags(csv, table.flags);

  // Shares and percents are told apart by the whole column: a share is never above 1.
  const bool percent = std::any_of(table.rows.begin(), table.rows.end(), [](const SessionRow& row) {
    return row.visit.soc_start > 1.0 || row.soc_departure > 1.0;
  });
  for (SessionRow& row : table.rows) {
    row.visit.soc_start /= percent ? 100.0 : 1.0;
    row.soc_departure /= percent ? 100.0 : 1.0;
  }

  if (table.rows.empty()) throw InputError(shown, 0, "no sessions: the header is there but no row");
  const std::size_t rows = table.rows.size();
  check_sense(table);
  if (table.rows.empty()) {
    const auto first_left_out =
        std::find_if(table.flags.begin(), table.flags.end(), [](const TableFlag& flag) { return flag.left_out; });
    throw InputError(shown, 0, "no session can be used; the first: " + first_left_out->reason);
  }

  std::stable_sort(table.rows.begin(), table.rows.end(),
                   [](const SessionRow& a, const SessionRow& b) { return a.visit.arrival_ns < b.visit.arrival_ns; });

  kernel::log_line(kernel::LogRoom::sessions, kernel::LogLevel::info,
                   "{}: {} bytes, {} of {} rows used, {} note(s), {:.1f} ms", shown, text.size(), table.rows.size(),
                   rows, table.flags.size(), watch.elapsed_ms());
  return table;
}

std::vector<demand::Visit> visits_of(const SessionTable& table) {
  std::vector<demand::Visit> visits;
  visits.reserve(table.rows.size());
  for (const SessionRow& row : table.rows) visits.push_back(row.visit);
  return visits;
}

std::vector<std::optional<demand::MoveWindow>> windows_of(const SessionTable& table) {
  std::vector<std::optional<demand::MoveWindow>> windows;
  const auto has_window = [](const SessionRow& row) { return row.window.has_value(); };
  if (std::none_of(table.rows.begin(), table.rows.end(), has_window)) return windows;
  for (const SessionRow& row : table.rows) windows.push_back(row.window);
  return windows;
}

}  // namespace evtwin::sessions
