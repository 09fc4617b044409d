// A what-if as JSON and as text.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "kernel/text.hpp"
#include "replay/whatif.hpp"

namespace evtwin::replay {

using analysis::Language;
using analysis::number_or_null;
using analysis::number_text;
using Json = nlohmann::ordered_json;
using Kind = WhatIfRow::Kind;

namespace {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::metered:
      return "metered";
    case Kind::as_logged:
      return "as_logged";
    case Kind::strategy:
      return "strategy";
    case Kind::bound:
      break;
  }
  return "bound";
}

/// a, b, ..., z, aa: beside the figures and before what they stand for.
std::string letter(std::size_t i) {
  const std::string last(1, static_cast<char>('a' + i % 26));
  return i < 26 ? last : letter(i / 26 - 1) + last;
}

constexpr double days_of_year = 365.25, days_of_month = days_of_year / 12.0;

Json saving_json(const WhatIf& result, const Saving& saving) {
  if (std::isnan(saving.value)) return nullptr;
  return {{"value", saving.value},
          {"error_bar", number_or_null(saving.error_bar)},
          {"fewer_kwh", saving.fewer_kwh},
          {"per_month", number_or_null(saving.value * days_of_month / result.days)},
          {"per_year", number_or_null(saving.value * days_of_year / result.days)}};
}

/// Saving against the row that savings are counted from.
const Saving& saving_on_base(const WhatIf& result, const WhatIfRow& row) {
  const WhatIfRow* base = result.base_row();
  return base != nullptr && base->kind == Kind::strategy ? row.against_asap : row.against_logged;
}

Json row_json(const WhatIf& result, const WhatIfRow& row, const Json& letters) {
  const bool failed = !row.error.empty();
  Json json;
  json["strategy"] = row.name;
  json["kind"] = name_of(row.kind);
  json["error"] = failed ? Json(row.error) : Json(nullptr);
  if (failed) return json;

  json["cost"] = number_or_null(row.cost());
  json["energy_cost"] = number_or_null(row.energy_cost);
  json["demand_charge"] = number_or_null(row.demand_charge);
  json["peak_kw"] = number_or_null(row.peak_kw);
  json["served_kwh"] = number_or_null(row.served_kwh);
  json["service_kwh"] = number_or_null(row.service_kwh);
  json["served_fraction"] = number_or_null(row.served_fraction);
  json["unmet_kwh"] = number_or_null(row.unmet_kwh);

  json["parties"] = {{"drivers", number_or_null(row.drivers)},
                     {"site", number_or_null(row.site)},
                     {"grid", number_or_null(row.cost())}};
  json["kpi"] = row.kpis.empty() ? Json(nullptr) : analysis::kpi_json(row.kpis);
  json["objective"] = number_or_null(row.objective);
  json["error_bar"] = {{"cost", number_or_null(row.bar.cost)},
                       {"peak_kw", number_or_null(row.bar.peak_kw)},
                       {"energy_kwh", number_or_null(row.bar.energy_kwh)}};
  json["saving"] = {{"against_as_logged", saving_json(result, row.against_logged)},
                    {"against_asap", saving_json(result, row.against_asap)}};

  // The same strategy with departures not known, where it was run.
  const WhatIfRow* unforeseen = row.kind == Kind::strategy ? result.find_unforeseen(row.name) : nullptr;
  json["saving"]["without_foresight"] = unforeseen != nullptr && unforeseen->error.empty()
                                            ? saving_json(result, saving_on_base(result, *unforeseen))
                                            : Json();

  json["assumptions"] = row.kind == Kind::metered ? Json::array() : letters;
  json["event_hash"] = row.event_hash ? Json(fmt::format("{:016x}", *row.event_hash)) : Json(nullptr);
  return json;
}

/// The words of the report in one language.
class Report {
 public:
  Report(const WhatIf& result, const std::vector<Assumption>& assumptions, const std::string& currency,
         Language language)
      : result_(result), assumptions_(assumptions), currency_(currency), korean_(language == Language::korean) {}

