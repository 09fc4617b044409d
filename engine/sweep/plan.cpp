#include "sweep/plan.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "kernel/text.hpp"

namespace evtwin::sweep {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* plan_format = "evtwin sweep plan/1";

}  // namespace

Layout layout_of(const Plan& plan) {
  Layout layout;
  std::set<std::string> names;
  for (const std::string& text : plan.vary) {
    layout.factors.push_back(parse_factor(text));
    const std::string& name = layout.factors.back().name;
    if (!names.insert(name).second) throw std::invalid_argument(fmt::format("{} is varied twice", name));
    if (plan.set.contains(name) || plan.changes.contains(name))
      throw std::invalid_argument(fmt::format("{} is varied and given a value of its own; which one holds?", name));
  }
  if (plan.samples > max_points) throw std::invalid_argument(fmt::format("more than {} samples", max_points));
  if (plan.samples > 0 && layout.factors.empty()) throw std::invalid_argument("samples of nothing: say what is varied");
  layout.points =
      plan.samples > 0 ? latin_hypercube(layout.factors, plan.samples, plan.sample_seed) : grid_points(layout.factors);
  layout.seeds = std::max<std::size_t>(plan.seeds.size(), 1);
  layout.strategies = std::max<std::size_t>(plan.strategies.size(), 1);
  constexpr std::size_t max_runs = 10'000'000;
  if (layout.run_count() > max_runs)
    throw std::invalid_argument(
        fmt::format("{} points x {} seeds x {} strategies are {} runs; at most {} make one sweep", layout.points.size(),
                    layout.seeds, layout.strategies, layout.run_count(), max_runs));
  return layout;
}

std::string plan_text(const Plan& plan) {
  Json json;
  json["format"] = plan_format;
  json["scenario"] = plan.scenario;
  json["set"] = plan.set;
  json["change"] = plan.changes;
  json["days"] = plan.days ? Json(*plan.days) : Json(nullptr);
  json["vary"] = plan.vary;
  json["samples"] = plan.samples;
  json["sample_seed"] = plan.sample_seed;
  json["seeds"] = plan.seeds;
  json["strategies"] = plan.strategies;
  json["bound"] = plan.bound;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Plan read_plan(const std::string& text, const std::string& file) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != plan_format)
      throw SweepError(fmt::format("{}: is of the format {}, not {}", kernel::make_printable(file),
                                   json.at("format").get<std::string>(), plan_format));
    Plan plan;
    json.at("scenario").get_to(plan.scenario);
    json.at("set").get_to(plan.set);
    json.at("change").get_to(plan.changes);
    if (!json.at("days").is_null()) plan.days = json.at("days").get<int>();
    json.at("vary").get_to(plan.vary);
    json.at("samples").get_to(plan.samples);
    json.at("sample_seed").get_to(plan.sample_seed);
    json.at("seeds").get_to(plan.seeds);
    json.at("strategies").get_to(plan.strategies);
    json.at("bound").get_to(plan.bound);
    return plan;
  } catch (const nlohmann::json::exception& error) {
    throw SweepError(fmt::format("{}: is no plan of a sweep, or damaged ({}); `evtwin sweep plan` writes one",
                                 kernel::make_printable(file), kernel::make_printable(error.what(), 120)));
  }
}

Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto whole = [](const std::string& part) -> std::size_t {
    if (part.empty() || part.size() > 6 || part.find_first_not_of("0123456789") != std::string::npos) return 0;
    return std::stoul(part);
  };
  Shard shard{0, 0};
  if (slash != std::string::npos) shard = {whole(text.substr(0, slash)), whole(text.substr(slash + 1))};
  if (shard.index < 1 || shard.count < 1 || shard.index > shard.count)
    throw std::invalid_argument(
        fmt::format("'{}' is no shard; write i/n with i from 1 to n, as 1/3", kernel::make_printable(text, 40)));
  return shard;
}

}  // namespace evtwin::sweep
