// The one symbol the host looks up.
#include <evtwin/strategy.hpp>
#include <tuple>

#include "strategies.hpp"

EVTWIN_STRATEGIES(evtwin::milp::Lp, evtwin::milp::Milp, evtwin::milp::V2gProfitMax)
