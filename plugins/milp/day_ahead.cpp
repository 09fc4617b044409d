#include "day_ahead.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "receding.hpp"

namespace evtwin::milp {
namespace {

constexpr double large_deviation = 0.2;  // of the day's energy
constexpr double least_deviation_kwh = 2.0;
constexpr double same_kw = 1e-6;

/// Days since 1970 on a local clock whose day begins at plan_at.
std::int64_t planning_day(const evtwin_view& view, std::int64_t plan_at_ns) {
  return local_day(view.now_ns - plan_at_ns, view.utc_offset_ns);
}

}  // namespace

std::size_t DayProfile::step_at(std::int64_t now_ns) const {
  const auto after = std::upper_bound(edge_ns.begin(), edge_ns.end(), now_ns);
  if (after == edge_ns.begin() || after == edge_ns.end()) return steps();
  return static_cast<std::size_t>(after - edge_ns.begin()) - 1;
}

double DayProfile::kwh_until(std::int64_t now_ns) const {
  double kwh = 0.0;
  for (std::size_t k = 0; k < steps() && edge_ns[k] < now_ns; ++k) {
    kwh += charge_kw[k] * hours(std::min(now_ns, edge_ns[k + 1]) - edge_ns[k]);
  }
  return kwh;
}

void DayAhead::plan_day(const evtwin_view& view, const Settings& settings, const SiteMemory& memory,
                        sdk::Decision& decision) {
  profile_ = {};
  profile_.day = planning_day(view, settings.plan_at_ns);
  announced_.clear();
  left_early_ = 0;
  told_ = keep_existing_ = false;
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    if (view.evse_reserved_from_ns[i] > view.now_ns) announced_.push_back({i, view.evse_reserved_from_ns[i]});
  }
  const auto planned = planner_.plan(view, settings, memory);
  if (!planned) return;
  keep_existing_ = planned->keep_existing;
  decision.expected_cost = planned->cost;

  const std::size_t steps = planned->posed.blocks.size();
  profile_.edge_ns.push_back(planned->posed.blocks.front().start_ns);
  for (const Block& block : planned->posed.blocks) profile_.edge_ns.push_back(block.end_ns);
  profile_.charge_kw.assign(steps, 0.0);
  profile_.discharge_kw.assign(steps, 0.0);
  for (const optimise::VehiclePlan& vehicle : planned->plan.vehicles) {
    for (std::size_t j = 0; j < vehicle.charge_kw.size(); ++j) {
      profile_.charge_kw[vehicle.first_step + j] += vehicle.charge_kw[j];
      profile_.discharge_kw[vehicle.first_step + j] += vehicle.discharge_kw[j];
    }
  }
  profile_.import_kw = planned->plan.import_kw;
  profile_.import_kw.resize(steps, 0.0);
  profile_.storage_kw.assign(steps * view.n_storages, 0.0);
  for (std::size_t s = 0; s < planned->plan.storages.size(); ++s) {
    const std::size_t row = static_cast<std::size_t>(planned->posed.problem.storages[s].key) * steps;
    for (std::size_t k = 0; k < steps; ++k) {
      profile_.storage_kw[row + k] = planned->plan.storages[s].charge_kw[k] - planned->plan.storages[s].discharge_kw[k];
    }
  }
  profile_.charged_before_kwh = view.so_far->ev_charge_kwh;
  profile_.total_kwh = profile_.kwh_until(profile_.edge_ns.back());
}

/// Who came, who was late, who left before the time.
void DayAhead::watch(const evtwin_view& view) {
  guests_.resize(view.n_evses);
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    Guest& guest = guests_[i];
    if (guest.session != 0 && guest.session != view.evse_session[i] && guest.claimed_ns > view.now_ns &&
        guest.remaining_kwh > 0.1) {
      ++left_early_;
    }
    const bool here = view.evse_session[i] != 0;
    guest = {view.evse_session[i], view.evse_claimed_departs_ns[i], here ? view.evse_remaining_kwh[i] : 0.0};
  }
  for (Announced& visit : announced_) {
    if (visit.came != 0 || view.evse_session[visit.evse] == 0) continue;
    const std::int64_t arrived_ns = view.evse_arrived_ns[visit.evse];
    if (arrived_ns < visit.from_ns - hour_ns) continue;  // the one before it
    visit.came = 1;
    visit.late = arrived_ns > visit.from_ns + quarter_ns ? 1 : 0;
  }
}

