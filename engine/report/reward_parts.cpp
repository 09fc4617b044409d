#include "report/reward_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "kernel/floor_divide.hpp"
#include "kernel/text.hpp"
#include "record/sqlite.hpp"
#include "report/tables_of_run.hpp"

namespace evtwin::report {
namespace {

/// A term as the run file has it: instants and values that add up to it.
struct TermSource {
  std::string_view term;
  const char* sql;
};

// Energies and money of the meter are the ledger's own columns.
constexpr std::array columns_of_meter{
    "import_kwh",         "export_kwh", "pv_kwh",      "load_kwh",      "ev_charge_kwh",  "ev_discharge_kwh",
    "storage_charge_kwh", "losses_kwh", "energy_cost", "demand_charge", "driver_revenue", "storage_discharge_kwh",
    "v2g_payment",        "wear_cost",  "co2_kg",      "unmet_kwh",     "overload_kwh",   "feeder_overload_kwh",
    "export_overload_kwh"};

#define OF_LEFT "FROM session WHERE ended = 'departed' AND evse IS NOT NULL"
constexpr std::array other_terms{
    TermSource{"unmet_cost",
               "SELECT m.start_ns, m.unmet_kwh * s.unmet_price_per_kwh FROM meter m, site s "
               "WHERE s.id = m.site"},
    TermSource{"open_cost", "SELECT (SELECT end_ns - 1 FROM run), open_cost FROM session"},
    TermSource{"storage_energy_value",
               "SELECT (SELECT end_ns - 1 FROM run), value FROM kpi WHERE site IS NULL AND "
               "name = 'storage_energy_value'"},
    TermSource{"storage_cycles",
               "SELECT m.start_ns, m.storage_discharge_kwh / (SELECT sum(capacity_kwh * (soc_max - "
               "soc_min)) FROM storage WHERE site = m.site) FROM meter m"},
    TermSource{"satisfaction",
               "SELECT departed_ns, CASE WHEN requested_kwh > 0 THEN min(1.0, max(0.0, got_kwh) / requested_kwh) "
               "ELSE 1.0 END " OF_LEFT},
    TermSource{"departures", "SELECT departed_ns, 1.0 " OF_LEFT},
    TermSource{"requested_kwh", "SELECT departed_ns, requested_kwh " OF_LEFT},
    TermSource{"missing_kwh2",
               "SELECT departed_ns, (requested_kwh - min(max(0.0, got_kwh), requested_kwh)) * "
               "(requested_kwh - min(max(0.0, got_kwh), requested_kwh)) " OF_LEFT}};
#undef OF_LEFT

/// Empty: the run file does not tell.
std::string statement_of(const std::string& term) {
  for (const TermSource& source : other_terms)
    if (source.term == term) return source.sql;
  for (const std::string_view column : columns_of_meter)
    if (column == term) return fmt::format("SELECT start_ns, {} FROM meter", term);
  return {};
}

}  // namespace

double RewardPart::sum() const {
  double all = 0.0;
  for (const auto& [day, value] : by_day) all += value;
  return all;
}

RewardParts read_reward_parts(RunRecord& run, const LearntReward& reward) {
  RewardParts out{reward.name, {}, {}};
  const RunReader reader{run, record::open_run_file(run.file), {}};
  for (const auto& [term, weight] : reward.weights) {
    const std::string sql = statement_of(term);
    if (sql.empty()) {
      out.not_recorded.push_back(term);
      continue;
    }
    RewardPart& part = out.parts.emplace_back(RewardPart{term, weight, {}});
    record::Statement rows(reader.database, sql);
    while (rows.next_row()) {
      const std::int64_t second = std::clamp<std::int64_t>(reader.second_of(rows.column_integer(0)), 0,
                                                           std::max<std::int64_t>(0, run.span_s - 1));
      const double value = rows.column_real(1);
      const std::int64_t day = kernel::floor_divide(run.start_s + second + run.offset_at(second), 86'400);
      if (std::isfinite(value)) part.by_day[day] += value;
    }
  }
  return out;
}

Figure reward_figure(const RunRecord& run, const RewardParts& reward, const TimeFrame& frame) {
  Figure figure;
  figure.id = "reward";
  const std::string name = kernel::make_printable(reward.name, 100);
  figure.title = {fmt::format("Reward ({}) by its parts, day by day", name),
                  fmt::format("일별 보상({}) 항목, 쌓은 그림", name)};
  figure.decimals = run.summary.currency == "KRW" || run.summary.currency == "JPY" ? 0 : 2;

  std::map<std::int64_t, std::pair<double, double>> edges;  // by day: what is stacked so far below 0, and above
  for (const Day& day : run.days) edges[day.number] = {};
  for (const RewardPart& part : reward.parts)
    for (const auto& [day, value] : part.by_day) edges[day] = {};

  for (const RewardPart& part : reward.parts) {
    Series series;
    series.name = same_text(fmt::format("{} x {:g}", part.term, part.weight));
    series.colour = static_cast<int>(figure.series.size() % 8);
    for (auto& [day, edge] : edges) {
      const auto found = part.by_day.find(day);
      const double value = found == part.by_day.end() ? 0.0 : part.weight * found->second;
      double& side = value < 0.0 ? edge.first : edge.second;
      const double from = side;
      side += value;
      const auto local = [&](std::int64_t at) {
        return std::clamp<std::int64_t>(at - frame.offset_at(at), 0, frame.span_s);
      };
      const std::int64_t midnight = day * 86'400 - frame.start_s;
      series.samples.push_back(
          {local(midnight), local(midnight + 86'400), side, std::min(from, side), std::max(from, side)});
    }
    if (std::any_of(part.by_day.begin(), part.by_day.end(), [](const auto& one) { return one.second != 0.0; }))
      figure.series.push_back(std::move(series));
  }

  const std::string missing = fmt::format("{}", fmt::join(reward.not_recorded, ", "));
  figure.note = {
      fmt::format(
          "What its policy learnt to gather. Bands stand on top of each other, below 0 those that count against "
          "it; a line is the sum up to its band. Recounted from this run's ledger and sessions with the "
          "weights in the policy file.{}{}",
          missing.empty() ? "" : " No run file tells: ", missing),
      fmt::format("정책이 학습한 보상입니다. 띠를 쌓아 그렸고 0 아래는 감점이며, 선은 그 띠까지의 합입니다. 이 실행의 "
                  "원장과 세션에 정책 파일의 가중치를 곱해 다시 계산했습니다.{}{}",
                  missing.empty() ? "" : " 실행 파일에 없는 항목: ", missing)};
  return figure;
}

Table reward_table(const RunRecord& run, const RewardParts& reward) {
  Table table;
  table.id = "reward";
  const std::string name = kernel::make_printable(reward.name, 100);
  table.title = {fmt::format("Reward ({}) by its parts", name), fmt::format("보상({}) 항목", name)};
  table.heads = {{"term", "항목"}, {"of the run", "합계"}, {"weight", "가중치"}, {"reward", "보상"}};
  double all = 0.0;
  for (const RewardPart& part : reward.parts) {
    const double sum = part.sum();
    all += part.weight * sum;
    Row row;
    row.head = same_text(part.term);
    row.cells = {cell_of_number(sum, 2), cell_of_number(part.weight, 2), cell_of_number(part.weight * sum, 2)};
    table.rows.push_back(std::move(row));
  }
  Row row;
  row.head = {"together", "합계"};
  row.cells = {cell_of_words(same_text("")), cell_of_words(same_text("")), cell_of_number(all, 2)};
  table.rows.push_back(std::move(row));
  table.note = {
      fmt::format("Money in {}. Policies are judged by the objective, whatever they learnt for.", run.summary.currency),
      fmt::format("금액 단위 {}. 무엇을 학습했든 정책은 목적함수로 평가합니다.", run.summary.currency)};
  return table;
}

}  // namespace evtwin::report
