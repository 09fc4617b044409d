// The blocks of networks in plain loops of doubles, as their papers write them: what the fast ones are held against.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "forecast/series.hpp"
#include "model.hpp"

namespace evtwin::learned::test {

using Numbers = std::vector<double>;
using Rows = std::vector<Numbers>;  // [step][number]

/// Arrays of a file, filled with numbers that look drawn.
class Maker {
 public:
  explicit Maker(std::uint64_t seed) : seed_(seed) {}
  PolicyFile file;

  void add(const std::string& name, std::vector<std::uint32_t> shape, double size = 0.5, double around = 0.0) {
    policy::Array array{name, shape, {}};
    std::size_t n = 1;
    for (const std::uint32_t s : shape) n *= s;
    for (std::size_t k = 0; k < n; ++k)
      array.values.push_back(static_cast<float>(around + size * forecast::test::normal(seed_, count_++)));
    file.arrays.push_back(std::move(array));
  }
  void dense(const std::string& name, std::size_t in, std::size_t out, bool with_bias = true) {
    add(name + ".weight", {u(out), u(in)}, 0.8 / std::sqrt(static_cast<double>(in)));
    if (with_bias) add(name + ".bias", {u(out)}, 0.2);
  }
  void norm(const std::string& name, std::size_t n) {
    add(name + ".weight", {u(n)}, 0.2, 1.0);
    add(name + ".bias", {u(n)}, 0.2);
  }
  void glu(const std::string& name, std::size_t in, std::size_t out) { dense(name + ".both", in, 2 * out); }
  void lstm(const std::string& name, std::size_t in, std::size_t hidden) {
    add(name + ".weight_ih_l0", {u(4 * hidden), u(in)}, 0.8 / std::sqrt(static_cast<double>(in)));
    add(name + ".weight_hh_l0", {u(4 * hidden), u(hidden)}, 0.8 / std::sqrt(static_cast<double>(hidden)));
    add(name + ".bias_ih_l0", {u(4 * hidden)}, 0.2);
    add(name + ".bias_hh_l0", {u(4 * hidden)}, 0.2);
  }
  void grn(const std::string& name, std::size_t in, std::size_t hidden, std::size_t out, std::size_t context) {
    dense(name + ".second", in, hidden);
    dense(name + ".first", hidden, hidden);
    glu(name + ".gate", hidden, out);
    norm(name + ".norm", out);
    if (context > 0) dense(name + ".context", context, hidden, false);
    if (in != out) dense(name + ".skip", in, out);
  }
  void selection(const std::string& name, std::span<const Variable> variables, std::size_t width, std::size_t context) {
    grn(name + ".weights", variables.size() * width, width, variables.size(), context);
    for (std::size_t v = 0; v < variables.size(); ++v) {
      dense(name + ".embed." + std::to_string(v), variables[v].columns, width);
      grn(name + ".each." + std::to_string(v), width, width, width, 0);
    }
  }
  void attention(const std::string& name, std::size_t width, std::size_t heads) {
    dense(name + ".query", width, width);
    dense(name + ".key", width, width);
    dense(name + ".value", width, width / heads);
    dense(name + ".out", width / heads, width, false);
  }
  void network(const std::string& name, const Shape& shape) {
    const std::size_t d = shape.hidden;
    if (shape.kind == "lstm") {
      lstm(name + "past", past_columns + static_columns, d);
      lstm(name + "future", future_columns + static_columns, d);
      dense(name + "head", d, outputs);
      return;
    }
    selection(name + "static", static_variables, d, 0);
    selection(name + "past", past_variables, d, d);
    selection(name + "future", future_variables, d, d);
    for (const char* id : {"for_selection", "for_enrichment", "for_state_h", "for_state_c", "forward_grn"})
      grn(name + id, d, d, d, 0);
    grn(name + "enrich", d, d, d, d);
    lstm(name + "encoder", d, d);
    lstm(name + "decoder", d, d);
    for (const char* id : {"after_lstm", "after_attention", "after_forward"}) glu(name + id, d, d);
    for (const char* id : {"lstm_norm", "attention_norm", "forward_norm"}) norm(name + id, d);
    attention(name + "attention", d, shape.heads);
    dense(name + "head", d, outputs);
  }
  /// The head of a whole file with networks for these quantities.
  void whole(const Shape& shape, const std::vector<std::uint32_t>& quantities, int step_min = 60) {
    const auto table = [](const auto& variables) {
      nlohmann::json all = nlohmann::json::array();
      for (const Variable& v : variables) all.push_back({{"id", v.id}, {"columns", v.columns}, {"help", v.help}});
      return all;
    };
    file.head = {
        {"kind", shape.kind},
        {"step_min", step_min},
        {"past_steps", shape.past_steps},
        {"horizon_steps", shape.horizon_steps},
        {"hidden", shape.hidden},
        {"heads", shape.heads},
        {"variables",
         {{"past", table(past_variables)}, {"future", table(future_variables)}, {"site", table(static_variables)}}},
        {"quantities", nlohmann::json::object()}};
    for (const std::uint32_t q : quantities) {
      file.head["quantities"][std::string(quantity_ids[q])] = {{"spread", 1.0}};
      network(prefix_of(q), shape);
    }
    file.head = nlohmann::json::parse(file.head.dump());  // as it is read back: whole numbers are unsigned
  }

