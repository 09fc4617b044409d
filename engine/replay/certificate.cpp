// The page.
#include "replay/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/text.hpp"
#include "replay/chart.hpp"
#include "replay/html.hpp"
#include "replay/score_text.hpp"

namespace evtwin::replay {
namespace {

using analysis::number_text;

constexpr std::size_t most_flags = 12, most_texts_on_page = 3, most_reasons = 20, most_sessions = 200;

/// Builds the page in one language.
class Page {
 public:
  explicit Page(const Certificate& certificate)
      : about_(certificate),
        log_(certificate.prepared.log),
        card_(certificate.card),
        korean_(certificate.language == analysis::Language::korean) {}

  std::string html() {
    head();
    scores();
    foretold();
    charts();
    not_scored();
    doubts();
    assumptions();
    sources();
    flags();
    sessions();
    foot();
    return html_page(korean_ ? "ko" : "en", title(), body_);
  }

 private:
  std::string_view say(std::string_view english, std::string_view korean) const { return korean_ ? korean : english; }
  std::string title() const {
    return fmt::format("{}: {}", say("Replay certificate", "재현 인증서"), about_.prepared.scenario.world.name);
  }
  template <class... Parts>
  void add(fmt::format_string<Parts...> format, Parts&&... parts) {
    fmt::format_to(std::back_inserter(body_), format, std::forward<Parts>(parts)...);
    body_ += '\n';
  }
  void section(std::string_view english, std::string_view korean) { add("<h2>{}</h2>", say(english, korean)); }
  static std::string count(std::uint64_t n) { return number_text(static_cast<double>(n), 0); }

  double metered_kwh() const {
    double sum = 0.0;
    for (const SessionPair& pair : card_.sessions) sum += std::isfinite(pair.metered_kwh) ? pair.metered_kwh : 0.0;
    return sum;
  }
  double twin_kwh() const {
    double sum = 0.0;
    for (const SessionPair& pair : card_.sessions) sum += pair.twin_kwh;
    return sum;
  }

  void tile(const std::string& figure, std::string_view what) {
    add("<div class=\"tile\"><b>{}</b><span>{}</span></div>", figure, what);
  }
  void score_tile(std::string_view name) {
    const Score* score = card_.find_score(name);
    if (score == nullptr || std::isnan(score->value)) return;
    const std::string title(title_of(*score, about_.language));
    // Of what the twin was fed no figure is a headline.
    tile(value_text(*score, score->value),
         score->told == Told::predicted ? fmt::format("{}: {}", say("error", "오차"), title) : title);
  }

  void head() {
    const auto& calendar = about_.prepared.scenario.world.calendar;
    add("<h1>{}</h1>", html_text(title()));
    add("<p class=\"soft\">{} &ndash; {} ({})</p>", calendar.format_local(log_.first_ns),
        calendar.format_local(log_.last_ns), calendar.zone_name());
    add("<p>{}</p>",
        say("The sessions of the log were run again in the twin: the same vehicles came and left at the same times, "
            "and "
            "were offered what the log says they were offered. This page shows how close the twin's energy and power "
            "come to what the chargers metered.",
            "로그의 세션을 트윈에서 다시 실행했습니다. 차량은 같은 시각에 오고 떠나며, 로그에 기록된 제한을 그대로 "
            "받습니다. 이 문서는 트윈의 충전량과 전력이 충전기의 실측값에 얼마나 가까운지를 보여 줍니다."));
    const bool indicative = !card_.has_enough();
    add("<div class=\"verdict {}\"><b>{}</b></div>", indicative && card_.gate != Gate::fail ? "" : name_of(card_.gate),
        html_text(fmt::format("{}: {}", say("Verdict", "결과"), verdict_text(card_, about_.language))));
    add("<div class=\"tiles\">");
    tile(count(card_.sessions.size()), say("sessions replayed", "재현한 세션"));
    tile(number_text(metered_kwh(), 1) + " kWh", say("metered", "실측"));
    tile(number_text(twin_kwh(), 1) + " kWh", say("in the twin", "트윈"));
    for (const auto* name : {"coverage", "kwh_replayed", "power_profile_cv_rmse", "peak_error"}) score_tile(name);
    add("</div>");
  }

