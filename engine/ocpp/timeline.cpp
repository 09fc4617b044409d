#include "ocpp/timeline.hpp"

#include <algorithm>

namespace evtwin::ocpp {
namespace {

bool plugged(Status s) {
  return s == Status::preparing || s == Status::charging || s == Status::suspended_ev || s == Status::suspended_evse ||
         s == Status::finishing || s == Status::occupied;
}
bool is_free(Status s) { return s == Status::available || s == Status::reserved; }
bool fine(Status s) { return plugged(s) && s != Status::occupied; }

// When a vehicle came that charges from `start` on: the beginning of the run of statuses without a free one.
void tell_plug_in(const std::vector<StatusSpan>& spans, Transaction& t, TimeNs not_before) {
  t.plugged_in_ns = t.start_ns;
  auto i = std::upper_bound(spans.begin(), spans.end(), t.start_ns,
                            [](TimeNs time, const StatusSpan& s) { return time < s.from_ns; });
  while (i != spans.begin()) {
    --i;
    if (i->from_ns < not_before || is_free(i->status)) return;
    if (!plugged(i->status)) continue;
    t.plugged_in_ns = i->from_ns;
    t.plug_in_seen = i == spans.begin() ? i->status == Status::preparing : is_free(std::prev(i)->status);
  }
}

// When it left: the first free status after it stopped. Some stations say Available just before they say stop.
void tell_plug_out(const std::vector<StatusSpan>& spans, Transaction& t, TimeNs not_after) {
  t.plugged_out_ns = t.stop_ns;
  const TimeNs from = std::max(t.start_ns + 1, t.stop_ns - kernel::minute_ns);
  auto i = std::lower_bound(spans.begin(), spans.end(), from,
                            [](const StatusSpan& s, TimeNs time) { return s.from_ns < time; });
  while (i != spans.end() && i->from_ns <= not_after && !is_free(i->status)) ++i;
  if (i == spans.end() || i->from_ns > not_after) return;
  t.plugged_out_ns = std::max(t.stop_ns, i->from_ns);
  t.plug_out_seen = true;
}

StateHours hours_of(const std::vector<StatusSpan>& spans, TimeNs from, TimeNs to) {
  StateHours hours;
  auto i = std::upper_bound(spans.begin(), spans.end(), from,
                            [](TimeNs time, const StatusSpan& s) { return time < s.from_ns; });
  if (i != spans.begin()) --i;

  bool any = false;
  for (; i != spans.end() && i->from_ns < to; ++i) {
    const TimeNs a = std::max(from, i->from_ns), b = std::min(to, i->to_ns);
    if (b <= a) continue;
    const double h = kernel::hours_between(a, b);
    any = true;

    switch (i->status) {
      case Status::charging:
        hours.charging += h;
        break;
      case Status::suspended_ev:
        hours.suspended_ev += h;
        break;
      case Status::suspended_evse:
        hours.suspended_evse += h;
        break;
      default:
        hours.connected += h;
    }
  }

  // Where no status tells, the hours are not known: that is not 0 h.
  if (!any) hours = {kernel::unknown, kernel::unknown, kernel::unknown, kernel::unknown};
  return hours;
}

}  // namespace

EvseTimeline timeline_of(std::string station, int evse, std::vector<StatusPoint> points, TimeNs last_ns) {
  EvseTimeline timeline;
  timeline.station = std::move(station);
  timeline.evse = evse;
  std::stable_sort(points.begin(), points.end(),
                   [](const StatusPoint& a, const StatusPoint& b) { return a.time_ns < b.time_ns; });
  std::vector<StatusSpan>& spans = timeline.spans;
  for (StatusPoint& point : points) {
    if (!spans.empty()) {
      StatusSpan& last = spans.back();
      if (last.status == point.status && last.error_code == point.error_code) continue;
      if (point.coarse && point.status == Status::occupied && fine(last.status)) continue;
      last.to_ns = point.time_ns;
      if (last.to_ns == last.from_ns) {  // two at one instant: the last counts
        spans.pop_back();
        if (!spans.empty() && spans.back().status == point.status && spans.back().error_code == point.error_code)
          continue;
      }
    }
    spans.push_back({point.status, point.time_ns, point.time_ns, std::move(point.error_code)});
  }
  if (!spans.empty()) spans.back().to_ns = std::max(last_ns, spans.back().from_ns);
  return timeline;
}

void tell_states(const EvseTimeline& timeline, std::span<Transaction* const> transactions) {
  const auto& spans = timeline.spans;
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    Transaction& t = *transactions[i];
    const TimeNs before = i > 0 ? transactions[i - 1]->stop_ns : std::numeric_limits<TimeNs>::min();
    const TimeNs after = i + 1 < transactions.size() ? transactions[i + 1]->start_ns : kernel::time_never;
    tell_plug_in(spans, t, before);
    tell_plug_out(spans, t, after);
    t.hours = hours_of(spans, t.plugged_in_ns, t.plugged_out_ns);
  }
}

}  // namespace evtwin::ocpp
