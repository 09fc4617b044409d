// The linear model of a plan problem, and which of its columns and rows is what.
#pragma once
#include <compare>
#include <cstdint>
#include <vector>

#include "optimise/linear_model.hpp"
#include "optimise/plan.hpp"
#include "optimise/plan_problem.hpp"

namespace evtwin::optimise {

inline constexpr std::uint32_t no_index = 0xffffffff;

/// A magnitude row becomes a regular polygon of so many sides. Inside the circle it gives away 1 - cos(pi / 64), 0.12 %
/// of the limit, at most.
inline constexpr std::uint32_t polygon_sides = 64;
static_assert(polygon_sides % 4 == 0, "sides face both ways along either axis, where currents of one phase lie");

/// One side of one magnitude row's polygon in one step.
struct PolygonSide {
  std::uint32_t magnitude = 0, step = 0, side = 0;
  auto operator<=>(const PolygonSide&) const = default;
};

/// At index `of`, step `step`.
struct AtStep {
  std::uint32_t of = 0, step = 0;
  auto operator<=>(const AtStep&) const = default;
};

/// Contents of a problem's model: the planner begins with little and adds what an answer breaks.
struct ModelContents {
  bool whole_numbers = false;           ///< minimum currents, rates, starts
  bool worst_share_only = false;        ///< the objective is the worst share of what is wanted, with the sign turned
  double least_share = 0.0;             ///< each vehicle gets this share of what it could have of what it wants
  std::vector<PolygonSide> sides;       ///< ascending
  std::vector<AtStep> vehicle_one_way;  ///< charges or discharges, never both: a binary; ascending
  std::vector<AtStep> storage_one_way;
  std::vector<std::uint32_t> grid_one_way;  ///< steps that import or export
  /// [storages][steps] bounds of the level where the start lies outside of the window; empty: the window, widened to
  /// the start.
  std::vector<std::vector<double>> storage_lower, storage_upper;
};

/// Kind of a column or a row; with the key of its owner and a step number its lasting name.
enum class Part : std::uint8_t {
  charge,
  discharge,
  level,
  metered,
  unmet,
  later,
  beyond,
  need,
  on,
  back,
  rate,
  set_charge,
  set_discharge,
  storage_charge,
  storage_discharge,
  storage_level,
  storage_lack,
  storage_excess,
  storage_refill,
  storage_way,
  grid,
  grid_in,
  grid_out,
  curtailed,
  over_in,
  over_out,
  grid_way,
  limit,
  limit_over,
  side,
  window,
  billed,
  grid_peak,
  ramp,
  worst,
  one_way,
};

/// Columns or rows of one part and owner, one per step. ids [length] may hold no_index.
struct Series {
  Part part = Part::charge;
  bool row = false;
  std::uint32_t future = 0;
  std::uint64_t owner = 0;
  std::int64_t first_number = 0;  ///< lasting step number of the first
  std::uint32_t offset = 0, length = 0;

  bool operator==(const Series&) const = default;
};

/// First column of each kind, the others of the stay follow; no_index where there is none.
struct VehicleColumns {
  std::uint32_t charge = no_index, discharge = no_index, level = no_index, unmet = no_index;
  /// Set-points of a bound; the rows that keep them at least the powers lie as their columns do.
  std::uint32_t set_charge = no_index, set_discharge = no_index, set_charge_row = no_index,
                set_discharge_row = no_index;
  std::uint32_t need_row = no_index, level_row = no_index;
  std::uint32_t length = 0;  ///< steps of the stay
};

struct StorageColumns {
  std::uint32_t charge = 0, discharge = 0, level = 0, level_row = 0;
};

struct GridStep {
  bool direct = false;  ///< one price in this step, put on the powers themselves: no columns, maybe a row
  double price = 0.0;   ///< per kWh, where direct
  std::uint32_t row = no_index;
  std::uint32_t in = no_index, out = no_index, curtailed = no_index, over_in = no_index, over_out = no_index;
};

/// A whole-number column: on, back, rate, storage_way (1: charges), grid_way (1: imports).
struct WholeColumn {
  Part part = Part::on;
  std::uint32_t of = 0, step = 0;  ///< vehicle or storage
  std::uint32_t column = 0;
  double kw = 0.0;  ///< on, back: the least power; rate: the power
};

/// Columns and rows that one problem became.
struct ModelBlock {
  std::vector<VehicleColumns> vehicles;
  std::vector<StorageColumns> storages;
  std::vector<GridStep> steps;
  std::vector<WholeColumn> wholes;  ///< by vehicle and step; a step's rates follow its `on`, ascending
  std::uint32_t worst = no_index;
};

struct PlanModel {
  LinearModel linear;
  std::vector<Series> series;
  std::vector<std::uint32_t> ids;
  std::vector<ModelBlock> blocks;  ///< one per problem
  std::int64_t first_number = 0;   ///< lasting number of the first problem's step 0

  void clear();
};

/// Adds a problem to the model as its next block. The problem must have passed check_problem.
/// @param weight of its costs
void add_problem(PlanModel& model, const PlanProblem& problem, const ModelContents& contents, double weight = 1.0);

/// Rows that give vehicles and storages of the same key the same power in step 0 of every block.
void link_first_steps(PlanModel& model, const std::vector<const PlanProblem*>& problems);

/// Where a model's values do two opposite things at once.
struct BothWays {
  std::vector<AtStep> vehicles, storages;
  std::vector<std::uint32_t> grid;

  bool empty() const { return vehicles.empty() && storages.empty() && grid.empty(); }
};

/// Powers, levels and grid flows from a model's values; `outcome`, `objective` and `bound` are left alone. But for a
/// bound (outer linearisation), opposite powers at once are netted: whether that is a plan of the same cost is for the
/// caller to see.
/// @param both where something was netted, unless null; appended
void read_plan(const PlanProblem& problem, const ModelBlock& block, const std::vector<double>& values, Plan& plan,
               BothWays* both = nullptr);

}  // namespace evtwin::optimise
