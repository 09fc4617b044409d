// ACN-Sim's TimeOfUseTariff on the engine's tariff: 24 hourly prices and the demand charge of a date.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "conformance/acn_run_case.hpp"
#include "conformance/acn_unit.hpp"
#include "conformance/cases.hpp"
#include "conformance/kinds.hpp"
#include "market/demand_charge.hpp"
#include "market/tariff.hpp"

namespace evtwin::conformance {

namespace {

using market::DayType;
using market::LocalDate;
using nlohmann::json;

/// One entry of a tariff file's schedule: prices of the days of a season.
struct Schedule {
  int from_month, from_day, to_month, to_day;  ///< both included; may go round the turn of the year
  market::DayTypeMask days;
  std::vector<std::pair<int, double>> prices_from_minute;  ///< ascending
  double demand_price_per_kw;
};

/// "05-01", "9-30"
std::pair<int, int> month_and_day(const std::string& text) {
  int month = 0, day = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%d-%d%c", &month, &day, &rest) != 2 || !market::is_date(2020, month, day))
    throw CaseError(fmt::format("'{}' is no month and day", text));
  return {month, day};
}

market::DayTypeMask days_of(const std::string& mask) {
  if (mask == "ALL") return market::all_day_types;
  if (mask == "WEEKDAYS") return market::day_bit(DayType::weekday);
  if (mask == "WEEKENDS")
    return static_cast<market::DayTypeMask>(market::all_day_types & ~market::day_bit(DayType::weekday));
  throw CaseError(fmt::format("dow_mask '{}' is unknown", mask));
}

Schedule schedule_of(const json& in) {
  require_known(in, {"id", "effective_start", "effective_end", "dow_mask", "times", "tariffs", "demand_charge"},
                "a schedule");
  Schedule s;
  std::tie(s.from_month, s.from_day) = month_and_day(in.at("effective_start"));
  std::tie(s.to_month, s.to_day) = month_and_day(in.at("effective_end"));
  s.days = days_of(in.at("dow_mask"));
  s.demand_price_per_kw = in.at("demand_charge");
  const auto hours = in.at("times").get<std::vector<double>>();
  const auto prices = in.at("tariffs").get<std::vector<double>>();
  if (hours.size() != prices.size()) throw CaseError("a schedule has another number of times than of tariffs");
  for (std::size_t i = 0; i < hours.size(); ++i) {
    const double minute = hours[i] * 60.0;
    if (minute != std::floor(minute) || minute < 0.0 || minute >= market::minutes_per_day)
      throw CaseError(fmt::format("a price from {} h on: not a minute of the day", hours[i]));
    s.prices_from_minute.emplace_back(static_cast<int>(minute), prices[i]);
  }
  std::sort(s.prices_from_minute.begin(), s.prices_from_minute.end());
  return s;
}

bool in_season(const Schedule& s, LocalDate date) {
  const auto at = std::pair(date.month, date.day);
  const auto from = std::pair(s.from_month, s.from_day), to = std::pair(s.to_month, s.to_day);
  return from <= to ? from <= at && at <= to : at >= from || at <= to;
}

/// The season as months; empty when it begins or ends within one, which the engine's tariffs do not know.
market::MonthMask months_of(const Schedule& s) {
  const bool whole = s.from_day == 1 && s.to_day >= (s.to_month == 2 ? 28 : market::days_in_month({2019, s.to_month}));
  market::MonthMask months = 0;
  for (int month = 1; whole && month <= 12; ++month) {
    if (in_season(s, {2020, month, 1})) months = static_cast<market::MonthMask>(months | market::month_bit(month));
  }
  return months;
}

void add_rates(market::Tariff& tariff, const Schedule& s, market::MonthMask months, market::DayTypeMask days) {
  const auto& prices = s.prices_from_minute;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const int to = i + 1 < prices.size() ? prices[i + 1].first : market::minutes_per_day;
    tariff.rates.push_back({months, days, prices[i].first, to, prices[i].second});
  }
}

/// The whole file as one tariff of the engine: seasons as months, masks as day types. @param why_not  what it can not
/// say
market::Tariff tariff_of_year(const std::vector<Schedule>& schedules, std::string& why_not) {
  market::Tariff tariff;
  tariff.currency = "USD";
  tariff.demand.price_per_kw.fill(std::nan(""));
  for (const Schedule& s : schedules) {
    const market::MonthMask months = months_of(s);
    if (months == 0) why_not = "a season that begins or ends within a month";
    add_rates(tariff, s, months, s.days);
    for (int month = 1; month <= 12; ++month) {
      double& price = tariff.demand.price_per_kw[static_cast<std::size_t>(month - 1)];
      if (!market::has_month(months, month)) continue;
      if (!std::isnan(price) && price != s.demand_price_per_kw) why_not = "two demand charges in a month";
      price = s.demand_price_per_kw;
    }
  }
  if (why_not.empty() && !market::tariff_problems(tariff).empty()) why_not = market::tariff_problems(tariff).front();
  return tariff;
}

/// What the file says about one date alone, as if it held always: overlaps and gaps of other days do not matter.
market::Tariff tariff_of_day(const std::vector<Schedule>& schedules, LocalDate date) {
  market::Tariff tariff;
  tariff.currency = "USD";
  const DayType today = market::day_type_of({}, date);
  for (const Schedule& s : schedules) {
    if (!in_season(s, date) || !market::has_day(s.days, today)) continue;
    add_rates(tariff, s, market::all_months, market::all_day_types);
    tariff.demand.price_per_kw.fill(s.demand_price_per_kw);
  }
  return tariff;
}

void compare_date(Comparison& comparison, const json& c, const std::filesystem::path& folder) {
  require_known(c, {"tariff", "date", "weekday", "hourly", "demand_charge", "raises"}, "an entry");
  const std::filesystem::path file = folder / (c.at("tariff").get<std::string>() + ".json");
  std::ifstream in(file);
  if (!in) throw CaseError(fmt::format("{} is not there", file.string()));
  const json source = json::parse(in);
  require_known(source, {"name", "effective", "link", "comment", "schedule"}, "the tariff");
  std::vector<Schedule> schedules;
  for (const json& schedule : source.at("schedule")) schedules.push_back(schedule_of(schedule));
  const LocalDate date = market::parse_date(c.at("date").get<std::string>());

  market::Tariff day = tariff_of_day(schedules, date);
  const auto problems = market::tariff_problems(day);
  if (c.contains("raises")) {
    comparison.equal("verdict", problems.empty() ? "accepted" : "refused", "refused");
    if (!problems.empty()) comparison.remark(fmt::format("evtwin: {}", problems.front()));
    return;
  }
  if (!problems.empty()) return comparison.fail(fmt::format("evtwin refuses the tariff: {}", problems.front()));
  std::string why_not;
  market::Tariff tariff = tariff_of_year(schedules, why_not);
  if (!why_not.empty()) {
    comparison.remark(fmt::format("this date alone; as a tariff of the year evtwin refuses the file: {}", why_not));
    tariff = std::move(day);
  }

  const market::Calendar los_angeles("America/Los_Angeles");
  market::TariffClock clock(tariff, los_angeles);
  std::vector<double> hourly;
  for (int hour = 0; hour < 24; ++hour) {
    const auto at = los_angeles.to_utc(date.year, date.month, date.day, hour);
    hourly.push_back(clock.price_at(at.first_ns).buy_per_kwh);
  }
  comparison.absolute("USD/kWh at hour", hourly, c.at("hourly").get<std::vector<double>>(), 1e-12);
  comparison.absolute("USD/kW", market::demand_price_per_kw(tariff, date.month), c.at("demand_charge"), 1e-12);
  comparison.absolute("weekday from Monday", static_cast<double>(market::weekday_of(date)), c.at("weekday"), 0.0);
}

}  // namespace

std::vector<Comparison> compare_acn_tariff(const json& document, const std::filesystem::path& file) {
  const auto name = [](const json& c, std::size_t) {
    return fmt::format("unit_tariff {} {}", c.at("tariff").get<std::string>(), c.at("date").get<std::string>());
  };
  return each_case(cases_of(document), name, [&](Comparison& comparison, const json& c) {
    compare_date(comparison, c, file.parent_path() / "tariffs");
  });
}

}  // namespace evtwin::conformance
