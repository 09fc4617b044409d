// From a tariff's figures to the price of a kWh at an instant.
//
//   e   the period's or the series' price, s surcharge_per_kwh: currency per kWh;  tau   tax_fraction
//   p_buy(t)  = (e(t) + s) (1 + tau)             what the site pays for a kWh from the grid
//   p_sell(t) = f                                fixed, or a series: as stated, without surcharge and tax
//             = phi p_buy(t)                     as a factor: phi = 1 is net metering
//
// Both are constant until the next period, month, holiday or value of a series: energy between two events costs exactly
//
//   p_buy x kWh imported - p_sell x kWh exported,
//
// and whoever keeps the books needs until_ns, the instant up to which that holds. Ours; figures and sources of tariffs
// stand in scenarios/lib/tariffs. Example: e = 100, s = 10, tau = 0.1: p_buy = 121; phi = 0.5: p_sell = 60.5.
#include "market/tariff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "market/unchanged.hpp"

namespace evtwin::market {
namespace {

std::vector<ScheduleRow> schedule_of_rates(const std::vector<Rate>& rates) {
  std::vector<ScheduleRow> rows;
  rows.reserve(rates.size());
  for (const Rate& rate : rates) rows.push_back({rate.months, rate.days, rate.from_minute, rate.to_minute});
  return rows;
}

void check_figure(std::vector<std::string>& problems, double value, std::string_view name, double least) {
  if (!std::isfinite(value)) {
    problems.push_back(fmt::format("{} is not a finite number", name));
  } else if (value < least) {
    problems.push_back(fmt::format("{} is {}, less than {}", name, value, least));
  }
}

constexpr double no_least = -std::numeric_limits<double>::infinity();

void check_sell_price(std::vector<std::string>& problems, const SellPrice& sell) {
  if (const auto* fixed = std::get_if<SellFixed>(&sell)) {
    check_figure(problems, fixed->price_per_kwh, "sell_price_per_kwh", no_least);
  } else if (const auto* factor = std::get_if<SellFactor>(&sell)) {
    check_figure(problems, factor->of_buy, "the sell price as a factor of the buy price", no_least);
  } else if (std::get<Series>(sell).empty()) {
    problems.emplace_back("the series of sell prices is empty");
  }
}

void check_demand(std::vector<std::string>& problems, const DemandCharge& demand) {
  for (const double price : demand.price_per_kw) {
    const std::size_t before = problems.size();
    check_figure(problems, price, "price_per_kw of the demand charge", 0.0);
    if (problems.size() > before) break;
  }
  if (demand.window_ns != 15 * kernel::minute_ns && demand.window_ns != 30 * kernel::minute_ns &&
      demand.window_ns != 60 * kernel::minute_ns) {
    problems.push_back(fmt::format("the metering window of the demand charge is {} min, must be 15, 30 or 60",
                                   static_cast<double>(demand.window_ns) / static_cast<double>(kernel::minute_ns)));
  }
  check_figure(problems, demand.floor_fraction_of_contract, "floor_fraction_of_contract", 0.0);
  if (demand.floor_fraction_of_contract > 1.0) {
    problems.push_back(
        fmt::format("floor_fraction_of_contract is {}, a fraction of the contract power is at most 1 (30 % is 0.3)",
                    demand.floor_fraction_of_contract));
  }
  check_figure(problems, demand.excess_price_per_kw, "excess_price_per_kw of the demand charge", 0.0);
  if (demand.look_back_months < 0) problems.emplace_back("the look-back of the demand charge is negative");
  if ((demand.ratchet_months & ~all_months) != 0) problems.emplace_back("ratchet_months are 1 to 12");
}

}  // namespace

Tariff free_energy(std::string currency) {
  Tariff tariff;
  tariff.name = "free energy";
  tariff.currency = std::move(currency);
  tariff.rates.push_back(Rate{});
  return tariff;
}

std::vector<std::string> tariff_problems(const Tariff& tariff) {
  std::vector<std::string> problems;
  for (std::size_t r = 0; r < tariff.rates.size(); ++r) {
    check_figure(problems, tariff.rates[r].price_per_kwh, fmt::format("price_per_kwh of period {}", r + 1), no_least);
  }
  if (!tariff.rates.empty() && !tariff.prices_per_kwh.empty()) {
    problems.emplace_back("a tariff has periods or a price series, not both");
  } else if (tariff.prices_per_kwh.empty()) {
    for (std::string& text : schedule_problems(schedule_of_rates(tariff.rates))) problems.push_back(std::move(text));
  }
  check_sell_price(problems, tariff.sell);
  check_figure(problems, tariff.surcharge_per_kwh, "surcharge_per_kwh", no_least);
  check_figure(problems, tariff.tax_fraction, "tax_fraction", 0.0);
  check_demand(problems, tariff.demand);
  for (const LocalDate& date : tariff.holidays) {
    if (!is_date(date.year, date.month, date.day)) {
      problems.push_back(fmt::format("holiday {}: there is no such date", format_date(date)));
    }
  }
  return problems;
}

void check_tariff(const Tariff& tariff) {
  const auto problems = tariff_problems(tariff);
  if (problems.empty()) return;
  throw TariffError(tariff.name.empty() ? problems.front()
                                        : fmt::format("tariff {}: {}", tariff.name, problems.front()));
}

bool covers_span(const Tariff& tariff, TimeNs from, TimeNs to) {
  const auto* sell = std::get_if<Series>(&tariff.sell);
  const bool buy_covered = tariff.prices_per_kwh.empty() || tariff.prices_per_kwh.covers_span(from, to);
  return buy_covered && (sell == nullptr || sell->covers_span(from, to));
}

// The tariff, and what is worked out once: the price and the band of each row.
struct TariffClock::Compiled {
  Tariff tariff;
  std::vector<double> buy_per_kwh;
  std::vector<std::uint32_t> band;
  std::vector<std::string> band_names;

