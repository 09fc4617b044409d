// The forecasters of the zoo: what is wrong with each, and what `evtwin plugin check` has to say of it.
#pragma once
#include <array>
#include <ostream>
#include <string_view>

namespace evtwin::zoo {

struct ForecasterAnimal {
  std::string_view name;      ///< the file is lib/zoo/forecasters/NAME.so, the id NAME with '-' for '_'
  std::string_view wrong;     ///< in words; empty: nothing
  std::string_view check;     ///< fails; empty: none does
  std::string_view words;     ///< in its reason
  std::string_view innocent;  ///< a check that has nothing to do with it and passes; empty: none can
  bool in_asan = true;        ///< found in a process with AddressSanitizer too (../../expectations.hpp says why not)

  friend void PrintTo(const ForecasterAnimal& animal, std::ostream* out) { *out << animal.name; }
};

inline constexpr std::array forecasters = std::to_array<ForecasterAnimal>({
    {"other_digest", "built from another forecaster.h", "entry", "built from another forecaster.h", ""},
    {"foresees_nothing", "its flags name no quantity", "entry", "its flags name no quantity", ""},
    {"instance_short", "its evtwin_forecaster is too short", "create", "an evtwin_forecaster of 24 bytes, 32 are due",
     "parameters"},
    {"takes_any_id", "makes an instance for an id that it does not have", "unknown-ids",
     "EVTWIN_OK for the unknown id 'no-such-forecaster'", "answers"},
    {"takes_any_quantity", "makes an instance for a quantity that it does not foresee", "unknown-ids",
     "EVTWIN_OK for the unknown quantity 5", "answers"},
    {"knows_no_spread", "", "", "", "answers"},
    {"skips_a_mean", "leaves the mean of its last step out", "answers",
     "it left the mean out; a number from 0 to 1e9 is due, for step 95 of 96", "short-histories"},
    {"foresees_infinity", "foresees an infinite load", "answers", "it foresaw a mean of inf", "short-histories"},
    {"foresees_negative", "foresees a negative load", "answers",
     "it foresaw a mean of -0.5; a number from 0 to 1e9 is due", "short-histories"},
    {"skips_a_quantile", "gives some quantiles and leaves one out", "answers", "quantiles out; all or none are due",
     "short-histories"},
    {"crosses_quantiles", "its quantiles fall where the level rises", "answers", "its quantiles cross",
     "short-histories"},
    {"remembers", "its answer depends on how often it was asked", "repeatable",
     "from a fresh instance to one that was asked before", "answers"},
    {"trusts_growth", "takes for granted that the history is the one it saw before, and longer", "repeatable",
     "where later questions were asked before", "answers"},
    {"shares_a_static", "instances share a static", "independent", "they share something", "answers"},
    {"plays_dice", "draws from rand()", "repeatable", "another answer", "answers"},
    {"writes_past_mean", "writes one cell past mean", "memory-after", "it wrote past the end of mean", "unknown-ids"},
    {"writes_before_quantile", "writes one cell before quantile", "memory-before",
     "it wrote before the start of quantile", "unknown-ids"},
    {"writes_history", "writes into the history", "memory-after",
     "it wrote into values[EVTWIN_QUANTITY_LOAD_KW] of the history, which is read-only", "unknown-ids"},
    {"reads_ahead", "reads what comes: past the end of the history", "memory-after",
     "it read past the end of values[EVTWIN_QUANTITY_LOAD_KW]", "memory-before"},
    {"keeps_a_pointer", "reads the history of an earlier call", "memory-after", "memory of an earlier call", "answers"},
    {"needs_history", "takes for granted that something has been", "short-histories", "in forecast() number 1",
     "create"},
    {"segfaults", "reads through a null pointer", "answers",
     "a null pointer (segmentation fault), in forecast() number 1", "short-histories"},
    {"sleeps", "never comes back: waits for a signal", "answers", "did not come back within", "short-histories"},
    {"exits", "calls exit(0)", "answers", "it called exit(), in forecast() number 1", "short-histories"},
    {"throws", "forecast() lets an exception cross", "answers",
     "an exception crossed forecast(): the matrix is singular", "short-histories"},
    {"fails_without_words", "fails and does not say why", "answers",
     "forecast() number 1 answered EVTWIN_FAILED: and reported no reason", "short-histories"},
    {"goes_by_address", "its answer depends on where its memory lies", "two-processes", "where its memory lies",
     "answers", false},
    {"leaks", "loses memory with every forecast", "resources", "every life loses about", "answers"},
    {"prints", "prints to the standard output", "output", "bytes to the standard output", "answers"},
    {"changes_folder", "changes the working folder of its host when it is loaded", "entry",
     "when it was loaded, it changed the process: 'working folder /' was", ""},
    {"replaces_mean", "assigns a vector of its own to answer.mean", "answers",
     "answer.mean was made another span; write into the cells that are there", "create"},
    {"late_locale", "changes the locale of its host, late", "late",
     "'locale C.UTF-8' was 'locale C', in forecast() number 101", "short-histories"},
    {"late_closes", "closes the file descriptors of its host, late", "late", "it closed file descriptor",
     "short-histories"},
    {"late_forks", "forks, and both processes come back, late", "late",
     "it forked, and the new process came back from the call as well, in forecast() number 101", "short-histories"},
    {"late_flushes", "makes its thread take very small numbers for 0, late", "late", "'floating-point control 0x",
     "short-histories"},
    {"late_reports", "reports a thousand times in a forecast, late", "late",
     "it reported 1000 times in forecast() number 101", "short-histories"},
    {"late_zone", "sets the time zone of its host, late", "late", "environment TZ=Pacific/Auckland", "short-histories"},
    {"late_threads", "starts a thread late and leaves it running", "late",
     "1 threads of its own are left after destroy()", "short-histories"},
    {"late_leaks", "loses memory with every forecast, late", "late",
     "bytes of memory, nearly all of it from forecast() number 1", "resources"},
    {"late_files", "opens a file with every forecast, late", "late",
     "65 files more than before are open in forecast() number 165, the first since number 101", "resources"},
    {"goes_by_clock", "goes by the clock", "clock", "differs at another time of day: it goes by the clock", "create"},
    {"late_forgets", "answers otherwise once it has been asked for days", "late",
     "forecast() number 991 of the long run differs from one instance asked all along to a fresh one", "answers"},
});

}  // namespace evtwin::zoo
