#include "twin/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/random.hpp"

namespace evtwin::twin {

using kernel::Phase;

std::span<double> Commands::send_decision(std::uint64_t decision, std::span<const std::uint64_t> session, TimeNs t) {
  if (orders_.size() == under_way_) orders_.emplace_back();
  Order& order = orders_[under_way_++];
  order.decision = decision;
  order.stage = Stage::forecast;
  order.due_ns = t + context_.site.commands.forecast_ns;
  order.wish_kw.assign(context_.site.evses.size() + context_.site.storages.size(), physics::unknown);
  order.session.assign(session.begin(), session.end());
  return order.wish_kw;
}

TimeNs Commands::earliest_wake_ns(TimeNs t) const {
  const CommandPath& path = context_.site.commands;
  if (path.is_instant()) return t + 1;
  return t + std::max(kernel::second_ns, path.forecast_ns + path.plan_ns + path.apply_ns + 1);
}

bool Commands::move_decisions(TimeNs t, std::span<const std::uint64_t> session, std::span<double> wish_kw) {
  bool arrived = false;
  TimeNs next_ns = kernel::time_never;

  // The earliest due first; where a stage takes no time, an order passes several at one instant.
  while (under_way_ > 0) {
    const auto end = orders_.begin() + static_cast<std::ptrdiff_t>(under_way_);
    const auto first =
        std::min_element(orders_.begin(), end, [](const Order& a, const Order& b) { return a.due_ns < b.due_ns; });
    next_ns = first->due_ns;
    if (next_ns > t) break;
    next_ns = kernel::time_never;

    // A stage begins when the one before it was due, not when it is looked at.
    switch (first->stage) {
      case Stage::forecast:
        tell_observer("forecast_ready", *first, "", t);
        first->stage = Stage::plan;
        first->due_ns += context_.site.commands.plan_ns;
        break;
      case Stage::plan:
        tell_observer("plan_ready", *first, "", t);
        first->stage = Stage::set_points;
        first->due_ns += context_.site.commands.apply_ns;
        // Orders still under way were planned on older facts.
        drop_older_than(first->decision, t);
        break;
      case Stage::set_points:
        deliver_order(*first, session, wish_kw, t);
        arrived = true;
        end_oldest();
        break;
    }
  }

  context_.timers.schedule_timer(EventKind::command, Phase::signal, next_ns);
  return arrived;
}

/// A plan is ready: what is older and has not arrived is stale.
void Commands::drop_older_than(std::uint64_t decision, TimeNs t) {
  while (orders_.front().decision != decision) {
    if (context_.observer != nullptr)
      tell_observer("plan_dropped", orders_.front(),
                    fmt::format(": decision {} was ready before it arrived", decision + 1), t);
    end_oldest();
  }
}

/// Set-points arrive: at the sessions they were meant for, as far as they are not lost and not in force already.
void Commands::deliver_order(const Order& order, std::span<const std::uint64_t> session, std::span<double> wish_kw,
                             TimeNs t) {
  constexpr std::uint32_t purpose = kernel::purpose_of("twin.command_loss");
  const std::size_t evses = context_.site.evses.size(), members = wish_kw.size();
  std::size_t arrived = 0, ended = 0;
  for (std::uint32_t i = 0; i < members; ++i) {
    const double kw = order.wish_kw[i];
    if (std::isnan(kw)) continue;

    // A command is meant for one session: a vehicle plugged in since does not get it.
    const bool evse = i < evses;
    if (evse && (order.session[i] == 0 || order.session[i] != session[i])) {
      ++ended;
      continue;
    }

    // A command that changes nothing is not sent, and so can not be lost. The draw hangs on decision and member alone.
    if (wish_kw[i] == kw) continue;
    if (kernel::draw_unit(context_.episode.seed, context_.number, purpose, order.decision * members + i) <
        context_.site.commands.loss) {
      ++lost_;
      if (context_.observer != nullptr) {
        const std::string& id = evse ? context_.site.evses[i].id : context_.site.storages[i - evses].id;
        tell_observer("command_lost", order,
                      fmt::format(": {} keeps {:.6g} kW, {:.6g} kW did not arrive", id, wish_kw[i], kw), t);
      }
      continue;
    }

    wish_kw[i] = kw;
    ++arrived;
  }

  if (context_.observer == nullptr) return;
  const std::string late = ended == 0 ? "" : fmt::format(", {} for sessions that had ended", ended);
  tell_observer("setpoint_applied", order, fmt::format(": {} changed{}", arrived, late), t);
}

void Commands::drop_all(TimeNs t) {
  for (; under_way_ > 0; end_oldest())
    tell_observer("plan_dropped", orders_.front(), ": the run ended before it arrived", t);
}

/// Its memory is the next one's.
void Commands::end_oldest() {
  std::rotate(orders_.begin(), orders_.begin() + 1, orders_.begin() + static_cast<std::ptrdiff_t>(under_way_));
  --under_way_;
}

void Commands::tell_observer(std::string_view kind, const Order& order, std::string_view what, TimeNs t) const {
  if (context_.observer != nullptr)
    context_.observer->on_event({context_.number, t, kind, fmt::format("decision {}{}", order.decision + 1, what)});
}

}  // namespace evtwin::twin
