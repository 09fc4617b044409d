#include "site_memory.hpp"

#include <algorithm>

#include "blocks.hpp"

namespace evtwin::milp {
namespace {

constexpr std::size_t least_departures = 8;  // to learn from

PastStay left_before(const evtwin_view& view, std::uint32_t d) {
  PastStay stay;
  stay.arrived_ns = view.departed_arrived_ns[d];
  stay.claimed_ns = view.departed_claimed_ns[d];
  stay.left_ns = view.departed_ns[d];
  stay.utc_offset_ns = view.utc_offset_ns;
  stay.driver = view.departed_driver[d];
  stay.requested_kwh = view.departed_requested_kwh[d];
  stay.got_kwh = view.departed_got_kwh[d];
  stay.max_kw = view.departed_max_kw[d];
  stay.finished = view.departed_draws[d] == 0 ? 1 : 0;
  return stay;
}

/// Departures teach how drivers leave. Of a session of this run more is known than the view tells of its end: what was
/// seen of the car while it was here.
void learn_departures(const evtwin_view& view, SiteMemory& memory) {
  for (std::uint32_t d = 0; d < view.n_departed; ++d) {
    // No session of this run: the scenario's history tells of it.
    if (view.departed_session[d] == 0) {
      if (view.departed_arrived_ns[d] == 0) continue;  // nothing is known of its stay
      memory.drivers.add_stay(left_before(view, d));
      memory.add_early(hours(view.departed_claimed_ns[d] - view.departed_ns[d]));
      continue;
    }

    const CarMemory& car = memory.cars[view.departed_evse[d]];
    if (car.session != view.departed_session[d]) continue;
    PastStay stay = left_before(view, d);
    stay.arrived_ns = car.arrived_ns;
    stay.claimed_ns = car.claimed_ns;
    stay.driver = car.driver;
    stay.max_kw = car.car_max_kw;
    stay.finished = car.draws == 0 ? 1 : 0;
    memory.drivers.add_stay(stay);
  }
}

/// A session begins with what the view has of it now; nothing of the car before counts.
CarMemory first_seen(const evtwin_view& view, std::uint32_t i) {
  CarMemory car;
  car.session = view.evse_session[i];
  car.first_soc = view.evse_soc[i];
  car.claimed_ns = view.evse_claimed_departs_ns[i];
  car.arrived_ns = view.evse_arrived_ns[i];
  car.driver = view.evse_driver[i];
  car.first_got_kwh = view.evse_got_kwh[i];
  return car;
}

/// A car that draws less than it is offered shows the most it takes; one that draws a larger offer has no such bound.
void see_draw(const evtwin_view& view, std::uint32_t i, CarMemory& car) {
  car.draws = view.evse_draws[i];
  if (view.evse_car_max_kw[i] > 0.0) car.car_max_kw = view.evse_car_max_kw[i];

  const double offered_kw = view.evse_setpoint_kw[i];
  const double took_kw = view.evse_power_kw[i];
  if (offered_kw > 0.0 && car.charging == 0) ++car.starts;
  car.charging = offered_kw > 0.0 ? 1 : 0;
  if (view.evse_draws[i] == 0 || offered_kw <= 0.0) return;
  if (took_kw < 0.99 * offered_kw) {
    if (took_kw > 0.0) car.takes_kw = took_kw;
  } else if (offered_kw > car.takes_kw) {
    car.takes_kw = std::numeric_limits<double>::infinity();
  }
}

}  // namespace

void SiteMemory::learn_from(const evtwin_view& view) {
  cars.resize(view.n_evses);
  run.look(view);
  learn_departures(view, *this);

  drivers.begin(view.now_ns);
  peak_target.learn_from(view, drivers);
  rated_kw.resize(view.n_evses, 0.0);
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    rated_kw[i] = std::max(rated_kw[i], view.evse_max_kw[i]);
    CarMemory& car = cars[i];

    // Another session: the car before has left.
    if (car.session != view.evse_session[i]) {
      if (car.session != 0) {
        add_early(hours(car.claimed_ns - view.now_ns));
      }
      car = first_seen(view, i);
    }

    if (car.session == 0) continue;
    if (car.claimed_ns > car.arrived_ns) drivers.look_at_word(car.claimed_ns, view.now_ns, false);
    see_draw(view, i, car);
  }
}

void SiteMemory::add_early(double early) {
  if (early_h.size() < most_departures) early_h.push_back(0.0);
  early_h[departures++ % most_departures] = std::max(0.0, early);
}

double SiteMemory::learned_margin_h() const {
  if (early_h.size() < least_departures) return 0.0;
  std::vector<double> sorted = early_h;
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() * 4 / 5);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

}  // namespace evtwin::milp
