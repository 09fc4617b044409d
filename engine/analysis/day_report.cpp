#include "analysis/day_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/paired.hpp"
#include "analysis/prose.hpp"
#include "analysis/run_report.hpp"
#include "kernel/text.hpp"

namespace evtwin::analysis {

namespace {

using Json = nlohmann::ordered_json;

Json ranged_json(const Ranged& figure) {
  return {{"value", number_or_null(figure.value)},
          {"low", number_or_null(figure.low)},
          {"high", number_or_null(figure.high)}};
}

Json summary_json(const DaySummary& row, const DayRow& members, const std::vector<Contender>& contenders,
                  bool is_reference) {
  Json json{{"name", row.name}, {"strategies", Json::array()}};
  for (const std::size_t member : members.members) json["strategies"].push_back(contenders[member].strategy);
  json["objective"] = number_or_null(row.objective);
  json["saving_share"] = ranged_json(row.saving_share);
  json["difference"] = nullptr;
  if (!is_reference) {
    json["difference"] = {{"mean_per_day", number_or_null(row.difference.value)},
                          {"low", number_or_null(row.difference.low)},
                          {"high", number_or_null(row.difference.high)}};
  }
  json["served_fraction"] = number_or_null(row.served_fraction);
  json["energy_served_kwh"] = number_or_null(row.energy_served_kwh);
  json["unmet_kwh"] = number_or_null(row.unmet_kwh);
  json["mean_peak_kw"] = number_or_null(row.mean_peak_kw);
  json["highest_peak_kw"] = number_or_null(row.highest_peak_kw);
  json["storage_cycles"] = number_or_null(row.storage_cycles);
  json["compared_for_cost"] = row.compared;
  return json;
}

std::string interval_text(const Ranged& figure, bool korean, std::string (*text)(double, std::string_view),
                          std::string_view currency) {
  if (std::isnan(figure.low)) return "-";
  return in_language(korean, "{} to {}", "{} ~ {}", text(figure.low, currency), text(figure.high, currency));
}

std::string share_text(double share, std::string_view /*currency*/) { return percent_text(share); }

/// The least objective of those that serve alike.
const DaySummary* best_of(const DayComparison& comparison) {
  const DaySummary* best = nullptr;
  for (const DaySummary& row : comparison.rows) {
    if (row.compared && !std::isnan(row.objective) && (best == nullptr || row.objective < best->objective)) best = &row;
  }
  return best;
}

std::string sums_table(const DayComparison& comparison, const std::string& currency, bool korean) {
  const std::string unit = currency.empty() ? "" : " " + currency;
  const bool has_share = std::any_of(comparison.rows.begin(), comparison.rows.end(),
                                     [](const DaySummary& row) { return !std::isnan(row.saving_share.value); });
  const bool has_cycles = std::any_of(comparison.rows.begin(), comparison.rows.end(),
                                      [](const DaySummary& row) { return row.storage_cycles > 0.0; });
  std::vector<std::string> heads{korean ? "전략" : "strategy", (korean ? "목적함수" : "objective") + unit + " "};
  if (has_share) {
    heads.emplace_back(korean ? "절감 달성" : "of saving");
    heads.emplace_back(korean ? "95 % 구간" : "95 % interval");
  }
  for (const char* head : {korean ? "충족률 %" : "served %", korean ? "미충전 kWh" : "unmet kWh",
                           korean ? "일평균 최대 kW" : "mean peak kW", korean ? "최대 kW" : "peak kW"})
    heads.emplace_back(head);
  if (has_cycles) heads.emplace_back(korean ? "저장장치 사이클" : "storage cycles");

  TextTable table(heads);
  const auto bare = [&](double money) {
    const std::string text = std::isnan(money) ? "-" : money_text(money, currency);
    return text.substr(0, text.find(' '));
  };

  const DaySummary* best = best_of(comparison);
  for (const DaySummary& row : comparison.rows) {
    std::vector<std::string> cells{row.name, bare(row.objective) + (&row == best ? "*" : " ")};
    if (has_share) {
      cells.push_back(percent_text(row.saving_share.value));
      cells.push_back(interval_text(row.saving_share, korean, share_text, currency));
    }
    cells.push_back(number_text(100.0 * row.served_fraction, 2));
    cells.push_back(number_text(row.unmet_kwh, 1));
    cells.push_back(number_text(row.mean_peak_kw, 1));
    cells.push_back(number_text(row.highest_peak_kw, 1));
    if (has_cycles) cells.push_back(number_text(row.storage_cycles, 2));
    table.add_row(std::move(cells));
  }
  // With days that have no bound its sum would be of fewer than theirs.
  if (has_share && comparison.unbounded.empty()) {
    std::vector<std::string> cells{korean ? "하한 (이보다 낮을 수 없음)" : "bound: no strategy can be lower",
                                   bare(comparison.bound) + " ", percent_text(1.0)};
    cells.resize(heads.size());
    table.add_row(std::move(cells));
  }
  return table.to_text();
}

std::string differences_table(const DayComparison& comparison, const std::string& currency, bool korean) {
  const std::string unit = currency.empty() ? "" : " " + currency;
  TextTable table({korean ? "전략" : "strategy", (korean ? "하루 평균 차이" : "difference a day") + unit,
                   korean ? "95 % 구간" : "95 % interval"});
  for (std::size_t r = 0; r < comparison.rows.size(); ++r) {
    if (r == comparison.reference) continue;
    const Ranged& difference = comparison.rows[r].difference;
    table.add_row({comparison.rows[r].name,
                   std::isnan(difference.value) ? "-" : signed_money(difference.value, currency),
                   interval_text(difference, korean, signed_money, currency)});
  }
  return table.to_text();
}

std::string names_of(const DayComparison& comparison, bool (*is_one)(const DaySummary&)) {
  std::string names;
  for (const DaySummary& row : comparison.rows)
    if (is_one(row)) names += (names.empty() ? "" : ", ") + kernel::make_printable(row.name);
  return names;
}

std::string notes(const DayComparison& comparison, bool korean) {
  std::string text;
  const DaySummary& first = comparison.rows[comparison.reference];
  const bool has_interval = std::any_of(comparison.rows.begin(), comparison.rows.end(),
                                        [](const DaySummary& row) { return !std::isnan(row.saving_share.low); });

  // A note stands only where the table shows the thing that it explains.
  if (comparison.rows.size() > 1)
    text +=
        wrap_words(in_language(korean, "Difference: objective of a day minus that of {}, the first.",
                               "차이: 하루 목적함수 - {}(첫 번째)의 목적함수.", kernel::make_printable(first.name)));
  if (has_interval)
    text += wrap_words(
        in_language(korean,
                    "Intervals: days, and of several policies these too, drawn anew {} times with putting back; "
                    "with 0 in that of a difference these days do not say which is lower.",
                    "구간: 날짜(정책이 여럿이면 정책도)를 {}번 복원 추출; 차이의 구간에 0이 있으면 이 날들로는 "
                    "어느 쪽이 낮은지 알 수 없습니다.",
                    number_text(static_cast<double>(resamples), 0)));

  const bool has_share = !std::isnan(first.saving_share.value);
  if (has_share)
    text += wrap_words(
        korean ? "절감 달성: (asap의 목적함수 - 전략) / (asap의 목적함수 - 하한), 각각 날들의 합계."
               : "Of saving: (objective of asap - strategy) / (objective of asap - bound), each summed over the days.");

  const std::string behind =
      names_of(comparison, [](const DaySummary& row) { return !row.compared && !std::isnan(row.objective); });
  if (best_of(comparison) != nullptr)
    text += wrap_words(korean ? "*: 가장 많이 충전한 전략과 0.5 % 이내로 충전하는 것들 중 목적함수가 가장 낮음."
                              : "*: the lowest objective among those that serve within 0.5 % of who serves most.");
  if (!behind.empty())
    text += wrap_words(in_language(korean, "Not compared (*): {}, serving over 0.5 % less.",
                                   "비교(*)에서 제외: {} (0.5 % 넘게 적게 충전)", behind));
  return text;
}

std::string gaps(const DayComparison& comparison, bool korean) {
  std::string text;
  if (!comparison.left_out.empty())
    text +=
        wrap_words(in_language(korean, "Left out, as a strategy failed there: {}.", "실패한 전략이 있어 제외한 날: {}.",
                               fmt::format("{}", fmt::join(comparison.left_out, ", "))));
  if (!comparison.unbounded.empty())
    text += wrap_words(in_language(korean, "Of saving is without {}: no bound was found, or unmet energy has no price.",
                                   "절감 달성에서 제외: {} (하한이 없거나 미충전 에너지에 값이 없음).",
                                   fmt::format("{}", fmt::join(comparison.unbounded, ", "))));
  for (const std::size_t row : comparison.failed)
    text += wrap_words(in_language(korean, "{} failed on every day.", "{}: 모든 날에 실패.",
                                   kernel::make_printable(comparison.rows[row].name)));
  return text;
}

}  // namespace

Json day_comparison_json(std::span<const DayRuns> days, std::span<const DayRow> rows, const std::string& currency,
                         std::uint64_t seed) {
  const DayComparison comparison = compare_days(days, rows, seed);
  Json json{{"currency", currency},
            {"reference", comparison.rows[comparison.reference].name},
            {"confidence", interval_confidence},
            {"resamples", resamples},
            {"seed", seed},
            {"days", comparison.counted},
            {"left_out", comparison.left_out},
            {"bound", number_or_null(comparison.bound)},
            {"asap_objective", number_or_null(comparison.asap_objective)},
            {"bounds", Json::array()},
            {"runs", Json::array()},
            {"summary", Json::array()}};

  for (const DayRuns& day : days) {
    json["bounds"].push_back({{"date", day.date},
                              {"bound", number_or_null(day.bound)},
                              {"asap_objective", number_or_null(day.reference)},
                              {"error", day.bound_error.empty() ? Json(nullptr) : Json(day.bound_error)}});
    Json one = comparison_json(day.contenders, currency);
    // The date comes first, before the run's own keys.
    for (Json& run : one["runs"]) {
      Json with_date{{"date", day.date}};
      with_date.update(run);
      json["runs"].push_back(std::move(with_date));
    }
  }

  for (std::size_t r = 0; r < rows.size(); ++r)
    json["summary"].push_back(
        summary_json(comparison.rows[r], rows[r], days.front().contenders, r == comparison.reference));
  return json;
}

std::string day_comparison_text(std::span<const DayRuns> days, std::span<const DayRow> rows,
                                const std::string& currency, std::uint64_t seed, Language language) {
  const bool korean = language == Language::korean;
  const DayComparison comparison = compare_days(days, rows, seed);
  std::string text = sums_table(comparison, currency, korean) + "\n";
  if (rows.size() > 1) text += differences_table(comparison, currency, korean) + "\n";
  return text + gaps(comparison, korean) + notes(comparison, korean);
}

}  // namespace evtwin::analysis
