#include "blocks.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evtwin::learned {

namespace {

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }
std::uint32_t narrow(std::size_t n) { return static_cast<std::uint32_t>(n); }

Matrix rows_of(const PolicyFile& file, const std::string& name, std::size_t rows, std::size_t columns) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const policy::Array& array = file.find_array(name, {narrow(rows), narrow(columns)});
  return Eigen::Map<const RowMajor>(array.values.data(), index(rows), index(columns));
}

Vector numbers_of(const PolicyFile& file, const std::string& name, std::size_t n) {
  return Eigen::Map<const Vector>(file.find_array(name, {narrow(n)}).values.data(), index(n));
}

template <class X>
auto sigmoid(const X& x) {
  return (1.0F + (-x).exp()).inverse();
}

}  // namespace

Dense::Dense(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t out, bool with_bias)
    : weight(rows_of(file, name + ".weight", out, in)) {
  if (with_bias) bias = numbers_of(file, name + ".bias", out);
}

Matrix Dense::operator()(const Eigen::Ref<const Matrix>& x) const {
  Matrix y(weight.rows(), x.cols());
  y.noalias() = weight * x;
  if (bias.size() > 0) y.colwise() += bias;
  return y;
}

Lstm::Lstm(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t hidden)
    : from_x_(rows_of(file, name + ".weight_ih_l0", 4 * hidden, in)),
      from_h_(rows_of(file, name + ".weight_hh_l0", 4 * hidden, hidden)),
      bias_(numbers_of(file, name + ".bias_ih_l0", 4 * hidden) + numbers_of(file, name + ".bias_hh_l0", 4 * hidden)) {}

Matrix Lstm::operator()(const Eigen::Ref<const Matrix>& x, Vector& h, Vector& c) const {
  const Eigen::Index n = from_h_.cols();
  // What comes from the inputs is worked out for all steps at once.
  Matrix gates(4 * n, x.cols());
  gates.noalias() = from_x_ * x;
  gates.colwise() += bias_;

  Matrix out(n, x.cols());
  for (Eigen::Index k = 0; k < x.cols(); ++k) {
    auto gate = gates.col(k);
    gate.noalias() += from_h_ * h;
    gate.head(2 * n) = sigmoid(gate.head(2 * n).array());
    gate.segment(2 * n, n) = gate.segment(2 * n, n).array().tanh();
    gate.tail(n) = sigmoid(gate.tail(n).array());
    c = gate.segment(n, n).cwiseProduct(c) + gate.head(n).cwiseProduct(gate.segment(2 * n, n));
    h = gate.tail(n).array() * c.array().tanh();
    out.col(k) = h;
  }
  return out;
}

LayerNorm::LayerNorm(const PolicyFile& file, const std::string& name, std::size_t n)
    : weight(numbers_of(file, name + ".weight", n)), bias(numbers_of(file, name + ".bias", n)) {}

void LayerNorm::normalise(Matrix& x) const {
  constexpr float least_variance = 1e-5F;
  const auto n = static_cast<float>(x.rows());
  for (Eigen::Index k = 0; k < x.cols(); ++k) {
    auto column = x.col(k).array();
    column -= column.mean();
    column *= 1.0F / std::sqrt(column.square().sum() / n + least_variance);
    column = column * weight.array() + bias.array();
  }
}

Glu::Glu(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t out)
    : both(file, name + ".both", in, 2 * out) {}

Matrix Glu::operator()(const Eigen::Ref<const Matrix>& y) const {
  const Matrix halves = both(y);
  const Eigen::Index n = halves.rows() / 2;
  return halves.topRows(n).array() * sigmoid(halves.bottomRows(n).array());
}

Grn::Grn(const PolicyFile& file, const std::string& name, std::size_t in, std::size_t hidden, std::size_t out,
         std::size_t context)
    : second_(file, name + ".second", in, hidden),
      first_(file, name + ".first", hidden, hidden),
      gate_(file, name + ".gate", hidden, out),
      norm_(file, name + ".norm", out) {
  if (context > 0) context_ = Dense(file, name + ".context", context, hidden, false);
  if (in != out) skip_ = Dense(file, name + ".skip", in, out);
}

