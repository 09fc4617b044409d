#include "viewer/model/usable.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "viewer/model/state.hpp"

namespace evtwin::viewer::model {
namespace {

/// "A-1: van from 2026-06-03 09:00 to 2026-06-03 17:00, 20 kWh" (engine/twin/bookings.cpp); false: another text.
bool read_reservation(const Run& run, const Event& event, Held& held) {
  const std::string& text = event.text;
  const std::size_t colon = text.find(": ");
  const std::size_t from = text.find(" from "), to = text.find(" to ", from), end = text.find(',', to);
  if (colon == std::string::npos || from == std::string::npos || to == std::string::npos || end == std::string::npos)
    return false;
  const auto instant = [&](std::string part) {
    if (const std::size_t space = part.find(' '); space != std::string::npos) part[space] = 'T';
    return run.clock.parse_instant(part);
  };
  try {
    held.from_ns = instant(text.substr(from + 6, to - from - 6));
    held.until_ns = instant(text.substr(to + 4, end - to - 4));
  } catch (const std::invalid_argument&) {
    return false;
  }
  held.evse = event.evse;
  held.visit = text.substr(colon + 2, from - colon - 2);
  return true;
}

}  // namespace

std::vector<Held> reservations_of(const Run& run) {
  std::vector<Held> all;
  for (const Event& event : run.events) {
    if (event.kind != EventKind::reservation || event.evse == no_row) continue;
    if (Held held; read_reservation(run, event, held)) {
      all.push_back(std::move(held));
      continue;
    }
    // "A-1: van": that reservation has ended.
    for (Held& held : all) {
      if (held.evse == event.evse && event.text.ends_with(": " + held.visit) && held.until_ns > event.time_ns)
        held.until_ns = event.time_ns;
    }
  }
  std::ranges::stable_sort(all, {}, [](const Held& held) { return std::pair(held.evse, held.from_ns); });
  return all;
}

bool is_held(const std::vector<Held>& held, std::uint32_t evse, TimeNs t) {
  return std::ranges::any_of(held, [&](const Held& h) { return h.evse == evse && h.from_ns <= t && t < h.until_ns; });
}

std::vector<std::uint32_t> usable_at(const Run& run, const std::vector<Held>& held, std::uint32_t site, TimeNs t) {
  std::vector<std::uint32_t> rows;
  if (is_unrecorded(run, t)) return rows;
  for (std::uint32_t row = 0; row < run.evses.size(); ++row) {
    if (site != no_row && run.evses[row].site != site) continue;
    if (evse_status(run, row, t) == EvseStatus::available && !is_held(held, row, t)) rows.push_back(row);
  }
  return rows;
}

}  // namespace evtwin::viewer::model
