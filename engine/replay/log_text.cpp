#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "kernel/text.hpp"
#include "replay/log_report.hpp"

namespace evtwin::replay {
namespace {

using analysis::Language;
using analysis::number_text;
using kernel::make_printable;

std::string count_text(std::uint64_t n) { return number_text(static_cast<double>(n), 0); }

std::string counted(std::uint64_t n, const char* what) {
  return fmt::format("{} {}{}", count_text(n), what, n == 1 ? "" : "s");
}

constexpr std::size_t most_columns = 160;  // of a line that quotes the log

std::string cut_line(std::string text) {
  if (text.size() <= most_columns) return text;
  text.resize(most_columns);
  return make_printable(text) + "...";
}

std::string files_text(const ocpp::LogReport& report, bool korean) {
  constexpr std::size_t most_files = 5;
  std::string out;
  for (std::size_t i = 0; i < report.files.size() && i < most_files; ++i) {
    const ocpp::LogFile& file = report.files[i];
    out += fmt::format(
        fmt::runtime(korean ? "{}: {}, {}줄, OCPP 프레임 {}개{}\n" : "{}: {}, {} lines, {} OCPP frames{}\n"),
        make_printable(file.name), make_printable(file.layout.empty() ? "log" : file.layout), count_text(file.lines),
        count_text(file.frames),
        file.encoding == ocpp::Encoding::utf8 ? std::string() : fmt::format(" ({})", ocpp::name_of(file.encoding)));
  }
  if (report.files.size() > most_files)
    out += fmt::format(fmt::runtime(korean ? "... 그 밖에 파일 {}개\n" : "... and {} more files\n"),
                       report.files.size() - most_files);
  return out;
}

/// One line per kind of trouble, with the first few places.
struct Trouble {
  std::uint64_t count = 0;
  std::vector<std::string> texts;
};

std::string troubles_text(const std::map<std::string, Trouble>& troubles, std::size_t most) {
  std::string out;
  for (const auto& [what, trouble] : troubles) {
    out += fmt::format("  {} x {}\n", count_text(trouble.count), make_printable(what));
    for (std::size_t i = 0; i < trouble.texts.size() && i < most; ++i)
      out += fmt::format("      {}\n", cut_line(make_printable(trouble.texts[i])));
  }
  return out;
}

void add_oddities(const ocpp::LogReport& report, const std::map<std::string, ocpp::OddityGroup>& groups,
                  std::map<std::string, Trouble>& out) {
  for (const auto& [reason, group] : groups) {
    Trouble& trouble = out[reason];
    trouble.count += group.count;
    for (const ocpp::Oddity& oddity : group.first)
      trouble.texts.push_back(fmt::format("{}: {}", report.place_text(oddity.place), oddity.excerpt));
  }
}

}  // namespace

std::string log_text(const ocpp::SiteLog& log, const sessions::LogSessions& sessions, Language language,
                     std::size_t most) {
  const bool korean = language == Language::korean;
  const ocpp::LogReport& report = log.report;
  const WholeTransactions whole = whole_of(log), parts = parts_of(log);
  std::string out = files_text(report, korean);

  if (korean) {
    out += fmt::format("호출 {}, 응답 {}, 오류 {}, 읽지 못한 프레임 {}\n", count_text(report.calls),
                       count_text(report.results), count_text(report.errors), count_text(report.undecodable));
    out += fmt::format("충전소 {}곳, 거래 {}건 중 온전한 것 {}건, {} kWh, 세션 {}건{}\n", log.stations.size(),
                       log.transactions.size(), whole.count, number_text(whole.kwh, 3), sessions.sessions.size(),
                       parts.count == 0 ? std::string()
                                        : fmt::format(" (로그 시작이나 끝에서 잘린 {}건의 {} kWh 포함)", parts.count,
                                                      number_text(parts.kwh, 3)));
  } else {
    out += fmt::format("{}, {}, {}, {} that could not be decoded\n", counted(report.calls, "call"),
                       counted(report.results, "result"), counted(report.errors, "error"),
                       counted(report.undecodable, "frame"));
    out +=
        fmt::format("{}, {}, {} of them whole: {} kWh{} in {}\n", counted(log.stations.size(), "station"),
                    counted(log.transactions.size(), "transaction"), count_text(whole.count), number_text(whole.kwh, 3),
                    parts.count == 0 ? std::string()
                                     : fmt::format(", and {} kWh of {} cut by the log's edges,",
                                                   number_text(parts.kwh, 3), count_text(parts.count)),
                    counted(sessions.sessions.size(), "session"));
  }

  // Lookalikes are listed with the unused frames: neither was read.
  std::map<std::string, Trouble> unused;
  add_oddities(report, report.unused, unused);
  add_oddities(report, report.lookalikes, unused);
  if (!unused.empty()) out += (korean ? "쓰지 못한 프레임:\n" : "Not used:\n") + troubles_text(unused, most);

  std::map<std::string, Trouble> doubts;
  for (const ocpp::LogFlag& flag : log.flags) {
    Trouble& doubt = doubts[flag.code];
    doubt.count += flag.count;
    if (doubt.texts.size() < most) doubt.texts.push_back(flag.text);
  }
  add_oddities(report, report.repaired, doubts);
  if (!doubts.empty()) out += (korean ? "의심스러운 점:\n" : "Doubtful:\n") + troubles_text(doubts, most);

  std::map<std::string, Trouble> left_out;
  for (const sessions::TableFlag& flag : sessions.flags) {
    Trouble& trouble = left_out[flag.left_out ? (korean ? "제외된 거래" : "transactions left out")
                                              : (korean ? "세션에 대한 가정" : "assumed of sessions")];
    ++trouble.count;
    if (trouble.texts.size() < most) trouble.texts.push_back(flag.reason);
  }
  if (!left_out.empty()) out += (korean ? "세션:\n" : "Sessions:\n") + troubles_text(left_out, most);
  return out;
}

}  // namespace evtwin::replay
