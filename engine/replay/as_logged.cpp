#include "replay/as_logged.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "ocpp/limits_in_force.hpp"

namespace evtwin::replay {
namespace {

using kernel::TimeNs;

constexpr double no_limit = physics::infinite;

class AsLogged final : public control::Strategy {
 public:
  explicit AsLogged(std::shared_ptr<const LoggedLimits> limits) : limits_(std::move(limits)) {
    subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_LIMIT;
    next_.resize(limits_->size(), 0);
  }

  std::string name_in_messages() const override { return "the log"; }

  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    TimeNs wake_ns = kernel::time_never;
    for (std::uint32_t c = 0; c < view.n_connected; ++c) {
      const std::uint32_t evse = view.connected_evse[c];
      const auto& steps = (*limits_)[evse];
      std::size_t& next = next_[evse];
      while (next < steps.size() && steps[next].from_ns <= view.now_ns) ++next;
      const double limit_kw = next == 0 ? no_limit : steps[next - 1].kw;
      decision.evse_kw[evse] = std::min(limit_kw, view.evse_car_max_kw[evse]);
      if (next < steps.size()) wake_ns = std::min(wake_ns, steps[next].from_ns);
    }
    if (wake_ns != kernel::time_never) decision.wake_ns = wake_ns;
  }

 private:
  std::shared_ptr<const LoggedLimits> limits_;
  std::vector<std::size_t> next_;  ///< by row: the first step that has not come
};

struct Span {
  TimeNs from_ns = 0, to_ns = 0;
};

/// Whether a car that is plugged in gets nothing.
bool is_held(ocpp::Status status, bool told_of_charging, Pauses pauses) {
  using ocpp::Status;
  if (pauses == Pauses::foretold) return status == Status::suspended_evse;
  if (status == Status::suspended_ev || status == Status::suspended_evse) return true;
  // Where a station tells of charging, these mean that it does not charge.
  return told_of_charging && (status == Status::preparing || status == Status::occupied || status == Status::finishing);
}

/// When the log says that the car was plugged in and nothing flowed, between start and stop of the transaction. A car
/// that is done and stays so needs no telling: what it wanted ends its charging in the twin too.
std::vector<Span> held_spans(const ocpp::EvseTimeline& timeline, const ocpp::Transaction& transaction, Pauses pauses) {
  const auto first =
      std::partition_point(timeline.spans.begin(), timeline.spans.end(),
                           [&](const ocpp::StatusSpan& span) { return span.to_ns <= transaction.start_ns; });
  const auto last = std::partition_point(
      first, timeline.spans.end(), [&](const ocpp::StatusSpan& span) { return span.from_ns < transaction.stop_ns; });
  const bool told_of_charging =
      std::any_of(first, last, [](const ocpp::StatusSpan& span) { return span.status == ocpp::Status::charging; });
  std::vector<Span> out;
  for (auto span = first; span != last; ++span) {
    if (!is_held(span->status, told_of_charging, pauses)) continue;
    const Span cut{std::max(span->from_ns, transaction.start_ns), std::min(span->to_ns, transaction.stop_ns)};
    const bool done = span->status != ocpp::Status::suspended_evse && cut.to_ns == transaction.stop_ns;
    if (cut.from_ns < cut.to_ns && !done) out.push_back(cut);
  }
  return out;
}

/// @param spans  ascending, without overlap; stay so
void add_span(std::vector<Span>& spans, Span more) {
  std::vector<Span> out;
  for (const Span& span : spans) {
    if (span.to_ns < more.from_ns) {
      out.push_back(span);
    } else if (span.from_ns <= more.to_ns) {
      more = {std::min(span.from_ns, more.from_ns), std::max(span.to_ns, more.to_ns)};
    }
  }
  out.push_back(more);
  std::copy_if(spans.begin(), spans.end(), std::back_inserter(out),
               [&](const Span& span) { return span.from_ns > more.to_ns; });
  spans = std::move(out);
}

double hours_of(const std::vector<Span>& spans) {
  double hours = 0.0;
  for (const Span& span : spans) hours += kernel::hours_between(span.from_ns, span.to_ns);
  return hours;
}

/// When a car drew for the last time, as far as readings show: one that is full leaves its share of a station's limit
/// to the others.
TimeNs done_ns(const ocpp::Transaction& t) {
  constexpr double idle_kw = 0.1;
  TimeNs done = t.stop_ns;
  for (auto sample = t.samples.rbegin(); sample != t.samples.rend(); ++sample) {
    const bool idle = sample->power_kw <= idle_kw;  // NaN: not told
    if (!idle) break;
    done = std::max(t.start_ns, sample->time_ns);
  }
  return done;
}

/// The limits of one station's profiles over its sessions.
class StationProfiles {
 public:
  /// @throws std::length_error as ocpp::limits_over
  StationProfiles(const ocpp::SiteLog& log, const std::string& station,
                  const std::vector<const sessions::LogSession*>& sessions) {
    std::vector<ocpp::TransactionSpan> spans;
    TimeNs from_ns = kernel::time_never, to_ns = 0;
    for (const sessions::LogSession* session : sessions) {
      const ocpp::Transaction& t = log.transactions[session->transaction];
      spans.push_back({std::max(1, t.evse), t.start_ns, t.stop_ns, t.id});
      starts_.push_back(t.start_ns);
      stops_.push_back(done_ns(t));
      from_ns = std::min(from_ns, t.start_ns);
      to_ns = std::max(to_ns, t.stop_ns);
    }
    std::sort(starts_.begin(), starts_.end());
    std::sort(stops_.begin(), stops_.end());
    limits_ = ocpp::limits_over(log.profiles, station, spans, from_ns, to_ns);
  }

