// A request: a site at one instant, as plain data.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/departure.hpp"
#include "control/forecast.hpp"
#include "control/guard.hpp"
#include "market/calendar.hpp"
#include "physics/equipment.hpp"
#include "physics/limits.hpp"

namespace evtwin::decide {

using kernel::TimeNs;

/// Outcome of the last answer for an EVSE or storage.
struct Granted {
  double asked_kw = 0.0;
  std::uint32_t reason = EVTWIN_REASON_NONE;
  std::string limit;  ///< by name; empty: none
};

/// The car on an EVSE.
struct Car {
  TimeNs arrived_ns = 0, departs_ns = 0;  ///< departs: as claimed
  double requested_kwh = 0.0, got_kwh = 0.0, priority = 0.0;
  double setpoint_kw = 0.0, power_kw = 0.0;
  double soc = physics::unknown;
  std::optional<bool> draws;  ///< as said; else by its battery
  bool v2g = false;
  double v2g_min_price_per_kwh = 0.0;
  std::uint64_t number = 0;  ///< 0: to be counted
  std::string id;
  std::uint64_t driver = 0;
  std::uint32_t model = UINT32_MAX;  ///< of the vehicle, as in a view
  Granted granted;
  physics::Vehicle vehicle;
};

struct RequestedEvse {
  physics::Evse evse;
  std::optional<Car> car;
  bool available = true;
  TimeNs reserved_from_ns = 0, reserved_until_ns = 0;
  double reserved_kwh = 0.0;
};

/// soc_start of the storage is its state of charge now.
struct RequestedStorage {
  physics::Storage storage;
  double setpoint_kw = 0.0, power_kw = 0.0;
  Granted granted;
};

/// A vehicle that left since the last decision.
struct Waiting {
  std::uint32_t count = 0;
  double kwh = 0.0;
  TimeNs since_ns = 0;
};

struct Demand {
  std::uint32_t basis = EVTWIN_DEMAND_NONE;
  double price_per_kw = 0.0, fraction = 1.0, billed_peak_kw = 0.0, month_peak_kw = 0.0, window_import_kwh = 0.0;
  double next_price_per_kw = 0.0, next_fraction = 1.0, next_floor_kw = 0.0;
  TimeNs month_end_ns = 0, window_ns = 0, window_end_ns = 0;
};

/// Values that hold from an instant on; those that the request left out are filled in.
/// Bounds of a limit row, by its name, in the row's unit.
struct StepLimit {
  std::string name;
  double lower = -physics::infinite, upper = physics::infinite;
};

struct Step {
  TimeNs start_ns = 0;
  double pv_kw = 0.0, load_kw = 0.0, buy_per_kwh = 0.0, sell_per_kwh = 0.0, co2_kg_per_kwh = 0.0;
  double contract_kw = physics::infinite, power_setpoint_kw = physics::unknown;
  double arrivals = 0.0, arrivals_kwh = 0.0;
  std::vector<StepLimit> limits{};  ///< of the rows that are not as now
};

struct Request {
  std::string id;
  market::Calendar calendar;
  TimeNs now_ns = 0, tick_ns = 0;
  std::uint64_t seed = 0;
  std::uint32_t why = EVTWIN_WHY_TICK, changed = 0;
  TimeNs last_decision_ns = 0, end_ns = kernel::time_never;
  std::uint32_t commands_under_way = 0, commands_lost = 0;
  std::vector<control::Departure> departed;
  Waiting waiting;
  std::uint64_t turned_away = 0;
  std::optional<std::uint64_t> decision_number;

  std::vector<RequestedEvse> evses;
  std::vector<RequestedStorage> storages;
  std::vector<physics::Feeder> feeders;
  std::vector<physics::LimitRow> rows;
  bool enforce = true;
  double export_limit_kw = physics::infinite;
  std::uint32_t storage_policy = EVTWIN_STORAGE_OFF;
  double driver_price_per_kwh = 0.0, v2g_price_per_kwh = 0.0, unmet_price_per_kwh = 0.0, wear_price_per_kwh = 0.0;
  Demand demand;
  Step present;             ///< now; its contract, PV, load, prices and set-point are the site's
  std::vector<Step> ahead;  ///< ascending
  evtwin_ledger since_last{}, so_far{};
};

/// @throws scenario::FieldError naming the field by its JSON pointer, what came and what would be right.
Request read_request(std::string_view json);

/// The horizon of `steps` steps as strategies see it: means over each step, the lowest contract within it, arrivals by
/// the step that holds at its start. A request states no spread: every level of `horizon.level` is the value itself.
void fill_horizon(const Request& request, TimeNs next_tick_ns, std::uint32_t steps, control::Horizon& horizon);
/// After fill_horizon(): bounds of the site's rows over the horizon, none where the request has none. @param rows  with
/// their bounds now. @throws scenario::FieldError for a limit that the site does not have.
void fill_limits_ahead(const Request& request, std::span<const control::GuardRow> rows, control::Horizon& horizon);

}  // namespace evtwin::decide
