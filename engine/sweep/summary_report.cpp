// The summary of a sweep: for people, for programs, as a table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/kpi.hpp"
#include "analysis/prose.hpp"
#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "kernel/csv_cell.hpp"
#include "kernel/text.hpp"
#include "sweep/summary.hpp"

namespace evtwin::sweep {

namespace {

using analysis::in_language;
using analysis::wrap_words;
using Json = nlohmann::ordered_json;

/// How a figure is written: money as the currency is, others with the decimals they need.
struct Style {
  int decimals = 1;
  std::string unit;
};

Style style_of(const Table& table, const std::string& figure) {
  const analysis::KpiInfo* info = analysis::find_kpi_info(figure);
  if (info == nullptr) return {4, ""};
  if (info->unit == "money") {
    const bool whole = table.currency == "KRW" || table.currency == "JPY";
    return {whole ? 0 : 2, table.currency};
  }
  return {info->unit.empty() ? 3 : 1, std::string(info->unit)};
}

struct Facts {
  analysis::Spread spread;
  Interval interval;
  analysis::PairedDifference difference;
};

Facts facts_of(const Table& table, const Cell& cell, const Reference& reference, std::string_view figure, bool spread) {
  Facts facts;
  facts.spread = analysis::spread_of(figures_by_seed(table, cell, figure));
  facts.interval = spread ? interval_of(facts.spread) : Interval{std::nan(""), std::nan("")};
  if (!spread) facts.spread.deviation = std::nan("");
  facts.difference = difference_of(table, cell, reference, figure);
  if (!spread) facts.difference.low = facts.difference.high = std::nan("");
  return facts;
}

std::string name_of_reference(const Table& table, const Reference& reference) {
  if (!reference.is_point) return table.strategies[reference.index];
  std::string text;
  for (std::size_t f = 0; f < table.layout.factors.size(); ++f)
    text += fmt::format("{}{}={}", f > 0 ? ", " : "", table.layout.factors[f].name,
                        table.layout.points[reference.index][f]);
  return text;
}

std::size_t failed_runs(const Table& table) {
  return static_cast<std::size_t>(
      std::count_if(table.rows.begin(), table.rows.end(), [](const Row& row) { return !row.error.empty(); }));
}

std::string figure_table(const Table& table, const std::string& figure, const Reference& reference, bool spread,
                         bool korean) {
  const Style style = style_of(table, figure);
  const bool several = table.layout.points.size() * table.strategies.size() > 1;
  std::vector<std::string> heads;
  for (const Factor& factor : table.layout.factors) heads.push_back(factor.name);
  heads.emplace_back(korean ? "전략" : "strategy");
  heads.emplace_back(korean ? "실행" : "runs");
  heads.push_back(fmt::format("{}{}", figure, style.unit.empty() ? "" : " " + style.unit));
  if (spread) {
    heads.emplace_back(korean ? "표준편차" : "sd");
    heads.emplace_back(korean ? "95 % 구간" : "95 % interval");
  }
  if (several) heads.emplace_back(korean ? "차이" : "difference");
  if (several && spread) heads.emplace_back(korean ? "차이의 95 % 구간" : "its 95 % interval");
  heads.emplace_back(korean ? "덜 충전" : "serves less");

  const auto number = [&](double value) { return analysis::number_text(value, style.decimals); };
  const auto interval = [&](double low, double high) {
    return std::isnan(low) ? std::string("-") : in_language(korean, "{} to {}", "{} ~ {}", number(low), number(high));
  };

  // A difference that rounds to 0 has no sign.
  const auto with_sign = [&](double value) {
    const std::string text = number(value);
    const bool zero = text.find_first_of("123456789") == std::string::npos;
    return value > 0.0 && !zero ? "+" + text : text;
  };

  analysis::TextTable out(heads);
  for (std::size_t p = 0; p < table.layout.points.size(); ++p) {
    for (std::size_t s = 0; s < table.strategies.size(); ++s) {
      const Cell cell{p, s};
      const Facts facts = facts_of(table, cell, reference, figure, spread);
      std::vector<std::string> cells(table.layout.points[p]);
      cells.push_back(table.strategies[s]);
      cells.push_back(fmt::format("{}", facts.spread.count));
      cells.push_back(number(facts.spread.mean));

      if (spread) {
        cells.push_back(number(facts.spread.deviation));
        cells.push_back(interval(facts.interval.low, facts.interval.high));
      }

      const bool known = facts.difference.count > 0;
      if (several) cells.push_back(known ? with_sign(facts.difference.mean) : "-");
      if (several && spread) {
        cells.push_back(!known || std::isnan(facts.difference.low)
                            ? "-"
                            : in_language(korean, "{} to {}", "{} ~ {}", with_sign(facts.difference.low),
                                          with_sign(facts.difference.high)));
      }

      // A lower cost that serves less is no saving: the seeds in which that is so are counted beside it.
      const std::size_t less = serves_less(table, cell);
      cells.push_back(less == 0 ? "" : fmt::format("{}/{}", less, table.layout.seeds));
      out.add_row(std::move(cells));
    }
  }
  return out.to_text();
}

std::string front_table(const Table& table, const std::vector<std::string>& figures, bool korean) {
  const std::vector<Standing> standing = pareto_standings(table, figures);
  std::vector<std::string> heads;
  for (const Factor& factor : table.layout.factors) heads.push_back(factor.name);
  heads.emplace_back(korean ? "전략" : "strategy");

  for (const std::string& figure : figures) {
    const Style style = style_of(table, figure);
    heads.push_back(fmt::format("{}{}", figure, style.unit.empty() ? "" : " " + style.unit));
  }

  analysis::TextTable out(heads);
  std::size_t dominated = 0, apart = 0;
  for (std::size_t i = 0; i < standing.size(); ++i) {
    dominated += standing[i] == Standing::dominated ? 1U : 0U;
    apart += standing[i] == Standing::apart ? 1U : 0U;

    // The table lists the front alone; the others are counted below it.
    if (standing[i] != Standing::on_front) continue;
    const Cell cell{i / table.strategies.size(), i % table.strategies.size()};
    std::vector<std::string> cells(table.layout.points[cell.point]);
    cells.push_back(table.strategies[cell.strategy]);
    for (const std::string& figure : figures) {
      const Style style = style_of(table, figure);
      cells.push_back(
          analysis::number_text(analysis::spread_of(figures_by_seed(table, cell, figure)).mean, style.decimals));
    }
    out.add_row(std::move(cells));
  }

  std::string text = wrap_words(in_language(
      korean,
      "Pareto front: nothing is better in one of these without being worse in another ({} others are dominated).",
      "파레토 전선: 어느 하나를 더 나쁘게 하지 않고는 다른 하나가 나아질 수 없는 조합 (나머지 {}개는 지배됨).",
      dominated));
  if (apart > 0)
    text += wrap_words(in_language(korean, "{} take no part: a run failed, or a figure does not apply.",
                                   "{}개는 제외: 실패한 실행이 있거나 해당하지 않는 수치.", apart));
  return text + "\n" + out.to_text();
}

const char* word_of(Standing standing) {
  switch (standing) {
    case Standing::on_front:
      return "on_front";
    case Standing::dominated:
      return "dominated";
    case Standing::apart:
      break;
  }
  return "apart";
}

Json place_json(const Table& table, const Cell& cell) {
  Json json;
  json["point"] = cell.point + 1;
  Json values = Json::object();
  for (std::size_t f = 0; f < table.layout.factors.size(); ++f)
    values[table.layout.factors[f].name] = table.layout.points[cell.point][f];
  json["values"] = std::move(values);
  json["strategy"] = table.strategies[cell.strategy];
  return json;
}

}  // namespace

std::string summary_text(const Table& table, const SummaryRequest& request, bool korean) {
  const std::vector<std::string> figures =
      request.figures.empty() ? std::vector<std::string>{"objective"} : request.figures;
  check_figures(table, figures);
  const Reference reference = reference_of(table, request.reference);
  const bool spread = table.layout.seeds > 1 && seeds_matter(table);
  std::string text;
  for (const std::string& figure : figures) text += figure_table(table, figure, reference, spread, korean) + "\n";
  if (!request.pareto.empty()) text += front_table(table, request.pareto, korean) + "\n";

  // Notes without which the tables can be misread.
  if (table.layout.points.size() * table.strategies.size() > 1) {
    const std::string name = kernel::make_printable(name_of_reference(table, reference));
    text += reference.is_point
                ? wrap_words(in_language(korean, "Difference: minus {}, on the same seed.",
                                         "차이: 같은 시드에서 {}를 뺀 값.", name))
                : wrap_words(in_language(korean, "Difference: minus {} at the same point, on the same seed.",
                                         "차이: 같은 조건, 같은 시드에서 {}를 뺀 값.", name));
  }

  if (spread)
    text += wrap_words(korean ? "구간: 95 %, Student t; 차이는 대응 표본."
                              : "Intervals: 95 %, Student's t; of differences, paired by seed.");
  if (table.layout.seeds > 1 && !spread)
    text += wrap_words(in_language(korean, "The {} seeds give one and the same result: there is no spread to tell.",
                                   "시드 {}개의 결과가 모두 같아 편차를 구할 수 없습니다.", table.layout.seeds));
  if (table.layout.seeds == 1)
    text +=
        wrap_words(korean ? "시드가 하나뿐이라 편차를 알 수 없습니다: --seeds 1..10."
                          : "One seed is one draw of cars, without a spread: --seeds 1..10 says whether a difference "
                            "holds.");

  bool less = false;
  for (std::size_t p = 0; p < table.layout.points.size(); ++p)
    for (std::size_t s = 0; s < table.strategies.size(); ++s) less = less || serves_less(table, {p, s}) > 0;
  if (less)
    text += wrap_words(korean ? "덜 충전: 가장 많이 충전한 전략보다 0.5 % 넘게 적게 충전한 시드 수. 이때 낮은 비용은 "
                                "절감이 아닙니다."
                              : "Serves less: seeds in which it serves over 0.5 % less than the strategy that serves "
                                "most; a lower cost is no saving there.");

  if (const std::size_t failed = failed_runs(table); failed > 0)
    text += wrap_words(in_language(korean, "{} of {} runs failed and are in no figure; the table says why.",
                                   "실행 {}/{}개가 실패하여 수치에서 제외됨; 이유는 표에 있습니다.", failed,
                                   table.rows.size()));
  return text;
}

nlohmann::ordered_json summary_json(const Table& table, const SummaryRequest& request) {
  using analysis::number_or_null;
  std::vector<std::string> figures = request.figures.empty() ? table.figures : request.figures;
  check_figures(table, figures);
  const Reference reference = reference_of(table, request.reference);
  const bool spread = table.layout.seeds > 1 && seeds_matter(table);

  Json json;
  json["scenario"] = table.scenario;
  json["currency"] = table.currency;
  json["points"] = table.layout.points.size();
  json["seeds"] = table.seeds;
  json["strategies"] = table.strategies;
  json["reference"] = name_of_reference(table, reference);
  json["seeds_matter"] = spread;
  json["failed"] = failed_runs(table);

  json["figures"] = Json::array();
  for (const std::string& figure : figures) {
    Json cells = Json::array();
    for (std::size_t p = 0; p < table.layout.points.size(); ++p) {
      for (std::size_t s = 0; s < table.strategies.size(); ++s) {
        const Cell cell{p, s};
        const Facts facts = facts_of(table, cell, reference, figure, spread);
        Json one = place_json(table, cell);
        one["count"] = facts.spread.count;
        one["mean"] = number_or_null(facts.spread.mean);
        one["sd"] = number_or_null(facts.spread.deviation);
        one["low"] = number_or_null(facts.interval.low);
        one["high"] = number_or_null(facts.interval.high);

        one["difference"] = nullptr;
        if (facts.difference.count > 0)
          one["difference"] = {{"mean", number_or_null(facts.difference.mean)},
                               {"low", number_or_null(facts.difference.low)},
                               {"high", number_or_null(facts.difference.high)},
                               {"count", facts.difference.count}};
        one["serves_less"] = serves_less(table, cell);
        cells.push_back(std::move(one));
      }
    }
    json["figures"].push_back({{"figure", figure}, {"cells", std::move(cells)}});
  }

  if (request.pareto.empty()) return json;

  const std::vector<Standing> standing = pareto_standings(table, request.pareto);
  Json cells = Json::array();
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const Cell cell{i / table.strategies.size(), i % table.strategies.size()};
    Json one = place_json(table, cell);
    for (const std::string& figure : request.pareto)
      one[figure] = number_or_null(analysis::spread_of(figures_by_seed(table, cell, figure)).mean);
    one["standing"] = word_of(standing[i]);
    cells.push_back(std::move(one));
  }
  json["pareto"] = {{"figures", request.pareto}, {"cells", std::move(cells)}};
  return json;
}

