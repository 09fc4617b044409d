// What strategies foresaw of sun and load, over what came: a tab of its own.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/model/forecasts.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui {
namespace {

using plot::Category;

struct Foreseen {
  const char* quantity;
  Word name;
  Category came, foreseen;
};
constexpr Foreseen all_foreseen[] = {{"pv", Word::series_pv, Category::orange, Category::vermillion},
                                     {"load", Word::series_load, Category::purple, Category::blue}};

template <class... Values>
std::string said(const Ui& ui, Word words, const Values&... values) {
  return fmt::format(fmt::runtime(ui.tr(words)), values...);
}

/// "PV: mean error 1.42 kW over 1,330 steps, 90 % of 1,330 within the 10-90 % band, skill 0.13 ..."
std::string sentence_of(const Ui& ui, const std::string& name, const model::ForecastOfSite& forecast) {
  const analysis::ForecastErrors& errors = forecast.over_time.errors;
  if (forecast.given) return said(ui, Word::forecast_given, name);
  std::string text = said(ui, Word::forecast_sentence, name, figure_text(errors.mean_abs_error, "kW", 2),
                          fmt::format("{}", errors.steps));
  if (errors.with_band > 0)
    text += said(ui, Word::forecast_coverage, percent_text(errors.coverage()), fmt::format("{}", errors.with_band));
  if (!std::isnan(errors.skill()))
    text +=
        said(ui, Word::forecast_skill_told, fmt::format("{:.2f}", errors.skill()), fmt::format("{}", errors.compared));
  return text;
}

}  // namespace

void draw_forecast_plot(Ui& ui, ImVec2 size) {
  const model::Run* run = ui.shown_run();
  if (run == nullptr) return;
  const std::uint32_t chosen = selected_site(ui, *run), site = chosen == no_row ? 0 : chosen;
  const std::size_t kept = kept_of(ui, *run);
  PanelState& state = panel_state(ui);
  const TimeNs now_ns = ui.time.cursor_ns();

  struct Shown {
    const Foreseen* what;
    std::string name;
    const model::ForecastOfSite* forecast;
    const model::ForecastCurves* fan = nullptr;
    TimeNs fan_ns = 0;
  };
  std::vector<Shown> shown;
  for (std::size_t q = 0; q < std::size(all_foreseen); ++q) {
    const Foreseen& what = all_foreseen[q];
    const model::ForecastOfSite& forecast = state.forecasts.at(kept).at(q).get_or_make(
        *run, site, [&] { return model::forecast_of_site(*run, site, what.quantity); });
    if (forecast.over_time.steps.empty()) continue;
    Shown& one = shown.emplace_back(Shown{&what, ui.tr(what.name), &forecast});
    const std::uint32_t row = model::forecast_seen_at(*run, site, what.quantity, now_ns);
    if (row == no_row) continue;
    one.fan_ns = run->forecasts[row].seen_ns;
    one.fan = &state.forecast_fans.at(kept).at(q).get_or_make(
        *run, row, [&] { return model::curves_of_forecast(run->forecasts[row]); });
  }

  const float top = ImGui::GetCursorPosY();
  if (shown.empty()) ImGui::TextWrapped("%s", ui.tr(Word::forecast_none));
  for (const Shown& one : shown) {
    const std::string text = sentence_of(ui, one.name, *one.forecast);
    ui.fonts.need_characters(text);
    ImGui::TextWrapped("%s", text.c_str());
    ui.items.register_text(fmt::format("forecast.{}", one.what->quantity), text);
  }
  if (shown.empty()) return;

  const plot::Style& style = ui.canvas.style;
  plot::Axis power, skill;
  power.unit = "kW";
  const bool any_skill =
      std::any_of(shown.begin(), shown.end(), [](const Shown& one) { return !one.forecast->skill.empty(); });
  if (any_skill) skill.unit = ui.tr(Word::forecast_skill_axis), skill.min = -1.0, skill.max = 1.0;
  plot::TimePlot plot("plot.forecast", ui.canvas, {size.x, size.y - (ImGui::GetCursorPosY() - top)}, power, skill);
  const float scale = ui.settings.scale;
  for (const Shown& one : shown) {
    const ImU32 colour = plot::colour_of(style, one.what->foreseen);
    const model::ForecastCurves& curves = one.forecast->curves;
    const model::Site& of = run->sites[site];
    if (one.forecast->over_time.errors.with_band > 0)
      plot.add_band(said(ui, Word::forecast_band, one.name), curves.band_middle, curves.band_reach,
                    plot::with_alpha(colour, 0.2));
    plot.add_line(said(ui, Word::forecast_came, one.name), one.what->quantity[0] == 'p' ? of.pv_kw : of.load_kw,
                  {plot::colour_of(style, one.what->came), 1.5F * scale});
    plot::Stroke dashed{colour, 1.5F * scale};
    dashed.dashed = true;
    plot.add_line(said(ui, Word::forecast_foreseen, one.name), curves.mean, dashed);
    if (one.fan != nullptr && !one.forecast->given) {
      plot.add_line(said(ui, Word::forecast_fan, one.name, run->clock.date_time_text(one.fan_ns)), one.fan->mean,
                    {plot::with_alpha(colour, 0.8), 1.0F * scale});
    }
    if (!one.forecast->skill.empty()) {
      plot::Stroke thin{plot::with_alpha(colour, 0.6), 1.0F * scale};
      plot.add_line(said(ui, Word::forecast_skill, one.name), one.forecast->skill, thin, plot::Side::right);
    }
  }
  finish_plot(ui, plot, "plot.forecast");
}

}  // namespace evtwin::viewer::ui
