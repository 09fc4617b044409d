// evtwin report: a page on runs that a stakeholder gets by mail, its tables as CSV and its figures as pictures.
#include "report/report.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "analysis/verdict.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {
namespace {

namespace fs = std::filesystem;

/// A folder of files that are made anew with each report; one with other things in it stays as it is.
std::string ready_folder(const std::string& folder, std::string_view option) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw CommandError(fmt::format("{} {}: can not be made a folder ({})", option, folder, error.message()));
  if (!fs::is_empty(folder, error) || error)
    throw CommandError(fmt::format("{} {}: holds files already and is kept; name another folder", option, folder));
  return folder;
}

void write_tables(const report::Report& made, const std::string& folder) {
  std::size_t files = 0;
  const auto write = [&](const report::Table& table) {
    write_new_file((fs::path(folder) / (table.id + ".csv")).string(), report::csv_table(table));
    ++files;
  };
  for (const report::Table& table : made.tables) write(table);
  for (std::size_t run = 0; run < made.runs.size(); ++run) write(report::windows_table(made, run));
  fmt::print("{}: {} tables\n", kernel::make_printable(folder), files);
}

/// @returns false where there is no such program. @throws CommandError where it fails
bool converted(const std::string& svg, const std::string& png) {
  std::vector<std::string> words{"rsvg-convert", "--output", png, svg};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, "rsvg-convert", nullptr, nullptr, arguments.data(), environ) != 0) return false;
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return false;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw CommandError(svg + ": rsvg-convert can not make a PNG of it");
  return true;
}

void write_figures(const report::Report& made, const std::string& folder, bool korean) {
  bool pictures = true;
  for (const report::Figure& figure : made.figures) {
    const std::string name = (fs::path(folder) / figure.id).string();
    write_new_file(name + ".svg", report::svg_file(figure, made.frame, korean));
    pictures = pictures && converted(name + ".svg", name + ".png");
  }
  fmt::print("{}: {} figures\n", kernel::make_printable(folder), made.figures.size());
  if (!pictures)
    throw CommandError(
        folder + ": holds the figures as SVG, but not as PNG: that takes rsvg-convert (apt-get install librsvg2-bin)");
}

}  // namespace

int report_runs(const ReportCommand& command) {
  // Nothing is written before all that is named can be.
  const std::string csv = command.csv.empty() ? "" : ready_folder(command.csv, "--csv");
  const std::string png = command.png.empty() ? "" : ready_folder(command.png, "--png");
  const report::Report made = report::make_report(command.runs, !csv.empty());
  const std::string page = report::page_of(made);
  write_new_file(command.out, page, report::page_mark);  // a report may be made again under its name

  const bool korean = command.language == "ko";
  fmt::print("{}", analysis::verdict_text(korean ? made.verdict_ko : made.verdict,
                                          korean ? analysis::Language::korean : analysis::Language::english));
  fmt::print("\n{}: {} figures, {} tables, {:.0f} kB; any browser opens it, without a network\n",
             kernel::make_printable(command.out), made.figures.size(), made.tables.size(),
             static_cast<double>(page.size()) / 1000.0);
  if (!csv.empty()) write_tables(made, csv);
  if (!png.empty()) write_figures(made, png, korean);
  return 0;
}

}  // namespace evtwin::cli
