// The only file of this room that sees LibTorch. Its modules have the names of the arrays that blocks.hpp reads.

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "../../torch_without_warnings.hpp"
#include "brain.hpp"

namespace evtwin::learned {

using torch::Tensor;

namespace {

std::int64_t wide(std::size_t n) { return static_cast<std::int64_t>(n); }

torch::nn::Linear linear(torch::nn::Module& owner, const char* name, std::size_t in, std::size_t out,
                         bool with_bias = true) {
  return owner.register_module(name, torch::nn::Linear(torch::nn::LinearOptions(wide(in), wide(out)).bias(with_bias)));
}

/// As Glu.
struct GluModule : torch::nn::Module {
  GluModule(std::size_t in, std::size_t out) : both(linear(*this, "both", in, 2 * out)) {}
  Tensor forward(const Tensor& y) {
    const std::vector<Tensor> halves = both(y).chunk(2, -1);
    return halves[0] * torch::sigmoid(halves[1]);
  }
  torch::nn::Linear both;
};

/// As Grn, with dropout before the gate (Lim et al., 4.1).
struct GrnModule : torch::nn::Module {
  GrnModule(std::size_t in, std::size_t hidden, std::size_t out, std::size_t with_context, double dropout)
      : second(linear(*this, "second", in, hidden)),
        first(linear(*this, "first", hidden, hidden)),
        gate(register_module("gate", std::make_shared<GluModule>(hidden, out))),
        norm(register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({wide(out)})))),
        drop(register_module("drop", torch::nn::Dropout(dropout))) {
    if (with_context > 0) context = linear(*this, "context", with_context, hidden, false);
    if (in != out) skip = linear(*this, "skip", in, out);
  }
  Tensor forward(const Tensor& a, const Tensor& c = {}) {
    Tensor x = second(a);
    if (c.defined()) x = x + (a.dim() == 3 ? context(c).unsqueeze(1) : context(c));
    x = drop(first(torch::elu(x)));
    return norm((skip.is_empty() ? a : skip(a)) + gate->forward(x));
  }
  torch::nn::Linear second, first, context{nullptr}, skip{nullptr};
  std::shared_ptr<GluModule> gate;
  torch::nn::LayerNorm norm;
  torch::nn::Dropout drop;
};

/// As Selection.
struct SelectionModule : torch::nn::Module {
  SelectionModule(std::span<const Variable> variables, std::size_t width, std::size_t context, double dropout)
      : weights(register_module("weights", std::make_shared<GrnModule>(variables.size() * width, width,
                                                                       variables.size(), context, dropout))) {
    for (const Variable& v : variables) {
      columns.push_back(wide(v.columns));
      embed->push_back(torch::nn::Linear(wide(v.columns), wide(width)));
      each->push_back(std::make_shared<GrnModule>(width, width, width, 0, dropout));
    }
    register_module("embed", embed);
    register_module("each", each);
  }
  Tensor forward(const Tensor& x, const Tensor& context = {}) {
    const std::vector<Tensor> parts = x.split_with_sizes(columns, -1);
    std::vector<Tensor> embedded, selected;
    for (std::size_t v = 0; v < parts.size(); ++v) {
      embedded.push_back(embed->at<torch::nn::LinearImpl>(v).forward(parts[v]));
      selected.push_back(each->at<GrnModule>(v).forward(embedded.back()));
    }
    const Tensor chosen = torch::softmax(weights->forward(torch::cat(embedded, -1), context), -1);
    return (torch::stack(selected, -1) * chosen.unsqueeze(-2)).sum(-1);
  }
  std::vector<std::int64_t> columns;
  torch::nn::ModuleList embed, each;
  std::shared_ptr<GrnModule> weights;
};

/// As Attention.
struct AttentionModule : torch::nn::Module {
  AttentionModule(std::size_t width, std::size_t n_heads, double dropout)
      : heads(wide(n_heads)),
        query(linear(*this, "query", width, width)),
        key(linear(*this, "key", width, width)),
        value(linear(*this, "value", width, width / n_heads)),
        out(linear(*this, "out", width / n_heads, width, false)),
        drop(register_module("drop", torch::nn::Dropout(dropout))) {}
  Tensor forward(const Tensor& x, std::int64_t queries) {
    const std::int64_t n = x.size(0), steps = x.size(1), of_head = x.size(2) / heads, past = steps - queries;
    const auto by_head = [&](const Tensor& t) { return t.view({n, t.size(1), heads, of_head}).transpose(1, 2); };
    const Tensor q = by_head(query(x.slice(1, past))), k = by_head(key(x));
    Tensor scores = torch::matmul(q, k.transpose(2, 3)) / std::sqrt(static_cast<double>(of_head));
    const Tensor comes_after = torch::arange(steps).unsqueeze(0) > (torch::arange(queries) + past).unsqueeze(1);
    scores = scores.masked_fill(comes_after, -1e9);
    return drop(out(torch::matmul(torch::softmax(scores, -1).mean(1), value(x))));
  }
  std::int64_t heads;
  torch::nn::Linear query, key, value, out;
  torch::nn::Dropout drop;
};

