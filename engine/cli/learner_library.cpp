#include "cli/learner_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;

namespace {

/// What is wrong with an entry, empty when this host can use it.
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

Learner::Learner(std::string_view name) {
  const std::size_t hash = name.find('#');
  file_ = name.substr(0, hash);
  const std::string_view id = hash == std::string_view::npos ? std::string_view() : name.substr(hash + 1);
  const auto refuse = [&](const std::string& why) {
    throw CommandError(fmt::format("learner {}: {}", kernel::printable(file_), why));
  };
  std::error_code error;
  if (!fs::is_regular_file(file_, error)) refuse("there is no such file; a learner is named FILE.so or FILE.so#ID");
  void* const opened = dlopen(fs::absolute(file_).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (opened == nullptr) refuse(fmt::format("not a loadable shared object ({})", dlerror()));
  handle_ = {opened, [](void* handle) { dlclose(handle); }};
  entry_ = static_cast<const evtwin_learner_entry*>(dlsym(opened, "evtwin_learners"));
  if (entry_ == nullptr) refuse("exports no symbol evtwin_learners; is it a learner?");
  if (const std::string trouble = entry_trouble(*entry_); !trouble.empty()) refuse(trouble);

  std::string known;
  const evtwin_info* chosen = entry_->n_learners == 1 && id.empty() ? entry_->info(0) : nullptr;
  for (std::uint32_t i = 0; i < entry_->n_learners; ++i) {
    const evtwin_info* const info = entry_->info(i);
    known += fmt::format("{}{}", i == 0 ? "" : ", ", info->id);
    if (id == info->id) chosen = info;
  }
  if (chosen == nullptr && id.empty()) refuse(fmt::format("it holds {}; say which, as FILE.so#ID", known));
  if (chosen == nullptr) refuse(fmt::format("it has no learner '{}'; it has {}", id, known));
  description_ = control::described(*chosen);
  // Threads of its own live as long as the process.
  if ((description_.flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0) handle_ = {opened, [](void*) {}};
}

}  // namespace evtwin::cli
