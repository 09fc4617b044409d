#include "control/forecast_history.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace evtwin::control {

namespace {

constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

/// The first step of the history: the local midnight so many days before.
TimeNs midnight_before(const market::Calendar& calendar, TimeNs run_start_ns, int days) {
  return calendar.start_of(market::date_of_days(market::days_since_epoch(calendar.local_date(run_start_ns)) - days));
}

/// As mean_of.
double mean_price(market::TariffClock& tariff, TimeNs from_ns, TimeNs to_ns) {
  StepMean mean;
  for (TimeNs t = from_ns; t < to_ns;) {
    const market::PriceNow price = tariff.price_at(t);
    const TimeNs until = std::min(price.until_ns, to_ns);
    if (!std::isnan(price.buy_per_kwh)) mean.add_value(price.buy_per_kwh, until - t);
    t = until;
  }
  return mean.mean_or_nan();
}

}  // namespace

StepCalendar::StepCalendar(const market::Calendar& calendar, std::span<const market::LocalDate> holidays,
                           TimeNs step_ns)
    : clock_(calendar), holidays_(holidays), step_ns_(step_ns) {}

void StepCalendar::clear(TimeNs start_ns) {
  start_ns_.assign(1, start_ns);
  local_day_.clear();
  local_minute_.clear();
  weekday_.clear();
  holiday_.clear();
}

void StepCalendar::append_step() {
  const TimeNs t = end_ns();
  const market::LocalDate date = clock_.local_date(t);
  start_ns_.push_back(next_end_ns());
  local_day_.push_back(static_cast<std::int32_t>(market::days_since_epoch(date)));
  local_minute_.push_back(clock_.minute_of_day(t));
  weekday_.push_back(static_cast<std::uint8_t>(market::weekday_of(date)));
  holiday_.push_back(std::binary_search(holidays_.begin(), holidays_.end(), date) ? 1 : 0);
}

evtwin_steps StepCalendar::steps_view() const {
  return {sizeof(evtwin_steps),
          static_cast<std::uint32_t>(size()),
          step_ns_,
          start_ns_.data(),
          local_day_.data(),
          local_minute_.data(),
          weekday_.data(),
          holiday_.data()};
}

ForecastHistory::ForecastHistory(const market::Calendar& calendar, std::span<const market::LocalDate> holidays,
                                 TimeNs step_ns, TimeNs run_start_ns, int days, Signals signals)
    : steps_(calendar, holidays, step_ns),
      run_start_ns_(run_start_ns),
      pv_(std::move(signals.pv)),
      load_(std::move(signals.load)),
      tariff_(std::move(signals.tariff)) {
  steps_.clear(midnight_before(calendar, run_start_ns, days));
  for (demand::ArrivalStream& stream : signals.arrivals) {
    Source& source = sources_.emplace_back(Source{std::move(stream)});
    source.more = source.stream.next_visit(source.next);
  }
}

TimeNs ForecastHistory::reach_to(TimeNs now_ns) {
  while (steps_.next_end_ns() <= now_ns) add_step();
  return steps_.end_ns();
}

void ForecastHistory::add_step() {
  const TimeNs from_ns = steps_.end_ns();
  steps_.append_step();
  const TimeNs to_ns = steps_.end_ns();
  values_[EVTWIN_QUANTITY_PV_KW].push_back(mean_of(pv_, from_ns, to_ns));
  values_[EVTWIN_QUANTITY_LOAD_KW].push_back(mean_of(load_, from_ns, to_ns));
  values_[EVTWIN_QUANTITY_BUY_PER_KWH].push_back(mean_price(tariff_, from_ns, to_ns));
  double count = 0.0, kwh = 0.0;
  for (Source& source : sources_) {
    for (; source.more && source.next.arrival_ns < to_ns; source.more = source.stream.next_visit(source.next)) {
      count += 1.0;
      kwh += source.next.requested_kwh;
    }
  }
  // A step in which the run begins is known in part only.
  const bool known = from_ns >= run_start_ns_;
  values_[EVTWIN_QUANTITY_ARRIVALS].push_back(known ? count : not_known);
  values_[EVTWIN_QUANTITY_ARRIVALS_KWH].push_back(known ? kwh : not_known);
}

evtwin_history ForecastHistory::history_view() const {
  evtwin_history history{sizeof(evtwin_history), 1, steps_.steps_view(), {}};  // one history for all calls
  for (std::size_t q = 0; q < values_.size(); ++q) history.values[q] = values_[q].data();
  return history;
}

}  // namespace evtwin::control
