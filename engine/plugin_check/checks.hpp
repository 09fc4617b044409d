// The checks: each a promise of strategy.h, looked at in a child process of its own.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugin_check/specimen.hpp"

namespace evtwin::plugin_check {

struct Check {
  std::string_view name;
  std::string_view promise;  ///< what holds where it passes
  void (*body)(const Specimen&, const evtwin_info&);
};

/// In the order in which they are shown.
std::span<const Check> checks_of_a_strategy();

// check_description.cpp
/// Everything a description says, as text.
std::string said_by(const evtwin_info& info);
void info_is_constant(const Specimen& specimen, const evtwin_info& info);
void parameter_table_is_sound(const Specimen& specimen, const evtwin_info& info);

// check_creation.cpp
/// Calls `look(parameters, "patience_h = 48")` for every bound, middle and choice, the others as they start.
void for_each_bound(const Specimen& specimen, const evtwin_info& info,
                    const std::function<void(const std::vector<evtwin_param_value>&, const std::string&)>& look);
void create_takes_defaults(const Specimen& specimen, const evtwin_info& info);
void unknown_ids_are_refused(const Specimen& specimen, const evtwin_info& info);
void parameters_are_taken_or_refused(const Specimen& specimen, const evtwin_info& info);
void unknown_parameter_does_no_harm(const Specimen& specimen, const evtwin_info& info);

// check_scenes.cpp
void answers_are_possible(const Specimen& specimen, const evtwin_info& info);
void nothing_is_touched_past_the_end(const Specimen& specimen, const evtwin_info& info);
void nothing_is_touched_before_the_start(const Specimen& specimen, const evtwin_info& info);
void longer_structs_are_accepted(const Specimen& specimen, const evtwin_info& info);
void empty_views_are_answered(const Specimen& specimen, const evtwin_info& info);
/// One random scene under every rule that a scene can show: what --fuzz repeats and --reproduce runs.
void one_scene(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed);

// check_repeats.cpp
void answers_repeat(const Specimen& specimen, const evtwin_info& info);
void instances_are_independent(const Specimen& specimen, const evtwin_info& info);
void instances_run_on_threads(const Specimen& specimen, const evtwin_info& info);
/// Keeps the answers in the black box, for the parent to compare between processes. The second process has its memory
/// at other addresses and filled with other bytes: to be called before the file is loaded.
void disturb_memory();
void answers_are_kept(const Specimen& specimen, const evtwin_info& info);
void answers_go_by_no_clock(const Specimen& specimen, const evtwin_info& info);
void stateless_is_true(const Specimen& specimen, const evtwin_info& info);

// check_state.cpp
void state_continues(const Specimen& specimen, const evtwin_info& info);
void damaged_state_is_refused(const Specimen& specimen, const evtwin_info& info);
/// The two of them at one decision of one scene, for the defaults.
void state_of_scene(const Specimen& specimen, const evtwin_info& info, std::uint64_t seed, std::uint64_t at);

// check_process.cpp
void instances_leave_nothing(const Specimen& specimen, const evtwin_info& info);
void threads_keep_to_the_call(const Specimen& specimen, const evtwin_info& info);
void output_stays_silent(const Specimen& specimen, const evtwin_info& info);
void process_stays_as_it_was(const Specimen& specimen, const evtwin_info& info);

// check_week.cpp
void week_balances(const Specimen& specimen, const evtwin_info& info);

// check_late.cpp
void nothing_comes_late(const Specimen& specimen, const evtwin_info& info);

}  // namespace evtwin::plugin_check
