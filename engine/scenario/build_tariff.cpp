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
  if (list.empty()) throw_at(where, "is empty; leave the key out for all days");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string& name = text_of(*list[i], where / i);
    const auto* at = std::find(day_names.begin(), day_names.end(), name);
    if (at == day_names.end()) {
      throw_at(where / i, "= \"" + name + "\" must be \"weekday\", \"saturday\", \"sunday\" or \"holiday\"" +
                              kernel::did_you_mean(name, day_names));
    }
    const market::DayTypeMask day = market::day_bit(static_cast<market::DayType>(at - day_names.begin()));
    if ((mask & day) != 0) throw_at(where / i, "= \"" + name + "\" names a type of day twice");
    mask = static_cast<market::DayTypeMask>(mask | day);
  }
  return mask;
}

int minute_of(const Fields& f, std::string_view key) {
  try {
    return market::parse_minute_of_day(f.text(key));
  } catch (const market::CalendarError& error) {
    throw_at(f.where(key), "= \"" + f.text(key) + "\": " + error.what());
  }
}

market::Rate rate_of(const Value& value, const Where& where) {
  const Fields f(value, find_section("period"), where);
  market::Rate rate;
  if (const Value* months = f.find_value("months")) rate.months = months_of(*months, f.where("months"));
  if (const Value* days = f.find_value("days")) rate.days = days_of(*days, f.where("days"));
  rate.from_minute = minute_of(f, "from");
  rate.to_minute = minute_of(f, "to");
  if (rate.from_minute == market::minutes_per_day)
    throw_at(f.where("from"), "= \"24:00\": a period begins before midnight; write \"00:00\"");
  rate.price_per_kwh = f.read_number("price_per_kwh");
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
    const Fields f(*list[i], find_section("demand_months"), where / i);
    const market::MonthMask months = months_of(*f.find_value("months"), f.where("months"));
    if ((covered & months) != 0)
      throw_at(f.where("months"), "names months that another entry has: " +
                                      market::describe_months(static_cast<market::MonthMask>(covered & months)));
    covered = static_cast<market::MonthMask>(covered | months);
    for (int month = 1; month <= 12; ++month) {
      if (market::has_month(months, month))
        demand.price_per_kw[static_cast<std::size_t>(month - 1)] = f.read_number("price_per_kw");
    }
  }
}

market::DemandCharge demand_of(const Value& value, const Where& where) {
  const Fields f(value, find_section("demand"), where);
  market::DemandCharge demand;
  read_price_per_kw(*f.find_value("price_per_kw"), f.where("price_per_kw"), demand);
  demand.basis = static_cast<market::DemandBasis>(f.read_choice("basis"));
  demand.window_ns = f.read_whole("window_min") * kernel::minute_ns;
  if (const Value* months = f.find_value("ratchet_months"))
    demand.ratchet_months = months_of(*months, f.where("ratchet_months"));
  demand.look_back_months = static_cast<int>(f.read_whole("look_back_months"));
  demand.floor_fraction_of_contract = f.read_number("floor_fraction_of_contract");
  demand.excess_price_per_kw = f.read_number("excess_price_per_kw");
  return demand;
}

market::Series prices_of(Build& build, const Fields& f, std::string_view key, const std::string& currency) {
  const Construct* csv = f.find_value(key)->construct("csv");
  if (csv == nullptr) throw_at(f.where(key), "must be csv \"prices.csv\", got " + describe_value(*f.find_value(key)));
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
  const Fields f(value, find_section("tariff"), where);
  market::Tariff tariff;
  tariff.name = f.text("name", "tariff");
  tariff.currency = f.text("currency");
  if (tariff.currency.empty()) fail_at(where, where.field_label() + " needs currency: three letters such as \"KRW\"");
  if (const std::string trouble = market::currency_trouble(tariff.currency); !trouble.empty())
    throw_at(f.where("currency"), "= \"" + kernel::make_printable(tariff.currency, 60) + "\" " + trouble);

  tariff.source = f.text("source");
  tariff.valid_from = f.text("valid_from");
  tariff.doubts = f.text("doubts");

  if (f.has_key("periods") == f.has_key("series"))
    fail_at(where, where.field_label() + " needs periods or series, one of them");
  if (const Value* periods = f.find_value("periods")) {
    const std::vector<const Value*> list = list_of(*periods, f.where("periods"), "periods, each in its own braces");
    if (list.size() > 10'000) throw_at(f.where("periods"), "has more than 10,000 entries");
    for (std::size_t i = 0; i < list.size(); ++i) tariff.rates.push_back(rate_of(*list[i], f.where("periods") / i));
  } else {
    tariff.prices_per_kwh = prices_of(build, f, "series", tariff.currency);
  }

  // At most one price for energy fed back.
  const int sells = (f.has_key("sell_price_per_kwh") ? 1 : 0) + (f.has_key("sell_factor") ? 1 : 0) +
                    (f.has_key("sell_series") ? 1 : 0);
  if (sells > 1)
    fail_at(where, where.field_label() + " has more than one of sell_price_per_kwh, sell_factor and sell_series");
  tariff.sell = market::SellFixed{f.read_number("sell_price_per_kwh")};
  if (f.has_key("sell_factor")) tariff.sell = market::SellFactor{f.read_number("sell_factor")};
  if (f.has_key("sell_series")) tariff.sell = prices_of(build, f, "sell_series", tariff.currency);
  tariff.surcharge_per_kwh = f.read_number("surcharge_per_kwh");
  tariff.tax_fraction = f.read_number("tax_fraction");

  if (const Value* demand = f.find_value("demand")) tariff.demand = demand_of(*demand, f.where("demand"));
  if (const Value* holidays = f.find_value("holidays")) tariff.holidays = dates_of(*holidays, f.where("holidays"));

  if (!tariff.doubts.empty()) build.add_flag(tariff.name, "the tariff's own doubts: " + tariff.doubts);
  const std::vector<std::string> problems = market::tariff_problems(tariff);
  if (!problems.empty()) {
    const Where at = tariff.rates.empty() ? where : f.where("periods");
    fail_at(at, at.field_label() + ": " + problems.front());
  }
  return tariff;
}

}  // namespace evtwin::scenario