  bool limited() const { return limits_.is_limited(); }

  /// Instants between start and stop at which the limit of an EVSE may change.
  void add_changes(int evse, const Span& within, std::vector<TimeNs>& out) const {
    const auto add = [&](TimeNs t) {
      if (t > within.from_ns && t < within.to_ns) out.push_back(t);
    };
    const auto add_range = [&](const auto& list, const auto& time_of) {
      auto at = std::partition_point(list.begin(), list.end(),
                                     [&](const auto& entry) { return time_of(entry) <= within.from_ns; });
      for (; at != list.end() && time_of(*at) < within.to_ns; ++at) add(time_of(*at));
    };
    const auto start_of = [](const ocpp::LimitPiece& piece) { return piece.start_ns; };
    const auto itself = [](TimeNs t) { return t; };
    add_range(pieces_of(evse), start_of);
    if (limits_.station.empty()) return;
    add_range(limits_.station, start_of);
    add_range(starts_, itself);
    add_range(stops_, itself);
  }

  /// Power that a car may draw. Cars that draw at the same time share the station's limit evenly.
  double kw_at(int evse, TimeNs t, int phases, double voltage_v) const {
    double kw = no_limit;
    if (const ocpp::LimitPiece* piece = ocpp::piece_at(pieces_of(evse), t)) kw = piece->most_kw(phases, voltage_v);
    if (const ocpp::LimitPiece* piece = ocpp::piece_at(limits_.station, t)) {
      const auto begun = std::upper_bound(starts_.begin(), starts_.end(), t) - starts_.begin();
      const auto ended = std::upper_bound(stops_.begin(), stops_.end(), t) - stops_.begin();
      const auto running = static_cast<double>(std::max<std::ptrdiff_t>(1, begun - ended));
      kw = std::min(kw, piece->most_kw(phases, voltage_v) / running);
    }
    return kw;
  }

 private:
  std::span<const ocpp::LimitPiece> pieces_of(int evse) const {
    const auto found =
        std::lower_bound(limits_.evses.begin(), limits_.evses.end(), evse,
                         [](const ocpp::EvseLimits& limits, int number) { return limits.evse < number; });
    if (found == limits_.evses.end() || found->evse != evse) return {};
    return found->pieces;
  }

