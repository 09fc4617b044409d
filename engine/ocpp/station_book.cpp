#include "ocpp/station_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/text.hpp"

namespace evtwin::ocpp {
namespace {

// Heartbeats may be left out while other messages flow (OCPP 1.6 section 4.6); three intervals without any are silence.
constexpr double missed_intervals = 3.0;
constexpr double shortest_silence_s = 60.0;
constexpr std::size_t most_distances = 1000;
constexpr std::size_t most_health = 100'000, most_health_text = 160;  // readings of a station; bytes of a text

// Steps of an update, OCPP 1.6 chapter 7.25, 2.0.1 FirmwareStatusEnumType; all other statuses end it. 2.0.1 tells each
// new step (L01.FR.01): DownloadScheduled (L01.FR.13), DownloadPaused (L01.FR.14), InstallScheduled (L01.FR.16),
// InstallRebooting (L01.FR.15), and at the end Installed (L01.FR.28), InstallVerificationFailed (L01.FR.29) or
// DownloadFailed (L01.FR.30).
bool is_download(std::string_view s) {
  return s == "Downloading" || s == "Downloaded" || s == "SignatureVerified" || s == "InstallScheduled" ||
         s == "DownloadScheduled" || s == "DownloadPaused";
}
bool is_install(std::string_view s) { return s == "Installing" || s == "InstallRebooting"; }

}  // namespace

void StationBook::book_boot(const BootReport& report, const Stamp& stamp) {
  boots_.push_back({stamp, {0, report.vendor, report.model, report.firmware, ""}});
  const auto take = [](std::string& into, const std::string& from) {
    if (!from.empty()) into = from;
  };
  take(facts_.vendor, report.vendor);
  take(facts_.model, report.model);
  take(facts_.serial, report.serial);
  take(facts_.firmware, report.firmware);
}

// OCPP 1.6 section 4.2: the interval of an accepted station is that of its heartbeats, of a rejected one the wait
// before it may boot again.
void StationBook::book_clock(const ClockAnswer& answer, std::uint64_t call) {
  if (answer.boot) {
    const auto boot =
        std::find_if(boots_.rbegin(), boots_.rend(), [&](const Booted& b) { return b.stamp.number == call; });
    if (boot != boots_.rend()) boot->facts.registration = answer.status;
  }
  if (answer.boot && answer.status != "Rejected" && !std::isnan(answer.interval_s))
    given_interval_s_ = answer.interval_s;
}

void StationBook::book_heartbeat(const Stamp& stamp) {
  if (any_beat_ && stamp.log.is_known() && last_beat_.log.is_known() && beats_.size() < most_distances) {
    const auto s = static_cast<std::int64_t>(
        std::llround(static_cast<double>(stamp.log.ns - last_beat_.log.ns) / static_cast<double>(kernel::second_ns)));
    if (s > 0) ++beats_[s];
  }
  last_beat_ = stamp;
  any_beat_ = true;
}

void StationBook::change_state(Stretch& stretch, bool is_out, const Stamp& stamp, std::string why, int evse) {
  if (is_out == stretch.open) return;
  if (is_out) {
    stretch = {stamp, stamp, true, std::move(why), evse};
  } else {
    stretch.open = false;
    stretch.to = stamp;
    out_of_service_.push_back(stretch);
  }
}

void StationBook::book_status(const StatusReport& report, const Stamp& stamp) {
  note_evse(report.evse);
  if (report.status == Status::unknown) return;
  const bool is_out = report.status == Status::unavailable || report.status == Status::faulted;
  std::string why = report.evse == 0 ? fmt::format("{}", name_of(report.status))
                                     : fmt::format("EVSE {}: {}", report.evse, name_of(report.status));
  change_state(report.evse == 0 ? whole_ : connectors_[report.evse], is_out, stamp, std::move(why), report.evse);

  // A fault counts once while it lasts.
  std::string& now = fault_now_[report.evse];
  std::string fault = report.error_code == "NoError" ? std::string() : report.error_code;
  if (fault.empty() && report.status == Status::faulted) fault = "not told";
  if (!fault.empty() && fault != now) {
    ++facts_.faults[fault];
    if (!facts_.firmware.empty()) ++facts_.faults_of_firmware[facts_.firmware][fault];
  }
  const bool changed = fault != now;
  now = std::move(fault);

  // Words of the vendor say more than the code; that the fault is over ends what was said.
  const bool more = !report.vendor_code.empty() || !report.info.empty();
  if ((!more || now.empty()) && !changed) return;
  Station::Health health;
  health.of = Station::Health::Of::fault;
  health.evse = report.evse;
  health.text = now.empty() ? "cleared" : now;
  if (!now.empty() && !report.vendor_code.empty()) health.text += ", " + report.vendor_code;
  if (!now.empty() && !report.info.empty()) health.text += ": " + report.info;
  health.text = kernel::make_printable(health.text, most_health_text);
  book_health(std::move(health), stamp);
}

void StationBook::book_health(Station::Health reading, const Stamp& stamp) {
  Stamp when = stamp;
  if (reading.time_ns != kernel::time_never) when.payload_ns = reading.time_ns;
  const auto [last, is_new] =
      last_health_.try_emplace(std::tuple(reading.of, reading.evse, reading.component), health_.size());
  if (!is_new) {
    // A charger may tell its temperature every few seconds: only changes are kept.
    const Station::Health& before = health_[last->second].facts;
    const double change = std::abs(reading.value - before.value);
    const bool crosses = (reading.value >= over_temperature_c) != (before.value >= over_temperature_c);
    const bool same =
        reading.of == Station::Health::Of::temperature ? change < 1.0 && !crosses : change < 1.0 || std::isnan(change);
    if (same && reading.text == before.text) return;
    last->second = health_.size();
  }
  if (health_.size() < most_health) health_.push_back({when, std::move(reading)});
}

// OCPP 1.6 section 4.4; 2.0.1 use case N01, whose uploads have a requestId (N01.FR.07): a newer request may end one
// (N01.FR.12).
void StationBook::book_diagnostics(const DiagnosticsReport& report, const Stamp& stamp) {
  progress_.push_back({stamp, {0, "diagnostics", report.status}});
}

void StationBook::book_firmware(const FirmwareReport& report, const Stamp& stamp) {
  progress_.push_back({stamp, {0, "firmware", report.status}});
  // L01.FR.07: free connectors are Unavailable until it is installed; L01.FR.23: a boot loader may leave Installing
  // out. Out of service while it installs; where the station tells only of the download, from that to Installed.
  if (is_download(report.status)) {
    if (!download_.open) download_ = {stamp, stamp, true, "firmware update: " + report.status, 0};
    return;
  }
  if (is_install(report.status)) {
    change_state(firmware_, true, stamp, "firmware update: " + report.status);
  } else if (firmware_.open) {
    change_state(firmware_, false, stamp, "");
  } else if (download_.open && report.status == "Installed") {
    download_.to = stamp;
    out_of_service_.push_back(download_);
    out_of_service_.back().open = false;
  }
  download_.open = false;
}

// Too hot from the first reading or error code that says so until the one of the same kind that says no more.
std::vector<Station::TooHot> StationBook::too_hot_times(TimeNs last_ns) const {
  std::vector<Station::TooHot> found;
  std::map<std::tuple<Station::Health::Of, int, std::string>, std::size_t> open;
  for (const Station::Health& one : facts_.health) {
    const bool code = one.of == Station::Health::Of::fault;
    if (!code && one.of != Station::Health::Of::temperature) continue;
    const bool hot = code ? one.text.starts_with("HighTemperature") : one.value >= over_temperature_c;
    const auto key = std::tuple(one.of, one.evse, one.component);
    const auto now = open.find(key);
    if (hot && now == open.end()) {
      open.emplace(key, found.size());
      found.push_back({one.time_ns, std::max(one.time_ns, last_ns), one.evse, one.value});
    } else if (hot && !(found[now->second].most_c >= one.value)) {
      found[now->second].most_c = one.value;
    } else if (!hot && now != open.end()) {
      found[now->second].to_ns = one.time_ns;
      open.erase(now);
    }
  }
  return found;
}

void StationBook::note_contact(const Stamp& told, std::uint64_t minutes, bool only_station) {
  // When it was heard counts, not of when it told: the first word after a silence is often one that had to wait.
  Stamp stamp = told;
  if (stamp.log.is_known()) stamp.payload_ns = kernel::time_never;
  if (link_.open) {
    link_.to = stamp;
    link_.open = false;
    offline_.push_back(link_);
  } else if (any_alive_ && stamp.log.is_known() && last_alive_.log.is_known() &&
             stamp.place.file == last_alive_.place.file) {
    // Silence is the station's only where others spoke meanwhile; where there are no others, the log's word is taken.
    const double silence_s =
        static_cast<double>(stamp.log.ns - last_alive_.log.ns) / static_cast<double>(kernel::second_ns);
    double interval_s = given_interval_s_;
    if (std::isnan(interval_s) && !beats_.empty())
      interval_s = static_cast<double>(std::max_element(beats_.begin(), beats_.end(), [](const auto& a, const auto& b) {
                                         return a.second < b.second;
                                       })->first);
    // More than the minute in which all are back.
    const bool heard_others = minutes - last_minutes_ >= 3;
    if (interval_s > 0 && silence_s > std::max(shortest_silence_s, missed_intervals * interval_s) &&
        (only_station || heard_others)) {
      offline_.push_back({last_alive_, stamp, false,
                          fmt::format("no heartbeat for {:.0f} intervals", std::floor(silence_s / interval_s)), 0});
    }
  }
  last_alive_ = stamp;
  last_minutes_ = minutes;
  any_alive_ = true;
}

void StationBook::book_link(const LinkChange& change) {
  Stamp stamp;
  stamp.log = change.time;
  stamp.place = change.place;
  if (!change.connected && !link_.open) {
    link_ = {stamp, stamp, true, "connection closed", 0};
  } else if (change.connected && link_.open) {
    link_.open = false;
    link_.to = stamp;
    offline_.push_back(link_);
  }
}

Station StationBook::finish_station(const StationClock& clock, const LogReport& report, TimeNs last_ns) {
  facts_.version = version;
  facts_.heartbeat_s = given_interval_s_;
  // Where the CSMS gave no interval, the most frequent distance between heartbeats is taken.
  if (std::isnan(facts_.heartbeat_s) && !beats_.empty())
    facts_.heartbeat_s =
        static_cast<double>(std::max_element(beats_.begin(), beats_.end(), [](const auto& a, const auto& b) {
                              return a.second < b.second;
                            })->first);

  const auto place = [&](auto& told, auto& into) {
    for (auto& one : told) {
      one.facts.time_ns = clock.instant_of(one.stamp, report).ns;
      if (one.facts.time_ns != kernel::time_never) into.push_back(std::move(one.facts));
    }
    std::stable_sort(into.begin(), into.end(), [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
  };
  place(boots_, facts_.boots);
  place(progress_, facts_.progress);
  place(health_, facts_.health);
  facts_.too_hot = too_hot_times(last_ns);

  // Stretches that are still open last until the end of the log.
  for (Stretch* open : {&whole_, &firmware_})
    if (open->open) out_of_service_.push_back(*open);
  for (auto& [number, open] : connectors_)
    if (open.open) out_of_service_.push_back(open);
  if (link_.open) offline_.push_back(link_);

  const auto settle = [&](const std::vector<Stretch>& stretches, std::vector<Station::Interval>& into) {
    for (const Stretch& s : stretches) {
      const TimeNs from = clock.instant_of(s.from, report).ns;
      const TimeNs to = s.open ? last_ns : clock.instant_of(s.to, report).ns;
      if (from == kernel::time_never || to == kernel::time_never || to < from) continue;
      into.push_back({from, to, s.why, s.evse});
    }
    std::stable_sort(into.begin(), into.end(), [](const auto& a, const auto& b) { return a.from_ns < b.from_ns; });
  };
  settle(offline_, facts_.offline);
  settle(out_of_service_, facts_.out_of_service);
  return std::move(facts_);
}

}  // namespace evtwin::ocpp
