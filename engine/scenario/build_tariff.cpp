#include <algorithm>
#include <array>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "market/currency.hpp"
#include "scenario/build.hpp"

namespace evtwin::scenario {
namespace {

constexpr std::array<std::string_view, 4> day_names{"weekday", "saturday", "sunday", "holiday"};

market::DayTypeMask days_of(const Value& value, const Where& where) {
  market::DayTypeMask mask = 0;
  const std::vector<const Value*> list = list_of(value, where, "\"weekday\", \"saturday\", \"sunday\", \"holiday\"");
  if (list.empty()) fail(where, "is empty; leave the key out for all days");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& name = text_of(*list[i], where / i);
    const auto* at = std::find(day_names.begin(), day_names.end(), name);
    if (at == day_names.end()) {
      fail(where / i, "= \"" + name + "\" must be \"weekday\", \"saturday\", \"sunday\" or \"holiday\"" +
                          kernel::did_you_mean(name, day_names));
    }
    const market::DayTypeMask day = market::day_bit(static_cast<market::DayType>(at - day_names.begin()));
    if ((mask & day) != 0) fail(where / i, "= \"" + name + "\" names a type of day twice");
    mask = static_cast<market::DayTypeMask>(mask | day);
  }
  return mask;
}

int minute_of(const Fields& f, std::string_view key) {
  try {
    return market::parse_minute_of_day(f.text(key));
  } catch (const market::CalendarError& error) {
    fail(f.where(key), "= \"" + f.text(key) + "\": " + error.what());
  }
}

market::Rate rate_of(const Value& value, const Where& where) {
  const Fields f(value, section("period"), where);
  market::Rate rate;
  if (const Value* months = f.find("months")) rate.months = months_of(*months, f.where("months"));
  if (const Value* days = f.find("days")) rate.days = days_of(*days, f.where("days"));
  rate.from_minute = minute_of(f, "from");
  rate.to_minute = minute_of(f, "to");
  if (rate.from_minute == market::minutes_per_day)
    fail(f.where("from"), "= \"24:00\": a period begins before midnight; write \"00:00\"");
  rate.price_per_kwh = f.number("price_per_kwh");
  rate.band = f.text("band");
  return rate;
}

void read_price_per_kw(const Value& value, const Where& where, market::DemandCharge& demand) {
  if (value.is_number()) {
    demand.price_per_kw.fill(number_of(value, where, 0.0, 1e9, "currency/kW and month"));
    return;
  }
  market::MonthMask covered = 0;
  const std::vector<const Value*> list = list_of(value, where, "{ months = { ... }, price_per_kw = ... }");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields f(*list[i], section("demand_months"), where / i);
    const market::MonthMask months = months_of(*f.find("months"), f.where("months"));
    if ((covered & months) != 0)
      fail(f.where("months"), "names months that another entry has: " +
                                  market::describe_months(static_cast<market::MonthMask>(covered & months)));
    covered = static_cast<market::MonthMask>(covered | months);
    for (int month = 1; month <= 12; ++month) {
      if (market::has_month(months, month))
        demand.price_per_kw[static_cast<std::size_t>(month - 1)] = f.number("price_per_kw");
    }
  }
}

market::DemandCharge demand_of(const Value& value, const Where& where) {
  const Fields f(value, section("demand"), where);
  market::DemandCharge demand;
  read_price_per_kw(*f.find("price_per_kw"), f.where("price_per_kw"), demand);
  demand.basis = static_cast<market::DemandBasis>(f.choice("basis"));
  demand.window_ns = f.whole("window_min") * kernel::minute_ns;
  if (const Value* months = f.find("ratchet_months"))
    demand.ratchet_months = months_of(*months, f.where("ratchet_months"));
  demand.look_back_months = static_cast<int>(f.whole("look_back_months"));
  demand.floor_fraction_of_contract = f.number("floor_fraction_of_contract");
  demand.excess_price_per_kw = f.number("excess_price_per_kw");
  return demand;
}

market::Series prices_of(Build& build, const Fields& f, std::string_view key, const std::string& currency) {
  const Construct* csv = f.find(key)->construct("csv");
  if (csv == nullptr) fail(f.where(key), "must be csv \"prices.csv\", got " + describe(*f.find(key)));
  SignalUse use;
  use.columns = {"price_per_kwh"};
  use.min = -1e7;
  use.max = 1e7;
  use.quantity = sessions::Quantity::price;
  use.currency = currency;
  return series_of(build, *csv, f.where(key), use);
}

}  // namespace

market::Tariff tariff_of(Build& build, const Value& value, const Where& where) {
  const Fields f(value, section("tariff"), where);
  market::Tariff tariff;
  tariff.name = f.text("name", "tariff");
  tariff.currency = f.text("currency");
  if (tariff.currency.empty()) fail_at(where, where.label() + " needs currency: three letters such as \"KRW\"");
  if (const std::string trouble = market::currency_trouble(tariff.currency); !trouble.empty())
    fail(f.where("currency"), "= \"" + kernel::printable(tariff.currency, 60) + "\" " + trouble);

  tariff.source = f.text("source");
  tariff.valid_from = f.text("valid_from");
  tariff.doubts = f.text("doubts");

  if (f.has("periods") == f.has("series")) fail_at(where, where.label() + " needs periods or series, one of them");
  if (const Value* periods = f.find("periods")) {
    const std::vector<const Value*> list = list_of(*periods, f.where("periods"), "periods, each in its own braces");
    if (list.size() > 10'000) fail(f.where("periods"), "has more than 10,000 entries");
    for (std::size_t i = 0; i < list.size(); ++i) tariff.rates.push_back(rate_of(*list[i], f.where("periods") / i));
  } else {
    tariff.prices_per_kwh = prices_of(build, f, "series", tariff.currency);
  }

  // At most one price for energy fed back.
  const int sells =
      (f.has("sell_price_per_kwh") ? 1 : 0) + (f.has("sell_factor") ? 1 : 0) + (f.has("sell_series") ? 1 : 0);
  if (sells > 1)
    fail_at(where, where.label() + " has more than one of sell_price_per_kwh, sell_factor and sell_series");
  tariff.sell = market::SellFixed{f.number("sell_price_per_kwh")};
  if (f.has("sell_factor")) tariff.sell = market::SellFactor{f.number("sell_factor")};
  if (f.has("sell_series")) tariff.sell = prices_of(build, f, "sell_series", tariff.currency);
  tariff.surcharge_per_kwh = f.number("surcharge_per_kwh");
  tariff.tax_fraction = f.number("tax_fraction");

  if (const Value* demand = f.find("demand")) tariff.demand = demand_of(*demand, f.where("demand"));
  if (const Value* holidays = f.find("holidays")) tariff.holidays = dates_of(*holidays, f.where("holidays"));

  if (!tariff.doubts.empty()) build.flag(tariff.name, "the tariff's own doubts: " + tariff.doubts);
  const std::vector<std::string> problems = market::tariff_problems(tariff);
  if (!problems.empty()) {
    const Where at = tariff.rates.empty() ? where : f.where("periods");
    fail_at(at, at.label() + ": " + problems.front());
  }
  return tariff;
}

}  // namespace evtwin::scenario
