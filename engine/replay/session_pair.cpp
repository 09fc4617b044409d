// One session, metered and twin.
#include "replay/session_pair.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "replay/score_table.hpp"

namespace evtwin::replay {
namespace {

constexpr TimeNs least_bin_ns = kernel::minute_ns;
constexpr double steps_per_bin = 20.0;  ///< of the register, where nothing else gives the power
constexpr double most_of_energy = 0.9;

/// Mean powers over at least a minute, cut at readings; where the register alone gives the power, long enough for its
/// steps not to matter.
void compare_profiles(SessionPair& pair, const ocpp::Transaction& transaction, const Metered& metered,
                      const TwinEnergy& twin) {
  pair.not_scorable = metered.not_dense;
  if (!pair.not_scorable.empty()) return;
  double dense_kwh = 0.0;
  TimeNs dense_ns = 0;
  for (const MeteredPiece& piece : metered.pieces) {
    if (!piece.dense) continue;
    dense_kwh += piece.kwh;
    dense_ns += piece.length_ns();
  }
  if (!(dense_kwh > 0.0)) {
    pair.not_scorable = "no energy flowed between the readings that are dense";
    return;
  }

  const double dense_h = kernel::hours_between(0, dense_ns);
  const double mean_kw = dense_kwh / dense_h;
  TimeNs bin_ns = least_bin_ns;
  if (!metered.shaped_by_power) {
    const double hours = std::min(steps_per_bin * transaction.register_step_kwh / mean_kw, 1.0);
    bin_ns = std::max(bin_ns, static_cast<TimeNs>(hours * static_cast<double>(kernel::hour_ns)));
  }

  double squares = 0.0, absolute = 0.0, signed_sum = 0.0;  // kW2 h, kWh, kWh
  std::optional<TimeNs> from;                              // of the bin that is open
  double kwh = 0.0;
  for (std::size_t i = 0; i < metered.pieces.size(); ++i) {
    const MeteredPiece& piece = metered.pieces[i];
    if (!piece.dense) continue;
    if (!from) from = piece.from_ns;
    kwh += piece.kwh;
    const bool last = i + 1 == metered.pieces.size() || !metered.pieces[i + 1].dense;
    if (piece.to_ns - *from < bin_ns && !last) continue;

    const double hours = kernel::hours_between(*from, piece.to_ns);
    const double difference = (twin.kwh_between(*from, piece.to_ns) - kwh) / hours;
    squares += difference * difference * hours;
    absolute += std::abs(difference) * hours;
    signed_sum += difference * hours;
    from.reset();
    kwh = 0.0;
  }
  pair.profile_cv_rmse = std::sqrt(squares / dense_h) / mean_kw;
  pair.power_mae_kw = absolute / dense_h;
  pair.power_bias_kw = signed_sum / dense_h;
}

/// When 90 % of the metered energy had flowed. Readings must tell it to 5 min or 10 % of that time.
void compare_full(SessionPair& pair, const ocpp::Transaction& transaction, const Metered& metered,
                  const TwinEnergy& twin, TimeNs twin_end_ns) {
  double sum = 0.0;
  const double wanted = most_of_energy * pair.metered_kwh;
  if (!(wanted > 0.0)) {
    pair.full_not_scorable = "no energy";
    return;
  }
  if (transaction.is_part()) {
    pair.full_not_scorable = "cut by the log's edges";
    return;
  }

  for (const MeteredPiece& piece : metered.pieces) {
    if (sum + piece.kwh < wanted) {
      sum += piece.kwh;
      continue;
    }

    const double share = piece.kwh > 0.0 ? (wanted - sum) / piece.kwh : 1.0;
    const TimeNs at = piece.from_ns + static_cast<TimeNs>(share * static_cast<double>(piece.length_ns()));
    const TimeNs after = at - transaction.start_ns;
    if (piece.widest_ns() > std::max(5 * kernel::minute_ns, after / 10)) {
      pair.full_not_scorable = "readings too far apart to tell when";
      return;
    }
    // A twin that never gets there is late by at least the rest of the session.
    const TimeNs twin_at = std::min(twin.instant_of(wanted), std::max(twin_end_ns, at));
    pair.full_after_min = 60.0 * kernel::hours_between(0, after);
    pair.full_difference_min = 60.0 * kernel::hours_between(at, twin_at);
    return;
  }
  pair.full_not_scorable = "readings do not reach 90 % of the energy";
}

}  // namespace

SessionPair pair_of(const ocpp::Transaction& transaction, const Metered& metered, const ReplayedSession& session) {
  SessionPair pair;
  pair.transaction = session.transaction;
  pair.id = session.id;
  pair.evse = session.evse;
  pair.metered_kwh = transaction.energy_kwh - transaction.exported_kwh;
  pair.twin_kwh = session.got_kwh;
  pair.part = transaction.is_part();
  const TwinEnergy twin(session.power);
  compare_profiles(pair, transaction, metered, twin);
  compare_full(pair, transaction, metered, twin, session.departed_ns);
  pair.ledger_not_scorable = "no dense readings of power and register";
  if (metered.closed_pieces > 0 && metered.counted_kwh > 0.0) {
    // What the spacing of the readings explains is no fault of the books. Where it may explain more than would pass,
    // they can only be shown to be wrong.
    const double apart = metered.integral_kwh - metered.counted_kwh;
    const double difference =
        std::copysign(std::max(std::abs(apart) - metered.spacing_kwh, metered.misplaced_kwh), apart);
    const double passes = score_info("ledger_closure").pass * metered.counted_kwh;
    if (metered.spacing_kwh <= passes || std::abs(difference) > passes)
      pair.ledger_closure = difference / metered.counted_kwh;
    else
      pair.ledger_not_scorable = "readings too far apart to add power up";
    pair.within_register_steps = std::abs(difference) <= 2.0 * transaction.register_step_kwh * (1.0 + 1e-9);
  }
  return pair;
}

}  // namespace evtwin::replay
