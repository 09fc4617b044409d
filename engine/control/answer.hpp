// The answer of a strategy: whether it can be one, and the powers it asks for.
#pragma once
#include <evtwin/strategy.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "control/strategy.hpp"
#include "control/view.hpp"
#include "market/calendar.hpp"

namespace evtwin::control {

/// One answer with what it answers.
struct Answered {
  std::string_view who;        ///< for messages
  const ViewColumns& columns;  ///< whose decision it is, and whose view was shown
  const evtwin_decision& decision;
  std::span<const std::uint32_t> active;  ///< members whose power counts: connected EVSEs and all storages
  std::span<const physics::Evse> evses;
  std::span<const physics::Storage> storages;
  const market::Calendar& calendar;  ///< for messages
};

/// @throws StrategyError for a wake or an end of quiet that is not after now, an infinite power in a plan.
void check_answer(const Answered& answered);

/// An infinite power is no power; any finite one is the guard's to bring within bounds.
[[noreturn]] void refuse_infinite(const Answered& answered, std::size_t member, double kw);

/// Calls `wish(member, kw)` for every power that was asked of an active EVSE, then of a storage, and `left(member)`
/// where NaN leaves it as it is. @throws StrategyError for infinite power.
template <class Wish, class Left>
void each_wish(const Answered& answered, Wish&& wish, Left&& left) {
  const auto take = [&](std::size_t member, double kw) {
    if (std::isnan(kw)) return left(member);
    if (std::isinf(kw)) refuse_infinite(answered, member, kw);
    wish(member, kw);
  };
  const auto evse_kw = answered.columns.decided_evse_kw();
  for (const std::uint32_t i : answered.active) {
    if (i < evse_kw.size()) take(i, evse_kw[i]);
  }
  const auto storage_kw = answered.columns.decided_storage_kw();
  for (std::size_t s = 0; s < storage_kw.size(); ++s) take(evse_kw.size() + s, storage_kw[s]);
}

}  // namespace evtwin::control
