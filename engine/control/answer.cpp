#include "control/answer.hpp"

#include <fmt/format.h>

#include <string_view>

namespace evtwin::control {

void check_answer(const Answered& answered) {
  const auto& [strategy, columns, decision, active, evses, storages, calendar] = answered;
  if (!columns.canaries_alive()) {
    throw StrategyError(fmt::format("{}: decide wrote outside its decision column (evse_kw has {} rows, storage_kw {})",
                                    strategy.who(), evses.size(), storages.size()));
  }
  if (decision.wake_ns != 0 && decision.wake_ns <= columns.view.now_ns) {
    throw StrategyError(fmt::format("{}: decide asked to be woken at {}, which is not after now", strategy.who(),
                                    calendar.format_local(decision.wake_ns)));
  }
}

void refuse_infinite(const Answered& answered, std::size_t member, double kw) {
  const bool evse = member < answered.evses.size();
  throw StrategyError(
      fmt::format("{}: decide answered {} kW for {} {}; a finite number is due, or NaN to leave it as it is",
                  answered.strategy.who(), kw, evse ? "EVSE" : "storage",
                  evse ? answered.evses[member].id : answered.storages[member - answered.evses.size()].id));
}

}  // namespace evtwin::control
