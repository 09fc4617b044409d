// How recorded sessions are fitted to a window of time and to a site's EVSEs.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "kernel/text.hpp"
#include "sessions/table_parts.hpp"

namespace evtwin::sessions {
namespace {

constexpr std::size_t most_named = 10;  // sessions of one kind that are flagged one by one

std::string name_of(const SessionRow& row) { return kernel::make_printable(row.visit.id, 80); }

void sort_table_by_arrival(SessionTable& table) {
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const SessionRow& a, const SessionRow& b) {
    return a.visit.arrival_ns != b.visit.arrival_ns ? a.visit.arrival_ns < b.visit.arrival_ns : a.line < b.line;
  });
}

std::string date_text(const market::Calendar& calendar, TimeNs t) {
  return market::format_date(calendar.local_date(t));
}

/// Same local clock time, `days` later.
TimeNs moved_by_days(const market::Calendar& calendar, TimeNs t, std::int64_t days) {
  const market::LocalTime from = calendar.local_time(t);
  const market::LocalDate to = market::date_of_days(market::days_since_epoch(from.date) + days);
  const market::LocalLookup found = calendar.to_utc(to.year, to.month, to.day, from.hour, from.minute, from.second);
  // Inside a gap of the clock there are no fractions of a second to keep: it is left at its end.
  return found.first_ns + (found.exists == market::LocalExists::never ? 0 : from.nanosecond);
}

// One error about all rows whose EVSE is not there, naming the first of the file.
[[noreturn]] void refuse_unknown(const SessionTable& table, const std::map<std::string_view, std::size_t>& row_of,
                                 std::span<const std::string> evse_ids) {
  const SessionRow* first = nullptr;
  std::size_t count = 0;
  for (const SessionRow& row : table.rows) {
    if (row_of.contains(row.evse_id)) continue;
    ++count;
    if (first == nullptr || row.line < first->line) first = &row;
  }
  const std::string more =
      count > 1 ? fmt::format("; {} more session{} of this kind", count - 1, count == 2 ? "" : "s") : "";
  if (first->evse_id.empty()) {
    throw InputError(
        table.file, first->line,
        fmt::format("session {} names no EVSE; add a column evse, or set evse = \"any\"{}", name_of(*first), more));
  }
  throw InputError(table.file, first->line,
                   fmt::format("station {}: the site has no such EVSE; known: {} (or set evse = \"any\"){}",
                               kernel::make_printable(first->evse_id, 80), list_names(evse_ids), more));
}

void leave_out_unfit_overlaps(SessionTable& table, std::span<const std::string> evse_ids) {
  std::vector<const SessionRow*> last_on(evse_ids.size(), nullptr);
  std::vector<SessionRow> kept;
  kept.reserve(table.rows.size());  // rows of `kept` are pointed to
  for (SessionRow& row : table.rows) {
    const auto evse = static_cast<std::size_t>(row.visit.evse);
    const SessionRow* before = last_on[evse];
    if (before != nullptr && row.visit.arrival_ns < before->visit.departure_ns) {
      const TimeNs until_ns = std::min(row.visit.departure_ns, before->visit.departure_ns);
      leave_out(table, row,
                fmt::format("overlaps session {} (line {}) on EVSE {} from {} to {}; the later arrival is left out",
                            name_of(*before), before->line, kernel::make_printable(evse_ids[evse], 80),
                            table.calendar.format_local(row.visit.arrival_ns), table.calendar.format_local(until_ns)));
      continue;
    }
    kept.push_back(std::move(row));
    last_on[evse] = &kept.back();
  }
  table.rows = std::move(kept);
}

/// What sessions took of an EVSE beyond its rating.
struct BeyondRating {
  std::string name;
  double kw = 0.0;  ///< its rating
  std::size_t sessions = 0, sessions_beyond = 0;
  double kwh_beyond = 0.0, needs_kw = 0.0;
};

}  // namespace