  std::string text() const {
    return table() + "\n" + footnotes() + free_energy() + error_line() + missing_line() + unjudged_line() +
           control_line() + savings();
  }

 private:
  std::string_view say(std::string_view english, std::string_view korean) const { return korean_ ? korean : english; }
  std::string money(double value) const { return number_text(value, currency_ == "KRW" || currency_ == "JPY" ? 0 : 2); }
  static std::string percent(double fraction) {
    return std::isnan(fraction) ? "-" : number_text(100.0 * fraction, 2) + " %";
  }
  static std::string with_bar(const std::string& figure, const std::string& bar) {
    return bar == "-" || bar.empty() ? figure : fmt::format("{} ±{}", figure, bar);
  }

  std::string row_name(const WhatIfRow& row) const {
    std::string name = kernel::make_printable(row.name);
    if (row.kind == Kind::metered) return std::string(say("metered", "실측"));
    if (row.kind == Kind::as_logged) name = say("as logged", "로그대로");
    if (row.kind == Kind::bound) name = say("best possible", "가능한 최선");
    if (assumptions_.empty()) return name;
    const std::string last = letter(assumptions_.size() - 1);
    return fmt::format("{} ({})", name, assumptions_.size() == 1 ? "a" : "a-" + last);
  }
  std::string base_name() const {
    const WhatIfRow* base = result_.base_row();
    return base == nullptr || base->kind == Kind::as_logged ? std::string(say("as logged", "로그대로"))
                                                            : kernel::make_printable(base->name);
  }
  const Saving& saving(const WhatIfRow& row) const { return saving_on_base(result_, row); }

  std::string table() const {
    const bool priced = !result_.free_energy;
    bool demand = false, paid = false;
    for (const WhatIfRow& row : result_.rows) {
      demand = demand || row.demand_charge != 0.0;
      paid = paid || (row.kind != Kind::bound && row.drivers != 0.0);
    }

    std::vector<std::string> heads{std::string(say("strategy", "전략"))};
    const auto head = [&](std::string_view english, std::string_view korean) {
      heads.emplace_back(say(english, korean));
    };
    if (priced) {
      heads.push_back(fmt::format("{} {}", say("cost", "총비용"), currency_));
      if (demand) head("energy", "전력량요금"), head("demand", "기본요금");
    }

    head("peak kW", "최대전력 kW");
    head("served kWh", "충전량 kWh");
    head("served %", "충족률 %");
    head("unmet kWh", "미충전 kWh");
    if (paid) head("drivers", "운전자 손익"), head("site", "사업자 손익");
    if (priced) heads.push_back(fmt::format(fmt::runtime(say("saving on {}", "{} 대비 절감")), base_name()));

    analysis::TextTable table(heads);
    const auto add = [&](const WhatIfRow& row, std::string name) {
      std::vector<std::string> cells{std::move(name)};
      if (!row.error.empty()) {
        // A run that failed keeps its row, without figures.
        cells.resize(heads.size(), "-");
        table.add_row(std::move(cells));
        return;
      }

      if (priced) {
        cells.push_back(with_bar(money(row.cost()), money(row.bar.cost)));
        if (demand) cells.insert(cells.end(), {money(row.energy_cost), money(row.demand_charge)});
      }
      cells.push_back(with_bar(number_text(row.peak_kw, 1), number_text(row.bar.peak_kw, 1)));
      cells.push_back(with_bar(number_text(row.served_kwh, 1), number_text(row.bar.energy_kwh, 1)));
      cells.push_back(number_text(100.0 * row.served_fraction, 1));
      cells.push_back(number_text(row.unmet_kwh, 1));
      if (paid) cells.insert(cells.end(), {money(row.drivers), money(row.site)});
      if (priced) cells.push_back(with_bar(money(saving(row).value), money(saving(row).error_bar)));
      table.add_row(std::move(cells));
    };

    for (const WhatIfRow& row : result_.rows) {
      add(row, row_name(row));
      const WhatIfRow* unforeseen = row.kind == Kind::strategy ? result_.find_unforeseen(row.name) : nullptr;
      if (unforeseen != nullptr) add(*unforeseen, std::string(say("  departures not known", "  출발 시각을 모를 때")));
    }
    return table.to_text();
  }

