#include "sweep/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "analysis/kpi.hpp"
#include "analysis/prose.hpp"
#include "analysis/text_table.hpp"
#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "sweep/summary.hpp"

namespace evtwin::sweep {

namespace {

using analysis::in_language;

// Told apart also by those who see few colours: Okabe and Ito, "Color universal design" (2008), then darker ones.
constexpr std::array<Color, 12> palette{{{0, 114, 178},
                                         {230, 159, 0},
                                         {0, 158, 115},
                                         {204, 121, 167},
                                         {213, 94, 0},
                                         {86, 180, 233},
                                         {90, 90, 90},
                                         {160, 130, 0},
                                         {0, 70, 110},
                                         {120, 60, 100},
                                         {0, 90, 65},
                                         {140, 60, 0}}};
constexpr Color ink{34, 34, 34}, rule{221, 221, 221}, grey{187, 187, 187};
constexpr double chart_width = 760.0, chart_height = 460.0, margin_left = 92.0, margin_right = 24.0, margin_top = 46.0,
                 margin_bottom = 58.0;

/// From data to places, with ticks at round numbers.
struct Axis {
  double low = 0.0, high = 1.0, step = 1.0;

  double part(double value) const { return (value - low) / (high - low); }
};

Axis axis_of(double low, double high) {
  if (!(low < high)) {
    const double pad = low == 0.0 ? 1.0 : std::abs(low) * 0.1;
    low -= pad;
    high += pad;
  }
  const double rough = (high - low) / 6.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
}

std::string tick_text(double value, double step) {
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return analysis::number_text(std::abs(value) < step * 1e-6 ? 0.0 : value, decimals);
}

double place_x(double part) { return margin_left + part * (chart_width - margin_left - margin_right); }
double place_y(double part) {
  return chart_height - margin_bottom - part * (chart_height - margin_top - margin_bottom);
}

void draw_frame(Drawing& drawing, const Axis& y, const std::string& x_name, const std::string& y_name) {
  for (double value = y.low; value <= y.high + y.step * 1e-6; value += y.step) {
    const double at = place_y(y.part(value));
    drawing.lines.push_back({margin_left, at, chart_width - margin_right, at, 1.0, rule});
    drawing.texts.push_back({margin_left - 8.0, at + 4.0, 12.0, Drawing::Anchor::end, ink, tick_text(value, y.step)});
  }
  drawing.lines.push_back(
      {margin_left, chart_height - margin_bottom, chart_width - margin_right, chart_height - margin_bottom, 1.2, ink});
  drawing.texts.push_back({chart_width / 2.0, chart_height - 14.0, 13.0, Drawing::Anchor::middle, ink, x_name});
  drawing.texts.push_back({20.0, chart_height / 2.0, 13.0, Drawing::Anchor::middle, ink, y_name, true});
}

void tick_x(Drawing& drawing, double at, const std::string& text) {
  drawing.lines.push_back({at, chart_height - margin_bottom, at, chart_height - margin_bottom + 4.0, 1.2, ink});
  drawing.texts.push_back({at, chart_height - margin_bottom + 18.0, 12.0, Drawing::Anchor::middle, ink, text});
}

std::string with_unit(const Table& table, const std::string& figure) {
  const analysis::KpiInfo* info = analysis::find_kpi_info(figure);
  if (info == nullptr || info->unit.empty()) return figure;
  const std::string unit = info->unit == "money" ? table.currency : std::string(info->unit);
  return unit.empty() ? figure : fmt::format("{} [{}]", figure, unit);
}

/// Points that are shown on one line.
struct Series {
  std::string name;
  std::vector<Cell> cells;  ///< by place on the x axis
};

std::size_t factor_of(const Table& table, const std::string& name) {
  std::vector<std::string_view> known;
  for (std::size_t f = 0; f < table.layout.factors.size(); ++f) {
    if (table.layout.factors[f].name == name) return f;
    known.push_back(table.layout.factors[f].name);
  }
  throw SweepError(fmt::format("{} is not varied in this sweep{}", kernel::make_printable(name, 60),
                               kernel::did_you_mean(name, known)));
}

bool is_held(const Table& table, const ChartRequest& request, const Point& point) {
  return std::all_of(request.where.begin(), request.where.end(),
                     [&](const auto& held) { return point[factor_of(table, held.first)] == held.second; });
}

std::vector<Series> series_of(const Table& table, const ChartRequest& request, std::size_t against) {
  std::vector<Series> series;
  for (std::size_t s = 0; s < table.strategies.size(); ++s) {
    for (std::size_t p = 0; p < table.layout.points.size(); ++p) {
      const Point& point = table.layout.points[p];
      if (!is_held(table, request, point)) continue;
      std::string name = table.strategies[s];
      for (std::size_t f = 0; f < point.size(); ++f) {
        const std::string& factor = table.layout.factors[f].name;
        if (f != against && !request.where.contains(factor)) name += fmt::format(", {} {}", factor, point[f]);
      }
      auto at = std::find_if(series.begin(), series.end(), [&](const Series& one) { return one.name == name; });
      if (at == series.end()) at = series.insert(series.end(), {name, {}});
      at->cells.push_back({p, s});
    }
  }
  if (series.empty()) throw SweepError("no point has these values of --where");
  if (series.size() > palette.size())
    throw SweepError(fmt::format("the picture would have {} lines, more than {}; hold a parameter, as --where {}={}",
                                 series.size(), palette.size(),
                                 table.layout.factors[against == 0 ? table.layout.factors.size() - 1 : 0].name,
                                 table.layout.points.front()[against == 0 ? table.layout.factors.size() - 1 : 0]));
  return series;
}

void draw_legend(Drawing& drawing, const std::vector<std::string>& names) {
  // As many rows as the names need; a letter is taken to be 7 points wide.
  double x = margin_left, y = 30.0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double needs = 26.0 + 7.0 * static_cast<double>(kernel::display_width(names[i])) + 14.0;
    if (x + needs > chart_width - margin_right && x > margin_left) {
      x = margin_left;
      y += 16.0;
    }
    drawing.lines.push_back({x, y - 4.0, x + 18.0, y - 4.0, 2.2, palette[i % palette.size()]});
    drawing.texts.push_back({x + 24.0, y, 12.0, Drawing::Anchor::start, ink, names[i]});
    x += needs;
  }
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    if (std::isnan(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool is_empty() const { return low > high; }
};

/// Places of a parameter's values on the x axis: numbers by their size, other values side by side.
struct Places {
  std::vector<std::string> values;
  bool numeric = true;
  Range range;  ///< of the numbers

  double x(const std::string& value) const {
    constexpr double pad = 0.04;
    const auto at = static_cast<double>(std::find(values.begin(), values.end(), value) - values.begin());
    const double part =
        numeric ? (range.high > range.low ? (*number_of(value) - range.low) / (range.high - range.low) : 0.5)
                : (at + 0.5) / static_cast<double>(values.size());
    return place_x(pad + (1.0 - 2.0 * pad) * part);
  }
};

Places places_of(const Table& table, const ChartRequest& request, std::size_t against) {
  Places places;
  for (const Point& point : table.layout.points) {
    if (!is_held(table, request, point)) continue;
    const std::string& value = point[against];
    if (std::find(places.values.begin(), places.values.end(), value) == places.values.end())
      places.values.push_back(value);
    const std::optional<double> number = number_of(value);
    places.numeric = places.numeric && number;
    if (number) places.range.add(*number);
  }
  return places;
}

/// A figure against a parameter, and where its points stand.
struct FigureChart {
  const Table& table;
  const ChartRequest& request;
  std::size_t against = 0;  ///< factor on the x axis
  bool spread = false;      ///< points have intervals
  Places places;
  Axis y;

  analysis::Spread mean_of(const Cell& cell) const {
    return analysis::spread_of(figures_by_seed(table, cell, request.figure));
  }
  Range range_of(const std::vector<Series>& series) const;
  std::vector<Cell> in_order(std::vector<Cell> cells) const;
  void draw_series(Drawing& drawing, const std::vector<Cell>& cells, double shift, Color color) const;
  std::vector<std::string> notes() const;
};

/// The axis has room for the intervals, too.
Range FigureChart::range_of(const std::vector<Series>& series) const {
  Range range;
  for (const Series& one : series) {
    for (const Cell& cell : one.cells) {
      const analysis::Spread s = mean_of(cell);
      range.add(s.mean);
      if (!spread) continue;
      range.add(interval_of(s).low);
      range.add(interval_of(s).high);
    }
  }
  return range;
}

/// Lines go from the least number to the largest.
std::vector<Cell> FigureChart::in_order(std::vector<Cell> cells) const {
  if (places.numeric)
    std::stable_sort(cells.begin(), cells.end(), [&](const Cell& a, const Cell& b) {
      return *number_of(table.layout.points[a.point][against]) < *number_of(table.layout.points[b.point][against]);
    });
  return cells;
}

void FigureChart::draw_series(Drawing& drawing, const std::vector<Cell>& cells, double shift, Color color) const {
  std::optional<std::pair<double, double>> before;
  for (const Cell& cell : in_order(cells)) {
    const analysis::Spread s = mean_of(cell);

    // A mean that does not apply breaks the line: nothing is drawn across the gap.
    if (std::isnan(s.mean)) {
      before.reset();
      continue;
    }

    const double x = places.x(table.layout.points[cell.point][against]) + shift;
    const double at = place_y(y.part(s.mean));
    if (before && places.numeric) drawing.lines.push_back({before->first, before->second, x, at, 1.6, color});

    const Interval interval = interval_of(s);
    if (spread && !std::isnan(interval.low)) {
      const double low = place_y(y.part(interval.low)), high = place_y(y.part(interval.high));
      drawing.lines.push_back({x, low, x, high, 1.2, color});
      drawing.lines.push_back({x - 3.0, low, x + 3.0, low, 1.2, color});
      drawing.lines.push_back({x - 3.0, high, x + 3.0, high, 1.2, color});
    }

    drawing.discs.push_back({x, at, 3.2, color});
    before = std::pair(x, at);
  }
}

/// Sentences below the picture: what is shown, of which points, and what points and bars are.
std::vector<std::string> FigureChart::notes() const {
  std::vector<std::string> out;
  out.push_back(in_language(request.korean, "{}: {} against {}.", "{}: {} - {}에 따른 변화.", table.scenario,
                            request.figure, table.layout.factors[against].name));
  for (const auto& [name, value] : request.where) out.push_back(fmt::format("{} = {}", name, value));
  if (const analysis::KpiInfo* info = analysis::find_kpi_info(request.figure); info != nullptr)
    out.push_back(fmt::format("{}: {}", request.figure, request.korean ? info->help_ko : info->help));
  out.push_back(spread ? in_language(request.korean,
                                     "Points: means over {} seeds; bars: 95 % interval of the mean (Student's t).",
                                     "점: 시드 {}개의 평균; 막대: 평균의 95 % 구간(Student t).", table.layout.seeds)
                       : in_language(request.korean, "One result per point: no spread to show.",
                                     "조건마다 결과가 하나라 편차가 없습니다."));
  return out;
}

}  // namespace

Chart figure_chart(const Table& table, const ChartRequest& request) {
  check_figures(table, {request.figure});
  if (table.layout.factors.empty())
    throw SweepError("nothing is varied in this sweep: there is no parameter to draw a figure against");
  const std::size_t against = request.against.empty() ? 0 : factor_of(table, request.against);
  for (const auto& [name, value] : request.where) factor_of(table, name);
  const std::vector<Series> series = series_of(table, request, against);
  const bool spread = table.layout.seeds > 1 && seeds_matter(table);

  FigureChart figure{table, request, against, spread, places_of(table, request, against), {}};
  const Range range = figure.range_of(series);
  if (range.is_empty())
    throw SweepError(
        fmt::format("{} does not apply to any run of this sweep", kernel::make_printable(request.figure, 60)));
  figure.y = axis_of(range.low, range.high);

  Chart chart;
  Drawing& drawing = chart.drawing;
  drawing.width = chart_width;
  drawing.height = chart_height;
  const std::string& factor = table.layout.factors[against].name;
  drawing.title = fmt::format("{}: {} / {}", table.scenario, request.figure, factor);
  draw_frame(drawing, figure.y, factor, with_unit(table, request.figure));

  // As many ticks as can be read.
  const std::vector<std::string>& values = figure.places.values;
  const std::size_t every = (values.size() + 11) / 12;
  for (std::size_t i = 0; i < values.size(); i += every) tick_x(drawing, figure.places.x(values[i]), values[i]);

  std::vector<std::string> names;
  for (std::size_t i = 0; i < series.size(); ++i) {
    names.push_back(series[i].name);
    // Side by side by a little, so that intervals of several lines at one value can be told apart.
    const double shift =
        spread ? (static_cast<double>(i) - (static_cast<double>(series.size()) - 1.0) / 2.0) * 3.0 : 0.0;
    figure.draw_series(drawing, series[i].cells, shift, palette[i]);
  }
  draw_legend(drawing, names);
  chart.notes = figure.notes();
  return chart;
}

Chart front_chart(const Table& table, const std::vector<std::string>& figures, bool korean) {
  const std::vector<Standing> standing = pareto_standings(table, figures);
  if (figures.size() != 2) throw SweepError("a picture of a front has two figures, as --pareto objective,unmet_kwh");
  struct Place {
    double x, y;
    Standing standing;
    std::size_t strategy;
  };
  std::vector<Place> places;
  Range x_range, y_range;
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const Cell cell{i / table.strategies.size(), i % table.strategies.size()};
    const double x = analysis::spread_of(figures_by_seed(table, cell, figures[0])).mean;
    const double y = analysis::spread_of(figures_by_seed(table, cell, figures[1])).mean;
    if (standing[i] == Standing::apart) continue;
    places.push_back({x, y, standing[i], cell.strategy});
    x_range.add(x);
    y_range.add(y);
  }
  if (places.empty()) throw SweepError("no point has both figures: there is no front");

