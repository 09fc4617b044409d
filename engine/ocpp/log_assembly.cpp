#include "ocpp/log_assembly.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <tuple>

#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "ocpp/action_table.hpp"
#include "ocpp/characters.hpp"
#include "ocpp/timestamp.hpp"

namespace evtwin::ocpp {
namespace {

using View = std::string_view;

constexpr std::size_t most_first = 20;
constexpr std::size_t most_turned_bytes = std::size_t{512} << 20;
constexpr std::size_t excerpt_columns = 80;
constexpr std::size_t most_asked = std::size_t{1} << 16;

// On one line, printable, at most 80 columns.
std::string excerpt_of(View text) {
  std::string shown = kernel::make_printable(text.substr(0, 200));
  if (shown.size() <= excerpt_columns && shown.size() >= text.size()) return shown;
  std::string cut;
  std::size_t columns = 0;
  View rest = shown;
  while (!rest.empty()) {
    const std::size_t bytes = std::max<std::size_t>(kernel::first_character(rest).bytes, 1);
    columns += kernel::display_width(rest.substr(0, bytes));
    if (columns > excerpt_columns - 3) break;
    cut += rest.substr(0, bytes);
    rest.remove_prefix(bytes);
  }
  return cut + "...";
}

// A year, a month and a day behind a mark, with or without marks between them. @returns bytes of it; 0: none
std::size_t date_at_end(View name) {
  const auto digits = [&](std::size_t from_end, std::size_t count) {
    if (name.size() < from_end) return false;
    const View part = name.substr(name.size() - from_end, count);
    return std::all_of(part.begin(), part.end(), is_digit);
  };
  const auto mark = [&](std::size_t from_end) {
    if (name.size() < from_end) return false;
    const char c = name[name.size() - from_end];
    return c == '-' || c == '_' || c == '.';
  };
  if (digits(8, 8) && mark(9)) return 9;
  return digits(2, 2) && mark(3) && digits(5, 2) && mark(6) && digits(10, 4) && mark(11) ? 11 : 0;
}

// A date and nothing else: "2026-05-04", "20260504".
bool is_date(View name) {
  const std::string marked = '-' + std::string(name);
  return date_at_end(marked) == marked.size();
}

// The station that a file of one station is called after: without folder, endings, and what rotation adds behind them
// (CS_001.log.1) or before (CS_001-2026-05-04.log), which is of no station.
View station_of_file(View path) {
  constexpr std::array<View, 14> endings{".html",   ".htm", ".xml", ".log", ".txt",  ".json", ".jsonl",
                                         ".ndjson", ".csv", ".gz",  ".out", ".ocpp", ".tsv",  ".dump"};
  View name = path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0
  const auto ending_of = [&](View text) {
    const auto* found = std::find_if(endings.begin(), endings.end(), [&](View ending) {
      return text.size() > ending.size() && same_letters(text.substr(text.size() - ending.size()), ending);
    });
    return found != endings.end() ? found->size() : 0;
  };
  for (std::size_t before = 0; before != name.size();) {
    before = name.size();
    if (const std::size_t bytes = std::max(ending_of(name), date_at_end(name)); bytes < name.size())
      name.remove_suffix(bytes);
    // A number behind an ending is that of a rotation.
    const std::size_t dot = name.find_last_of('.');
    if (dot != View::npos && dot + 1 < name.size() && name.find_first_not_of("0123456789", dot + 1) == View::npos &&
        ending_of(name.substr(0, dot)) > 0)
      name = name.substr(0, dot);
  }
  // A day is no station: files called after theirs lie in a folder for each station.
  const std::size_t folder = path.find_last_of('/') + 1;
  if (is_date(name) && folder > 1) {
    const View parent = path.substr(0, folder - 1);
    return parent.substr(parent.find_last_of('/') + 1);
  }
  return name;
}

View text_after(View text, View key) {
  const void* found = memmem(text.data(), text.size(), key.data(), key.size());
  if (!found) return {};
  return text.substr(static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + key.size());
}

}  // namespace

Sender initiator_of(View action) {
  const ActionRow* row = find_action(action);
  if (!row || action == "DataTransfer") return Sender::unknown;
  return row->command ? Sender::csms : Sender::station;
}

void LoggerSide::count_sender(Way way, Sender sender) {
  if (way == Way::unknown || sender == Sender::unknown) return;
  ++((way == Way::sent) == (sender == Sender::station) ? is_station_ : is_csms_);
}

Sender LoggerSide::sender_of(Way way) const {
  const std::uint64_t most = std::max(is_station_, is_csms_), least = std::min(is_station_, is_csms_);
  if (way == Way::unknown || most == 0 || least * 5 > most) return Sender::unknown;
  return (way == Way::sent) == (is_station_ > is_csms_) ? Sender::station : Sender::csms;
}

// The first key "timestamp" of the text whose value is one.
PayloadStamp first_timestamp(const FoundFrame& found) {
  std::string made;
  View rest = found.text;
  if (rest.empty()) {
    made = simdjson::minify(*found.frame.payload);
    rest = made;
  }
  constexpr View key = "\"timestamp\"";
  for (rest = text_after(rest, key); !rest.empty(); rest = text_after(rest, key)) {
    std::size_t at = rest.find_first_not_of(" \t\r\n");
    if (at == View::npos || rest[at] != ':') continue;
    at = rest.find_first_not_of(" \t\r\n", at + 1);
    if (at == View::npos || rest[at] != '"') continue;
    const std::size_t end = rest.substr(0, at + 64).find('"', at + 1);
    if (end == View::npos) continue;
    const auto stamp = timestamp_of(rest.substr(at + 1, end - at - 1));
    if (stamp && !stamp->clamped && stamp->ns >= 0) return {stamp->ns, stamp->zoned};
  }
  return {};
}

Assembly::Assembly(LogReport& report, FrameSink& sink, const ReadOptions& options)
    : report_(report), sink_(sink), parser_(options.most_depth) {}

Place Assembly::place_of_line(std::uint64_t line) const {
  return {static_cast<std::uint32_t>(report_.files.size() - 1), line};
}

void Assembly::begin_file(const std::string& name, const LoggerSide& side, FrameOrder order, bool calls_alone) {
  report_.files.push_back({});
  file().name = name;
  file().newest_first = order == FrameOrder::newest_first;
  file().put_in_order = order == FrameOrder::by_time;
  file_station_ = station_of_file(name);
  side_ = side;
  order_ = order;
  calls_alone_ = calls_alone;
  asked_.clear();
  ids_ = SeenDigests(most_ids);
  zone_ = {};
}

void Assembly::hand_over_kept(Kept& one) {
  if (one.is_link) {
    one.link.station = one.station;
    sink_.on_link({one.link.station, one.link.connected, one.found.time, place_of_line(one.found.line)});
    return;
  }

  // The payload's view was the parser's, which has read on since: it is parsed again from the kept text.
  one.payload.append(text_padding, ' ');
  const ParseOutcome outcome = parser_.parse_frame(View(one.payload).substr(0, one.payload.size() - text_padding));
  if (outcome.kind != ParseOutcome::Kind::frame) return;  // it was written from one that could be read
  one.found.frame = {one.found.frame.type, one.id, one.action, one.error_code, one.error_description,
                     outcome.frame.payload};

  one.found.station = one.station;
  one.found.layout = one.layout;
  one.found.action = one.told_action;
  one.found.text = View(one.payload).substr(0, one.payload.size() - text_padding);
  hand_over(one.found);
}

// Rows from the last to the first; the frames of a row keep their order.
void Assembly::hand_over_newest_first() {
  for (std::size_t end = kept_.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && kept_[begin - 1].found.record == kept_[begin].found.record) --begin;
    for (std::size_t i = begin; i < end; ++i) hand_over_kept(kept_[i]);
    end = begin;
  }
}

