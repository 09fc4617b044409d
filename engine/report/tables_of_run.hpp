// How the large tables of a run file are read for a report.
#pragma once

#include "kernel/floor_divide.hpp"
#include "record/sqlite.hpp"
#include "report/recorded_run.hpp"

namespace evtwin::report {

/// How finely time is cut.
struct Detail {
  std::size_t cells = 60'000;      ///< at most, of a run's EVSE x time
  std::size_t soc_sessions = 600;  ///< at most, whose state of charge is kept; where there are more, none is
};

/// A run that is being read. Ids and times of a stranger's file are checked before they lead anywhere.
struct RunReader {
  RunRecord& run;
  record::Database database;
  Detail detail;

  std::size_t site_row(std::int64_t id) const;     ///< @throws record::RunFileError
  std::int64_t second_of(kernel::TimeNs t) const;  ///< since the start of the run
};

void read_meter(RunReader& reader);     ///< windows and days
void read_sessions(RunReader& reader);  ///< and arrivals by day
void read_power(RunReader& reader);     ///< EVSE x time, when each session was done, states of charge
void read_plan(RunReader& reader);
void read_metered(RunReader& reader);

/// Steps as they are, or, where they are more than `most`, their mean over time and range by bucket.
Samples thin_out(const Samples& steps, std::int64_t span_s, std::size_t most);

/// Corners of a line as means over buckets of time with their range; the last value holds to the end.
Samples sample_corners(const Corners& corners, std::int64_t span_s, std::int64_t bucket_s);

/// Adds the energy of a power kw x exp(slope x hours since start), in its row, to each bucket that it touches.
/// Times in seconds since the start of the run, with their fractions; what lies outside the grid is left out.
void add_energy(Grid& grid, std::size_t row, double start_s, double end_s, double kw, double slope_per_h);

}  // namespace evtwin::report
