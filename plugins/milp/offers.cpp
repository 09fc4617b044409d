#include "offers.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::milp {
namespace {

constexpr double bound_slack_kw = 1e-6;  // what solvers leave of a bound
constexpr double met_kwh = 1e-9;
constexpr double more_than_taken = 1.1;

double most_kw(const evtwin_view& view, std::uint32_t i) {
  return std::max(0.0, std::min(view.evse_car_max_kw[i], view.evse_max_kw[i]));
}

std::span<const double> rates(const evtwin_view& view, std::uint32_t i) {
  return {view.rate_kw + view.evse_rate_start[i], view.rate_kw + view.evse_rate_start[i + 1]};
}

}  // namespace

double laxity_h(const evtwin_view& view, std::uint32_t i, const ProblemTerms& terms, const SiteMemory& memory) {
  const double margin_h = std::isnan(terms.margin_h) ? memory.learned_margin_h() : terms.margin_h;
  const double kw = std::min(most_kw(view, i), memory.cars[i].takes_kw);
  const double left_h = hours(view.evse_departs_ns[i] - view.now_ns) - margin_h;
  if (view.evse_remaining_kwh[i] <= met_kwh) return left_h;
  return kw > 0.0 ? left_h - view.evse_remaining_kwh[i] / kw : left_h;
}

double offer_up_to(const evtwin_view& view, std::uint32_t i, double kw) {
  const double most = most_kw(view, i);
  const auto steps = rates(view, i);
  if (!steps.empty()) {
    const auto above = std::upper_bound(steps.begin(), steps.end(), std::min(kw, most) + bound_slack_kw);
    return above == steps.begin() ? 0.0 : *(above - 1);
  }
  if (kw < view.evse_car_min_kw[i] - bound_slack_kw || most < view.evse_car_min_kw[i]) return 0.0;
  return kw <= bound_slack_kw ? 0.0 : std::clamp(kw, view.evse_car_min_kw[i], most);
}

double offer_above(const evtwin_view& view, std::uint32_t i, double kw) {
  const double most = most_kw(view, i);
  const auto steps = rates(view, i);
  if (!steps.empty()) {
    const auto above = std::upper_bound(steps.begin(), steps.end(), kw + bound_slack_kw);
    return above == steps.end() || *above > most + bound_slack_kw ? optimise::infinite : *above;
  }
  return kw < view.evse_car_min_kw[i] && view.evse_car_min_kw[i] <= most ? view.evse_car_min_kw[i] : optimise::infinite;
}

std::int64_t write_offers(const evtwin_view& view, const SiteMemory& memory, std::vector<Wish> wishes,
                          sdk::Decision& decision) {
  for (std::uint32_t c = 0; c < view.n_connected; ++c) decision.evse_kw[view.connected_evse[c]] = 0.0;
  std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) {
    return a.laxity_h != b.laxity_h ? a.laxity_h < b.laxity_h : a.evse < b.evse;
  });

  // Down to the offers there are.
  double lost_kw = 0.0;
  for (const Wish& wish : wishes) {
    double& kw = decision.evse_kw[wish.evse];
    if (wish.kw < 0.0) {
      kw = std::max(wish.kw, -view.evse_car_max_discharge_kw[wish.evse]);
      if (kw > -bound_slack_kw) kw = 0.0;
      continue;
    }
    kw = offer_up_to(view, wish.evse, wish.kw);
    lost_kw += std::max(0.0, wish.kw - kw);
  }

  // And up again where it suffices for the next one.
  const double until_tick_h = hours(view.next_tick_ns - view.now_ns);
  for (const Wish& wish : wishes) {
    double& kw = decision.evse_kw[wish.evse];
    if (wish.kw <= kw + bound_slack_kw || kw < 0.0) continue;
    const double above_kw = offer_above(view, wish.evse, kw);
    const bool late = wish.laxity_h < until_tick_h;
    if (!std::isfinite(above_kw) || (above_kw - kw > lost_kw + bound_slack_kw && !late)) continue;
    lost_kw = std::max(0.0, lost_kw - (above_kw - kw));
    kw = above_kw;
  }

  // What is lost still goes to cars that any power can be offered, else plans of equal power fall behind step by step
  // and make up for it in one peak at the end.
  for (const Wish& wish : wishes) {
    double& kw = decision.evse_kw[wish.evse];
    if (lost_kw <= bound_slack_kw || kw <= 0.0 || !rates(view, wish.evse).empty()) continue;
    const double needs_kw =
        wish.beyond || until_tick_h <= 0.0 ? optimise::infinite : view.evse_remaining_kwh[wish.evse] / until_tick_h;
    const double up_to_kw = std::min({most_kw(view, wish.evse), memory.cars[wish.evse].takes_kw, needs_kw});
    const double more_kw = std::clamp(up_to_kw - kw, 0.0, lost_kw);
    kw += more_kw;
    lost_kw -= more_kw;
  }

  std::int64_t wake_ns = 0;
  for (const Wish& wish : wishes) {
    double& kw = decision.evse_kw[wish.evse];
    if (kw <= 0.0) continue;

    // A car that takes all that it was seen to take is offered a little more: it may take more by now.
    const double takes_kw = std::min(kw, memory.cars[wish.evse].takes_kw);
    if (takes_kw >= memory.cars[wish.evse].takes_kw - bound_slack_kw) {
      const double try_kw = offer_up_to(view, wish.evse, more_than_taken * kw);
      kw = std::max(kw, try_kw);
    }

    if (wish.beyond) continue;
    const double rest_h = view.evse_remaining_kwh[wish.evse] / takes_kw;
    if (rest_h >= until_tick_h) continue;
    const std::int64_t met_ns =
        view.now_ns + std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(rest_h * 3.6e12)));
    if (met_ns < view.next_tick_ns) wake_ns = wake_ns == 0 ? met_ns : std::min(wake_ns, met_ns);
  }
  return wake_ns;
}

}  // namespace evtwin::milp
