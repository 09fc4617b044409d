// evtwin view: hands over to evtwin-view, which lies beside this program where the viewer's packages are installed.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/commands.hpp"
#include "kernel/program_folder.hpp"

namespace evtwin::cli {

int start_viewer(const ViewCommand& command) {
  const std::string program = (std::filesystem::path(kernel::program_file()).parent_path() / "evtwin-view").string();
  std::vector<std::string> arguments{program};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  const int why = errno;
  if (why == ENOENT)
    throw CommandError(
        "the viewer evtwin-view is not installed beside evtwin: it is built where libimgui-dev, libglfw3-dev, "
        "libgl-dev and libstb-dev are (scripts/setup core installs them)");
  throw CommandError(program + ": can not be started (" + std::strerror(why) + ")");
}

}  // namespace evtwin::cli
