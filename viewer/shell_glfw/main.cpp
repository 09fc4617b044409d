// The program evtwin-view: a window, or pictures without one.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "kernel/program_folder.hpp"
#include "kernel/text.hpp"
#include "viewer/shell_glfw/view_command.hpp"
#include "viewer/shell_glfw/window.hpp"
#include "viewer/shell_headless/headless.hpp"
#include "viewer/shell_headless/local_files.hpp"

namespace evtwin::viewer::shell {
namespace {

namespace fs = std::filesystem;

/// One line on stderr. @returns the exit status
int fail(const std::string& what, int status = 1) {
  std::fputs(("error: " + kernel::make_printable(what) + "\n").c_str(), stderr);
  return status;
}

/// evtwin beside this program, for what-if; empty: not there.
std::string evtwin_program() {
  const std::string self = kernel::program_file();
  if (self.empty()) return {};
  const fs::path program = fs::path(self).parent_path() / "evtwin";
  std::error_code error;
  return fs::is_regular_file(program, error) ? program.string() : std::string();
}

/// @throws std::runtime_error. A half-written file is never left.
template <typename Shell>
void write_csv(Shell& shell, const std::string& file) {
  const std::string growing = file + ".part";
  std::error_code error;
  fs::remove(growing, error);
  shell.app().request_csv("plot.power", growing);
  shell.draw_frames();
  if (!fs::is_regular_file(growing, error)) throw std::runtime_error(file + ": can not be written");
  fs::rename(growing, file, error);
  if (!error) return;
  const std::string why = error.message();
  fs::remove(growing, error);
  throw std::runtime_error(fmt::format("{}: can not be written ({})", file, why));
}

/// The script, then the files asked for. @returns the exit status
template <typename Shell>
int deliver(Shell& shell, const ViewCommand& command) {
  if (command.exit) {
    if (const std::string trouble = shell.app().trouble_text(); !trouble.empty()) return fail(trouble);
  }
  shell.draw_frames();
  if (!command.steps.empty()) shell.play_script(command.steps);
  if (!command.csv.empty()) write_csv(shell, command.csv);
  if (!command.png.empty()) {
    shell.draw_frames();
    write_png(command.png, shell.take_picture());
  }
  return 0;
}

int in_memory(ViewCommand command) {
  command.exit = true;
  if (command.options.scale == 0.0F) command.options.scale = 1.0F;
  if (command.width == 0) {
    command.width = 1440;
    command.height = 900;
  }
  Headless headless(command.options, command.width, command.height);
  return deliver(headless, command);
}

int in_window(ViewCommand command) {
  const bool something_to_write = !command.png.empty() || !command.csv.empty() || !command.steps.empty();
  command.options.still = command.exit || something_to_write;
  // A window that stays open after its script is the user's.
  if (!command.exit) command.options.machine = std::make_shared<LocalFiles>(recent_file_of_user());
  Window window(command.options, command.width, command.height);
  if (something_to_write || command.exit) {
    const int status = deliver(window, command);
    if (command.exit || status != 0) return status;
    window.app().ui().still = false;
  }
  window.run_loop();
  return 0;
}

int main_of(int argc, const char* const* argv) {
  const ParsedView parsed = parse_view(argc, argv);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  ViewCommand command = std::get<ViewCommand>(parsed);
  command.options.evtwin = evtwin_program();
  const bool can_do_without = !command.png.empty() || !command.csv.empty();
  try {
    if (command.headless) return in_memory(command);
    try {
      return in_window(command);
    } catch (const NoDisplay& none) {
      if (can_do_without) return in_memory(command);
      return fail(
          fmt::format("no window can be opened ({}); for a picture without one: evtwin view {} --png FILE --exit",
                      none.what(), command.options.files.front()));
    }
  } catch (const std::invalid_argument& wrong) {
    return fail(wrong.what(), 2);
  } catch (const std::bad_alloc&) {
    return fail("out of memory; is the run larger than this machine?");
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}

}  // namespace
}  // namespace evtwin::viewer::shell

int main(int argc, char** argv) { return evtwin::viewer::shell::main_of(argc, argv); }
