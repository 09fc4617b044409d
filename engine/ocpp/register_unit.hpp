// Registers of a station that count in another unit than they say.
#pragma once
#include <vector>

#include "ocpp/flag_list.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

/// Mends the registers of start and stop of a station that tells them in kWh, while its readings count Wh: as told they
/// are none of the readings', as kWh they are, and the power of the readings does not speak against it; so in three
/// transactions or more, and in half of those that can be judged. Energies are not settled yet.
void mend_end_registers(std::vector<Transaction>& of_station, FlagList& flags);

/// Mends the registers of a station that counts kWh, whatever unit it names (none means Wh): the power readings of
/// three transactions or more, and of half of those that have any, add up to a thousand times what the register
/// counts. All its energies become a thousandfold. The flag register_in_kwh says so once for the station; flags of
/// its transactions show the figures as they were told.
void mend_register_unit(std::vector<Transaction>& of_station, FlagList& flags);

}  // namespace evtwin::ocpp
