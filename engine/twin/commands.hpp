// The way from a decision to the EVSEs where it takes time: forecast, plan, set-points, and some get lost.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "physics/battery.hpp"
#include "twin/context.hpp"

namespace evtwin::twin {

class Commands {
 public:
  explicit Commands(const SiteContext& context) : context_(context) {}

  /// Nothing is under way.
  void begin() {
    under_way_ = 0;
    lost_ = 0;
  }

  bool is_instant() const { return context_.site.commands.is_instant(); }

  /// A decision's way begins at `t`. Its set-points are meant for the sessions that are there now.
  /// @param session  [evses] number of the session, 0: nobody
  /// @returns what it asks for, by member, to be filled: NaN leaves a member as it is.
  std::span<double> send_decision(std::uint64_t decision, std::span<const std::uint64_t> session, TimeNs t);

  /// A strategy that wakes itself until its set-points show in the view would, while they are under way or lost, be
  /// asked every nanosecond: its own wake-ups come after they have arrived, and after a second.
  TimeNs earliest_wake_ns(TimeNs t) const;

  /// Takes every decision as far as it gets by `t`, in the order of time; at one instant the older first. Set-points
  /// that arrive are written to `wish_kw`.
  /// @param session  [evses] as they are now. @param wish_kw  [members] in force; changed where one arrives
  /// @returns whether a decision arrived.
  bool move_decisions(TimeNs t, std::span<const std::uint64_t> session, std::span<double> wish_kw);

  /// Decisions under way, and set-points lost since mark_decision().
  void show_in_view(evtwin_view& view) const {
    view.commands_under_way = static_cast<std::uint32_t>(under_way_);
    view.commands_lost = lost_;
  }
  void mark_decision() { lost_ = 0; }
  /// The run is over.
  void drop_all(TimeNs t);

  template <class A>
  void archive_fields(A& a);

 private:
  /// Stages a decision has yet to pass.
  enum class Stage : std::uint8_t { forecast, plan, set_points };
  static_assert(kernel::is_last_enumerator<Stage::set_points>(), "Order::archive takes no later one");
  /// One decision on its way.
  struct Order {
    std::uint64_t decision = 0;
    Stage stage = Stage::forecast;
    TimeNs due_ns = 0;
    std::vector<double> wish_kw;         ///< [members] NaN: leave it as it is
    std::vector<std::uint64_t> session;  ///< [evses] whom it is meant for

    template <class A>
    void archive_fields(A& a) {
      a.archive_choice(stage, Stage::set_points);
      a(decision, due_ns, wish_kw, session);
    }
  };
  static_assert(kernel::has_size<Order>(72), "a new field must be archived, and the title of checkpoints changed");

  void deliver_order(const Order& order, std::span<const std::uint64_t> session, std::span<double> wish_kw, TimeNs t);
  void drop_older_than(std::uint64_t decision, TimeNs t);
  void end_oldest();
  void tell_observer(std::string_view kind, const Order& order, std::string_view what, TimeNs t) const;

  const SiteContext context_;
  std::vector<Order> orders_;  // the oldest first; behind those under way memory for more
  std::size_t under_way_ = 0;
  std::uint32_t lost_ = 0;  // since the last decision
};
static_assert(kernel::has_size<Commands>(88), "a new field must be archived or made anew after loading");

template <class A>
void Commands::archive_fields(A& a) {
  a.begin_section("commands");
  std::vector<Order> orders(orders_.begin(), orders_.begin() + static_cast<std::ptrdiff_t>(under_way_));
  a(orders, lost_);
  const std::size_t evses = context_.site.evses.size();
  const CommandPath& path = context_.site.commands;
  for (const Order& order : orders) {
    a.require_that(order.wish_kw.size() == evses + context_.site.storages.size() && order.session.size() == evses,
                   "a plan for another site");
    a.require_that(order.due_ns >= context_.episode.from_ns &&
                       order.due_ns <= context_.episode.to_ns + path.forecast_ns + path.plan_ns + path.apply_ns,
                   "a plan of another time");
  }
  if constexpr (A::loads) {
    under_way_ = orders.size();
    orders_ = std::move(orders);
  }
}

}  // namespace evtwin::twin
