#include "market/owed_energy.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::market {
namespace {

/// The instant `days` local days earlier at which the clock shows the same (or, where that is left out, jumps over it).
TimeNs days_earlier(const Calendar& calendar, TimeNs t, int days) {
  const LocalTime local = calendar.local_time(t);
  const LocalDate date = date_of_days(days_since_epoch(local.date) - days);
  return calendar.to_utc(date.year, date.month, date.day, local.hour, local.minute, local.second).first_ns +
         local.nanosecond;
}

}  // namespace

KnownPrice known_price(TariffClock& tariff, TimeNs t) {
  constexpr int most_days = 400;
  const PriceNow now = tariff.price_at(t);
  if (!std::isnan(now.buy_per_kwh)) return {now.buy_per_kwh, now.until_ns};
  const Calendar& calendar = tariff.calendar();
  for (int days = 1; days <= most_days; ++days) {
    const TimeNs then_ns = days_earlier(calendar, t, days);
    const PriceNow then = tariff.price_at(then_ns);
    if (std::isnan(then.buy_per_kwh)) continue;
    // Up to the next change on that day; never over a midnight or a change of the clocks, where days differ.
    const auto same_until_ns = [&](TimeNs at) {
      return std::min(calendar.next_day_start(at), calendar.offset_at(at).end_ns);
    };
    return {then.buy_per_kwh,
            std::min(same_until_ns(t), t + (std::min(then.until_ns, same_until_ns(then_ns)) - then_ns))};
  }
  return {tariff.price_at(tariff.tariff().prices_per_kwh.end_ns() - 1).buy_per_kwh, calendar.next_day_start(t)};
}

OwedEnergy::OwedEnergy(TariffClock tariff, const RestOfStay& rest) : unmet_price_per_kwh_(rest.unmet_price_per_kwh) {
  for (TimeNs t = rest.from_ns; t < rest.to_ns;) {
    const KnownPrice price = known_price(tariff, t);
    const TimeNs until_ns = std::min(price.until_ns, rest.to_ns);
    const double per_kwh = price.buy_per_kwh * rest.grid_kw_per_kw;
    if (per_kwh < unmet_price_per_kwh_) {
      const double hours = kernel::hours_between(t, until_ns);
      hours_ += hours;
      blocks_.push_back({rest.max_kw * hours, per_kwh});
    }
    t = until_ns;
  }
  std::sort(blocks_.begin(), blocks_.end(),
            [](const Block& a, const Block& b) { return a.price_per_kwh < b.price_per_kwh; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < blocks_.size(); ++i) {
    if (blocks_[i].price_per_kwh == blocks_[last].price_per_kwh) {
      blocks_[last].kwh += blocks_[i].kwh;
    } else {
      blocks_[++last] = blocks_[i];
    }
  }
  if (!blocks_.empty()) blocks_.resize(last + 1);
}

double OwedEnergy::cost_of(double kwh) const {
  double left_kwh = std::max(0.0, kwh), cost = 0.0;
  for (const Block& block : blocks_) {
    const double taken_kwh = std::min(left_kwh, block.kwh);
    cost += taken_kwh * block.price_per_kwh;
    left_kwh -= taken_kwh;
  }
  return cost + left_kwh * unmet_price_per_kwh_;
}

double OwedEnergy::kwh_to_come(double kwh) const {
  double fits_kwh = 0.0;
  for (const Block& block : blocks_) fits_kwh += block.kwh;
  return std::clamp(kwh, 0.0, fits_kwh);
}

}  // namespace evtwin::market
