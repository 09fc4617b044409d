#include "viewer/ui/panel_state.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evtwin::viewer::ui {
namespace {

/// Row of `name` in `rows`, which is mostly where it was in the other run.
template <class Rows>
std::uint32_t row_named(const Rows& rows, const std::string& name, std::uint32_t likely) {
  if (likely < rows.size() && rows[likely].name == name) return likely;
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
  return found == rows.end() ? no_row : static_cast<std::uint32_t>(found - rows.begin());
}

}  // namespace

const model::EvseState& States::kept_state_of(const model::Run& run, std::uint32_t evse, TimeNs t) {
  if (run_ != run.serial || time_ns_ != t) {
    run_ = run.serial;
    time_ns_ = t;
    states_.assign(run.evses.size(), std::nullopt);
  }
  std::optional<model::EvseState>& state = states_.at(evse);
  if (!state) state = model::evse_state(run, evse, t);
  return *state;
}

PanelState& panel_state(const Ui& ui) {
  if (ui.panels == nullptr) ui.panels = std::make_shared<PanelState>();
  return *ui.panels;
}

const model::EvseState& state_of(const Ui& ui, const model::Run& run, std::uint32_t evse, TimeNs t) {
  return panel_state(ui).states.at(kept_of(ui, run)).kept_state_of(run, evse, t);
}

const FirstPlan& FirstPlans::kept_plan_of(const model::Run& run, std::uint32_t session) {
  if (run_ != run.serial) {
    run_ = run.serial;
    plans_.clear();
  }
  const auto [it, is_new] = plans_.try_emplace(session);
  if (is_new) it->second = first_plan(run, session);
  return it->second;
}

const model::Series& plan_of(const Ui& ui, const model::Run& run, std::uint32_t evse) {
  return panel_state(ui).plan.at(kept_of(ui, run)).get_or_make(run, evse, [&] { return standing_plan(run, evse); });
}

const FirstPlan& first_plan_of(const Ui& ui, const model::Run& run, std::uint32_t session) {
  return panel_state(ui).first_plans.at(kept_of(ui, run)).kept_plan_of(run, session);
}

const model::PartyMoney& money_so_far(const Ui& ui, const model::Run& run, std::uint32_t site, TimeNs t) {
  return panel_state(ui).money_so_far.at(kept_of(ui, run)).get_or_make(run, {site, {run.start_ns, t}}, [&] {
    // What a run that was cut off has not recorded is not what it was at its last record.
    if (model::is_unrecorded(run, t)) return model::party_money(run, model::no_such_site, run.start_ns, t);
    return site == no_row ? model::party_money(run, run.start_ns, t) : model::party_money(run, site, run.start_ns, t);
  });
}

std::uint32_t same_evse(const model::Run& from, std::uint32_t row, const model::Run& to) {
  return row >= from.evses.size() ? no_row : row_named(to.evses, from.evses[row].name, row);
}

std::uint32_t same_storage(const model::Run& from, std::uint32_t row, const model::Run& to) {
  return row >= from.storages.size() ? no_row : row_named(to.storages, from.storages[row].name, row);
}

std::uint32_t same_session(const model::Run& from, std::uint32_t row, const model::Run& to) {
  return row >= from.sessions.size() ? no_row : row_named(to.sessions, from.sessions[row].name, row);
}

std::uint32_t selected_site(const Ui& ui, const model::Run& run) {
  const model::Run* a = ui.run_a();
  if (a == nullptr || ui.selection.site >= a->sites.size()) return no_row;
  return model::same_site(*a, ui.selection.site, run);
}

bool lacks_site(const Ui& ui, const model::Run& run) { return selected_site(ui, run) == model::no_such_site; }

std::uint32_t drawn_site(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = selected_site(ui, run);
  return site == no_row ? 0 : site;
}

std::uint32_t site_in_view(const Ui& ui, const model::Run& run) {
  return run.sites.size() < 2 && !lacks_site(ui, run) ? no_row : selected_site(ui, run);
}

std::int32_t kpi_site(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = site_in_view(ui, run);
  return site == no_row ? -1 : static_cast<std::int32_t>(site);
}

std::string scope_text(const Ui& ui, const model::Run& run) {
  if (lacks_site(ui, run))
    return fmt::format(fmt::runtime(ui.tr(Word::scope_lacks)), ui.run_a()->sites[ui.selection.site].name);
  if (run.sites.size() < 2) return {};
  const std::uint32_t site = site_in_view(ui, run);
  return site != no_row ? run.sites[site].name : fmt::format(fmt::runtime(ui.tr(Word::scope_all)), run.sites.size());
}

Selection selection_in(const Ui& ui, const model::Run& run) {
  Selection selection = ui.selection;
  const model::Run* a = ui.run_a();
  if (a == nullptr || a == &run) return selection;
  selection.evse = same_evse(*a, selection.evse, run);
  selection.storage = same_storage(*a, selection.storage, run);
  selection.session = same_session(*a, selection.session, run);
  selection.site = selected_site(ui, run);
  return selection;
}

void select_evse_of(Ui& ui, const model::Run& shown, std::uint32_t evse) {
  const model::Run* a = ui.run_a();
  const std::uint32_t row = a == nullptr ? no_row : same_evse(shown, evse, *a);
  if (row == no_row) return;
  ui.select_evse(row);
}

void select_session_of(Ui& ui, const model::Run& shown, std::uint32_t session) {
  const model::Run* a = ui.run_a();
  const std::uint32_t row = a == nullptr ? no_row : same_session(shown, session, *a);
  if (row == no_row) return;
  ui.select_session(row);
}

void select_storage_of(Ui& ui, const model::Run& shown, std::uint32_t storage) {
  const model::Run* a = ui.run_a();
  ui.selection.clear();
  ui.selection.storage = a == nullptr ? no_row : same_storage(shown, storage, *a);
}

const std::vector<StationRow>& shown_stations(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = selected_site(ui, run);
  return panel_state(ui).stations.get_or_make(
      run, site, [&] { return stations_of(run, model::ordered_evses(run, site, "", model::EvseOrder::file)); });
}

}  // namespace evtwin::viewer::ui
