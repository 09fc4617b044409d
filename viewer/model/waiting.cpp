#include "viewer/model/waiting.hpp"

#include <algorithm>

namespace evtwin::viewer::model {

TimeNs wait_end_ns(const Session& session) {
  return session.plugged_in_ns != kernel::time_never ? session.plugged_in_ns : session.departed_ns;
}

bool is_unserved(const Session& session) { return session.plugged_in_ns == kernel::time_never; }

Waiting::Waiting(const Run& run) {
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    const TimeNs waits_ns = wait_end_ns(session) - session.arrived_ns;
    if (waits_ns > 0) {
      by_arrival_.push_back(row);
      longest_ns_ = std::max(longest_ns_, waits_ns);
    }
    // A vehicle that still waits when the run ends has not been turned away.
    if (is_unserved(session) && session.ended != "waiting_at_end") unserved_.push_back(row);
  }
  std::ranges::stable_sort(unserved_, {}, [&](std::uint32_t row) { return run.sessions[row].departed_ns; });
}

std::vector<std::uint32_t> Waiting::waiting_at(const Run& run, std::uint32_t site, TimeNs t) const {
  std::vector<std::uint32_t> rows;
  const auto arrived = [&](std::uint32_t row) { return run.sessions[row].arrived_ns; };
  auto it = std::ranges::lower_bound(by_arrival_, t - longest_ns_, {}, arrived);
  for (; it != by_arrival_.end() && arrived(*it) <= t; ++it) {
    const Session& session = run.sessions[*it];
    if (t < wait_end_ns(session) && (site == no_row || site == session.site)) rows.push_back(*it);
  }
  return rows;
}

std::uint32_t Waiting::gone_by(const Run& run, std::uint32_t site, TimeNs t) const {
  const auto until =
      std::ranges::upper_bound(unserved_, t, {}, [&](std::uint32_t row) { return run.sessions[row].departed_ns; });
  if (site == no_row) return static_cast<std::uint32_t>(until - unserved_.begin());
  return static_cast<std::uint32_t>(
      std::count_if(unserved_.begin(), until, [&](std::uint32_t row) { return run.sessions[row].site == site; }));
}

std::vector<std::uint32_t> Waiting::gone_in(const Run& run, std::uint32_t site, TimeNs from, TimeNs to) const {
  std::vector<std::uint32_t> rows;
  const auto left = [&](std::uint32_t row) { return run.sessions[row].departed_ns; };
  auto it = std::ranges::upper_bound(unserved_, from, {}, left);
  for (; it != unserved_.end() && left(*it) <= to; ++it) {
    if (site == no_row || run.sessions[*it].site == site) rows.push_back(*it);
  }
  return rows;
}

}  // namespace evtwin::viewer::model
