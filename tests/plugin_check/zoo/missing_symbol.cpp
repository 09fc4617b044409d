// Exports its entry under another name.
#include "animal.hpp"

extern "C" EVTWIN_EXPORT const evtwin_entry evtwin_other_entry = zoo::entry<zoo::Tame>();
