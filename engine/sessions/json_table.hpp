#pragma once
// Sessions in JSON as tables: the text that a CSV of them would be, so that one reader knows what a session is.

#include <string>
#include <string_view>

namespace evtwin::sessions {

/// Whether it begins as an object does, or a list of objects.
bool is_json_text(std::string_view text);

/// ACN-Data's sessions as its API answers them: {"_items": [{"connectionTime": "Wed, 25 Apr 2018 11:08:04 GMT", ...}]},
/// or the bare list (ev.caltech.edu/dataset; Lee, Li, Low: ACN-Data, e-Energy 2019). As a table of ACN-Data's columns
/// with a row an item, line n + 1 for item n: connectionTime, disconnectTime, kWhDelivered, stationID, sessionID,
/// userID as `driver`, and of userInputs the first, which is what was said on arrival: kWhRequested and
/// requestedDeparture; without one the driver claimed nothing. A field that is missing or null is an empty cell.
/// @param shown  the file's name for messages. @throws InputError for broken JSON, and for JSON of another layout.
std::string table_of_json(const std::string& shown, std::string_view text);

}  // namespace evtwin::sessions
