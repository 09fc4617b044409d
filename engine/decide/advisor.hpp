// Asks a strategy what it would do in the situation of a request, and the guard what it would make of that.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/correction.hpp"
#include "control/strategy_choice.hpp"
#include "decide/request.hpp"
#include "twin/world.hpp"

namespace evtwin::decide {

struct Asked {
  std::string id;         ///< of an EVSE or storage
  bool connected = true;  ///< EVSEs: somebody is plugged in; storages: always
  double asked_kw = 0.0;  ///< NaN: left as it is
  double granted_kw = 0.0;
  control::Correction reason = control::Correction::none;
  std::string limit;  ///< the row that bound, when reason is `limit`
};

/// A limit that does not hold with what is granted.
struct Exceeded {
  std::string limit;
  double value = 0.0, lower = 0.0, upper = 0.0;  ///< in the row's unit
};

/// The strategy's plan, where it made one.
struct AnsweredPlan {
  struct Row {
    std::string id;          ///< of an EVSE or storage
    std::vector<double> kw;  ///< by step; NaN: what was planned before stands
  };
  std::vector<TimeNs> start_ns;      ///< of the steps, then the last one's end
  std::vector<Row> evses, storages;  ///< with a figure in them
};

struct Answer {
  std::string strategy;
  std::vector<Asked> evses, storages;  ///< all, in the request's order
  std::vector<Exceeded> exceeded;
  TimeNs wake_ns = 0, quiet_until_ns = 0;  ///< 0: no own wake-up
  double expected_cost = 0.0;              ///< NaN: none
  std::optional<AnsweredPlan> plan;
  std::vector<control::Strategy::Remark> remarks;
};

/// One strategy instance. It is made at the first request and serves one installation: EVSEs, storages and limit rows
/// stay as they are, everything else may change.
class Advisor {
 public:
  explicit Advisor(control::ChosenStrategy chosen) : chosen_(std::move(chosen)) {}
  /// A strategy that is made for the installation of the first request: one in Lua knows its EVSEs by name.
  explicit Advisor(std::function<control::ChosenStrategy(const Request&)> choose) : choose_(std::move(choose)) {}
  /// @throws scenario::FieldError: another installation than the first request's. control::StrategyError: the strategy
  /// failed, and the instance may not be asked again.
  Answer answer_request(const Request& request);

 private:
  struct Situation;
  void number_sessions(const Request& request);
  static std::optional<AnsweredPlan> plan_of(const Situation& situation);

  control::ChosenStrategy chosen_;
  std::function<control::ChosenStrategy(const Request&)> choose_;  // empty: chosen_ is there
  std::unique_ptr<control::Strategy> strategy_;
  std::optional<Request> first_;
  std::vector<std::uint64_t> numbers_;  // [EVSEs] of the sessions
  std::vector<TimeNs> arrived_ns_;      // [EVSEs] when they came; time_never: nobody
  std::uint64_t last_number_ = 0;
  std::uint64_t decisions_ = 0;
};

/// The world of a request as far as a strategy in Lua is made for it: names, calendar, tick and seed.
twin::World world_of(const Request& request);

/// The answer as it is printed; what is not known is null.
nlohmann::ordered_json answer_json(const Request& request, const Answer& answer);

}  // namespace evtwin::decide
