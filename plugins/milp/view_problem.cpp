#include "view_problem.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "learned_stay.hpp"
#include "optimise/plan_facts.hpp"
#include "optimise/storage_end.hpp"
#include "planned_stay.hpp"
#include "view_limits.hpp"

namespace evtwin::milp {
namespace {

using optimise::infinite;
using optimise::PlanProblem;

constexpr double nothing_kwh = 1e-9;
constexpr std::uint32_t most_whole_steps = 150;  // a model that a search can look at within a decision
constexpr double unlikely_price = 0.3;           // of the unmet price: what is wanted beyond the mean
constexpr double held_in_reserve = 0.1;  // share of the month's charge that a kWh in store is worth over the month
constexpr double earlier = 1e-4;         // of the mean price, per hour: of plans else alike the one that stores earlier
constexpr double month_h = 730.5;
static_assert(month_h == 365.25 * 24.0 / 12.0);
/// A car that lends may be gone before it is charged: with a price of unmet energy so many times the dearest use of it,
/// little is put off by such a chance. Of 1, 2.5, 5 and 20 the one beyond which no more was served, on sites whose
/// drivers claim 20 % or 40 % too much or too little.
constexpr double lent_on_chance = 5.0;
constexpr std::uint64_t reservation_mark = 1ULL << 63, expected_mark = 1ULL << 62;
static_assert((reservation_mark & expected_mark) == 0, "a session, a reservation and one that is expected differ");

/// Steps with their prices, PV, load and the limits of the grid connection.
void put_steps(const evtwin_view& view, const ProblemTerms& terms, ViewProblem& out) {
  PlanProblem& problem = out.problem;
  const double standby_kw = view.n_limits > 0 ? std::max(0.0, view.limit_base[0] - (view.load_kw - view.pv_kw)) : 0.0;
  for (std::size_t k = 0; k < out.blocks.size(); ++k) {
    const Block& block = out.blocks[k];
    problem.hours.push_back(block.hours());
    problem.buy_per_kwh.push_back(mean_over(view, block, view.horizon_buy_per_kwh, view.buy_per_kwh));
    // After the end of a run cars may owe energy still; nothing else is booked.
    const bool booked = block.start_ns < view.end_ns;
    problem.sell_per_kwh.push_back(booked ? mean_over(view, block, view.horizon_sell_per_kwh, view.sell_per_kwh) : 0.0);
    // The horizon's first step begins with what is metered now.
    problem.pv_kw.push_back(booked ? mean_over(view, block, view.horizon_pv_kw, view.pv_kw) : 0.0);
    problem.load_kw.push_back(booked ? standby_kw + mean_over(view, block, view.horizon_load_kw, view.load_kw) : 0.0);
    double import_kw = k == 0 ? view.contract_kw : infinite;
    for (std::uint32_t h = block.first; h < block.last; ++h) {
      import_kw = std::min(import_kw, view.horizon_contract_kw[h]);
      const double wanted_kw = view.horizon_power_setpoint_kw[h];
      if (terms.follow_setpoint && !std::isnan(wanted_kw)) import_kw = std::min(import_kw, wanted_kw);
    }
    problem.import_limit_kw.push_back(std::max(0.0, import_kw));
    problem.export_limit_kw.push_back(view.export_limit_kw);
    out.dearest_per_kwh = std::max({out.dearest_per_kwh, problem.buy_per_kwh.back(), problem.sell_per_kwh.back()});
  }
  problem.curtail_pv = false;
  problem.first_step_number = number_of_first(view, out.blocks);
}

/// A kW of peak that one car needs today serves the rest of the month as well, so that for its sake energy is given up
/// only as if each day paid its share: an unmet kWh counts so many times. No energy is moved by that to a dearer peak.
double unmet_weight(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory) {
  const double price = view.demand_basis == EVTWIN_DEMAND_PEAK ? view.demand_price_per_kw * view.demand_fraction : 0.0;
  if (!std::isnan(terms.demand_share) || !(price > 0.0)) return 1.0;
  // In a month cut short no more days than it pays for.
  return 1.0 / memory.peak_target.share_of_days(hours(view.month_end_ns - view.now_ns) / 24.0 * view.demand_fraction);
}

/// No use of a kWh on the way earns more: sold at the dearest price, or all of a window's peak shaved by it.
double dear_price(const evtwin_view& view, const ViewProblem& out) {
  double peak_per_kwh = 0.0;
  for (const optimise::DemandPeriod& period : out.problem.periods)
    peak_per_kwh = std::max(peak_per_kwh, period.price_per_kw / hours(window_of(view)));
  constexpr double losses = 2.0;
  return losses * (out.dearest_per_kwh + peak_per_kwh);
}

/// One car that is plugged in: how long it is planned for.
struct ConnectedStay {
  std::uint32_t evse = 0;
  bool lends = false;
  std::optional<LearnedStay> learned;  ///< none: its claim counts
  std::int64_t done_ns = 0;            ///< it shall be done by then
};

/// A learned stay takes no margin: that drivers leave before they said is in it already.
ConnectedStay connected_stay(const evtwin_view& view, std::uint32_t i, const ProblemTerms& terms,
                             const SiteMemory& memory) {
  ConnectedStay stay;
  stay.evse = i;
  stay.lends = terms.v2g && view.evse_car_max_discharge_kw[i] > 0.0;
  stay.learned = terms.learn_drivers ? learned_stay(view, i, memory, stay.lends) : std::nullopt;
  const double margin_h = stay.learned ? 0.0 : known_or(terms.margin_h, memory.learned_margin_h());
  const std::int64_t until_ns = stay.learned ? stay.learned->until_ns : view.evse_departs_ns[i];
  stay.done_ns = done_at(view, i, until_ns, margin_h);
  return stay;
}

/// Power that it may be given: nothing in the first step where its EVSE is out of service.
void put_charging_power(const evtwin_view& view, const ConnectedStay& stay, const CarMemory& seen,
                        PlanVehicle& vehicle) {
  const std::uint32_t i = stay.evse;
  const bool out_of_service = view.evse_max_kw[i] <= 0.0;
  vehicle.max_kw =
      std::max(0.0, out_of_service ? seen.car_max_kw : std::min(view.evse_car_max_kw[i], view.evse_max_kw[i]));
  vehicle.max_kw = std::min(vehicle.max_kw, seen.takes_kw);
  // A finished car takes again what it lends.
  const bool takes_no_more = view.evse_draws[i] == 0;
  if (takes_no_more && !stay.lends) vehicle.max_kw = 0.0;
  if (out_of_service) {
    vehicle.step_max_kw.assign(vehicle.end_step - vehicle.first_step, vehicle.max_kw);
    vehicle.step_max_kw.front() = 0.0;
  }
}

/// Losses, energy that may be lent and room that is left, each as far as the battery is known.
void put_battery(const evtwin_view& view, std::uint32_t i, const ProblemTerms& terms, PlanVehicle& vehicle) {
  vehicle.charge_efficiency = known_or(view.evse_car_charge_efficiency[i], unknown_battery_efficiency);
  vehicle.discharge_efficiency = known_or(view.evse_car_discharge_efficiency[i], unknown_battery_efficiency);
  if (terms.v2g) put_discharge(view, i, vehicle);
  const double room_kwh = (1.0 - view.evse_soc[i]) * view.evse_battery_kwh[i];
  const bool takes_no_more = view.evse_draws[i] == 0;
  vehicle.room_kwh = takes_no_more ? 0.0 : std::isnan(room_kwh) ? infinite : std::max(0.0, room_kwh);
}

/// Energy that a car still wants, at the meter.
struct StillWanted {
  double remaining_kwh = 0.0;
  double unlikely_kwh = 0.0;  ///< of it: beyond what drivers like this one take in the mean
};

/// Where drivers are learned, energy that others like this one took counts; a car that lends keeps its request.
StillWanted still_wanted(const evtwin_view& view, std::uint32_t i, const ProblemTerms& terms, const SiteMemory& memory,
                         const PlanVehicle& vehicle) {
  const double takes_kwh = vehicle.room_kwh / vehicle.charge_efficiency;
  StillWanted out;
  out.remaining_kwh = std::min(wanted_kwh(view, i, terms), takes_kwh);
  if (terms.learn_drivers && vehicle.max_discharge_kw <= 0.0 && view.evse_draws[i] != 0 &&
      view.evse_requested_kwh[i] > nothing_kwh) {
    const LearnedWish wish = learned_wish(view, i, memory);
    // No battery takes more than fits in, whatever was seen of others.
    out.remaining_kwh = std::min(terms.beyond_request ? takes_kwh : out.remaining_kwh, wish.most_kwh);
    out.unlikely_kwh = std::max(0.0, out.remaining_kwh - wish.mean_kwh);
  }
  return out;
}

/// A driver's request is no trade: where it is lent, its lack is dearer than all that could be won.
double unmet_price_of(const evtwin_view& view, const ViewProblem& out, const PlanVehicle& vehicle, bool learned) {
  return vehicle.max_discharge_kw > 0.0
             ? std::max(out.unmet_price_per_kwh, dear_price(view, out)) * (learned ? lent_on_chance : 1.0)
             : out.unmet_price_per_kwh;
}

/// A kWh planned for later costs the chance that its driver is gone by then.
/// @param waiting_per_kwh  unmet price without the weight that keeps energy from being given up for a peak: weighted as
///   well, what nobody is sure of in the first days would make the month's peak
/// @param above_lowest  priority above the lowest one present
void put_waiting(const evtwin_view& view, const std::vector<Block>& blocks, const ConnectedStay& stay,
                 double waiting_per_kwh, double above_lowest, PlanVehicle& vehicle) {
  for (std::uint32_t k = vehicle.first_step; k < vehicle.end_step; ++k) {
    const Block& block = blocks[k];
    const std::int64_t middle_ns =
        std::midpoint(std::max(view.now_ns, block.start_ns), std::min(stay.done_ns, block.end_ns));
    // The rest of a wish is learned on the way, so that of two cars the more important one goes first.
    const double waiting = earlier * above_lowest * hours(std::max<std::int64_t>(0, middle_ns - view.now_ns));
    vehicle.step_charge_price_per_kwh.push_back((1.0 - stay.learned->chance_there(middle_ns) + waiting) *
                                                waiting_per_kwh);
  }
}

/// Prices are per kWh at the meter; what is wanted in the battery costs its losses as well.
void price_at_battery(PlanVehicle& vehicle) {
  if (vehicle.need_at != optimise::NeedAt::battery) return;
  vehicle.unmet_price_per_kwh /= vehicle.charge_efficiency;
  for (PlanVehicle::Later& one : vehicle.later) one.price_per_kwh /= vehicle.charge_efficiency;
}

/// Cars that are plugged in and want something or may give something.
void put_connected(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory, ViewProblem& out) {
  const double weight = unmet_weight(view, terms, memory);
  std::uint32_t whole_steps = 0;
  double lowest_priority = 0.0;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    lowest_priority = std::min(lowest_priority, view.evse_priority[view.connected_evse[c]]);
  }
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    PlanVehicle vehicle;
    vehicle.key = view.evse_session[i];
    vehicle.evse = i;
    const ConnectedStay stay = connected_stay(view, i, terms, memory);
    if (!put_stay(out.blocks, view.now_ns, stay.done_ns, vehicle)) continue;

