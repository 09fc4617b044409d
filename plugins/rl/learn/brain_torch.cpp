// The only file that sees LibTorch.

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <cmath>
#include <cstring>
#include <numeric>

#include "../../torch_without_warnings.hpp"
#include "brain.hpp"

namespace evtwin::rl {

using torch::Tensor;

namespace {

void one_thread() {
  static const bool done = [] {
    at::set_num_threads(1);
    return true;
  }();
  (void)done;
}

Tensor tensor_of(const std::vector<float>& values, std::vector<std::int64_t> shape) {
  return torch::from_blob(const_cast<float*>(values.data()), shape, torch::kFloat32);
}
Tensor tensor_of(std::span<const float> values) {
  return torch::from_blob(const_cast<float*>(values.data()), {static_cast<std::int64_t>(values.size())},
                          torch::kFloat32);
}

torch::nn::Linear linear(torch::nn::Module& owner, const char* name, std::size_t in, std::size_t out, double gain) {
  torch::nn::Linear made(static_cast<std::int64_t>(in), static_cast<std::int64_t>(out));
  torch::NoGradGuard guard;
  torch::nn::init::orthogonal_(made->weight, gain);
  made->bias.zero_();
  return owner.register_module(name, made);
}

constexpr double hidden_gain = 1.4142135623730951, policy_gain = 0.01, value_gain = 1.0;

/// As SiteNetwork.
struct SiteNet : torch::nn::Module {
  SiteNet(const Sizes& sizes, std::size_t outputs, double gain)
      : first(linear(*this, "first", sizes.site, sizes.hidden, hidden_gain)),
        second(linear(*this, "second", sizes.hidden, sizes.hidden, hidden_gain)),
        head(linear(*this, "head", sizes.hidden, outputs, gain)) {}
  Tensor forward(const Tensor& site) { return head(torch::tanh(second(torch::tanh(first(site))))); }
  torch::nn::Linear first, second, head;
};

/// Rows on their way through networks.
struct Inputs {
  Tensor site, evses;
  Tensor row_of;  ///< [items]
  Tensor counts;  ///< [n, 1] items of each row, at least 1
};

/// As EvseNetwork.
struct EvseNet : torch::nn::Module {
  EvseNet(const Sizes& sizes, std::size_t outputs, std::size_t storage_outputs, double gain)
      : site_code(linear(*this, "site_code", sizes.site, sizes.hidden, hidden_gain)),
        evse_code(linear(*this, "evse_code", sizes.evse, sizes.hidden, hidden_gain)),
        storage(linear(*this, "storage", sizes.hidden + sizes.site, sizes.hidden, hidden_gain)),
        storage_head(linear(*this, "storage_head", sizes.hidden, storage_outputs, gain)),
        hidden(static_cast<std::int64_t>(sizes.hidden)) {
    if (outputs == 0) return;
    from_code = linear(*this, "from_code", sizes.hidden, sizes.hidden, hidden_gain);
    from_context = linear(*this, "from_context", sizes.hidden, sizes.hidden, hidden_gain);
    head = linear(*this, "head", sizes.hidden, outputs, gain);
  }
  struct Out {
    Tensor evses, storages;
  };
  Out forward(const Inputs& seen) {
    const Tensor code = torch::tanh(evse_code(seen.evses) + site_code(seen.site).index_select(0, seen.row_of));
    const Tensor context = torch::zeros({seen.site.size(0), hidden}).index_add(0, seen.row_of, code) / seen.counts;
    Out out;
    if (!head.is_empty())
      out.evses = head(torch::tanh(from_code(code) + from_context(context).index_select(0, seen.row_of)));
    out.storages = storage_head(torch::tanh(storage(torch::cat({context, seen.site}, 1))));
    return out;
  }
  torch::nn::Linear site_code, evse_code, storage, storage_head, from_code{nullptr}, from_context{nullptr},
      head{nullptr};
  std::int64_t hidden;
};

/// The rows of `chosen`, or all where it is empty, and their items.
struct Chosen {
  Inputs seen;
  Tensor rows, items;  ///< indices; undefined: all
};

Inputs all_seen(const Rows& rows, const Sizes& sizes, Shape shape) {
  Inputs seen;
  const auto n = static_cast<std::int64_t>(rows.n);
  seen.site = tensor_of(rows.site, {n, static_cast<std::int64_t>(sizes.site)});
  if (shape == Shape::site) return seen;
  const std::int64_t items = rows.first.back();
  seen.evses = tensor_of(rows.evses, {items, static_cast<std::int64_t>(sizes.evse)});
  seen.row_of = torch::empty({items}, torch::kInt64);
  seen.counts = torch::empty({n, 1});
  auto* const row_of = seen.row_of.data_ptr<std::int64_t>();
  auto* const counts = seen.counts.data_ptr<float>();
  for (std::int64_t r = 0; r < n; ++r) {
    const std::int64_t from = rows.first[static_cast<std::size_t>(r)], to = rows.first[static_cast<std::size_t>(r) + 1];
    counts[r] = static_cast<float>(std::max<std::int64_t>(1, to - from));
    for (std::int64_t i = from; i < to; ++i) row_of[i] = r;
  }
  return seen;
}

Chosen choose(const Rows& rows, const Inputs& all, std::span<const std::int64_t> chosen, Shape shape) {
  Chosen part;
  part.rows = torch::empty({static_cast<std::int64_t>(chosen.size())}, torch::kInt64);
  std::memcpy(part.rows.data_ptr<std::int64_t>(), chosen.data(), chosen.size_bytes());
  part.seen.site = all.site.index_select(0, part.rows);
  if (shape == Shape::site) {
    part.items = part.rows;
    return part;
  }

  std::int64_t n_items = 0;
  for (const std::int64_t r : chosen)
    n_items += rows.first[static_cast<std::size_t>(r) + 1] - rows.first[static_cast<std::size_t>(r)];
  part.items = torch::empty({n_items}, torch::kInt64);
  part.seen.row_of = torch::empty({n_items}, torch::kInt64);
  auto* const items = part.items.data_ptr<std::int64_t>();
  auto* const row_of = part.seen.row_of.data_ptr<std::int64_t>();

  // Items of a row follow one another; `row_of` counts the chosen rows, not all.
  std::int64_t at = 0;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const auto r = static_cast<std::size_t>(chosen[k]);
    for (std::int64_t i = rows.first[r]; i < rows.first[r + 1]; ++i, ++at) {
      items[at] = i;
      row_of[at] = static_cast<std::int64_t>(k);
    }
  }

