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
    // Power follows the stored energy along a line, d(kw)/dt = rate x kw, so over time it is an exponential. Its end is
    // left / from_kw x ln(1 + change) / change hours away, and h hours give from_kw x (e^(rate h) - 1) / rate.
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

namespace {

double full_kw(const Recorded& run, const Session& session) {
  double accepted_kw = 0.0;
  for (const Knot& knot : run.vehicles[static_cast<std::size_t>(session.vehicle)].charge_curve)
    accepted_kw = std::max(accepted_kw, knot.kw);
  return std::min(session.max_kw, accepted_kw);
}

/// Last value of a signal up to the end of the run.
double value_at_end(const Recorded& run, const Site& site, Kind kind, double otherwise) {
  double value = otherwise;
  for (const Step& step : site.signals[static_cast<std::size_t>(kind)])
    if (step.start_ns <= run.end_ns) value = step.value;
  return value;
}

double drawn_per_kwh(const Site& site, const Evse& evse) {
  double drawn = 1.0 / evse.efficiency;
  for (int f = evse.feeder; f >= 0; f = site.feeders[static_cast<std::size_t>(f)].parent)
    drawn /= site.feeders[static_cast<std::size_t>(f)].efficiency;
  return drawn;
}

/// A session open at the end, alone: the least that what it wants can cost, at full power in the cheapest hours until
/// it leaves, at the known price and with all losses on the way, and what of it is not at the unmet price.
struct Owed {
  double cost = 0.0, to_come_kwh = 0.0;
  double hours = 0.0;  ///< in which energy costs less than unmet
};

Owed owed_by(const Recorded& run, const Site& site, const Session& session, double owed_kwh) {
  const double most_kw = full_kw(run, session);
  const double drawn = drawn_per_kwh(site, site.evses[static_cast<std::size_t>(session.evse)]);

  struct Offer {
    double price_per_kwh, hours;
  };
  std::vector<Offer> offers;
  const std::vector<Step>& prices = site.signals[static_cast<std::size_t>(Kind::buy_price_beyond_end)];
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const Ns until =
        i + 1 < prices.size() ? std::min(prices[i + 1].start_ns, session.departed_ns) : session.departed_ns;
    if (until > prices[i].start_ns)
      offers.push_back({prices[i].value * drawn, hours_between(prices[i].start_ns, until)});
  }

  // Cheapest hours first, at full power, as long as they cost less than going without.
  std::sort(offers.begin(), offers.end(), [](Offer a, Offer b) { return a.price_per_kwh < b.price_per_kwh; });
  Owed owed;
  double left_kwh = owed_kwh;
  for (const Offer& offer : offers) {
    if (offer.price_per_kwh >= site.unmet_price_per_kwh) break;
    const double kwh = std::min(left_kwh, most_kw * offer.hours);
    owed.hours += offer.hours;
    owed.cost += kwh * offer.price_per_kwh;
    left_kwh -= kwh;
  }

  owed.to_come_kwh = owed_kwh - left_kwh;
  owed.cost += left_kwh * site.unmet_price_per_kwh;
  return owed;
}

/// Of sessions open at the end, those that still get something, with its mean power at the grid connection.
struct ToCome {
  const Evse* evse;
  double kwh, drawn_kw;
};

/// Power on its way through `feeder` over that which the connection gives for it.
double efficiency_down_to(const Site& site, int feeder) {
  double efficiency = 1.0;
  for (int f = feeder; f >= 0; f = site.feeders[static_cast<std::size_t>(f)].parent)
    efficiency *= site.feeders[static_cast<std::size_t>(f)].efficiency;
  return efficiency;
}

bool is_below(const Site& site, const Evse& evse, int feeder) {
  for (int f = evse.feeder; f >= 0; f = site.feeders[static_cast<std::size_t>(f)].parent)
    if (f == feeder) return true;
  return false;
}

/// Energy that all get, each at its mean power: limit by limit, everybody's least part of all limits above.
double together_kwh(const Recorded& run, const Site& site, const std::vector<ToCome>& all) {
  if (site.limits_else) return 0.0;
  std::vector<double> parts(all.size(), 1.0);
  const auto limit = [&](double max_kw, int feeder) {  // -1: the connection
    double kw = 0.0;
    for (const ToCome& one : all)
      if (feeder < 0 || is_below(site, *one.evse, feeder)) kw += one.drawn_kw;
    if (kw <= max_kw) return;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (feeder < 0 || is_below(site, *all[i].evse, feeder)) parts[i] = std::min(parts[i], std::max(0.0, max_kw) / kw);
  };
  limit(
      value_at_end(run, site, Kind::uncut_contract_kw, site.contract_kw) - value_at_end(run, site, Kind::load_kw, 0.0),
      -1);
  // A feeder's limit counted at the connection: with the losses of the feeders above.
  for (std::size_t f = 0; f < site.feeders.size(); ++f)
    limit(site.feeders[f].max_kw / efficiency_down_to(site, site.feeders[f].parent), static_cast<int>(f));
  double kwh = 0.0;
  for (std::size_t i = 0; i < all.size(); ++i) kwh += all[i].kwh * parts[i];
  return kwh;
}

bool charges_peaks(const DemandTerms& demand) {
  const bool priced =
      std::any_of(demand.price_per_kw.begin(), demand.price_per_kw.end(), [](double price) { return price != 0.0; });
  return demand.excess_price_per_kw != 0.0 || (priced && !demand.by_contract);
}

