#include "replay/site_trace.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace evtwin::replay {
namespace {

constexpr TimeNs most_taper_step_ns = kernel::minute_ns;
constexpr TimeNs most_taper_steps = 1'000;

/// A change of the powers at an instant.
struct Change {
  TimeNs time_ns = 0;
  int pieces = 0;  ///< that begin (1) or end (-1)
  double metered_kw = 0.0, twin_kw = 0.0, dense_kw = 0.0, fine_kw = 0.0, hourly_kw = 0.0;
};

void add_change(std::vector<Change>& changes, TimeNs from, TimeNs to, Change change) {
  change.time_ns = from;
  change.pieces = 1;
  changes.push_back(change);
  changes.push_back(
      {to, -1, -change.metered_kw, -change.twin_kw, -change.dense_kw, -change.fine_kw, -change.hourly_kw});
}

/// The twin's power where the log has no readings: as it flowed, tapers in steps.
void add_bare(std::vector<Change>& changes, const ReplayedSession& session, const TwinEnergy& energy, TimeNs from,
              TimeNs to) {
  for (const twin::PowerSegment& segment : session.power) {
    TimeNs begin = std::max(segment.start_ns, from);
    const TimeNs end = std::min(segment.end_ns, to);
    if (begin >= end) continue;
    const TimeNs length = end - begin;
    const TimeNs step =
        segment.slope_kw_per_kwh == 0.0 ? length : std::max(most_taper_step_ns, length / most_taper_steps + 1);
    for (; begin < end; begin += step) {
      const TimeNs until = std::min(begin + step, end);
      Change change;
      change.twin_kw = energy.kwh_between(begin, until) / kernel::hours_between(begin, until);
      add_change(changes, begin, until, change);
    }
  }
}

/// All changes of a session, ascending.
std::vector<Change> changes_of(const ReplayedSession& session, const std::vector<MeteredPiece>& pieces) {
  std::vector<Change> changes;
  changes.reserve(2 * pieces.size());
  const TwinEnergy energy(session.power);
  for (const MeteredPiece& piece : pieces) {
    Change change;
    change.metered_kw = piece.mean_kw();
    change.twin_kw = energy.kwh_between(piece.from_ns, piece.to_ns) / kernel::hours_between(piece.from_ns, piece.to_ns);
    if (change.metered_kw == 0.0 && change.twin_kw == 0.0) continue;

    if (piece.dense) change.dense_kw = change.metered_kw;
    if (piece.widest_ns() <= fine_ns) change.fine_kw = change.metered_kw;
    if (piece.widest_ns() <= kernel::hour_ns) change.hourly_kw = change.metered_kw;
    add_change(changes, piece.from_ns, piece.to_ns, change);
  }

  // Before its first reading and after its last the twin's power stands alone.
  const TimeNs first = pieces.empty() ? kernel::time_never : pieces.front().from_ns;
  const TimeNs last = pieces.empty() ? kernel::time_never : pieces.back().to_ns;
  add_bare(changes, session, energy, std::numeric_limits<TimeNs>::min(), first);
  add_bare(changes, session, energy, last, kernel::time_never);
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.time_ns < b.time_ns; });
  return changes;
}

/// The changes of all sessions, ascending; of one instant in the order of the sessions. Only those of sessions that are
/// under way are held, since a year of logs has as many as it has readings.
class Changes {
 public:
  Changes(std::span<const ReplayedSession> sessions, std::span<const Metered> metered)
      : sessions_(sessions), metered_(metered) {
    coming_.reserve(sessions.size());
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      TimeNs first = metered[i].pieces.empty() ? kernel::time_never : metered[i].pieces.front().from_ns;
      for (const twin::PowerSegment& segment : sessions[i].power) first = std::min(first, segment.start_ns);
      coming_.push_back({first, i});
    }
    std::sort(coming_.begin(), coming_.end(), std::greater<>());
  }

  /// The next one; nothing: that was all.
  std::optional<Change> take_next() {
    while (!coming_.empty() && (under_way_.empty() || coming_.back().first <= under_way_.front().time_ns())) {
      const std::size_t session = coming_.back().second;
      coming_.pop_back();
      push({session, changes_of(sessions_[session], metered_[session].pieces)});
    }
    if (under_way_.empty()) return std::nullopt;
    std::pop_heap(under_way_.begin(), under_way_.end());
    UnderWay one = std::move(under_way_.back());
    under_way_.pop_back();
    const Change change = one.changes[one.at++];
    push(std::move(one));
    return change;
  }

 private:
  struct UnderWay {
    std::size_t session = 0;
    std::vector<Change> changes;
    std::size_t at = 0;
    TimeNs time_ns() const { return changes[at].time_ns; }
    /// The first of a heap is the earliest.
    bool operator<(const UnderWay& other) const {
      return std::pair(time_ns(), session) > std::pair(other.time_ns(), other.session);
    }
  };
  void push(UnderWay&& one) {
    if (one.at == one.changes.size()) return;
    under_way_.push_back(std::move(one));
    std::push_heap(under_way_.begin(), under_way_.end());
  }

  std::span<const ReplayedSession> sessions_;
  std::span<const Metered> metered_;
  std::vector<std::pair<TimeNs, std::size_t>> coming_;  ///< first instant and session, the next one last
  std::vector<UnderWay> under_way_;
};

}  // namespace

std::vector<SiteStep> site_steps(std::span<const ReplayedSession> sessions, std::span<const Metered> metered) {
  std::vector<SiteStep> steps;
  std::size_t pieces = 0;
  for (const Metered& one : metered) pieces += one.pieces.size() + 1;
  steps.reserve(pieces);

  Changes changes(sessions, metered);
  SiteStep now;
  int open = 0;
  std::optional<Change> change = changes.take_next();
  while (change) {
    const TimeNs at = change->time_ns;
    if (open > 0) {
      now.to_ns = at;
      steps.push_back(now);
    }

    for (; change && change->time_ns == at; change = changes.take_next()) {
      open += change->pieces;
      now.metered_kw += change->metered_kw;
      now.twin_kw += change->twin_kw;
      now.dense_kw += change->dense_kw;
      now.fine_kw += change->fine_kw;
      now.hourly_kw += change->hourly_kw;
    }

    if (open == 0) now = {};  // what rounding left goes
    now.from_ns = at;
  }
  return steps;
}

void BinMeans::add_step(const SiteStep& step) {
  for (TimeNs at = step.from_ns; at < step.to_ns;) {
    if (bins_.empty() || bins_.back().to_ns <= at) bins_.push_back({start_of_(at), end_of_(at), 0.0, 0.0, 0.0, 0.0});
    BinMean& bin = bins_.back();
    const TimeNs until = std::min(step.to_ns, bin.to_ns);
    const double share =
        static_cast<double>(until - at) / static_cast<double>(std::max<TimeNs>(bin.to_ns - bin.from_ns, 1));
    bin.metered_kw += share * step.metered_kw;
    bin.twin_kw += share * step.twin_kw;
    bin.dense_kw += share * step.dense_kw;
    bin.hourly_kw += share * step.hourly_kw;
    at = until;
  }
}

}  // namespace evtwin::replay
