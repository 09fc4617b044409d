// The fleet as a page: filters without a script (radio buttons and what follows them), box plots, a page for each car.
#include <fmt/format.h>

#include <algorithm>

#include "replay/html.hpp"
#include "score/page_parts.hpp"
#include "score/report.hpp"
#include "score/words.hpp"

namespace evtwin::score {
namespace {

using analysis::Language;
using analysis::number_text;
using replay::html_text;

constexpr std::string_view page_style = R"css(<style>
body { max-width: 76rem; } .filter { position: absolute; opacity: 0; } .filters label { display: inline-block; cursor: pointer;
  border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .7rem; margin: .15rem; }
.panel, .car { display: none; } .car:target { display: block; border: 2px solid var(--twin); padding: 0 1rem 1rem;
  margin: 1rem 0; } .cars tbody tr { display: none; }
.grade { font-weight: 700; text-align: center; } .gA { color: var(--good); } .gB { color: var(--twin); }
.gC { color: var(--pass); } .gD { color: var(--fail); } .gN { color: var(--soft); }
svg .box { fill: var(--panel); stroke: var(--twin); } svg .mid { stroke: var(--twin); stroke-width: 2.5; }
svg .whisker { stroke: var(--twin); } svg .label { fill: var(--ink); font-size: 12px; }
.wide th, .wide td { white-space: nowrap; overflow-wrap: normal; word-break: normal; }
.tile { min-width: 0; overflow: hidden; } .tile b { white-space: normal; overflow-wrap: anywhere; }
pre { overflow-x: auto; } svg .here { fill: var(--twin); } svg .gap { fill: var(--line); }
</style>
)css";

std::string tile(std::string_view name, const std::string& value) {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>", value, name);
}

class FleetPage {
 public:
  FleetPage(const Fleet& fleet, Language language)
      : fleet_(fleet), language_(language), korean_(language == Language::korean) {}

  std::string html() const {
    const std::string_view title = say("Battery scores", "배터리 점수");
    std::string body = std::string(page_style) +
                       fmt::format("<h1>{}</h1>\n<p>{}</p>\n", title, html_text(volume_text(fleet_, korean_)));
    body += notes();
    for (std::size_t i = 0; i < fleet_.scores.size(); ++i) body += car_section(fleet_, i, korean_);
    body += filters();
    for (std::size_t g = 0; g < fleet_.groups.size(); ++g) body += panel(g);
    body += car_table() + rules();
    return replay::html_page(korean_ ? "ko" : "en", title, body);
  }

 private:
  std::string_view say(std::string_view english, std::string_view korean) const { return korean_ ? korean : english; }

  std::string notes() const {
    const std::vector<std::string> sentences = list_remarks(fleet_, language_);
    if (sentences.empty()) return {};
    std::string text = "<ul>";
    for (const std::string& sentence : sentences) text += fmt::format("<li>{}</li>", html_text(sentence));
    return text + "</ul>\n";
  }

  /// Which groups a car is in: all, its class, its type.
  bool is_in(const CarScore& of, const GroupStatistics& group) const {
    return group.name == "all" || group.name == fmt::format("class {}", name_of(of.type.of)) ||
           group.name == fmt::format("type {}", of.car->type.empty() ? "-" : of.car->type);
  }

  std::string filters() const {
    std::string inputs, labels, style = "<style>";
    for (std::size_t g = 0; g < fleet_.groups.size(); ++g) {
      const GroupStatistics& group = fleet_.groups[g];
      inputs += fmt::format("<input class=\"filter\" type=\"radio\" name=\"group\" id=\"g{}\"{}>", g,
                            g == 0 ? " checked" : "");
      labels +=
          fmt::format("<label for=\"g{}\">{} ({})</label>", g, html_text(group_title(group.name, korean_)), group.cars);
      style += fmt::format(
          "#g{0}:checked ~ .p{0} {{ display: block; }} #g{0}:checked ~ .cars tr.m{0} {{ display: table-row; }} "
          "#g{0}:checked ~ .filters label[for=g{0}] {{ background: var(--twin); color: var(--paper); }}\n",
          g);
    }
    return inputs + style + "</style>\n<p class=\"filters\">" + labels + "</p>\n";
  }

