#include "ocpp/site_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <optional>

#include "kernel/log.hpp"
#include "ocpp/action_table.hpp"
#include "ocpp/card_spelling.hpp"
#include "ocpp/command_book.hpp"
#include "ocpp/decode.hpp"
#include "ocpp/doubtful_text.hpp"
#include "ocpp/payload_time.hpp"
#include "ocpp/reading_step.hpp"
#include "ocpp/register_unit.hpp"
#include "ocpp/station_book.hpp"
#include "ocpp/summary_objects.hpp"
#include "ocpp/timeline.hpp"
#include "ocpp/transaction_book.hpp"
#include "ocpp/transaction_finish.hpp"

namespace evtwin::ocpp {
namespace {

// The log's clock may be set back once or twice.
constexpr TimeNs step_back_ns = 2 * kernel::minute_ns;
constexpr std::uint64_t times_out_of_order = 3;

// A status as it came in; of a charging state, the transaction whose EVSE it is of.
struct RawStatus {
  int evse = 0;
  std::size_t draft = TransactionBook::npos;
  StatusPoint point;
  Stamp stamp;
};

struct StationState {
  /// Of a 2.0.1 EVSE with several connectors: whether another of them is in use.
  bool other_in_use(const StatusReport& report) {
    connectors[{report.evse, report.connector}] = report.status;
    for (auto i = connectors.lower_bound({report.evse, 0}); i != connectors.end() && i->first.first == report.evse; ++i)
      if (i->first.second != report.connector && i->second == Status::occupied) return true;
    return false;
  }

  StationState(const std::string& id, FlagList& flags) : book(id), transactions(id, flags) {}
  StationBook book;
  TransactionBook transactions;
  StationClock clock;
  std::vector<RawStatus> statuses;
  std::map<std::pair<int, int>, Status> connectors;
  TimeNs near_ns = kernel::time_never;
  ReadingTimes reading_times;
  TimeNs reading_step_ns = 0;  ///< of them, once the log is read
  Stamp first, last;
  bool any = false;
  std::uint64_t steps_back = 0;  ///< messages that are minutes older in the log than the one before
  Place first_step_back;
};

/// First and last instant that the log tells of.
struct SeenTimes {
  void add(TimeNs ns) {
    if (ns == kernel::time_never) return;
    first_ns = std::min(first_ns, ns);
    last_ns = std::max(last_ns, ns);
  }
  bool any() const { return first_ns != kernel::time_never; }
  TimeNs first_ns = kernel::time_never, last_ns = std::numeric_limits<TimeNs>::min();
};

using StatusPoints = std::map<int, std::vector<StatusPoint>>;  ///< by EVSE

class Collector : public FrameSink {
 public:
  void on_frame(const Frame& frame) override;
  void on_link(const LinkChange& change) override {
    if (is_usable_time(change.time.ns)) state_of(change.station).book.book_link(change);
  }
  SiteLog finish(LogReport&& report);

 private:
  using Effect = CommandBook::Effect;
  /// A message with the station that it is of.
  struct Message {
    StationState& state;
    std::size_t index;
    const Frame& frame;
    Event& event;
    /// A message may bring several readings: only the last was just taken.
    void note_reading_times(const std::vector<Reading>& readings) const {
      if (readings.empty() || !event.stamp.log.is_known()) return;
      const TimeNs told_ns = readings.back().sample.time_ns;
      if (told_ns != kernel::time_never) state.reading_times.add_reading(told_ns, event.stamp.log.ns);
    }
  };

  StationState& state_of(std::string_view station);
  void take(const Message& message);
  void take_transaction(const Message& message, TransactionReport& report);
  void take_meter(const Message& message, MeterReport& report);
  void take_status(const Message& message, StatusReport& report);
  void take_boot(const Message& message, const BootReport& report);
  static void book_temperatures(const Message& message, int evse, std::vector<Reading>& readings);
  void note_effect(const Message& message, Effect::Kind kind, int evse, std::string_view tag = {},
                   std::string_view id = {}, Status status = Status::unknown);
  void note_action(const Frame& frame);
  void note_version(StationState& state, const Frame& frame, Version version);
  void note_life(StationState& state, const Event& event);

