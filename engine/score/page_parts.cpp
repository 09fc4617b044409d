#include "score/page_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/text_table.hpp"
#include "kernel/static_checks.hpp"
#include "replay/html.hpp"
#include "score/words.hpp"

namespace evtwin::score {
namespace {

using analysis::number_text;
using replay::html_text;

constexpr std::size_t most_months = 36;  // of a car's history

std::string cell(const std::string& text) { return fmt::format("<td class=\"n\">{}</td>", text); }

class CarPage {
 public:
  CarPage(const Fleet& fleet, std::size_t car, bool korean)
      : fleet_(fleet), of_(fleet.scores[car]), index_(car), korean_(korean) {}

  std::string html() const {
    const Car& car = *of_.car;
    std::string text = fmt::format("<section class=\"car\" id=\"car-{}\"><h2>{} <small>{} {}</small></h2><p>{}</p>",
                                   index_, html_text(car.id), html_text(car.type),
                                   car.model_year != 0 ? std::to_string(car.model_year) : "", html_text(verdict()));
    text += indicators() + segments() + days() + months();
    return text + fmt::format("<p><a href=\"#\">{}</a></p></section>\n", say("back to the fleet", "전체 보기"));
  }

 private:
  std::string_view say(std::string_view english, std::string_view korean) const { return korean_ ? korean : english; }

  std::string verdict() const {
    const CorrectedScore& c = of_.corrected;
    const std::string score = is_known(c.score) ? fmt::format("{:.2f} ({})", c.score, grade_text(c.grade)) : "-";
    std::string text =
        fmt::format(fmt::runtime(korean_ ? "수정식 {}, 공표식 {:.2f} ({})" : "corrected {}, published {:.2f} ({})"),
                    score, of_.published.score, grade_text(of_.published.grade));
    if (!c.is_partial()) return text;
    text += c.misses_metrics()
                ? fmt::format(fmt::runtime(korean_ ? "; 일부만 알려짐 ({:.0f} %)" : "; partial ({:.0f} % known)"),
                              100.0 * c.completeness)
                : std::string(say("; its age or class is not known", "; 차령이나 차급을 알 수 없음"));
    return text + fmt::format(fmt::runtime(korean_ ? ": {:.2f} ({}) ~ {:.2f} ({}) 사이"
                                                   : ": it could be {:.2f} ({}) to {:.2f} ({})"),
                              c.low, grade_text(c.grade_low), c.high, grade_text(c.grade_high));
  }

  std::string indicators() const {
    std::string text = "<div class=\"wide\"><table><thead><tr>";
    for (const std::string_view head :
         korean_ ? std::array{"지표", "값", "점수", "공표식", "기여", "손실", "백분위 (전체)", "백분위 (차급)",
                              "값이 있는 구간"}
                 : std::array{"indicator", "value", "score", "published", "contributes", "loses", "percentile (fleet)",
                              "percentile (class)", "segments with it"})
      text += fmt::format("<th>{}</th>", head);
    text += "</tr></thead><tbody>";
    for (std::size_t m = 0; m < metric_count; ++m) {
      const MetricRule& rule = metric_rules()[m];
      const MetricScore& metric = of_.metrics[m];
      text += fmt::format("<tr><td>{}</td>", korean_ ? rule.title_ko : rule.title);
      text += cell(is_known(metric.value) ? fmt::format("{:.4g} {}", metric.value, rule.unit)
                                          : std::string(is_known(metric.score) ? "-" : say("missing", "결측")));
      text += cell(number_text(metric.score, 1)) + cell(number_text(of_.published.scores[m], 1));
      text += cell(number_text(of_.corrected.contribution[m], 1)) + cell(number_text(of_.corrected.loss[m], 1));
      text += cell(number_text(metric.of_fleet, 0)) + cell(number_text(metric.of_class, 0));
      text += cell(is_known(metric.share) ? fmt::format("{:.0f} %", 100.0 * metric.share) : "-") + "</tr>";
    }
    const auto line = [&](std::string_view name, double points) {
      text += fmt::format("<tr><td>{}</td><td></td><td></td><td></td>{}<td></td><td></td><td></td><td></td></tr>", name,
                          cell(number_text(points, 1)));
    };
    line(say("age", "차령"), -of_.corrected.penalty);
    if (of_.corrected.floor > 0.0) line(say("not below what it can be", "가능한 최저 점수"), of_.corrected.floor);
    line(say("score", "점수"), of_.corrected.score);
    return text + "</tbody></table></div>";
  }

  std::string segments() const {
    if (!of_.car->has_records())
      return fmt::format("<p>{}</p>", say("no segments: not known", "구간 기록 없음: 알 수 없음"));
    std::string text;
    for (std::size_t k = 0; k < kind_count; ++k) {
      const auto kind = static_cast<SegmentKind>(k);
      const Sum& hours = of_.car->total.sum_of(kind, Field::duration_h);
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", korean_ ? korean_name_of(kind) : label_of(kind),
                          of_.car->total.segments[k]);
      if (hours.n > 0) text += fmt::format(" ({:.1f} h)", hours.total);
    }
    return fmt::format("<p>{}: {}</p>", say("Segments counted", "센 구간"), text);
  }

