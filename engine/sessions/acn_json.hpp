#pragma once
// Sessions as ACN-Data's interface gives them (JSON), as the table that a CSV of ACN-Data would be. The layout is that
// of Lee, Li, Low: "ACN-Data: Analysis and Applications of an Open EV Charging Dataset", ACM e-Energy 2019, and of
// ev.caltech.edu: { "_meta": {...}, "_items": [ {connectionTime, disconnectTime, kWhDelivered, sessionID, stationID,
// userID, userInputs: [ {kWhRequested, minutesAvailable, requestedDeparture, modifiedAt} ] or null} ] }. A bare list of
// items is read too.

#include <string>
#include <string_view>

namespace evtwin::sessions {

/// Whether a file's name says that it is JSON: it ends in .json or .json.gz.
bool is_json_name(std::string_view name);

/// Row n of the table is item n, counted from 1; its header stands on line 0.
struct AcnTable {
  std::string text;                ///< CSV with the columns that session_table.hpp names for ACN-Data, and driver
  std::size_t changed_claims = 0;  ///< items whose driver changed what was claimed: the first word counts
};

/// Times are those of the file as ISO 8601 in UTC. The claim is the first of userInputs by modifiedAt, since what was
/// changed later was not known before; without requestedDeparture it is the connection and minutesAvailable. What is no
/// time, number or text is written as it stands, so that the reader of the table names it.
/// @param shown  the name for messages. @param real  what is opened.
/// @throws InputError for what is no JSON (with the line), has no list of items, or an empty one.
AcnTable read_acn_json(const std::string& shown, const std::string& real);

}  // namespace evtwin::sessions
