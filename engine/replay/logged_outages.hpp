// When the log says that EVSEs were out of service.
#pragma once
#include <vector>

#include "replay/prepared.hpp"
#include "twin/world.hpp"

namespace evtwin::replay {

/// Stretches in which a connector or its station was Faulted or Unavailable (OCPP 1.6 chapter 7.7, StatusNotification),
/// or a firmware update was installed (chapter 7.25), as outages of the site's EVSEs: ascending by EVSE and time, none
/// of an EVSE overlap. A transaction whose readings rise within one, or that could not have got its energy outside it,
/// is believed instead: what meters is in service.
std::vector<twin::Outage> logged_outages(const Prepared& prepared);

}  // namespace evtwin::replay
