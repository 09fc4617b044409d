// A file of learnt forecasts, read: its head says what it is and how it came about, its arrays are the networks.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "network.hpp"

namespace evtwin::learned {

/// Names of quantities in files, by EVTWIN_QUANTITY_*; as users write them.
inline constexpr std::array<std::string_view, EVTWIN_QUANTITIES> quantity_ids{"pv", "load", "arrivals", "arrivals_kwh",
                                                                              "price"};
/// What the values of each are in, a step long.
inline constexpr std::array<std::string_view, EVTWIN_QUANTITIES> quantity_units{"kW", "kW", "vehicles a step",
                                                                                "kWh a step", "per kWh"};

/// One network of a file.
struct Model {
  Shape shape;
  std::int64_t step_min = 60;
  double spread = 1.0;  ///< see spread_of()
  bool sees_weather = false;
  std::unique_ptr<Network> network;
};

/// @throws policy::PolicyError in one line: another kind, a quantity that it has no network for, sizes that can not be
Model read_model(const PolicyFile& file, const std::string& kind, std::uint32_t quantity);
/// "pv, load"
std::string quantities_in(const PolicyFile& file);
Shape shape_of(const PolicyFile& file);
/// Prefix of a quantity's arrays: "pv."
std::string prefix_of(std::uint32_t quantity);

}  // namespace evtwin::learned
