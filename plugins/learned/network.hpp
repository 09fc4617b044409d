// Networks that foresee, as they are played: no LibTorch.
#pragma once
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "blocks.hpp"
#include "window.hpp"

namespace evtwin::learned {

/// The quantiles that are learnt.
inline constexpr std::array<double, 9> learnt_levels{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
/// Answers of a step: the median less the base, eight distances between quantiles next to each other (from 0.5 up, then
/// from 0.5 down), the mean less the base; all to the scale, distances before softplus.
inline constexpr std::size_t outputs = learnt_levels.size() + 1;
inline constexpr Eigen::Index median_row = 0, up_row = 1, down_row = 5, mean_row = 9;

/// Sizes and times of a network, which its file tells.
struct Shape {
  std::string kind = "lstm";  ///< "lstm" or "tft"
  std::size_t past_steps = 48, horizon_steps = 24, hidden = 32, heads = 4;
};

class Network {
 public:
  virtual ~Network() = default;
  /// @returns [outputs, window.steps]
  virtual Matrix run(const Window& window) const = 0;
};

/// Encoder and decoder of LSTM cells: the state after the past begins the steps to come, which see what is known of
/// them and the site; a linear head answers.
class LstmNetwork : public Network {
 public:
  /// @param name  before its arrays: "pv."
  LstmNetwork(const PolicyFile& file, const std::string& name, const Shape& shape);
  Matrix run(const Window& window) const override;

 private:
  Eigen::Index hidden_;
  Lstm past_, future_;
  Dense head_;
};

/// Temporal Fusion Transformer (Lim et al. 2021, see blocks.hpp).
class TftNetwork : public Network {
 public:
  TftNetwork(const PolicyFile& file, const std::string& name, const Shape& shape);
  Matrix run(const Window& window) const override;
  /// What it looked at, for people: selection weights and attention.
  struct Sight {
    Matrix past_variables, future_variables;  ///< [variables, steps]
    Matrix attention;                         ///< [past and future steps, future steps]
  };
  Matrix run_and_tell(const Window& window, Sight* sight) const;

 private:
  Selection static_, past_, future_;
  Grn for_selection_, for_enrichment_, for_state_h_, for_state_c_, enrich_, forward_;
  Lstm encoder_, decoder_;
  Glu after_lstm_, after_attention_, after_forward_;
  LayerNorm lstm_norm_, attention_norm_, forward_norm_;
  Attention attention_;
  Dense head_;
};

/// @throws policy::PolicyError for a kind that there is not, and arrays that are not there
std::unique_ptr<Network> make_network(const PolicyFile& file, const std::string& name, const Shape& shape);

/// Quantiles of a step at the learnt levels, not falling, and its mean, in the quantity's unit.
struct Spread {
  std::array<double, learnt_levels.size()> quantile;
  double mean;
};
/// Distances between quantiles are multiplied by these, above the median and below it.
struct Widening {
  double up = 1.0, down = 1.0;
};
Spread spread_of(const Window& window, const Matrix& answer, std::size_t step, Widening widening);
/// Between the learnt levels along the line between them; beyond, as of a normal distribution that has the outermost
/// two.
double quantile_at(const Spread& spread, double level);
/// z of the standard normal distribution with that share below it; a polynomial approximation is nowhere off by more
/// than 1e-9 after one step of Halley's method.
double normal_quantile(double level);

}  // namespace evtwin::learned