  part.seen.evses = all.evses.index_select(0, part.items);
  part.seen.counts = all.counts.index_select(0, part.rows);
  return part;
}

/// Beta distributions from two outputs each.
struct Betas {
  explicit Betas(const Tensor& outputs)
      : a(1.0 + torch::nn::functional::softplus(outputs.select(1, 0))),
        b(1.0 + torch::nn::functional::softplus(outputs.select(1, 1))),
        log_norm(torch::lgamma(a) + torch::lgamma(b) - torch::lgamma(a + b)) {}
  Tensor log_prob(const Tensor& x) const { return (a - 1.0) * torch::log(x) + (b - 1.0) * torch::log1p(-x) - log_norm; }
  Tensor entropy() const {
    return log_norm - (a - 1.0) * torch::digamma(a) - (b - 1.0) * torch::digamma(b) +
           (a + b - 2.0) * torch::digamma(a + b);
  }
  Tensor a, b, log_norm;
};

// ---- Weights in and out

std::vector<policy::Array> arrays_of(const torch::nn::Module& module, const std::string& prefix) {
  std::vector<policy::Array> arrays;
  for (const auto& named : module.named_parameters()) {
    const Tensor values = named.value().detach().contiguous();
    policy::Array array{prefix + named.key(), {}, {}};
    for (const std::int64_t size : values.sizes()) array.shape.push_back(static_cast<std::uint32_t>(size));
    array.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    arrays.push_back(std::move(array));
  }
  return arrays;
}

bool holds(const policy::PolicyFile& file, const std::string& prefix) {
  return std::any_of(file.arrays.begin(), file.arrays.end(),
                     [&](const policy::Array& array) { return array.name.starts_with(prefix); });
}

void take(torch::nn::Module& module, const policy::PolicyFile& file, const std::string& prefix) {
  torch::NoGradGuard guard;
  for (auto& named : module.named_parameters()) {
    std::vector<std::uint32_t> shape;
    for (const std::int64_t size : named.value().sizes()) shape.push_back(static_cast<std::uint32_t>(size));
    const policy::Array& array = file.find_array(prefix + named.key(), shape);
    std::memcpy(named.value().data_ptr<float>(), array.values.data(), array.values.size() * sizeof(float));
  }
}

std::vector<policy::Array> moments_of(torch::optim::Adam& adam) {
  std::vector<policy::Array> arrays;
  const auto& parameters = adam.param_groups()[0].params();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const auto found = adam.state().find(c10::guts::to_string(parameters[p].unsafeGetTensorImpl()));
    if (found == adam.state().end()) continue;
    const auto& state = static_cast<const torch::optim::AdamParamState&>(*found->second);
    const auto add = [&](const char* what, const Tensor& values) {
      const Tensor flat = values.detach().contiguous();
      arrays.push_back({fmt::format("adam.{}.{}", p, what),
                        {static_cast<std::uint32_t>(flat.numel())},
                        {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()}});
    };
    add("mean", state.exp_avg());
    add("square", state.exp_avg_sq());
    // Steps stay below 2^24, where floats are still whole numbers.
    arrays.push_back({fmt::format("adam.{}.step", p), {1}, {static_cast<float>(state.step())}});
  }
  return arrays;
}