    const CarMemory& seen = memory.cars[i];
    put_charging_power(view, stay, seen, vehicle);
    put_battery(view, i, terms, vehicle);
    StillWanted wanted = still_wanted(view, i, terms, memory, vehicle);
    const bool charges = vehicle.max_kw > 0.0 && wanted.remaining_kwh > 0.0;
    if (!charges && vehicle.max_discharge_kw <= 0.0) continue;

    if (terms.whole_numbers && whole_steps < most_whole_steps) {
      whole_steps += vehicle.end_step - vehicle.first_step;
      put_offers(view, i, vehicle);
      vehicle.max_starts = terms.max_starts;
      vehicle.starts_made = seen.starts;
    }

    put_wish(out.blocks, wanted.remaining_kwh, vehicle);
    // Energy that does not fit into the stay is taken off what few want.
    wanted.unlikely_kwh = std::max(0.0, wanted.unlikely_kwh - (wanted.remaining_kwh - vehicle.wanted_kwh));
    if (stay.learned) put_later(out, stay.learned->until_ns, vehicle);
    const double beyond_kwh = vehicle.max_discharge_kw > 0.0 ? count_in_battery(view, i, seen, vehicle) : 0.0;

    // The price of its lack, and of waiting.
    const double unmet_per_kwh = unmet_price_of(view, out, vehicle, stay.learned.has_value());
    vehicle.unmet_price_per_kwh = weight * unmet_per_kwh * (1.0 + view.evse_priority[i] - lowest_priority);
    if (wanted.unlikely_kwh > 0.0)
      vehicle.later.push_back({wanted.unlikely_kwh, unlikely_price * vehicle.unmet_price_per_kwh});
    if (stay.learned) {
      const double above_lowest = view.evse_priority[i] - lowest_priority;
      put_waiting(view, out.blocks, stay, vehicle.unmet_price_per_kwh / weight, above_lowest, vehicle);
    } else {
      put_early_leaving(view, out.blocks, terms.leave_per_h, vehicle);
    }
    price_at_battery(vehicle);
    close_later(vehicle);

