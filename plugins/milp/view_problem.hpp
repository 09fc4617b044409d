// From what a strategy sees to what is to be planned.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "blocks.hpp"
#include "optimise/plan_problem.hpp"
#include "site_memory.hpp"

namespace evtwin::milp {

inline constexpr double from_view = std::numeric_limits<double>::quiet_NaN();

/// Terms that the view does not say. NaN: from the view, as each line tells.
struct ProblemTerms {
  bool learn_drivers = false;    ///< stays and energy as learned; the next two are then not looked at
  double margin_h = 0.0;         ///< cars shall be done so long before the departure they claim
  double leave_per_h = 0.0;      ///< chance per hour that a driver leaves before the departure claimed
  bool beyond_request = false;   ///< a car that draws beyond its request is planned for as well
  bool expect_arrivals = true;   ///< plan with the arrivals of the horizon as well
  bool expect_learned = false;   ///< with those of a mean day of its kind instead
  double expected_stay_h = 4.0;  ///< how long those are taken to stay
  double unmet_price_per_kwh =
      from_view;              ///< NaN: the view's; where that is 0, ten times the dearest price ahead and a kW of peak
  double demand_share = 1.0;  ///< of the month's charge that a plan's peak has to earn; NaN: learned
  double peak_target_kw = 0.0;               ///< a peak up to it costs no demand charge; NaN: learned
  double storage_value_per_kwh = from_view;  ///< of what is stored at the end; NaN: the horizon's mean buy price
  bool follow_setpoint = true;               ///< import no more than the scenario's power set-point, where there is one
  bool v2g = false;                          ///< discharge cars whose drivers opted in
  bool dear_departure = false;               ///< energy wanted at departure is worth more than any use of it on the way
  bool whole_numbers = false;                ///< minimum currents, finite rates
  std::uint32_t max_starts = 0;
  optimise::Fairness fairness = optimise::Fairness::none;
};

/// Kind of a vehicle of the problem.
enum class Who : std::uint8_t { connected, reserved, expected };

struct ViewProblem {
  optimise::PlanProblem problem;  ///< in the site's own money: energy, demand charge, unmet energy, wear
  std::vector<Block> blocks;      ///< [steps]
  std::vector<Who> who;           ///< [vehicles]
  double dearest_per_kwh = 0.0;   ///< highest buy or sell price ahead
  double unmet_price_per_kwh = 0.0;
};

/// Key of a reservation: it stays the same until the car comes, and is no session's.
std::uint64_t reservation_key(std::uint32_t evse, std::int64_t from_ns);

/// The problem that the view poses, one step per block:
///
///  - cars plugged in: what they still want until the departure they claim, less the margin and the time that a known
///    curve will cost them when they fill up; a higher priority makes
///    unmet energy dearer, by 1 + priority above the lowest one present
///  - with learned drivers instead: until seven of ten of its like have left, a kWh planned for later costing the unmet
///    price times the chance that the driver is gone by then; and as much as drivers take on average beyond what it has
///    got, at the unmet price, and as one in twenty takes, at a part of it. Its unmet price is higher the more days of
///    the month are left (PeakTarget::share_of_days)
///  - with V2G, opted-in cars: from their floor to a full battery, also beyond what was requested, to give it later;
///    where the battery is not known, what they got in this session and no more. Their wants count in the battery:
///    the losses of lending are not the driver's. One that takes no more is full as it is: it takes what it has given
///  - reservations not begun: from max(begin, departure of the car that stands there), at the EVSE's full power
///  - arrivals foreseen, put together by the hour, less the reservations among them; they count at the grid connection,
///    not at an EVSE
///  - storage, unless the scenario's policy is "off"; what is stored at the end is worth the horizon's mean buy price,
///    as in the objective of runs
///  - row 0 as import and export limit, every other limit row as it is now; rows whose base is load or PV follow the
///    forecast
///  - the demand charge: windows above the billed peak and the target cost price x fraction x demand_share
///
/// PV is never curtailed: no decision can. Where a battery is not known its efficiencies are taken as 0.92.
ViewProblem problem_from_view(const evtwin_view& view, const ProblemTerms& terms, const SiteMemory& memory);

/// Steps with the metering windows and months of the blocks as the bill has them: each month's own price and floor, no
/// target, no share. Nothing else is filled in.
optimise::PlanProblem billed_from_view(const evtwin_view& view, const std::vector<Block>& blocks);

}  // namespace evtwin::milp