  static std::string_view label_of(SegmentKind kind) {
    static constexpr std::array<std::string_view, kind_count> labels{"driving", "slow charging", "fast charging",
                                                                     "parking"};
    static_assert(kernel::names_each<SegmentKind>(labels));
    return labels[static_cast<std::size_t>(kind)];
  }

  /// A line per day with a record; what is grey is a gap.
  std::string days() const {
    if (!of_.car->has_records()) return {};
    const auto first = static_cast<double>(*of_.car->days.begin());
    const double width = 760.0 / of_.collection_days;
    std::string text = fmt::format(
        "<p>{}: {:.0f} / {:.0f}</p><svg viewBox=\"0 0 760 14\" role=\"img\" aria-label=\"{}\">"
        "<rect class=\"gap\" x=\"0\" y=\"0\" width=\"760\" height=\"14\"/>",
        say("Days with a record (grey: gaps)", "기록이 있는 날 (회색: 공백)"),
        static_cast<double>(of_.car->days.size()), of_.collection_days, say("days with a record", "기록이 있는 날"));
    for (auto day = of_.car->days.begin(); day != of_.car->days.end();) {
      // Days that follow each other are one bar.
      auto last = day;
      for (auto next = std::next(last); next != of_.car->days.end() && *next == *last + 1; ++next) last = next;
      text += fmt::format("<rect class=\"here\" x=\"{:.2f}\" y=\"0\" width=\"{:.2f}\" height=\"14\"/>",
                          (static_cast<double>(*day) - first) * width, static_cast<double>(*last - *day + 1) * width);
      day = std::next(last);
    }
    return text + "</svg>";
  }

  std::string months() const {
    const auto& months = of_.car->months;
    if (months.empty()) return {};
    std::string text = "<div class=\"wide\"><table><thead><tr>";
    for (const std::string_view head :
         korean_ ? std::array{"월", "km/kWh", "온도 C", "셀 편차 V", "가감속 m/s2", "높은 SoC 충전", "충전 횟수"}
                 : std::array{"month", "km/kWh", "temperature C", "cell spread V", "accel + brake m/s2",
                              "charged from a high SoC", "charges"})
      text += fmt::format("<th>{}</th>", head);
    text += "</tr></thead><tbody>";
    auto month = months.begin();
    std::advance(month, static_cast<std::ptrdiff_t>(months.size() - std::min(months.size(), most_months)));
    for (; month != months.end(); ++month) {
      const Tally& t = month->second;
      using enum SegmentKind;
      text += fmt::format("<tr><td>{}-{:02}</td>", month->first / 12, month->first % 12 + 1);
      text += cell(number_text(t.sum_of(drive, Field::km_per_kwh).mean(), 2));
      text += cell(number_text(t.sum_of(drive, Field::temp_mean).mean(), 1));
      text += cell(number_text(t.sum_of(drive, Field::cell_volt_diff).mean(), 4));
      text += cell(number_text(t.sum_of(drive, Field::accel_std).mean() + t.sum_of(drive, Field::brake_std).mean(), 2));
      const double share = t.high_share.mean();
      text += cell(is_known(share) ? fmt::format("{:.0f} %", 100.0 * share) : "-");
      text += cell(std::to_string(t.charge_count())) + "</tr>";
    }
    return text + "</tbody></table></div>";
  }

  const Fleet& fleet_;
  const CarScore& of_;
  std::size_t index_;
  bool korean_;
};

}  // namespace

std::string grade_cell(Grade grade) {
  const std::string_view text = grade_text(grade);
  return fmt::format("<td class=\"grade g{}\">{}</td>", grade == Grade::none ? "N" : text, text);
}

std::string box_plot(std::string_view title, std::span<const Box> boxes) {
  constexpr double left = 170.0, right = 90.0, width = 760.0, row = 24.0, top = 6.0;
  const auto x = [&](double score) { return left + (width - left - right) * score / 100.0; };
  const double height = top + row * static_cast<double>(boxes.size()) + 20.0;
  std::string text = fmt::format("<h3>{}</h3><figure><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
                                 html_text(title), width, height, html_text(title));
  for (const double score : {0.0, 20.0, 40.0, 55.0, 70.0, 85.0, 100.0}) {
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/><text class=\"tick\" x=\"{0:.1f}\" "
        "y=\"{3}\" text-anchor=\"middle\">{4:g}</text>",
        x(score), top, height - 20.0, height - 6.0, score);
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto& [label, s] = boxes[i];
    const double mid = top + row * (static_cast<double>(i) + 0.5);
    text += fmt::format("<text class=\"label\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", left - 8.0, mid + 4.0,
                        html_text(label));
    text += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">n = {}</text>", width - right + 10.0, mid + 4.0, s.n);
    if (s.n == 0) continue;
    text += fmt::format(
        "<line class=\"whisker\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/><rect class=\"box\" x=\"{:.1f}\" "
        "y=\"{}\" width=\"{:.1f}\" height=\"12\"/><line class=\"mid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" "
        "y2=\"{}\"/>",
        x(s.least), x(s.most), mid, mid, x(s.lower), mid - 6.0, x(s.upper) - x(s.lower), x(s.median), x(s.median),
        mid - 6.0, mid + 6.0);
  }
  return text + "</svg></figure>\n";
}

std::string car_section(const Fleet& fleet, std::size_t car, bool korean) { return CarPage(fleet, car, korean).html(); }

}  // namespace evtwin::score
