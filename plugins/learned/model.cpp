#include "model.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evtwin::learned {

using nlohmann::json;
using policy::PolicyError;

namespace {

std::size_t size_in(const json& head, const char* id, std::size_t least, std::size_t most) {
  const auto found = head.find(id);
  if (found == head.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() < least ||
      found->get<std::uint64_t>() > most)
    throw PolicyError(fmt::format("its head's {} is no whole number from {} to {}", id, least, most));
  return found->get<std::size_t>();
}

}  // namespace

std::string prefix_of(std::uint32_t quantity) { return std::string(quantity_ids[quantity]) + "."; }

std::string quantities_in(const PolicyFile& file) {
  std::string all;
  const auto found = file.head.find("quantities");
  if (found == file.head.end() || !found->is_object()) return all;
  for (const auto& [id, told] : found->items()) all += (all.empty() ? "" : ", ") + id;
  return all;
}

Shape shape_of(const PolicyFile& file) {
  Shape shape;
  const auto kind = file.head.find("kind");
  shape.kind = kind != file.head.end() && kind->is_string() ? kind->get<std::string>() : "";
  shape.past_steps = size_in(file.head, "past_steps", 1, 4096);
  shape.horizon_steps = size_in(file.head, "horizon_steps", 1, 4096);
  shape.hidden = size_in(file.head, "hidden", 1, 1024);
  shape.heads = size_in(file.head, "heads", 1, 64);
  if (shape.hidden % shape.heads != 0)
    throw PolicyError(fmt::format("its {} heads do not divide its hidden size of {}", shape.heads, shape.hidden));
  return shape;
}

Model read_model(const PolicyFile& file, const std::string& kind, std::uint32_t quantity) {
  Model model;
  model.shape = shape_of(file);
  if (model.shape.kind != kind)
    throw PolicyError(fmt::format("it is of kind '{0}'; name it as {0}:model=...", model.shape.kind));
  model.step_min = static_cast<std::int64_t>(size_in(file.head, "step_min", 1, 1440));
  // Columns are told by name: a file of another evtwin that sees other things is not read as if it saw these.
  const auto names = [](const auto& variables) {
    json all = json::array();
    for (const Variable& v : variables) all.push_back({{"id", v.id}, {"columns", v.columns}});
    return all;
  };
  const auto same = [&](const char* id, const json& ours) {
    json theirs = json::array();
    if (file.head.contains("variables") && file.head["variables"].is_object() && file.head["variables"].contains(id) &&
        file.head["variables"][id].is_array()) {
      for (const json& v : file.head["variables"][id]) {
        if (v.is_object() && v.contains("id") && v.contains("columns"))
          theirs.push_back({{"id", v["id"]}, {"columns", v["columns"]}});
      }
    }
    return theirs == ours;
  };
  if (!same("past", names(past_variables)) || !same("future", names(future_variables)) ||
      !same("site", names(static_variables)))
    throw PolicyError("it looks at other variables than this evtwin has; train it again");

  const std::string id(quantity_ids[quantity]);
  const auto all = file.head.find("quantities");
  if (all == file.head.end() || !all->is_object() || !all->contains(id))
    throw PolicyError(fmt::format("it foresees {}, not {}; forecast = {{ pv = ..., load = ... }} names one for each",
                                  quantities_in(file), id));
  const json& told = all->at(id);
  const auto spread = told.find("spread");
  if (!told.is_object() || spread == told.end() || !spread->is_number() || !(spread->get<double>() > 0.0) ||
      !(spread->get<double>() < 100.0))
    throw PolicyError(fmt::format("its head's spread of {} is no number above 0", id));
  model.spread = spread->get<double>();
  const auto weather = told.find("sees_weather");
  model.sees_weather = weather != told.end() && weather->is_boolean() && weather->get<bool>();
  model.network = make_network(file, prefix_of(quantity), model.shape);
  return model;
}

}  // namespace evtwin::learned