void set_moments_of(torch::optim::Adam& adam, const policy::PolicyFile& file) {
  auto& parameters = adam.param_groups()[0].params();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (!holds(file, fmt::format("adam.{}.step", p))) continue;
    const auto n = static_cast<std::uint32_t>(parameters[p].numel());
    auto state = std::make_unique<torch::optim::AdamParamState>();
    const auto read = [&](const char* what) {
      return tensor_of(file.find_array(fmt::format("adam.{}.{}", p, what), {n}).values, {n})
          .clone()
          .view(parameters[p].sizes());
    };
    state->exp_avg(read("mean"));
    state->exp_avg_sq(read("square"));
    state->step(static_cast<std::int64_t>(file.find_array(fmt::format("adam.{}.step", p), {1}).values[0]));
    adam.state()[c10::guts::to_string(parameters[p].unsafeGetTensorImpl())] = std::move(state);
  }
}

void set_rate(torch::optim::Adam& adam, double rate) {
  static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).lr(rate);
}

torch::optim::AdamOptions adam_options() { return torch::optim::AdamOptions(3e-4).eps(1e-5); }

}  // namespace

void Rows::clear() {
  n = 0;
  first.assign(1, 0);
  for (auto* values : {&site, &evses, &act, &common, &common_counts}) values->clear();
}

void Rows::add_row(const Sight& sight, Shape shape, const Answer* answer) {
  ++n;
  site.insert(site.end(), sight.site.begin(), sight.site.end());
  if (shape == Shape::evse) evses.insert(evses.end(), sight.evses.begin(), sight.evses.end());
  first.push_back(first.back() + (shape == Shape::evse ? static_cast<std::int64_t>(sight.who.size()) : 0));
  for (const bool one : answers_that_matter(sight, shape)) common_counts.push_back(one ? 1.0F : 0.0F);
  if (answer == nullptr) return;
  act.insert(act.end(), answer->evses.begin(), answer->evses.end());
  common.insert(common.end(), answer->common.begin(), answer->common.end());
}

// ---- PPO

