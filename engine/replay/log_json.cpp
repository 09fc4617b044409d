#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "market/calendar.hpp"
#include "replay/log_report.hpp"

namespace evtwin::replay {
namespace {

using analysis::number_or_null;
using nlohmann::ordered_json;

constexpr std::size_t most_texts = 20;  // of flags of one kind

ordered_json time_or_null(kernel::TimeNs t) {
  if (t == kernel::time_never) return nullptr;
  return market::Calendar().format_iso(t);
}

template <class Map>
ordered_json counts_json(const Map& counts) {
  ordered_json out = ordered_json::object();
  for (const auto& [name, n] : counts) out[name] = n;
  return out;
}

ordered_json files_json(const ocpp::LogReport& report) {
  ordered_json out = ordered_json::array();
  for (const ocpp::LogFile& file : report.files) {
    out.push_back({{"name", file.name},
                   {"layout", file.layout},
                   {"bytes", file.bytes},
                   {"lines", file.lines},
                   {"frames", file.frames},
                   {"encoding", ocpp::name_of(file.encoding)},
                   {"newest_first", file.newest_first},
                   {"put_in_order", file.put_in_order}});
  }
  return out;
}

ordered_json oddities_json(const ocpp::LogReport& report, const std::map<std::string, ocpp::OddityGroup>& groups) {
  ordered_json out = ordered_json::object();
  for (const auto& [reason, group] : groups) {
    ordered_json first = ordered_json::array();
    for (const ocpp::Oddity& oddity : group.first)
      first.push_back({{"place", report.place_text(oddity.place)}, {"excerpt", oddity.excerpt}});
    out[reason] = {{"count", group.count}, {"first", std::move(first)}};
  }
  return out;
}

ordered_json frames_json(const ocpp::LogReport& report) {
  return {{"call", report.calls},
          {"result", report.results},
          {"error", report.errors},
          {"undecodable", report.undecodable},
          {"other", report.other},
          {"blocked", report.blocked},
          {"dup_call_ids", report.reused_ids},
          {"responses_without_call", report.answers_without_call},
          {"calls_without_response", report.calls_without_answer}};
}

ordered_json zones_json(const ocpp::LogReport& report) {
  ordered_json out = ordered_json::array();
  for (const ocpp::ZoneFrom& zone : report.zones) {
    out.push_back({{"file", zone.file < report.files.size() ? report.files[zone.file].name : std::string()},
                   {"offset_s", static_cast<double>(zone.offset_ns) / static_cast<double>(kernel::second_ns)},
                   {"inferred", zone.inferred}});
  }
  return out;
}

ordered_json flags_json(const ocpp::SiteLog& log) {
  ordered_json out = ordered_json::object();
  for (const ocpp::LogFlag& flag : log.flags) {
    ordered_json& group = out[flag.code];
    if (group.is_null()) group = {{"count", std::size_t{0}}, {"texts", ordered_json::array()}};
    group["count"] = group["count"].get<std::size_t>() + flag.count;
    if (group["texts"].size() < most_texts) group["texts"].push_back(flag.text);
  }
  return out;
}

ordered_json transactions_json(const ocpp::SiteLog& log) {
  ordered_json out = ordered_json::array();
  for (const ocpp::Transaction& t : log.transactions) {
    out.push_back({{"station", t.station},
                   {"evse", t.evse},
                   {"id", t.id},
                   {"id_tag", t.id_tag},
                   {"token_type", t.token_type},  // ISO14443, ...; empty in 1.6
                   {"authorised", t.authorised},
                   {"start", t.start_seen ? time_or_null(t.start_ns) : ordered_json()},
                   {"stop", t.stop_seen ? time_or_null(t.stop_ns) : ordered_json()},
                   {"plugged_in", t.plug_in_seen ? time_or_null(t.plugged_in_ns) : ordered_json()},
                   {"plugged_out", t.plug_out_seen ? time_or_null(t.plugged_out_ns) : ordered_json()},
                   {"meter_start_kwh", number_or_null(t.meter_start_kwh)},
                   {"meter_stop_kwh", number_or_null(t.meter_stop_kwh)},
                   {"kwh", number_or_null(t.energy_kwh)},
                   {"exported_kwh", number_or_null(t.exported_kwh)},
                   {"readings", t.samples.size()},
                   {"hours",
                    {{"charging", number_or_null(t.hours.charging)},
                     {"suspended_ev", number_or_null(t.hours.suspended_ev)},
                     {"suspended_evse", number_or_null(t.hours.suspended_evse)},
                     {"connected", number_or_null(t.hours.connected)}}},
                   {"stop_reason", t.stop_reason},
                   {"offline", t.offline},
                   {"whole", t.is_whole()},
                   {"part", t.is_part()},
                   {"flags", t.flags}});
  }
  return out;
}

ordered_json intervals_json(const std::vector<ocpp::Station::Interval>& intervals) {
  ordered_json out = ordered_json::array();
  for (const auto& interval : intervals)
    out.push_back(
        {{"from", time_or_null(interval.from_ns)}, {"to", time_or_null(interval.to_ns)}, {"why", interval.why}});
  return out;
}

ordered_json boots_json(const ocpp::Station& station) {
  ordered_json out = ordered_json::array();
  for (const ocpp::Station::Boot& boot : station.boots)
    out.push_back(
        {{"time", time_or_null(boot.time_ns)}, {"firmware", boot.firmware}, {"registration", boot.registration}});
  return out;
}

ordered_json progress_json(const ocpp::Station& station) {
  ordered_json out = ordered_json::array();
  for (const ocpp::Station::Progress& told : station.progress)
    out.push_back({{"time", time_or_null(told.time_ns)}, {"of", told.of}, {"status", told.status}});
  return out;
}

ordered_json health_json(const ocpp::Station& station) {
  ordered_json out = ordered_json::array();
  for (const ocpp::Station::Health& one : station.health)
    out.push_back({{"time", time_or_null(one.time_ns)},
                   {"of", name_of(one.of)},
                   {"evse", one.evse},
                   {"value", number_or_null(one.value)},
                   {"component", one.component},
                   {"text", one.text}});
  return out;
}

ordered_json too_hot_json(const ocpp::Station& station) {
  ordered_json out = ordered_json::array();
  for (const ocpp::Station::TooHot& hot : station.too_hot)
    out.push_back({{"from", time_or_null(hot.from_ns)},
                   {"to", time_or_null(hot.to_ns)},
                   {"evse", hot.evse},
                   {"most_c", number_or_null(hot.most_c)}});
  return out;
}

ordered_json stations_json(const ocpp::SiteLog& log) {
  ordered_json out = ordered_json::array();
  std::map<std::string, double> kwh;
  // Transactions whose energy is not known add nothing.
  for (const ocpp::Transaction& t : log.transactions)
    if (std::isfinite(t.energy_kwh)) kwh[t.station] += t.energy_kwh;

  for (const ocpp::Station& station : log.stations) {
    const auto counted = kwh.find(station.id);
    out.push_back({{"id", station.id},
                   {"kwh", counted == kwh.end() ? ordered_json() : ordered_json(counted->second)},
                   {"version", ocpp::name_of(station.version)},
                   {"vendor", station.vendor},
                   {"model", station.model},
                   {"serial", station.serial},
                   {"firmware", station.firmware},
                   {"evses", station.evses},
                   {"boots", station.boots.size()},
                   {"boot_list", boots_json(station)},
                   {"progress", progress_json(station)},
                   {"heartbeat_s", number_or_null(station.heartbeat_s)},
                   {"offline", intervals_json(station.offline)},
                   {"out_of_service", intervals_json(station.out_of_service)},
                   {"faults", counts_json(station.faults)},
                   {"health", health_json(station)},
                   {"over_temperature", too_hot_json(station)}});
  }
  return out;
}

/// Hours per status of each EVSE.
ordered_json evses_json(const ocpp::SiteLog& log) {
  ordered_json out = ordered_json::array();
  for (const ocpp::EvseTimeline& timeline : log.timelines) {
    std::map<std::string, double> hours;
    for (const ocpp::StatusSpan& span : timeline.spans)
      hours[std::string(name_of(span.status))] += kernel::hours_between(span.from_ns, span.to_ns);
    out.push_back({{"station", timeline.station}, {"evse", timeline.evse}, {"status_hours", counts_json(hours)}});
  }
  return out;
}

ordered_json commands_json(const ocpp::SiteLog& log) {
  ordered_json out = ordered_json::array();
  for (const ocpp::Command& c : log.commands) {
    out.push_back({{"action", c.action},
                   {"station", c.station},
                   {"evse", c.evse},
                   {"sent", time_or_null(c.sent_ns)},
                   {"answered", c.answered},
                   {"status", c.status},
                   {"answer_s", number_or_null(c.answer_s)},
                   {"effect_s", number_or_null(c.effect_s)}});
  }
  return out;
}

ordered_json reservations_json(const ocpp::SiteLog& log) {
  ordered_json out = ordered_json::array();
  for (const ocpp::Reservation& r : log.reservations) {
    out.push_back({{"station", r.station},
                   {"evse", r.evse},
                   {"id", r.id},
                   {"id_tag", r.id_tag},
                   {"status", r.status},
                   {"made", time_or_null(r.made_ns)},
                   {"expiry", time_or_null(r.expiry_ns)},
                   {"ended", r.ended}});
  }
  return out;
}

WholeTransactions sum_of(const ocpp::SiteLog& log, bool (*counts)(const ocpp::Transaction&)) {
  WholeTransactions out;
  for (const ocpp::Transaction& t : log.transactions) {
    if (!counts(t)) continue;
    ++out.count;
    out.kwh += t.energy_kwh;
  }
  return out;
}

}  // namespace

WholeTransactions whole_of(const ocpp::SiteLog& log) {
  return sum_of(log, [](const ocpp::Transaction& t) { return t.is_whole(); });
}

WholeTransactions parts_of(const ocpp::SiteLog& log) {
  return sum_of(log, [](const ocpp::Transaction& t) { return t.is_part(); });
}

ordered_json log_json(const ocpp::SiteLog& log) {
  const ocpp::LogReport& report = log.report;
  const WholeTransactions whole = whole_of(log);
  const ocpp::ClockOffset& clock = report.clock_offset;
  ordered_json out;

  out["files"] = files_json(report);
  out["frames"] = frames_json(report);
  out["actions"] = counts_json(report.actions);
  out["transactions"] = whole.count;
  out["transactions_in_all"] = log.transactions.size();
  out["kwh"] = number_or_null(whole.kwh);
  const WholeTransactions parts = parts_of(log);
  out["parts"] = {{"count", parts.count}, {"kwh", parts.kwh}};
  out["clock_offset_s"] = clock.n > 0 ? number_or_null(clock.median) : ordered_json();
  out["clock_offset"] = {{"n", clock.n},
                         {"median", clock.n > 0 ? number_or_null(clock.median) : ordered_json()},
                         {"min", clock.n > 0 ? number_or_null(clock.min) : ordered_json()},
                         {"max", clock.n > 0 ? number_or_null(clock.max) : ordered_json()}};

  out["zones"] = zones_json(report);
  // A log without any time has neither a first nor a last one.
  out["first"] = log.first_ns <= log.last_ns && log.last_ns != 0 ? time_or_null(log.first_ns) : ordered_json();
  out["last"] = log.first_ns <= log.last_ns && log.last_ns != 0 ? time_or_null(log.last_ns) : ordered_json();

  out["flags"] = flags_json(log);
  out["unused_frames"] = oddities_json(report, report.unused);
  out["repaired_frames"] = oddities_json(report, report.repaired);
  out["lookalikes"] = oddities_json(report, report.lookalikes);

  out["transaction_list"] = transactions_json(log);
  out["stations"] = stations_json(log);
  out["evses"] = evses_json(log);
  out["stop_reasons"] = counts_json(log.stop_reasons);
  out["authorisations"] = counts_json(log.authorisations);
  out["commands"] = commands_json(log);
  out["reservations"] = reservations_json(log);
  out["categories"] = counts_json(log.categories);
  out["unused_actions"] = counts_json(log.unused_actions);
  out["unknown_actions"] = counts_json(log.unknown_actions);
  return out;
}

ordered_json sessions_json(const sessions::LogSessions& sessions) {
  ordered_json out;
  out["sessions"] = sessions.sessions.size();
  out["sessions_left_out"] = ordered_json::array();
  out["session_flags"] = ordered_json::array();
  for (const sessions::TableFlag& flag : sessions.flags) {
    if (flag.left_out) {
      out["sessions_left_out"].push_back({{"id", flag.id}, {"reason", flag.reason}});
    } else {
      out["session_flags"].push_back(flag.reason);
    }
  }
  return out;
}

}  // namespace evtwin::replay
