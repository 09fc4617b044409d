#include "control/plugin_library.hpp"

#include <dlfcn.h>
#include <evtwin/abi_digest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "kernel/nearest.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {

namespace fs = std::filesystem;

namespace {

struct CloseLibrary {
  void operator()(void* handle) const { dlclose(handle); }
};

/// Whether the host can read a description without following a null pointer.
bool complete(const evtwin_info* info) {
  return info != nullptr && info->struct_size >= sizeof(evtwin_info) && info->id != nullptr &&
         (info->n_params == 0 || info->params != nullptr);
}

}  // namespace

std::shared_ptr<const PluginLibrary> PluginLibrary::open(const std::string& file) {
  const auto refuse = [&](const std::string& why) { throw StrategyError(fmt::format("plugin {}: {}", file, why)); };
  std::error_code error;
  if (!fs::is_regular_file(file, error)) refuse("there is no such file");
  // A bare name would be looked for in the system's library folders.
  std::unique_ptr<void, CloseLibrary> handle(dlopen(fs::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL));
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
  if (entry->struct_size < sizeof(evtwin_entry))
    refuse(fmt::format("its entry has {} bytes, {} are due", entry->struct_size, sizeof(evtwin_entry)));
  if (EVTWIN_ABI_MAJOR == 0 &&
      (entry->abi_digest == nullptr || std::string_view(entry->abi_digest) != EVTWIN_ABI_DIGEST)) {
    refuse("built from another strategy.h than this evtwin (ABI 0 needs the very same header); rebuild it");
  }
  if (entry->info == nullptr || entry->create == nullptr) refuse("its entry lacks the function info or create");
  for (std::uint32_t i = 0; i < entry->n_strategies; ++i) {
    if (!complete(entry->info(i))) refuse(fmt::format("the description of its strategy number {} is incomplete", i));
  }
  return std::shared_ptr<const PluginLibrary>(new PluginLibrary(file, handle.release(), entry));
}

PluginLibrary::PluginLibrary(std::string file, void* handle, const evtwin_entry* entry)
    : file_(std::move(file)), handle_(handle), entry_(entry) {}

PluginLibrary::~PluginLibrary() { dlclose(handle_); }

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
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back((program.parent_path().parent_path() / "lib" / "evtwin").string());
  return folders;
}

std::vector<ListedStrategy> list_strategies(std::vector<std::string>* problems) {
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
        const auto library = PluginLibrary::open(file.string());
        for (const evtwin_info* info : library->strategies()) all.push_back({info->id, file.string(), info, library});
      } catch (const StrategyError& refused) {
        if (problems != nullptr) problems->emplace_back(refused.what());
      }
    }
  }
  return all;
}

namespace {

/// Parameter values in the form the ABI wants, with the texts they point to.
struct CheckedParams {
  std::vector<evtwin_param_value> values;
  std::vector<std::string> texts;  // reserved up front: values point into it
};

std::string range_text(const evtwin_param_info& p) {
  const std::string unit = p.unit != nullptr && *p.unit != '\0' ? fmt::format(" {}", p.unit) : "";
  switch (p.type) {
    case EVTWIN_PARAM_BOOL:
      return "true or false";
    case EVTWIN_PARAM_INT:
      return fmt::format("a whole number from {} to {}{}", p.min, p.max, unit);
    case EVTWIN_PARAM_REAL:
      return fmt::format("a number from {} to {}{}", p.min, p.max, unit);
    case EVTWIN_PARAM_CHOICE: {
      std::string all;
      for (std::uint32_t i = 0; i < p.n_choices; ++i) all += fmt::format("{}{}", i == 0 ? "" : ", ", p.choices[i]);
      return "one of " + all;
    }
    default:
      return "text";
  }
}

void read_param(const std::string& strategy, const evtwin_param_info& p, const std::string& text, CheckedParams& out) {
  const auto refuse = [&] {
    throw StrategyError(
        fmt::format("strategy {}: parameter {} must be {}, got '{}'", strategy, p.id, range_text(p), text));
  };
  evtwin_param_value value{p.id, 0.0, nullptr};
  if (p.type == EVTWIN_PARAM_BOOL) {
    if (text != "true" && text != "false" && text != "1" && text != "0") refuse();
    value.number = text == "true" || text == "1" ? 1.0 : 0.0;
  } else if (p.type == EVTWIN_PARAM_INT || p.type == EVTWIN_PARAM_REAL) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value.number);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value.number)) refuse();
    if (value.number < p.min || value.number > p.max) refuse();
    if (p.type == EVTWIN_PARAM_INT && value.number != std::floor(value.number)) refuse();
  } else {
    const bool known = p.type == EVTWIN_PARAM_TEXT ||
                       std::any_of(p.choices, p.choices + p.n_choices, [&](const char* c) { return text == c; });
    if (!known) refuse();
    out.texts.push_back(text);
    value.text = out.texts.back().c_str();
  }
  out.values.push_back(value);
}

