// The site as a whole: state, money, tariff, where the figures come from.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/model/metered.hpp"
#include "viewer/ui/facts.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/map_parts.hpp"
#include "viewer/ui/replay_badge.hpp"

namespace evtwin::viewer::ui {
namespace {

using model::Run;

constexpr std::size_t most_flags = 8;

void add_state(const Ui& ui, const Run& run, std::uint32_t site, Facts& out) {
  const model::SiteState& now = site_state_shown(ui, run);
  FactGroup group{Word::state, {}, {}};
  const auto number = [&](Word label, double value, Unit unit) {
    if (!std::isnan(value)) group.facts.push_back(number_fact(ui, run, label, value, unit));
  };
  group.facts.push_back(text_fact(ui, Word::site, site == no_row ? ui.tr(Word::all_of_them) : run.sites[site].name));
  const model::SiteFlows& flows = flows_shown(ui, run);
  number(Word::grid, flows.grid, Unit::kw);
  if (!std::isnan(now.grid_kw))
    group.facts.push_back({metered_text(ui, Word::grid_mean, run), kw_text(now.grid_kw), now.grid_kw, Unit::kw});
  number(Word::contract_power, now.contract_kw, Unit::kw);
  number(Word::vehicles, std::isnan(flows.vehicles) ? now.ev_kw : flows.vehicles, Unit::kw);
  number(Word::pv, now.pv_kw, Unit::kw);
  number(Word::base_load, now.load_kw, Unit::kw);
  number(Word::storage, now.storage_kw, Unit::kw);
  number(Word::buy_price, now.buy_price, Unit::price);
  group.facts.push_back(
      text_fact(ui, Word::plugged_in_now,
                fmt::format("{} ({} {}, {} {}){}", now.vehicles, ui.tr(Word::status_charging), now.charging,
                            ui.tr(Word::status_waiting), now.waiting, unrecorded_text(ui, now.unknown))));
  out.push_back(std::move(group));
}

void add_money(const Ui& ui, const Run& run, std::uint32_t site, TimeNs t, Facts& out) {
  const model::PartyMoney& so_far = money_so_far(ui, run, site, t);
  FactGroup group{Word::money_so_far, {}, {}};
  const auto number = [&](Word label, double value) {
    group.facts.push_back(number_fact(ui, run, label, value, Unit::money));
  };
  number(Word::energy_cost, so_far.energy_cost);
  number(Word::demand_charge, so_far.demand_charge);
  number(Word::from_drivers, so_far.driver_revenue);
  if (so_far.v2g_payment != 0.0) number(Word::v2g_payment, so_far.v2g_payment);
  number(Word::party_site, so_far.site);
  number(Word::party_drivers, so_far.drivers);
  if (site != no_row && !run.sites[site].co2_kg.empty())
    group.facts.push_back({ui.tr(Word::co2_so_far), figure_text(run.sites[site].co2_kg.value_at(t), "kg", 1),
                           run.sites[site].co2_kg.value_at(t), Unit::text});
  out.push_back(std::move(group));
}

void add_tariff(const Ui& ui, const Run& run, const model::Site& site, Facts& out) {
  FactGroup group{Word::tariff, {}, {}};
  if (!site.tariff_given) group.sentence = ui.tr(Word::no_tariff);
  group.facts.push_back(text_fact(ui, Word::tariff, site.tariff));
  if (!site.tariff_source.empty()) group.facts.push_back(text_fact(ui, Word::source, site.tariff_source));
  const auto price = [&](Word label, double value) {
    if (value != 0.0) group.facts.push_back(number_fact(ui, run, label, value, Unit::price));
  };
  price(Word::driver_price, site.driver_price_per_kwh);
  price(Word::v2g_price, site.v2g_price_per_kwh);
  price(Word::unmet_price, site.unmet_price_per_kwh);
  price(Word::wear_price, site.wear_price_per_kwh);
  group.facts.push_back(
      text_fact(ui, Word::limits, ui.tr(site.limits == "record" ? Word::limits_recorded : Word::limits_enforced)));
  out.push_back(std::move(group));
}

Word state_word(record::RunState state) {
  switch (state) {
    case record::RunState::running:
      return Word::run_running;
    case record::RunState::complete:
      return Word::run_complete;
    case record::RunState::failed:
      return Word::run_failed;
    case record::RunState::interrupted:
      return Word::run_interrupted;
    case record::RunState::checkpoint:
      return Word::run_checkpoint;
  }
  return Word::run_running;
}

void add_origin(const Ui& ui, const Run& run, Facts& out) {
  FactGroup group{Word::origin, {}, run.error};
  const auto text = [&](Word label, std::string value) {
    if (!value.empty()) group.facts.push_back(text_fact(ui, label, std::move(value)));
  };
  text(Word::scenario, run.name);
  text(Word::scenario_file, run.scenario_file);
  text(Word::strategy, run.strategy);
  text(Word::plugin, run.plugin_file);
  text(Word::plugin_digest, run.plugin_digest);
  for (const auto& [name, value] : run.parameters) group.facts.push_back({name, value});
  text(Word::seed, fmt::format("{}", run.seed));
  text(Word::from, run.clock.date_time_text(run.start_ns));
  text(Word::until, run.clock.date_time_text(run.end_ns));
  text(Word::timezone, run.timezone);
  text(Word::run_state, ui.tr(state_word(run.state)));
  text(Word::event_hash, run.event_hash);
  text(Word::made_with, run.evtwin_version.empty() ? std::string() : "evtwin " + run.evtwin_version);
  text(Word::made_at, run.created_at);
  text(Word::file, run.file);
  out.push_back(std::move(group));
}

void add_scores(const Ui& ui, const Run& run, Facts& out) {
  if (run.scores.empty()) return;
  FactGroup group{Word::replay_scores, {}, {}};
  for (const model::Score& score : run.scores) {
    group.facts.push_back({ui.is_korean() && !score.help_ko.empty() ? score.help_ko : score.name,
                           fmt::format("{}  {}", figure_text(score.value, score.unit, 3), gate_text(ui, score)),
                           score.value, Unit::text});
  }
  out.push_back(std::move(group));
}

void add_flags(const Ui& ui, const Run& run, Facts& out) {
  if (run.flags.empty()) return;
  FactGroup group{Word::flags, {}, {}};
  const auto left_out =
      std::count_if(run.flags.begin(), run.flags.end(), [](const model::Flag& f) { return f.left_out; });
  group.facts.push_back(text_fact(ui, Word::sessions_left_out, fmt::format("{}", left_out)));
  for (std::size_t i = 0; i < std::min(run.flags.size(), most_flags); ++i)
    group.facts.push_back({run.flags[i].subject.empty() ? "-" : run.flags[i].subject, run.flags[i].reason});
  if (run.flags.size() > most_flags)
    group.facts.push_back({"...", fmt::format(fmt::runtime(ui.tr(Word::n_more)), run.flags.size() - most_flags)});
  out.push_back(std::move(group));
}

}  // namespace

Facts site_facts(const Ui& ui, const Run& run, std::uint32_t site, TimeNs t) {
  Facts out;
  if (site >= run.sites.size()) site = run.sites.size() == 1 ? 0 : no_row;
  add_state(ui, run, site, out);
  add_money(ui, run, site, t, out);
  if (site != no_row) add_tariff(ui, run, run.sites[site], out);
  add_flags(ui, run, out);
  add_scores(ui, run, out);
  add_origin(ui, run, out);
  return out;
}

}  // namespace evtwin::viewer::ui
