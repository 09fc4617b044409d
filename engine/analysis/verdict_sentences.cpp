#include <array>
#include <cmath>
#include <limits>

#include "analysis/verdict_words.hpp"
#include "kernel/text.hpp"

namespace evtwin::analysis {
namespace {

using namespace verdict_words;

double storage_wear(const VerdictRun& run) { return value_of(run.kpis, "margin") - value_of(run.kpis, "site_money"); }
double vehicle_wear(const VerdictRun& run) {
  return value_of(run.kpis, "v2g_payment") - value_of(run.kpis, "driver_revenue") - value_of(run.kpis, "owner_money");
}
double kept(const VerdictRun& run) {
  return value_of(run.kpis, "site_money") + or_zero(value_of(run.kpis, "storage_energy_value"));
}
/// NaN where nothing was delivered.
double per_kwh(const VerdictRun& run, double money) {
  const double kwh = value_of(run.kpis, "energy_delivered_kwh");
  return kwh > 0.0 ? money / kwh : std::numeric_limits<double>::quiet_NaN();
}
double paid_per_kwh(const VerdictRun& run) {
  return per_kwh(run, value_of(run.kpis, "driver_revenue") - value_of(run.kpis, "v2g_payment"));
}
double gained_per_kwh(const VerdictRun& run) { return per_kwh(run, value_of(run.kpis, "owner_money")); }

bool nobody_came(const VerdictRun& run) {
  return value_of(run.kpis, "sessions") == 0.0 && value_of(run.kpis, "turned_away") == 0.0 &&
         value_of(run.kpis, "waiting_at_end") == 0.0;
}
/// The price with the energy that it is of, where that is not what was wanted: a battery that gives back and takes
/// again has more through its meter.
std::string of_energy(const VerdictRun& run, bool korean) {
  const double delivered_kwh = value_of(run.kpis, "energy_delivered_kwh");
  const double served_kwh = value_of(run.kpis, "energy_served_kwh");
  constexpr double alike = 0.005;
  if (!(std::abs(delivered_kwh - served_kwh) > alike * served_kwh)) return {};
  // What is lost on the way out and in again was delivered, and is no vehicle's charge.
  if (or_zero(value_of(run.kpis, "v2g_kwh")) > 0.0)
    return in_language(korean, " of {} kWh delivered, V2G's losses in it", " (V2G 손실 포함 공급 {} kWh 기준)",
                       number_text(delivered_kwh, 1));
  return in_language(korean, " of {} kWh delivered", " (공급 {} kWh 기준)", number_text(delivered_kwh, 1));
}

/// Terms of the site's money; against another run the change of each.
void site_terms(Words& words, const VerdictPair& pair) {
  const VerdictRun& run = *pair.run;
  const auto change = [&](double (*of)(const VerdictRun&)) {
    return of(run) - (pair.base != nullptr ? of(*pair.base) : 0.0);
  };
  const auto kpi_change = [&](std::string_view kpi) {
    return pair.of_run(kpi) - (pair.base != nullptr ? pair.of_base(kpi) : 0.0);
  };
  words.add_term({"total_cost"}, "{}bill {}", "{}전기요금 {}", kpi_change("total_cost"));
  words.add_term({"driver_revenue"}, "{}drivers pay {}", "{}충전 수입 {}", kpi_change("driver_revenue"));
  words.add_term({"v2g_payment"}, "{}paid for V2G {}", "{}V2G 지급액 {}", kpi_change("v2g_payment"));
  words.add_term({"margin", "site_money"}, "{}storage wear {}", "{}저장장치 마모 {}", change(storage_wear));
  words.add_term({"storage_energy_value"}, "{}energy left in storage {}", "{}저장장치 잔여 에너지 {}",
                 or_zero(kpi_change("storage_energy_value")));
}

void site_sentence(Words& words, const VerdictPair& pair) {
  const VerdictRun& run = *pair.run;
  const std::string period = period_text(run, pair.is_korean());
  const Keys keys{"site_money", "storage_energy_value"};

  if (pair.base == nullptr) {
    const double money = kept(run);
    words.add_piece(keys, "{}: the site {} {}{}", "{}: 사업자 {} {}{}", name_of(pair.run),
                    pair.is_korean() ? (money < 0.0 ? "손실" : "이익") : (money < 0.0 ? "loses" : "keeps"),
                    money_text(std::abs(money), run.currency), period);
    site_terms(words, pair);
    const std::string kwh = number_text(pair.of_run("energy_served_kwh"), 1);
    // What a log gave, or nobody wanted, was no achievement.
    if (run.is_replay)
      words.add_piece({"energy_served_kwh"}, "; {} kWh charged, as the log has it", "; 로그에 기록된 충전 {} kWh", kwh);
    else if (nobody_came(run))
      words.add_piece({"sessions", "turned_away"}, "; nobody came", "; 방문 차량 없음");
    else
      words.add_piece({"energy_served_kwh", "served_of_all_fraction"},
                      "; {} kWh charged, {} of what all who came wanted", "; 충전 {} kWh, 방문 차량 전체 희망량의 {}",
                      kwh, percent_text(pair.of_run("served_of_all_fraction")));
  } else {
    // Compared as written: money that reads alike is called the same.
    const double more = kept(run) - kept(*pair.base);
    const std::string money = money_text(std::abs(more), run.currency);
    if (is_nothing(money))
      words.add_piece(keys, "{}: the site keeps as much{} as with {}", "{}: 사업자 손익이{} {}와(과) 같음",
                      name_of(pair.run), period, name_of(pair.base));
    else if (pair.is_korean())
      words.add_piece(keys, "", "{}: 사업자 손익이{} {}보다 {} {}", name_of(pair.run), period, name_of(pair.base),
                      money, more > 0.0 ? "많음" : "적음");
    else
      words.add_piece(keys, "{}: the site keeps {} {}{} than with {}", "", name_of(pair.run), money,
                      more > 0.0 ? "more" : "less", period, name_of(pair.base));

    site_terms(words, pair);
    say_service(words, pair, true);
    say_other_site(words, pair);
  }
  if (!run.tariff_given) words.add_piece({}, "; no tariff is given, energy is free", "; 요금제가 없어 전기요금은 0");

  say_turned_away(words, pair);
  say_owed(words, pair);
}

void drivers_sentence(Words& words, const VerdictPair& pair) {
  const VerdictRun& run = *pair.run;
  const Keys keys{"driver_revenue", "v2g_payment", "energy_delivered_kwh", "energy_served_kwh"};
  // In Korean a burden, which may be below 0.
  const auto pay = [&](const VerdictRun& of) {
    const double paid = paid_per_kwh(of);
    if (pair.is_korean()) return price_text(paid, of) + of_energy(of, true);
    return (paid < 0.0 ? "are paid " : "pay ") + price_text(std::abs(paid), of) + of_energy(of, false);
  };
  const std::string price = pay(run);
  const auto missed = [](const VerdictRun& of) { return number_text(value_of(of.kpis, "unmet_kwh"), 1); };
  const auto waited = [](const VerdictRun& of) { return number_text(or_zero(value_of(of.kpis, "waiting_time_h")), 2); };

  if (pair.base == nullptr) {
    words.add_piece(keys, "With {} drivers {}", "{}: 운전자 부담 {}", name_of(pair.run), price);
    words.add_piece({"unmet_kwh"}, "; {} kWh missing at departure", "; 출발 시 미충전 {} kWh", missed(run));
    if (!is_nothing(waited(run)))
      words.add_piece({"waiting_time_h"}, "; mean wait {} h", "; 평균 대기 {}시간", waited(run));
  } else {
    const std::string base_price = pay(*pair.base);
    if (price == base_price)
      words.add_piece(keys, "Drivers {} with {} as with {}", "운전자 부담은 둘 다 {} ({}, {})", price,
                      name_of(pair.run), name_of(pair.base));
    else
      words.add_piece(keys, "With {} drivers {}, with {} they {}", "운전자 부담: {} {}, {} {}", name_of(pair.run),
                      price, name_of(pair.base), base_price);

    say_service(words, pair, true);
    if (missed(run) == missed(*pair.base))
      words.add_piece({"unmet_kwh"}, "; {} kWh missing at departure in both", "; 출발 시 미충전은 둘 다 {} kWh",
                      missed(run));
    else
      words.add_piece({"unmet_kwh"}, "; {} kWh missing at departure, with {} {}", "; 출발 시 미충전 {} kWh, {}: {} kWh",
                      missed(run), name_of(pair.base), missed(*pair.base));
    if (waited(run) != waited(*pair.base))
      words.add_piece({"waiting_time_h"}, "; mean wait {} h, with {} {} h", "; 평균 대기 {}시간, {}: {}시간",
                      waited(run), name_of(pair.base), waited(*pair.base));
  }

  say_turned_away(words, pair);
  say_owed(words, pair);
}

void grid_sentence(Words& words, const VerdictPair& pair) {
  const VerdictRun& run = *pair.run;
  const std::string peak = number_text(pair.of_run("peak_kw"), 1);

  if (pair.base == nullptr) {
    words.add_piece({"peak_kw"}, "With {} the highest metered demand is {} kW", "{}: 최대수요전력 {} kW",
                    name_of(pair.run), peak);
    words.add_piece({"total_cost"}, ", its bill {}", ", 전기요금 {}",
                    money_text(pair.of_run("total_cost"), run.currency));
  } else {
    const double more_kw = pair.change_of("peak_kw");
    const std::string base_peak = number_text(pair.of_base("peak_kw"), 1);

    if (peak == base_peak)
      words.add_piece({"peak_kw"}, "The highest metered demand is {} kW with {} as with {}",
                      "최대수요전력은 둘 다 {} kW ({}, {})", peak, name_of(pair.run), name_of(pair.base));
    else
      words.add_piece({"peak_kw"}, "With {} the highest metered demand is {} kW {} than with {} ({} instead of {})",
                      "{}: 최대수요전력이 {} kW {} ({} 대비: {} kW, 기준 {} kW)", name_of(pair.run),
                      number_text(std::abs(more_kw), 1),
                      pair.is_korean() ? (more_kw < 0.0 ? "낮음" : "높음") : (more_kw < 0.0 ? "lower" : "higher"),
                      name_of(pair.base), peak, base_peak);

    const std::string bill = signed_money(pair.change_of("total_cost"), run.currency);
    words.add_piece({"total_cost"}, ", its income {} {}", ", 전력회사 수입 {} {}", is_nothing(bill) ? "0" : bill,
                    kernel::make_printable(run.currency));
    say_service(words, pair, false);
  }

  // Energy drawn or fed in beyond what was agreed, where there was any.
  constexpr std::array<std::pair<std::string_view, std::pair<std::string_view, std::string_view>>, 2> beyond{{
      {"overload_kwh", {"drawn above the limit", "수전 한도 초과"}},
      {"export_overload_kwh", {"fed in above the limit", "송전 한도 초과"}},
  }};
  for (const auto& [kpi, title] : beyond) {
    const std::string kwh = number_text(or_zero(pair.of_run(kpi)), 1);
    const std::string base_kwh = pair.base != nullptr ? number_text(or_zero(pair.of_base(kpi)), 1) : "0";
    if (is_nothing(kwh) && is_nothing(base_kwh)) continue;
    if (pair.base == nullptr)
      words.add_piece({kpi}, "; {} kWh {}", "; {} kWh {}", kwh, pair.is_korean() ? title.second : title.first);
    else
      words.add_piece({kpi}, "; {} kWh {}, with {} {}", "; {} kWh {}, {}: {} kWh", kwh,
                      pair.is_korean() ? title.second : title.first, name_of(pair.base), base_kwh);
  }
}

void owner_sentence(Words& words, const VerdictPair& pair) {
  const VerdictRun& run = *pair.run;
  const Keys keys{"owner_money", "energy_delivered_kwh", "energy_served_kwh"};
  const auto verb = [&](double money) {
    return pair.is_korean() ? (money < 0.0 ? "부담" : "이익") : (money < 0.0 ? "pay" : "earn");
  };
  const double gained = gained_per_kwh(run);
  const std::string price = price_text(std::abs(gained), run) + of_energy(run, pair.is_korean());
  const auto worn = [](const VerdictRun& of) { return money_text(vehicle_wear(of), of.currency); };
  const auto back = [](const VerdictRun& of) { return number_text(or_zero(value_of(of.kpis, "v2g_kwh")), 1); };
  const bool gives_back = !is_nothing(back(run)) || (pair.base != nullptr && !is_nothing(back(*pair.base)));
  const Keys wear_keys{"v2g_payment", "driver_revenue", "owner_money"};

  // Wear is priced by the kWh given back: without V2G there is none to speak of.
  if (pair.base == nullptr) {
    words.add_piece(keys, "With {} owners {} {}, battery wear counted", "{}: 소유자 {} {} (배터리 마모 포함)",
                    name_of(pair.run), verb(gained), price);
    if (gives_back) {
      words.add_piece({"v2g_kwh"}, "; {} kWh given back", "; 방전 {} kWh", back(run));
      words.add_piece(wear_keys, ", which wears batteries by {}", ", 배터리 마모 {}", worn(run));
    }
    return;
  }

  const double base_gained = gained_per_kwh(*pair.base);
  const std::string base_price = price_text(std::abs(base_gained), *pair.base);
  // Compared as written: prices that read alike are called the same.
  if (price == base_price && (gained < 0.0) == (base_gained < 0.0))
    words.add_piece(keys, "Owners {} {} with {} as with {}, battery wear counted",
                    "소유자 {}: 둘 다 {} ({}, {}; 배터리 마모 포함)", verb(gained), price, name_of(pair.run),
                    name_of(pair.base));
  else if (pair.is_korean())
    words.add_piece(keys, "", "{}: 소유자 {} {}, {}: {} {} (배터리 마모 포함)", name_of(pair.run), verb(gained), price,
                    name_of(pair.base), verb(base_gained), base_price);
  else
    words.add_piece(keys, "With {} owners {} {}, with {} they {} {}, battery wear counted", "", name_of(pair.run),
                    verb(gained), price, name_of(pair.base), verb(base_gained), base_price);

  if (gives_back) {
    words.add_piece({"v2g_kwh"}, "; {} kWh given back, with {} {}", "; 방전 {} kWh, {}: {} kWh", back(run),
                    name_of(pair.base), back(*pair.base));
    words.add_piece(wear_keys, ", which wears batteries by {}, with {} by {}", ", 배터리 마모 {}, {}: {}", worn(run),
                    name_of(pair.base), worn(*pair.base));
  }
  say_service(words, pair, false);
}

}  // namespace

double worth_for(Party party, const VerdictRun& run) {
  switch (party) {
    case Party::site:
      return kept(run);
    case Party::drivers:
      return -paid_per_kwh(run);
    case Party::grid:
      return -value_of(run.kpis, "peak_kw");
    case Party::owner:
      return gained_per_kwh(run);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::vector<VerdictPart> sentence_for(Party party, const VerdictPair& pair) {
  constexpr std::array<void (*)(Words&, const VerdictPair&), party_count> sentences{site_sentence, drivers_sentence,
                                                                                    grid_sentence, owner_sentence};
  Words words(pair);
  if (pair.base != nullptr) say_who_stays_best(words, pair);
  sentences[static_cast<std::size_t>(party)](words, pair);
  return std::move(words).end_sentence();
}

}  // namespace evtwin::analysis
