#include "replay/unreplayed.hpp"

#include <algorithm>
#include <cmath>

#include "replay/known_energy.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::replay {
namespace {

/// The transaction as far as its readings go, and their energy; NaN: they tell none.
ocpp::Transaction as_far_as_read(const ocpp::Transaction& transaction) {
  ocpp::Transaction read = transaction;
  read.energy_kwh = kernel::unknown;
  read.exported_kwh = 0.0;
  const auto counts = [](const ocpp::Sample& sample) { return std::isfinite(sample.register_kwh); };
  const auto first = std::find_if(transaction.samples.begin(), transaction.samples.end(), counts);
  if (first == transaction.samples.end()) return read;
  const auto last = std::find_if(transaction.samples.rbegin(), transaction.samples.rend(), counts);
  if (!transaction.start_seen || !std::isfinite(transaction.meter_start_kwh)) {
    read.start_ns = first->time_ns;
    read.meter_start_kwh = first->register_kwh;
  }
  read.stop_ns = last->time_ns;
  read.meter_stop_kwh = last->register_kwh;
  const double kwh = read.meter_stop_kwh - read.meter_start_kwh;
  if (kwh >= 0.0 && kwh <= sessions::most_session_kwh) read.energy_kwh = kwh;
  return read;
}

}  // namespace

Unreplayed unreplayed_of(const ocpp::SiteLog& log, std::span<const ReplayedSession> sessions,
                         const std::map<std::string, Outlet>& outlet_of) {
  std::vector<bool> replayed(log.transactions.size(), false);
  for (const ReplayedSession& session : sessions) replayed[session.transaction] = true;
  const std::vector<KnownEnergy> known = known_energies(log);

  Unreplayed out;
  const auto outlet_at = [&](const std::string& station, int evse) {
    const auto found = outlet_of.find(sessions::evse_id_of(station, evse));
    return found == outlet_of.end() ? Outlet{} : found->second;
  };
  const auto add = [&](const std::string& station, int evse, Metered readings) {
    for (const MeteredPiece& piece : readings.pieces) out.kwh += piece.kwh;
    out.outlets.push_back(outlet_at(station, evse));
    out.readings.push_back(std::move(readings));
  };

  for (std::size_t t = 0; t < log.transactions.size(); ++t) {
    const ocpp::Transaction& transaction = log.transactions[t];
    // Of a part what may have flowed between the log's edge and its readings.
    if (replayed[t] && transaction.is_part()) {
      const int evse = std::max(1, transaction.evse);
      const double rated_kw = outlet_at(transaction.station, evse).rated_kw;
      const auto add_edge = [&](TimeNs from, TimeNs to) {
        Metered edge;
        if (from >= to || !std::isfinite(rated_kw)) return;
        edge.pieces.push_back({from, to, rated_kw * kernel::hours_between(from, to), false});
        add(transaction.station, evse, std::move(edge));
      };
      if (transaction.cut_at_start) add_edge(log.first_ns, transaction.start_ns);
      if (transaction.cut_at_end) add_edge(transaction.stop_ns, log.last_ns);
    }
    if (replayed[t] || !(known[t].kwh > 0.0)) continue;
    const ocpp::Transaction read = as_far_as_read(transaction);
    Metered readings = metered_of(read);
    double shown = 0.0;
    for (const MeteredPiece& piece : readings.pieces) shown += piece.kwh;

    const TimeNs from = readings.pieces.empty() ? transaction.start_ns : readings.pieces.back().to_ns;
    // Where its end is not told it lasts as long as its outlet needs at least.
    const int evse = std::max(1, transaction.evse);
    const double rest_h = std::max(0.0, known[t].kwh - shown) / outlet_at(transaction.station, evse).rated_kw;
    const TimeNs to =
        std::max({transaction.stop_ns, from + kernel::minute_ns, kernel::after_hours_rounded_up(from, rest_h)});
    if (known[t].kwh > shown) readings.pieces.push_back({from, to, known[t].kwh - shown, false});
    add(transaction.station, evse, std::move(readings));
  }
  for (const LostEnergy& lost : lost_energies(log)) {
    Metered readings;
    readings.pieces.push_back({lost.from_ns, lost.to_ns, lost.kwh, false});
    add(lost.station, lost.evse, std::move(readings));
  }
  return out;
}

}  // namespace evtwin::replay