  std::string footnotes() const {
    std::string text;
    for (std::size_t i = 0; i < assumptions_.size(); ++i) {
      const Assumption& assumption = assumptions_[i];
      text +=
          fmt::format("{}  {}: {}\n", letter(i), kernel::make_printable(korean_ ? assumption.what_ko : assumption.what),
                      kernel::make_printable(korean_ ? assumption.value_ko : assumption.value));
    }
    return text.empty() ? text : text + "\n";
  }

  std::string free_energy() const {
    if (!result_.free_energy) return {};
    return std::string(
        say("There is no tariff, so there is no cost: give one with --tariff california.sce_tou_ev_4 (or "
            "kepco_ev.self_use_low_voltage --contract-kw 100), or a site of yours with --site.\n",
            "요금제가 없어 비용이 없습니다. --tariff california.sce_tou_ev_4 (또는 "
            "kepco_ev.self_use_low_voltage --contract-kw 100), 아니면 --site 로 지정하세요.\n"));
  }

  std::string error_line() const {
    const ReplayError& error = result_.error;
    if (std::isnan(error.energy) && std::isnan(error.peak))
      return std::string(
          say("No error bars on what the twin computes: power was read in less than half of the energy, so "
              "nothing tells how far its power is off.\n",
              "트윈의 계산값에는 오차를 표시하지 않습니다: 전력이 계측된 에너지가 절반 미만이라 오차를 알 수 "
              "없습니다.\n"));
    std::string parts = fmt::format("{} {}", say("energy", "충전량"), percent(error.energy));
    const auto part = [&](std::string_view english, std::string_view korean, double value) {
      if (!std::isnan(value)) parts += fmt::format(", {} {}", say(english, korean), percent(value));
    };
    if (!result_.free_energy) part("energy cost", "전력량요금", error.energy_cost);
    if (!result_.free_energy) part("demand charge", "기본요금", error.demand_charge);
    part("peak", "최대전력", error.peak);
    return fmt::format("{}: {}.\n",
                       say("Error bars (±) are the replay's own error on this log",
                           "오차(±)는 이 로그의 "
                           "재현 오차"),
                       parts);
  }

  std::string missing_line() const {
    const ReplayError& error = result_.error;
    if (!(error.missing_kwh >= 0.05)) return {};
    return fmt::format(
        fmt::runtime(
            say("Not in any row: {} kWh of transactions that were not replayed, or not as a whole; "
                "the bars hold "
                "what they may have added.\n",
                "어느 행에도 없음: 재현하지 못했거나 일부만 재현한 거래의 {} kWh. 오차(±)에 그 영향이 포함되어 "
                "있습니다.\n")),
        number_text(error.missing_kwh, 1));
  }

  std::string unjudged_line() const {
    const ReplayError& error = result_.error;
    if (error.timed_fraction > 0.999) return {};
    std::string text =
        fmt::format(fmt::runtime(say("Not judged: when {} of the energy flowed (readings more than 15 min apart)",
                                     "판정 불가: 충전량 {}의 시점 (계량 간격 15분 초과)")),
                    percent(1.0 - error.timed_fraction));
    if (!error.timed())
      text += say(", and so peak, demand charge and how far a cost that has one in it is off",
                  ", 따라서 최대전력, 기본요금과 이를 포함한 비용의 오차도 판정 불가");
    if (!result_.free_energy && error.timing_cost > 0.0) {
      text += fmt::format(fmt::runtime(say("; the recorded energy may have cost {} {} more or less than spread evenly",
                                           "; 실제 전력량요금은 고르게 나눈 값과 {} {} 만큼 다를 수 있음")),
                          money(error.timing_cost), currency_);
    }
    return text + ".\n";
  }

