// A fleet with buffers of its own, driven through the C functions, and small scenarios for it.
#pragma once
#include <evtwin/fleet.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/random.hpp"
#include "scenario/loader.hpp"
#include "support/paths.hpp"

namespace evtwin::testing {

/// Four days across the end of a month: cars at all hours, many over night, in front of storage and PV, with prices by
/// time of use and a demand charge. Energy is left wanting, and cars stand there at the end.
inline const std::string over_nights = R"lua(
local kepco = require "tariffs.kepco_ev"
local day = { 5, 5, 5, 5, 5, 6, 8, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 8, 8, 7, 6, 5, 5, 5 }
local cars = { 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5 }
return scenario {
  name = "Over nights", start = "2026-05-30", days = 4, timezone = "Asia/Seoul", seed = 11,
  vehicles = {
    { name = "a", share = 60, battery_kwh = 60, ac_kw = 11, efficiency = { 0.93, 0.93 }, taper_soc = 0.8, taper_end_kw = 2 },
    { name = "b", share = 40, battery_kwh = 64, ac_kw = 7, efficiency = { 0.93, 0.93 }, v2g = true, discharge_kw = 7, soc_floor = 0.3 },
  },
  site {
    name = "Park", tariff = kepco.self_use_high_voltage, contract_kw = param("contract_kw", 30), voltage_v = 220,
    load = { weekday = day, weekend = day, holiday = day },
    pv = { peak_kw = 12, profile = { 0, 0, 0, 0, 0, 0.01, 0.08, 0.17, 0.26, 0.35, 0.42, 0.47, 0.48, 0.47, 0.42, 0.35, 0.26, 0.17, 0.08, 0.01, 0, 0, 0, 0 } },
    storage = { name = "battery", kwh = 40, kw = 10, efficiency = { 0.95, 0.95 }, soc_start = 0.5, soc_min = 0.1, soc_max = 0.9 },
    storage_policy = "peak_shaving",
    stations = {
      { name = "A", evses = 4, kw = 7, phases = 1, min_a = 6 },
      { name = "V", evses = 2, kw = 7, phases = 1, min_a = 6, bidirectional = true },
    },
    queue = { places = 2, patience_min = 60 },
    driver_price_per_kwh = 250, v2g_price_per_kwh = 150, unmet_price_per_kwh = 400, wear_price_per_kwh = 30,
  },
  arrivals = arrivals.poisson {
    per_hour = { weekday = cars, saturday = cars, sunday = cars, holiday = cars },
    energy_kwh = lognormal { median = 25, sigma = 0.6, min = 5, max = 50 },
    stay_h = lognormal { median = 8, sigma = 0.5, min = 1, max = 14 },
    v2g_share = 0.8, claim_stay_factor_std = 0.2,
  },
}
)lua";

inline scenario::LoadedScenario load_text(const std::string& text) {
  scenario::LoadOptions options;
  options.text = text;
  return scenario::load_scenario("the text", options);
}

class Rig {
 public:
  explicit Rig(std::string text = over_nights) : text_(std::move(text)) {
    scenario.text = text_.c_str();
    spec.struct_size = sizeof spec;
    spec.n_worlds = 1;
    spec.scenarios = &scenario;
    spec.n_scenarios = 1;
    spec.threads = 1;
    spec.autoreset = EVTWIN_AUTORESET_SAME_STEP;
  }
  ~Rig() { evtwin_fleet_destroy(fleet); }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  evtwin_fleet_scenario scenario{};
  evtwin_fleet_spec spec{};
  evtwin_fleet* fleet = nullptr;
  evtwin_fleet_shape shape{};
  // As in evtwin_fleet_buffers.
  std::vector<float> observations, final_observations, actions, rewards, hours;
  std::vector<std::uint8_t> terminated, truncated, masks, asked, failed;
  std::vector<double> terms;
  std::vector<std::int64_t> now_ns;
  std::vector<evtwin_fleet_episode> episodes;
  evtwin_fleet_buffers buffers{};

