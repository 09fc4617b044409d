#include <fmt/format.h>

#include "viewer/ui/facts.hpp"
#include "viewer/ui/figures.hpp"

namespace evtwin::viewer::ui {

Facts station_facts(const Ui& ui, const model::Run& run, const std::string& station, TimeNs t) {
  Facts out;
  FactGroup state{Word::state, {}, {}};
  double kw = 0.0, max_kw = 0.0;
  std::size_t evses = 0, vehicles = 0, free = 0, unknown = 0;

  for (const StationRow& row : shown_stations(ui, run)) {
    if (row.name != station) continue;
    for (const std::uint32_t evse : row.evses) {
      const model::EvseState& now = state_of(ui, run, evse, t);
      kw += now.kw;
      max_kw += run.evses[evse].max_kw;
      free += now.status == model::EvseStatus::available ? 1U : 0U;
      unknown += now.status == model::EvseStatus::unknown ? 1U : 0U;
      vehicles += now.session != no_row ? 1U : 0U;
      evses += 1;
    }
  }
  if (evses == 0) return out;

  state.facts.push_back(text_fact(ui, Word::station, station));
  state.facts.push_back(
      text_fact(ui, Word::vehicles, fmt::format("{} / {}{}", vehicles, evses, unrecorded_text(ui, unknown))));
  state.facts.push_back(
      text_fact(ui, Word::free_of_all, fmt::format("{} / {}{}", free, evses, unrecorded_text(ui, unknown))));
  state.facts.push_back(number_fact(ui, run, Word::power, kw, Unit::kw));
  state.facts.push_back(number_fact(ui, run, Word::rating, max_kw, Unit::kw));
  out.push_back(std::move(state));

  // Summed up once, looked up at any instant.
  const StationSums sums = panel_state(ui)
                               .ledger.at(kept_of(ui, run))
                               .get_or_make(run, station, [&] { return station_ledger(run, station); })
                               .sums_until(t);
  FactGroup ended{Word::sessions_ended, {}, {}};
  const auto number = [&](Word label, double value, Unit unit) {
    ended.facts.push_back(number_fact(ui, run, label, value, unit));
  };

  ended.facts.push_back(text_fact(ui, Word::sessions_ended, fmt::format("{}", sums.sessions)));
  number(Word::got, sums.got_kwh, Unit::kwh);
  number(Word::missed, sums.missed_kwh, Unit::kwh);
  number(Word::driver_paid, sums.paid, Unit::money);
  number(Word::energy_cost, sums.cost, Unit::money);
  out.push_back(std::move(ended));

  // No session had a plan: there is nothing to hold the bill against.
  if (sums.planned == 0) return out;
  FactGroup plan{Word::plan_and_outcome, {}, {}};
  plan.facts.push_back(text_fact(ui, Word::sessions_planned, fmt::format("{}", sums.planned)));
  plan.facts.push_back(number_fact(ui, run, Word::first_plan_cost, sums.expected_cost, Unit::money));
  plan.facts.push_back(number_fact(ui, run, Word::came_to, sums.planned_cost, Unit::money));
  const double error = plan_error({0, 0.0, sums.expected_cost}, sums.planned_cost);
  plan.facts.push_back({ui.tr(Word::plan_error), signed_figure(error * 100.0, "%", 1), error, Unit::fraction});
  out.push_back(std::move(plan));
  return out;
}

}  // namespace evtwin::viewer::ui