struct PpoBrain::Parts {
  Parts(Shape shape_, const Sizes& sizes_, std::uint64_t seed) : shape(shape_), sizes(sizes_) {
    one_thread();
    torch::manual_seed(seed);
    if (shape == Shape::site) {
      site_rate = std::make_shared<SiteNet>(sizes, common_outputs, policy_gain);
      site_critic = std::make_shared<SiteNet>(sizes, 1, value_gain);
      for (std::size_t c = 0; c < n_common; ++c) begin_with(site_rate->head, c, begin_common[c]);
    } else {
      evse_rate = std::make_shared<EvseNet>(sizes, rate_outputs_each, common_outputs, policy_gain);
      evse_critic = std::make_shared<EvseNet>(sizes, 0, 1, value_gain);
      begin_with(evse_rate->head, 0, begin_share);
      for (std::size_t c = 0; c < n_common; ++c) begin_with(evse_rate->storage_head, c, begin_common[c]);
    }
    std::vector<Tensor> parameters = rate().parameters();
    for (const Tensor& p : critic().parameters()) parameters.push_back(p);
    adam = std::make_unique<torch::optim::Adam>(parameters, adam_options());
  }
  /// Parameters of a Beta.
  struct Begin {
    double a, b;
  };
  /// A new policy serves: vehicles get nearly all the room below a target that rises slowly, and storages help.
  static constexpr Begin begin_common[] = {{8, 2}, {10, 30}, {3, 3}, {3, 3}, {1.5, 8}}, begin_share{6, 2};
  static void begin_with(torch::nn::Linear& head, std::size_t answer, const Begin& beta) {
    torch::NoGradGuard guard;
    head->bias[static_cast<std::int64_t>(2 * answer)] = std::log(std::expm1(beta.a - 1.0));
    head->bias[static_cast<std::int64_t>(2 * answer + 1)] = std::log(std::expm1(beta.b - 1.0));
  }
  torch::nn::Module& rate() { return shape == Shape::site ? static_cast<torch::nn::Module&>(*site_rate) : *evse_rate; }
  torch::nn::Module& critic() {
    return shape == Shape::site ? static_cast<torch::nn::Module&>(*site_critic) : *evse_critic;
  }
  Tensor value(const Inputs& seen) {
    return (shape == Shape::site ? site_critic->forward(seen.site) : evse_critic->forward(seen).storages).squeeze(1);
  }
  /// Two outputs for each answer: of items, then common ones, row by row.
  Tensor outputs(const Inputs& seen) {
    if (shape == Shape::site) return site_rate->forward(seen.site).reshape({-1, 2});
    const EvseNet::Out out = evse_rate->forward(seen);
    return torch::cat({out.evses, out.storages.reshape({-1, 2})});
  }

  /// Everything that an update is learned from, as tensors.
  struct Lived {
    Inputs all;
    Tensor act, counts, old;   ///< [items, then n x n_common] answers, whether they had an effect, log probabilities
    Tensor advantage, worth;   ///< [n]
    std::int64_t n_items = 0;  ///< of `act`: the rest are common answers
    Tensor commons;            ///< 0 .. n_common - 1
  };
  Lived lived(const Rows& rows, std::span<const float> log_probs, std::span<const float> advantage,
              std::span<const float> worth) const {
    Lived out;
    out.all = all_seen(rows, sizes, shape);
    out.n_items = static_cast<std::int64_t>(rows.act.size());
    out.act = torch::cat({tensor_of(std::span<const float>(rows.act)), tensor_of(std::span<const float>(rows.common))});
    out.counts = torch::cat({torch::ones({out.n_items}), tensor_of(std::span<const float>(rows.common_counts))});
    out.old = tensor_of(log_probs);
    out.commons = torch::arange(static_cast<std::int64_t>(n_common));
    out.advantage = tensor_of(advantage);
    out.worth = tensor_of(worth);
    return out;
  }

  /// The loss of a minibatch, and the parts that the report tells of.
  struct Loss {
    Tensor all, policy, value, entropy;
    Tensor ratio, log_ratio;  ///< of each answer, new to old
    Tensor weight, weights;   ///< of each answer: 0 where it had no effect; their sum, at least 1
    Tensor valued, target;    ///< of each row
  };
  Loss loss_of(const Lived& lived, const Chosen& part, const PpoOptions& options) {
    const Betas betas(outputs(part.seen));
    const Tensor rows_common =
        (part.rows.unsqueeze(1) * static_cast<std::int64_t>(n_common) + lived.commons.unsqueeze(0)).flatten() +
        lived.n_items;
    const Tensor answers = shape == Shape::site ? rows_common : torch::cat({part.items, rows_common});
    Loss out;
    out.weight = lived.counts.index_select(0, answers);
    out.weights = out.weight.sum().clamp_min(1.0);

    Tensor a = lived.advantage.index_select(0, part.rows);
    a = (a - a.mean()) / (a.std() + 1e-8);
    const Tensor a_common = a.repeat_interleave(static_cast<std::int64_t>(n_common));
    const Tensor a_all = shape == Shape::site ? a_common : torch::cat({a.index_select(0, part.seen.row_of), a_common});
    const Tensor log_new = betas.log_prob(lived.act.index_select(0, answers));
    const Tensor log_old = lived.old.index_select(0, answers);
    // An answer without effect has a ratio of 1 and no gradient.
    out.log_ratio = (log_new - log_old) * out.weight;
    out.ratio = torch::exp(out.log_ratio);
    const Tensor clipped = torch::clamp(out.ratio, 1.0 - options.clip, 1.0 + options.clip);
    out.policy = -(torch::min(out.ratio * a_all, clipped * a_all) * out.weight).sum() / out.weights;
    out.entropy = (betas.entropy() * out.weight).sum() / out.weights;
    out.valued = value(part.seen);
    out.target = lived.worth.index_select(0, part.rows);
    out.value = 0.5 * (out.valued - out.target).square().mean();
    out.all = out.policy + options.value_weight * out.value - options.entropy * out.entropy;
    return out;
  }

