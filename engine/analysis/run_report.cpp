#include "analysis/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "kernel/text.hpp"
#include "physics/battery_life.hpp"
#include "twin/conduct.hpp"

namespace evtwin::analysis {
namespace {

using Json = nlohmann::ordered_json;

// Figures that are of interest even when they are 0.
bool always_shown(std::string_view name) {
  return name == "total_cost" || name == "peak_kw" || name == "energy_delivered_kwh" || name == "served_fraction" ||
         name == "unmet_kwh" || name == "sessions" || name == "ledger_imbalance_kwh";
}

std::string value_text(const Kpi& kpi, const KpiInfo* info) {
  if (info != nullptr && info->unit == "money") return money_text(kpi.value, kpi.unit);
  if (kpi.name.ends_with("_fraction") || kpi.name.ends_with("_share") || kpi.name == "storage_soh_5y")
    return number_text(100.0 * kpi.value, 1) + " %";
  if (kpi.name == "ledger_imbalance_kwh") return fmt::format("{:.1e} kWh", kpi.value);
  // Wear of a session is millionths of a battery.
  if (kpi.unit.empty() && std::abs(kpi.value) < 0.01 && kpi.value != 0.0) return fmt::format("{:.2e}", kpi.value);
  if (kpi.unit.empty()) return number_text(kpi.value, kpi.value == std::floor(kpi.value) ? 0 : 2);
  return number_text(kpi.value, 2) + " " + kpi.unit;
}

}  // namespace

Json kpi_json(std::span<const Kpi> kpis, std::int32_t site) {
  Json object = Json::object();
  for (const Kpi& kpi : kpis) {
    if (kpi.site == site) object[kpi.name] = number_or_null(kpi.value);
  }
  return object;
}

std::vector<std::string> strategy_notes(const twin::Result& result) {
  std::uint64_t warnings = 0, left_out = 0, left_standing = 0, sessions = 0, decisions = 0, asked = 0;
  double wanted_kwh = 0.0, charged_kwh = 0.0;
  std::string first;
  for (const twin::SiteResult& site : result.sites) {
    if (warnings == 0) first = site.first_strategy_warning;
    warnings += site.strategy_warnings;
    left_out += site.remarks_left_out;
    left_standing += site.left_standing;
    sessions += site.sessions_left_standing;
    asked += site.decisions;
    wanted_kwh += site.energy_wanted_kwh;
    charged_kwh += site.ledger.ev_charge_kwh;
    decisions += site.decisions - std::min(site.decisions, twin::Conduct::most_decisions);
  }

  // NaN leaves a setpoint as it is, and a vehicle begins at 0 kW: told nothing else, it is never charged.
  std::vector<std::string> notes;
  if (sessions > 0)
    notes.push_back(
        fmt::format("{} session{} got nothing: {} answer{} left a vehicle that draws at 0 kW as it is (NaN)", sessions,
                    sessions == 1 ? "" : "s", left_standing, left_standing == 1 ? "" : "s"));
  if (sessions == 0 && charged_kwh <= 0.0 && wanted_kwh > 0.0)
    notes.push_back(
        fmt::format("nobody got anything of {} kWh wanted; the strategy was {}", number_text(wanted_kwh, 1),
                    asked == 0 ? "never asked: it subscribes to no occasion" : fmt::format("asked {} times", asked)));

  if (warnings > 0) notes.push_back(fmt::format("the strategy warned {} time(s), first: {}", warnings, first));
  if (left_out > 0)
    notes.push_back(
        fmt::format("{} more remarks of the strategy are not recorded: at most {} of a decision are, and "
                    "{} of a run",
                    left_out, twin::Conduct::most_of_a_decision, twin::Conduct::most_of_a_run));
  if (decisions > 0)
    notes.push_back(fmt::format("{} more decisions are not recorded: the first {} of a site are", decisions,
                                twin::Conduct::most_decisions));
  return notes;
}

Json run_json(const twin::World& world, const twin::Result& result, const std::string& strategy,
              std::span<const Kpi> kpis, double wall_s) {
  std::uint64_t sessions = 0;
  std::uint64_t sessions_open = 0;
  std::uint64_t decisions = 0;
  std::array<std::uint64_t, twin::correction_count> corrections{};
  for (const twin::SiteResult& site : result.sites) {
    sessions += site.sessions;
    sessions_open += site.sessions_open;
    decisions += site.decisions;
    for (std::size_t i = 0; i < corrections.size(); ++i) corrections[i] += site.corrections[i];
  }

  Json json;
  json["name"] = world.name;
  json["strategy"] = strategy;
  json["currency"] = world.currency;
  json["kpi"] = kpi_json(kpis);
  json["ledger_imbalance_kwh"] = number_or_null(ledger_imbalance(result));
  json["event_hash"] = fmt::format("{:016x}", result.event_hash);
  json["sessions"] = sessions;
  json["sessions_open"] = sessions_open;
  json["sessions_left_out"] = Json::array();
  json["decisions"] = decisions;

  json["corrections"] = Json::object();
  for (std::size_t i = 0; i < corrections.size(); ++i) {
    if (corrections[i] == 0) continue;
    json["corrections"][std::string(name_of(static_cast<twin::Correction>(i)))] = corrections[i];
  }

  json["events"] = result.events;
  json["wall_s"] = number_or_null(wall_s);
  json["flags"] = Json::array();
  for (const twin::Flag& flag : world.flags) {
    json[flag.left_out ? "sessions_left_out" : "flags"].push_back({{"id", flag.id}, {"reason", flag.reason}});
  }
  json["strategy_notes"] = strategy_notes(result);
  json["sites"] = Json::array();
  // A single site's figures are those of the run.
  for (std::size_t i = 0; i < result.sites.size(); ++i) {
    const std::int32_t row = result.sites.size() == 1 ? -1 : static_cast<std::int32_t>(i);
    json["sites"].push_back({{"name", world.sites.at(i).name}, {"kpi", kpi_json(kpis, row)}});
  }
  return json;
}

std::string kpi_table_text(std::span<const Kpi> kpis, Language language) {
  const bool korean = language == Language::korean;
  TextTable table(korean ? std::vector<std::string>{"지표", "값", "설명"}
                         : std::vector<std::string>{"figure", "value", "what it is"},
                  LastColumn::prose);
  for (const Kpi& kpi : kpis) {
    if (kpi.site >= 0) continue;
    if (kpi.name == "reward") continue;  // for learners; people have read the objective
    const bool says_something = !std::isnan(kpi.value) && kpi.value != 0.0;
    if (!says_something && !always_shown(kpi.name)) continue;
    table.add_row({kpi.name, value_text(kpi, find_kpi_info(kpi.name)), korean ? kpi.help_ko : kpi.help});
  }
  return table.to_text();
}

std::string replacement_text(const market::Calendar& calendar, kernel::TimeNs start_ns, double life_years,
                             Language language) {
  if (std::isnan(life_years)) return "-";
  const auto days = static_cast<std::int64_t>(365.25 * life_years);
  const std::string date =
      market::format_date(market::date_of_days(market::days_since_epoch(calendar.local_date(start_ns)) + days));
  if (life_years < physics::most_life_years) return date;
  return language == Language::korean ? date + " 이후" : "after " + date;
}

std::string replacements_text(const twin::World& world, std::span<const Kpi> kpis, Language language) {
  const bool korean = language == Language::korean;
  std::string text;
  const auto add = [&](std::string_view kpi, std::string_view what) {
    const double life_years = value_of(kpis, kpi);
    if (std::isnan(life_years)) return;
    std::string date = replacement_text(world.calendar, world.start_ns, life_years, language);
    // "replaced after 2126-06-01" and not "replaced on after".
    const bool is_told = korean || life_years < physics::most_life_years;
    text += fmt::format("{} {}{}\n", what, is_told && !korean ? "on " : "", date);
  };
  add("storage_life_years", korean ? "저장장치 교체일(계속 이렇게 쓸 때)" : "storage used like this is replaced");
  add("vehicle_life_years",
      korean ? "차량 배터리 교체일(매일 이렇게 방문할 때)" : "vehicles that come like this every day are replaced");
  return text;
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string json_text(const Json& json, int indent) {
  const std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  // Only characters inside strings are left to escape: JSON's own syntax and layout are ASCII without DEL.
  std::string out;
  out.reserve(text.size());
  std::string_view rest = text;
  while (!rest.empty()) {
    const kernel::Utf8Character character = kernel::first_character(rest);
    const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
    if (character.code >= 0x7F && kernel::is_control(character.code)) {
      out += fmt::format("\\u{:04x}", character.code);
    } else {
      out.append(rest.substr(0, bytes));
    }
    rest.remove_prefix(bytes);
  }
  return out;
}

}  // namespace evtwin::analysis
