// Which tables a report has, and of what.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include "analysis/comparison.hpp"
#include "analysis/prose.hpp"
#include "analysis/run_report.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "report/certificate.hpp"
#include "report/forecasts.hpp"
#include "report/report.hpp"
#include "report/reward_parts.hpp"
#include "report/tables_of_time.hpp"

namespace evtwin::report {
namespace {

std::vector<Text> heads_with_runs(const Report& report, Text first) {
  std::vector<Text> heads{std::move(first)};
  for (const std::string& name : report.names) heads.push_back(same_text(name));
  return heads;
}

/// Figures that stakeholders ask for first; the others stand below on demand.
constexpr std::array<std::string_view, 22> asked_first{"total_cost",
                                                       "energy_cost",
                                                       "demand_charge",
                                                       "objective",
                                                       "regret",
                                                       "site_money",
                                                       "owner_money",
                                                       "peak_kw",
                                                       "energy_delivered_kwh",
                                                       "served_fraction",
                                                       "unmet_kwh",
                                                       "open_kwh",
                                                       "turned_away",
                                                       "waiting_time_h",
                                                       "import_kwh",
                                                       "pv_self_use_fraction",
                                                       "v2g_kwh",
                                                       "storage_soh_5y",
                                                       "storage_life_years",
                                                       "vehicle_life_years",
                                                       "overload_kwh",
                                                       "co2_kg"};
static_assert(kernel::has_unique_keys(asked_first), "a figure stands in one place");

int decimals_of(const analysis::KpiInfo* info, double value) {
  if (info != nullptr && info->unit.empty()) return value == std::floor(value) ? 0 : 3;
  return 2;
}

/// The days on which storages and vehicles are replaced that go on like this; a row where it is known of any run.
void add_replacements(const Report& report, Table& table) {
  const auto add = [&](std::string_view kpi, Text head, Text help) {
    Row row;
    row.head = std::move(head);
    row.help = std::move(help);
    bool known = false;
    for (const RunRecord& run : report.runs) {
      const double life_years = analysis::value_of(run.summary.kpis, kpi);
      known = known || !std::isnan(life_years);
      const market::Calendar calendar(run.summary.timezone);
      const auto text_in = [&](analysis::Language language) {
        return analysis::replacement_text(calendar, run.summary.start_ns, life_years, language);
      };
      row.cells.push_back(cell_of_words({text_in(analysis::Language::english), text_in(analysis::Language::korean)}));
    }
    if (known) table.rows.push_back(std::move(row));
  };
  add("storage_life_years", {"storage replaced on", "저장장치 교체일"},
      {"a storage that was new at the start of the run and is used like this all the time",
       "실행 시작 때 새것인 저장장치를 계속 이렇게 쓸 때"});
  add("vehicle_life_years", {"vehicles' batteries replaced on", "차량 배터리 교체일"},
      {"batteries that were new at the start of the run and come like this once a day",
       "실행 시작 때 새것인 배터리가 하루 한 번 이렇게 방문할 때"});
}

Cell kpi_cell(const analysis::KpiInfo& info, double value, const std::string& currency) {
  return info.unit == "money" ? cell_of_money(value, currency) : cell_of_number(value, decimals_of(&info, value));
}

/// A figure with its value in each run.
Row kpi_row(const Report& report, const analysis::KpiInfo& info, const std::vector<double>& values) {
  Row row;
  row.id = "kpi-" + std::string(info.name);
  const std::string unit = info.unit == "money" ? currency_of(report) : std::string(info.unit);
  row.head = same_text(std::string(info.name) + (unit.empty() ? "" : " (" + unit + ")"));
  row.help = {std::string(info.help), std::string(info.help_ko)};
  row.more = std::find(asked_first.begin(), asked_first.end(), info.name) == asked_first.end();
  for (std::size_t i = 0; i < values.size(); ++i)
    row.cells.push_back(kpi_cell(info, values[i], report.runs[i].summary.currency));
  return row;
}

/// Figures that read the same are equally good; where all do, nobody is the best.
/// @param may  by run: whether it may be called the best
void mark_best(const analysis::KpiInfo& info, const std::vector<double>& values, const std::vector<char>& may,
               const std::string& currency, Row& row) {
  if (info.better == analysis::Better::neither) return;
  double best = unknown;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool better = info.better == analysis::Better::lower ? values[i] < best : values[i] > best;
    if (may[i] != 0 && (std::isnan(best) || better)) best = values[i];
  }
  if (std::isnan(best)) return;

