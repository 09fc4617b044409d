#include "viewer/shell_glfw/view_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace evtwin::viewer::shell {
namespace {

/// @throws CLI::ValidationError for anything but WIDTHxHEIGHT from 320x240 to 8192x8192.
void read_size(const std::string& text, ViewCommand& command) {
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, command.width);
  bool sound = width.ec == std::errc{} && width.ptr != end && *width.ptr == 'x';
  if (sound) {
    const auto height = std::from_chars(width.ptr + 1, end, command.height);
    sound = height.ec == std::errc{} && height.ptr == end;
  }
  const auto in = [](int value, int low) { return value >= low && value <= 8192; };
  if (!sound || !in(command.width, 320) || !in(command.height, 240)) {
    throw CLI::ValidationError("--size", fmt::format("'{}' must be WIDTHxHEIGHT in pixels, as in 1440x900, "
                                                     "from 320x240 to 8192x8192",
                                                     text));
  }
}

std::string read_script(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw CLI::ValidationError("--script", file + ": can not be read");
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A picture or table never goes over a run.
void keep_runs(const ViewCommand& command) {
  for (const auto& [option, file] : {std::pair{"--png", command.png}, std::pair{"--csv", command.csv}}) {
    for (const std::string& run : command.options.files) {
      std::error_code error;
      if (!file.empty() && (file == run || std::filesystem::equivalent(file, run, error)))
        throw CLI::ValidationError(option, file + " is one of the runs");
    }
  }
  if (!command.png.empty() && command.png == command.csv) throw CLI::ValidationError("--csv", "is the picture's file");
}

}  // namespace

ParsedView parse_view(int argc, const char* const* argv) {
  ViewCommand command;
  ui::Options& options = command.options;
  // 0: the display's own.
  options.scale = 0.0F;
  options.layout = "stakeholder";
  std::string size, script;

  CLI::App app("evtwin view: see, play and compare what happened in runs of evtwin", "evtwin view");
  app.set_version_flag("--version", "evtwin-view " EVTWIN_VERSION);
  app.add_option("RUN", options.files,
                 "run files; of two, both are shown under one cursor. Also battery scores: a file of evtwin score "
                 "--json, or records "
                 "of cars (.csv), which evtwin scores")
      ->required();

  // Where to begin: the moment, and the part of the site.
  app.add_option("--t", options.t, "cursor: local time, as in 2026-03-14T18:45");
  auto* window = app.add_option("--window", options.window, "stretch of time to show around it, as in 6h, 90min, 2d");
  app.add_option("--from", options.from, "where that stretch begins (default: half of it before --t)")->needs(window);
  app.add_option("--select", options.select, "EVSE, storage, session or station to select");

  app.add_option("--layout", options.layout,
                 "stakeholder (default): the site as a picture, with its story; researcher: every panel")
      ->check(CLI::IsMember({"stakeholder", "researcher"}));
  app.add_option("--compare", options.compare, "how two runs are shown (default overlay)")
      ->check(CLI::IsMember({"a", "b", "overlay", "split", "difference"}));
  app.add_option("--lang", options.language, "en or ko (default: the environment's)")
      ->check(CLI::IsMember({"en", "ko"}));

  app.add_option("--theme", options.theme, "light (default) or dark")->check(CLI::IsMember({"light", "dark"}));
  app.add_option("--scale", options.scale, "size of everything, 1 to 2 (default: the display's)")
      ->check(CLI::Range(1.0F, 2.0F));
  app.add_option("--open", options.open,
                 "page to begin with: help, roads (the road map), site, quadrant, or plan: evtwin's own plan of one "
                 "charge (a strategy's plan "
                 "is drawn beside what flowed, without it)")
      ->check(CLI::IsMember({"help", "roads", "plan", "site", "quadrant"}));

  app.add_option("--size", size, "of the window, pixels, as in 1440x900 (default)");
  app.add_option("--script", script,
                 "file of steps to play first: click NAME; key ctrl+F; ... (a wrong one lists all)");

  // For pictures and tables without a user.
  app.add_option("--png", command.png, "picture to write");
  app.add_option("--csv", command.csv, "table to write: what the power plot shows");
  app.add_flag("--exit", command.exit, "then end");
  app.add_flag("--headless", command.headless, "no window: draw in memory, then end");
  app.footer("Exit status: 0 done, 1 a file can not be shown or written, 2 usage.");

  try {
    app.parse(argc, argv);
    if (!size.empty()) read_size(size, command);
    if (!script.empty()) command.steps = read_script(script);
    keep_runs(command);
    if (command.headless && command.png.empty() && command.csv.empty() && command.steps.empty())
      throw CLI::ValidationError("--headless", "needs something to do: --png, --csv or --script");
    return command;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
}

}  // namespace evtwin::viewer::shell
