// The part of the language that stands inside functions: fields of the view and of the world, and the words themselves.
#include <array>
#include <stdexcept>
#include <string>

#include "kernel/static_checks.hpp"
#include "scenario/keys.hpp"

namespace evtwin::scenario {
namespace {

constexpr std::array view_docs{
    Field{"now", "", "string", false, "Local time, \"2025-06-02 14:00\"."},
    Field{"now_ns", "ns", "integer", false, "Nanoseconds since 1970-01-01T00:00Z."},
    Field{"date", "", "string", false, "Local date, \"2025-06-02\"."},
    Field{"weekday", "", "integer", false, "1 Monday ... 7 Sunday."},
    Field{"hour", "", "integer", false, "0..23 on the local clock."},
    Field{"minute", "", "integer", false, "0..59."},
    Field{"utc_offset_ns", "ns", "integer", false, "The local clock shows now_ns + utc_offset_ns."},
    Field{"tick_h", "h", "number", false, "Distance of the decision ticks."},
    Field{"tick_ns", "ns", "integer", false, "The same in nanoseconds."},
    Field{"next_tick_in_h", "h", "number", false, "Until the next decision tick."},
    Field{"next_tick_ns", "ns", "integer", false, "The next decision tick."},
    Field{"decision_number", "", "integer", false,
          "How many decisions there were before; run files and messages call this one decision_number + 1."},
    Field{"why", "", "string", false,
          "Why the strategy is asked: words of tick, arrival, departure, price, limit, wake, finished, power, grant, "
          "booking, reading."},
    Field{
        "changed", "", "string", false,
        "What may be other than at the last decision: words of rows, sessions, prices, horizon. What was derived from "
        "the rest still holds."},
    Field{"last_decision_ns", "ns", "integer", false,
          "When the strategy was asked before; the run's start at the first decision."},
    Field{"last_decision_h_ago", "h", "number?", false, "The same, back from now."},
    Field{"end_ns", "ns", "integer", false, "End of the run; math.maxinteger where nothing ends."},
    Field{"ends_in_h", "h", "number?", false, "The same, from now; nil where nothing ends."},
    Field{"commands_under_way", "", "integer", false, "Decisions whose set-points have not arrived yet."},
    Field{"commands_lost", "", "integer", false, "Set-points lost since the last decision."},
    Field{"departed", "", "evtwin.view_departure[]", false,
          "Who left since the last decision, in order of leaving; at the first one also who left before the run, where "
          "the scenario gives its `history`."},
    Field{"n_waiting", "", "integer", false, "Cars in the queue for an EVSE."},
    Field{"waiting_kwh", "kWh", "number", false, "What they ask for together."},
    Field{"waiting_since_ns", "ns", "integer", false, "Arrival of the one that has waited longest; 0: nobody waits."},
    Field{"waiting_since_h_ago", "h", "number?", false, "The same, back from now; nil where nobody waits."},
    Field{"turned_away", "", "integer", false, "Cars that left without a charge since the last decision."},
    Field{"evses", "", "evtwin.view_evse[]", false, "All EVSEs, in the order of the scenario."},
    Field{"connected", "", "evtwin.view_evse[]", false, "The EVSEs with a car, in the same order: what to loop over."},
    Field{"storages", "", "evtwin.view_storage[]", false, "All storages."},
    Field{"storage_policy", "", "string", false,
          "What the scenario wants of who leaves storage alone: off, self_consumption, peak_shaving, arbitrage."},
    Field{"limits", "", "evtwin.view_limit[]", false, "All limits as rows; the first is the grid connection."},
    Field{"since_last", "", "evtwin.view_ledger", false, "What the previous decision led to."},
    Field{"so_far", "", "evtwin.view_ledger", false, "The run up to now."},
    Field{"horizon", "", "evtwin.view_step[]", false,
          "What is foreseen of the next 24 h or horizon_h, one entry per tick."},
    Field{"pv_kw", "kW", "number", false, "Solar power now."},
    Field{"load_kw", "kW", "number", false, "Base load now."},
    Field{"contract_kw", "kW", "number", false, "Import limit in force; math.huge where there is none."},
    Field{"export_limit_kw", "kW", "number", false, "Export limit in force; math.huge where there is none."},
    Field{"power_setpoint_kw", "kW", "number?", false, "Net power the site should draw now; nil where none is given."},
    Field{"buy_per_kwh", "currency/kWh", "number", false, "Price of energy now, surcharge and tax included."},
    Field{"sell_per_kwh", "currency/kWh", "number", false, "Price of energy fed back now."},
    Field{"driver_price_per_kwh", "currency/kWh", "number", false, "What drivers pay."},
    Field{"v2g_price_per_kwh", "currency/kWh", "number", false, "What drivers are paid for energy discharged."},
    Field{"unmet_price_per_kwh", "currency/kWh", "number", false, "Worth of a kWh wanted and not got."},
    Field{"wear_price_per_kwh", "currency/kWh", "number", false,
          "Battery wear per kWh discharged from cars and storage."},
    Field{"demand_basis", "", "string", false,
          "What the demand charge is reckoned on: none, peak (highest mean of a metering window), contract."},
    Field{"demand_price_per_kw", "currency/kW", "number", false,
          "This month's demand charge; 0 where the basis is not peak."},
    Field{"demand_fraction", "0..1", "number", false, "Part of this month's charge that the run pays."},
    Field{"billed_peak_kw", "kW", "number", false, "What the month will be billed for so far."},
    Field{"month_peak_kw", "kW", "number", false, "Highest closed metering window of this month."},
    Field{"month_end_ns", "ns", "integer", false, "End of the month."},
    Field{"month_end_in_h", "h", "number", false, "The same, from now."},
    Field{"next_month_demand_price_per_kw", "currency/kW", "number", false,
          "The demand charge of the month after; 0 where the basis is not peak."},
    Field{"next_month_demand_fraction", "0..1", "number", false,
          "Part of that month's charge that the run pays; 0: the run ends before."},
    Field{"next_month_floor_kw", "kW", "number", false, "What that month will be billed for at least."},
    Field{"metering_window_ns", "ns", "integer", false, "Length of the running metering window."},
    Field{"metering_window_h", "h", "number", false,
          "The same in hours: 0.25, 0.5 or 1 unless a change of the clock falls into it."},
    Field{"window_import_kwh", "kWh", "number", false,
          "Imported so far in the running metering window; what was exported takes nothing off."},
    Field{"window_end_ns", "ns", "integer", false, "Its end."},
    Field{"window_end_in_h", "h", "number", false, "The same, from now."},
    Field{"horizon_issued_ns", "ns", "integer", false, "When what is foreseen was issued."},
    Field{"levels", "0..1", "number[]", false, "Levels of the forecast that the strategy asked for, ascending."},
};
static_assert(kernel::has_unique_keys(view_docs, &Field::name));

constexpr std::array evse_docs{
    Field{"id", "", "string", false, "Its id, \"A-1\"."},
    Field{"connected", "", "boolean", false, "Whether a car is plugged in."},
    Field{"draws", "", "boolean", false, "Whether the car would take power if offered."},
    Field{"session", "", "integer", false, "Number of the session, in order of plug-in; 0: nobody."},
    Field{"session_id", "", "string", false, "The stay as the site names it; \"\" for nobody, or without a name."},
    Field{"driver", "", "integer?", false, "Number of the driver, the same at every visit; nil where not known."},
    Field{"vehicle", "", "integer?", false, "Number of the vehicle's model, from 0; nil where not known."},
    Field{"phases", "", "integer", false, "AC phases; 0 for DC."},
    Field{"arrived_ns", "ns", "integer", false, "Plug-in; 0 without a car."},
    Field{"claimed_departs_ns", "ns", "integer", false, "Departure the driver claimed; 0 without a car."},
    Field{"departs_ns", "ns", "integer", false,
          "What to plan with: the claim while it lies ahead, else the next tick; 0 without a car."},
    Field{"arrived_h_ago", "h", "number?", false, "Since plug-in; nil without a car."},
    Field{"departs_in_h", "h", "number?", false,
          "Until the departure the driver claimed while that lies ahead, else until the next tick; nil without a car."},
    Field{"claimed_departs_in_h", "h", "number?", false,
          "Until the departure the driver claimed, negative once it has passed; nil without a car."},
    Field{"voltage_v", "V", "number", false, "Across one load phase; 0 for DC."},
    Field{"phase_angle_deg", "deg", "number", false, "Angle of its current, for limits over phases."},
    Field{"max_kw", "kW", "number", false, "Most it may offer now; 0 during an outage."},
    Field{"max_discharge_kw", "kW", "number", false, "Most it may take out of a car; 0 where it is not bidirectional."},
    Field{"efficiency", "0..1", "number", false, "EVSE meter to AC side."},
    Field{"setpoint_kw", "kW", "number", false, "In force now, after the guard."},
    Field{"asked_kw", "kW", "number", false, "That set-point as it was asked for, before the guard."},
    Field{"reason", "", "string", false,
          "Why setpoint_kw is not asked_kw: none, evse_rating, min_current, finite_rate, limit, no_v2g, outage ..."},
    Field{"limit_row", "", "integer?", false, "Position in view.limits of the limit that bound; nil where none did."},
    Field{"power_kw", "kW", "number", false, "Metered now."},
    Field{"requested_kwh", "kWh", "number", false, "What the driver asked for."},
    Field{"got_kwh", "kWh", "number", false, "Metered so far."},
    Field{"remaining_kwh", "kWh", "number", false, "What is left of the request, at least 0."},
    Field{"car_min_kw", "kW", "number", false, "Smallest offer above 0 that can be made to this car."},
    Field{"car_max_kw", "kW", "number", false, "Largest."},
    Field{"car_max_discharge_kw", "kW", "number", false, "Above 0 only for a V2G car whose driver opted in."},
    Field{"kw_per_a", "kW/A", "number", false, "kW of 1 A on the phases used; 0 for DC."},
    Field{"soc", "0..1", "number?", false, "State of charge; nil where a real charger would not know it."},
    Field{"battery_kwh", "kWh", "number?", false, "Capacity; nil likewise."},
    Field{"soc_floor", "0..1", "number?", false, "Discharging never goes below; nil likewise."},
    Field{"priority", "", "number", false, "Higher is more important; 0 by default."},
    Field{"v2g_price_per_kwh", "currency/kWh", "number", false,
          "What this driver is paid for energy discharged: the site's price or the owner's minimum, whichever is "
          "higher; 0 without a car."},
    Field{"car_charge_efficiency", "0..1", "number?", false,
          "Stored kWh = metered kWh x this; nil where a charger would not know it."},
    Field{"car_discharge_efficiency", "0..1", "number?", false, "Metered kWh = stored kWh x this; nil likewise."},
    Field{"curve", "", "table[]", false,
          "What the car takes at most: points { soc, kw }, linear between; empty where a charger would not know."},
    Field{"rates_kw", "kW", "number[]", false,
          "Offers above 0 that can be made to this car; empty: any from car_min_kw to car_max_kw."},
    Field{"reserved_from_ns", "ns", "integer", false, "Begin of the next visit announced; 0 where none is known."},
    Field{"reserved_until_ns", "ns", "integer", false, "Its end."},
    Field{"reserved_from_in_h", "h", "number?", false, "Its begin, from now; nil where none is known."},
    Field{"reserved_until_in_h", "h", "number?", false, "Its end, from now."},
    Field{"reserved_kwh", "kWh", "number", false, "What it will ask for."},
};
static_assert(kernel::has_unique_keys(evse_docs, &Field::name));

constexpr std::array storage_docs{
    Field{"name", "", "string", false, "Its name."},
    Field{"kwh", "kWh", "number", false, "Capacity."},
    Field{"soc", "0..1", "number", false, "State of charge."},
    Field{"soc_min", "0..1", "number", false, "Lowest used."},
    Field{"soc_max", "0..1", "number", false, "Highest used."},
    Field{"max_charge_kw", "kW", "number", false, "Most power in."},
    Field{"max_discharge_kw", "kW", "number", false, "Most power out."},
    Field{"charge_efficiency", "0..1", "number", false, "AC side to battery."},
    Field{"discharge_efficiency", "0..1", "number", false, "Battery to AC side."},
    Field{"power_kw", "kW", "number", false, "Now; negative: out of the storage."},
    Field{"setpoint_kw", "kW", "number", false, "In force now, after the guard."},
    Field{"asked_kw", "kW", "number", false, "That set-point as it was asked for."},
    Field{"reason", "", "string", false,
          "Why setpoint_kw is not asked_kw: none, limit, soc_window, storage_rating ..."},
    Field{"limit_row", "", "integer?", false, "Position in view.limits of the limit that bound; nil where none did."},
};
static_assert(kernel::has_unique_keys(storage_docs, &Field::name));

constexpr std::array step_docs{
    Field{"start_ns", "ns", "integer", false, "Begin."},
    Field{"starts_in_h", "h", "number", false, "Begin, from now."},
    Field{"hours", "h", "number", false, "Length."},
    Field{"window_end_ns", "ns", "integer?", false, "End of the metering window that the step begins in."},
    Field{"buy_per_kwh", "currency/kWh", "number?", false, "Price of energy; nil beyond what is known."},
    Field{"sell_per_kwh", "currency/kWh", "number?", false, "Price of energy fed back."},
    Field{"pv_kw", "kW", "number?", false, "Solar power foreseen."},
    Field{"load_kw", "kW", "number?", false, "Base load foreseen."},
    Field{"co2_kg_per_kwh", "kg/kWh", "number?", false, "Carbon dioxide per kWh imported."},
    Field{"contract_kw", "kW", "number?", false,
          "Lowest import limit of the step, announced cuts included; from the second step on no more than "
          "the site may count on of shared_limits."},
    Field{"power_setpoint_kw", "kW", "number?", false, "Net power the site should draw; nil where none is given."},
    Field{"arrivals", "", "number?", false, "Cars expected to plug in during the step."},
    Field{"arrivals_kwh", "kWh", "number?", false, "Energy they are expected to ask for."},
    Field{"level_pv_kw", "kW", "number[]", false,
          "By level of view.levels: what the solar power stays below with that probability."},
    Field{"level_load_kw", "kW", "number[]", false, "The same of the base load."},
    Field{"level_buy_per_kwh", "currency/kWh", "number[]", false, "The same of the price of energy."},
    Field{"level_arrivals", "", "number[]", false, "The same of the cars that plug in."},
    Field{"level_arrivals_kwh", "kWh", "number[]", false, "The same of what they ask for."},
};
static_assert(kernel::has_unique_keys(step_docs, &Field::name));

constexpr std::array departure_docs{
    Field{"evse", "", "evtwin.view_evse", false, "Where it stood; what the object shows is who stands there now."},
    Field{"session", "", "integer", false, "Number of its session; 0: it left before the run (`history`)."},
    Field{"ns", "ns", "integer", false, "When it left."},
    Field{"h_ago", "h", "number", false, "The same, back from now."},
    Field{"got_kwh", "kWh", "number", false, "Metered, net of what was discharged."},
    Field{"requested_kwh", "kWh", "number", false, "What the driver had asked for."},
    Field{"arrived_ns", "ns", "integer", false, "When it was plugged in; 0: not known."},
    Field{"claimed_ns", "ns", "integer", false, "When the driver had said to leave; 0: not known."},
    Field{"driver", "", "integer", false, "Number of the driver, the same at every visit; 0: not known."},
    Field{"max_kw", "kW", "number", false, "The most that it could be given; 0: not known."},
    Field{"draws", "", "boolean", false, "Whether it would have taken power when it left."},
};
static_assert(kernel::has_unique_keys(departure_docs, &Field::name));

constexpr std::array limit_docs{
    Field{"name", "", "string", false, "Its name."},
    Field{"kind", "", "string", false,
          "power_kw, current_a (A per phase used) or magnitude_a (length of the sum of phasors)."},
    Field{"lower", "", "number", false, "Lower bound in the unit of the kind; -math.huge where there is none."},
    Field{"upper", "", "number", false, "Upper bound: lower <= base + sum of coefficient x power or current <= upper."},
    Field{"base", "", "number", false, "What others draw there now: load minus sun below this point."},
    Field{"lower_ahead", "", "number[]?", false,
          "Lower bound within each step of the horizon, the tightest; nil where no bound changes over time."},
    Field{"upper_ahead", "", "number[]?", false, "Upper bound within each step of the horizon, the tightest."},
    Field{"members", "", "evtwin.view_limit_member[]", false, "What is summed."},
};
static_assert(kernel::has_unique_keys(limit_docs, &Field::name));

constexpr std::array limit_member_fields{
    Field{"evse", "", "evtwin.view_evse?", false, "The EVSE, or nil."},
    Field{"storage", "", "evtwin.view_storage?", false, "The storage, or nil."},
    Field{"coefficient", "", "number", false,
          "Power rows: kW of the row per kW at the meter; others: per A (kW / kw_per_a)."},
    Field{"angle_deg", "deg", "number", false, "Magnitude rows: angle of its current in this row."},
};
static_assert(kernel::has_unique_keys(limit_member_fields, &Field::name));

constexpr std::array ledger_docs{
    Field{"import_kwh", "kWh", "number", false, "Drawn at the grid connection."},
    Field{"export_kwh", "kWh", "number", false, "Fed back there."},
    Field{"pv_kwh", "kWh", "number", false, "From the sun."},
    Field{"load_kwh", "kWh", "number", false, "Base load."},
    Field{"ev_charge_kwh", "kWh", "number", false, "Into cars, at the EVSE meters."},
    Field{"ev_discharge_kwh", "kWh", "number", false, "Out of cars."},
    Field{"storage_charge_kwh", "kWh", "number", false, "Into storage, at its AC terminals."},
    Field{"storage_discharge_kwh", "kWh", "number", false, "Out of storage."},
    Field{"losses_kwh", "kWh", "number", false, "Between the meters: DC EVSEs, feeders, standby."},
    Field{"energy_cost", "currency", "number", false, "Import x buy price - export x sell price."},
    Field{"demand_charge", "currency", "number", false, "Growth of the months' demand charges."},
    Field{"driver_revenue", "currency", "number", false, "Drivers to site."},
    Field{"v2g_payment", "currency", "number", false, "Site to drivers."},
    Field{"wear_cost", "currency", "number", false, "Of vehicle and storage batteries."},
    Field{"co2_kg", "kg", "number", false, "Of the imported energy."},
    Field{"unmet_kwh", "kWh", "number", false, "Of the sessions that ended."},
    Field{"overload_kwh", "kWh", "number", false, "Imported beyond the contract power."},
    Field{"feeder_overload_kwh", "kWh", "number", false, "Beyond any other limit."},
    Field{"export_overload_kwh", "kWh", "number", false, "Exported beyond the export limit."},
    Field{"adjusted_kwh", "kWh", "number", false, "Live sites: metered less reckoned; 0 in a simulation."},
};
static_assert(kernel::has_unique_keys(ledger_docs, &Field::name));

constexpr std::array decision_fields{
    Field{"wake_in_h", "h", "number?", false, "Ask again after this time, beside the ticks; each decision asks anew."},
    Field{"quiet_for_h", "h", "number?", false,
          "Leave this answer standing at the decision ticks of this time: ask at events alone."},
    Field{"expected_cost", "currency", "number?", false, "What the horizon is expected to cost; recorded."},
};
static_assert(kernel::has_unique_keys(decision_fields, &Field::name));

constexpr std::array world_docs{
    Field{"now", "", "string", false, "Local time, \"2025-06-02 14:00\"."},
    Field{"site", "", "evtwin.world_site", false, "The site, or the first of several."},
    Field{"sites", "", "evtwin.world_site[]", false, "All sites."},
    Field{"evse", "", "table<string, evtwin.world_evse>", false, "EVSEs of all sites by id: world.evse[\"A-1\"]."},
};
static_assert(kernel::has_unique_keys(world_docs, &Field::name));

constexpr std::array world_site_fields{
    Field{"name", "", "string", false, "Its name."},
    Field{"contract_kw", "kW", "number", true, "Import limit, at least 0; math.huge for none."},
    Field{"export_limit_kw", "kW", "number", true, "Export limit, at least 0; math.huge for none."},
    Field{"driver_price_per_kwh", "currency/kWh", "number", true, "What drivers pay."},
    Field{"v2g_price_per_kwh", "currency/kWh", "number", true, "What drivers are paid for energy discharged."},
    Field{"evse", "", "table<string, evtwin.world_evse>", false, "Its EVSEs by id."},
};
static_assert(kernel::has_unique_keys(world_site_fields, &Field::name));

constexpr std::array world_evse_docs{
    Field{"id", "", "string", false, "Its id."},
    Field{"available", "", "boolean", true, "false: out of service from now on."},
};
static_assert(kernel::has_unique_keys(world_evse_docs, &Field::name));

constexpr std::array hour_fields{
    Field{"hour", "", "integer", false, "0..23 on the local clock."},
    Field{"minute", "", "integer", false, "0..59; 0 unless the run starts within an hour."},
    Field{"weekday", "", "integer", false, "1 Monday ... 7 Sunday."},
    Field{"day_index", "", "integer", false, "Local days since the start, from 0."},
    Field{"month", "", "integer", false, "1..12."},
    Field{"day", "", "integer", false, "1..31."},
    Field{"year", "", "integer", false, "Year."},
    Field{"date", "", "string", false, "\"2025-06-02\"."},
};
static_assert(kernel::has_unique_keys(hour_fields, &Field::name));

constexpr std::array priced_station_fields{
    Field{"hour", "", "integer", false, "0..23 on the local clock, of the hour that begins."},
    Field{"weekday", "", "integer", false, "1 Monday ... 7 Sunday."},
    Field{"use", "0..1", "number", false, "Share of its chargers taken over the hour that ends."},
    Field{"charging", "", "integer", false, "Cars that charge now."},
    Field{"waiting", "", "integer", false, "Cars that wait now."},
    Field{"price", "currency/kWh", "number", false, "Price of the hour that ends."},
    Field{"base", "currency/kWh", "number", false, "Its price_per_kwh at this hour."},
};
static_assert(kernel::has_unique_keys(priced_station_fields, &Field::name));

constexpr std::array past_fields{
    Field{"count", "", "fun(): integer", false, "Steps that have wholly been; 1 is the oldest."},
    Field{"step_min", "min", "fun(): number", false, "Length of a step."},
    Field{"minute", "min", "fun(k: integer): integer", false,
          "What the local clock shows where step k begins, 0..1439."},
    Field{"day", "", "fun(k: integer): integer", false, "Its local date, days since 1970-01-01."},
    Field{"weekday", "", "fun(k: integer): integer", false, "1 Monday ... 7 Sunday."},
    Field{"holiday", "", "fun(k: integer): boolean", false, "Whether that date is a holiday of the tariff."},
    Field{"pv", "kW", "fun(k: integer): number?", false, "Mean solar power; nil where it is not known."},
    Field{"load", "kW", "fun(k: integer): number?", false, "Mean base load."},
    Field{"arrivals", "", "fun(k: integer): number?", false, "Cars that came, whether or not an EVSE was free."},
    Field{"arrivals_kwh", "kWh", "fun(k: integer): number?", false, "What they requested together."},
    Field{"price", "currency/kWh", "fun(k: integer): number?", false, "Mean price of imported energy."},
};
static_assert(kernel::has_unique_keys(past_fields, &Field::name));

constexpr std::array ask_fields{
    Field{"quantity", "", "fun(): string", false, "What to foresee: pv, load, arrivals, arrivals_kwh or price."},
    Field{"count", "", "fun(): integer", false, "Steps to foresee; 1 begins when it is asked."},
    Field{"step_min", "min", "fun(): number", false, "Length of a step."},
    Field{"minute", "min", "fun(k: integer): integer", false,
          "What the local clock shows where step k begins, 0..1439."},
    Field{"day", "", "fun(k: integer): integer", false, "Its local date, days since 1970-01-01."},
    Field{"weekday", "", "fun(k: integer): integer", false, "1 Monday ... 7 Sunday."},
    Field{"holiday", "", "fun(k: integer): boolean", false, "Whether that date is a holiday of the tariff."},
    Field{"levels", "0..1", "fun(): number[]", false,
          "Probabilities for which a second value is welcome: a list for each of them, of what each step stays below."},
};
static_assert(kernel::has_unique_keys(ask_fields, &Field::name));

constexpr std::array recorded_run_fields{
    Field{"query", {}, "fun(sql: string): table[]", false, "Rows of a statement over the run file, by column."},
    Field{"sessions", {}, "fun(): table[]", false, "Rows of the table session, in the order in which sessions end."},
    Field{"segments",
          {},
          "fun(): table[]",
          false,
          "Rows of the view power_segment: every piece of time at every outlet."},
    Field{"signals",
          {},
          "fun(): table[]",
          false,
          "Rows of the table signal: prices, PV, load and limits as they changed."},
};
static_assert(kernel::has_unique_keys(recorded_run_fields, &Field::name));

constexpr std::array stood_fields{
    Field{"soc", "0..1", "number", false, "Of the 12 V battery at the end."},
    Field{"lowest_soc", "0..1", "number", false, "The lowest on the way."},
    Field{"hours_to_limit", "h", "number?", false, "Until it was below soc_limit; nil: it never was."},
    Field{"hours_to_flat", "h", "number?", false, "Until nothing was left; nil likewise."},
    Field{"top_ups", "", "integer", false, "How often it was topped up."},
    Field{"self_tests", "", "integer", false, "How often the car woke to test itself."},
    Field{"drained_wh", "Wh", "number", false, "What stood by took out of it."},
    Field{"stored_wh", "Wh", "number", false, "What top-ups put into it."},
    Field{"traction_kwh", "kWh", "number", false, "What care took out of the traction battery."},
};
static_assert(kernel::has_unique_keys(stood_fields, &Field::name));

constexpr std::array all_fields{
    FieldSection{"view",
                 "What a strategy may know at one decision: `strategy = function(view) ... end`. It returns a table of "
                 "kW by EVSE id, position or storage name; what is left out stays as it is. Names are those of the "
                 "plugins' strategy.h.",
                 view_docs},
    FieldSection{"view_evse", "One EVSE and the car on it, view.evses[i]. Without a car the car's figures are 0.",
                 evse_docs},
    FieldSection{"view_storage", "One storage, view.storages[i].", storage_docs},
    FieldSection{"view_limit", "One limit, view.limits[r].", limit_docs},
    FieldSection{"view_limit_member", "One EVSE or storage in a limit, view.limits[r].members[m].",
                 limit_member_fields},
    FieldSection{"view_departure", "Who left since the last decision, view.departed[d].", departure_docs},
    FieldSection{"view_ledger", "Energy and money of the site, view.since_last and view.so_far.", ledger_docs},
    FieldSection{"view_step", "One step of the horizon, view.horizon[k].", step_docs},
    FieldSection{"decision", "What a strategy in Lua may return beside the powers: `return kw, { wake_in_h = 0.5 }`.",
                 decision_fields},
    FieldSection{
        "past",
        "What a forecaster in Lua is told: `forecast = function(past, ask) return values, quantiles end`. All fields "
        "are "
        "functions: past.count(), and past.load(k) of step k. `values` is a "
        "list of ask.count() numbers, `quantiles` a list of such lists, one for each of ask.levels(), or nil. What it "
        "returns may depend on nothing but `past` and `ask`: a function that keeps something between calls is refused "
        "where that shows, and makes runs that can not be resumed where it does not.",
        past_fields},
    FieldSection{"ask", "What it is asked, as functions: `for k = 1, ask.count() do values[k] = ... end`.", ask_fields},
    FieldSection{"world", "What the functions of at() can change.", world_docs},
    FieldSection{"world_site", "One site, world.site or world.sites[i].", world_site_fields},
    FieldSection{"world_evse", "One EVSE, world.evse[\"A-1\"].", world_evse_docs},
    FieldSection{"recorded_run", "What a figure of your own is made from: `kpi = { name = function(run) ... end }`.",
                 recorded_run_fields},
    FieldSection{"stood", "What `parked { ... }` answers.", stood_fields},
    FieldSection{"hour", "What `per_hour = function(t) ... end` is asked about, once per hour of the run.",
                 hour_fields},
    FieldSection{"priced_station",
                 "What `pricing = function(station) ... end` is asked about as a local hour begins; it returns the "
                 "price per kWh for who begins to charge in it.",
                 priced_station_fields},
};
static_assert(kernel::has_unique_keys(all_fields, &FieldSection::name));

constexpr std::array all_words{
    Word{"scenario", "scenario(t)", "@param t evtwin.scenario\n@return evtwin.scenario",
         "Makes the scenario; the file returns it."},
    Word{"site", "site(t)", "@param t evtwin.site\n@return evtwin.site",
         "Makes a site; stands inside scenario { ... } without a key."},
    Word{"sessions", "sessions(file)", "@param file string|evtwin.sessions\n@return evtwin.arrivals",
         "Recorded sessions of a file."},
    Word{"ocpp", "ocpp(file)", "@param file string|evtwin.ocpp\n@return evtwin.arrivals",
         "Sessions of an OCPP log of any layout."},
    Word{"bookings", "bookings(list)", "@param list string|evtwin.booking[]\n@return evtwin.arrivals",
         "Vehicles that have booked, one by one; or a CSV with the keys of a booking as columns."},
    Word{"csv", "csv(file)", "@param file string|evtwin.csv\n@return evtwin.csv", "A series over time of a file."},
    Word{"directory", "directory(file)", "@param file string|evtwin.directory\n@return evtwin.directory",
         "Stations of a directory, kept as a file of OCPI 2.2.1 Locations."},
    Word{"from_sessions", "from_sessions(file, station)",
         "@param file string|evtwin.arrivals\n@param station evtwin.station_of_file\n@return evtwin.stations_of_file",
         "One EVSE per station id of a session file, all alike but for those in `except`; the ids are those of the "
         "file. In the place of the file may stand the sessions { ... } that reads it, where that names columns."},
    Word{"from_ocpp", "from_ocpp(file, station)",
         "@param file string\n@param station evtwin.station_of_file\n@return evtwin.stations_of_file",
         "One EVSE for each that an OCPP log knows, all alike but for those in `except`; called station-number."},
    Word{"at", "at(time, change)", "@param time string\n@param change fun(world: evtwin.world)\n@return evtwin.event",
         "Calls the function at a local time of the run; stands inside scenario { ... } without a key."},
    Word{"plugin", "plugin(id)", "@param id string\n@return fun(params: table): evtwin.chosen_strategy",
         "A strategy and its parameters: plugin \"milp\" { horizon_h = 24 }."},
    Word{"forecaster", "forecaster(id)", "@param id string\n@return fun(params: table): evtwin.chosen_forecaster",
         "A forecaster and its parameters: forecaster \"seasonal-naive\" { days = 7 }."},
    Word{"strategy", "strategy(t)", "@param t evtwin.strategy\n@return evtwin.strategy",
         "A strategy in Lua; a file of its own returns it, or it stands in the scenario."},
    Word{"param", "param(name, default)", "@generic T\n@param name string\n@param default T\n@return T",
         "A value that `--set name=value` replaces, read as the type of the default. A path given so may lie anywhere; "
         "other files lie in the scenario's folder."},
    Word{"driving_kwh", "driving_kwh(t)", "@param t evtwin.driving\n@return number",
         "Energy that a drive takes out of the battery, as on `roads`: driving_kwh { km = 18, speed_kmh = 45 }."},
    Word{"parked", "parked(t)", "@param t evtwin.parked\n@return evtwin.stood",
         "What becomes of a parked car's 12 V battery, and what its care takes from the traction battery: "
         "parked { days = 30 }.traction_kwh."},
    Word{"uniform", "uniform(t)", "@param t evtwin.uniform|number[]\n@return evtwin.distribution",
         "uniform { 2, 8 }: every value between is equally likely."},
    Word{"normal", "normal(t)", "@param t evtwin.normal|number[]\n@return evtwin.distribution",
         "normal { mean, std, min, max }, clipped to [min, max]."},
    Word{"lognormal", "lognormal(t)", "@param t evtwin.lognormal|number[]\n@return evtwin.distribution",
         "lognormal { median, sigma, min, max }, clipped to [min, max]."},
    Word{"exponential", "exponential(t)", "@param t evtwin.exponential|number[]\n@return evtwin.distribution",
         "exponential { mean, min, max }, clipped to [min, max]."},
    Word{"choice", "choice(t)", "@param t number[][]\n@return evtwin.distribution",
         "choice { { value, weight }, ... }: one of a few values."},
    Word{"quantiles", "quantiles(t)", "@param t number[]\n@return evtwin.distribution",
         "quantiles { 0.5, 2, 3, 9 }: values at equally spaced probabilities from 0 to 1, the least first, straight "
         "lines "
         "between; what `evtwin calibrate` fits."},
    Word{"arrivals.poisson", "arrivals.poisson(t)", "@param t evtwin.poisson\n@return evtwin.arrivals",
         "Arrivals at random."},
};
static_assert(kernel::has_unique_keys(all_words, &Word::name));

}  // namespace

std::span<const FieldSection> field_sections() { return all_fields; }

std::span<const Field> decision_answers() { return decision_fields; }

std::span<const Word> reference_words() { return all_words; }

}  // namespace evtwin::scenario
