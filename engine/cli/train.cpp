// evtwin train: a learner makes a policy out of the worlds of a scenario.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/learner_library.hpp"
#include "cli/new_file.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "control/call.hpp"
#include "control/plugin_params.hpp"
#include "kernel/text.hpp"
#include "scenario/loader.hpp"

namespace evtwin::cli {

namespace {

constexpr evtwin_fleet_functions fleet_functions{sizeof(evtwin_fleet_functions),
                                                 0,
                                                 evtwin_fleet_abi,
                                                 evtwin_fleet_error,
                                                 evtwin_fleet_create,
                                                 evtwin_fleet_destroy,
                                                 evtwin_fleet_shape_of,
                                                 evtwin_fleet_observations,
                                                 evtwin_fleet_actions,
                                                 evtwin_fleet_terms,
                                                 evtwin_fleet_bind,
                                                 evtwin_fleet_reset,
                                                 evtwin_fleet_step,
                                                 evtwin_fleet_step_range,
                                                 evtwin_fleet_send,
                                                 evtwin_fleet_recv,
                                                 evtwin_fleet_view,
                                                 evtwin_fleet_decision};

/// What the host does for a training, and what it knows of it.
class Host {
 public:
  Host(const TrainCommand& command, const std::string& label)
      : command_(command), bar_(label), begun_(std::chrono::steady_clock::now()) {
    NewFile(command.out);  // can be written, and takes nothing's place
  }

  std::uint32_t tell(const evtwin_learner_progress& now) {
    episodes = now.episodes;
    if (std::isnan(first_objective)) first_objective = now.mean_objective;
    best_objective = now.best_objective;
    const double share = static_cast<double>(episodes) / static_cast<double>(command_.episodes);
    bar_.show(std::min(1.0, share), "training",
              fmt::format("{} of {} episodes, best {:.6g}, {:.0f} s left", episodes, command_.episodes, best_objective,
                          share > 0.0 ? seconds() * (1.0 - std::min(1.0, share)) / share : 0.0));
    return interrupted() ? 1 : 0;
  }

  void report(std::uint32_t severity, const char* text) {
    if (severity == EVTWIN_ERROR) {
      error = text;
    } else if (severity >= EVTWIN_INFO) {
      remarks.emplace_back(text);
    }
  }

  /// Whole or not at all: written beside, then moved to its name.
  evtwin_status keep(const void* policy, std::uint64_t n) {
    if (policy == nullptr || n == 0) return not_kept("a policy has bytes, this one has none");
    // Whoever came to be there meanwhile stays.
    if (bytes == 0 && std::filesystem::exists(std::filesystem::symlink_status(command_.out)))
      return not_kept("there is another file by now, and it is kept");
    const std::string part = fmt::format("{}.{}.part", command_.out, ::getpid());
    std::FILE* const file = std::fopen(part.c_str(), "wb");
    bool good = file != nullptr && std::fwrite(policy, 1, n, file) == n;
    if (file != nullptr) good = std::fclose(file) == 0 && good;
    if (good && std::rename(part.c_str(), command_.out.c_str()) == 0) {
      bytes = n;
      return EVTWIN_OK;
    }
    const std::string why = fmt::format("can not be written ({})", std::strerror(errno));
    std::remove(part.c_str());
    return not_kept(why);
  }

  /// Said at the end as well, whatever the learner makes of it.
  evtwin_status not_kept(const std::string& why) {
    error = fmt::format("{}: {}", kernel::printable(command_.out), why);
    if (remarks.empty() || remarks.back() != error) remarks.push_back(error);
    return EVTWIN_FAILED;
  }

  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count(); }

  std::uint64_t episodes = 0, bytes = 0;
  double first_objective = kernel::unknown, best_objective = kernel::unknown;
  std::string error;
  std::vector<std::string> remarks;

