#include "network.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::rl {

namespace {

void squash(std::vector<float>& values) {
  for (float& v : values) v = std::tanh(v);
}

}  // namespace

Dense::Dense(const policy::PolicyFile& file, const std::string& name, std::size_t in, std::size_t out) {
  const auto n_in = static_cast<std::uint32_t>(in), n_out = static_cast<std::uint32_t>(out);
  const std::vector<float>& weight = file.array(name + ".weight", {n_out, n_in}).values;
  bias_ = file.array(name + ".bias", {n_out}).values;
  columns_.resize(in * out);
  for (std::size_t o = 0; o < out; ++o) {
    for (std::size_t i = 0; i < in; ++i) columns_[i * out + o] = weight[o * in + i];
  }
}

void Dense::set_bias(float* y) const { std::copy(bias_.begin(), bias_.end(), y); }

void Dense::add(const float* x, float* y) const {
  const std::size_t out = bias_.size(), in = out == 0 ? 0 : columns_.size() / out;
  const float* column = columns_.data();
  for (std::size_t i = 0; i < in; ++i, column += out) {
    const float xi = x[i];
    if (xi == 0.0F) continue;
    for (std::size_t o = 0; o < out; ++o) y[o] += xi * column[o];
  }
}

Normaliser::Normaliser(const policy::PolicyFile& file, const std::string& name, std::size_t n) {
  const auto count = static_cast<std::uint32_t>(n);
  mean_ = file.array(name + ".mean", {count}).values;
  one_by_sd_ = file.array(name + ".sd", {count}).values;
  for (float& sd : one_by_sd_) {
    if (!(sd > 0.0F)) throw policy::PolicyError(name + ".sd holds a value that is not above 0");
    sd = 1.0F / sd;
  }
}

void Normaliser::apply(float* x) const {
  constexpr float most = 10.0F;
  for (std::size_t i = 0; i < mean_.size(); ++i) x[i] = std::clamp((x[i] - mean_[i]) * one_by_sd_[i], -most, most);
}

SiteNetwork::SiteNetwork(const policy::PolicyFile& file, const std::string& name, const Sizes& sizes,
                         std::size_t outputs)
    : first_(file, name + ".first", sizes.site, sizes.hidden),
      second_(file, name + ".second", sizes.hidden, sizes.hidden),
      head_(file, name + ".head", sizes.hidden, outputs),
      a_(sizes.hidden),
      b_(sizes.hidden) {}

void SiteNetwork::run(const float* site, float* out) const {
  first_.set_bias(a_.data());
  first_.add(site, a_.data());
  squash(a_);
  second_.set_bias(b_.data());
  second_.add(a_.data(), b_.data());
  squash(b_);
  head_.set_bias(out);
  head_.add(b_.data(), out);
}

EvseNetwork::EvseNetwork(const policy::PolicyFile& file, const std::string& name, const Sizes& sizes,
                         std::size_t outputs, std::size_t storage_outputs)
    : sizes_(sizes),
      site_code_(file, name + ".site_code", sizes.site, sizes.hidden),
      evse_code_(file, name + ".evse_code", sizes.evse, sizes.hidden),
      from_code_(file, name + ".from_code", sizes.hidden, sizes.hidden),
      from_context_(file, name + ".from_context", sizes.hidden, sizes.hidden),
      head_(file, name + ".head", sizes.hidden, outputs),
      storage_(file, name + ".storage", sizes.hidden + sizes.site, sizes.hidden),
      storage_head_(file, name + ".storage_head", sizes.hidden, storage_outputs),
      context_(sizes.hidden + sizes.site),
      common_(sizes.hidden),
      hidden_(sizes.hidden) {}

void EvseNetwork::run(const float* site, const float* evses, std::size_t n, float* out, float* storage_out) const {
  const std::size_t h = sizes_.hidden;
  site_code_.set_bias(common_.data());
  site_code_.add(site, common_.data());
  codes_.resize(n * h);
  std::fill(context_.begin(), context_.end(), 0.0F);
  for (std::size_t i = 0; i < n; ++i) {
    float* const code = codes_.data() + i * h;
    evse_code_.set_bias(code);
    evse_code_.add(evses + i * sizes_.evse, code);
    for (std::size_t k = 0; k < h; ++k) {
      code[k] = std::tanh(code[k] + common_[k]);
      context_[k] += code[k];
    }
  }
  if (n > 0) {
    const float share = 1.0F / static_cast<float>(n);
    for (std::size_t k = 0; k < h; ++k) context_[k] *= share;
  }
  from_context_.set_bias(common_.data());
  from_context_.add(context_.data(), common_.data());
  for (std::size_t i = 0; i < n; ++i) {
    from_code_.set_bias(hidden_.data());
    from_code_.add(codes_.data() + i * h, hidden_.data());
    for (std::size_t k = 0; k < h; ++k) hidden_[k] = std::tanh(hidden_[k] + common_[k]);
    head_.set_bias(out + i * head_.outputs());
    head_.add(hidden_.data(), out + i * head_.outputs());
  }
  std::copy(site, site + sizes_.site, context_.begin() + static_cast<std::ptrdiff_t>(h));
  storage_.set_bias(hidden_.data());
  storage_.add(context_.data(), hidden_.data());
  squash(hidden_);
  storage_head_.set_bias(storage_out);
  storage_head_.add(hidden_.data(), storage_out);
}

}  // namespace evtwin::rl
