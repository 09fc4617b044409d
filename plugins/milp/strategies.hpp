// lp, milp, v2g-profit-max: one planner, three tables of parameters.
#pragma once
#include <evtwin/strategy.hpp>
#include <variant>

#include "day_ahead.hpp"
#include "receding.hpp"
#include "settings.hpp"

namespace evtwin::milp {

/// The part that the three share; each plans as its settings say.
class PlanningStrategy {
 public:
  explicit PlanningStrategy(sdk::Setup& setup);
  void decide(const sdk::View& view, sdk::Decision& decision);
  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader);

 private:
  Settings settings_;
  SiteMemory memory_;
  std::size_t evses_, storages_;
  std::variant<Receding, DayAhead> way_;
};

inline constexpr std::uint32_t planning_flags = EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_USES_V2G;

struct Lp : PlanningStrategy {
  static constexpr auto params = join_tables(common_rows, v2g_row, lp_rows, search_rows);
  static_assert(rows_differ(params));
  static constexpr evtwin_info info = sdk::describe("lp", "Linear programme", "1.0",
                                                    "Plans the hours ahead at least cost as a linear programme; what "
                                                    "an EVSE can not do of it is given at another time.",
                                                    params, planning_flags);
  using PlanningStrategy::PlanningStrategy;
};

struct Milp : PlanningStrategy {
  static constexpr auto params = join_tables(common_rows, v2g_row, search_rows, whole_rows);
  static_assert(rows_differ(params));
  static constexpr evtwin_info info =
      sdk::describe("milp", "Mixed-integer programme", "1.0",
                    "Plans the hours ahead at least cost with minimum currents, finite rates and limits on starts.",
                    params, planning_flags);
  using PlanningStrategy::PlanningStrategy;
};

struct V2gProfitMax : PlanningStrategy {
  static constexpr auto params = join_tables(common_rows, party_rows, search_rows, whole_rows);
  static_assert(rows_differ(params));
  static constexpr evtwin_info info =
      sdk::describe("v2g-profit-max", "V2G profit", "1.0",
                    "Plans charging and discharging for the weighted profit of site, vehicle owners and grid.", params,
                    planning_flags);
  using PlanningStrategy::PlanningStrategy;
};

}  // namespace evtwin::milp