void DayAhead::tell_deviation(const evtwin_view& view) {
  if (told_ || profile_.steps() == 0) return;
  const double planned_kwh = profile_.kwh_until(view.now_ns);
  const double used_kwh = view.so_far->ev_charge_kwh - profile_.charged_before_kwh;
  const double off_kwh = used_kwh - planned_kwh;
  if (std::abs(off_kwh) < std::max(least_deviation_kwh, large_deviation * profile_.total_kwh)) return;
  told_ = true;
  std::uint32_t missing = 0;
  std::uint32_t late = 0;
  for (const Announced& visit : announced_) {
    late += visit.late;
    if (visit.came == 0 && visit.from_ns + quarter_ns < view.now_ns) ++missing;
  }
  std::array<char, 200> text{};
  std::snprintf(
      text.data(), text.size(),
      "the day goes otherwise than planned: %.1f kWh planned so far, %.1f kWh charged; announced cars that have "
      "not come: %u, that came late: %u; cars that left early: %u",
      planned_kwh, used_kwh, missing, late, left_early_);
  planner_.report(EVTWIN_INFO, text.data());
}

/// The step's profile, with what is over or missing from before, among the cars that are here.
void DayAhead::share(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, std::size_t step,
                     sdk::Decision& decision) {
  const double until_tick_h = hours(view.next_tick_ns - view.now_ns);
  const double step_h = hours(profile_.edge_ns[step + 1] - profile_.edge_ns[step]);
  const double carried_kwh =
      profile_.kwh_until(view.now_ns) - (view.so_far->ev_charge_kwh - profile_.charged_before_kwh);
  const double peak_kw = *std::max_element(profile_.import_kw.begin(), profile_.import_kw.end());
  double storage_kw = 0.0;
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    decision.storage_kw[s] = profile_.storage_kw[s * profile_.steps() + step];
    storage_kw += decision.storage_kw[s];
  }
  const double others_kw = view.load_kw - view.pv_kw + storage_kw;
  const double planned_kw = profile_.charge_kw[step];
  // More than planned only below the import that the plan reaches anyway.
  const double free_kw =
      std::max(planned_kw, std::min(view.contract_kw, std::max(peak_kw, view.billed_peak_kw)) - others_kw);
  double budget_kw = std::clamp(planned_kw + carried_kwh / step_h, 0.0, std::max(0.0, free_kw));

  std::vector<Wish> cars;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    cars.push_back({i, 0.0, laxity_h(view, i, settings.terms, memory), settings.terms.beyond_request});
  }
  std::stable_sort(cars.begin(), cars.end(), [](const Wish& a, const Wish& b) { return a.laxity_h < b.laxity_h; });
  double charged_kw = 0.0;
  for (Wish& car : cars) {
    const bool met = !(view.evse_remaining_kwh[car.evse] > 1e-9);
    if (view.evse_draws[car.evse] == 0 || (met && !car.beyond)) continue;
    const double most_kw =
        std::min(std::min(view.evse_car_max_kw[car.evse], view.evse_max_kw[car.evse]), memory.cars[car.evse].takes_kw);
    // No time to lose: in any case. It uses up the profile like the others.
    car.kw = car.laxity_h < until_tick_h && !met ? most_kw : std::min(most_kw, budget_kw);
    budget_kw = std::max(0.0, budget_kw - car.kw);
    charged_kw += car.kw;
  }
  // Opted-in cars, most time to spare first, as long as they can be charged again in time.
  double give_kw = settings.terms.v2g ? profile_.discharge_kw[step] : 0.0;
  for (auto car = cars.rbegin(); car != cars.rend() && give_kw > same_kw; ++car) {
    const std::uint32_t i = car->evse;
    if (car->kw > 0.0 || view.evse_max_kw[i] <= 0.0 || view.evse_car_max_kw[i] <= 0.0) continue;
    const double floor_kwh = (view.evse_soc[i] - view.evse_soc_floor[i]) * view.evse_battery_kwh[i];
    const double spare_kwh = std::max(0.0, std::isnan(floor_kwh) ? view.evse_got_kwh[i] : floor_kwh);
    const double in_time_kw = (car->laxity_h / until_tick_h - 1.0) * view.evse_car_max_kw[i];
    const double kw = std::min({give_kw, view.evse_car_max_discharge_kw[i], view.evse_max_discharge_kw[i],
                                spare_kwh / until_tick_h, std::max(0.0, in_time_kw)});
    if (!(kw > same_kw)) continue;
    car->kw = -kw;
    give_kw -= kw;
    charged_kw -= kw;
  }
  std::erase_if(cars, [](const Wish& car) { return car.kw == 0.0; });
  decision.wake_ns = write_offers(view, memory, std::move(cars), decision);

  double room_kw = view.contract_kw - (view.load_kw - view.pv_kw) - charged_kw;
  for (double& kw : decision.storage_kw) {
    if (kw > 0.0) kw = std::min(kw, std::max(0.0, room_kw));
    room_kw -= kw;
  }
}

