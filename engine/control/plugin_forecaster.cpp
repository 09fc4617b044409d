#include "control/plugin_forecaster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "control/process_state.hpp"
#include "kernel/hash.hpp"
#include "kernel/log.hpp"

namespace evtwin::control {

namespace {

std::string who_of(const PluginLibrary& library, const CheckedParams& params) {
  return fmt::format("forecaster {} ({})", params.strategy().id,
                     std::filesystem::path(library.file()).filename().string());
}

std::string file_digest(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  return fmt::format("{:016x}", kernel::digest64(bytes));
}

}  // namespace

HostWatch::HostWatch() : file_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {}

HostWatch::~HostWatch() {
  if (file_ >= 0 && ::fcntl(file_, F_GETFD) >= 0) ::close(file_);
}

std::string HostWatch::call_watched(const std::string& who, const char* what, const std::function<void()>& call) const {
  const ProcessState before(ProcessPart::but_files);
  const pid_t process = ::getpid();
  call();
  if (::getpid() != process) {
    // Two processes would go on with one run, and with its files.
    const std::string words = fmt::format(
        "warning: {}: {} forked, and the new process came back from the call as well: it was ended\n", who, what);
    static_cast<void>(::write(STDERR_FILENO, words.data(), words.size()) < 0);
    ::_exit(1);
  }
  if (file_ >= 0 && ::fcntl(file_, F_GETFD) < 0) return "it closed file descriptors of its host";
  return before.find_difference();
}

PluginForecaster::PluginForecaster(std::shared_ptr<const PluginLibrary> library,
                                   std::shared_ptr<const CheckedParams> params, std::uint32_t quantity,
                                   std::uint64_t seed, std::uint32_t site, bool watched)
    : library_(std::move(library)),
      params_(std::move(params)),
      call_(who_of(*library_, *params_), "forecaster.h", seed, site, nullptr) {
  if (!foresees_quantity(params_->strategy(), quantity)) {
    std::string known;
    for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
      if (foresees_quantity(params_->strategy(), q))
        known += fmt::format("{}{}", known.empty() ? "" : ", ", quantity_names[q]);
    }
    call_.throw_failure("create", fmt::format("it foresees {}, not {}", known, quantity_names[quantity]));
  }
  if (watched) watch_.emplace();
  const auto values = params_->values();
  ask_plugin("create", [&] {
    return library_->forecaster_entry().create(call_.host(), params_->strategy().id.c_str(), values.data(),
                                               static_cast<std::uint32_t>(values.size()), quantity, &instance_);
  });
  if (instance_ == nullptr || instance_->struct_size != sizeof(evtwin_forecaster) || instance_->forecast == nullptr ||
      instance_->destroy == nullptr) {
    instance_ = nullptr;  // what it is can not be told, so nothing of it is called
    call_.throw_failure("create", "it made no complete instance");
  }
}

PluginForecaster::~PluginForecaster() {
  if (instance_ == nullptr) return;
  try {
    ask_plugin("destroy", [&] {
      instance_->destroy(instance_);
      return EVTWIN_OK;
    });
  } catch (const StrategyError& error) {
    fmt::print(stderr, "warning: {}\n", error.what());  // the forecasts are in; only the plugin's own tidying failed
  }
}

void PluginForecaster::ask_plugin(const char* what, const std::function<evtwin_status()>& plugin) {
  if (!watch_) return call_(what, plugin);
  const std::string changed = watch_->call_watched(call_.who(), what, [&] { call_(what, plugin); });
  if (!changed.empty()) call_.throw_failure(what, changed);
}

void PluginForecaster::forecast(const evtwin_history& history, const evtwin_question& question,
                                const evtwin_answer& answer) {
  ask_plugin("forecast", [&] { return instance_->forecast(instance_, &history, &question, &answer); });
}

ChosenForecaster choose_forecaster(std::string_view id, const TextParams& params) {
  auto [found, name, hides] = find_part(PluginPart::forecaster, id);
  ChosenForecaster chosen;
  chosen.file = found.file;
  chosen.digest = file_digest(found.file);
  chosen.description = found.description;
  chosen.label = label_of(name, params);
  auto checked = std::make_shared<const CheckedParams>(std::move(found.description), params, "forecaster");
  kernel::log_line(kernel::LogRoom::control, kernel::LogLevel::info, "forecaster {}: {}, in this process", chosen.label,
                   chosen.file);
  chosen.factory = [library = PluginLibrary::open_library(found.file), checked = std::move(checked),
                    watched = !came_with_the_program(found.file)](
                       std::uint32_t quantity, std::uint64_t seed,
                       std::uint32_t site) -> std::unique_ptr<ForecastModel> {
    return std::make_unique<PluginForecaster>(library, checked, quantity, seed, site, watched);
  };
  return chosen;
}

std::shared_ptr<const ForecastSource> source_of(ChosenForecaster chosen, const TextParams& given) {
  std::string label = chosen.label;
  return std::make_shared<const ForecastSource>(
      std::move(label),
      [chosen = std::move(chosen)] {
        return ForecastSource::Found{chosen.factory, chosen.file, chosen.digest, chosen.description.flags};
      },
      given);
}

std::shared_ptr<const ForecastSource> forecaster_source(const std::string& id, const TextParams& params) {
  return source_of(choose_forecaster(id, params), params);
}

std::shared_ptr<const ForecastSource> forecaster_when_needed(const std::string& id, const TextParams& params) {
  return std::make_shared<const ForecastSource>(
      label_of(id, params),
      [id, params] {
        const ChosenForecaster chosen = choose_forecaster(id, params);
        return ForecastSource::Found{chosen.factory, chosen.file, chosen.digest, chosen.description.flags};
      },
      params);
}

}  // namespace evtwin::control
