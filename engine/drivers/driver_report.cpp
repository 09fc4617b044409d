#include "drivers/driver_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/prose.hpp"
#include "analysis/run_report.hpp"
#include "kernel/text.hpp"
#include "replay/pseudonym.hpp"

namespace evtwin::drivers {
namespace {

using Json = nlohmann::ordered_json;
using analysis::in_language;
using analysis::number_or_null;
using analysis::number_text;
using analysis::percent_text;

std::size_t likeliest_evse(const NextCharge& next) {
  return static_cast<std::size_t>(std::max_element(next.at_evse.begin(), next.at_evse.end()) - next.at_evse.begin());
}

Json time_json(const market::Calendar& calendar, TimeNs t) {
  return t == kernel::time_never ? Json() : Json(calendar.format_iso(t));
}

Json next_json(const Histories& histories, const NextCharge& next) {
  if (next.at_evse.empty()) return Json();
  const auto time = [&](TimeNs t) { return time_json(histories.calendar, t); };
  const std::size_t evse = likeliest_evse(next);
  return {{"arrival", time(next.about_ns)},
          {"half", {time(next.when_ns[1]), time(next.when_ns[3])}},
          {"ninety", {time(next.when_ns[0]), time(next.when_ns[4])}},
          {"within_7_days", next.within_7_days},
          {"kwh", number_or_null(next.kwh[2])},
          {"kwh_half", {number_or_null(next.kwh[1]), number_or_null(next.kwh[3])}},
          {"kwh_ninety", {number_or_null(next.kwh[0]), number_or_null(next.kwh[4])}},
          {"stay_h", number_or_null(next.stay_h)},
          {"evse", histories.evse_ids[evse]},
          {"evse_chance", next.at_evse[evse]}};
}

Json estimate_json(const Estimate& estimate) {
  return {{"value", number_or_null(estimate.value)},
          {"low", number_or_null(estimate.low)},
          {"high", number_or_null(estimate.high)}};
}

constexpr ByMethod<std::string_view> method_keys{"survival", "last_gap", "mean_gap", "median_gap", "last_weekday"};
constexpr ByMethod<std::string_view> method_names{"survival law", "last gap again", "mean gap", "median gap",
                                                  "last weekday again"};
constexpr ByMethod<std::string_view> method_names_ko{"생존 모형", "직전 간격 반복", "평균 간격", "중앙값 간격",
                                                     "같은 요일 반복"};

Json timing_json(const TimingScore& score) {
  Json json{{"mornings", score.mornings}};
  for (std::size_t i = 0; i < all_methods.size(); ++i)
    json["error_days"][std::string(method_keys[i])] = estimate_json(score.error_days[i]);
  for (std::size_t i = 1; i < all_methods.size(); ++i)
    json["survival_less"][std::string(method_keys[i])] = estimate_json(score.survival_less[i]);
  json["covered_half"] = estimate_json(score.covered_half);
  json["covered_90"] = estimate_json(score.covered_90);
  return json;
}

Json back_test_json(const BackTest& test, const market::Calendar& calendar) {
  Json json{{"drivers", test.drivers}, {"least_visits", test.least_visits}, {"horizon_days", test.horizon_days}};
  json["first"] = test.drivers > 0 ? Json(calendar.format_iso(test.first_ns)) : Json();
  json["last"] = test.drivers > 0 ? Json(calendar.format_iso(test.last_ns)) : Json();
  json["all"] = timing_json(test.all);
  json["came_within_horizon"] = timing_json(test.came);
  json["within_7_days"] = {{"brier", estimate_json(test.brier)},
                           {"brier_of_base_rate", number_or_null(test.brier_of_base_rate.value)},
                           {"chance_told", estimate_json(test.chance_told)},
                           {"share_came", estimate_json(test.share_came)}};
  json["kwh"] = {{"visits", test.visits},
                 {"error", estimate_json(test.kwh_error)},
                 {"error_of_last", estimate_json(test.kwh_error_of_last)},
                 {"error_of_site_median", estimate_json(test.kwh_error_of_site)},
                 {"covered_half", estimate_json(test.kwh_covered_half)},
                 {"covered_90", estimate_json(test.kwh_covered_90)}};
  json["evse"] = {{"hit", estimate_json(test.place_hit)}, {"hit_of_last", estimate_json(test.place_hit_of_last)}};
  return json;
}

constexpr std::array<std::string_view, 7> weekdays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 7> weekdays_ko{"월", "화", "수", "목", "금", "토", "일"};

/// "Tue 06-09".
std::string day_text(const market::Calendar& calendar, TimeNs t, bool korean) {
  const auto weekday = static_cast<std::size_t>(calendar.weekday_at(t));
  return fmt::format("{} {}", korean ? weekdays_ko[weekday] : weekdays[weekday],
                     market::format_date(calendar.local_date(t)).substr(5));
}

/// "about Tue 06-09 08:40 (Mon 06-08 to Thu 06-11)": to ten minutes; half of the arrivals lie within.
std::string when_text(const market::Calendar& calendar, const NextCharge& next, bool korean) {
  if (next.about_ns == kernel::time_never) return korean ? "1년 안에 없음" : "not within a year";
  const int minute = std::min(1430, (calendar.minute_of_day(next.about_ns) + 5) / 10 * 10);
  const std::string about =
      fmt::format("{} {}", day_text(calendar, next.about_ns, korean), market::format_minute_of_day(minute));
  const std::string from = day_text(calendar, next.when_ns[1], korean);
  const std::string to = next.when_ns[3] == kernel::time_never ? (korean ? "1년 뒤" : "a year on")
                                                               : day_text(calendar, next.when_ns[3], korean);
  if (from == to) return in_language(korean, "about {} (that day)", "{}쯤 (그날)", about);
  return in_language(korean, "about {} ({} to {})", "{}쯤 ({} ~ {})", about, from, to);
}

std::string span_text(double low, double middle, double high, int decimals) {
  if (std::isnan(middle)) return "-";
  return fmt::format("{} ({} - {})", number_text(middle, decimals), number_text(low, decimals),
                     number_text(high, decimals));
}

std::string estimate_text(const Estimate& e, int decimals) { return span_text(e.low, e.value, e.high, decimals); }

std::string share_text(const Estimate& e) {
  if (std::isnan(e.value)) return "-";
  return fmt::format("{:.1f} % ({:.1f} - {:.1f})", 100.0 * e.value, 100.0 * e.low, 100.0 * e.high);
}

/// "MTW-F--": which days it came.
std::string weekday_text(const std::array<std::size_t, 7>& by_weekday, bool korean) {
  std::string text;
  for (std::size_t i = 0; i < 7; ++i)
    text += by_weekday[i] == 0 ? std::string("-")
            : korean           ? std::string(weekdays_ko[i])
                               : std::string(weekdays[i], 0, 1);
  return text;
}

std::string timing_text(const BackTest& test, bool korean) {
  analysis::TextTable table(korean ? std::vector<std::string>{"예측 방법", "오차 (일, 95 %)", "생존 모형의 차이",
                                                              "그 안에 온 아침: 오차", "생존 모형의 차이"}
                                   : std::vector<std::string>{"forecast", "error, days (95 %)", "survival law less",
                                                              "came: error, days", "survival law less"});
  for (std::size_t i = 0; i < all_methods.size(); ++i) {
    const bool own = all_methods[i] == Method::survival;
    table.add_row({std::string(korean ? method_names_ko[i] : method_names[i]), estimate_text(test.all.error_days[i], 2),
                   own ? "-" : estimate_text(test.all.survival_less[i], 2), estimate_text(test.came.error_days[i], 2),
                   own ? "-" : estimate_text(test.came.survival_less[i], 2)});
  }
  return table.to_text();
}

/// Whether the law beat the best of the plain ways, told whichever way it is.
std::string verdict_text(const TimingScore& score, bool korean, std::string_view of, std::string_view of_ko) {
  std::size_t best = 1;
  for (std::size_t i = 2; i < all_methods.size(); ++i) {
    if (score.error_days[i].value < score.error_days[best].value) best = i;
  }
  const Estimate& less = score.survival_less[best];
  const std::string name(korean ? method_names_ko[best] : method_names[best]);
  const std::string whose(korean ? of_ko : of);
  if (less.high < 0.0)
    return in_language(korean, "Of {} the survival law is off by less than the best plain way, {}.",
                       "{}: 생존 모형이 가장 나은 단순 방법({})보다 정확합니다.", whose, name);
  if (less.low > 0.0)
    return in_language(korean, "Of {} the best plain way, {}, is off by less than the survival law.",
                       "{}: 가장 나은 단순 방법({})이 생존 모형보다 정확합니다.", whose, name);
  return in_language(korean, "Of {} these drivers do not tell the survival law from the best plain way, {}.",
                     "{}: 이 운전자 수로는 생존 모형과 가장 나은 단순 방법({})을 구별할 수 없습니다.", whose, name);
}

std::string back_test_text(const BackTest& test, const market::Calendar& calendar, bool korean) {
  if (test.drivers == 0)
    return analysis::wrap_words(in_language(
        korean,
        "No morning can be judged: it takes a driver with {} visits, and so many days of records before and after the "
        "morning: {}.",
        "판정할 수 있는 날이 없습니다: 방문 {}회 이상인 운전자와 앞뒤로 {}일의 기록이 필요합니다.", test.least_visits,
        test.horizon_days));

  std::string text = analysis::wrap_words(in_language(
      korean,
      "{} mornings of {} drivers ({} visits or more before), {} to {}, each told from what was known by then; a time "
      "later than {} days counts as {} days. On {} of them the driver came within that time.",
      "아침 {}회, 운전자 {}명 (그 전 방문 {}회 이상), {} ~ {}, 매번 그때까지의 기록만 사용; {}일보다 늦으면 {}일로 "
      "셈. 그 안에 운전자가 온 아침은 {}회.",
      test.all.mornings, test.drivers, test.least_visits, market::format_date(calendar.local_date(test.first_ns)),
      market::format_date(calendar.local_date(test.last_ns)), test.horizon_days, test.horizon_days,
      test.came.mornings));
  text += "\n" + timing_text(test, korean) + "\n";
  text += analysis::wrap_words(verdict_text(test.all, korean, "all mornings", "모든 아침"));
  text += analysis::wrap_words(verdict_text(test.came, korean, "those who came within that time", "그 안에 온 아침"));

  text += analysis::wrap_words(in_language(
      korean,
      "Intervals: {} of the arrivals lie in that of 50 %, {} in that of 90 % (of those who came within that time {} "
      "and "
      "{}). Within 7 days: {} told, {} came; Brier score {}, of the base rate {:.3f}.",
      "구간: 50 % 구간에 {}, 90 % 구간에 {} (그 안에 온 아침만: {}, {}). 7일 안: 예측 {}, 실제 {}; 브라이어 점수 {}, "
      "기저율 {:.3f}.",
      share_text(test.all.covered_half), share_text(test.all.covered_90), share_text(test.came.covered_half),
      share_text(test.came.covered_90), share_text(test.chance_told), share_text(test.share_came),
      estimate_text(test.brier, 3), test.brier_of_base_rate.value));
  text += analysis::wrap_words(in_language(
      korean,
      "Energy of {} visits: off by {} kWh (the last again: {}; everybody's median: {}); {} in 50 %, {} in 90 %. The "
      "EVSE "
      "told was the one in {} (that of the last visit: {}).",
      "방문 {}회의 충전량: 오차 {} kWh (직전 반복: {}; 전체 중앙값: {}); 50 % 구간에 {}, 90 % 구간에 {}. 예측한 충전기 "
      "적중 {} (직전 충전기: {}).",
      test.visits, estimate_text(test.kwh_error, 2), estimate_text(test.kwh_error_of_last, 2),
      estimate_text(test.kwh_error_of_site, 2), share_text(test.kwh_covered_half), share_text(test.kwh_covered_90),
      share_text(test.place_hit), share_text(test.place_hit_of_last)));
  return text;
}

std::vector<std::string> row_of(const DriverReport& report, std::size_t d, bool korean) {
  const DriverFigures& f = report.figures[d];
  const NextCharge& next = report.next[d];
  std::vector<std::string> row{report.names[d], std::to_string(f.visits), number_text(f.days_between, 1),
                               weekday_text(f.by_weekday, korean)};
  if (next.at_evse.empty()) {
    row.insert(row.end(), 4, "-");
    return row;
  }
  const std::size_t evse = likeliest_evse(next);
  row.push_back(when_text(report.histories.calendar, next, korean));
  row.push_back(percent_text(next.within_7_days));
  row.push_back(span_text(next.kwh[1], next.kwh[2], next.kwh[3], 1));
  row.push_back(fmt::format("{} ({:.0f} %)", kernel::make_printable(report.histories.evse_ids[evse], 40),
                            100.0 * next.at_evse[evse]));
  return row;
}

}  // namespace

DriverFigures figures_of(std::span<const DriverVisit> visits, TimeNs now_ns) {
  DriverFigures out;
  out.visits = visits.size();
  std::vector<double> stays, kwh, gaps;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    ++out.by_weekday[weekday_of_day(local_day(visits[i].local_ns))];
    if (i > 0) gaps.push_back(kernel::hours_between(visits[i - 1].arrival_ns, visits[i].arrival_ns) / 24.0);
    if (!is_over(visits[i], now_ns)) continue;
    stays.push_back(visits[i].stay_h);
    kwh.push_back(visits[i].kwh);
    out.total_kwh += kernel::is_known(visits[i].kwh) ? visits[i].kwh : 0.0;
  }
  out.stay_h = median_of(std::move(stays));
  out.kwh = median_of(std::move(kwh));
  out.days_between = median_of(std::move(gaps));
  return out;
}

