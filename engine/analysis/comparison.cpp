#include "analysis/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "analysis/run_report.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::analysis {
namespace {

using Json = nlohmann::ordered_json;

enum class Show : std::uint8_t { money, percent, one_decimal, count };

struct Column {
  std::string_view kpi;
  std::string_view head, head_ko;
  Show show;
  bool always;                 // also when it is 0 for everyone
  std::string_view with = {};  // ... and only where this figure is not
};

constexpr std::array columns{
    Column{"total_cost", "total cost", "총비용", Show::money, true},
    Column{"energy_cost", "energy", "전력량요금", Show::money, true},
    Column{"demand_charge", "demand", "기본요금", Show::money, false},
    Column{"peak_kw", "peak kW", "최대전력 kW", Show::one_decimal, true},
    Column{"energy_delivered_kwh", "delivered kWh", "충전량 kWh", Show::one_decimal, true},
    Column{"served_fraction", "served %", "충족률 %", Show::percent, true},
    Column{"unmet_kwh", "unmet kWh", "미충전 kWh", Show::one_decimal, false},
    Column{"open_kwh", "open kWh", "남은 kWh", Show::one_decimal, false},
    Column{"open_cost", "open cost", "남은 비용", Show::money, false},
    Column{"turned_away", "turned away", "돌아간 차량", Show::count, false},
    Column{"turned_away_kwh", "turned away kWh", "돌아간 kWh", Show::one_decimal, false},
    Column{"waiting_time_h", "mean wait h", "평균 대기 h", Show::one_decimal, false},
    Column{"pv_self_use_fraction", "PV used %", "태양광 자가소비 %", Show::percent, false},
    Column{"storage_cycles", "ESS cycles", "ESS 사이클", Show::one_decimal, false},
    Column{"storage_soh_5y", "ESS SoH 5 y %", "5년 뒤 ESS SoH %", Show::percent, false},
    Column{"storage_life_years", "ESS years", "ESS 수명(년)", Show::one_decimal, false},
    Column{"vehicle_life_years", "EV years", "차량 배터리 수명(년)", Show::one_decimal, false, "v2g_kwh"},
    Column{"v2g_kwh", "V2G kWh", "V2G kWh", Show::one_decimal, false},
    Column{"owner_money", "owners", "소유자 손익", Show::money, false, "v2g_kwh"},
    Column{"site_money", "site", "사업자 손익", Show::money, false, "v2g_kwh"},
    Column{"overload_kwh", "overload kWh", "초과 kWh", Show::one_decimal, false},
    Column{"co2_kg", "CO2 kg", "CO2 kg", Show::one_decimal, false},
    Column{"objective", "objective", "목적함수", Show::money, true},
    Column{"regret", "regret", "후회값", Show::money, false},
    Column{"saving_share", "of saving %", "절감 달성 %", Show::percent, false},
};
static_assert(kernel::has_unique_keys(columns, [](const Column& column) { return column.kpi; }));

/// The same for all that have one.
double bound_of(std::span<const Contender> contenders) {
  for (const Contender& contender : contenders) {
    const double bound = value_of(contender.kpis, "bound");
    if (!std::isnan(bound)) return bound;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::string cell_text(double value, const Column& column, std::string_view currency) {
  switch (column.show) {
    case Show::money:
      return number_text(value, currency == "KRW" || currency == "JPY" ? 0 : 2);
    case Show::percent:
      return number_text(100.0 * value, 1);
    case Show::one_decimal:
      return number_text(value, 1);
    case Show::count:
      return number_text(value, 0);
  }
  return {};
}

bool is_shown(const Column& column, std::span<const Contender> contenders) {
  const auto says_something = [&](std::string_view kpi) {
    return std::any_of(contenders.begin(), contenders.end(), [&](const Contender& contender) {
      const double value = value_of(contender.kpis, kpi);
      return !std::isnan(value) && value != 0.0;
    });
  };
  if (!column.with.empty() && !says_something(column.with)) return false;
  return column.always || says_something(column.kpi);
}

/// Those that the scenario defines, by their first appearance.
std::vector<std::string> own_figures_of(std::span<const Contender> contenders) {
  std::vector<std::string> names;
  for (const Contender& contender : contenders) {
    for (const Kpi& kpi : contender.kpis) {
      const bool own = kpi.site < 0 && find_kpi_info(kpi.name) == nullptr;
      if (own && std::find(names.begin(), names.end(), kpi.name) == names.end()) names.push_back(kpi.name);
    }
  }
  return names;
}

/// Four digits, as nobody knows its unit.
std::string own_figure_text(double value) {
  if (std::isnan(value)) return "-";
  const double size = std::abs(value);
  return number_text(value, size >= 1000.0 || value == std::floor(value) ? 0 : size >= 10.0 ? 1 : 4);
}

/// Contenders whose figures may be called the best.
struct Competing {
  std::vector<char> for_objective;  ///< who_competes
  std::vector<char> for_bill;       ///< those among them that had served alike by the end, too

  bool in(std::string_view kpi, std::size_t contender) const {
    // For the energy charged itself all compete: it says who may for the rest.
    if (kpi == "energy_delivered_kwh") return true;
    const bool counts_later = kpi == "objective" || kpi == "regret" || kpi == "saving_share";
    return (counts_later ? for_objective : for_bill)[contender] != 0;
  }
};

double served_by_the_end_kwh(std::span<const Kpi> kpis) { return value_of(kpis, "energy_served_kwh"); }

/// Those within 0.5 % of the most; a run without the figure is among them.
std::vector<char> who_serves_alike(std::span<const Contender> contenders, double (*kwh_of)(std::span<const Kpi>)) {
  double most_kwh = -std::numeric_limits<double>::infinity();
  for (const Contender& contender : contenders) most_kwh = std::fmax(most_kwh, kwh_of(contender.kpis));
  std::vector<char> alike;
  for (const Contender& contender : contenders) {
    const double kwh = kwh_of(contender.kpis);
    alike.push_back(std::isnan(kwh) || serves_alike(kwh, most_kwh) ? 1 : 0);
  }
  return alike;
}

Competing competing(std::span<const Contender> contenders) {
  Competing all{who_competes(contenders), who_serves_alike(contenders, served_by_the_end_kwh)};
  for (std::size_t i = 0; i < contenders.size(); ++i)
    if (all.for_objective[i] == 0) all.for_bill[i] = 0;
  return all;
}

// Text of the best cell where better has a meaning and not all read the same; what reads the same is equally good.
std::optional<std::string> best_cell(const Column& column, std::span<const Contender> contenders,
                                     std::string_view currency, const Competing& competing) {
  const KpiInfo* info = find_kpi_info(column.kpi);
  if (info == nullptr || info->better == Better::neither) return std::nullopt;
  std::optional<double> best;
  std::optional<std::string> first;
  bool differ = false;
  for (const Contender& contender : contenders) {
    const double value = value_of(contender.kpis, column.kpi);
    if (std::isnan(value)) continue;
    const std::string text = cell_text(value, column, currency);
    if (!first) first = text;
    differ = differ || text != *first;
    const auto i = static_cast<std::size_t>(&contender - contenders.data());
    if (!competing.in(column.kpi, i)) continue;
    if (!best || (info->better == Better::lower ? value < *best : value > *best)) best = value;
  }
  if (!best || !differ) return std::nullopt;
  return cell_text(*best, column, currency);
}

std::string cost_part(const Contender& other, const Contender& reference, const std::string& currency, bool korean) {
  const std::string name = kernel::make_printable(other.strategy);
  const std::string base = kernel::make_printable(reference.strategy);
  const double cost = value_of(other.kpis, "total_cost");
  const double base_cost = value_of(reference.kpis, "total_cost");
  const double saved = base_cost - cost;
  const std::string money = money_text(std::abs(saved), currency);
  // Nothing that a reader of whole money would see.
  if (money == money_text(0.0, currency)) {
    return korean ? fmt::format("{}: {}와(과) 비용이 같고", name, base)
                  : fmt::format("{} costs the same as {}", name, base);
  }
  // Of a bill that is nothing, or a credit, there is no percentage.
  const std::string share =
      base_cost > 0.0 ? fmt::format("{} % ", number_text(100.0 * std::abs(saved) / base_cost, 1)) : "";
  if (korean) return fmt::format("{}: {}보다 비용이 {}{}고 ({})", name, base, share, saved > 0.0 ? "적" : "많", money);
  return fmt::format("{} costs {}{} than {} ({})", name, share, saved > 0.0 ? "less" : "more", base, money);
}

std::string service_part(const Contender& other, const Contender& reference, bool korean) {
  const double difference =
      value_of(other.kpis, "energy_delivered_kwh") - value_of(reference.kpis, "energy_delivered_kwh");
  const std::string kwh = number_text(std::abs(difference), 1);
  if (kwh == "0.0") return korean ? "충전량은 같습니다." : "and delivers as much energy.";
  const auto to_come_kwh = [](const Contender& contender) {
    return service_kwh(contender.kpis) - served_by_the_end_kwh(contender.kpis);
  };
  const double later_kwh = to_come_kwh(other) - to_come_kwh(reference);
  if (difference < 0.0 && later_kwh > 0.0) {
    const std::string later = number_text(std::min(later_kwh, -difference), 1);
    return korean ? fmt::format(
                        "종료까지 충전량은 {} kWh 적고, 그중 {} kWh는 접속 중인 차량이 나중에 충전할 수 있습니다 "
                        "(남은 비용).",
                        kwh, later)
                  : fmt::format(
                        "but delivers {} kWh less by the end, {} kWh of which vehicles still plugged in can get "
                        "later (open cost).",
                        kwh, later);
  }
  if (korean) return fmt::format("충전량은 {} kWh {}.", kwh, difference > 0.0 ? "많습니다" : "적습니다");
  return difference > 0.0 ? fmt::format("and delivers {} kWh more.", kwh)
                          : fmt::format("but delivers {} kWh less.", kwh);
}

/// Why stars or figures are missing.
std::string notes_text(std::span<const Contender> contenders, const Competing& competing, bool korean) {
  // `behind` serve less even with all that can follow; `later` catch up after the end, at a cost that only the
  // objective holds.
  std::string text, behind, later;
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    if (competing.for_bill[i] != 0 || !contenders[i].error.empty()) continue;
    std::string& names = competing.for_objective[i] != 0 ? later : behind;
    names += (names.empty() ? "" : ", ") + kernel::make_printable(contenders[i].strategy);
  }

  if (!behind.empty()) {
    text += korean ? fmt::format("비교(*)에서 제외: {} (최다 충전 전략보다 0.5 % 넘게 적게 충전)\n", behind)
                   : fmt::format("Not compared (*): {}, charging over 0.5 % less than who charges most.\n", behind);
  }
  if (!later.empty()) {
    text += korean ? fmt::format(
                         "목적함수로만 비교(*): {} (종료 후 접속 중인 차량이 나머지를 충전할 수 있고, 그 비용은 "
                         "목적함수에만 포함됨)\n",
                         later)
                   : fmt::format(
                         "Compared (*) by the objective only: {}, whose vehicles still plugged in at the end get "
                         "the rest later; what that costs is in no other figure.\n",
                         later);
  }

  // A bound without a regret: unmet energy has no price.
  const bool blank = std::any_of(contenders.begin(), contenders.end(), [](const Contender& contender) {
    return !std::isnan(value_of(contender.kpis, "bound")) && std::isnan(value_of(contender.kpis, "regret"));
  });
  if (blank) {
    text += korean ? "후회값과 절감 달성률은 비웁니다: 미충전 에너지에 값이 없으면(unmet_price_per_kwh = 0) 아무도 "
                     "충전하지 않는 것이 "
                     "가장 쌉니다.\n"
                   : "Regret and share of saving are blank: unmet energy has no price here (unmet_price_per_kwh is 0), "
                     "so that charging nobody would be cheapest.\n";
  }
  return text;
}

}  // namespace

std::vector<char> who_competes(std::span<const Contender> contenders) {
  return who_serves_alike(contenders, service_kwh);
}

std::vector<char> who_may_be_best(std::string_view kpi, std::span<const Contender> contenders) {
  const Competing compared = competing(contenders);
  std::vector<char> may;
  for (std::size_t i = 0; i < contenders.size(); ++i) may.push_back(compared.in(kpi, i) ? 1 : 0);
  return may;
}

Json comparison_json(std::span<const Contender> contenders, const std::string& currency) {
  Json json;
  json["currency"] = currency;
  json["bound"] = number_or_null(bound_of(contenders));
  json["runs"] = Json::array();
  const Competing compared = competing(contenders);
  for (const Contender& contender : contenders) {
    const bool failed = !contender.error.empty();
    Json run;
    run["strategy"] = contender.strategy;
    run["kpi"] = kpi_json(contender.kpis);
    run["objective"] = number_or_null(value_of(contender.kpis, "objective"));
    const auto i = static_cast<std::size_t>(&contender - contenders.data());
    run["compared_for_cost"] = compared.for_objective[i] != 0;
    run["compared_for_bill"] = compared.for_bill[i] != 0;
    run["regret"] = number_or_null(value_of(contender.kpis, "regret"));
    run["event_hash"] = failed ? Json(nullptr) : Json(fmt::format("{:016x}", contender.event_hash));
    run["wall_s"] = number_or_null(contender.wall_s);
    if (!contender.notes.empty()) run["notes"] = contender.notes;
    run["error"] = failed ? Json(contender.error) : Json(nullptr);
    json["runs"].push_back(std::move(run));
  }
  return json;
}

namespace {

/// A column of the table: its head, and a cell for each contender.
struct ShownColumn {
  std::string head;
  std::vector<std::string> cells;
  std::size_t rank;      ///< 0 stays longest
  bool of_life = false;  ///< of batteries, carried from the run to years

