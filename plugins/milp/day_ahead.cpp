#include "day_ahead.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "optimise/plan_facts.hpp"
#include "receding.hpp"

namespace evtwin::milp {
namespace {

constexpr double same_kw = 1e-6;
constexpr double large_share = 0.1, large_kwh = 1.0;  // of a car's plan: a deviation beyond both is repaired
constexpr double large_rise = 0.02;                   // of the highest import
constexpr std::int64_t punctual_ns = quarter_ns;

/// Days since 1970 on a local clock whose day begins at plan_at.
std::int64_t planning_day(const evtwin_view& view, std::int64_t plan_at_ns) {
  return local_day(view.now_ns - plan_at_ns, view.utc_offset_ns);
}

double total_kwh(const DayPlan& plan, const Visit& visit) { return plan.kwh_until(visit, plan.edge_ns.back()); }

double tolerance_kwh(const DayPlan& plan, const Visit& visit) {
  return std::max(large_kwh, large_share * total_kwh(plan, visit));
}

bool is_here(const evtwin_view& view, const Visit& visit) {
  return visit.session != 0 && view.evse_session[visit.evse] == visit.session;
}

double got_kwh(const evtwin_view& view, const Visit& visit) {
  return view.evse_got_kwh[visit.evse] - visit.got_before_kwh;
}

}  // namespace

std::size_t DayPlan::step_at(std::int64_t now_ns) const {
  const auto after = std::upper_bound(edge_ns.begin(), edge_ns.end(), now_ns);
  if (after == edge_ns.begin() || after == edge_ns.end()) return steps();
  return static_cast<std::size_t>(after - edge_ns.begin()) - 1;
}

double DayPlan::kwh_until(const Visit& visit, std::int64_t now_ns) const {
  double kwh = 0.0;
  for (std::size_t k = 0; k < steps() && edge_ns[k] < now_ns; ++k) {
    const std::int64_t from_ns = std::max(edge_ns[k], visit.from_ns);
    const std::int64_t until_ns = std::min({edge_ns[k + 1], visit.until_ns, now_ns});
    if (until_ns > from_ns) kwh += visit.kw[k] * hours(until_ns - from_ns);
  }
  return kwh;
}

bool DayPlan::knows_session(std::uint64_t key) const {
  return std::find(known.begin(), known.end(), key) != known.end();
}

void DayAhead::make_plan(const evtwin_view& view, const Settings& settings, const SiteMemory& memory,
                         sdk::Decision& decision) {
  const std::int64_t day = planning_day(view, settings.plan_at_ns);
  if (day != plan_.day || plan_.steps() == 0) {
    today_ = {};
    missed_.clear();
  }

  plan_ = {};
  plan_.day = day;
  keep_existing_ = false;
  Settings today = settings;

  // Where the horizon foresees no arrivals, those of a mean day stand in for them.
  const double foreseen = std::accumulate(view.horizon_arrivals, view.horizon_arrivals + view.horizon_steps, 0.0);
  if (settings.expect_auto && !(foreseen > 0.0)) {
    today.terms.expect_arrivals = false;
    today.terms.expect_learned = true;
  }

  const auto planned = planner_.make_plan(view, today, memory);
  if (!planned) return;
  keep_existing_ = planned->keep_existing;
  decision.expected_cost = planned->bill;

  const std::size_t steps = planned->posed.blocks.size();
  plan_.edge_ns.push_back(planned->posed.blocks.front().start_ns);
  for (const Block& block : planned->posed.blocks) plan_.edge_ns.push_back(block.end_ns);
  plan_.import_kw = planned->plan.import_kw;
  plan_.export_kw = planned->plan.export_kw;
  plan_.storage_kw.assign(steps * view.n_storages, 0.0);
  for (std::size_t s = 0; s < planned->plan.storages.size(); ++s) {
    const std::size_t row = static_cast<std::size_t>(planned->posed.problem.storages[s].key) * steps;
    for (std::size_t k = 0; k < steps; ++k)
      plan_.storage_kw[row + k] = planned->plan.storages[s].charge_kw[k] - planned->plan.storages[s].discharge_kw[k];
  }

  put_visits(view, *planned);
  show_plan(view, decision);
}

void DayAhead::put_visits(const evtwin_view& view, const Planned& planned) {
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    if (view.evse_session[i] != 0 && view.evse_draws[i] != 0) plan_.known.push_back(view.evse_session[i]);
    if (view.evse_reserved_kwh[i] > 0.0) plan_.known.push_back(reservation_key(i, view.evse_reserved_from_ns[i]));
  }

