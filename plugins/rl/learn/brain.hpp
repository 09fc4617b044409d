// Networks that learn, with their gradients. LibTorch stays behind brain_torch.cpp; nothing of it is seen here.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../player.hpp"

namespace evtwin::rl {

/// Decisions as tensors have them: rows of the site, and items, the EVSEs answered for at each, one after the other.
struct Rows {
  std::size_t n = 0;
  std::vector<float> site;             ///< [n, site features] normalised
  std::vector<std::int64_t> first{0};  ///< [n + 1] items of row r: first[r] to first[r + 1]
  std::vector<float> evses;            ///< [items, EVSE features] normalised; shape `site`: nothing
  std::vector<float> act;              ///< [items] shares that were answered
  std::vector<float> common;           ///< [n, n_common]
  std::vector<float> common_counts;    ///< 0: the answer had no effect, and teaches nothing

  void clear();
  /// Appends a row that was seen, with or without what was answered.
  void add_row(const Sight& normalised, Shape shape, const Answer* answer);
};

struct PpoOptions {
  double learning_rate = 3e-4, clip = 0.2, entropy = 0.002, value_weight = 0.5, most_norm = 0.5, most_kl = 0.03,
         lambda = 0.95;
  std::uint32_t epochs = 4, minibatch = 1024;
};

/// Means over an update.
struct PpoReport {
  double policy_loss = 0, value_loss = 0, entropy = 0, kl = 0, clipped = 0, explained = 0, grad_norm = 0;
  double first_ratio_off = 0;  ///< greatest |ratio - 1| of the first minibatch: 0 but for rounding
  double updates = 0;
  bool finite = true;
};

class PpoBrain {
 public:
  PpoBrain(Shape shape, const Sizes& sizes, std::uint64_t seed);
  ~PpoBrain();
  PpoBrain(const PpoBrain&) = delete;
  PpoBrain& operator=(const PpoBrain&) = delete;

  void predict_values(const Rows& rows, std::vector<float>& out) const;
  /// Of each answer: those of rows.act, then those of rows.common.
  void log_probs(const Rows& rows, std::vector<float>& out) const;
  PpoReport update_weights(const Rows& rows, std::span<const float> log_probs, std::span<const float> advantage,
                           std::span<const float> worth, const PpoOptions& options, Dice& dice);

  /// Weights as a policy keeps them, "rate." and "critic." before their names.
  std::vector<policy::Array> copy_weights() const;
  /// Weights of another brain of the same shape; those that it lacks stay. @throws policy::PolicyError
  void set_weights(const policy::PolicyFile& file);
  /// The optimiser's moments, for checkpoints.
  std::vector<policy::Array> copy_moments() const;
  void set_moments(const policy::PolicyFile& file);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

struct DqnOptions {
  double learning_rate = 5e-4, most_norm = 10.0;
  bool doubled = true;
};

/// Decisions and what followed. Gates: 1 on, 0 off; storages as set_storages() has them.
struct Transitions {
  Rows now, next;
  std::vector<float> reward, discount;  ///< discount 0 where nothing follows
};

/// Q of a decision as a sum over EVSEs (Sunehag et al. 2017) around the value of what is seen (Wang et al. 2016):
///   Q(s, a) = V(s) + sum over EVSEs of (A_i(a_i) - max A_i) + the same of storages.
class DqnBrain {
 public:
  DqnBrain(const Sizes& sizes, std::uint64_t seed);
  ~DqnBrain();
  DqnBrain(const DqnBrain&) = delete;
  DqnBrain& operator=(const DqnBrain&) = delete;

  /// Targets of transitions: reward + discount x Q of the target network for the best answer to what followed, chosen
  /// by the network that learns where `doubled`.
  std::vector<float> target_values(const Transitions& batch, bool doubled) const;
  /// Q of what was answered.
  std::vector<float> q_values(const Rows& rows) const;
  /// One step against the Huber loss. @returns the loss; NaN: nothing was changed
  double update_weights(const Transitions& batch, const DqnOptions& options);
  /// The target network becomes the one that learns.
  void renew_target();

  std::vector<policy::Array> copy_weights() const;  ///< "gate.", "q_value."
  void set_weights(const policy::PolicyFile& file);
  std::vector<policy::Array> copy_moments() const;  ///< and the target's weights
  void set_moments(const policy::PolicyFile& file);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// "LibTorch 1.13.1, OpenBLAS ..."; a policy's bytes repeat with the same ones.
std::string torch_and_blas();
/// Whether the reference BLAS is loaded, which is 4 to 11 times slower.
bool has_slow_blas();

}  // namespace evtwin::rl
