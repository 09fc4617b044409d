// ACN-Sim's ChargingNetwork.is_feasible on the guard's rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "conformance/acn_unit.hpp"
#include "conformance/kinds.hpp"
#include "control/guard.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;
using Matrix = std::vector<std::vector<double>>;

/// A guard whose EVSEs make 1 kW of 1 A, with a row per constraint.
class Network {
 public:
  Network(const Matrix& matrix, const std::vector<double>& limits_a, const std::vector<double>& phases_deg,
          physics::LimitKind kind)
      : evses_(phases_deg.size()), couplings_(phases_deg.size(), {1.0, 0.0, physics::infinite, 0.0, {}}) {
    std::vector<physics::LimitRow> rows;
    for (std::size_t r = 0; r < matrix.size(); ++r) {
      physics::LimitRow row{fmt::format("constraint {}", r), kind, -physics::infinite, limits_a[r], {}};
      for (std::uint32_t i = 0; i < matrix[r].size(); ++i) {
        const double coefficient = kind == physics::LimitKind::current_a ? std::abs(matrix[r][i]) : matrix[r][i];
        row.members.push_back({i, coefficient, phases_deg[i]});
      }
      rows.push_back(std::move(row));
    }
    guard_.emplace(evses_, std::span<const physics::Storage>{}, physics::FeederTree{}, rows, physics::infinite,
                   physics::infinite);
  }
  /// Currents of every constraint, A, under one period's rates.
  std::vector<double> currents_a(const std::vector<double>& rates_a) {
    for (std::size_t i = 0; i < rates_a.size(); ++i) {
      control::GuardMember& member = guard_->members[i];
      member.given_kw = rates_a[i];
      member.charge = {physics::infinite, physics::infinite, false};
    }
    std::vector<double> currents;
    for (std::size_t r = 1; r < guard_->rows().size(); ++r)  // row 0 is the grid connection
      currents.push_back(guard_->value(guard_->rows()[r], control::Side::upper, couplings_));
    return currents;
  }

 private:
  std::vector<physics::Evse> evses_;
  std::vector<physics::Coupling> couplings_;
  std::optional<control::Guard> guard_;
};

Comparison compare_case(const json& c, std::size_t number) {
  const std::string test = c.at("test");
  Comparison comparison(fmt::format("unit_feasible[{}] {}", number, test.substr(test.rfind('.') + 1)));
  const auto matrix = c.at("matrix").get<Matrix>();
  const auto limits_a = c.at("limits").get<std::vector<double>>();
  const auto schedule = c.at("schedule").get<Matrix>();  // [station][period]
  const auto expected_a = c.at("currents_abs").get<Matrix>();
  const bool linear = c.at("linear");
  Network network(matrix, limits_a, c.at("phases").get<std::vector<double>>(),
                  linear ? physics::LimitKind::current_a : physics::LimitKind::magnitude_a);

  bool feasible = true;
  bool same_sums = true;
  const std::size_t periods = schedule.empty() ? 0 : schedule.front().size();
  for (std::size_t t = 0; t < periods; ++t) {
    std::vector<double> rates_a;
    for (const auto& station : schedule) rates_a.push_back(station.at(t));
    const std::vector<double> currents_a = network.currents_a(rates_a);
    for (std::size_t r = 0; r < currents_a.size(); ++r) {
      const double slack_a =
          std::max(c.at("violation_tolerance").get<double>(), c.at("relative_tolerance").get<double>() * limits_a[r]);
      feasible = feasible && currents_a[r] <= limits_a[r] + slack_a;
      // ACN-Sim's linear current is |sum of c x I|; the conservative bound that a limit needs is the sum of |c| x I.
      same_sums = same_sums && (!linear || std::abs(currents_a[r] - expected_a[r][t]) <= 1e-9);
      if (same_sums) comparison.absolute(fmt::format("A of constraint {}", r), currents_a[r], expected_a[r][t], 1e-9);
    }
  }
  if (!same_sums) {
    comparison.known_difference(
        "ACN-Sim's linear current is |sum of c x I|, which lets opposite signs cancel; evtwin's is the sum of |c| x I");
    return comparison;
  }
  comparison.equal("feasible", feasible ? "true" : "false", c.at("feasible").get<bool>() ? "true" : "false");
  return comparison;
}

}  // namespace

std::vector<Comparison> compare_acn_feasible(const json& document, const std::filesystem::path&) {
  std::vector<Comparison> all;
  for (const json& c : document.at("cases")) all.push_back(compare_case(c, all.size()));
  return all;
}

}  // namespace evtwin::conformance