Matrix Grn::operator()(const Eigen::Ref<const Matrix>& a, const Vector& context) const {
  Matrix x = second_(a);  // (4)
  if (context_.weight.size() > 0) x.colwise() += Vector(context_.weight * context);
  x = x.array().max(0.0F) + (x.array().min(0.0F).exp() - 1.0F);  // ELU
  Matrix out = gate_(first_(x));                                 // (3), (5)
  if (skip_.weight.size() > 0) {
    out += skip_(a);
  } else {
    out += a;
  }
  norm_.normalise(out);  // (2)
  return out;
}

Selection::Selection(const PolicyFile& file, const std::string& name, std::span<const Variable> variables,
                     std::size_t width, std::size_t context)
    : weights_(file, name + ".weights", variables.size() * width, width, variables.size(), context), width_(width) {
  for (std::size_t v = 0; v < variables.size(); ++v) {
    embed_.emplace_back(file, fmt::format("{}.embed.{}", name, v), variables[v].columns, width);
    each_.emplace_back(file, fmt::format("{}.each.{}", name, v), width, width, width, 0);
  }
}

Matrix Selection::operator()(const Eigen::Ref<const Matrix>& x, const Vector& context, Matrix* weights) const {
  const Eigen::Index width = index(width_);
  Matrix all(width * index(embed_.size()), x.cols());
  Eigen::Index row = 0;
  for (std::size_t v = 0; v < embed_.size(); ++v) {
    const Eigen::Index columns = embed_[v].weight.cols();
    all.middleRows(index(v) * width, width) = embed_[v](x.middleRows(row, columns));
    row += columns;
  }

  Matrix chosen = weights_(all, context);  // (6)
  chosen.rowwise() -= Eigen::RowVectorXf(chosen.colwise().maxCoeff());
  chosen = chosen.array().exp();
  chosen.array().rowwise() /= Eigen::RowVectorXf(chosen.colwise().sum()).array();

  Matrix out = Matrix::Zero(width, x.cols());
  for (std::size_t v = 0; v < each_.size(); ++v) {
    const Matrix one = each_[v](all.middleRows(index(v) * width, width));  // (7)
    out.array() += one.array().rowwise() * chosen.row(index(v)).array();   // (8)
  }
  if (weights != nullptr) *weights = chosen;
  return out;
}

Attention::Attention(const PolicyFile& file, const std::string& name, std::size_t width, std::size_t heads)
    : heads_(heads),
      query_(file, name + ".query", width, width),
      key_(file, name + ".key", width, width),
      value_(file, name + ".value", width, width / heads),
      out_(file, name + ".out", width / heads, width, false) {}

Matrix Attention::operator()(const Eigen::Ref<const Matrix>& x, Eigen::Index queries, Matrix* weights) const {
  const Eigen::Index steps = x.cols(), of_head = query_.weight.rows() / index(heads_);
  const Matrix q = query_(x.rightCols(queries)), k = key_(x), v = value_(x);
  const float by_root = 1.0F / std::sqrt(static_cast<float>(of_head));

  Matrix mean = Matrix::Zero(steps, queries), scores(steps, queries);
  for (std::size_t head = 0; head < heads_; ++head) {
    const Eigen::Index row = index(head) * of_head;
    scores.noalias() = k.middleRows(row, of_head).transpose() * q.middleRows(row, of_head);
    for (Eigen::Index j = 0; j < queries; ++j) {
      // Of what comes after it, a step sees nothing.
      auto seen = scores.col(j).head(steps - queries + j + 1).array();
      seen = ((seen - seen.maxCoeff()) * by_root).exp();  // (10)
      const float one_by_sum = 1.0F / seen.sum();
      mean.col(j).head(seen.size()).array() += seen * one_by_sum;
    }
  }
  mean *= 1.0F / static_cast<float>(heads_);  // (15)
  if (weights != nullptr) *weights = mean;
  Matrix seen(v.rows(), queries);
  seen.noalias() = v * mean;  // (14)
  return out_(seen);          // (13)
}

}  // namespace evtwin::learned