 private:
  static std::uint32_t u(std::size_t n) { return static_cast<std::uint32_t>(n); }
  std::uint64_t seed_, count_ = 0;
};

/// Reads arrays by name, as [out][in].
class Reference {
 public:
  explicit Reference(const PolicyFile& file) : file_(file) {}

  Numbers array(const std::string& name) const {
    for (const policy::Array& a : file_.arrays)
      if (a.name == name) return {a.values.begin(), a.values.end()};
    return {};
  }

  Numbers dense(const std::string& name, const Numbers& x) const {
    const Numbers w = array(name + ".weight"), b = array(name + ".bias");
    Numbers y(w.size() / x.size(), 0.0);
    for (std::size_t o = 0; o < y.size(); ++o) {
      for (std::size_t i = 0; i < x.size(); ++i) y[o] += w[o * x.size() + i] * x[i];
      if (!b.empty()) y[o] += b[o];
    }
    return y;
  }

  static double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

  /// Hochreiter and Schmidhuber 1997, with forget gates.
  Rows lstm(const std::string& name, const Rows& x, Numbers& h, Numbers& c) const {
    const Numbers w = array(name + ".weight_ih_l0"), u = array(name + ".weight_hh_l0");
    const Numbers b = array(name + ".bias_ih_l0"), d = array(name + ".bias_hh_l0");
    const std::size_t n = h.size();
    Rows out;
    for (const Numbers& step : x) {
      const Numbers before = h;
      const auto gate = [&](std::size_t which, std::size_t k) {
        const std::size_t row = which * n + k;
        double sum = b[row] + d[row];
        for (std::size_t i = 0; i < step.size(); ++i) sum += w[row * step.size() + i] * step[i];
        for (std::size_t i = 0; i < n; ++i) sum += u[row * n + i] * before[i];
        return sum;
      };
      for (std::size_t k = 0; k < n; ++k) {
        c[k] = sigmoid(gate(1, k)) * c[k] + sigmoid(gate(0, k)) * std::tanh(gate(2, k));
        h[k] = sigmoid(gate(3, k)) * std::tanh(c[k]);
      }
      out.push_back(h);
    }
    return out;
  }

  Numbers norm(const std::string& name, const Numbers& x) const {
    const Numbers w = array(name + ".weight"), b = array(name + ".bias");
    double mean = 0.0, variance = 0.0;
    for (const double v : x) mean += v / static_cast<double>(x.size());
    for (const double v : x) variance += (v - mean) * (v - mean) / static_cast<double>(x.size());
    Numbers y(x.size());
    for (std::size_t k = 0; k < x.size(); ++k) y[k] = (x[k] - mean) / std::sqrt(variance + 1e-5) * w[k] + b[k];
    return y;
  }

  Numbers glu(const std::string& name, const Numbers& x) const {
    const Numbers halves = dense(name + ".both", x);
    Numbers y(halves.size() / 2);
    for (std::size_t k = 0; k < y.size(); ++k) y[k] = halves[k] * sigmoid(halves[y.size() + k]);
    return y;
  }

  static Numbers sum(Numbers a, const Numbers& b) {
    for (std::size_t k = 0; k < a.size(); ++k) a[k] += b[k];
    return a;
  }

  /// Lim et al. 2021, (2) to (5).
  Numbers grn(const std::string& name, const Numbers& a, const Numbers& context = {}) const {
    Numbers x = dense(name + ".second", a);
    if (!context.empty()) x = sum(x, dense(name + ".context", context));
    for (double& v : x) v = v > 0.0 ? v : std::expm1(v);
    const Numbers gated = glu(name + ".gate", dense(name + ".first", x));
    return norm(name + ".norm", sum(array(name + ".skip.weight").empty() ? a : dense(name + ".skip", a), gated));
  }

  static Numbers softmax(Numbers x) {
    double all = 0.0;
    for (double& v : x) all += v = std::exp(v);
    for (double& v : x) v /= all;
    return x;
  }

  /// (6) to (8).
  Numbers selection(const std::string& name, std::span<const Variable> variables, const Numbers& x,
                    const Numbers& context = {}) const {
    Numbers all;
    Rows selected;
    std::size_t at = 0;
    for (std::size_t v = 0; v < variables.size(); ++v) {
      const Numbers part(x.begin() + static_cast<std::ptrdiff_t>(at),
                         x.begin() + static_cast<std::ptrdiff_t>(at + variables[v].columns));
      at += variables[v].columns;
      const Numbers embedded = dense(name + ".embed." + std::to_string(v), part);
      all.insert(all.end(), embedded.begin(), embedded.end());
      selected.push_back(grn(name + ".each." + std::to_string(v), embedded));
    }
    const Numbers weights = softmax(grn(name + ".weights", all, context));
    Numbers out(selected[0].size(), 0.0);
    for (std::size_t v = 0; v < selected.size(); ++v)
      for (std::size_t k = 0; k < out.size(); ++k) out[k] += weights[v] * selected[v][k];
    return out;
  }