/// Rows on their way through a network.
struct Inputs {
  Tensor past, future, site;
};

struct Net : torch::nn::Module {
  virtual Tensor forward(const Inputs& seen) = 0;
  /// It begins as the base, with quantiles a twentieth of the scale apart.
  static void begin(torch::nn::Linear& head) {
    torch::NoGradGuard guard;
    head->weight.zero_();
    head->bias.zero_();
    head->bias.slice(0, up_row, mean_row).fill_(std::log(std::expm1(0.05)));
  }
};

struct LstmModule : Net {
  LstmModule(const Shape& shape, double dropout)
      : past(register_module("past", layer(past_columns + static_columns, shape.hidden))),
        future(register_module("future", layer(future_columns + static_columns, shape.hidden))),
        head(linear(*this, "head", shape.hidden, outputs)),
        drop(register_module("drop", torch::nn::Dropout(dropout))) {
    begin(head);
  }
  static torch::nn::LSTM layer(std::size_t in, std::size_t hidden) {
    return torch::nn::LSTM(torch::nn::LSTMOptions(wide(in), wide(hidden)).batch_first(true));
  }
  Tensor forward(const Inputs& seen) override {
    const auto with_site = [&](const Tensor& x) {
      return torch::cat({x, seen.site.unsqueeze(1).expand({x.size(0), x.size(1), seen.site.size(1)})}, -1);
    };
    const auto [ignored, state] = past(with_site(seen.past));
    const auto [steps, after] = future(with_site(seen.future), state);
    return head(drop(steps));
  }
  torch::nn::LSTM past, future;
  torch::nn::Linear head;
  torch::nn::Dropout drop;
};

struct TftModule : Net {
  TftModule(const Shape& shape, double dropout) : d(shape.hidden), rate(dropout) {
    of_site = register_module("static", std::make_shared<SelectionModule>(static_variables, d, 0, rate));
    past = register_module("past", std::make_shared<SelectionModule>(past_variables, d, d, rate));
    future = register_module("future", std::make_shared<SelectionModule>(future_variables, d, d, rate));
    for_selection = grn("for_selection", 0);
    for_enrichment = grn("for_enrichment", 0);
    for_state_h = grn("for_state_h", 0);
    for_state_c = grn("for_state_c", 0);
    enrich = grn("enrich", d);
    forward_grn = grn("forward_grn", 0);
    encoder = register_module("encoder", LstmModule::layer(d, d));
    decoder = register_module("decoder", LstmModule::layer(d, d));
    for (const char* name : {"after_lstm", "after_attention", "after_forward"})
      glu.push_back(register_module(name, std::make_shared<GluModule>(d, d)));
    for (const char* name : {"lstm_norm", "attention_norm", "forward_norm"})
      norm.push_back(register_module(name, torch::nn::LayerNorm(torch::nn::LayerNormOptions({wide(d)}))));
    attention = register_module("attention", std::make_shared<AttentionModule>(d, shape.heads, rate));
    head = linear(*this, "head", d, outputs);
    drop = register_module("drop", torch::nn::Dropout(rate));
    begin(head);
  }
  std::shared_ptr<GrnModule> grn(const char* name, std::size_t context) {
    return register_module(name, std::make_shared<GrnModule>(d, d, d, context, rate));
  }
  Tensor forward(const Inputs& seen) override {
    const Tensor site = of_site->forward(seen.site);
    const Tensor selection = for_selection->forward(site);
    const Tensor h = for_state_h->forward(site).unsqueeze(0), c = for_state_c->forward(site).unsqueeze(0);
    const Tensor past_selected = past->forward(seen.past, selection);
    const Tensor future_selected = future->forward(seen.future, selection);
    const auto [before, state] = encoder(past_selected, std::make_tuple(h, c));
    const auto [ahead, after] = decoder(future_selected, state);
    const Tensor temporal = norm[0](torch::cat({past_selected, future_selected}, 1) +
                                    glu[0]->forward(drop(torch::cat({before, ahead}, 1))));
    const std::int64_t steps = seen.future.size(1), from = seen.past.size(1);
    const Tensor enriched = enrich->forward(temporal, for_enrichment->forward(site));
    const Tensor attended = norm[1](enriched.slice(1, from) + glu[1]->forward(attention->forward(enriched, steps)));
    return head(norm[2](temporal.slice(1, from) + glu[2]->forward(forward_grn->forward(attended))));
  }
  std::size_t d;
  double rate;
  std::shared_ptr<SelectionModule> of_site, past, future;
  std::shared_ptr<GrnModule> for_selection, for_enrichment, for_state_h, for_state_c, enrich, forward_grn;
  torch::nn::LSTM encoder{nullptr}, decoder{nullptr};
  std::vector<std::shared_ptr<GluModule>> glu;
  std::vector<torch::nn::LayerNorm> norm;
  std::shared_ptr<AttentionModule> attention;
  torch::nn::Linear head{nullptr};
  torch::nn::Dropout drop{nullptr};
};

