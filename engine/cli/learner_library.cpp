#include "cli/learner_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.hpp"
#include "control/plugin_search.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;

namespace {

/// Trouble with an entry, empty when this host can use it.
std::string entry_trouble(const evtwin_learner_entry& entry) {
  if (entry.abi_major != EVTWIN_LEARNER_ABI_MAJOR || entry.abi_minor > EVTWIN_LEARNER_ABI_MINOR)
    return fmt::format("made for learner ABI {}.{}, this evtwin has {}.{}; rebuild it", entry.abi_major,
                       entry.abi_minor, EVTWIN_LEARNER_ABI_MAJOR, EVTWIN_LEARNER_ABI_MINOR);
  if (entry.struct_size != sizeof(evtwin_learner_entry))
    return fmt::format("its entry has {} bytes, {} are due: built from another header", entry.struct_size,
                       sizeof(evtwin_learner_entry));
  if (entry.abi_digest == nullptr || std::string_view(entry.abi_digest) != EVTWIN_LEARNER_ABI_DIGESTS)
    return "built from another learner.h, fleet.h or strategy.h than this evtwin (ABI 0 needs the very same); rebuild "
           "it";
  if (entry.info == nullptr || entry.learn == nullptr) return "its entry lacks the function info or learn";
  if (entry.n_learners == 0) return "it holds no learner";
  for (std::uint32_t i = 0; i < entry.n_learners; ++i) {
    const evtwin_info* const info = entry.info(i);
    if (info == nullptr || info->struct_size != sizeof(evtwin_info) || info->id == nullptr || *info->id == '\0' ||
        (info->n_params > 0 && info->params == nullptr))
      return fmt::format("the description of its learner number {} is incomplete", i);
  }
  return {};
}

}  // namespace

namespace {

/// "ppo" as FILE.so#ppo: in the folder `learners` of each folder with plugins, apart from them, since a library for
/// learning is large. @throws CommandError
std::string find_installed(std::string_view id) {
  std::string folders, known, problems;
  for (const std::string& folder : control::plugin_folders()) {
    const fs::path learners = fs::path(folder) / "learners";
    folders += fmt::format("{}{}", folders.empty() ? "" : ", ", learners.string());

    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(learners, error)) {
      if (entry.path().extension() == ".so") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());  // directory order differs between machines

    for (const fs::path& file : files) {
      try {
        for (const std::string& held : Learner::ids_in(file.string())) {
          if (held == id) return fmt::format("{}#{}", file.string(), id);
          known += fmt::format("{}{}", known.empty() ? "" : ", ", held);
        }
      } catch (const CommandError& refused) {
        problems += fmt::format(" ({})", refused.what());
      }
    }
  }

  // Learners that there are, under another name, mean a slip; none at all means that learning was not built.
  const std::string shown = kernel::make_printable(id, 100);
  if (!known.empty())
    throw CommandError(
        fmt::format("learner {}: there is none of that name; known: {}; or name a file, as "
                    "FILE.so#ID{}",
                    shown, known, problems));
  throw CommandError(
      fmt::format("learner {}: learning was not built, no learner lies in {}; `scripts/setup all` installs LibTorch, "
                  "then build evtwin again; or name a file, as FILE.so#ID{}",
                  shown, folders, problems));
}

}  // namespace

std::vector<std::string> Learner::ids_in(const std::string& file) {
  void* const opened = dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) throw CommandError(fmt::format("{}: not a loadable shared object ({})", file, dlerror()));
  const auto* const entry = static_cast<const evtwin_learner_entry*>(dlsym(opened, "evtwin_learners"));
  std::string trouble = entry == nullptr ? "exports no symbol evtwin_learners" : entry_trouble(*entry);
  if (!trouble.empty()) throw CommandError(fmt::format("{}: {}", file, trouble));
  std::vector<std::string> ids;
  for (std::uint32_t i = 0; i < entry->n_learners; ++i) ids.emplace_back(entry->info(i)->id);
  return ids;  // it stays open: it may have threads, and is wanted soon
}

Learner::Learner(std::string_view asked) {
  const bool is_file =
      asked.find('/') != std::string_view::npos || asked.find('#') != std::string_view::npos || asked.ends_with(".so");
  const std::string name = is_file ? std::string(asked) : find_installed(asked);
  const std::size_t hash = name.find('#');
  file_ = name.substr(0, hash);
  const std::string id = hash == std::string::npos ? std::string() : name.substr(hash + 1);
  const auto refuse = [&](const std::string& why) {
    throw CommandError(fmt::format("learner {}: {}", kernel::make_printable(file_), why));
  };

  std::error_code error;
  if (!fs::is_regular_file(file_, error)) refuse("there is no such file; a learner is named FILE.so or FILE.so#ID");
  void* const opened = dlopen(fs::absolute(file_).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) refuse(fmt::format("not a loadable shared object ({})", dlerror()));
  handle_ = {opened, [](void* handle) { dlclose(handle); }};
  entry_ = static_cast<const evtwin_learner_entry*>(dlsym(opened, "evtwin_learners"));
  if (entry_ == nullptr) refuse("exports no symbol evtwin_learners; is it a learner?");
  if (const std::string trouble = entry_trouble(*entry_); !trouble.empty()) refuse(trouble);

  // A library with one learner needs no #ID.
  std::string known;
  const evtwin_info* chosen = entry_->n_learners == 1 && id.empty() ? entry_->info(0) : nullptr;
  for (std::uint32_t i = 0; i < entry_->n_learners; ++i) {
    const evtwin_info* const info = entry_->info(i);
    known += fmt::format("{}{}", i == 0 ? "" : ", ", info->id);
    if (id == info->id) chosen = info;
  }
  if (chosen == nullptr && id.empty()) refuse(fmt::format("it holds {}; say which, as FILE.so#ID", known));
  if (chosen == nullptr) refuse(fmt::format("it has no learner '{}'; it has {}", id, known));
  description_ = control::copy_description(*chosen);
  // Threads of its own live as long as the process.
  if ((description_.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0) handle_ = {opened, [](void*) {}};
}

}  // namespace evtwin::cli
