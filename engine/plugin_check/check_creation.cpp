// Checks of create(): defaults, unknown ids, parameters at the ends of their ranges.
#include <fmt/format.h>

#include <cmath>

#include "plugin_check/checks.hpp"
#include "plugin_check/play.hpp"

namespace evtwin::plugin_check {

namespace {

/// Made with these parameters the strategy must answer a few decisions, or have refused them with a reason.
void try_parameters(const Specimen& specimen, const evtwin_info& info, std::span<const evtwin_param_value> params,
                    const std::string& what) {
  Scene scene(1, {.decisions = 3});
  Instance instance(specimen, info.id, params, scene.view());
  if (instance.made().status == EVTWIN_BAD_PARAMETER) {
    if (instance.made().words.empty()) throw Failed(fmt::format("create() refused {} and reported no reason", what));
    return;
  }
  if (instance.made().status != EVTWIN_OK)
    throw Failed(fmt::format("create() with {} answered {}: {}", what, name_of_status(instance.made().status),
                             instance.made().words));
  try {
    while (scene.next_decision(instance.c_strategy())) ask(instance, scene);
  } catch (const Failed& failed) {
    throw Failed(fmt::format("with {}: {}", what, failed.what()));
  }
  instance.destroy();
}

}  // namespace

void create_takes_defaults(const Specimen& specimen, const evtwin_info& info) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    black_box()->seed = seed;
    const Scene scene(seed);
    Instance instance(specimen, info, scene.view());
    instance.destroy();
  }
}

void unknown_ids_are_refused(const Specimen& specimen, const evtwin_info& info) {
  const Scene scene(1);
  const auto params = specimen.starting_params(info);
  const std::string id = info.id;
  for (const std::string& unknown : {std::string("no-such-strategy"), id + "x", id + " ", id + "-", std::string(),
                                     id.substr(0, id.size() - 1), std::string(10'000, 'a')}) {
    bool listed = false;
    for (std::uint32_t i = 0; i < specimen.entry().n_strategies; ++i) listed = listed || unknown == specimen.info(i).id;
    if (listed) continue;
    const Instance instance(specimen, unknown.c_str(), params, scene.view());
    if (instance.made().status != EVTWIN_UNSUPPORTED)
      throw Failed(fmt::format("create() answered {} for the unknown id '{}'; EVTWIN_UNSUPPORTED is due",
                               name_of_status(instance.made().status), unknown.substr(0, 60)));
  }
  Instance instance(specimen, info, scene.view());
  for (const char* extension : {"no.such.extension/1", "", EVTWIN_STATE "0"}) {
    if (instance.extension(extension) != nullptr)
      throw Failed(fmt::format("extension() has something for the unknown id '{}'", extension));
  }
  instance.destroy();
}

void for_each_bound(const Specimen& specimen, const evtwin_info& info,
                    const std::function<void(const std::vector<evtwin_param_value>&, const std::string&)>& look) {
  // One parameter at a time at its ends and in the middle, the others as they start.
  for (std::uint32_t p = 0; p < info.n_params; ++p) {
    const evtwin_param_info& param = info.params[p];
    auto params = specimen.starting_params(info);

    const auto with_number = [&](double number) {
      params[p].number = number;
      look(params, fmt::format("{} = {}", param.id, number));
    };

    const auto with_text = [&](const char* text) {
      params[p].text = text;
      look(params, fmt::format("{} = '{}'", param.id, std::string_view(text).substr(0, 40)));
    };

    switch (param.type) {
      case EVTWIN_PARAM_BOOL:
        with_number(0.0);
        with_number(1.0);
        break;
      case EVTWIN_PARAM_INT:
      case EVTWIN_PARAM_REAL:
        with_number(param.min);
        with_number(param.max);

        // Halves are added: the sum of two bounds may be beyond the largest double.
        with_number(param.type == EVTWIN_PARAM_INT ? std::floor(0.5 * (param.min + param.max))
                                                   : 0.5 * param.min + 0.5 * param.max);
        break;
      case EVTWIN_PARAM_CHOICE:
        for (std::uint32_t c = 0; c < param.n_choices; ++c) with_text(param.choices[c]);
        break;
      default:
        with_text("");
        with_text(std::string(10'000, 'x').c_str());
    }
  }
}

void parameters_are_taken_or_refused(const Specimen& specimen, const evtwin_info& info) {
  for_each_bound(specimen, info, [&](const std::vector<evtwin_param_value>& params, const std::string& what) {
    try_parameters(specimen, info, params, what);
  });
}

void unknown_parameter_does_no_harm(const Specimen& specimen, const evtwin_info& info) {
  auto params = specimen.starting_params(info);
  params.push_back({"no_such_parameter", 1.0, nullptr});
  params.push_back({"", std::nan(""), "text"});
  const Scene scene(1);
  Instance instance(specimen, info.id, params, scene.view());
  if (instance.made().status == EVTWIN_OK) instance.destroy();
}

}  // namespace evtwin::plugin_check
