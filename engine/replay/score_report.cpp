// The scores as JSON and as text.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "replay/certificate.hpp"
#include "replay/score_text.hpp"

namespace evtwin::replay {

using analysis::Language;
using analysis::number_or_null;
using Json = nlohmann::ordered_json;

namespace {

struct Phrase {
  std::string_view english, korean;
};

// Reasons that scores give, in Korean too.
constexpr std::array reasons{
    Phrase{"no dense readings of power and register", "전력과 계량값을 촘촘히 잰 구간이 없음"},
    Phrase{"readings too far apart to add power up", "계량 간격이 넓어 전력을 적산할 수 없음"},
    Phrase{"energy not known: counted as the most of any other", "충전량을 몰라 가장 큰 거래만큼으로 계산"},
    Phrase{"energy not known", "충전량을 알 수 없음"},
    Phrase{"1 kWh or more", "1 kWh 이상"},
    Phrase{"below 1 kWh", "1 kWh 미만"},
    Phrase{"fewer than 10 readings", "계량값 10개 미만"},
    Phrase{"readings more than 15 min apart", "계량 간격이 15분 초과"},
    Phrase{"no 10 readings in a row without a gap", "빈틈 없이 이어진 계량값 10개가 없음"},
    Phrase{"readings give neither power nor register", "계량값에 전력도 적산값도 없음"},
    Phrase{"the register's readings do not fit each other", "계량값끼리 맞지 않음"},
    Phrase{"energy or duration not known", "충전량 또는 시간을 알 수 없음"},
    Phrase{"no energy flowed between the readings that are dense", "촘촘히 잰 구간에서 충전되지 않음"},
    Phrase{"hours with readings more than an hour apart", "계량 간격이 1시간을 넘는 시간대"},
    Phrase{"minutes without dense readings of every session", "촘촘한 계량값이 없는 세션이 있는 분"},
    Phrase{"fewer than 12 months", "12개월 미만"},
    Phrase{"readings too far apart to tell when", "계량 간격이 넓어 시점을 알 수 없음"},
    Phrase{"readings do not reach 90 % of the energy", "계량값이 충전량의 90 %에 이르지 않음"},
    Phrase{"no energy", "충전량 없음"},
    Phrase{"sessions without a limit in the log", "로그에 제한이 없는 세션"},
    Phrase{"complete, and left out of the replay", "완전하지만 재현에서 제외됨"},
    Phrase{"not replayed: the log has no start", "재현 제외: 로그에 시작 없음"},
    Phrase{"not replayed: the log has no stop", "재현 제외: 로그에 종료 없음"},
    Phrase{"not replayed: energy not known", "재현 제외: 충전량을 알 수 없음"},
    Phrase{"not in the log: a register counted between two transactions", "로그에 없음: 두 거래 사이의 계량기 증가"},
    Phrase{"fewer than 10 earlier sessions to learn from", "배울 앞 세션이 10개 미만"},
    Phrase{"not metered", "계측되지 않음"},
};
static_assert(kernel::has_unique_keys(reasons, &Phrase::english));

constexpr std::array units{
    Phrase{"sessions", "세션"}, Phrase{"hours", "시간"},  Phrase{"minutes", "분"},        Phrase{"samples", "계량값"},
    Phrase{"frames", "메시지"}, Phrase{"months", "개월"}, Phrase{"transactions", "거래"}, Phrase{"runs", "회"},
};
static_assert(kernel::has_unique_keys(units, &Phrase::english));

template <class Table>
std::string_view in(const Table& table, std::string_view english, Language language) {
  if (language == Language::english) return english;
  for (const Phrase& phrase : table) {
    if (phrase.english == english) return phrase.korean;
  }
  return english;
}

}  // namespace

std::string reason_text(std::string_view reason, Language language) {
  return kernel::make_printable(in(reasons, reason, language));
}

std::string value_text(const Score& score, double value) {
  if (std::isnan(value)) return "-";
  if (score.unit == "fraction") return analysis::number_text(100.0 * value, 2) + " %";
  const int decimals = score.unit == "min" ? 0 : 3;
  return analysis::number_text(value, decimals) + " " + score.unit;
}

std::string count_text(const Score& score, Language language) {
  return fmt::format("{} {}", analysis::number_text(static_cast<double>(score.n), 0), in(units, score.n_of, language));
}

std::string gate_text(const Score& score, Language language) {
  const bool korean = language == Language::korean;
  if (score.told == Told::given && !std::isnan(score.value)) return korean ? "주어진 값" : "given";
  std::string_view word;
  switch (score.gate) {
    case Gate::good:
      word = korean ? "우수" : "good";
      break;
    case Gate::pass:
      word = korean ? "합격" : "pass";
      break;
    case Gate::fail:
      word = korean ? "불합격" : "fail";
      break;
    case Gate::not_scorable:
      if (!std::isnan(score.value)) return korean ? "참고" : "reported";
      return korean ? "판정 불가" : "not scorable";
  }
  return score.indicative ? fmt::format("{} ({})", word, korean ? "잠정" : "indicative") : std::string(word);
}

std::string verdict_text(const ScoreCard& card, Language language) {
  const bool korean = language == Language::korean;
  const auto n = card.judged_sessions;
  if (n == 0) return korean ? "판정 불가: 비교할 세션이 없습니다." : "not scorable: there is no session to compare.";

  // Not scorable: the sessions held out could not be judged, or readings time less than half of the energy.
  if (card.gate == Gate::not_scorable && card.tested_share >= least_tested_share) {
    return korean ? "판정 불가: 앞 세션에서 배워 뒤 세션을 예측할 계측값이 부족합니다. 세션 중 MeterValues(전력과 "
                    "계량값, 1분 간격)를 기록하십시오."
                  : "not scorable: the earlier sessions have too few readings to foretell the later ones, or those too "
                    "few to judge it. Log MeterValues (power and register, every minute) during sessions.";
  }
  if (card.gate == Gate::not_scorable) {
    const double share = 100.0 * card.tested_share;
    return korean ? fmt::format(
                        "판정 불가: 전력이 언제 흘렀는지 계측된 에너지가 {:.0f} %뿐입니다 (절반 이상 필요). 세션 중 "
                        "MeterValues(전력과 계량값, 1분 간격)를 기록하십시오.",
                        share)
                  : fmt::format(
                        "not scorable: of {:.0f} % of the energy do readings tell when it flowed, and it takes half. "
                        "Energies were given to the twin and prove nothing: log MeterValues (power and register, "
                        "every minute) during sessions.",
                        share);
  }

  // A line that was given to the twin proves nothing, so it can not fail either.
  std::string failed;
  for (const Score& score : card.scores) {
    if (score.gate != Gate::fail || score.told == Told::given) continue;
    failed += (failed.empty() ? "" : ", ") + std::string(title_of(score, language));
  }
  if (!failed.empty()) {
    return korean ? fmt::format("불합격 ({}개 세션): {}.", n, failed)
                  : fmt::format("fail, on {} sessions: {}.", n, failed);
  }

  const std::string_view word = korean ? (card.gate == Gate::good ? "우수" : "합격") : name_of(card.gate);
  if (card.has_enough()) {
    return korean ? fmt::format("{}: {}개 세션 기준.", word, n) : fmt::format("{}, on {} sessions.", word, n);
  }
  return korean ? fmt::format("잠정 {}: 세션이 {}개뿐입니다. 판정에는 {}개가 필요합니다.", word, n, least_sessions)
                : fmt::format("indicative: all within the limits of \"{}\", but on {} session{} only; it takes {}.",
                              word, n, n == 1 ? "" : "s", least_sessions);
}

HeldOutTable held_out_table(const HeldOut& held_out, const market::Calendar& calendar, Language language) {
  const bool korean = language == Language::korean;
  HeldOutTable table;
  if (held_out.judged == 0) return table;

  const std::string from = calendar.format_local(held_out.from_ns);
  table.title = korean ? fmt::format(
                             "예측: {}부터의 {}개 세션. 차량은 앞선 {}개 세션에서 배웠고, 도착·체류·충전량은 "
                             "모두에게 주어짐",
                             from, held_out.judged, held_out.fitted)
                       : fmt::format(
                             "Foretold: the {} sessions from {} on, with vehicles learnt from the {} before; "
                             "arrivals, stays and energies are given to all",
                             held_out.judged, from, held_out.fitted);

  table.heads =
      korean ? std::vector<std::string>{"오차", "예측", "재현(맞춘 값)", "정격 사각형", "평균 곡선", "스킬"}
             : std::vector<std::string>{"error", "foretold", "fitted to them", "rectangle", "mean shape", "skill"};

  for (std::size_t line = 0; line < power_lines.size(); ++line) {
    const ScoreInfo& info = score_info(power_lines[line]);
    const auto percent = [](double value) {
      return std::isnan(value) ? std::string("-") : analysis::number_text(100.0 * value, 2) + " %";
    };
    std::vector<std::string> row{std::string(korean ? info.title_ko : info.title)};
    for (const Way way : {Way::foretold, Way::fitted, Way::rectangle, Way::mean_shape})
      row.push_back(percent(held_out.figure_of(way, line).value));
    const double skill = held_out.skill_of_line(line);
    row.push_back(std::isnan(skill) ? "-" : analysis::number_text(skill, 2));
    table.rows.push_back(std::move(row));
  }

  // The skill that counts is that of the site's load by the hour.
  const double skill = held_out.skill_of_line(site_load_line);
  if (std::isnan(skill)) return table;
  if (skill > 0.0) {
    table.skill = korean ? "스킬: 1은 완전한 예측, 0은 더 나은 단순 예측(정격 사각형, 평균 곡선)과 같음."
                         : "Skill: 1 foretells all, 0 is as good as the better naive way (rated power from plug-in on; "
                           "the mean power curve).";
  } else {
    table.skill = korean ? "스킬 없음: 시간별 사이트 부하는 단순 예측(정격 사각형, 평균 곡선)도 그만큼 맞힙니다."
                         : "No skill: a naive way (rated power from plug-in on, or the mean power curve) foretells the "
                           "load by the hour as well.";
  }
  return table;
}

Json held_out_json(const HeldOut& held_out, const market::Calendar& calendar) {
  Json json;
  json["fitted"] = held_out.fitted;
  json["judged"] = held_out.judged;
  json["from"] = held_out.judged > 0 ? Json(calendar.format_iso(held_out.from_ns)) : Json();
  json["why_not"] = held_out.why_not.empty() ? Json() : Json(held_out.why_not);
  json["tested_share"] = held_out.tested_share;
  for (std::size_t line = 0; line < power_lines.size(); ++line) {
    Json one;
    for (const Way way : all_ways) one[std::string(name_of(way))] = number_or_null(held_out.figure_of(way, line).value);
    one["skill"] = number_or_null(held_out.skill_of_line(line));
    one["n"] = held_out.figure_of(Way::foretold, line).n;
    json[std::string(power_lines[line])] = std::move(one);
  }
  return json;
}

std::string scores_text(const ScoreCard& card, const market::Calendar& calendar, Language language) {
  const bool korean = language == Language::korean;
  analysis::TextTable table(korean ? std::vector<std::string>{"항목", "값", "우수", "합격", "근거", "판정"}
                                   : std::vector<std::string>{"", "value", "good", "pass", "based on", "gate"},
                            analysis::LastColumn::prose);

  std::string unscored;
  for (const Score& score : card.scores) {
    if (stands_in_table(score)) {
      const bool gated = !std::isnan(score.pass);
      table.add_row({std::string(title_of(score, language)), value_text(score, score.value),
                     gated ? value_text(score, score.good) : "", gated ? value_text(score, score.pass) : "",
                     count_text(score, language), gate_text(score, language)});
      continue;
    }

    // A line without a value says why below the table.
    if (!std::isnan(score.value)) continue;
    std::string why;
    for (const auto& [reason, n] : score.excluded)
      why += fmt::format("{}{} ({})", why.empty() ? "" : ", ", reason_text(reason, language), n);
    if (why.empty()) continue;
    unscored += fmt::format("  {}: {}\n", title_of(score, language), why);
  }

  std::string text = table.to_text();
  const HeldOutTable foretold = held_out_table(card.held_out, calendar, language);
  if (!foretold.rows.empty()) {
    analysis::TextTable beside(foretold.heads);
    for (const std::vector<std::string>& row : foretold.rows) beside.add_row(row);
    text += fmt::format("\n{}:\n\n{}{}\n", foretold.title, beside.to_text(), foretold.skill);
  }

  if (!unscored.empty()) text += fmt::format("\n{}:\n{}", korean ? "판정할 수 없는 항목" : "Not scorable", unscored);
  return text + fmt::format("\n{}: {}\n", korean ? "결과" : "Verdict", verdict_text(card, language));
}

Json scores_json(const ScoreCard& card) {
  Json json = Json::object();
  for (const Score& score : card.scores) {
    Json one;
    one["value"] = number_or_null(score.value);
    one["unit"] = score.unit;
    one["n"] = score.n;
    one["n_of"] = score.n_of;
    one["excluded"] = Json::object();
    for (const auto& [reason, n] : score.excluded) one["excluded"][reason] = n;
    one["told"] = name_of(score.told);
    one["gate"] = name_of(score.gate);
    one["indicative"] = score.indicative;
    one["pass"] = number_or_null(score.pass);
    one["good"] = number_or_null(score.good);
    one["help"] = score.help;
    json[score.name] = std::move(one);
  }
  return json;
}

Json session_pairs_json(const ScoreCard& card) {
  Json json = Json::array();
  for (const SessionPair& pair : card.sessions) {
    Json one;
    one["id"] = pair.id;
    one["evse"] = pair.evse;
    one["metered_kwh"] = number_or_null(pair.metered_kwh);
    one["twin_kwh"] = number_or_null(pair.twin_kwh);
    one["power_cv_rmse"] = number_or_null(pair.profile_cv_rmse);
    one["power_mae_kw"] = number_or_null(pair.power_mae_kw);
    one["power_bias_kw"] = number_or_null(pair.power_bias_kw);
    one["not_scorable"] = pair.not_scorable.empty() ? Json(nullptr) : Json(pair.not_scorable);
    one["time_to_90_percent_min"] = {{"metered", number_or_null(pair.full_after_min)},
                                     {"difference", number_or_null(pair.full_difference_min)}};
    one["ledger_closure"] = number_or_null(pair.ledger_closure);
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace evtwin::replay
