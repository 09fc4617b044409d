#include "learned.hpp"

EVTWIN_FORECASTERS(evtwin::learned::LstmForecaster, evtwin::learned::TftForecaster)