  /// One step down the gradient. Nothing is changed by a loss or a gradient that is no number.
  /// @returns the gradient's norm; NaN or infinite: nothing was changed
  double descend(const Loss& loss, const std::vector<Tensor>& parameters, double most_norm) {
    const double loss_now = loss.all.item<double>();
    if (!std::isfinite(loss_now)) return loss_now;
    adam->zero_grad();
    loss.all.backward();
    const double norm = torch::nn::utils::clip_grad_norm_(parameters, most_norm);
    if (std::isfinite(norm)) adam->step();
    return norm;
  }

  /// Adds a minibatch to the sums of the report. @returns its KL divergence, which may end the update
  static double add_to(PpoReport& report, const Loss& loss, double norm, double clip) {
    torch::NoGradGuard guard;
    const Tensor &ratio = loss.ratio, &weight = loss.weight, &target = loss.target;
    const double kl = (((ratio - 1.0) - loss.log_ratio) * weight).sum().item<double>() / loss.weights.item<double>();
    if (report.updates == 0) report.first_ratio_off = ((ratio - 1.0).abs() * weight).max().item<double>();
    report.updates += 1;
    report.policy_loss += loss.policy.item<double>();
    report.value_loss += loss.value.item<double>();
    report.entropy += loss.entropy.item<double>();
    report.kl += kl;
    report.clipped +=
        (((ratio - 1.0).abs() > clip).to(torch::kFloat32) * weight).sum().item<double>() / loss.weights.item<double>();
    report.grad_norm += norm;
    const double spread = target.var(false).item<double>();
    report.explained += spread > 0.0 ? 1.0 - (target - loss.valued).var(false).item<double>() / spread : 0.0;
    return kl;
  }

  Shape shape;
  Sizes sizes;
  std::shared_ptr<SiteNet> site_rate, site_critic;
  std::shared_ptr<EvseNet> evse_rate, evse_critic;
  std::unique_ptr<torch::optim::Adam> adam;
};

PpoBrain::PpoBrain(Shape shape, const Sizes& sizes, std::uint64_t seed)
    : parts_(std::make_unique<Parts>(shape, sizes, seed)) {}
PpoBrain::~PpoBrain() = default;

void PpoBrain::predict_values(const Rows& rows, std::vector<float>& out) const {
  torch::NoGradGuard guard;
  const Tensor value = parts_->value(all_seen(rows, parts_->sizes, parts_->shape)).contiguous();
  out.assign(value.data_ptr<float>(), value.data_ptr<float>() + value.numel());
}

void PpoBrain::log_probs(const Rows& rows, std::vector<float>& out) const {
  torch::NoGradGuard guard;
  const Tensor act =
      torch::cat({tensor_of(std::span<const float>(rows.act)), tensor_of(std::span<const float>(rows.common))});
  const Tensor all = Betas(parts_->outputs(all_seen(rows, parts_->sizes, parts_->shape))).log_prob(act);
  out.assign(all.data_ptr<float>(), all.data_ptr<float>() + all.numel());
}

PpoReport PpoBrain::update_weights(const Rows& rows, std::span<const float> log_probs, std::span<const float> advantage,
                                   std::span<const float> worth, const PpoOptions& options, Dice& dice) {
  Parts& p = *parts_;
  set_rate(*p.adam, options.learning_rate);
  const Parts::Lived lived = p.lived(rows, log_probs, advantage, worth);

  PpoReport report;
  std::vector<std::int64_t> order(rows.n);
  std::iota(order.begin(), order.end(), 0);
  std::vector<Tensor> parameters = p.adam->param_groups()[0].params();
  bool stop = false;
  for (std::uint32_t epoch = 0; epoch < options.epochs && !stop; ++epoch) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.next_bits() % i]);
    for (std::size_t from = 0; from < order.size() && !stop; from += options.minibatch) {
      const std::size_t size = std::min<std::size_t>(options.minibatch, order.size() - from);
      if (size < 2) continue;
      const Chosen part = choose(rows, lived.all, std::span(order).subspan(from, size), p.shape);
      const Parts::Loss loss = p.loss_of(lived, part, options);
      const double norm = p.descend(loss, parameters, options.most_norm);
      if (!std::isfinite(norm)) {
        report.finite = false;
        return report;
      }
      stop = Parts::add_to(report, loss, norm, options.clip) > 1.5 * options.most_kl;
    }
  }
  if (report.updates > 0) {
    for (double* sum : {&report.policy_loss, &report.value_loss, &report.entropy, &report.kl, &report.clipped,
                        &report.explained, &report.grad_norm})
      *sum /= report.updates;
  }
  return report;
}

