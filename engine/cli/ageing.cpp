// evtwin ageing: a law fitted to a cycling file, or what a run took of its batteries.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/text.hpp"
#include "score/ageing_report.hpp"

namespace evtwin::cli {
namespace {

bool is_run_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string head(15, '\0');
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  return stream.gcount() == 15 && head == "SQLite format 3";
}

}  // namespace

int fit_ageing(const AgeingCommand& command) {
  const auto language = command.language == "ko" ? analysis::Language::korean : analysis::Language::english;
  if (is_run_file(command.file)) {
    if (!command.page.empty()) throw CommandError("--page is for cycling files; this is a run file");
    const score::Batteries batteries = score::read_batteries(command.file);
    if (command.json) {
      fmt::print("{}\n", analysis::json_text(score::batteries_json(batteries)));
    } else {
      fmt::print("{}", score::batteries_text(batteries, language, command.rows));
    }
    return 0;
  }
  const score::CyclingFile file = score::read_cycling(command.file);
  const score::CyclingFit fit = score::fit_cycling(file);
  if (!command.page.empty()) write_new_file(command.page, score::cycling_html(file, fit, language));
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(score::cycling_json(file, fit)));
    return 0;
  }
  fmt::print("{}", score::cycling_text(file, fit, language));
  if (!command.page.empty())
    fmt::print("{}: {}\n", command.language == "ko" ? "저장" : "written", kernel::make_printable(command.page));
  return 0;
}

}  // namespace evtwin::cli
