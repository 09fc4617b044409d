// Positions of the fields in the structs of embed.h, so that a change which would break programs around libevtwin.so
// does not compile; the sizes stand in the header. A new field goes to the end of its struct, and gets its line here.
#include <evtwin/embed.h>

#include <cstddef>
#include <type_traits>

namespace {

/// What C and C++ lay out alike, and memcpy may copy.
template <class... Structs>
constexpr bool are_plain = ((std::is_standard_layout_v<Structs> && std::is_trivially_copyable_v<Structs>)&&...);
static_assert(are_plain<evtwin_run_spec, evtwin_run_interest, evtwin_run_pause>);

#if defined(__x86_64__)

static_assert(offsetof(evtwin_run_spec, struct_size) == 0);
static_assert(offsetof(evtwin_run_spec, days) == 4);
static_assert(offsetof(evtwin_run_spec, file) == 8);
static_assert(offsetof(evtwin_run_spec, text) == 16);
static_assert(offsetof(evtwin_run_spec, settings) == 24);
static_assert(offsetof(evtwin_run_spec, changes) == 32);
static_assert(offsetof(evtwin_run_spec, n_settings) == 40);
static_assert(offsetof(evtwin_run_spec, n_changes) == 44);
static_assert(offsetof(evtwin_run_spec, has_seed) == 48);
static_assert(offsetof(evtwin_run_spec, reserved) == 52);
static_assert(offsetof(evtwin_run_spec, seed) == 56);
static_assert(offsetof(evtwin_run_spec, label) == 64);
static_assert(offsetof(evtwin_run_spec, source_file) == 72);
static_assert(offsetof(evtwin_run_spec, out) == 80);

static_assert(offsetof(evtwin_run_interest, struct_size) == 0);
static_assert(offsetof(evtwin_run_interest, subscribes) == 4);
static_assert(offsetof(evtwin_run_interest, horizon_steps) == 8);
static_assert(offsetof(evtwin_run_interest, plan_steps) == 12);
static_assert(offsetof(evtwin_run_interest, levels) == 16);
static_assert(offsetof(evtwin_run_interest, n_levels) == 24);
static_assert(offsetof(evtwin_run_interest, horizon_reads) == 28);

static_assert(offsetof(evtwin_run_pause, struct_size) == 0);
static_assert(offsetof(evtwin_run_pause, kind) == 4);
static_assert(offsetof(evtwin_run_pause, now_ns) == 8);
static_assert(offsetof(evtwin_run_pause, sites) == 16);
static_assert(offsetof(evtwin_run_pause, n_sites) == 24);
static_assert(offsetof(evtwin_run_pause, reserved) == 28);

#endif

}  // namespace
