// The strategy of engine/python/examples/own_strategy.py once more, in C++: the same decisions give the same event
// hash. Cars that can wait stay below the peak that the month is billed for anyway; a car that can not may use the
// contract.
#include <algorithm>
#include <array>
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <utility>
#include <vector>

namespace {

namespace sdk = evtwin::sdk;

constexpr std::array params{
    sdk::real("patience_h", "h", 0.0, 48.0, 2.0, "A car that can wait longer than this adds nothing to the peak."),
};

class LeastLaxity {
 public:
  static constexpr evtwin_info info = sdk::describe(
      "least-laxity-cpp", "least_laxity", "0.1", "Least laxity first; who can wait stays below the peak billed anyway.",
      params, EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS);

  // One instance serves one site of one run. `first` is the empty site: make here what decide() needs.
  explicit LeastLaxity(sdk::Setup& setup) : patience_h_(setup.number("patience_h")) {
    queue_.reserve(setup.first().evse_count());
  }

  // Called every quarter of an hour and whenever a car comes or goes. What is not written stays as it is.
  void decide(const sdk::View& view, sdk::Decision& decision) {
    const evtwin_view& site = view.raw;

    // Laxity: the hours a car can wait and still get what its driver asked for. The least comes first.
    queue_.clear();
    for (const std::uint32_t evse : view.connected()) {
      const double fastest_kw = std::max(site.evse_car_max_kw[evse], 0.001);  // 0 during an outage
      const double needs_h = site.evse_remaining_kwh[evse] / fastest_kw;
      queue_.emplace_back(view.hours_until(site.evse_departs_ns[evse]) - needs_h, evse);
    }
    std::sort(queue_.begin(), queue_.end());

    // Import so far: the building less the sun, then car by car. evtwin's guard holds every limit anyhow; here we
    // choose who waits for whom.
    double import_kw = site.load_kw - site.pv_kw;
    const double quiet_kw = std::min(site.billed_peak_kw, site.contract_kw);
    for (const auto& [laxity_h, evse] : queue_) {
      const double most_kw = laxity_h < patience_h_ ? site.contract_kw : quiet_kw;
      double offer_kw = view.draws(evse) ? std::clamp(most_kw - import_kw, 0.0, site.evse_car_max_kw[evse]) : 0.0;
      if (offer_kw < site.evse_car_min_kw[evse]) offer_kw = 0.0;  // below 6 A a car takes nothing
      decision.evse_kw[evse] = offer_kw;
      import_kw += offer_kw / site.evse_efficiency[evse];  // a DC charger draws more than it gives
    }

    // Storage gives what exceeds the quiet level, and fills up below it.
    for (std::uint32_t s = 0; s < site.n_storages; ++s) {
      const double power_kw =
          std::clamp(quiet_kw - import_kw, -site.storage_max_discharge_kw[s], site.storage_max_charge_kw[s]);
      decision.storage_kw[s] = power_kw;
      import_kw += power_kw;
    }
  }

 private:
  double patience_h_;
  std::vector<std::pair<double, std::uint32_t>> queue_;  // laxity in h, EVSE; kept, so that decide() allocates nothing
};

}  // namespace

EVTWIN_STRATEGIES(LeastLaxity)