  const std::size_t steps = plan_.steps();
  for (std::size_t v = 0; v < planned.posed.problem.vehicles.size(); ++v) {
    if (planned.posed.who[v] == Who::expected) continue;  // at no EVSE
    const optimise::PlanVehicle& vehicle = planned.posed.problem.vehicles[v];

    Visit visit;
    visit.evse = vehicle.evse;
    visit.kw.assign(steps, 0.0);
    for (std::uint32_t k = vehicle.first_step; k < vehicle.end_step; ++k)
      visit.kw[k] = std::clamp(planned.plan.vehicles[v].kw_in_step(k) / share_of(vehicle, k), -vehicle.max_discharge_kw,
                               vehicle.max_kw);

    // Shares of the first and the last step become times again.
    const Block& first = planned.posed.blocks[vehicle.first_step];
    const Block& last = planned.posed.blocks[vehicle.end_step - 1];
    const auto part = [](double share, const Block& block) {
      return static_cast<std::int64_t>(std::llround(share * static_cast<double>(block.end_ns - block.start_ns)));
    };
    visit.from_ns = first.end_ns - part(vehicle.first_share, first);
    visit.until_ns = last.start_ns + part(vehicle.last_share, last);

    // A car that is here stays from now on; in a stay of one step the share is the whole of its length.
    if (planned.posed.who[v] == Who::connected) {
      visit.session = vehicle.key;
      visit.got_before_kwh = view.evse_got_kwh[visit.evse];
      visit.remaining_kwh = view.evse_remaining_kwh[visit.evse];
      visit.claimed_ns = view.evse_claimed_departs_ns[visit.evse];
      visit.from_ns = view.now_ns;
      if (vehicle.end_step - vehicle.first_step == 1) visit.until_ns = view.now_ns + part(vehicle.first_share, first);
    } else {
      visit.announced_ns = view.evse_reserved_from_ns[visit.evse];
      visit.remaining_kwh = view.evse_reserved_kwh[visit.evse];
    }

    plan_.visits.push_back(std::move(visit));
  }
}

/// The plan's rest, EVSE by EVSE: cars that are here and those announced after them.
void DayAhead::show_plan(const evtwin_view& view, sdk::Decision& decision) const {
  for (std::size_t h = 0; h < decision.plan_steps; ++h) {
    const std::size_t step = plan_.step_at(view.horizon_start_ns[h]);
    if (step >= plan_.steps()) continue;
    for (std::uint32_t i = 0; i < view.n_evses; ++i) decision.plan_of(i)[h] = 0.0;
    for (const Visit& visit : plan_.visits)
      if (visit.over == 0) decision.plan_of(visit.evse)[h] += visit.kw[step];
    for (std::uint32_t s = 0; s < view.n_storages; ++s)
      decision.plan_of(view.n_evses + std::size_t{s})[h] = plan_.storage_kw[s * plan_.steps() + step];
  }
}

/// An announced car that has come. @returns whether it is another than was announced.
bool DayAhead::meet_reservation(const evtwin_view& view, Visit& visit) {
  const std::uint32_t i = visit.evse;
  const std::int64_t arrived_ns = view.evse_arrived_ns[i];
  const double announced_kwh = visit.remaining_kwh;
  visit.session = view.evse_session[i];
  visit.got_before_kwh = 0.0;
  visit.remaining_kwh = view.evse_remaining_kwh[i];
  visit.claimed_ns = view.evse_claimed_departs_ns[i];
  if (arrived_ns > visit.announced_ns + punctual_ns) {
    ++today_.late;
    if (const auto told = std::find(missed_.begin(), missed_.end(), reservation_key(i, visit.announced_ns));
        told != missed_.end()) {
      missed_.erase(told);
      --today_.missing;
    }
    return true;
  }
  const double highest_kw = *std::max_element(visit.kw.begin(), visit.kw.end());
  return arrived_ns < visit.announced_ns - punctual_ns || view.evse_departs_ns[i] < visit.until_ns - punctual_ns ||
         std::abs(view.evse_requested_kwh[i] - announced_kwh) > tolerance_kwh(plan_, visit) ||
         std::min(view.evse_car_max_kw[i], view.evse_max_kw[i]) < highest_kw - same_kw;
}