  ocpp::StationLimits limits_;
  std::vector<TimeNs> starts_, stops_;  ///< of the station's transactions; stops_: when they drew for the last time
};

using Profiles = std::map<std::string, StationProfiles, std::less<>>;

Profiles profiles_of(const ocpp::SiteLog& log, const std::vector<sessions::LogSession>& sessions,
                     std::vector<std::string>* troubles) {
  Profiles out;
  if (log.profiles.empty()) return out;
  std::map<std::string, std::vector<const sessions::LogSession*>, std::less<>> by_station;
  for (const sessions::LogSession& session : sessions)
    by_station[log.transactions[session.transaction].station].push_back(&session);
  for (const auto& [station, of_station] : by_station) {
    try {
      StationProfiles profiles(log, station, of_station);
      if (profiles.limited()) out.emplace(station, std::move(profiles));
    } catch (const std::length_error& error) {
      if (troubles != nullptr) troubles->push_back(station + ": its charging profiles are left out: " + error.what());
    }
  }
  return out;
}

/// A station that says "suspended" (or the like) while its register counts is not believed.
bool believable(const std::vector<Span>& held, const ocpp::Transaction& t, const sessions::LogSession& session) {
  const double open_hours = kernel::hours_between(t.start_ns, t.stop_ns) - hours_of(held);
  if (open_hours <= 0.0) return session.visit.taken_kwh <= 0.0;
  return !(session.visit.taken_kwh > session.observed_kw * open_hours);
}

}  // namespace

LoggedLimits logged_limits(const ocpp::SiteLog& log, const std::vector<sessions::LogSession>& sessions,
                           const twin::World& world, Pauses pauses, std::vector<std::string>* troubles) {
  std::map<std::pair<std::string, int>, const ocpp::EvseTimeline*> timelines;
  for (const ocpp::EvseTimeline& timeline : log.timelines)
    timelines.emplace(std::make_pair(timeline.station, timeline.evse), &timeline);
  const Profiles profiles = profiles_of(log, sessions, troubles);
  const std::vector<physics::Evse>& evses = world.sites.front().evses;

  LoggedLimits out(evses.size());
  for (const sessions::LogSession& session : sessions) {
    const ocpp::Transaction& t = log.transactions[session.transaction];
    const auto row = static_cast<std::size_t>(session.visit.evse);
    const Span charging{std::max(t.start_ns, session.visit.arrival_ns),
                        std::min(t.stop_ns, session.visit.departure_ns)};
    std::vector<Span> held;
    if (const auto timeline = timelines.find({t.station, t.evse}); timeline != timelines.end())
      held = held_spans(*timeline->second, t, pauses);
    if (!believable(held, t, session)) held.clear();
    if (pauses == Pauses::foretold && session.waits_h > 0.0)
      add_span(held, {charging.from_ns, kernel::after_hours_rounded_up(charging.from_ns, session.waits_h)});

    const auto found = profiles.find(t.station);
    const StationProfiles* station = found == profiles.end() ? nullptr : &found->second;
    const int evse = std::max(1, t.evse);

    // A step begins where the vehicle's presence, charging, a pause or a profile changes.
    std::vector<TimeNs> changes{session.visit.arrival_ns, charging.from_ns, charging.to_ns};
    for (const Span& span : held) changes.insert(changes.end(), {span.from_ns, span.to_ns});
    if (station != nullptr) station->add_changes(evse, charging, changes);
    std::sort(changes.begin(), changes.end());
    changes.erase(std::unique(changes.begin(), changes.end()), changes.end());

    auto& steps = out[row];
    std::size_t next = 0;  // of the held spans: the first that has not ended
    for (const TimeNs from_ns : changes) {
      while (next < held.size() && held[next].to_ns <= from_ns) ++next;
      const bool holds = next < held.size() && held[next].from_ns <= from_ns;
      double kw = no_limit;
      // Nothing is offered outside of the transaction, or while the station held back.
      if (from_ns < charging.from_ns || from_ns >= charging.to_ns || holds) {
        kw = 0.0;
      } else if (station != nullptr) {
        const int phases = std::max<int>(1, std::min(session.vehicle.ac_phases, evses[row].phases));
        kw = station->kw_at(evse, from_ns, evses[row].phases == 0 ? 3 : phases, evses[row].voltage_v);
      }
      if (!steps.empty() && steps.back().from_ns == from_ns) steps.pop_back();
      if (steps.empty() || steps.back().kw != kw) steps.push_back({from_ns, kw});
    }
  }
  return out;
}

control::StrategyFactory as_logged(std::shared_ptr<const LoggedLimits> limits) {
  return [limits = std::move(limits)](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<AsLogged>(limits);
  };
}

}  // namespace evtwin::replay
