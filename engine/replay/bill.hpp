// Bill of a power profile at a site: the metered one beside those that the simulation bills itself.
#pragma once
#include <limits>
#include <map>
#include <span>
#include <vector>

#include "replay/metered.hpp"
#include "replay/site_trace.hpp"
#include "twin/observer.hpp"
#include "twin/world.hpp"

namespace evtwin::replay {

struct Bill {
  double energy_cost = 0.0, demand_charge = 0.0;
  double peak_kw = 0.0;  ///< highest mean import of a metering window
  double import_kwh = 0.0, export_kwh = 0.0;
  double charged_kwh = 0.0;  ///< of the profile itself
  double total() const { return energy_cost + demand_charge; }
};

/// kWh by start of a metering window that a bill adds to what its profile makes of it.
using AddedByWindow = std::map<TimeNs, double>;

/// The bill of the world's only site over the run: base load and PV as the world has them, and the steps' power for the
/// vehicles; a storage stands still and draws its standby.
/// @param kw  the power of a step that is billed: &SiteStep::metered_kw. @param grid_per_meter  kWh at the grid
/// connection for one of the steps: what is lost on the way. @param terms  contract power and prices for drivers as
/// at() changed them (ReplayResult::terms); none: they are the site's throughout. @param added  to the windows' energy,
/// for peak and demand charge alone
Bill bill_of(const twin::World& world, std::span<const SiteStep> steps, double SiteStep::*kw, double grid_per_meter,
             std::span<const twin::SignalRecord> terms = {}, const AddedByWindow& added = {});

/// Prices per kWh that drivers pay and are paid: means over the energy as it was metered.
struct DriverPrices {
  double charged_per_kwh = 0.0, discharged_per_kwh = 0.0;
};
DriverPrices driver_prices(const twin::World& world, std::span<const Metered> metered,
                           std::span<const twin::SignalRecord> terms);

/// How far the cost of energy whose time is not known can be from what it costs when spread evenly: for each piece half
/// the way between the dearest and the cheapest price in it.
double unknown_timing_cost(const twin::World& world, std::span<const Metered> metered);

/// The outlet that a session was at.
struct Outlet {
  double rated_kw = std::numeric_limits<double>::infinity();  ///< the most that can flow
  double grid_per_meter = 1.0;  ///< kWh before its losses for one at the outlet; of what is given back one for as many
};

/// How much less and more, in kWh at the grid connection, a metering window may have had than the pieces between
/// readings, spread evenly, make of it: of a piece that lies in several windows each may have had as much as the outlet
/// can give, or as little.
struct WindowDoubts {
  AddedByWindow less, more;  ///< <= 0, >= 0
};
/// @param outlets  of each of `metered`. @param grid_per_meter  that the profile is billed with (bill_of), on top of
/// the outlets' own
WindowDoubts window_doubts(const twin::World& world, std::span<const Metered> metered, std::span<const Outlet> outlets,
                           double grid_per_meter);

/// The most, in kWh at the grid connection, that each metering window may have had of pieces between readings: all of
/// one that lies within it, of others as much as the outlet can give.
AddedByWindow most_by_window(const twin::World& world, std::span<const Metered> metered,
                             std::span<const Outlet> outlets, double grid_per_meter);

/// The most that the energy of pieces may have cost: each at the dearest price in it.
double most_cost(const twin::World& world, std::span<const Metered> metered, std::span<const Outlet> outlets,
                 double grid_per_meter);

/// The highest price of energy in the run.
double highest_price(const twin::World& world);

/// A price per kWh above the cost of any way of delivering one: at the dearest hour (or instead of selling it at the
/// best), lost on the way as at the worst EVSE, and the whole of it in one metering window of every month that the
/// run pays for, on top of the peak and above the contract. An optimum by this price for what is not delivered is the
/// optimum of those that deliver all that can be (an exact penalty), so it is a constraint in the form of a price.
double price_above_any_service(const twin::World& world);

}  // namespace evtwin::replay