    // Energy that was charged to be lent may be missing at the end.
    if (beyond_kwh > nothing_kwh && vehicle.unmet_price_per_kwh > 0.0)
      vehicle.later.insert(vehicle.later.begin(), {beyond_kwh, 0.0});
    out.problem.vehicles.push_back(std::move(vehicle));
    out.who.push_back(Who::connected);
  }
}

void put_reserved(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory, ViewProblem& out) {
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    if (view.evse_reserved_until_ns[i] <= view.now_ns || !(view.evse_reserved_kwh[i] > nothing_kwh)) continue;
    PlanVehicle vehicle;
    vehicle.key = reservation_key(i, view.evse_reserved_from_ns[i]);
    vehicle.evse = i;
    // A car that is late comes with the next block at the earliest; the one that stands there leaves first.
    std::int64_t from_ns = view.evse_reserved_from_ns[i];
    if (from_ns <= view.now_ns) from_ns = out.blocks.front().end_ns;
    if (view.evse_session[i] != 0) from_ns = std::max(from_ns, view.evse_departs_ns[i]);
    const auto margin_ns = static_cast<std::int64_t>(known_or(terms.margin_h, memory.learned_margin_h()) * 3.6e12);
    vehicle.max_kw = memory.rated_kw[i];
    if (!(vehicle.max_kw > 0.0) || !put_stay(out.blocks, from_ns, view.evse_reserved_until_ns[i] - margin_ns, vehicle))
      continue;
    put_wish(out.blocks, view.evse_reserved_kwh[i], vehicle);
    vehicle.unmet_price_per_kwh = out.unmet_price_per_kwh;
    out.problem.vehicles.push_back(std::move(vehicle));
    out.who.push_back(Who::reserved);
  }
}

