// A policy as an ONNX model, read back by a reader of our own and evaluated node by node: it answers as the policy
// does.
#include "policy/onnx.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "player.hpp"

namespace evtwin::rl {
namespace {

// ---- Protocol Buffers, read as they come: fields by number

struct Field {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  std::string bytes;
};

std::vector<Field> fields_of(std::string_view bytes) {
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      if (at >= bytes.size()) throw std::runtime_error("cut short");
      const auto byte = static_cast<unsigned char>(bytes[at++]);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  };
  std::vector<Field> fields;
  while (at < bytes.size()) {
    const std::uint64_t key = varint();
    Field field{static_cast<std::uint32_t>(key >> 3), 0, {}};
    if ((key & 7) == 0) {
      field.value = varint();
    } else if ((key & 7) == 2) {
      const std::size_t size = varint();
      if (size > bytes.size() - at) throw std::runtime_error("cut short");
      field.bytes = bytes.substr(at, size);
      at += size;
    } else {
      throw std::runtime_error("a wire type that a model has no use for");
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

// ---- Tensors and the operators of the model

struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<double> values;  // whole numbers as well
  std::size_t rows() const { return shape.at(0); }
  std::size_t columns() const { return shape.at(1); }
};

struct Node {
  std::string op;
  std::vector<std::string> in, out;
  std::map<std::string, std::int64_t> attributes;
};

/// Two tensors of which one may have one row, or one value, for many of the other.
template <class Function>
Tensor each(const Tensor& a, const Tensor& b, Function function) {
  const Tensor& large = a.values.size() >= b.values.size() ? a : b;
  Tensor out = large;
  for (std::size_t k = 0; k < large.values.size(); ++k)
    out.values[k] = function(a.values[k % a.values.size()], b.values[k % b.values.size()]);
  return out;
}

template <class Function>
Tensor map(Tensor a, Function function) {
  for (double& value : a.values) value = function(value);
  return a;
}

class Model {
 public:
  explicit Model(const std::string& bytes) {
    std::string graph;
    for (const Field& field : fields_of(bytes)) {
      if (field.number == 1) ir_version = field.value;
      if (field.number == 7) graph = field.bytes;
      if (field.number == 14) {
        const auto entry = fields_of(field.bytes);
        notes[entry.at(0).bytes] = entry.at(1).bytes;
      }
    }
    for (const Field& field : fields_of(graph)) {
      if (field.number == 1) nodes_.push_back(node_of(field.bytes));
      if (field.number == 5) read_tensor(field.bytes);
      if (field.number == 11) inputs.push_back(fields_of(field.bytes).at(0).bytes);
      if (field.number == 12) outputs.push_back(fields_of(field.bytes).at(0).bytes);
    }
  }

  std::map<std::string, std::string> notes;
  std::vector<std::string> inputs, outputs;
  std::uint64_t ir_version = 0;

  std::map<std::string, Tensor> run(const std::map<std::string, Tensor>& given) const {
    std::map<std::string, Tensor> known = constants_;
    for (const auto& [name, tensor] : given) known[name] = tensor;
    for (const Node& node : nodes_) {
      std::vector<const Tensor*> in;
      for (const std::string& name : node.in) in.push_back(&known.at(name));
      known[node.out.at(0)] = evaluate(node, in);
    }
    return known;
  }

 private:
  static Node node_of(const std::string& bytes) {
    Node node;
    for (const Field& field : fields_of(bytes)) {
      if (field.number == 1) node.in.push_back(field.bytes);
      if (field.number == 2) node.out.push_back(field.bytes);
      if (field.number == 4) node.op = field.bytes;
      if (field.number != 5) continue;
      std::string name;
      for (const Field& part : fields_of(field.bytes)) {
        if (part.number == 1) name = part.bytes;
        if (part.number == 3 || part.number == 8) node.attributes[name] = static_cast<std::int64_t>(part.value);
      }
    }
    return node;
  }

  void read_tensor(const std::string& bytes) {
    Tensor tensor;
    std::string name, raw;
    std::uint64_t type = 0;
    for (const Field& field : fields_of(bytes)) {
      if (field.number == 1) tensor.shape.push_back(field.value);
      if (field.number == 2) type = field.value;
      if (field.number == 8) name = field.bytes;
      if (field.number == 9) raw = field.bytes;
    }
    const auto take = [&](auto one) {
      for (std::size_t at = 0; at < raw.size(); at += sizeof one) {
        std::memcpy(&one, raw.data() + at, sizeof one);
        tensor.values.push_back(static_cast<double>(one));
      }
    };
    if (type == 1) take(float{});
    if (type == 7) take(std::int64_t{});
    EXPECT_EQ(constants_.count(name), 0U) << name << " is there twice";
    constants_[name] = tensor;
  }

  static Tensor gemm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    Tensor out{{x.rows(), weight.rows()}, {}};
    for (std::size_t r = 0; r < x.rows(); ++r) {
      for (std::size_t o = 0; o < weight.rows(); ++o) {
        double sum = bias.values[o];
        for (std::size_t i = 0; i < x.columns(); ++i)
          sum += x.values[r * x.columns() + i] * weight.values[o * x.columns() + i];
        out.values.push_back(sum);
      }
    }
    return out;
  }

  static Tensor evaluate(const Node& node, const std::vector<const Tensor*>& in) {
    const Tensor& a = *in.at(0);
    const auto attribute = [&](const char* name) { return node.attributes.at(name); };
    if (node.op == "Sub") return each(a, *in.at(1), [](double x, double y) { return x - y; });
    if (node.op == "Add") return each(a, *in.at(1), [](double x, double y) { return x + y; });
    if (node.op == "Mul") return each(a, *in.at(1), [](double x, double y) { return x * y; });
    if (node.op == "Div") return each(a, *in.at(1), [](double x, double y) { return x / y; });
    if (node.op == "Greater") return each(a, *in.at(1), [](double x, double y) { return x > y ? 1.0 : 0.0; });
    if (node.op == "Tanh") return map(a, [](double x) { return std::tanh(x); });
    if (node.op == "Softplus") return map(a, [](double x) { return std::log1p(std::exp(x)); });
    if (node.op == "Cast") return a;
    if (node.op == "Clip")
      return map(a, [&](double x) { return std::clamp(x, in.at(1)->values[0], in.at(2)->values[0]); });
    if (node.op == "Gemm" && attribute("transB") == 1) return gemm(a, *in.at(1), *in.at(2));
    if (node.op == "ReduceMean" && attribute("axes") == 0) {
      Tensor out{{1, a.columns()}, std::vector<double>(a.columns())};
      for (std::size_t k = 0; k < a.values.size(); ++k)
        out.values[k % a.columns()] += a.values[k] / static_cast<double>(a.rows());
      return out;
    }
    if (node.op == "Concat" && attribute("axis") == 1 && a.rows() == 1) {
      Tensor out = a;
      out.values.insert(out.values.end(), in.at(1)->values.begin(), in.at(1)->values.end());
      out.shape[1] = out.values.size();
      return out;
    }
    if (node.op == "ArgMax" && a.rows() == 1)
      return {{1, 1}, {static_cast<double>(std::max_element(a.values.begin(), a.values.end()) - a.values.begin())}};
    if (node.op == "Reshape") {
      Tensor out = a;
      std::size_t known = 1;
      out.shape.clear();
      for (const double size : in.at(1)->values)
        if (size > 0) known *= static_cast<std::size_t>(size);
      for (const double size : in.at(1)->values)
        out.shape.push_back(size > 0 ? static_cast<std::size_t>(size) : a.values.size() / known);
      return out;
    }
    if (node.op == "Gather" && attribute("axis") == static_cast<std::int64_t>(a.shape.size()) - 1) {
      // The last axis: an index without a shape takes it away, one of the shape [1] leaves it.
      Tensor out{{a.shape.begin(), a.shape.end() - 1}, {}};
      const auto index = static_cast<std::size_t>(in.at(1)->values.at(0));
      if (!in.at(1)->shape.empty()) out.shape.push_back(1);
      for (std::size_t k = index; k < a.values.size(); k += a.shape.back()) out.values.push_back(a.values[k]);
      return out;
    }
    throw std::runtime_error("an operator that a policy has no use for: " + node.op);
  }

  std::vector<Node> nodes_;
  std::map<std::string, Tensor> constants_;
};

// ---- Policies of weights by chance

struct Made {
  policy::PolicyFile file;
  Dice dice{11};

