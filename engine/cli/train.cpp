// evtwin train: a learner makes a policy out of the worlds of scenarios, once or with several seeds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "analysis/paired.hpp"
#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/learner_call.hpp"
#include "cli/learner_library.hpp"
#include "cli/new_file.hpp"
#include "cli/output_aside.hpp"
#include "cli/progress.hpp"
#include "cli/training_host.hpp"
#include "cli/training_plan.hpp"
#include "control/plugin_params.hpp"
#include "kernel/text.hpp"

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
                                                 evtwin_fleet_decision,
                                                 evtwin_fleet_parts};

/// One training, and what came of it.
struct Outcome {
  TrainingFiles files;
  std::uint64_t seed = 0, episodes = 0, bytes = 0;
  double first_objective = kernel::unknown, best_objective = kernel::unknown, wall_s = 0.0;
  std::vector<std::string> remarks;
  std::vector<TrainingHost::Share> shares;
  std::string error;  ///< empty: it ended well
};

/// "policy.pt" of seed 7 is "policy.seed7.pt".
TrainingFiles files_of(const std::string& out, std::uint64_t seed, bool several) {
  const std::filesystem::path path(out);
  std::string file = out;
  if (several)
    file = (path.parent_path() / fmt::format("{}.seed{}{}", path.stem().string(), seed, path.extension().string()))
               .string();
  return {file, file + ".checkpoint", several ? fmt::format("{}.tb/seed{}", out, seed) : out + ".tb"};
}

/// Before anything is learnt: what is in the way of what will be written.
void look_at(const TrainingFiles& files) { NewFile(files.policy); }

/// A learner that fails leaves the policy kept last.
std::string what_stands(const TrainingHost& host, const std::string& policy) {
  return host.bytes == 0 ? "" : fmt::format("; {} is the policy kept last", kernel::make_printable(policy));
}

/// @throws CommandError
void learn(const Learner& learner, const control::CheckedParams& params, const evtwin_training& training,
           TrainingHost& host, const std::string& policy) {
  const std::string who = learner_name(learner);
  const evtwin_status status = call_learner(learner, who, params, training, host.error);
  if (status != EVTWIN_OK)
    throw CommandError(fmt::format("{}: {}{}", who, host.error.empty() ? fmt::format("status {}", status) : host.error,
                                   what_stands(host, policy)));
  if (host.bytes == 0) throw CommandError(who + ": it kept no policy");
}

/// All trainings of the command.
class Trainings {
 public:
  explicit Trainings(const TrainCommand& command)
      : command_(command),
        plan_(command),
        learner_(command.learner.id),
        params_(learner_.description(), command.learner.params, "learner"),
        about_(plan_.describe_policy()),
        curve_(std::make_unique<record::LearningCurve>(opened_curve())) {}

  /// A command that learnt nothing leaves no file.
  ~Trainings() {
    if (anything_left_ || command_.resume) return;
    curve_.reset();
    std::error_code ignored;
    std::filesystem::remove(curve_file(), ignored);
  }
  Trainings(const Trainings&) = delete;
  Trainings& operator=(const Trainings&) = delete;

  void run() {
    catch_interrupt();
    const OutputAside aside;
    for (std::uint64_t k = 0; k < command_.seeds && !was_interrupted(); ++k)
      outcomes_.push_back(one(plan_.training_seed() + k));
  }

  const TrainingPlan& plan() const { return plan_; }
  const Learner& learner() const { return learner_; }
  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  std::string curve_file() const { return command_.out + ".curve.sqlite"; }

 private:
  record::LearningCurve opened_curve() {
    if (command_.resume) return record::LearningCurve::open_file(curve_file());
    for (std::uint64_t k = 0; k < command_.seeds; ++k)
      look_at(files_of(command_.out, plan_.training_seed() + k, command_.seeds > 1));
    return record::LearningCurve::create_file(curve_file());
  }

