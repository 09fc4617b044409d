// Stays of vehicles, what was planned for them and what flowed: rows are EVSEs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/traces.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Above so many pieces of power or plan, only the stays are drawn: the heat-map shows the rest.
constexpr std::size_t most_pieces = 200000;

using Chart = GanttChart;

bool missed(const model::Session& session) { return misses_energy(session); }

void add_stays(Chart& chart, const model::Run& run, std::uint32_t row, const model::Evse& evse,
               const plot::Style& style) {
  for (const std::uint32_t id : evse.sessions) {
    const model::Session& session = run.sessions[id];
    const ImU32 colour = plot::colour_of(style, missed(session) ? plot::Category::vermillion : plot::Category::blue);
    const TimeNs to = std::min(session.departed_ns, run.end_ns);
    chart.bars.push_back({row, session.plugged_in_ns, to, plot::with_alpha(colour, 0.22), 1.0, false, id});
    chart.bars.push_back({row, session.plugged_in_ns, to, colour, 1.0, true, id});
  }
}

void add_power(Chart& chart, std::uint32_t row, const model::Evse& evse, const model::Run& run,
               const plot::Style& style) {
  const auto pieces = evse.kw.pieces();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const double share = pieces[i].value / std::max(evse.max_kw, 1e-9);
    if (!(std::abs(share) > 1e-6)) continue;
    const ImU32 colour = plot::colour_of(style, share > 0.0 ? plot::Category::blue : plot::Category::orange);
    const std::uint32_t session =
        model::session_at(run, static_cast<std::uint32_t>(&evse - run.evses.data()), pieces[i].start_ns);
    chart.bars.push_back(
        {row, pieces[i].start_ns, evse.kw.end_of(i), colour, std::min(1.0, std::abs(share)), false, session});
  }
  for (const std::uint32_t id : evse.plans) {
    const model::Plan& plan = run.plans[id];
    if (plan.replaced_ns != kernel::time_never || plan.kw == 0.0) continue;
    chart.bars.push_back({row, plan.start_ns, plan.end_ns, style.text,
                          std::min(1.0, std::abs(plan.kw) / std::max(evse.max_kw, 1e-9)), true, no_row});
  }
}

Chart chart_of(const model::Run& run, const Ui& ui) {
  const Selection& selection = ui.selection;
  Chart chart;
  const auto& evses = shown_evses(ui, run, selected_site(ui, run), selection.station, ui.order);
  std::size_t pieces = run.plans.size();
  for (const std::uint32_t row : evses) pieces += run.evses[row].kw.size();
  for (std::uint32_t row = 0; row < evses.size(); ++row) {
    const model::Evse& evse = run.evses[evses[row]];
    chart.names.push_back(evse.name);
    add_stays(chart, run, row, evse, ui.canvas.style);
    if (pieces <= most_pieces) add_power(chart, row, evse, run, ui.canvas.style);
  }
  std::stable_sort(chart.bars.begin(), chart.bars.end(), [](const plot::Bar& a, const plot::Bar& b) {
    return std::pair(a.row, a.from_ns) < std::pair(b.row, b.from_ns);
  });
  return chart;
}

void explain_session(const Ui& ui, const model::Run& run, const model::Session& session) {
  const auto line = [](Word word, const Ui& shown, const std::string& value) {
    ImGui::TextUnformatted(fmt::format("{}: {}", shown.tr(word), value).c_str());
  };
  ImGui::BeginTooltip();
  ImGui::TextUnformatted(fmt::format("{}  {}", session.name, session.vehicle).c_str());
  line(Word::stay, ui,
       fmt::format("{} - {}", run.clock.date_time_text(session.plugged_in_ns),
                   run.clock.date_time_text(session.departed_ns)));
  line(Word::got_of_wanted, ui,
       fmt::format("{} / {} kWh", analysis::number_text(session.got_kwh, 2),
                   analysis::number_text(session.wanted_kwh, 2)));
  if (missed(session)) line(Word::kpi_unmet, ui, fmt::format("{} kWh", analysis::number_text(session.unmet_kwh, 2)));
  line(Word::driver_paid, ui, money_text(ui, run, session.paid));
  ImGui::EndTooltip();
}

}  // namespace

void draw_gantt_panel(Ui& ui, ImVec2 size) {
  const model::Run* run = ui.shown_run();
  if (run == nullptr) return;
  const GanttQuestion question{selected_site(ui, *run), ui.selection.station, ui.order, ui.settings.dark};
  const Chart& chart =
      panel_state(ui).gantt.at(kept_of(ui, *run)).get_or_make(*run, question, [&] { return chart_of(*run, ui); });

  const bool is_a = run == ui.run_a();
  std::uint32_t selected_row = no_row;
  // A selection is a row of run A; another run has it by name.
  if (ui.selection.evse != no_row && ui.run_a() != nullptr) {
    const std::string& name = ui.run_a()->evses[ui.selection.evse].name;
    const auto place = std::find(chart.names.begin(), chart.names.end(), name);
    if (place != chart.names.end()) selected_row = static_cast<std::uint32_t>(place - chart.names.begin());
  }

  const plot::GanttReply reply = plot::draw_gantt("sessions", ui.canvas, size, chart.names, chart.bars, selected_row);
  ui.items.register_rect("sessions", reply.min, reply.max);
  if (reply.hovered) ui.hovered_panel = "sessions";
  if (reply.hovered && reply.id != no_row) explain_session(ui, *run, run->sessions[reply.id]);
  if (!reply.clicked) return;
  // Sessions of run B have no rows in A: their EVSE is selected.
  if (reply.id != no_row && is_a) {
    ui.select_session(reply.id);
  } else if (reply.row != no_row) {
    const std::uint32_t row = find_evse(*ui.run_a(), chart.names[reply.row]);
    if (row != no_row) ui.select_evse(row);
  }
}

}  // namespace evtwin::viewer::ui
