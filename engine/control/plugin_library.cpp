#include "control/plugin_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "control/loader_lock.hpp"
#include "control/plugin_symbols.hpp"
#include "control/process_state.hpp"
#include "control/strategy.hpp"
#include "kernel/shell_text.hpp"

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
  return fmt::format("its {} has {} bytes, {} are due: built from another header", what, size, due);
}

/// Fault of a description, empty when the host can read it.
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

constexpr std::uint32_t all_quantities = EVTWIN_FORECASTS(EVTWIN_QUANTITIES) - EVTWIN_FORECASTS(0);
static_assert(std::popcount(all_quantities) == EVTWIN_QUANTITIES, "a bit each");

/// Requirements that an entry of either kind has to meet.
struct Due {
  const char* header;
  const char* what;  ///< "strategy"
  std::uint32_t major, minor;
  std::size_t bytes;
  const char* digest;
};

/// Fault of an entry, empty when the host can use it.
template <class Entry>
std::string entry_trouble(const Entry& entry, std::uint32_t count, const Due& due) {
  if (entry.abi_major != due.major)
    return fmt::format("made for ABI {}, this evtwin has {}; rebuild it", entry.abi_major, due.major);
  if (entry.abi_minor > due.minor) {
    return fmt::format("made for ABI {}.{}, this evtwin has {}.{}; update evtwin", entry.abi_major, entry.abi_minor,
                       due.major, due.minor);
  }
  if (auto trouble = size_trouble("entry", entry.struct_size, due.bytes); !trouble.empty()) return trouble;

  // Below 1 nothing is promised between versions: plugin and host must come from one header.
  if (due.major == 0 && (entry.abi_digest == nullptr || std::string_view(entry.abi_digest) != due.digest))
    return fmt::format("built from another {} than this evtwin (ABI 0 needs the very same header); rebuild it",
                       due.header);

  if (entry.info == nullptr || entry.create == nullptr) return "its entry lacks the function info or create";
  if (count == 0) return fmt::format("it holds no {}", due.what);

  // Users name strategies by their ids: each must be readable, and nobody else's.
  for (std::uint32_t i = 0; i < count; ++i) {
    const evtwin_info* info = entry.info(i);
    if (auto trouble = description_trouble(info); !trouble.empty())
      return fmt::format("the description of its {} number {} {}", due.what, i, trouble);
    for (std::uint32_t before = 0; before < i; ++before) {
      if (std::string_view(entry.info(before)->id) == info->id)
        return fmt::format("two of its {} have the id {}",
                           due.what == std::string_view("strategy") ? "strategies" : "forecasters", info->id);
    }
  }
  return {};
}

/// Two files of a process share unique symbols whatever RTLD_LOCAL says: the second plugin with a class of the same
/// name reads the variables of the first. Empty where the file has none.
std::string sharing_trouble(const PluginSymbols& symbols) {
  const std::vector<std::string> shared = shared_by_name(symbols.exported);
  if (shared.empty()) return {};
  return fmt::format(
      "another plugin with the same names would share {} variable{} with it ({}{}); put its classes into an unnamed "
      "namespace, or build it with -fvisibility=hidden",
      shared.size(), shared.size() == 1 ? "" : "s", shared.front(), shared.size() == 1 ? "" : ", ...");
}

/// The command that this process is, as a shell takes it; empty where nobody can say.
std::string own_command() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string command;
  for (std::string word; std::getline(file, word, '\0');)
    command += (command.empty() ? "" : " ") + kernel::shell_word(word);
  return command;
}

/// For a file with AddressSanitizer in a process without: the line to type. Empty where it can be loaded.
std::string sanitizer_advice(const PluginSymbols& symbols) {
  if (symbols.asan == AsanRuntime::none || dlsym(RTLD_DEFAULT, "__asan_init") != nullptr) return {};
  return fmt::format(
      "built with AddressSanitizer, whose runtime has to be loaded before evtwin; type: ASAN_OPTIONS=detect_leaks=0 "
      "LD_PRELOAD=$({}) {}",
      symbols.asan == AsanRuntime::gcc ? "gcc -print-file-name=libasan.so"
                                       : "clang -print-file-name=libclang_rt.asan-x86_64.so",
      own_command());
}

/// Trouble that shows before the loader runs any of a file; empty: none, or its symbols can not be read, and the loader
/// says what is wrong with it.
std::string trouble_before_loading(const std::string& file) {
  try {
    const PluginSymbols symbols = read_symbols(file);
    const std::string trouble = sharing_trouble(symbols);
    // Its runtime, loaded too late, ends the process in words of its own.
    return trouble.empty() ? sanitizer_advice(symbols) : trouble;
  } catch (const std::runtime_error&) {
    return {};
  }
}

