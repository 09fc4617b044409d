#include "replay/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "analysis/text_table.hpp"

namespace evtwin::replay {
namespace {

constexpr double left = 52.0, right = 12.0, top = 12.0, bottom = 34.0;

/// A step of 1, 2 or 5 times a power of ten that gives about five ticks up to `most`.
double nice_step(double most) {
  const double rough = most / 5.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10.0 * power;
}

/// Maps values to the drawing, and draws its frame.
struct Frame {
  double width, height, x_most, y_most;

  double x(double value) const { return left + (width - left - right) * value / x_most; }
  double y(double value) const { return height - bottom - (height - top - bottom) * value / y_most; }

  std::string open(const std::string& title) const {
    return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", width, height, title);
  }
  std::string y_axis(const std::string& unit) const {
    std::string text;
    const double step = nice_step(y_most);
    for (int i = 0; i * step <= y_most * (1.0 + 1e-9); ++i) {
      const double at = y(i * step);
      text += fmt::format("<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>", left,
                          width - right, at);
      text += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:g}{}</text>", left - 6.0,
                          at + 4.0, i * step, (i + 1) * step > y_most ? " " + unit : "");
    }
    return text;
  }
};

double rounded_up(double most) { return most > 0.0 ? most * 1.05 : 1.0; }

/// The first distance of points that gives 600 or fewer.
TimeNs point_distance(TimeNs span) {
  constexpr std::array distances{kernel::minute_ns,   5 * kernel::minute_ns, 15 * kernel::minute_ns, kernel::hour_ns,
                                 6 * kernel::hour_ns, kernel::day_ns,        7 * kernel::day_ns};
  for (const TimeNs distance : distances) {
    if (span / distance <= 600) return distance;
  }
  return std::max(span / 600 / kernel::day_ns + 1, TimeNs{1}) * kernel::day_ns;
}

std::string date_text(const market::Calendar& calendar, TimeNs t, bool with_time) {
  const std::string text = calendar.format_local(t);  // 2025-06-02 14:00
  return with_time ? text.substr(5, 11) : text.substr(0, 10);
}

}  // namespace

std::string site_power_chart(std::span<const SiteStep> steps, const market::Calendar& calendar,
                             const std::string& metered_name, const std::string& twin_name, TimeNs& step_ns) {
  step_ns = kernel::minute_ns;
  if (steps.empty()) return {};
  const TimeNs begin = steps.front().from_ns, end = steps.back().to_ns;
  step_ns = point_distance(end - begin);
  // Days and more begin where the first day does; shorter steps by the clock.
  const TimeNs origin = calendar.day_start(begin);
  const auto floor = [&](TimeNs t) { return t - (t - origin) % step_ns; };
  BinMeans means(floor, [&](TimeNs t) { return floor(t) + step_ns; });
  for (const SiteStep& step : steps) means.add_step(step);
  const std::vector<BinMean> bins = means.take_bins();

  double most = 0.0;
  for (const BinMean& bin : bins) most = std::max({most, bin.metered_kw, bin.twin_kw});
  const TimeNs first = floor(begin);
  const double span_h = kernel::hours_between(first, std::max(bins.back().to_ns, first + step_ns));
  const Frame frame{760.0, 260.0, span_h, rounded_up(most)};

  std::string svg = frame.open(fmt::format("{}, {}", metered_name, twin_name)) + frame.y_axis("kW");
  const bool with_time = span_h < 72.0;
  for (int i = 0; i <= 4; ++i) {
    const double h = span_h * i / 4.0;
    const TimeNs at = first + static_cast<TimeNs>(h * static_cast<double>(kernel::hour_ns));
    const char* anchor = i == 0 ? "start" : i == 4 ? "end" : "middle";
    svg += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", frame.x(h),
                       frame.height - bottom + 18.0, anchor, date_text(calendar, at, with_time));
  }

  // Steps, back to 0 where nothing flows.
  std::string area, line;
  TimeNs before = first;
  const auto add = [&](TimeNs t, double metered, double twin) {
    const double x = frame.x(kernel::hours_between(first, t));
    area += fmt::format("L{:.1f} {:.1f}", x, frame.y(std::max(metered, 0.0)));
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", x, frame.y(std::max(twin, 0.0)));
  };

  for (const BinMean& bin : bins) {
    if (bin.from_ns > before) {
      add(before, 0.0, 0.0);
      add(bin.from_ns, 0.0, 0.0);
    }
    add(bin.from_ns, bin.metered_kw, bin.twin_kw);
    add(bin.to_ns, bin.metered_kw, bin.twin_kw);
    before = bin.to_ns;
  }
  add(before, 0.0, 0.0);

  svg += fmt::format("<path class=\"metered\" d=\"M{:.1f} {:.1f}{}Z\"/>", frame.x(0.0), frame.y(0.0), area);
  svg += fmt::format("<path class=\"twin\" d=\"{}\"/></svg>", line);
  return svg;
}