  void scores() {
    section("How close it is", "얼마나 가까운가");
    add("<div class=\"wide\"><table class=\"scores\"><thead><tr><th>{}</th><th class=\"n\">{}</th><th "
        "class=\"n\">{}</th><th class=\"n\">{}</th><th class=\"n\">{}</th><th>{}</th></tr></thead><tbody>",
        say("What was compared", "비교 항목"), say("value", "값"), say("good", "우수"), say("pass", "합격"),
        say("based on", "근거"), say("gate", "판정"));
    for (const Score& score : card_.scores) {
      if (!stands_in_table(score)) continue;
      const bool gated = !std::isnan(score.pass);
      add("<tr><td>{}<small>{}</small></td><td class=\"n\" data-l=\"{}\">{}</td><td class=\"n\"{}>{}</td><td "
          "class=\"n\"{}>{}</td><td class=\"n\" data-l=\"{}\">{}</td><td class=\"gate {}\">{}</td></tr>",
          title_of(score, about_.language), korean_ ? score.help_ko : score.help, say("value", "값"),
          value_text(score, score.value), label(gated, say("good", "우수")), limit_text(score, score.good),
          label(gated, say("pass", "합격")), limit_text(score, score.pass), say("based on", "근거"),
          count_text(score, about_.language), name_of(score.told == Told::given ? Gate::not_scorable : score.gate),
          gate_text(score, about_.language));
    }
    add("</tbody></table></div>");
  }
  void foretold() {
    const HeldOutTable table = held_out_table(card_.held_out, about_.prepared.scenario.world.calendar, about_.language);
    if (table.rows.empty()) return;
    section("What it foretells", "예측한 것");
    body_ += held_out_html(table);
  }
  void doubts() {
    if (about_.doubts.empty()) return;
    section("Doubtful, log and site together", "로그와 사이트를 함께 볼 때 의심스러운 점");
    add("<ul>");
    for (const Doubt& doubt : about_.doubts) add("<li>{}</li>", html_text(korean_ ? doubt.text_ko : doubt.text));
    add("</ul>");
  }

  static std::string label(bool shown, std::string_view text) {
    return shown ? fmt::format(" data-l=\"{}\"", text) : std::string();
  }
  static std::string limit_text(const Score& score, double limit) {
    if (std::isnan(limit)) return "";
    return fmt::format("{} {}", score.higher_is_better ? "&ge;" : "&le;", value_text(score, limit));
  }

  void charts() {
    const std::string metered(say("metered", "실측")), twin(say("twin", "트윈"));
    TimeNs step_ns = 0;
    const std::string power =
        site_power_chart(card_.site, about_.prepared.scenario.world.calendar, metered, twin, step_ns);
    if (!power.empty()) {
      section("Power of all sessions together", "전체 세션의 전력");
      add("<figure>{}<figcaption><span class=\"key\">{}</span><span class=\"key t\">{}</span> &middot; "
          "{}{}</figcaption>"
          "</figure>",
          power, metered, twin, fmt::format(fmt::runtime(say("mean over {}", "{} 평균")), span_text(step_ns)),
          coarse_note());
    }
    const std::string scatter = energy_scatter(card_.sessions, metered, twin);
    if (!scatter.empty()) {
      section("Energy of each session", "세션별 충전량");
      add("<figure class=\"scatter\">{}<figcaption>{}</figcaption></figure>", scatter,
          say("A dot per session, kWh: metered to the right, the twin's upwards. On the dashed line both are equal.",
              "점 하나가 세션 하나(kWh). 가로: 실측, 세로: 트윈. 점선 위에서는 둘이 같습니다."));
    }
  }
  std::string span_text(TimeNs span) const {
    if (span % kernel::day_ns == 0)
      return fmt::format("{} {}", span / kernel::day_ns, say(span == kernel::day_ns ? "day" : "days", "일"));
    if (span % kernel::hour_ns == 0) return fmt::format("{} {}", span / kernel::hour_ns, say("h", "시간"));
    return fmt::format("{} {}", span / kernel::minute_ns, say("min", "분"));
  }
  /// Share of the metered energy that has no known time, as a remark.
  std::string coarse_note() const {
    double all = 0.0, fine = 0.0;
    for (const SiteStep& step : card_.site) {
      const double hours = kernel::hours_between(step.from_ns, step.to_ns);
      all += hours * step.metered_kw;
      fine += hours * step.fine_kw;
    }
    if (!(all > 0.0) || fine >= 0.999 * all) return {};
    return fmt::format(
        fmt::runtime(
            say("; {} % of the energy lies between readings more than 15 min apart and is spread evenly there, "
                "of both",
                "; 충전량의 {} %는 15분 넘게 떨어진 계량값 사이에 있어 양쪽 모두 고르게 나누어 표시")),
        number_text(100.0 * (1.0 - fine / all), 0));
  }

