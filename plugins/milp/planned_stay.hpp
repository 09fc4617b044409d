// One vehicle of a plan: its steps, what it wants in them, what it is offered and may give.
#pragma once
#include <cstdint>
#include <vector>

#include "view_problem.hpp"

namespace evtwin::milp {

/// Of a battery that is not known, in and out.
inline constexpr double unknown_battery_efficiency = 0.92;
/// Of the request: what a car that draws beyond it is taken to want.
inline constexpr double beyond_share = 0.2;

using optimise::PlanVehicle;

inline double known_or(double value, double otherwise) { return std::isnan(value) ? otherwise : value; }

/// Mean price of what is bought, weighted by time.
double mean_buy(const optimise::PlanProblem& problem);

/// The steps of a stay and the shares of the first and last. @returns false where none of it lies ahead.
bool put_stay(const std::vector<Block>& blocks, std::int64_t from_ns, std::int64_t until_ns, PlanVehicle& vehicle);

/// Wanted energy: no more than can be given, so that an absurd request does not drown the rest in rounding. One
/// smallest offer more may be given where offers are whole steps: the strategy ends it when the request is met.
void put_wish(const std::vector<Block>& blocks, double wanted_kwh, PlanVehicle& vehicle);

/// Minimum current and finite rates; none where the car takes less than the smallest of them by itself.
void put_offers(const evtwin_view& view, std::uint32_t i, PlanVehicle& vehicle);

/// Power and energy that it may lend: down to its floor, or what it got here where the battery is not known.
void put_discharge(const evtwin_view& view, std::uint32_t i, PlanVehicle& vehicle);

/// The request as stored energy: what was lent on the way and what was lost by that is put back.
/// @returns stored kWh that it has beyond that
double count_in_battery(const evtwin_view& view, std::uint32_t i, const CarMemory& seen, PlanVehicle& vehicle);

/// Energy that it still wants: of its request; and where it draws beyond it, nobody knows how much, a fifth of the
/// request more, looked at anew in every plan.
double wanted_kwh(const evtwin_view& view, std::uint32_t i, const ProblemTerms& terms);

/// A kWh planned for later is not given to a car that has left by then: with the chance 1 - exp(-leave_per_h x time) it
/// costs what an unmet kWh does.
void put_early_leaving(const evtwin_view& view, const std::vector<Block>& blocks, double leave_per_h,
                       PlanVehicle& vehicle);

/// When a car shall be done that is there until `until_ns`: the margin and the time that tapering takes before, but no
/// margin reaches into the tick that runs. Tapering does, down to what the request takes at full power: a mean of less
/// would be offered to a car that takes less and less, and lack at the end.
std::int64_t done_at(const evtwin_view& view, std::uint32_t i, std::int64_t until_ns, double margin_h);

/// Puts the energy that a stay beyond the horizon may still be given then, at half its power: at the horizon's mean
/// price.
void put_later(const ViewProblem& out, std::int64_t until_ns, PlanVehicle& vehicle);

/// Cheapest first; what costs no less than unmet energy is that, and nobody lacks more than is wanted.
void close_later(PlanVehicle& vehicle);

}  // namespace evtwin::milp
