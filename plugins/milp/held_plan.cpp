#include "held_plan.hpp"

#include <algorithm>

#include "optimise/plan_facts.hpp"

namespace evtwin::milp {

std::size_t HeldPlan::step_at(std::int64_t now_ns) const {
  const auto after = std::upper_bound(edge_ns.begin(), edge_ns.end(), now_ns);
  if (after == edge_ns.begin() || after == edge_ns.end()) return steps();
  return static_cast<std::size_t>(after - edge_ns.begin()) - 1;
}

std::int64_t HeldPlan::row_of(std::uint64_t session_number) const {
  const auto at = std::find(session.begin(), session.end(), session_number);
  return at == session.end() ? -1 : at - session.begin();
}

void HeldPlan::save(sdk::StateWriter& writer) const {
  writer.put(made_ns);
  writer.put(edge_ns);
  writer.put(session);
  writer.put(evse_kw);
  writer.put(storage_kw);
}

void HeldPlan::load(sdk::StateReader& reader) {
  reader.get(made_ns);
  reader.get(edge_ns);
  reader.get(session);
  reader.get(evse_kw);
  reader.get(storage_kw);
  if (evse_kw.size() != session.size() * steps() || (steps() > 0 && storage_kw.size() % steps() != 0)) {
    throw sdk::BadState("the plan in the state is of another size than its steps");
  }
}

HeldPlan hold_plan(const ViewProblem& posed, const optimise::Plan& plan, std::int64_t now_ns, std::size_t storages) {
  HeldPlan held;
  held.made_ns = now_ns;
  held.edge_ns.push_back(posed.blocks.front().start_ns);
  for (const Block& block : posed.blocks) held.edge_ns.push_back(block.end_ns);
  const std::size_t steps = held.steps();

  // A step's power is a mean; while the car is there it draws more, by the share of the step that it stays.
  for (std::size_t v = 0; v < posed.problem.vehicles.size(); ++v) {
    if (posed.who[v] != Who::connected) continue;
    const optimise::PlanVehicle& vehicle = posed.problem.vehicles[v];
    held.session.push_back(vehicle.key);
    for (std::uint32_t k = 0; k < steps; ++k) {
      const bool there = k >= vehicle.first_step && k < vehicle.end_step;
      const double kw = there ? plan.vehicles[v].kw_in_step(k) / share_of(vehicle, k) : 0.0;
      held.evse_kw.push_back(std::clamp(kw, -vehicle.max_discharge_kw, vehicle.max_kw));
    }
  }

  held.storage_kw.assign(storages * steps, 0.0);
  for (std::size_t s = 0; s < plan.storages.size(); ++s) {
    const std::size_t row = static_cast<std::size_t>(posed.problem.storages[s].key) * steps;
    for (std::size_t k = 0; k < steps; ++k) {
      held.storage_kw[row + k] = plan.storages[s].charge_kw[k] - plan.storages[s].discharge_kw[k];
    }
  }
  return held;
}

void show_plan(const HeldPlan& held, const evtwin_view& view, sdk::Decision& decision) {
  for (std::size_t h = 0; h < decision.plan_steps; ++h) {
    const std::size_t step = held.step_at(view.horizon_start_ns[h]);
    if (step >= held.steps()) continue;
    for (std::uint32_t i = 0; i < view.n_evses; ++i) decision.plan_of(i)[h] = 0.0;
    for (std::uint32_t c = 0; c < view.n_connected; ++c) {
      const std::uint32_t i = view.connected_evse[c];
      const std::int64_t row = held.row_of(view.evse_session[i]);
      if (row >= 0) decision.plan_of(i)[h] = held.evse_kw[static_cast<std::size_t>(row) * held.steps() + step];
    }
    for (std::uint32_t s = 0; s < view.n_storages; ++s) {
      decision.plan_of(view.n_evses + std::size_t{s})[h] = held.storage_kw[s * held.steps() + step];
    }
  }
}

}  // namespace evtwin::milp