  /// The training asked for, without the settings that only change how fast it goes.
  std::string identity(std::uint64_t seed) const {
    nlohmann::json asked = about_;
    asked.erase("reward_parts");  // they follow from the reward
    asked["seed"] = seed;
    asked["episodes"] = command_.episodes;
    asked["evaluate_every"] = command_.evaluate_every;
    asked["learner_version"] = learner_.description().version;
    asked["days"] = command_.load.days.value_or(0);
    return asked.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  /// A training that an earlier command has ended well, as it was.
  std::optional<Outcome> done_before(const TrainingFiles& files, std::uint64_t seed) {
    if (!command_.resume) return std::nullopt;
    const auto row = curve_->find_training(seed);
    if (!row || row->state != "complete") return std::nullopt;
    if (row->identity != identity(seed))
      throw CommandError(fmt::format("{}: seed {} was another training; name another file", curve_file(), seed));
    std::error_code error;
    const std::uint64_t bytes = std::filesystem::file_size(files.policy, error);
    if (error) throw CommandError(fmt::format("{}: has gone, and its training is complete", files.policy));
    Outcome done{files, seed, row->episodes, bytes, row->first_objective, row->best_objective, row->wall_s, {}, {}, {}};
    done.remarks.emplace_back("this training was complete already");
    return done;
  }

  Outcome one(std::uint64_t seed) {
    const bool several = command_.seeds > 1;
    const TrainingFiles files = files_of(command_.out, seed, several);
    if (auto done = done_before(files, seed)) return *done;
    TrainingHost host(
        {files, seed, command_.episodes, control::label_of(learner_.description().id, command_.learner.params),
         identity(seed), plan_.first_world().currency},
        *curve_, command_.resume);
    const std::vector<evtwin_fleet_scenario> scenarios = plan_.fleet_scenarios();

    nlohmann::json about = about_;
    about["seed"] = seed;
    const std::string about_text = about.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);

    evtwin_training training{};
    training.struct_size = sizeof training;
    training.threads = command_.threads > 0 ? command_.threads : std::max(1U, std::thread::hardware_concurrency());
    training.fleet = &fleet_functions;
    training.scenarios = scenarios.data();
    training.n_scenarios = static_cast<std::uint32_t>(scenarios.size());
    training.seed = seed;
    training.episodes = command_.episodes;
    training.evaluate_every = command_.evaluate_every;
    training.about = about_text.c_str();
    training.reward = plan_.reward().c_str();
    if (!plan_.policy_from().empty()) {
      training.policy_from = plan_.policy_from().data();
      training.policy_bytes = plan_.policy_from().size();
    }

    host.hand_to(training);
    Outcome outcome;
    outcome.files = files;
    outcome.seed = seed;

    try {
      learn(learner_, params_, training, host, files.policy);
      host.end_training(was_interrupted() ? "interrupted" : "complete");
      anything_left_ = true;
    } catch (const CommandError& failed) {
      // A policy kept before the failure stays, and with it the learning curve that says how it came about.
      host.end_training("failed");
      anything_left_ = anything_left_ || host.leaves_anything();

      // One failed training of several does not end the others.
      if (!several) {
        for (const std::string& remark : host.remarks)
          if (remark != host.error) fmt::print(stderr, "note: {}\n", kernel::make_printable(remark));
        throw;
      }
      outcome.error = failed.what();
    }

    outcome.episodes = host.episodes;
    outcome.bytes = host.bytes;
    outcome.first_objective = host.first_objective;
    outcome.best_objective = host.best_objective;
    outcome.wall_s = host.wall_s();
    outcome.remarks = host.remarks;
    outcome.shares = host.shares;
    return outcome;
  }

  const TrainCommand& command_;
  TrainingPlan plan_;
  Learner learner_;
  control::CheckedParams params_;
  nlohmann::json about_;
  std::unique_ptr<record::LearningCurve> curve_;
  bool anything_left_ = false;
  std::vector<Outcome> outcomes_;
};

/// Mean and 95 % interval of what was reached with the seeds that ended well (Student's t).
analysis::PairedDifference reached(const std::vector<Outcome>& outcomes) {
  std::vector<double> best;
  for (const Outcome& outcome : outcomes)
    best.push_back(outcome.error.empty() ? outcome.best_objective : kernel::unknown);
  return analysis::paired_difference(best, std::vector<double>(best.size(), 0.0));
}

nlohmann::json shares_json(const Outcome& outcome) {
  auto json = nlohmann::json::array();
  for (const TrainingHost::Share& share : outcome.shares)
    json.push_back({{"id", share.id}, {"first", share.first}, {"last", share.last}});
  return json;
}

nlohmann::json outcome_json(const Trainings& trainings, const TrainCommand& command, const Outcome& outcome) {
  const std::string& file = outcome.files.checkpoint;
  std::error_code error;
  return {{"scenario", trainings.plan().scenario_names()},
          {"learner", control::label_of(trainings.learner().description().id, command.learner.params)},
          {"reward", trainings.plan().reward()},
          {"seed", outcome.seed},
          {"episodes", outcome.episodes},
          {"first_objective", outcome.first_objective},
          {"best_objective", outcome.best_objective},
          {"policy", outcome.files.policy},
          {"policy_bytes", outcome.bytes},
          {"checkpoint", std::filesystem::exists(file, error) ? nlohmann::json(file) : nlohmann::json()},
          {"curve", trainings.curve_file()},
          {"tensorboard", outcome.files.events},
          {"per_episode", shares_json(outcome)},
          {"remarks", outcome.remarks},
          {"error", outcome.error.empty() ? nlohmann::json() : nlohmann::json(outcome.error)},
          {"wall_s", outcome.wall_s}};
}