/// Arrivals foreseen, by the hour: one vehicle that stands for them all, at no EVSE.
void put_expected(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory, ViewProblem& out) {
  double evse_kw = 0.0;
  double evses = 0.0;
  for (const double kw : memory.rated_kw) {
    evse_kw += kw;
    evses += kw > 0.0 ? 1.0 : 0.0;
  }
  if (evses == 0.0) return;
  evse_kw /= evses;

  const std::int64_t step_ns = std::max(view.tick_ns, quarter_ns);
  const std::int64_t per_hour = std::max<std::int64_t>(1, hour_ns / step_ns);
  const std::int64_t first_number = out.problem.first_step_number;
  for (std::size_t k = 0; k < out.blocks.size();) {
    const std::int64_t group = (first_number + static_cast<std::int64_t>(k)) / per_hour;
    const std::size_t begin = k;
    double count = 0.0;
    double kwh = 0.0;
    for (; k < out.blocks.size() && (first_number + static_cast<std::int64_t>(k)) / per_hour == group; ++k) {
      for (std::uint32_t h = out.blocks[k].first; h < out.blocks[k].last; ++h) {
        count += view.horizon_arrivals[h];
        kwh += view.horizon_arrivals_kwh[h];
      }
    }

    // Reservations are vehicles of their own.
    const std::int64_t from_ns = out.blocks[begin].start_ns;
    const std::int64_t until_ns = out.blocks[k - 1].end_ns;
    for (std::uint32_t i = 0; i < view.n_evses; ++i) {
      if (view.evse_reserved_from_ns[i] < std::max(from_ns, view.now_ns + 1) ||
          view.evse_reserved_from_ns[i] >= until_ns)
        continue;
      count -= 1.0;
      kwh -= view.evse_reserved_kwh[i];
    }
    if (!(count > 1e-6) || !(kwh > nothing_kwh)) continue;

    PlanVehicle vehicle;
    vehicle.key = expected_mark | static_cast<std::uint64_t>(group);
    vehicle.evse = view.n_evses;  // at none of them
    vehicle.max_kw = count * evse_kw;
    // They come during the group; none of them is here yet.
    const std::int64_t here_ns = std::max((from_ns + until_ns) / 2, out.blocks.front().end_ns);
    const auto stay_ns = static_cast<std::int64_t>(terms.expected_stay_h * 3.6e12);
    if (!put_stay(out.blocks, here_ns, here_ns + stay_ns, vehicle)) continue;
    put_wish(out.blocks, kwh, vehicle);
    vehicle.unmet_price_per_kwh = out.unmet_price_per_kwh;
    out.problem.vehicles.push_back(std::move(vehicle));
    out.who.push_back(Who::expected);
  }
}

