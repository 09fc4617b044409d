// The program: reads the command line, runs the command, turns trouble into one clear line and an exit status.
#include <fmt/format.h>

#include <exception>
#include <new>

#include "cli/commands.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {
namespace {

struct Dispatch {
  int operator()(const NoCommand&) const { return show_first_steps(); }
  int operator()(const RunCommand& command) const { return run(command); }
  int operator()(const CompareCommand& command) const { return compare(command); }
  int operator()(const CheckCommand& command) const { return check(command); }
  int operator()(const InitCommand& command) const { return init(command); }
  int operator()(const RunsCommand& command) const { return list_runs(command); }
  int operator()(const DiffCommand& command) const { return diff(command); }
  int operator()(const PluginNewCommand& command) const { return plugin_new(command); }
};

int main_of(int argc, const char* const* argv) {
  const ParsedCommand parsed = parse_command_line(argc, argv);
  if (const int* status = std::get_if<int>(&parsed)) return *status;
  try {
    return std::visit(Dispatch{}, std::get<Command>(parsed));
  } catch (const twin::Interrupted&) {
    fmt::print(stderr, "interrupted\n");
    return 130;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: out of memory; is the scenario larger than this machine?\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", kernel::printable(error.what()));
  }
  return 1;
}

}  // namespace
}  // namespace evtwin::cli

int main(int argc, char** argv) { return evtwin::cli::main_of(argc, argv); }
