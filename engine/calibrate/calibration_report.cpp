// A calibration for the terminal, for programs and as a page.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "calibrate/calibration.hpp"
#include "kernel/text.hpp"
#include "replay/certificate.hpp"
#include "replay/chart.hpp"
#include "replay/html.hpp"
#include "replay/score_text.hpp"

namespace evtwin::calibrate {
namespace {

using analysis::Language;
using analysis::number_or_null;
using analysis::number_text;
using Json = nlohmann::ordered_json;

constexpr std::size_t most_odd = 10;

std::string percent(double fraction, int decimals = 1) {
  return std::isnan(fraction) ? "-" : number_text(100.0 * fraction, decimals) + " %";
}

/// A line of the table: what, and how it reads of each.
struct Line {
  std::string_view name, name_ko;
  std::string (*text)(const Differences&);
  std::string_view gate;
  bool (*known)(const Differences&) = nullptr;  ///< null: always; else whether the records tell it at all
};

std::string points(double share) { return std::isnan(share) ? "-" : number_text(100.0 * share, 1) + " points"; }
std::string minutes(double w1) { return std::isnan(w1) ? "-" : number_text(w1, 1) + " min"; }
std::string kwh_text(double w1) { return std::isnan(w1) ? "-" : number_text(w1, 2) + " kWh"; }

const std::array lines{
    Line{"arrivals a day", "하루 도착 수", [](const Differences& d) { return percent(d.arrivals); }, ""},
    Line{"mean energy", "평균 충전량", [](const Differences& d) { return percent(d.mean_energy); }, ""},
    Line{"mean stay", "평균 체류", [](const Differences& d) { return percent(d.mean_stay); }, ""},
    Line{"energy served within the stay", "체류 안에 충전되는 비율",
         [](const Differences& d) { return points(d.served); }, ">= -1 point"},
    Line{"energy: W1", "충전량: W1", [](const Differences& d) { return kwh_text(d.energy_w1_kwh); }, "<= 1 kWh"},
    Line{"energy: KS", "충전량: KS", [](const Differences& d) { return number_text(d.energy_ks, 3); }, ""},
    Line{"energy of stays alike: W1", "같은 체류의 충전량: W1",
         [](const Differences& d) { return kwh_text(d.energy_of_stays_w1_kwh); }, ""},
    Line{"stay: W1", "체류: W1", [](const Differences& d) { return minutes(d.stay_w1_min); }, "<= 20 min"},
    Line{"stay: KS", "체류: KS", [](const Differences& d) { return number_text(d.stay_ks, 3); }, ""},
    Line{"SoC on arrival: W1", "도착 SoC: W1", [](const Differences& d) { return points(d.soc_arrival_w1); }, "",
         [](const Differences& d) { return kernel::is_known(d.soc_arrival_w1); }},
    Line{"SoC on departure: W1", "출발 SoC: W1", [](const Differences& d) { return points(d.soc_departure_w1); }, "",
         [](const Differences& d) { return kernel::is_known(d.soc_departure_w1); }},
    Line{"claimed stay: W1", "말한 체류: W1", [](const Differences& d) { return minutes(d.claimed_stay_w1_min); }, "",
         [](const Differences& d) { return kernel::is_known(d.claimed_stay_w1_min); }},
    Line{"energy asked for: W1", "요청 충전량: W1", [](const Differences& d) { return kwh_text(d.requested_w1_kwh); },
         "", [](const Differences& d) { return kernel::is_known(d.requested_w1_kwh); }},
    Line{"cars there, by the hour", "시간별 주차 대수", [](const Differences& d) { return percent(d.occupancy); },
         "<= 30 %"},
    Line{"busiest moment of a day", "하루 최대 주차 대수", [](const Differences& d) { return percent(d.busiest); }, ""},
};

bool is_told(const Line& line, const Calibration& c) { return line.known == nullptr || line.known(c.held_out); }

std::vector<std::string> heads_of(bool korean) {
  return korean ? std::vector<std::string>{"차이", "맞춘 기간", "판정 기간", "단순 예측", "기준"}
                : std::vector<std::string>{"difference", "fitted days", "judged days", "naive", "gate"};
}

std::vector<std::string> row_of(const Line& line, const Calibration& c, bool korean) {
  return {std::string(korean ? line.name_ko : line.name), line.text(c.in_sample), line.text(c.held_out),
          line.text(c.naive), std::string(line.gate)};
}

std::string days_text(const Calibration& c, Days days) {
  return fmt::format("{} - {}", market::format_date(c.calendar.local_date(days.from_ns)),
                     market::format_date(c.calendar.local_date(days.to_ns - 1)));
}

std::string head_text(const Calibration& c, bool korean) {
  return fmt::format(fmt::runtime(korean ? "{} 세션으로 맞춤 ({}), {} 세션으로 판정 ({}), {}"
                                         : "Fitted on {} sessions ({}), judged on {} ({}), {}"),
                     c.fitted, days_text(c, c.fitted_days), c.judged, days_text(c, c.judged_days),
                     c.calendar.zone_name());
}

std::string verdict_text(const Calibration& c, bool korean) {
  const Gate gate = gate_of(c);
  const std::string_view word = gate.met ? (korean ? "합격" : "pass") : (korean ? "불합격" : "fail");
  if (!gate.indicative) return std::string(word);
  return korean
             ? fmt::format("잠정 {}: 판정 세션이 {}개뿐입니다 ({}개 필요)", word, c.judged, enough_sessions)
             : fmt::format("indicative ({}): judged on {} sessions only; it takes {}", word, c.judged, enough_sessions);
}

/// Kinds of vehicles and where they come from, and the efficiency where the records tell it.
void add_car_remarks(const Cars& cars, bool korean, std::vector<std::string>& out) {
  switch (cars.source) {
    case CarSource::none:
      out.emplace_back(korean ? "차량: 기록에 출력이 없어 충전기가 주는 대로 받습니다."
                              : "Vehicles: the records tell no power; they take what the EVSE gives.");
      break;
    case CarSource::readings:
      out.push_back(fmt::format(fmt::runtime(korean ? "차량: 계측 출력에 따른 {}종."
                                                    : "Vehicles: {} kinds by the power they were metered to hold."),
                                cars.kinds));
      break;
    case CarSource::told:
      out.push_back(fmt::format(fmt::runtime(korean ? "차량: 기록된 모델, 배터리, 출력에 따른 {}종."
                                                    : "Vehicles: {} kinds by the models, batteries and powers of the "
                                                      "records."),
                                cars.kinds));
      break;
  }
  if (!kernel::is_known(cars.efficiency)) return;
  out.push_back(fmt::format(
      fmt::runtime(korean ? "배터리에 저장된 에너지는 계측량의 {} (중앙값, {}개 세션)."
                          : "Of the metered energy {} is stored, by battery and states of charge (median of {} "
                            "sessions)."),
      percent(cars.efficiency), cars.efficiency_sessions));
  if (cars.efficiency < 0.6 || cars.efficiency > 1.02)
    out.emplace_back(korean ? "이는 효율일 수 없어 기록의 배터리 용량을 쓰지 않습니다."
                            : "That is no efficiency: the batteries of the records are not used, those that follow "
                              "from energy and states of charge are.");
}

/// Further findings, a sentence each.
std::vector<std::string> remarks(const Calibration& c, bool korean) {
  std::vector<std::string> out;
  if (!std::isnan(c.laws.dispersion)) {
    out.push_back(fmt::format(
        fmt::runtime(korean ? "평일 도착 수의 분산은 평균의 {:.2f}배 (법칙은 1배): 실제 날들은 그만큼 더 서로 다릅니다."
                            : "The arrivals of weekdays vary {:.2f} times as much as the laws have it (variance over "
                              "mean): holidays and seasons are not in them."),
        c.laws.dispersion));
  }

  if (c.laws.claims > 0) {
    out.push_back(fmt::format(
        fmt::runtime(korean ? "운전자가 말한 체류 시간의 오차: 표준편차 {:.0f} % ({}개 세션)."
                            : "What drivers claim of their stay is off by {:.0f} % (standard deviation, {} sessions)."),
        100.0 * c.laws.claim_stay_factor_std, c.laws.claims));
  }

  add_car_remarks(c.cars, korean, out);

  // An EVSE that needs more than the usual power may be of another kind: it is named.
  std::size_t shown = 0;
  for (const OddEvse& evse : c.odd_evses) {
    if (shown++ == most_odd) break;
    const std::string id = kernel::make_printable(evse.id, 80);
    out.push_back(fmt::format(
        fmt::runtime(korean
                         ? "EVSE {}: {}개 세션 중 {:.0f} kWh는 통상 {:.1f} kW로 불가능합니다. {:.0f} kW가 필요해 {}로 "
                           "보입니다{}."
                         : "EVSE {}: {} sessions, {:.0f} kWh of them can not be met at the usual {:.1f} kW; it needs "
                           "{:.0f} kW and looks like {}{}."),
        id, evse.sessions, evse.unmet_kwh, evse.usual_kw, evse.needs_kw, evse.looks_like,
        !evse.overridden ? ""
        : korean         ? " (--evse 로 지정됨)"
                         : " (set by --evse)"));
  }

  if (c.odd_evses.size() > most_odd)
    out.push_back(fmt::format(fmt::runtime(korean ? "외 {}개 EVSE." : "And {} more EVSEs like them."),
                              c.odd_evses.size() - most_odd));
  return out;
}

Json differences_json(const Differences& d) {
  return {{"arrivals", number_or_null(d.arrivals)},
          {"mean_energy", number_or_null(d.mean_energy)},
          {"mean_stay", number_or_null(d.mean_stay)},
          {"served", number_or_null(d.served)},
          {"energy_w1_kwh", number_or_null(d.energy_w1_kwh)},
          {"energy_ks", number_or_null(d.energy_ks)},
          {"stay_w1_min", number_or_null(d.stay_w1_min)},
          {"stay_ks", number_or_null(d.stay_ks)},
          {"occupancy_cv_rmse", number_or_null(d.occupancy)},
          {"busiest", number_or_null(d.busiest)},
          {"energy_of_stays_w1_kwh", number_or_null(d.energy_of_stays_w1_kwh)},
          {"soc_arrival_w1", number_or_null(d.soc_arrival_w1)},
          {"soc_departure_w1", number_or_null(d.soc_departure_w1)},
          {"claimed_stay_w1_min", number_or_null(d.claimed_stay_w1_min)},
          {"requested_w1_kwh", number_or_null(d.requested_w1_kwh)}};
}

/// The share of a sample at or below each value, as a line.
replay::ChartLine shares(std::string style, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  replay::ChartLine line{std::move(style), {{0.0, 0.0}}};
  const std::size_t step = std::max<std::size_t>(1, values.size() / 300);
  for (std::size_t i = 0; i < values.size(); i += step)
    line.points.emplace_back(values[i], 100.0 * static_cast<double>(i + 1) / static_cast<double>(values.size()));
  if (!values.empty()) line.points.emplace_back(values.back(), 100.0);
  return line;
}

std::vector<double> stays_h(const Visits& visits) {
  std::vector<double> out;
  for (std::size_t i = 0; i < visits.size(); ++i)
    out.push_back(kernel::hours_between(visits.arrival_ns[i], visits.departure_ns[i]));
  return out;
}

replay::ChartLine day_line(std::string style, const std::array<double, 48>& day, std::size_t from) {
  replay::ChartLine line{std::move(style), {}};
  for (std::size_t hour = 0; hour < 24; ++hour) {
    line.points.emplace_back(static_cast<double>(hour), day[from + hour]);
    line.points.emplace_back(static_cast<double>(hour + 1), day[from + hour]);
  }
  return line;
}

}  // namespace

std::string calibration_text(const Calibration& c, Language language) {
  const bool korean = language == Language::korean;
  std::string text = head_text(c, korean) + "\n\n";
  analysis::TextTable table(heads_of(korean));
  for (const Line& line : lines) {
    if (is_told(line, c)) table.add_row(row_of(line, c, korean));
  }
  text += table.to_text();
  text += fmt::format("\n{}: {}\n", korean ? "결과" : "Verdict", verdict_text(c, korean));
  for (const std::string& remark : remarks(c, korean)) text += remark + "\n";
  if (!c.played.strategies.empty()) text += "\n" + played_text(c.played, language);
  if (!c.power) return text;
  const replay::HeldOutTable power = replay::held_out_table(*c.power, c.calendar, language);
  if (power.rows.empty()) return text;
  analysis::TextTable beside(power.heads);
  for (const std::vector<std::string>& row : power.rows) beside.add_row(row);
  return text + fmt::format("\n{}:\n\n{}{}\n", power.title, beside.to_text(), power.skill);
}

Json calibration_json(const Calibration& c) {
  Json json;
  const Gate gate = gate_of(c);
  json["timezone"] = c.calendar.zone_name();
  json["fitted"] = {{"sessions", c.fitted},
                    {"from", c.calendar.format_iso(c.fitted_days.from_ns)},
                    {"to", c.calendar.format_iso(c.fitted_days.to_ns)}};
  json["judged"] = {{"sessions", c.judged},
                    {"from", c.calendar.format_iso(c.judged_days.from_ns)},
                    {"to", c.calendar.format_iso(c.judged_days.to_ns)}};
  json["verdict"] = gate.met ? "pass" : "fail";
  json["indicative"] = gate.indicative;

  // Of the days fitted to, of those judged by, and of naive laws on the latter.
  json["in_sample"] = differences_json(c.in_sample);
  json["held_out"] = differences_json(c.held_out);
  json["naive"] = differences_json(c.naive);

  json["laws"] = Json::array();
  for (const Law& law : c.laws.laws) {
    json["laws"].push_back({{"days", law.kind == DayKind::weekday ? "weekday" : "weekend"},
                            {"from_hour", law.from_hour},
                            {"to_hour", law.to_hour},
                            {"sessions", law.sessions},
                            {"per_hour", law.per_hour},
                            {"energy_kwh", law.energy_kwh},
                            {"stay_h", law.stay_h},
                            {"energy_with_stay", law.energy_with_stay},
                            {"max_mean_kw", number_or_null(law.max_mean_kw)},
                            {"vehicles", law.vehicles},
                            {"claim_stay_factor", law.claim_stay},
                            {"claim_energy_factor", law.claim_energy}});
  }

  json["claim_stay_factor_std"] = c.laws.claims > 0 ? Json(c.laws.claim_stay_factor_std) : Json();
  json["dispersion"] = number_or_null(c.laws.dispersion);
  json["vehicle_kinds"] = c.cars.kinds;
  json["efficiency"] = number_or_null(c.cars.efficiency);
  json["efficiency_sessions"] = c.cars.efficiency_sessions;
  json["power"] = c.power ? replay::held_out_json(*c.power, c.calendar) : Json();
  json["usual_kw"] = c.usual_kw;

  json["odd_evses"] = Json::array();
  for (const OddEvse& evse : c.odd_evses) {
    json["odd_evses"].push_back({{"evse", evse.id},
                                 {"sessions", evse.sessions},
                                 {"unmet_kwh", evse.unmet_kwh},
                                 {"usual_kw", evse.usual_kw},
                                 {"needs_kw", evse.needs_kw},
                                 {"looks_like", evse.looks_like},
                                 {"overridden", evse.overridden}});
  }

  json["strategies"] = played_json(c.played);
  json["assumptions"] = Json::array();
  for (const replay::Assumption& a : c.assumptions)
    json["assumptions"].push_back({{"what", a.what}, {"value", a.value}});
  return json;
}

namespace {

std::string_view say(bool korean, std::string_view english, std::string_view ko) { return korean ? ko : english; }

/// The figures of each line, with how they are to be read below.
std::string table_html(const Calibration& c, bool korean) {
  std::string html = "<div class=\"wide\"><table><thead><tr>";
  for (const std::string& head : heads_of(korean)) html += fmt::format("<th>{}</th>", head);
  html += "</tr></thead><tbody>\n";
  for (const Line& line : lines) {
    if (!is_told(line, c)) continue;
    html += "<tr>";
    for (const std::string& cell : row_of(line, c, korean)) html += fmt::format("<td>{}</td>", replay::html_text(cell));
    html += "</tr>\n";
  }
  html += fmt::format("</tbody></table></div>\n<p class=\"soft\">{}</p>\n<ul>",
                      say(korean,
                          "W1: area between the two distributions. KS: their largest difference. Naive: a flat rate, "
                          "and lognormal laws "
                          "by the medians. Cars that would find no EVSE free are counted as there.",
                          "W1: 두 분포 사이의 면적. KS: 두 분포의 최대 차이. 단순 예측: 일정한 도착률과 중앙값의 "
                          "로그정규분포. 빈 충전기를 "
                          "찾지 못할 차량도 셉니다."));
  for (const std::string& remark : remarks(c, korean)) html += fmt::format("<li>{}</li>", replay::html_text(remark));
  return html + "</ul>\n";
}

/// Only figures of a day have a line of the naive way, and a legend for it.
std::string figure_html(std::string_view title, const std::vector<replay::ChartLine>& of, const char* x,
                        std::string_view y, bool korean) {
  return fmt::format(
      "<h2>{}</h2><figure>{}<figcaption><span class=\"key\">{}</span><span class=\"key "
      "t\">{}</span>{}</figcaption></figure>\n",
      title, replay::line_chart(std::string(title), of, x, std::string(y)), say(korean, "judged days", "판정 기간"),
      say(korean, "the twin's", "트윈"),
      of.size() > 2 ? fmt::format("<span class=\"key n\">{}</span>", say(korean, "naive", "단순 예측")) : "");
}

/// Mean days of the records, the twin and the naive laws, and the distributions of the first two.
std::string figures_html(const Calibration& c, bool korean) {
  const auto day = [&](std::size_t from) {
    return std::vector{day_line("seen", c.seen_day, from), day_line("twin", c.made_day, from),
                       day_line("naive", c.naive_day, from)};
  };
  const std::string_view cars = say(korean, "cars", "대");
  std::string html = figure_html(say(korean, "Cars there on a weekday", "평일의 주차 대수"), day(0), "h", cars, korean);
  html +=
      figure_html(say(korean, "Cars there on a day of the weekend", "주말의 주차 대수"), day(24), "h", cars, korean);
  html += figure_html(say(korean, "Energy of a session: share at or below", "세션 충전량의 누적 비율"),
                      {shares("seen", c.seen.energy_kwh), shares("twin", c.made.energy_kwh)}, "kWh", "%", korean);
  html += figure_html(say(korean, "Stay: share at or below", "체류 시간의 누적 비율"),
                      {shares("seen", stays_h(c.seen)), shares("twin", stays_h(c.made))}, "h", "%", korean);
  const auto add = [&](std::string_view title, std::vector<double> seen, std::vector<double> made, double scale,
                       const char* unit) {
    const auto keep = [&](std::vector<double>& values) {
      std::erase_if(values, [](double value) { return !kernel::is_known(value); });
      for (double& value : values) value *= scale;
    };
    keep(seen);
    keep(made);
    if (seen.empty() || made.empty()) return;
    html += figure_html(title, {shares("seen", std::move(seen)), shares("twin", std::move(made))}, unit, "%", korean);
  };
  add(say(korean, "State of charge on arrival: share at or below", "도착 SoC의 누적 비율"), c.seen.soc_arrival,
      c.made.soc_arrival, 100.0, "%");
  add(say(korean, "State of charge on departure: share at or below", "출발 SoC의 누적 비율"), c.seen.soc_departure,
      c.made.soc_departure, 100.0, "%");
  if (kernel::is_known(c.held_out.requested_w1_kwh))
    add(say(korean, "Energy asked for: share at or below", "요청 충전량의 누적 비율"), c.seen.requested_kwh,
        c.made.requested_kwh, 1.0, "kWh");
  return html;
}

std::string assumptions_html(const Calibration& c, bool korean) {
  if (c.assumptions.empty()) return {};
  std::string html = fmt::format("<h2>{}</h2><ul>", say(korean, "What was assumed", "가정한 것"));
  for (const replay::Assumption& a : c.assumptions) {
    html += fmt::format("<li>{}: {}</li>", replay::html_text(korean ? a.what_ko : a.what),
                        replay::html_text(korean ? a.value_ko : a.value));
  }
  return html + "</ul>\n";
}

}  // namespace

std::string calibration_html(const Calibration& c, Language language) {
  const bool korean = language == Language::korean;
  const std::string_view title = say(korean, "Calibration", "보정");
  std::string body = fmt::format("<h1>{}</h1>\n<p>{}</p>\n", title, replay::html_text(head_text(c, korean)));

  const Gate gate = gate_of(c);
  body += fmt::format("<div class=\"verdict {}\"><b>{}: {}</b></div>\n",
                      gate.indicative ? "" : (gate.met ? "pass" : "fail"), say(korean, "Verdict", "결과"),
                      replay::html_text(verdict_text(c, korean)));

  body += table_html(c, korean);
  body += figures_html(c, korean);
  if (!c.played.strategies.empty()) body += played_html(c.played, language);
  if (c.power) {
    const replay::HeldOutTable power = replay::held_out_table(*c.power, c.calendar, language);
    if (!power.rows.empty()) body += replay::held_out_html(power);
  }
  body += assumptions_html(c, korean);
  return replay::html_page(korean ? "ko" : "en", title, body);
}

}  // namespace evtwin::calibrate
