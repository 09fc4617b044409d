// The guard: the last word on every setpoint. It clamps wishes to EVSE, vehicle, minimum current and finite rates, then to
// the limits, and says why.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/correction.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"

namespace evtwin::control {

/// One EVSE or storage as the guard sees it. Members are numbered EVSEs first, then storages.
struct GuardMember {
  double wish_kw = 0.0;    ///< in: what the strategy asked
  double given_kw = 0.0;   ///< out: the setpoint in force
  double bound_kw = 0.0;   ///< in: the most that may really flow while charging (acceptance); ignored when discharging
  Correction reason = Correction::none;  ///< out
  std::int32_t limit = -1;               ///< out: row that bound, when reason is `limit`
};

/// A limit in the order the guard looks at them: the grid connection, the feeders, the scenario's rows.
struct GuardRow {
  std::string name;
  physics::LimitKind kind = physics::LimitKind::power_kw;
  double lower = -physics::infinite;
  double upper = physics::infinite;
  double base = 0.0;              ///< load minus PV for the grid connection; 0 otherwise
  std::int32_t feeder = -2;       ///< power rows: -1 the grid connection, >= 0 a feeder, -2 none: plain sum
  std::vector<std::uint32_t> members;
  std::vector<double> coefficients;
  std::vector<double> angles_deg;
  std::vector<double> cos_coefficients, sin_coefficients;  ///< coefficient x cos, sin of the angle
};

class Guard {
 public:
  /// @param contract_kw, export_limit_kw  infinite where there is none
  Guard(std::span<const physics::Evse> evses, std::span<const physics::Storage> storages, physics::FeederTree tree,
        std::span<const physics::LimitRow> rows, double contract_kw, double export_limit_kw);

  std::size_t member_count() const { return members.size(); }
  std::size_t evse_count() const { return evse_count_; }
  const std::vector<GuardRow>& rows() const { return rows_; }
  const physics::FeederTree& tree() const { return tree_; }
  void set_contract(double contract_kw, double export_limit_kw);
  void set_base_kw(double load_minus_pv_kw) { rows_[0].base = load_minus_pv_kw; }

  /// Wishes in, setpoints out. `active` are the members that may have power, ascending; all others stand at 0.
  /// kw_per_a and coupling come from the vehicle that is plugged in.
  /// @param enforce  false: limits are not applied, only looked at
  /// @returns the rows that stay exceeded: unavoidable under enforce, overloads otherwise (valid until the next call)
  std::span<const std::uint32_t> apply(std::span<const std::uint32_t> active, std::span<const physics::Coupling> couplings, bool enforce);

  /// Value of a row at the powers now given (bounded by acceptance), in the row's unit.
  double value(const GuardRow& row, std::span<const physics::Coupling> couplings) const;

  std::vector<GuardMember> members;
  std::vector<double> outage;          ///< [evses] 1 while out of service
  std::vector<double> stored_kwh;      ///< [storages] for their SoC windows

 private:
  void clamp_evse(std::uint32_t i, const physics::Coupling& coupling);
  void clamp_storage(std::uint32_t i);
  double flow_kw(const GuardMember& member) const;
  double current_a(std::uint32_t member, const physics::Coupling& coupling, bool setpoint) const;
  bool exceeded(const GuardRow& row, double value, bool& above) const;
  void scale(const GuardRow& row, std::uint32_t row_number, double factor, bool above, std::span<const physics::Coupling> couplings);
  bool drop_last(const GuardRow& row, std::uint32_t row_number, bool above);
  bool reduces(const GuardRow& row, std::size_t k, bool above) const;
  bool enforce_row(std::uint32_t row_number, std::span<const physics::Coupling> couplings);
  void set(std::uint32_t member, double kw, std::uint32_t row_number, std::span<const physics::Coupling> couplings);

  std::size_t evse_count_;
  std::span<const physics::Evse> evses_;
  std::span<const physics::Storage> storages_;
  physics::FeederTree tree_;
  std::vector<GuardRow> rows_;
  std::vector<std::uint32_t> exceeded_rows_;
  mutable std::vector<double> own_kw_, into_kw_;  // scratch of the feeder tree
};

}  // namespace evtwin::control
