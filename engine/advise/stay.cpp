#include "advise/stay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/text.hpp"

namespace evtwin::advise {

namespace {

/// Metered energy of a segment from its start until `t`.
double energy_until(const twin::PowerSegment& s, TimeNs t) {
  if (t <= s.start_ns) return 0.0;
  if (t >= s.end_ns) return s.energy_kwh;
  const double hours = kernel::hours_between(s.start_ns, t);
  const double exponent = s.slope_kw_per_kwh * hours;
  return exponent == 0.0 ? s.kw * hours : s.kw * std::expm1(exponent) / s.slope_kw_per_kwh;
}

/// The same power going on: what was cut by a decision is one piece again.
bool continues(const Piece& before, const Piece& next) {
  const double step = 1e-6;  // kW: less than any meter shows
  if (before.to_ns != next.from_ns) return false;
  const bool constant = std::abs(before.kw - before.kw_end) < step && std::abs(next.kw - next.kw_end) < step;
  const bool both_taper = std::abs(before.kw - before.kw_end) >= step && std::abs(next.kw - next.kw_end) >= step;
  return (constant || both_taper) && std::abs(before.kw_end - next.kw) < step;
}

}  // namespace

void StayObserver::on_power(const twin::PowerSegment& segment) {
  const bool while_there = segment.start_ns < request_.leave_ns && segment.end_ns > request_.arrive_ns;
  if (segment.subject == twin::Subject::evse && segment.site == request_.site && while_there) power_.push_back(segment);
}

void StayObserver::on_signal(const twin::SignalRecord& signal) {
  if (signal.site == request_.site && signal.kind == twin::SignalKind::co2_kg_per_kwh)
    co2_kg_per_kwh_.emplace_back(signal.start_ns, signal.value);
}

void StayObserver::on_session(const twin::SessionRecord& record) {
  if (record.site != request_.site) return;
  if (record.vehicle != name_) {
    if (record.evse >= 0 && record.number != 0 && record.plugged_in_ns <= request_.arrive_ns &&
        record.departed_ns > request_.arrive_ns)
      there_.push_back({record.evse, std::string(record.id), record.departed_ns});
    return;
  }
  stay_.end = record.end;
  if (record.number == 0) return;
  number_ = record.number;
  stay_.evse = world_.sites[request_.site].evses[static_cast<std::size_t>(record.evse)].id;
  stay_.plugged_in_ns = record.plugged_in_ns;
  stay_.departed_ns = record.departed_ns;
  stay_.waited_h = record.waited_h;
  stay_.got_kwh = record.got_kwh;
  stay_.unmet_kwh = record.unmet_kwh;
  stay_.soc_end = record.soc_end;
  stay_.energy_cost = record.cost;
  stay_.paid = record.paid();
  stay_.wear_cost = record.wear_cost;
}

Stay StayObserver::stay_seen() const {
  if (!number_) throw_not_plugged_in();

  Stay stay = stay_;
  double co2_kg = 0.0;
  bool co2_given = false;
  for (const twin::PowerSegment& s : power_) {
    if (s.session != *number_ || s.energy_kwh == 0.0) continue;

    const Piece piece{s.start_ns, s.end_ns, s.kw, s.kw + s.slope_kw_per_kwh * s.energy_kwh, s.energy_kwh};
    if (!stay.schedule.empty() && continues(stay.schedule.back(), piece)) {
      Piece& last = stay.schedule.back();
      last.to_ns = piece.to_ns;
      last.kw_end = piece.kw_end;
      last.kwh += piece.kwh;
    } else {
      stay.schedule.push_back(piece);
    }
    // Its energy at each value of the grid's CO2.
    for (std::size_t i = 0; i < co2_kg_per_kwh_.size(); ++i) {
      const TimeNs from_ns = i == 0 ? s.start_ns : co2_kg_per_kwh_[i].first;
      const TimeNs to_ns = i + 1 < co2_kg_per_kwh_.size() ? co2_kg_per_kwh_[i + 1].first : s.end_ns;
      co2_kg += co2_kg_per_kwh_[i].second * (energy_until(s, to_ns) - energy_until(s, from_ns));
      co2_given = co2_given || co2_kg_per_kwh_[i].second != 0.0;
    }
  }

  stay.co2_kg = co2_given ? co2_kg : physics::unknown;

  // Ready when the last energy flowed in; a car that needed none is ready when it plugs in.
  if (stay.unmet_kwh <= energy_tolerance_kwh) {
    const auto charging =
        std::find_if(stay.schedule.rbegin(), stay.schedule.rend(), [](const Piece& piece) { return piece.kwh > 0.0; });
    stay.ready = charging == stay.schedule.rend() ? stay.plugged_in_ns : charging->to_ns;
  }
  return stay;
}

void StayObserver::throw_not_plugged_in() const {
  const twin::Site& site = world_.sites[request_.site];
  const market::Calendar& calendar = world_.calendar;
  const std::string when = calendar.format_local(request_.arrive_ns);

  // A car that waited, one that asked for an EVSE, one that would take any: each is told who stands in its way.
  if (stay_.end == twin::SessionEnd::reneged || stay_.end == twin::SessionEnd::waiting_at_end)
    throw AdviseError(fmt::format("--vehicle: no EVSE came free for the car while it waited from {} on", when));
  const auto id_of = [&](std::int32_t evse) { return site.evses[static_cast<std::size_t>(evse)].id; };

  if (request_.evse != demand::any_evse) {
    const auto other =
        std::find_if(there_.begin(), there_.end(), [&](const Other& o) { return o.evse == request_.evse; });
    if (other == there_.end()) {
      throw AdviseError(
          fmt::format("--vehicle: EVSE {} is reserved for another car at {}; evse=any takes one that is free",
                      id_of(request_.evse), when));
    }
    throw AdviseError(fmt::format("--vehicle: EVSE {} is taken at {} ({} until {}); evse=any takes one that is free",
                                  id_of(other->evse), when, kernel::make_printable(other->id),
                                  calendar.format_local(other->until_ns)));
  }

  // EVSEs that fit the car come first, then those that come free first.
  const auto next = std::min_element(there_.begin(), there_.end(), [&](const Other& a, const Other& b) {
    const bool a_fits = physics::fits_inlet(site.evses[static_cast<std::size_t>(a.evse)], request_.car);
    const bool b_fits = physics::fits_inlet(site.evses[static_cast<std::size_t>(b.evse)], request_.car);
    return a_fits != b_fits ? a_fits : a.until_ns < b.until_ns;
  });
  throw AdviseError(fmt::format(
      "--vehicle: every EVSE that fits the car is taken, reserved or out of service at {}{}", when,
      next == there_.end()
          ? std::string()
          : fmt::format("; the next comes free at {} ({})", calendar.format_local(next->until_ns), id_of(next->evse))));
}

}  // namespace evtwin::advise
