// ACN-Sim's TimeOfUseTariff on the engine's tariff: 24 hourly prices and the demand charge of a date.
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "conformance/acn_unit.hpp"
#include "conformance/kinds.hpp"
#include "market/demand_charge.hpp"
#include "market/tariff.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;

/// "05-01" or "9-30" as month x 100 + day.
int month_and_day(const std::string& text) {
  const std::size_t dash = text.find('-');
  return std::stoi(text.substr(0, dash)) * 100 + std::stoi(text.substr(dash + 1));
}

/// Whether a season, which may go round the turn of the year, holds on a date.
bool in_season(const json& schedule, int date) {
  const int from = month_and_day(schedule.at("effective_start"));
  const int to = month_and_day(schedule.at("effective_end"));
  return from <= to ? from <= date && date <= to : date >= from || date <= to;
}

market::DayTypeMask days_of(const std::string& mask) {
  using market::DayType;
  if (mask == "ALL") return market::all_day_types;
  if (mask == "WEEKDAYS") return market::day_bit(DayType::weekday);
  if (mask == "WEEKENDS") {
    return static_cast<market::DayTypeMask>(market::day_bit(DayType::saturday) | market::day_bit(DayType::sunday) |
                                            market::day_bit(DayType::holiday));
  }
  throw CaseError(fmt::format("dow_mask '{}' is unknown", mask));
}

int minute_of(double hour) { return static_cast<int>(std::lround(hour * 60.0)); }

/// The schedules whose season holds on the date, as if they held all year: whether two of them overlap, or none covers
/// an hour, is for the engine to say.
market::Tariff tariff_on(const json& source, market::LocalDate date) {
  market::Tariff tariff;
  tariff.name = source.at("name");
  tariff.currency = "USD";
  const market::Calendar calendar;
  const market::DayType today = market::day_type_of({}, date);
  for (const json& schedule : source.at("schedule")) {
    if (!in_season(schedule, date.month * 100 + date.day)) continue;
    const market::DayTypeMask days = days_of(schedule.at("dow_mask"));
    if (market::has_day(days, today)) tariff.demand.price_per_kw.fill(schedule.at("demand_charge").get<double>());
    const auto hours = schedule.at("times").get<std::vector<double>>();
    const auto prices = schedule.at("tariffs").get<std::vector<double>>();
    if (hours.size() != prices.size()) throw CaseError("a schedule has another number of times than of tariffs");
    for (std::size_t i = 0; i < hours.size(); ++i) {
      const int to = i + 1 < hours.size() ? minute_of(hours[i + 1]) : market::minutes_per_day;
      tariff.rates.push_back({market::all_months, days, minute_of(hours[i]), to, prices[i]});
    }
  }
  return tariff;
}

Comparison compare_case(const json& c, const std::filesystem::path& folder) {
  const std::string name = c.at("tariff");
  const std::string day = c.at("date");
  Comparison comparison(fmt::format("unit_tariff {} {}", name, day));
  std::ifstream in(folder / (name + ".json"));
  if (!in) throw CaseError(fmt::format("{} has no {}.json", folder.string(), name));
  const market::LocalDate date = market::parse_date(day);
  const market::Tariff tariff = tariff_on(json::parse(in), date);
  const auto problems = market::tariff_problems(tariff);
  if (c.contains("raises")) {
    comparison.equal("verdict", problems.empty() ? "accepted" : "refused", "refused");
    if (!problems.empty()) comparison.remark(fmt::format("evtwin: {}", problems.front()));
    return comparison;
  }
  if (!problems.empty()) {
    comparison.fail(fmt::format("evtwin refuses the tariff: {}", problems.front()));
    return comparison;
  }
  const market::Calendar utc;  // ACN-Sim's dates have no zone
  market::TariffClock clock(tariff, utc);
  std::vector<double> hourly;
  for (int hour = 0; hour < 24; ++hour)
    hourly.push_back(clock.at(utc.start_of(date) + hour * kernel::hour_ns).buy_per_kwh);
  comparison.absolute("USD/kWh at hour", hourly, c.at("hourly").get<std::vector<double>>(), 1e-12);
  comparison.absolute("USD/kW", market::demand_price_per_kw(tariff, date.month), c.at("demand_charge"), 1e-12);
  return comparison;
}

}  // namespace

std::vector<Comparison> compare_acn_tariff(const json& document, const std::filesystem::path& file) {
  std::vector<Comparison> all;
  for (const json& c : document.at("cases")) all.push_back(compare_case(c, file.parent_path() / "tariffs"));
  return all;
}

}  // namespace evtwin::conformance
