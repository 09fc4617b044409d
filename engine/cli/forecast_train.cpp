// evtwin forecast train: what a learner makes of the series of scenarios.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/forecast_trial.hpp"
#include "analysis/run_report.hpp"
#include "cli/commands.hpp"
#include "cli/forecast_learner_library.hpp"
#include "cli/learner_call.hpp"
#include "cli/new_file.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/training_plan.hpp"
#include "cli/version.hpp"
#include "control/plugin_params.hpp"
#include "kernel/text.hpp"
#include "policy/policy_file.hpp"
#include "policy/sha256.hpp"

namespace evtwin::cli {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::string_view forecast_checkpoint_title = "evtwin-forecast-training/1\n";

std::string all_bytes(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A site of a scenario over time, as forecasters would be told it.
struct SitePast {
  std::string name, site, file;
  const market::Calendar* calendar = nullptr;
  std::unique_ptr<control::ForecastHistory> history;
  evtwin_history view{};
};

/// The scenarios' series, and what the file's head tells of them.
class ForecastPlan {
 public:
  explicit ForecastPlan(const ForecastTrainCommand& command) : command_(command) {
    for (const ScenarioText& text : command.scenarios)
      loaded_.push_back(scenario::load_scenario(text.file, load_of(command.load, text)));
    for (const ScenarioText& text : command.tests)
      tests_.push_back(scenario::load_scenario(text.file, load_of({}, text)));
    for (const scenario::LoadedScenario& loaded : loaded_) {
      const twin::World& world = loaded.world;
      if (world.test)
        throw CommandError(
            fmt::format("{}: is held out (test = true): forecasts are judged by it, and nothing is learnt from it",
                        world.scenario_file));
      for (std::uint32_t s = 0; s < world.sites.size(); ++s) add_site(world, s);
    }
    for (SitePast& past : pasts_) add_series(past);
    if (series_.empty())
      throw CommandError(fmt::format("{}: nothing varies in it: there is nothing to learn", command.scenarios[0].file));
    about_ = tell();
  }

  const std::vector<evtwin_series>& series() const { return series_; }
  std::uint64_t seed() const { return command_.load.seed.value_or(loaded_.front().world.seed); }
  const Json& about() const { return about_; }

 private:
  std::int64_t until_day() const {
    if (command_.until.empty()) return INT64_MAX;
    try {
      return market::days_since_epoch(market::parse_date(command_.until));
    } catch (const std::exception&) {
      throw CommandError(fmt::format("--until {}: is no date; write it as 2019-09-01", command_.until));
    }
  }

  void add_site(const twin::World& world, std::uint32_t s) {
    const twin::Site& site = world.sites[s];
    SitePast past;
    past.name = fmt::format("{} ({})", site.name, fs::path(world.scenario_file).filename().string());
    past.site = site.name;
    past.file = world.scenario_file;
    past.calendar = &world.calendar;
    past.history.reset(new control::ForecastHistory(
        analysis::history_of_site(world, s, command_.period_min * kernel::minute_ns, site.forecast.history_days)));
    past.history->reach_to(world.end_ns);
    past.view = past.history->history_view();
    const std::int64_t until = until_day();
    while (past.view.steps.n > 0 && past.view.steps.local_day[past.view.steps.n - 1] >= until) --past.view.steps.n;
    if (past.view.steps.n == 0)
      throw CommandError(fmt::format("{}: has nothing before {} (--until)", world.scenario_file, command_.until));
    refuse_what_is_held_out(world, site.name, past.view.steps);
    pasts_.push_back(std::move(past));
  }

  /// What is known of the days before a scenario counts as well: it would be learnt from.
  void refuse_what_is_held_out(const twin::World& world, const std::string& site, const evtwin_steps& steps) const {
    for (const scenario::LoadedScenario& held : tests_) {
      const twin::World& test = held.world;
      if (steps.start_ns[0] >= test.end_ns || test.start_ns >= steps.start_ns[steps.n]) continue;
      if (std::none_of(test.sites.begin(), test.sites.end(),
                       [&](const twin::Site& other) { return other.name == site; }))
        continue;
      throw CommandError(fmt::format(
          "{}: what is known of site {} from {} to {} overlaps {}, which is held out from {} to {}; learn from other "
          "dates (--until), or name the sites where they are two",
          world.scenario_file, site, world.calendar.format_local(steps.start_ns[0]),
          world.calendar.format_local(steps.start_ns[steps.n]), test.scenario_file,
          test.calendar.format_local(test.start_ns), test.calendar.format_local(test.end_ns)));
    }
  }

  static bool varies(const evtwin_history& view, std::uint32_t quantity) {
    double first = kernel::unknown;
    for (std::uint32_t k = 0; k < view.steps.n; ++k) {
      const double value = view.values[quantity][k];
      if (std::isnan(value)) continue;
      if (!std::isnan(first) && value != first) return true;
      first = value;
    }
    return false;
  }

  /// The days of a site that are judged by would be learnt from where it is given twice.
  void refuse_what_is_given_twice(const SitePast& past, std::uint32_t quantity) const {
    const evtwin_steps& steps = past.view.steps;
    for (const auto& [earlier, of] : given_) {
      if (of != quantity || earlier->site != past.site) continue;
      const evtwin_steps& theirs = earlier->view.steps;
      for (std::uint32_t k = 0, other = 0; k < steps.n; ++k) {
        while (other < theirs.n && theirs.start_ns[other + 1] <= steps.start_ns[k]) ++other;
        if (other == theirs.n) break;
        if (theirs.start_ns[other] >= steps.start_ns[k + 1] || std::isnan(past.view.values[quantity][k]) ||
            std::isnan(earlier->view.values[quantity][other]))
          continue;
        throw CommandError(fmt::format(
            "{}: {} of site {} at {} is given twice (by {}, too); give each day once (days, start, history_days), or "
            "name the sites where they are two",
            past.file, control::quantity_names[quantity], past.site, past.calendar->format_local(steps.start_ns[k]),
            earlier->file));
      }
    }
  }

  void add_series(const SitePast& past) {
    for (std::uint32_t q = 0; q < EVTWIN_QUANTITIES; ++q) {
      const bool asked = std::find(command_.quantities.begin(), command_.quantities.end(),
                                   control::quantity_names[q]) != command_.quantities.end();
      if (asked && !varies(past.view, q))
        throw CommandError(fmt::format("--quantities: {} of {} does not vary: there is nothing to learn",
                                       control::quantity_names[q], past.name));
      // A tariff is known beforehand as far as it goes.
      const bool usual = command_.quantities.empty() && q != EVTWIN_QUANTITY_BUY_PER_KWH && varies(past.view, q);
      if (!asked && !usual) continue;
      refuse_what_is_given_twice(past, q);
      given_.emplace_back(&past, q);
      series_.push_back({sizeof(evtwin_series), q, past.name.c_str(), past.view.steps, past.view.values[q]});
    }
  }

  /// Digests of the very numbers that are learnt from stand beside those of the files that they come from.
  Json tell() const {
    Json about{{"evtwin", version()},
               {"learner", control::label_of(command_.model.id, command_.model.params)},
               {"period_min", command_.period_min},
               {"until", command_.until.empty() ? Json() : Json(command_.until)},
               {"scenarios", Json::array()},
               {"series", Json::array()},
               {"test", Json::array()}};
    for (const scenario::LoadedScenario& loaded : loaded_) about["scenarios"].push_back(describe_scenario(loaded));
    for (const scenario::LoadedScenario& test : tests_) about["test"].push_back(describe_scenario(test));
    for (const evtwin_series& one : series_) {
      const std::string_view bytes(reinterpret_cast<const char*>(one.values), one.steps.n * sizeof(double));
      about["series"].push_back({{"name", one.name},
                                 {"quantity", control::quantity_names[one.quantity]},
                                 {"steps", one.steps.n},
                                 {"sha256", policy::sha256_hex(bytes)}});
    }
    return about;
  }

  const ForecastTrainCommand& command_;
  std::vector<scenario::LoadedScenario> loaded_, tests_;
  std::vector<SitePast> pasts_;
  std::vector<evtwin_series> series_;
  std::vector<std::pair<const SitePast*, std::uint32_t>> given_;  ///< of each series, its past and quantity
  Json about_;
};

/// The part of evtwin in a training. None of its functions throws.
class ForecastTrainingHost {
 public:
  ForecastTrainingHost(std::string out, std::string identity, bool lines)
      : out_(std::move(out)), identity_(std::move(identity)), lines_(lines), bar_("learning to foresee") {}

  std::string checkpoint_file() const { return out_ + ".checkpoint"; }

  void hand_to(evtwin_forecast_training& training) {
    training.context = this;
    training.tell = [](const evtwin_forecast_training* t, const evtwin_forecast_progress* now) -> std::uint32_t {
      return static_cast<ForecastTrainingHost*>(t->context)->take_progress(*now);
    };
    training.report = [](const evtwin_forecast_training* t, std::uint32_t severity, const char* text) {
      auto& host = *static_cast<ForecastTrainingHost*>(t->context);
      if (severity == EVTWIN_ERROR) {
        host.error = kernel::make_printable(text == nullptr ? "" : text);
      } else {
        host.remarks.push_back(kernel::make_printable(text == nullptr ? "" : text));
      }
    };
    training.keep = [](const evtwin_forecast_training* t, const void* file, std::uint64_t bytes) -> evtwin_status {
      static_cast<ForecastTrainingHost*>(t->context)->kept.assign(static_cast<const char*>(file), bytes);
      return EVTWIN_OK;
    };
    training.checkpoint = [](const evtwin_forecast_training* t, const void* state,
                             std::uint64_t bytes) -> evtwin_status {
      const auto& host = *static_cast<const ForecastTrainingHost*>(t->context);
      try {
        std::string text(forecast_checkpoint_title);
        text += host.identity_ + "\n";
        text.append(static_cast<const char*>(state), bytes);
        replace_file(host.checkpoint_file(), text);
        return EVTWIN_OK;
      } catch (const std::exception&) {
        return EVTWIN_FAILED;
      }
    };
  }

  /// The state of the learner in the checkpoint; empty: there is none yet. @throws CommandError of another training
  std::string state() const {
    if (std::error_code none; !fs::exists(checkpoint_file(), none)) return {};
    std::string text = all_bytes(checkpoint_file());
    const std::string begins = std::string(forecast_checkpoint_title) + identity_ + "\n";
    if (!text.starts_with(forecast_checkpoint_title))
      throw CommandError(checkpoint_file() + ": it is no checkpoint of a training");
    if (!text.starts_with(begins))
      throw CommandError(
          checkpoint_file() +
          ": was another training (data, settings, seed or version differ); begin anew without --resume");
    std::string state = text.substr(begins.size());
    try {
      static_cast<void>(policy::read_policy(state, policy::forecast_sort));
    } catch (const policy::PolicyError&) {
      throw CommandError(checkpoint_file() + ": is cut short or damaged; begin anew without --resume");
    }
    return state;
  }

  std::string kept, error;
  std::vector<std::string> remarks;

 private:
  std::uint32_t take_progress(const evtwin_forecast_progress& now) {
    if (lines_) {
      fmt::print("{:>12} epoch {:>3}: learnt from {}, validation {:.5f}, best {:.5f}\n",
                 now.quantity < EVTWIN_QUANTITIES ? control::quantity_names[now.quantity] : "?", now.epoch,
                 std::isnan(now.train_loss) ? std::string("-") : fmt::format("{:.5f}", now.train_loss),
                 now.validation_loss, now.best_validation);
      std::fflush(stdout);
    }
    bar_.show_fraction(now.epochs == 0 ? 1.0 : static_cast<double>(now.epoch) / now.epochs);
    return was_interrupted() ? 1 : 0;
  }

  std::string out_, identity_;
  bool lines_;
  ProgressBar bar_;
};

void learn_forecasts(const ForecastLearner& learner, const control::CheckedParams& params,
                     const evtwin_forecast_training& training, ForecastTrainingHost& host) {
  const std::string who = learner_name(learner);
  const evtwin_status status = call_learner(learner, who, params, training, host.error);
  if (status != EVTWIN_OK)
    throw CommandError(host.error.empty() ? fmt::format("{}: status {}", who, status)
                                          : fmt::format("{}: {}", learner.description().id, host.error));
  if (host.kept.empty()) throw CommandError(who + ": it kept no file");
}

std::string file_to_begin_with(const std::string& file) {
  if (file.empty()) return {};
  try {
    static_cast<void>(policy::read_policy_file(file, policy::forecast_sort));
  } catch (const policy::PolicyError& refused) {
    throw CommandError(fmt::format("--from {}: {}", file, refused.what()));
  }
  return all_bytes(file);
}

/// A network's size is that of the file that it begins with.
void refuse_another_size(const ForecastTrainCommand& command, const std::string& from) {
  if (from.empty()) return;
  const Json head = policy::read_policy(from, policy::forecast_sort).head;
  for (const auto& [key, value] : command.model.params) {
    const auto found = head.find(key);
    if (found == head.end() || !found->is_number_integer() || found->dump() == value) continue;
    throw CommandError(fmt::format("--model {}:{}={}: --from {} has {}={}, which stays; leave it out", command.model.id,
                                   key, value, command.from, key, found->dump()));
  }
}

}  // namespace

int forecast_train(const ForecastTrainCommand& command) {
  const ForecastLearner learner(command.model.id);
  const control::CheckedParams params(learner.description(), command.model.params, "model");
  NewFile(command.out);  // what is in the way is told before anything is learnt
  const std::string from = file_to_begin_with(command.from);
  refuse_another_size(command, from);
  const ForecastPlan plan(command);

  Json about = plan.about();
  if (!from.empty()) about["from"] = policy::sha256_hex(from);
  Json asked = about;
  asked["seed"] = plan.seed();
  asked["epochs"] = command.epochs;
  asked["learner_version"] = learner.description().version;
  ForecastTrainingHost host(command.out, policy::sha256_hex(asked.dump(-1, ' ', false, Json::error_handler_t::replace)),
                            !command.json);
  const std::string about_text = about.dump(-1, ' ', false, Json::error_handler_t::replace);

  evtwin_forecast_training training{};
  training.struct_size = sizeof training;
  training.n_series = static_cast<std::uint32_t>(plan.series().size());
  training.series = plan.series().data();
  training.seed = plan.seed();
  training.epochs = command.epochs;
  training.about = about_text.c_str();
  if (!from.empty()) {
    training.file_from = from.data();
    training.file_bytes = from.size();
  }
  const std::string state = command.resume ? host.state() : std::string();
  if (command.resume && state.empty())
    fmt::print(stderr, "note: {} is not there: the training begins anew\n",
               kernel::make_printable(host.checkpoint_file()));
  if (!state.empty()) {
    training.resume_from = state.data();
    training.resume_bytes = state.size();
  }
  host.hand_to(training);

  catch_interrupt();
  const auto begun = std::chrono::steady_clock::now();
  learn_forecasts(learner, params, training, host);
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  for (const std::string& remark : host.remarks) fmt::print(stderr, "note: {}\n", remark);
  if (was_interrupted()) {
    fmt::print(stderr, "interrupted; --resume goes on with it where it wrote a checkpoint\n");
    return 130;
  }
  write_new_file(command.out, host.kept);
  std::error_code ignored;
  fs::remove(host.checkpoint_file(), ignored);

  const policy::PolicyFile file = policy::read_policy(host.kept, policy::forecast_sort);
  if (command.json) {
    nlohmann::ordered_json json{{"model", command.out}, {"bytes", host.kept.size()}, {"wall_s", wall_s}};
    json["quantities"] = file.head.value("quantities", Json::object());
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }
  for (const auto& [quantity, told] : file.head.at("quantities").items()) {
    const Json& history = told.at("history");
    fmt::print("{}: {} epochs, that of epoch {} is kept; validation {:.5f} at first, {:.5f} kept ({:+.1f} %)\n",
               quantity, told.at("epochs").get<int>(), told.at("best_epoch").get<int>(),
               history.front().at("validation").get<double>(), told.at("validation").get<double>(),
               100.0 * (told.at("validation").get<double>() / history.front().at("validation").get<double>() - 1.0));
  }
  fmt::print("{}: {} bytes, {:.1f} s; at first it foresees as same-kind-of-day does\n",
             kernel::make_printable(command.out), host.kept.size(), wall_s);
  return 0;
}

}  // namespace evtwin::cli
