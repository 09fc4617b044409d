// The frame of every strategy around its own rule: look at the cars, close with storage and the next wake-up.
#pragma once
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <span>
#include <vector>

#include "car.hpp"
#include "site_rows.hpp"

namespace evtwin::baseline {

class Planner {
 public:
  /// Reads the parameters that all strategies share (a table may leave them out) and subscribes to what all need.
  explicit Planner(sdk::Setup& setup);

  /// New decision: nothing given yet, and the cars that want power (they draw, and their request is open or does not
  /// count).
  void begin(const evtwin_view& view);

  /// Whether the last answer still holds: everybody who wanted power got the maximum then and left room, the same ones
  /// want it now, and neither sessions nor limits have changed. It is written once more then, and only close_decision()
  /// is left. For strategies that give the maximum where they can, whatever the time and the price; not with storage.
  bool maximum_stands(const evtwin_view& view, sdk::Decision& decision);

  std::vector<Car>& cars() { return cars_; }
  /// Orders cars() by their keys (see CarOrder).
  void put_in_order() { order_.sort_cars(cars_); }
  SiteRows& rows() { return rows_; }
  const SiteRows& rows() const { return rows_; }
  std::size_t car_capacity() const { return cars_.capacity(); }

  /// Asks to be woken at `instant_ns` if that is before the next tick and after now.
  void wake_by(std::int64_t instant_ns);

  /// Leaves in cars() only those that must charge now to have their request at their maximum `margin_h` before they
  /// leave, and wakes at the latest start of the others.
  void keep_forced(double margin_h);

  /// Power expected at the grid connection, kW: with what the cars will take of their offers.
  double expected_grid_kw() const;

  /// Writes the cars' powers, 0 for the other connected ones.
  void write_powers(sdk::Decision& decision);
  /// Storage by the scenario's policy, and a wake-up when the first request is met, so that none is over-delivered.
  void close_decision(sdk::Decision& decision);

 private:
  bool wants_energy(const evtwin_view& view, std::uint32_t row) const {
    return view.evse_draws[row] != 0 && (beyond_request_ || view.evse_remaining_kwh[row] >= met_kwh);
  }

  const evtwin_view* view_ = nullptr;
  SiteRows rows_;
  std::vector<Car> cars_;
  CarOrder order_;
  std::int64_t wake_ns_ = 0;
  bool all_at_maximum_ = false;  ///< everybody in cars_, by the last answer
  bool beyond_request_ = false;
  bool follow_setpoint_ = false;
  double peak_target_kw_ = 0.0;
};

}  // namespace evtwin::baseline