DriverReport report_drivers(Histories histories, TimeNs now_ns, bool show_tokens, bool back_test_too) {
  DriverReport out;
  out.histories = std::move(histories);
  out.now_ns = now_ns;
  const Outlook outlook = outlook_at(out.histories, now_ns);

  // Cards name people: they are numbered unless they are asked for.
  replay::Pseudonyms pseudonyms;
  for (std::size_t d = 0; d < out.histories.drivers.size(); ++d) {
    const Driver& driver = out.histories.drivers[d];
    const std::span<const DriverVisit> before = visits_before(driver, now_ns);
    out.names.push_back(show_tokens ? driver.token : pseudonyms.pseudonym_of(driver.token));
    out.figures.push_back(figures_of(before, now_ns));
    out.next.push_back(before.empty() ? NextCharge{} : foretell(out.histories, outlook, d));
  }
  out.offers = make_offers(out.next, now_ns);
  if (back_test_too) out.back_test = back_test(out.histories);
  return out;
}

Json report_json(const DriverReport& report) {
  const Histories& histories = report.histories;
  Json json{{"at", histories.calendar.format_iso(report.now_ns)}, {"timezone", histories.calendar.zone_name()}};
  json["drivers"] = Json::array();
  for (std::size_t d = 0; d < histories.drivers.size(); ++d) {
    const DriverFigures& f = report.figures[d];
    json["drivers"].push_back({{"token", report.names[d]},
                               {"token_type", histories.drivers[d].token_type},
                               {"visits", f.visits},
                               {"total_kwh", number_or_null(f.total_kwh)},
                               {"stay_h", number_or_null(f.stay_h)},
                               {"kwh", number_or_null(f.kwh)},
                               {"days_between", number_or_null(f.days_between)},
                               {"by_weekday", f.by_weekday},
                               {"next", next_json(histories, report.next[d])}});
  }
  json["without_token"] = histories.without_token;

  json["offers"] = Json::array();
  for (const Offer& offer : report.offers.offers)
    json["offers"].push_back({{"token", report.names[offer.driver]},
                              {"evse", histories.evse_ids[offer.evse]},
                              {"from", histories.calendar.format_iso(offer.from_ns)},
                              {"to", histories.calendar.format_iso(offer.to_ns)},
                              {"kwh", offer.kwh}});
  json["offers_without_evse"] = report.offers.without_evse;
  json["back_test"] = report.back_test ? back_test_json(*report.back_test, histories.calendar) : Json();
  return json;
}

