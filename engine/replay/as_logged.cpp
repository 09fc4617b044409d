#include "replay/as_logged.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace evtwin::replay {
namespace {

using kernel::TimeNs;

constexpr double no_limit = physics::infinite;

class AsLogged final : public control::Strategy {
 public:
  explicit AsLogged(std::shared_ptr<const LoggedLimits> limits) : limits_(std::move(limits)) {
    subscribes = EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
    next_.resize(limits_->size(), 0);
  }

  std::string who() const override { return "the log"; }

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

/// Cuts a span out of what may be offered.
struct Span {
  TimeNs from_ns = 0, to_ns = 0;
};

bool is_suspended(ocpp::Status status) {
  return status == ocpp::Status::suspended_ev || status == ocpp::Status::suspended_evse;
}

/// When the log says that the car was plugged in and nothing flowed, between start and stop of the transaction.
std::vector<Span> suspended_spans(const ocpp::EvseTimeline& timeline, const ocpp::Transaction& transaction) {
  std::vector<Span> out;
  const auto first =
      std::partition_point(timeline.spans.begin(), timeline.spans.end(),
                           [&](const ocpp::StatusSpan& span) { return span.to_ns <= transaction.start_ns; });
  for (auto span = first; span != timeline.spans.end() && span->from_ns < transaction.stop_ns; ++span) {
    if (!is_suspended(span->status)) continue;
    const Span cut{std::max(span->from_ns, transaction.start_ns), std::min(span->to_ns, transaction.stop_ns)};
    if (cut.from_ns < cut.to_ns) out.push_back(cut);
  }
  return out;
}

double hours_of(const std::vector<Span>& spans) {
  double hours = 0.0;
  for (const Span& span : spans) hours += kernel::hours_between(span.from_ns, span.to_ns);
  return hours;
}

}  // namespace

LoggedLimits logged_limits(const Prepared& prepared) {
  std::map<std::pair<std::string, int>, const ocpp::EvseTimeline*> timelines;
  for (const ocpp::EvseTimeline& timeline : prepared.log.timelines)
    timelines.emplace(std::make_pair(timeline.station, timeline.evse), &timeline);

  LoggedLimits out(prepared.scenario.world.sites.front().evses.size());
  for (const scenario::LogSession& session : prepared.sessions.sessions) {
    const ocpp::Transaction& transaction = prepared.log.transactions[session.transaction];
    auto& steps = out[static_cast<std::size_t>(session.visit.evse)];
    const auto add = [&](TimeNs from_ns, double kw) {
      if (!steps.empty() && steps.back().from_ns == from_ns) steps.pop_back();
      if (steps.empty() || steps.back().kw != kw) steps.push_back({from_ns, kw});
    };
    add(session.visit.arrival_ns, session.visit.arrival_ns < transaction.start_ns ? 0.0 : no_limit);
    add(std::max(transaction.start_ns, session.visit.arrival_ns), no_limit);
    const auto timeline = timelines.find({transaction.station, transaction.evse});
    if (timeline != timelines.end()) {
      const std::vector<Span> spans = suspended_spans(*timeline->second, transaction);
      // A station that says "suspended" while its register counts is not believed.
      const double open_hours = kernel::hours_between(transaction.start_ns, transaction.stop_ns) - hours_of(spans);
      const double most_kwh = session.observed_kw == session.observed_kw ? session.observed_kw * open_hours : no_limit;
      if (open_hours > 0.0 && session.visit.taken_kwh <= most_kwh) {
        for (const Span& span : spans) {
          add(span.from_ns, 0.0);
          add(span.to_ns, no_limit);
        }
      }
    }
    if (transaction.stop_ns < session.visit.departure_ns) add(transaction.stop_ns, 0.0);
  }
  return out;
}

control::StrategyFactory as_logged(std::shared_ptr<const LoggedLimits> limits) {
  return [limits = std::move(limits)](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<AsLogged>(limits);
  };
}

}  // namespace evtwin::replay
