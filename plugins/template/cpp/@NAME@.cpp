// Plans the day ahead in some sixty lines: cars charge in their cheapest hours and storage gives when energy is dear,
// both below the peak that the month is billed for anyway.
#include <algorithm>
#include <array>
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace {

namespace sdk = evtwin::sdk;

// Users may set these: --strategy ./build/lib@NAME@.so:early=0.1. evtwin checks the range and fills in the default.
constexpr std::array params{
    sdk::real("early", "", 0.0, 1.0, 0.3, "Part of its stay by which a car is done before its driver said to leave."),
    sdk::real("caution", "", 0.0, 10.0, 3.0, "How much more than foreseen storage holds ready against the peak."),
};

class Planner {
 public:
  static constexpr evtwin_info info =
      sdk::describe("@ID@", "@NAME@", "0.1", "Cheapest hours first, below the peak that is billed anyway.", params,
                    EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS);

  // One instance serves one site of one run. It asks for a day of forecasts, and will show its plan of that day.
  explicit Planner(sdk::Setup& setup) : early_(setup.number("early")), caution_(setup.number("caution")) {
    setup.horizon_steps = setup.plan_steps = static_cast<std::uint32_t>(day_ns / setup.first().raw.tick_ns);
  }

  // Called every quarter of an hour and whenever a car comes or goes. evtwin's guard holds every limit anyhow.
  void decide(const sdk::View& view, sdk::Decision& decision) {
    const evtwin_view& site = view.raw;
    // Step by step: the building less the sun, and cars that are expected, their energy over the twelve steps after.
    const std::size_t steps = view.horizon_steps();
    net_kw_.resize(steps);
    to_come_kw_.assign(steps, 0.0);
    for (std::size_t k = 0; k < steps; ++k) {
      net_kw_[k] = site.horizon_load_kw[k] - site.horizon_pv_kw[k];
      const double each_kw = site.horizon_arrivals_kwh[k] / (12 * view.horizon_hours(k));
      for (std::size_t j = k; j < std::min(steps, k + 12); ++j) to_come_kw_[j] += each_kw;
    }
    quiet_kw_ = std::min(site.billed_peak_kw, site.contract_kw);  // up to here power costs energy alone

    queue_.assign(view.connected().begin(), view.connected().end());
    std::ranges::sort(queue_, {}, [&](std::uint32_t evse) { return std::pair(site.evse_departs_ns[evse], evse); });
    for (const std::uint32_t evse : queue_) decision.evse_kw[evse] = plan_car(view, evse, decision.plan_of(evse));
    for (std::uint32_t s = 0; s < site.n_storages; ++s)
      decision.storage_kw[s] = plan_storage(view, s, decision.plan_of(site.n_evses + s));
  }

 private:
  static constexpr std::int64_t day_ns = 86'400'000'000'000;

  // Fills the car's cheapest steps, among equals the earliest. Drivers come back early, so it is done before.
  double plan_car(const sdk::View& view, std::uint32_t evse, std::span<double> plan) {
    const evtwin_view& site = view.raw;
    const auto stay_ns = static_cast<double>(site.evse_departs_ns[evse] - site.evse_arrived_ns[evse]);
    const std::int64_t done_ns = site.evse_departs_ns[evse] - static_cast<std::int64_t>(early_ * stay_ns);
    order_.clear();
    for (std::size_t k = 0; k < plan.size() && (k == 0 || site.horizon_start_ns[k] < done_ns); ++k) order_.push_back(k);
    std::ranges::sort(order_, {}, [&](std::size_t k) { return std::pair(site.horizon_buy_per_kwh[k], k); });
    std::ranges::fill(plan, 0.0);
    double left_kwh = view.draws(evse) ? site.evse_remaining_kwh[evse] : 0.0;
    // First what the sun leaves over, then what raises no peak, then the least peak that does: up to the contract.
    const double more_kw = 0.9 * quiet_kw_ + 0.1 * site.contract_kw, much_kw = 0.6 * quiet_kw_ + 0.4 * site.contract_kw;
    for (const double most_kw : {0.0, quiet_kw_, more_kw, much_kw, site.contract_kw}) {
      for (const std::size_t k : order_) {
        const double least_kw = site.evse_car_min_kw[evse];  // 6 A, or nothing
        const double kw =
            std::min({site.evse_car_max_kw[evse] - plan[k], (most_kw - net_kw_[k]) * site.evse_efficiency[evse],
                      std::max(left_kwh / view.horizon_hours(k), least_kw - plan[k])});
        if (left_kwh <= 0.0 || kw <= 0.0 || plan[k] + kw < least_kw) continue;
        plan[k] += kw;
        net_kw_[k] += kw / site.evse_efficiency[evse];  // a DC charger draws more than it gives
        left_kwh -= kw * view.horizon_hours(k);
      }
    }
    return plan.front();
  }

  // Keeps the peak down; with what it need not hold ready for that, it fills up cheap and gives when energy is dear.
  double plan_storage(const sdk::View& view, std::uint32_t s, std::span<double> plan) {
    const evtwin_view& site = view.raw;
    const double into = site.storage_charge_efficiency[s], out_of = site.storage_discharge_efficiency[s];
    const double empty_kwh = site.storage_kwh[s] * site.storage_soc_min[s];
    // Backwards: what it must hold when step k begins, so that all that follows stays below the quiet level.
    reserve_kwh_.assign(plan.size() + 1, empty_kwh);
    for (std::size_t k = plan.size(); k-- > 0;) {
      const double above_kwh = (net_kw_[k] + to_come_kw_[k] - quiet_kw_) * view.horizon_hours(k);
      reserve_kwh_[k] = std::max(empty_kwh, reserve_kwh_[k + 1] + caution_ * above_kwh);
    }
    const auto prices = view.horizon_buy_per_kwh();
    const double mean = std::accumulate(prices.begin(), prices.end(), 0.0) / static_cast<double>(prices.size());
    double held_kwh = site.storage_kwh[s] * site.storage_soc[s];
    for (std::size_t k = 0; k < plan.size(); ++k) {
      const double hours = view.horizon_hours(k), spare_kwh = held_kwh - reserve_kwh_[k + 1];
      const bool fills = spare_kwh < 0.0 || prices[k] < 0.92 * mean;
      double kw = fills ? quiet_kw_ - net_kw_[k] : std::min(0.0, quiet_kw_ - net_kw_[k]);
      if (!fills && prices[k] > 1.08 * mean) kw = std::min(kw, -std::min(net_kw_[k], spare_kwh / hours));
      if (net_kw_[k] < 0.0) kw = -net_kw_[k];  // the sun's
      const double room_kwh = site.storage_kwh[s] * site.storage_soc_max[s] - held_kwh;
      plan[k] = std::clamp(
          kw, -std::min(std::max(0.0, held_kwh - empty_kwh) / hours * out_of, site.storage_max_discharge_kw[s]),
          std::min(std::max(0.0, room_kwh) / hours / into, site.storage_max_charge_kw[s]));
      held_kwh += hours * (plan[k] > 0.0 ? plan[k] * into : plan[k] / out_of);
      net_kw_[k] += plan[k];
    }
    return plan.front();
  }

  double early_, caution_, quiet_kw_ = 0.0;
  std::vector<double> net_kw_, to_come_kw_, reserve_kwh_;  // by step; kept, so that decide() allocates nothing
  std::vector<std::uint32_t> queue_;
  std::vector<std::size_t> order_;
};

}  // namespace

EVTWIN_STRATEGIES(Planner)