  /// With the two blanks between columns.
  std::size_t width() const {
    std::size_t most = kernel::display_width(kernel::make_printable(head));
    for (const std::string& cell : cells) most = std::max(most, kernel::display_width(kernel::make_printable(cell)));
    return most + 2;
  }
};

/// Rank by what a manager asks for first; the others follow in their own order.
std::size_t rank_of(std::string_view kpi) {
  constexpr std::array<std::string_view, 7> first{"total_cost",   "objective", "served_fraction",     "peak_kw",
                                                  "saving_share", "unmet_kwh", "energy_delivered_kwh"};
  return static_cast<std::size_t>(std::find(first.begin(), first.end(), kpi) - first.begin());
}

std::vector<ShownColumn> shown_columns(std::span<const Contender> contenders, const std::string& currency,
                                       const Competing& compared, bool korean) {
  std::vector<ShownColumn> shown;
  for (const Column& column : columns) {
    if (!is_shown(column, contenders)) continue;
    const std::optional<std::string> best = best_cell(column, contenders, currency, compared);
    const std::string unit = column.show == Show::money && !currency.empty() ? " " + currency : "";
    ShownColumn& one = shown.emplace_back();
    one.head = std::string(korean ? column.head_ko : column.head) + unit + " ";
    one.rank = rank_of(column.kpi);
    one.of_life = column.kpi.ends_with("_life_years") || column.kpi == "storage_soh_5y";
    for (std::size_t c = 0; c < contenders.size(); ++c) {
      const std::string text = cell_text(value_of(contenders[c].kpis, column.kpi), column, currency);
      one.cells.push_back(text + (compared.in(column.kpi, c) && best == text ? "*" : " "));
    }
  }
  for (const std::string& name : own_figures_of(contenders)) {
    ShownColumn& one = shown.emplace_back();
    one.head = name;
    one.rank = 1;  // whoever defines a figure wants to see it
    for (const Contender& contender : contenders) one.cells.push_back(own_figure_text(value_of(contender.kpis, name)));
  }
  return shown;
}

/// Leaves out columns until the rest fits, the last of those with the highest rank first. @returns their heads
std::string leave_out(std::vector<ShownColumn>& shown, std::size_t first_width, std::size_t width) {
  std::vector<std::string> heads;
  const auto needed = [&] {
    std::size_t sum = first_width;
    for (const ShownColumn& column : shown) sum += column.width();
    return sum;
  };
  while (width > 0 && shown.size() > 1 && needed() > width) {
    auto least = shown.begin();
    for (auto at = shown.begin(); at != shown.end(); ++at) {
      if (at->rank >= least->rank) least = at;
    }
    heads.insert(heads.begin(), least->head);
    shown.erase(least);
  }
  std::string text;
  for (std::string& head : heads) {
    while (head.ends_with(' ')) head.pop_back();
    text += (text.empty() ? "" : ", ") + head;
  }
  return text;
}

}  // namespace

std::string comparison_table(std::span<const Contender> contenders, const std::string& currency, Language language,
                             std::size_t width) {
  const bool korean = language == Language::korean;
  const Competing compared = competing(contenders);
  std::vector<ShownColumn> shown = shown_columns(contenders, currency, compared, korean);
  std::vector<std::string> heads{korean ? "전략" : "strategy"};
  std::size_t first_width = kernel::display_width(heads.front());
  for (const Contender& contender : contenders)
    first_width = std::max(first_width, kernel::display_width(kernel::make_printable(contender.strategy)));
  // A narrow terminal loses whole columns, least asked for first.
  const std::string left_out = leave_out(shown, first_width, width);
  for (const ShownColumn& column : shown) heads.push_back(column.head);
  const bool tells_lives =
      std::any_of(shown.begin(), shown.end(), [](const ShownColumn& column) { return column.of_life; });

  TextTable table(heads);
  for (std::size_t c = 0; c < contenders.size(); ++c) {
    std::vector<std::string> cells{contenders[c].strategy};
    for (const ShownColumn& column : shown) cells.push_back(column.cells[c]);
    table.add_row(std::move(cells));
  }

  std::string text = table.to_text();
  if (!left_out.empty())
    text += korean ? fmt::format("이 화면에 들어가지 않은 열: {} (--wide: 모두 표시)\n", left_out)
                   : fmt::format("Not on this screen: {} (--wide shows all)\n", left_out);

  // A week is carried to years: that is an assumption, and the reader's to judge.
  if (tells_lives)
    text += korean ? "배터리 수명과 SoH는 새 배터리를 줄곧 이 기간처럼 쓴다고 볼 때의 값입니다.\n"
                   : "Years and SoH of batteries are those of new ones used as in this run all the time.\n";
  text += notes_text(contenders, compared, korean);
  for (const Contender& contender : contenders) {
    if (contender.error.empty()) continue;
    text +=
        fmt::format("{}: {}\n", kernel::make_printable(contender.strategy), kernel::make_printable(contender.error));
  }
  return text;
}

std::string comparison_sentences(std::span<const Contender> contenders, const std::string& currency,
                                 Language language) {
  const bool korean = language == Language::korean;
  std::string text;
  if (contenders.empty() || !contenders.front().error.empty()) return text;
  for (const Contender& other : contenders.subspan(1)) {
    if (!other.error.empty()) continue;
    text += cost_part(other, contenders.front(), currency, korean) + " " +
            service_part(other, contenders.front(), korean) + "\n";
  }
  return text;
}

}  // namespace evtwin::analysis
