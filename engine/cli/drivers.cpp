// evtwin drivers: when each driver will come next, and bookings to offer them.
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "calibrate/calibration.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "cli/progress.hpp"
#include "drivers/driver_report.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {
namespace {

// Local time of the records: the zone asked for; else the offset that a log's own clock shows, where it shows one of
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

/// The instant asked for; else the end of the records, with the last visit before it.
kernel::TimeNs instant_of(const DriversCommand& command, const drivers::Histories& histories) {
  if (command.at.empty()) return histories.last_ns + kernel::second_ns;
  try {
    return market::parse_instant(command.at, histories.calendar);
  } catch (const market::TimeTextError& error) {
    throw CommandError(fmt::format("--at: {}", error.what()));
  }
}

}  // namespace

int list_drivers(const DriversCommand& command) {
  const calibrate::Records records =
      calibrate::read_records(command.records, command.reading, command.columns, command.timezone);
  for (const std::string& note : records.notes) fmt::print(stderr, "note: {}\n", kernel::make_printable(note));
  drivers::Histories histories = drivers::histories_of(records, calendar_of(records.log.report, command.timezone));
  catch_interrupt();
  const kernel::TimeNs now_ns = instant_of(command, histories);
  const drivers::DriverReport report =
      drivers::report_drivers(std::move(histories), now_ns, command.show_tokens, command.back_test);

  // The file comes before anything is printed: one that can not be written ends the command.
  if (!command.offers.empty())
    write_new_file(command.offers, drivers::offers_csv(report.histories, report.offers, report.names, now_ns));
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(drivers::report_json(report)));
    return 0;
  }

  const bool korean = command.language == "ko";
  fmt::print("{}", drivers::report_text(report, korean ? analysis::Language::korean : analysis::Language::english,
                                        command.rows));
  if (!command.offers.empty()) {
    const std::string file = kernel::make_printable(command.offers);
    fmt::print("{} {}: arrivals = sessions \"{}\"\n", korean ? "제안" : "offers", file, file);
  }
  if (!command.show_tokens)
    fmt::print("{}\n", korean ? "운전자는 번호로 표시됩니다; --show-tokens 는 카드를 보여 줍니다."
                              : "Drivers are numbered; --show-tokens shows their cards.");
  return 0;
}

}  // namespace evtwin::cli
