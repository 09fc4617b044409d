#include "ocpp/limits_in_force.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "ocpp/profile_cursor.hpp"

namespace evtwin::ocpp {
namespace {

constexpr std::size_t most_steps = 20'000'000;

/// Steps of all EVSEs of a station together; a step looks at every profile that is held.
struct Budget {
  std::size_t left = most_steps;
  void take(std::size_t steps) {
    if (steps > left) throw std::length_error("charging profiles that change too often to be followed");
    left -= steps;
  }
};

using Commands = std::vector<const ProfileCommand*>;

LimitPiece piece_of(TimeNs t, const Limit& limit) {
  LimitPiece piece;
  piece.start_ns = t;
  if (!limit.is_limited()) return piece;
  piece.a = limit.a;
  piece.kw = limit.w / 1000.0;
  piece.phases = limit.most_phases();
  return piece;
}

void append(std::vector<LimitPiece>& pieces, const LimitPiece& piece) {
  if (!pieces.empty()) {
    LimitPiece last = pieces.back();
    if (last.start_ns == piece.start_ns) {
      pieces.pop_back();
      return append(pieces, piece);
    }
    last.start_ns = piece.start_ns;
    if (last == piece) return;
  }
  pieces.push_back(piece);
}

/// Transactions of one EVSE, none overlapping: a later start ends the one before.
std::vector<TransactionSpan> in_turn(std::vector<TransactionSpan> spans) {
  std::stable_sort(spans.begin(), spans.end(),
                   [](const TransactionSpan& a, const TransactionSpan& b) { return a.start_ns < b.start_ns; });
  for (std::size_t i = 0; i + 1 < spans.size(); ++i)
    spans[i].stop_ns = std::min(spans[i].stop_ns, spans[i + 1].start_ns);
  return spans;
}

/// The times at which any transaction runs, as few spans as can be.
std::vector<TransactionSpan> together(std::vector<TransactionSpan> spans) {
  std::stable_sort(spans.begin(), spans.end(),
                   [](const TransactionSpan& a, const TransactionSpan& b) { return a.start_ns < b.start_ns; });
  std::vector<TransactionSpan> all;
  for (TransactionSpan& span : spans) {
    if (!all.empty() && span.start_ns <= all.back().stop_ns)
      all.back().stop_ns = std::max(all.back().stop_ns, span.stop_ns);
    else
      all.push_back({.evse = 0, .start_ns = span.start_ns, .stop_ns = span.stop_ns, .id = {}});
  }
  return all;
}

/// Follows the profiles of one EVSE (0: of the station) over its transactions.
class Follower {
 public:
  Follower(int evse, const Commands& commands, TimeNs from_ns, TimeNs to_ns, Budget& budget)
      : evse_(evse), commands_(commands), from_ns_(from_ns), to_ns_(to_ns), budget_(budget) {}

  std::vector<LimitPiece> follow(std::span<const TransactionSpan> spans) {
    append(pieces_, piece_of(from_ns_, {}));
    for (const TransactionSpan& span : spans) {
      const TimeNs start = std::max(span.start_ns, from_ns_), stop = std::min(span.stop_ns, to_ns_);
      take_commands_until(span.start_ns);
      if (start < stop) {
        run({.runs = evse_ != 0, .start_ns = span.start_ns, .id = span.id}, start, stop);
        append(pieces_, piece_of(stop, {}));
      }
      // A profile set at the instant at which this transaction stops belongs to the next one.
      take_commands_before(span.stop_ns);
      if (evse_ != 0) store_.end_transaction(evse_, span.id);
    }
    take_commands_until(kernel::time_never);
    return std::move(pieces_);
  }
  std::size_t not_taken() const { return not_taken_; }

 private:
  bool command_due(TimeNs t) const { return next_ < commands_.size() && commands_[next_]->time_ns <= t; }
  void take_command() {
    budget_.take(1 + store_.held_profiles().size());
    if (!store_.apply_command(*commands_[next_++])) ++not_taken_;
  }
  void take_commands_until(TimeNs t) {
    while (command_due(t)) take_command();
  }
  void take_commands_before(TimeNs t) {
    while (next_ < commands_.size() && commands_[next_]->time_ns < t) take_command();
  }