// Of one instant calls come before answers, and the earlier of their own times first; else they keep their order, as
// what has no time stays behind what stands before it.
void Assembly::hand_over_by_time() {
  using Key = std::tuple<TimeNs, bool, TimeNs, std::size_t>;
  std::vector<Key> keys;
  keys.reserve(kept_.size());
  TimeNs last_ns = std::numeric_limits<TimeNs>::min();
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const Kept& one = kept_[i];
    if (one.found.time.is_known()) last_ns = one.found.time.ns;
    const FrameType type = one.found.frame.type;
    const bool call = !one.is_link && (type == FrameType::call || type == FrameType::send);
    keys.emplace_back(last_ns, !call, call ? one.own_ns : 0, i);
  }
  std::sort(keys.begin(), keys.end());
  for (const Key& key : keys) hand_over_kept(kept_[std::get<3>(key)]);
}

void Assembly::end_file() {
  if (order_ == FrameOrder::newest_first) hand_over_newest_first();
  if (order_ == FrameOrder::by_time) hand_over_by_time();
  kept_.clear();
  kept_bytes_ = 0;

  const std::vector<ZoneFrom> zones = zone_.find_zones(static_cast<std::uint32_t>(report_.files.size() - 1));
  report_.zones.insert(report_.zones.end(), zones.begin(), zones.end());
}

