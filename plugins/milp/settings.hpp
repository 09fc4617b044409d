// Parameters of the three strategies, and what they come to.
#pragma once
#include <array>
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <limits>

#include "optimise/planner.hpp"
#include "view_problem.hpp"

namespace evtwin::milp {

inline constexpr double decided_by_strategy = std::numeric_limits<double>::quiet_NaN();

/// Weights of the parties' money, and prices of the grid's wishes.
struct Weights {
  double site = 1.0, owner = 0.0, grid = 0.0;
  double grid_peak_per_kw = decided_by_strategy, grid_ramp_per_kw = decided_by_strategy,
         grid_pressure_per_kwh = decided_by_strategy;
};

struct Settings {
  ProblemTerms terms;
  optimise::PlannerOptions planner;
  bool day_ahead = false;
  bool expect_auto = false;     ///< day-ahead: a mean day's arrivals where the horizon foresees none
  std::int64_t plan_at_ns = 0;  ///< local time of day
  std::int64_t replan_ns = 0;
  double horizon_h = 24.0;
  bool keep_existing = false;
  std::uint32_t futures = 1;
  double pv_std = 0.3;
  bool three_parties = false;  ///< weights count; else the site's objective alone
  Weights weights;

  /// Subscribes and asks for the horizon. @throws sdk::BadParameter for a plan_at that is no time of day
  explicit Settings(sdk::Setup& setup);
};

inline constexpr std::array<const char*, 2> modes{"receding", "day-ahead"};
inline constexpr std::array<const char*, 3> lp_methods{"auto", "simplex", "greedy"};
inline constexpr std::array<const char*, 2> v2g_methods{"simplex", "milp"};
inline constexpr std::array<const char*, 2> fairness_choices{"none", "max-min"};
inline constexpr std::array<const char*, 3> drivers_choices{"auto", "learned", "claimed"};
inline constexpr std::array<const char*, 3> beyond_request_choices{"auto", "stop", "continue"};
inline constexpr std::array<const char*, 4> expect_choices{"auto", "learned", "true", "false"};
inline constexpr std::array<const char*, 3> tie_breaks{"steady", "earliest", "none"};

/// Rows that all three have.
inline constexpr std::array common_rows{
    sdk::choice("mode", modes, "receding",
                "receding: plans anew at ticks and events, and does the plan's first step. day-ahead: plans once a day "
                "and follows the day's profile."),
    sdk::real("horizon_h", "h", 0.25, 168.0, 24.0, "How far ahead it plans."),
    sdk::text("plan_at", "00:00", "day-ahead: local time at which the day is planned, HH:MM."),
    sdk::real("replan_min", "min", 0.0, 1440.0, 0.0,
              "receding: time between two plans when neither a car came nor a limit changed; the last one is followed "
              "meanwhile. 0: at every tick and event."),
    sdk::choice("drivers", drivers_choices, "auto",
                "learned: when drivers leave and what they take is learned from those who left so far. claimed: their "
                "word is taken, less margin_min and leave_per_h. auto: learned, where neither of those is given."),
    sdk::real(
        "margin_min", "min", 0.0, 1440.0, decided_by_strategy,
        "drivers = claimed: how long before the departure that its driver claims a car shall be done; default: as "
        "much as four of five drivers were early at most, of those that left so far."),
    sdk::real("leave_per_h", "1/h", 0.0, 10.0, decided_by_strategy,
              "drivers = claimed: chance per hour that a driver leaves before the departure claimed: what a car would "
              "get later is worth that much less, so it is charged earlier. Default: 0."),
    sdk::choice("beyond_request", beyond_request_choices, "auto",
                "Once a car has what its driver asked for: stop, or continue while it draws. auto: continue where "
                "drivers are learned."),
    sdk::choice("expect", expect_choices, "auto",
                "Plan with arrivals to come as well: true: those that the horizon foresees; learned: those of a mean "
                "day of the same kind (workday, Saturday, Sunday) so far. auto: learned; in day-ahead "
                "mode, where the horizon foresees any, and for v2g-profit-max true."),
    sdk::real("stay_h", "h", 0.25, 72.0, 4.0, "How long a car is taken to stay that is only foreseen."),
    sdk::real(
        "unmet_price_per_kwh", "per kWh", 0.0, 1e6, decided_by_strategy,
        "Price of energy wanted and not given; default: the scenario's, and where that is 0 ten times the dearest "
        "price ahead and a kW of peak."),
    sdk::real(
        "demand_share", "", 0.0, 1.0, decided_by_strategy,
        "Share of the month's demand charge that a higher peak within the horizon has to earn; default: all of it, but "
        "energy is given up for it only as if each day that may need as much paid its share."),
    sdk::real(
        "peak_target_kw", "kW", 0.0, 1e6, decided_by_strategy,
        "A month's peak up to it costs the plan no demand charge; default: learned from what the days so far would "
        "have needed. 0: none."),
    sdk::real("storage_value_per_kwh", "per kWh", 0.0, 1e6, decided_by_strategy,
              "Worth of a kWh in storage at the horizon's end; default: mean buy price of the horizon."),
    sdk::boolean("follow_setpoint", true, "Import no more than the scenario's power set-point, where there is one."),
    sdk::choice("fairness", fairness_choices, "none",
                "max-min: first the worst share of what cars want is made as high as it can be; then cost."),
    sdk::choice("tie_break", tie_breaks, "steady",
                "Of equally good plans: the one nearest to the last plan, the one that charges first, or any."),
    sdk::boolean("keep_existing", false,
                 "Where a plan is expected to cost more than uncontrolled charging: charge uncontrolled, and say so."),
    sdk::integer(
        "futures", "", 1.0, 32.0, 1.0,
        "Plan for so many futures of arrivals and PV at once, drawn around the forecast; 1: for the forecast."),
    sdk::real("pv_std", "", 0.0, 1.0, 0.3, "Standard deviation of PV in those futures, relative to the forecast.")};
inline constexpr std::array v2g_row{sdk::boolean("v2g", false, "Discharge cars whose drivers opted in.")};
inline constexpr std::array lp_rows{
    sdk::choice("method", lp_methods, "auto",
                "simplex; greedy: the exact greedy rule where the problem allows it; auto: greedy where it loses "
                "nothing, that is with tie_break = none.")};
inline constexpr std::array search_rows{
    sdk::real("gap", "", 0.0, 0.5, 1e-3, "Relative gap at which a plan is good enough."),
    sdk::integer(
        "nodes", "", 1.0, 1e7, 20.0,
        "Nodes of a search with whole numbers after which the best plan found is taken; lp needs one only where "
        "prices reward drawing and giving at once.")};
inline constexpr std::array whole_rows{sdk::integer(
    "max_starts", "", 0.0, 1000.0, 0.0, "Times that a car may be switched on while it is plugged in; 0: any.")};
inline constexpr std::array party_rows{
    sdk::choice("method", v2g_methods, "simplex", "simplex, or milp: with minimum currents and finite rates."),
    sdk::real("weight_site", "", 0.0, 1e3, 1.0,
              "Weight of the site's money: energy, demand charge, payments to and from drivers."),
    sdk::real("weight_owner", "", 0.0, 1e3, 1.0, "Weight of the drivers' money: energy, V2G payment, battery wear."),
    sdk::real(
        "weight_grid", "", 0.0, 1e3, 0.0,
        "Weight of the grid's wishes: peak, ramps, room below the limit. Nobody pays for them: they cost profit."),
    sdk::real("grid_peak_per_kw", "per kW", 0.0, 1e6, decided_by_strategy,
              "Worth to the grid of a kW less of the horizon's highest import; default: the mean buy price."),
    sdk::real("grid_ramp_per_kw", "per kW", 0.0, 1e6, decided_by_strategy,
              "Worth of a kW less of change from step to step; default: 2 % of the mean buy price."),
    sdk::real("grid_pressure_per_kwh", "per kWh", 0.0, 1e6, decided_by_strategy,
              "Worth of a kWh less above 80 % of the import limit; default: half the mean buy price.")};

/// Tables put together.
template <std::size_t... N>
constexpr auto join_tables(const std::array<evtwin_param_info, N>&... tables) {
  std::array<evtwin_param_info, (N + ...)> all{};
  std::size_t at = 0;
  const auto add = [&](const auto& table) {
    for (const evtwin_param_info& row : table) all[at++] = row;
  };
  (add(tables), ...);
  return all;
}

/// Whether no two rows of a table have one id: tables put together must not share one.
template <std::size_t N>
constexpr bool rows_differ(const std::array<evtwin_param_info, N>& rows) {
  for (std::size_t i = 0; i < N; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (std::string_view(rows[i].id) == rows[k].id) return false;
    }
  }
  return true;
}

}  // namespace evtwin::milp
