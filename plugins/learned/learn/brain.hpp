// A network that learns, with its gradients. LibTorch stays behind brain_torch.cpp; nothing of it is seen here.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../network.hpp"

namespace evtwin::learned {

/// Windows side by side, with what came. All have the steps of the shape.
struct Examples {
  std::size_t n = 0;
  std::vector<float> past, future, of_site;  ///< [n, ...] as Window has them
  std::vector<float> truth, known;           ///< [n, steps] (what came - base) / scale; 1 where it is known, else 0

  /// @param values  [window.steps] what came, NaN: not known
  void add(const Window& window, std::span<const double> values);
};

struct BrainOptions {
  double learning_rate = 1e-3, dropout = 0.1, most_norm = 1.0, weight_decay = 1e-4, mean_weight = 0.1;
};

class Brain {
 public:
  Brain(const Shape& shape, const BrainOptions& options, std::uint64_t seed);
  ~Brain();
  Brain(const Brain&) = delete;
  Brain& operator=(const Brain&) = delete;

  /// Chance of the steps that follow (dropout), so that an epoch is the same whatever was before it.
  void set_chance(std::uint64_t seed);
  /// One step of Adam on the rows. @returns the loss before it: the mean pinball loss of nine quantiles plus the
  /// squared error of the mean by its weight; NaN: nothing was changed
  double learn(const Examples& examples, std::span<const std::size_t> rows, double learning_rate);
  /// [rows, steps, outputs] as the network is played.
  std::vector<float> answer(const Examples& examples, std::span<const std::size_t> rows) const;

  /// Weights under their names with `prefix` before them.
  std::vector<policy::Array> copy_weights(const std::string& prefix) const;
  /// @throws policy::PolicyError where one is not there or of another shape
  void set_weights(const PolicyFile& file, const std::string& prefix);
  /// The optimiser's moments, for checkpoints.
  std::vector<policy::Array> copy_moments(const std::string& prefix) const;
  void set_moments(const PolicyFile& file, const std::string& prefix);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// "LibTorch 1.13.0"; a file's bytes repeat with the same one.
std::string torch_version();

}  // namespace evtwin::learned