/// Quantiles to the base and the scale, from the answers; see network.hpp.
Tensor quantiles_of(const Tensor& out) {
  const Tensor median = out.slice(-1, median_row, median_row + 1);
  const auto distances = [&](std::int64_t row) {
    return torch::nn::functional::softplus(out.slice(-1, row, row + 4)).cumsum(-1);
  };
  return torch::cat({(median - distances(down_row)).flip(-1), median, median + distances(up_row)}, -1);
}

}  // namespace

void Examples::add(const Window& window, std::span<const double> values) {
  ++n;
  past.insert(past.end(), window.past.begin(), window.past.end());
  future.insert(future.end(), window.future.begin(), window.future.end());
  of_site.insert(of_site.end(), window.of_site.begin(), window.of_site.end());
  for (std::size_t k = 0; k < window.steps; ++k) {
    const bool is_known = !std::isnan(values[k]);
    const double to_scale = is_known ? (values[k] - window.base[k]) / window.scale : 0.0;
    constexpr double most = most_ratio;
    truth.push_back(static_cast<float>(std::clamp(to_scale, -most, most)));
    known.push_back(is_known ? 1.0F : 0.0F);
  }
}

struct Brain::Parts {
  Parts(const Shape& shape_, const BrainOptions& options_, std::uint64_t seed) : shape(shape_), options(options_) {
    at::set_num_threads(1);
    torch::manual_seed(seed);
    if (shape.kind == "tft") {
      net = std::make_shared<TftModule>(shape, options.dropout);
    } else {
      net = std::make_shared<LstmModule>(shape, options.dropout);
    }
    adam = std::make_unique<torch::optim::Adam>(
        net->parameters(), torch::optim::AdamOptions(options.learning_rate).weight_decay(options.weight_decay));
    levels = torch::empty({wide(learnt_levels.size())});
    for (std::size_t l = 0; l < learnt_levels.size(); ++l) levels[wide(l)] = learnt_levels[l];
  }

  /// [rows, steps, columns] of an array that has all examples.
  static Tensor rows_of(const std::vector<float>& all, std::span<const std::size_t> rows, std::size_t steps,
                        std::size_t columns) {
    Tensor out = torch::empty({wide(rows.size()), wide(steps), wide(columns)});
    const std::size_t size = steps * columns;
    auto* to = out.data_ptr<float>();
    for (const std::size_t row : rows) {
      std::memcpy(to, all.data() + row * size, size * sizeof(float));
      to += size;
    }
    return out;
  }
  Inputs inputs_of(const Examples& e, std::span<const std::size_t> rows) const {
    const std::size_t steps = e.future.size() / (e.n * future_columns);
    return {rows_of(e.past, rows, shape.past_steps, past_columns), rows_of(e.future, rows, steps, future_columns),
            rows_of(e.of_site, rows, 1, static_columns).squeeze(1)};
  }

  Shape shape;
  BrainOptions options;
  std::shared_ptr<Net> net;
  std::unique_ptr<torch::optim::Adam> adam;
  Tensor levels;
};

Brain::Brain(const Shape& shape, const BrainOptions& options, std::uint64_t seed)
    : parts_(std::make_unique<Parts>(shape, options, seed)) {}
Brain::~Brain() = default;

void Brain::set_chance(std::uint64_t seed) { torch::manual_seed(seed); }

