// Figures as SVG files of their own, for slides: the same paths with words of SVG around them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/text_table.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "report/drawing.hpp"
#include "report/figure.hpp"

namespace evtwin::report {
namespace {

constexpr double width = 1280.0, left = 150.0, right = 1250.0, top = 96.0;
constexpr double letter = 9.5;  // width of a letter of 18 px, about

/// Okabe and Ito's colours, apart for every kind of sight (https://jfly.uni-koeln.de/color/), as in page.css.
constexpr std::array<std::string_view, 8> palette{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                  "#e69f00", "#56b4e9", "#555555", "#8c6d1f"};
static_assert(kernel::has_unique_keys(palette));

/// Colours of a heat map from 1 (pale) to heat_levels, and of energy that flows back; as in page.css.
std::string heat_colour(int level) {
  const double share = static_cast<double>(std::abs(level)) / heat_levels;
  const auto mix = [&](double from, double to) { return static_cast<int>(std::lround(from + (to - from) * share)); };
  return level > 0 ? fmt::format("#{:02x}{:02x}{:02x}", mix(226, 8), mix(240, 69), mix(250, 148))
                   : fmt::format("#{:02x}{:02x}{:02x}", mix(253, 166), mix(224, 54), mix(204, 3));
}

class Sheet {
 public:
  Sheet(const Figure& figure, double bottom, bool korean) : bottom_(bottom), korean_(korean) {
    keys_ = text_part(30.0, 44.0, pick(figure.title), 26, "start", "font-weight=\"bold\"");
  }
  std::string pick(const Text& text) const { return korean_ ? text.ko : text.en; }
  void add(std::string_view part) { body_ += part; }
  void text(double x, double y, std::string_view words, int size, std::string_view anchor, std::string_view more = "") {
    add(text_part(x, y, words, size, anchor, more));
  }
  void time_axis(const TimeFrame& frame) {
    for (const Tick& tick : time_ticks(frame)) {
      const double x = left + (right - left) * tick.at;
      add(fmt::format("<path stroke=\"#999\" d=\"M{:.1f} {:.1f}v6\"/>\n", x, bottom_));
      text(x, bottom_ + 26.0, tick.text, 18, "middle");
    }
  }
  /// In rows as wide as the slide; all that is drawn otherwise is moved down below them.
  void key(std::string_view colour, bool dashed, const std::string& name) {
    const double width_of_key = 42.0 + letter * static_cast<double>(kernel::display_width(name));
    if (key_x_ > left && key_x_ + width_of_key > right) key_x_ = left, moved_ += 26.0;
    keys_ += fmt::format("<path stroke=\"{}\" stroke-width=\"4\"{} d=\"M{:.1f} {:.1f}h34\"/>\n", colour,
                         dashed ? " stroke-dasharray=\"8 5\"" : "", key_x_, 70.0 + moved_);
    keys_ += text_part(key_x_ + 42.0, 76.0 + moved_, name, 18, "start");
    key_x_ += width_of_key + 28.0;
  }
  std::string file() const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} "
        "{1:.0f}\" "
        "font-family=\"NanumGothic, Noto Sans KR, Noto Sans, DejaVu Sans, sans-serif\" fill=\"#222\">\n<rect "
        "width=\"100%\" "
        "height=\"100%\" fill=\"#fff\"/>\n{2}<g transform=\"translate(0 {3:.0f})\">\n{4}</g></svg>\n",
        width, bottom_ + 44.0 + moved_, keys_, moved_, body_);
  }

 private:
  static std::string text_part(double x, double y, std::string_view words, int size, std::string_view anchor,
                               std::string_view more = "") {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" text-anchor=\"{}\" {}>{}</text>\n", x, y, size,
                       anchor, more, escape_html(words));
  }

  double bottom_;
  bool korean_;
  double key_x_ = left, moved_ = 0.0;
  std::string keys_, body_;
};

