// Series made from a run for a plot, kept while the run is open: per EVSE, per station.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "viewer/model/heat.hpp"
#include "viewer/model/run.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// SoC of all vehicles of an EVSE, one after the other, and the SoC each wanted to leave with; % , gaps between.
struct EvseTrace {
  model::Series soc_percent, target_percent;
};
const EvseTrace& evse_trace(const Ui& ui, const model::Run& run, std::uint32_t evse);

/// 0..100.
const model::Series& storage_soc_percent(const Ui& ui, const model::Run& run, std::uint32_t storage);

/// Parts that a power adds up from.
struct Stack {
  struct Part {
    std::string name;  ///< of an EVSE or station; empty: all others
    const model::Series* kw = nullptr;
  };
  bool by_station = false;
  std::vector<Part> parts;
  std::deque<model::Series> made;  ///< sums, that parts point to
};
/// By EVSE where there are at most 24 of them, else by station, the rest summed up as one.
/// @param site no_row: all. @param station only its EVSEs; empty: all
const Stack& power_stack(const Ui& ui, const model::Run& run, std::uint32_t site, const std::string& station);

/// model::ordered_evses, kept.
const std::vector<std::uint32_t>& shown_evses(const Ui& ui, const model::Run& run, std::uint32_t site,
                                              const std::string& station, model::EvseOrder order);

/// Whether two runs have the same PV, base load and limits at a site: then they are drawn once.
struct SharedSignals {
  bool pv = false, load = false, contract = false, setpoint = false;
};
SharedSignals shared_signals(const Ui& ui, const model::Run& a, const model::Run& b, std::uint32_t site);

}  // namespace evtwin::viewer::ui
