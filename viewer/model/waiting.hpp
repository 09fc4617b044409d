// Vehicles that have come and are not plugged in: the queue of a site, and those that leave without having been served.
#pragma once
#include <cstdint>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// Sessions that ever waited, or were never plugged in, in the order of arrival. Made once per run.
class Waiting {
 public:
  explicit Waiting(const Run& run);

  /// Rows of sessions that wait at t: arrived, not plugged in, not gone. O(log n + those that came within the longest
  /// wait). @param site no_row: all
  std::vector<std::uint32_t> waiting_at(const Run& run, std::uint32_t site, TimeNs t) const;
  /// How many have left by t without ever having been plugged in.
  std::uint32_t gone_by(const Run& run, std::uint32_t site, TimeNs t) const;
  /// Rows of those that left unserved in (from, to].
  std::vector<std::uint32_t> gone_in(const Run& run, std::uint32_t site, TimeNs from, TimeNs to) const;

 private:
  std::vector<std::uint32_t> by_arrival_;
  std::vector<std::uint32_t> unserved_;  ///< by the time they left
  TimeNs longest_ns_ = 0;
};

/// When a session stops waiting: at plug-in, else when it leaves.
TimeNs wait_end_ns(const Session& session);
bool is_unserved(const Session& session);

}  // namespace evtwin::viewer::model