  const std::string best_text = kpi_cell(info, best, currency).text.en;
  const bool differ = std::any_of(row.cells.begin(), row.cells.end(),
                                  [&](const Cell& c) { return c.text.en != row.cells.front().text.en; });
  for (std::size_t i = 0; differ && i < row.cells.size(); ++i)
    row.cells[i].best = may[i] != 0 && row.cells[i].text.en == best_text;
}

/// No key figure of the run file: made here from its powers and departures.
Row done_before_departure_row(const Report& report) {
  Row done;
  done.head = {"done before departure (h)", "출발 전 완료 (시간)"};
  done.help = {"from the last energy into a vehicle until it left, mean over those that left and had any",
               "마지막 충전부터 출발까지의 평균 시간(충전 후 출발한 차량)"};
  for (const RunRecord& run : report.runs) done.cells.push_back(cell_of_number(mean_done_before_departure_h(run), 2));
  return done;
}

/// The key figures that say something in any run, in the order of their table, with those who may be called the best.
Table kpi_table_of(const Report& report) {
  Table table;
  table.id = "kpis";
  table.title = {"Key figures", "핵심 지표"};
  table.heads = heads_with_runs(report, {"figure", "지표"});

  std::vector<analysis::Contender> contenders;
  for (std::size_t i = 0; i < report.runs.size(); ++i)
    contenders.push_back({report.names[i], report.runs[i].summary.kpis, 0, 0.0, {}});
  const bool compared = report.runs.size() > 1 && report.verdict.trouble.empty();

  // A figure that the verdict speaks of has its row even where it is 0: its words lead there.
  std::set<std::string_view> told;
  for (const analysis::PartyVerdict& party : report.verdict.parties) {
    for (const analysis::VerdictPart& part : party.parts) told.insert(part.kpis.begin(), part.kpis.end());
  }

  for (const analysis::KpiInfo& info : analysis::kpi_table()) {
    // The reward is of learners: it says nothing to those who read a report.
    if (info.name == "reward") continue;
    std::vector<double> values;
    for (const RunRecord& run : report.runs) values.push_back(analysis::value_of(run.summary.kpis, info.name));
    if (std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v) || v == 0.0; }) &&
        info.name != "unmet_kwh" && info.name != "total_cost" && !told.contains(info.name))
      continue;

    Row row = kpi_row(report, info, values);
    if (compared)
      mark_best(info, values, analysis::who_may_be_best(info.name, contenders), report.runs.front().summary.currency,
                row);
    table.rows.push_back(std::move(row));
  }

  table.rows.push_back(done_before_departure_row(report));
  add_replacements(report, table);

  if (compared)
    table.note = {"Bold: the best of a row among those that serve alike, within 0.5 % of the one that serves most.",
                  "굵은 글씨: 최다 충전 전략과 0.5 % 이내로 충전한 전략 중 가장 좋은 값."};
  return table;
}

/// Money of each party with its terms; signs are the party's own.
Table money_table(const Report& report) {
  Table table;
  table.id = "parties";
  table.title = {"Money by party", "당사자별 손익"};
  table.heads = heads_with_runs(report, same_text(currency_of(report)));
  const auto add = [&](Text head, double (*of)(const RunRecord&)) {
    Row row;
    row.head = std::move(head);
    for (const RunRecord& run : report.runs) row.cells.push_back(cell_of_money(of(run), run.summary.currency));
    table.rows.push_back(std::move(row));
  };

  // A payment stands with the other sign at the party that gets it.
  add({"grid company: energy", "전력회사: 전력량요금"},
      [](const RunRecord& r) { return analysis::value_of(r.summary.kpis, "energy_cost"); });
  add({"grid company: demand charge", "전력회사: 기본요금"},
      [](const RunRecord& r) { return analysis::value_of(r.summary.kpis, "demand_charge"); });
  add({"site: paid by drivers", "사업자: 충전 수입"},
      [](const RunRecord& r) { return analysis::value_of(r.summary.kpis, "driver_revenue"); });
  add({"site: paid for V2G", "사업자: V2G 지급액"},
      [](const RunRecord& r) { return -analysis::value_of(r.summary.kpis, "v2g_payment"); });

  add({"site: electricity bill", "사업자: 전기요금"},
      [](const RunRecord& r) { return -analysis::value_of(r.summary.kpis, "total_cost"); });

  // site_money is the margin less this wear.
  add({"site: storage wear", "사업자: 저장장치 마모"}, [](const RunRecord& r) {
    return analysis::value_of(r.summary.kpis, "site_money") - analysis::value_of(r.summary.kpis, "margin");
  });
  add({"site keeps", "사업자 손익"},
      [](const RunRecord& r) { return analysis::value_of(r.summary.kpis, "site_money"); });

  add({"owners: V2G payments", "소유자: V2G 수입"},
      [](const RunRecord& r) { return analysis::value_of(r.summary.kpis, "v2g_payment"); });
  add({"owners: charging", "소유자: 충전 요금"},
      [](const RunRecord& r) { return -analysis::value_of(r.summary.kpis, "driver_revenue"); });

  add({"owners: battery wear", "소유자: 배터리 마모"}, [](const RunRecord& r) {
    return analysis::value_of(r.summary.kpis, "owner_money") - analysis::value_of(r.summary.kpis, "v2g_payment") +
           analysis::value_of(r.summary.kpis, "driver_revenue");
  });

  add({"owners earn", "소유자 손익"},
      [](const RunRecord& r) { return analysis::value_of(r.summary.kpis, "owner_money"); });
  return table;
}