std::vector<std::string> station_ids(const SessionTable& table) {
  std::vector<const SessionRow*> by_line;
  for (const SessionRow& row : table.rows) by_line.push_back(&row);
  std::sort(by_line.begin(), by_line.end(), [](const auto* a, const auto* b) { return a->line < b->line; });

  std::vector<std::string> ids;
  std::map<std::string_view, bool> known;
  for (const SessionRow* row : by_line) {
    if (row->evse_id.empty()) {
      throw InputError(
          table.file, row->line,
          fmt::format(
              "session {} names no EVSE; add a column evse, or give the site stations of its own and let cars take "
              "any: sessions {{ ..., evse = \"any\" }} (scenarios/real_sessions.lua: --set evses=N)",
              name_of(*row)));
    }
    if (known.emplace(row->evse_id, true).second) ids.push_back(row->evse_id);
  }
  return ids;
}

SessionDays days_of(const SessionTable& table) {
  if (table.rows.empty()) return {};
  TimeNs last_ns = table.rows.front().visit.departure_ns;
  for (const SessionRow& row : table.rows) last_ns = std::max(last_ns, row.visit.departure_ns);
  const market::LocalDate first = table.calendar.local_date(table.rows.front().visit.arrival_ns);
  // A departure at midnight belongs to the day that ends there.
  const market::LocalDate last = table.calendar.local_date(last_ns - 1);
  return {first, static_cast<int>(market::days_since_epoch(last) - market::days_since_epoch(first)) + 1};
}

void shift_to_start(SessionTable& table, TimeNs start_ns) {
  if (table.rows.empty()) return;
  const market::Calendar& calendar = table.calendar;
  const std::int64_t days = market::days_since_epoch(calendar.local_date(start_ns)) -
                            market::days_since_epoch(calendar.local_date(table.rows.front().visit.arrival_ns));
  if (days == 0) return;

  std::vector<SessionRow> kept;
  kept.reserve(table.rows.size());
  for (SessionRow& row : table.rows) {
    demand::Visit& visit = row.visit;
    try {
      visit.arrival_ns = moved_by_days(calendar, visit.arrival_ns, days);
      visit.departure_ns = moved_by_days(calendar, visit.departure_ns, days);
      visit.claimed_departure_ns =
          std::max(moved_by_days(calendar, visit.claimed_departure_ns, days), visit.arrival_ns);

      // A reservation moves with its visit.
      if (visit.announced_ns != kernel::time_never) {
        visit.announced_ns = moved_by_days(calendar, visit.announced_ns, days);
        visit.reserved_from_ns = moved_by_days(calendar, visit.reserved_from_ns, days);
        visit.reserved_until_ns = moved_by_days(calendar, visit.reserved_until_ns, days);
        if (!demand::is_announced(visit)) visit.announced_ns = kernel::time_never;  // the clock changes there
      }
      if (row.window) {
        row.window->from_ns = std::min(moved_by_days(calendar, row.window->from_ns, days), visit.arrival_ns);
        row.window->to_ns = std::max(moved_by_days(calendar, row.window->to_ns, days), visit.departure_ns);
      }
    } catch (const market::TimeTextError& error) {
      throw InputError(table.file, row.line, fmt::format("can not be moved by {} days: {}", days, error.what()));
    }

    if (visit.departure_ns <= visit.arrival_ns) {
      leave_out(table, row,
                fmt::format("moved by {} days, it ends at {}, not after it begins: the clock changes there", days,
                            calendar.format_local(visit.departure_ns)));
      continue;
    }
    kept.push_back(std::move(row));
  }
  table.rows = std::move(kept);
  sort_table_by_arrival(table);
}

void keep_window(SessionTable& table, TimeNs start_ns, TimeNs end_ns) {
  const market::Calendar& calendar = table.calendar;
  const SessionDays own = days_of(table);
  const std::string run = fmt::format("{} to {}", calendar.format_local(start_ns), calendar.format_local(end_ns));
  std::vector<SessionRow> kept;
  std::size_t outside = 0;
  TimeNs last_outside_ns = 0;

  for (SessionRow& row : table.rows) {
    const TimeNs arrival_ns = row.visit.arrival_ns;
    if (arrival_ns >= start_ns && arrival_ns < end_ns) {
      kept.push_back(std::move(row));
      continue;
    }
    last_outside_ns = arrival_ns;
    // The first ones are named, the others counted.
    if (++outside > most_named) continue;
    const bool reaches_in = arrival_ns < start_ns && row.visit.departure_ns > start_ns;
    leave_out(table, row,
              fmt::format("arrives at {}, outside the run ({}){}", calendar.format_local(arrival_ns), run,
                          reaches_in ? "; it had begun before the run does" : ""));
  }

  // Days that do not fit are a slip: the message says which would.
  if (kept.empty() && outside > 0) {
    const market::LocalDate last = market::date_of_days(market::days_since_epoch(own.first) + own.days - 1);
    throw InputError(
        table.file, 0,
        fmt::format("every session lies outside the run ({}): the file has {} to {}; set start = \"{}\", or "
                    "shift_to_start = true (times without an offset are read in {})",
                    run, market::format_date(own.first), market::format_date(last), market::format_date(own.first),
                    calendar.zone_name()));
  }

  if (outside > most_named) {
    table.flags.push_back(
        {"",
         fmt::format("{}: {} sessions in all arrive outside the run ({}); the first {} are named, the "
                     "last arrives on {}",
                     kernel::make_printable(table.file), outside, run, most_named,
                     date_text(calendar, last_outside_ns)),
         true});
  }

  table.rows = std::move(kept);
}

