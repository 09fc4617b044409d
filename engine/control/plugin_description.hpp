// The description that a plugin gives of itself, as plain data: read in a child process, since a damaged or hostile
// shared object can take the process with it while it is loaded.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::control {

struct ParamDescription {
  std::string id, unit, help;
  std::uint32_t type = EVTWIN_PARAM_REAL;
  std::vector<std::string> choices;
  double min = 0.0, max = 0.0;
  double default_number = 0.0;  ///< NaN: decided by the strategy
  std::string default_text;

  /// "a number from 0 to 24 h", "one of stop, go".
  std::string range_text() const;
  /// "5", "true", "stop"; "-" where the strategy decides.
  std::string default_value() const;
};

/// Of a strategy or a forecaster.
struct StrategyDescription {
  std::string id, name, version, help;
  std::uint32_t flags = 0;  ///< EVTWIN_STRATEGY_*, EVTWIN_FORECASTS()
  std::vector<ParamDescription> params;
};

struct PluginDescription {
  std::string file;
  std::uint32_t abi_major = 0, abi_minor = 0;  ///< of strategy.h; of forecaster.h where it holds no strategies
  std::string abi_digest;
  std::vector<StrategyDescription> strategies;
  std::vector<StrategyDescription> forecasters{};
  std::uint32_t forecaster_abi_major = 0, forecaster_abi_minor = 0;  ///< of forecaster.h, where it holds some
  std::string forecaster_abi_digest{};

  const StrategyDescription* find_strategy(std::string_view id) const;
};

/// A sound description as plain data.
StrategyDescription copy_description(const evtwin_info& info);

/// Where the file is looked at.
enum class Look : unsigned char {
  child,  ///< a child process that may die of it
  here,   ///< this process: for files that came with the program
};

/// @throws StrategyError naming the file and the reason: not there, not a shared object, no entry symbol, another
/// abi_major, a newer abi_minor, another header digest, an incomplete entry or description, or that loading it ended
/// the child, by which signal.
PluginDescription describe_plugin(const std::string& file, Look look = Look::child);

}  // namespace evtwin::control