/// The state of charge with which a vehicle left, as a share of the one wanted.
void count_soc(const Vehicle& vehicle, const Session& session, const SessionSums& had, Sums& sums) {
  if (!std::isfinite(vehicle.battery_kwh)) return;
  const double full_kwh = vehicle.battery_kwh;
  const double wished_kwh =
      std::min(full_kwh, session.soc_start * full_kwh + session.wanted_kwh * vehicle.charge_efficiency);
  sums.of_known_battery += 1;
  sums.missing_of_soc += std::max(0.0, 1.0 - had.soc_end * full_kwh / wished_kwh);
}

/// How far a session that left stayed behind what was wanted, and behind what its EVSE alone could have given it.
void count_satisfaction(const Recorded& run, const Session& session, double counted_kwh, Sums& sums) {
  const double had_kwh = std::max(0.0, counted_kwh);
  if (had_kwh >= session.wanted_kwh) return;
  const double possible =
      possible_kwh(run.vehicles[static_cast<std::size_t>(session.vehicle)], session.soc_start, session.max_kw,
                   hours_between(session.plugged_in_ns, session.departed_ns), session.wanted_kwh);
  const double of_possible = possible > had_kwh ? 1.0 - had_kwh / possible : 0.0;
  sums.missing_of_wanted += 1.0 - had_kwh / session.wanted_kwh;
  sums.missing_of_possible += of_possible;
  sums.squared_missing_of_possible += of_possible * of_possible;
  sums.most_missing_of_possible = std::max(sums.most_missing_of_possible, of_possible);
}

double open_to_come_kwh(const Recorded& run, const Site& site, const Recount& recount) {
  if (charges_peaks(site.demand)) return 0.0;
  std::vector<ToCome> all;
  for (std::size_t s = 0; s < site.sessions.size(); ++s) {
    const Session& session = site.sessions[s];
    if (session.ended != Ended::open_at_end) continue;
    const Owed owed = owed_by(run, site, session, recount.sessions[s].unmet_kwh);
    if (owed.to_come_kwh <= 0.0) continue;
    const Evse& evse = site.evses[static_cast<std::size_t>(session.evse)];
    all.push_back({&evse, owed.to_come_kwh, owed.to_come_kwh / owed.hours * drawn_per_kwh(site, evse)});
  }
  return together_kwh(run, site, all);
}

void count_session(const Recorded& run, const Site& site, const Session& session, SessionSums& had, Sums& sums) {
  const Vehicle& vehicle = run.vehicles[static_cast<std::size_t>(session.vehicle)];
  // A kWh given back is one again only when its way through the battery and back has been paid for.
  had.counted_kwh = had.charged_kwh - had.discharged_kwh / (vehicle.charge_efficiency * vehicle.discharge_efficiency);
  had.unmet_kwh = std::max(0.0, session.wanted_kwh - had.counted_kwh);

  // One that never plugged in waited until it gave up, or the run ended.
  had.waited_h = hours_between(session.arrived_ns, session.number != 0 ? session.plugged_in_ns : session.departed_ns);
  if (session.number != 0) {
    sums.sessions += 1;
    sums.waiting_h += hours_between(session.arrived_ns, session.plugged_in_ns);
  }

  // Wanted, served and unmet energy is of sessions that left; those open at the end have sums of their own.
  const double served_kwh = std::min(had.counted_kwh, session.wanted_kwh);
  switch (session.ended) {
    case Ended::not_served:
      sums.turned_away += 1;
      sums.turned_away_kwh += session.wanted_kwh;
      sums.waiting_h += hours_between(session.arrived_ns, session.departed_ns);
      break;

    case Ended::waiting_at_end:
      sums.open += 1;
      sums.waiting_at_end += 1;
      sums.turned_away_kwh += session.wanted_kwh;
      sums.waiting_h += hours_between(session.arrived_ns, session.departed_ns);
      break;

    case Ended::open_at_end:
      sums.open += 1;
      sums.open_kwh += had.unmet_kwh;
      sums.open_served_kwh += served_kwh;
      had.open_cost = owed_by(run, site, session, had.unmet_kwh).cost;
      sums.open_cost += had.open_cost;
      break;

    case Ended::departed:
      sums.ended += 1;
      sums.wanted_kwh += session.wanted_kwh;
      sums.served_kwh += served_kwh;
      sums.unmet_kwh += had.unmet_kwh;
      count_satisfaction(run, session, had.counted_kwh, sums);
      count_soc(vehicle, session, had, sums);
      break;
  }
}

}  // namespace

void count_service(const Recorded& run, const Site& site, Recount& recount) {
  Sums& sums = recount.sums;
  for (std::size_t s = 0; s < site.sessions.size(); ++s)
    count_session(run, site, site.sessions[s], recount.sessions[s], sums);
  sums.open_to_come_kwh = open_to_come_kwh(run, site, recount);
  sums.unmet_cost = site.unmet_price_per_kwh * sums.unmet_kwh;
  sums.unmet_is_free =
      site.unmet_price_per_kwh == 0.0 && (sums.wanted_kwh > 0.0 || sums.open_kwh > 0.0 || sums.open_served_kwh > 0.0);
  const std::int64_t days = run.clock.day_at(run.end_ns - 1) - run.clock.day_at(run.start_ns) + 1;
  sums.evse_days = static_cast<double>(site.evses.size()) * static_cast<double>(days);
}

}  // namespace evtwin::audit
