#include "ocpp/profile_cursor.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::ocpp {
namespace {

using kernel::second_ns;

/// Seconds as ns; as never where they are too many.
constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
std::uint64_t ns_of(std::int64_t seconds) {
  if (seconds <= 0) return 0;
  return seconds > std::numeric_limits<TimeNs>::max() / second_ns ? never
                                                                  : static_cast<std::uint64_t>(seconds * second_ns);
}

/// to - from, from <= to: always fits without a sign.
std::uint64_t ns_between(TimeNs from, TimeNs to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

TimeNs later(TimeNs from, std::uint64_t by) {
  return by > ns_between(from, kernel::time_never) ? kernel::time_never
                                                   : static_cast<TimeNs>(static_cast<std::uint64_t>(from) + by);
}

std::uint64_t round_of(const ChargingProfile& profile) {
  if (profile.kind != ProfileKind::recurring) return never;
  return static_cast<std::uint64_t>(profile.recurrency == Recurrency::daily ? kernel::day_ns : 7 * kernel::day_ns);
}

/// The period of the schedule that holds at `t`, or none; `next` is lowered to where that may change.
/// @param base  start of the schedule; of one that recurs, of any of its rounds: it recurs before that, too
const SchedulePeriod* period_at(const ChargingProfile& profile, TimeNs base, TimeNs t, TimeNs& next) {
  const auto change_at = [&next, t](TimeNs at) {
    if (at > t) next = std::min(next, at);
  };

  if (profile.valid_to_ns) {
    if (t >= *profile.valid_to_ns) return nullptr;
    change_at(*profile.valid_to_ns);
  }
  if (profile.valid_from_ns && t < *profile.valid_from_ns) {
    change_at(*profile.valid_from_ns);
    return nullptr;
  }

  // Time since the round in force began; a recurring schedule recurs before its start, too.
  const std::uint64_t round = round_of(profile);
  std::uint64_t since = 0;
  if (t >= base) {
    since = ns_between(base, t);
    if (round != never) since %= round;
  } else if (round == never) {
    change_at(base);
    return nullptr;
  } else {
    const std::uint64_t before = ns_between(t, base) % round;
    since = before == 0 ? 0 : round - before;
  }

  const auto change_after = [&](std::uint64_t offset) {
    if (offset > since && offset != never) change_at(later(t, offset - since));
  };
  if (round != never) change_after(round);

  if (profile.schedule.duration_s) {
    const std::uint64_t end = ns_of(*profile.schedule.duration_s);
    if (since >= end) return nullptr;
    change_after(end);
  }

  // Periods ascend: the last one that has begun holds.
  const auto& periods = profile.schedule.periods;
  const auto after = std::upper_bound(periods.begin(), periods.end(), since,
                                      [](std::uint64_t ns, const SchedulePeriod& p) { return ns < ns_of(p.start_s); });
  if (after != periods.end()) change_after(ns_of(after->start_s));
  return after == periods.begin() ? nullptr : &*(after - 1);
}

Limit limit_of(const ChargingProfile& profile, const SchedulePeriod& period) {
  Limit limit;
  // Below 0 is to discharge, which leaves nothing for charging.
  const double value = period.limit > 0.0 ? period.limit : (period.limit <= 0.0 ? 0.0 : limit.a);
  (profile.schedule.unit == RateUnit::ampere ? limit.a : limit.w) = value;
  if (period.phases_given) limit.phases = std::clamp(period.phases, 1, 3);
  return limit;
}

/// The profile that holds, of one purpose: set for the EVSE before set for all, then the highest level, then the last.
struct Choice {
  const ProfileStore::Held* held = nullptr;
  const SchedulePeriod* period = nullptr;

  void offer(const ProfileStore::Held& other, const SchedulePeriod* other_period) {
    if (!other_period) return;
    if (held) {
      const bool own = held->evse != 0, other_own = other.evse != 0;
      if (own != other_own ? own : held->profile.stack_level > other.profile.stack_level) return;
    }
    held = &other;
    period = other_period;
  }
  Limit limit() const { return period ? limit_of(held->profile, *period) : Limit{}; }
};

/// Where a schedule begins. Relative ones, and absolute ones that give no start, begin with the session.
TimeNs base_of(const ChargingProfile& profile, TimeNs session_ns) {
  if (profile.kind == ProfileKind::relative || !profile.schedule.start_ns) return session_ns;
  return *profile.schedule.start_ns;
}

}  // namespace

bool Limit::is_limited() const { return std::isfinite(a) || std::isfinite(w); }

double Limit::limit_in(RateUnit unit, double voltage_v) const {
  const double w_per_a = voltage_v * most_phases();
  return unit == RateUnit::ampere ? std::min(a, w / w_per_a) : std::min(w, a * w_per_a);
}

void Limit::tighten_by(const Limit& other) {
  a = std::min(a, other.a);
  w = std::min(w, other.w);
  if (other.phases > 0) phases = phases > 0 ? std::min(phases, other.phases) : other.phases;
}

Limit session_limit(std::span<const ProfileStore::Held> held, int evse, const Running& running, Instant at,
                    TimeNs& next_ns) {
  // K01.FR.09: without a transaction there is nothing for a TxProfile to limit.
  if (!running.runs) return {};
  Choice tx, tx_default;
  for (const ProfileStore::Held& one : held) {
    const ChargingProfile& profile = one.profile;
    if (one.evse != 0 && one.evse != evse) continue;
    const bool is_tx = profile.purpose == ProfilePurpose::tx;
    if (!is_tx && profile.purpose != ProfilePurpose::tx_default) continue;
    // K01.FR.33: a TxProfile of another transaction is none of this one's.
    if (is_tx && !profile.transaction_id.empty() && !running.id.empty() && profile.transaction_id != running.id)
      continue;
    (is_tx ? tx : tx_default).offer(one, period_at(profile, base_of(profile, running.start_ns), at.t_ns, next_ns));
  }
  return (tx.held ? tx : tx_default).limit();
}

Limit standing_limit(std::span<const ProfileStore::Held> held, int evse, Instant at, TimeNs& next_ns) {
  Choice most, outside;
  for (const ProfileStore::Held& one : held) {
    const ChargingProfile& profile = one.profile;
    if (one.evse != evse) continue;
    const bool is_most = profile.purpose == ProfilePurpose::station_max;
    if (!is_most && profile.purpose != ProfilePurpose::station_external_constraints) continue;
    const TimeNs base = base_of(profile, one.set_ns.value_or(at.origin_ns));
    (is_most ? most : outside).offer(one, period_at(profile, base, at.t_ns, next_ns));
  }
  Limit limit = most.limit();
  limit.tighten_by(outside.limit());
  return limit;
}

}  // namespace evtwin::ocpp