  void not_scored() {
    section("What could not be judged, and why", "판정하지 못한 것과 그 이유");
    std::string rows;
    for (const Score& score : card_.scores) {
      if (score.excluded.empty()) continue;
      std::string why;
      for (const auto& [reason, n] : score.excluded) {
        why += fmt::format("{}{} ({})", why.empty() ? "" : ", ", html_text(reason_text(reason, about_.language)),
                           count(n));
      }
      rows += fmt::format("<tr><td>{}</td><td>{}</td></tr>", title_of(score, about_.language), why);
    }
    if (rows.empty()) {
      add("<p>{}</p>", say("Nothing: everything in the log was compared.", "없음: 로그 전체를 비교했습니다."));
    } else {
      add("<div class=\"wide\"><table><tbody>{}</tbody></table></div>", rows);
    }
  }

  void assumptions() {
    if (about_.prepared.assumptions.empty()) return;
    section("What was assumed", "가정한 것");
    add("<ul>");
    for (const Assumption& assumption : about_.prepared.assumptions) {
      add("<li>{}: {}</li>", html_text(korean_ ? assumption.what_ko : assumption.what),
          html_text(korean_ ? assumption.value_ko : assumption.value));
    }
    add("</ul>");
  }

  void sources() {
    const ocpp::LogReport& report = log_.report;
    section("What was read", "읽은 로그");
    add("<p>{}</p>",
        fmt::format(fmt::runtime(say("{} calls, {} results, {} errors; {} could not be read.",
                                     "호출 {}, 응답 {}, 오류 {}; 읽지 못함 {}.")),
                    count(report.calls), count(report.results), count(report.errors), count(report.undecodable)));

    add("<div class=\"wide\"><table><thead><tr><th>{}</th><th>{}</th><th class=\"n\">{}</th><th "
        "class=\"n\">{}</th></tr></thead><tbody>",
        say("file", "파일"), say("layout", "형식"), say("lines", "줄"), say("frames", "메시지"));
    for (std::size_t i = 0; i < std::min(report.files.size(), most_reasons); ++i) {
      const ocpp::LogFile& file = report.files[i];
      add("<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>", html_text(file.name),
          html_text(file.layout), count(file.lines), count(file.frames));
    }
    add("</tbody></table></div>");
    more(report.files.size(), most_reasons);

    // With an excerpt of each kind an operator finds the frames in his log.
    if (report.unused.empty()) return;
    add("<p>{}</p><ul>", say("Frames that could not be used:", "사용하지 못한 메시지:"));
    std::size_t shown = 0;
    for (const auto& [reason, group] : report.unused) {
      if (shown++ == most_reasons) break;
      const std::string like = group.first.empty() ? "" : group.first.front().excerpt;
      add("<li>{} ({}){}</li>", html_text(reason), count(group.count),
          like.empty() ? "" : fmt::format(": <code>{}</code>", html_text(like)));
    }
    add("</ul>");
    more(report.unused.size(), most_reasons);
  }

  void more(std::size_t all, std::size_t shown) {
    if (all > shown)
      add("<p class=\"soft\">{}</p>", fmt::format(fmt::runtime(say("and {} more", "외 {}건")), all - shown));
  }

  void flags() {
    std::map<std::string, std::vector<const ocpp::LogFlag*>> by_code;
    for (const ocpp::LogFlag& flag : log_.flags) by_code[flag.code].push_back(&flag);
    std::vector<std::string> left_out;
    for (const sessions::TableFlag& flag : about_.prepared.sessions.flags) {
      if (flag.left_out) left_out.push_back(flag.reason);
    }

    if (by_code.empty() && left_out.empty()) return;
    section("Doubts about the log", "로그에서 의심스러운 점");
    add("<ul>");
    std::size_t shown = 0;
    for (const auto& [code, list] : by_code) {
      if (shown++ == most_flags) break;
      // The last of a code may stand for many that are not kept in words.
      std::size_t doubts = 0;
      for (const ocpp::LogFlag* flag : list) doubts += flag->count;
      add("<li><code>{}</code> ({})<ul>", html_text(code), count(doubts));
      for (std::size_t i = 0; i < std::min(list.size(), most_texts_on_page); ++i)
        add("<li>{}</li>", html_text(list[i]->text));
      if (list.size() > most_texts_on_page) add("<li>&hellip;</li>");
      add("</ul></li>");
    }

    // Transactions that were left out of the replay stand last.
    if (!left_out.empty()) {
      add("<li>{} ({})<ul>", say("not replayed", "재현하지 않음"), count(left_out.size()));
      for (std::size_t i = 0; i < std::min(left_out.size(), most_texts_on_page); ++i)
        add("<li>{}</li>", html_text(left_out[i]));
      if (left_out.size() > most_texts_on_page) add("<li>&hellip;</li>");
      add("</ul></li>");
    }

    add("</ul>");
    more(by_code.size(), most_flags);
  }

