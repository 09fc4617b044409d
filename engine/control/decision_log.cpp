#include "control/decision_log.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>
#include <string>

namespace evtwin::control {

void log_decision(const LoggedDecision& decision, const Guard& guard, std::span<const std::uint32_t> active) {
  constexpr kernel::LogRoom room = kernel::LogRoom::control;
  // Storages are told apart: what one gives is not what a car takes.
  double asked_kw[2]{}, granted_kw[2]{};
  std::set<std::string_view> bound;
  for (const std::uint32_t i : active) {
    const GuardMember& member = guard.members[i];
    const std::size_t storage = i < guard.evse_count() ? 0 : 1;
    asked_kw[storage] += member.wish_kw;
    granted_kw[storage] += member.given_kw;
    if (member.reason == Correction::limit && member.limit >= 0)
      bound.insert(guard.rows()[static_cast<std::size_t>(member.limit)].name);
  }

  std::string storages;
  if (guard.member_count() > guard.evse_count())
    storages = fmt::format(", storages asked {:.3f} kW, granted {:.3f} kW", asked_kw[1], granted_kw[1]);
  kernel::log_line(room, kernel::LogLevel::debug,
                   "{}: {} decision {} of {}: {} car(s), asked {:.3f} kW, granted {:.3f} kW{}{}{}", decision.site,
                   decision.calendar.format_local(decision.now_ns), decision.number, decision.who, decision.cars,
                   asked_kw[0], granted_kw[0], storages, bound.empty() ? "" : ", bound by ", fmt::join(bound, ", "));

  if (!kernel::logs_at(room, kernel::LogLevel::trace)) return;
  for (const std::uint32_t i : active) {
    const GuardMember& member = guard.members[i];
    if (member.reason == Correction::none) continue;
    const bool evse = i < guard.evse_count();
    const bool limit = member.reason == Correction::limit && member.limit >= 0;
    kernel::log_line(room, kernel::LogLevel::trace, "  {}: asked {:.3f} kW, granted {:.3f} kW, {}{}{}",
                     evse ? decision.evses[i].id : fmt::format("storage {}", i - guard.evse_count() + 1),
                     member.wish_kw, member.given_kw, name_of(member.reason), limit ? " " : "",
                     limit ? guard.rows()[static_cast<std::size_t>(member.limit)].name : std::string());
  }
}

}  // namespace evtwin::control
