#include "report/reward_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "kernel/text.hpp"

namespace evtwin::report {
namespace {

using analysis::RewardPart;

/// What is stacked on a day so far: up from 0, and down.
struct Stack {
  double below = 0.0, above = 0.0;
};

/// Names of the parts that the run file does not tell, or why it tells none. Empty: it tells all.
Text missing_text(const analysis::RewardOverTime& reward) {
  std::vector<std::string> names;
  for (const auto& [term, weight] : reward.not_recorded) names.push_back(term);
  if (!reward.of_terms && names.empty())
    return {" Its parts are not known by its name.", " 이름만으로는 항목을 알 수 없습니다."};
  if (!reward.of_terms)
    return {" It is a function of each step, of which no run file keeps sums.",
            " 단계별 함수라서 실행 파일에 합계가 없습니다."};
  if (names.empty()) return {};
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  return {" No run file tells: " + all, " 실행 파일에 없는 항목: " + all};
}

}  // namespace

Figure reward_figure(const RunRecord& run, const TimeFrame& frame) {
  const analysis::RewardOverTime& reward = *run.reward;
  Figure figure;
  figure.id = "reward";
  figure.title = {fmt::format("Reward ({}) by its parts, day by day", reward.name),
                  fmt::format("일별 보상({}) 항목, 쌓은 그림", reward.name)};
  figure.decimals = run.summary.currency == "KRW" || run.summary.currency == "JPY" ? 0 : 2;

  std::map<std::int64_t, Stack> stacks;  // by day
  for (const Day& day : run.days) stacks[day.number] = {};
  for (const RewardPart& part : reward.parts)
    for (const auto& [day, value] : part.by_day) stacks[day] = {};

  for (const RewardPart& part : reward.parts) {
    Series series;
    series.name = same_text(fmt::format("{} x {:g}", part.term, part.weight));
    series.colour = static_cast<int>(figure.series.size() % 8);
    for (auto& [day, stack] : stacks) {
      const double value = part.reward_on(day);
      double& edge = value < 0.0 ? stack.below : stack.above;
      const double from = edge, to = edge += value;
      const auto local = [&](std::int64_t at) {
        return std::clamp<std::int64_t>(at - frame.offset_at(at), 0, frame.span_s);
      };
      const std::int64_t midnight = day * 86'400 - frame.start_s;
      series.samples.push_back({local(midnight), local(midnight + 86'400), to, std::min(from, to), std::max(from, to)});
    }
    if (std::any_of(part.by_day.begin(), part.by_day.end(), [](const auto& one) { return one.second != 0.0; }))
      figure.series.push_back(std::move(series));
  }

  const Text missing = missing_text(reward);
  figure.note = {
      fmt::format(
          "What its policy learnt to gather. Bands stand on top of each other, below 0 those that count against "
          "it; a line is the sum up to its band. Recounted from this run's ledger and sessions with the "
          "weights that its policy was trained with.{}",
          missing.en),
      fmt::format("정책이 학습한 보상입니다. 띠를 쌓아 그렸고 0 아래는 감점이며, 선은 그 띠까지의 합입니다. 이 실행의 "
                  "원장과 세션에 정책을 학습한 가중치를 곱해 다시 계산했습니다.{}",
                  missing.ko)};
  return figure;
}

Table reward_table(const RunRecord& run) {
  const analysis::RewardOverTime& reward = *run.reward;
  Table table;
  table.id = "reward";
  table.title = {fmt::format("Reward ({}) by its parts", reward.name), fmt::format("보상({}) 항목", reward.name)};
  table.heads = {{"term", "항목"}, {"of the run", "합계"}, {"weight", "가중치"}, {"reward", "보상"}};
  const auto add = [&](Text head, std::vector<Cell> cells) {
    Row row;
    row.head = std::move(head);
    row.cells = std::move(cells);
    table.rows.push_back(std::move(row));
  };
  const Cell nothing = cell_of_words(same_text("")), unknown_sum = cell_of_words({"not recorded", "기록 없음"});
  for (const RewardPart& part : reward.parts)
    add(same_text(part.term),
        {cell_of_number(part.sum(), 2), cell_of_number(part.weight, 2), cell_of_number(part.reward(), 2)});
  for (const auto& [term, weight] : reward.not_recorded)
    add(same_text(term), {unknown_sum, cell_of_number(weight, 2), nothing});
  if (!reward.parts.empty()) add({"together", "합계"}, {nothing, nothing, cell_of_number(reward.reward(), 2)});

  const Text missing = missing_text(reward);
  table.note = {
      fmt::format("Money in {}. Policies are judged by the objective, whatever they learnt for.{}",
                  run.summary.currency, missing.en),
      fmt::format("금액 단위 {}. 무엇을 학습했든 정책은 목적함수로 평가합니다.{}", run.summary.currency, missing.ko)};
  return table;
}

}  // namespace evtwin::report
