#include "ocpp/log_survey.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "ocpp/station_learner.hpp"

namespace evtwin::ocpp {
namespace {

// A clock that was set back, or a file put behind a later one, goes back once; rows in no order do so again and again,
// also those of one station. Bursts and queues are of seconds.
constexpr std::uint64_t times_back = 3;
constexpr TimeNs minutes_back_ns = 2 * kernel::minute_ns;

class Tally final : public ScanListener {
 public:
  void on_found(const FoundFrame& found) override {
    ++frames;
    stations.see_frame(found);
    if (found.frame.type == FrameType::call) ++calls;
    if (found.layout == "JSON objects") ++of_objects;
    if (!found.retold) ++told;
    if (found.stamp && found.stamp->kind == LogStamp::Kind::time) ++times_of_day;
    if (found.frame.type == FrameType::call) side.count_sender(found.way, initiator_of(found.frame.action));
    if (found.stamp) days(found);
    if (!found.time.is_known()) return;
    if (!first.is_known()) first = found.time;
    if (found.record != last_record && last.is_known()) {
      if (found.time.ns > last.ns) ++later;
      if (found.time.ns < last.ns) ++earlier;
      if (found.time.ns < last.ns - minutes_back_ns) ++far_back;
    }
    if (const auto [before, is_new] = last_of.emplace(found.station, found.time.ns); !is_new) {
      if (found.time.ns < before->second - minutes_back_ns) most_back = std::max(most_back, ++back_of[before->first]);
      before->second = found.time.ns;
    }
    last = found.time;
    last_record = found.record;
  }
  void on_oddity(OddityKind, std::string_view, std::uint64_t, std::string_view) override {}

  std::uint64_t frames = 0, calls = 0, of_objects = 0, told = 0, times_of_day = 0, later = 0, earlier = 0,
                last_record = 0, far_back = 0, most_back = 0;
  std::uint64_t month_first = 0, day_first = 0;
  LoggerSide side;
  StationLearner stations;
  LogTime first, last;

 private:
  std::map<std::string, TimeNs, std::less<>> last_of;  // by station, as far as words tell it
  std::map<std::string, std::uint64_t, std::less<>> back_of;

  // Meaning of 03/10: figures beyond 12 prove it; else the order that is nearer to the times inside the messages.
  void days(const FoundFrame& found) {
    constexpr std::uint64_t proof = 1'000'000;
    if (found.stamp->shows == DayOrder::month_first) month_first += proof;
    if (found.stamp->shows == DayOrder::day_first) day_first += proof;
    if (!found.stamp->either_order || found.frame.type != FrameType::call) return;
    const PayloadStamp inside = first_timestamp(found);
    if (inside.ns == kernel::time_never) return;
    const bool nearer = std::abs(found.stamp->ns - inside.ns) <= std::abs(found.stamp->other_ns - inside.ns);
    ++(nearer ? month_first : day_first);
  }
};

}  // namespace

Survey survey_of(std::string_view head, const ReadOptions& options) {
  Survey survey;
  Tally tally;
  LogScanner(options, survey.manner, tally).scan_text(head, true);
  if (tally.calls == 0) {  // frames may also lie inside payloads
    Manner other = survey.manner;
    other.payload_only = true;
    Tally again;
    LogScanner(options, other, again).scan_text(head, true);
    if (again.calls > tally.calls) {
      tally = again;
      survey.manner = other;
    }
  }

  // Days before months give other times, and with them another order of records: the head is read again.
  if (tally.month_first != tally.day_first) {
    survey.manner.order = tally.day_first > tally.month_first ? DayOrder::day_first : DayOrder::month_first;
    if (survey.manner.order == DayOrder::day_first) {
      Tally again;
      LogScanner(options, survey.manner, again).scan_text(head, true);
      tally = again;
    }
  }

  survey.manner.skip_retold = tally.told > 0;
  if (tally.frames > 0) {
    survey.manner.objects = tally.of_objects > 0 || survey.manner.payload_only;
  }

  survey.side = tally.side;
  survey.manner.station = !options.station_regex.empty()   ? StationRule::from_regex(options.station_regex)
                          : !options.station_field.empty() ? StationRule::from_field(options.station_field)
                                                           : tally.stations.learned_rule();

  survey.first_time = tally.first;
  // With times of day alone, a step back may be midnight.
  if (tally.times_of_day > 0) return survey;
  if (tally.earlier >= 3 && tally.earlier > 4 * tally.later)
    survey.order = FrameOrder::newest_first;
  else if (tally.far_back >= times_back && tally.most_back >= times_back)
    survey.order = FrameOrder::by_time;
  return survey;
}

}  // namespace evtwin::ocpp
