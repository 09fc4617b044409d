#include "replay/log_content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "analysis/run_report.hpp"
#include "replay/certificate.hpp"

namespace evtwin::replay {
namespace {

void add_metered(const Prepared& prepared, const ReplayResult& result, record::LogContent& content) {
  std::unordered_map<std::string_view, std::size_t> row_of;  // of the session, by its id
  for (std::size_t i = 0; i < prepared.sessions.sessions.size(); ++i)
    row_of.emplace(prepared.sessions.sessions[i].visit.id, i);
  for (const ReplayedSession& session : replayed_sessions(prepared.sessions.sessions, result)) {
    const TwinSession& twin = result.sessions[row_of.at(session.id)];
    const TwinEnergy energy(session.power);
    for (const MeteredPiece& piece : metered_of(prepared.log.transactions[session.transaction]).pieces) {
      content.metered.push_back({twin.number, 0, twin.evse, piece.from_ns, piece.to_ns, piece.mean_kw(), piece.kwh,
                                 energy.kwh_between(piece.from_ns, piece.to_ns), piece.dense});
    }
  }
  std::stable_sort(content.metered.begin(), content.metered.end(),
                   [](const auto& a, const auto& b) { return a.session < b.session; });
}

void add_scores(const ScoreCard& card, record::LogContent& content) {
  for (const Score& score : card.scores) {
    nlohmann::ordered_json excluded = nlohmann::ordered_json::object();
    for (const auto& [reason, n] : score.excluded) excluded[reason] = n;
    content.scores.push_back({score.name, score.unit, std::string(name_of(score.told)),
                              std::string(name_of(score.gate)), score.value, score.n, score.n_of, score.indicative,
                              score.pass, score.good, analysis::json_text(excluded, -1), score.help, score.help_ko});
  }
  content.certificate = {std::string(card.verdict_word()), card.judged_sessions,
                         verdict_text(card, analysis::Language::english),
                         verdict_text(card, analysis::Language::korean)};
}

/// Number in the run of each transaction that was replayed.
using NumberOf = std::unordered_map<std::size_t, std::uint64_t>;

NumberOf numbers_of(const Prepared& prepared, const ReplayResult& result) {
  NumberOf numbers;
  for (std::size_t i = 0; i < prepared.sessions.sessions.size(); ++i)
    numbers[prepared.sessions.sessions[i].transaction] = result.sessions[i].number;
  return numbers;
}

std::uint64_t number_in(const NumberOf& numbers, std::size_t transaction) {
  const auto found = numbers.find(transaction);
  return found == numbers.end() ? 0 : found->second;
}

void add_sessions(const ocpp::SiteLog& log, const NumberOf& numbers, record::LogContent& content) {
  for (std::size_t i = 0; i < log.transactions.size(); ++i) {
    const ocpp::Transaction& t = log.transactions[i];
    content.sessions.push_back({number_in(numbers, i), t.start_ns, t.stop_ns, t.station, t.evse, t.id, t.id_tag,
                                t.token_type, t.ocpi_cdr, t.ocpi_session});
  }
}

std::string kwh_text(double kwh) { return std::isnan(kwh) ? "?" : fmt::format("{:.3f}", kwh); }

/// A reading of a charger's health in words: "41.5 degrees C (Cable)", "-71 dBm", "offline", "HighTemperature, E12".
std::string health_text(const ocpp::Station::Health& one) {
  using Of = ocpp::Station::Health::Of;
  std::string text = one.text;
  if (one.of == Of::temperature) text = fmt::format("{:.1f} degrees C", one.value);
  if (one.of == Of::signal) text = fmt::format("{:g}{}", one.value, one.value < 0.0 ? " dBm" : "");
  if (!one.component.empty()) text += fmt::format(" ({})", one.component);
  return text;
}

/// Health as it was told, and alerts where somebody should look: a station that is offline, one that is too hot.
void add_health(const ocpp::Station& station, record::LogContent& content) {
  const auto add = [&](kernel::TimeNs time_ns, int evse, std::string_view kind, std::string text) {
    content.messages.push_back({time_ns, station.id, evse, 0, std::string(kind), std::move(text)});
  };
  for (const ocpp::Station::Health& one : station.health) add(one.time_ns, one.evse, name_of(one.of), health_text(one));
  for (const ocpp::Station::Interval& gone : station.offline) {
    add(gone.from_ns, 0, "alert", fmt::format("offline: {}", gone.why));
    add(gone.to_ns, 0, "network", "online");
  }
  for (const ocpp::Station::TooHot& hot : station.too_hot) {
    const std::string most =
        std::isnan(hot.most_c) ? "its error code says so" : fmt::format("up to {:.1f} degrees C", hot.most_c);
    add(hot.from_ns, hot.evse, "alert", fmt::format("over-temperature: {}", most));
  }
}

void add_messages(const ocpp::SiteLog& log, const NumberOf& numbers, record::LogContent& content) {
  for (std::size_t i = 0; i < log.transactions.size(); ++i) {
    const ocpp::Transaction& t = log.transactions[i];
    const std::uint64_t number = number_in(numbers, i);
    if (t.start_seen) {
      content.messages.push_back({t.start_ns, t.station, t.evse, number, "start",
                                  fmt::format("transaction {}: register {} kWh{}{}", t.id, kwh_text(t.meter_start_kwh),
                                              t.authorised.empty() ? "" : ", ", t.authorised)});
    }
    if (t.stop_seen) {
      content.messages.push_back({t.stop_ns, t.station, t.evse, number, "stop",
                                  fmt::format("transaction {}: register {} kWh{}{}", t.id, kwh_text(t.meter_stop_kwh),
                                              t.stop_reason.empty() ? "" : ", ", t.stop_reason)});
    }
  }

  // Messages of no transaction have session number 0.
  for (const ocpp::Command& command : log.commands) {
    const std::string answer = !command.answered ? "no answer" : command.status.empty() ? "answered" : command.status;
    content.messages.push_back(
        {command.sent_ns, command.station, command.evse, 0, "command", fmt::format("{}: {}", command.action, answer)});
  }

  for (const ocpp::Station& station : log.stations) {
    for (const ocpp::Station::Boot& boot : station.boots)
      content.messages.push_back({boot.time_ns, station.id, 0, 0, "boot",
                                  fmt::format("{} {} {}{}{}", boot.vendor, boot.model, boot.firmware,
                                              boot.registration.empty() ? "" : ", ", boot.registration)});
    for (const ocpp::Station::Progress& told : station.progress)
      content.messages.push_back({told.time_ns, station.id, 0, 0, told.of, told.status});
    add_health(station, content);
  }

  for (const ocpp::EvseTimeline& line : log.timelines) {
    for (const ocpp::StatusSpan& span : line.spans) {
      const bool fault = !span.error_code.empty() && span.error_code != "NoError";
      content.messages.push_back(
          {span.from_ns, line.station, line.evse, 0, "status",
           fmt::format("{}{}{}", name_of(span.status), fault ? ": " : "", fault ? span.error_code : std::string())});
    }
  }

  std::stable_sort(content.messages.begin(), content.messages.end(),
                   [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
}

}  // namespace

record::LogContent log_content(const Prepared& prepared, const ReplayResult& result, const ScoreCard& card) {
  record::LogContent content;
  add_metered(prepared, result, content);
  add_scores(card, content);
  const NumberOf numbers = numbers_of(prepared, result);
  add_messages(prepared.log, numbers, content);
  add_sessions(prepared.log, numbers, content);
  return content;
}

}  // namespace evtwin::replay
