// What a strategy decides takes its time to reach the EVSEs: forecast, plan, set-points, and some get lost.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/random.hpp"
#include "twin/site_run.hpp"

namespace evtwin::twin {

using kernel::Phase;

/// A plan that asks for nothing yet, of the decision at `t`. Its set-points are meant for those who are here now.
SiteRun::Plan& SiteRun::begin_plan(TimeNs t) {
  if (plans_.size() == plans_under_way_) plans_.emplace_back();
  Plan& plan = plans_[plans_under_way_++];
  plan.decision = result_.decisions;
  plan.stage = PlanStage::forecast;
  plan.due_ns = t + site_.commands.forecast_ns;
  plan.wish_kw.assign(guard_.member_count(), physics::unknown);
  plan.session.assign(evse_count(), 0);
  for (const std::uint32_t i : active_) {
    if (i < evse_count()) plan.session[i] = sessions_[i].number;
  }
  return plan;
}

/// A strategy that wakes itself until its set-points show in the view would, while they are under way or lost, be asked
/// every nanosecond: its own wake-ups come after they have arrived, and after a second.
TimeNs SiteRun::earliest_wake_ns(TimeNs t) const {
  const CommandPath& path = site_.commands;
  if (path.is_instant()) return t + 1;
  return t + std::max(kernel::second_ns, path.forecast_ns + path.plan_ns + path.apply_ns + 1);
}

/// Takes every plan as far as it gets by `t`, in the order of time; at one instant the older first.
void SiteRun::move_plans(TimeNs t) {
  TimeNs next_ns = kernel::time_never;
  while (plans_under_way_ > 0) {
    const auto end = plans_.begin() + static_cast<std::ptrdiff_t>(plans_under_way_);
    const auto first =
        std::min_element(plans_.begin(), end, [](const Plan& a, const Plan& b) { return a.due_ns < b.due_ns; });
    next_ns = first->due_ns;
    if (next_ns > t) break;
    next_ns = kernel::time_never;
    switch (first->stage) {
      case PlanStage::forecast:
        report_plan("forecast_ready", *first, "", t);
        first->stage = PlanStage::plan;
        first->due_ns += site_.commands.plan_ns;
        break;
      case PlanStage::plan: {
        report_plan("plan_ready", *first, "", t);
        first->stage = PlanStage::set_points;
        first->due_ns += site_.commands.apply_ns;
        // What is older and has not arrived is stale.
        const std::uint64_t newer = first->decision;
        while (plans_.front().decision != newer) {
          if (context_.observer != nullptr) {
            report_plan("plan_dropped", plans_.front(), fmt::format(": decision {} was ready before it arrived", newer),
                        t);
          }
          end_oldest_plan();
        }
        break;
      }
      case PlanStage::set_points:
        apply_plan(*first, t);
        end_oldest_plan();
        break;
    }
  }
  schedule(EventKind::command, Phase::signal, next_ns);
}

/// Set-points arrive: at the sessions they were meant for, as far as they are not lost and not in force already.
void SiteRun::apply_plan(const Plan& plan, TimeNs t) {
  constexpr std::uint32_t purpose = kernel::purpose_of("twin.command_loss");
  std::size_t arrived = 0, ended = 0;
  for (std::uint32_t i = 0; i < guard_.member_count(); ++i) {
    const double kw = plan.wish_kw[i];
    if (std::isnan(kw)) continue;
    const bool evse = i < evse_count();
    if (evse && (plan.session[i] == 0 || plan.session[i] != sessions_[i].number)) {
      ++ended;
      continue;
    }
    control::GuardMember& member = guard_.members[i];
    if (member.wish_kw == kw) continue;
    const std::uint64_t draw = plan.decision * guard_.member_count() + i;
    if (kernel::draw_unit(context_.world.seed, number_, purpose, draw) < site_.commands.loss) {
      if (context_.observer != nullptr) {
        const std::string& id = evse ? site_.evses[i].id : site_.storages[i - evse_count()].id;
        report_plan("command_lost", plan,
                    fmt::format(": {} keeps {:.6g} kW, {:.6g} kW did not arrive", id, member.wish_kw, kw), t);
      }
      continue;
    }
    member.wish_kw = kw;
    ++arrived;
  }
  guard_due_ = true;
  if (context_.observer == nullptr) return;
  const std::string late = ended == 0 ? "" : fmt::format(", {} for sessions that had ended", ended);
  report_plan("setpoint_applied", plan, fmt::format(": {} changed{}", arrived, late), t);
}

/// The run is over.
void SiteRun::drop_plans(TimeNs t) {
  for (; plans_under_way_ > 0; end_oldest_plan())
    report_plan("plan_dropped", plans_.front(), ": the run ended before it arrived", t);
}

/// Its memory is the next one's.
void SiteRun::end_oldest_plan() {
  std::rotate(plans_.begin(), plans_.begin() + 1, plans_.begin() + static_cast<std::ptrdiff_t>(plans_under_way_));
  --plans_under_way_;
}

void SiteRun::report_plan(std::string_view kind, const Plan& plan, std::string_view what, TimeNs t) {
  if (context_.observer != nullptr) report_event(kind, fmt::format("decision {}{}", plan.decision, what), t);
}

}  // namespace evtwin::twin
