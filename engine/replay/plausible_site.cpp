// A site that could have written a log, as Lua for people to edit.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string_view>

#include "kernel/text.hpp"
#include "replay/prepared.hpp"
#include "replay/seen_evse.hpp"

namespace evtwin::replay {
namespace {

using kernel::TimeNs;
using sessions::LogSession;

constexpr TimeNs korea_offset_ns = 9 * kernel::hour_ns;

struct Zone {
  std::string name;
  bool korea = false;
};

Zone zone_of(const ocpp::SiteLog& log, const std::string& asked, std::vector<Assumption>& assumptions) {
  if (!asked.empty()) return {asked, asked == "Asia/Seoul"};

  TimeNs offset_ns = 0;
  bool inferred = false;
  for (const ocpp::ZoneFrom& zone : log.report.zones) {
    if (!zone.inferred) continue;
    offset_ns = zone.offset_ns;
    inferred = true;
    break;
  }

  Zone out{"UTC", false};
  const TimeNs hours = offset_ns / kernel::hour_ns;
  if (inferred && offset_ns == korea_offset_ns) {
    out = {"Asia/Seoul", true};
  } else if (inferred && hours != 0 && hours * kernel::hour_ns == offset_ns && hours >= -12 && hours <= 14) {
    out.name = fmt::format("Etc/GMT{:+d}", -hours);  // POSIX counts westwards
  }

  // Times that all give their offset to UTC need no guess; the site's own zone they do not tell.
  const bool told = !inferred && log.report.dated > 0 && log.report.zoned == log.report.dated;
  const std::string offset =
      told       ? std::string("every time in the log gives its offset to UTC, the site's own zone is not told")
      : inferred ? fmt::format("the log's own clock is {:+.4g} h off UTC", kernel::hours_between(0, offset_ns))
                 : std::string("the log does not tell");
  const std::string offset_ko =
      told ? std::string("로그의 모든 시각에 UTC 차이가 적혀 있으며, 현장의 시간대는 나와 있지 않음")
      : inferred ? fmt::format("로그의 시계가 UTC와 {:+.4g}시간 차이", kernel::hours_between(0, offset_ns))
                 : std::string("로그에 나와 있지 않음");
  assumptions.push_back({"time zone", "시간대", fmt::format("{}: {} (--timezone names another)", out.name, offset),
                         fmt::format("{}: {} (--timezone 으로 지정)", out.name, offset_ko)});
  return out;
}

double site_voltage(const SeenEvses& seen, bool korea, std::vector<Assumption>& assumptions) {
  std::vector<double> told;
  for (const auto& [id, evse] : seen) {
    if (evse.voltage_v < dc_from_v) told.push_back(evse.voltage_v);
  }
  if (!told.empty()) return std::round(median_of(std::move(told)));
  const double assumed_v = korea ? 220.0 : 230.0;
  assumptions.push_back({"voltage across a phase", "상전압", fmt::format("{:.0f} V: no reading tells it", assumed_v),
                         fmt::format("{:.0f} V: 계측값 없음", assumed_v)});
  return assumed_v;
}

/// EVSEs of one station, which may differ.
std::string station_lines(const std::string& station, const std::vector<std::string>& ids, const SeenEvses& seen,
                          double site_voltage_v, const SiteLaws& laws) {
  std::vector<std::pair<Rating, std::vector<std::string>>> groups;
  for (const std::string& id : ids) {
    const auto said = laws.evse_kw.find(id);
    Rating rating =
        said != laws.evse_kw.end() ? rating_said(said->second) : rating_of(seen.at(id), site_voltage_v, laws.least_kw);
    const auto same =
        std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first.keys == rating.keys; });
    if (same != groups.end()) {
      same->second.push_back(id);
    } else {
      groups.push_back({std::move(rating), {id}});
    }
  }
  std::string out;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::string list;
    for (const std::string& id : groups[g].second) list += (list.empty() ? "" : ", ") + lua_text(id);
    const std::string base = station.empty() ? "station without a name" : station;
    const std::string name = g == 0 ? base : fmt::format("{} ({})", base, g + 1);
    out += fmt::format("      {{ name = {}, evses = {{ {} }}, {} }},  -- {}\n", lua_text(name), list,
                       groups[g].first.keys, groups[g].first.remark);
  }
  return out;
}

std::string stations_text(const sessions::LogSessions& sessions, const SeenEvses& seen, double site_voltage_v,
                          const SiteLaws& laws) {
  std::string out;
  for (std::size_t i = 0; i < sessions.evse_ids.size();) {
    const std::string station = sessions.evse_ids[i].substr(0, sessions.evse_ids[i].rfind('-'));
    std::vector<std::string> ids;
    for (; i < sessions.evse_ids.size() && sessions.evse_ids[i].substr(0, sessions.evse_ids[i].rfind('-')) == station;
         ++i)
      ids.push_back(sessions.evse_ids[i]);
    out += station_lines(station, ids, seen, site_voltage_v, laws);
  }
  return out;
}

/// The site's tariff as a line of Lua; nothing but a module's and a tariff's name gets into it.
std::string tariff_line(const std::string& tariff) {
  if (tariff.empty()) {
    return "    -- tariff = require(\"tariffs.kepco_ev\").self_use_low_voltage,  -- or california, or your own: energy "
           "is "
           "free without";
  }
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  const std::size_t dot = tariff.find('.');
  const bool sound = dot != std::string::npos && dot > 0 && dot + 1 < tariff.size() &&
                     std::all_of(tariff.begin(), tariff.end(), [&](char c) { return plain(c) || c == '.'; }) &&
                     tariff.find('.', dot + 1) == std::string::npos;
  if (!sound) {
    throw std::runtime_error(
        fmt::format("tariff '{}': write MODULE.NAME, as in kepco_ev.self_use_low_voltage or "
                    "california.sce_tou_ev_4",
                    kernel::make_printable(tariff)));
  }
  return fmt::format("    tariff = require(\"tariffs.{}\").{},", tariff.substr(0, dot), tariff.substr(dot + 1));
}