void Assembly::finish_log() {
  report_.clock_offset = offsets_.clock_offset();
  report_.calls_without_answer = calls_to_answer_ - answered_;
  for (const auto& [reason, group] : report_.unused) report_.undecodable += group.count;
}

void Assembly::on_oddity(OddityKind kind, View reason, std::uint64_t line, View text) {
  auto& groups = kind == OddityKind::unused     ? report_.unused
                 : kind == OddityKind::repaired ? report_.repaired
                                                : report_.lookalikes;
  OddityGroup& group = groups[std::string(reason)];
  ++group.count;
  if (group.first.size() < most_first)
    group.first.push_back({place_of_line(line), std::string(reason), excerpt_of(text)});
}

void Assembly::on_link(const LinkText& link, const LogTime& time, std::uint64_t line) {
  if (order_ == FrameOrder::as_it_stands) {
    sink_.on_link({link.station, link.connected, time, place_of_line(line)});
    return;
  }
  Kept kept;
  kept.is_link = true;
  kept.link = link;
  kept.station = link.station;
  kept.found.time = time;
  kept.found.line = line;
  kept_.push_back(std::move(kept));
}

void Assembly::on_found(const FoundFrame& found) {
  if (order_ == FrameOrder::as_it_stands) {
    hand_over(found);
    return;
  }
  Kept kept;
  kept.found = found;
  kept.found.outer = kept.found.before = kept.found.behind = {};
  kept.found.row = nullptr;
  if (order_ == FrameOrder::by_time) kept.own_ns = first_timestamp(found).ns;
  kept.id = found.frame.id;
  kept.action = found.frame.action;
  kept.error_code = found.frame.error_code;
  kept.error_description = found.frame.error_description;
  kept.payload = "[3,\"\"," + simdjson::minify(*found.frame.payload) + "]";
  kept.station = found.station;
  kept.layout = found.layout;
  kept.told_action = found.action;
  kept_bytes_ += sizeof(Kept) + kept.payload.size();
  if (kept_bytes_ > most_turned_bytes) {
    const bool turned = order_ == FrameOrder::newest_first;
    throw LogError(fmt::format("{}: {}, and too long to be {} in memory; {} first", kernel::make_printable(file().name),
                               turned ? "newest first" : "not in the order of its times",
                               turned ? "turned round" : "put in order",
                               turned ? "turn it with tac" : "sort it by time, or cut it into days,"));
  }
  kept_.push_back(std::move(kept));
}

