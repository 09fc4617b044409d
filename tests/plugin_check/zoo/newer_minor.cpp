// Made for a newer abi_minor.
#include "animal.hpp"

ZOO_ENTRY(zoo::Tame)(sizeof(evtwin_entry), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR + 1);
