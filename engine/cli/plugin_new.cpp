// evtwin plugin new: a complete project of a strategy or forecaster, from a template.
#include "cli/plugin_new.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>  // renameat2
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "cli/commands.hpp"
#include "control/plugin_search.hpp"
#include "kernel/program_folder.hpp"
#include "kernel/shell_text.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_name = 40;

// CMake (3.25, policy CMP0037) keeps these for itself; the test program of the template is NAME_test.
constexpr std::array<std::string_view, 16> words_of_cmake{"all",
                                                          "ar",
                                                          "check",
                                                          "clean",
                                                          "depend",
                                                          "edit_cache",
                                                          "help",
                                                          "install",
                                                          "list_install_components",
                                                          "by_hand",
                                                          "lib",
                                                          "package",
                                                          "test",
                                                          "package_source",
                                                          "preinstall",
                                                          "rebuild_cache"};
static_assert(kernel::has_unique_keys(words_of_cmake));

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

std::string filled_in(std::string text, std::string_view name) {
  return replaced(replaced(std::move(text), "@NAME@", name), "@ID@", strategy_id_of(name));
}

void copy_filled_in(const fs::path& from, const fs::path& to, std::string_view name) {
  fs::create_directory(to);
  std::vector<fs::directory_entry> entries{fs::directory_iterator(from), {}};
  for (const fs::directory_entry& entry : entries) {
    const fs::path target = to / filled_in(entry.path().filename().string(), name);
    if (entry.is_directory()) {
      copy_filled_in(entry.path(), target, name);
      continue;
    }
    std::ifstream in(entry.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in.good() && !in.eof())
      throw CommandError(fmt::format("{}: can not be read ({})", entry.path().string(), std::strerror(errno)));
    text = filled_in(std::move(text), name);
    std::ofstream out(target, std::ios::binary);
    out << text;
    out.close();
    if ((entry.status().permissions() & fs::perms::owner_exec) != fs::perms::none)
      fs::permissions(target, entry.status().permissions());
    if (!out) throw CommandError(fmt::format("{}: can not be written ({})", target.string(), std::strerror(errno)));
  }
}

/// plugins.md of an installation, or the source tree's; empty where neither is.
std::string guide_beside(const fs::path& templates) {
  for (const char* name : {"plugins.md", "README.md"}) {
    std::error_code error;
    const fs::path guide = templates.parent_path() / name;
    if (fs::exists(guide, error)) return guide.string();
  }
  return {};
}

}  // namespace

std::string trouble_with_plugin_name(std::string_view name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool sound = !name.empty() && name.size() <= longest_name && is_letter(name.front()) &&
                     std::all_of(name.begin(), name.end(), [&](char c) {
                       return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
                     });
  if (!sound) {
    return fmt::format(
        "'{}' is no name for a plugin: lower case letters, digits, '-' and '_', a letter first, at most {}",
        kernel::make_printable(name), longest_name);
  }
  if (std::find(words_of_cmake.begin(), words_of_cmake.end(), name) != words_of_cmake.end())
    return fmt::format("'{}' is a word of the build's own; take another name", name);
  return {};
}

std::string strategy_id_of(std::string_view name) { return replaced(std::string(name), "_", "-"); }

void write_plugin_project(const fs::path& from, const fs::path& to, std::string_view name) {
  std::error_code error;
  if (fs::symlink_status(to, error).type() != fs::file_type::not_found)
    throw CommandError(fmt::format("{}: is there already and is kept; take another name", to.string()));
  const fs::path growing = to.parent_path() / fmt::format(".{}.{}.part", to.filename().string(), ::getpid());
  try {
    copy_filled_in(from, growing, name);
    // A file that took the place meanwhile is kept as well; a file system without this flag gets the plain rename,
    // which replaces nothing but an empty folder.
    int status = ::renameat2(AT_FDCWD, growing.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
    if (status != 0 && (errno == EINVAL || errno == ENOSYS)) status = ::rename(growing.c_str(), to.c_str());
    if (status != 0) throw CommandError(fmt::format("{}: can not be written ({})", to.string(), std::strerror(errno)));
  } catch (const fs::filesystem_error& failed) {
    fs::remove_all(growing, error);
    throw CommandError(fmt::format("{}: can not be written ({})", to.string(), failed.code().message()));
  } catch (...) {
    fs::remove_all(growing, error);
    throw;
  }
}

int plugin_new(const PluginNewCommand& command) {
  const std::string& name = command.name;
  if (const std::string trouble = trouble_with_plugin_name(name); !trouble.empty()) throw CommandError(trouble);
  const std::string id = strategy_id_of(name);
  const auto part = command.forecaster ? control::PluginPart::forecaster : control::PluginPart::strategy;

  // Two of one id could not be told apart where they are asked for by name.
  for (const auto& listed : control::list_parts(part)) {
    if (listed.description.id == id)
      throw CommandError(fmt::format("'{}' is the id of an installed {} ({}); take another name", id,
                                     command.forecaster ? "forecaster" : "strategy", listed.file));
  }

  const std::string templates = kernel::program_folder("template", "plugins/template");
  if (templates.empty())
    throw CommandError("the templates are not there; is share/evtwin/template beside the program's folder?");
  write_plugin_project(fs::path(templates) / (command.forecaster ? "forecaster" : command.language), name, name);

  // The next commands as they have to be typed here, with the places of this very program.
  const fs::path program = kernel::program_file();
  const std::string prefix = kernel::shell_word(program.parent_path().parent_path().string());
  const std::string evtwin = kernel::shell_word(program.string());
  const std::string scenarios = kernel::program_folder("scenarios", "scenarios");
  const std::string week = kernel::shell_word((fs::path(scenarios) / "workplace_week.lua").string());
  if (command.forecaster) {
    fmt::print(
        "Wrote {0}/: a forecaster in C++, a test and a README. Next:\n"
        "  cd {0} && cmake -B build -DCMAKE_PREFIX_PATH={3} && cmake --build build\n"
        "  ctest --test-dir build\n"
        "  {1} run {2} --strategy lp --change forecast=./build/lib{0}.so\n",
        name, evtwin, week, prefix);
  } else if (command.language == "rust") {
    fmt::print(
        "Wrote {0}/: a strategy in Rust and a README. Next:\n"
        "  cd {0} && EVTWIN={1} ./build\n"
        "  {1} plugin check ./lib{0}.so\n"
        "  {1} compare {2} --strategies asap,edf,./lib{0}.so\n",
        name, evtwin, week);
  } else if (command.language == "lua") {
    fmt::print(
        "Wrote {0}/: a strategy in Lua, a test and a README. Next:\n"
        "  cd {0}\n"
        "  {1} run test.lua && {1} plugin check {0}.lua\n"
        "  {1} compare {2} --strategies asap,edf,./{0}.lua\n",
        name, evtwin, week);
  } else {
    fmt::print(
        "Wrote {0}/: a strategy in {4}, a test and a README. Next:\n"
        "  cd {0} && cmake -B build -DCMAKE_PREFIX_PATH={3} && cmake --build build\n"
        "  ctest --test-dir build\n"
        "  {1} compare {2} --strategies asap,edf,./build/lib{0}.so\n",
        name, evtwin, week, prefix, command.language == "c" ? "C" : "C++");
  }
  if (const std::string guide = guide_beside(templates); !guide.empty()) fmt::print("The guide: {}\n", guide);
  return 0;
}

}  // namespace evtwin::cli
