#include "receding.hpp"

#include <algorithm>

#include "offers.hpp"

namespace evtwin::milp {

void charge_uncontrolled(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory,
                         sdk::Decision& decision) {
  std::vector<Wish> wishes;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const bool met = !(view.evse_remaining_kwh[i] > 1e-9);
    if (view.evse_draws[i] == 0 || (met && !terms.beyond_request)) continue;
    wishes.push_back({i, view.evse_car_max_kw[i], 0.0, terms.beyond_request});
  }
  decision.wake_ns = write_offers(view, memory, std::move(wishes), decision);
  std::fill(decision.storage_kw.begin(), decision.storage_kw.end(), 0.0);
}

/// News that the plan does not know of asks for another: a car that came, a limit, the end of its time. All else waits
/// for replan_min; an own wake-up (a request was met as planned) is no news.
bool Receding::wants_new_plan(const evtwin_view& view, const Settings& settings) const {
  if (held_.step_at(view.now_ns) >= held_.steps()) return true;
  if ((view.why & (EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_LIMIT)) != 0) return true;
  if (view.why == EVTWIN_WHY_WAKE) return false;
  return view.now_ns - held_.made_ns >= settings.replan_ns;
}

void Receding::decide(const evtwin_view& view, const Settings& settings, const SiteMemory& memory,
                      sdk::Decision& decision) {
  if (wants_new_plan(view, settings)) {
    held_ = {};
    keep_existing_ = false;
    if (const auto planned = planner_.make_plan(view, settings, memory)) {
      held_ = hold_plan(planned->posed, planned->plan, view.now_ns, view.n_storages);
      keep_existing_ = planned->keep_existing;
      decision.expected_cost = planned->bill;
      show_plan(held_, view, decision);
    }
  }

  const std::size_t step = held_.step_at(view.now_ns);
  if (keep_existing_ || step >= held_.steps()) {
    charge_uncontrolled(view, settings.terms, memory, decision);
    return;
  }

  std::vector<Wish> wishes;
  for (std::uint32_t c = 0; c < view.n_connected; ++c) {
    const std::uint32_t i = view.connected_evse[c];
    const std::int64_t row = held_.row_of(view.evse_session[i]);
    if (row < 0) continue;
    const double kw = held_.evse_kw[static_cast<std::size_t>(row) * held_.steps() + step];
    // A car that lends may be charged beyond its request, to give it back.
    const bool beyond =
        settings.terms.beyond_request || (settings.terms.v2g && view.evse_car_max_discharge_kw[i] > 0.0);
    const bool met = !(view.evse_remaining_kwh[i] > 1e-9);
    if (kw == 0.0 || (kw > 0.0 && (view.evse_draws[i] == 0 || (met && !beyond)))) continue;
    wishes.push_back({i, kw, laxity_h(view, i, settings.terms, memory), beyond});
  }

  decision.wake_ns = write_offers(view, memory, std::move(wishes), decision);
  for (std::uint32_t s = 0; s < view.n_storages; ++s)
    decision.storage_kw[s] = held_.storage_kw[s * held_.steps() + step];
}

void Receding::save(sdk::StateWriter& writer) const {
  planner_.save(writer);
  held_.save(writer);
  writer.put(static_cast<std::uint8_t>(keep_existing_ ? 1 : 0));
}

void Receding::load(sdk::StateReader& reader, std::size_t /*evses*/, std::size_t storages) {
  planner_.load(reader);
  held_.load(reader);
  if (held_.storage_kw.size() != storages * held_.steps())
    throw sdk::BadState("the state is of a site of another size");
  std::uint8_t kept = 0;
  reader.get(kept);
  keep_existing_ = kept == 1;
}

}  // namespace evtwin::milp
