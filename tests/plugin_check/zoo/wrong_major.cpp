// Made for another abi_major.
#include "animal.hpp"

ZOO_ENTRY(zoo::Tame)(sizeof(evtwin_entry), EVTWIN_ABI_MAJOR + 1);