std::vector<policy::Array> PpoBrain::copy_weights() const {
  std::vector<policy::Array> arrays = arrays_of(parts_->rate(), "rate.");
  for (policy::Array& array : arrays_of(parts_->critic(), "critic.")) arrays.push_back(std::move(array));
  return arrays;
}

void PpoBrain::set_weights(const policy::PolicyFile& file) {
  if (holds(file, "rate.")) take(parts_->rate(), file, "rate.");
  if (holds(file, "critic.")) take(parts_->critic(), file, "critic.");
}

std::vector<policy::Array> PpoBrain::copy_moments() const { return moments_of(*parts_->adam); }
void PpoBrain::set_moments(const policy::PolicyFile& file) { set_moments_of(*parts_->adam, file); }

// ---- DQN

struct DqnBrain::Parts {
  struct Net : torch::nn::Module {
    explicit Net(const Sizes& sizes)
        : gate(register_module("gate",
                               std::make_shared<EvseNet>(sizes, gate_outputs_each, gate_storage_outputs, policy_gain))),
          value(register_module("q_value", std::make_shared<EvseNet>(sizes, 0, 1, value_gain))) {}
    std::shared_ptr<EvseNet> gate, value;
  };
  Parts(const Sizes& sizes_, std::uint64_t seed) : sizes(sizes_) {
    one_thread();
    torch::manual_seed(seed);
    net = std::make_shared<Net>(sizes);
    target = std::make_shared<Net>(sizes);
    adam = std::make_unique<torch::optim::Adam>(net->parameters(), adam_options());
  }
  struct Heads {
    Tensor value, gates, storages;  ///< [n], [items, 2], [n, 3]
  };
  static Heads run(Net& net, const Inputs& seen) {
    const EvseNet::Out out = net.gate->forward(seen);
    return {net.value->forward(seen).storages.squeeze(1), out.evses, out.storages};
  }
  /// V + sum of advantages of these answers, each less the best.
  static Tensor q(const Heads& heads, const Inputs& seen, const Tensor& gates, const Tensor& storages,
                  const Tensor& storage_counts) {
    const Tensor lost = (heads.gates.gather(1, gates.unsqueeze(1)).squeeze(1) - std::get<0>(heads.gates.max(1)));
    const Tensor lost_by_storage =
        (heads.storages.gather(1, storages.unsqueeze(1)).squeeze(1) - std::get<0>(heads.storages.max(1))) *
        storage_counts;
    return heads.value + torch::zeros_like(heads.value).index_add(0, seen.row_of, lost) + lost_by_storage;
  }
  /// Whether a row has storages to answer for.
  static Tensor storage_counts(const Rows& rows) {
    return tensor_of(std::span<const float>(rows.common_counts)).view({-1, n_common}).select(1, refill);
  }
  Tensor q_of(Net& which, const Rows& rows) const {
    const Inputs seen = all_seen(rows, sizes, Shape::evse);
    const Tensor gates = tensor_of(std::span<const float>(rows.act)).to(torch::kInt64);
    const Tensor storages = torch::empty({static_cast<std::int64_t>(rows.n)}, torch::kInt64);
    for (std::size_t r = 0; r < rows.n; ++r) {
      Answer answer;
      std::copy_n(rows.common.begin() + static_cast<std::ptrdiff_t>(r * n_common), n_common, answer.common.begin());
      storages.data_ptr<std::int64_t>()[r] = static_cast<std::int64_t>(storage_choice(answer));
    }
    return q(run(which, seen), seen, gates, storages, storage_counts(rows));
  }

  Sizes sizes;
  std::shared_ptr<Net> net, target;
  std::unique_ptr<torch::optim::Adam> adam;
};