/// A mean day's arrivals, as put_expected.
void put_learned(const evtwin_view& view, const SiteMemory& memory, ViewProblem& out) {
  if (view.horizon_steps == 0) return;
  for (const ExpectedGroup& group :
       memory.drivers.expected_groups(view.now_ns, view.utc_offset_ns, out.blocks.back().end_ns)) {
    PlanVehicle vehicle;
    vehicle.key = expected_mark | group.number;
    vehicle.evse = view.n_evses;
    vehicle.max_kw = group.max_kw;
    // None of them is here yet, and none comes after the end.
    if (group.from_ns >= view.end_ns) continue;
    if (!put_stay(out.blocks, std::max(group.from_ns, out.blocks.front().end_ns), group.until_ns, vehicle)) continue;
    put_wish(out.blocks, group.kwh, vehicle);
    put_later(out, group.until_ns, vehicle);
    vehicle.unmet_price_per_kwh = out.unmet_price_per_kwh;
    close_later(vehicle);
    out.problem.vehicles.push_back(std::move(vehicle));
    out.who.push_back(Who::expected);
  }
}

/// What the storage has more or less at the end of the run than at its start is worth what the key figures say: prices
/// seen so far and those of the horizon are the run's. Beyond the end it rests. A horizon that does not reach so far
/// ends at a mean price of its own.
void put_storage_end(const evtwin_view& view, const SiteMemory& memory, double mean_per_kwh, const ViewProblem& out,
                     optimise::PlanStorage& storage) {
  storage.end_value_per_kwh = mean_per_kwh;
  if (out.blocks.back().end_ns < view.end_ns) return;

  const auto s = static_cast<std::uint32_t>(storage.key);
  std::vector<market::RefillBlock> slots = memory.run.slots(storage.max_charge_kw);
  std::uint32_t k = 0;
  for (; k < out.blocks.size() && out.blocks[k].start_ns < view.end_ns; ++k) {
    const double held_h = hours(std::min(out.blocks[k].end_ns, view.end_ns) - out.blocks[k].start_ns);
    slots.push_back({storage.max_charge_kw * held_h, out.problem.buy_per_kwh[k]});
  }
  storage.end_step = k;
  storage.end_reference_kwh = memory.run.start_kwh(s);
  const double most_lacking_kwh = std::max(0.0, storage.end_reference_kwh - storage.min_kwh);
  const double lowest_per_kwh = market::order_refill(slots, most_lacking_kwh / storage.charge_efficiency);
  optimise::price_end(storage, lowest_per_kwh, slots);
}

