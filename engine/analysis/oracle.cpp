#include "analysis/oracle.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

#include "physics/limits.hpp"

namespace evtwin::analysis {

namespace {

class Oracle final : public control::Strategy {
 public:
  Oracle(std::shared_ptr<const Bound> bound, std::uint32_t site)
      : bound_(std::move(bound)), site_(bound_->sites[site]) {
    subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE | EVTWIN_WHY_LIMIT;
    for (std::uint32_t v = 0; v < site_.stated.session.size(); ++v) {
      const std::uint64_t session = site_.stated.session[v];
      if (session != 0) vehicle_of_.emplace(session, v);
    }
    planned_kwh_.resize(site_.plan.vehicles.size());
    for (std::size_t v = 0; v < planned_kwh_.size(); ++v) planned_kwh_[v] = energies(v);
  }

  std::string name_in_messages() const override { return "the oracle"; }

  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    const BoundGrid& grid = site_.stated.grid;
    const std::uint32_t step = std::min(grid.step_at(view.now_ns), static_cast<std::uint32_t>(grid.steps() - 1));
    double vehicles_kw = 0.0;
    for (std::uint32_t c = 0; c < view.n_connected; ++c) {
      const std::uint32_t evse = view.connected_evse[c];
      const double kw = decision.evse_kw[evse] = vehicle_kw(view, evse, step);
      vehicles_kw += physics::power_into(kw, view.evse_efficiency[evse]);
    }
    // Storage takes what rates and minimum currents leave over, and gives it back later, so that the grid sees the
    // plan.
    double rest_kw =
        site_.plan.import_kw[step] - site_.plan.export_kw[step] - (view.load_kw - view.pv_kw + vehicles_kw);
    for (std::uint32_t s = 0; s < view.n_storages; ++s) {
      const double kw = std::clamp(rest_kw + homeward_kw(view, s, step), -view.storage_max_discharge_kw[s],
                                   view.storage_max_charge_kw[s]);
      decision.storage_kw[s] = kw;
      rest_kw -= kw;
    }
    if (step + 1 < grid.steps()) decision.wake_ns = grid.edges_ns[step + 1];
  }

 private:
  /// Net energy at the meter that vehicle `v` should have by the end of each step of its stay.
  std::vector<double> energies(std::size_t v) const {
    const optimise::VehiclePlan& plan = site_.plan.vehicles[v];
    std::vector<double> kwh(plan.charge_kw.size());
    double sum = 0.0;
    for (std::size_t i = 0; i < kwh.size(); ++i)
      kwh[i] = sum += (plan.charge_kw[i] - plan.discharge_kw[i]) * site_.stated.problem.hours[plan.first_step + i];
    return kwh;
  }

  /// The power that brings a vehicle to where the plan wants it when the step, or its stay, ends. Energy that could not
  /// flow as planned (a minimum current, a taper) is caught up with.
  double vehicle_kw(const evtwin_view& view, std::uint32_t evse, std::uint32_t step) const {
    const auto found = vehicle_of_.find(view.evse_session[evse]);
    if (found == vehicle_of_.end()) return 0.0;
    const optimise::VehiclePlan& plan = site_.plan.vehicles[found->second];
    const std::vector<double>& planned = planned_kwh_[found->second];
    if (step < plan.first_step || step - plan.first_step >= planned.size()) return 0.0;
    const std::size_t i = step - plan.first_step;
    const double hours = kernel::hours_between(view.now_ns, end_of(found->second, step));
    if (hours <= 0.0) return 0.0;
    const double kw = (planned[i] - view.evse_got_kwh[evse]) / hours;
    if (kw < 0.0) return plan.discharge_kw[i] > 0.0 ? std::max(kw, -view.evse_car_max_discharge_kw[evse]) : 0.0;
    return nearest_offer(view, evse, kw);
  }

  TimeNs end_of(std::uint32_t vehicle, std::uint32_t step) const {
    const BoundGrid& grid = site_.stated.grid;
    const optimise::PlanVehicle& stay = site_.stated.problem.vehicles[vehicle];
    if (step + 1 < stay.end_step || stay.last_share == 1.0) return grid.edges_ns[step + 1];
    const auto length = static_cast<double>(grid.edges_ns[step + 1] - grid.edges_ns[step]);
    return grid.edges_ns[step] + static_cast<TimeNs>(length * stay.last_share);
  }

  /// The offer nearest to `kw` that the EVSE can make.
  static double nearest_offer(const evtwin_view& view, std::uint32_t evse, double kw) {
    const double most = view.evse_car_max_kw[evse];
    kw = std::min(kw, most);
    const std::uint32_t first = view.evse_rate_start[evse], end = view.evse_rate_start[evse + 1];
    if (first == end) {
      const double least = view.evse_car_min_kw[evse];
      if (kw >= least) return kw;
      return kw >= 0.5 * least && least <= most ? least : 0.0;
    }
    double below = 0.0;
    for (std::uint32_t p = first; p < end && view.rate_kw[p] <= most * (1.0 + 1e-9); ++p) {
      if (view.rate_kw[p] < kw) {
        below = view.rate_kw[p];
        continue;
      }
      return view.rate_kw[p] - kw < kw - below ? view.rate_kw[p] : below;
    }
    return below;
  }

  /// Power that leads a storage's level back to the plan's within an hour.
  double homeward_kw(const evtwin_view& view, std::uint32_t s, std::uint32_t step) const {
    const BoundGrid& grid = site_.stated.grid;
    const optimise::StoragePlan& plan = site_.plan.storages[s];
    const double before = step > 0 ? plan.stored_kwh[step - 1] : site_.stated.problem.storages[s].stored_kwh;
    const double done = static_cast<double>(view.now_ns - grid.edges_ns[step]) /
                        static_cast<double>(grid.edges_ns[step + 1] - grid.edges_ns[step]);
    const double planned_kwh = before + done * (plan.stored_kwh[step] - before);
    const double off_kwh = planned_kwh - view.storage_soc[s] * view.storage_kwh[s];
    return std::abs(off_kwh) > 1e-6 * view.storage_kwh[s] ? off_kwh : 0.0;
  }

  std::shared_ptr<const Bound> bound_;
  const SiteBound& site_;
  std::unordered_map<std::uint64_t, std::uint32_t> vehicle_of_;  ///< by session
  std::vector<std::vector<double>> planned_kwh_;
};

}  // namespace

control::StrategyFactory make_oracle(std::function<std::shared_ptr<const Bound>()> bound) {
  return [bound = std::move(bound)](const evtwin_view&, std::uint64_t, std::uint32_t site) {
    return std::make_unique<Oracle>(bound(), site);
  };
}

}  // namespace evtwin::analysis