  /// (13) to (16), of the last `queries` steps.
  Rows attention(const std::string& name, const Rows& x, std::size_t queries, std::size_t heads) const {
    Rows out;
    for (std::size_t j = x.size() - queries; j < x.size(); ++j) {
      Numbers weights(j + 1, 0.0);
      const Numbers q = dense(name + ".query", x[j]);
      const std::size_t of_head = q.size() / heads;
      for (std::size_t head = 0; head < heads; ++head) {
        Numbers scores;
        for (std::size_t i = 0; i <= j; ++i) {
          const Numbers k = dense(name + ".key", x[i]);
          double dot = 0.0;
          for (std::size_t d = head * of_head; d < (head + 1) * of_head; ++d) dot += q[d] * k[d];
          scores.push_back(dot / std::sqrt(static_cast<double>(of_head)));
        }
        scores = softmax(scores);
        for (std::size_t i = 0; i <= j; ++i) weights[i] += scores[i] / static_cast<double>(heads);
      }
      Numbers seen(of_head, 0.0);
      for (std::size_t i = 0; i <= j; ++i) {
        const Numbers v = dense(name + ".value", x[i]);
        for (std::size_t d = 0; d < of_head; ++d) seen[d] += weights[i] * v[d];
      }
      out.push_back(dense(name + ".out", seen));
    }
    return out;
  }

  Rows network(const std::string& name, const Shape& shape, const Rows& past, const Rows& future,
               const Numbers& site) const {
    Rows out;
    if (shape.kind == "lstm") {
      const auto with_site = [&](Rows x) {
        for (Numbers& row : x) row.insert(row.end(), site.begin(), site.end());
        return x;
      };
      Numbers h(shape.hidden, 0.0), c(shape.hidden, 0.0);
      lstm(name + "past", with_site(past), h, c);
      for (const Numbers& step : lstm(name + "future", with_site(future), h, c))
        out.push_back(dense(name + "head", step));
      return out;
    }
    const Numbers s = selection(name + "static", static_variables, site);
    const Numbers for_selection = grn(name + "for_selection", s), for_enrichment = grn(name + "for_enrichment", s);
    Numbers h = grn(name + "for_state_h", s), c = grn(name + "for_state_c", s);
    Rows selected, ahead, temporal, enriched;
    for (const Numbers& x : past) selected.push_back(selection(name + "past", past_variables, x, for_selection));
    for (const Numbers& x : future) ahead.push_back(selection(name + "future", future_variables, x, for_selection));
    Rows local = lstm(name + "encoder", selected, h, c);
    for (Numbers& step : lstm(name + "decoder", ahead, h, c)) local.push_back(step);
    selected.insert(selected.end(), ahead.begin(), ahead.end());
    for (std::size_t k = 0; k < local.size(); ++k) {
      temporal.push_back(norm(name + "lstm_norm", sum(selected[k], glu(name + "after_lstm", local[k]))));  // (17)
      enriched.push_back(grn(name + "enrich", temporal.back(), for_enrichment));                           // (18)
    }
    const Rows attended = attention(name + "attention", enriched, future.size(), shape.heads);  // (19)
    for (std::size_t k = 0; k < future.size(); ++k) {
      const std::size_t at = past.size() + k;
      const Numbers delta =
          norm(name + "attention_norm", sum(enriched[at], glu(name + "after_attention", attended[k])));  // (20)
      const Numbers psi = grn(name + "forward_grn", delta);                                              // (21)
      out.push_back(dense(name + "head",                                                                 // (22), (23)
                          norm(name + "forward_norm", sum(temporal[at], glu(name + "after_forward", psi)))));
    }
    return out;
  }

 private:
  const PolicyFile& file_;
};

/// A window filled with numbers that look drawn.
inline Window drawn_window(const Shape& shape, std::size_t steps, std::uint64_t seed) {
  Window window;
  std::uint64_t count = 0;
  const auto fill = [&](std::vector<float>& values, std::size_t n) {
    for (std::size_t k = 0; k < n; ++k) values.push_back(static_cast<float>(forecast::test::normal(seed, count++)));
  };
  window.past_steps = shape.past_steps;
  window.steps = steps;
  window.base.assign(steps, 0.0);
  fill(window.past, shape.past_steps * past_columns);
  fill(window.future, steps * future_columns);
  fill(window.of_site, static_columns);
  return window;
}

inline Rows rows_of(const std::vector<float>& values, std::size_t columns) {
  Rows rows;
  for (std::size_t at = 0; at < values.size(); at += columns)
    rows.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(at),
                      values.begin() + static_cast<std::ptrdiff_t>(at + columns));
  return rows;
}

}  // namespace evtwin::learned::test
