#include "cli/policy_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "kernel/text.hpp"

namespace evtwin::cli {

using Json = nlohmann::json;

namespace {

/// Of a head that may say anything: what stands there as people read it, empty where it says nothing.
std::string told(const Json& of, const char* key) {
  if (!of.is_object()) return {};
  const auto found = of.find(key);
  if (found == of.end()) return {};
  if (found->is_string()) return kernel::make_printable(found->get<std::string>(), 300);
  if (found->is_number()) return found->dump();
  return {};
}

const Json& part(const Json& of, const char* key) {
  static const Json nothing;
  if (!of.is_object()) return nothing;
  const auto found = of.find(key);
  return found == of.end() ? nothing : *found;
}

/// Texts of a list, blanks between; the first of many.
std::string listed(const Json& list, std::size_t most) {
  std::string all;
  if (!list.is_array()) return all;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i == most) return all + fmt::format(" ... ({})", list.size());
    if (list[i].is_string())
      all += fmt::format("{}{}", all.empty() ? "" : ", ", kernel::make_printable(list[i].get<std::string>(), 100));
  }
  return all;
}

std::string scenarios_text(const Json& scenarios, const char* head) {
  std::string text;
  if (!scenarios.is_array()) return text;
  for (const Json& scenario : scenarios) {
    text += fmt::format("{}{} ({})", head, told(scenario, "name"), told(scenario, "file"));
    if (const std::string sites = listed(part(scenario, "sites"), 8); !sites.empty()) text += ", site " + sites;
    if (const std::string first = told(scenario, "first_day"); !first.empty())
      text += fmt::format(", {} to {}", first, told(scenario, "last_day"));
    if (const std::string days = listed(part(scenario, "days"), 100); !days.empty()) text += ": " + days;
    if (const std::string digest = told(scenario, "sha256"); !digest.empty())
      text += fmt::format(", SHA-256 {}", digest.substr(0, 16));
    text += "\n";
  }
  return text;
}

std::string features_text(const Json& features) {
  std::string text;
  if (!features.is_object()) return text;
  for (const auto& [table, rows] : features.items()) {
    if (!rows.is_array()) continue;
    analysis::TextTable out({"feature of " + table, "unit", "what it is"}, analysis::LastColumn::prose);
    for (const Json& row : rows) out.add_row({told(row, "id"), told(row, "unit"), told(row, "help")});
    text += "\n" + out.to_text();
  }
  return text;
}

std::string shape_text(const policy::Array& array) {
  return array.shape.empty() ? "1" : fmt::format("{}", fmt::join(array.shape, " x "));
}

}  // namespace

bool is_meant_as_policy(const std::string& file, std::string_view first_bytes) {
  const auto ends_with = [&](std::string_view suffix) { return file.ends_with(suffix); };
  return first_bytes.starts_with("evtwin-policy/") || ends_with(".pt") || ends_with(".pth") || ends_with(".policy") ||
         ends_with(".pkl") || ends_with(".pickle");
}

bool is_meant_as_forecast(const std::string& file, std::string_view first_bytes) {
  return first_bytes.starts_with("evtwin-forecast/") || file.ends_with(".forecast");
}

std::string forecast_model_text(const std::string& file) {
  policy::PolicyFile model;
  try {
    model = policy::read_policy_file(file, policy::forecast_sort);
  } catch (const policy::PolicyError& error) {
    throw CommandError(fmt::format("{}: {}", file, error.what()));
  }
  const auto shown = [](const nlohmann::json& value) {
    return kernel::make_printable(value.is_string() ? value.get<std::string>() : value.dump(), 100);
  };
  const auto of = [&](const nlohmann::json& object, const char* key) {
    return object.is_object() && object.contains(key) ? shown(object[key]) : std::string("?");
  };
  std::string text =
      fmt::format("{}: a sound model of forecasts: {} for steps of {} min, {} looked back on, {} ahead; made by {}\n",
                  kernel::make_printable(file), of(model.head, "kind"), of(model.head, "step_min"),
                  of(model.head, "past_steps"), of(model.head, "horizon_steps"), of(model.head, "made_by"));
  if (!model.head.contains("quantities") || !model.head["quantities"].is_object()) return text;
  for (const auto& [quantity, told] : model.head["quantities"].items()) {
    text +=
        fmt::format("  {}: validation {} with epoch {} of {}{}\n", shown(quantity), of(told, "validation"),
                    of(told, "best_epoch"), of(told, "epochs"), of(told, "fine_tuned") == "true" ? ", fine-tuned" : "");
    if (!told.is_object() || !told.contains("series") || !told["series"].is_array()) continue;
    for (const nlohmann::json& series : told["series"])
      text += fmt::format("    {}: {} to {}, judged from {} on\n", of(series, "name"), of(series, "first_day"),
                          of(series, "last_day"), of(series, "validation_from"));
  }
  return text;
}

policy::PolicyFile policy_of(const std::string& file) {
  try {
    return policy::read_policy_file(file);
  } catch (const policy::PolicyError& error) {
    throw CommandError(fmt::format("{}: {}", file, error.what()));
  }
}

nlohmann::ordered_json policy_json(const std::string& file, const policy::PolicyFile& policy) {
  nlohmann::ordered_json out{{"file", file}, {"sound", true}};
  for (const auto& [key, value] : policy.head.items()) {
    if (!out.contains(key)) out[key] = value;
  }
  std::size_t numbers = 0;
  out["layers"] = nlohmann::ordered_json::array();
  for (const policy::Array& array : policy.arrays) {
    out["layers"].push_back({{"name", array.name}, {"shape", array.shape}});
    numbers += array.values.size();
  }
  out["numbers"] = numbers;
  return out;
}

std::string policy_text(const std::string& file, const policy::PolicyFile& policy) {
  const Json& head = policy.head;
  const Json& training = part(head, "training");
  const std::string kind = told(head, "kind"), shown = kernel::make_printable(file);
  std::string text = kind.empty()
                         ? fmt::format("{}: a sound policy that does not say who plays it\n", shown)
                         : fmt::format("{}: a sound policy, played by --strategy {}:policy={}\n", shown, kind, shown);

  // Every key of a head is optional: a line that has nothing to say is left out.
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<12}{}\n", name, value);
  };
  std::string made = told(head, "made_by");
  if (const std::string version = told(training, "evtwin"); !version.empty())
    made += fmt::format("{}evtwin {}", made.empty() ? "" : ", ", version);
  line("made by", made);
  line("learner", told(training, "learner"));
  text += scenarios_text(part(training, "scenarios"), "trained on  ");

  std::string amount;
  for (const char* count : {"seed", "episodes", "steps", "objective"}) {
    const std::string value = told(training, count);
    if (!value.empty()) amount += fmt::format("{}{} {}", amount.empty() ? "" : ", ", count, value);
  }
  line("training", amount);
  line("began with", told(training, "from"));
  line("reward", told(part(head, "reward"), "name"));
  text += scenarios_text(part(training, "test"), "to test on  ");
  text += features_text(part(head, "features"));
  if (policy.arrays.empty()) return text;

  analysis::TextTable layers({"layer", "shape", "numbers"});
  std::size_t numbers = 0;
  for (const policy::Array& array : policy.arrays) {
    layers.add_row({array.name, shape_text(array), fmt::format("{}", array.values.size())});
    numbers += array.values.size();
  }
  return text + "\n" + layers.to_text() + fmt::format("{} numbers in all\n", numbers);
}

}  // namespace evtwin::cli
