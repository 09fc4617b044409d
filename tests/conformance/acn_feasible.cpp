// ACN-Sim's ChargingNetwork.is_feasible on the guard's rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "conformance/acn_run_case.hpp"
#include "conformance/acn_unit.hpp"
#include "conformance/cases.hpp"
#include "conformance/kinds.hpp"
#include "control/guard.hpp"

namespace evtwin::conformance {

namespace {

using nlohmann::json;
using Matrix = std::vector<std::vector<double>>;

/// How a constraint adds up the currents of its EVSEs.
enum class Sum {
  phasors,     ///< |sum of c x I x exp(j angle)|: the engine's magnitude_a rows
  magnitudes,  ///< sum of |c| x I: a bound that holds whatever the angles
  in_phase,    ///< |sum of c x I|: what ACN-Sim 0.3.3 computes when asked for the bound above
};

/// A guard whose EVSEs make 1 kW of 1 A, with a row per constraint.
class Network {
 public:
  Network(const Matrix& matrix, const std::vector<double>& limits_a, const std::vector<double>& phases_deg, Sum sum)
      : evses_(phases_deg.size()), couplings_(phases_deg.size(), {1.0, 0.0, physics::infinite, 0.0, {}}) {
    std::vector<physics::LimitRow> rows;
    for (std::size_t r = 0; r < matrix.size(); ++r) {
      if (matrix[r].size() != phases_deg.size()) throw CaseError("a row of the matrix has another length than phases");
      const bool bound = sum == Sum::magnitudes;
      physics::LimitRow row{fmt::format("constraint {}", r),
                            bound ? physics::LimitKind::current_a : physics::LimitKind::magnitude_a,
                            -physics::infinite,
                            limits_a.at(r),
                            {}};
      for (std::uint32_t i = 0; i < matrix[r].size(); ++i) {
        row.members.push_back(
            {i, bound ? std::abs(matrix[r][i]) : matrix[r][i], sum == Sum::phasors ? phases_deg[i] : 0.0});
      }
      rows.push_back(std::move(row));
    }
    guard_.emplace(evses_, std::span<const physics::Storage>{}, physics::FeederTree{}, rows, physics::infinite,
                   physics::infinite);
  }
  /// Currents of every constraint, A, by period. @param schedule  [station][period], A
  Matrix currents_a(const Matrix& schedule) {
    if (schedule.size() != evses_.size()) throw CaseError("the schedule has another number of stations than phases");
    const std::size_t periods = schedule.empty() ? 0 : schedule.front().size();
    Matrix currents;
    for (std::size_t r = 1; r < guard_->rows().size(); ++r) {  // row 0 is the grid connection
      currents.emplace_back();
      for (std::size_t t = 0; t < periods; ++t) {
        for (std::size_t i = 0; i < schedule.size(); ++i) {
          control::GuardMember& member = guard_->members[i];
          member.given_kw = schedule[i].at(t);
          member.charge = member.discharge = {physics::infinite, physics::infinite, false};
        }
        currents.back().push_back(guard_->value_of_row(guard_->rows()[r], control::Side::upper, couplings_));
      }
    }
    return currents;
  }

 private:
  std::vector<physics::Evse> evses_;
  std::vector<physics::Coupling> couplings_;
  std::optional<control::Guard> guard_;
};

void compare_schedule(Comparison& comparison, const json& c) {
  require_known(c,
                {"test", "matrix", "limits", "phases", "schedule", "linear", "violation_tolerance",
                 "relative_tolerance", "currents_abs", "feasible"},
                "an entry");
  const auto matrix = c.at("matrix").get<Matrix>();
  const auto limits_a = c.at("limits").get<std::vector<double>>();
  const auto phases_deg = c.at("phases").get<std::vector<double>>();
  const auto schedule = c.at("schedule").get<Matrix>();
  const auto expected_a = c.at("currents_abs").get<Matrix>();
  const double absolute_a = c.at("violation_tolerance");
  const double relative = c.at("relative_tolerance");
  const bool linear = c.at("linear");
  if (matrix.size() != limits_a.size() || matrix.size() != expected_a.size())
    throw CaseError("matrix, limits and currents_abs differ in length");
  const auto currents_a = [&](Sum sum) { return Network(matrix, limits_a, phases_deg, sum).currents_a(schedule); };
  const auto feasible = [&](const Matrix& currents) {
    for (std::size_t r = 0; r < currents.size(); ++r) {
      const double most_a = limits_a[r] + std::max(absolute_a, relative * limits_a[r]);
      if (std::any_of(currents[r].begin(), currents[r].end(), [&](double a) { return a > most_a; })) return "false";
    }
    return "true";
  };

  const Matrix peers_a = currents_a(linear ? Sum::in_phase : Sum::phasors);
  for (std::size_t r = 0; r < peers_a.size(); ++r)
    comparison.absolute(fmt::format("A of constraint {} in period", r), peers_a[r], expected_a[r], 1e-9);
  const char* expected = c.at("feasible").get<bool>() ? "true" : "false";
  comparison.equal("feasible", feasible(peers_a), expected);
  if (!linear) return;
  const Matrix bound_a = currents_a(Sum::magnitudes);
  double apart_a = 0.0;
  for (std::size_t r = 0; r < bound_a.size(); ++r) {
    for (std::size_t t = 0; t < bound_a[r].size(); ++t) apart_a = std::max(apart_a, bound_a[r][t] - peers_a[r][t]);
  }
  if (apart_a <= 1e-9) return;
  const auto text = fmt::format(
      "'linear' of ACN-Sim is |sum of c x I|, where opposite signs cancel; the bound it stands for, the sum of |c| x "
      "I, "
      "is up to {:.4g} A larger here",
      apart_a);
  if (std::string_view(feasible(bound_a)) == expected)
    comparison.remark(text);
  else
    comparison.known_difference(text + " and says otherwise");
}

}  // namespace

std::vector<Comparison> compare_acn_feasible(const json& document, const std::filesystem::path&) {
  const auto name = [](const json& c, std::size_t number) {
    const auto test = c.at("test").get<std::string>();
    return fmt::format("unit_feasible[{}] {}", number, test.substr(test.rfind('.') + 1));
  };
  return each_case(cases_of(document), name, compare_schedule);
}

}  // namespace evtwin::conformance
