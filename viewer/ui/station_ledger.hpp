// Outcome of the sessions of a station, summed up in the order in which they ended. No ImGui.
#pragma once
#include <string_view>
#include <vector>

#include "viewer/ui/planned.hpp"

namespace evtwin::viewer::ui {

struct StationSums {
  std::uint32_t sessions = 0;
  double got_kwh = 0.0, missed_kwh = 0.0, paid = 0.0, cost = 0.0;
  // Of those sessions only that had a plan.
  std::uint32_t planned = 0;
  double expected_cost = 0.0, planned_cost = 0.0;  ///< as the first plan had it; as it came to
};

struct StationLedger {
  std::vector<model::TimeNs> departed_ns;  ///< ascending
  std::vector<StationSums> sums;           ///< [departed_ns] of all up to and with this one

  /// Of the sessions that have left by t.
  StationSums sums_until(model::TimeNs t) const;
};
StationLedger station_ledger(const model::Run& run, std::string_view station);

}  // namespace evtwin::viewer::ui
