#include "policy/onnx.hpp"

#include <bit>
#include <cstring>
#include <initializer_list>
#include <utility>

namespace evtwin::policy {

namespace {

static_assert(std::endian::native == std::endian::little, "raw data of tensors are little endian");

/// A message of Protocol Buffers, field after field (protobuf.dev/programming-guides/encoding).
class Message {
 public:
  void add_varint(std::uint32_t field, std::uint64_t value) {
    write(std::uint64_t{field} << 3);
    write(value);
  }
  void add_bytes(std::uint32_t field, std::string_view value) {
    write(std::uint64_t{field} << 3 | 2);
    write(value.size());
    bytes_ += value;
  }
  void add_message(std::uint32_t field, const Message& message) { add_bytes(field, message.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void write(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

// Field numbers of onnx.proto (ONNX 1.12, IR version 8).
namespace of_model {
constexpr std::uint32_t ir_version = 1, producer = 2, graph = 7, opset = 8, metadata = 14;
}
namespace of_graph {
constexpr std::uint32_t node = 1, name = 2, initializer = 5, input = 11, output = 12;
}
namespace of_node {
constexpr std::uint32_t input = 1, output = 2, name = 3, op_type = 4, attribute = 5;
}
namespace of_attribute {
constexpr std::uint32_t name = 1, integer = 3, integers = 8, type = 20, type_int = 2, type_ints = 7;
}
namespace of_tensor {
constexpr std::uint32_t dims = 1, data_type = 2, name = 8, raw_data = 9, type_float = 1, type_int64 = 7;
}

using Names = std::initializer_list<std::string_view>;

/// The graph while it is made. Every node has one output, which it is named after.
class Graph {
 public:
  explicit Graph(const PolicyFile& policy) : policy_(policy) {}

  void add_node(std::string_view op, Names inputs, std::string_view output) { finish(begin(op, inputs, output)); }
  void add_node(std::string_view op, Names inputs, std::string_view output, std::string_view attribute,
                std::int64_t value) {
    Message node = begin(op, inputs, output);
    Message one;
    one.add_bytes(of_attribute::name, attribute);
    one.add_varint(of_attribute::integer, static_cast<std::uint64_t>(value));
    one.add_varint(of_attribute::type, of_attribute::type_int);
    node.add_message(of_node::attribute, one);
    finish(node);
  }
  /// Mean over the rows.
  void add_mean(std::string_view input, std::string_view output) {
    Message node = begin("ReduceMean", {input}, output);
    Message axes;
    axes.add_bytes(of_attribute::name, "axes");
    axes.add_varint(of_attribute::integers, 0);
    axes.add_varint(of_attribute::type, of_attribute::type_ints);
    node.add_message(of_node::attribute, axes);
    finish(node);
  }
  /// b + W x of the arrays NAME.weight and NAME.bias.
  void add_dense(std::string_view input, const std::string& name, std::string_view output) {
    const Array& weight = any(name + ".weight");
    add_floats(weight.name, weight.shape, weight.values);
    const Array& bias = any(name + ".bias");
    add_floats(bias.name, bias.shape, bias.values);
    add_node("Gemm", {input, weight.name, bias.name}, output, "transB", 1);
  }

  void add_floats(std::string_view name, const std::vector<std::uint32_t>& shape, const std::vector<float>& values) {
    add_tensor(name, shape, of_tensor::type_float, values.data(), values.size() * sizeof(float));
  }
  void add_integers(std::string_view name, const std::vector<std::uint32_t>& shape,
                    const std::vector<std::int64_t>& values) {
    add_tensor(name, shape, of_tensor::type_int64, values.data(), values.size() * sizeof(std::int64_t));
  }

  /// @param rows  0: any number; @param columns  0: the value has rows alone
  void add_input(std::string_view name, std::uint64_t rows, std::uint64_t columns) {
    graph_.add_message(of_graph::input, value_info(name, rows, columns, of_tensor::type_float));
  }
  void add_output(std::string_view name, std::uint64_t rows, std::uint64_t columns,
                  std::uint32_t type = of_tensor::type_float) {
    graph_.add_message(of_graph::output, value_info(name, rows, columns, type));
  }

  const Array& any(const std::string& name) const {
    for (const Array& array : policy_.arrays)
      if (array.name == name) return array;
    throw PolicyError("it has no layer " + name);
  }

  Message take() {
    graph_.add_bytes(of_graph::name, "policy");
    return std::move(graph_);
  }

 private:
  static Message begin(std::string_view op, Names inputs, std::string_view output) {
    Message node;
    for (const std::string_view input : inputs) node.add_bytes(of_node::input, input);
    node.add_bytes(of_node::output, output);
    node.add_bytes(of_node::name, output);
    node.add_bytes(of_node::op_type, op);
    return node;
  }
  void finish(const Message& node) { graph_.add_message(of_graph::node, node); }

  void add_tensor(std::string_view name, const std::vector<std::uint32_t>& shape, std::uint32_t type, const void* data,
                  std::size_t size) {
    Message tensor;
    for (const std::uint32_t dim : shape) tensor.add_varint(of_tensor::dims, dim);
    tensor.add_varint(of_tensor::data_type, type);
    tensor.add_bytes(of_tensor::name, name);
    tensor.add_bytes(of_tensor::raw_data, {static_cast<const char*>(data), size});
    graph_.add_message(of_graph::initializer, tensor);
  }

  static Message value_info(std::string_view name, std::uint64_t rows, std::uint64_t columns, std::uint32_t type) {
    Message shape, tensor, wrapped, value, of_rows, of_columns;
    if (rows > 0)
      of_rows.add_varint(1, rows);
    else
      of_rows.add_bytes(2, "n");
    shape.add_message(1, of_rows);
    if (columns > 0) {
      of_columns.add_varint(1, columns);
      shape.add_message(1, of_columns);
    }
    tensor.add_varint(1, type);
    tensor.add_message(2, shape);
    wrapped.add_message(1, tensor);
    value.add_bytes(1, name);
    value.add_message(2, wrapped);
    return value;
  }

  const PolicyFile& policy_;
  Message graph_;
};

/// (x - mean) / sd, at most 10 either way.
/// @param scale  arrays SCALE.mean and SCALE.sd
void add_normaliser(Graph& graph, const std::string& name, const std::string& scale) {
  const Array& mean = graph.any(scale + ".mean");
  std::vector<float> one_by_sd = graph.any(scale + ".sd").values;
  for (float& value : one_by_sd) value = 1.0F / value;
  graph.add_floats(name + ".mean", mean.shape, mean.values);
  graph.add_floats(name + ".one_by_sd", mean.shape, one_by_sd);
  graph.add_node("Sub", {name, name + ".mean"}, name + ".centred");
  graph.add_node("Mul", {name + ".centred", name + ".one_by_sd"}, name + ".scaled");
  graph.add_node("Clip", {name + ".scaled", "least", "most"}, name + ".seen");
}

/// The outputs of one network for every EVSE, and what all have in common; see EvseNetwork of plugins/rl.
void add_evse_network(Graph& graph, const std::string& net) {
  graph.add_dense("evses.seen", net + ".evse_code", net + ".of_evse");
  graph.add_dense("site.seen", net + ".site_code", net + ".of_site");
  graph.add_node("Add", {net + ".of_evse", net + ".of_site"}, net + ".code_in");
  graph.add_node("Tanh", {net + ".code_in"}, net + ".codes");
  graph.add_mean(net + ".codes", net + ".context");
  graph.add_dense(net + ".codes", net + ".from_code", net + ".of_code");
  graph.add_dense(net + ".context", net + ".from_context", net + ".of_context");
  graph.add_node("Add", {net + ".of_code", net + ".of_context"}, net + ".hidden_in");
  graph.add_node("Tanh", {net + ".hidden_in"}, net + ".hidden");
  graph.add_dense(net + ".hidden", net + ".head", net + ".evse_out");
  graph.add_node("Concat", {net + ".context", "site.seen"}, net + ".all", "axis", 1);
  graph.add_dense(net + ".all", net + ".storage", net + ".common_in");
  graph.add_node("Tanh", {net + ".common_in"}, net + ".common_hidden");
  graph.add_dense(net + ".common_hidden", net + ".storage_head", net + ".common_out");
}

/// Answers from two outputs each: a = 1 + softplus, b as well; the mode is (a - 1) / (a + b - 2), the mean a / (a + b).
/// @param shape  name of the shape [.., answers, 2] to read the outputs in
void add_beta(Graph& graph, const std::string& from, const std::string& shape, bool by_mean, const std::string& to) {
  graph.add_node("Reshape", {from, shape}, to + ".pairs");
  graph.add_node("Softplus", {to + ".pairs"}, to + ".above_one");
  graph.add_node("Gather", {to + ".above_one", "first"}, to + ".a", "axis", 2);
  graph.add_node("Gather", {to + ".above_one", "second"}, to + ".b", "axis", 2);
  std::string a = to + ".a", b = to + ".b";
  if (by_mean) {
    graph.add_node("Add", {a, "one"}, a + "1");
    graph.add_node("Add", {b, "one"}, b + "1");
    a += "1", b += "1";
  }
  graph.add_node("Add", {a, b}, to + ".sum");
  graph.add_node("Div", {a, to + ".sum"}, to);
}

/// 1 where on is worth more than off.
void add_gate(Graph& graph, const std::string& to) {
  constexpr std::int64_t to_float = 1;  // TensorProto.FLOAT
  graph.add_integers("first_column", {1}, {0});
  graph.add_integers("second_column", {1}, {1});
  graph.add_node("Gather", {"gate.evse_out", "first_column"}, "gate.off", "axis", 1);
  graph.add_node("Gather", {"gate.evse_out", "second_column"}, "gate.on", "axis", 1);
  graph.add_node("Greater", {"gate.on", "gate.off"}, "gate.is_on");
  graph.add_node("Cast", {"gate.is_on"}, to, "to", to_float);
}

std::string text_of(const nlohmann::json& head, const char* key) {
  if (!head.contains(key) || !head[key].is_string()) throw PolicyError(std::string("its head has no ") + key);
  return head[key].get<std::string>();
}

std::string ids_of(const nlohmann::json& head, const char* table) {
  std::string ids;
  for (const auto& row : head.at("features").at(table))
    ids += (ids.empty() ? "" : ",") + row.at("id").get<std::string>();
  return ids;
}

}  // namespace

std::string onnx_bytes(const PolicyFile& policy) try {
  const std::string kind = text_of(policy.head, "kind"), act = text_of(policy.head, "act");
  const bool per_evse = text_of(policy.head, "shape") == "evse", by_mean = act == "mean";
  const bool has_rate = kind != "dqn", has_gate = kind != "ppo";

  Graph graph(policy);
  graph.add_floats("least", {}, {-10.0F});
  graph.add_floats("most", {}, {10.0F});
  graph.add_floats("one", {}, {1.0F});
  graph.add_integers("first", {}, {0});
  graph.add_integers("second", {}, {1});

  const std::uint64_t n_site = graph.any("site.mean").values.size();
  graph.add_input("site", per_evse ? 1 : 0, n_site);
  add_normaliser(graph, "site", "site");
  std::uint64_t n_common = 0;
  if (!per_evse) {
    n_common = graph.any("rate.head.bias").values.size() / 2;
    graph.add_dense("site.seen", "rate.first", "rate.first_in");
    graph.add_node("Tanh", {"rate.first_in"}, "rate.first_out");
    graph.add_dense("rate.first_out", "rate.second", "rate.second_in");
    graph.add_node("Tanh", {"rate.second_in"}, "rate.second_out");
    graph.add_dense("rate.second_out", "rate.head", "rate.common_out");
  } else {
    graph.add_input("evses", 0, graph.any("evse.mean").values.size());
    add_normaliser(graph, "evses", "evse");
    if (has_rate) {
      add_evse_network(graph, "rate");
      n_common = graph.any("rate.storage_head.bias").values.size() / 2;
      graph.add_integers("evse_pairs", {3}, {-1, 1, 2});
      add_beta(graph, "rate.evse_out", "evse_pairs", by_mean, has_gate ? "rates" : "shares");
    }
    if (has_gate) {
      add_evse_network(graph, "gate");
      add_gate(graph, has_rate ? "gates" : "shares");
    }
    if (has_rate && has_gate) graph.add_node("Mul", {"rates", "gates"}, "shares");
    graph.add_output("shares", 0, 1);
  }

  if (has_rate) {
    graph.add_integers("common_pairs", {3}, {-1, static_cast<std::int64_t>(n_common), 2});
    add_beta(graph, "rate.common_out", "common_pairs", by_mean, "common");
    graph.add_output("common", per_evse ? 1 : 0, n_common);
  } else {
    graph.add_node("ArgMax", {"gate.common_out"}, "storage.row", "axis", 1);
    graph.add_integers("storage_shape", {1}, {-1});
    graph.add_node("Reshape", {"storage.row", "storage_shape"}, "storage");
    graph.add_output("storage", 1, 0, of_tensor::type_int64);
  }

  Message model, opset;
  constexpr std::uint64_t ir = 8, operators = 13;
  model.add_varint(of_model::ir_version, ir);
  model.add_bytes(of_model::producer, "evtwin");
  model.add_message(of_model::graph, graph.take());
  opset.add_bytes(1, "");
  opset.add_varint(2, operators);
  model.add_message(of_model::opset, opset);
  const auto note = [&](std::string_view key, const std::string& value) {
    Message entry;
    entry.add_bytes(1, key);
    entry.add_bytes(2, value);
    model.add_message(of_model::metadata, entry);
  };
  note("kind", kind);
  note("act", act);
  note("features.site", ids_of(policy.head, "site"));
  if (per_evse) note("features.evse", ids_of(policy.head, "evse"));
  return model.bytes();
} catch (const nlohmann::json::exception&) {
  throw PolicyError("its head has no table of features");
}

}  // namespace evtwin::policy