  void flag_copied_files();
  void flag_order();
  void flag_zones();
  void flag_repeated_frames();
  void flag_unnamed_stations();
  void finish_station(std::size_t index, SeenTimes& seen);
  StatusPoints take_status_points(StationState& state, SeenTimes& seen) const;
  std::vector<Transaction> finished_transactions(std::size_t index, TimeNs station_last_ns, SeenTimes& seen);
  void flag_stranger(std::size_t station, Transaction& t, std::uint64_t started);

  SiteLog log_;
  FlagList flags_;
  CardSpelling cards_;
  CommandBook commands_{flags_};
  std::deque<StationState> states_;
  std::vector<std::string> names_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::size_t current_ = 0;
  std::map<std::string, Place, std::less<>> unnamed_;  ///< called after their files
  // Minutes of the log in which any station spoke, so far, and the last of them.
  std::uint64_t minutes_ = 0;
  TimeNs minute_ = -1;
};

StationState& Collector::state_of(std::string_view station) {
  if (current_ < names_.size() && names_[current_] == station) return states_[current_];
  const auto found = by_name_.find(station);
  if (found != by_name_.end()) {
    current_ = found->second;
  } else {
    current_ = names_.size();
    names_.emplace_back(station);
    by_name_.emplace(station, current_);
    states_.emplace_back(names_.back(), flags_);
  }
  return states_[current_];
}

void Collector::note_action(const Frame& frame) {
  if (frame.type != FrameType::call && frame.type != FrameType::send) return;
  const ActionRow* row = find_action(frame.action);
  if (!row) {
    // A log can hold any number of names that are none.
    constexpr std::size_t most_names = 1000;
    if (log_.unknown_actions.size() < most_names) ++log_.unknown_actions[std::string(frame.action.substr(0, 200))];
    flags_.add_flag("unknown_action", frame.station,
                    fmt::format("{} is an action of no version of OCPP: not used", quoted_text(frame.action)),
                    frame.place);
    return;
  }
  ++log_.categories[std::string(row->category)];
  if (row->use == Use::counted) ++log_.unused_actions[std::string(frame.action)];
}

void Collector::note_version(StationState& state, const Frame& frame, Version version) {
  if (version == Version::unknown) return;
  StationBook& book = state.book;
  if (book.version == Version::unknown || (book.version == Version::v201 && version == Version::v21)) {
    book.version = version;
  } else if ((book.version == Version::v16) != (version == Version::v16) && !book.version_flagged) {
    book.version_flagged = true;
    flags_.add_flag("mixed_versions", frame.station,
                    fmt::format("{} of OCPP {} from {}, which spoke {} before: one log of two versions", frame.action,
                                version == Version::v16 ? "1.6" : "2.0.1", quoted_text(frame.station),
                                version == Version::v16 ? "2.0.1" : "1.6"),
                    frame.place);
  }
}

// A message from the station itself shows that it is there.
void Collector::note_life(StationState& state, const Event& event) {
  if (!event.stamp.log.is_known()) return;
  const TimeNs minute = event.stamp.log.ns / kernel::minute_ns;
  if (minute != minute_) ++minutes_;
  minute_ = minute;
  state.book.note_contact(event.stamp, minutes_, names_.size() == 1);
}

void Collector::on_frame(const Frame& frame) {
  if (frame.blocked) return;
  const std::size_t known = names_.size();
  StationState& state = state_of(frame.station);
  if (names_.size() > known) {
    flag_doubtful_station(frame, flags_);
    if (!frame.station_given) unnamed_.emplace(frame.station, frame.place);
  }
  const std::size_t index = current_;
  note_action(frame);
  Event event = decode_frame(frame, flags_);
  cards_.unify_event(event);

  // A message without any time is near the last one of its station that told one.
  event.stamp.near_ns = state.near_ns;
  if (event.stamp.payload_ns != kernel::time_never) state.near_ns = event.stamp.payload_ns;
  const Stamp& now = event.stamp;
  if (now.log.is_known() && state.last.log.is_known() && now.place.file == state.last.place.file &&
      now.log.ns < state.last.log.ns - step_back_ns && ++state.steps_back == 1)
    state.first_step_back = now.place;
  if (!state.any) state.first = event.stamp;
  state.any = true;
  state.last = event.stamp;

  const bool call = frame.type == FrameType::call || frame.type == FrameType::send;
  if (call) {
    note_version(state, frame, event.version);
    const ActionRow* row = find_action(frame.action);
    const bool from_station =
        frame.sender == Sender::station || (frame.sender == Sender::unknown && row && !row->command);
    if (from_station) note_life(state, event);
  }
  if (event.version == Version::unknown) event.version = state.book.version;
  take({state, index, frame, event});
}

// A message of the station may be the effect of a command that it was given.
void Collector::note_effect(const Message& message, Effect::Kind kind, int evse, std::string_view tag,
                            std::string_view id, Status status) {
  commands_.match_effect(message.index, {kind, evse, tag, id, message.frame.action, status}, message.event.stamp);
}

void Collector::take_transaction(const Message& message, TransactionReport& report) {
  const auto& [state, index, frame, event] = message;
  // A message that was queued says nothing of the clock.
  if (!report.offline) state.clock.observe_stamp(event.stamp);
  // Those of a stop were taken long before.
  if (report.phase == TransactionReport::Phase::update) message.note_reading_times(report.readings);
  state.book.note_evse(report.evse);
  book_temperatures(message, report.evse, report.readings);
  const Status status = report.status;
  const int evse = report.evse;
  if (report.phase == TransactionReport::Phase::start) {
    note_effect(message, Effect::Kind::start, evse, report.id_tag);
    commands_.transaction_started(index, report, event);
  } else if (report.phase == TransactionReport::Phase::stop) {
    note_effect(message, Effect::Kind::stop, evse, {}, report.id);
  }

  // The EVSE of a draft may be told later: its status is kept with it.
  const std::size_t draft = state.transactions.book_report(std::move(report), event);
  if (status != Status::unknown && draft != TransactionBook::npos)
    state.statuses.push_back({evse, draft, {0, status, "", false}, event.stamp});
}

void Collector::take_meter(const Message& message, MeterReport& report) {
  // Readings may have been asked for, too.
  message.state.clock.observe_reading_stamp(message.event.stamp);
  message.note_reading_times(report.readings);
  message.state.book.note_evse(std::max(report.evse, 0));
  note_effect(message, Effect::Kind::message, std::max(report.evse, 0));
  book_temperatures(message, std::max(report.evse, 0), report.readings);
  message.state.transactions.book_meter(std::move(report), message.event);
}

// Temperatures are of the charger; a reading of nothing else is none of the transaction.
void Collector::book_temperatures(const Message& message, int evse, std::vector<Reading>& readings) {
  for (const Reading& reading : readings) {
    if (!kernel::is_known(reading.temperature_c)) continue;
    Station::Health health;
    health.time_ns = reading.sample.time_ns;
    health.evse = evse;
    health.value = reading.temperature_c;
    message.state.book.book_health(std::move(health), message.event.stamp);
  }
  std::erase_if(readings, [](const Reading& reading) { return reading.nothing_but_temperature; });
}

void Collector::take_status(const Message& message, StatusReport& report) {
  const auto& [state, index, frame, event] = message;
  state.clock.observe_stamp(event.stamp);
  state.book.book_status(report, event.stamp);
  note_effect(message, Effect::Kind::status, report.evse, {}, {}, report.status);

  // A 2.0.1 EVSE is in use while any of its connectors is.
  const bool hidden = event.version != Version::v16 && report.connector < 100 && state.other_in_use(report) &&
                      report.status != Status::occupied;
  if (hidden) return;
  state.transactions.book_status(report, event);

  if (report.status == Status::unknown) {
    flags_.add_flag("status_unknown", frame.station, "a StatusNotification without a status of the protocol: left out",
                    frame.place);
  } else if (report.evse > 0) {
    const bool coarse = event.version != Version::v16;
    state.statuses.push_back(
        {report.evse, TransactionBook::npos, {0, report.status, std::move(report.error_code), coarse}, event.stamp});
  }
}

void Collector::take_boot(const Message& message, const BootReport& report) {
  message.state.book.book_boot(report, message.event.stamp);
  note_effect(message, Effect::Kind::boot, 0);
  // A BootNotification may have been asked for, too (TriggerMessage).
  note_effect(message, Effect::Kind::message, 0);
  message.state.transactions.book_boot(message.event);
}

// Hands an event to each book that keeps it.
void Collector::take(const Message& message) {
  const auto& [state, index, frame, event] = message;
  EventBody& body = event.body;
  for (Station::Health& reading : event.health) state.book.book_health(std::move(reading), event.stamp);
  if (auto* report = std::get_if<TransactionReport>(&body)) {
    take_transaction(message, *report);
  } else if (auto* answer = std::get_if<TransactionAnswer>(&body)) {
    const std::string tag = state.transactions.book_answer(*answer, event);
    if (answer->status == "Accepted") commands_.accept_tag(tag, event.stamp.number);
  } else if (auto* meter = std::get_if<MeterReport>(&body)) {
    take_meter(message, *meter);
  } else if (auto* status = std::get_if<StatusReport>(&body)) {
    take_status(message, *status);
  } else if (auto* boot = std::get_if<BootReport>(&body)) {
    take_boot(message, *boot);
  } else if (std::holds_alternative<Heartbeat>(body)) {
    state.book.book_heartbeat(event.stamp);
    note_effect(message, Effect::Kind::message, 0);
  } else if (auto* clock = std::get_if<ClockAnswer>(&body)) {
    state.book.book_clock(*clock, event.call_number);
    // The station has set its clock: its error may be another from here on.
    state.clock.note_sync();
  } else if (auto* firmware = std::get_if<FirmwareReport>(&body)) {
    state.book.book_firmware(*firmware, event.stamp);
    note_effect(message, Effect::Kind::message, 0);
  } else if (auto* diagnostics = std::get_if<DiagnosticsReport>(&body)) {
    state.book.book_diagnostics(*diagnostics, event.stamp);
    note_effect(message, Effect::Kind::message, 0);
  } else if (auto* needs = std::get_if<NeedsReport>(&body)) {
    state.transactions.add_needs(*needs);
  } else if (auto* command = std::get_if<CommandReport>(&body)) {
    // Messages of the station that follow may be its effect.
    commands_.book_command(index, frame.action, *command, event);
  } else if (auto* reservation = std::get_if<ReservationReport>(&body)) {
    commands_.book_reservation(index, *reservation, event);
  } else if (auto* done = std::get_if<CommandAnswer>(&body)) {
    commands_.book_answer(*done, event);
  } else if (auto* authorise = std::get_if<AuthoriseReport>(&body)) {
    commands_.book_authorisation(*authorise, event);
  } else if (auto* allowed = std::get_if<AuthoriseAnswer>(&body)) {
    commands_.authorise_answer(*allowed, event);
  } else if (auto* list = std::get_if<LocalList>(&body)) {
    commands_.local_list(index, *list, event);
  }
}

void Collector::flag_copied_files() {
  for (std::size_t i = 0; i < log_.report.files.size(); ++i) {
    const LogFile& file = log_.report.files[i];
    if (file.copy_of.empty()) continue;
    flags_.add_flag("file_copied", file.name, fmt::format("the same bytes as {}: read once", quoted_text(file.copy_of)),
                    {static_cast<std::uint32_t>(i), 0});
  }
}

// A message that is told late says so by its own time; the log's time going back again and again is a log in disorder.
void Collector::flag_order() {
  for (std::size_t i = 0; i < log_.report.files.size(); ++i) {
    const LogFile& file = log_.report.files[i];
    if (!file.put_in_order) continue;
    flags_.add_flag("out_of_order", file.name,
                    fmt::format("the records of {} do not follow their times: they were put in order by them",
                                quoted_text(file.name)),
                    {static_cast<std::uint32_t>(i), 0});
  }
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const StationState& state = states_[i];
    if (state.steps_back < times_out_of_order) continue;
    flags_.add_flag("out_of_order", names_[i],
                    fmt::format("from here on {} messages of {} are minutes older in the log than the one before: read "
                                "as they stand; sort the log by time",
                                state.steps_back, quoted_text(names_[i])),
                    state.first_step_back);
  }
}

// Where no clock names a zone, the protocol's is taken: UTC. A station in local time shows nothing against it.
void Collector::flag_zones() {
  for (const ZoneFrom& zone : log_.report.zones) {
    if (!zone.told_by_none || zone.from_log_ns != std::numeric_limits<TimeNs>::min()) continue;  // once a file
    const std::string& file = log_.report.files[zone.file].name;
    flags_.add_flag("zone_not_told", file,
                    fmt::format("neither the lines of {} nor the times in its messages name a zone: those in messages "
                                "are taken as UTC; if they are local, all is off by their zone",
                                quoted_text(file)),
                    {zone.file, 0});
  }
}

void Collector::flag_repeated_frames() {
  if (log_.report.repeated == 0) return;
  flags_.add_flag("frames_repeated", "",
                  fmt::format("from here on {} messages stand in the logs a second time (same station, id, time and "
                              "content): counted once",
                              log_.report.repeated),
                  log_.report.first_repeated);
}

void Collector::flag_unnamed_stations() {
  for (const auto& [station, place] : unnamed_) {
    const std::string& file = log_.report.files[place.file].name;
    flags_.add_flag(
        "station_not_told", station,
        fmt::format(
            "{} does not name its station: {} is only the file's name, for all in it that is not named otherwise",
            quoted_text(file), quoted_text(station)),
        {place.file, 0});
  }
}

// Status points by EVSE, out of the statuses as they came in; those of a draft are of the EVSE that it is on.
StatusPoints Collector::take_status_points(StationState& state, SeenTimes& seen) const {
  StatusPoints points;
  for (RawStatus& raw : state.statuses) {
    const int evse = raw.draft == TransactionBook::npos
                         ? raw.evse
                         : state.transactions.evse_of(state.transactions.drafts()[raw.draft]);
    raw.point.time_ns = state.clock.instant_of(raw.stamp, log_.report).ns;
    if (evse <= 0 || raw.point.time_ns == kernel::time_never) continue;
    seen.add(raw.point.time_ns);
    points[evse].push_back(std::move(raw.point));
  }
  state.statuses = {};
  return points;
}

// Offline, the station alone let the tag charge: it must have known it from before.
void Collector::flag_stranger(std::size_t station, Transaction& t, std::uint64_t started) {
  if (!t.offline || !t.start_seen || !commands_.is_stranger(station, t.id_tag, started)) return;
  t.flags.emplace_back("offline_tag_unknown");
  flags_.add_flag("offline_tag_unknown", t.station,
                  fmt::format("tag {} charged while {} was offline; no local list and no earlier answer allows it",
                              quoted_text(t.id_tag), quoted_text(t.station)),
                  t.start_place);
}

// The drafts of a station, settled, by EVSE and start.
std::vector<Transaction> Collector::finished_transactions(std::size_t index, TimeNs station_last_ns, SeenTimes& seen) {
  StationState& state = states_[index];
  std::vector<Transaction> transactions;
  for (DraftTransaction& draft : state.transactions.drafts()) {
    draft.facts.reading_step_ns = state.reading_step_ns;
    draft.facts.evse = state.transactions.evse_of(draft);
    const std::uint64_t started = draft.start.number;
    transactions.push_back(finish_transaction(std::move(draft), state.clock, log_.report, station_last_ns, flags_));
    Transaction& t = transactions.back();
    flag_stranger(index, t, started);
    if (t.start_ns > 0) seen.add(t.start_ns);
    if (t.stop_seen && t.stop_ns > 0) seen.add(t.stop_ns);
  }
  state.transactions.drafts().clear();

  mend_end_registers(transactions, flags_);
  for (Transaction& t : transactions) settle_energy(t, flags_);
  mend_register_unit(transactions, flags_);
  std::stable_sort(transactions.begin(), transactions.end(), [](const Transaction& a, const Transaction& b) {
    return std::pair(a.evse, a.start_ns) < std::pair(b.evse, b.start_ns);
  });
  settle_exports(transactions, flags_);
  return transactions;
}

void Collector::finish_station(std::size_t index, SeenTimes& seen) {
  StationState& state = states_[index];
  // A station without any time gets the log's last; a log without any, 1970.
  TimeNs station_last_ns = state.clock.instant_of(state.last, log_.report).ns;
  if (station_last_ns == kernel::time_never) station_last_ns = seen.any() ? seen.last_ns : 0;

  // Status points need the drafts, which go as the transactions are made.
  StatusPoints points = take_status_points(state, seen);
  std::vector<Transaction> transactions = finished_transactions(index, station_last_ns, seen);

  std::vector<Transaction*> all;
  for (Transaction& t : transactions) {
    t.plugged_in_ns = t.start_ns;
    t.plugged_out_ns = t.stop_ns;
    t.hours = {kernel::unknown, kernel::unknown, kernel::unknown, kernel::unknown};
    all.push_back(&t);
  }
  check_order(all, flags_);

  for (auto& [evse, list] : points) {
    const TimeNs end = std::max(station_last_ns, list.back().time_ns);
    EvseTimeline timeline = timeline_of(names_[index], evse, std::move(list), end);
    const auto by_evse = [](const Transaction* t, int number) { return t->evse < number; };
    const auto from = std::lower_bound(all.begin(), all.end(), evse, by_evse);
    const auto to = std::lower_bound(from, all.end(), evse + 1, by_evse);
    tell_states(timeline, std::span<Transaction* const>(from, to));
    log_.timelines.push_back(std::move(timeline));
  }
  std::move(transactions.begin(), transactions.end(), std::back_inserter(log_.transactions));
  log_.stations.push_back(state.book.finish_station(state.clock, log_.report, station_last_ns));
}

SiteLog Collector::finish(LogReport&& report) {
  log_.report = std::move(report);
  flag_copied_files();
  flag_order();
  flag_zones();
  flag_repeated_frames();
  flag_unnamed_stations();

  // Clocks first: all times depend on them.
  SeenTimes seen;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i].reading_step_ns = states_[i].reading_times.step_ns();
    states_[i].clock.note_reading_step(states_[i].reading_step_ns);
    states_[i].clock.settle_stretches(log_.report, names_[i], flags_);
    for (const Stamp& stamp : {states_[i].first, states_[i].last})
      seen.add(states_[i].clock.instant_of(stamp, log_.report).ns);
  }

  for (std::size_t i = 0; i < states_.size(); ++i) finish_station(i, seen);
  log_.first_ns = seen.any() ? seen.first_ns : 0;
  log_.last_ns = seen.any() ? seen.last_ns : 0;

  std::deque<StationClock*> clocks;
  for (StationState& state : states_) clocks.push_back(&state.clock);
  commands_.fill_log(log_, names_, clocks);

  std::stable_sort(log_.transactions.begin(), log_.transactions.end(), [](const Transaction& a, const Transaction& b) {
    return std::tie(a.start_ns, a.station, a.evse) < std::tie(b.start_ns, b.station, b.evse);
  });
  for (const Transaction& t : log_.transactions)
    if (t.stop_seen) ++log_.stop_reasons[t.stop_reason];
  log_.flags = flags_.take_flags(log_.report);
  return std::move(log_);
}

}  // namespace