 private:
  const TrainCommand& command_;
  ProgressBar bar_;
  std::chrono::steady_clock::time_point begun_;
};

Host& host_of(const evtwin_training* training) { return *static_cast<Host*>(training->context); }

/// The scenario as a fleet reads it; texts are the command's.
struct GivenScenario {
  explicit GivenScenario(const TrainCommand& command) {
    for (const auto& [name, value] : command.load.set) settings.push_back({name.c_str(), value.c_str()});
    scenario.file = command.scenario.c_str();
    scenario.settings = settings.data();
    scenario.n_settings = static_cast<std::uint32_t>(settings.size());
    scenario.days = static_cast<std::uint32_t>(command.load.days.value_or(0));
  }
  std::vector<evtwin_fleet_setting> settings;
  evtwin_fleet_scenario scenario{};
};

void train_with(const Learner& learner, const control::CheckedParams& params, const TrainCommand& command,
                const scenario::LoadedScenario& loaded, Host& host) {
  const GivenScenario given(command);
  evtwin_training training{};
  training.struct_size = sizeof training;
  training.threads = command.threads > 0 ? command.threads : std::max(1U, std::thread::hardware_concurrency());
  training.fleet = &fleet_functions;
  training.scenarios = &given.scenario;
  training.n_scenarios = 1;
  training.seed = command.load.seed.value_or(loaded.world.seed);
  training.episodes = command.episodes;
  training.context = &host;
  training.tell = [](const evtwin_training* t, const evtwin_learner_progress* now) {
    return now == nullptr ? 1 : host_of(t).tell(*now);
  };
  training.report = [](const evtwin_training* t, std::uint32_t severity, const char* text) {
    host_of(t).report(severity, text == nullptr ? "" : text);
  };
  training.keep = [](const evtwin_training* t, const void* policy, std::uint64_t n) {
    return host_of(t).keep(policy, n);
  };

  const std::string who = fmt::format("learner {} ({})", learner.description().id, kernel::printable(learner.file()));
  control::call_under_way() = {who.c_str(), "learn"};
  evtwin_status status = EVTWIN_FAILED;
  // The contract lets no exception cross; one that does all the same ends in an error that names the learner.
  try {
    status = learner.entry().learn(&training, learner.description().id.c_str(), params.values().data(),
                                   static_cast<std::uint32_t>(params.values().size()));
  } catch (const std::exception& thrown) {
    host.error = fmt::format("it let an exception out: {}", kernel::printable(thrown.what()));
  } catch (...) {
    host.error = "it let an exception out";
  }
  control::call_under_way() = {};
  if (status != EVTWIN_OK)
    throw CommandError(fmt::format("{}: {}", who, host.error.empty() ? fmt::format("status {}", status) : host.error));
  if (host.bytes == 0) throw CommandError(who + ": it kept no policy");
}

}  // namespace

int train(const TrainCommand& command) {
  const scenario::LoadedScenario loaded = scenario::load_scenario(command.scenario, command.load);
  const Learner learner(command.learner.id);
  const control::CheckedParams params(learner.description(), command.learner.params, "learner");
  catch_interrupt();
  Host host(command, "training");
  {
    const OutputAside aside;
    train_with(learner, params, command, loaded, host);
  }
  if (command.json) {
    const nlohmann::json json{{"scenario", loaded.world.name},
                              {"learner", control::label_of(learner.description().id, command.learner.params)},
                              {"episodes", host.episodes},
                              {"first_objective", host.first_objective},
                              {"best_objective", host.best_objective},
                              {"policy", command.out},
                              {"policy_bytes", host.bytes},
                              {"remarks", host.remarks},
                              {"wall_s", host.seconds()}};
    fmt::print("{}\n", analysis::json_text(json));
    return interrupted() ? 130 : 0;
  }
  for (const std::string& remark : host.remarks) fmt::print("{}\n", kernel::printable(remark));
  fmt::print("{}: {} episodes under {}, {:.1f} s\n", kernel::printable(loaded.world.name), host.episodes,
             learner.description().id, host.seconds());
  fmt::print("objective of an episode: {:.6g} {} at first, {:.6g} the best, as the learner measures it\n",
             host.first_objective, loaded.world.currency, host.best_objective);
  fmt::print("policy: {}, {} bytes\n", kernel::printable(command.out), host.bytes);
  return interrupted() ? 130 : 0;
}

}  // namespace evtwin::cli
