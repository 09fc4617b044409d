// Parts of a run that belong to the world and to no site.
#pragma once
#include "kernel/time.hpp"
#include "twin/episode.hpp"
#include "twin/script.hpp"

namespace evtwin::kernel {
class ArchiveReader;
class ArchiveWriter;
}  // namespace evtwin::kernel

namespace evtwin::twin {

/// A part of the world that belongs to no site: drivers on its roads, an aggregator. It acts at instants of its own
/// choosing, in the phase of signals, before any decision of that instant.
class WorldPart {
 public:
  virtual ~WorldPart() = default;
  /// @returns when it acts first; time_never: never.
  virtual TimeNs begin(const Episode& episode) = 0;
  /// @returns when it acts next, after `now_ns`; time_never: never again.
  virtual TimeNs act_now(TimeNs now_ns, SiteControls& controls) = 0;
  /// State that moves, for checkpoints.
  virtual void save_state(kernel::ArchiveWriter&) {}
  virtual void load_state(kernel::ArchiveReader&) {}
};

}  // namespace evtwin::twin
