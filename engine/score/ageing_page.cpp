// A fitted law of ageing against its data, as a page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "replay/html.hpp"
#include "score/ageing_report.hpp"

namespace evtwin::score {
namespace {

using analysis::Language;
using replay::html_text;

/// Points and a line over cycles; y from `low` to `high`, in percent.
struct Plot {
  static constexpr double width = 760.0, height = 230.0, left = 56.0, right = 14.0, top = 10.0, bottom = 30.0;
  double most_cycles, low, high;

  double x(double cycles) const { return left + (width - left - right) * cycles / most_cycles; }
  double y(double percent) const {
    return height - bottom - (height - top - bottom) * (std::clamp(percent, low, high) - low) / (high - low);
  }

  std::string frame(std::string_view title) const {
    std::string text =
        fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", width, height, html_text(title));
    for (int i = 0; i <= 4; ++i) {
      const double percent = low + (high - low) * i / 4.0, cycles = most_cycles * i / 4.0;
      text += fmt::format(
          "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/><text class=\"tick\" x=\"{3}\" "
          "y=\"{4:.1f}\" text-anchor=\"end\">{5:.1f} %</text><text class=\"tick\" x=\"{6:.1f}\" y=\"{7}\" "
          "text-anchor=\"middle\">{8:.0f}</text>",
          left, width - right, y(percent), left - 6.0, y(percent) + 4.0, percent, x(cycles), height - 10.0, cycles);
    }
    return text;
  }
  std::string dot(double cycles, double percent) const {
    return fmt::format("<circle class=\"dot\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2\"/>", x(cycles), y(percent));
  }
};

/// A cell against the law that is recommended, which is of all cells: only its fresh capacity is its own.
std::string cell_section(const AgedCell& cell, const JudgedFit& of, std::size_t index, std::string_view unit, bool ko) {
  const std::vector<double> off = residuals_of(of.fit, cell, index);
  const double fresh = of.fit.fresh[index];
  double squares = 0.0;
  for (const double residual : off) squares += residual * residual;
  const double rmse = std::sqrt(squares / static_cast<double>(off.size()));
  double low = 100.0, high = 100.0, most_off = 0.1;
  for (const CapacityPoint& point : cell.points) {
    low = std::min(low, 100.0 * point.capacity / fresh);
    high = std::max(high, 100.0 * point.capacity / fresh);
  }
  for (const double residual : off) most_off = std::max(most_off, 100.0 * std::abs(residual));
  const double most_cycles = std::max(1.0, cell.points.back().cycles);
  const Plot health{most_cycles, std::floor(low / 5.0) * 5.0,
                    std::max(std::ceil(high / 5.0) * 5.0, std::floor(low / 5.0) * 5.0 + 5.0)};
  const Plot rest{most_cycles, -most_off, most_off};

  std::string curve = health.frame(ko ? "용량" : "capacity"), below = rest.frame(ko ? "잔차" : "residuals"), path;
  for (std::size_t i = 0; i < cell.points.size(); ++i) {
    const CapacityPoint& point = cell.points[i];
    curve += health.dot(point.cycles, 100.0 * point.capacity / fresh);
    below += rest.dot(point.cycles, 100.0 * off[i]);
  }
  // The law between the points needs a day for each cycle; where days matter it is drawn at the points.
  const bool timed = is_known(of.fit.calendar) && of.fit.calendar > 0.0;
  if (timed) {
    for (const CapacityPoint& point : cell.points) {
      path = fmt::format("<circle class=\"metered\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2\"/>", health.x(point.cycles),
                         health.y(100.0 * of.fit.health_after(point.cycles, point.days)));
      curve += path;
    }
  } else {
    for (int i = 0; i <= 200; ++i) {
      const double cycles = most_cycles * i / 200.0;
      path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", health.x(cycles),
                          health.y(100.0 * of.fit.health_after(cycles, 0.0)));
    }
    curve += fmt::format("<path class=\"seen\" d=\"{}\"/>", path);
  }
  below += fmt::format("<line class=\"equal\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", Plot::left,
                       Plot::width - Plot::right, rest.y(0.0), rest.y(0.0));
  return fmt::format(
      "<h2>{}</h2><p>{} {:.4g} {}, RMSE {:.2f} %</p><figure>{}</svg><figcaption>{}</figcaption></figure>"
      "<figure>{}</svg><figcaption>{}</figcaption></figure>\n",
      html_text(cell.name), ko ? "초기 용량" : "fresh", fresh, unit, 100.0 * rmse, curve,
      ko ? "초기 용량 대비 실측 (점)과 권하는 법칙 (회색), 사이클에 따라"
         : "metered (dots) and the recommended law (grey), of the fresh capacity, over cycles",
      below, ko ? "잔차: 실측 - 법칙" : "residuals: metered less the law");
}

}  // namespace

std::string cycling_html(const CyclingFile& file, const CyclingFit& fit, Language language) {
  const bool ko = language == Language::korean;
  const std::string_view title = ko ? "배터리 열화 법칙" : "A law of battery ageing";
  std::string body = fmt::format("<style>pre {{ overflow-x: auto; }}</style><h1>{}</h1><pre>", title);
  const std::string text = cycling_text(file, fit, language);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    body += html_text(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  body += "</pre>\n";
  for (std::size_t i = 0; i < file.cells.size(); ++i)
    body += cell_section(file.cells[i], recommended_law(fit), i, file.unit, ko);
  return replay::html_page(ko ? "ko" : "en", title, body);
}

}  // namespace evtwin::score
