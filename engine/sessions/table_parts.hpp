// Internal to this room: what its tables share.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "sessions/csv.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::sessions {

/// A cell as an instant. @throws InputError naming line, column and what would be right.
TimeNs instant_of(const CsvReader& csv, std::size_t column, const market::Calendar& calendar);

/// "week.csv:12: session 7", for flags.
std::string place_of(const SessionTable& table, const SessionRow& row);
/// Flags the row as left out; the caller does leave it out.
void leave_out(SessionTable& table, const SessionRow& row, std::string_view why);

}  // namespace evtwin::sessions