/// The page says of tariff and contract power whether they were given or are missing: no log tells them.
void assume_money(const PrepareRequest& request, std::vector<Assumption>& assumptions) {
  std::string given, missing, missing_ko;
  const auto sort = [&](bool told, const std::string& what, const char* name, const char* name_ko) {
    if (told) {
      given += (given.empty() ? "" : ", ") + what;
    } else {
      missing += std::string(name) + ", ";
      missing_ko += std::string(name_ko) + ", ";
    }
  };
  sort(!request.tariff.empty(), request.tariff, "tariff", "요금");
  sort(request.contract_kw > 0.0, fmt::format("{:.6g} kW", request.contract_kw), "contract power", "계약전력");

  if (!given.empty()) assumptions.push_back({"tariff and contract power", "요금제와 계약전력", given, given});
  assumptions.push_back({missing + "base load, PV, storage", missing_ko + "기저부하, 태양광, 저장장치",
                         "none: a log does not tell them (--site gives them)",
                         "없음: 로그에는 나오지 않음 (--site 로 지정)"});
}

/// A law of the sessions' own size, for a file that runs without the log.
std::string arrivals_of_same_size(const sessions::LogSessions& sessions, int days) {
  std::vector<double> energies, stays;
  for (const LogSession& session : sessions.sessions) {
    energies.push_back(session.visit.taken_kwh);
    stays.push_back(kernel::hours_between(session.visit.arrival_ns, session.visit.departure_ns));
  }
  return fmt::format(
      R"(  -- `replay` and `whatif` put the log's own sessions here; so does arrivals = ocpp "site.log". On its own the file runs
  -- with a law of the same size.
  arrivals = arrivals.poisson {{
    per_hour = {:.6g},
    energy_kwh = lognormal {{ median = {:.6g}, sigma = 0.7, min = 0.1, max = 100 }},
    stay_h = lognormal {{ median = {:.6g}, sigma = 0.8, min = 0.05, max = 72 }},
  }},
)",
      std::min(10'000.0, static_cast<double>(sessions.sessions.size()) / (24.0 * days)),
      std::clamp(median_of(std::move(energies)), 0.1, 100.0), std::clamp(median_of(std::move(stays)), 0.05, 72.0));
}

/// With laws fitted to the log the file can run on other days, too.
std::string run_line(const sessions::SessionDays& days, bool has_laws) {
  const std::string first = market::format_date(days.first);
  if (!has_laws) return fmt::format("start = \"{}\", days = {},  -- the log's own days", first, days.days);
  return fmt::format("start = param(\"start\", \"{}\"), days = param(\"days\", {}),", first, days.days);
}

}  // namespace

std::string plausible_site(const ocpp::SiteLog& log, const sessions::LogSessions& sessions,
                           const PrepareRequest& request, std::vector<Assumption>& assumptions, const SiteLaws& laws) {
  const Zone zone = zone_of(log, request.timezone, assumptions);
  const market::Calendar calendar(zone.name);
  const sessions::SessionDays days = sessions::days_of(sessions, calendar);
  const auto seen = seen_evses(log, sessions);
  const double voltage_v = site_voltage(seen, zone.korea, assumptions);

  assumptions.push_back({"ratings of the EVSEs", "충전기 정격",
                         "the least usual rating that is not below what was metered or offered",
                         "계측되거나 제공된 출력 이상의 가장 작은 통상 정격"});

  const std::string priced = tariff_line(request.tariff);
  assume_money(request, assumptions);
  const std::string contract =
      request.contract_kw > 0.0
          ? fmt::format("    contract_kw = {:.6g},", request.contract_kw)
          : std::string("    -- contract_kw = 100,     -- what the grid connection may draw: fill in");
  const bool has_laws = !laws.inside.empty();

  std::string assumed;
  for (const Assumption& a : assumptions) assumed += fmt::format("--   {}: {}\n", a.what, a.value);
  return fmt::format(
      R"(-- A site that could have written the log: made by evtwin (sessions: {}, EVSEs: {}). Edit it, then:
--
--   evtwin check FILE                                    is it sound?
--   evtwin replay LOG --site FILE                        how well does the twin reproduce the log?
--   evtwin whatif LOG --site FILE --strategies asap,edf  what would another strategy have cost?
--
-- What was assumed:
{}{}
return scenario {{
  name = "Site of the log",
  {}
  timezone = {},

  site {{
    voltage_v = {:.0f},        -- across one phase
{}
{}
    -- load = csv "load.csv", pv = {{ peak_kw = 20, profile = csv "pv.csv" }}, storage = {{ kwh = 100, kw = 50 }},
    stations = {{
{}    }},
  }},

{}
  strategy = "asap",
}}
)",
      sessions.sessions.size(), sessions.evse_ids.size(), assumed, laws.before.empty() ? "" : "\n" + laws.before,
      run_line(days, has_laws), lua_text(zone.name), voltage_v, contract, priced,
      stations_text(sessions, seen, voltage_v, laws),
      has_laws ? laws.inside : arrivals_of_same_size(sessions, days.days));
}

}  // namespace evtwin::replay