  std::string control_line() const {
    const WhatIf::Control& control = result_.control;
    if (std::isnan(control.uncontrolled)) return {};
    const std::string best =
        std::isnan(control.best) ? "" : fmt::format(", {} {}", say("at best", "최선"), money(control.best));
    if (std::isnan(control.logged)) {
      return fmt::format(
          fmt::runtime(say("How much control there was can not be told without readings; charging at once costs {}{} "
                           "{}.\n",
                           "계량값이 없어 제어 정도는 알 수 없습니다. 즉시 충전 {}{} {}.\n")),
          money(control.uncontrolled), best, currency_);
    }

    std::string text =
        fmt::format(fmt::runtime(say("How much control there was: as logged {}, charging at once {}{} {}",
                                     "제어 정도: 로그대로 {}, 즉시 충전 {}{} {}")),
                    money(control.logged), money(control.uncontrolled), best, currency_);

    // Costs that differ by no more than the replay's error tell no share.
    if (!control.told()) {
      text += say(": none that the replay's error (±", ": 재현 오차(±");
      text += money(control.error_bar);
      text += say(") would let be seen", ") 안에서는 보이지 않음");
    } else if (!std::isnan(control.share)) {
      text +=
          fmt::format(fmt::runtime(say(": {} of the possible saving", ": 가능한 절감의 {}")), percent(control.share));
    }
    return text + ".\n";
  }

  std::string savings() const {
    std::string text;
    const WhatIfRow* base = result_.base_row();
    for (const WhatIfRow& row : result_.rows) {
      if (!row.error.empty()) {
        text += fmt::format("{}: {}\n", kernel::make_printable(row.name), kernel::make_printable(row.error));
        continue;
      }
      const Saving& saved = saving(row);
      if (row.kind != Kind::strategy || result_.free_energy || base == nullptr || std::isnan(saved.value)) continue;
      // An operator may count on as much as is saved without knowing when drivers leave; the rest is no bound, but in
      // the bar.
      const WhatIfRow* unforeseen = result_.find_unforeseen(row.name);
      if (unforeseen == nullptr || !unforeseen->error.empty()) {
        text += sentence(row, saved, base->cost());
        continue;
      }
      text += sentence(*unforeseen, saving(*unforeseen), base->cost());
      if (unforeseen->event_hash != row.event_hash && !std::isnan(saved.error_bar))
        text +=
            fmt::format(fmt::runtime(say(
                            "  told every departure as it came true: {} {} (no bound; the bar holds the difference).\n",
                            "  실제 출발 시각을 모두 알려 주면: {} {} (상한이 아님, 차이는 ±에 포함).\n")),
                        money(saved.value), currency_);
    }
    return text;
  }

  std::string sentence(const WhatIfRow& row, const Saving& saved, double base_cost) const {
    const std::string name = kernel::make_printable(row.name);
    const std::string amount = with_bar(money(std::abs(saved.value)), money(saved.error_bar)) + " " + currency_;
    const std::string share =
        base_cost > 0.0 ? fmt::format(" ({})", percent(std::abs(saved.value) / base_cost)) : std::string();
    const std::string fewer = number_text(saved.fewer_kwh, 1);
    const double logged_kwh = result_.base_row()->service_kwh;

    // Less delivered is no saving, whatever it costs less.
    if (!analysis::serves_alike(logged_kwh - saved.fewer_kwh, logged_kwh)) {
      const auto text = saved.value > 0.0
                            ? say("{} delivers {} kWh less than {}: what it costs less ({}) is no saving.\n",
                                  "{}: {} kWh 적게 충전합니다({} 대비). 비용 차이({})는 절감이 아닙니다.\n")
                            : say("{} delivers {} kWh less than {}, and does not cost less ({} more).\n",
                                  "{}: {} kWh 적게 충전하면서({} 대비) 비용도 줄지 않습니다(+{}).\n");
      return fmt::format(fmt::runtime(text), name, fewer, base_name(), amount);
    }

    const std::string short_of =
        saved.fewer_kwh > 0.0 && fewer != "0.0"
            ? fmt::format(fmt::runtime(say(", delivering {} kWh less", ", 충전량 {} kWh 감소")), fewer)
            : std::string();

    // Nor is one told of which nobody knows how far it is off.
    if (std::isnan(saved.error_bar)) {
      return fmt::format(
          fmt::runtime(say("{}: whether it saves anything against {} can not be told: the twin has a difference of {}, "
                           "and how far the replay is off on it is not known.\n",
                           "{}: {} 대비 절감 여부를 알 수 없습니다. 트윈의 차이는 {}이지만 재현 오차를 알 수 "
                           "없습니다.\n")),
          name, base_name(), amount);
    }

    // A difference within the error bar is none.
    if (std::abs(saved.value) <= saved.error_bar) {
      return fmt::format(fmt::runtime(say("{}: the difference from {} ({}) is within the replay's error.\n",
                                          "{}: {}와의 차이({})는 재현 오차 이내입니다.\n")),
                         name, base_name(), amount);
    }

    const std::string text = fmt::format(
        fmt::runtime(saved.value > 0.0
                         ? say("{} would have saved {}{} against {}{}.\n", "{}: {}{} 절감 ({} 대비{}).\n")
                         : say("{} would have cost {}{} more than {}{}.\n", "{}: {}{} 추가 비용 ({} 대비{}).\n")),
        name, amount, share, base_name(), short_of);
    return saved.value > 0.0 ? text + rate(saved.value) : text;
  }

