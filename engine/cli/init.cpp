// evtwin init: a commented scenario of the user's own to start from.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/commands.hpp"
#include "kernel/text.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

int write_new_scenario(const InitCommand& command) {
  // "x": never over a file that is there.
  std::FILE* file = std::fopen(command.file.c_str(), "wx");
  if (file == nullptr) {
    const int why = errno;
    throw CommandError(why == EEXIST ? fmt::format("{}: is there already and is kept; name another file", command.file)
                                     : fmt::format("{}: can not be written ({})", command.file, std::strerror(why)));
  }
  const std::string text = scenario::example_scenario();
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) != 0 || !written) {
    const int why = errno;
    ::unlink(command.file.c_str());
    throw CommandError(fmt::format("{}: can not be written ({})", command.file, std::strerror(why)));
  }
  const std::string shown = kernel::make_printable(command.file);
  fmt::print(
      "Wrote {0}. Next:\n  evtwin check {0}\n  evtwin run {0}\n  evtwin compare {0} --strategies "
      "asap,edf,price-threshold\n",
      shown);
  return 0;
}

int show_first_steps() {
  fmt::print(
      "evtwin: what would my charging site have cost, drawn and served under another strategy?\n\n"
      "  evtwin init my_site.lua                                  write a scenario of your own\n"
      "  evtwin run my_site.lua --strategy edf --out edf.evtwin   run it and keep what happened\n"
      "  evtwin compare my_site.lua --strategies asap,edf         compare strategies in money\n"
      "  evtwin view edf.evtwin                                   see what happened\n\n"
      "evtwin --help shows the rest.\n");
  return 0;
}

}  // namespace evtwin::cli