/// @returns whether the visit goes otherwise than planned
bool DayAhead::watch_visit(const evtwin_view& view, Visit& visit) {
  if (visit.over != 0) return false;
  const double planned_kwh = plan_.kwh_until(visit, view.now_ns);
  const double tolerance = tolerance_kwh(plan_, visit);
  if (visit.session == 0) {
    // The EVSE's next car an hour before the time is the one announced; an earlier one is somebody else.
    if (view.evse_session[visit.evse] != 0 && view.evse_arrived_ns[visit.evse] > visit.announced_ns - hour_ns)
      return meet_reservation(view, visit);
    if (view.now_ns < visit.announced_ns + punctual_ns || planned_kwh <= tolerance) return false;
    const std::uint64_t key = reservation_key(visit.evse, visit.announced_ns);
    if (std::find(missed_.begin(), missed_.end(), key) == missed_.end()) {
      missed_.push_back(key);
      ++today_.missing;
    }
    return true;
  }

  if (!is_here(view, visit)) {
    visit.over = 1;
    const bool lacks = total_kwh(plan_, visit) - planned_kwh > tolerance && visit.remaining_kwh > large_kwh;
    if (lacks && visit.claimed_ns > view.now_ns) ++today_.left_early;
    return lacks;
  }

  visit.remaining_kwh = view.evse_remaining_kwh[visit.evse];
  if (view.now_ns >= visit.until_ns && visit.remaining_kwh > tolerance && view.evse_draws[visit.evse] != 0)
    return true;  // it stays on
  if (std::abs(got_kwh(view, visit) - planned_kwh) <= tolerance) return false;
  ++today_.other_energy;
  return true;
}

/// Load and PV may lift a peak that is paid for.
bool DayAhead::import_is_higher(const evtwin_view& view) const {
  const std::size_t step = plan_.step_at(view.now_ns);
  if (!(view.demand_price_per_kw > 0.0) || step >= plan_.steps()) return false;
  double import_kw = view.load_kw - view.pv_kw;
  for (const Visit& visit : plan_.visits)
    if (is_here(view, visit)) import_kw += visit.kw[step] / view.evse_efficiency[visit.evse];
  for (std::uint32_t s = 0; s < view.n_storages; ++s) import_kw += plan_.storage_kw[s * plan_.steps() + step];
  const double highest_kw =
      std::max(view.billed_peak_kw, *std::max_element(plan_.import_kw.begin(), plan_.import_kw.end()));
  return import_kw > (1.0 + large_rise) * highest_kw + same_kw;
}

/// @returns whether the day goes otherwise than planned
bool DayAhead::notice_changes(const evtwin_view& view) {
  bool otherwise = (view.why & EVTWIN_WHY_LIMIT) != 0;
  for (Visit& visit : plan_.visits) otherwise = watch_visit(view, visit) || otherwise;
  for (std::uint32_t i = 0; i < view.n_evses; ++i) {
    if (view.evse_reserved_kwh[i] > 0.0 && !plan_.knows_session(reservation_key(i, view.evse_reserved_from_ns[i])))
      otherwise = true;
    const std::uint64_t session = view.evse_session[i];
    if (session == 0 || view.evse_draws[i] == 0 || plan_.knows_session(session)) continue;
    const bool planned = std::any_of(plan_.visits.begin(), plan_.visits.end(),
                                     [&](const Visit& visit) { return visit.session == session; });
    if (planned) continue;
    ++today_.unannounced;
    otherwise = true;
  }
  return otherwise || import_is_higher(view);
}

