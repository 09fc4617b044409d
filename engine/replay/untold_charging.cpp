#include "replay/untold_charging.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace evtwin::replay {
namespace {

/// What a station takes by itself is no charging: a DC charger's standby is 0.1 kW and more.
constexpr double standby_kw = 0.2, least_kwh = 0.5;
/// The most that a charger gives (megawatt charging apart): a register that counted more was exchanged.
constexpr double most_kw = 500.0;
constexpr TimeNs least_charging_ns = kernel::minute_ns, about_ns = 5 * kernel::minute_ns;
constexpr double rounding_kwh = 1e-6;

/// Transactions of an EVSE, by start.
using OfEvse = std::vector<std::size_t>;
using ByEvse = std::map<std::pair<std::string, int>, OfEvse>;

double shown_kwh(const ocpp::Transaction& transaction) {
  double first = kernel::unknown, last = kernel::unknown;
  for (const ocpp::Sample& sample : transaction.samples) {
    if (!std::isfinite(sample.register_kwh)) continue;
    if (!std::isfinite(first)) first = sample.register_kwh;
    last = sample.register_kwh;
  }
  return std::isfinite(first) ? std::max(0.0, last - first) : kernel::unknown;
}

/// The register where a transaction was last seen, and when.
std::pair<TimeNs, double> end_of(const ocpp::Transaction& transaction) {
  if (transaction.stop_seen && std::isfinite(transaction.meter_stop_kwh))
    return {transaction.stop_ns, transaction.meter_stop_kwh};
  for (auto sample = transaction.samples.rbegin(); sample != transaction.samples.rend(); ++sample)
    if (std::isfinite(sample->register_kwh)) return {sample->time_ns, sample->register_kwh};
  return {transaction.start_ns, transaction.meter_start_kwh};
}

/// What other EVSEs of the station took in [from, to] by a meter that shows it too: their registers lie between the
/// two.
double taken_by_others(const ocpp::SiteLog& log, const std::string& station, int evse, std::pair<TimeNs, double> from,
                       std::pair<TimeNs, double> to) {
  double kwh = 0.0;
  for (const ocpp::Transaction& other : log.transactions) {
    if (other.station != station || other.evse == evse || !std::isfinite(other.energy_kwh)) continue;
    const bool meanwhile = other.start_ns < to.first && other.stop_ns > from.first;
    const double middle = 0.5 * (other.meter_start_kwh + other.meter_stop_kwh);
    if (meanwhile && middle >= from.second - rounding_kwh && middle <= to.second + rounding_kwh)
      kwh += other.energy_kwh;
  }
  return kwh;
}

/// Times in which the station said Charging, or a pause of it, within [from, to]; stretches without an end between.
std::size_t charging_times(const ocpp::SiteLog& log, const std::string& station, int evse, TimeNs from, TimeNs to,
                           TimeNs* first_ns = nullptr, TimeNs* last_ns = nullptr) {
  std::size_t times = 0;
  for (const ocpp::EvseTimeline& timeline : log.timelines) {
    if (timeline.station != station || timeline.evse != std::max(evse, 1)) continue;
    bool open = false;
    for (const ocpp::StatusSpan& span : timeline.spans) {
      const TimeNs begin = std::max(span.from_ns, from), end = std::min(span.to_ns, to);
      const bool ends = span.status == ocpp::Status::available || span.status == ocpp::Status::finishing ||
                        span.status == ocpp::Status::preparing;
      if (ends) open = false;
      if (span.status != ocpp::Status::charging || end - begin < least_charging_ns) continue;
      if (!open) ++times;
      open = true;
      if (first_ns != nullptr && times == 1 && *first_ns == 0) *first_ns = begin;
      if (last_ns != nullptr) *last_ns = end;
    }
  }
  return times;
}

/// What lies between two transactions of an EVSE; or before the first, after the last.
void add_untold(const ocpp::SiteLog& log, const std::pair<std::string, int>& evse, const ocpp::Transaction* before,
                const ocpp::Transaction* after, double most_of_any_kwh, std::vector<UntoldCharging>& untold) {
  // A station's statuses may be a little older or younger than its transactions.
  const TimeNs from = before == nullptr ? log.first_ns : before->stop_ns + about_ns;
  const TimeNs to = after == nullptr ? log.last_ns : after->start_ns - about_ns;
  UntoldCharging found{evse.first, evse.second, from, to, 0, false, 0.0};
  TimeNs first_ns = 0, last_ns = 0;
  if (from < to) found.times = charging_times(log, evse.first, evse.second, from, to, &first_ns, &last_ns);

  double gap_kwh = kernel::unknown;
  if (before != nullptr && after != nullptr && after->start_seen && std::isfinite(after->meter_start_kwh)) {
    const std::pair<TimeNs, double> last = end_of(*before), next{after->start_ns, after->meter_start_kwh};
    const double hours = kernel::hours_between(last.first, next.first);
    const double counted = next.second - last.second;
    const double standby_kwh = least_kwh + standby_kw * hours;
    if (std::isfinite(counted) && counted >= 0.0 && hours > 0.0 && counted <= most_kw * hours) {
      gap_kwh = 0.0;
      // Where the stop is not seen the transaction itself may have taken it.
      if (counted > standby_kwh && before->stop_seen && std::isfinite(before->energy_kwh))
        gap_kwh = counted - taken_by_others(log, evse.first, evse.second, last, next);
      if (gap_kwh <= standby_kwh) gap_kwh = 0.0;
    }
  }

  if (gap_kwh > 0.0) {
    found.by_register = true;
    found.kwh = gap_kwh;
    found.times = std::max<std::size_t>(found.times, 1);
    found.from_ns = before->stop_ns;
    found.to_ns = after->start_ns;
  } else if (gap_kwh == 0.0 || found.times == 0) {
    return;
  } else {
    found.kwh = most_of_any_kwh * static_cast<double>(found.times);
    found.from_ns = first_ns;
    found.to_ns = last_ns;
  }
  untold.push_back(std::move(found));
}

/// Energy of a transaction that the log reader knows none of: until the next one its EVSE's register counted it.
double kwh_until_next(const ocpp::SiteLog& log, const ocpp::Transaction& transaction, const ocpp::Transaction* next) {
  if (next == nullptr || !next->start_seen || !transaction.start_seen) return kernel::unknown;
  const std::pair<TimeNs, double> from{transaction.start_ns, transaction.meter_start_kwh};
  const std::pair<TimeNs, double> to{next->start_ns, next->meter_start_kwh};
  const double counted = to.second - from.second;
  const double hours = kernel::hours_between(from.first, to.first);
  if (!std::isfinite(counted) || counted < 0.0 || counted > most_kw * hours) return kernel::unknown;
  return std::max(0.0, counted - taken_by_others(log, transaction.station, transaction.evse, from, to));
}

}  // namespace