DqnBrain::DqnBrain(const Sizes& sizes, std::uint64_t seed) : parts_(std::make_unique<Parts>(sizes, seed)) {
  renew_target();
}
DqnBrain::~DqnBrain() = default;

std::vector<float> DqnBrain::target_values(const Transitions& batch, bool doubled) const {
  torch::NoGradGuard guard;
  const Inputs seen = all_seen(batch.next, parts_->sizes, Shape::evse);
  const Parts::Heads judged = Parts::run(*parts_->target, seen);
  Tensor ahead = judged.value;
  if (doubled) {
    const Parts::Heads chosen = Parts::run(*parts_->net, seen);
    ahead = Parts::q(judged, seen, std::get<1>(chosen.gates.max(1)), std::get<1>(chosen.storages.max(1)),
                     Parts::storage_counts(batch.next));
  }
  const Tensor target =
      tensor_of(std::span<const float>(batch.reward)) + tensor_of(std::span<const float>(batch.discount)) * ahead;
  return {target.data_ptr<float>(), target.data_ptr<float>() + target.numel()};
}

std::vector<float> DqnBrain::q_values(const Rows& rows) const {
  torch::NoGradGuard guard;
  const Tensor q = parts_->q_of(*parts_->net, rows).contiguous();
  return {q.data_ptr<float>(), q.data_ptr<float>() + q.numel()};
}

double DqnBrain::update_weights(const Transitions& batch, const DqnOptions& options) {
  set_rate(*parts_->adam, options.learning_rate);
  const std::vector<float> goal = target_values(batch, options.doubled);
  const Tensor q = parts_->q_of(*parts_->net, batch.now);
  const Tensor loss = torch::nn::functional::smooth_l1_loss(q, tensor_of(std::span<const float>(goal)));
  const double loss_now = loss.item<double>();
  if (!std::isfinite(loss_now)) return std::nan("");
  parts_->adam->zero_grad();
  loss.backward();
  std::vector<Tensor> parameters = parts_->adam->param_groups()[0].params();
  if (!std::isfinite(torch::nn::utils::clip_grad_norm_(parameters, options.most_norm))) return std::nan("");
  parts_->adam->step();
  return loss_now;
}

void DqnBrain::renew_target() {
  torch::NoGradGuard guard;
  const std::vector<Tensor> from = parts_->net->parameters();
  std::vector<Tensor> to = parts_->target->parameters();
  for (std::size_t i = 0; i < from.size(); ++i) to[i].copy_(from[i]);
}

std::vector<policy::Array> DqnBrain::copy_weights() const { return arrays_of(*parts_->net, ""); }
void DqnBrain::set_weights(const policy::PolicyFile& file) {
  if (!holds(file, "gate.")) return;
  take(*parts_->net, file, "");
  renew_target();
}
std::vector<policy::Array> DqnBrain::copy_moments() const {
  std::vector<policy::Array> arrays = moments_of(*parts_->adam);
  for (policy::Array& array : arrays_of(*parts_->target, "target.")) arrays.push_back(std::move(array));
  return arrays;
}
void DqnBrain::set_moments(const policy::PolicyFile& file) {
  set_moments_of(*parts_->adam, file);
  take(*parts_->target, file, "target.");
}

// ---- What it runs on

namespace {

/// File name of the first loaded shared object whose name begins so; empty: none.
std::string loaded(const char* begins) {
  struct Wanted {
    const char* begins;
    std::string found;
  } wanted{begins, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* context) {
        auto& w = *static_cast<Wanted*>(context);
        const char* const slash = std::strrchr(info->dlpi_name, '/');
        const char* const name = slash == nullptr ? info->dlpi_name : slash + 1;
        if (w.found.empty() && std::strncmp(name, w.begins, std::strlen(w.begins)) == 0) w.found = info->dlpi_name;
        return 0;
      },
      &wanted);
  return wanted.found;
}

const char* openblas_config() {
  using Config = char* (*)();
  void* const symbol = dlsym(RTLD_DEFAULT, "openblas_get_config");
  return symbol == nullptr ? nullptr : reinterpret_cast<Config>(symbol)();
}

}  // namespace

bool has_slow_blas() { return openblas_config() == nullptr && !loaded("libblas.so").empty(); }

std::string torch_and_blas() {
  const char* const config = openblas_config();
  return fmt::format("LibTorch {}, {}", TORCH_VERSION, config != nullptr ? config : "no OpenBLAS");
}

}  // namespace evtwin::rl
