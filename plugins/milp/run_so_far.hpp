// Prices and stored energy of the run so far: what a storage is worth when the run ends rests on them.
#pragma once
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <limits>
#include <vector>

#include "market/refill_blocks.hpp"

namespace evtwin::milp {

/// A run's prices as far as they bear on its storages: the cheapest hours, as many as it takes to refill what can lack.
class RunSoFar {
 public:
  void look(const evtwin_view& view);

  /// kWh in store when the run began.
  double start_kwh(std::uint32_t storage) const { return start_kwh_[storage]; }
  /// The slots of the run so far at a charging power, in any order, the dearest price among them with no energy.
  std::vector<market::RefillBlock> slots(double max_charge_kw) const;

  void save(sdk::StateWriter& writer) const;
  /// @throws sdk::BadState where the tables do not fit each other or the site
  void load(sdk::StateReader& reader, std::size_t storages);

 private:
  void add_hours(double price_per_kwh, double held_h, double enough_h);
  /// Hours of full power that refill the storage that takes longest, from its floor.
  double refill_h(const evtwin_view& view) const;

  std::vector<double> start_kwh_;                      ///< [n_storages]; empty before the first look
  std::vector<double> cheapest_per_kwh_, cheapest_h_;  ///< ascending, each price once
  double dearest_per_kwh_ = -std::numeric_limits<double>::infinity();
  double last_per_kwh_ = 0.0;  ///< in force from the last decision on
};

}  // namespace evtwin::milp
