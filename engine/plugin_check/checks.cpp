#include "plugin_check/checks.hpp"

#include <array>

#include "kernel/static_checks.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr std::array checks = std::to_array<Check>({
    {"info", "describes itself the same before and after create(), and on another thread", &info_is_constant},
    {"parameters", "the table of parameters has texts, and defaults within ranges", &parameter_table_is_sound},
    {"create", "create() makes an instance with the defaults, for any site", &create_takes_defaults},
    {"unknown-ids", "ids that it does not have are EVTWIN_UNSUPPORTED", &unknown_ids_are_refused},
    {"parameter-values", "every bound and choice makes an instance or a reasoned EVTWIN_BAD_PARAMETER",
     &parameters_are_taken_or_refused},
    {"unknown-parameter", "a parameter that it does not have does no harm", &unknown_parameter_does_no_harm},
    {"answers", "set-points are NaN or what an EVSE with a car can do; wake and cost can be", &answers_are_possible},
    {"empty-views", "answers with no EVSE, no car, no storage, no limit, no horizon", &empty_views_are_answered},
    {"longer-structs", "accepts a view and a host that are longer than it knows", &longer_structs_are_accepted},
    {"memory-after", "touches nothing past a column's end, nothing after the call, and writes no view",
     &nothing_is_touched_past_the_end},
    {"memory-before", "touches nothing before a column's start", &nothing_is_touched_before_the_start},
    {"repeatable", "same views, same answers: again, and at other addresses", &answers_repeat},
    {"independent", "two instances in turns answer as each alone", &instances_are_independent},
    {"two-threads", "two instances on two threads answer as each alone", &instances_run_on_threads},
    {"clock", "same views, same answers at another time of day", &answers_go_by_no_clock},
    {"stateless", "EVTWIN_STRATEGY_STATELESS is said only where it is true", &stateless_is_true},
    {"state", "saved and loaded amid a run it goes on the same, also from reads of one byte", &state_continues},
    {"damaged-state", "state cut short at any length is refused, random bytes do no harm", &damaged_state_is_refused},
    {"resources", "lives that end leave no memory, file or thread behind", &instances_leave_nothing},
    {"threads", "reports come from the calling thread, nothing goes on after a call", &threads_keep_to_the_call},
    {"output", "prints nothing and leaves the standard streams open", &output_stays_silent},
    {"process",
     "numbers, locales, signals, timers, priority, folder and environment stay as they were, no process is left",
     &process_stays_as_it_was},
    {"week", "a week at a small site: drivers are served, the ledger balances, and again gives the same hash",
     &week_balances},
    {"late", "a thousand decisions over the end of a month, again and again: as early, so late", &nothing_comes_late},
});
static_assert(kernel::has_unique_keys(checks, &Check::name), "--check takes one by its name");

}  // namespace

std::span<const Check> checks_of_a_strategy() { return checks; }

}  // namespace evtwin::plugin_check