void value_grid(Sheet& sheet, const Axis& axis, double height, const std::string& unit) {
  for (const Tick& tick : axis.ticks) {
    const double y = top + height * (1.0 - tick.at);
    sheet.add(fmt::format("<path stroke=\"#ddd\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", left, y, right));
    sheet.text(left - 10.0, y + 6.0, tick.text, 18, "end");
  }
  sheet.text(30.0, top + 6.0, unit, 18, "start");
}

std::string lines_file(const Figure& figure, const TimeFrame& frame, bool korean) {
  const double height = figure.tall ? 420.0 : 240.0;
  Sheet sheet(figure, top + height, korean);
  const Axis axis = value_axis(figure);
  value_grid(sheet, axis, height, figure.unit);
  const Placing placing{left, top, (right - left) / static_cast<double>(frame.span_s), height, 1};
  for (const Series& series : figure.series) {
    if (!series.shown) continue;
    const std::string_view colour = palette[static_cast<std::size_t>(series.colour) % palette.size()];
    sheet.add(
        fmt::format("<path fill=\"{}\" fill-opacity=\"0.2\" d=\"{}\"/>\n", colour, band_path(series, axis, placing)));
    sheet.add(fmt::format("<path fill=\"none\" stroke=\"{}\" stroke-width=\"2.5\"{} d=\"{}\"/>\n", colour,
                          series.dashed ? " stroke-dasharray=\"8 5\"" : "", line_path(series, axis, placing)));
    if (series.hint.en.empty()) sheet.key(colour, series.dashed, sheet.pick(series.name));
  }
  sheet.time_axis(frame);
  return sheet.file();
}

std::string heat_file(const Figure& figure, const TimeFrame& frame, bool korean) {
  const Heat& heat = figure.heat;
  const double row_height = std::clamp(600.0 / static_cast<double>(heat.rows.size()), 3.0, 28.0);
  const double height = row_height * static_cast<double>(heat.rows.size());
  Sheet sheet(figure, top + height, korean);
  const double per_column =
      (right - left) * static_cast<double>(heat.grid->bucket_s) / static_cast<double>(frame.span_s);

  for (const HeatStroke& stroke : heat_strokes(
           *heat.grid, heat.max_kw, {left, top + row_height / 2.0, per_column, row_height, 1}, heat.full_share))
    sheet.add(fmt::format("<path fill=\"none\" stroke=\"{}\" stroke-width=\"{:.2f}\" d=\"{}\"/>\n",
                          heat_colour(stroke.level), row_height, stroke.path));

  // As many names as can be read; the first row is always named.
  const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(20.0 / row_height)));
  for (std::size_t row = 0; row < heat.rows.size(); row += every)
    sheet.text(left - 8.0, top + row_height * (static_cast<double>(row) + 0.5) + 6.0, heat.rows[row], 16, "end");

  for (int level = 1; level <= heat_levels; ++level)
    sheet.add(fmt::format("<rect x=\"{:.1f}\" y=\"60\" width=\"15\" height=\"16\" fill=\"{}\"/>\n",
                          left + 30.0 + 15.0 * level, heat_colour(level)));
  sheet.text(left + 36.0, 74.0, "0", 18, "end");
  sheet.text(left + 56.0 + 15.0 * heat_levels, 74.0, sheet.pick(full_colour_text(heat)), 18, "start");

  sheet.add(fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{:.1f}\" fill=\"none\" stroke=\"#bbb\"/>\n",
                        left, top, right - left, height));
  sheet.time_axis(frame);
  return sheet.file();
}

