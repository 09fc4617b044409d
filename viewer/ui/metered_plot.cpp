#include "viewer/ui/metered_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/model/metered.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_state.hpp"

namespace evtwin::viewer::ui {

std::string error_label(const Ui& ui, double error_kw) {
  return fmt::format("{} ±{}", ui.tr(Word::series_error), figure_text(error_kw, "kW", 2));
}

std::string metered_sentence(const Ui& ui, const model::Run& run, std::uint32_t evse, TimeNs t) {
  if (evse >= run.evses.size() || run.metered.empty()) return {};
  // Sessions of an EVSE are in the order of plug-in.
  const std::vector<std::uint32_t>& sessions = run.evses[evse].sessions;
  const auto after = std::upper_bound(sessions.begin(), sessions.end(), t, [&](TimeNs time, std::uint32_t row) {
    return time < run.sessions[row].plugged_in_ns;
  });
  if (after == sessions.begin()) return {};
  const std::uint32_t row = *(after - 1);
  const model::MeteredSession& sum = panel_state(ui).metered_session.at(kept_of(ui, run)).get_or_make(run, row, [&] {
    return model::metered_session(run, row);
  });
  if (std::isnan(sum.metered_kwh)) return {};
  return fmt::format(fmt::runtime(ui.tr(Word::metered_session)), run.sessions[row].name, kwh_text(sum.metered_kwh),
                     kwh_text(sum.twin_kwh), figure_text(sum.error_kw, "kW", 2));
}

void draw_metered_plot(Ui& ui, const model::Run& run, std::uint32_t evse, const char* id, float height) {
  if (evse >= run.evses.size() || run.metered.empty()) return;
  PanelState& state = panel_state(ui);
  const std::size_t kept = kept_of(ui, run);
  const model::Series& metered =
      state.metered_evse.at(kept).get_or_make(run, evse, [&] { return model::metered_at(run, evse); });
  const model::Series& error =
      state.error_evse.at(kept).get_or_make(run, evse, [&] { return model::metered_error_at(run, evse); });
  const plot::Style& style = ui.canvas.style;
  plot::TimePlot plot(id, ui.canvas, {ImGui::GetContentRegionAvail().x, height}, {"kW"});
  plot.add_band(ui.tr(Word::series_error), run.evses[evse].kw, error,
                plot::with_alpha(plot::colour_of(style, plot::Category::blue), 0.25));
  plot.add_line(ui.tr(Word::series_twin), run.evses[evse].kw, {plot::colour_of(style, plot::Category::blue), 1.5F});
  plot.add_line(ui.tr(Word::series_metered), metered, {plot::colour_of(style, plot::Category::vermillion), 1.5F});
  const plot::PlotReply reply = plot.draw_plot();
  if (reply.hovered) ui.hovered_panel = id;
  ui.items.register_rect(id, reply.min, reply.max);
}

}  // namespace evtwin::viewer::ui
