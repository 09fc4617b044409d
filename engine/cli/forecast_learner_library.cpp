#include "cli/forecast_learner_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "cli/commands.hpp"
#include "control/plugin_search.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;

namespace {

std::string trouble_of(const evtwin_forecast_learner_entry& entry) {
  if (entry.abi_major != EVTWIN_FORECAST_LEARNER_ABI_MAJOR || entry.abi_minor > EVTWIN_FORECAST_LEARNER_ABI_MINOR ||
      entry.struct_size != sizeof entry || entry.abi_digest == nullptr ||
      std::string_view(entry.abi_digest) != EVTWIN_FORECAST_LEARNER_ABI_DIGESTS)
    return "built from another forecast_learner.h than this evtwin (ABI 0 needs the very same); rebuild it";
  if (entry.info == nullptr || entry.learn == nullptr || entry.n_learners == 0) return "its entry is incomplete";
  for (std::uint32_t i = 0; i < entry.n_learners; ++i) {
    const evtwin_info* const info = entry.info(i);
    if (info == nullptr || info->struct_size != sizeof(evtwin_info) || info->id == nullptr || *info->id == '\0')
      return fmt::format("the description of its learner number {} is incomplete", i);
  }
  return {};
}

/// In the folder `learners/forecast` of each folder with plugins, in an order that is the same everywhere.
std::vector<std::string> installed_files(std::string& folders) {
  std::vector<std::string> files;
  for (const std::string& folder : control::plugin_folders()) {
    const fs::path learners = fs::path(folder) / "learners" / "forecast";
    folders += fmt::format("{}{}", folders.empty() ? "" : ", ", learners.string());
    std::vector<std::string> here;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(learners, error)) {
      if (entry.path().extension() == ".so") here.push_back(entry.path().string());
    }
    std::sort(here.begin(), here.end());
    files.insert(files.end(), here.begin(), here.end());
  }
  return files;
}

}  // namespace

std::string ForecastLearner::open(const std::string& file, std::string_view id, std::string& known) {
  // It stays open: its threads may live as long as the process.
  void* const opened = dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) return fmt::format("not a loadable shared object ({})", dlerror());
  const auto* const entry =
      static_cast<const evtwin_forecast_learner_entry*>(dlsym(opened, "evtwin_forecast_learners"));
  if (entry == nullptr) return "exports no symbol evtwin_forecast_learners; is it a learner of forecasts?";
  if (std::string trouble = trouble_of(*entry); !trouble.empty()) return trouble;
  for (std::uint32_t i = 0; i < entry->n_learners; ++i) {
    const evtwin_info* const info = entry->info(i);
    if (info->id != id && !(id.empty() && entry->n_learners == 1)) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", info->id);
      continue;
    }
    file_ = file;
    entry_ = entry;
    description_ = control::copy_description(*info);
    return {};
  }
  return "holds no such learner";
}

ForecastLearner::ForecastLearner(std::string_view asked) {
  const std::string shown = kernel::make_printable(asked, 100);
  std::string known;
  if (asked.find('/') != std::string_view::npos || asked.find('#') != std::string_view::npos ||
      asked.ends_with(".so")) {
    const std::size_t hash = asked.find('#');
    const std::string file(asked.substr(0, hash));
    std::error_code error;
    if (!fs::is_regular_file(file, error))
      throw CommandError(fmt::format("model {}: there is no such file; it is named FILE.so#ID", shown));
    const std::string why =
        open(file, hash == std::string_view::npos ? std::string_view() : asked.substr(hash + 1), known);
    if (!why.empty())
      throw CommandError(fmt::format("model {}: {}{}", shown, why, known.empty() ? "" : "; it has " + known));
    return;
  }

  std::string folders, problems;
  for (const std::string& file : installed_files(folders)) {
    const std::string why = open(file, asked, known);
    if (entry_ != nullptr) return;
    if (known.empty()) problems += fmt::format(" ({}: {})", file, why);
  }
  if (!known.empty()) throw CommandError(fmt::format("model {}: there is none of that name; known: {}", shown, known));
  throw CommandError(
      fmt::format("model {}: learning was not built, nothing that learns to foresee lies in {}; `scripts/setup all` "
                  "installs LibTorch, then build evtwin again{}",
                  shown, folders, problems));
}

}  // namespace evtwin::cli
