// Frames that the scanner found, with what the log says around them, to its listener.
#include "ocpp/log_scanner.hpp"

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr std::size_t most_ruled = 4096;

}  // namespace

void LogScanner::apply_rule(Context& context) {
  if (manner_.station.asks_words()) return;
  // The same words stand around many frames: what they said is remembered, without the time.
  const bool short_text = context.outer.size() + context.before.size() + context.behind.size() <= 400;
  const bool dated = context.stamp_in_outer && context.stamp && context.stamp->end <= context.outer.size();
  if (short_text) {
    around_.assign(dated ? context.outer.substr(0, context.stamp->begin) : View());
    around_ += '\0';
    around_ += dated ? context.outer.substr(context.stamp->end) : context.outer;
    for (const View part : {context.before, context.behind}) {
      around_ += '\0';
      around_ += part;
    }
  }

  if (const auto known = short_text ? ruled_.find(around_) : ruled_.end(); known != ruled_.end()) {
    ruled_station_ = known->second.station;
    if (known->second.sender != Sender::unknown) context.facts.sender = known->second.sender;
  } else {
    // The rule looks at the whole text, with its time.
    const std::string key = short_text ? around_ : std::string();
    around_.assign(context.outer);
    around_ += ' ';
    around_ += context.before;
    const StationRule::Found found = manner_.station.find_station(around_, context.behind);
    ruled_station_ = found.station;
    if (found.sender != Sender::unknown) context.facts.sender = found.sender;

    if (short_text) {
      if (ruled_.size() >= most_ruled) ruled_.clear();
      ruled_.emplace(key, Ruled{ruled_station_, found.sender});
    }
  }
  context.facts.station = ruled_station_;
}

FoundFrame LogScanner::frame_with_context(const ParsedFrame& frame, const Context& given) {
  Context context = given;
  apply_rule(context);
  FoundFrame found;
  found.outer = context.outer;
  found.before = context.before;
  found.behind = context.behind;
  found.frame = frame;
  found.layout = context.layout;
  found.way = context.facts.way;
  found.sender = context.facts.sender;
  found.station = context.facts.station.empty() && !many_paths_ ? View(path_station_) : context.facts.station;
  found.action = context.action;
  const bool answer = frame.type != FrameType::call && frame.type != FrameType::send;
  found.time = answer && context.answer_time.is_known() ? context.answer_time : context.time;
  found.stamp = context.stamp;
  found.blocked = context.facts.blocked;
  found.retold = context.facts.retold;
  found.line = context.line;
  found.record = context.record;
  return found;
}

void LogScanner::take_outcome(const ParseOutcome& outcome, View text, const Context& context) {
  if (context.facts.retold && manner_.skip_retold) {
    report_oddity(OddityKind::lookalike, told_twice, context.line, text);
    return;
  }
  FoundFrame found = frame_with_context(outcome.frame, context);
  found.text = text;
  for (const View repair : outcome.repairs) report_oddity(OddityKind::repaired, repair, context.line, text);
  listener_.on_found(found);
}

// A frame out of the fields of an object or row.
void LogScanner::put_together(const MessageObject& message, const Context& context) {
  FoundFrame found = frame_with_context(message.frame, context);
  found.action = message.frame.action;
  found.type_open = message.type_open;
  listener_.on_found(found);
}

}  // namespace evtwin::ocpp
