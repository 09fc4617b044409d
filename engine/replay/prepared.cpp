#include "replay/prepared.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <unordered_map>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "sessions/log_parts.hpp"

namespace evtwin::replay {
namespace {

constexpr const char* made_site = "the site made from the log";

/// Assumptions that hold for every log and are seldom told by one.
void assume_of_vehicles(const ocpp::SiteLog& log, const sessions::LogSessions& sessions, std::vector<Assumption>& out) {
  double discharged_kwh = 0.0;
  double part_kwh = 0.0;
  std::size_t without_power = 0, without_battery = 0, by_soc = 0, tapering = 0, parts = 0;
  for (const sessions::LogSession& session : sessions.sessions) {
    const ocpp::Transaction& told = log.transactions[session.transaction];
    discharged_kwh += told.exported_kwh;
    if (told.is_part()) {
      ++parts;
      part_kwh += told.energy_kwh;
    }
    // A session that took nothing shows nothing of its vehicle.
    if (!(session.visit.taken_kwh > 0.0)) continue;
    if (!(session.observed_kw > 0.0)) ++without_power;
    if (session.vehicle.battery.capacity_kwh == physics::infinite) ++without_battery;
    if (!(told.battery_kwh > 0.0) && std::isfinite(sessions::battery_by_soc(told))) ++by_soc;
    const auto& knots = session.vehicle.battery.charge.knots;
    if (knots.back().kw < knots.front().kw) ++tapering;
  }

  if (parts > 0) {
    out.push_back(
        {"sessions cut by the log's edges", "로그 시작이나 끝에서 잘린 세션",
         fmt::format("{} of them, {:.3f} kWh: the part from the first to the last of their readings is replayed; they "
                     "come and go there, and are no evidence of stays",
                     parts, part_kwh),
         fmt::format(
             "{}개, {:.3f} kWh: 첫 계측부터 마지막 계측까지의 부분만 재현. 그때 오고 간 것으로 보며 체류 시간의 "
             "근거로 쓰지 않음",
             parts, part_kwh)});
  }
  if (discharged_kwh > 0.0) {
    out.push_back({"energy that vehicles gave back", "차량이 되돌려준 전력량",
                   fmt::format("{:.3f} kWh: not replayed, what they took is", discharged_kwh),
                   fmt::format("{:.3f} kWh: 재현하지 않음 (받은 전력량만 재현)", discharged_kwh)});
  }
  if (without_power > 0) {
    out.push_back(
        {"power of the vehicles", "차량의 충전 출력",
         fmt::format("no readings tell it in {} of the sessions: taken as what their EVSE gives", without_power),
         fmt::format("{}개 세션은 계측값이 없어 충전기가 주는 대로 받는 것으로 봄", without_power)});
  }

  if (without_battery > 0) {
    out.push_back({"battery size of the vehicles", "차량의 배터리 용량",
                   fmt::format("unknown in {} of the sessions: they never fill, the metered energy alone ends charging",
                               without_battery),
                   fmt::format("{}개 세션에서 알 수 없음: 배터리가 가득 차지 않고 계량된 전력량에서만 충전이 끝남",
                               without_battery)});
  }
  if (by_soc > 0) {
    out.push_back(
        {"battery size by SoC", "SoC로 본 배터리 용량",
         fmt::format("of {} of the sessions, by the energy that raised the SoC: the car starts at its first SoC",
                     by_soc),
         fmt::format("{}개 세션: SoC가 오른 만큼의 전력량에서 구함. 차량은 처음 읽힌 SoC에서 시작", by_soc)});
  }
  if (tapering > 0) {
    out.push_back({"taper of the vehicles", "차량의 테이퍼",
                   fmt::format("fitted to the last readings in {} of the sessions", tapering),
                   fmt::format("{}개 세션의 마지막 계측값에 맞춤", tapering)});
  }
}

/// Where no name told which EVSE of the site is meant.
void assume_of_evses(const Prepared& prepared, std::vector<Assumption>& out) {
  std::vector<std::string> ids;
  for (const physics::Evse& evse : prepared.scenario.world.sites.front().evses) ids.push_back(evse.id);
  std::string text = sessions::match_evses(prepared.sessions, ids).assumption;
  if (!text.empty()) out.push_back({"EVSEs of the log", "로그의 충전기", text, text});
}

/// Keeps the sessions that the world has, with the rows of their EVSEs; the others are flagged.
sessions::LogSessions those_in(const twin::World& world, sessions::LogSessions sessions) {
  std::unordered_map<std::string_view, const demand::Visit*> there;
  for (const auto& law : world.sites.front().arrivals) {
    for (const demand::Visit& visit : std::get<demand::Recorded>(*law).visits) there.emplace(visit.id, &visit);
  }

  std::unordered_map<std::string_view, const twin::Flag*> why;
  for (const twin::Flag& flag : world.flags) {
    if (flag.left_out) why.emplace(flag.id, &flag);
  }

  std::vector<sessions::LogSession> kept;
  for (sessions::LogSession& session : sessions.sessions) {
    const auto found = there.find(session.visit.id);
    if (found == there.end()) {
      // The world's flag says why.
      const auto reason = why.find(session.visit.id);
      sessions.flags.push_back(
          {session.visit.id, reason == why.end() ? "not simulated" : reason->second->reason, true});
      continue;
    }

    session.visit = *found->second;
    session.vehicle = world.vehicles[session.visit.vehicle];
    kept.push_back(std::move(session));
  }
  sessions.sessions = std::move(kept);
  return sessions;
}

}  // namespace

Prepared prepare_replay(const PrepareRequest& request, ocpp::SiteLog log, sessions::LogSessions sessions) {
  if (sessions.sessions.empty()) {
    const std::string name = request.logs.empty() ? "the log" : kernel::make_printable(request.logs.front());
    throw std::runtime_error(
        fmt::format("{}: no whole transaction to replay ({} in all)", name, log.transactions.size()));
  }
  Prepared out;
  out.log = std::move(log);

  scenario::LoadOptions load = request.load;
  std::string file = request.site;
  if (file.empty()) {
    file = made_site;
    out.site_text = plausible_site(out.log, sessions, request, out.assumptions);
    load.text = out.site_text;
  }
  load.arrivals_from = std::make_shared<const sessions::LogSessions>(sessions);
  out.scenario = scenario::load_scenario(file, load);
  // Run files of these sessions say so: the scenario alone does not make them again.
  if (!request.logs.empty()) out.scenario.world.parameters["sessions of log"] = request.logs.front();
  out.sessions = those_in(out.scenario.world, std::move(sessions));
  if (out.sessions.sessions.empty())
    throw std::runtime_error(
        fmt::format("{}: no session of the log lies in the days asked for", kernel::make_printable(file)));

  assume_of_evses(out, out.assumptions);
  assume_of_vehicles(out.log, out.sessions, out.assumptions);

  kernel::log_line(kernel::LogRoom::replay, kernel::LogLevel::info, "site {}: {} session(s) of {} transaction(s)",
                   request.site.empty() ? "made from the log" : request.site, out.sessions.sessions.size(),
                   out.log.transactions.size());
  for (const Assumption& assumed : out.assumptions)
    kernel::log_line(kernel::LogRoom::replay, kernel::LogLevel::debug, "assumed: {}: {}", assumed.what, assumed.value);
  return out;
}

Prepared prepare_replay(const PrepareRequest& request) {
  ocpp::SiteLog log = ocpp::read_site_log(request.logs, request.reading);
  sessions::LogSessions sessions = sessions::sessions_and_parts_of(log, request.sessions);
  return prepare_replay(request, std::move(log), std::move(sessions));
}

}  // namespace evtwin::replay