namespace {

/// Logs the counts of what the frames gave, and of the doubts, kind by kind.
void tell_site(const SiteLog& log, double ms) {
  constexpr kernel::LogRoom room = kernel::LogRoom::ocpp;
  if (!kernel::logs_at(room, kernel::LogLevel::info)) return;
  kernel::log_line(room, kernel::LogLevel::info,
                   "{} transaction(s) at {} station(s), {} command(s), {} profile(s), {} reservation(s), {:.1f} ms",
                   log.transactions.size(), log.stations.size(), log.commands.size(), log.profiles.size(),
                   log.reservations.size(), ms);
  std::map<std::string_view, std::size_t> findings;
  for (const LogFlag& flag : log.flags) findings[flag.code] += flag.count;
  for (const auto& [code, count] : findings)
    kernel::log_line(room, kernel::LogLevel::info, "{} finding(s) {}", count, code);
  for (const LogFlag& flag : log.flags) kernel::log_line(room, kernel::LogLevel::debug, "{}: {}", flag.code, flag.text);
}

}  // namespace

SiteLog read_site_log(std::span<const std::string> paths, const ReadOptions& options) {
  const kernel::Stopwatch watch;
  Collector collector;
  try {
    LogReport report = read_logs(paths, collector, options);
    SiteLog log = collector.finish(std::move(report));
    flag_documents_beside(paths, log);
    tell_site(log, watch.elapsed_ms());
    return log;
  } catch (const LogError&) {
    if (auto log = read_summary_files(paths)) {
      CardSpelling().unify_log(*log);
      tell_site(*log, watch.elapsed_ms());
      return std::move(*log);
    }
    throw;
  }
}

SiteLog read_site_log_text(const std::string& name, std::string_view text, const ReadOptions& options) {
  Collector collector;
  try {
    LogReport report = read_log_text(name, text, collector, options);
    return collector.finish(std::move(report));
  } catch (const LogError&) {
    if (auto log = read_summary_text(name, text)) {
      CardSpelling().unify_log(*log);
      return std::move(*log);
    }
    throw;
  }
}

}  // namespace evtwin::ocpp