/// Every parameter of the table, as given or by default. @throws StrategyError for one the table does not have.
CheckedParams check_params(const evtwin_info& info, const TextParams& given) {
  CheckedParams out;
  out.texts.reserve(info.n_params);
  for (const auto& [id, text] : given) {
    const bool known = std::any_of(info.params, info.params + info.n_params, [&](const auto& p) { return id == p.id; });
    if (known) continue;
    std::vector<std::string_view> names;
    names.reserve(info.n_params);
    for (std::uint32_t i = 0; i < info.n_params; ++i) names.emplace_back(info.params[i].id);
    const std::string near = kernel::nearest_name(id, names);
    const std::string hint = names.empty()  ? " (it has none)"
                             : near.empty() ? fmt::format("; it has {}", fmt::join(names, ", "))
                                            : fmt::format("; did you mean '{}'?", near);
    throw StrategyError(fmt::format("strategy {} has no parameter '{}'{}", info.id, id, hint));
  }
  for (std::uint32_t i = 0; i < info.n_params; ++i) {
    const evtwin_param_info& p = info.params[i];
    const auto last = std::find_if(given.rbegin(), given.rend(), [&](const auto& g) { return g.first == p.id; });
    if (last != given.rend()) {
      read_param(info.id, p, last->second, out);
    } else {
      out.values.push_back({p.id, p.default_number, p.default_text});
    }
  }
  return out;
}

/// An instance behind the C functions, with what the host owes it.
class PluginStrategy : public Strategy {
 public:
  PluginStrategy(std::shared_ptr<const PluginLibrary> library, const evtwin_info& info, const CheckedParams& params,
                 const evtwin_view& first, std::uint64_t seed, std::uint32_t site)
      : library_(std::move(library)), id_(info.id), seed_(seed), site_(site) {
    host_ = {sizeof(evtwin_host), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, this, &report, &random, &extension};
    const evtwin_status status = caught([&] {
      return library_->entry().create(&host_, info.id, params.values.data(),
                                      static_cast<std::uint32_t>(params.values.size()), &first, &instance_);
    });
    if (status != EVTWIN_OK) fail("create", status);
    if (instance_ == nullptr || instance_->struct_size < sizeof(evtwin_strategy) || instance_->decide == nullptr ||
        instance_->destroy == nullptr) {
      error_ = "it made no complete instance";
      fail("create", status);
    }
    subscribes = instance_->subscribes;
    horizon_steps = instance_->horizon_steps;
  }
  ~PluginStrategy() override {
    if (instance_ != nullptr) instance_->destroy(instance_);
  }
  PluginStrategy(const PluginStrategy&) = delete;
  PluginStrategy& operator=(const PluginStrategy&) = delete;

  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    error_.clear();  // an earlier call's words would explain this one wrongly
    const evtwin_status status = caught([&] { return instance_->decide(instance_, &view, &decision); });
    if (status != EVTWIN_OK) fail("decide", status);
  }

 private:
  /// The contract lets no exception cross; one that does all the same still ends in an error that names the plugin.
  template <class Call>
  evtwin_status caught(Call&& call) {
    try {
      return call();
    } catch (const std::exception& error) {
      error_ = error.what();
    } catch (...) {
      error_ = "an exception of unknown type";
    }
    return EVTWIN_FAILED;
  }
  [[noreturn]] void fail(const char* call, evtwin_status status) const {
    throw StrategyError(fmt::format("strategy {} ({}): {} failed: {}", id_,
                                    fs::path(library_->file()).filename().string(), call,
                                    error_.empty() ? fmt::format("status {}", status) : error_));
  }
  static PluginStrategy& of(const evtwin_host* host) { return *static_cast<PluginStrategy*>(host->context); }
  static void report(const evtwin_host* host, std::uint32_t severity, const char* text) {
    if (severity >= EVTWIN_ERROR && text != nullptr) of(host).error_ = text;
  }
  static std::uint64_t random(const evtwin_host* host, std::uint64_t stream, std::uint64_t index) {
    constexpr std::uint32_t purpose = kernel::purpose_of("control.plugin");
    const PluginStrategy& self = of(host);
    return kernel::draw_u64(self.seed_, kernel::mix_bits(self.site_ + 1) ^ stream, purpose, index);
  }
  static const void* extension(const evtwin_host*, const char*) { return nullptr; }

  std::shared_ptr<const PluginLibrary> library_;
  std::string id_;
  std::uint64_t seed_;
  std::uint32_t site_;
  evtwin_host host_{};
  evtwin_strategy* instance_ = nullptr;
  std::string error_;
};

