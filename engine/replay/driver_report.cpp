// Driver histories for people and for programs.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "replay/driver_history.hpp"
#include "replay/pseudonym.hpp"

namespace evtwin::replay {
namespace {

using Json = nlohmann::ordered_json;
using analysis::number_or_null;
using analysis::number_text;

Json guess_json(const VisitGuess& guess, const market::Calendar& calendar) {
  Json json;
  json["arrival"] = guess.arrival_ns == kernel::time_never ? Json() : Json(calendar.format_iso(guess.arrival_ns));
  json["stay_h"] = number_or_null(guess.stay_h);
  json["kwh"] = number_or_null(guess.kwh);
  return json;
}

std::string clock_text(double hour) {
  if (std::isnan(hour)) return "-";
  const long minute = std::lround(hour * 60.0) % 1440;
  return market::format_minute_of_day(static_cast<int>(minute));
}

// "Mon-Fri" would be a guess; which days it came is not: "MTW-F--".
std::string weekday_text(const std::array<std::size_t, 7>& by_weekday) {
  std::string text = "MTWTFSS";
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = by_weekday[i] > 0 ? text[i] : '-';
  return text;
}

}  // namespace

Json driver_json(const DriverHistories& histories, const market::Calendar& calendar, bool show_tokens) {
  Json json;
  json["drivers"] = Json::array();
  // Cards name people: they are numbered unless they are asked for.
  Pseudonyms pseudonyms;
  for (const DriverHistory& driver : histories.drivers) {
    json["drivers"].push_back({{"token", show_tokens ? driver.token : pseudonyms.pseudonym_of(driver.token)},
                               {"token_type", driver.token_type},
                               {"visits", driver.visits},
                               {"total_kwh", driver.total_kwh},
                               {"stay_h", number_or_null(driver.stay_h)},
                               {"kwh", number_or_null(driver.kwh)},
                               {"days_between", number_or_null(driver.days_between)},
                               {"arrival_hour", number_or_null(driver.arrival_hour)},
                               {"by_weekday", driver.by_weekday},
                               {"next", guess_json(driver.next, calendar)}});
  }

  json["without_token"] = histories.without_token;
  const BackTest& test = histories.back_test;
  json["back_test"] = {{"arrivals", test.arrivals},
                       {"arrival_error_h", number_or_null(test.arrival_error_h)},
                       {"plain_arrival_error_h", number_or_null(test.plain_arrival_error_h)},
                       {"energies", test.energies},
                       {"energy_error_kwh", number_or_null(test.energy_error_kwh)},
                       {"plain_energy_error_kwh", number_or_null(test.plain_energy_error_kwh)}};
  return json;
}

std::string driver_text(const DriverHistories& histories, const market::Calendar& calendar, bool show_tokens,
                        std::size_t most) {
  analysis::TextTable table({"driver", "visits", "kWh in all", "kWh", "stay h", "days between", "comes at", "weekdays",
                             "next time", "kWh then"});
  Pseudonyms pseudonyms;
  std::size_t rows = 0;
  for (const DriverHistory& d : histories.drivers) {
    if (rows++ == most) break;
    table.add_row({show_tokens ? d.token : pseudonyms.pseudonym_of(d.token), std::to_string(d.visits),
                   number_text(d.total_kwh, 1), number_text(d.kwh, 1), number_text(d.stay_h, 1),
                   number_text(d.days_between, 1), clock_text(d.arrival_hour), weekday_text(d.by_weekday),
                   d.next.arrival_ns == kernel::time_never ? "-" : calendar.format_local(d.next.arrival_ns),
                   d.visits < 2 ? "-" : number_text(d.next.kwh, 1)});
  }

  std::string text = table.to_text();
  if (histories.drivers.size() > most)
    text += fmt::format("... and {} more; --json has all of them\n", histories.drivers.size() - most);
  if (histories.without_token > 0) text += fmt::format("{} transactions name no driver.\n", histories.without_token);
  text += "kWh, stay and days are medians; the times are of " + calendar.zone_name() + ".\n";

  // The guesses are worth as much as they beat the plain ones that need no history.
  const BackTest& test = histories.back_test;
  if (test.arrivals > 0) {
    text += fmt::format(
        "What the next time is worth, each visit guessed from those before: half of {} arrivals were off by no more "
        "than {} h ({} h for \"a day later\")",
        test.arrivals, number_text(test.arrival_error_h, 1), number_text(test.plain_arrival_error_h, 1));
    if (test.energies > 0)
      text += fmt::format(", {} energies by {} kWh on average ({} kWh for everybody's median)", test.energies,
                          number_text(test.energy_error_kwh, 1), number_text(test.plain_energy_error_kwh, 1));
    text += ".\n";
  } else {
    text += "Nobody came three times: what the next time is worth can not be said.\n";
  }
  return text;
}

}  // namespace evtwin::replay