bool Assembly::stands_twice(const Frame& frame, const FoundFrame& found) {
  // A message that a proxy kept back may stand there again, and pass.
  if (frame.blocked || frame.id.empty()) return false;
  const bool call = frame.type == FrameType::call || frame.type == FrameType::send;
  // Ids are the stations' own, so an answer is known by its call; what was sent again is answered again.
  if (!call && frame.call_number != 0 && repeated_calls_.has_digest(kernel::mix_bits(frame.call_number))) return true;
  // A message that was sent again has another time in the log. Without a time there, the message's own must do.
  const TimeNs at = frame.time.is_known() ? frame.time.ns : first_timestamp(found).ns;
  if (at == kernel::time_never) return false;
  const std::string payload = found.text.empty() ? simdjson::minify(*frame.payload) : std::string();
  kernel::RollingHash digest;
  digest.mix_in(at);
  digest.mix_in(static_cast<int>(frame.type));
  for (const View text : {frame.station, frame.id, frame.action, found.text.empty() ? View(payload) : found.text})
    digest.mix_in(ViewHash{}(text));
  if (!frames_.insert_digest(digest.value())) return false;
  if (call) repeated_calls_.insert_digest(kernel::mix_bits(frame.number));
  return true;
}

// Where calls alone name their station, an answer is of the one whose call has its id. @returns whether there is one
bool Assembly::settle_station(FoundFrame& found) {
  const ParsedFrame& read = found.frame;
  const bool call = read.type == FrameType::call || read.type == FrameType::send;
  if (call && !found.station.empty()) {
    if (asked_.size() >= most_asked) asked_.clear();
    asked_.insert_or_assign(std::string(read.id), std::string(found.station));
  } else if (const auto asked = asked_.find(read.id); found.station.empty() && !call && asked != asked_.end()) {
    found.station = asked->second;
  } else if (found.station.empty()) {
    on_oddity(OddityKind::unused, "it does not name its station", found.line, found.text);
    return false;
  }
  return true;
}

Frame Assembly::frame_of(const FoundFrame& found) const {
  const ParsedFrame& read = found.frame;
  Frame frame;
  frame.type = read.type;
  frame.id = read.id;
  frame.action = read.action;
  frame.payload = read.payload;
  frame.error_code = read.error_code;
  frame.error_description = read.error_description;
  frame.station_given = !found.station.empty();
  frame.station = frame.station_given ? found.station : View(file_station_);
  frame.time = found.time;
  frame.place = place_of_line(found.line);
  frame.blocked = found.blocked;
  return frame;
}

// The action tells who calls; else the words of the line, else the way that it went.
void Assembly::take_call(const FoundFrame& found, View key, Frame& frame) {
  const Sender initiator = initiator_of(frame.action);
  frame.sender = initiator;
  if (frame.sender == Sender::unknown) frame.sender = found.sender;
  if (frame.sender == Sender::unknown) frame.sender = side_.sender_of(found.way);
  if (frame.sender == Sender::unknown) frame.sender = Sender::station;  // vendors' messages mostly are the station's
  if (!frame.blocked) side_.count_sender(found.way, initiator);

  if (frame.type == FrameType::call && !frame.blocked) {
    correlation_.open_call(frame.station, frame.sender, key, frame.action, frame.number);
    ++calls_to_answer_;
  }
}

// An answer goes back to the side that asked, and gets the action of its call. @param call  keeps that action's text
void Assembly::take_answer(const FoundFrame& found, View key, Frame& frame, OpenCall& call) {
  Sender sender = found.sender != Sender::unknown ? found.sender : side_.sender_of(found.way);
  const Sender asked = sender == Sender::unknown   ? Sender::unknown
                       : sender == Sender::station ? Sender::csms
                                                   : Sender::station;
  if (auto match = correlation_.take_call(frame.station, asked, key)) {
    call = std::move(match->first);
    frame.call_number = call.number;
    frame.action = call.action();
    sender = match->second == Sender::station ? Sender::csms : Sender::station;
    ++answered_;
  } else {
    // Its call is not in the log: the action, where the record names it, tells who must have answered.
    ++report_.answers_without_call;
    frame.action = found.action;
    const Sender initiator = initiator_of(found.action);
    if (initiator != Sender::unknown) sender = initiator == Sender::csms ? Sender::station : Sender::csms;
  }
  frame.sender = sender;
}

