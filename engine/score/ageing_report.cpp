#include "score/ageing_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "kernel/text.hpp"

namespace evtwin::score {
namespace {

using analysis::Language;
using analysis::number_or_null;
using analysis::number_text;
using Json = nlohmann::ordered_json;

std::string percent(double fraction, int decimals = 2) {
  return is_known(fraction) ? number_text(100.0 * fraction, decimals) + " %" : "-";
}

std::string small(double value) { return is_known(value) ? fmt::format("{:.4g}", value) : "-"; }

std::string replaced_on(const Batteries& of, double life_years, Language language) {
  return analysis::replacement_text(of.calendar, of.start_ns, life_years, language);
}

/// The cell's own cycles until 80 %: fitted, and as metered.
double metered_at_80(const CyclingFile& file, const AgeingFit& fit, const AgedCell& cell) {
  return file.is_fleet ? unknown : metered_cycles_until(fit, cell, 0, 0.8);
}

/// What stands behind `ageing =` in a scenario.
std::string scenario_text(const CyclingFit& of) {
  const AgeingFit& fit = recommended_law(of).fit;
  const std::string calendar = is_known(fit.calendar) ? fmt::format("calendar = {:.6g}, ", fit.calendar) : "";
  const std::string power = fit.power == 0.5 ? "" : fmt::format(", power = {:.6g}", fit.power);
  return fmt::format("{{ {}cyclic = {:.6g}{} }}", calendar, fit.cyclic, power);
}

/// Why the law that a scenario is to have is that one.
std::string choice_text(const CyclingFit& of, bool ko) {
  const bool is_root = &recommended_law(of) == &of.root;
  if (of.free.fit.cyclic == 0.0)
    return ko ? "사이클에 따라 줄어든 용량이 보이지 않습니다.\n" : "No capacity is seen to be lost by cycling.\n";
  if (!is_power_told(of))
    return ko ? "자유 지수가 탐색 범위의 끝에 있습니다: 이 자료로는 지수를 알 수 없어 제곱근 법칙을 권합니다.\n"
              : "The free power is at the end of what is looked through: these data do not tell it, so the square root "
                "is recommended.\n";
  const std::string_view law = ko ? (is_root ? "제곱근" : "자유 지수") : (is_root ? "square root" : "free power");
  if (!is_known(of.root.later.rmse) || !is_known(of.free.later.rmse))
    return fmt::format(fmt::runtime(ko ? "권하는 법칙: {} (잔차가 더 작음; 예측을 따질 점이 부족함).\n"
                                       : "Recommended: {}, which misses less (too few points to judge what is "
                                         "foretold).\n"),
                       law);
  const double best = recommended_law(of).later.rmse, other = is_root ? of.free.later.rmse : of.root.later.rmse;
  return fmt::format(fmt::runtime(ko ? "권하는 법칙: {} (예측 RMSE {}, 다른 법칙 {}).\n"
                                     : "Recommended: {}, which foretells better ({}, the other {}).\n"),
                     law, percent(best), percent(other));
}

Json fit_json(const JudgedFit& of) {
  return {{"calendar_per_day_0.75", number_or_null(of.fit.calendar)},
          {"cyclic", of.fit.cyclic},
          {"power", of.fit.power},
          {"fresh", of.fit.fresh},
          {"rmse", of.fit.rmse},
          {"worst_residual", of.fit.worst},
          {"points", of.fit.points},
          {"cycles_until_80_percent", number_or_null(of.fit.cycles_until(0.8))},
          {"foretold",
           {{"points", of.later.points},
            {"rmse", number_or_null(of.later.rmse)},
            {"bias", number_or_null(of.later.bias)}}}};
}

}  // namespace

std::string cycling_text(const CyclingFile& file, const CyclingFit& fit, Language language) {
  const bool ko = language == Language::korean;
  std::string text =
      fmt::format(fmt::runtime(ko ? "셀 {}개, 용량 {}개 ({}), 사이클: {}; 제외한 행 {}개\n"
                                  : "Cells: {}, capacities: {} ({}), cycles from {}; rows left out: {}\n"),
                  file.cells.size(), file.rows - file.left_out, file.unit, kernel::make_printable(file.cycles_from, 60),
                  file.left_out);
  text += ko ? "용량 = 초기 x (1 - 시간 x 일^0.75 - 사이클 x n^지수)\n\n"
             : "capacity = fresh x (1 - calendar x days^0.75 - cyclic x cycles^power)\n\n";
  analysis::TextTable table(ko ? std::vector<std::string>{"법칙", "초기", "시간", "사이클", "지수", "잔차 RMSE",
                                                          "최대 잔차", "예측 RMSE", "80 % 사이클", "실측"}
                               : std::vector<std::string>{"law", "fresh", "calendar", "cyclic", "power",
                                                          "residual RMSE", "worst", "foretold RMSE", "cycles to 80 %",
                                                          "metered"});
  const auto add = [&](const std::string& name, const JudgedFit& of, double metered) {
    table.add_row({name, of.fit.fresh.size() == 1 ? small(of.fit.fresh[0]) : "", small(of.fit.calendar),
                   small(of.fit.cyclic), number_text(of.fit.power, 3), percent(of.fit.rmse), percent(of.fit.worst),
                   percent(of.later.rmse), number_text(of.fit.cycles_until(0.8), 0), number_text(metered, 0)});
  };
  add(ko ? "전체, 제곱근" : "all, square root", fit.root, unknown);
  add(ko ? "전체, 자유 지수" : "all, free power", fit.free, unknown);
  for (std::size_t i = 0; i < fit.cells.size(); ++i)
    add(kernel::make_printable(file.cells[i].name, 60), fit.cells[i],
        metered_at_80(file, fit.cells[i].fit, file.cells[i]));
  text += table.to_text() + "\n";
  text += ko ? "예측 RMSE: 각 셀의 처음 70 %에 맞추고 나머지를 예측한 잔차.\n"
             : "Foretold: fitted on the first 70 % of each cell's points, residuals of the rest.\n";
  text += choice_text(fit, ko);
  if (!file.has_days)
    text += ko ? "파일에 날짜가 없어 시간에 의한 열화는 사이클과 나눌 수 없습니다.\n"
               : "The file has no days, so what time took can not be told from what cycling took.\n";
  text += fmt::format(fmt::runtime(ko ? "시나리오의 저장장치나 차량에: ageing = {}\n"
                                      : "In a scenario, of a storage or a vehicle: ageing = {}\n"),
                      scenario_text(fit));
  return text;
}

Json cycling_json(const CyclingFile& file, const CyclingFit& fit) {
  Json json{{"unit", file.unit},
            {"cycles_from", file.cycles_from},
            {"rows", file.rows},
            {"rows_left_out", file.left_out},
            {"has_days", file.has_days},
            {"scenario", scenario_text(fit)},
            {"recommended", &recommended_law(fit) == &fit.root ? "square_root" : "free_power"},
            {"square_root", fit_json(fit.root)},
            {"free_power", fit_json(fit.free)}};
  json["cells"] = Json::array();
  for (std::size_t i = 0; i < fit.cells.size(); ++i) {
    Json of = fit_json(fit.cells[i]);
    of["name"] = file.cells[i].name;
    of["metered_cycles_until_80_percent"] = number_or_null(metered_at_80(file, fit.cells[i].fit, file.cells[i]));
    of["residuals"] = residuals_of(fit.cells[i].fit, file.cells[i], 0);
    json["cells"].push_back(std::move(of));
  }
  return json;
}

std::string batteries_text(const Batteries& of, Language language, std::size_t rows) {
  const bool ko = language == Language::korean;
  std::string text =
      fmt::format("{}, {}\n", kernel::make_printable(of.run, 200), kernel::make_printable(of.strategy, 100));
  analysis::TextTable table(
      ko ? std::vector<std::string>{"배터리", "종류", "kWh", "SoC 시작", "SoC 끝", "평균 SoC", "DoD", "등가 사이클",
                                    "열화", "실행 뒤 SoH", "5년 뒤 SoH", "수명(년)", "교체 SoH", "교체일"}
         : std::vector<std::string>{"battery", "type", "kWh", "SoC start", "SoC end", "mean SoC", "DoD", "eq. cycles",
                                    "wear", "SoH after", "SoH 5 y", "life (years)", "replaced at", "replaced on"});
  const auto add = [&](const BatteryRow& row) {
    table.add_row({kernel::make_printable(row.name, 60),
                   row.type.empty() ? (ko ? "저장장치" : "storage") : kernel::make_printable(row.type, 60),
                   number_text(row.capacity_kwh, 1), percent(row.soc_start, 1), percent(row.soc_end, 1),
                   percent(row.use.mean_soc, 1), percent(row.use.depth, 1), number_text(row.cycles, 2),
                   percent(row.wear, 4), percent(row.soh_after, 3), percent(row.soh_5y, 1),
                   number_text(row.life_years, 2), percent(row.replaced_at, 0),
                   replaced_on(of, row.life_years, language)});
  };
  for (const BatteryRow& row : of.storages) add(row);
  for (std::size_t i = 0; i < std::min(rows, of.vehicles.size()); ++i) add(of.vehicles[i]);
  text += "\n" + table.to_text() + "\n";
  if (of.vehicles.size() > rows)
    text += fmt::format(
        fmt::runtime(ko ? "... 외 차량 {}대: --rows 또는 --json\n" : "... and {} more vehicles: --rows or --json\n"),
        of.vehicles.size() - rows);
  if (is_known(of.fleet_life_years))
    text += of.fleet_life_years < physics::most_life_years
                ? fmt::format(fmt::runtime(ko ? "차량군: 하루 한 번 이렇게 방문하면 {:.2f}년, {} 교체.\n"
                                              : "Fleet: a visit like these every day lasts {:.2f} years, replaced on "
                                                "{}.\n"),
                              of.fleet_life_years, replaced_on(of, of.fleet_life_years, language))
                : fmt::format(fmt::runtime(ko ? "차량군: 하루 한 번 이렇게 방문하면 {:.0f}년 넘게 갑니다.\n"
                                              : "Fleet: a visit like these every day lasts more than {:.0f} years.\n"),
                              physics::most_life_years);
  if (of.unknown_vehicles > 0)
    text += fmt::format(
        fmt::runtime(ko ? "배터리를 모르는 차량 {}대는 제외.\n" : "{} vehicles of unknown batteries are left out.\n"),
        of.unknown_vehicles);
  text += ko ? "교체: 실행 시작 때 새것인 배터리가 계속 이렇게 쓰일 때 용량이 '교체 SoH'(시나리오의 replaced_at)가 "
               "되는 날. "
               "법칙은 시나리오의 ageing, 없으면 Schmalstieg 2014, 25 C. 실행 뒤 SoH: 시작 때 새것이었다면; 차량은 "
               "연결된 동안만 셉니다. 끝나지 않은 방문은 온전한 방문으로 셉니다.\n"
             : "Replaced on: when its capacity is down to 'replaced at' (the scenario's replaced_at), new at the start "
               "of the run, used like this all the time; by the scenario's ageing, else Schmalstieg 2014 at 25 C. SoH "
               "after: of one that was new at the start, after the run; of a vehicle, after the time plugged in. A "
               "visit that the run's end cut short counts as a whole one.\n";
  return text;
}

Json batteries_json(const Batteries& of) {
  const auto date = [&](double years) {
    return years < physics::most_life_years ? Json(replaced_on(of, years, Language::english)) : Json();
  };
  const auto row_json = [&](const BatteryRow& row) {
    return Json{{"name", row.name},
                {"type", row.type.empty() ? Json() : Json(row.type)},
                {"capacity_kwh", row.capacity_kwh},
                {"soc_start", row.soc_start},
                {"soc_end", number_or_null(row.soc_end)},
                {"days", row.use.days},
                {"mean_soc", row.use.mean_soc},
                {"depth", row.use.depth},
                {"cycles", row.cycles},
                {"wear", number_or_null(row.wear)},
                {"soh_after", number_or_null(row.soh_after)},
                {"soh_5y", number_or_null(row.soh_5y)},
                {"replaced_at", row.replaced_at},
                {"life_years", number_or_null(row.life_years)},
                {"replaced_on", date(row.life_years)}};
  };
  Json json{{"run", of.run}, {"strategy", of.strategy}};
  json["storages"] = Json::array();
  for (const BatteryRow& row : of.storages) json["storages"].push_back(row_json(row));
  json["vehicles"] = Json::array();
  for (const BatteryRow& row : of.vehicles) json["vehicles"].push_back(row_json(row));
  json["fleet"] = {{"life_years", number_or_null(of.fleet_life_years)}, {"replaced_on", date(of.fleet_life_years)}};
  json["unknown_vehicles"] = of.unknown_vehicles;
  return json;
}

}  // namespace evtwin::score
