// Registers of a station that count in another unit than they say.
#pragma once
#include <vector>

#include "ocpp/flag_list.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

/// Where the power readings of three transactions or more, and half of all that have them, add up to a thousand times
/// what the register counts, it counts kWh, whatever it says (no unit means Wh): its energies are a thousandfold. Told
/// by the flag register_in_kwh, once for the station; flags of its transactions show the figures as they were told.
void mend_register_unit(std::vector<Transaction>& of_station, FlagList& flags);

}  // namespace evtwin::ocpp
