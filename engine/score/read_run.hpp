// Cars of a simulated run, from its run file.
#pragma once
#include <span>

#include "score/read_file.hpp"

namespace evtwin::score {

/// @throws record::RunFileError with the file's name and why, unless it is of a run that came to its end
void refuse_incomplete(const std::string& file);

/// Every session of a run is a car that came once: charged (fast at a DC EVSE, else slow) and parked by the recorded
/// powers, its SoC where its battery is known. A twin lives a site and no roads, so nothing is said of driving.
/// @throws record::RunFileError
void read_run(const std::string& file, FileRows& rows);

/// Pieces of a stay, by what flows into the car.
struct Flow {
  TimeNs begin_ns = 0, end_ns = 0;
  double kwh = 0.0;         ///< at the meter, signed
  double stored_kwh = 0.0;  ///< by which the battery's content changes
};
/// Segments of charging and of parking (discharging counts as parking: it is no charge) that cover [begin, end] without
/// a hole. Pieces of charging that follow each other within `pause_ns` are one charge; so is the pause.
/// @param flows  ascending, not overlapping, within the stay
/// @param soc_per_kwh  percent of SoC per kWh stored; unknown: no SoC
std::vector<Segment> segments_of(TimeNs begin_ns, TimeNs end_ns, std::span<const Flow> flows, SegmentKind charge,
                                 double soc_start_percent, double soc_per_kwh, TimeNs pause_ns);

}  // namespace evtwin::score