  const Axis x = axis_of(x_range.low, x_range.high), y = axis_of(y_range.low, y_range.high);
  Chart chart;
  Drawing& drawing = chart.drawing;
  drawing.width = chart_width;
  drawing.height = chart_height;
  drawing.title = fmt::format("{}: {} / {}", table.scenario, figures[0], figures[1]);
  draw_frame(drawing, y, with_unit(table, figures[0]), with_unit(table, figures[1]));

  for (double value = x.low; value <= x.high + x.step * 1e-6; value += x.step)
    tick_x(drawing, place_x(x.part(value)), tick_text(value, x.step));

  // The front's line first, grey points below coloured ones.
  std::vector<Place> front;
  std::copy_if(places.begin(), places.end(), std::back_inserter(front),
               [](const Place& place) { return place.standing == Standing::on_front; });
  std::sort(front.begin(), front.end(),
            [](const Place& a, const Place& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  for (std::size_t i = 1; i < front.size(); ++i)
    drawing.lines.push_back({place_x(x.part(front[i - 1].x)), place_y(y.part(front[i - 1].y)),
                             place_x(x.part(front[i].x)), place_y(y.part(front[i].y)), 1.0, ink});
  for (const Place& place : places) {
    if (place.standing == Standing::dominated)
      drawing.discs.push_back({place_x(x.part(place.x)), place_y(y.part(place.y)), 3.2, grey});
  }
  for (const Place& place : front)
    drawing.discs.push_back(
        {place_x(x.part(place.x)), place_y(y.part(place.y)), 4.2, palette[place.strategy % palette.size()]});
  draw_legend(drawing, table.strategies);

  chart.notes.push_back(in_language(
      korean,
      "{}: means over {} seed(s). On the line: nothing is better in one without being worse in the other; grey: "
      "dominated.",
      "{}: 시드 {}개의 평균. 선 위: 다른 하나를 더 나쁘게 하지 않고는 나아질 수 없는 조합; 회색: 지배되는 조합.",
      table.scenario, table.layout.seeds));
  return chart;
}

}  // namespace evtwin::sweep
