// The hand that writes one problem into a model; its member functions are in model_*.cpp, one file per idea.
#pragma once
#include <span>
#include <vector>

#include "optimise/plan_facts.hpp"
#include "optimise/plan_model.hpp"

namespace evtwin::optimise {

class ModelBuilder {
 public:
  ModelBuilder(PlanModel& model, const PlanProblem& problem, const ModelContents& contents, double weight);

  void build_model();

 private:
  // model_grid.cpp
  void look_at_ranges();
  void add_grid();
  void add_direct_step(std::uint32_t step);
  void add_balanced_step(std::uint32_t step);
  // model_demand.cpp
  void look_at_windows();
  void add_demand_charge();
  void add_grid_wishes();
  // model_vehicles.cpp
  void add_vehicles();
  void add_powers(std::uint32_t index);
  void add_need(std::uint32_t index);
  void add_level(std::uint32_t index);
  void add_worst_share();
  // model_storages.cpp
  void add_storages();
  void add_storage_steps(std::uint32_t index);
  void price_storage_end(const PlanStorage& storage, std::uint32_t last);
  // model_limits.cpp
  /// Most that the members of a limit can add to it in either direction, [steps].
  struct Reach {
    std::vector<double> up, down;
  };
  /// Rows of a limit, and columns of what is beyond it; [steps], no_index where there is none.
  struct LimitRows {
    std::vector<std::uint32_t> rows, over;
  };
  void add_limits();
  void widen_reach(const PlanLimit::Member& member, Reach& reach) const;
  LimitRows add_limit_rows(const PlanLimit& limit, const Reach& reach);
  void add_limit_member(const PlanLimit::Member& member, const std::vector<std::uint32_t>& rows);
  void add_polygons();
  void add_set_points(std::uint32_t vehicle);
  // model_whole.cpp
  /// One step of a vehicle's stay.
  struct StayStep {
    std::uint32_t vehicle, step;
    std::uint32_t index;  ///< of the step within the stay
    double share;         ///< of the step that the vehicle is there
    bool one_way;         ///< charges or discharges, never both
  };
  /// Binaries of a vehicle and the rows that bind its powers to them, [steps of the stay]; no_index where there is
  /// none.
  struct Switches {
    explicit Switches(std::size_t length)
        : on(length, no_index),
          back(length, no_index),
          on_rows(length, no_index),
          back_rows(length, no_index),
          either_rows(length, no_index) {}
    std::vector<std::uint32_t> on, back, on_rows, back_rows, either_rows;
  };
  void add_whole_numbers();
  void add_on(const StayStep& here, Switches& switches);
  void add_back(const StayStep& here, Switches& switches);
  std::uint32_t add_on_off(std::uint32_t power, std::uint32_t on, double most, double least);
  void add_rates(const StayStep& here, std::uint32_t charge, std::uint32_t on, double most);
  bool counts_starts(const PlanVehicle& vehicle) const;
  void add_starts(const PlanVehicle& vehicle, const std::vector<std::uint32_t>& on);
  void add_one_way_storages();
  void add_one_way_grid();
  void add_grid_modes();
  /// Columns and rows that let one direction at a time, [steps]; no_index where both may be.
  struct OneWay {
    explicit OneWay(std::size_t steps) : column(steps, no_index), in_row(steps, no_index), out_row(steps, no_index) {}
    std::vector<std::uint32_t> column, in_row, out_row;
  };
  void add_one_way(OneWay& way, WholeColumn whole, std::uint32_t in_column, double most_in, std::uint32_t out_column,
                   double most_out);
  void name_one_way(const OneWay& way, Part of_column, Part of_in, Part of_out, std::uint64_t owner);

  std::uint32_t add_column(double lower, double upper, double cost, bool whole = false) {
    return linear_.add_column(lower, upper, contents_.worst_share_only ? 0.0 : weight_ * cost, whole);
  }
  std::uint32_t add_row(double lower, double upper) { return linear_.add_row(lower, upper); }
  /// Names columns or rows that follow each other.
  void name_range(Part part, bool is_row, std::uint64_t owner, std::uint32_t first_step, std::uint32_t first,
                  std::uint32_t length);
  void name_range(Part part, bool is_row, std::uint64_t owner, std::uint32_t first_step,
                  std::span<const std::uint32_t> ids);

  /// A power of the grid connection in this step: price and row, with `kw` per unit of the column.
  void at_grid(std::uint32_t column, std::uint32_t step, double kw);
  std::uint32_t steps() const { return static_cast<std::uint32_t>(problem_.steps()); }

  PlanModel& model_;
  LinearModel& linear_;
  const PlanProblem& problem_;
  const ModelContents& contents_;
  double weight_;
  std::uint32_t future_;
  ModelBlock block_;
  std::vector<double> most_in_, most_out_;  // [steps] kW at the grid connection, of vehicles and storages
  std::vector<std::uint8_t> needs_import_;  // [steps] import must be a column
  std::vector<std::uint8_t> window_binds_;  // [windows]
  std::vector<double> billed_at_least_;     // [periods]
  std::vector<std::uint8_t> in_ratchet_;    // [periods]
  std::vector<std::vector<std::uint32_t>> vehicles_of_evse_;
};

}  // namespace evtwin::optimise
