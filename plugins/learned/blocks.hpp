// The parts that networks are made of, forward only. Matrices have a column for each step; weights as LibTorch has
// them.
//
// Sources: LSTM, Hochreiter and Schmidhuber, Neural Computation 9, 1997, with forget gates (Gers et al. 2000); all
// others Lim, Arik, Loeff and Pfister, "Temporal Fusion Transformers for interpretable multi-horizon time series
// forecasting", Int. J. Forecasting 37, 2021. Equation numbers are theirs.
#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "policy/policy_file.hpp"
#include "window.hpp"

namespace evtwin::learned {

using Vector = Eigen::VectorXf;
using Matrix = Eigen::MatrixXf;
using Columns = Eigen::Map<const Matrix>;
using policy::PolicyFile;

/// W x + b. Arrays NAME.weight [out, in] and NAME.bias [out].
struct Dense {
  Dense() = default;
  Dense(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t out, bool with_bias = true);
  Matrix operator()(const Eigen::Ref<const Matrix>& x) const;

  Matrix weight;
  Vector bias;  ///< empty: none
};

/// A layer of LSTM cells:
///   i = s(W_i x + U_i h + b_i), f = s(W_f x + U_f h + b_f), g = tanh(W_g x + U_g h + b_g), o = s(W_o x + U_o h + b_o),
///   c' = f c + i g, h' = o tanh(c').
/// Arrays NAME.weight_ih_l0 [4h, in], NAME.weight_hh_l0 [4h, h], NAME.bias_ih_l0, NAME.bias_hh_l0 [4h]: i, f, g, o.
class Lstm {
 public:
  Lstm() = default;
  Lstm(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t hidden);
  /// @param h, c  [hidden] state before the first step; after it, that after the last
  /// @returns [hidden, steps] h of each step
  Matrix operator()(const Eigen::Ref<const Matrix>& x, Vector& h, Vector& c) const;

 private:
  Matrix from_x_, from_h_;
  Vector bias_;
};

/// Mean 0 and variance 1 over each column, then scaled and shifted (Ba, Kiros and Hinton 2016). NAME.weight, NAME.bias.
struct LayerNorm {
  LayerNorm() = default;
  LayerNorm(const PolicyFile& file, const std::string& name, std::size_t n);
  void normalise(Matrix& x) const;

  Vector weight, bias;
};

/// Gated linear unit, (5): s(W_4 y + b_4) * (W_5 y + b_5). Array NAME.both has W_5 and W_4, one below the other.
struct Glu {
  Glu() = default;
  Glu(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t out);
  Matrix operator()(const Eigen::Ref<const Matrix>& y) const;

  Dense both;
};

/// Gated residual network, (2) to (4): LayerNorm(a + GLU(W_1 ELU(W_2 a + W_3 c + b_2) + b_1)); a goes through
/// NAME.skip where it has another width than the answer.
class Grn {
 public:
  Grn() = default;
  /// @param context  width of c; 0: none
  Grn(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t hidden, std::size_t out,
      std::size_t context);
  Matrix operator()(const Eigen::Ref<const Matrix>& a, const Vector& context = {}) const;

 private:
  Dense second_, context_, first_, skip_;
  Glu gate_;
  LayerNorm norm_;
};

/// Variable selection, (6) to (8): each variable becomes `width` numbers by a linear map and a GRN of its own, and
/// softmax weights of a GRN over all of them, which sees the context, say how much of each goes on.
class Selection {
 public:
  Selection() = default;
  Selection(const PolicyFile& file, const std::string& name, std::span<const Variable> variables, std::size_t width,
            std::size_t context);
  /// @param x        [columns of all variables, steps]
  /// @param weights  where given: [variables, steps]
  Matrix operator()(const Eigen::Ref<const Matrix>& x, const Vector& context = {}, Matrix* weights = nullptr) const;

 private:
  std::vector<Dense> embed_;
  std::vector<Grn> each_;
  Grn weights_;
  std::size_t width_ = 0;
};

/// Interpretable multi-head attention, (13) to (16): heads have queries and keys of their own and the values in common;
/// their weights are averaged. A step sees itself and those before it.
class Attention {
 public:
  Attention() = default;
  Attention(const PolicyFile& file, const std::string& name, std::size_t width, std::size_t heads);
  /// @param x        [width, steps]
  /// @param queries  of the last so many steps
  /// @param weights  where given: [steps, queries] means over heads
  Matrix operator()(const Eigen::Ref<const Matrix>& x, Eigen::Index queries, Matrix* weights = nullptr) const;

 private:
  std::size_t heads_ = 1;
  Dense query_, key_, value_, out_;
};

}  // namespace evtwin::learned