  void add(const std::string& name, std::vector<std::uint32_t> shape, double size = 0.3) {
    std::size_t n = 1;
    for (const std::uint32_t side : shape) n *= side;
    policy::Array array{name, std::move(shape), {}};
    for (std::size_t k = 0; k < n; ++k) array.values.push_back(static_cast<float>(size * dice.normal()));
    file.arrays.push_back(std::move(array));
  }
  void add_dense(const std::string& name, std::size_t in, std::size_t out) {
    add(name + ".weight", {static_cast<std::uint32_t>(out), static_cast<std::uint32_t>(in)});
    add(name + ".bias", {static_cast<std::uint32_t>(out)});
  }
  void add_scale(const std::string& name, std::size_t n) {
    add(name + ".mean", {static_cast<std::uint32_t>(n)});
    add(name + ".sd", {static_cast<std::uint32_t>(n)});
    for (float& sd : file.arrays.back().values) sd = 0.05F + std::abs(sd);
  }
  void add_evse_network(const std::string& net, std::size_t site, std::size_t evse, std::size_t hidden,
                        std::size_t outputs, std::size_t of_storages) {
    add_dense(net + ".site_code", site, hidden);
    add_dense(net + ".evse_code", evse, hidden);
    add_dense(net + ".from_code", hidden, hidden);
    add_dense(net + ".from_context", hidden, hidden);
    add_dense(net + ".head", hidden, outputs);
    add_dense(net + ".storage", hidden + site, hidden);
    add_dense(net + ".storage_head", hidden, of_storages);
  }
};

policy::PolicyFile policy_of(const std::string& kind, const std::string& shape, const std::string& act) {
  Made made;
  const auto features = [](std::span<const Feature> rows) {
    nlohmann::json table = nlohmann::json::array();
    for (const Feature& row : rows) table.push_back({{"id", row.id}, {"unit", row.unit}, {"help", row.help}});
    return table;
  };
  constexpr std::size_t hidden = 8;
  const std::size_t site = Features::of_site(Features::Ahead::prices).size(), evse = Features::of_evse().size();
  made.file.head = {
      {"kind", kind},      {"shape", shape},
      {"ahead", "prices"}, {"act", act},
      {"hidden", hidden},  {"features", {{"site", features(Features::of_site(Features::Ahead::prices))}}}};
  made.add_scale("site", site);
  if (shape == "site") {
    made.add_dense("rate.first", site, hidden);
    made.add_dense("rate.second", hidden, hidden);
    made.add_dense("rate.head", hidden, common_outputs);
    return made.file;
  }
  made.file.head["features"]["evse"] = features(Features::of_evse());
  made.add_scale("evse", evse);
  if (kind != "dqn") made.add_evse_network("rate", site, evse, hidden, rate_outputs_each, common_outputs);
  if (kind != "ppo") made.add_evse_network("gate", site, evse, hidden, gate_outputs_each, gate_storage_outputs);
  return made.file;
}

/// Features by chance, some of them beyond what the normaliser lets through.
Sight sight_of(Dice& dice, std::size_t n, bool evses) {
  Sight sight;
  for (std::size_t k = 0; k < Features::of_site(Features::Ahead::prices).size(); ++k)
    sight.site.push_back(static_cast<float>(2.0 * dice.normal()));
  if (!evses) return sight;
  for (std::uint32_t i = 0; i < n; ++i) sight.who.push_back(i);
  for (std::size_t k = 0; k < n * Features::of_evse().size(); ++k)
    sight.evses.push_back(static_cast<float>(2.0 * dice.normal()));
  return sight;
}

Tensor tensor_of(const std::vector<float>& values, std::size_t rows) {
  return {{rows, values.size() / rows}, {values.begin(), values.end()}};
}

void expect_same_answers(const policy::PolicyFile& file, bool per_evse) {
  const Model model(policy::onnx_bytes(file));
  const Policy policy(file);
  Dice dice(5);
  double most = 0.0;
  for (std::size_t n = 1; n <= 20; ++n) {
    Sight sight = sight_of(dice, n, per_evse);
    std::map<std::string, Tensor> given{{"site", tensor_of(sight.site, 1)}};
    if (per_evse) given["evses"] = tensor_of(sight.evses, n);
    const std::map<std::string, Tensor> told = model.run(given);
    Answer answer;
    policy.answer_sight(sight, answer);
    if (per_evse) {
      ASSERT_EQ(told.at("shares").shape, (std::vector<std::size_t>{n, 1}));
      for (std::size_t i = 0; i < n; ++i)
        most = std::max(most, std::abs(told.at("shares").values[i] - static_cast<double>(answer.evses[i])));
    }
    if (policy.has_rate()) {
      ASSERT_EQ(told.at("common").shape, (std::vector<std::size_t>{1, n_common}));
      for (std::size_t c = 0; c < n_common; ++c)
        most = std::max(most, std::abs(told.at("common").values[c] - static_cast<double>(answer.common[c])));
    } else {
      Answer by_choice;
      set_storages(static_cast<std::size_t>(told.at("storage").values.at(0)), by_choice);
      EXPECT_EQ(by_choice.common[refill], answer.common[refill]);
      EXPECT_EQ(by_choice.common[give], answer.common[give]);
    }
  }
  EXPECT_LT(most, 1e-5);
}

TEST(Onnx, AnswersAsThePolicyDoes) {
  for (const char* act : {"mode", "mean"}) {
    expect_same_answers(policy_of("ppo", "site", act), false);
    expect_same_answers(policy_of("ppo", "evse", act), true);
    expect_same_answers(policy_of("ppo-dqn", "evse", act), true);
  }
  expect_same_answers(policy_of("dqn", "evse", "mode"), true);
}

TEST(Onnx, ManySitesAreManyRows) {
  const policy::PolicyFile file = policy_of("ppo", "site", "mode");
  const Model model(policy::onnx_bytes(file));
  Dice dice(5);
  const Sight one = sight_of(dice, 0, false), two = sight_of(dice, 0, false);
  std::vector<float> both = one.site;
  both.insert(both.end(), two.site.begin(), two.site.end());
  const Tensor together = model.run({{"site", tensor_of(both, 2)}}).at("common");
  const Tensor alone = model.run({{"site", tensor_of(two.site, 1)}}).at("common");
  ASSERT_EQ(together.shape, (std::vector<std::size_t>{2, n_common}));
  for (std::size_t c = 0; c < n_common; ++c) EXPECT_NEAR(together.values[n_common + c], alone.values[c], 1e-12);
}

TEST(Onnx, SaysWhatItSees) {
  const Model model(policy::onnx_bytes(policy_of("ppo-dqn", "evse", "mean")));
  EXPECT_EQ(model.ir_version, 8U);
  EXPECT_EQ(model.inputs, (std::vector<std::string>{"site", "evses"}));
  EXPECT_EQ(model.outputs, (std::vector<std::string>{"shares", "common"}));
  EXPECT_EQ(model.notes.at("kind"), "ppo-dqn");
  EXPECT_EQ(model.notes.at("act"), "mean");
  EXPECT_EQ(static_cast<std::size_t>(
                std::count(model.notes.at("features.evse").begin(), model.notes.at("features.evse").end(), ',')),
            Features::of_evse().size() - 1);
  policy::PolicyFile broken = policy_of("ppo", "site", "mode");
  broken.arrays.pop_back();
  EXPECT_THROW(policy::onnx_bytes(broken), policy::PolicyError);
}

}  // namespace
}  // namespace evtwin::rl