  std::string panel(std::size_t g) const {
    const GroupStatistics& group = fleet_.groups[g];
    std::string text = fmt::format("<section class=\"panel p{}\"><h2>{}</h2><div class=\"tiles\">", g,
                                   html_text(group_title(group.name, korean_)));
    text += tile(say("cars", "차량"), std::to_string(group.cars));
    text += tile(say("mean, corrected", "평균 (수정식)"), number_text(group.corrected.mean, 2));
    text += tile(say("mean, as published", "평균 (공표식)"), number_text(group.published.mean, 2));
    for (std::size_t grade = 0; grade < group.grades.size(); ++grade) {
      const bool none = static_cast<Grade>(grade) == Grade::none;
      text += tile(none ? say("no grade", "등급 없음") : grade_text(static_cast<Grade>(grade)),
                   std::to_string(group.grades[grade]));
    }
    text += tile(say("reliability", "신뢰도"),
                 fmt::format("{} (n = {})", reliability_title(group.corrected.n, korean_), group.corrected.n));
    text += "</div>\n";

    std::vector<Box> boxes{{std::string(say("corrected", "수정식")), group.corrected},
                           {std::string(say("as published", "공표식")), group.published}};
    for (std::size_t m = 0; m < metric_count; ++m)
      boxes.push_back({std::string(korean_ ? metric_rules()[m].title_ko : metric_rules()[m].title), group.metrics[m]});
    text += box_plot(say("Scores", "점수"), boxes);
    if (g != 0) return text + "</section>\n";

    // All cars: type beside type.
    boxes.clear();
    for (const GroupStatistics& of : fleet_.groups) {
      if (&of != &group) boxes.push_back({group_title(of.name, korean_), of.corrected});
    }
    return text + box_plot(say("Corrected score by class and type", "차급과 차종별 수정식 점수"), boxes) +
           "</section>\n";
  }

  std::string car_table() const {
    std::string text = "<div class=\"wide cars\"><table><thead><tr>";
    const auto head = [&](std::string_view title, bool figure) {
      text += fmt::format("<th{}>{}</th>", figure ? " class=\"n\"" : "", title);
    };
    head(say("car", "차량"), false);
    head(say("type", "차종"), false);
    head(say("class", "차급"), false);
    head(say("age", "차령"), true);
    for (const MetricRule& rule : metric_rules()) head(korean_ ? rule.title_ko : rule.title, true);
    head(say("penalty", "차령 감점"), true);
    head(say("published", "공표식"), true);
    head(say("corrected", "수정식"), true);
    head(say("grade", "등급"), false);
    head(say("could be", "가능 범위"), true);
    head(say("complete", "완성도"), true);
    head(say("last charge", "마지막 충전"), true);
    head(say("collected", "수집 기간"), true);
    text += "</tr></thead><tbody>\n";
    for (std::size_t i = 0; i < fleet_.scores.size(); ++i) text += car_row(i);
    return text + "</tbody></table></div>\n";
  }

  std::string car_row(std::size_t i) const {
    const CarScore& of = fleet_.scores[i];
    std::string members;
    for (std::size_t g = 0; g < fleet_.groups.size(); ++g) {
      if (is_in(of, fleet_.groups[g])) members += fmt::format("{}m{}", members.empty() ? "" : " ", g);
    }
    std::string text = fmt::format(
        "<tr class=\"{}\"><td><a href=\"#car-{}\">{}</a></td><td>{}</td><td>{}</td>", members, i, html_text(of.car->id),
        of.car->type.empty() ? "-" : html_text(of.car->type), class_title(of.type.of, korean_));
    const auto figure = [&](const std::string& value) { text += fmt::format("<td class=\"n\">{}</td>", value); };
    figure(is_known(of.age_years) ? age_string(of.age_years) : "-");
    for (const MetricScore& metric : of.metrics) figure(number_text(metric.score, 1));
    const CorrectedScore& c = of.corrected;
    figure(number_text(c.penalty, 1));
    figure(fmt::format("{:.2f} {}", of.published.score, grade_text(of.published.grade)));
    figure(number_text(c.score, 2));
    text += grade_cell(c.grade);
    figure(c.is_partial() ? fmt::format("{:.2f} - {:.2f}", c.low, c.high) : "");
    figure(fmt::format("{:.0f} %", 100.0 * c.completeness));
    const auto days = [&](double n) {
      return is_known(n) ? fmt::format(fmt::runtime(korean_ ? "{:.0f}일" : "{:.0f} d"), n) : std::string("-");
    };
    figure(days(of.last_charge_days));
    figure(days(of.collection_days));
    return text + "</tr>\n";
  }

  std::string rules() const {
    return fmt::format("<h2>{}</h2><pre>{}</pre>\n", say("How it is reckoned", "계산 방법"),
                       escaped(rules_text(language_)));
  }

  /// Line by line, which html_text would put on one line.
  static std::string escaped(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      out += html_text(text.substr(at, end - at)) + "\n";
      at = end + 1;
    }
    return out;
  }

  const Fleet& fleet_;
  Language language_;
  bool korean_;
};

}  // namespace

std::string fleet_html(const Fleet& fleet, Language language) { return FleetPage(fleet, language).html(); }

}  // namespace evtwin::score