  /// The saving by month and year, were all days like those of the log.
  std::string rate(double saved) const {
    if (!(result_.days > 0.0)) return {};
    const auto days = static_cast<int>(std::lround(result_.days));
    return fmt::format(
        fmt::runtime(say("  from {} day{} of log; were all days like them: {} {} a month, {} {} a year.\n",
                         "  로그 {}일{} 기준. 모든 날이 이와 같다면 월 {} {}, 연 {} {}.\n")),
        days, korean_ || days == 1 ? "" : "s", money(saved * days_of_month / result_.days), currency_,
        money(saved * days_of_year / result_.days), currency_);
  }

  const WhatIf& result_;
  const std::vector<Assumption>& assumptions_;
  const std::string& currency_;
  const bool korean_;
};

}  // namespace

Json what_if_json(const WhatIf& result, const std::vector<Assumption>& assumptions, const std::string& currency) {
  Json json, letters = Json::array(), notes = Json::array();
  // Rows name their assumptions by letter.
  for (std::size_t i = 0; i < assumptions.size(); ++i) {
    letters.push_back(letter(i));
    notes.push_back({{"letter", letter(i)}, {"what", assumptions[i].what}, {"value", assumptions[i].value}});
  }

  const WhatIfRow* base = result.base_row();
  const ReplayError& error = result.error;
  json["currency"] = currency;
  json["free_energy"] = result.free_energy;
  json["days"] = result.days;
  json["base"] = base == nullptr ? Json(nullptr) : Json(base->name);

  json["error"] = {{"energy", number_or_null(error.energy)},
                   {"energy_cost", number_or_null(error.energy_cost)},
                   {"demand_charge", number_or_null(error.demand_charge)},
                   {"peak", number_or_null(error.peak)},
                   {"timed_fraction", number_or_null(error.timed_fraction)},
                   {"timing_cost", number_or_null(error.timing_cost)},
                   {"missing_kwh", number_or_null(error.missing_kwh)},
                   {"missing_cost", number_or_null(error.missing_cost)}};
  json["control"] = {{"as_logged", number_or_null(result.control.logged)},
                     {"uncontrolled", number_or_null(result.control.uncontrolled)},
                     {"best", number_or_null(result.control.best)},
                     {"error_bar", number_or_null(result.control.error_bar)},
                     {"share_of_possible_saving", number_or_null(result.control.share)}};

  json["runs"] = Json::array();
  for (const WhatIfRow& row : result.rows) json["runs"].push_back(row_json(result, row, letters));
  json["assumptions"] = std::move(notes);
  return json;
}

std::string what_if_text(const WhatIf& result, const std::vector<Assumption>& assumptions, const std::string& currency,
                         Language language) {
  return Report(result, assumptions, currency, language).text();
}

}  // namespace evtwin::replay
