#include "embed/hosted_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/kpi.hpp"
#include "analysis/run_report.hpp"
#include "control/plugin_caller.hpp"
#include "kernel/text.hpp"
#include "scenario/road_region.hpp"

namespace evtwin::embed {

namespace {

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

std::map<std::string, std::string> texts_of(const evtwin_fleet_setting* settings, std::uint32_t n, const char* name) {
  if (n > 0 && settings == nullptr) refuse(fmt::format("n_{0} is above 0, and {0} is NULL", name));
  std::map<std::string, std::string> texts;
  for (std::uint32_t s = 0; s < n; ++s) {
    if (settings[s].name == nullptr || settings[s].value == nullptr)
      refuse(fmt::format("{}[{}] has no name or no value", name, s));
    if (!texts.emplace(settings[s].name, settings[s].value).second)
      refuse(fmt::format("{}: '{}' is there twice", name, settings[s].name));
  }
  return texts;
}

scenario::LoadedScenario read_scenario(const evtwin_run_spec& spec) {
  if (spec.file == nullptr && spec.text == nullptr) refuse("spec has neither file nor text");
  if (spec.days > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
    refuse(fmt::format("days is {}", spec.days));
  // Run files keep seeds as signed numbers of 64 bits.
  if (spec.has_seed != 0 && spec.seed > static_cast<std::uint64_t>(INT64_MAX))
    refuse(fmt::format("seed is {}; it must be from 0 to {}", spec.seed, INT64_MAX));
  scenario::LoadOptions options;
  options.set = texts_of(spec.settings, spec.n_settings, "settings");
  options.changes = texts_of(spec.changes, spec.n_changes, "changes");
  if (spec.has_seed != 0) options.seed = spec.seed;
  if (spec.days > 0) options.days = static_cast<int>(spec.days);
  if (spec.text != nullptr) options.text = spec.text;
  return scenario::load_scenario(spec.file == nullptr ? "the text" : spec.file, options);
}

/// Inputs that the world was made from. Nobody can repeat a caller's decisions, so that no strategy is named.
record::Origin origin_of(const scenario::LoadedScenario& scenario, std::optional<int> days) {
  record::Origin origin;
  origin.days = days;
  for (const scenario::Input& input : scenario::inputs_of(scenario))
    origin.inputs.push_back({input.name, input.bytes, input.digest});
  origin.roads = scenario::road_record(scenario.roads.get());
  return origin;
}

}  // namespace

HostedRun::HostedRun(const evtwin_run_spec& spec)
    : scenario_(read_scenario(spec)),
      identity_{spec.label == nullptr ? "caller" : spec.label, spec.source_file == nullptr ? "" : spec.source_file, ""},
      out_(spec.out == nullptr ? "" : spec.out),
      script_(scenario::make_script(scenario_)) {
  if (spec.days > 0) days_ = static_cast<int>(spec.days);
  if (identity_.label.empty()) refuse("label is empty");
  twin::RunSetup setup;
  setup.script = script_.get();
  if (!out_.empty()) setup.observer = &tee_;
  run_.emplace(scenario_.world, setup);
  // A caller that tells nothing of its interest is asked at ticks, and has its name in messages all the same.
  twin::Interest own;
  own.who = identity_.label;
  for (std::uint32_t site = 0; site < run_->site_count(); ++site) run_->set_interest(site, own);
  asked_.assign(run_->site_count(), 0);
}

std::string HostedRun::world_json() const {
  const twin::World& world = scenario_.world;
  nlohmann::ordered_json json{{"name", world.name},
                              {"file", world.scenario_file},
                              {"timezone", world.calendar.zone_name()},
                              {"currency", world.currency},
                              {"seed", world.seed},
                              {"start_ns", world.start_ns},
                              {"end_ns", world.end_ns},
                              {"tick_ns", world.tick_ns},
                              {"sites", nlohmann::ordered_json::array()},
                              {"flags", nlohmann::ordered_json::array()}};
  for (const twin::Site& site : world.sites)
    json["sites"].push_back({{"name", site.name}, {"evses", site.evses.size()}, {"storages", site.storages.size()}});
  for (const twin::Flag& flag : world.flags)
    json["flags"].push_back({{"id", flag.id}, {"reason", flag.reason}, {"left_out", flag.left_out}});
  return analysis::json_text(json);
}

// ---- Before the run

void HostedRun::need_site(std::uint32_t site) const {
  if (site >= site_count()) refuse(fmt::format("there is no site {}; there are {}", site, site_count()));
}

void HostedRun::tell(std::uint32_t site, const evtwin_run_interest& interest) {
  need_site(site);
  if (phase_ != Phase::made) refuse("the run has begun; interests are told before");
  if ((interest.subscribes & ~(2 * EVTWIN_WHY_READING - 1)) != 0)
    refuse(fmt::format("subscribes has bits that are no EVTWIN_WHY_*: {:#x}", interest.subscribes));
  if ((interest.horizon_reads & ~EVTWIN_READS_ALL) != 0)
    refuse(fmt::format("horizon_reads has bits that are no EVTWIN_READS_*: {:#x}", interest.horizon_reads));

  constexpr std::uint32_t most_horizon_steps = 100'000;
  if (interest.horizon_steps > most_horizon_steps)
    refuse(fmt::format("horizon_steps is {}; at most {}", interest.horizon_steps, most_horizon_steps));
  if (interest.plan_steps > interest.horizon_steps)
    refuse(fmt::format("plan_steps is {}, horizon_steps {}; a plan is of the horizon", interest.plan_steps,
                       interest.horizon_steps));

  if (interest.n_levels > EVTWIN_MOST_LEVELS)
    refuse(fmt::format("n_levels is {}; at most {}", interest.n_levels, EVTWIN_MOST_LEVELS));
  if (interest.n_levels > 0 && (interest.levels == nullptr || interest.horizon_steps == 0))
    refuse("levels are of the horizon; there are none, or horizon_steps is 0");

  twin::Interest taken{identity_.label, interest.subscribes, interest.horizon_steps, interest.plan_steps};
  // 0 reads every column.
  if (interest.horizon_reads != 0) taken.horizon_reads = interest.horizon_reads;
  for (std::uint32_t l = 0; l < interest.n_levels; ++l) {
    const double level = interest.levels[l];
    if (!(level > 0.0 && level < 1.0) || (l > 0 && level <= interest.levels[l - 1]))
      refuse(fmt::format("levels[{}] is {}; levels are ascending between 0 and 1", l, level));
    taken.levels.push_back(level);
  }
  run_->set_interest(site, taken);
}

void HostedRun::begin() {
  if (!out_.empty()) {
    writer_.emplace(out_, scenario_.world, identity_, origin_of(scenario_, days_));
    tee_.add_observer(*writer_);
  }
  run_->begin(twin::episode_of(scenario_.world));
  begun_ = std::chrono::steady_clock::now();
  phase_ = Phase::under_way;
}

// ---- Question and answer

twin::Pause HostedRun::advance(twin::TimeNs until_ns) {
  if (phase_ == Phase::over) refuse("the run is over");
  if (phase_ == Phase::at_end) refuse("the run came to its end; finish() comes next");
  if (phase_ == Phase::made) begin();
  std::fill(asked_.begin(), asked_.end(), std::uint8_t{0});
  twin::Pause at;
  try {
    at = run_->advance_until(until_ns);
  } catch (const std::exception& error) {  // a function of the scenario, or the disk
    give_up(record::RunState::failed, error.what());
    throw;
  }
  for (const std::uint32_t site : at.sites) asked_[site] = 1;
  if (at.kind == twin::Pause::Kind::end) phase_ = Phase::at_end;
  return at;
}

const evtwin_view* HostedRun::view(std::uint32_t site) const {
  return site < site_count() ? &run_->view(site) : nullptr;
}

evtwin_decision* HostedRun::decision(std::uint32_t site) {
  return site < site_count() && asked_[site] != 0 ? &run_->decision(site) : nullptr;
}

void HostedRun::need_asked(std::uint32_t site) const {
  need_site(site);
  if (asked_[site] == 0) refuse(fmt::format("site {} is not asked, or has answered", site));
}

void HostedRun::report(std::uint32_t site, std::uint32_t severity, const char* text) {
  need_asked(site);
  if (severity != EVTWIN_INFO && severity != EVTWIN_WARNING)
    refuse(fmt::format("severity is {}; EVTWIN_INFO (1) or EVTWIN_WARNING (2)", severity));
  run_->add_remark(site, {severity, kernel::make_printable(text)});
}

void HostedRun::answer(std::uint32_t site) {
  need_asked(site);
  asked_[site] = 0;
  try {
    run_->answer(site);
  } catch (const control::StrategyError& error) {
    const evtwin_view& view = run_->view(site);
    const std::string why = fmt::format("strategy {} (decision {} at {})", error.what(), view.decision_number + 1,
                                        scenario_.world.calendar.format_local(view.now_ns));
    give_up(record::RunState::failed, why);
    throw control::StrategyError(why);
  }
}

std::uint64_t HostedRun::random(std::uint32_t site, std::uint64_t stream, std::uint64_t index) const {
  return control::PluginCaller::random_of(scenario_.world.seed, site, stream, index);
}

// ---- The end

std::string HostedRun::finish() {
  if (phase_ != Phase::at_end) refuse("the run has not come to its end");
  phase_ = Phase::over;
  const twin::World& world = scenario_.world;
  const twin::Result result = run_->finish_run();
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
  const std::vector<analysis::Kpi> kpis = analysis::kpis_of_run(world, result);
  if (!std::isfinite(analysis::value_of(kpis, "objective")) ||
      !std::isfinite(analysis::value_of(kpis, "energy_delivered_kwh")))
    throw std::runtime_error(
        fmt::format("{}: its figures are too large to add up; are units right?", world.scenario_file));
  if (writer_) writer_->finish(result, kpis, wall_s);
  return analysis::json_text(analysis::run_json(world, result, identity_.label, kpis, wall_s));
}

void HostedRun::give_up(record::RunState state, const std::string& why) {
  if (phase_ == Phase::over) return;
  phase_ = Phase::over;
  std::fill(asked_.begin(), asked_.end(), std::uint8_t{0});
  if (writer_) writer_->end_with_error(state, why);
}

}  // namespace evtwin::embed
