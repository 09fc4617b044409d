// From "edf:margin_min=5" to something that makes strategies: plugins found, looked at, their parameters checked.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/call.hpp"
#include "control/plugin_description.hpp"
#include "control/plugin_params.hpp"
#include "control/plugin_search.hpp"
#include "control/strategy.hpp"

namespace evtwin::control {

/// The process that a strategy runs in.
enum class Where : unsigned char {
  by_origin,  ///< this one for plugins that came with the program, one of its own for all others
  here,       ///< this one, whatever it does to it
  apart,      ///< one of its own
};

/// How a strategy is hosted. None of it changes a result.
struct Hosting {
  Where where = Where::by_origin;
  CallLimits limits;  ///< of a strategy apart; here only `stop` is heeded
};

/// A strategy found, its parameters checked against the table and completed with defaults; ready to be instantiated.
struct ChosenStrategy {
  std::string file;
  StrategyDescription description;
  TextParams params;  ///< as given
  std::string label;  ///< "edf", "edf:margin_min=5"
  std::string hides;  ///< file of the strategy of that id that came with the program, where this is another
  StrategyFactory factory;
};

/// Finds `id` ("edf" in the plugin folders, or "FILE.so#edf", or "FILE.so" when it holds one strategy).
/// @throws StrategyError: unknown id (with the nearest known one), unknown or out-of-range parameter (with its range).
ChosenStrategy choose_strategy(std::string_view id, const TextParams& params, const Hosting& hosting = {});

/// Every strategy of every plugin found, as list_parts.
std::vector<ListedStrategy> list_strategies(std::vector<std::string>* problems = nullptr);

/// A strategy that is nothing without a file: it has a text parameter `policy`, empty at first.
bool plays_policies(const StrategyDescription& strategy);

}  // namespace evtwin::control
