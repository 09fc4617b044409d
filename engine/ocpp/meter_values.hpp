// meterValue and transactionData: lists of {timestamp, sampledValue: [...]}, to readings in kWh, kW, A, V.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/event.hpp"

namespace evtwin::ocpp {

/// Takes a code and what is wrong, in words.
using Complaint = std::function<void(std::string_view code, std::string text)>;

/// Reads both forms: OCPP 1.6 (value as text, unit, phase) and 2.0.1 (value as number, unitOfMeasure with multiplier).
/// A value that says nothing else is Energy.Active.Import.Register in Wh at the outlet, Sample.Periodic (1.6 chapter
/// 7.43). Entries of one instant become one reading. Over the phases: a total beats the sum of L1 to L3; of a single
/// phase, as it stands. Of several locations the vehicle's side of the charger counts. Signed data is no number and
/// left out in silence; values that are no numbers and units that do not fit are left out with a complaint.
std::vector<Reading> read_meter_values(const simdjson::dom::element& list, const Complaint& complain);

}  // namespace evtwin::ocpp
