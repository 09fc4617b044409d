#include "planned_stay.hpp"

#include <algorithm>
#include <cmath>

#include "optimise/plan_facts.hpp"

namespace evtwin::milp {
namespace {

using optimise::infinite;

constexpr double nothing_kwh = 1e-9;
constexpr std::int64_t shortest_stay_ns = second_ns;  // less is worth no row, and its share nothing but rounding

/// kWh that it can be given at most during its stay.
double deliverable_kwh(const std::vector<Block>& blocks, const PlanVehicle& vehicle) {
  double kwh = 0.0;
  for (std::uint32_t k = vehicle.first_step; k < vehicle.end_step; ++k) {
    const double kw = vehicle.step_max_kw.empty() ? vehicle.max_kw : vehicle.step_max_kw[k - vehicle.first_step];
    kwh += kw * share_of(vehicle, k) * blocks[k].hours();
  }
  return kwh;
}

/// Power that a known curve allows at a SoC, kW; between two points as on the line through them.
double curve_kw_at(const evtwin_view& view, std::uint32_t i, double soc) {
  const std::uint32_t points = view.evse_curve_points[i];
  const double* at_soc = view.curve_soc + view.evse_curve_start[i];
  const double* at_kw = view.curve_kw + view.evse_curve_start[i];
  const auto above = static_cast<std::size_t>(std::upper_bound(at_soc, at_soc + points, soc) - at_soc);
  if (above == 0 || above == points || !std::isfinite(at_kw[above]) || !std::isfinite(at_kw[above - 1]))
    return at_kw[std::min<std::size_t>(above, points - 1)];
  const double share = (soc - at_soc[above - 1]) / (at_soc[above] - at_soc[above - 1]);
  return at_kw[above - 1] + share * (at_kw[above] - at_kw[above - 1]);
}

/// Hours that a car needs beyond request / power because it takes less and less when it fills up; 0 where its curve is
/// not known. The way to what it wants is summed in slices, at 2 % of its power at least: over a slice in which power
/// goes evenly from a to b with the energy, a kWh takes ln(b / a) / (b - a) hours.
double taper_h(const evtwin_view& view, std::uint32_t i, double max_kw) {
  const double battery_kwh = view.evse_battery_kwh[i];
  const double soc = view.evse_soc[i];
  if (view.evse_curve_points[i] == 0 || !(battery_kwh > 0.0) || std::isnan(soc) || !(max_kw > 0.0)) return 0.0;
  const double efficiency = known_or(view.evse_car_charge_efficiency[i], unknown_battery_efficiency);
  const double rise = std::min(1.0 - soc, view.evse_remaining_kwh[i] * efficiency / battery_kwh);
  const auto kw_after = [&](double share) {
    return std::clamp(curve_kw_at(view, i, soc + rise * share), 0.02 * max_kw, max_kw);
  };
  constexpr int slices = 32;
  constexpr double same = 1e-6;  // of the power: the formula would be 0 / 0
  double more_h = 0.0;
  double from_kw = kw_after(0.0);
  for (int s = 1; s <= slices; ++s) {
    const double to_kw = kw_after(static_cast<double>(s) / slices);
    const double h_per_kwh =
        std::abs(to_kw - from_kw) > same * max_kw ? std::log(to_kw / from_kw) / (to_kw - from_kw) : 1.0 / to_kw;
    more_h += rise * battery_kwh / efficiency / slices * (h_per_kwh - 1.0 / max_kw);
    from_kw = to_kw;
  }
  return std::max(0.0, more_h);
}

}  // namespace

double mean_buy(const optimise::PlanProblem& problem) {
  double sum = 0.0;
  double sum_h = 0.0;
  for (std::size_t k = 0; k < problem.steps(); ++k) {
    sum += problem.buy_per_kwh[k] * problem.hours[k];
    sum_h += problem.hours[k];
  }
  return sum_h > 0.0 ? sum / sum_h : 0.0;
}

bool put_stay(const std::vector<Block>& blocks, std::int64_t from_ns, std::int64_t until_ns, PlanVehicle& vehicle) {
  std::uint32_t first = 0;
  while (first < blocks.size() && blocks[first].end_ns <= from_ns) ++first;
  std::uint32_t end = first;
  while (end < blocks.size() && blocks[end].start_ns < until_ns) ++end;
  if (end == first) return false;
  vehicle.first_step = first;
  vehicle.end_step = end;
  const auto share = [](const Block& block, std::int64_t a, std::int64_t b) {
    return hours(std::min(b, block.end_ns) - std::max(a, block.start_ns)) / block.hours();
  };
  vehicle.first_share = share(blocks[first], from_ns, until_ns);
  // Of a stay of one step the two are multiplied.
  vehicle.last_share = end - first == 1 ? 1.0 : share(blocks[end - 1], from_ns, until_ns);
  return until_ns - from_ns >= shortest_stay_ns && vehicle.first_share > 0.0 && vehicle.last_share > 0.0;
}

void put_wish(const std::vector<Block>& blocks, double wanted_kwh, PlanVehicle& vehicle) {
  vehicle.wanted_kwh = std::clamp(wanted_kwh, 0.0, deliverable_kwh(blocks, vehicle));
  vehicle.most_kwh = vehicle.wanted_kwh;
  const double smallest_kw = vehicle.rates_kw.empty() ? vehicle.min_kw : vehicle.rates_kw.front();
  if (smallest_kw > 0.0) {
    double longest_h = 0.0;
    for (std::uint32_t k = vehicle.first_step; k < vehicle.end_step; ++k)
      longest_h = std::max(longest_h, blocks[k].hours());
    vehicle.most_kwh += smallest_kw * longest_h;
  }
}

void put_offers(const evtwin_view& view, std::uint32_t i, PlanVehicle& vehicle) {
  constexpr double same_kw = 1e-9;
  for (std::uint32_t p = view.evse_rate_start[i]; p < view.evse_rate_start[i + 1]; ++p) {
    if (view.rate_kw[p] <= vehicle.max_kw + same_kw)
      vehicle.rates_kw.push_back(std::min(view.rate_kw[p], vehicle.max_kw));
  }
  if (vehicle.rates_kw.empty() && view.evse_car_min_kw[i] <= vehicle.max_kw) vehicle.min_kw = view.evse_car_min_kw[i];
  vehicle.charging_now = view.evse_setpoint_kw[i] > 0.0;
}

void put_discharge(const evtwin_view& view, std::uint32_t i, PlanVehicle& vehicle) {
  vehicle.max_discharge_kw = std::min(view.evse_car_max_discharge_kw[i], view.evse_max_discharge_kw[i]);
  if (view.evse_max_kw[i] <= 0.0) vehicle.max_discharge_kw = 0.0;  // out of service
  vehicle.min_discharge_kw = std::min(view.evse_car_min_kw[i], vehicle.max_discharge_kw);
  vehicle.discharge_price_per_kwh = view.wear_price_per_kwh;
  const double above_floor_kwh = (view.evse_soc[i] - view.evse_soc_floor[i]) * view.evse_battery_kwh[i];
  vehicle.dischargeable_kwh =
      std::max(0.0, known_or(above_floor_kwh, view.evse_got_kwh[i] * vehicle.charge_efficiency));
}

double count_in_battery(const evtwin_view& view, std::uint32_t i, const CarMemory& seen, PlanVehicle& vehicle) {
  vehicle.need_at = optimise::NeedAt::battery;
  const double stored_kwh = (view.evse_soc[i] - seen.first_soc) * view.evse_battery_kwh[i];
  const double asked_kwh = (view.evse_requested_kwh[i] - seen.first_got_kwh) * vehicle.charge_efficiency;
  const double still_kwh = known_or(asked_kwh - stored_kwh, vehicle.wanted_kwh * vehicle.charge_efficiency);
  vehicle.wanted_kwh = std::clamp(still_kwh, 0.0, std::min(vehicle.room_kwh, 1.0e4));
  vehicle.most_kwh = vehicle.room_kwh < infinite ? infinite : vehicle.wanted_kwh;
  return std::clamp(-still_kwh, 0.0, 1.0e4);
}

double wanted_kwh(const evtwin_view& view, std::uint32_t i, const ProblemTerms& terms) {
  const double remaining_kwh = view.evse_remaining_kwh[i] > nothing_kwh ? view.evse_remaining_kwh[i] : 0.0;
  if (!terms.beyond_request || view.evse_draws[i] == 0) return remaining_kwh;
  return std::max(remaining_kwh, beyond_share * view.evse_requested_kwh[i]);
}

void put_early_leaving(const evtwin_view& view, const std::vector<Block>& blocks, double leave_per_h,
                       PlanVehicle& vehicle) {
  if (leave_per_h <= 0.0) return;
  for (std::uint32_t k = vehicle.first_step; k < vehicle.end_step; ++k) {
    const double gone = -std::expm1(-leave_per_h * hours(std::max<std::int64_t>(0, blocks[k].start_ns - view.now_ns)));
    vehicle.step_charge_price_per_kwh.push_back(gone * vehicle.unmet_price_per_kwh);
  }
}

std::int64_t done_at(const evtwin_view& view, std::uint32_t i, std::int64_t until_ns, double margin_h) {
  const double max_kw = view.evse_car_max_kw[i];
  const auto ns = [](double h) { return static_cast<std::int64_t>(h * 3.6e12); };
  const double at_full_power_h = max_kw > 0.0 ? view.evse_remaining_kwh[i] / max_kw : 0.0;
  const double taper = taper_h(view, i, max_kw);
  const std::int64_t last_ns = std::min(until_ns, view.next_tick_ns);
  if (!(taper > 0.0)) return std::max(until_ns - ns(margin_h), last_ns);
  const std::int64_t untapered_ns = std::max(until_ns - ns(margin_h), last_ns);
  const std::int64_t least_ns = std::min<std::int64_t>(last_ns - view.now_ns, ns(std::min(at_full_power_h, 1e3)));
  return std::max(untapered_ns - ns(taper), view.now_ns + least_ns);
}

void put_later(const ViewProblem& out, std::int64_t until_ns, PlanVehicle& vehicle) {
  const double beyond_h = hours(until_ns - out.blocks.back().end_ns);
  if (beyond_h > 0.0) vehicle.later.push_back({0.5 * vehicle.max_kw * beyond_h, std::max(0.0, mean_buy(out.problem))});
}

void close_later(PlanVehicle& vehicle) {
  std::erase_if(vehicle.later, [&](const PlanVehicle::Later& one) {
    return !(one.kwh > nothing_kwh) || one.price_per_kwh >= vehicle.unmet_price_per_kwh;
  });
  std::stable_sort(vehicle.later.begin(), vehicle.later.end(),
                   [](const auto& a, const auto& b) { return a.price_per_kwh < b.price_per_kwh; });
  double left_kwh = vehicle.wanted_kwh;
  for (PlanVehicle::Later& one : vehicle.later) {
    one.kwh = std::min(one.kwh, left_kwh);
    left_kwh -= one.kwh;
  }
  std::erase_if(vehicle.later, [](const PlanVehicle::Later& one) { return !(one.kwh > nothing_kwh); });
}

}  // namespace evtwin::milp
