// A draft with its clocks settled to a transaction: times, readings, energy, doubts.
#pragma once
#include "ocpp/station_clock.hpp"
#include "ocpp/transaction_book.hpp"

namespace evtwin::ocpp {

/// @param last_ns  of the station: where an open transaction ends
Transaction finish_transaction(DraftTransaction&& draft, const StationClock& clock, const LogReport& report,
                               TimeNs last_ns, FlagList& flags);

/// Doubts that only all transactions of a station together show: overlaps, vehicles charging twice.
/// @param transactions  of one station, ascending by EVSE, then start
void check_order(std::vector<Transaction*>& transactions, FlagList& flags);

}  // namespace evtwin::ocpp
