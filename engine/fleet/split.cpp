#include "fleet/split.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/time.hpp"
#include "physics/battery.hpp"

namespace evtwin::fleet {

namespace {

using physics::infinite;
/// Rounding of powers that are equal.
constexpr double rounding_kw = 1e-9;

std::span<const double> rates_of(const evtwin_view& view, std::uint32_t evse) {
  const std::uint32_t from = view.evse_rate_start[evse];
  return {view.rate_kw + from, view.evse_rate_start[evse + 1] - from};
}

/// Larger rates of the EVSE are none of this vehicle's.
bool is_offered(const evtwin_view& view, std::uint32_t evse, double rate_kw) {
  return rate_kw <= view.evse_car_max_kw[evse] + rounding_kw;
}

}  // namespace

double nearest_offer_kw(const evtwin_view& view, std::uint32_t evse, double kw) {
  const auto rates = rates_of(view, evse);
  if (!rates.empty()) {
    double nearest = 0.0;
    for (const double rate : rates) {
      if (is_offered(view, evse, rate) && std::abs(rate - kw) < std::abs(nearest - kw)) nearest = rate;
    }
    return nearest;
  }
  const double least = std::min(view.evse_car_min_kw[evse], view.evse_car_max_kw[evse]);
  if (kw < 0.5 * least) return 0.0;
  return std::clamp(kw, least, view.evse_car_max_kw[evse]);
}

double offer_at_most_kw(const evtwin_view& view, std::uint32_t evse, double kw) {
  const auto rates = rates_of(view, evse);
  if (!rates.empty()) {
    double most = 0.0;
    for (const double rate : rates) {
      if (is_offered(view, evse, rate) && rate <= kw + rounding_kw) most = rate;
    }
    return most;
  }
  const double least = view.evse_car_min_kw[evse];
  if (kw < least - rounding_kw) return 0.0;
  return std::min(std::max(kw, least), view.evse_car_max_kw[evse]);
}

Split::Split(const evtwin_view& first) : left_(first.n_limits), kw_(first.n_evses) {
  std::vector<std::vector<Membership>> by_member(first.n_evses + first.n_storages);
  for (std::uint32_t r = 0; r < first.n_limits; ++r) {
    const std::uint32_t kind = first.limit_kind[r];
    if (kind == EVTWIN_LIMIT_MAGNITUDE_A) continue;
    for (std::uint32_t m = first.limit_start[r]; m < first.limit_start[r + 1]; ++m)
      by_member[first.limit_member[m]].push_back({r, first.limit_coefficient[m], kind == EVTWIN_LIMIT_CURRENT_A});
  }
  for (const auto& of_member : by_member) {
    first_.push_back(static_cast<std::uint32_t>(memberships_.size()));
    memberships_.insert(memberships_.end(), of_member.begin(), of_member.end());
  }
  first_.push_back(static_cast<std::uint32_t>(memberships_.size()));
  claims_.reserve(first.n_evses);
  kept_kw_ = kw_;
  kept_left_ = left_;
}

/// Those that draw, in the order in which they are served.
void Split::rank_evses(const evtwin_view& view) {
  claims_.clear();
  std::fill(kw_.begin(), kw_.end(), 0.0);
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const double most_kw = view.evse_car_max_kw[i];
    if (view.evse_draws[i] == 0 || most_kw <= 0.0) continue;
    const double left_h = kernel::hours_between(view.now_ns, view.evse_departs_ns[i]);
    const double rest_kwh = view.evse_remaining_kwh[i];
    claims_.push_back({i, rest_kwh <= 0.0, left_h - rest_kwh / most_kw, view.evse_arrived_ns[i]});
  }
  std::sort(claims_.begin(), claims_.end(), [](const Claim& a, const Claim& b) {
    if (a.is_met != b.is_met) return b.is_met;
    if (a.laxity_h != b.laxity_h) return a.laxity_h < b.laxity_h;
    if (a.arrived_ns != b.arrived_ns) return a.arrived_ns < b.arrived_ns;
    return a.evse < b.evse;
  });
}