void DayAhead::tell_course(const evtwin_view& view) {
  double planned_kwh = 0.0;
  double used_kwh = 0.0;
  for (const Visit& visit : plan_.visits) {
    planned_kwh += plan_.kwh_until(visit, view.now_ns);
    if (is_here(view, visit)) used_kwh += got_kwh(view, visit);
  }
  std::array<char, 320> text{};
  std::snprintf(text.data(), text.size(),
                "the day goes otherwise than planned, its rest is planned anew: %.1f kWh planned by now for the cars "
                "of the plan, those here got %.1f kWh; announced cars that have not come: %u, that came late: %u; cars "
                "that left early: %u; that took more or less than planned: %u; unannounced: %u",
                planned_kwh, used_kwh, today_.missing, today_.late, today_.left_early, today_.other_energy,
                today_.unannounced);
  planner_.report_once(EVTWIN_INFO, text.data());
}

/// Each car's step, and what it is behind or ahead of its plan.
void DayAhead::follow_plan(const evtwin_view& view, const Settings& settings, const SiteMemory& memory,
                           std::size_t step, sdk::Decision& decision) {
  double cars_kw = 0.0;
  for (const Visit& visit : plan_.visits)
    if (is_here(view, visit)) cars_kw += visit.kw[step] / view.evse_efficiency[visit.evse];
  double storage_kw = 0.0;
  for (std::uint32_t s = 0; s < view.n_storages; ++s) {
    decision.storage_kw[s] = plan_.storage_kw[s * plan_.steps() + step];
    storage_kw += decision.storage_kw[s];
  }

  const double others_kw = view.load_kw - view.pv_kw;
  // Where a peak costs nothing more may be made good at any time.
  const double highest_kw =
      view.demand_price_per_kw > 0.0
          ? std::max(view.billed_peak_kw, *std::max_element(plan_.import_kw.begin(), plan_.import_kw.end()))
          : optimise::infinite;
  double free_kw = std::max(0.0, std::min(view.contract_kw, highest_kw) - others_kw - storage_kw - cars_kw);

  std::vector<Wish> wishes;
  cars_kw = 0.0;
  for (const Visit& visit : plan_.visits) {
    if (!is_here(view, visit)) continue;
    const std::uint32_t i = visit.evse;
    const bool beyond =
        settings.terms.beyond_request || (settings.terms.v2g && view.evse_car_max_discharge_kw[i] > 0.0);
    const bool met = !(view.evse_remaining_kwh[i] > 1e-9);

    std::int64_t end_ns = plan_.edge_ns[step + 1];
    if (visit.until_ns > view.now_ns) end_ns = std::min(end_ns, visit.until_ns);
    const double left_h = hours(std::max<std::int64_t>(second_ns, end_ns - view.now_ns));
    const double due_kw = (plan_.kwh_until(visit, end_ns) - got_kwh(view, visit)) / left_h;

    // Behind its plan a car gets more, as far as no paid peak rises; ahead of it, less.
    double kw = visit.kw[step];
    if (due_kw < kw) {
      kw = visit.kw[step] >= 0.0 ? std::max(0.0, due_kw) : kw;
    } else if (kw >= 0.0) {
      const double more_kw = std::min({due_kw - kw, free_kw, std::max(0.0, view.evse_car_max_kw[i] - kw)});
      kw += more_kw;
      free_kw -= more_kw;
    }

    if (std::abs(kw) < same_kw || (kw > 0.0 && (view.evse_draws[i] == 0 || (met && !beyond)))) continue;
    cars_kw += kw / view.evse_efficiency[i];
    wishes.push_back({i, kw, laxity_h(view, i, settings.terms, memory), beyond});
  }
  decision.wake_ns = write_offers(view, memory, std::move(wishes), decision);

  // Storage charges within the contract, and is exported no more than planned.
  double import_kw = others_kw + cars_kw;
  for (double& kw : decision.storage_kw) {
    if (kw > 0.0) kw = std::min(kw, std::max(0.0, view.contract_kw - import_kw));
    if (kw < 0.0) kw = -std::min(-kw, std::max(0.0, import_kw + plan_.export_kw[step]));
    import_kw += kw;
  }
}