// A repetition counts as such: counts of it as a call or an answer are taken back.
void Assembly::count_repetition(const Frame& frame, bool is_call) {
  if (report_.repeated == 0) report_.first_repeated = frame.place;
  ++report_.repeated;
  if (frame.type == FrameType::call) --calls_to_answer_;
  if (frame.call_number != 0) --answered_;
  if (!is_call && frame.call_number == 0) --report_.answers_without_call;
}

void Assembly::count(const Frame& frame, bool is_call) {
  if (frame.time.is_known()) ++report_.dated;
  if (frame.time.is_known() && frame.time.zoned) ++report_.zoned;
  switch (frame.type) {
    case FrameType::call:
      ++report_.calls;
      if (!frame.id.empty() && ids_.insert_digest(ViewHash{}(frame.id))) ++report_.reused_ids;
      break;
    case FrameType::result:
      ++report_.results;
      break;
    case FrameType::error:
      ++report_.errors;
      break;
    default:
      ++report_.other;
  }

  if (frame.blocked) ++report_.blocked;
  if (is_call) {
    if (!last_count_ || last_action_ != frame.action) {
      last_action_ = frame.action;
      last_count_ = &report_.actions[last_action_];
    }
    ++*last_count_;
  }
}

// Times inside messages tell the offset of the log's clock, and its zone where the log names none.
void Assembly::compare_clocks(const FoundFrame& found, const Frame& frame, bool is_call) {
  if (frame.time.is_known() && !frame.time.zoned) zone_.see_time(frame.time.ns, frame.number);
  if (frame.time.is_known() && is_call) {
    if (const PayloadStamp stamp = first_timestamp(found); stamp.ns != kernel::time_never) {
      offsets_.add_offset(static_cast<double>(frame.time.ns - stamp.ns) / static_cast<double>(kernel::second_ns));
      // Readings at a whole half-hour may be rounded to it: they tell the first zone, and no change of it.
      const bool may_be_rounded = frame.action == "MeterValues" && stamp.ns % (30 * kernel::minute_ns) == 0;
      if (!frame.time.zoned && frame.sender == Sender::station && !(may_be_rounded && zone_.has_station_zone()))
        zone_.station_says(frame.station, frame.time.ns, stamp.ns, stamp.zoned);
    }
  } else if (frame.time.is_known() && !frame.time.zoned && frame.type == FrameType::result) {
    View told;
    if ((*frame.payload)["currentTime"].get(told) == simdjson::SUCCESS) {
      const auto stamp = timestamp_of(told);
      if (stamp && stamp->zoned && !stamp->clamped && stamp->ns >= 0) zone_.csms_says(frame.time.ns, stamp->ns);
    }
  }
}

void Assembly::hand_over(const FoundFrame& given) {
  FoundFrame found = given;
  if (calls_alone_ && !settle_station(found)) return;
  Frame frame = frame_of(found);
  frame.number = ++number_;
  if (++file().frames == 1) file().layout = found.layout;

  // A log that gives no ids lets calls and answers meet by their action.
  const View key = frame.id.empty() ? found.action : frame.id;
  // Nothing tells, but a call with this id waits: its answer.
  if (found.type_open && frame.type == FrameType::call && correlation_.call_waits(frame.station, key))
    frame.type = FrameType::result;

  const bool is_call = frame.type == FrameType::call || frame.type == FrameType::send;
  OpenCall call;
  if (is_call)
    take_call(found, key, frame);
  else if (!frame.blocked)
    take_answer(found, key, frame, call);

  if (stands_twice(frame, found)) {
    count_repetition(frame, is_call);
    return;
  }
  count(frame, is_call);
  compare_clocks(found, frame, is_call);
  sink_.on_frame(frame);
}

}  // namespace evtwin::ocpp
