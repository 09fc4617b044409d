// The animals: one plugin each that breaks the contract of strategy.h in one way, and what that way is.
#pragma once
#include <array>
#include <string_view>

namespace evtwin::zoo {

struct Animal {
  std::string_view name;   ///< the file is lib/zoo/NAME.so, the strategy's id NAME with '-' for '_'
  std::string_view wrong;  ///< in words; empty: nothing, it is as sound as it is odd
  std::string_view call;   ///< where it shows: load, info, create, decide, destroy, state, unload
};

inline constexpr std::array animals = std::to_array<Animal>({
    {"missing_symbol", "exports its entry under another name", "load"},
    {"wrong_major", "made for another abi_major", "load"},
    {"newer_minor", "made for a newer abi_minor", "load"},
    {"other_digest", "built from another strategy.h", "load"},
    {"entry_short", "its evtwin_entry is too short", "load"},
    {"entry_long", "its evtwin_entry is too long", "load"},
    {"info_short", "its evtwin_info is too short", "info"},
    {"strategy_short", "its evtwin_strategy is too short", "create"},
    {"info_long", "its evtwin_info is too long", "info"},
    {"strategy_long", "its evtwin_strategy is too long", "create"},
    {"throws_while_loading", "a static constructor throws", "load"},
    {"crashes_when_unloaded", "a static destructor crashes", "unload"},
    {"throws_in_info", "info() throws", "info"},
    {"throws_in_create", "create() lets an exception cross", "create"},
    {"throws_in_decide", "decide() lets an exception cross", "decide"},
    {"throws_in_destroy", "destroy() lets an exception cross", "destroy"},
    {"constructor_throws", "the constructor throws behind the fence: create() always fails", "create"},
    {"answers_nan", "", ""},
    {"answers_huge", "answers 1e300 kW", "decide"},
    {"answers_unconnected", "answers a set-point for an EVSE with nobody on it", "decide"},
    {"wakes_in_the_past", "asks to be woken before now", "decide"},
    {"writes_one_past", "writes one cell past evse_kw", "decide"},
    {"writes_far_past", "writes a page past evse_kw", "decide"},
    {"writes_before", "writes one cell before evse_kw", "decide"},
    {"writes_view_column", "writes into a column of the view", "decide"},
    {"writes_view_struct", "writes into the view itself", "decide"},
    {"reads_past", "reads one cell past a column of the view", "decide"},
    {"keeps_a_pointer", "reads a column of an earlier call", "decide"},
    {"writes_later", "a thread of its own writes the answer after decide() returned", "decide"},
    {"crashes_elsewhere", "a thread of its own writes through a null pointer", "decide"},
    {"sleeps", "never comes back: waits for a signal", "decide"},
    {"loops", "never comes back: an endless loop", "decide"},
    {"allocates", "allocates without end", "decide"},
    {"leaks", "loses memory with every decision", "decide"},
    {"segfaults", "reads through a null pointer", "decide"},
    {"aborts", "calls abort()", "decide"},
    {"exits", "calls exit(0)", "decide"},
    {"exits_at_once", "calls _exit(0)", "decide"},
    {"kills", "raises SIGKILL", "decide"},
    {"overflows_the_stack", "recurses without end", "decide"},
    {"reports_elsewhere", "calls host->report from a thread of its own", "decide"},
    {"leaves_threads", "leaves a thread running after destroy()", "destroy"},
    {"leaves_files", "leaves a file open after destroy()", "destroy"},
    {"shares_a_static", "instances share a static", "decide"},
    {"changes_info", "describes itself otherwise after create()", "create"},
    {"closes_output", "closes the standard output and error", "decide"},
    {"prints", "prints to the standard output", "decide"},
    {"changes_rounding", "changes the rounding of floating-point numbers", "decide"},
    {"changes_locale", "changes the locale", "decide"},
    {"changes_signals", "takes a signal handler away", "decide"},
    {"changes_folder", "changes the working folder", "decide"},
    {"plays_dice", "draws from rand()", "decide"},
    {"goes_by_address", "its answer depends on where its memory lies", "decide"},
    {"reads_unset_memory", "its answer depends on memory it never set", "decide"},
    {"claims_stateless", "remembers, and says EVTWIN_STRATEGY_STATELESS", "decide"},
    {"forgets_state", "its state does not restore what it remembers", "state"},
    {"crashes_on_short_state", "crashes when its state is cut short", "state"},
    {"accepts_any_state", "takes state that is cut short for whole", "state"},
    {"takes_any_id", "create() makes an instance for an id it does not have", "create"},
    {"refuses_longer_view", "refuses a view that is longer than the one it knows", "decide"},
    {"needs_a_car", "takes for granted that somebody is plugged in", "decide"},
    {"fails_without_words", "fails and does not say why", "decide"},
    {"odd_parameters", "a parameter whose default is out of its range", "info"},
    {"odd_id", "its id has capital letters", "info"},
    {"answers_infinite", "answers an infinite set-point", "decide"},
    {"plans_past", "writes one cell past its plan", "decide"},
});

}  // namespace evtwin::zoo