KnownEnergies known_energies(const ocpp::SiteLog& log) {
  ByEvse by_evse;
  KnownEnergies known;
  double most_kwh = 0.0;
  for (std::size_t t = 0; t < log.transactions.size(); ++t) {
    const ocpp::Transaction& transaction = log.transactions[t];
    by_evse[{transaction.station, transaction.evse}].push_back(t);
    known.kwh.push_back(transaction.energy_kwh);
    if (std::isfinite(transaction.energy_kwh)) most_kwh = std::max(most_kwh, transaction.energy_kwh);
  }
  // EVSEs that only statuses tell of.
  for (const ocpp::EvseTimeline& timeline : log.timelines) {
    const bool unnumbered = by_evse.contains({timeline.station, 0});
    if (!unnumbered && timeline.evse >= 1) by_evse[{timeline.station, timeline.evse}];
  }

  known.supposed.assign(known.kwh.size(), false);
  for (const auto& [evse, own] : by_evse) {
    for (std::size_t i = 0; i < own.size(); ++i) {
      const ocpp::Transaction& transaction = log.transactions[own[i]];
      double& kwh = known.kwh[own[i]];
      if (std::isfinite(kwh)) continue;
      const ocpp::Transaction* next = i + 1 < own.size() ? &log.transactions[own[i + 1]] : nullptr;
      const double counted = kwh_until_next(log, transaction, next), shown = shown_kwh(transaction);
      kwh = std::fmax(counted, shown);  // NaN: the other
      if (std::isfinite(counted)) continue;
      // Readings alone tell the least; what came after the last of them is not known.
      known.supposed[own[i]] = true;
      kwh = std::fmax(most_kwh, shown);
    }

    for (std::size_t i = 0; i <= own.size(); ++i) {
      const ocpp::Transaction* before = i == 0 ? nullptr : &log.transactions[own[i - 1]];
      const ocpp::Transaction* after = i == own.size() ? nullptr : &log.transactions[own[i]];
      add_untold(log, evse, before, after, most_kwh, known.untold);
    }
  }
  return known;
}

}  // namespace evtwin::replay
