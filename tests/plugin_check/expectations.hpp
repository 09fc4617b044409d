// What each animal of the zoo must be told: the check that finds it, words of the reason, and checks that it passes all
// the same. Beside zoo/animals.hpp, which says what is wrong with it.
#pragma once
#include <array>
#include <ostream>
#include <string_view>

namespace evtwin::testing {

struct Expectation {
  std::string_view animal;
  std::string_view check;     ///< fails; empty: none does
  std::string_view words;     ///< in its reason
  std::string_view innocent;  ///< a check that has nothing to do with it and passes; empty: none can
  bool in_asan = true;        ///< found in a process with AddressSanitizer too

  friend void PrintTo(const Expectation& expected, std::ostream* out) { *out << expected.animal; }
};

// AddressSanitizer fills new memory with one byte always and gives it from addresses that do not change, so that what
// depends on either looks the same in every process; and its allocator ends the process where memory is refused.
inline constexpr std::array expectations = std::to_array<Expectation>({
    {"missing_symbol", "entry", "exports no symbol evtwin_strategy_entry", ""},
    {"wrong_major", "entry", "made for ABI 1, this evtwin has 0", ""},
    {"newer_minor", "entry", "update evtwin", ""},
    {"other_digest", "entry", "built from another strategy.h", ""},
    {"entry_short", "entry", "its entry has 32 bytes, 40 are due", ""},
    {"entry_long", "entry", "its entry has 48 bytes, 40 are due", ""},
    {"info_short", "entry", "description of its strategy number 0 is incomplete", ""},
    {"info_long", "entry", "description of its strategy number 0 is incomplete", ""},
    {"strategy_short", "create", "an evtwin_strategy of 64 bytes, 72 are due", "parameters"},
    {"strategy_long", "create", "an evtwin_strategy of 80 bytes, 72 are due", "parameters"},
    {"throws_while_loading", "entry", "signal 6", ""},
    {"crashes_when_unloaded", "entry", "signal 11", ""},
    {"throws_in_info", "entry", "nobody described me", ""},
    {"throws_in_create", "create", "an exception crossed create(): no site like this", "parameters"},
    {"throws_in_decide", "answers", "an exception crossed decide(): the solver gave up", "empty-views"},
    {"throws_in_destroy", "create", "an exception crossed destroy(): could not let go", "parameters"},
    {"constructor_throws", "create", "EVTWIN_FAILED: no licence for this site", "parameters"},
    {"answers_nan", "week", "answers of NaN left their cars at 0 kW; 0 of", "answers"},
    {"shares_by_name", "entry", "would share 1 variable with it (Mine::decide(", ""},
    {"flushes_when_loaded", "entry", "take very small numbers for 0 (-ffast-math", ""},
    {"prints_at_exit", "unload", "13 bytes to the standard output when it was unloaded", "output"},
    {"late_fork", "late", "it forked, and the new process came back from the call as well, in decide() number 201",
     "process"},
    {"late_closes", "late", "it closed file descriptor", "process"},
    {"late_reports", "late", "it reported 1000 times in decide() number 201", "process"},
    {"late_flushes", "late", "'floating-point control 0x", "process"},
    {"late_locale", "late", "'locale C.UTF-8' was 'locale C', in decide() number 201", "process"},
    {"late_signals", "late", "handler of signal 15 (Terminated)", "process"},
    {"late_folder", "late", "'working folder /proc' was", "process"},
    {"late_zone", "late", "environment TZ=Pacific/Auckland", "process"},
    {"late_threads", "late", "1 threads of its own are left after destroy()", "process"},
    {"answers_infinite", "answers", "an infinite set-point for EVSE E-", "empty-views"},
    {"answers_huge", "answers", "1e+300 kW for EVSE E-", "empty-views"},
    {"answers_unconnected", "answers", "with nobody plugged in", "unknown-ids"},
    {"wakes_in_the_past", "answers", "which is not after now", "empty-views"},
    {"writes_one_past", "memory-after", "it wrote past the end of evse_kw", "empty-views"},
    {"writes_far_past", "memory-after", "it wrote past the end of evse_kw", "empty-views"},
    {"writes_before", "memory-before", "it wrote before the start of evse_kw", "empty-views"},
    {"writes_view_column", "memory-after", "it wrote into evse_car_max_kw of the view, which is read-only",
     "empty-views"},
    {"writes_view_struct", "memory-after", "it wrote into evtwin_view, which is read-only", "empty-views"},
    {"reads_past", "memory-after", "it read past the end of evse_soc", "answers"},
    {"keeps_a_pointer", "memory-after", "memory of an earlier call", "answers"},
    {"writes_later", "threads", "it wrote memory of an earlier call", "unknown-ids"},
    {"crashes_elsewhere", "answers", "a null pointer (segmentation fault), in decide() number", "empty-views"},
    {"sleeps", "answers", "did not come back within", "empty-views"},
    {"loops", "answers", "did not come back within", "empty-views"},
    {"allocates", "answers", "MiB of memory", "empty-views"},
    {"leaks", "resources", "every life loses about", "answers"},
    {"segfaults", "answers", "a null pointer (segmentation fault), in decide() number", "empty-views"},
    {"aborts", "answers", "it called abort()", "empty-views"},
    {"exits", "answers", "it called exit(), in decide() number", "empty-views"},
    {"exits_at_once", "answers", "it ended the process with _exit(0), in decide() number", "empty-views"},
    {"kills", "answers", "killed by signal 9 (Killed), in decide() number", "empty-views"},
    {"overflows_the_stack", "answers", "its stack overflowed", "empty-views"},
    {"reports_elsewhere", "threads", "host->report from another thread", "answers"},
    {"leaves_threads", "threads", "left after destroy()", "answers"},
    {"leaves_files", "resources", "12 lives left 12 files open", "answers"},
    {"shares_a_static", "independent", "they share something", "repeatable"},
    {"changes_info", "info", "info() says something else after create()", "answers"},
    {"closes_output", "output", "it closed or replaced the standard output", "answers"},
    {"prints", "output", "bytes to the standard output", "answers"},
    {"changes_rounding", "process", "'rounding ", "answers"},
    {"changes_locale", "process", "'locale C.UTF-8' was 'locale C'", "answers"},
    {"changes_signals", "process", "handler of signal 2 (Interrupt)", "answers"},
    {"changes_folder", "process", "'working folder /' was", "answers"},
    {"plays_dice", "repeatable", "the same views, another answer", "answers"},
    {"goes_by_address", "two-processes", "where its memory lies", "answers", false},
    {"reads_unset_memory", "two-processes", "memory that it never set", "answers", false},
    {"claims_stateless", "stateless", "a fresh instance answers otherwise", "repeatable"},
    {"forgets_state", "state", "and loaded, it answers otherwise", "repeatable"},
    {"crashes_on_short_state", "damaged-state", "a null pointer (segmentation fault), in load()", "state"},
    {"accepts_any_state", "damaged-state", "of 8 bytes of state for whole", "state"},
    {"takes_any_id", "unknown-ids", "EVTWIN_OK for the unknown id 'no-such-strategy'", "answers"},
    {"refuses_longer_view", "longer-structs", "answered EVTWIN_FAILED", "answers"},
    {"needs_a_car", "empty-views", "past the end of connected_evse", "parameters"},
    {"fails_without_words", "answers", "reported no reason", "empty-views"},
    {"odd_parameters", "parameters", "its default 20 is not within 0 to 10", "answers"},
    {"replaces_column", "answers", "it replaced decision->evse_kw by a column of its own", "empty-views"},
    {"replaces_span", "answers", "a span of its decision was made another one; write into the cells that are there",
     "empty-views"},
    {"misspells_parameter", "create", "it reads a parameter 'factr', which its table has not (it has factor)",
     "parameters"},
    {"never_asked", "week", "it was never asked: its subscribes names no occasion", "answers"},
    {"rounds_in_create", "process", "'rounding ", "answers"},
    {"ends_with_signals", "late", "handler of signal 15 (Terminated)", "process"},
    {"moves_when_loaded", "entry", "when it was loaded, it changed the process: 'working folder /' was", ""},
    {"plans_past", "memory-after", "it wrote past the end of plan_kw", "empty-views"},
    {"odd_id", "entry", "lower case letters, digits and '-' only", ""},
});

}  // namespace evtwin::testing