  void run(const Running& running, TimeNs start, TimeNs stop) {
    for (TimeNs t = start; t < stop;) {
      take_commands_until(t);
      TimeNs next = stop;
      if (next_ < commands_.size()) next = std::min(next, commands_[next_]->time_ns);
      const Instant now{.t_ns = t, .origin_ns = running.start_ns};
      budget_.take(1 + store_.held_profiles().size());
      Limit limit = session_limit(store_.held_profiles(), evse_, running, now, next);
      limit.tighten_by(standing_limit(store_.held_profiles(), evse_, now, next));
      append(pieces_, piece_of(t, limit));
      t = next;
    }
  }

  int evse_;
  const Commands& commands_;
  TimeNs from_ns_, to_ns_;
  Budget& budget_;
  ProfileStore store_;
  std::size_t next_ = 0, not_taken_ = 0;
  std::vector<LimitPiece> pieces_;
};

/// Commands that can matter to an EVSE (0: to the station).
Commands commands_for(const Commands& all, int evse) {
  Commands some;
  for (const ProfileCommand* command : all) {
    if (command->kind == ProfileCommand::Kind::clear || command->evse == evse || command->evse == 0)
      some.push_back(command);
  }
  return some;
}

bool any_limited(std::span<const LimitPiece> pieces) {
  return std::any_of(pieces.begin(), pieces.end(), [](const LimitPiece& piece) { return piece.is_limited(); });
}

}  // namespace

bool LimitPiece::is_limited() const { return std::isfinite(a) || std::isfinite(kw); }

double LimitPiece::most_kw(int phases_used, double voltage_v) const {
  return std::min(kw, a * voltage_v * std::min(phases, phases_used) / 1000.0);
}

bool StationLimits::is_limited() const {
  return any_limited(station) ||
         std::any_of(evses.begin(), evses.end(), [](const EvseLimits& one) { return any_limited(one.pieces); });
}

StationLimits limits_over(std::span<const ProfileCommand> commands, std::string_view station,
                          std::span<const TransactionSpan> transactions, TimeNs from_ns, TimeNs to_ns) {
  // A profile that the station refused limits nothing.
  Commands own;
  for (const ProfileCommand& command : commands)
    if (command.station == station && command.accepted) own.push_back(&command);
  std::stable_sort(own.begin(), own.end(),
                   [](const ProfileCommand* a, const ProfileCommand* b) { return a->time_ns < b->time_ns; });
  std::map<int, std::vector<TransactionSpan>> by_evse;
  for (const TransactionSpan& span : transactions) by_evse[span.evse].push_back(span);

  StationLimits limits;
  Budget budget;

  // A log may have very many commands and EVSEs: the budget is one for the whole station.
  const auto follow = [&](int evse, const std::vector<TransactionSpan>& spans) {
    budget.take(own.size());
    const Commands some = commands_for(own, evse);
    Follower follower(evse, some, from_ns, to_ns, budget);
    auto pieces = follower.follow(spans);
    limits.not_taken += follower.not_taken();
    return pieces;
  };

  // Limits of the station matter while any of its EVSEs charges.
  limits.station = follow(0, together({transactions.begin(), transactions.end()}));
  // A transaction whose EVSE the log does not tell has none of its own.
  for (auto& [evse, spans] : by_evse) {
    if (evse > 0) limits.evses.push_back({.evse = evse, .pieces = follow(evse, in_turn(std::move(spans)))});
  }
  return limits;
}

const LimitPiece* piece_at(std::span<const LimitPiece> pieces, TimeNs t) {
  const auto after = std::upper_bound(pieces.begin(), pieces.end(), t,
                                      [](TimeNs at, const LimitPiece& piece) { return at < piece.start_ns; });
  return after == pieces.begin() ? nullptr : &*(after - 1);
}

}  // namespace evtwin::ocpp
