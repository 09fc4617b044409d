#include "viewer/ui/usable_list.hpp"

#include <fmt/format.h>

#include "viewer/model/state.hpp"
#include "viewer/model/usable.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"

namespace evtwin::viewer::ui {

const std::vector<std::uint32_t>& usable_now(const Ui& ui, const model::Run& run) {
  PanelState& state = panel_state(ui);
  const std::size_t kept = kept_of(ui, run);
  const auto& held = state.reservations.at(kept).get_or_make(run, 0, [&] { return model::reservations_of(run); });
  const std::uint32_t site = selected_site(ui, run);
  const TimeNs t = ui.time.cursor_ns();
  return state.usable.at(kept).get_or_make(run, {site, t}, [&] { return model::usable_at(run, held, site, t); });
}

std::string usable_text(const Ui& ui, const model::Run& run) {
  if (lacks_site(ui, run) || model::is_unrecorded(run, ui.time.cursor_ns())) return "-";
  const std::size_t usable = usable_now(ui, run).size();
  // Of a run that was cut some EVSEs are not known to be free: none for certain is no figure.
  if (usable == 0 && run.is_cut()) return "-";
  return figure_text(static_cast<double>(usable), "", 0);
}

void draw_usable_list(Ui& ui, const model::Run& run) {
  const std::vector<std::uint32_t>& rows = usable_now(ui, run);
  if (rows.empty()) say_nothing_there(ui, Word::none_usable);
  const Selection selection = selection_in(ui, run);
  for (const std::uint32_t row : rows) {
    const model::Evse& evse = run.evses[row];
    ui.fonts.need_characters(evse.name);
    if (ImGui::Selectable(fmt::format("{}##usable{}", evse.name, row).c_str(), selection.evse == row))
      select_evse_of(ui, run, row);
    ui.items.register_last("usable." + evse.name);
    const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
    text_right(ui, {max.x - ui.px(4.0F), min.y},
               fmt::format("{}  {}", evse.kind == "dc" ? "DC" : "AC", kw_text(evse.max_kw)), (max.x - min.x) * 0.6F,
               ui.canvas.style.text_weak);
  }
}

}  // namespace evtwin::viewer::ui
