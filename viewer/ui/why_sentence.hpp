// Why an EVSE does what it does, as a sentence for somebody who runs a car park.
#pragma once
#include <string>

#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// "Waits until 22:00: energy costs 40 % less then. The car leaves at 07:30." From the state at t, the last set-point
/// and what the guard made of it, the plan in force (else what came to flow later in the run), the prices, and what the
/// strategy remarked about this EVSE or vehicle since plug-in.
std::string why_sentence(const Ui& ui, const model::Run& run, std::uint32_t evse, TimeNs t);

}  // namespace evtwin::viewer::ui
