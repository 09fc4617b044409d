// Plans for an EVSE, to be laid beside the power that flowed. No ImGui.
#pragma once
#include "viewer/model/run.hpp"

namespace evtwin::viewer::ui {

/// The plan that stood: at every instant the power that the last plan made before it named, kW; 0 where none did.
/// Empty: nothing was planned.
model::Series standing_plan(const model::Run& run, std::uint32_t evse);

/// Energy and cost that the first plan after plug-in meant for a session.
struct FirstPlan {
  std::uint32_t decision = model::no_row;  ///< no_row: there is none
  double kwh = 0.0;                        ///< net, from that decision to the departure
  double cost = 0.0;                       ///< that energy x the buy price in force when it was to flow
};
FirstPlan first_plan(const model::Run& run, std::uint32_t session);
/// How far what it came to is from what was expected, as a fraction of the latter; NaN where that is 0.
double plan_error(const FirstPlan& first, double cost);

}  // namespace evtwin::viewer::ui
