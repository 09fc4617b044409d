// Least cost of the energy that a vehicle still wants when the run ends: the end of a run is no place to hide what was
// not charged. One function for key figures, bound and rewards.
#pragma once

#include <vector>

#include "market/tariff.hpp"

namespace evtwin::market {

/// A buy price and until when it holds.
struct KnownPrice {
  double buy_per_kwh = 0.0;
  TimeNs until_ns = 0;
};

/// The tariff's price at t; where a price series is over, that of the last day that it covers at the same local time,
/// or its last price where it covers this time of no day of a year before.
KnownPrice known_price(TariffClock& tariff, TimeNs t);

/// The rest of a stay, from the end of the run to the true departure.
struct RestOfStay {
  TimeNs from_ns = 0, to_ns = 0;
  double max_kw = 0.0;          ///< at the EVSE's meter: the lesser of EVSE and vehicle rating; a taper is ignored
  double grid_kw_per_kw = 1.0;  ///< drawn from the grid per kW at the meter: losses of EVSE and feeders
  double unmet_price_per_kwh = 0.0;
};

/// Least cost of the kWh (at the EVSE's meter) still wanted: the cheapest hours first, and what fits in none of them,
/// or costs more there than it does unmet, at the unmet price. Convex and piecewise linear in the energy.
class OwedEnergy {
 public:
  struct Block {
    double kwh = 0.0;
    double price_per_kwh = 0.0;
  };

  OwedEnergy() = default;
  /// At known prices. Other charges (peaks), PV and driver prices are left out: they can only be told with the others
  /// who are there.
  OwedEnergy(TariffClock tariff, const RestOfStay& rest);

  /// Ascending by price, a block for each, all below the unmet price.
  const std::vector<Block>& price_blocks() const { return blocks_; }
  double unmet_price_per_kwh() const { return unmet_price_per_kwh_; }
  /// @param kwh  still wanted; 0 or less costs nothing
  double cost_of(double kwh) const;
  /// The part of the kWh still wanted that the blocks hold: the rest costs its unmet price.
  double kwh_to_come(double kwh) const;
  /// Of all blocks: how long energy costs less than its unmet price.
  double total_hours() const { return hours_; }

 private:
  std::vector<Block> blocks_;
  double hours_ = 0.0;
  double unmet_price_per_kwh_ = 0.0;
};

}  // namespace evtwin::market
