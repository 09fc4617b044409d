#pragma once
// Internal to this room: what a Lua strategy sees, the columns of evtwin_view as objects with the same names.

#include <evtwin/strategy.h>
#include <lua.h>

#include <cstddef>
#include <string>
#include <vector>

#include "market/calendar.hpp"

namespace evtwin::scenario {

/// The view of one strategy. Its objects are made once and read the host's columns whenever they are asked.
struct ScriptView {
  const evtwin_view* view = nullptr;  ///< set while the strategy decides: outside of it the objects are of no use
  market::Calendar calendar;
  std::vector<std::string> evses, storages;  ///< names by row

  // References in the registry of the state; set by open_view.
  int evse_rows = 0;  ///< the plain list behind evse_list
  int storage_rows = 0;
  int evse_list = 0, storage_list = 0, limit_list = 0, step_list = 0;
};

/// Makes the objects for a site of this shape and pushes the view. Call from inside Lua; the frame must stay.
void open_view(lua_State* L, ScriptView& frame, const evtwin_view& first, std::size_t horizon_steps);

}  // namespace evtwin::scenario
