// The common part of all trainings: validation, the best policy kept, progress, checkpoints, the head of a policy.
#pragma once
#include <evtwin/learner.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "advantage.hpp"
#include "brain.hpp"
#include "worlds.hpp"

namespace evtwin::rl {

/// Options of every learner.
struct TrainerOptions {
  Shape shape = Shape::site;
  Features::Ahead ahead = Features::Ahead::prices;
  std::uint32_t worlds = 32, episode_days = 1, validation_worlds = 2, hidden = 64, run_rollouts = 2;
  double discount_per_h = 0.99, shaping = 1.0, hold_h = 6.0;
  std::string reward = "objective";  ///< as evtwin_fleet_spec.reward has it
  bool keep_last = false;            ///< whatever the objective says: what a reward leads to
};

/// Counts and statistics of what was seen; frozen in every policy that is kept.
struct Scales {
  explicit Scales(const Sizes& sizes) : site(sizes.site), evse(sizes.evse) {}
  void take_sight(const Sight& raw, Shape shape);
  void normalise_sight(Sight& sight, Shape shape) const;
  std::vector<policy::Array> to_arrays(Shape shape) const;
  Running site, evse;

 private:
  static void apply_scale(const Running& scale, std::size_t n, float* x);
};

/// What every checkpoint of a learner has beside its weights: see Trainer::state_of.
struct Lived {
  Scales& scales;
  Running& returns;
  std::uint64_t& episodes;
  std::uint64_t& steps;
};

class Trainer {
 public:
  Trainer(const evtwin_training& training, const TrainerOptions& options, std::string kind);

  const evtwin_training& training() const { return training_; }
  const TrainerOptions& options() const { return options_; }
  Sizes network_sizes() const;
  /// @throws TrainingError where a policy to begin with looks at an older table: what it lacks has no weights
  void require_own_features(const Policy& from) const;

  /// A policy of these weights. @param act  "mode" or "mean"
  policy::PolicyFile make_policy(std::vector<policy::Array> weights, const Scales& scales,
                                 const std::string& act) const;
  /// Lives the validation runs under the policy, and keeps it where it is the best so far. @returns its mean objective
  double validate_policy(policy::PolicyFile file);
  /// Whether it is time to, by the episodes lived.
  bool is_validation_due(std::uint64_t episodes) const { return episodes >= next_validation_; }

  /// What the reward is the sum of, as Worlds::parts() says.
  void name_parts(std::span<const evtwin_fleet_term> parts);
  /// @returns whether the user wants it to end
  bool tell_progress(std::uint64_t episodes, std::uint64_t steps, const Worlds::Ended& ended,
                     std::span<const evtwin_learner_scalar> scalars);
  void report_text(std::uint32_t severity, const std::string& text) const;
  double best_objective() const { return best_; }

  /// The part of a checkpoint that all learners have in common, and back.
  nlohmann::json state_of(const Lived& lived) const;
  void set_state(const nlohmann::json& state, const Lived& lived);
  /// Writes a checkpoint where the host wants one.
  void write_checkpoint(const policy::PolicyFile& state) const;

 private:
  nlohmann::json state_json() const;
  void set_own_state(const nlohmann::json& state);

  const evtwin_training& training_;
  TrainerOptions options_;
  std::string kind_;
  std::unique_ptr<Worlds> judged_;
  double best_, last_;
  std::uint64_t validate_every_, next_validation_ = 0;
  std::vector<std::string> part_ids_;
  nlohmann::json history_ = nlohmann::json::array();
  std::uint64_t episodes_ = 0, steps_ = 0;
};

/// Throws TrainingError where the policy to begin with is of other networks; says what was taken.
std::optional<policy::PolicyFile> policy_to_begin_with(const evtwin_training& training);

void learn_ppo(const evtwin_training& training, const TrainerOptions& options, const PpoOptions& ppo,
               std::uint32_t rollout);

struct DqnPlan {
  DqnOptions options{};
  std::uint32_t buffer = 50'000, batch = 128, learning_starts = 2'000, train_every = 8, target_every = 500;
  double explore_from = 1.0, explore_to = 0.05, explore_share = 0.4;
};
/// @param rate  a policy whose rates are behind the gates; none: on is full power
void learn_dqn(const evtwin_training& training, const TrainerOptions& options, const DqnPlan& plan,
               const policy::PolicyFile* rate);

}  // namespace evtwin::rl