/// Works out what the limits leave beside base and storages.
void Split::open_rows(const evtwin_view& view, std::span<const double> storage_kw) {
  for (std::uint32_t r = 0; r < left_.size(); ++r) left_[r] = view.limit_upper[r] - view.limit_base[r];
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    const std::uint32_t member = view.n_evses + s;
    for (std::uint32_t m = first_[member]; m < first_[member + 1]; ++m) {
      if (!memberships_[m].current) left_[memberships_[m].row] -= memberships_[m].per_kw * storage_kw[s];
    }
  }
}

/// Of a limit row per kW of an EVSE.
double Split::per_kw(const evtwin_view& view, std::uint32_t evse, const Membership& in) const {
  if (!in.current) return in.per_kw;
  return view.evse_kw_per_a[evse] > 0.0 ? in.per_kw / view.evse_kw_per_a[evse] : 0.0;
}

/// Room that the limits leave for an EVSE, and the tightest of them; no_row where none is tight.
Split::Room Split::room_of(const evtwin_view& view, std::uint32_t evse) const {
  Room room;
  for (std::uint32_t m = first_[evse]; m < first_[evse + 1]; ++m) {
    const double share = per_kw(view, evse, memberships_[m]);
    if (share <= 0.0) continue;
    const double kw = std::max(0.0, left_[memberships_[m].row]) / share;
    if (kw < room.kw) room = {kw, memberships_[m].row};
  }
  return room;
}

/// A vehicle gets so much more, or less.
void Split::give_power(const evtwin_view& view, std::uint32_t evse, double kw) {
  kw_[evse] += kw;
  rest_kw_ -= kw;
  for (std::uint32_t m = first_[evse]; m < first_[evse + 1]; ++m)
    left_[memberships_[m].row] -= per_kw(view, evse, memberships_[m]) * kw;
}

/// Those served so far, the most lax first, give up what an EVSE lacks to its smallest offer, each down to its own.
/// @returns whether they can; else nothing has changed.
bool Split::make_room(const evtwin_view& view, std::size_t served, std::uint32_t evse) {
  const double least_kw = view.evse_car_min_kw[evse];
  kept_kw_ = kw_;
  kept_left_ = left_;
  const double kept_rest_kw = rest_kw_;
  for (std::size_t c = served; c-- > 0;) {
    const Room room = room_of(view, evse);
    const double lacks_kw = least_kw - std::min(room.kw, rest_kw_);
    if (lacks_kw <= rounding_kw) return true;
    const std::uint32_t donor = claims_[c].evse;
    if (!rates_of(view, donor).empty()) continue;
    const bool helps = room.kw > rest_kw_ || is_member(donor, room.row);
    const double spare_kw = helps ? std::max(0.0, kw_[donor] - view.evse_car_min_kw[donor]) : 0.0;
    if (spare_kw > 0.0) give_power(view, donor, -std::min(spare_kw, lacks_kw));
  }
  if (least_kw - std::min(room_of(view, evse).kw, rest_kw_) <= rounding_kw) return true;
  kw_ = kept_kw_;
  left_ = kept_left_;
  rest_kw_ = kept_rest_kw;
  return false;
}

bool Split::is_member(std::uint32_t evse, std::uint32_t row) const {
  return std::any_of(memberships_.begin() + first_[evse], memberships_.begin() + first_[evse + 1],
                     [&](const Membership& in) { return in.row == row; });
}

double Split::hand_out(const evtwin_view& view, std::span<const double> storage_kw, double total_kw) {
  rank_evses(view);
  open_rows(view, storage_kw);
  rest_kw_ = total_kw;
  for (std::size_t c = 0; c < claims_.size() && rest_kw_ > rounding_kw; ++c) {
    const std::uint32_t i = claims_[c].evse;
    const double most_kw = view.evse_car_max_kw[i], least_kw = view.evse_car_min_kw[i];
    const auto offer_kw = [&] { return offer_at_most_kw(view, i, std::min({most_kw, room_of(view, i).kw, rest_kw_})); };
    double kw = offer_kw();
    if (kw == 0.0 && least_kw <= most_kw && rates_of(view, i).empty() && make_room(view, c, i)) kw = offer_kw();
    if (kw > 0.0) give_power(view, i, kw);
  }
  double sum_kw = 0.0;
  for (const Claim& claim : claims_) sum_kw += kw_[claim.evse];
  return sum_kw;
}

double Split::most_kw(const evtwin_view& view, std::span<const double> storage_kw) {
  return hand_out(view, storage_kw, infinite);
}

}  // namespace evtwin::fleet