std::string report_text(const DriverReport& report, analysis::Language language, std::size_t rows) {
  const bool korean = language == analysis::Language::korean;
  const market::Calendar& calendar = report.histories.calendar;
  analysis::TextTable table(korean ? std::vector<std::string>{"운전자", "방문", "간격 (일)", "요일", "다음 충전",
                                                              "7일 안", "kWh (절반)", "충전기"}
                                   : std::vector<std::string>{"driver", "visits", "days between", "weekdays",
                                                              "next charge", "within 7 days", "kWh (half)", "EVSE"});
  const std::size_t shown = std::min(rows, report.next.size());
  for (std::size_t d = 0; d < shown; ++d) table.add_row(row_of(report, d, korean));
  std::string text = in_language(korean, "{} drivers, as known on {} ({})\n\n", "운전자 {}명, {} 현재 ({})\n\n",
                                 report.next.size(), calendar.format_local(report.now_ns), calendar.zone_name());
  text += table.to_text() + "\n";

  if (shown < report.next.size())
    text += in_language(korean, "... and {} more; --json has all of them\n", "... 외 {}명; --json 에 모두 있음\n",
                        report.next.size() - shown);
  if (report.histories.without_token > 0)
    text += in_language(korean, "{} sessions name no driver.\n", "운전자를 알 수 없는 세션 {}개.\n",
                        report.histories.without_token);
  text +=
      analysis::wrap_words(in_language(korean,
                                       "In brackets: the days and energies between which half of the next charges are "
                                       "expected. {} drivers are as likely "
                                       "as not to come within 7 days and can be offered a booking (--offers FILE.csv).",
                                       "괄호: 다음 충전의 절반이 예상되는 날짜와 충전량. 7일 안에 올 가능성이 절반 "
                                       "이상인 운전자 {}명에게 예약을 제안할 수 "
                                       "있습니다 (--offers FILE.csv).",
                                       report.offers.offers.size()));
  if (report.offers.without_evse > 0)
    text += analysis::wrap_words(in_language(korean, "{} more find every EVSE proposed to others at their time.",
                                             "다른 {}명은 그 시간에 모든 충전기가 이미 제안되었습니다.",
                                             report.offers.without_evse));
  if (report.back_test) text += "\n" + back_test_text(*report.back_test, calendar, korean);
  return text;
}

}  // namespace evtwin::drivers
