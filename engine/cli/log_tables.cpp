// evtwin drivers and evtwin chargers: tables of what a log tells.
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/text.hpp"
#include "replay/charger_library.hpp"
#include "replay/charger_table.hpp"
#include "replay/driver_history.hpp"

namespace evtwin::cli {
namespace {

// Local time of the logs: the zone asked for; else the offset that the log's own clock shows, where it shows one of
// whole hours; else UTC.
market::Calendar calendar_of(const ocpp::LogReport& report, const std::string& timezone) {
  if (!timezone.empty()) return market::Calendar(timezone);
  bool known = false, one = true;
  kernel::TimeNs offset = 0;
  for (const ocpp::ZoneFrom& zone : report.zones) {
    if (!zone.inferred) continue;
    one = one && (!known || zone.offset_ns == offset);
    offset = zone.offset_ns;
    known = true;
  }
  const auto hours = offset / kernel::hour_ns;
  if (!known || !one || offset % kernel::hour_ns != 0 || hours == 0 || std::abs(hours) > 12) return market::Calendar();
  return market::Calendar(fmt::format("Etc/GMT{:+}", -hours));  // POSIX's sign: west is positive
}

}  // namespace

int list_drivers(const DriversCommand& command) {
  const ocpp::SiteLog log = ocpp::read_site_log(command.logs, command.reading);
  const market::Calendar calendar = calendar_of(log.report, command.timezone);
  const replay::DriverHistories histories = replay::driver_histories(log, calendar);
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(driver_json(histories, calendar, command.show_tokens)));
  } else {
    fmt::print("{}", driver_text(histories, calendar, command.show_tokens, command.rows));
    if (!command.show_tokens) fmt::print("Drivers are numbered; --show-tokens shows their cards.\n");
  }
  return 0;
}

int list_chargers(const ChargersCommand& command) {
  const ocpp::SiteLog log = ocpp::read_site_log(command.logs, command.reading);
  const replay::ChargerTable table = replay::charger_table(log, command.firmware);
  if (table.chargers.empty() && !command.firmware.empty())
    throw CommandError(fmt::format("no charger of the log says that it runs firmware '{}'", command.firmware));
  if (!command.library.empty()) {
    const replay::ChargerLibrary library = replay::charger_library(log, sessions::sessions_of(log));
    if (library.models == 0)
      throw CommandError(fmt::format("{}: no station says what model it is (BootNotification); no library is written",
                                     command.logs.front()));
    write_new_file(command.library, library.lua);
    if (!command.json)
      fmt::print("{}: {} models{}\n\n", kernel::make_printable(command.library), library.models,
                 library.without_model > 0
                     ? fmt::format("; {} stations never said what they are", library.without_model)
                     : std::string());
  }
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(charger_json(table)));
  } else {
    fmt::print("{}", charger_text(table));
  }
  return 0;
}

}  // namespace evtwin::cli
