// Shared by writer and reader of run files: identity of the format, state of a run, a KPI, the one error type.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace evtwin::record {

/// "EVTW": SQLite's application_id of a run file.
inline constexpr std::int32_t application_id = 0x45565457;
static_assert(application_id == ('E' << 24 | 'V' << 16 | 'T' << 8 | 'W'));
/// SQLite's user_version. A reader takes its own version, and those before it that only lack whole tables (they read as
/// empty): a run is cheap to repeat, a figure misread is not.
inline constexpr std::int32_t schema_version = 19;
inline constexpr std::int32_t oldest_schema_version = 18;
static_assert(oldest_schema_version <= schema_version);

/// A run file that cannot be written or read. `what()` is one printable line, "FILE: what", for the user.
struct RunFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// @throws RunFileError, always.
[[noreturn]] void refuse_file(const std::string& file, const std::string& what);

/// `running` in a file nobody writes to means that the writer was killed. `checkpoint`: the run up to an instant, and
/// all that is needed to go on from there.
enum class RunState : std::uint8_t { running, complete, failed, interrupted, checkpoint };
const char* name_of(RunState state);

/// One figure about a run. Its meaning is given by analysis/kpi.hpp.
struct Kpi {
  std::string name;
  std::int32_t site = -1;  ///< row of the site; -1: all sites together
  double value = 0.0;      ///< NaN: does not apply (no PV, no storage); NULL in the file
  std::string unit;
  std::string help;
  std::string help_ko;
};

}  // namespace evtwin::record
