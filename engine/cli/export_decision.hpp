// The part of evtwin export that lives a run again.
#pragma once
#include "cli/options.hpp"

namespace evtwin::cli {

/// Writes the request of one decision of a run; tells on stderr whether the strategy answers it as it did.
/// @returns 3 where it answers otherwise: what it depends on no request can say.
int export_decision(const ExportCommand& command);

}  // namespace evtwin::cli
