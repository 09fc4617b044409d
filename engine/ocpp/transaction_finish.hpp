// A draft with its clocks settled to a transaction: times, readings, doubts, then its energy.
#pragma once
#include <vector>

#include "ocpp/station_clock.hpp"
#include "ocpp/transaction_book.hpp"

namespace evtwin::ocpp {

/// @param last_ns  of the station: where an open transaction ends
Transaction finish_transaction(DraftTransaction&& draft, const StationClock& clock, const LogReport& report,
                               TimeNs last_ns, FlagList& flags);

/// Energy of a finished transaction: the registers decide; without any, the energies of intervals make one.
void settle_energy(Transaction& transaction, FlagList& flags);

/// What was given back before the first reading of a transaction. OCPP 1.6 tells no export register at the start: it
/// stands where the transaction before left it, since nobody gives without a car; where there is none, and the first
/// reading finds the car giving, what is known is the least (`export_at_least`).
/// @param transactions  of one station, ascending by EVSE, then start
void settle_exports(std::vector<Transaction>& transactions, FlagList& flags);

/// Doubts that only all transactions of a station together show: overlaps, vehicles charging twice.
/// @param transactions  of one station, ascending by EVSE, then start
void check_order(std::vector<Transaction*>& transactions, FlagList& flags);

}  // namespace evtwin::ocpp
