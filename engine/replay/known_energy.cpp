#include "replay/known_energy.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace evtwin::replay {
namespace {

using kernel::TimeNs;

/// The most that a charger gives (megawatt charging apart).
constexpr double most_kw = 500.0;
constexpr double rounding_kwh = 1e-6;

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

/// What other EVSEs took in the meantime by a meter that shows it too: all of it between the two, in time and register.
double taken_by_others(const Station& station, int evse, const Counted& from, const Counted& to) {
  double kwh = 0.0;
  for (const ocpp::Transaction* other : station) {
    if (other->evse == evse || !other->is_whole()) continue;
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

}  // namespace

std::vector<KnownEnergy> known_energies(const ocpp::SiteLog& log) {
  std::map<std::string_view, Station> stations;
  double most_kwh = 0.0;
  for (const ocpp::Transaction& transaction : log.transactions) {
    stations[transaction.station].push_back(&transaction);
    if (std::isfinite(transaction.energy_kwh)) most_kwh = std::max(most_kwh, transaction.energy_kwh);
  }
  for (auto& [name, station] : stations)
    std::stable_sort(station.begin(), station.end(),
                     [](const auto* a, const auto* b) { return a->start_ns < b->start_ns; });

  std::vector<KnownEnergy> known;
  known.reserve(log.transactions.size());
  for (const ocpp::Transaction& transaction : log.transactions) {
    KnownEnergy& energy = known.emplace_back();
    energy.kwh = transaction.energy_kwh;
    if (transaction.is_whole()) continue;
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
  }
  return known;
}

}  // namespace evtwin::replay
