#include "control/plugin_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "control/strategy.hpp"
#include "kernel/nearest.hpp"
#include "kernel/program_folder.hpp"

namespace evtwin::control {

namespace fs = std::filesystem;

namespace {

/// ../lib/evtwin beside the program, or beside libevtwin.so where that was loaded; empty where neither can be found.
fs::path own_folder() {
  const fs::path own = kernel::own_file();
  return own.empty() ? fs::path() : own.parent_path().parent_path() / "lib" / "evtwin";
}

const char* word(PluginPart part) { return part == PluginPart::strategy ? "strategy" : "forecaster"; }
const char* words(PluginPart part) { return part == PluginPart::strategy ? "strategies" : "forecasters"; }

std::vector<StrategyDescription>& parts_of(PluginDescription& plugin, PluginPart part) {
  return part == PluginPart::strategy ? plugin.strategies : plugin.forecasters;
}

ListedStrategy find_in_file(PluginPart part, const std::string& file, std::string_view id) {
  PluginDescription plugin = look_at_plugin(file);
  std::vector<StrategyDescription>& all = parts_of(plugin, part);
  if (all.empty()) throw StrategyError(fmt::format("plugin {} holds no {}", file, word(part)));
  std::string known;
  for (const StrategyDescription& s : all) known += fmt::format("{}{}", known.empty() ? "" : ", ", s.id);
  if (id.empty()) {
    if (all.size() != 1) {
      throw StrategyError(
          fmt::format("plugin {} holds {} {} ({}); name one as {}#ID", file, all.size(), words(part), known, file));
    }
    return {file, std::move(all.front())};
  }
  for (StrategyDescription& s : all) {
    if (s.id == id) return {file, std::move(s)};
  }
  throw StrategyError(fmt::format("plugin {} has no {} '{}'; it has {}", file, word(part), id, known));
}

FoundPart find_installed(PluginPart part, std::string_view id) {
  std::vector<std::string> problems;
  const auto all = list_parts(part, &problems);
  const auto has_id = [&](const ListedStrategy& listed) { return listed.description.id == id; };
  const auto first = std::find_if(all.begin(), all.end(), has_id);
  if (first != all.end()) {
    // Among those of one origin the order of folders is the user's own wish.
    const auto hidden = std::find_if(first + 1, all.end(), [&](const ListedStrategy& listed) {
      return has_id(listed) && came_with_the_program(listed.file);
    });
    return {*first, std::string(id), hidden == all.end() ? std::string() : hidden->file};
  }

  // Not found: the message offers the nearest name, all that are known, and the plugins that could not be read.
  std::vector<std::string_view> names;
  std::string known;
  for (const auto& listed : all) {
    names.emplace_back(listed.description.id);
    known += fmt::format("{}{}", known.empty() ? "" : ", ", listed.description.id);
  }
  const auto near = kernel::nearest_name(id, names);
  std::string message = fmt::format("unknown {} '{}'", word(part), id);
  message += near.empty() ? "." : fmt::format("; did you mean '{}'?", near);
  message += known.empty() ? " No plugin was found; is lib/evtwin beside the program's folder?"
                           : fmt::format(" Known: {}.", known);
  for (const std::string& problem : problems) message += fmt::format(" ({})", problem);
  throw StrategyError(message);
}

}  // namespace

std::vector<std::string> plugin_folders() {
  std::vector<std::string> folders;
  if (const char* path = std::getenv("EVTWIN_PLUGIN_PATH")) {
    std::string_view rest(path);
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      if (colon != 0) folders.emplace_back(rest.substr(0, colon));
      rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    }
  }
  if (const fs::path own = own_folder(); !own.empty()) folders.push_back(own.string());
  return folders;
}

bool came_with_the_program(const std::string& file) {
  std::error_code error;
  return fs::equivalent(fs::absolute(file).parent_path(), own_folder(), error) && !error;
}

PluginDescription look_at_plugin(const std::string& file) {
  return describe_plugin(file, came_with_the_program(file) ? Look::here : Look::child);
}

std::vector<ListedStrategy> list_parts(PluginPart part, std::vector<std::string>* problems) {
  std::vector<ListedStrategy> all;
  for (const std::string& folder : plugin_folders()) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      if (entry.path().extension() == ".so") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());  // directory order differs between machines
    for (const fs::path& file : files) {
      try {
        PluginDescription plugin = look_at_plugin(file.string());
        for (StrategyDescription& s : parts_of(plugin, part)) all.push_back({file.string(), std::move(s)});
      } catch (const StrategyError& refused) {
        if (problems != nullptr) problems->emplace_back(refused.what());
      }
    }
  }
  return all;
}

FoundPart find_part(PluginPart part, std::string_view id) {
  const std::size_t hash = id.find('#');
  const bool is_file = id.ends_with(".so") || (hash != std::string_view::npos && id.substr(0, hash).ends_with(".so"));
  if (!is_file) return find_installed(part, id);
  ListedStrategy found =
      find_in_file(part, std::string(id.substr(0, hash)), hash == std::string_view::npos ? "" : id.substr(hash + 1));
  std::string named = found.description.id;
  return {std::move(found), std::move(named), {}};
}

std::string shipped_part(PluginPart part, std::string_view id) {
  for (const ListedStrategy& listed : list_parts(part)) {
    if (listed.description.id == id && came_with_the_program(listed.file)) return fmt::format("{}#{}", listed.file, id);
  }
  return std::string(id);
}

std::string label_of(std::string_view id, const TextParams& params) {
  std::string label(id);
  for (const auto& [key, value] : params) label += fmt::format(":{}={}", key, value);
  return label;
}

}  // namespace evtwin::control
