// Power, cost and state of charge: the plots over the shared time axis.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "viewer/model/metered.hpp"
#include "viewer/ui/metered_plot.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/traces.hpp"

namespace evtwin::viewer::ui {
namespace {

using plot::Category;
using plot::Stroke;

/// Runs to be drawn over each other, B dashed.
struct Layer {
  const model::Run* run;
  std::string prefix;  ///< "A " and "B " where there are two
  bool dashed;
};
std::vector<Layer> layers(const Ui& ui) {
  const model::Run *a = ui.run_a(), *b = ui.run_b();
  if (b == nullptr) return {{a, "", false}};
  if (ui.compare == Compare::a) return {{a, "", false}};
  if (ui.compare == Compare::b) return {{b, "", false}};
  return {{a, "A ", false}, {b, "B ", true}};
}

Stroke stroke(const Ui& ui, Category category, bool dashed, double fill = 0.0, float width = 1.5F) {
  Stroke look;
  look.colour = plot::colour_of(ui.canvas.style, category);
  look.width = width * ui.settings.scale;
  look.dashed = dashed;
  look.fill = dashed ? 0.0 : fill;
  return look;
}

/// Of a run's line. B's are dashed, and have colours of their own that no line of A has: a limit is dashed as well.
Stroke stroke_of(const Ui& ui, const Layer& layer, Category category, bool dashed = false, double fill = 0.0,
                 float width = 1.5F) {
  Stroke look = stroke(ui, category, dashed || layer.dashed, fill, width);
  if (layer.dashed) look.colour = plot::second_colour_of(ui.canvas.style, category);
  return look;
}

/// The site selected, or the first; several sites are not summed, since each has a grid connection of its own. Null:
/// the run has no such site.
const model::Site* site_of(const Ui& ui, const model::Run* run) {
  const std::uint32_t row = run == nullptr ? model::no_such_site : drawn_site(ui, *run);
  return run != nullptr && row < run->sites.size() ? &run->sites[row] : nullptr;
}

/// Prices of the tariff as bands behind a plot: the dearer, the darker.
std::vector<plot::TimeSpan> tariff_bands(const Ui& ui, const model::Site& site) {
  std::vector<plot::TimeSpan> bands;
  const model::Series& price = site.buy_price;
  const TimeNs from = ui.time.from_ns(), to = ui.time.to_ns();
  if (price.empty() || to - from > 15 * kernel::day_ns) return bands;
  const model::Extent all = price.extent_of(price.start_ns(), price.end_ns());
  if (!(all.max > all.min)) return bands;
  const auto pieces = price.pieces();
  std::size_t piece = price.piece_at(std::max(from, price.start_ns()));
  for (; piece < pieces.size() && pieces[piece].start_ns < to; ++piece) {
    const double share = (pieces[piece].value - all.min) / (all.max - all.min);
    if (!(share > 0.0)) continue;
    bands.push_back({pieces[piece].start_ns,
                     price.end_of(piece),
                     plot::with_alpha(plot::colour_of(ui.canvas.style, Category::orange), 0.05 + 0.15 * share),
                     {}});
    if (bands.size() > 2000) return {};
  }
  return bands;
}

/// Of all that a power plot of these runs shows in the window; for plots that stand beside each other.
plot::Axis axis_of(const Ui& ui, std::initializer_list<const model::Run*> runs) {
  plot::Axis axis;
  axis.unit = "kW";
  double low = 0.0, high = 0.0;
  for (const model::Run* run : runs) {
    const model::Site* site = site_of(ui, run);
    if (site == nullptr) continue;
    for (const model::Series* series : {&site->pv_kw, &site->load_kw, &site->storage_kw, &site->ev_kw, &site->grid_kw,
                                        &site->power_setpoint_kw, &site->contract_kw}) {
      const model::Extent extent = series->extent_of(ui.time.from_ns(), ui.time.to_ns());
      if (std::isnan(extent.min)) continue;
      low = std::min(low, extent.min);
      high = std::max(high, extent.max);
    }
  }
  const plot::Range range = plot::nice_range(low, high, true);
  axis.min = range.min;
  axis.max = range.max;
  return axis;
}

const model::Series& metered_shown(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = drawn_site(ui, run);
  return panel_state(ui).metered_site.at(kept_of(ui, run)).get_or_make(run, site, [&] {
    return model::metered_of_site(run, site);
  });
}

const model::Series& error_shown(const Ui& ui, const model::Run& run) {
  return panel_state(ui).error_site.at(kept_of(ui, run)).get_or_make(run, 0, [&] {
    return model::metered_error_of_site(run);
  });
}

void power_of(Ui& ui, ImVec2 size, const std::vector<Layer>& shown, const char* id, std::string title,
              plot::Axis axis = {}) {
  axis.unit = "kW";
  plot::TimePlot plot(id, ui.canvas, size, axis);
  plot.set_title(std::move(title));
  if (const model::Site* site = site_of(ui, shown.front().run); site != nullptr)
    plot.add_spans(ui.tr(Word::tariff_bands), tariff_bands(ui, *site));
  const SharedSignals shared = shown.size() > 1
                                   ? shared_signals(ui, *shown[0].run, *shown[1].run, drawn_site(ui, *shown[0].run))
                                   : SharedSignals{};
  for (const Layer& layer : shown) {
    const model::Site* site = site_of(ui, layer.run);
    if (site == nullptr) continue;
    const auto add = [&](const std::string& text, const model::Series& series, const Stroke& look, bool same) {
      if (series.empty() || (same && layer.dashed)) return;
      plot.add_line((same ? "" : layer.prefix) + text, series, look);
    };
    add(ui.tr(Word::series_pv), site->pv_kw, stroke_of(ui, layer, Category::yellow, false, 0.15, 1.2F), shared.pv);
    add(ui.tr(Word::series_load), site->load_kw, stroke_of(ui, layer, Category::purple, false, 0.0, 1.2F), shared.load);
    // On the stage the cars and the battery are seen; two runs differ by what they draw from the grid.
    const bool only_grid = shown.size() > 1 && ui.settings.layout == Layout::stakeholder;
    if (!only_grid) {
      add(ui.tr(Word::series_storage), site->storage_kw, stroke_of(ui, layer, Category::green, false, 0.0, 1.2F),
          false);
      add(ui.tr(Word::series_ev), site->ev_kw, stroke_of(ui, layer, Category::sky_blue, false, 0.15), false);
    }
    add(metered_text(ui, Word::series_grid, {site}), site->grid_kw,
        stroke_of(ui, layer, Category::blue, false, 0.0, 2.0F), false);
    // A replay: what was metered over what the twin has, and how far the twin's power is off.
    if (!layer.run->metered.empty() && !error_shown(ui, *layer.run).empty())
      plot.add_band(layer.prefix + error_label(ui, error_shown(ui, *layer.run).pieces().front().value), site->ev_kw,
                    error_shown(ui, *layer.run),
                    plot::with_alpha(stroke_of(ui, layer, Category::sky_blue).colour, 0.3));
    if (!layer.run->metered.empty())
      add(ui.tr(Word::series_metered), metered_shown(ui, *layer.run),
          stroke_of(ui, layer, Category::vermillion, false, 0.0, 1.6F), false);
    add(ui.tr(Word::series_setpoint), site->power_setpoint_kw, stroke_of(ui, layer, Category::black, true, 0.0, 1.0F),
        shared.setpoint);
    add(ui.tr(Word::series_contract), site->contract_kw, stroke_of(ui, layer, Category::vermillion, true),
        shared.contract);
  }
  finish_plot(ui, plot, id);
}

}  // namespace

void draw_power_plot(Ui& ui, ImVec2 size) {
  const model::Run *a = ui.run_a(), *b = ui.run_b();
  if (a == nullptr) return;
  if (b != nullptr && ui.compare == Compare::difference) {
    plot::Axis axis;
    axis.unit = "kW";
    plot::TimePlot plot("plot.power", ui.canvas, size, axis);
    plot.set_title(ui.tr(Word::power_difference));
    const model::Site *site_a = site_of(ui, a), *site_b = site_of(ui, b);
    if (site_a != nullptr && site_b != nullptr) {
      plot.add_difference(metered_text(ui, Word::series_grid, {site_a, site_b}), site_a->grid_kw, site_b->grid_kw);
    }
    finish_plot(ui, plot, "plot.power");
    return;
  }
  if (b != nullptr && ui.compare == Compare::split) {
    const ImVec2 half{size.x, std::floor((size.y - ui.px(4.0F)) / 2.0F)};
    const plot::Axis axis = axis_of(ui, {a, b});
    power_of(ui, half, {{a, "", false}}, "plot.power", ui.runs[ui.a].label, axis);
    power_of(ui, half, {{b, "", false}}, "plot.power_b", ui.runs[ui.b].label, axis);
    return;
  }
  power_of(ui, size, layers(ui), "plot.power", ui.tr(Word::power));
}

void draw_price_plot(Ui& ui, ImVec2 size) {
  const model::Run *a = ui.run_a(), *b = ui.run_b();
  if (a == nullptr) return;
  plot::Axis price, total;
  if (!a->currency.empty()) price.unit = fmt::format("{}/kWh", currency_name(ui, *a));
  total.unit = currency_name(ui, *a);
  plot::TimePlot plot("plot.price", ui.canvas, size, price, total);
  plot.set_title(ui.tr(Word::price_and_cost));

  if (b != nullptr && ui.compare == Compare::difference) {
    const model::Site *site_a = site_of(ui, a), *site_b = site_of(ui, b);
    if (site_a != nullptr && site_b != nullptr)
      plot.add_difference(ui.tr(Word::series_cost), site_a->cost, site_b->cost);
    finish_plot(ui, plot, "plot.price");
    return;
  }

  bool first = true;
  for (const Layer& layer : layers(ui)) {
    const model::Site* site = site_of(ui, layer.run);
    if (site == nullptr) continue;
    // Prices stand once, those of the first run shown.
    if (first) {
      if (!site->buy_price.empty())
        plot.add_line(ui.tr(Word::series_buy), site->buy_price, stroke(ui, Category::orange, false, 0.12));
      const model::Extent sell = site->sell_price.extent_of(site->sell_price.start_ns(), site->sell_price.end_ns());
      if (!site->sell_price.empty() && (sell.max != 0.0 || sell.min != 0.0))
        plot.add_line(ui.tr(Word::series_sell), site->sell_price, stroke(ui, Category::green, false));
    }
    first = false;
    if (!site->cost.empty())
      plot.add_line(layer.prefix + ui.tr(Word::series_cost), site->cost,
                    stroke_of(ui, layer, Category::blue, false, 0.0, 2.0F), plot::Side::right);
  }
  finish_plot(ui, plot, "plot.price");
}

namespace {

/// EVSEs whose vehicles' SoC is shown: the one selected; without a storage to show, the first few.
std::vector<std::string> traced_evses(const Ui& ui, bool storage_shown) {
  const model::Run& run = *ui.run_a();
  if (ui.selection.evse < run.evses.size()) return {run.evses[ui.selection.evse].name};
  std::vector<std::string> names;
  if (storage_shown || ui.compare == Compare::overlay) return names;
  for (const std::uint32_t row : shown_evses(ui, run, ui.selection.site, ui.selection.station, ui.order)) {
    if (names.size() == 4) break;
    names.push_back(run.evses[row].name);
  }
  return names;
}

}  // namespace

void draw_soc_plot(Ui& ui, ImVec2 size) {
  if (ui.run_a() == nullptr) return;
  plot::Axis axis;
  axis.unit = "%";
  axis.min = 0.0;
  axis.max = 100.0;
  plot::TimePlot plot("plot.soc", ui.canvas, size, axis);
  plot.set_title(ui.tr(Word::state_of_charge));

  constexpr Category colours[] = {Category::green, Category::purple, Category::orange, Category::blue};
  bool any = false;
  for (const Layer& layer : layers(ui)) {
    const std::uint32_t site = drawn_site(ui, *layer.run);
    std::size_t next = 0;
    for (std::uint32_t row = 0; row < layer.run->storages.size(); ++row) {
      const model::Storage& storage = layer.run->storages[row];
      if (storage.site != site || storage.soc.empty() || next >= 3) continue;
      plot.add_line(layer.prefix + storage.name, storage_soc_percent(ui, *layer.run, row),
                    stroke_of(ui, layer, colours[next++], false, 0.0, 2.0F));
      any = true;
    }
  }

  // An EVSE that is selected stands alone, with the SoC that its vehicles wanted.
  for (const std::string& name : traced_evses(ui, any)) {
    const bool alone = ui.selection.evse != no_row;
    for (const Layer& layer : layers(ui)) {
      const std::uint32_t row = find_evse(*layer.run, name);
      if (row == no_row) continue;
      const EvseTrace& trace = evse_trace(ui, *layer.run, row);
      if (trace.soc_percent.empty()) continue;
      const Category colour = alone ? Category::sky_blue : colours[row % std::size(colours)];
      plot.add_line(layer.prefix + name, trace.soc_percent, stroke_of(ui, layer, colour, false, alone ? 0.15 : 0.0));
      if (alone && !trace.target_percent.empty())
        plot.add_line(layer.prefix + ui.tr(Word::series_target), trace.target_percent,
                      stroke_of(ui, layer, Category::vermillion, true));
      any = true;
    }
  }
  if (!any) plot.set_title(ui.tr(Word::soc_not_known));
  finish_plot(ui, plot, "plot.soc");
}

void draw_vehicles_plot(Ui& ui, ImVec2 size) {
  const model::Run* run = ui.shown_run();
  if (run == nullptr) return;
  plot::Axis axis;
  axis.unit = "kW";
  plot::TimePlot plot("plot.vehicles", ui.canvas, size, axis);
  const Stack& stack = power_stack(ui, *run, selected_site(ui, *run), ui.selection.station);
  plot.set_title(ui.tr(stack.by_station ? Word::power_by_station : Word::power_by_evse));
  constexpr Category colours[] = {Category::blue,   Category::orange, Category::sky_blue,  Category::green,
                                  Category::purple, Category::yellow, Category::vermillion};
  std::size_t next = 0;
  for (const Stack::Part& part : stack.parts) {
    const double alpha = next / std::size(colours) % 2 == 0 ? 0.85 : 0.5;
    plot.add_stack(part.name.empty() ? ui.tr(Word::others) : part.name, *part.kw,
                   plot::with_alpha(plot::colour_of(ui.canvas.style, colours[next % std::size(colours)]), alpha));
    ++next;
  }
  if (const model::Site* site = site_of(ui, run); site != nullptr && !site->contract_kw.empty())
    plot.add_line(ui.tr(Word::series_contract), site->contract_kw, stroke(ui, Category::vermillion, true));
  finish_plot(ui, plot, "plot.vehicles");
}

void draw_heat_panel(Ui& ui, ImVec2 size) {
  const model::Run* run = ui.shown_run();
  if (run == nullptr) return;
  const bool two = ui.run_b() != nullptr;
  const auto source_of = [&](std::size_t which) {
    plot::HeatSource source;
    source.run = ui.runs[which].run;
    source.metric = ui.heat_metric;
    source.evses = shown_evses(ui, *source.run, selected_site(ui, *source.run), ui.selection.station, ui.order);
    if (two) source.label = ui.runs[which].label;
    return source;
  };

  const auto draw = [&](plot::HeatMap& map, const char* id, ImVec2 area, const plot::HeatSource& source) {
    if (ui.csv.panel == id) {
      std::ofstream out(ui.csv.file);
      map.write_csv(out, ui.canvas, source);
      out.close();
      ui.notice = fmt::format("{} {}", ui.tr(out ? Word::written : Word::not_written), ui.csv.file);
      ui.csv = {};
    }

    // A selection is a row of run A; another run has it by name.
    std::uint32_t selected = ui.selection.evse;
    if (source.run.get() != ui.run_a() && selected != no_row)
      selected = find_evse(*source.run, ui.run_a()->evses[selected].name);
    const plot::HeatReply reply = map.draw_map(id, ui.canvas, area, source, selected, ui.still);
    ui.items.register_rect(id, reply.min, reply.max);
    if (!source.label.empty()) ui.items.register_text(std::string(id) + ".label", source.label);
    if (reply.hovered) ui.hovered_panel = id;
    if (!reply.clicked || reply.evse == no_row) return;
    const std::uint32_t row =
        source.run.get() == ui.run_a() ? reply.evse : find_evse(*ui.run_a(), source.run->evses[reply.evse].name);
    if (row != no_row) ui.select_evse(row);
  };

  // Two maps where there is room for them, else that of A: a map of less than 20 pixels between scale and axis shows
  // nothing.
  const bool room = size.y >= ui.px(130.0F);
  if (two && (ui.compare == Compare::split || (ui.compare == Compare::overlay && room))) {
    const ImVec2 half{size.x, std::floor((size.y - ui.px(4.0F)) / 2.0F)};
    plot::HeatSource of_a = source_of(ui.a), of_b = source_of(ui.b);
    of_a.beside = of_b.run;
    of_b.beside = of_a.run;
    draw(ui.heat_a, "heat", half, of_a);
    draw(ui.heat_b, "heat_b", half, of_b);
    return;
  }
  plot::HeatSource source = source_of(two && ui.compare == Compare::b ? ui.b : ui.a);
  if (two && ui.compare == Compare::difference) {
    source = source_of(ui.b);
    source.minus = ui.runs[ui.a].run;
    source.label = "B - A";
  }
  draw(ui.heat_a, "heat", size, source);
}

}  // namespace evtwin::viewer::ui
