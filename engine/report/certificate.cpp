#include "report/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/static_checks.hpp"

namespace evtwin::report {
namespace {

Text gate_text(const Score& score) {
  // A figure that was fed in comes out again: that says nothing of the twin.
  if (score.told == "given" && !std::isnan(score.value)) return {"given", "주어진 값"};
  if (score.gate == "not_scorable" && !std::isnan(score.value)) return {"told only", "참고용"};
  const std::string doubt = score.indicative ? " (indicative)" : "", doubt_ko = score.indicative ? " (표본 부족)" : "";
  if (score.gate == "good") return {"good" + doubt, "우수" + doubt_ko};
  if (score.gate == "pass") return {"pass" + doubt, "합격" + doubt_ko};
  if (score.gate == "fail") return {"fail" + doubt, "불합격" + doubt_ko};
  if (score.gate == "not_scorable") return {"can not be told", "판정 불가"};
  return same_text(score.gate);
}

Text told_text(std::string_view told) {
  if (told == "given") return {"given", "주어짐"};
  if (told == "fitted") return {"fitted", "맞춤"};
  if (told == "predicted") return {"predicted", "예측"};
  return {"check", "점검"};
}

/// Fractions as percent; a file has the fraction.
Cell figure(const Score& score, double value) {
  const bool is_share = score.unit == "fraction";
  Cell cell = cell_of_number(is_share ? 100.0 * value : value, 2);
  cell.value = value;
  if (!std::isnan(value) && !score.unit.empty())
    cell.text = same_text(cell.text.en + (is_share ? " %" : " " + score.unit));
  return cell;
}

}  // namespace

Table certificate_table(const Report& report, std::size_t run) {
  Table table;
  table.id = report.runs.size() == 1 ? "certificate" : fmt::format("certificate-{}", run + 1);
  const std::string of = report.runs.size() == 1 ? "" : report.names[run] + ": ";
  table.title = {of + "Certificate of the replay: how closely the log is reproduced",
                 of + "재현 인증서: 로그를 얼마나 재현하는가"};
  table.heads = {{"score", "항목"},    {"value", "값"},   same_text("good"), same_text("pass"),
                 {"based on", "근거"}, {"shows", "성격"}, {"gate", "판정"}};

  for (const Score& score : report.runs[run].scores) {
    Row row;
    row.head = same_text(score.name);
    row.help = {score.help, score.help_ko};
    row.cells = {figure(score, score.value),
                 figure(score, score.good),
                 figure(score, score.pass),
                 cell_of_words(same_text(fmt::format("{} {}", score.n, score.n_of))),
                 cell_of_words(told_text(score.told)),
                 cell_of_words(gate_text(score))};
    table.rows.push_back(std::move(row));
  }

  const Text& verdict = report.runs[run].verdict;
  // A page is read without the documentation: the words of its columns are explained below it.
  table.note = {
      (verdict.en.empty() ? "" : "Verdict: " + verdict.en + " ") +
          "What is given was fed to the twin and proves nothing; fitted: on these very sessions; predicted: of days "
          "held "
          "out.",
      (verdict.ko.empty() ? "" : "결과: " + verdict.ko + " ") +
          "주어짐: 트윈에 입력된 값으로 증거가 아님. 맞춤: 같은 세션에 맞춘 값. 예측: 따로 떼어 둔 날에 대한 값."};

  if (report.runs[run].left_out > 0) {
    table.note.en += fmt::format(" {} sessions of the log are left out of the run.", report.runs[run].left_out);
    table.note.ko += fmt::format(" 로그의 세션 {}개는 실행에서 제외되었습니다.", report.runs[run].left_out);
  }
  return table;
}

}  // namespace evtwin::report
