// Plans a day once, from forecasts, and follows the day's profile with the cars that really come.
#pragma once
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <string>
#include <vector>

#include "forecast_plan.hpp"
#include "offers.hpp"
#include "settings.hpp"

namespace evtwin::milp {

/// The day as it was planned: all cars together, at the EVSE meters.
struct DayProfile {
  std::int64_t day = 0;                                    ///< local day, counted from plan_at
  std::vector<std::int64_t> edge_ns;                       ///< [steps + 1]; empty: none
  std::vector<double> charge_kw, discharge_kw, import_kw;  ///< [steps]
  std::vector<double> storage_kw;                          ///< [storages x steps]
  double charged_before_kwh = 0.0;                         ///< of the run when it was made
  double total_kwh = 0.0;                                  ///< charged in all

  std::size_t steps() const { return edge_ns.empty() ? 0 : edge_ns.size() - 1; }
  /// The step that `now_ns` lies in; steps() outside.
  std::size_t step_at(std::int64_t now_ns) const;
  /// Planned from the beginning to `now_ns`.
  double kwh_until(std::int64_t now_ns) const;
};

/// A visit that was announced when the day was planned.
struct Announced {
  std::uint32_t evse = 0;
  std::int64_t from_ns = 0;
  std::uint8_t came = 0, late = 0;
};

/// Once a day, at plan_at of the local clock (and when the run begins): a plan from reservations, foreseen arrivals,
/// prices, PV and load. During the day its profile is shared: cars that have no time to lose charge in any case, the
/// rest of the profile goes to the others, least laxity first; opted-in cars with time to spare give what is planned to
/// be given. Repairs:
///
///  - energy planned and not used (a car is late or missing) may be used later in the day, up to the import limit and
///    the highest import that the plan has anyway; energy used beyond the plan is taken off the profile
///  - a car that is late or unannounced charges at full power from the moment it has no time to lose
///  - storage follows its plan, but charges only what the import limit leaves beside the cars
///
/// Once the day's use is off the plan by a fifth of the day's energy, it is reported with what is known of the reasons.
class DayAhead {
 public:
  DayAhead(const Settings& settings, const evtwin_host& host) : planner_(settings, host) {}
  void decide(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, sdk::Decision& decision);
  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader, std::size_t storages);

 private:
  void plan_day(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, sdk::Decision& decision);
  void watch(const evtwin_view& view);
  void tell_deviation(const evtwin_view& view);
  void share(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, std::size_t step,
             sdk::Decision& decision);

  /// A car that was here at the last decision.
  struct Guest {
    std::uint64_t session = 0;
    std::int64_t claimed_ns = 0;
    double remaining_kwh = 0.0;
  };

  ForecastPlanner planner_;
  DayProfile profile_;
  std::vector<Announced> announced_;
  std::vector<Guest> guests_;  // [n_evses]
  std::uint32_t left_early_ = 0;
  bool told_ = false, keep_existing_ = false;
};

}  // namespace evtwin::milp
