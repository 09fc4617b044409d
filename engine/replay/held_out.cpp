#include "replay/held_out.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "replay/judge.hpp"
#include "replay/metered.hpp"
#include "sessions/vehicle_habits.hpp"

namespace evtwin::replay {
namespace {

using sessions::LogSession;
using sessions::VehicleHabits;

constexpr double teaching_share = 0.7;    ///< of the sessions; as the literature splits them for calibration
constexpr std::size_t least_taught = 10;  ///< sessions with readings: fewer teach no habit
constexpr TimeNs shape_step_ns = 5 * kernel::minute_ns;

const physics::Evse& evse_of(const twin::World& world, const LogSession& session) {
  return world.sites.front().evses[static_cast<std::size_t>(session.visit.evse)];
}

VehicleHabits::Current current_of(const physics::Evse& evse) {
  return evse.phases == 0 ? VehicleHabits::Current::dc : VehicleHabits::Current::ac;
}

/// The world with these sessions alone, each with the vehicle that it has.
twin::World world_with(const twin::World& base, std::vector<LogSession>& sessions) {
  twin::World world = base;
  demand::Recorded law;
  for (LogSession& session : sessions) {
    session.visit.vehicle = static_cast<std::uint32_t>(world.vehicles.size());
    session.visit.number = law.visits.size();
    world.vehicles.push_back(session.vehicle);
    law.visits.push_back(session.visit);
  }
  world.sites.front().arrivals = {std::make_shared<const demand::ArrivalLaw>(std::move(law))};
  return world;
}

twin::PowerSegment constant_power(TimeNs from_ns, TimeNs to_ns, double kw) {
  twin::PowerSegment segment;
  segment.start_ns = from_ns;
  segment.end_ns = to_ns;
  segment.kw = kw;
  segment.energy_kwh = kw * kernel::hours_between(from_ns, to_ns);
  return segment;
}

ReplayedSession without_power(const LogSession& session) {
  return {session.transaction,
          session.visit.id,
          session.evse_id,
          session.visit.arrival_ns,
          session.visit.departure_ns,
          0.0,
          {}};
}

/// Rated power from plug-in until the energy has flowed or the car leaves.
ReplayedSession rectangle(const LogSession& session, double rated_kw) {
  ReplayedSession out = without_power(session);
  const TimeNs full_ns = kernel::after_hours_rounded_up(out.plugged_in_ns, session.visit.taken_kwh / rated_kw);
  const TimeNs end_ns = std::min(full_ns, out.departed_ns);
  if (end_ns > out.plugged_in_ns) out.power.push_back(constant_power(out.plugged_in_ns, end_ns, rated_kw));
  for (const twin::PowerSegment& segment : out.power) out.got_kwh += segment.energy_kwh;
  return out;
}

/// Mean power of sessions over the time since plug-in.
class MeanShape {
 public:
  void learn(const LogSession& session, const Metered& metered) {
    for (const MeteredPiece& piece : metered.pieces) {
      for (TimeNs from = piece.from_ns; from < piece.to_ns;) {
        const TimeNs since = std::max<TimeNs>(from - session.visit.arrival_ns, 0);
        const auto step = static_cast<std::size_t>(since / shape_step_ns);
        const TimeNs step_end = session.visit.arrival_ns + static_cast<TimeNs>(step + 1) * shape_step_ns;
        const TimeNs to = std::min(piece.to_ns, std::max(step_end, from + 1));
        if (kwh_.size() <= step) kwh_.resize(step + 1, 0.0);
        kwh_[step] += piece.mean_kw() * kernel::hours_between(from, to);
        from = to;
      }
    }
  }

