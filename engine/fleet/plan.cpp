#include "fleet/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "fleet/action.hpp"
#include "twin/run.hpp"

namespace evtwin::fleet {

namespace {

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

void check_choice(const char* field, std::uint32_t value, std::uint32_t last) {
  if (value > last) refuse(fmt::format("{} is {}; it must be 0 to {}", field, value, last));
}

void check(const evtwin_fleet_spec& spec) {
  if (spec.n_worlds == 0) refuse("n_worlds is 0; a fleet has 1 world or more");
  if (spec.n_scenarios == 0 || spec.scenarios == nullptr) refuse("there are no scenarios; a fleet needs 1 or more");
  check_choice("autoreset", spec.autoreset, EVTWIN_AUTORESET_DISABLED);
  check_choice("end", spec.end, EVTWIN_END_TERMINATES);
  check_choice("draw_start", spec.draw_start, 1);
  check_choice("carry_over", spec.carry_over, 1);
  check_choice("act", spec.act, EVTWIN_ACT_SITE);

  // Bounds far above any use: a slip is refused before memory is asked for.
  constexpr std::uint32_t most_worlds = 1'000'000;
  if (spec.n_worlds > most_worlds) refuse(fmt::format("n_worlds is {}; at most {}", spec.n_worlds, most_worlds));
  constexpr std::uint32_t most_threads = 1024, most_horizon_steps = 100'000, most_padding = 1'000'000;
  if (spec.threads > most_threads) refuse(fmt::format("threads is {}; at most {}", spec.threads, most_threads));
  if (spec.horizon_steps > most_horizon_steps)
    refuse(fmt::format("horizon_steps is {}; at most {}", spec.horizon_steps, most_horizon_steps));
  if (std::max(spec.pad_evses, spec.pad_storages) > most_padding)
    refuse(fmt::format("pad_evses and pad_storages are at most {}", most_padding));

  constexpr std::uint32_t all_reasons = 2 * EVTWIN_WHY_READING - 1;
  static_assert((all_reasons & (all_reasons + 1)) == 0 && (all_reasons & EVTWIN_WHY_TICK) != 0,
                "EVTWIN_WHY_READING is the highest of bits without a gap");
  if ((spec.asked_at & ~all_reasons) != 0)
    refuse(fmt::format("asked_at has bits that are no EVTWIN_WHY_*: {:#x}", spec.asked_at & ~all_reasons));
  if ((spec.horizon_reads & ~EVTWIN_READS_ALL) != 0)
    refuse(fmt::format("horizon_reads has bits that are no EVTWIN_READS_*: {:#x}",
                       spec.horizon_reads & ~EVTWIN_READS_ALL));

  if (spec.n_levels > EVTWIN_MOST_LEVELS)
    refuse(fmt::format("n_levels is {}; at most {}", spec.n_levels, EVTWIN_MOST_LEVELS));
  if (spec.n_levels > 0 && spec.levels == nullptr) refuse("n_levels is above 0, and levels is NULL");
  if (spec.n_levels > 0 && spec.horizon_steps == 0) refuse("levels are of the horizon; horizon_steps is 0");
  for (std::uint32_t l = 0; l < spec.n_levels; ++l) {
    const double level = spec.levels[l];
    if (!(level > 0.0 && level < 1.0) || (l > 0 && level <= spec.levels[l - 1]))
      refuse(fmt::format("levels[{}] is {}; levels are ascending between 0 and 1", l, level));
  }
  if (spec.n_weights > 0 && spec.weights == nullptr) refuse("n_weights is above 0, and weights is NULL");
}

scenario::LoadedScenario read_scenario(const evtwin_fleet_scenario& given, std::uint32_t number) {
  if (given.file == nullptr && given.text == nullptr)
    refuse(fmt::format("scenarios[{}] has neither file nor text", number));
  scenario::LoadOptions options;
  if (given.n_settings > 0 && given.settings == nullptr)
    refuse(fmt::format("scenarios[{}]: n_settings is above 0, and settings is NULL", number));
  for (std::uint32_t s = 0; s < given.n_settings; ++s) {
    const evtwin_fleet_setting& setting = given.settings[s];
    if (setting.name == nullptr || setting.value == nullptr)
      refuse(fmt::format("scenarios[{}].settings[{}] has no name or no value", number, s));
    if (!options.set.emplace(setting.name, setting.value).second)
      refuse(fmt::format("scenarios[{}]: '{}' is set twice", number, setting.name));
  }
  if (given.days > static_cast<std::uint32_t>(std::numeric_limits<int>::max()))
    refuse(fmt::format("scenarios[{}].days is {}", number, given.days));
  if (given.days > 0) options.days = static_cast<int>(given.days);
  if (given.text != nullptr) options.text = given.text;
  scenario::LoadedScenario loaded = scenario::load_scenario(given.file == nullptr ? "the text" : given.file, options);
  twin::compile_clocks(loaded.world);
  return loaded;
}

/// What the spec asks for; where it says nothing, what the scenario does, else the objective.
std::unique_ptr<Rewards> rewards_of(const evtwin_fleet_spec& spec, const scenario::LoadedScenario& scenario) {
  if (spec.n_weights > 0 && spec.reward != nullptr) refuse("weights and a reward are given; one of them is due");
  if (spec.reward != nullptr) return std::make_unique<Rewards>(parse_reward(spec.reward), scenario);
  if (spec.n_weights == 0 && !scenario.reward.where.empty())
    return std::make_unique<Rewards>(RewardChoice{"scenario", {}}, scenario);
  return std::make_unique<Rewards>(std::span(spec.weights, spec.n_weights));
}

/// The scenario's start, and the midnights behind which a whole episode fits.
std::vector<kernel::TimeNs> starts_of(const twin::World& world, std::uint32_t episode_days) {
  std::vector<kernel::TimeNs> starts{world.start_ns};
  if (episode_days == 0) return starts;
  for (kernel::TimeNs t = world.calendar.next_day_start(world.start_ns); t < world.end_ns;
       t = world.calendar.next_day_start(t)) {
    kernel::TimeNs to_ns = t;
    for (std::uint32_t d = 0; d < episode_days && to_ns <= world.end_ns; ++d)
      to_ns = world.calendar.next_day_start(to_ns);
    if (to_ns > world.end_ns) break;
    starts.push_back(t);
  }
  return starts;
}

}  // namespace

kernel::TimeNs episode_end_ns(const twin::World& world, kernel::TimeNs from_ns, std::uint32_t episode_days) {
  if (episode_days == 0) return world.end_ns;
  kernel::TimeNs to_ns = from_ns;
  for (std::uint32_t d = 0; d < episode_days && to_ns < world.end_ns; ++d) to_ns = world.calendar.next_day_start(to_ns);
  return std::min(to_ns, world.end_ns);
}

Plan plan_of(const evtwin_fleet_spec& spec) {
  check(spec);
  Plan plan;
  plan.seed = spec.seed;
  plan.first_world = spec.first_world;
  plan.autoreset = spec.autoreset;
  plan.end = spec.end;
  plan.episode_days = spec.episode_days;

  plan.act = spec.act;
  plan.draw_start = spec.draw_start != 0;
  plan.carry_over = spec.carry_over != 0;
  plan.subscribes = spec.asked_at | EVTWIN_WHY_TICK;
  plan.horizon_steps = spec.horizon_steps;
  if (spec.horizon_reads != 0) plan.horizon_reads = spec.horizon_reads;
  plan.levels.assign(spec.levels, spec.levels + spec.n_levels);

  // Rows are as long as padding says, or as the largest site needs.
  plan.n_evses = spec.pad_evses;
  plan.n_storages = spec.pad_storages;

  Nameplate plate;
  bool lends = false;
  for (std::uint32_t s = 0; s < spec.n_scenarios; ++s) {
    plan.stages.push_back(std::make_unique<Stage>(Stage{read_scenario(spec.scenarios[s], s)}));
    Stage& stage = *plan.stages.back();
    const twin::World& world = stage.scenario.world;
    stage.starts_ns = starts_of(world, plan.episode_days);

    const auto sites = static_cast<std::uint32_t>(world.sites.size());
    if (s == 0) plan.n_sites = sites;
    if (sites != plan.n_sites)
      refuse(fmt::format("scenarios[{}] has {} site(s), scenarios[0] has {}; a fleet's scenarios have as many sites", s,
                         sites, plan.n_sites));
    for (const twin::Site& site : world.sites) {
      plan.n_evses = std::max(plan.n_evses, static_cast<std::uint32_t>(site.evses.size()));
      plan.n_storages = std::max(plan.n_storages, static_cast<std::uint32_t>(site.storages.size()));
    }

    // Nameplates come from what an agent sees of the empty site.
    const twin::Run empty(world);
    for (std::uint32_t site = 0; site < sites; ++site) {
      plate.add_site(empty.view(site));
      for (const physics::Evse& evse : world.sites[site].evses) lends = lends || evse.bidirectional;
    }
  }
  plan.rewards = rewards_of(spec, plan.stages.front()->scenario);
  plate.price_per_kwh = round_price_per_kwh(plan.stages.front()->scenario.world.currency);

  const ObservationShape shape{plan.n_evses,
                               plan.n_storages,
                               plan.horizon_steps,
                               plan.levels,
                               plan.end == EVTWIN_END_TERMINATES,
                               spec.observe == nullptr ? std::string_view() : std::string_view(spec.observe)};
  plan.observation = std::make_unique<Observation>(shape, plate);
  plan.actions = action_columns(plan.act, plan.n_evses, plan.n_storages, lends);
  for (const evtwin_fleet_column& column : plan.actions) plan.action_size += column.count;
  return plan;
}

}  // namespace evtwin::fleet
