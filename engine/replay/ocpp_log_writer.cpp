#include "replay/ocpp_log_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <queue>
#include <set>
#include <tuple>

#include "kernel/hash.hpp"
#include "kernel/text.hpp"
#include "market/calendar.hpp"
#include "replay/ocpp_frames.hpp"
#include "replay/pseudonym.hpp"
#include "replay/session_meter.hpp"

namespace evtwin::replay {
namespace {

using ocpp::Status;
using Context = ocpp::Sample::Context;

bool is_identifier(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

// Names as OCPP allows them for stations, of those characters that no layout gives a meaning; unique among themselves.
std::vector<std::string> station_names(const RecordedRun& run, std::map<std::string, std::string>& renamed) {
  std::set<std::string> taken(run.stations.begin(), run.stations.end());
  std::vector<std::string> names;
  for (const std::string& station : run.stations) {
    std::string name = station.substr(0, 48);
    for (char& c : name) c = is_identifier(c) ? c : '_';
    if (name != station) {
      const std::string stem = name.substr(0, 40);
      for (int n = 2; name.empty() || taken.count(name) > 0; ++n) name = fmt::format("{}_{}", stem, n);
      taken.insert(name);
      renamed[station] = name;
    }
    names.push_back(name);
  }
  return names;
}

class LogWriter {
 public:
  LogWriter(const RecordedRun& run, const OcppLogOptions& options, const LogSink& sink)
      : run_(run),
        options_(options),
        sink_(sink),
        frames_(options.version),
        calendar_(run.timezone),
        clock_(calendar_),
        registers_(run.evses.size()),
        status_(run.evses.size(), Status::available) {
    stations_ = station_names(run, summary_.renamed);
    clock_error_ns_.assign(stations_.size(), 0);
    evses_of_.resize(stations_.size());
    for (std::size_t s = 0; s < stations_.size(); ++s) {
      for (const LogFaults::Clock& clock : options.faults.clocks) {
        if (clock.station == run.stations[s]) clock_error_ns_[s] = clock.error_ns;
      }
    }
    std::map<std::string, std::size_t> index;
    for (std::size_t s = 0; s < run.stations.size(); ++s) index[run.stations[s]] = s;
    for (std::size_t e = 0; e < run.evses.size(); ++e) {
      station_of_.push_back(index[run.evses[e].station]);
      evses_of_[station_of_.back()].push_back(e);
    }
    for (MeterRegister& meter : registers_) meter.import_wh = 1000.0 * options.meter_start_kwh;
  }

  OcppLogSummary write() {
    write_heads();
    for (std::size_t s = 0; s < stations_.size(); ++s) boot(s);
    for (std::size_t s = 0; s < stations_.size() && options_.heartbeat_s > 0; ++s)
      push(run_.start_ns + heartbeat_ns(), Kind::heartbeat, s);
    for (std::size_t i = 0; i < options_.faults.offline.size(); ++i)
      push(options_.faults.offline[i].to_ns, Kind::back_online, i);
    for (std::size_t i = 0; i < options_.faults.refused.size(); ++i)
      push(options_.faults.refused[i].time_ns, Kind::refused, i);
    if (!run_.sessions.empty()) push(run_.sessions[0].plugged_in_ns, Kind::plug_in, 0);
    while (!due_.empty()) {
      const Due due = due_.top();
      due_.pop();
      happen(due);
    }
    return std::move(summary_);
  }

 private:
  // In the order in which they come at one instant: who leaves makes room for who comes.
  enum class Kind : std::uint8_t { back_online, session, refused_leaves, plug_in, refused, heartbeat };
  struct Due {
    TimeNs time_ns;
    Kind kind;
    std::uint64_t order;  // what was planned first comes first
    std::size_t index;
    bool operator<(const Due& other) const {
      return std::tie(time_ns, kind, order) > std::tie(other.time_ns, other.kind, other.order);
    }
  };

  /// A session that is going on.
  struct Live {
    Live(const RecordedRun& run, std::size_t index, MeterRegister& counter)
        : session(index), meter(run.sessions[index], run.evses[run.sessions[index].evse], counter) {}
    std::size_t session;  // row of the run's
    SessionMeter meter;
    FrameTransaction transaction;
    TimeNs next_sample_ns = 0;
    Status status = Status::preparing;
    double given_w = std::numeric_limits<double>::infinity();  // the limit sent last
    bool discharging = false;                                  // it is told to
  };

  void push(TimeNs t, Kind kind, std::size_t index) { due_.push({t, kind, ++order_, index}); }
  TimeNs heartbeat_ns() const { return TimeNs{options_.heartbeat_s} * kernel::second_ns; }
  TimeNs sample_ns() const { return std::max<TimeNs>(1, std::llround(options_.sample_s * 1e9)); }

  void happen(const Due& due) {
    switch (due.kind) {
      case Kind::heartbeat:
        heartbeat(due);
        break;
      case Kind::plug_in:
        plug_in(due.index);
        break;
      case Kind::session:
        go_on(due.index, due.time_ns);
        break;
      case Kind::back_online:
        back_online(options_.faults.offline[due.index]);
        break;
      case Kind::refused:
      case Kind::refused_leaves:
        refuse(options_.faults.refused[due.index], due);
        break;
    }
  }

  // --- What is written ---

  void write_heads() {
    const std::string made_by =
        fmt::format("made by evtwin {} from {}: a simulation ({}, strategy {}), no real chargers", EVTWIN_VERSION,
                    kernel::make_printable(std::filesystem::path(run_.file).filename().string()),
                    kernel::make_printable(run_.name), kernel::make_printable(run_.strategy));
    const std::string head = log_head(options_.layout, made_by);
    const bool one_file = options_.layout != LogLayout::frames;
    for (std::size_t s = 0; s < (one_file ? 1 : stations_.size()); ++s) sink_(one_file ? "" : stations_[s], head);
  }

  std::string stamp(std::size_t station, TimeNs t) const { return utc_text(t + clock_error_ns_[station]); }

  /// The time at which the connection is back; t itself when there is one.
  TimeNs delivered(std::size_t station, TimeNs t) const {
    for (const LogFaults::Offline& offline : options_.faults.offline) {
      if (offline.station == run_.stations[station] && t >= offline.from_ns && t < offline.to_ns) return offline.to_ns;
    }
    return t;
  }
  bool is_offline(std::size_t station, TimeNs t) const { return delivered(station, t) != t; }

  /// At t: now, or when the connection is back if it can wait, or never.
  void say(std::size_t station, TimeNs t, Exchange exchange, bool waits) {
    if (!is_offline(station, t)) {
      write_exchange(station, t, exchange);
    } else if (waits) {
      waiting_[station].push_back(std::move(exchange));
    }
  }
  void say(std::size_t station, TimeNs t, const std::vector<Exchange>& exchanges, bool waits) {
    for (const Exchange& exchange : exchanges) say(station, t, exchange, waits);
  }

  void write_exchange(std::size_t station, TimeNs t, const Exchange& exchange) {
    const std::string id = std::to_string(++summary_.calls);
    const auto text = [](const nlohmann::ordered_json& json) {
      return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    };
    write_line(station, t, exchange.from_station, exchange.action,
               fmt::format("[2,\"{}\",\"{}\",{}]", id, exchange.action, text(exchange.request)));
    write_line(station, t, !exchange.from_station, "", fmt::format("[3,\"{}\",{}]", id, text(exchange.answer)));
  }

  void write_line(std::size_t station, TimeNs t, bool from_station, const std::string& action,
                  const std::string& frame) {
    const TimeNs offset = options_.local_clock ? clock_.offset_at(t).offset_ns : 0;
    sink_(stations_[station],
          log_line(options_.layout, {stations_[station], t, offset, from_station, action}, frame) + '\n');
    ++summary_.lines;
  }

  // --- What happens to stations ---

  void boot(std::size_t s) {
    const bool dc = run_.evses[evses_of_[s][0]].dc;
    const TimeNs t = run_.start_ns;
    say(s, t,
        frames_.boot_exchange(dc ? "simulated DC" : "simulated AC", EVTWIN_VERSION, options_.heartbeat_s, utc_text(t)),
        false);
    say(s, t, frames_.status_exchanges(0, Status::available, stamp(s, t)), false);
    for (const std::size_t e : evses_of_[s])
      say(s, t, frames_.status_exchanges(run_.evses[e].number, Status::available, stamp(s, t)), false);
  }

  void heartbeat(const Due& due) {
    say(due.index, due.time_ns, frames_.heartbeat_exchange(utc_text(due.time_ns)), false);
    if (due.time_ns + heartbeat_ns() < run_.end_ns) push(due.time_ns + heartbeat_ns(), Kind::heartbeat, due.index);
  }

  void back_online(const LogFaults::Offline& offline) {
    for (std::size_t s = 0; s < stations_.size(); ++s) {
      if (run_.stations[s] != offline.station) continue;
      for (const Exchange& exchange : waiting_[s]) write_exchange(s, offline.to_ns, exchange);
      waiting_[s].clear();
      for (const std::size_t e : evses_of_[s])
        say(s, offline.to_ns, frames_.status_exchanges(run_.evses[e].number, status_[e], stamp(s, offline.to_ns)),
            false);
    }
  }

  void refuse(const LogFaults::Refused& refused, const Due& due) {
    for (std::size_t e = 0; e < run_.evses.size(); ++e) {
      if (run_.evses[e].name != refused.evse) continue;
      const std::size_t s = station_of_[e];
      const bool leaves = due.kind == Kind::refused_leaves;
      set_status(e, leaves ? Status::available : Status::preparing, due.time_ns);
      if (leaves) continue;
      say(s, due.time_ns,
          frames_.authorize_exchange(options_.anonymise ? pseudonyms_.pseudonym_of(refused.id_tag) : refused.id_tag, "",
                                     false),
          false);
      push(due.time_ns + kernel::minute_ns, Kind::refused_leaves, due.index);
    }
  }

  void set_status(std::size_t e, Status status, TimeNs t) {
    if (status_[e] == status) return;
    status_[e] = status;
    const std::size_t s = station_of_[e];
    say(s, t, frames_.status_exchanges(run_.evses[e].number, status, stamp(s, t)), false);
  }

  // --- What happens to sessions ---

  std::string tag_of(const RecordedSession& session) {
    const std::string& tag = session.token;
    if (options_.anonymise) return pseudonyms_.pseudonym_of(tag);
    const std::size_t longest = options_.version == ocpp::Version::v16 ? 20 : 36;
    const bool fits = !tag.empty() && tag.size() <= longest &&
                      std::all_of(tag.begin(), tag.end(), [](char c) { return c > ' ' && c <= '~'; });
    return fits ? tag : fmt::format("E{:016X}", kernel::digest64(tag));
  }

  MeterReading reading(const Live& live, std::size_t e, TimeNs t, Context context) const {
    MeterReading shown = live.meter.take_reading(context, options_.electrical);
    shown.timestamp = stamp(station_of_[e], t);
    shown.whole_wh = options_.whole_wh;
    if (!run_.evses[e].dc && !options_.ac_soc) shown.soc = kernel::unknown;
    return shown;
  }

  // A limit is sent where it is new, unless it is the rating and none was sent before.
  void send_limit(Live& live, std::size_t e, TimeNs t) {
    const double limit_w = live.meter.limit_w();
    const bool discharging = std::isnan(limit_w);
    if (discharging && !live.discharging) ++summary_.discharge_limits;
    live.discharging = discharging;
    const bool unlimited = limit_w >= 1000.0 * run_.evses[e].max_kw;
    constexpr double step_w = 0.1;  // of limits in OCPP 1.6
    if (!options_.profiles || discharging || (unlimited && std::isinf(live.given_w)) ||
        std::abs(limit_w - live.given_w) < step_w / 2)
      return;
    const std::size_t s = station_of_[e];
    if (is_offline(s, t)) return;
    live.given_w = limit_w;
    const RecordedEvse& evse = run_.evses[e];
    const bool in_amps = options_.limit_unit == ocpp::RateUnit::ampere && evse.phases > 0 && evse.voltage_v > 0.0;
    const int phases = phases_of(run_.sessions[live.session], evse);
    const double limit = in_amps ? limit_w / (phases * evse.voltage_v) : limit_w;
    const auto unit = in_amps ? ocpp::RateUnit::ampere : ocpp::RateUnit::watt;
    write_exchange(s, t,
                   frames_.limit_exchange(live.transaction, ++profiles_, limit, unit,
                                          in_amps || phases < evse.phases ? phases : 0, utc_text(t)));
  }
  /// A vehicle that can do no more than one phase of the EVSE does is taken for a one-phase one: a run file does not
  /// say.
  static int phases_of(const RecordedSession& session, const RecordedEvse& evse) {
    return evse.phases > 1 && session.max_kw * evse.phases <= evse.max_kw * (1.0 + 1e-6) ? 1 : evse.phases;
  }

  void plug_in(std::size_t i) {
    if (i + 1 < run_.sessions.size()) push(run_.sessions[i + 1].plugged_in_ns, Kind::plug_in, i + 1);
    const RecordedSession& session = run_.sessions[i];
    const std::size_t e = session.evse, s = station_of_[e];
    const TimeNs t = session.plugged_in_ns;
    Live& live = *(live_[i] = std::make_unique<Live>(run_, i, registers_[e]));
    const auto number = static_cast<std::int64_t>(++summary_.transactions);
    live.transaction = {run_.evses[e].number, number, tag_of(session), session.token_type, 0};
    live.next_sample_ns = t + sample_ns();
    live.status = live.meter.status_now();

    set_status(e, Status::preparing, t);
    say(s, t, frames_.authorize_exchange(live.transaction.id_tag, live.transaction.token_type, true), false);
    say(s, t,
        frames_.start_exchange(live.transaction, reading(live, e, t, Context::begin), live.status, is_offline(s, t)),
        true);
    send_limit(live, e, t);
    set_status(e, live.status, t);
    push(std::min(live.next_sample_ns, live.meter.next_change()), Kind::session, i);
  }

  void go_on(std::size_t i, TimeNs t) {
    const RecordedSession& session = run_.sessions[i];
    const std::size_t e = session.evse, s = station_of_[e];
    Live& live = *live_[i];
    live.meter.move_to(t);

    if (t >= session.departed_ns) {
      if (!session.open) unplug(live, session, t);
      summary_.open += session.open ? 1 : 0;
      summary_.energy_kwh += session.got_kwh + session.discharged_kwh;
      live_.erase(i);
      return;
    }

    send_limit(live, e, t);
    if (const Status status = live.meter.status_now(); status != live.status) {
      live.status = status;
      set_status(e, status, t);
      say(s, t, frames_.state_exchanges(live.transaction, status, stamp(s, t), is_offline(s, t)), true);
    }

    // Samples come by the clock, and wherever the power jumps, if that is asked for.
    const bool is_sample = t == live.next_sample_ns;
    if (is_sample || (options_.on_change && live.meter.has_jumped()))
      say(s, t,
          frames_.meter_exchange(live.transaction, reading(live, e, t, Context::periodic), live.status,
                                 is_offline(s, t)),
          true);
    if (is_sample) live.next_sample_ns += sample_ns();
    push(std::min(live.next_sample_ns, live.meter.next_change()), Kind::session, i);
  }

  void unplug(Live& live, const RecordedSession& session, TimeNs t) {
    const std::size_t e = session.evse, s = station_of_[e];
    const auto& lost = options_.faults.lost_stops;
    if (std::find(lost.begin(), lost.end(), session.name) == lost.end()) {
      say(s, t, frames_.stop_exchange(live.transaction, reading(live, e, t, Context::end), is_offline(s, t)), true);
      set_status(e, Status::finishing, t);
    }
    set_status(e, Status::available, t);
  }

  const RecordedRun& run_;
  const OcppLogOptions& options_;
  const LogSink& sink_;
  OcppFrames frames_;
  market::Calendar calendar_;
  market::LocalClock clock_;
  std::vector<MeterRegister> registers_;  // per EVSE
  std::vector<Status> status_;            // per EVSE
  std::vector<std::string> stations_;
  std::vector<TimeNs> clock_error_ns_;
  std::vector<std::vector<std::size_t>> evses_of_;
  std::vector<std::size_t> station_of_;
  std::map<std::size_t, std::vector<Exchange>> waiting_;
  std::map<std::size_t, std::unique_ptr<Live>> live_;
  Pseudonyms pseudonyms_;
  std::priority_queue<Due> due_;
  std::uint64_t order_ = 0;
  std::int64_t profiles_ = 0;
  OcppLogSummary summary_;
};

}  // namespace

OcppLogSummary write_ocpp_log(const RecordedRun& run, const OcppLogOptions& options, const LogSink& sink) {
  return LogWriter(run, options, sink).write();
}

}  // namespace evtwin::replay