std::string hex(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

/// Where every figure comes from, and how to have it again.
Table provenance_table(const Report& report) {
  Table table;
  table.id = "provenance";
  table.title = {"Where this comes from", "출처"};
  table.heads = heads_with_runs(report, same_text(""));
  const auto add = [&](Text head, const auto& of) {
    Row row;
    row.head = std::move(head);
    for (const RunRecord& run : report.runs)
      row.cells.push_back(cell_of_words(same_text(kernel::make_printable(of(run)))));
    table.rows.push_back(std::move(row));
  };

  const auto join = [](const auto& pairs) {
    std::string all;
    for (const auto& [name, value] : pairs) all += fmt::format("{}{}={}", all.empty() ? "" : " ", name, value);
    return all.empty() ? std::string("-") : all;
  };

  add({"run file", "실행 파일"}, [](const RunRecord& r) { return r.file; });
  add({"scenario", "시나리오"},
      [](const RunRecord& r) { return r.summary.name + " (" + r.summary.scenario_file + ")"; });
  add({"time", "기간"}, [](const RunRecord& r) {
    const TimeFrame frame{r.start_s, r.span_s, r.clock};
    return fmt::format("{} - {} ({})", local_time(frame, 0), local_time(frame, r.span_s), r.summary.timezone);
  });

  add({"strategy", "전략"}, [](const RunRecord& r) { return r.summary.strategy; });
  add({"plugin", "플러그인"}, [](const RunRecord& r) {
    return r.summary.plugin_file.empty() ? std::string("-") : r.summary.plugin_file + " " + r.summary.plugin_digest;
  });
  add({"parameters", "매개변수"}, [&](const RunRecord& r) { return join(r.summary.parameters); });

  add({"seed", "난수 시드"}, [](const RunRecord& r) { return fmt::format("{}", r.summary.seed); });
  add({"state", "상태"}, [](const RunRecord& r) {
    return std::string(record::name_of(r.summary.state)) + (r.summary.error.empty() ? "" : ": " + r.summary.error);
  });
  add({"event hash", "이벤트 해시"}, [](const RunRecord& r) { return r.summary.event_hash; });
  add(same_text("evtwin"),
      [](const RunRecord& r) { return r.summary.evtwin_version + ", " + r.summary.evtwin_commit; });

  add({"time zones, SQLite, compiler", "시간대, SQLite, 컴파일러"}, [](const RunRecord& r) {
    return r.summary.tzdata_version + ", " + r.summary.sqlite_version + ", " + r.summary.compiler;
  });
  add({"made at", "생성"}, [](const RunRecord& r) { return r.summary.created_at; });

  add({"inputs (bytes, FNV-1a digest)", "입력 (바이트, FNV-1a)"}, [](const RunRecord& r) {
    std::string all;
    for (const record::InputFile& input : r.summary.origin.inputs)
      all += fmt::format("{}{} ({}, {})", all.empty() ? "" : "; ", input.name, input.bytes, hex(input.digest));
    return all.empty() ? std::string("-") : all;
  });

  // The two commands that let a reader check the page.
  add({"make it again", "다시 실행"}, [](const RunRecord& r) { return "evtwin rerun " + r.file; });
  add({"recount it", "검산"}, [](const RunRecord& r) { return "evtwin audit " + r.file; });
  return table;
}

}  // namespace

std::vector<Table> tables_of(const Report& report, bool whole) {
  std::vector<Table> tables{kpi_table_of(report)};
  if (has_prices(report)) tables.push_back(money_table(report));
  if (report.frame.span_s > 45 * 86'400) tables.push_back(months_table(report));
  tables.push_back(days_table(report));
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    if (!report.runs[run].scores.empty()) tables.push_back(certificate_table(report, run));
  }
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    if (!report.runs[run].reward) continue;
    Table reward = reward_table(report.runs[run]);
    if (report.runs.size() > 1) {
      reward.id += fmt::format("-{}", run + 1);
      reward.title = {report.names[run] + ": " + reward.title.en, report.names[run] + ": " + reward.title.ko};
    }
    tables.push_back(std::move(reward));
  }
  if (Table forecasts = forecasts_table(report); !forecasts.rows.empty()) tables.push_back(std::move(forecasts));
  for (std::size_t run = 0; run < report.runs.size(); ++run) {
    tables.push_back(sessions_table(report, run, whole));
  }
  tables.push_back(provenance_table(report));
  return tables;
}

}  // namespace evtwin::report
