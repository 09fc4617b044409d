#include "control/plugin_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "control/loader_lock.hpp"
#include "control/strategy.hpp"

namespace evtwin::control {

namespace fs = std::filesystem;

namespace {

struct CloseLibrary {
  void operator()(void* handle) const {
    const auto alone = hold_loader();
    dlclose(handle);
  }
};

/// "its entry has 8 bytes, 40 are due"; empty when the size is right. Until a second minor version has grown a struct,
/// both the shorter and the longer one are of a header that this host does not know.
std::string size_trouble(const char* what, std::uint32_t size, std::size_t due) {
  if (size == due) return {};
  return fmt::format("its {} has {} bytes, {} are due: built from another strategy.h", what, size, due);
}

/// What is wrong with a description, empty when the host can read it.
std::string description_trouble(const evtwin_info* info) {
  if (info == nullptr) return "is missing";
  if (auto trouble = size_trouble("evtwin_info", info->struct_size, sizeof(evtwin_info)); !trouble.empty())
    return "is incomplete: " + trouble;
  if (info->id == nullptr || *info->id == '\0') return "is incomplete: it has no id";
  // Users write ID:key=value, FILE.so#ID and lists with commas.
  const std::string_view id = info->id;
  if (id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string_view::npos)
    return fmt::format("is wrong: its id '{}' may have lower case letters, digits and '-' only", id);
  if (info->n_params > 0 && info->params == nullptr) return "is incomplete: its parameter table is missing";
  for (std::uint32_t i = 0; i < info->n_params; ++i) {
    const evtwin_param_info& p = info->params[i];
    if (p.id == nullptr || *p.id == '\0') return fmt::format("is incomplete: its parameter {} has no id", i);
    if (p.type == EVTWIN_PARAM_CHOICE && (p.choices == nullptr || p.n_choices == 0))
      return fmt::format("is incomplete: its parameter {} has no choices", p.id);
    if (p.type > EVTWIN_PARAM_CHOICE)
      return fmt::format("is incomplete: its parameter {} has an unknown type {}", p.id, p.type);
  }
  return {};
}

}  // namespace

std::shared_ptr<const PluginLibrary> PluginLibrary::open(const std::string& file) {
  const auto refuse = [&](const std::string& why) { throw StrategyError(fmt::format("plugin {}: {}", file, why)); };
  std::error_code error;
  if (!fs::is_regular_file(file, error)) refuse("there is no such file");
  // A bare name would be looked for in the system's library folders.
  const std::string path = fs::absolute(file);
  auto alone = hold_loader();
  std::unique_ptr<void, CloseLibrary> handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
  alone.unlock();
  if (handle == nullptr) refuse(fmt::format("not a loadable shared object ({})", dlerror()));
  const auto* entry = static_cast<const evtwin_entry*>(dlsym(handle.get(), "evtwin_strategy_entry"));
  if (entry == nullptr) refuse("exports no symbol evtwin_strategy_entry; is it an evtwin plugin?");
  if (entry->abi_major != EVTWIN_ABI_MAJOR) {
    refuse(fmt::format("made for ABI {}, this evtwin has {}; rebuild it", entry->abi_major, EVTWIN_ABI_MAJOR));
  }
  if (entry->abi_minor > EVTWIN_ABI_MINOR) {
    refuse(fmt::format("made for ABI {}.{}, this evtwin has {}.{}; update evtwin", entry->abi_major, entry->abi_minor,
                       EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR));
  }
  if (auto trouble = size_trouble("entry", entry->struct_size, sizeof(evtwin_entry)); !trouble.empty()) refuse(trouble);
  if (EVTWIN_ABI_MAJOR == 0 &&
      (entry->abi_digest == nullptr || std::string_view(entry->abi_digest) != EVTWIN_ABI_DIGEST)) {
    refuse("built from another strategy.h than this evtwin (ABI 0 needs the very same header); rebuild it");
  }
  if (entry->info == nullptr || entry->create == nullptr) refuse("its entry lacks the function info or create");
  if (entry->n_strategies == 0) refuse("it holds no strategy");
  for (std::uint32_t i = 0; i < entry->n_strategies; ++i) {
    const evtwin_info* info = entry->info(i);
    if (auto trouble = description_trouble(info); !trouble.empty())
      refuse(fmt::format("the description of its strategy number {} {}", i, trouble));
    for (std::uint32_t before = 0; before < i; ++before) {
      if (std::string_view(entry->info(before)->id) == info->id)
        refuse(fmt::format("two of its strategies have the id {}", info->id));
    }
  }
  return std::shared_ptr<const PluginLibrary>(new PluginLibrary(file, handle.release(), entry));
}

PluginLibrary::PluginLibrary(std::string file, void* handle, const evtwin_entry* entry)
    : file_(std::move(file)), handle_(handle), entry_(entry) {
  for (const evtwin_info* info : strategies()) {
    if ((info->flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0) keep_loaded_ = true;
  }
}

PluginLibrary::~PluginLibrary() {
  if (!keep_loaded_) CloseLibrary{}(handle_);
}

std::vector<const evtwin_info*> PluginLibrary::strategies() const {
  std::vector<const evtwin_info*> all;
  for (std::uint32_t i = 0; i < entry_->n_strategies; ++i) {
    all.push_back(entry_->info(i));
  }
  return all;
}

const evtwin_info* PluginLibrary::find(std::string_view id) const {
  for (const evtwin_info* info : strategies()) {
    if (id == info->id) return info;
  }
  return nullptr;
}

}  // namespace evtwin::control