void DayAhead::decide(const evtwin_view& view, const Settings& settings, const SiteMemory& memory,
                      sdk::Decision& decision) {
  const std::int64_t today = planning_day(view, settings.plan_at_ns);
  if (profile_.steps() == 0 || today != profile_.day) plan_day(view, settings, memory, decision);
  watch(view);
  tell_deviation(view);
  const std::size_t step = profile_.step_at(view.now_ns);
  if (keep_existing_ || step >= profile_.steps()) {
    charge_uncontrolled(view, settings.terms, memory, decision);
    return;
  }
  share(view, settings, memory, step, decision);
}

void DayAhead::save(sdk::StateWriter& writer) const {
  planner_.save(writer);
  writer.put(profile_.day);
  writer.put(profile_.edge_ns);
  for (const auto* column : {&profile_.charge_kw, &profile_.discharge_kw, &profile_.import_kw, &profile_.storage_kw}) {
    writer.put(*column);
  }
  writer.put(profile_.charged_before_kwh);
  writer.put(profile_.total_kwh);
  writer.put(static_cast<std::uint64_t>(announced_.size()));
  for (const Announced& visit : announced_) {
    writer.put(visit.evse);
    writer.put(visit.from_ns);
    writer.put(visit.came);
    writer.put(visit.late);
  }
  writer.put(static_cast<std::uint64_t>(guests_.size()));
  for (const Guest& guest : guests_) {
    writer.put(guest.session);
    writer.put(guest.claimed_ns);
    writer.put(guest.remaining_kwh);
  }
  writer.put(left_early_);
  writer.put(static_cast<std::uint8_t>((told_ ? 1 : 0) | (keep_existing_ ? 2 : 0)));
}

void DayAhead::load(sdk::StateReader& reader, std::size_t storages) {
  planner_.load(reader);
  reader.get(profile_.day);
  reader.get(profile_.edge_ns);
  for (auto* column : {&profile_.charge_kw, &profile_.discharge_kw, &profile_.import_kw, &profile_.storage_kw}) {
    reader.get(*column);
  }
  reader.get(profile_.charged_before_kwh);
  reader.get(profile_.total_kwh);
  const std::size_t steps = profile_.steps();
  if (profile_.charge_kw.size() != steps || profile_.discharge_kw.size() != steps ||
      profile_.import_kw.size() != steps || profile_.storage_kw.size() != steps * storages) {
    throw sdk::BadState("the state is of a site of another size");
  }
  std::uint64_t count = 0;
  reader.get(count);
  announced_.clear();
  for (; count > 0; --count) {
    Announced visit;
    reader.get(visit.evse);
    reader.get(visit.from_ns);
    reader.get(visit.came);
    reader.get(visit.late);
    announced_.push_back(visit);
  }
  reader.get(count);
  guests_.clear();
  for (; count > 0; --count) {
    Guest guest;
    reader.get(guest.session);
    reader.get(guest.claimed_ns);
    reader.get(guest.remaining_kwh);
    guests_.push_back(guest);
  }
  reader.get(left_early_);
  std::uint8_t flags = 0;
  reader.get(flags);
  told_ = (flags & 1U) != 0;
  keep_existing_ = (flags & 2U) != 0;
}

}  // namespace evtwin::milp