  double billed_per_kwh(double price_per_kwh) const {
    return (price_per_kwh + tariff.surcharge_per_kwh) * (1.0 + tariff.tax_fraction);
  }
  std::uint32_t band_index(const std::string& name) {
    const auto found = std::find(band_names.begin(), band_names.end(), name);
    const auto index = static_cast<std::uint32_t>(found - band_names.begin());
    if (found == band_names.end()) band_names.push_back(name);
    return index;
  }
};

TariffClock::TariffClock(Tariff tariff, Calendar calendar) : calendar_(calendar) {
  check_tariff(tariff);
  auto compiled = std::make_shared<Compiled>();
  compiled->tariff = std::move(tariff);
  const Tariff& held = compiled->tariff;
  for (const Rate& rate : held.rates) {
    compiled->buy_per_kwh.push_back(compiled->billed_per_kwh(rate.price_per_kwh));
    compiled->band.push_back(compiled->band_index(rate.band));
  }
  if (held.rates.empty()) {
    compiled->band_names.emplace_back();
    buy_series_.emplace(held.prices_per_kwh);
  } else {
    schedule_.emplace(
        std::make_shared<const DaySchedule>(compile_schedule(schedule_of_rates(held.rates), held.holidays)), calendar);
  }
  if (schedule_) last_dated_ns_ = schedule_->last_holiday_end_ns();
  if (buy_series_) last_dated_ns_ = held.prices_per_kwh.end_ns();
  if (const auto* sell = std::get_if<Series>(&held.sell)) {
    sell_series_.emplace(*sell);
    last_dated_ns_ = std::max(last_dated_ns_, sell->end_ns());
  }
  compiled_ = std::move(compiled);
}

const Tariff& TariffClock::tariff() const { return compiled_->tariff; }
std::span<const std::string> TariffClock::band_names() const { return compiled_->band_names; }

PriceNow TariffClock::price_at(TimeNs t) {
  if (t >= cached_from_ns_ && t < cached_.until_ns) return cached_;
  const auto same = [](const PriceNow& a, const PriceNow& b) {
    return same_value(a.buy_per_kwh, b.buy_per_kwh) && same_value(a.sell_per_kwh, b.sell_per_kwh) && a.band == b.band;
  };
  cached_ = join_unchanged(
      step_at(t), t, last_dated_ns_, [this](TimeNs time) { return step_at(time); }, same);
  cached_from_ns_ = t;
  return cached_;
}

PriceNow TariffClock::step_at(TimeNs t) {
  PriceNow now;
  if (schedule_) {
    const ScheduleClock::Reading reading = schedule_->reading_at(t);
    now.buy_per_kwh = compiled_->buy_per_kwh[reading.row];
    now.band = compiled_->band[reading.row];
    now.until_ns = reading.until_ns;
  } else if (buy_series_) {
    const Sample price = buy_series_->sample_at(t);
    now.buy_per_kwh = compiled_->billed_per_kwh(price.value);
    now.until_ns = price.until_ns;
  }
  if (sell_series_) {
    const Sample sell = sell_series_->sample_at(t);
    now.sell_per_kwh = sell.value;
    now.until_ns = std::min(now.until_ns, sell.until_ns);
  } else if (const auto* factor = std::get_if<SellFactor>(&compiled_->tariff.sell)) {
    now.sell_per_kwh = factor->of_buy * now.buy_per_kwh;
  } else {
    now.sell_per_kwh = std::get<SellFixed>(compiled_->tariff.sell).price_per_kwh;
  }
  return now;
}

}  // namespace evtwin::market
