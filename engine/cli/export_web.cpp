#include "cli/export_web.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/program_folder.hpp"
#include "kernel/text.hpp"
#include "web/run_page.hpp"

namespace evtwin::cli {
namespace {

namespace fs = std::filesystem;

/// Where scripts/build web puts the viewer for browsers.
web::ViewerParts viewer_parts() {
  const std::string folder = kernel::program_folder("web", "build/web/page");
  if (folder.empty())
    throw CommandError(
        "the viewer for browsers is not built: scripts/setup web installs what it needs (1.3 GB), scripts/build web "
        "makes it; evtwin view shows the run here");
  return web::read_viewer_parts(folder);
}

/// Names that no two runs of a page share, and that are none of the viewer's own files.
std::vector<web::PageRun> page_runs(const std::vector<std::string>& files) {
  std::set<std::string> taken{"font.ttf", "NanumGothic.ttf", "evtwin.wasm"};
  std::vector<web::PageRun> runs;
  for (const std::string& file : files) {
    web::PageRun run = web::read_page_run(file);
    const fs::path name(run.name);
    for (int number = 2; !taken.insert(run.name).second; ++number)
      run.name = fmt::format("{}-{}{}", name.stem().string(), number, name.extension().string());
    runs.push_back(std::move(run));
  }
  return runs;
}

void make_empty_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw CommandError(fmt::format("{}: can not be made a folder ({})", folder, error.message()));
  if (!fs::is_empty(folder, error) || error)
    throw CommandError(folder + ": holds files already and is kept; name another folder");
}

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.2f} MB", static_cast<double>(bytes) / 1e6); }

}  // namespace

void export_web(const ExportCommand& command) {
  const std::string& out = command.web;
  const web::ViewerParts viewer = viewer_parts();
  const std::vector<web::PageRun> runs = page_runs(command.runs);
  std::uint64_t run_bytes = 0, bytes = 0;
  for (const web::PageRun& run : runs) run_bytes += run.bytes;

  // The name decides: one page that opens from disk, or a folder for a web server.
  if (fs::path(out).extension() == ".html") {
    const std::string page = one_page(viewer, runs);
    write_new_file(out, page);
    fmt::print("{}: {} run{}, {} ({} of run files): open it in a browser\n", kernel::make_printable(out), runs.size(),
               runs.size() == 1 ? "" : "s", megabytes(page.size()), megabytes(run_bytes));
  } else {
    make_empty_folder(out);
    folder_files(viewer, runs, [&](const std::string& name, std::string_view text) {
      write_new_file((fs::path(out) / name).string(), text);
      bytes += text.size();
    });
    fmt::print("{}: {} run{}, {} ({} of run files); to serve it: python3 -m http.server -d {}\n",
               kernel::make_printable(out), runs.size(), runs.size() == 1 ? "" : "s", megabytes(bytes),
               megabytes(run_bytes), kernel::make_printable(out));
  }

  fmt::print("  whoever opens it can read all of {}: scenario, vehicles, sessions\n",
             runs.size() == 1 ? "the run" : "the runs");
}

}  // namespace evtwin::cli
