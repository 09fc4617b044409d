#include "analysis/verdict_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "kernel/text.hpp"

namespace evtwin::analysis::verdict_words {

double or_zero(double value) { return std::isnan(value) ? 0.0 : value; }

bool is_nothing(const std::string& text) { return text.find_first_of("123456789") == std::string::npos; }

std::string bare_money(double value, const VerdictRun& run) {
  const std::string text = money_text(value, run.currency);
  return text.substr(0, text.find(' '));
}

std::string name_of(const VerdictRun* run) { return kernel::make_printable(run->name); }

std::string period_text(const VerdictRun& run, bool korean) {
  const double hours = kernel::hours_between(run.start_ns, run.end_ns);
  if (!(hours > 0.0)) return {};
  // A change of the clock makes a day an hour longer or shorter.
  const double days = std::round(hours / 24.0);
  if (days >= 1.0 && std::abs(hours - 24.0 * days) <= 1.0)
    return days == 1.0 ? in_language(korean, " in a day", " 하루 동안")
                       : in_language(korean, " in {} days", " {}일 동안", number_text(days, 0));
  const double whole = std::round(hours);
  if (std::abs(hours - whole) >= 0.05)
    return in_language(korean, " in {} hours", " {}시간 동안", number_text(hours, 1));
  return whole == 1.0 ? in_language(korean, " in an hour", " 한 시간 동안")
                      : in_language(korean, " in {} hours", " {}시간 동안", number_text(whole, 0));
}

std::string price_text(double value, const VerdictRun& run) {
  if (std::isnan(value)) return "-";
  const bool whole = run.currency == "KRW" || run.currency == "JPY";
  const std::string text = number_text(value, whole ? 1 : 3);
  return run.currency.empty() ? text + "/kWh" : fmt::format("{} {}/kWh", text, kernel::make_printable(run.currency));
}

void say_service(Words& words, const VerdictPair& pair, bool also_where_equal) {
  const std::string got = number_text(pair.of_run("energy_served_kwh"), 1);
  const std::string base_got = number_text(pair.of_base("energy_served_kwh"), 1);
  const double more_kwh = pair.change_of("energy_served_kwh");
  const double share =
      100.0 * std::abs(more_kwh) / std::max(pair.of_run("energy_served_kwh"), pair.of_base("energy_served_kwh"));
  const std::string difference = number_text(std::abs(more_kwh), 1), percent = number_text(share, 1);

  if (pair.service == Service::equal) {
    if (!also_where_equal || std::isnan(more_kwh)) return;
    if (got == base_got)
      words.add_piece({"energy_served_kwh"}, "; at equal service ({} kWh)", "; 서비스는 같음 ({} kWh)", got);
    else
      words.add_piece({"energy_served_kwh"}, "; at equal service ({} kWh, {} with {})",
                      "; 서비스는 같음 ({} kWh, {} kWh: {})", got, base_got, name_of(pair.base));
    return;
  }

  // No sentence may stand without it: fewer kWh would look like a saving.
  words.add_piece({"energy_served_kwh"},
                  "; NOT at equal service: {} kWh ({} %) {} of what was wanted had been charged by the end",
                  "; 서비스가 같지 않음: 종료까지 충전된 희망량이 {} kWh ({} %) {}", difference, percent,
                  pair.is_korean() ? (more_kwh < 0.0 ? "적음" : "많음") : (more_kwh < 0.0 ? "less" : "more"));
  if (pair.service == Service::later)
    words.add_piece({"open_to_come_kwh"}, ", which vehicles still plugged in can get later (up to {} kWh, {} with {})",
                    ", 접속 중인 차량이 나중에 충전할 수 있음 (최대 {} kWh, {} kWh: {})",
                    number_text(or_zero(pair.of_run("open_to_come_kwh")), 1),
                    number_text(or_zero(pair.of_base("open_to_come_kwh")), 1), name_of(pair.base));
}

void say_other_site(Words& words, const VerdictPair& pair) {
  if (pair.run->parameters == pair.base->parameters) return;
  const auto value = [&](const VerdictRun& run, const std::string& name) {
    const auto found = run.parameters.find(name);
    return found != run.parameters.end() ? kernel::make_printable(found->second)
                                         : in_language(pair.is_korean(), "as written", "원래대로");
  };
  std::set<std::string> names;
  for (const VerdictRun* run : {pair.run, pair.base}) {
    for (const auto& [name, text] : run->parameters) names.insert(name);
  }
  std::string all;
  constexpr std::string_view change = "change ";
  for (const std::string& name : names) {
    if (value(*pair.run, name) == value(*pair.base, name)) continue;
    const std::string key = kernel::make_printable(name.starts_with(change) ? name.substr(change.size()) : name);
    all += fmt::format("{}{} {} / {}", all.empty() ? "" : ", ", key, value(*pair.run, name), value(*pair.base, name));
  }
  words.add_piece({}, "; not by the strategy alone: the sites differ too, by {}",
                  "; 전략만의 차이가 아님: 사이트도 다름 ({})", all);
}

void say_turned_away(Words& words, const VerdictPair& pair) {
  const auto text = [&](const VerdictRun& run) {
    return in_language(pair.is_korean(), "{} ({} kWh)", "{}대 ({} kWh)",
                       number_text(value_of(run.kpis, "turned_away") + value_of(run.kpis, "waiting_at_end"), 0),
                       number_text(value_of(run.kpis, "turned_away_kwh"), 1));
  };
  const auto none_in = [](const VerdictRun& run) {
    const auto is_above_0 = [&](std::string_view name) { return value_of(run.kpis, name) > 0.0; };
    return !is_above_0("turned_away") && !is_above_0("waiting_at_end") && !is_above_0("turned_away_kwh");
  };
  if (none_in(*pair.run) && (pair.base == nullptr || none_in(*pair.base))) return;
  const Keys keys{"turned_away", "waiting_at_end", "turned_away_kwh"};
  if (pair.base == nullptr)
    words.add_piece(keys, "; turned away or left waiting: {}", "; 충전하지 못하고 돌아갔거나 대기 중: {}",
                    text(*pair.run));
  else if (text(*pair.run) == text(*pair.base))
    words.add_piece(keys, "; turned away or left waiting: {} in both", "; 충전하지 못하고 돌아갔거나 대기 중: 둘 다 {}",
                    text(*pair.run));
  else
    words.add_piece(keys, "; turned away or left waiting: {}, with {} {}",
                    "; 충전하지 못하고 돌아갔거나 대기 중: {}, {}: {}", text(*pair.run), name_of(pair.base),
                    text(*pair.base));
}

void say_owed(Words& words, const VerdictPair& pair) {
  const auto text = [&](const VerdictRun& run) {
    return in_language(pair.is_korean(), "{} kWh for at least {}", "{} kWh, 최소 {}",
                       number_text(value_of(run.kpis, "open_kwh"), 1),
                       money_text(value_of(run.kpis, "open_cost"), run.currency));
  };
  const auto is_none = [](const VerdictRun& run) {
    return is_nothing(number_text(or_zero(value_of(run.kpis, "open_kwh")), 1));
  };
  if (is_none(*pair.run) && (pair.base == nullptr || is_none(*pair.base))) return;
  const Keys keys{"open_kwh", "open_cost"};
  if (pair.base == nullptr)
    words.add_piece(keys, "; still owed at the end: {}", "; 종료 시 남은 희망량: {}", text(*pair.run));
  else if (text(*pair.run) == text(*pair.base))
    words.add_piece(keys, "; still owed at the end: {} in both", "; 종료 시 남은 희망량: 둘 다 {}", text(*pair.run));
  else
    words.add_piece(keys, "; still owed at the end: {}, with {} {}", "; 종료 시 남은 희망량: {}, {}: {}",
                    text(*pair.run), name_of(pair.base), text(*pair.base));
}

void say_who_stays_best(Words& words, const VerdictPair& pair) {
  if (pair.stays_best)
    words.add_piece({}, "{} stays the best; next comes {}. ", "{}이(가) 가장 좋고 다음은 {}. ", name_of(pair.base),
                    name_of(pair.run));
}

}  // namespace evtwin::analysis::verdict_words
