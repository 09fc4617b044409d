#include "audit/service.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::audit {
namespace {

/// The charging power over stored energy, cut into straight pieces: the curve, and the rating above it cut off.
struct Piece {
  double from_kwh, to_kwh;  ///< stored
  double from_kw, to_kw;    ///< at the meter
};

std::vector<Piece> pieces_under(const Vehicle& vehicle, double max_kw) {
  std::vector<Piece> pieces;
  const std::vector<Knot>& curve = vehicle.charge_curve;
  for (std::size_t k = 0; k + 1 < curve.size(); ++k) {
    const Knot a = curve[k], b = curve[k + 1];
    std::vector<double> shares{0.0, 1.0};
    if ((a.kw > max_kw) != (b.kw > max_kw)) shares.insert(shares.begin() + 1, (max_kw - a.kw) / (b.kw - a.kw));
    for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
      const auto stored = [&](double share) { return (a.soc + (b.soc - a.soc) * share) * vehicle.battery_kwh; };
      const auto kw = [&](double share) {
        return std::min(max_kw, a.kw == b.kw ? a.kw : a.kw * (1.0 - share) + b.kw * share);
      };
      pieces.push_back({stored(shares[i]), stored(shares[i + 1]), kw(shares[i]), kw(shares[i + 1])});
    }
  }
  return pieces;
}

}  // namespace

double possible_kwh(const Vehicle& vehicle, double soc_start, double max_kw, double hours, double most_kwh) {
  if (!std::isfinite(vehicle.battery_kwh)) {
    double accepted_kw = 0.0;
    for (const Knot& knot : vehicle.charge_curve) accepted_kw = std::max(accepted_kw, knot.kw);
    return std::min(most_kwh, std::min(max_kw, accepted_kw) * hours);
  }
  double stored_kwh = soc_start * vehicle.battery_kwh, metered_kwh = 0.0;
  for (const Piece& piece : pieces_under(vehicle, max_kw)) {
    if (stored_kwh >= piece.to_kwh || hours <= 0.0 || metered_kwh >= most_kwh) continue;
    const double width_kwh = piece.to_kwh - piece.from_kwh;
    const double along = std::max(0.0, (stored_kwh - piece.from_kwh) / width_kwh);
    const double from_kw = piece.from_kw * (1.0 - along) + piece.to_kw * along;
    if (from_kw <= 0.0) break;  // where nothing is accepted, nothing changes any more
    // Power follows the stored energy along a line, so over time it is an exponential.
    const double rate_per_h = (piece.to_kw - piece.from_kw) / width_kwh * vehicle.charge_efficiency;
    const double left_kwh = (piece.to_kwh - stored_kwh) / vehicle.charge_efficiency;
    const double change = rate_per_h * left_kwh / from_kw;  // of the power on the way, relative; -1: it dies away
    double piece_hours = left_kwh / from_kw;
    if (change != 0.0) piece_hours *= change > -1.0 ? std::log1p(change) / change : infinite;
    if (piece_hours > hours) {
      const double grown = rate_per_h * hours;
      metered_kwh += from_kw * hours * (grown == 0.0 ? 1.0 : std::expm1(grown) / grown);
      hours = 0.0;
    } else {
      metered_kwh += left_kwh;
      hours -= piece_hours;
    }
    stored_kwh = piece.to_kwh;
  }
  return std::min(metered_kwh, most_kwh);
}

void count_service(const Recorded& run, const Site& site, Recount& recount) {
  Sums& sums = recount.sums;
  for (std::size_t s = 0; s < site.sessions.size(); ++s) {
    const Session& session = site.sessions[s];
    const double got_kwh = recount.sessions[s].got_kwh();
    const double missing_kwh = std::max(0.0, session.wanted_kwh - got_kwh);
    if (session.number != 0) {
      sums.sessions += 1;
      sums.waiting_h += hours_between(session.arrived_ns, session.plugged_in_ns);
    }
    if (session.ended == Ended::not_served) {
      sums.turned_away += 1;
      sums.waiting_h += hours_between(session.arrived_ns, session.departed_ns);
    } else if (session.ended != Ended::departed) {
      sums.open += 1;
      sums.unmet_open_kwh += missing_kwh;
    } else {
      sums.ended += 1;
      sums.wanted_kwh += session.wanted_kwh;
      sums.served_kwh += std::min(got_kwh, session.wanted_kwh);
      sums.unmet_kwh += missing_kwh;
      const double had_kwh = std::max(0.0, got_kwh);
      if (had_kwh >= session.wanted_kwh) continue;
      const double possible =
          possible_kwh(run.vehicles[static_cast<std::size_t>(session.vehicle)], session.soc_start, session.max_kw,
                       hours_between(session.plugged_in_ns, session.departed_ns), session.wanted_kwh);
      const double of_possible = possible > had_kwh ? 1.0 - had_kwh / possible : 0.0;
      sums.missing_of_wanted += 1.0 - had_kwh / session.wanted_kwh;
      sums.missing_of_possible += of_possible;
      sums.squared_missing_of_possible += of_possible * of_possible;
      sums.most_missing_of_possible = std::max(sums.most_missing_of_possible, of_possible);
    }
  }
  sums.unmet_cost = site.unmet_price_per_kwh * sums.unmet_kwh;
  const std::int64_t days = run.clock.day(run.end_ns - 1) - run.clock.day(run.start_ns) + 1;
  sums.evse_days = static_cast<double>(site.evses.size()) * static_cast<double>(days);
}

}  // namespace evtwin::audit
