// evtwin replay: logs in, a twin run on them, a certificate of how closely it reproduces them out.
#include "replay/replay.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/judged_replay.hpp"
#include "cli/new_file.hpp"
#include "cli/progress.hpp"
#include "cli/version.hpp"
#include "kernel/text.hpp"
#include "replay/bill.hpp"
#include "replay/certificate.hpp"
#include "replay/doubts.hpp"
#include "replay/identifier_mask.hpp"
#include "replay/judge.hpp"
#include "replay/log_report.hpp"
#include "sessions/log_parts.hpp"

namespace evtwin::cli {
namespace {

using analysis::Language;

/// Makes texts of the log fit to be shown: cards as numbers, unless they are asked for.
class Shown {
 public:
  Shown(const ReplayCommand& command, const ocpp::SiteLog& log) {
    if (!command.show_tokens) mask_.emplace(log);
  }
  std::string text(std::string text) {
    return mask_ ? mask_->mask_text(text, replay::IdentifierMask::Words::report) : text;
  }
  nlohmann::ordered_json json(nlohmann::ordered_json document) {
    if (mask_) mask_->mask_document(document);
    return document;
  }

 private:
  std::optional<replay::IdentifierMask> mask_;
};

/// A replay and what it is worth.
struct Judged {
  replay::Prepared prepared;
  replay::ReplayResult result;
  replay::ScoreCard card;
  std::vector<replay::Doubt> doubts;
  std::string hash;
};

Judged judged(const ReplayCommand& command, ocpp::SiteLog log, sessions::LogSessions sessions) {
  replay::PrepareRequest request;
  request.logs = command.logs;
  request.reading = command.reading;
  request.site = command.site;
  request.timezone = command.timezone;
  request.load = command.load;
  replay::Prepared prepared = replay::prepare_replay(request, std::move(log), std::move(sessions));
  catch_interrupt();
  replay::ReplayOptions options;
  options.stop = was_interrupted;
  ProgressBar bar("replaying");
  options.progress = [&](double fraction) { bar.show_fraction(fraction); };
  JudgedReplay done = judged_replay(prepared, command.logs, command.out, Repeat::twice, options);
  std::string hash = fmt::format("{:016x}", done.result.result.event_hash);
  std::vector<replay::Doubt> doubts = replay::doubts_of(prepared, replay::metered_peak_kw(prepared, done.card));
  return {std::move(prepared), std::move(done.result), std::move(done.card), std::move(doubts), std::move(hash)};
}

void write_files(const ReplayCommand& command, const Judged& judged, Shown& shown, Language language) {
  if (!command.certificate.empty()) {
    const replay::Certificate certificate{
        judged.prepared, judged.card, judged.hash, fmt::format("evtwin {}", version()), language, judged.doubts};
    write_new_file(command.certificate, shown.text(replay::certificate_html(certificate)));
  }
  if (!command.write_site.empty()) write_new_file(command.write_site, judged.prepared.site_text);
}

nlohmann::ordered_json assumptions_json(const replay::Prepared& prepared) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const replay::Assumption& assumption : prepared.assumptions)
    out.push_back({{"what", assumption.what}, {"value", assumption.value}});
  return out;
}

std::string site_name(const ReplayCommand& command, bool korean = false) {
  if (!command.site.empty()) return command.site;
  return korean ? "로그에서 만든 사이트" : "made from the log";
}

void print_json(const ReplayCommand& command, nlohmann::ordered_json json, Shown& shown, const Judged* judged) {
  json["site"] = judged != nullptr ? nlohmann::ordered_json(site_name(command)) : nlohmann::ordered_json();
  json["scores"] = judged != nullptr ? replay::scores_json(judged->card) : nlohmann::ordered_json::object();
  json["held_out"] = judged != nullptr
                         ? replay::held_out_json(judged->card.held_out, judged->prepared.scenario.world.calendar)
                         : nlohmann::ordered_json();
  json["verdict"] = std::string(judged != nullptr ? judged->card.verdict_word() : name_of(replay::Gate::not_scorable));
  json["kwh_replayed_share"] =
      judged != nullptr ? analysis::number_or_null(judged->card.kwh_replayed_share()) : nlohmann::ordered_json();
  json["metered"] = {{"peak_1min_kw", judged != nullptr ? analysis::number_or_null(judged->card.metered_peak_1min_kw)
                                                        : nlohmann::ordered_json()}};
  json["warnings"] = judged != nullptr ? replay::doubts_json(judged->doubts) : nlohmann::ordered_json::array();
  json["gate"] = std::string(name_of(judged != nullptr ? judged->card.gate : replay::Gate::not_scorable));
  json["sessions_compared"] =
      judged != nullptr ? replay::session_pairs_json(judged->card) : nlohmann::ordered_json::array();
  json["assumptions"] = judged != nullptr ? assumptions_json(judged->prepared) : nlohmann::ordered_json::array();
  if (judged != nullptr && !judged->result.troubles.empty()) json["notes"] = judged->result.troubles;
  json["event_hash"] = judged != nullptr ? nlohmann::ordered_json(judged->hash) : nlohmann::ordered_json();
  fmt::print("{}\n", analysis::json_text(shown.json(std::move(json))));
}

