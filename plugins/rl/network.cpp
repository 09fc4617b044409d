#include "network.hpp"

namespace evtwin::rl {

namespace {

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }

Vector vector_of(const policy::PolicyFile& file, const std::string& name, std::size_t n) {
  return Seen(file.find_array(name, {static_cast<std::uint32_t>(n)}).values.data(), index(n));
}

}  // namespace

Dense::Dense(const policy::PolicyFile& file, const std::string& name, std::size_t in, std::size_t out) {
  const policy::Array& rows =
      file.find_array(name + ".weight", {static_cast<std::uint32_t>(out), static_cast<std::uint32_t>(in)});
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  weight = Eigen::Map<const RowMajor>(rows.values.data(), index(out), index(in));
  bias = vector_of(file, name + ".bias", out);
}

Normaliser::Normaliser(const policy::PolicyFile& file, const std::string& name, std::size_t n)
    : mean_(vector_of(file, name + ".mean", n)) {
  const Vector sd = vector_of(file, name + ".sd", n);
  if (!(sd.array() > 0.0F).all()) throw policy::PolicyError(name + ".sd holds a value that is not above 0");
  one_by_sd_ = sd.cwiseInverse();
}

void Normaliser::normalise_row(float* x) const {
  constexpr float most = 10.0F;
  Eigen::Map<Vector> row(x, mean_.size());
  row = (row - mean_).cwiseProduct(one_by_sd_).cwiseMin(most).cwiseMax(-most);
}

SiteNetwork::SiteNetwork(const policy::PolicyFile& file, const std::string& name, const Sizes& sizes,
                         std::size_t outputs)
    : first_(file, name + ".first", sizes.site, sizes.hidden),
      second_(file, name + ".second", sizes.hidden, sizes.hidden),
      head_(file, name + ".head", sizes.hidden, outputs) {}

void SiteNetwork::run_forward(const float* site, float* out) const {
  a_ = first_.bias;
  a_.noalias() += first_.weight * Seen(site, first_.weight.cols());
  a_ = a_.array().tanh();
  b_ = second_.bias;
  b_.noalias() += second_.weight * a_;
  b_ = b_.array().tanh();
  Eigen::Map<Vector>(out, head_.bias.size()) = head_.bias + head_.weight * b_;
}

EvseNetwork::EvseNetwork(const policy::PolicyFile& file, const std::string& name, const Sizes& sizes,
                         std::size_t outputs, std::size_t of_storages)
    : sizes_(sizes),
      site_code_(file, name + ".site_code", sizes.site, sizes.hidden),
      evse_code_(file, name + ".evse_code", sizes.evse, sizes.hidden),
      from_code_(file, name + ".from_code", sizes.hidden, sizes.hidden),
      from_context_(file, name + ".from_context", sizes.hidden, sizes.hidden),
      head_(file, name + ".head", sizes.hidden, outputs),
      storage_(file, name + ".storage", sizes.hidden + sizes.site, sizes.hidden),
      storage_head_(file, name + ".storage_head", sizes.hidden, of_storages),
      context_(index(sizes.hidden + sizes.site)) {}

void EvseNetwork::run_forward(const float* site, const float* evses, std::size_t n, float* out,
                              float* storage_out) const {
  const Eigen::Index h = index(sizes_.hidden), count = index(n);
  const Seen seen(site, index(sizes_.site));
  const Eigen::Map<const Matrix> columns(evses, index(sizes_.evse), count);

  // A code for each EVSE, from its own numbers and the site's.
  common_ = site_code_.bias + evse_code_.bias;
  common_.noalias() += site_code_.weight * seen;
  codes_.resize(h, count);
  codes_.noalias() = evse_code_.weight * columns;
  codes_ = (codes_.colwise() + common_).array().tanh();

  // The context is the mean of all codes, in which neither their number nor their order matters.
  context_.head(h).setZero();
  if (n > 0) context_.head(h) = codes_.rowwise().mean();
  common_ = from_code_.bias + from_context_.bias;
  common_.noalias() += from_context_.weight * context_.head(h);
  hidden_.resize(h, count);
  hidden_.noalias() = from_code_.weight * codes_;
  hidden_ = (hidden_.colwise() + common_).array().tanh();

  Eigen::Map<Matrix> answers(out, head_.bias.size(), count);
  answers.noalias() = head_.weight * hidden_;
  answers.colwise() += head_.bias;

  context_.tail(index(sizes_.site)) = seen;
  storage_hidden_ = storage_.bias;
  storage_hidden_.noalias() += storage_.weight * context_;
  storage_hidden_ = storage_hidden_.array().tanh();
  Eigen::Map<Vector>(storage_out, storage_head_.bias.size()) =
      storage_head_.bias + storage_head_.weight * storage_hidden_;
}

}  // namespace evtwin::rl