std::string front_csv(const Table& table, const std::vector<std::string>& figures) {
  const std::vector<Standing> standing = pareto_standings(table, figures);
  std::string text = "point";
  for (const Factor& factor : table.layout.factors) text += "," + kernel::csv_cell(factor.name);
  text += ",strategy";
  for (const std::string& figure : figures) text += "," + kernel::csv_cell(figure);
  text += ",standing\n";
  for (std::size_t i = 0; i < standing.size(); ++i) {
    const Cell cell{i / table.strategies.size(), i % table.strategies.size()};
    text += fmt::format("{}", cell.point + 1);
    for (const std::string& value : table.layout.points[cell.point]) text += "," + kernel::csv_cell(value);
    text += "," + kernel::csv_cell(table.strategies[cell.strategy]);
    for (const std::string& figure : figures) {
      const double mean = analysis::spread_of(figures_by_seed(table, cell, figure)).mean;
      text += std::isfinite(mean) ? fmt::format(",{}", mean) : std::string(",");
    }
    text += fmt::format(",{}\n", word_of(standing[i]));
  }
  return text;
}

std::string summary_csv(const Table& table, const std::string& reference_name) {
  const Reference reference = reference_of(table, reference_name);
  const std::string reference_cell = kernel::csv_cell(name_of_reference(table, reference));
  const bool spread = table.layout.seeds > 1 && seeds_matter(table);
  std::string text = "point";
  for (const Factor& factor : table.layout.factors) text += "," + kernel::csv_cell(factor.name);
  text += ",strategy,figure,count,mean,sd,low,high,difference,difference_low,difference_high,reference\n";
  const auto number = [](double value) { return std::isfinite(value) ? fmt::format(",{}", value) : std::string(","); };
  for (std::size_t p = 0; p < table.layout.points.size(); ++p) {
    for (std::size_t s = 0; s < table.strategies.size(); ++s) {
      for (const std::string& figure : table.figures) {
        const Facts facts = facts_of(table, {p, s}, reference, figure, spread);
        text += fmt::format("{}", p + 1);
        for (const std::string& value : table.layout.points[p]) text += "," + kernel::csv_cell(value);
        text += fmt::format(",{},{},{}", kernel::csv_cell(table.strategies[s]), kernel::csv_cell(figure),
                            facts.spread.count);
        text += number(facts.spread.mean) + number(facts.spread.deviation) + number(facts.interval.low) +
                number(facts.interval.high) +
                number(facts.difference.count > 0 ? facts.difference.mean : std::nan("")) +
                number(facts.difference.low) + number(facts.difference.high) + "," + reference_cell + "\n";
      }
    }
  }
  return text;
}

}  // namespace evtwin::sweep
