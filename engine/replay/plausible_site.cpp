// A site that could have written a log, as Lua for people to edit.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string_view>

#include "kernel/text.hpp"
#include "replay/prepared.hpp"

namespace evtwin::replay {
namespace {

using kernel::TimeNs;
using sessions::LogSession;

// Usual ratings, smallest first. AC: rated currents of IEC 62196-2 (16, 32, 63 A) and of SAE J1772 (40, 48, 80 A on one
// phase); on 230 V 3.7, 7.4, 9.2, 11, 14.5, 18.4 kW on one phase, 11, 22, 43 kW on three. DC: outlet ratings on the
// market; 50, 150 and 350 kW are those of EU regulation 2023/1804 (AFIR).
constexpr std::array one_phase_a{16.0, 32.0, 40.0, 48.0, 63.0, 80.0};
constexpr std::array three_phase_a{16.0, 32.0, 63.0};
constexpr std::array dc_kw{25.0, 50.0, 60.0, 100.0, 150.0, 200.0, 350.0, 400.0};
constexpr double most_ac_kw = 43.6;       // 3 x 63 A x 230 V
constexpr double dc_from_v = 300.0;       // across one load phase: no AC outlet has that
constexpr double meter_tolerance = 1.01;  // class B meters, EN 50470-3
constexpr double usual_a = 32.0;          // of an EVSE of which nothing is known
constexpr TimeNs korea_offset_ns = 9 * kernel::hour_ns;

/// What the log shows of one EVSE.
struct Seen {
  double kw = 0.0;  ///< largest power held, or offered
  double a = 0.0;   ///< largest current offered per phase
  int phases = 0;   ///< that carried current; 0: not told
  double voltage_v = kernel::unknown;
};

double median_of(std::vector<double> values) {
  if (values.empty()) return kernel::unknown;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void look_at(const ocpp::Transaction& t, Seen& seen, std::vector<double>& voltages) {
  for (const ocpp::Sample& sample : t.samples) {
    if (sample.voltage_v > 50.0) voltages.push_back(sample.voltage_v);
    if (sample.offered_kw > 0.0 && sample.offered_kw < 1000.0) seen.kw = std::max(seen.kw, sample.offered_kw);
    if (sample.offered_a > 0.0 && sample.offered_a <= 125.0) seen.a = std::max(seen.a, sample.offered_a);
    int phases = 0;
    for (const double a : sample.current_a) phases += a > 1.0 ? 1 : 0;
    seen.phases = std::max(seen.phases, phases);
  }
}

std::map<std::string, Seen, std::less<>> seen_of(const ocpp::SiteLog& log, const sessions::LogSessions& sessions) {
  std::map<std::string, Seen, std::less<>> out;
  std::map<std::string, std::vector<double>, std::less<>> voltages;
  for (const std::string& id : sessions.evse_ids) out[id];
  for (const LogSession& session : sessions.sessions) {
    Seen& seen = out[session.evse_id];
    const ocpp::Transaction& t = log.transactions[session.transaction];
    look_at(t, seen, voltages[session.evse_id]);
    if (session.observed_kw > 0.0) seen.kw = std::max(seen.kw, session.observed_kw);
    const double hours = kernel::hours_between(t.start_ns, t.stop_ns);
    if (hours > 0.0) seen.kw = std::max(seen.kw, t.energy_kwh / hours);
  }
  for (auto& [id, seen] : out) seen.voltage_v = median_of(voltages[id]);
  return out;
}

/// The least usual rating that is not below what was seen; what was seen where none is.
template <std::size_t N>
double usual_rating(const std::array<double, N>& ratings, double seen) {
  const auto enough = [&](double rating) { return seen <= rating * meter_tolerance; };
  const auto found = std::find_if(ratings.begin(), ratings.end(), enough);
  return found != ratings.end() ? *found : seen;
}

/// The keys of a station with such EVSEs, and a remark.
struct Rating {
  std::string keys, remark;
};

Rating rating_of(Seen seen, double site_voltage_v, double least_kw) {
  const std::string shown = seen.kw > 0.0 ? fmt::format("{:.1f} kW seen", seen.kw)
                                          : std::string("no power seen: a usual wall box is assumed");
  seen.kw = std::max(seen.kw, least_kw);
  const bool dc = seen.kw > most_ac_kw || seen.voltage_v >= dc_from_v;
  if (dc) return {fmt::format("kind = \"dc\", kw = {:.6g}", usual_rating(dc_kw, seen.kw)), shown};
  const double voltage_v = seen.voltage_v == seen.voltage_v ? seen.voltage_v : site_voltage_v;
  const double one_phase_seen_a = std::max(seen.kw * 1000.0 / voltage_v, seen.a);
  const double three_phase_seen_a = std::max(seen.kw * 1000.0 / (3.0 * voltage_v), seen.a);
  const bool one_phase = seen.phases == 1 || (seen.phases == 0 && one_phase_seen_a <= usual_a * meter_tolerance);
  const double a = one_phase_seen_a <= 0.0 ? usual_a
                   : one_phase             ? usual_rating(one_phase_a, one_phase_seen_a)
                                           : usual_rating(three_phase_a, three_phase_seen_a);
  const int phases = one_phase ? 1 : 3;
  std::string keys = fmt::format("max_a = {:.6g}, phases = {}", std::ceil(a * 10.0) / 10.0, phases);
  // The voltage that was metered decides how much a current is.
  if (std::abs(voltage_v - site_voltage_v) >= 0.5) keys += fmt::format(", voltage_v = {:.0f}", voltage_v);
  return {std::move(keys), shown};
}

/// Any bytes as a Lua string of plain ASCII and UTF-8: what could end the string, or show as something else, is
/// escaped.
std::string lua_text(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const kernel::Utf8Character first = kernel::first_character(text);
    const std::size_t bytes = std::max<std::size_t>(1, first.bytes);
    const bool plain = first.bytes > 0 && !kernel::is_control(first.code) && first.code != '"' && first.code != '\\';
    for (std::size_t i = 0; i < bytes; ++i) {
      if (plain) {
        out += text[i];
      } else {
        out += fmt::format("\\{:03d}", static_cast<unsigned char>(text[i]));
      }
    }
    text.remove_prefix(bytes);
  }
  return out + "\"";
}

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
  const std::string offset =
      inferred ? fmt::format("the log's own clock is {:+.4g} h off UTC", kernel::hours_between(0, offset_ns))
               : std::string("the log does not tell");
  const std::string offset_ko =
      inferred ? fmt::format("로그의 시계가 UTC와 {:+.4g}시간 차이", kernel::hours_between(0, offset_ns))
               : std::string("로그에 나와 있지 않음");
  assumptions.push_back({"time zone", "시간대", fmt::format("{}: {} (--timezone names another)", out.name, offset),
                         fmt::format("{}: {} (--timezone 으로 지정)", out.name, offset_ko)});
  return out;
}

double site_voltage(const std::map<std::string, Seen, std::less<>>& seen, bool korea,
                    std::vector<Assumption>& assumptions) {
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
std::string station_lines(const std::string& station, const std::vector<std::string>& ids,
                          const std::map<std::string, Seen, std::less<>>& seen, double site_voltage_v,
                          double least_kw) {
  std::vector<std::pair<Rating, std::vector<std::string>>> groups;
  for (const std::string& id : ids) {
    Rating rating = rating_of(seen.at(id), site_voltage_v, least_kw);
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

std::string stations_text(const sessions::LogSessions& sessions, const std::map<std::string, Seen, std::less<>>& seen,
                          double site_voltage_v, double least_kw) {
  std::string out;
  for (std::size_t i = 0; i < sessions.evse_ids.size();) {
    const std::string station = sessions.evse_ids[i].substr(0, sessions.evse_ids[i].rfind('-'));
    std::vector<std::string> ids;
    for (; i < sessions.evse_ids.size() && sessions.evse_ids[i].substr(0, sessions.evse_ids[i].rfind('-')) == station;
         ++i)
      ids.push_back(sessions.evse_ids[i]);
    out += station_lines(station, ids, seen, site_voltage_v, least_kw);
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
                    kernel::printable(tariff)));
  }
  return fmt::format("    tariff = require(\"tariffs.{}\").{},", tariff.substr(0, dot), tariff.substr(dot + 1));
}

}  // namespace

std::string plausible_site(const ocpp::SiteLog& log, const sessions::LogSessions& sessions,
                           const PrepareRequest& request, std::vector<Assumption>& assumptions, const SiteLaws& laws) {
  const std::string& tariff = request.tariff;
  const Zone zone = zone_of(log, request.timezone, assumptions);
  const market::Calendar calendar(zone.name);
  const sessions::SessionDays days = sessions::days_of(sessions, calendar);
  const auto seen = seen_of(log, sessions);
  const double voltage_v = site_voltage(seen, zone.korea, assumptions);
  assumptions.push_back({"ratings of the EVSEs", "충전기 정격",
                         "the least usual rating that is not below what was metered or offered",
                         "계측되거나 제공된 출력 이상의 가장 작은 통상 정격"});
  const std::string priced = tariff_line(tariff);
  const bool has_contract = request.contract_kw > 0.0;
  std::string given, missing, missing_ko;
  const auto sort = [&](bool told, const std::string& what, const char* name, const char* name_ko) {
    if (told) {
      given += (given.empty() ? "" : ", ") + what;
    } else {
      missing += std::string(name) + ", ";
      missing_ko += std::string(name_ko) + ", ";
    }
  };
  sort(!tariff.empty(), tariff, "tariff", "요금");
  sort(has_contract, fmt::format("{:.6g} kW", request.contract_kw), "contract power", "계약전력");
  if (!given.empty()) assumptions.push_back({"tariff and contract power", "요금제와 계약전력", given, given});
  assumptions.push_back({missing + "base load, PV, storage", missing_ko + "기저부하, 태양광, 저장장치",
                         "none: a log does not tell them (--site gives them)",
                         "없음: 로그에는 나오지 않음 (--site 로 지정)"});
  std::vector<double> energies, stays;
  for (const LogSession& session : sessions.sessions) {
    energies.push_back(session.visit.taken_kwh);
    stays.push_back(kernel::hours_between(session.visit.arrival_ns, session.visit.departure_ns));
  }
  const std::string first = market::format_date(days.first);
  const std::string run =
      laws.inside.empty()
          ? fmt::format("start = \"{}\", days = {},  -- the log's own days", first, days.days)
          : fmt::format("start = param(\"start\", \"{}\"), days = param(\"days\", {}),", first, days.days);
  const std::string arrivals =
      !laws.inside.empty()
          ? laws.inside
          : fmt::format(
                R"(  -- `replay` and `whatif` put the log's own sessions here; so does arrivals = ocpp "site.log". On its own the file runs
  -- with a law of the same size.
  arrivals = arrivals.poisson {{
    per_hour = {:.6g},
    energy_kwh = lognormal {{ median = {:.6g}, sigma = 0.7, min = 0.1, max = 100 }},
    stay_h = lognormal {{ median = {:.6g}, sigma = 0.8, min = 0.05, max = 72 }},
  }},
)",
                std::min(10'000.0, static_cast<double>(sessions.sessions.size()) / (24.0 * days.days)),
                std::clamp(median_of(std::move(energies)), 0.1, 100.0),
                std::clamp(median_of(std::move(stays)), 0.05, 72.0));
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
      sessions.sessions.size(), sessions.evse_ids.size(), assumed, laws.before.empty() ? "" : "\n" + laws.before, run,
      lua_text(zone.name), voltage_v,
      has_contract ? fmt::format("    contract_kw = {:.6g},", request.contract_kw)
                   : std::string("    -- contract_kw = 100,     -- what the grid connection may draw: fill in"),
      priced, stations_text(sessions, seen, voltage_v, laws.least_kw), arrivals);
}

}  // namespace evtwin::replay
