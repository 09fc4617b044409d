#include "twin/conduct.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evtwin::twin {

void Conduct::begin() {
  warnings_ = recorded_ = left_out_ = left_standing_ = sessions_left_ = 0;
  first_warning_.clear();
  std::fill(left_.begin(), left_.end(), std::uint8_t{0});
}

void Conduct::hear_remarks(std::span<const control::Strategy::Remark> remarks, TimeNs t, Speaker speaker) {
  std::size_t of_this_decision = 0;
  for (const control::Strategy::Remark& remark : remarks) {
    if (speaker == Speaker::strategy && remark.severity == EVTWIN_WARNING && warnings_++ == 0)
      first_warning_ = remark.text;
    if (of_this_decision == most_of_a_decision || recorded_ == most_of_a_run) {
      ++left_out_;
      continue;
    }
    ++of_this_decision;
    ++recorded_;
    tell_remark(remark, t, speaker);
  }
}

void Conduct::tell_remark(const control::Strategy::Remark& remark, TimeNs t, Speaker speaker) {
  if (context_.observer == nullptr) return;
  const bool warning = remark.severity == EVTWIN_WARNING;
  const char* kind = speaker == Speaker::forecaster ? (warning ? "forecast_warning" : "forecast_remark")
                                                    : (warning ? "strategy_warning" : "strategy_remark");
  context_.observer->on_event({context_.number, t, kind, remark.text});
}

void Conduct::add_to_result(SiteResult& result, TimeNs t) const {
  result.strategy_warnings = warnings_;
  result.first_strategy_warning = first_warning_;
  result.remarks_left_out = left_out_;
  result.left_standing = left_standing_;
  result.sessions_left_standing = sessions_left_;
  if (context_.observer == nullptr) return;
  const auto tell = [&](const std::string& text) {
    context_.observer->on_event({context_.number, t, "strategy_warning", text});
  };
  if (left_out_ > 0)
    tell(fmt::format("{} more remarks are not recorded: at most {} of a decision are, and {} of a run", left_out_,
                     most_of_a_decision, most_of_a_run));
  if (result.decisions > most_decisions)
    tell(fmt::format("{} more decisions are not recorded: the first {} are", result.decisions - most_decisions,
                     most_decisions));
  if (sessions_left_ > 0)
    tell(fmt::format("{} sessions got nothing and were left at 0 kW (NaN), in {} answers", sessions_left_,
                     left_standing_));
}

}  // namespace evtwin::twin
