// EVSE x time, summed up into tiles: what a heat-map shows, at any zoom, for any number of EVSEs.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kernel/static_checks.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

enum class HeatMetric : std::uint8_t {
  power_share,  ///< mean power over what the EVSE can give, 0..1, discharging < 0; NaN where no vehicle was there
  power_kw,     ///< mean; NaN where no vehicle was there
  occupied,     ///< fraction of the time with a vehicle
  soc,          ///< mean SoC of the vehicle there, 0..1; NaN: unknown
  soc_gap,      ///< energy missed at departure, kWh, at the time of departure; the sum of a stretch, not a mean
};
inline constexpr std::size_t heat_metrics = 5;
static_assert(heat_metrics == kernel::enum_count<HeatMetric>());

/// Mean of a metric for `rows.size()` EVSEs x `buckets` equal stretches of [from, to), row by row; NaN where there is
/// nothing to show (no vehicle, gap, beyond the run).
std::vector<float> heat_values(const Run& run, HeatMetric metric, std::span<const std::uint32_t> evses, TimeNs from,
                               TimeNs to, std::size_t buckets);

/// How EVSEs are ordered in lists, heat-map and Gantt.
/// name: A-2 before A-10; energy: most first, as its sessions got; fastest and slowest: by rated kW.
enum class EvseOrder : std::uint8_t { file, name, energy, fastest, slowest };
/// EVSEs of one site (no_row: of all), those of `station` only where it is not empty.
std::vector<std::uint32_t> ordered_evses(const Run& run, std::uint32_t site, std::string_view station, EvseOrder order);

}  // namespace evtwin::viewer::model
