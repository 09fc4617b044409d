// Figures as parts of a page: data as SVG that stretches, words as HTML that does not.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"
#include "report/drawing.hpp"
#include "report/figure.hpp"

namespace evtwin::report {
namespace {

constexpr double axis_height = 10'000.0;

std::string ticks_html(const std::vector<Tick>& ticks, std::string_view side) {
  std::string out;
  for (const Tick& tick : ticks)
    out += fmt::format("<i{} style=\"{}:{:.2f}%\">{}</i>",
                       tick.at < 0.02   ? " class=a"
                       : tick.at > 0.98 ? " class=z"
                                        : "",
                       side, 100.0 * tick.at, escape_html(tick.text));
  return out;
}

/// Letters of the longest tick: so much room the axis takes on the left.
std::size_t longest_tick(const Axis& axis) {
  std::size_t letters = 0;
  for (const Tick& tick : axis.ticks) letters = std::max(letters, tick.text.size());
  return letters;
}

std::string grid_lines(const Axis& axis, std::int64_t width) {
  std::string path;
  for (const Tick& tick : axis.ticks) path += fmt::format("M0 {:.0f}H{}", axis_height * (1.0 - tick.at), width);
  return fmt::format("<path class=grid d=\"{}\"/>", path);
}

std::string head_of(const Figure& figure, bool zooms) {
  const std::string unit = figure.unit.empty() ? "" : fmt::format(" <small>{}</small>", escape_html(figure.unit));
  std::string out = fmt::format("<figure id=\"fig-{0}\" data-kind={1}>\n<figcaption><h3>{2}{3}</h3>", figure.id,
                                static_cast<int>(figure.kind), html_of(figure.title), unit);
  if (zooms) {
    out +=
        "<span class=tools><button data-do=in aria-label=\"zoom in\">+</button><button data-do=out aria-label=\"zoom "
        "out\">&minus;</button><button data-do=all aria-label=\"whole time\">&#8596;</button></span>";
  }
  return out + "</figcaption>\n";
}

std::string foot_of(const Figure& figure) {
  return (figure.note.en.empty() ? "" : fmt::format("<p class=note>{}</p>", html_of(figure.note))) + "</figure>\n";
}

std::string lines_html(const Figure& figure, const TimeFrame& frame) {
  const Axis axis = value_axis(figure);
  std::string out = head_of(figure, true) + "<p class=legend>";

  // Lines with hints (one per vehicle) are too many for a legend: the pointer names them.
  const bool has_hints =
      std::any_of(figure.series.begin(), figure.series.end(), [](const Series& s) { return !s.hint.en.empty(); });
  for (std::size_t i = 0; i < figure.series.size() && !has_hints; ++i) {
    const Series& series = figure.series[i];
    out += fmt::format("<button class=\"k c{}{}\" data-s={} aria-pressed={}>{}</button>", series.colour,
                       series.dashed ? " dash" : "", i, series.shown ? "true" : "false", html_of(series.name));
  }

  out += fmt::format(
      "</p>\n<div class=\"plot{}\" tabindex=0 style=\"--letters:{}\" data-low={:.9g} data-high={:.9g} data-unit=\"{}\" "
      "data-dec={}>",
      figure.tall ? "" : " low", longest_tick(axis), axis.low, axis.high, escape_html(figure.unit), figure.decimals);

  out += fmt::format("<div class=ys>{}</div>", ticks_html(axis.ticks, "bottom"));
  out += fmt::format("<div class=area><svg viewBox=\"0 0 {} {:.0f}\" preserveAspectRatio=none aria-hidden=true>{}",
                     frame.span_s, axis_height, grid_lines(axis, frame.span_s));

  // x is in seconds, y in parts of axis_height: preserveAspectRatio=none stretches the drawing to any screen.
  const Placing placing{0.0, 0.0, 1.0, axis_height, 0};
  for (std::size_t i = 0; i < figure.series.size(); ++i) {
    const Series& series = figure.series[i];
    const std::string band = band_path(series, axis, placing);
    out += fmt::format("<g class=\"s c{}{}\" data-s={}{}>", series.colour, series.dashed ? " dash" : "", i,
                       series.shown ? "" : " hidden");
    if (!band.empty()) out += fmt::format("<path class=band d=\"{}\"/>", band);
    const std::string hint =
        series.hint.en.empty() ? "" : fmt::format("<title>{}</title>", escape_html(series.hint.en));
    out += fmt::format("<path class=line d=\"{}\">{}</path></g>", line_path(series, axis, placing), hint);
  }

  out += fmt::format("</svg></div><div class=xs>{}</div></div>\n", ticks_html(time_ticks(frame), "left"));
  return out + foot_of(figure);
}

std::string strokes_html(const Heat& heat, const Grid& grid, std::string_view layer, bool hidden) {
  std::string out =
      fmt::format("<g class=layer data-layer={}{} transform=\"translate(0 .5)\">", layer, hidden ? " hidden" : "");
  for (const HeatStroke& stroke : heat_strokes(grid, heat.max_kw, {0.0, 0.0, 1.0, 1.0, 0}, heat.full_share))
    out +=
        fmt::format("<path class={}{} d=\"{}\"/>", stroke.level < 0 ? 'n' : 'q', std::abs(stroke.level), stroke.path);
  return out + "</g>";
}

std::string heat_html(const Figure& figure, const TimeFrame& frame) {
  const Heat& heat = figure.heat;
  std::string out = head_of(figure, true);
  out += "<p class=legend>";

  if (heat.plan != nullptr) {
    out += fmt::format(
        "<button data-layer=power aria-pressed=true>{}</button><button data-layer=plan aria-pressed=false>{}</button>",
        html_of({"what flowed", "실제"}), html_of({"what was planned", "계획"}));
  }

  out += fmt::format("<span class=scale>0 <svg viewBox=\"0 0 {} 1\" preserveAspectRatio=none>", heat_levels);
  for (int level = 1; level <= heat_levels; ++level)
    out += fmt::format("<path class=q{} d=\"M{} .5h1\"/>", level, level - 1);
  out += fmt::format("</svg> {}</span></p>\n", html_of(full_colour_text(heat)));

  const std::size_t rows = heat.rows.size();
  out +=
      fmt::format("<div class=\"plot heat\" tabindex=0 data-run={} data-columns={} data-bucket={} style=\"--rows:{}\">",
                  heat.run, heat.grid->columns, heat.grid->bucket_s, rows);
  // Names of rows as far as there is room for them; the pointer tells all.
  const std::size_t every = std::max<std::size_t>(1, (rows + 39) / 40);
  out += "<div class=ys>";
  for (std::size_t row = 0; row < rows; row += every)
    out +=
        fmt::format("<i style=\"top:{:.2f}%\">{}</i>",
                    100.0 * (static_cast<double>(row) + 0.5) / static_cast<double>(rows), escape_html(heat.rows[row]));

  const double width = static_cast<double>(frame.span_s) / static_cast<double>(heat.grid->bucket_s);
  out += fmt::format("</div><div class=area><svg viewBox=\"0 0 {:.6g} {}\" preserveAspectRatio=none aria-hidden=true>",
                     width, rows);

  out += strokes_html(heat, *heat.grid, "power", false);
  if (heat.plan != nullptr) out += strokes_html(heat, *heat.plan, "plan", true);
  out += fmt::format("</svg></div><div class=xs>{}</div>", ticks_html(time_ticks(frame), "left"));

  // The cells once more as text, so that the script can read values back under the pointer.
  out += fmt::format("<script type=\"text/plain\" class=cells data-layer=power>{}</script>",
                     packed_cells(*heat.grid, heat.max_kw));
  if (heat.plan != nullptr)
    out += fmt::format("<script type=\"text/plain\" class=cells data-layer=plan>{}</script>",
                       packed_cells(*heat.plan, heat.max_kw));

  return out + "</div>\n" + foot_of(figure);
}

std::string bars_html(const Figure& figure) {
  const Bars& bars = figure.bars;
  double most = 0.0;
  std::size_t letters = 0;  // of the longest value: it stays on one line
  for (const auto& group : bars.values) {
    for (const double value : group) {
      most = std::isnan(value) ? most : std::max(most, std::abs(value));
      letters = std::max(letters, analysis::number_text(value, figure.decimals).size());
    }
  }
  std::string out = head_of(figure, false) + fmt::format("<div class=bars style=\"--letters:{}\">", letters);
  for (std::size_t group = 0; group < bars.groups.size(); ++group) {
    out += fmt::format("<h4>{}</h4>", html_of(bars.groups[group]));
    for (std::size_t run = 0; run < bars.runs.size(); ++run) {
      const double value = bars.values[group][run];
      const double share = most > 0.0 && !std::isnan(value) ? 50.0 * value / most : 0.0;
      out += fmt::format(
          "<div class=bar><span>{}</span><u><s class=\"c{}\" "
          "style=\"left:{:.2f}%;width:{:.2f}%\"></s></u><b>{}</b></div>",
          escape_html(bars.runs[run]), run % 8, share < 0.0 ? 50.0 + share : 50.0, std::abs(share),
          escape_html(analysis::number_text(value, figure.decimals)));
    }
  }
  return out + "</div>\n" + foot_of(figure);
}

std::string points_html(const Figure& figure) {
  const Points& points = figure.points;
  std::string out = head_of(figure, false);
  out += fmt::format(
      "<div class=quadrant data-x=\"{}\" data-y=\"{}\"><p class=legend><label>x <select data-axis=x></select></label> "
      "<label>y <select data-axis=y></select></label></p>",
      points.x_kpi, points.y_kpi);
  const auto [x_low, x_high] = std::minmax_element(points.x.begin(), points.x.end());
  const auto [y_low, y_high] = std::minmax_element(points.y.begin(), points.y.end());
  const auto place = [](double value, double low, double high) {
    return high > low ? 8.0 + 84.0 * (value - low) / (high - low) : 50.0;
  };
  out += fmt::format("<div class=plane><em class=yl>{}</em><em class=xl>{}</em>", points.y_kpi, points.x_kpi);
  for (std::size_t run = 0; run < points.runs.size(); ++run) {
    if (std::isnan(points.x[run]) || std::isnan(points.y[run])) continue;
    out += fmt::format(
        "<i class=\"dot c{}\" data-run={} style=\"left:{:.2f}%;bottom:{:.2f}%\"><b>{}<small></small></b></i>", run % 8,
        run, place(points.x[run], *x_low, *x_high), place(points.y[run], *y_low, *y_high),
        escape_html(points.runs[run]));
  }
  return out + "</div></div>\n" + foot_of(figure);
}

}  // namespace

std::string html_figure(const Figure& figure, const TimeFrame& frame) {
  switch (figure.kind) {
    case FigureKind::lines:
      return lines_html(figure, frame);
    case FigureKind::heat:
      return heat_html(figure, frame);
    case FigureKind::bars:
      return bars_html(figure);
    case FigureKind::points:
      return points_html(figure);
  }
  return {};
}

}  // namespace evtwin::report