std::string energy_scatter(std::span<const SessionPair> sessions, const std::string& metered_name,
                           const std::string& twin_name) {
  double most = 0.0;
  for (const SessionPair& pair : sessions) {
    if (std::isfinite(pair.metered_kwh)) most = std::max({most, pair.metered_kwh, pair.twin_kwh});
  }
  if (most <= 0.0) return {};

  const Frame frame{360.0, 320.0, rounded_up(most), rounded_up(most)};
  std::string svg = frame.open(fmt::format("{}, {}", metered_name, twin_name)) + frame.y_axis("kWh");
  const double step = nice_step(frame.x_most);
  for (int i = 0; i * step <= frame.x_most; ++i) {
    svg += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:g}</text>",
                       frame.x(i * step), frame.height - bottom + 16.0, i * step);
  }
  svg += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                     frame.width - right, frame.height - 3.0, metered_name);
  svg += fmt::format("<line class=\"equal\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", frame.x(0.0),
                     frame.y(0.0), frame.x(frame.x_most), frame.y(frame.y_most));

  // Of dots that lie on each other one is enough.
  std::set<std::pair<long, long>> seen;
  for (const SessionPair& pair : sessions) {
    if (!std::isfinite(pair.metered_kwh)) continue;
    const double x = frame.x(std::max(pair.metered_kwh, 0.0)), y = frame.y(std::max(pair.twin_kwh, 0.0));
    if (!seen.insert({std::lround(2.0 * x), std::lround(2.0 * y)}).second) continue;
    svg += fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>", x, y);
  }
  return svg + "</svg>";
}

std::string line_chart(const std::string& title, std::span<const ChartLine> lines, const std::string& x_unit,
                       const std::string& y_unit) {
  double x_most = 0.0, y_most = 0.0;
  for (const ChartLine& line : lines) {
    for (const auto& [x, y] : line.points) {
      x_most = std::max(x_most, x);
      y_most = std::max(y_most, y);
    }
  }
  const Frame frame{480.0, 220.0, rounded_up(x_most), rounded_up(y_most)};
  std::string text = frame.open(title) + frame.y_axis(y_unit);
  const double step = nice_step(frame.x_most);
  for (int i = 0; i * step <= frame.x_most * (1.0 + 1e-9); ++i) {
    text += fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:g}{}</text>",
                        frame.x(i * step), frame.height - bottom + 18.0, i * step,
                        (i + 1) * step > frame.x_most ? " " + x_unit : "");
  }
  for (const ChartLine& line : lines) {
    std::string path;
    for (const auto& [x, y] : line.points)
      path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", frame.x(x), frame.y(y));
    text += fmt::format("<path class=\"{}\" d=\"{}\"/>", line.style, path);
  }
  return text + "</svg>";
}

}  // namespace evtwin::replay
