/* The header compiles as C11; its own assertions hold there too. */
#include <evtwin/strategy.h>

/* For abi_test.cpp: what C++ sees must be the same. */
extern const size_t evtwin_sizes_in_c[];
const size_t evtwin_sizes_in_c[] = {sizeof(evtwin_param_info), sizeof(evtwin_param_value), sizeof(evtwin_ledger),
                                    sizeof(evtwin_view),       sizeof(evtwin_decision),    sizeof(evtwin_host),
                                    sizeof(evtwin_info),       sizeof(evtwin_strategy),    sizeof(evtwin_sink),
                                    sizeof(evtwin_source),     sizeof(evtwin_state),       sizeof(evtwin_entry),
                                    sizeof(evtwin_batch)};