void put_storages(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory, ViewProblem& out) {
  if (view.storage_policy == EVTWIN_STORAGE_OFF) return;
  const double mean_per_kwh = std::max(0.0, mean_buy(out.problem));
  // A peak that nobody foresees is met from what is in store.
  double hold_per_kwh_h = earlier * mean_per_kwh;
  if (view.demand_basis == EVTWIN_DEMAND_PEAK)
    hold_per_kwh_h += held_in_reserve * view.demand_price_per_kw * view.demand_fraction / month_h;
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    optimise::PlanStorage storage;
    storage.key = s;
    storage.max_charge_kw = view.storage_max_charge_kw[s];
    storage.max_discharge_kw = view.storage_max_discharge_kw[s];
    storage.charge_efficiency = view.storage_charge_efficiency[s];
    storage.discharge_efficiency = view.storage_discharge_efficiency[s];
    storage.stored_kwh = view.storage_soc[s] * view.storage_kwh[s];
    storage.min_kwh = view.storage_soc_min[s] * view.storage_kwh[s];
    storage.max_kwh = view.storage_soc_max[s] * view.storage_kwh[s];
    storage.discharge_price_per_kwh = view.wear_price_per_kwh;
    if (std::isnan(terms.storage_value_per_kwh))
      put_storage_end(view, memory, mean_per_kwh, out, storage);
    else
      storage.end_value_per_kwh = terms.storage_value_per_kwh;
    storage.hold_value_per_kwh_h = hold_per_kwh_h;
    out.problem.storages.push_back(storage);
  }
}

