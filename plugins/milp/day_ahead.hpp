// Plans a day once, from forecasts, follows that plan, and repairs it where the day goes otherwise.
#pragma once
#include <cstdint>
#include <evtwin/strategy.hpp>
#include <string>
#include <vector>

#include "forecast_plan.hpp"
#include "offers.hpp"
#include "settings.hpp"

namespace evtwin::milp {

/// A car of the plan: here when it was made, or announced. Its set-points are mean powers over the time it is there.
struct Visit {
  std::uint32_t evse = 0;
  std::uint64_t session = 0;      ///< 0: announced and not here yet
  std::int64_t announced_ns = 0;  ///< begin of its reservation; 0 for a car that was here
  std::int64_t from_ns = 0;       ///< the plan has it there ...
  std::int64_t until_ns = 0;      ///< ... until then
  std::vector<double> kw;         ///< [steps]
  double got_before_kwh = 0.0;    ///< of its session, when the plan was made or it came
  double remaining_kwh = 0.0;     ///< of its request when last seen; of its reservation before it came
  std::int64_t claimed_ns = 0;    ///< departure it claims, once it is here
  std::uint8_t over = 0;          ///< it has left
};

/// The plan in force, by cars.
struct DayPlan {
  std::int64_t day = 0;                      ///< local day, counted from plan_at
  std::vector<std::int64_t> edge_ns;         ///< [steps + 1]; empty: none
  std::vector<double> import_kw, export_kw;  ///< [steps]
  std::vector<double> storage_kw;            ///< [storages x steps]
  std::vector<Visit> visits;
  /// Sessions that drew and reservations that stood when it was made, planned for or not.
  std::vector<std::uint64_t> known;

  std::size_t steps() const { return edge_ns.empty() ? 0 : edge_ns.size() - 1; }
  /// The step that `now_ns` lies in; steps() outside.
  std::size_t step_at(std::int64_t now_ns) const;
  /// Planned for a visit from the beginning to `now_ns`.
  double kwh_until(const Visit& visit, std::int64_t now_ns) const;
  bool knows_session(std::uint64_t key) const;
};

/// Deviations since the day was planned.
struct Deviations {
  std::uint32_t missing = 0, late = 0, left_early = 0, other_energy = 0, unannounced = 0;

  bool operator==(const Deviations&) const = default;
};

/// Once a day, at plan_at of the local clock (and when the run begins): a plan from the cars that are here,
/// reservations, foreseen arrivals, prices, PV and load. It is shown and followed car by car; what an EVSE could not
/// offer is made good in the steps after, below the highest import that the plan has anyway. The rest of the day is
/// planned anew, from what is then known, when
///
///  - an announced car has not come a quarter of an hour after its time and should have charged, or comes more than
///    that early or late, or wants or can take something else than was announced
///  - a car leaves before it got what was planned, or stays on and wants more
///  - a car comes, or a visit is announced, that the plan does not know
///  - a car got more than a tenth of its plan, and a kWh, more or less than planned by now
///  - a limit changes, or load and PV lift the import above the highest one planned and billed
///
/// Cars that are missing, late, leave early or take otherwise are reported, with how many there were today. Between
/// repairs storage follows the plan too, but charges only what the import limit leaves beside the cars and gives only
/// what is used or was to be exported.
class DayAhead {
 public:
  DayAhead(const Settings& settings, const evtwin_host& host) : planner_(settings, host) {}
  void decide(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, sdk::Decision& decision);
  void save(sdk::StateWriter& writer) const;
  void load(sdk::StateReader& reader, std::size_t evses, std::size_t storages);

 private:
  void make_plan(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, sdk::Decision& decision);
  void put_visits(const evtwin_view& view, const Planned& planned);
  void show_plan(const evtwin_view& view, sdk::Decision& decision) const;
  bool notice_changes(const evtwin_view& view);
  bool watch_visit(const evtwin_view& view, Visit& visit);
  bool meet_reservation(const evtwin_view& view, Visit& visit);
  bool import_is_higher(const evtwin_view& view) const;
  void tell_course(const evtwin_view& view);
  void follow_plan(const evtwin_view& view, const Settings& settings, const SiteMemory& memory, std::size_t step,
                   sdk::Decision& decision);

  ForecastPlanner planner_;
  DayPlan plan_;
  Deviations today_;
  std::vector<std::uint64_t> missed_;  ///< reservations of today that were told as missing
  bool keep_existing_ = false;
};

}  // namespace evtwin::milp
