// Which EVSEs can be used at an instant: free, in service, and not held for somebody who has reserved.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// A reservation as the run file tells of it.
struct Held {
  std::uint32_t evse = no_row;
  std::string visit;
  TimeNs from_ns = 0, until_ns = 0;  ///< until the visit is over, has expired or was refused
};
/// In the order of EVSE, then time.
std::vector<Held> reservations_of(const Run& run);

bool is_held(const std::vector<Held>& held, std::uint32_t evse, TimeNs t);
/// Rows of the EVSEs of a site (no_row: all) that can be used at t, in the order of the file; none where nothing is
/// recorded of t.
std::vector<std::uint32_t> usable_at(const Run& run, const std::vector<Held>& held, std::uint32_t site, TimeNs t);

}  // namespace evtwin::viewer::model