nlohmann::json training_json(const Trainings& trainings, const TrainCommand& command) {
  if (command.seeds == 1) return outcome_json(trainings, command, trainings.outcomes().front());
  nlohmann::json json{{"scenario", trainings.plan().scenario_names()}, {"trainings", nlohmann::json::array()}};
  for (const Outcome& outcome : trainings.outcomes())
    json["trainings"].push_back(outcome_json(trainings, command, outcome));
  const analysis::PairedDifference all = reached(trainings.outcomes());
  json["best_objective"] = {{"seeds", all.count}, {"mean", all.mean}, {"low", all.low}, {"high", all.high}};
  return json;
}

/// What rewards were made of and how often answers were clipped, in the first and the last batch of episodes.
std::string shares_table(const Outcome& outcome) {
  if (outcome.shares.empty()) return {};
  analysis::TextTable table({"per episode", "at first", "at last"});
  for (const TrainingHost::Share& share : outcome.shares)
    table.add_row(
        {kernel::make_printable(share.id, 60), fmt::format("{:.5g}", share.first), fmt::format("{:.5g}", share.last)});
  return table.to_text();
}

/// "800 episodes under ppo, 1.2 s": a learner that tells nothing is taken at its word.
std::string amount_text(const Outcome& outcome, const std::string& learner) {
  return outcome.episodes > 0 ? fmt::format("{} episodes under {}, {:.1f} s", outcome.episodes, learner, outcome.wall_s)
                              : fmt::format("learnt under {}, {:.1f} s", learner, outcome.wall_s);
}

void print_one(const Trainings& trainings, const Outcome& outcome) {
  const std::string& currency = trainings.plan().first_world().currency;
  for (const std::string& remark : outcome.remarks) fmt::print("{}\n", kernel::make_printable(remark));
  fmt::print("{}: {}\n", kernel::make_printable(trainings.plan().scenario_names()),
             amount_text(outcome, trainings.learner().description().id));
  if (std::isfinite(outcome.best_objective)) {
    if (std::isfinite(outcome.first_objective))
      fmt::print("objective of an episode: {:.6g} {} at first, {:.6g} the best, as the learner measures it\n",
                 outcome.first_objective, currency, outcome.best_objective);
    else
      fmt::print("objective: {:.6g} {} the best, as the learner measures it\n", outcome.best_objective, currency);
  }
  fmt::print("{}", shares_table(outcome));
  fmt::print("policy: {}, {} bytes\n", kernel::make_printable(outcome.files.policy), outcome.bytes);
}

void print_several(const Trainings& trainings) {
  const std::string& currency = trainings.plan().first_world().currency;
  fmt::print("{}\n", kernel::make_printable(trainings.plan().scenario_names()));
  for (const Outcome& outcome : trainings.outcomes()) {
    for (const std::string& remark : outcome.remarks)
      fmt::print("seed {}: {}\n", outcome.seed, kernel::make_printable(remark));
    if (!outcome.error.empty()) {
      fmt::print(stderr, "error: seed {}: {}\n", outcome.seed, kernel::make_printable(outcome.error));
      continue;
    }
    fmt::print("seed {}: {}, best {:.6g} {}, policy {}\n", outcome.seed,
               amount_text(outcome, trainings.learner().description().id), outcome.best_objective, currency,
               kernel::make_printable(outcome.files.policy));
  }
  const analysis::PairedDifference all = reached(trainings.outcomes());
  if (all.count > 1)
    fmt::print("mean of the best objectives of {} seeds: {:.6g} {} (95 % interval {:.6g} to {:.6g})\n", all.count,
               all.mean, currency, all.low, all.high);
}

}  // namespace

int train_policy(const TrainCommand& command) {
  Trainings trainings(command);
  trainings.run();
  const bool failed = std::any_of(trainings.outcomes().begin(), trainings.outcomes().end(),
                                  [](const Outcome& outcome) { return !outcome.error.empty(); });
  const int status = was_interrupted() ? 130 : failed ? 1 : 0;
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(training_json(trainings, command)));
    return status;
  }
  if (command.seeds == 1) {
    print_one(trainings, trainings.outcomes().front());
  } else {
    print_several(trainings);
  }
  fmt::print("learning curve: {}; tensorboard --logdir {}\n", kernel::make_printable(trainings.curve_file()),
             kernel::make_printable(command.out + ".tb"));
  if (was_interrupted()) fmt::print("interrupted; --resume goes on with it where it wrote a checkpoint\n");
  return status;
}

}  // namespace evtwin::cli
