#include "network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evtwin::learned {

namespace {

Eigen::Index count(std::size_t n) { return static_cast<Eigen::Index>(n); }

Columns past_of(const Window& w) { return {w.past.data(), count(past_columns), count(w.past_steps)}; }
Columns future_of(const Window& w) { return {w.future.data(), count(future_columns), count(w.steps)}; }
Columns site_of(const Window& w) { return {w.of_site.data(), count(static_columns), 1}; }

double softplus(float x) {
  const auto wide = static_cast<double>(x);
  return wide > 30.0 ? wide : std::log1p(std::exp(wide));
}

}  // namespace

LstmNetwork::LstmNetwork(const PolicyFile& file, const std::string& name, const Shape& shape)
    : hidden_(count(shape.hidden)),
      past_(file, name + "past", past_columns + static_columns, shape.hidden),
      future_(file, name + "future", future_columns + static_columns, shape.hidden),
      head_(file, name + "head", shape.hidden, outputs) {}

Matrix LstmNetwork::run(const Window& window) const {
  const auto with_site = [&](const Columns& x) {
    Matrix all(x.rows() + count(static_columns), x.cols());
    all.topRows(x.rows()) = x;
    all.bottomRows(count(static_columns)) = site_of(window).replicate(1, x.cols());
    return all;
  };
  Vector h = Vector::Zero(hidden_), c = Vector::Zero(hidden_);
  past_(with_site(past_of(window)), h, c);
  return head_(future_(with_site(future_of(window)), h, c));
}

TftNetwork::TftNetwork(const PolicyFile& file, const std::string& name, const Shape& shape)
    : static_(file, name + "static", static_variables, shape.hidden, 0),
      past_(file, name + "past", past_variables, shape.hidden, shape.hidden),
      future_(file, name + "future", future_variables, shape.hidden, shape.hidden),
      attention_(file, name + "attention", shape.hidden, shape.heads) {
  const std::size_t d = shape.hidden;
  const auto grn = [&](const char* id, std::size_t context) { return Grn(file, name + id, d, d, d, context); };
  for_selection_ = grn("for_selection", 0);
  for_enrichment_ = grn("for_enrichment", 0);
  for_state_h_ = grn("for_state_h", 0);
  for_state_c_ = grn("for_state_c", 0);
  enrich_ = grn("enrich", d);
  forward_ = grn("forward_grn", 0);
  encoder_ = Lstm(file, name + "encoder", d, d);
  decoder_ = Lstm(file, name + "decoder", d, d);
  after_lstm_ = Glu(file, name + "after_lstm", d, d);
  after_attention_ = Glu(file, name + "after_attention", d, d);
  after_forward_ = Glu(file, name + "after_forward", d, d);
  lstm_norm_ = LayerNorm(file, name + "lstm_norm", d);
  attention_norm_ = LayerNorm(file, name + "attention_norm", d);
  forward_norm_ = LayerNorm(file, name + "forward_norm", d);
  head_ = Dense(file, name + "head", d, outputs);
}

Matrix TftNetwork::run(const Window& window) const { return run_and_tell(window, nullptr); }

Matrix TftNetwork::run_and_tell(const Window& window, Sight* sight) const {
  // What the site is, in four contexts (4.3).
  const Matrix site = static_(site_of(window));
  const Vector for_selection = for_selection_(site), for_enrichment = for_enrichment_(site);
  Vector h = for_state_h_(site), c = for_state_c_(site);

  // Which variables count (4.2), and local patterns: LSTM with a gated skip (17).
  const Eigen::Index past = count(window.past_steps), steps = count(window.steps);
  Matrix selected(h.size(), past + steps), local(h.size(), past + steps);
  selected.leftCols(past) = past_(past_of(window), for_selection, sight ? &sight->past_variables : nullptr);
  selected.rightCols(steps) = future_(future_of(window), for_selection, sight ? &sight->future_variables : nullptr);
  local.leftCols(past) = encoder_(selected.leftCols(past), h, c);
  local.rightCols(steps) = decoder_(selected.rightCols(steps), h, c);
  Matrix temporal = selected + after_lstm_(local);
  lstm_norm_.normalise(temporal);

  // Enriched by the site (18), long patterns by attention (19, 20), and once more a GRN (21).
  const Matrix enriched = enrich_(temporal, for_enrichment);
  Matrix attended =
      enriched.rightCols(steps) + after_attention_(attention_(enriched, steps, sight ? &sight->attention : nullptr));
  attention_norm_.normalise(attended);
  Matrix out = temporal.rightCols(steps) + after_forward_(forward_(attended));  // (22)
  forward_norm_.normalise(out);
  return head_(out);  // (23)
}

std::unique_ptr<Network> make_network(const PolicyFile& file, const std::string& name, const Shape& shape) {
  if (shape.kind == "lstm") return std::make_unique<LstmNetwork>(file, name, shape);
  if (shape.kind == "tft") return std::make_unique<TftNetwork>(file, name, shape);
  throw policy::PolicyError(fmt::format("it is of kind '{}'; lstm and tft are known", shape.kind));
}

Spread spread_of(const Window& window, const Matrix& answer, std::size_t step, Widening widening) {
  const Eigen::Index k = count(step);
  const double base = window.base[step];
  Spread out{};
  constexpr std::size_t middle = learnt_levels.size() / 2;
  out.quantile[middle] = base + window.scale * static_cast<double>(answer(median_row, k));
  for (std::size_t i = 0; i < middle; ++i) {
    out.quantile[middle + i + 1] =
        out.quantile[middle + i] + widening.up * window.scale * softplus(answer(up_row + count(i), k));
    out.quantile[middle - i - 1] =
        out.quantile[middle - i] - widening.down * window.scale * softplus(answer(down_row + count(i), k));
  }
  out.mean = base + window.scale * static_cast<double>(answer(mean_row, k));
  return out;
}

double normal_quantile(double level) {
  // Abramowitz and Stegun, 26.2.23, off by at most 4.5e-4; then Halley's step on the error function.
  const double tail = std::min(level, 1.0 - level);
  const double t = std::sqrt(-2.0 * std::log(tail));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int k = 0; k < 2; ++k) {
    const double error = 0.5 * std::erfc(z / std::numbers::sqrt2) - tail;
    const double step = error * std::sqrt(2.0 * std::numbers::pi) * std::exp(0.5 * z * z);
    z += step / (1.0 - 0.5 * z * step);
  }
  return level < 0.5 ? -z : z;
}

double quantile_at(const Spread& spread, double level) {
  const auto& q = spread.quantile;
  constexpr std::size_t last = learnt_levels.size() - 1;
  const auto beyond = [&](std::size_t end, std::size_t inner) {
    const double z_end = normal_quantile(learnt_levels[end]), z_inner = normal_quantile(learnt_levels[inner]);
    return q[end] + (normal_quantile(level) - z_end) * (q[end] - q[inner]) / (z_end - z_inner);
  };
  if (level < learnt_levels.front()) return beyond(0, 1);
  if (level > learnt_levels.back()) return beyond(last, last - 1);
  const auto above = static_cast<std::size_t>(std::lower_bound(learnt_levels.begin(), learnt_levels.end(), level) -
                                              learnt_levels.begin());
  if (above == 0) return q[0];
  const double share = (level - learnt_levels[above - 1]) / (learnt_levels[above] - learnt_levels[above - 1]);
  return q[above - 1] + share * (q[above] - q[above - 1]);
}

}  // namespace evtwin::learned
