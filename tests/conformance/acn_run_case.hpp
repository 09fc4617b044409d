// A run case of ACN-Sim as written in its file, checked, and the world and strategy that repeat it.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/strategy_choice.hpp"
#include "twin/world.hpp"

namespace evtwin::conformance {

struct AcnStation {
  std::string id;
  double voltage_v = 0.0;
  double phase_deg = 0.0;
  bool continuous = false;
  bool deadband = false;            ///< offers between 0 and the first of allowable_a do not exist
  std::vector<double> allowable_a;  ///< continuous: least and most; finite: all of them, 0 among them
};

struct AcnConstraint {
  std::string name;
  double limit_a = 0.0;
  std::vector<std::pair<std::uint32_t, double>> coefficients;  ///< station, coefficient
};

struct AcnSession {
  std::string id;
  std::uint32_t station = 0;
  std::int64_t arrival = 0, departure = 0, claimed_departure = 0;  ///< periods
  double requested_kwh = 0.0;
  double init_kwh = 0.0;
  physics::Vehicle vehicle;
};

struct AcnAlgorithm {
  std::string strategy;  ///< id in plugins/baseline
  control::TextParams params;
  bool bisects = false;        ///< searches continuous currents by halving, to bisection_eps_a
  bool uninterrupted = false;  ///< looks at true departures before it sorts
  std::string order;           ///< "edf", "llf", "fcfs", "lcfs", "lrpt"; empty when uncontrolled
  bool orders_by_claims() const { return order == "edf" || order == "llf"; }
  bool orders_by_work() const { return order == "llf" || order == "lrpt"; }
  bool estimates_maximum = false;
};

struct AcnCase {
  std::string name;
  kernel::TimeNs start_ns = 0, period_ns = 0;
  std::int64_t periods = 0;  ///< simulated: as many as the result's series are long
  std::vector<AcnStation> stations;
  std::vector<AcnConstraint> constraints;
  std::vector<double> price_per_kwh;
  double demand_charge_per_kw = 0.0;
  AcnAlgorithm algorithm;
  std::vector<AcnSession> sessions;

  double hours_per_period() const { return kernel::hours_between(0, period_ns); }
};

/// @throws CaseError naming the field and what would be right.
AcnCase read_acn_case(const nlohmann::json& document);

/// The site as evtwin has it: one-phase EVSEs, limits as phasor rows that are recorded and not enforced, the month
/// billed as a whole, batteries as two-point curves that alone stop a car.
twin::World acn_world(const AcnCase& acn);

/// Fails for a field that `known` does not list: a rule that nobody follows must not pass unseen.
void require_known(const nlohmann::json& object, std::initializer_list<std::string_view> known, std::string_view where);

}  // namespace evtwin::conformance
