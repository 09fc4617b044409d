#include "ocpp/record.hpp"

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr std::size_t most_ruled = 4096;

}  // namespace

LogTime RecordClock::time_of(const std::optional<LogStamp>& stamp) {
  if (!stamp || stamp->kind == LogStamp::Kind::date) return {};
  if (stamp->kind == LogStamp::Kind::full) return {stamp->ns, stamp->zoned};
  if (!day_ns_) return {};
  if (stamp->ns < last_of_day_ - 12 * kernel::hour_ns) *day_ns_ += kernel::day_ns;
  last_of_day_ = stamp->ns;
  return {*day_ns_ + stamp->ns, false};
}

void RecordClock::take_day(const LogStamp& stamp) {
  if (stamp.kind == LogStamp::Kind::time) return;
  // The first date of a head counts; later ones where a line begins with them.
  if (day_ns_ && stamp.begin > 2) return;
  const TimeNs of_day = (stamp.ns % kernel::day_ns + kernel::day_ns) % kernel::day_ns;
  day_ns_ = stamp.ns - of_day;
  last_of_day_ = stamp.kind == LogStamp::Kind::full ? of_day : 0;
}

void RecordSink::apply_rule(Record& record) {
  if (manner_.station.asks_words()) return;
  // The same words stand around many frames: what they said is remembered, without the time.
  const bool short_text = record.outer.size() + record.before.size() + record.behind.size() <= 400;
  const bool dated = record.stamp_in_outer && record.stamp && record.stamp->end <= record.outer.size();
  if (short_text) {
    around_.assign(dated ? record.outer.substr(0, record.stamp->begin) : View());
    around_ += '\0';
    around_ += dated ? record.outer.substr(record.stamp->end) : record.outer;
    for (const View part : {record.before, record.behind}) {
      around_ += '\0';
      around_ += part;
    }
  }

  if (const auto known = short_text ? ruled_.find(around_) : ruled_.end(); known != ruled_.end()) {
    ruled_station_ = known->second.station;
    if (known->second.sender != Sender::unknown) record.facts.sender = known->second.sender;
  } else {
    // The rule looks at the whole text, with its time.
    const std::string key = short_text ? around_ : std::string();
    around_.assign(record.outer);
    around_ += ' ';
    around_ += record.before;
    const StationRule::Found found =
        manner_.station.find_station(plain_characters(around_, plain_), record.behind, record.row);
    ruled_station_ = found.station;
    if (found.sender != Sender::unknown) record.facts.sender = found.sender;

    if (short_text) {
      if (ruled_.size() >= most_ruled) ruled_.clear();
      ruled_.emplace(key, Ruled{ruled_station_, found.sender});
    }
  }
  record.facts.station = ruled_station_;
}

FoundFrame RecordSink::found_of(const ParsedFrame& frame, const Record& given) {
  Record record = given;
  apply_rule(record);
  FoundFrame found;
  found.outer = record.outer;
  found.before = record.before;
  found.behind = record.behind;
  found.row = record.row;
  found.frame = frame;
  found.layout = record.layout;
  found.way = record.facts.way;
  found.sender = record.facts.sender;
  found.station = record.facts.station.empty() && !many_paths_ ? View(path_station_) : record.facts.station;
  found.action = record.action;
  const bool answer = frame.type != FrameType::call && frame.type != FrameType::send;
  found.time = answer && record.answer_time.is_known() ? record.answer_time : record.time;
  found.stamp = record.stamp;
  found.blocked = record.facts.blocked;
  found.retold = record.facts.retold;
  found.line = record.line;
  found.record = record.number;
  return found;
}

void RecordSink::report_retold(std::uint64_t line, View text) {
  report_oddity(OddityKind::lookalike, "told a second time, by the WebSocket library", line, text);
}

void RecordSink::take_frame(const ParseOutcome& outcome, View text, const Record& record) {
  if (skips(record)) {
    report_retold(record.line, text);
    return;
  }
  FoundFrame found = found_of(outcome.frame, record);
  found.text = text;
  for (const View repair : outcome.repairs) report_oddity(OddityKind::repaired, repair, record.line, text);
  listener_.on_found(found);
}

void RecordSink::take_message(const MessageObject& message, const Record& record) {
  FoundFrame found = found_of(message.frame, record);
  found.action = message.frame.action;
  found.type_open = message.type_open;
  listener_.on_found(found);
}

void RecordSink::take_path(View station) {
  if (station.empty() || station.size() > 100) return;
  if (path_station_.empty()) path_station_ = station;
  many_paths_ = many_paths_ || path_station_ != station;
}

}  // namespace evtwin::ocpp
