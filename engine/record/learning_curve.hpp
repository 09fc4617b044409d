// The learning curve: an SQLite file of its own, a row for every figure that a training told of, and for every training
// how it stands.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::record {

/// "EVTL": SQLite's application_id of a learning curve.
inline constexpr std::int32_t curve_application_id = 0x4556544c;
static_assert(curve_application_id == ('E' << 24 | 'V' << 16 | 'T' << 8 | 'L'));

struct CurvePoint {
  std::uint64_t seed = 0, episodes = 0, steps = 0;
  double wall_s = 0.0;  ///< of the training so far
};

/// How a training ended, or stands.
struct TrainingRow {
  std::uint64_t seed = 0;
  std::string state = "running";  ///< running, complete, interrupted, failed
  std::string learner;            ///< label
  std::string identity;           ///< what was asked for, JSON
  std::string policy;             ///< file
  std::string sha256;             ///< of the policy kept last; empty: none
  std::uint64_t episodes = 0, steps = 0;
  double first_objective = 0.0, best_objective = 0.0, wall_s = 0.0;
};

/// Rows are committed with every policy kept, every checkpoint, and two seconds after the last commit: a process that
/// is killed loses what came later. One thread.
class LearningCurve {
 public:
  /// A new file; one that is there is kept. @throws RunFileError
  static LearningCurve create_file(const std::string& file);
  /// Goes on with one that a training left. @throws RunFileError
  static LearningCurve open_file(const std::string& file);
  ~LearningCurve();
  LearningCurve(LearningCurve&&) noexcept;
  LearningCurve& operator=(LearningCurve&&) = delete;

  void add_point(const CurvePoint& at, std::string_view id, std::string_view unit, double value);
  /// In place of what was known of this seed.
  void set_training(const TrainingRow& training);
  std::optional<TrainingRow> find_training(std::uint64_t seed);
  /// A policy that is about to be kept: from now on it is known for this training's.
  void expect_policy(std::uint64_t seed, const std::string& sha256);
  bool knows_policy(std::uint64_t seed, const std::string& sha256);

  /// Number of the last row; 0: none.
  std::int64_t last_row();
  /// Forgets this seed's rows behind a number.
  void forget_rows_after(std::uint64_t seed, std::int64_t after_row);
  void commit_rows();

 private:
  struct Parts;
  explicit LearningCurve(std::unique_ptr<Parts> parts);
  void commit_if_due();

  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::record
