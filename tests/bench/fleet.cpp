// A fleet of learners' worlds: env-steps per CPU second and core, with views, observations, masks and rewards.
#include <evtwin/fleet.h>
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "bench/suites.hpp"
#include "kernel/random.hpp"

namespace evtwin::bench {

namespace {

/// The world of small_fleet_world(), as a scenario: 16 EVSEs, storage and PV, 0.6 visits per EVSE and day of some 5 h.
const std::string small_site = R"lua(
local pv = {}
for hour = 1, 24 do pv[hour] = math.max(0, 24 - math.abs((hour - 1) * 4 - 48)) / 24 end
local cars = {}
for hour = 1, 24 do cars[hour] = 0.6 * 16 / 24 end
return scenario {
  name = "Small site", forecast = param("forecast", "same-kind-of-day"), start = "2025-06-02", days = 90, timezone = "Asia/Seoul", seed = 7,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 11, efficiency = { 0.95, 0.95 }, taper_soc = 0.8, taper_end_kw = 0.5 } },
  site {
    name = "site", tariff = { name = "flat", currency = "KRW", source = "a round figure", periods = { { from = "00:00", to = "24:00", price_per_kwh = 200 } } }, contract_kw = 34, load = 2, voltage_v = 220,
    pv = { peak_kw = 24, profile = pv },
    storage = { name = "ess", kwh = 50, kw = 25, efficiency = { 0.96, 0.96 } },
    stations = { { name = "A", evses = 16, kw = 7, phases = 1, min_a = 6 } },
    unmet_price_per_kwh = 400,
  },
  arrivals = arrivals.poisson {
    per_hour = { weekday = cars, saturday = cars, sunday = cars, holiday = cars },
    energy_kwh = lognormal { median = 18, sigma = 0.4, min = 2, max = 45 },
    stay_h = lognormal { median = 5, sigma = 0.5, min = 0.5, max = 20 },
  },
}
)lua";

void must(evtwin_status status) {
  if (status != EVTWIN_OK) throw std::runtime_error(evtwin_fleet_error());
}

struct Case {
  std::string name;
  std::uint32_t act = EVTWIN_ACT_EVSE, horizon_steps = 0;
  const char* observe = nullptr;
  bool masks_and_terms = false;
  const char* forecast = "yesterday";
  std::uint32_t worlds = 64;
};

constexpr std::uint32_t env_steps = 64 * 96 * 10;

/// Env-steps per CPU second. The actions are drawn before, and used in turn.
Row measure(const Case& how) {
  const std::uint32_t worlds = how.worlds, steps = env_steps / worlds;
  evtwin_fleet_scenario scenario{};
  scenario.text = small_site.c_str();
  const evtwin_fleet_setting forecast{"forecast", how.forecast};
  scenario.settings = &forecast;
  scenario.n_settings = 1;
  evtwin_fleet_spec spec{};
  spec.struct_size = sizeof spec;
  spec.n_worlds = worlds;
  spec.scenarios = &scenario;
  spec.n_scenarios = 1;
  spec.threads = 1;
  spec.autoreset = EVTWIN_AUTORESET_SAME_STEP;
  spec.episode_days = 1;
  spec.carry_over = 1;
  spec.act = how.act;
  spec.horizon_steps = how.horizon_steps;
  spec.observe = how.observe;
  evtwin_fleet* fleet = nullptr;
  must(evtwin_fleet_create(&spec, &fleet));
  const evtwin_fleet_shape shape = *evtwin_fleet_shape_of(fleet);

  std::vector<float> rows(std::size_t{worlds} * shape.observation_size), last = rows, rewards(worlds);
  constexpr std::size_t sets = 7;
  std::vector<float> actions(sets * worlds * shape.action_size);
  for (std::size_t k = 0; k < actions.size(); ++k) actions[k] = static_cast<float>(kernel::draw_unit(1, 2, 3, k));
  std::vector<std::uint8_t> flags(std::size_t{2} * worlds), masks(std::size_t{worlds} * shape.action_size);
  std::vector<double> terms(std::size_t{worlds} * shape.n_terms);
  evtwin_fleet_buffers buffers{};
  buffers.struct_size = sizeof buffers;
  buffers.observations = rows.data();
  buffers.final_observations = last.data();
  buffers.rewards = rewards.data();
  buffers.terminated = flags.data();
  buffers.truncated = flags.data() + worlds;
  if (how.masks_and_terms) {
    buffers.action_masks = masks.data();
    buffers.terms = terms.data();
  }
  buffers.actions = actions.data();
  must(evtwin_fleet_bind(fleet, &buffers));
  must(evtwin_fleet_reset(fleet, nullptr, nullptr));
  const double seconds = median_cpu_s([&] {
    for (std::uint32_t s = 0; s < steps; ++s) {
      buffers.actions = actions.data() + s % sets * worlds * shape.action_size;
      must(evtwin_fleet_bind(fleet, &buffers));
      must(evtwin_fleet_step(fleet));
    }
  });
  evtwin_fleet_destroy(fleet);
  const double rate = static_cast<double>(worlds) * steps / seconds;
  return {{how.name},
          {static_cast<double>(worlds), rate / 1e6, 1e9 / rate, static_cast<double>(shape.observation_size)}};
}

}  // namespace

Table fleet_table() {
  Table table{"fleet",
              "Fleet of worlds with 16 EVSEs, storage and PV, one thread, random actions, days that carry over; goal: "
              ">= 1 M env-steps/s per core with views, observations and rewards",
              {"case"},
              {"worlds", "M env-steps/s", "ns per step", "cells of a row"},
              {}};
  for (const Case& how :
       {Case{"a share per EVSE, all observations"},
        Case{"the same, masks and terms", EVTWIN_ACT_EVSE, 0, nullptr, true},
        Case{"a share per EVSE, one observation", EVTWIN_ACT_EVSE, 0, "site.pv_kw"},
        Case{"one power for the site, all observations", EVTWIN_ACT_SITE},
        Case{"a share per EVSE, horizon of 24 steps: yesterday's", EVTWIN_ACT_EVSE, 24},
        Case{"a share per EVSE, horizon of 24 steps: same-kind-of-day", EVTWIN_ACT_EVSE, 24, nullptr, false,
             "same-kind-of-day"},
        Case{"a share per EVSE, all observations", EVTWIN_ACT_EVSE, 0, nullptr, false, "yesterday", 256},
        Case{"a share per EVSE, all observations", EVTWIN_ACT_EVSE, 0, nullptr, false, "yesterday", 1024}})
    table.rows.push_back(measure(how));
  return table;
}

}  // namespace evtwin::bench
