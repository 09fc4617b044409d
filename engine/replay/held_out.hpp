// Out of sample: vehicles are learnt from the earlier sessions of a log, and the power of the later ones is foretold.
#pragma once
#include "replay/prepared.hpp"
#include "replay/replay.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay {

/// The first 70 % of the sessions teach, those that arrive after them are foretold and scored: by the twin with
/// VehicleHabits, by two naive ways that it must beat, and by the replay itself, whose vehicles were fitted to them.
/// Given to all of them: arrivals, stays, energies, and what the station offered.
/// @param replayed  of `prepared`
/// @throws as twin::simulate
HeldOut held_out(const Prepared& prepared, const ReplayResult& replayed, const ReplayOptions& options = {});

}  // namespace evtwin::replay
