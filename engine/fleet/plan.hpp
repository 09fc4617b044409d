// The plan that the worlds of a fleet have in common: the scenarios read once, tables, and how runs become episodes.
#pragma once
#include <evtwin/fleet.h>

#include <memory>
#include <vector>

#include "fleet/observation.hpp"
#include "fleet/reward.hpp"
#include "scenario/loader.hpp"

namespace evtwin::fleet {

/// A scenario, and where its runs may begin.
struct Stage {
  scenario::LoadedScenario scenario;
  std::vector<kernel::TimeNs> starts_ns{};  ///< the scenario's start, then local midnights behind which an episode fits
};

struct Plan {
  std::uint64_t seed = 0, first_world = 0;
  std::uint32_t autoreset = EVTWIN_AUTORESET_NEXT_STEP, end = EVTWIN_END_TRUNCATES;
  std::uint32_t episode_days = 0, act = EVTWIN_ACT_EVSE;
  bool draw_start = false, carry_over = false;
  std::uint32_t subscribes = EVTWIN_WHY_TICK, horizon_steps = 0, horizon_reads = EVTWIN_READS_ALL;
  std::vector<double> levels{};
  std::vector<std::unique_ptr<Stage>> stages{};

  std::uint32_t n_sites = 1, n_evses = 0, n_storages = 0;
  std::unique_ptr<Observation> observation{};
  std::vector<evtwin_fleet_column> actions{};
  std::unique_ptr<Rewards> rewards{};
  std::uint32_t action_size = 0;
};

/// Checks a spec, reads its scenarios and lays out rows.
/// @throws std::invalid_argument, scenario::ScriptError, market::TariffError, market::SeriesError: one line each
Plan plan_of(const evtwin_fleet_spec& spec);

/// The end of the episode that begins at `from_ns`: so many local days later, at midnight, or the scenario's end.
kernel::TimeNs episode_end_ns(const twin::World& world, kernel::TimeNs from_ns, std::uint32_t episode_days);

}  // namespace evtwin::fleet