void print_text(const ReplayCommand& command, const Judged& judged, Language language) {
  const bool korean = language == Language::korean;
  const twin::World& world = judged.prepared.scenario.world;
  for (const std::string& trouble : judged.result.troubles)
    fmt::print(stderr, "note: {}\n", kernel::make_printable(trouble));

  fmt::print("\n{}\n", replay::scores_text(judged.card, world.calendar, language));
  fmt::print("{}", replay::doubts_text(judged.doubts, language));
  if (!judged.prepared.assumptions.empty()) fmt::print("{}\n", korean ? "가정:" : "Assumed:");
  for (const replay::Assumption& a : judged.prepared.assumptions)
    fmt::print("  {}: {}\n", kernel::make_printable(korean ? a.what_ko : a.what),
               kernel::make_printable(korean ? a.value_ko : a.value));

  fmt::print("\n{}: {} - {} ({}), event hash {}\n", kernel::make_printable(site_name(command, korean)),
             world.calendar.format_local(world.start_ns), world.calendar.format_local(world.end_ns),
             world.calendar.zone_name(), judged.hash);
  if (!command.out.empty())
    fmt::print("run file    {}{}\n", kernel::make_printable(command.out),
               korean ? " (카드 번호를 그대로 담음; 내보내기에서는 번호로 바꿈)"
                      : " (keeps the cards of the log; what is exported from it numbers them)");
  if (!command.certificate.empty()) fmt::print("certificate {}\n", kernel::make_printable(command.certificate));
  if (!command.write_site.empty()) fmt::print("site        {}\n", kernel::make_printable(command.write_site));

  // The next step: keep the site that was made from the log, or ask about the one there is.
  if (command.site.empty() && command.write_site.empty()) {
    fmt::print("{}\n",
               korean ? "다음: --write-site site.lua 로 사이트를 저장하고 요금과 계약전력을 채운 뒤 evtwin whatif LOG "
                        "--site site.lua"
                      : "Next: --write-site site.lua keeps this site; fill in tariff and contract power, then: evtwin "
                        "whatif LOG --site site.lua");
  } else {
    const std::string site = command.site.empty() ? command.write_site : command.site;
    fmt::print("{}: evtwin whatif {} --site {}\n", korean ? "다음" : "Next",
               kernel::make_printable(command.logs.front()), kernel::make_printable(site));
  }
}

/// 0, or 3 where a gate was asked for that is not met.
int status_of(const ReplayCommand& command, const replay::ScoreCard* card) {
  if (command.gate.empty()) return 0;
  const replay::Gate asked = command.gate == "good" ? replay::Gate::good : replay::Gate::pass;
  return card != nullptr && card->meets_gate(asked) ? 0 : 3;
}

}  // namespace

int replay_logs(const ReplayCommand& command) {
  const Language language = command.language == "ko" ? Language::korean : Language::english;
  ocpp::SiteLog log = ocpp::read_site_log(command.logs, command.reading);
  sessions::LogSessions sessions = sessions::sessions_and_parts_of(log);
  Shown shown(command, log);

  // The log's own findings are shown even where it can not be replayed.
  nlohmann::ordered_json json;
  if (command.json) {
    json = replay::log_json(log);
    json.update(replay::sessions_json(sessions));
  } else {
    fmt::print("{}", shown.text(replay::log_text(log, sessions, language)));
  }

  const bool files = !command.out.empty() || !command.certificate.empty() || !command.write_site.empty();
  std::string why_not;
  if (sessions.sessions.empty()) {
    why_not = fmt::format("no whole transaction to replay ({} in all)", log.transactions.size());
    if (files) throw CommandError(fmt::format("{}: {}; no file is written", command.logs.front(), why_not));
  } else {
    try {
      const Judged done = judged(command, std::move(log), std::move(sessions));
      write_files(command, done, shown, language);
      if (command.json) {
        json.update(replay::sessions_json(done.prepared.sessions));
        print_json(command, std::move(json), shown, &done);
      } else {
        print_text(command, done, language);
      }
      return status_of(command, &done.card);
    } catch (const scenario::ScriptError& error) {
      // A log that no site can have written (its clocks are centuries apart, say) is still read and counted.
      if (files || !command.site.empty()) throw;
      why_not = error.what();
    }
  }

  if (command.json) {
    json["not_replayed"] = why_not;
    print_json(command, std::move(json), shown, nullptr);
  } else {
    fmt::print("{}: {}\n", language == Language::korean ? "재현하지 않음" : "Not replayed",
               kernel::make_printable(why_not));
  }
  return status_of(command, nullptr);
}

}  // namespace evtwin::cli