double Brain::learn(const Examples& examples, std::span<const std::size_t> rows, double learning_rate) {
  Parts& p = *parts_;
  static_cast<torch::optim::AdamOptions&>(p.adam->param_groups()[0].options()).lr(learning_rate);
  p.net->train();
  const Tensor out = p.net->forward(p.inputs_of(examples, rows));
  const std::size_t steps = examples.truth.size() / examples.n;
  const Tensor truth = Parts::rows_of(examples.truth, rows, steps, 1);
  const Tensor known = Parts::rows_of(examples.known, rows, steps, 1);
  const Tensor all_known = known.sum().clamp_min(1.0);

  // Pinball loss (Koenker and Bassett 1978), means over levels and known steps.
  const Tensor beyond = truth - quantiles_of(out);
  const Tensor pinball = torch::max(p.levels * beyond, (p.levels - 1.0) * beyond);
  const Tensor off = (truth - out.slice(-1, mean_row, mean_row + 1)).square();
  const Tensor loss =
      (pinball.mean(-1, true) * known).sum() / all_known + p.options.mean_weight * (off * known).sum() / all_known;
  const auto now = loss.item<double>();
  if (!std::isfinite(now)) return std::nan("");

  p.adam->zero_grad();
  loss.backward();
  if (!std::isfinite(torch::nn::utils::clip_grad_norm_(p.net->parameters(), p.options.most_norm))) return std::nan("");
  p.adam->step();
  return now;
}

std::vector<float> Brain::answer(const Examples& examples, std::span<const std::size_t> rows) const {
  torch::NoGradGuard guard;
  parts_->net->eval();
  const Tensor out = parts_->net->forward(parts_->inputs_of(examples, rows)).contiguous();
  return {out.data_ptr<float>(), out.data_ptr<float>() + out.numel()};
}

std::vector<policy::Array> Brain::copy_weights(const std::string& prefix) const {
  std::vector<policy::Array> arrays;
  for (const auto& named : parts_->net->named_parameters()) {
    const Tensor values = named.value().detach().contiguous();
    policy::Array array{prefix + named.key(), {}, {}};
    for (const std::int64_t size : values.sizes()) array.shape.push_back(static_cast<std::uint32_t>(size));
    array.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    arrays.push_back(std::move(array));
  }
  return arrays;
}

void Brain::set_weights(const PolicyFile& file, const std::string& prefix) {
  torch::NoGradGuard guard;
  for (auto& named : parts_->net->named_parameters()) {
    std::vector<std::uint32_t> shape;
    for (const std::int64_t size : named.value().sizes()) shape.push_back(static_cast<std::uint32_t>(size));
    const policy::Array& array = file.find_array(prefix + named.key(), shape);
    std::memcpy(named.value().data_ptr<float>(), array.values.data(), array.values.size() * sizeof(float));
  }
}

std::vector<policy::Array> Brain::copy_moments(const std::string& prefix) const {
  std::vector<policy::Array> arrays;
  const auto& parameters = parts_->adam->param_groups()[0].params();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto found = parts_->adam->state().find(c10::guts::to_string(parameters[i].unsafeGetTensorImpl()));
    if (found == parts_->adam->state().end()) continue;
    const auto& state = static_cast<const torch::optim::AdamParamState&>(*found->second);
    const auto add = [&](const char* what, const Tensor& values) {
      const Tensor flat = values.detach().contiguous();
      arrays.push_back({fmt::format("{}{}.{}", prefix, i, what),
                        {static_cast<std::uint32_t>(flat.numel())},
                        {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()}});
    };
    add("mean", state.exp_avg());
    add("square", state.exp_avg_sq());
    // Steps stay below 2^24, where floats are still whole numbers.
    arrays.push_back({fmt::format("{}{}.step", prefix, i), {1}, {static_cast<float>(state.step())}});
  }
  return arrays;
}

void Brain::set_moments(const PolicyFile& file, const std::string& prefix) {
  auto& parameters = parts_->adam->param_groups()[0].params();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string name = fmt::format("{}{}.", prefix, i);
    const bool there = std::any_of(file.arrays.begin(), file.arrays.end(),
                                   [&](const policy::Array& a) { return a.name == name + "step"; });
    if (!there) continue;
    const auto n = static_cast<std::uint32_t>(parameters[i].numel());
    auto state = std::make_unique<torch::optim::AdamParamState>();
    const auto read = [&](const char* what) {
      const policy::Array& array = file.find_array(name + what, {n});
      Tensor values = torch::empty({wide(n)});
      std::memcpy(values.data_ptr<float>(), array.values.data(), n * sizeof(float));
      return values.view(parameters[i].sizes());
    };
    state->exp_avg(read("mean"));
    state->exp_avg_sq(read("square"));
    state->step(static_cast<std::int64_t>(file.find_array(name + "step", {1}).values[0]));
    parts_->adam->state()[c10::guts::to_string(parameters[i].unsafeGetTensorImpl())] = std::move(state);
  }
}

std::string torch_version() { return fmt::format("LibTorch {}", TORCH_VERSION); }

}  // namespace evtwin::learned
