#include "control/plan_history.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace evtwin::control {

namespace {

bool same(double a_kw, double b_kw) { return std::abs(a_kw - b_kw) <= PlanHistory::same_kw; }

/// Goes on where the last piece ends, if it is of one plan with it.
void append(std::vector<PlannedPiece>& pieces, const PlannedPiece& piece) {
  if (!pieces.empty()) {
    PlannedPiece& last = pieces.back();
    if (last.end_ns == piece.start_ns && last.decision == piece.decision && same(last.kw, piece.kw)) {
      last.end_ns = piece.end_ns;
      return;
    }
  }
  pieces.push_back(piece);
}

}  // namespace

void PlanHistory::clear() {
  for (std::vector<PlannedPiece>& pieces : pending_) pieces.clear();
  settled_.clear();
}

void PlanHistory::settle_passed(std::size_t member, TimeNs now) {
  std::vector<PlannedPiece>& pending = pending_[member];
  const auto first =
      std::find_if(pending.begin(), pending.end(), [&](const auto& piece) { return piece.end_ns > now; });
  for (auto piece = pending.begin(); piece != first; ++piece) settled_.push_back({member, *piece, 0});
  pending.erase(pending.begin(), first);
}

void PlanHistory::take_back(std::size_t member, const PlannedPiece& piece, TimeNs t) {
  if (!settled_.empty()) {
    SettledPiece& last = settled_.back();
    if (last.member == member && last.replaced_ns == t && last.planned.end_ns == piece.start_ns &&
        last.planned.decision == piece.decision && last.planned.kw == piece.kw) {
      last.planned.end_ns = piece.end_ns;
      return;
    }
  }
  settled_.push_back({member, piece, t});
}

bool PlanHistory::take_plan(TimeNs now, std::uint64_t decision, std::span<const TimeNs> step_start_ns,
                            std::span<const double> kw) {
  const std::size_t steps = kw.size() / std::max<std::size_t>(1, pending_.size());
  bool new_words = false;
  for (std::size_t member = 0; member < pending_.size() && steps > 0; ++member) {
    const auto row = kw.subspan(member * steps, steps);
    if (std::all_of(row.begin(), row.end(), [](double x) { return std::isnan(x); })) continue;
    settle_passed(member, now);
    if (overlay_member(member, now, decision, step_start_ns.first(steps + 1), row)) new_words = true;
  }
  return new_words;
}

bool PlanHistory::overlay_member(std::size_t member, TimeNs now, std::uint64_t decision,
                                 std::span<const TimeNs> step_start_ns, std::span<const double> kw) {
  std::vector<PlannedPiece>& pending = pending_[member];
  // Between two neighbouring cuts neither what was planned nor what is planned now changes.
  old_cuts_.clear();
  for (const PlannedPiece& piece : pending) old_cuts_.insert(old_cuts_.end(), {piece.start_ns, piece.end_ns});
  cuts_.clear();
  std::merge(step_start_ns.begin(), step_start_ns.end(), old_cuts_.begin(), old_cuts_.end(), std::back_inserter(cuts_));
  cuts_.erase(std::unique(cuts_.begin(), cuts_.end()), cuts_.end());

  next_.clear();
  bool new_words = false;
  std::size_t old = 0, step = 0;
  for (std::size_t c = 0; c + 1 < cuts_.size(); ++c) {
    const TimeNs from = cuts_[c], to = cuts_[c + 1];
    while (old < pending.size() && pending[old].end_ns <= from) ++old;
    while (step < kw.size() && step_start_ns[step + 1] <= from) ++step;
    const bool was_planned = old < pending.size() && pending[old].start_ns <= from;
    const bool says = step < kw.size() && step_start_ns[step] <= from && !std::isnan(kw[step]);

    // A piece that is said again stays with the decision that said it first.
    if (was_planned && (!says || same(kw[step], pending[old].kw))) {
      append(next_, {from, to, pending[old].kw, pending[old].decision});
      continue;
    }

    // NaN says nothing, and 0 kW says nothing new where nothing was planned.
    if (!says || (!was_planned && same(kw[step], 0.0))) continue;
    if (was_planned) take_back(member, {from, to, pending[old].kw, pending[old].decision}, now);
    append(next_, {from, to, kw[step], decision});
    new_words = true;
  }

  pending.swap(next_);
  return new_words;
}

void PlanHistory::end_member(std::size_t member, TimeNs t) {
  settle_passed(member, t);
  for (PlannedPiece piece : pending_[member]) {
    if (piece.start_ns < t) {
      settled_.push_back({member, {piece.start_ns, t, piece.kw, piece.decision}, 0});
      piece.start_ns = t;
    }
    settled_.push_back({member, piece, t});
  }
  pending_[member].clear();
}

void PlanHistory::end_all(TimeNs t) {
  for (std::size_t member = 0; member < pending_.size(); ++member) end_member(member, t);
}

}  // namespace evtwin::control
