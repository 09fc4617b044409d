// How a run file comes to be: never half-made under its name, never over somebody else's data.
#pragma once

#include <string>

#include "record/origin.hpp"
#include "record/sqlite.hpp"
#include "twin/world.hpp"

namespace evtwin::record {

/// A strategy as the run file names it.
struct StrategyIdentity {
  std::string label;        ///< "edf:margin_min=5"
  std::string plugin_file;  ///< empty for a function of the scenario
  std::string plugin_digest;

  friend bool operator==(const StrategyIdentity&, const StrategyIdentity&) = default;
};

/// Version of the system's time zones ("2025b"), and of evtwin: what the run file says of this process.
std::string tzdata_version();
std::string evtwin_version();

/// Makes `file` with its schema and all that is known before the run (state `running`), and opens it for writing in
/// WAL. It is made beside its place and renamed, so that an older run file there is replaced as a whole or not at all.
/// @throws RunFileError: the place holds something that is no run file, or one that is being written; no permission; no
/// space.
Database create_run_file(const std::string& file, const twin::World& world, const StrategyIdentity& strategy,
                         const Origin& origin = {});

}  // namespace evtwin::record
