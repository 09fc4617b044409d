#include "score/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"
#include "kernel/text.hpp"
#include "score/report.hpp"

namespace evtwin::score {
namespace {

using analysis::Language;

constexpr std::size_t most_notes = 10;  // of what files say against each other

std::string listed(const Counts& counts) {
  std::string text;
  for (const auto& [what, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", kernel::make_printable(what, 80), count);
  return text;
}

std::uint64_t total(const Counts& counts) {
  std::uint64_t sum = 0;
  for (const auto& [what, count] : counts) sum += count;
  return sum;
}

}  // namespace

std::string class_title(CarClass of, bool korean) {
  const ClassRule& rule = class_rules()[static_cast<std::size_t>(of)];
  return std::string(korean ? rule.title_ko : rule.key);
}

std::string group_title(std::string_view name, bool korean) {
  if (!korean) return std::string(name);
  if (name == "all") return "전체";
  if (name.starts_with("class ")) {
    for (const ClassRule& rule : class_rules()) {
      if (rule.key == name.substr(6)) return fmt::format("차급 {}", rule.title_ko);
    }
  }
  return fmt::format("차종 {}", name.substr(std::min<std::size_t>(5, name.size())));
}

std::string reliability_title(std::size_t n, bool korean) {
  const std::string_view label = reliability_of(n);
  if (!korean) return std::string(label);
  return label == "high" ? "높음" : label == "medium" ? "보통" : "낮음";
}

std::string age_string(double years) {
  if (!is_known(years)) return {};
  const auto months = static_cast<int>(std::floor(12.0 * years + 1e-9));
  return fmt::format("{} y {} m", months / 12, months % 12);
}

std::string volume_text(const Fleet& fleet, bool korean) {
  const Cars& cars = *fleet.cars;
  const auto count = [&](std::uint64_t n, std::string_view what) {
    const std::string figure = analysis::number_text(static_cast<double>(n), 0);
    return korean ? figure : fmt::format("{} {}{}", figure, what, n == 1 ? "" : "s");
  };
  const std::string last = cars.last_ns != 0 ? cars.calendar.format_local(cars.last_ns) : korean ? "모름" : "not known";
  const std::string today = fleet.as_of_ns != 0 ? market::format_date(cars.calendar.local_date(fleet.as_of_ns))
                            : korean            ? "모름"
                                                : "not known";
  return fmt::format(
      fmt::runtime(korean ? "차량 {}대, 행 {}개, 항목 {}개, 파일 {}개, {} 바이트; 마지막 기록 {} ({}); 공표식 차령과 "
                            "마지막 충전은 {} 기준"
                          : "{}, {}, {}, {}, {}; last record {} ({}); published ages and last charges as of {}"),
      count(cars.cars.size(), "car"), count(cars.rows, "row"), count(cars.fields.size(), "field"),
      count(cars.files, "file"), count(cars.bytes, "byte"), last, cars.calendar.zone_name(), today);
}

std::vector<std::string> list_remarks(const Fleet& fleet, Language language) {
  const bool ko = language == Language::korean;
  const Cars& cars = *fleet.cars;
  std::vector<std::string> out;
  const auto tell = [&](const Counts& counts, std::string_view english, std::string_view korean) {
    if (!counts.empty()) out.push_back(fmt::format(fmt::runtime(ko ? korean : english), total(counts), listed(counts)));
  };
  tell(cars.implausible, "{} implausible value(s) read as missing: {}.", "비정상 값 {}개를 결측으로 처리: {}.");
  tell(cars.unreadable, "{} value(s) that are no numbers read as missing: {}.",
       "숫자가 아닌 값 {}개를 결측으로 처리: {}.");
  tell(cars.left_out, "{} row(s) left out: {}.", "행 {}개 제외: {}.");
  if (cars.repeated > 0)
    out.push_back(fmt::format(fmt::runtime(ko ? "같은 차량, 종류, 시각의 구간 {}개가 반복되어 한 번만 셌습니다."
                                              : "{} segment(s) of the same car, kind and instant were there again: "
                                                "counted once."),
                              cars.repeated));
  if (cars.united > 0)
    out.push_back(fmt::format(fmt::runtime(ko ? "같은 차량, 종류, 시각의 행 {}개는 항목을 더하는 것이어서 합쳤습니다."
                                              : "{} row(s) told further fields of a segment that was there: united."),
                              cars.united));
  if (cars.contradicted > 0)
    out.push_back(fmt::format(fmt::runtime(ko ? "경고: 반복된 행의 값 {}개가 처음 값과 다릅니다: 처음 값을 씁니다."
                                              : "Warning: {} value(s) of repeated rows contradict the first: the first "
                                                "stays."),
                              cars.contradicted));
  if (cars.overwritten > 0)
    out.push_back(fmt::format(fmt::runtime(ko ? "Influx 같은 점의 값 {}개를 더 새로운 값으로 바꿨습니다."
                                              : "{} value(s) of Influx points were written again: the newest holds."),
                              cars.overwritten));
  for (const auto& [type, n] : fleet.unknown_types) {
    if (type.empty()) {
      out.push_back(fmt::format(fmt::runtime(ko ? "경고: 차종을 모르는 차량 {}대: 중형으로 계산합니다."
                                                : "Warning: no car type of {} car(s): scored as mid."),
                                n));
      continue;
    }
    out.push_back(fmt::format(
        fmt::runtime(ko ? "경고: 차종 {}({}대)은 어느 차급에도 없어 중형으로 계산합니다; --types FILE로 지정하세요."
                        : "Warning: car type {} of {} car(s) is in no class: scored as mid; --types FILE names it."),
        kernel::make_printable(type, 60), n));
  }
  if (fleet.ageless > 0)
    out.push_back(fmt::format(
        fmt::runtime(ko ? "차령을 모르는 차량 {}대 (연식 또는 기록 없음): 감점 없이, 범위에 0~7.5점을 넣습니다."
                        : "No age of {} car(s) (no model year, one more than a year after its records, or no record): "
                          "no penalty taken, 0 to 7.5 in the bounds."),
        fleet.ageless));
  if (fleet.partly > 0)
    out.push_back(fmt::format(
        fmt::runtime(
            ko ? "차량 {}대의 지표 일부는 모든 구간에 있지 않습니다: 알려진 것으로 계산하며, 없는 구간은 가능 범위에 "
                 "들어 있지 않습니다 (--json과 --page에 비율)."
               : "{} car(s) have indicators that not every segment tells: they count as known, and the bounds "
                 "do not cover what the others would have said (shares: --json, --page)."),
        fleet.partly));
  if (fleet.as_of_ns != 0 && fleet.as_of_ns < cars.last_ns)
    out.push_back(ko ? "경고: 기준일이 마지막 기록보다 앞섭니다: 그 뒤의 충전은 며칠 전인지 표시하지 않습니다."
                     : "Warning: today lies before the last record: of charges after it no days are told.");
  for (std::size_t i = 0; i < std::min(cars.notes.size(), most_notes); ++i)
    out.push_back((ko ? cars.notes[i].text_ko : cars.notes[i].text) + ".");
  if (cars.notes.size() > most_notes)
    out.push_back(fmt::format(fmt::runtime(ko ? "이런 내용이 {}건 더 있습니다." : "And {} more like these."),
                              cars.notes.size() - most_notes));
  for (const BrokenFile& broken : cars.broken)
    out.push_back(fmt::format(fmt::runtime(ko ? "읽지 못한 파일: {}" : "Broken, passed by: {}"),
                              kernel::make_printable(broken.why, 500)));
  return out;
}

std::vector<std::string> list_corrections(Language language) {
  if (language == Language::korean)
    return {
        "결측 항목을 0점(주행·충전은 80점)으로 세지 않고, 나머지 항목에 가중치를 나눕니다. 범위는 통째로 결측인 지표, "
        "모르는 "
        "차령과 차급이 무엇이든 가능한 점수입니다; 일부 구간에만 있는 지표는 알려진 것으로 셉니다. 점수는 가능한 "
        "최저보다 "
        "낮지 않습니다.",
        "차령은 오늘이 아니라 그 차의 마지막 기록까지 셉니다: 새 자료 없이 점수가 떨어지지 않습니다.",
        "98점 상한이 없습니다.", "가중치의 60 % 미만만 알려진 차량은 등급을 매기지 않습니다."};
  return {
      "A missing item does not count 0 (driving, charging: 80): its weight is shared out among the others. The "
      "bounds say what the score could be whatever indicators that are wholly missing, an unknown age and an unknown "
      "class were; an indicator known in part counts as known. No score is below what it can be at least.",
      "Age ends with the car's last record, not today: without new data no score falls.", "There is no cap at 98.",
      "No grade where less than 60 % of the weights are known."};
}

std::string rules_text(Language language) {
  const bool ko = language == Language::korean;
  const auto say = [&](std::string_view english, std::string_view korean) { return ko ? korean : english; };
  std::string text;
  for (const MetricRule& rule : metric_rules()) {
    text +=
        fmt::format("{} ({:.2f} / {:.2f})\n  {}: {}\n  {}\n", ko ? rule.title_ko : rule.title, rule.weight, weight_sum,
                    say("from", "출처"), ko ? rule.source_ko : rule.source, ko ? rule.rule_ko : rule.rule);
  }
  text += fmt::format(
      "\n{}\n", say("Age: 1.5 points for the first year, 1.2 for each of the next two, 0.8 of the next two, 0.4 "
                    "after; at most 7.5. Grades: A from 85, B from 70, C from 55, D below.",
                    "차령 감점: 첫 해 1.5점, 다음 2년은 해마다 1.2점, 그다음 2년은 0.8점, 이후 0.4점; 최대 7.5점. "
                    "등급: A 85 이상, B 70 이상, C 55 이상, D 55 미만."));
  text += fmt::format("\n{}\n", say("Corrected:", "수정식:"));
  for (const std::string& sentence : list_corrections(language)) text += fmt::format("- {}\n", sentence);

  analysis::TextTable classes({std::string(say("class", "차급")), "km/kWh", std::string(say("types", "차종"))},
                              analysis::LastColumn::prose);
  for (std::size_t i = 0; i < class_count; ++i) {
    const ClassRule& rule = class_rules()[i];
    classes.add_row({class_title(static_cast<CarClass>(i), ko),
                     fmt::format("{:.1f} - {:.1f}", rule.bounds.low, rule.bounds.high), std::string(rule.names)});
  }
  text += "\n" + classes.to_text() + "\n";
  analysis::TextTable fields(
      {std::string(say("field", "항목")), std::string(say("plausible", "정상 범위")), std::string(say("unit", "단위"))},
      analysis::LastColumn::prose);
  for (const FieldRule& rule : field_rules())
    fields.add_row({std::string(rule.name), fmt::format("{:g} - {:g}", rule.least, rule.most), std::string(rule.unit)});
  return text + fields.to_text();
}

}  // namespace evtwin::score