void DayAhead::decide(const evtwin_view& view, const Settings& settings, const SiteMemory& memory,
                      sdk::Decision& decision) {
  const std::int64_t today = planning_day(view, settings.plan_at_ns);
  const Deviations before = today_;
  if (plan_.steps() == 0 || today != plan_.day) {
    make_plan(view, settings, memory, decision);
  } else if (notice_changes(view)) {
    Deviations told = before;
    told.unannounced = today_.unannounced;
    if (today_ != told) tell_course(view);
    make_plan(view, settings, memory, decision);
  } else if ((view.why & EVTWIN_WHY_DEPARTURE) != 0) {
    show_plan(view, decision);  // what was planned for the EVSE ended with the car: who comes next is shown again
  }
  const std::size_t step = plan_.step_at(view.now_ns);
  if (keep_existing_ || step >= plan_.steps()) {
    charge_uncontrolled(view, settings.terms, memory, decision);
    return;
  }
  follow_plan(view, settings, memory, step, decision);
}

void DayAhead::save(sdk::StateWriter& writer) const {
  // load() reads in the same order.
  planner_.save(writer);
  writer.put(plan_.day);
  writer.put(plan_.edge_ns);
  for (const auto* column : {&plan_.import_kw, &plan_.export_kw, &plan_.storage_kw}) writer.put(*column);
  writer.put(plan_.known);

  writer.put(static_cast<std::uint64_t>(plan_.visits.size()));
  for (const Visit& visit : plan_.visits) {
    writer.put(visit.evse);
    writer.put(visit.session);
    writer.put(visit.announced_ns);
    writer.put(visit.from_ns);
    writer.put(visit.until_ns);
    writer.put(visit.kw);
    writer.put(visit.got_before_kwh);
    writer.put(visit.remaining_kwh);
    writer.put(visit.claimed_ns);
    writer.put(visit.over);
  }

  for (const std::uint32_t count :
       {today_.missing, today_.late, today_.left_early, today_.other_energy, today_.unannounced})
    writer.put(count);
  writer.put(missed_);
  writer.put(static_cast<std::uint8_t>(keep_existing_ ? 1 : 0));
}

void DayAhead::load(sdk::StateReader& reader, std::size_t evses, std::size_t storages) {
  planner_.load(reader);
  plan_ = {};
  reader.get(plan_.day);
  reader.get(plan_.edge_ns);
  for (auto* column : {&plan_.import_kw, &plan_.export_kw, &plan_.storage_kw}) reader.get(*column);
  reader.get(plan_.known);

  // Columns that fit neither each other nor the site would be read past their ends.
  const std::size_t steps = plan_.steps();
  if (plan_.import_kw.size() != steps || plan_.export_kw.size() != steps || plan_.storage_kw.size() != steps * storages)
    throw sdk::BadState("the state is of a site of another size");

  std::uint64_t count = 0;
  reader.get(count);
  for (; count > 0; --count) {
    Visit visit;
    reader.get(visit.evse);
    reader.get(visit.session);
    reader.get(visit.announced_ns);
    reader.get(visit.from_ns);
    reader.get(visit.until_ns);
    reader.get(visit.kw);
    reader.get(visit.got_before_kwh);
    reader.get(visit.remaining_kwh);
    reader.get(visit.claimed_ns);
    reader.get(visit.over);

    if (visit.evse >= evses) throw sdk::BadState("the state is of a site of another size");
    if (visit.kw.size() != steps) throw sdk::BadState("the plan in the state is of another size than its steps");
    plan_.visits.push_back(std::move(visit));
  }

  for (std::uint32_t* seen :
       {&today_.missing, &today_.late, &today_.left_early, &today_.other_energy, &today_.unannounced})
    reader.get(*seen);
  reader.get(missed_);
  std::uint8_t kept = 0;
  reader.get(kept);
  keep_existing_ = kept == 1;
}

}  // namespace evtwin::milp