/// Billed windows, each at the price of its month. A window is one block or several; where blocks are longer, each is
/// taken for one. Months after the next are taken to be like it: nothing is known of them.
void put_demand_charge(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory, ViewProblem& out) {
  if (view.demand_basis != EVTWIN_DEMAND_PEAK) return;
  const double target_kw = known_or(terms.peak_target_kw, memory.peak_target.target_kw());
  constexpr std::uint32_t free = UINT32_MAX;
  const auto period_of = [&](double price_per_kw, double fraction, double floor_kw) {
    const double price = price_per_kw * fraction * known_or(terms.demand_share, 1.0);
    if (!(price > 0.0)) return free;
    out.problem.periods.push_back({price, std::max({0.0, floor_kw, target_kw}), {}});
    return static_cast<std::uint32_t>(out.problem.periods.size() - 1);
  };
  const std::vector<Block>& blocks = out.blocks;
  const std::uint32_t this_month = period_of(view.demand_price_per_kw, view.demand_fraction, view.billed_peak_kw);
  const std::uint32_t next_month =
      view.month_end_ns < blocks.back().end_ns
          ? period_of(view.next_month_demand_price_per_kw, view.next_month_demand_fraction, view.next_month_floor_kw)
          : free;

  const double window_h = hours(window_of(view));
  std::uint32_t end = 0;
  for (std::uint32_t k = 0; k < blocks.size(); k = end) {
    for (end = k + 1; end < blocks.size() && blocks[end].start_ns < blocks[k].window_end_ns;) ++end;
    const std::uint32_t period = blocks[k].start_ns < view.month_end_ns ? this_month : next_month;
    if (period == free || blocks[k].start_ns >= view.end_ns) continue;
    // A window's mean is taken over its whole length, also where the run ends within it.
    const bool is_cut = blocks[end - 1].end_ns == view.end_ns;
    const std::int64_t covered_until_ns =
        is_cut ? std::max(view.end_ns, blocks[k].window_end_ns) : blocks[end - 1].end_ns;
    const double covered_h = hours(covered_until_ns - blocks[k].start_ns);

    if (k > 0) {
      out.problem.windows.push_back({k, end, covered_h, 0.0, period});
      continue;
    }

    const double import_kwh = std::max(0.0, view.window_import_kwh);
    const double rest_h = std::max(1e-9, hours(view.window_end_ns - blocks[0].start_ns));
    if (end > 1) {
      out.problem.windows.push_back({0, end, window_h - rest_h + covered_h, import_kwh, period});
      continue;
    }
    // The window that runs now: the block's power fills its rest, in proportion where the block is longer.
    const double longer = blocks[0].hours() / std::min(rest_h, blocks[0].hours());
    out.problem.windows.push_back({0, 1, window_h * longer, import_kwh * longer, period});
    if (blocks[0].end_ns > view.window_end_ns) out.problem.windows.push_back({0, 1, blocks[0].hours(), 0.0, period});
  }
}

double unmet_price(const evtwin_view& view, const ProblemTerms& terms, const ViewProblem& out) {
  double price = known_or(terms.unmet_price_per_kwh, view.unmet_price_per_kwh);
  if (std::isnan(terms.unmet_price_per_kwh) && price <= 0.0) {
    price = out.dearest_per_kwh > 0.0 ? 10.0 * out.dearest_per_kwh : 1.0;
    for (const optimise::DemandPeriod& period : out.problem.periods) price += period.price_per_kw;
  }
  return terms.dear_departure ? std::max(price, dear_price(view, out)) : price;
}

}  // namespace

std::uint64_t reservation_key(std::uint32_t evse, std::int64_t from_ns) {
  return reservation_mark | (std::uint64_t{evse} << 32) |
         (static_cast<std::uint64_t>(from_ns / second_ns) & 0xffffffffU);
}

ViewProblem problem_from_view(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory) {
  ViewProblem out;
  out.blocks = blocks_of(view);
  put_steps(view, terms, out);
  put_demand_charge(view, terms, memory, out);
  out.unmet_price_per_kwh = unmet_price(view, terms, out);
  put_connected(view, terms, memory, out);
  put_reserved(view, terms, memory, out);
  if (terms.expect_arrivals && view.horizon_steps > 0) put_expected(view, terms, memory, out);
  if (terms.expect_learned) put_learned(view, memory, out);
  put_storages(view, terms, memory, out);
  put_limits(view, out);
  out.problem.fairness = terms.fairness;
  // Above all else; where energy is free and nobody minds its lack, above nothing.
  const double dearest = std::max(out.unmet_price_per_kwh, out.dearest_per_kwh);
  out.problem.over_limit_price_per_kwh = dearest > 0.0 ? 100.0 * dearest : 100.0;
  return out;
}

optimise::PlanProblem billed_from_view(const evtwin_view& view, const std::vector<Block>& blocks) {
  ProblemTerms as_billed;
  as_billed.demand_share = 1.0;
  as_billed.peak_target_kw = 0.0;
  ViewProblem out;
  out.blocks = blocks;
  for (const Block& block : blocks) out.problem.hours.push_back(block.hours());
  put_demand_charge(view, as_billed, {}, out);
  return std::move(out.problem);
}

}  // namespace evtwin::milp