std::string label_of(std::string_view id, const TextParams& params) {
  std::string label(id);
  for (const auto& [key, value] : params) label += fmt::format(":{}={}", key, value);
  return label;
}

ListedStrategy find_in_file(const std::string& file, std::string_view id) {
  const auto library = PluginLibrary::open(file);
  const auto all = library->strategies();
  if (id.empty()) {
    if (all.size() != 1)
      throw StrategyError(fmt::format("plugin {} holds {} strategies; name one as {}#ID", file, all.size(), file));
    return {all[0]->id, file, all[0], library};
  }
  if (const evtwin_info* info = library->find(id)) return {info->id, file, info, library};
  std::string known;
  for (const evtwin_info* info : all) known += fmt::format("{}{}", known.empty() ? "" : ", ", info->id);
  throw StrategyError(fmt::format("plugin {} has no strategy '{}'; it has {}", file, id, known));
}

ListedStrategy find_installed(std::string_view id) {
  std::vector<std::string> problems;
  const auto all = list_strategies(&problems);
  for (const auto& listed : all) {
    if (listed.id == id) return listed;
  }
  std::vector<std::string_view> names;
  std::string known;
  for (const auto& listed : all) {
    names.emplace_back(listed.id);
    known += fmt::format("{}{}", known.empty() ? "" : ", ", listed.id);
  }
  const auto near = kernel::nearest_name(id, names);
  std::string message = fmt::format("unknown strategy '{}'", id);
  if (!near.empty()) message += fmt::format("; did you mean '{}'?", near);
  message += known.empty() ? " No plugin was found; is lib/evtwin beside the program's folder?"
                           : fmt::format(" Known: {}.", known);
  for (const std::string& problem : problems) message += fmt::format(" ({})", problem);
  throw StrategyError(message);
}

}  // namespace

ChosenStrategy choose_strategy(std::string_view id, const TextParams& params) {
  const std::size_t hash = id.find('#');
  const bool is_file = id.ends_with(".so") || (hash != std::string_view::npos && id.substr(0, hash).ends_with(".so"));
  const ListedStrategy found =
      is_file ? find_in_file(std::string(id.substr(0, hash)), hash == std::string_view::npos ? "" : id.substr(hash + 1))
              : find_installed(id);
  ChosenStrategy chosen;
  chosen.library = found.library;
  chosen.info = found.info;
  chosen.params = params;
  chosen.label = label_of(is_file ? std::string_view(found.info->id) : id, params);
  const auto checked = std::make_shared<const CheckedParams>(check_params(*found.info, params));
  chosen.factory = [library = found.library, info = found.info, checked](const evtwin_view& first, std::uint64_t seed,
                                                                         std::uint32_t site) {
    return std::make_unique<PluginStrategy>(library, *info, *checked, first, seed, site);
  };
  return chosen;
}

}  // namespace evtwin::control
