// Which events pass the filter. No ImGui; built once per filter, then searched.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::ui {

struct EventQuery {
  std::array<bool, model::event_kinds> show{};
  bool alerts_only = false;
  std::uint32_t site = model::no_row;                           ///< no_row: all
  std::string station;                                          ///< empty: all
  std::uint32_t evse = model::no_row, session = model::no_row;  ///< only of these; no_row: of all
  bool operator==(const EventQuery&) const = default;
};

struct EventIndex {
  std::vector<std::uint32_t> rows;                      ///< of Run::event_count, in the order of time
  std::array<std::uint32_t, model::event_kinds> count;  ///< of each kind where it is shown or not; alerts_only counts
  std::uint32_t alerts = 0;                             ///< whatever kinds are shown
};
EventIndex event_index(const model::Run& run, const EventQuery& query);

/// Time of the first event after t / the last before t; time_never / -time_never: none.
model::TimeNs next_time(const model::Run& run, const EventIndex& index, model::TimeNs t);
model::TimeNs previous_time(const model::Run& run, const EventIndex& index, model::TimeNs t);
/// Place in `index.rows` of the last event at or before t; rows.size(): none.
std::size_t place_at(const model::Run& run, const EventIndex& index, model::TimeNs t);

}  // namespace evtwin::viewer::ui