  /// Creates, binds and resets. @param decides  through views and decisions in place of actions
  void begin(bool decides = false) {
    ASSERT_EQ(evtwin_fleet_create(&spec, &fleet), EVTWIN_OK) << evtwin_fleet_error();
    shape = *evtwin_fleet_shape_of(fleet);
    const std::size_t n = shape.n_agents;
    observations.assign(n * shape.observation_size, -7.0F);
    final_observations = observations;
    actions.assign(n * shape.action_size, 0.0F);
    rewards.assign(n, -7.0F);
    hours.assign(n, -7.0F);
    for (auto* flags : {&terminated, &truncated, &asked}) flags->assign(n, 7);
    masks.assign(n * shape.action_size, 7);
    failed.assign(shape.n_worlds, 7);
    terms.assign(n * shape.n_terms, -7.0);
    now_ns.assign(n, -7);
    episodes.assign(n, {});
    buffers = {};
    buffers.struct_size = sizeof buffers;
    buffers.observations = observations.data();
    buffers.actions = decides ? nullptr : actions.data();
    buffers.rewards = rewards.data();
    buffers.terminated = terminated.data();
    buffers.truncated = truncated.data();
    buffers.final_observations = final_observations.data();
    buffers.action_masks = masks.data();
    buffers.terms = terms.data();
    buffers.hours = hours.data();
    buffers.now_ns = now_ns.data();
    buffers.asked = asked.data();
    buffers.episodes = episodes.data();
    buffers.failed = failed.data();
    ASSERT_EQ(evtwin_fleet_bind(fleet, &buffers), EVTWIN_OK) << evtwin_fleet_error();
    ASSERT_EQ(evtwin_fleet_reset(fleet, nullptr, nullptr), EVTWIN_OK) << evtwin_fleet_error();
  }
  void step() { ASSERT_EQ(evtwin_fleet_step(fleet), EVTWIN_OK) << evtwin_fleet_error(); }

  /// Where a quantity lies. @returns by name
  evtwin_fleet_column column(const std::string& id) const {
    std::uint32_t n = 0;
    const evtwin_fleet_column* columns = evtwin_fleet_observations(fleet, &n);
    for (std::uint32_t c = 0; c < n; ++c)
      if (columns[c].id == id) return columns[c];
    ADD_FAILURE() << "no column " << id;
    return {};
  }
  double seen(const std::string& id, std::uint32_t thing = 0, std::uint32_t agent = 0) const {
    return seen_in(observations, id, thing, agent);
  }
  double seen_in(const std::vector<float>& rows, const std::string& id, std::uint32_t thing = 0,
                 std::uint32_t agent = 0) const {
    const evtwin_fleet_column c = column(id);
    return static_cast<double>(rows[agent * shape.observation_size + c.offset + thing * c.stride]) / c.scale + c.shift;
  }
  std::uint32_t term(const std::string& id) const {
    std::uint32_t n = 0;
    const evtwin_fleet_term* all = evtwin_fleet_terms(fleet, &n);
    for (std::uint32_t t = 0; t < n; ++t)
      if (all[t].id == id) return t;
    ADD_FAILURE() << "no term " << id;
    return 0;
  }

  /// Actions that follow from the step and the number of the world alone, a few of them beyond their bounds.
  void act_at_random(std::uint64_t step) {
    const std::uint64_t first = spec.first_world * shape.n_sites;
    for (std::size_t k = 0; k < actions.size(); ++k) {
      const std::uint64_t agent = first + k / shape.action_size;
      actions[k] = static_cast<float>(
          2.2 * kernel::draw_unit(99, agent, 5, step * shape.action_size + k % shape.action_size) - 1.1);
    }
  }

  /// All that a step wrote, as bytes.
  std::string written() const {
    std::string bytes;
    const auto add = [&](const auto& cells) {
      bytes.append(reinterpret_cast<const char*>(cells.data()), cells.size() * sizeof cells[0]);
    };
    add(observations), add(final_observations), add(rewards), add(terminated), add(truncated), add(masks), add(terms);
    add(hours), add(now_ns), add(asked), add(failed);
    for (const evtwin_fleet_episode& e : episodes) bytes.append(reinterpret_cast<const char*>(&e), sizeof e);
    return bytes;
  }

 private:
  std::string text_;
};

}  // namespace evtwin::testing
