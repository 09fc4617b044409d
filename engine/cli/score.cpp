// evtwin score: batteries' scores from records of cars, as published and corrected.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/text.hpp"
#include "score/report.hpp"

namespace evtwin::cli {

int score_cars(const ScoreCommand& command) {
  const auto language = command.language == "ko" ? analysis::Language::korean : analysis::Language::english;
  if (command.rules) {
    fmt::print("{}", score::rules_text(language));
    return 0;
  }
  std::optional<market::Calendar> calendar;
  if (!command.timezone.empty()) calendar = market::Calendar(command.timezone);
  const score::CarTypes types = command.types.empty() ? score::CarTypes() : score::CarTypes(command.types);
  const score::Cars cars = score::read_cars(command.files, calendar);
  const kernel::TimeNs today_ns = command.today.empty() ? 0 : market::parse_instant(command.today, cars.calendar);
  const auto tell_broken = [&] {
    for (const score::BrokenFile& broken : cars.broken)
      fmt::print(stderr, "error: {}\n", kernel::make_printable(broken.why));
    return cars.broken.empty() ? 0 : 1;
  };
  // Where every file is broken there is no fleet to show.
  if (cars.cars.empty() && !cars.broken.empty() && !command.json) return tell_broken();
  const score::Fleet fleet = score::score_fleet(cars, types, today_ns);
  if (!command.out.empty()) write_new_file(command.out, score::scores_csv(fleet));
  if (!command.page.empty()) write_new_file(command.page, score::fleet_html(fleet, language));
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(score::fleet_json(fleet)));
  } else {
    fmt::print("{}", score::fleet_text(fleet, language, command.rows));
    for (const std::string& file : {command.out, command.page}) {
      if (!file.empty())
        fmt::print("{}: {}\n", command.language == "ko" ? "저장" : "written", kernel::make_printable(file));
    }
  }
  return tell_broken();
}

}  // namespace evtwin::cli
