// The names that projects of strategies and forecasters may have, and the project itself.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace evtwin::cli {

/// Trouble with a project's name, or "". Good names are file names, CMake targets and, with '-' for '_', ids.
std::string trouble_with_plugin_name(std::string_view name);

/// "my_idea" -> "my-idea": ids have no underscores.
std::string strategy_id_of(std::string_view name);

/// Copies a template folder to `to`, with @NAME@ and @ID@ replaced in texts and file names. All of it or nothing: it
/// grows beside `to` under another name first. @throws CommandError: `to` is there already, or can not be written
void write_plugin_project(const std::filesystem::path& from, const std::filesystem::path& to, std::string_view name);

}  // namespace evtwin::cli
