// Memory of a site's planner from decision to decision.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "drivers.hpp"
#include "peak_target.hpp"
#include "run_so_far.hpp"

namespace evtwin::milp {

/// Facts of the car on an EVSE that were seen and are not in the view.
struct CarMemory {
  std::uint64_t session = 0;
  std::int64_t claimed_ns = 0;
  double takes_kw = std::numeric_limits<double>::infinity();    ///< it took no more than this of a larger offer
  double car_max_kw = 0.0;                                      ///< before an outage
  double first_soc = std::numeric_limits<double>::quiet_NaN();  ///< when it was first seen, where it is known
  double first_got_kwh = 0.0;                                   ///< by then
  std::uint32_t starts = 0;                                     ///< times it was switched on
  std::uint8_t charging = 0;                                    ///< at the last decision
  std::uint8_t draws = 0;                                       ///< when it was last seen
  std::int64_t arrived_ns = 0;
  std::uint64_t driver = 0;
};

/// A site's EVSEs between decisions.
struct SiteMemory {
  std::vector<CarMemory> cars;   ///< [n_evses]
  std::vector<double> rated_kw;  ///< [n_evses] the most the EVSE ever offered
  static constexpr std::size_t most_departures = 64;
  /// Of the last cars that left: how long before the departure that they claimed, 0 where that was later.
  std::vector<double> early_h;
  std::uint64_t departures = 0;  ///< all that were seen
  RunSoFar run;
  Drivers drivers;
  PeakTarget peak_target;

  /// Looks at the set-points of the last decision and what came of them: a car that took less than it was offered (it
  /// tapers, or its inlet is smaller than its driver thinks) is planned with what it took, until it takes all of an
  /// offer above that.
  void learn_from(const evtwin_view& view);
  void add_early(double early);
  /// How much earlier than claimed four of five drivers leave at most; 0 until a handful has left.
  double learned_margin_h() const;
};

}  // namespace evtwin::milp
