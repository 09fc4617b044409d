// The part of evtwin in a training: the policy kept, the checkpoint beside it, the learning curve, and what people see.
#pragma once
#include <evtwin/learner.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "kernel/time.hpp"
#include "record/event_file.hpp"
#include "record/learning_curve.hpp"

namespace evtwin::cli {

/// Of one training of the command.
struct TrainingFiles {
  std::string policy, checkpoint;
  std::string events;  ///< folder of TensorBoard's files
};

/// The functions that a training hands to its learner. None of them throws.
class TrainingHost {
 public:
  struct Task {
    TrainingFiles files;
    std::uint64_t seed = 0, episodes = 0;
    std::string learner;   ///< label
    std::string identity;  ///< what was asked for: a checkpoint of anything else is refused
    std::string currency;
  };
  /// @param resume  go on where the training of this seed was left, from its checkpoint, or anew where it had none yet
  /// @throws CommandError, record::RunFileError for files that are not the training's
  TrainingHost(Task task, record::LearningCurve& curve, bool resume);

  /// The functions and the checkpoint of a training.
  void hand_to(evtwin_training& training);

  /// When the learner is back. The checkpoint of a training that has ended well is removed.
  void end_training(const char* state);
  /// A policy or a checkpoint. Where there is neither, the files of the curve that this one made are gone with it.
  bool leaves_anything() const;

  double wall_s() const;
  std::uint64_t episodes = 0, steps = 0, bytes = 0;
  double first_objective = kernel::unknown, best_objective = kernel::unknown;
  /// Figures of an episode that a learner tells with ids "reward.part.NAME", "episode.reward" and "action.NAME".
  struct Share {
    std::string id;
    double first = kernel::unknown, last = kernel::unknown;
  };
  std::vector<Share> shares;
  std::string error;  ///< what the learner said last, or what could not be kept
  std::vector<std::string> remarks;

 private:
  std::uint32_t take_progress(const evtwin_learner_progress& now);
  void print_report(std::uint32_t severity, const char* text);
  evtwin_status keep_policy(std::string_view policy);
  evtwin_status write_checkpoint(std::string_view state);
  void draw_progress(const evtwin_learner_progress& now);
  void take_shares(const evtwin_learner_progress& now);
  evtwin_status not_kept(const std::string& file, const std::string& why);
  void print_remark(const std::string& text);
  void go_on();
  record::TrainingRow training_row(const char* state) const;

  Task task_;
  record::LearningCurve& curve_;
  std::optional<record::EventFile> events_;
  bool resumed_ = false;
  bool curve_stands_ = true;  ///< it can be written
  std::string kept_;          ///< the policy under its name; empty: none
  std::string sha256_;        ///< of that
  std::string resume_from_;   ///< state of the learner
  double wall_before_s_ = 0.0;
  ProgressBar bar_;
  std::chrono::steady_clock::time_point begun_;
};

}  // namespace evtwin::cli
