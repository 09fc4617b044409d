// The head that every JSON document of a run has: what it is, and of which world.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/start_point.hpp"

namespace evtwin::cli {

/// {"schema": "evtwin compare/1", "evtwin": {"version", "commit"}, "name", "scenario", "start", "end" (ISO 8601 with
/// offset), "timezone", "seed", "parameters": {what --set and --change gave}, "notes": [{id, reason, left_out}]}. The
/// number in `schema` counts up when a key goes or changes its meaning; new keys may come without.
nlohmann::ordered_json json_head(const std::string& document, const StartPoint& start);

/// Columns of the terminal that stdout is; 0: it is none, and tables are as wide as they need.
std::size_t terminal_width();

}  // namespace evtwin::cli