std::string bars_file(const Figure& figure, bool korean) {
  const Bars& bars = figure.bars;
  const double row = 30.0, group_gap = 44.0;
  const double height =
      static_cast<double>(bars.groups.size()) * (group_gap + row * static_cast<double>(bars.runs.size()));
  Sheet sheet(figure, top + height, korean);

  double most = 0.0;
  for (const auto& group : bars.values)
    for (const double value : group) most = std::isnan(value) ? most : std::max(most, std::abs(value));

  // Bars of all groups have one scale, so that they can be compared across groups.
  const double zero = 660.0, room = 420.0;
  double y = top;
  for (std::size_t group = 0; group < bars.groups.size(); ++group) {
    sheet.text(30.0, y + 24.0, sheet.pick(bars.groups[group]), 20, "start", "font-weight=\"bold\"");
    y += group_gap;

    for (std::size_t run = 0; run < bars.runs.size(); ++run, y += row) {
      const double value = bars.values[group][run];
      const double length = most > 0.0 && !std::isnan(value) ? room * value / most : 0.0;
      sheet.text(220.0, y + 17.0, bars.runs[run], 18, "end");
      sheet.add(fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"22\" fill=\"{}\"/>\n",
                            length < 0.0 ? zero + length : zero, y, std::abs(length), palette[run % palette.size()]));
      sheet.text(length < 0.0 ? zero + 8.0 : zero - 8.0, y + 17.0, analysis::number_text(value, figure.decimals), 18,
                 length < 0.0 ? "start" : "end");
    }
  }

  sheet.add(fmt::format("<path stroke=\"#999\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>\n", zero, top, top + height));
  sheet.text(right, 74.0, figure.unit, 18, "end");
  return sheet.file();
}

/// Words on a slide: where they begin, how long they are, and the height of their line.
struct Span {
  double x, length, y;
};

/// The height next to `y` at which words cross none that are there and stay above `bottom`.
double free_height(const std::vector<Span>& taken, double x, double length, double y, double bottom) {
  constexpr double line = 22.0;
  for (const double lines : {0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0}) {
    const double at = y + lines * line;
    const bool crosses = std::any_of(taken.begin(), taken.end(), [&](const Span& other) {
      return x < other.x + other.length && other.x < x + length && std::abs(at - other.y) < line;
    });
    if (!crosses && at < bottom && at > top + line) return at;
  }
  return y;
}

std::string points_file(const Figure& figure, bool korean) {
  const Points& points = figure.points;
  const double height = 420.0;
  Sheet sheet(figure, top + height, korean);

  sheet.add(fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#bbb\"/>\n", left,
                        top, right - left, height));
  sheet.text(right, top + height + 28.0, points.x_kpi, 18, "end");
  sheet.text(30.0, 74.0, points.y_kpi, 18, "start");

  // Eight hundredths of margin on each side.
  const auto [x_low, x_high] = std::minmax_element(points.x.begin(), points.x.end());
  const auto [y_low, y_high] = std::minmax_element(points.y.begin(), points.y.end());
  const auto share = [](double value, double low, double high) {
    return high > low ? 0.08 + 0.84 * (value - low) / (high - low) : 0.5;
  };

  std::vector<Span> taken;
  for (std::size_t run = 0; run < points.runs.size(); ++run) {
    if (std::isnan(points.x[run]) || std::isnan(points.y[run])) continue;
    const double x = left + (right - left) * share(points.x[run], *x_low, *x_high);
    const double y = top + height * (1.0 - share(points.y[run], *y_low, *y_high));
    sheet.add(fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"9\" fill=\"{}\"/>\n", x, y,
                          palette[run % palette.size()]));
    // Words stand on the side of their point that has more room, above or below those of another that is close.
    const std::string words = fmt::format("{} ({}, {})", points.runs[run], analysis::number_text(points.x[run], 1),
                                          analysis::number_text(points.y[run], 1));
    const double length = letter * static_cast<double>(kernel::display_width(words));
    const bool on_its_left = x > (left + right) / 2.0;
    const double begin = on_its_left ? x - 14.0 - length : x + 14.0;
    const double line = free_height(taken, begin, length, y + 6.0, top + height);
    taken.push_back({begin, length, line});
    sheet.text(on_its_left ? x - 14.0 : x + 14.0, line, words, 18, on_its_left ? "end" : "start");
  }
  return sheet.file();
}

}  // namespace

std::string svg_file(const Figure& figure, const TimeFrame& frame, bool korean) {
  switch (figure.kind) {
    case FigureKind::lines:
      return lines_file(figure, frame, korean);
    case FigureKind::heat:
      return heat_file(figure, frame, korean);
    case FigureKind::bars:
      return bars_file(figure, korean);
    case FigureKind::points:
      return points_file(figure, korean);
  }
  return {};
}

}  // namespace evtwin::report
