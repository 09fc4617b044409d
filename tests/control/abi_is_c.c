/* The header compiles as C11, and its structs have no padding that differs between compilers. */
#include <evtwin/strategy.h>

_Static_assert(sizeof(void*) != 8 || offsetof(evtwin_view, now_ns) == 8, "view begins with two 32-bit words");
_Static_assert(sizeof(void*) != 8 || offsetof(evtwin_view, evse_id) == 48, "six words before the columns");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_decision) == 40, "decision");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_ledger) == 8 + 13 * 8, "ledger");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_info) == 56, "info");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_strategy) == 48, "strategy");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_entry) == 40, "entry");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_host) == 48, "host");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_param_info) == 72, "param info");
_Static_assert(sizeof(void*) != 8 || sizeof(evtwin_param_value) == 24, "param value");

/* For abi_test.cpp: what C++ sees must be the same. */
extern const size_t evtwin_sizes_in_c[];
const size_t evtwin_sizes_in_c[] = {sizeof(evtwin_param_info), sizeof(evtwin_param_value), sizeof(evtwin_ledger),
                                    sizeof(evtwin_view),       sizeof(evtwin_decision),    sizeof(evtwin_host),
                                    sizeof(evtwin_info),       sizeof(evtwin_strategy),    sizeof(evtwin_entry)};
