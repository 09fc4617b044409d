// Where stations are looked up: an operator's service, a roaming hub, a file. Whoever has another source writes another
// directory; what comes of it goes through place_stations() as any station does.
#pragma once
#include <string>
#include <vector>

#include "roads/station.hpp"

namespace evtwin::roads {

class StationDirectory {
 public:
  virtual ~StationDirectory() = default;
  /// All stations that it knows. @throws RoadError naming the entry that is wrong
  virtual std::vector<StationRow> stations() = 0;
};

}  // namespace evtwin::roads
