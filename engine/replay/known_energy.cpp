#include "replay/known_energy.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

namespace evtwin::replay {
namespace {

using kernel::TimeNs;

/// The most that a charger gives (megawatt charging apart).
constexpr double most_kw = 500.0;
constexpr double rounding_kwh = 1e-6;
constexpr double fine_register_kwh = 0.001;  ///< registers are as fine as OCPP has them

/// Transactions of a station, by start.
using Station = std::vector<const ocpp::Transaction*>;

double shown_kwh(const ocpp::Transaction& transaction) {
  double first = kernel::unknown, last = kernel::unknown;
  for (const ocpp::Sample& sample : transaction.samples) {
    if (!std::isfinite(sample.register_kwh)) continue;
    if (!std::isfinite(first)) first = sample.register_kwh;
    last = sample.register_kwh;
  }
  return std::isfinite(first) ? std::max(0.0, last - first) : kernel::unknown;
}

/// A register at an instant.
struct Counted {
  TimeNs time_ns = 0;
  double kwh = kernel::unknown;
};

/// Whether its register at the stop is the last that it counted: of a part that only began before the log, too.
bool has_known_stop(const ocpp::Transaction& transaction) {
  return transaction.is_whole() || (transaction.is_part() && !transaction.cut_at_end);
}

/// What other EVSEs took in the meantime by a meter that shows it too: all of it between the two, in time and register.
double taken_by_others(const Station& station, int evse, const Counted& from, const Counted& to) {
  double kwh = 0.0;
  for (const ocpp::Transaction* other : station) {
    if (other->evse == evse || !(other->is_whole() || other->is_part())) continue;
    const bool meanwhile = other->start_ns >= from.time_ns && other->stop_ns <= to.time_ns;
    const bool by_it =
        other->meter_start_kwh >= from.kwh - rounding_kwh && other->meter_stop_kwh <= to.kwh + rounding_kwh;
    if (meanwhile && by_it) kwh += other->energy_kwh;
  }
  return kwh;
}

/// What the register of its EVSE counted from its start to that of the next transaction there; NaN: not told.
double kwh_until_next(const Station& station, const ocpp::Transaction& transaction) {
  const auto own = std::find(station.begin(), station.end(), &transaction);
  const auto next = std::find_if(own + 1, station.end(),
                                 [&](const ocpp::Transaction* other) { return other->evse == transaction.evse; });
  if (next == station.end() || !(*next)->start_seen || !transaction.start_seen) return kernel::unknown;
  const Counted from{transaction.start_ns, transaction.meter_start_kwh};
  const Counted to{(*next)->start_ns, (*next)->meter_start_kwh};
  const double counted = to.kwh - from.kwh;
  if (!std::isfinite(counted) || counted < 0.0) return kernel::unknown;
  if (counted > most_kw * kernel::hours_between(from.time_ns, to.time_ns)) return kernel::unknown;
  return std::max(0.0, counted - taken_by_others(station, transaction.evse, from, to));
}

/// The coarsest of a station's registers: that of its readings, or what all registers of its starts and stops are apart
/// by whole numbers of, from twelve different ones.
double coarsest_step(const Station& station) {
  constexpr std::size_t least_registers = 12;
  constexpr double most_kwh = 10.0;
  double step_kwh = 0.0;
  std::set<std::int64_t> registers_wh;
  for (const ocpp::Transaction* transaction : station) {
    step_kwh = std::max(step_kwh, transaction->register_step_kwh);
    for (const double kwh : {transaction->meter_start_kwh, transaction->meter_stop_kwh})
      if (std::isfinite(kwh) && std::abs(kwh) < 1e12) registers_wh.insert(std::llround(1000.0 * kwh));
  }
  if (registers_wh.size() < least_registers) return step_kwh;
  std::int64_t apart_wh = 0;
  for (const std::int64_t wh : registers_wh) apart_wh = std::gcd(apart_wh, wh - *registers_wh.begin());
  return std::max(step_kwh, std::min(most_kwh, static_cast<double>(apart_wh) / 1000.0));
}

/// Of each station, by start.
std::map<std::string_view, Station> stations_of(const ocpp::SiteLog& log) {
  std::map<std::string_view, Station> stations;
  for (const ocpp::Transaction& transaction : log.transactions) stations[transaction.station].push_back(&transaction);
  for (auto& [name, station] : stations)
    std::stable_sort(station.begin(), station.end(),
                     [](const auto* a, const auto* b) { return a->start_ns < b->start_ns; });
  return stations;
}

/// Whether one whose energy is not known may have been counted by the same meter.
bool has_unknown_between(const Station& station, TimeNs from_ns, TimeNs to_ns) {
  return std::any_of(station.begin(), station.end(), [&](const ocpp::Transaction* other) {
    return !other->is_whole() && other->start_ns < to_ns && other->stop_ns > from_ns;
  });
}

}  // namespace

std::vector<LostEnergy> lost_energies(const ocpp::SiteLog& log) {
  constexpr double least_kwh = 1.0, own_draw_kw = 0.1;
  std::vector<LostEnergy> lost;
  for (const auto& [name, station] : stations_of(log)) {
    std::map<int, const ocpp::Transaction*> last;
    for (const ocpp::Transaction* next : station) {
      const ocpp::Transaction* before = std::exchange(last[next->evse], next);
      if (before == nullptr || next->evse < 1 || !has_known_stop(*before) || !next->start_seen) continue;
      const Counted from{before->stop_ns, before->meter_stop_kwh}, to{next->start_ns, next->meter_start_kwh};
      if (!(to.time_ns > from.time_ns) || has_unknown_between(station, from.time_ns, to.time_ns)) continue;
      const double hours = kernel::hours_between(from.time_ns, to.time_ns);
      const double counted = to.kwh - from.kwh;  // NaN: not told
      if (!(counted <= most_kw * hours)) continue;
      const double kwh = counted - taken_by_others(station, next->evse, from, to);
      const double step_kwh = std::max(before->register_step_kwh, next->register_step_kwh);
      if (kwh >= std::max({least_kwh, own_draw_kw * hours, 2.0 * step_kwh}))
        lost.push_back({std::string(name), next->evse, from.time_ns, to.time_ns, kwh});
    }
  }
  return lost;
}

std::vector<KnownEnergy> known_energies(const ocpp::SiteLog& log) {
  std::map<std::string_view, Station> stations = stations_of(log);
  double most_kwh = 0.0;
  for (const ocpp::Transaction& transaction : log.transactions)
    if (std::isfinite(transaction.energy_kwh)) most_kwh = std::max(most_kwh, transaction.energy_kwh);

  std::vector<KnownEnergy> known;
  known.reserve(log.transactions.size());
  for (const ocpp::Transaction& transaction : log.transactions) {
    KnownEnergy& energy = known.emplace_back();
    energy.kwh = transaction.energy_kwh;
    if (transaction.is_whole() || transaction.is_part()) continue;
    // Readings show the least: what came after the last of them they do not tell.
    const double shown = std::fmax(transaction.energy_kwh, shown_kwh(transaction));
    const double counted = kwh_until_next(stations[transaction.station], transaction);
    if (std::isfinite(counted)) {
      energy.kwh = std::fmax(counted, shown);
    } else if (std::isnan(transaction.energy_kwh) && shown > 0.0) {
      energy.kwh = shown;  // its registers contradict each other
    } else {
      energy.supposed = !(shown >= most_kwh);
      energy.kwh = std::fmax(most_kwh, shown);
    }
    // Two readings of a coarse register may hide one of its steps.
    if (const double step_kwh = coarsest_step(stations[transaction.station]); step_kwh > fine_register_kwh)
      energy.kwh += step_kwh;
  }
  return known;
}

}  // namespace evtwin::replay
