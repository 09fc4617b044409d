#include "analysis/seed_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "analysis/prose.hpp"
#include "analysis/run_report.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::analysis {
namespace {

using Json = nlohmann::ordered_json;

struct Column {
  std::string_view kpi, head, head_ko;
  double factor;  ///< from the figure to what is shown
  bool money;
  bool always;  ///< also when it is 0 for everyone
};

constexpr std::array columns{
    Column{"objective", "objective", "목적함수", 1.0, true, true},
    Column{"total_cost", "total cost", "총비용", 1.0, true, true},
    Column{"peak_kw", "peak kW", "최대전력 kW", 1.0, false, true},
    Column{"served_fraction", "served %", "충족률 %", 100.0, false, true},
    Column{"unmet_kwh", "unmet kWh", "미충전 kWh", 1.0, false, false},
};
static_assert(kernel::has_unique_keys(columns, [](const Column& column) { return column.kpi; }));

int decimals_of(const Column& column, std::string_view currency) {
  if (!column.money) return 1;
  return currency == "KRW" || currency == "JPY" ? 0 : 2;
}

std::string spread_text(const Spread& spread, const Column& column, std::string_view currency) {
  const int decimals = decimals_of(column, currency);
  if (spread.count == 0) return "-";
  const std::string mean = number_text(column.factor * spread.mean, decimals);
  if (spread.count < 2) return mean;
  return fmt::format("{}±{}", mean, number_text(column.factor * spread.deviation, decimals));
}

bool is_shown(const Column& column, std::span<const SeedRuns> rounds) {
  if (column.always) return true;
  for (std::size_t s = 0; s < rounds.front().contenders.size(); ++s) {
    const std::vector<double> figures = figures_by_seed(rounds, s, column.kpi);
    if (std::any_of(figures.begin(), figures.end(), [](double f) { return !std::isnan(f) && f != 0.0; })) return true;
  }
  return false;
}

/// Whether stars say something: they stand on some, not on all.
bool has_stars(const SeedComparison& comparison) {
  const auto is_best = [](const StrategySummary& summary) { return summary.among_best; };
  return std::any_of(comparison.strategies.begin(), comparison.strategies.end(), is_best) &&
         !std::all_of(comparison.strategies.begin(), comparison.strategies.end(), is_best);
}

std::string figures_table(std::span<const SeedRuns> rounds, const SeedComparison& comparison,
                          const std::string& currency, bool korean) {
  std::vector<const Column*> shown;
  std::vector<std::string> heads{korean ? "전략" : "strategy"};
  for (const Column& column : columns) {
    if (!is_shown(column, rounds)) continue;
    shown.push_back(&column);
    const std::string unit = column.money && !currency.empty() ? " " + currency : "";
    // The star has a column of its own beside the objective, as wide as the head's blank.
    heads.push_back(std::string(korean ? column.head_ko : column.head) + unit + (shown.size() == 1 ? " " : ""));
  }
  const bool stars = has_stars(comparison);
  TextTable table(heads);
  for (std::size_t s = 0; s < comparison.strategies.size(); ++s) {
    std::vector<std::string> cells{comparison.strategies[s].strategy};
    for (const Column* column : shown) {
      std::string text = spread_text(spread_of(figures_by_seed(rounds, s, column->kpi)), *column, currency);
      if (cells.size() == 1) text += stars && comparison.strategies[s].among_best ? "*" : " ";
      cells.push_back(std::move(text));
    }
    table.add_row(std::move(cells));
  }
  return table.to_text();
}

std::string differences_table(std::span<const SeedRuns> rounds, const SeedComparison& comparison,
                              const std::string& currency, bool korean) {
  const std::string unit = currency.empty() ? "" : " " + currency;
  std::vector<std::string> heads{korean ? "전략" : "strategy", (korean ? "차이" : "diff.") + unit,
                                 korean ? "95 % 구간" : "95 % interval", korean ? "더 저렴" : "cheaper",
                                 korean ? "덜 충전" : "serves less"};
  const bool with_saving = std::any_of(rounds.begin(), rounds.end(), [](const SeedRuns& round) {
    return std::any_of(round.contenders.begin(), round.contenders.end(), [](const Contender& contender) {
      return !std::isnan(value_of(contender.kpis, "saving_share"));
    });
  });
  if (with_saving) heads.emplace_back(korean ? "절감 달성" : "of saving");

  TextTable table(heads);
  for (std::size_t s = 0; s < comparison.strategies.size(); ++s) {
    const StrategySummary& summary = comparison.strategies[s];
    const PairedDifference& difference = summary.difference;
    const bool has_interval = !std::isnan(difference.low);
    // `serves less` counts all that finished, `cheaper` the seeds on which the reference has finished, too.
    const std::size_t finished = rounds.size() - summary.failed.size();
    std::vector<std::string> cells{
        summary.strategy, difference.count == 0 ? "-" : signed_money(difference.mean, currency),
        has_interval ? in_language(korean, "{} to {}", "{} ~ {}", signed_money(difference.low, currency),
                                   signed_money(difference.high, currency))
                     : "-",
        difference.count == 0 ? "-" : fmt::format("{}/{}", summary.cheaper.size(), difference.count),
        finished == 0 ? "-" : fmt::format("{}/{}", summary.serves_less.size(), finished)};

    if (with_saving) cells.push_back(percent_text(spread_of(figures_by_seed(rounds, s, "saving_share")).mean));
    table.add_row(std::move(cells));
  }
  return table.to_text();
}

/// "seed 3", "seeds 3, 5"
std::string named_seeds(std::span<const std::uint64_t> seeds, bool korean) {
  return fmt::format("{} {}", korean ? "시드" : seeds.size() == 1 ? "seed" : "seeds", seeds_text(seeds));
}

/// How the differences are to be read; nothing where there are none.
std::string difference_note(const SeedComparison& comparison, bool korean) {
  const auto has_difference = [](const StrategySummary& summary) { return summary.difference.count > 0; };
  if (std::none_of(comparison.strategies.begin(), comparison.strategies.end(), has_difference)) return "";
  const std::string reference = kernel::make_printable(comparison.strategies[comparison.reference].strategy);
  return wrap_words(in_language(
      korean,
      "Difference: objective minus that of {}, the first strategy, on the same seed; mean, its 95 % interval "
      "(Student's t, paired), and in how many seeds it is cheaper. With 0 in the interval, these seeds do not "
      "say which is lower.",
      "차이: 같은 시드에서 목적함수 - {}(첫 번째 전략)의 목적함수; 평균, 95 % 구간(대응 표본 t 구간), 더 저렴한 "
      "시드 수. 구간에 0이 있으면 이 시드들로는 어느 쪽이 낮은지 알 수 없습니다.",
      reference));
}

std::string star_note(const SeedComparison& comparison, bool korean) {
  std::string text, behind;
  const bool any = std::any_of(comparison.strategies.begin(), comparison.strategies.end(),
                               [](const StrategySummary& summary) { return summary.among_best; });
  if (has_stars(comparison)) {
    text += wrap_words(korean ? "*: 평균 목적함수가 가장 낮은 전략과, 이 시드들로는 그와 구별되지 않는 전략."
                              : "*: the lowest mean objective, and what these seeds do not tell apart from it.");
  } else if (any && comparison.strategies.size() > 1) {
    text += wrap_words(korean ? "*가 없음: 이 시드들로는 전략들이 구별되지 않습니다."
                              : "No *: these seeds do not tell the strategies apart.");
  }

  // A reader would look for the star of the cheapest row: it says why there is none.
  for (const StrategySummary& summary : comparison.strategies) {
    if (!summary.serves_less.empty()) behind += (behind.empty() ? "" : ", ") + kernel::make_printable(summary.strategy);
  }
  if (!behind.empty()) {
    text += wrap_words(in_language(
        korean,
        "Not compared (*): {}, serving over 0.5 % less than who serves most in the seeds counted "
        "above; such a seed is not counted as cheaper.",
        "비교(*)에서 제외: {} (최다 충전 전략보다 0.5 % 넘게 적게 충전한 시드가 있고, 그 시드는 더 저렴한 것으로 "
        "세지 않음)",
        behind));
  }
  return text;
}

std::string failures_text(std::span<const SeedRuns> rounds, const SeedComparison& comparison, bool korean) {
  std::string text;
  if (!comparison.lost.empty()) {
    text += wrap_words(in_language(korean, "No strategy finished with {}: the figures are of the others.",
                                   "어느 전략도 끝나지 않은 {}: 수치는 나머지 시드의 것입니다.",
                                   named_seeds(comparison.lost, korean)));
  }
  for (const StrategySummary& summary : comparison.strategies) {
    if (summary.failed == comparison.lost) continue;
    const std::string name = kernel::make_printable(summary.strategy);
    text += summary.failed.size() == rounds.size()
                ? wrap_words(in_language(korean, "{} failed with every seed.", "{}: 모든 시드에서 실패", name))
                : wrap_words(in_language(
                      korean, "{} failed with {}: its figures are of the others, and it is not compared (*).",
                      "{}: {}에서 실패; 수치는 나머지 시드의 것이며 *로 비교하지 않음", name,
                      named_seeds(summary.failed, korean)));
  }
  return text;
}

std::string no_seeds_text(std::span<const SeedRuns> rounds, const std::string& currency, Language language) {
  const bool korean = language == Language::korean;
  // Of a strategy that failed with the first seed, another seed's run says the same.
  std::vector<Contender> one = rounds.front().contenders;
  for (const SeedRuns& round : rounds) {
    for (std::size_t s = 0; s < one.size(); ++s) {
      if (!one[s].error.empty() && round.contenders[s].error.empty()) one[s] = round.contenders[s];
    }
  }
  const std::string same =
      in_language(korean, "The {} seeds give one and the same result, so there is no spread to tell:",
                  "시드 {}개의 결과가 모두 같아 편차를 구할 수 없습니다:", rounds.size());
  return wrap_words(same) + "\n" + comparison_table(one, currency, language) + "\n" +
         comparison_sentences(one, currency, language);
}

Json spreads_json(std::span<const SeedRuns> rounds, std::size_t strategy, bool with_deviation) {
  Json json = Json::object();
  for (const KpiInfo& info : kpi_table()) {
    const Spread spread = spread_of(figures_by_seed(rounds, strategy, info.name));
    json[std::string(info.name)] = {{"seeds", spread.count},
                                    {"mean", number_or_null(spread.mean)},
                                    {"standard_deviation", with_deviation ? number_or_null(spread.deviation) : Json()}};
  }
  return json;
}

Json summary_json(std::span<const SeedRuns> rounds, const SeedComparison& comparison, std::size_t strategy) {
  const StrategySummary& summary = comparison.strategies[strategy];
  Json json;
  json["strategy"] = summary.strategy;
  json["failed_seeds"] = summary.failed;
  json["serves_less_seeds"] = summary.serves_less;
  json["compared_for_cost"] = summary.compared;
  json["among_best"] = comparison.seeds_matter ? Json(summary.among_best) : Json(nullptr);
  json["kpi"] = spreads_json(rounds, strategy, comparison.seeds_matter);
  json["difference"] = nullptr;
  if (summary.difference.count == 0) return json;
  json["difference"] = {{"seeds", summary.difference.count},
                        {"mean", number_or_null(summary.difference.mean)},
                        {"low", number_or_null(summary.difference.low)},
                        {"high", number_or_null(summary.difference.high)},
                        {"cheaper_seeds", summary.cheaper}};
  return json;
}

}  // namespace