  /// Scaled to the energy of the session; an even power where the sessions learnt from had none so early.
  ReplayedSession of(const LogSession& session) const {
    ReplayedSession out = without_power(session);
    double sum = 0.0;
    const auto each_step = [&](auto&& use) {
      TimeNs from = out.plugged_in_ns;
      for (std::size_t step = 0; step < kwh_.size() && from < out.departed_ns; ++step) {
        const TimeNs to = std::min(from + shape_step_ns, out.departed_ns);
        use(from, to, kwh_[step] * static_cast<double>(to - from) / static_cast<double>(shape_step_ns));
        from = to;
      }
    };
    each_step([&](TimeNs, TimeNs, double kwh) { sum += kwh; });
    if (sum > 0.0) {
      each_step([&](TimeNs from, TimeNs to, double kwh) {
        out.power.push_back(
            constant_power(from, to, kwh / sum * session.visit.taken_kwh / kernel::hours_between(from, to)));
      });
    } else if (out.departed_ns > out.plugged_in_ns) {
      const double hours = kernel::hours_between(out.plugged_in_ns, out.departed_ns);
      out.power.push_back(constant_power(out.plugged_in_ns, out.departed_ns, session.visit.taken_kwh / hours));
    }
    out.got_kwh = session.visit.taken_kwh;
    return out;
  }

 private:
  std::vector<double> kwh_;  ///< of all sessions together, by step since plug-in
};

/// Those of the replay that are whole and arrive from an instant on.
std::vector<ReplayedSession> whole_from_on(const ocpp::SiteLog& log, std::vector<ReplayedSession> sessions,
                                           TimeNs from_ns) {
  std::erase_if(sessions, [&](const ReplayedSession& session) {
    return session.plugged_in_ns < from_ns || log.transactions[session.transaction].is_part();
  });
  return sessions;
}

}  // namespace

HeldOut held_out(const Prepared& prepared, const ReplayResult& replayed, const ReplayOptions& options) {
  HeldOut out;
  // Sessions of which the log has a part teach no habit, and none is foretold.
  std::vector<LogSession> all = prepared.sessions.sessions;
  std::erase_if(all, [&](const LogSession& one) { return prepared.log.transactions[one.transaction].is_part(); });
  if (all.empty()) {
    out.why_not = "no whole session";
    return out;
  }
  const twin::World world = world_of(prepared);
  VehicleHabits habits;
  MeanShape shape;

  // Only sessions that were over when the first of those held out came may teach.
  const auto teaching = static_cast<std::size_t>(teaching_share * static_cast<double>(all.size()));
  out.from_ns = all[teaching].visit.arrival_ns;
  for (std::size_t i = 0; i < teaching; ++i) {
    if (all[i].visit.departure_ns > out.from_ns) continue;  // not over yet
    habits.learn_session(prepared.log, all[i], current_of(evse_of(world, all[i])));
    shape.learn(all[i], metered_of(prepared.log.transactions[all[i].transaction]));
  }
  out.fitted = habits.sessions_learnt();
  if (out.fitted < least_taught) {
    out.why_not = "fewer than 10 earlier sessions to learn from";
    return out;
  }

  std::vector<LogSession> later;
  std::vector<ReplayedSession> rectangles, shapes;
  for (std::size_t i = teaching; i < all.size(); ++i) {
    const physics::Evse& evse = evse_of(world, all[i]);
    later.push_back(habits.foretell_session(prepared.log, all[i], current_of(evse), physics::rated_kw(evse)));
    sessions::fit_to_evse(later.back(), evse);
    rectangles.push_back(rectangle(all[i], physics::rated_kw(evse)));
    shapes.push_back(shape.of(all[i]));
  }
  out.judged = later.size();

  ReplayOptions quiet;
  quiet.stop = options.stop;
  const twin::World foretold_world = world_with(world, later);
  const ReplayResult foretold = run_logged(prepared.log, later, foretold_world, Pauses::foretold, quiet);

  const auto judge_way = [&](Way way, const std::vector<ReplayedSession>& sessions) {
    const ScoreCard card = score_power(prepared.log, sessions, world.calendar);
    for (std::size_t line = 0; line < power_lines.size(); ++line) {
      const Score& score = *card.find_score(power_lines[line]);
      out.figure_of(way, line) = {score.value, score.n};
    }
    if (way == Way::foretold) out.tested_share = card.tested_share;
  };

  judge_way(Way::foretold, replayed_sessions(later, foretold));
  judge_way(Way::fitted,
            whole_from_on(prepared.log, replayed_sessions(prepared.sessions.sessions, replayed), out.from_ns));
  judge_way(Way::rectangle, rectangles);
  judge_way(Way::mean_shape, shapes);
  return out;
}

}  // namespace evtwin::replay