void assign_evses(SessionTable& table, std::span<const std::string> evse_ids, EvseMode mode) {
  if (mode == EvseMode::any) {
    for (SessionRow& row : table.rows) row.visit.evse = demand::any_evse;
    return;
  }
  std::map<std::string_view, std::size_t> row_of;
  for (std::size_t i = 0; i < evse_ids.size(); ++i) row_of.emplace(evse_ids[i], i);
  for (SessionRow& row : table.rows) {
    const auto found = row_of.find(row.evse_id);
    if (found == row_of.end()) refuse_unknown(table, row_of, evse_ids);
    row.visit.evse = static_cast<std::int32_t>(found->second);
  }
  leave_out_unfit_overlaps(table, evse_ids);
}

void check_against(SessionTable& table, std::span<const double> rated_kw) {
  if (rated_kw.empty()) return;
  // Class B meters are within 1 % (EN 50470-3): less than that above the rating is no contradiction.
  constexpr double meter_tolerance = 0.01;
  const double strongest_kw = *std::max_element(rated_kw.begin(), rated_kw.end());
  std::map<std::int32_t, BeyondRating> beyond;  // by EVSE
  std::vector<TableFlag> flags;
  for (const SessionRow& row : table.rows) {
    const demand::Visit& visit = row.visit;
    BeyondRating& evse = beyond[visit.evse];
    if (evse.sessions++ == 0) {
      evse.name = visit.evse < 0 ? std::string("the strongest EVSE")
                                 : fmt::format("EVSE {}", kernel::make_printable(row.evse_id, 80));
      evse.kw = visit.evse < 0 ? strongest_kw : rated_kw[static_cast<std::size_t>(visit.evse)];
    }
    const double hours = kernel::hours_between(visit.arrival_ns, visit.departure_ns);
    if (visit.taken_kwh <= evse.kw * hours * (1.0 + meter_tolerance)) continue;
    ++evse.sessions_beyond;
    evse.kwh_beyond += visit.taken_kwh - evse.kw * hours;
    evse.needs_kw = std::max(evse.needs_kw, visit.taken_kwh / hours);
    flags.push_back(
        {visit.id,
         fmt::format("{}: took {:g} kWh in {:.4g} min, which needs {:.4g} kW; {} has {:g} kW: part of it will be unmet",
                     place_of(table, row), visit.taken_kwh, hours * 60.0, visit.taken_kwh / hours, evse.name, evse.kw),
         false});
  }

  // Where it is not one odd row, the EVSE is another than it is taken for: that comes before the rows.
  constexpr std::size_t most_odd_rows = 3;
  for (const auto& [number, evse] : beyond) {
    if (evse.sessions_beyond <= most_odd_rows) continue;
    table.flags.push_back(
        {"",
         fmt::format("{}: {} has {:g} kW, and {} of its {} sessions took {:.1f} kWh more than that gives in their "
                     "stays; one needs {:.3g} kW: it may be another kind of EVSE ({})",
                     kernel::make_printable(table.file), evse.name, evse.kw, evse.sessions_beyond, evse.sessions,
                     evse.kwh_beyond, evse.needs_kw,
                     number < 0 ? "no EVSE of the site has as much"
                                : "from_sessions takes those that differ as except = { [\"ID\"] = { kw = ... } }"),
         false});
  }
  table.flags.insert(table.flags.end(), std::make_move_iterator(flags.begin()), std::make_move_iterator(flags.end()));
}

}  // namespace evtwin::sessions