std::string saving_note(std::span<const SeedRuns> rounds, Language language) {
  const bool korean = language == Language::korean;
  std::vector<std::uint64_t> without_bound, unpriced, nothing_to_save;
  for (const SeedRuns& round : rounds) {
    bool has_run = false, has_bound = false, has_regret = false, has_share = false;
    for (const Contender& contender : round.contenders) {
      has_run = has_run || contender.error.empty();
      has_bound = has_bound || !std::isnan(value_of(contender.kpis, "bound"));
      has_regret = has_regret || !std::isnan(value_of(contender.kpis, "regret"));
      has_share = has_share || !std::isnan(value_of(contender.kpis, "saving_share"));
    }
    if (has_share || !has_run) continue;
    // Without an error no bound was asked for (--no-bound), and nothing is missing.
    if (!has_bound) {
      if (!round.bound_error.empty()) without_bound.push_back(round.seed);
    } else {
      // With a regret but no share, asap costs no more than the bound already.
      (has_regret ? nothing_to_save : unpriced).push_back(round.seed);
    }
  }

  std::string text;
  if (!unpriced.empty()) {
    text += wrap_words(
        korean ? "절감 달성률은 비웁니다: 미충전 에너지에 값이 없으면(unmet_price_per_kwh = 0) 아무도 충전하지 "
                 "않는 것이 가장 쌉니다."
               : "Share of saving is blank: unmet energy has no price here (unmet_price_per_kwh is 0), so "
                 "that charging nobody would be cheapest.");
  }

  if (!without_bound.empty()) {
    text += wrap_words(in_language(korean, "Share of saving without {}: no bound was found.",
                                   "절감 달성률에서 제외: 하한을 구하지 못한 {}.", named_seeds(without_bound, korean)));
  }
  if (!nothing_to_save.empty()) {
    text += wrap_words(in_language(korean, "Share of saving without {}: nothing could be saved there.",
                                   "절감 달성률에서 제외: 절감할 것이 없는 {}.", named_seeds(nothing_to_save, korean)));
  }
  return text;
}

