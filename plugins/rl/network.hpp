// The networks of a policy, forward only: what a decision costs without LibTorch. Weights as LibTorch's Linear has
// them.
#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/policy_file.hpp"

namespace evtwin::rl {

using Vector = Eigen::VectorXf;
using Matrix = Eigen::MatrixXf;
/// A row of numbers that somebody else holds.
using Seen = Eigen::Map<const Vector>;

/// W and b of b + W x.
struct Dense {
  Dense() = default;
  /// @param name  arrays NAME.weight [out, in] and NAME.bias [out]
  /// @throws policy::PolicyError
  Dense(const policy::PolicyFile& file, const std::string& name, std::size_t in, std::size_t out);

  Matrix weight;
  Vector bias;
};

/// Means and scales of inputs, as gathered in training and frozen since.
class Normaliser {
 public:
  Normaliser() = default;
  /// @param name  arrays NAME.mean and NAME.sd [n]
  Normaliser(const policy::PolicyFile& file, const std::string& name, std::size_t n);
  /// (x - mean) / sd, at most 10 either way, in place.
  void normalise_row(float* x) const;

 private:
  Vector mean_, one_by_sd_;
};

/// How wide networks are; told in the head of a policy.
struct Sizes {
  std::size_t site = 0, evse = 0, hidden = 64;
};

/// Site to site: two hidden layers, and outputs for all vehicles together and for storages.
class SiteNetwork {
 public:
  SiteNetwork() = default;
  SiteNetwork(const policy::PolicyFile& file, const std::string& name, const Sizes& sizes, std::size_t outputs);
  /// @param site  [sizes.site] normalised;  @param out  [outputs]
  void run_forward(const float* site, float* out) const;

 private:
  Dense first_, second_, head_;
  mutable Vector a_, b_;
};

/// One network for every EVSE, and what all have in common: each is encoded together with the site, the mean of the
/// codes is the context, and code, context and site make the output. It has no order and no number of EVSEs.
class EvseNetwork {
 public:
  EvseNetwork() = default;
  EvseNetwork(const policy::PolicyFile& file, const std::string& name, const Sizes& sizes, std::size_t outputs,
              std::size_t of_storages);
  /// @param evses        [n, sizes.evse] normalised
  /// @param out          [n, outputs]
  /// @param storage_out  [of_storages]
  void run_forward(const float* site, const float* evses, std::size_t n, float* out, float* storage_out) const;

 private:
  Sizes sizes_;
  Dense site_code_, evse_code_, from_code_, from_context_, head_, storage_, storage_head_;
  mutable Matrix codes_, hidden_;
  mutable Vector context_, common_, storage_hidden_;
};

}  // namespace evtwin::rl
