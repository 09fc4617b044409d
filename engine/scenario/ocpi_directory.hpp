// A directory of stations that was kept as a file: a list of OCPI 2.2.1 Locations (or the answer of a Locations
// endpoint, whose `data` is that list).
#pragma once
#include <string>
#include <vector>

#include "roads/directory.hpp"

namespace evtwin::scenario {

class OcpiDirectory : public roads::StationDirectory {
 public:
  /// @param file          as messages show it
  /// @param own_operator  whose stations are one's own; empty: all
  OcpiDirectory(std::string text, std::string file, std::string own_operator)
      : text_(std::move(text)), file_(std::move(file)), own_operator_(std::move(own_operator)) {}

  /// A station for each location and power of connectors: equal chargers at one place. Connectors of standards that no
  /// car here has (DOMESTIC_F ...) are left out, as are EVSEs that are PLANNED or REMOVED.
  std::vector<roads::StationRow> stations() override;

 private:
  std::string text_, file_, own_operator_;
};

}  // namespace evtwin::scenario
