#include "futures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evtwin::milp {
namespace {

constexpr std::uint64_t pv_stream = 0x7076, arrivals_stream = 0x617272;  // "pv", "arr"

/// Standard normal (Box and Muller 1958), a pure function of stream and index.
double normal(const evtwin_host& host, std::uint64_t stream, std::uint64_t index) {
  const auto uniform = [&](std::uint64_t which) {
    const std::uint64_t bits = host.random_u64(&host, stream, 2 * index + which) >> 11;
    return (static_cast<double>(bits) + 0.5) * 0x1p-53;
  };
  return std::sqrt(-2.0 * std::log(uniform(0))) * std::cos(2.0 * std::numbers::pi * uniform(1));
}

}  // namespace

std::vector<optimise::PlanProblem> futures_of(const evtwin_view& view, const evtwin_host& host,
                                              const ViewProblem& posed, const optimise::PlanProblem& problem,
                                              std::uint32_t n, double pv_std) {
  double evse_kw = 0.0;
  for (std::uint32_t i = 0; i < view.n_evses; ++i) evse_kw = std::max(evse_kw, view.evse_max_kw[i]);
  std::vector<optimise::PlanProblem> futures(n, problem);
  for (std::uint32_t f = 0; f < n; ++f) {
    optimise::PlanProblem& future = futures[f];

    // Step 0 is metered. The sun of a day errs as a whole: one draw for all its steps.
    for (std::size_t k = 1; k < future.steps(); ++k) {
      const std::int64_t day = local_day(posed.blocks[k].start_ns, view.utc_offset_ns);
      const double z =
          normal(host, pv_stream, (std::uint64_t{f} << 32) | (static_cast<std::uint64_t>(day) & 0xffffffffU));
      future.pv_kw[k] *= std::max(0.0, 1.0 + pv_std * z);
    }

    // A number of vehicles varies as Poisson's, by one part in the root of it; their power tells the number.
    for (std::size_t v = 0; v < future.vehicles.size(); ++v) {
      if (posed.who[v] != Who::expected) continue;
      optimise::PlanVehicle& vehicle = future.vehicles[v];
      const double count = std::max(0.25, evse_kw > 0.0 ? vehicle.max_kw / evse_kw : 1.0);
      const double z = normal(host, arrivals_stream, (std::uint64_t{f} << 32) | (vehicle.key & 0xffffffffU));
      const double factor = std::max(0.0, 1.0 + z / std::sqrt(count));
      vehicle.max_kw *= factor;
      vehicle.wanted_kwh *= factor;
      vehicle.most_kwh *= factor;
    }
  }
  return futures;
}

}  // namespace evtwin::milp
