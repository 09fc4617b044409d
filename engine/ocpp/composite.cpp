// Composite schedules: OCPP 1.6 sections 3.13.4 and 5.7, OCPP 2.0.1 part 2 use cases K01 and K08: K08.FR.03 (EVSE 0 is
// the station, its grid connection), K08.FR.04 (of limits of several purposes the lowest holds).
#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "ocpp/profile_cursor.hpp"

namespace evtwin::ocpp {
namespace {

constexpr std::size_t most_edges = 1'000'000;
/// Finite, so that no schedule holds NaN: a limit of 1e308 A is as good as none.
constexpr double most_limit = std::numeric_limits<double>::max();

using HeldSpan = std::span<const ProfileStore::Held>;

/// Composes at one instant after the other; every step lowers `next` to the next instant at which something may change.
class Composer {
 public:
  Composer(HeldSpan held, const CompositeRequest& request, std::span<const OpenTransaction> open, int evses)
      : held_(held), request_(request), open_(open), evses_(evses) {
    for (const auto& one : held) note(one.evse);
    for (const auto& one : open) note(one.evse);
  }

  CompositePeriod at(TimeNs t, TimeNs& next) const {
    const Instant now{.t_ns = t, .origin_ns = request_.start_ns};
    const Limit station = standing_limit(held_, 0, now, next);
    Sum sum = request_.evse == 0 ? sum_of_evses(now, next) : only(of_evse(request_.evse, now, next));
    Limit limit = sum.limit;
    limit.tighten_by(station);
    CompositePeriod piece{
        .start_ns = t, .limit = 0.0, .phases = limit.most_phases(), .limited = sum.limited || station.is_limited()};
    if (!limit.is_limited()) limit = default_limit();
    piece.limit = std::min(limit.limit_in(request_.unit, request_.voltage_v), most_limit);
    return piece;
  }

 private:
  void note(int evse) {
    if (evse > 0 && evse <= evses_) told_.insert(evse);
  }

  Limit default_limit() const {
    Limit limit;
    limit.a = request_.default_a;
    limit.phases = Limit::phases_unsaid;
    return limit;
  }

  Running running_on(int evse, TimeNs t, TimeNs& next) const {
    Running running;
    for (const OpenTransaction& one : open_) {
      if (one.evse != evse) continue;
      if (one.start_ns > t)
        next = std::min(next, one.start_ns);
      else if (!running.runs || one.start_ns >= running.start_ns)
        running = {.runs = true, .start_ns = one.start_ns, .id = one.id};
    }
    if (!running.runs && request_.assume_transaction) running = {.runs = true, .start_ns = request_.start_ns, .id = {}};
    return running;
  }

  Limit of_evse(int evse, Instant now, TimeNs& next) const {
    Limit limit = session_limit(held_, evse, running_on(evse, now.t_ns, next), now, next);
    limit.tighten_by(standing_limit(held_, evse, now, next));
    return limit;
  }

  struct Sum {
    Limit limit;
    bool limited = false;  ///< by a profile; else `limit` is made of defaults
  };
  static Sum only(const Limit& limit) { return {.limit = limit, .limited = limit.is_limited()}; }

  /// Limits of all EVSEs added up, those that nothing limits with their default. In A where nobody is limited in W,
  /// else in W, each with its own phases.
  Sum sum_of_evses(Instant now, TimeNs& next) const {
    double a = 0.0, w = 0.0;
    bool any_w = false;
    Sum sum;
    const auto add = [&](Limit limit, double times) {
      sum.limited = sum.limited || limit.is_limited();
      any_w = any_w || std::isfinite(limit.w);
      sum.limit.phases = std::max(sum.limit.phases, limit.phases);
      if (!limit.is_limited()) limit = default_limit();
      a += times * limit.limit_in(RateUnit::ampere, request_.voltage_v);
      w += times * limit.limit_in(RateUnit::watt, request_.voltage_v);
    };
    for (const int evse : told_) add(of_evse(evse, now, next), 1.0);
    // EVSEs that no profile and no transaction names are alike, however many there are; -1 is none of the others.
    const int others = std::max(evses_, 1) - static_cast<int>(told_.size());
    if (others > 0) add(of_evse(-1, now, next), others);
    (any_w ? sum.limit.w : sum.limit.a) = std::min(any_w ? w : a, most_limit);
    return sum;
  }

  HeldSpan held_;
  const CompositeRequest& request_;
  std::span<const OpenTransaction> open_;
  int evses_;
  std::set<int> told_;
};

}  // namespace

std::vector<CompositePeriod> ProfileStore::composite_schedule(const CompositeRequest& request,
                                                              std::span<const OpenTransaction> open) const {
  const Composer composer(held_, request, open, evses_);
  std::vector<CompositePeriod> pieces;
  std::size_t edges = 0;
  for (TimeNs t = request.start_ns; t < request.end_ns;) {
    if (++edges > most_edges) throw std::length_error("a composite schedule of more than 1,000,000 edges");
    TimeNs next = request.end_ns;
    const CompositePeriod piece = composer.at(t, next);
    const bool same = !pieces.empty() && pieces.back().limit == piece.limit && pieces.back().phases == piece.phases &&
                      pieces.back().limited == piece.limited;
    if (!same) pieces.push_back(piece);
    t = next;
  }
  return pieces;
}

}  // namespace evtwin::ocpp
