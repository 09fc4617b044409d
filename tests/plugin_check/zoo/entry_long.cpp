// Its evtwin_entry is too long.
#include "animal.hpp"

ZOO_ENTRY(zoo::Tame)(sizeof(evtwin_entry) + 8);
