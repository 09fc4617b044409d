// evtwin chargers: what a log tells of its stations.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/text.hpp"
#include "replay/charger_library.hpp"
#include "replay/charger_table.hpp"

namespace evtwin::cli {
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