template <class Entry>
std::vector<const evtwin_info*> all_of(const Entry& entry, std::uint32_t count) {
  std::vector<const evtwin_info*> all;
  for (std::uint32_t i = 0; i < count; ++i) all.push_back(entry.info(i));
  return all;
}

}  // namespace

std::shared_ptr<const PluginLibrary> PluginLibrary::open_library(const std::string& file) {
  const auto refuse = [&](const std::string& why) { throw StrategyError(fmt::format("plugin {}: {}", file, why)); };
  std::error_code error;
  if (!fs::is_regular_file(file, error)) refuse("there is no such file");
  // A bare name would be looked for in the system's library folders.
  const std::string path = fs::absolute(file);
  if (const std::string trouble = trouble_before_loading(path); !trouble.empty()) refuse(trouble);

  // Constructors of the file run while it is loaded, and must leave this process as it was.
  const NumberModes modes;
  const ProcessState before(ProcessPart::modes);
  auto alone = hold_loader();
  std::unique_ptr<void, CloseLibrary> handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
  alone.unlock();
  if (handle == nullptr) refuse(fmt::format("not a loadable shared object ({})", dlerror()));

  std::string changed = modes.take_back();
  if (changed.empty()) changed = before.find_difference();
  if (!changed.empty()) refuse("when it was loaded, " + changed);

  const auto* strategies = static_cast<const evtwin_entry*>(dlsym(handle.get(), "evtwin_strategy_entry"));
  const auto* forecasters = static_cast<const evtwin_forecaster_entry*>(dlsym(handle.get(), "evtwin_forecasters"));
  if (strategies == nullptr && forecasters == nullptr)
    refuse("exports no symbol evtwin_strategy_entry and no evtwin_forecasters; is it an evtwin plugin?");

  if (strategies != nullptr) {
    const Due due{"strategy.h",     "strategy",           EVTWIN_ABI_MAJOR,
                  EVTWIN_ABI_MINOR, sizeof(evtwin_entry), EVTWIN_ABI_DIGEST};
    if (auto trouble = entry_trouble(*strategies, strategies->n_strategies, due); !trouble.empty()) refuse(trouble);
  }

  if (forecasters != nullptr) {
    const Due due{"forecaster.h",
                  "forecaster",
                  EVTWIN_FORECASTER_ABI_MAJOR,
                  EVTWIN_FORECASTER_ABI_MINOR,
                  sizeof(evtwin_forecaster_entry),
                  EVTWIN_FORECASTER_ABI_DIGESTS};
    if (auto trouble = entry_trouble(*forecasters, forecasters->n_forecasters, due); !trouble.empty()) refuse(trouble);
    // Flags of a forecaster name the quantities it foresees.
    for (const evtwin_info* info : all_of(*forecasters, forecasters->n_forecasters)) {
      if ((info->flags & all_quantities) == 0)
        refuse(fmt::format("its forecaster {} foresees nothing: its flags name no quantity", info->id));
    }
  }
  return std::shared_ptr<const PluginLibrary>(new PluginLibrary(file, handle.release(), strategies, forecasters));
}

PluginLibrary::PluginLibrary(std::string file, void* handle, const evtwin_entry* strategies,
                             const evtwin_forecaster_entry* forecasters)
    : file_(std::move(file)), handle_(handle), strategies_(strategies), forecasters_(forecasters) {
  for (const auto& part : {this->strategy_infos(), this->forecaster_infos()}) {
    for (const evtwin_info* info : part) {
      if ((info->flags & EVTWIN_STRATEGY_KEEP_LOADED) != 0) keep_loaded_ = true;
    }
  }
}

PluginLibrary::~PluginLibrary() {
  if (!keep_loaded_) CloseLibrary{}(handle_);
}

std::vector<const evtwin_info*> PluginLibrary::strategy_infos() const {
  return strategies_ == nullptr ? std::vector<const evtwin_info*>() : all_of(*strategies_, strategies_->n_strategies);
}

std::vector<const evtwin_info*> PluginLibrary::forecaster_infos() const {
  return forecasters_ == nullptr ? std::vector<const evtwin_info*>()
                                 : all_of(*forecasters_, forecasters_->n_forecasters);
}

}  // namespace evtwin::control
