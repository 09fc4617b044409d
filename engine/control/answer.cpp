#include "control/answer.hpp"

#include <fmt/format.h>

namespace evtwin::control {

void check_answer(const Answered& answered) {
  const auto& [who, columns, decision, active, evses, storages, calendar] = answered;
  for (std::size_t cell = 0; cell < columns.decided_plan_kw().size(); ++cell) {
    const double kw = columns.decided_plan_kw()[cell];
    if (std::isinf(kw)) refuse_infinite(answered, cell / columns.plan_steps(), kw);
  }
  if (std::isinf(decision.expected_cost))
    throw StrategyError(
        fmt::format("{}: decide expects a cost of {}; a finite number is due, or NaN", who, decision.expected_cost));
  if (decision.wake_ns != 0 && decision.wake_ns <= columns.view.now_ns) {
    throw StrategyError(fmt::format("{}: decide asked to be woken at {}, which is not after now", who,
                                    calendar.format_local(decision.wake_ns)));
  }
  if (decision.quiet_until_ns != 0 && decision.quiet_until_ns <= columns.view.now_ns) {
    throw StrategyError(fmt::format("{}: decide wants no ticks until {}, which is not after now", who,
                                    calendar.format_local(decision.quiet_until_ns)));
  }
}

void refuse_infinite(const Answered& answered, std::size_t member, double kw) {
  const bool evse = member < answered.evses.size();
  throw StrategyError(
      fmt::format("{}: decide answered {} kW for {} {}; a finite number is due, or NaN to leave it as it is",
                  answered.who, kw, evse ? "EVSE" : "storage",
                  evse ? answered.evses[member].id : answered.storages[member - answered.evses.size()].id));
}

}  // namespace evtwin::control
