// Positions of the fields in the structs of fleet.h and learner.h, so that a change which would break learners and
// programs around libevtwin.so does not compile; other sizes stand in the headers. A new field goes to the end of its
// struct, and gets its line here.
#include <evtwin/fleet.h>
#include <evtwin/learner.h>

#include <cstddef>
#include <type_traits>

namespace {

/// What C and C++ lay out alike, and memcpy may copy.
template <class... Structs>
constexpr bool are_plain = ((std::is_standard_layout_v<Structs> && std::is_trivially_copyable_v<Structs>)&&...);
static_assert(
    are_plain<evtwin_fleet_setting, evtwin_fleet_scenario, evtwin_fleet_weight, evtwin_fleet_spec, evtwin_fleet_shape,
              evtwin_fleet_column, evtwin_fleet_term, evtwin_fleet_episode, evtwin_fleet_buffers, evtwin_fleet_start>);
static_assert(are_plain<evtwin_fleet_functions, evtwin_learner_scalar, evtwin_learner_progress, evtwin_training,
                        evtwin_learner_entry>);

#if defined(__x86_64__)

// fleet.h

static_assert(sizeof(evtwin_fleet_setting) == 16);
static_assert(offsetof(evtwin_fleet_setting, name) == 0);
static_assert(offsetof(evtwin_fleet_setting, value) == 8);

static_assert(offsetof(evtwin_fleet_scenario, file) == 0);
static_assert(offsetof(evtwin_fleet_scenario, text) == 8);
static_assert(offsetof(evtwin_fleet_scenario, settings) == 16);
static_assert(offsetof(evtwin_fleet_scenario, n_settings) == 24);
static_assert(offsetof(evtwin_fleet_scenario, days) == 28);

static_assert(sizeof(evtwin_fleet_weight) == 16);
static_assert(offsetof(evtwin_fleet_weight, term) == 0);
static_assert(offsetof(evtwin_fleet_weight, weight) == 8);

static_assert(offsetof(evtwin_fleet_spec, struct_size) == 0);
static_assert(offsetof(evtwin_fleet_spec, n_worlds) == 4);
static_assert(offsetof(evtwin_fleet_spec, scenarios) == 8);
static_assert(offsetof(evtwin_fleet_spec, n_scenarios) == 16);
static_assert(offsetof(evtwin_fleet_spec, threads) == 20);
static_assert(offsetof(evtwin_fleet_spec, seed) == 24);
static_assert(offsetof(evtwin_fleet_spec, first_world) == 32);
static_assert(offsetof(evtwin_fleet_spec, autoreset) == 40);
static_assert(offsetof(evtwin_fleet_spec, end) == 44);
static_assert(offsetof(evtwin_fleet_spec, episode_days) == 48);
static_assert(offsetof(evtwin_fleet_spec, draw_start) == 52);
static_assert(offsetof(evtwin_fleet_spec, carry_over) == 56);
static_assert(offsetof(evtwin_fleet_spec, asked_at) == 60);
static_assert(offsetof(evtwin_fleet_spec, horizon_steps) == 64);
static_assert(offsetof(evtwin_fleet_spec, n_levels) == 68);
static_assert(offsetof(evtwin_fleet_spec, levels) == 72);
static_assert(offsetof(evtwin_fleet_spec, observe) == 80);
static_assert(offsetof(evtwin_fleet_spec, act) == 88);
static_assert(offsetof(evtwin_fleet_spec, n_weights) == 92);
static_assert(offsetof(evtwin_fleet_spec, weights) == 96);
static_assert(offsetof(evtwin_fleet_spec, pad_evses) == 104);
static_assert(offsetof(evtwin_fleet_spec, pad_storages) == 108);
static_assert(offsetof(evtwin_fleet_spec, horizon_reads) == 112);
static_assert(offsetof(evtwin_fleet_spec, reserved) == 116);
static_assert(offsetof(evtwin_fleet_spec, reward) == 120);

static_assert(offsetof(evtwin_fleet_shape, struct_size) == 0);
static_assert(offsetof(evtwin_fleet_shape, n_worlds) == 4);
static_assert(offsetof(evtwin_fleet_shape, n_sites) == 8);
static_assert(offsetof(evtwin_fleet_shape, n_agents) == 12);
static_assert(offsetof(evtwin_fleet_shape, n_evses) == 16);
static_assert(offsetof(evtwin_fleet_shape, n_storages) == 20);
static_assert(offsetof(evtwin_fleet_shape, observation_size) == 24);
static_assert(offsetof(evtwin_fleet_shape, action_size) == 28);
static_assert(offsetof(evtwin_fleet_shape, n_terms) == 32);
static_assert(offsetof(evtwin_fleet_shape, n_parts) == 36);
static_assert(offsetof(evtwin_fleet_shape, tick_ns) == 40);
static_assert(offsetof(evtwin_fleet_shape, digest) == 48);

static_assert(offsetof(evtwin_fleet_column, id) == 0);
static_assert(offsetof(evtwin_fleet_column, unit) == 8);
static_assert(offsetof(evtwin_fleet_column, help) == 16);
static_assert(offsetof(evtwin_fleet_column, offset) == 24);
static_assert(offsetof(evtwin_fleet_column, count) == 28);
static_assert(offsetof(evtwin_fleet_column, stride) == 32);
static_assert(offsetof(evtwin_fleet_column, reserved) == 36);
static_assert(offsetof(evtwin_fleet_column, shift) == 40);
static_assert(offsetof(evtwin_fleet_column, scale) == 48);
static_assert(offsetof(evtwin_fleet_column, low) == 56);
static_assert(offsetof(evtwin_fleet_column, high) == 64);

static_assert(offsetof(evtwin_fleet_term, id) == 0);
static_assert(offsetof(evtwin_fleet_term, unit) == 8);
static_assert(offsetof(evtwin_fleet_term, help) == 16);
static_assert(offsetof(evtwin_fleet_term, weight) == 24);

static_assert(offsetof(evtwin_fleet_episode, number) == 0);
static_assert(offsetof(evtwin_fleet_episode, seed) == 8);
static_assert(offsetof(evtwin_fleet_episode, decisions) == 16);
static_assert(offsetof(evtwin_fleet_episode, from_ns) == 24);
static_assert(offsetof(evtwin_fleet_episode, to_ns) == 32);
static_assert(offsetof(evtwin_fleet_episode, reward) == 40);
static_assert(offsetof(evtwin_fleet_episode, objective) == 48);
static_assert(offsetof(evtwin_fleet_episode, open_cost) == 56);
static_assert(offsetof(evtwin_fleet_episode, storage_energy_value) == 64);
static_assert(offsetof(evtwin_fleet_episode, got_kwh) == 72);
static_assert(offsetof(evtwin_fleet_episode, wanted_kwh) == 80);
static_assert(offsetof(evtwin_fleet_episode, month_peak_kw) == 88);
static_assert(offsetof(evtwin_fleet_episode, departures) == 96);
static_assert(offsetof(evtwin_fleet_episode, turned_away) == 104);
static_assert(offsetof(evtwin_fleet_episode, clipped) == 112);
static_assert(offsetof(evtwin_fleet_episode, corrected) == 120);
static_assert(offsetof(evtwin_fleet_episode, event_hash) == 128);
static_assert(offsetof(evtwin_fleet_episode, ledger) == 136);

static_assert(offsetof(evtwin_fleet_buffers, struct_size) == 0);
static_assert(offsetof(evtwin_fleet_buffers, reserved) == 4);
static_assert(offsetof(evtwin_fleet_buffers, observation_stride) == 8);
static_assert(offsetof(evtwin_fleet_buffers, action_stride) == 16);
static_assert(offsetof(evtwin_fleet_buffers, observations) == 24);
static_assert(offsetof(evtwin_fleet_buffers, actions) == 32);
static_assert(offsetof(evtwin_fleet_buffers, rewards) == 40);
static_assert(offsetof(evtwin_fleet_buffers, terminated) == 48);
static_assert(offsetof(evtwin_fleet_buffers, truncated) == 56);
static_assert(offsetof(evtwin_fleet_buffers, final_observations) == 64);
static_assert(offsetof(evtwin_fleet_buffers, action_masks) == 72);
static_assert(offsetof(evtwin_fleet_buffers, terms) == 80);
static_assert(offsetof(evtwin_fleet_buffers, hours) == 88);
static_assert(offsetof(evtwin_fleet_buffers, now_ns) == 96);
static_assert(offsetof(evtwin_fleet_buffers, asked) == 104);
static_assert(offsetof(evtwin_fleet_buffers, episodes) == 112);
static_assert(offsetof(evtwin_fleet_buffers, failed) == 120);
static_assert(offsetof(evtwin_fleet_buffers, parts) == 128);

static_assert(sizeof(evtwin_fleet_start) == 16);
static_assert(offsetof(evtwin_fleet_start, seed) == 0);
static_assert(offsetof(evtwin_fleet_start, from_ns) == 8);

// learner.h

static_assert(offsetof(evtwin_fleet_functions, struct_size) == 0);
static_assert(offsetof(evtwin_fleet_functions, reserved) == 4);
static_assert(offsetof(evtwin_fleet_functions, abi) == 8);
static_assert(offsetof(evtwin_fleet_functions, error) == 16);
static_assert(offsetof(evtwin_fleet_functions, create) == 24);
static_assert(offsetof(evtwin_fleet_functions, destroy) == 32);
static_assert(offsetof(evtwin_fleet_functions, shape_of) == 40);
static_assert(offsetof(evtwin_fleet_functions, observations) == 48);
static_assert(offsetof(evtwin_fleet_functions, actions) == 56);
static_assert(offsetof(evtwin_fleet_functions, terms) == 64);
static_assert(offsetof(evtwin_fleet_functions, bind) == 72);
static_assert(offsetof(evtwin_fleet_functions, reset) == 80);
static_assert(offsetof(evtwin_fleet_functions, step) == 88);
static_assert(offsetof(evtwin_fleet_functions, step_range) == 96);
static_assert(offsetof(evtwin_fleet_functions, send) == 104);
static_assert(offsetof(evtwin_fleet_functions, recv) == 112);
static_assert(offsetof(evtwin_fleet_functions, view) == 120);
static_assert(offsetof(evtwin_fleet_functions, decision) == 128);
static_assert(offsetof(evtwin_fleet_functions, parts) == 136);

static_assert(offsetof(evtwin_learner_scalar, id) == 0);
static_assert(offsetof(evtwin_learner_scalar, unit) == 8);
static_assert(offsetof(evtwin_learner_scalar, value) == 16);

static_assert(offsetof(evtwin_learner_progress, struct_size) == 0);
static_assert(offsetof(evtwin_learner_progress, n_scalars) == 4);
static_assert(offsetof(evtwin_learner_progress, episodes) == 8);
static_assert(offsetof(evtwin_learner_progress, mean_objective) == 16);
static_assert(offsetof(evtwin_learner_progress, best_objective) == 24);
static_assert(offsetof(evtwin_learner_progress, steps) == 32);
static_assert(offsetof(evtwin_learner_progress, scalars) == 40);

static_assert(offsetof(evtwin_training, struct_size) == 0);
static_assert(offsetof(evtwin_training, threads) == 4);
static_assert(offsetof(evtwin_training, fleet) == 8);
static_assert(offsetof(evtwin_training, scenarios) == 16);
static_assert(offsetof(evtwin_training, n_scenarios) == 24);
static_assert(offsetof(evtwin_training, reserved) == 28);
static_assert(offsetof(evtwin_training, seed) == 32);
static_assert(offsetof(evtwin_training, episodes) == 40);
static_assert(offsetof(evtwin_training, context) == 48);
static_assert(offsetof(evtwin_training, tell) == 56);
static_assert(offsetof(evtwin_training, report) == 64);
static_assert(offsetof(evtwin_training, keep) == 72);
static_assert(offsetof(evtwin_training, checkpoint) == 80);
static_assert(offsetof(evtwin_training, resume_from) == 88);
static_assert(offsetof(evtwin_training, resume_bytes) == 96);
static_assert(offsetof(evtwin_training, policy_from) == 104);
static_assert(offsetof(evtwin_training, policy_bytes) == 112);
static_assert(offsetof(evtwin_training, evaluate_every) == 120);
static_assert(offsetof(evtwin_training, about) == 128);
static_assert(offsetof(evtwin_training, reward) == 136);

static_assert(offsetof(evtwin_learner_entry, struct_size) == 0);
static_assert(offsetof(evtwin_learner_entry, abi_major) == 4);
static_assert(offsetof(evtwin_learner_entry, abi_minor) == 8);
static_assert(offsetof(evtwin_learner_entry, n_learners) == 12);
static_assert(offsetof(evtwin_learner_entry, abi_digest) == 16);
static_assert(offsetof(evtwin_learner_entry, info) == 24);
static_assert(offsetof(evtwin_learner_entry, learn) == 32);

#endif

static_assert((EVTWIN_MASK_CHARGE | EVTWIN_MASK_DISCHARGE) == 3, "bits of one mask, each its own");
static_assert(EVTWIN_FLEET_WORLD_FAILED > EVTWIN_BAD_STATE && EVTWIN_FLEET_ENDED > EVTWIN_BAD_STATE &&
                  EVTWIN_FLEET_BUSY > EVTWIN_BAD_STATE,
              "what a fleet answers is none of the statuses of strategy.h");

}  // namespace
