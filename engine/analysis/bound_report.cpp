#include "analysis/bound_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "analysis/run_report.hpp"
#include "kernel/text.hpp"

namespace evtwin::analysis {

namespace {

using Json = nlohmann::ordered_json;

double reference_objective(const BoundStory& story) {
  double sum = 0.0;
  for (std::size_t i = 0; i < story.reference.sites.size(); ++i)
    sum += objective_of_site(story.world, story.reference, i);
  return sum;
}

double contract_value_of_sites(const Bound& bound) {
  double sum = 0.0;
  for (const SiteBound& site : bound.sites) sum += site.contract_value;
  return sum;
}

BoundParts parts_of_sites(const Bound& bound) {
  BoundParts parts;
  for (const SiteBound& site : bound.sites) parts += site.parts;
  return parts;
}

Json parts_json(const BoundParts& parts) {
  return {
      {"energy_cost", parts.energy},    {"demand_charge", parts.demand}, {"wear_cost", parts.wear},
      {"unmet_cost", parts.unmet},      {"open_cost", parts.open},       {"storage_energy_value", parts.storage_value},
      {"unmet_kwh", parts.unmet_kwh},   {"open_kwh", parts.open_kwh},    {"import_kwh", parts.import_kwh},
      {"export_kwh", parts.export_kwh}, {"peak_kw", parts.peak_kw}};
}

Json site_json(const twin::Site& site, const SiteBound& bound) {
  const Relaxed& relaxed = bound.stated.relaxed;
  return {{"name", site.name},
          {"objective", bound.proven},
          {"gap", std::max(0.0, bound.planned - bound.proven) / std::max(1.0, std::abs(bound.planned))},
          {"grid", relaxed.windows ? "windows" : "exact"},
          {"steps", bound.stated.grid.steps()},
          {"columns", bound.columns},
          {"rows", bound.rows},
          {"iterations", bound.iterations},
          {"contract_value_per_kw", bound.contract_value},
          {"parts", parts_json(bound.parts)},
          {"relaxed",
           {{"sessions", relaxed.stays},
            {"taper", relaxed.taper},
            {"min_current", relaxed.min_current},
            {"rates", relaxed.rates},
            {"lossy_v2g", relaxed.lossy_v2g},
            {"feeder_rows", relaxed.feeder_rows},
            {"unmet_free", relaxed.unmet_free}}}};
}

/// The relaxation in words, over all sites; empty when it leaves out nothing that matters.
std::string relaxed_text(const Bound& bound, bool korean) {
  Relaxed all;
  for (const SiteBound& site : bound.sites) {
    const Relaxed& r = site.stated.relaxed;
    all.stays += r.stays;
    all.taper += r.taper;
    all.min_current += r.min_current;
    all.rates += r.rates;
    all.lossy_v2g += r.lossy_v2g;
    all.feeder_rows += r.feeder_rows;
  }

  std::string text;
  // A relaxation that touches no stay is not named.
  const auto add = [&](std::size_t count, std::string_view what, std::string_view what_ko) {
    if (count == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", korean ? what_ko : what, count);
  };
  add(all.taper, "taper of batteries:", "배터리 테이퍼:");
  add(all.min_current, "minimum current:", "최소 전류:");
  add(all.rates, "finite rates:", "유한 전류값:");
  add(all.lossy_v2g, "losses of feeders that V2G flows through:", "V2G가 흐르는 간선 손실:");
  add(all.feeder_rows, "export caps of lossy feeders:", "손실 간선의 역송 한도:");

  if (text.empty()) return {};
  return korean ? fmt::format("완화한 것(세션 {}건 중): {}. 실제 전략은 하한에 이르지 못할 수 있습니다.\n", all.stays,
                              text)
                : fmt::format("Relaxed, of {} sessions - {}. A strategy may be unable to reach the bound.\n", all.stays,
                              text);
}

std::string size_text(const twin::World& world, const SiteBound& site, std::size_t number, bool several, bool korean) {
  const std::string name = several ? kernel::make_printable(world.sites[number].name) + ": " : "";
  const bool windows = site.stated.relaxed.windows;
  const kernel::TimeNs minutes = world.sites[number].tariff.demand.window_ns / kernel::minute_ns;
  if (korean) {
    return fmt::format(
        "{}선형 계획: 열 {}, 행 {}, 구간 {} ({}).\n", name, number_text(static_cast<double>(site.columns), 0),
        number_text(static_cast<double>(site.rows), 0), number_text(static_cast<double>(site.stated.grid.steps()), 0),
        windows ? fmt::format("{}분 평균", minutes) : "변화가 있는 모든 시점에서 나눔");
  }
  return fmt::format("{}Linear model of {} columns and {} rows, {} steps ({}).\n", name,
                     number_text(static_cast<double>(site.columns), 0), number_text(static_cast<double>(site.rows), 0),
                     number_text(static_cast<double>(site.stated.grid.steps()), 0),
                     windows ? fmt::format("means of {} minutes", minutes) : "cut wherever something changes");
}

/// Rows of the table of figures, in one language.
class BoundFigures {
 public:
  BoundFigures(const std::string& currency, bool korean)
      : currency_(currency),
        korean_(korean),
        table_(korean ? std::vector<std::string>{"항목", "값", "설명"}
                      : std::vector<std::string>{"figure", "value", "what it is"},
               LastColumn::prose) {}

  void add(const char* name, const std::string& value, const char* what, const char* what_ko) {
    table_.add_row({name, value, korean_ ? what_ko : what});
  }
  /// Terms that are 0 play no role in this scenario and are left out.
  void add_term(const char* name, double value, const char* what, const char* what_ko) {
    if (value != 0.0) add(name, money(value), what, what_ko);
  }

  std::string money(double value) const { return money_text(value, currency_); }
  static std::string percent(double share) { return number_text(100.0 * share, 2) + " %"; }
  std::string text() const { return table_.to_text(); }

 private:
  const std::string& currency_;
  bool korean_;
  TextTable table_;
};

/// The bound, term by term of the objective, and how sure it is.
void add_bound_rows(BoundFigures& figures, const Bound& bound, const BoundParts& parts) {
  figures.add("bound", figures.money(bound.proven), "no strategy's objective can be lower",
              "어떤 전략의 목적함수도 이보다 낮을 수 없음");
  figures.add_term("  energy_cost", parts.energy, "of it energy", "그중 전력량요금");
  figures.add_term("  demand_charge", parts.demand, "of it demand charge", "그중 기본요금");
  figures.add_term("  unmet_cost", parts.unmet, "of it energy that can not, or need not, be had", "그중 미충전 비용");
  figures.add_term("  open_cost", parts.open,
                   "of it the least that vehicles still there at the end can cost afterwards",
                   "그중 종료 시 남은 차량의 이후 최소 비용");
  figures.add_term("  wear_cost", parts.wear, "of it battery wear", "그중 배터리 마모비");
  figures.add_term("  storage_value", -parts.storage_value, "of it value of the energy left in storage",
                   "그중 저장장치 잔여 에너지 가치");
  figures.add("gap", BoundFigures::percent(bound.relative_gap()),
              "the best plan found for the relaxation lies so far above it", "완화 문제의 최선 계획과의 차이");
}

/// Objectives of runs that were simulated, for the bound to be seen beside them.
void add_played_rows(BoundFigures& figures, const BoundStory& story) {
  const double bound = story.bound.proven, reference = reference_objective(story);
  figures.add("asap", figures.money(reference), "objective of charging at once", "즉시 충전의 목적함수");
  figures.add("possible saving", figures.money(reference - bound), "what a strategy could save against that at most",
              "전략이 이에 대해 절감할 수 있는 최대 금액");

  // Only where --play has let the simulation run the plan.
  if (std::isnan(story.oracle)) return;
  figures.add("oracle", figures.money(story.oracle), "objective of the bound's plan played in the simulation",
              "하한의 계획을 시뮬레이션에서 실행한 목적함수");
  figures.add("oracle regret", BoundFigures::percent((story.oracle - bound) / std::max(1.0, std::abs(bound))),
              "what the relaxation leaves out costs at most", "완화로 빠진 것의 최대 비용");
}

/// Facts of the plan that are no money, and the worth of more contract power.
void add_plan_rows(BoundFigures& figures, const Bound& bound, const BoundParts& parts) {
  figures.add("peak_kw", number_text(parts.peak_kw, 1) + " kW", "highest import of the plan", "계획의 최대 수전전력");
  if (parts.unmet_kwh != 0.0)
    figures.add("unmet_kwh", number_text(parts.unmet_kwh, 1) + " kWh", "missing in the plan", "계획의 미충전량");
  if (parts.open_kwh != 0.0)
    figures.add("open_kwh", number_text(parts.open_kwh, 1) + " kWh", "still wanted at the end of the plan",
                "계획 종료 시 남은 희망량");
  if (const double value = contract_value_of_sites(bound); value > 0.0)
    figures.add("contract value", figures.money(value) + "/kW", "one more kW of contract power would save over the run",
                "계약전력 1 kW를 늘릴 때의 절감액(실행 기간)");
}

/// Size of each site's model, with a warning where its bound says little.
std::string models_text(const BoundStory& story, bool korean) {
  std::string text;
  for (std::size_t i = 0; i < story.bound.sites.size(); ++i) {
    const SiteBound& site = story.bound.sites[i];
    text += size_text(story.world, site, i, story.bound.sites.size() > 1, korean);
    if (!site.stated.relaxed.unmet_free) continue;
    text += korean
                ? "미충전 에너지에 값이 없습니다(unmet_price_per_kwh = 0): 하한은 이득이 될 때만 충전합니다. 값을 주면 "
                  "후회값이 뜻을 갖습니다.\n"
                : "Missing energy has no price here (unmet_price_per_kwh is 0): the bound charges only where that "
                  "pays. Give it a price for a regret that means something.\n";
  }
  return text;
}

/// Limits over several sites, which no site's bound knows.
std::string left_out_text(const twin::World& world, bool korean) {
  std::string names;
  for (const twin::SharedLimit& limit : world.shared_limits)
    names += (names.empty() ? "" : ", ") + kernel::make_printable(limit.name);
  if (names.empty()) return {};
  return korean ? fmt::format("여러 사이트가 나누는 한도는 뺐습니다({}): 하한은 그것 없이 각 사이트가 들 최소 비용의 "
                              "합이며, 한도가 있으면 더 들 수 있습니다.\n",
                              names)
                : fmt::format("Limits that sites share are left out ({}): the bound is what the sites could cost without "
                              "them; with them it can only be more.\n",
                              names);
}

}  // namespace

Json bound_json(const BoundStory& story) {
  const double reference = reference_objective(story);
  Json json;
  json["name"] = story.world.name;
  json["currency"] = story.world.currency;
  json["objective"] = story.bound.proven;
  json["gap"] = story.bound.relative_gap();
  json["planned_objective"] = story.bound.planned;
  json["reference"] = {{"strategy", "asap"}, {"objective", reference}};
  json["possible_saving"] = reference - story.bound.proven;
  json["contract_value_per_kw"] = contract_value_of_sites(story.bound);
  json["oracle_objective"] = number_or_null(story.oracle);
  json["parts"] = parts_json(parts_of_sites(story.bound));
  json["shared_limits_left_out"] = Json::array();
  for (const twin::SharedLimit& limit : story.world.shared_limits)
    json["shared_limits_left_out"].push_back(limit.name);
  json["sites"] = Json::array();
  for (std::size_t i = 0; i < story.bound.sites.size(); ++i)
    json["sites"].push_back(site_json(story.world.sites[i], story.bound.sites[i]));
  return json;
}

std::string bound_text(const BoundStory& story, Language language) {
  const bool korean = language == Language::korean;
  const BoundParts parts = parts_of_sites(story.bound);
  BoundFigures figures(story.world.currency, korean);
  add_bound_rows(figures, story.bound, parts);
  add_played_rows(figures, story);
  add_plan_rows(figures, story.bound, parts);
  return figures.text() + "\n" + relaxed_text(story.bound, korean) + left_out_text(story.world, korean) + models_text(story, korean);
}

}  // namespace evtwin::analysis