  void sessions() {
    if (card_.sessions.empty()) return;
    const auto& calendar = about_.prepared.scenario.world.calendar;
    section("Session by session", "세션별 결과");
    add("<div class=\"wide\"><table><thead><tr><th>EVSE</th><th>{}</th><th class=\"n\">{} kWh</th><th class=\"n\">{} "
        "kWh</th><th class=\"n\">{}</th><th class=\"n\">{}</th></tr></thead><tbody>",
        say("start", "시작"), say("metered", "실측"), say("twin", "트윈"), say("difference", "차이"),
        say("power error", "전력 오차"));
    for (std::size_t i = 0; i < std::min(card_.sessions.size(), most_sessions); ++i) {
      const SessionPair& pair = card_.sessions[i];
      const std::string profile =
          std::isnan(pair.profile_cv_rmse)
              ? fmt::format("<small>{}</small>", html_text(reason_text(pair.not_scorable, about_.language)))
              : number_text(100.0 * pair.profile_cv_rmse, 1) + " %";
      add("<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
          "class=\"n\">{}</td></tr>",
          html_text(pair.evse), calendar.format_local(log_.transactions[pair.transaction].start_ns),
          number_text(pair.metered_kwh, 3), number_text(pair.twin_kwh, 3),
          number_text(pair.twin_kwh - pair.metered_kwh, 3), profile);
    }
    add("</tbody></table></div>");
    more(card_.sessions.size(), most_sessions);
  }

  void foot() {
    add("<h2>{}</h2>", say("To check it", "확인하려면"));
    add("<p>{} <code>{}</code>. {}</p>", say("Hash of the replay's history:", "재현 이력의 해시:"),
        html_text(about_.event_hash), html_text(about_.versions));
    add("<p class=\"soft\">{}</p>",
        say("Anchors of the limits: NIST Handbook 44 section 3.40 (energy of AC chargers), ASHRAE Guideline 14 (hourly "
            "and monthly load); the others are evtwin's own. What the twin is told of a session (when it came and "
            "left, the energy it took) comes from the same log; so does the most power it drew, but for the lines that "
            "are foretold, whose vehicles were learnt from earlier sessions.",
            "기준 출처: NIST Handbook 44 3.40절(교류 충전기 계량), ASHRAE Guideline 14(시간·월별 부하). 나머지는 "
            "evtwin의 "
            "기준입니다. 트윈이 아는 세션 정보(도착·출발 시각, 충전량)는 같은 로그에서 왔고 최대 전력도 그렇습니다. "
            "단, "
            "예측 항목의 차량은 앞선 세션에서 배운 것입니다."));
  }

  const Certificate& about_;
  const ocpp::SiteLog& log_;
  const ScoreCard& card_;
  const bool korean_;
  std::string body_;
};

}  // namespace

std::string held_out_html(const HeldOutTable& table) {
  std::string html = fmt::format("<p>{}.</p>\n<div class=\"wide\"><table><thead><tr>", html_text(table.title));
  for (std::size_t i = 0; i < table.heads.size(); ++i)
    html += fmt::format("<th{}>{}</th>", i == 0 ? "" : " class=\"n\"", html_text(table.heads[i]));
  html += "</tr></thead><tbody>\n";
  for (const std::vector<std::string>& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      html += fmt::format("<td{}>{}</td>", i == 0 ? "" : " class=\"n\"", html_text(row[i]));
    html += "</tr>\n";
  }
  return html + fmt::format("</tbody></table></div>\n<p class=\"soft\">{}</p>\n", html_text(table.skill));
}

std::string certificate_html(const Certificate& certificate) { return Page(certificate).html(); }

}  // namespace evtwin::replay
