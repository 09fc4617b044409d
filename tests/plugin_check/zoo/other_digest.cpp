// Built from another strategy.h.
#include "animal.hpp"

ZOO_ENTRY(zoo::Tame)(sizeof(evtwin_entry), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, "0123456789abcdef");
