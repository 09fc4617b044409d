// Built from another forecaster.h.
#include "animal.hpp"

ZOO_FORECASTERS(zoo::Tame)(sizeof(evtwin_forecaster_entry), "0123456789abcdef");
