// Bookings of a CSV: `bookings "day.csv"`, and `--change bookings=day.csv` over those that stand in the scenario.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "sessions/csv.hpp"

namespace evtwin::scenario {
namespace {

/// What a column holds. A window takes two columns, since a cell holds one value.
enum class Cell : std::uint8_t { text, number, boolean };
struct Column {
  std::string_view name;
  Cell cell;
};
constexpr std::array columns{
    Column{"id", Cell::text},           Column{"vehicle", Cell::text},   Column{"arrive", Cell::text},
    Column{"leave", Cell::text},        Column{"soc", Cell::number},     Column{"target", Cell::number},
    Column{"energy_kwh", Cell::number}, Column{"evse", Cell::text},      Column{"priority", Cell::number},
    Column{"v2g", Cell::boolean},       Column{"booked_at", Cell::text}, Column{"window_from", Cell::text},
    Column{"window_to", Cell::text},
};

/// A cell as the scenario would have written it; what can not be read stays text, which the key then refuses.
Value value_of_cell(std::string_view text, Cell cell) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (cell == Cell::number && error == std::errc() && end == text.data() + text.size()) return {number};
  if (cell == Cell::boolean && (text == "true" || text == "false")) return {text == "true"};
  return {std::string(text)};
}

void set_value(Table& table, std::string_view key, Value value) {
  const auto at = std::lower_bound(table.named.begin(), table.named.end(), key,
                                   [](const auto& entry, std::string_view name) { return entry.first < name; });
  if (at != table.named.end() && at->first == key)
    at->second = std::move(value);
  else
    table.named.insert(at, {std::string(key), std::move(value)});
}

void drop_value(Table& table, std::string_view key) {
  std::erase_if(table.named, [&](const auto& entry) { return entry.first == key; });
}

/// The columns that a file has, as rows of `columns`.
std::vector<std::size_t> columns_of(const sessions::CsvReader& csv) {
  std::vector<std::string_view> known;
  for (const Column& column : columns) known.push_back(column.name);
  std::vector<std::size_t> found;
  for (const std::string& name : csv.header()) {
    const auto at = std::find(known.begin(), known.end(), std::string_view(name));
    if (at == known.end()) {
      throw ScriptError(csv.file() + ":1: a table of bookings has no column " + kernel::make_printable(name, 60) +
                        kernel::did_you_mean(name, known) +
                        "; there are: " + sessions::list_names(std::vector<std::string>(known.begin(), known.end())));
    }
    found.push_back(static_cast<std::size_t>(at - known.begin()));
  }
  return found;
}

/// One row over the booking that it changes. Of target and energy_kwh the one that the row gives holds.
BookingEntry booking_of_row(const sessions::CsvReader& csv, const std::vector<std::size_t>& found, Table booking) {
  BookingEntry entry;
  entry.moved = !booking.named.empty();
  Value window_from, window_to;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string_view text = sessions::trim_blanks(csv.field_text(i));
    if (text.empty()) continue;
    const Column& column = columns.at(found[i]);
    if (column.name == "window_from" || column.name == "window_to") {
      Value& end = column.name == "window_from" ? window_from : window_to;
      end.data = std::string(text);
      continue;
    }
    if (column.name == "target") drop_value(booking, "energy_kwh");
    if (column.name == "energy_kwh") drop_value(booking, "target");
    set_value(booking, column.name, value_of_cell(text, column.cell));
  }

  if (!window_from.is_nil() || !window_to.is_nil()) {
    entry.moved = false;
    Table window;
    window.numbered.emplace_back(1, window_from);
    window.numbered.emplace_back(2, window_to);
    set_value(booking, "window", {std::make_shared<const Table>(std::move(window))});
  }
  entry.value = {std::make_shared<const Table>(std::move(booking))};
  entry.where.file = csv.file();
  entry.where.call = "booking";
  entry.where.line = static_cast<int>(csv.line_number());
  return entry;
}

}  // namespace

std::vector<BookingEntry> read_booking_table(Build& build, const std::string& path, const Where& asked,
                                             const std::vector<BookingEntry>& written) {
  // Bookings of the scenario by their id; one without an id has none that a row could name.
  std::map<std::string, const Table*> by_id;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const Table* table = written[i].value.as_table();
    if (table == nullptr) continue;
    const Value* id = table->find_value("id");
    const std::string* name = id == nullptr ? nullptr : id->as_text();
    by_id[name == nullptr ? "booking-" + std::to_string(i + 1) : *name] = table;
  }

  std::vector<BookingEntry> out;
  try {
    const OpenFile opened = build.source.open_file(path);
    const std::string text = sessions::read_text_file(opened.shown_path(), opened.stable_path());
    sessions::CsvReader csv(text, opened.shown_path());
    const std::vector<std::size_t> found = columns_of(csv);
    const std::optional<std::size_t> id_at = csv.find_column("id");
    while (csv.next_row()) {
      const std::string id = id_at ? std::string(sessions::trim_blanks(csv.field_text(*id_at))) : std::string();
      const auto changed = by_id.find(id);
      out.push_back(booking_of_row(csv, found, changed == by_id.end() ? Table() : *changed->second));
    }
    if (out.empty()) throw ScriptError(opened.shown_path() + ": has no rows: nobody has booked");
  } catch (const FolderError& error) {
    fail_at(asked, std::string("bookings: ") + error.what());
  } catch (const sessions::InputError& error) {
    throw ScriptError(error.what());
  }
  return out;
}

}  // namespace evtwin::scenario