std::string seeds_text(std::span<const std::uint64_t> seeds) {
  std::string text;
  for (std::size_t i = 0; i < seeds.size();) {
    std::size_t end = i + 1;
    while (end < seeds.size() && seeds[end] == seeds[end - 1] + 1) ++end;
    if (end - i < 3) end = i + 1;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", seeds[i]);
    if (end - i > 1) text += fmt::format("..{}", seeds[end - 1]);
    i = end;
  }
  return text;
}

Json seed_comparison_json(std::span<const SeedRuns> rounds, const std::string& currency) {
  const SeedComparison comparison = compare_seeds(rounds);
  Json json;
  json["currency"] = currency;
  json["seeds"] = Json::array();
  json["reference"] = comparison.strategies[comparison.reference].strategy;
  json["confidence"] = interval_confidence;
  json["seeds_matter"] = comparison.seeds_matter;
  json["bounds"] = Json::array();
  json["runs"] = Json::array();

  for (const SeedRuns& round : rounds) {
    json["seeds"].push_back(round.seed);
    Json one = comparison_json(round.contenders, currency);
    json["bounds"].push_back({{"seed", round.seed},
                              {"bound", one["bound"]},
                              {"error", round.bound_error.empty() ? Json(nullptr) : Json(round.bound_error)}});
    for (Json& run : one["runs"]) {
      Json with_seed{{"seed", round.seed}};
      with_seed.update(run);
      json["runs"].push_back(std::move(with_seed));
    }
  }

  // Kept beside the runs, so that no reader has to work out intervals again.
  json["summary"] = Json::array();
  for (std::size_t s = 0; s < comparison.strategies.size(); ++s)
    json["summary"].push_back(summary_json(rounds, comparison, s));
  return json;
}

std::string seed_comparison_text(std::span<const SeedRuns> rounds, const std::string& currency, Language language) {
  const bool korean = language == Language::korean;
  const SeedComparison comparison = compare_seeds(rounds);
  if (!comparison.seeds_matter) return no_seeds_text(rounds, currency, language);
  std::vector<std::uint64_t> seeds;
  for (const SeedRuns& round : rounds) seeds.push_back(round.seed);
  return wrap_words(in_language(korean, "{} seeds ({}): mean ± standard deviation", "시드 {}개({})의 평균 ± 표준편차",
                                seeds.size(), seeds_text(seeds))) +
         "\n" + figures_table(rounds, comparison, currency, korean) + "\n" +
         differences_table(rounds, comparison, currency, korean) + "\n" + failures_text(rounds, comparison, korean) +
         star_note(comparison, korean) + difference_note(comparison, korean) + saving_note(rounds, language);
}

}  // namespace evtwin::analysis
