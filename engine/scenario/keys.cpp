#include "scenario/keys.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include "kernel/static_checks.hpp"

namespace evtwin::scenario {
namespace {

// Rows of the tables below. Ranges are bounds of sanity: what lies beyond is a slip (W for kW, percent for a fraction).
constexpr Key number(std::string_view name, std::string_view unit, double min, double max, std::string_view fallback,
                     std::string_view help) {
  return {name, KeyType::number, unit, min, max, false, false, fallback, {}, "number", help};
}
constexpr Key above(std::string_view name, std::string_view unit, double min, double max, std::string_view fallback,
                    std::string_view help) {
  Key key = number(name, unit, min, max, fallback, help);
  key.above_min = true;
  return key;
}
constexpr Key whole(std::string_view name, std::string_view unit, double min, double max, std::string_view fallback,
                    std::string_view help) {
  return {name, KeyType::whole, unit, min, max, false, false, fallback, {}, "integer", help};
}
constexpr Key boolean(std::string_view name, std::string_view fallback, std::string_view help) {
  return {name, KeyType::boolean, {}, 0.0, 0.0, false, false, fallback, {}, "boolean", help};
}
constexpr Key text(std::string_view name, std::string_view fallback, std::string_view help) {
  return {name, KeyType::text, {}, 0.0, 0.0, false, false, fallback, {}, "string", help};
}
constexpr Key name(std::string_view key, std::string_view fallback, std::string_view help) {
  return {key, KeyType::name, {}, 0.0, 0.0, false, false, fallback, {}, "string", help};
}
constexpr Key choice(std::string_view name, std::string_view words, std::string_view lua_type,
                     std::string_view fallback, std::string_view help) {
  return {name, KeyType::choice, {}, 0.0, 0.0, false, false, fallback, words, lua_type, help};
}
constexpr Key listed(std::string_view name, std::string_view unit, std::string_view numbers, std::string_view fallback,
                     std::string_view help) {
  return {name, KeyType::whole, unit, 0.0, 0.0, false, false, fallback, numbers, numbers, help};
}
constexpr Key other(std::string_view name, std::string_view unit, std::string_view lua_type, std::string_view fallback,
                    std::string_view help) {
  return {name, KeyType::other, unit, 0.0, 0.0, false, false, fallback, {}, lua_type, help};
}
constexpr Key required(Key key) {
  key.required = true;
  return key;
}

constexpr Key varying(Key key) {
  key.varies = true;
  key.lua_type = "evtwin.signal";
  return key;
}

constexpr double gigawatt_kw = 1e6;
constexpr double most_price = 1e7;  // per kWh: above any currency's sane figure

/// Whether a section's keys differ and a reader of the reference can do with each: a range that is none, a choice
/// without words, or a key without help is a slip.
template <class Keys>
constexpr bool are_sound(const Keys& keys) {
  for (const Key& key : keys) {
    if (key.help.empty() || (key.type == KeyType::choice && key.words.empty())) return false;
    const bool is_range = key.type == KeyType::number || (key.type == KeyType::whole && key.words.empty());
    if (is_range && !(key.min < key.max)) return false;
    if (key.required && !key.fallback.empty()) return false;
  }
  return kernel::has_unique_keys(keys, &Key::name);
}
constexpr std::array scenario_keys{
    name("name", "the file's name", "Title of the scenario."),
    required(other("start", "local time", "string", {},
                   "First day, \"2025-06-02\", or instant, \"2025-06-02T08:00\", on the clock of `timezone`; "
                   "\"from_sessions\" takes the "
                   "day of the first recorded session.")),
    other(
        "days", "days", "integer|\"from_sessions\"", "give days or hours",
        "Days to simulate, 1..36500, local days (23 to 25 h where clocks change); \"from_sessions\" runs to the end of "
        "the day on which the last recorded session ends."),
    above("hours", "h", 0, 876'000, {}, "Hours to simulate, instead of days: 21.25 are 85 quarter hours."),
    required(text("timezone", {}, "IANA time zone, such as \"Asia/Seoul\"; decides what every local time means.")),
    other("seed", {}, "integer", "0",
          "Seed of all random numbers, 0..2^63-1. The same seed gives the same run, bit for bit."),
    whole("tick_min", "min", 1, 1440, "15", "Distance of the decision ticks; they align to the local clock."),
    other("vehicles", {}, "evtwin.vehicle[]", "one car with an unknown battery", "Car models of the mix."),
    other("arrivals", {}, "evtwin.arrivals|evtwin.arrivals[]", {},
          "Who comes: `sessions`, `ocpp`, `bookings`, `arrivals.poisson`, or a list of them. With several sites each "
          "site has "
          "its own."),
    other("history", {}, "evtwin.arrivals|\"from_sessions\"", "nobody",
          "Who came before the run: `sessions` that ended by its start, or \"from_sessions\", those of the files of "
          "`arrivals` that did. Strategies are told of them at their first decision, as of vehicles that left; a run's "
          "books know nothing of them. With several sites each site has its own."),
    other("strategy", {},
          "string|evtwin.chosen_strategy|evtwin.strategy|fun(view: evtwin.view): table?, evtwin.decision?", "\"asap\"",
          "Who decides: an id, `plugin \"id\" { ... }`, `strategy { ... }`, or a function of the view."),
    other("forecast", {}, "evtwin.forecast_rule|evtwin.forecast", "\"same-kind-of-day\"",
          "For all sites that give none of their own."),
    other(
        "kpi", {}, "table<string, string|fun(run: evtwin.recorded_run): number?>", "none",
        "Figures of your own, shown wherever key figures are: a statement in SQL over the run file that answers one "
        "number, or a function of `run` (`run.sessions()`, `run.segments()`, `run.signals()`, `run.query(sql)`: lists "
        "of rows by column; nil: does not apply). `require \"figures\"` has some."),
    other(
        "reward", {},
        "string|table<integer|string, string|number>|fun(step: table<string, number>): number|table<string, number>",
        "\"objective\"",
        "What `evtwin train` learns for where it is not told otherwise: a name of `evtwin rewards`, alone or "
        "with weights of its parts (`{ \"boa-fe\", satisfaction = 2000 }`), weights of terms (`{ energy_cost = -1 }`), "
        "or a function of the terms of a step, which answers a number or a table of parts. Policies are judged by "
        "the objective all the same."),
    other("sweep", {}, "evtwin.sweep", "none",
          "What `evtwin sweep run` does where its command line says nothing else; other commands look past it."),
    other("shared_limits", {}, "evtwin.shared_limit[]", "none",
          "Sums of kW that several sites may import together, as an aggregator or a common transformer allows it."),
    other(
        "roads", {}, "evtwin.roads", "none",
        "Roads between the sites and elsewhere, stations on them, and trips whose stops become arrivals at the sites: "
        "`evtwin roads` plans and lists on them."),
    boolean("test", "false",
            "Held out: its sites on its dates are to be judged by, and `evtwin train` refuses to learn from them."),
    text("notes", {}, "Free text, kept in the run file."),
};
static_assert(are_sound(scenario_keys));

constexpr std::array site_keys{
    name("name", "\"site\", with several \"site-1\" ...", "Name of the site."),
    name("operator", "not said",
         "Who runs the site: `evtwin run --operator NAME` runs the sites of one operator alone."),
    varying(above("contract_kw", "kW", 0, gigawatt_kw, "none",
                  "Contract power: the import limit. Without it nothing limits the import. Where it changes over time, "
                  "the highest is the contract power, and less at other times a limit known beforehand.")),
    number("export_limit_kw", "kW", 0, gigawatt_kw, "none", "Most that may flow back into the grid."),
    choice("limits", "enforce|record", "\"enforce\"|\"record\"", "enforce",
           "Whether setpoints are cut so that limits hold, or overloads happen and are recorded."),
    other("tariff", {}, "evtwin.tariff", "energy is free, and the run says so",
          "What electricity costs; `require \"tariffs.kepco_ev\"` has some."),
    above("voltage_v", "V", 0, 1000, "230", "Across one load phase. Korea 220, the ACN sites 208 (line to line)."),
    other("load", "kW", "evtwin.signal", "0", "Base load of the site, >= 0."),
    other("pv", "kW", "evtwin.pv", "none", "Solar power."),
    other("storage", {}, "evtwin.storage|evtwin.storage[]", "none", "Stationary batteries."),
    required(other("stations", {}, "evtwin.station[]|evtwin.stations_of_file", {},
                   "Charging stations: a list, `from_sessions(...)` or `from_ocpp(...)`. Rows keep this order.")),
    other("feeders", {}, "evtwin.feeder[]", "none", "Tree of transformers and sub-boards below the grid connection."),
    other("rows", {}, "evtwin.row[]", "none", "Further limits: lower <= sum of coefficient x quantity <= upper."),
    other("co2_kg_per_kwh", "kg/kWh", "evtwin.signal", "0", "Carbon dioxide per kWh imported."),
    other("power_setpoint_kw", "kW", "evtwin.signal", "none",
          "Net power the site should draw; negative: feed back. Strategies see it, nothing enforces it: how well it is "
          "followed is measured."),
    other("temperature_c", "C", "evtwin.signal", "packs take their whole curve",
          "Outside: the pack of a car with `power_by_temperature` is as cold when it plugs in, and stays so."),
    other("forecast", {}, "evtwin.forecast_rule|evtwin.forecast", "the scenario's",
          "How strategies foresee PV, load, arrivals and prices."),
    number("driver_price_per_kwh", "currency/kWh", 0, most_price, "0", "What drivers pay the site, at the EVSE meter."),
    number("v2g_price_per_kwh", "currency/kWh", 0, most_price, "0",
           "What the site pays drivers for energy discharged, at the EVSE meter."),
    number("unmet_price_per_kwh", "currency/kWh", 0, most_price, "0",
           "Worth of a kWh wanted and not got, in the objective."),
    number("wear_price_per_kwh", "currency/kWh", 0, most_price, "0",
           "Battery wear per kWh discharged from cars and storage, in the objective."),
    number(
        "share_price_per_kwh", "currency/kWh", 0, most_price, "0",
        "What a kWh of a shared limit is worth to the site: with share = \"price\" the higher price is served first. "
        "Nobody is billed by it."),
    choice("billing", "pro_rata|full", "\"pro_rata\"|\"full\"", "pro_rata",
           "Demand charge of a month simulated in part: by its fraction, or whole."),
    other("past_peaks_kw", "kW", "table<string, number>", "none",
          "Peaks before the run, for tariffs with a ratchet: { [\"2025-01\"] = 80 }."),
    choice("storage_policy", "off|self_consumption|peak_shaving|arbitrage",
           "\"off\"|\"self_consumption\"|\"peak_shaving\"|\"arbitrage\"", "self_consumption",
           "What storage does under strategies that ask for it, as the baselines do; one that writes no storage "
           "set-points leaves it idle."),
    other("queue", {}, "evtwin.queue", "nobody waits", "Where cars wait when every EVSE is taken."),
    other("reservations", {}, "evtwin.reservations", "kept free from 15 min before",
          "What a reserved EVSE means for cars without a reservation."),
    other("commands", {}, "evtwin.commands", "at once, none is lost",
          "How long decisions take to reach the EVSEs, and how many set-points get lost."),
    other("demand_response", {}, "evtwin.demand_response[]", "none",
          "Times in which the site may import less than its contract power."),
    other(
        "dispatch", {}, "evtwin.dispatch[]", "none",
        "Calls to cars to draw less, or to give back, for a while: who says yes, what is promised, what is delivered."),
    other("outages", {}, "evtwin.outage[]", "none", "EVSEs that are out of service for a while."),
    other("holidays", {}, "string[]", "none",
          "Local dates, \"2025-06-06\", that tariffs and profiles treat as holidays (besides the tariff's own)."),
    other("arrivals", {}, "evtwin.arrivals|evtwin.arrivals[]", "the scenario's", "Who comes to this site."),
    other("history", {}, "evtwin.arrivals|\"from_sessions\"", "the scenario's",
          "Who came to this site before the run."),
};
static_assert(are_sound(site_keys));

// One table for `stations = {...}` and for from_sessions, which knows names and numbers from the file.
constexpr std::array station_keys{
    required(name("name", {}, "EVSEs are named after it: \"A\" has A-1, A-2 ...")),
    required(
        other("evses", {}, "integer|string[]", {},
              "How many EVSEs stand here, or their ids: { \"CA-308\", \"CA-508\" }; a world has at most 1,000,000.")),
    choice("kind", "ac|dc", "\"ac\"|\"dc\"", "ac",
           "AC: rated in A per phase, the car's on-board charger limits. DC: rated in kW at the outlet."),
    above("kw", "kW", 0, 1500, {},
          "Rated power of one EVSE. AC: at most 63 A per phase; DC: at most 1,500 kW. Give kw or max_a."),
    above("max_a", "A", 0, 125, "from kw", "AC: rated current per phase, instead of kw."),
    whole("phases", {}, 1, 3, "1 if kw fits 32 A on one phase, else 3", "AC: phases wired."),
    number("min_a", "A", 0, 125, "6 (0 with rates_a)",
           "AC: below it the offer is 0 (IEC 61851-1: 6 A); 0 = any current."),
    other("rates_a", "A", "number[]", "any current", "AC: the only currents it can offer, ascending, without 0."),
    number("min_kw", "kW", 0, 1500, "0", "DC: smallest power it can offer."),
    above("efficiency", "0..1", 0, 1, "1", "DC: outlet to AC side."),
    above("voltage_v", "V", 0, 1000, "the site's", "AC: across one load phase."),
    other("phase", "degrees", "\"L1\"|\"L2\"|\"L3\"|number", "L1 (0)",
          "Angle of the current in magnitude rows: L1 = 0, L2 = -120, L3 = 120, or degrees."),
    boolean("bidirectional", "false", "Whether it can discharge cars (V2G)."),
    above("max_discharge_kw", "kW", 0, 1500, "as for charging",
          "Most it takes out of a car; needs bidirectional = true."),
    text("feeder", "the grid connection", "Name of the feeder it hangs on."),
    text("sockets", "any of its kind",
         "Its plugs: \"CCS1\", or several, \"CCS1+CHAdeMO\"; AC1, AC3 and NACS carry AC, CCS1, CCS2, CHAdeMO and NACS "
         "DC. A car with other sockets is turned away, as no_compatible_evse."),
    other(
        "except", {}, "table<string, evtwin.station_of_file>", "all alike",
        "Of `from_sessions` and `from_ocpp` alone: EVSEs that differ from the others, by id, each with all keys of its "
        "own: { [\"CA-308\"] = { kind = \"dc\", kw = 50 } }."),
};
static_assert(are_sound(station_keys));

constexpr std::array pv_keys{
    number("peak_kw", "kW", 0, gigawatt_kw, {}, "Installed power; 0: none."),
    required(other("profile", "kW", "evtwin.signal", {},
                   "A csv with a column `kw` is kW as metered; a csv with a column `kw_per_kwp`, and numbers written "
                   "here, are kW per kW of "
                   "peak_kw. A column whose name gives no unit needs `scale`.")),
};
static_assert(are_sound(pv_keys));

constexpr Key ageing_key = other("ageing", {}, "evtwin.ageing", "Schmalstieg 2014",
                                 "How it ages, as `evtwin ageing FILE` fits it to capacities over cycles.");

constexpr std::array storage_keys{
    name("name", "\"storage\", with several \"storage-1\" ...", "Name of the storage."),
    required(above("kwh", "kWh", 0, 1e7, {}, "Capacity.")),
    above("kw", "kW", 0, gigawatt_kw, {},
          "Most power in and out, at its AC terminals. Give kw, or charge_kw and discharge_kw."),
    above("charge_kw", "kW", 0, gigawatt_kw, "kw", "Most power in."),
    above("discharge_kw", "kW", 0, gigawatt_kw, "kw", "Most power out."),
    other("efficiency", "0..1", "number|number[]", "1", "{ charge, discharge }, or one number for both ways."),
    number("soc_start", "0..1", 0, 1, "0.5, inside the window", "State of charge at the start."),
    number("soc_min", "0..1", 0, 1, "0", "Lowest state of charge used."),
    number("soc_max", "0..1", 0, 1, "1", "Highest state of charge used."),
    number("standby_kw", "kW", 0, 1e4, "0", "Drawn at the AC side all the time, lost."),
    ageing_key,
};
static_assert(are_sound(storage_keys));

constexpr std::array ageing_keys{
    number("calendar", {}, 0, 1, "Schmalstieg 2014, by mean state of charge, 25 C",
           "Fraction of the capacity that time takes, per day^0.75; 0: none."),
    number("cyclic", {}, 0, 1, "Schmalstieg 2014, by depth and state of charge",
           "Fraction that cycling takes, per full equivalent cycle^power, whatever the depth; 0: none."),
    number("power", {}, 0.2, 3, "0.5", "Power of the cycles; needs cyclic."),
    above("replaced_at", "fraction", 0, 0.99, "0.8", "Of the new capacity: where a battery is at the end of its life."),
};
static_assert(are_sound(ageing_keys));

constexpr std::array vehicle_keys{
    required(name("name", {}, "Model.")),
    number("share", {}, 0, 1e9, "1", "Weight in the mix."),
    required(above("battery_kwh", "kWh", 0, 2000, {}, "Usable capacity.")),
    above("ac_kw", "kW", 0, 50, "no limit", "On-board charger, on all its phases."),
    whole("ac_phases", {}, 1, 3, "3", "Phases of the on-board charger."),
    number("dc_kw", "kW", 0, 4000, "no limit", "DC inlet; 0: the car has none."),
    other("efficiency", "0..1", "number|number[]", {},
          "{ charge, discharge }, or one number; instead of the two keys below."),
    above("charge_efficiency", "0..1", 0, 1, "0.95 (a round figure)", "Energy stored per kWh at the EVSE meter."),
    above("discharge_efficiency", "0..1", 0, 1, "0.95 (a round figure)",
          "Energy at the EVSE meter per kWh taken out of the battery."),
    number("taper_soc", "0..1", 0, 1, "no taper", "Up to here constant power, then linear to taper_end_kw at 1."),
    number("taper_end_kw", "kW", 0, 4000, "0", "Power at state of charge 1."),
    other(
        "curve", "kW", "number[][]", "constant power",
        "Most power at the EVSE meter over state of charge: { { soc, kw }, ... }, from 0 to 1, instead of taper_soc."),
    text("sockets", "any", "Its inlets, as of a station; CCS1 takes AC1 plugs too, CCS2 AC3."),
    other(
        "power_by_temperature", "C, 0..1", "number[][]", "all of it at any",
        "Share of its charging curve that a pack takes that is as cold or warm: { { -20, 0.2 }, { 0, 0.5 }, { 20, 1 } "
        "}, linear between, level beyond. It matters where the site has temperature_c."),
    boolean("v2g", "false", "Whether the car can discharge."),
    above("discharge_kw", "kW", 0, 4000, "ac_kw", "Most power out of the car; needs v2g = true."),
    number("soc_floor", "0..1", 0, 1, "0.2 (a round figure) with v2g", "Discharging never goes below."),
    boolean("soc_known", "false", "Whether the charger learns state of charge and capacity (ISO 15118, DC)."),
    boolean("acceptance_hold", "false",
            "Acceptance is evaluated at decisions and held between them, as stepped tools do."),
    ageing_key,
};
static_assert(are_sound(vehicle_keys));

constexpr std::array tariff_keys{
    name("name", "\"tariff\"", "Name of the tariff."),
    text("currency", {}, "Three letters of ISO 4217: \"KRW\", \"EUR\", \"USD\"."),
    text("source", {}, "Where the figures come from."),
    text("valid_from", {}, "Since when they hold."),
    text("doubts", {}, "What is not certain about them."),
    other("periods", {}, "evtwin.period[]", {},
          "Prices by month, type of day and local time; together they cover every minute once."),
    other("series", "currency/kWh", "evtwin.csv", {}, "Prices over time instead of periods."),
    number("sell_price_per_kwh", "currency/kWh", -most_price, most_price, "0", "For energy fed back."),
    number("sell_factor", {}, 0, 10, {}, "Energy fed back earns this fraction of the buy price of the same instant."),
    other("sell_series", "currency/kWh", "evtwin.csv", {}, "Prices over time for energy fed back."),
    number("surcharge_per_kwh", "currency/kWh", -most_price, most_price, "0", "Added to every kWh bought, before tax."),
    number("tax_fraction", "fraction", 0, 10, "0", "Of energy, surcharge and demand charge: 0.1 is 10 %."),
    other("demand", {}, "evtwin.demand", "none", "Demand charge."),
    other("holidays", {}, "string[]", "none", "Local dates that are holidays in this tariff."),
};
static_assert(are_sound(tariff_keys));

constexpr std::array period_keys{
    other("months", {}, "integer[]", "all", "Months it holds in, 1..12."),
    other("days", {}, "(\"weekday\"|\"saturday\"|\"sunday\"|\"holiday\")[]", "all", "Types of day."),
    required(text("from", {}, "Local time, \"22:00\".")),
    required(text("to", {}, "Local time; \"24:00\" is midnight. Before `from`: wraps over midnight.")),
    required(number("price_per_kwh", "currency/kWh", -most_price, most_price, {}, "Energy price; may be negative.")),
    name("band", {}, "\"light\", \"mid\", \"max\" ..."),
};
static_assert(are_sound(period_keys));

constexpr std::array demand_keys{
    required(other(
        "price_per_kw", "currency/kW and month", "number|table[]", {},
        "One figure for all months, or { { months = { 6, 7, 8 }, price_per_kw = 8000 }, ... }; months not named: 0.")),
    choice("basis", "peak|contract", "\"peak\"|\"contract\"", "peak",
           "What is billed: the highest mean import of a metering window of the month, or the contract power."),
    listed("window_min", "min", "15|30|60", "15", "Length of a metering window, on the local clock."),
    other("ratchet_months", {}, "integer[]", "none", "Months whose past peaks still count."),
    whole("look_back_months", "months", 1, 120, "12", "For how long they count."),
    number("floor_fraction_of_contract", "0..1", 0, 1, "0",
           "The least that is billed, as a fraction of the contract power."),
    number("excess_price_per_kw", "currency/kW and month", 0, 1e9, "0",
           "For each kW by which the month's highest window exceeds the contract power, beside what the month is "
           "billed anyway."),
};
static_assert(are_sound(demand_keys));

constexpr std::array demand_month_keys{
    required(other("months", {}, "integer[]", {}, "Months, 1..12.")),
    required(number("price_per_kw", "currency/kW and month", 0, 1e9, {}, "Price in those months.")),
};
static_assert(are_sound(demand_month_keys));

constexpr std::array csv_keys{
    text("file", {},
         "File in the scenario's folder; may also stand without a key. CSV, plain or gzip, or .xlsx: a time column "
         "first, then "
         "values."),
    text("column", "the only value column",
         "Column to read. Where its name gives a unit (load_w, \"Price (EUR/MWh)\", gCO2/kWh), values are converted "
         "from it, and a note says so; a name without one is taken as kW, currency/kWh or kg/kWh, with a note; energy "
         "where power is due, prices in another currency and a unit understood in part only are errors."),
    other("scale", {}, "number", "1", "Every value is multiplied by it, and the name's unit converts nothing."),
    text("timezone", "the scenario's", "Zone of times that are written without an offset."),
};
static_assert(are_sound(csv_keys));

constexpr std::array sessions_keys{
    text("file", {},
         "Table of sessions in the scenario's folder: CSV, plain or gzip, .xlsx, or ACN-Data's .json; may also stand "
         "without a key."),
    boolean("shift_to_start", "false", "Move all sessions by whole days, so that the first falls on the start date."),
    choice("evse", "as_given|any", "\"as_given\"|\"any\"", "as_given",
           "Whether a session goes to the EVSE of the file, or to any free one."),
    text("vehicle", "one with an unknown battery",
         "Name of the vehicle that all sessions drive; \"mix\": drawn from `vehicles` by share. A row that names a "
         "vehicle of the scenario drives that. Power and battery that a row gives for its car replace the vehicle's."),
    above("soc_target", "0..1", 0, 1, "0.8",
          "Without a soc column: the car would leave with this state of charge if it got what it wants."),
    number("v2g_share", "0..1", 0, 1, "0",
           "Without a v2g column: fraction of the drivers of V2G-capable cars who opt in."),
    other("v2g_min_price_per_kwh", "currency/kWh", "number|evtwin.distribution", "0",
          "Without a v2g_min_price_per_kwh column: the least that an owner takes for energy discharged. Paid is the "
          "site's v2g_price_per_kwh or this, whichever is higher."),
    other("answers", {}, "evtwin.answers", "none: every row comes",
          "The rows are offers, as `evtwin drivers --offers` writes them: drivers answer, and schedules follow."),
    choice("requested", "claimed|true", "\"claimed\"|\"true\"", "claimed",
           "What strategies are told: energy and departure as the driver claimed them, or as they came true."),
    other(
        "columns", {}, "evtwin.session_columns", "those of its layout",
        "Columns of a table of another layout, by what they hold: { arrival = \"Begin\", energy_kwh = \"Energy (Wh)\" "
        "}. What is not named here has the column of its own name."),
};
static_assert(are_sound(sessions_keys));

constexpr std::array answers_keys{
    number("accept", "0..1", 0, 1, "0.6", "Chance that the driver takes the offer as it is."),
    number("other_time", "0..1", 0, 1, "0.2",
           "Chance of another time: within the row's window_from and window_to, or move_h before or after."),
    number("other_place", "0..1", 0, 1, "0.1", "Chance of another place. The rest up to 1: he does not charge."),
    number("keep", "0..1", 0, 1, "0.9",
           "Chance that what was agreed is kept; else the driver overrides it, and comes up to move_h earlier or later "
           "than his reservation says."),
    number("move_h", "h", 0, 336, "3", "How far drivers move at most."),
    text("elsewhere", "out of sight", "Site of the scenario to which those who want another place go."),
};
static_assert(are_sound(answers_keys));

constexpr std::array session_columns_keys{
    text("arrival", "arrival",
         "When the car came: ISO 8601, local time, or days of a spreadsheet (44784.98); a year below 100 is of this "
         "century."),
    text("departure", "departure", "When it left."),
    text("energy_kwh", "energy_kwh", "Energy taken, at the EVSE meter; in Wh or MWh where the column's name says so."),
    text("evse", "evse", "EVSE, or station with one EVSE."),
    text("session_id", "session_id", "Id of the session."),
    text("requested_kwh", "requested_kwh", "Energy that the driver asked for."),
    text("estimated_departure", "estimated_departure", "When the driver said that he would leave."),
    text("soc", "soc", "State of charge at arrival; percent where one is above 1."),
    text("soc_departure", "soc_departure", "State of charge at departure: for `evtwin calibrate`; a run works it out."),
    text("vehicle", "vehicle", "Model of the car: a name in `vehicles`, else the row drives what `vehicle` says."),
    text("car_kw", "car_kw", "The most that the car takes; in W where the column's name says so."),
    text("battery_kwh", "battery_kwh", "Capacity of its battery."),
    text("driver", "driver", "A name by which visits of one driver are told."),
    text("priority", "priority", "Higher is more important."),
    text("v2g", "v2g", "Whether the driver lets the car discharge: true or false."),
    text("v2g_min_price_per_kwh", "v2g_min_price_per_kwh", "The least that the owner takes for energy discharged."),
    text("reserved_at", "reserved_at", "When the visit was announced."),
    text("reserved_from", "reserved_from", "What was reserved: its begin ..."),
    text("reserved_until", "reserved_until", "... and its end."),
    text("window_from", "window_from", "Within which a booking may be moved: from here ..."),
    text("window_to", "window_to", "... to here."),
};
static_assert(are_sound(session_columns_keys));

constexpr std::array ocpp_keys{
    text("file", {},
         "OCPP log of any layout in the scenario's folder, plain or gzip; may also stand without a key. Sessions come "
         "at their own times, with the power and the energy that were metered."),
    choice("evse", "as_given|any", "\"as_given\"|\"any\"", "as_given",
           "Whether a session goes to the EVSE of the log, called station-number, or to any free one."),
    choice("claims", "truth|history", "\"truth\"|\"history\"", "truth",
           "What strategies are told on arrival: departure and energy as they came true; or the medians of the same "
           "tag's earlier sessions, of everybody's where it has none."),
};
static_assert(are_sound(ocpp_keys));

constexpr std::array booking_keys{
    name("id", "\"booking-1\" ...", "Name of the session."),
    required(other("arrive", "local time", "string", {}, "Arrival, \"2025-06-02T18:00\".")),
    required(other("leave", "local time", "string", {}, "Departure; the driver keeps to it.")),
    text("vehicle", "one with an unknown battery", "Name of a vehicle of the scenario."),
    number("soc", "0..1", 0, 1, "from target and energy_kwh", "State of charge at arrival."),
    above("target", "0..1", 0, 1, {}, "State of charge wanted at departure; needs soc. Give target or energy_kwh."),
    number("energy_kwh", "kWh", 0, 2000, {},
           "Energy wanted, at the EVSE meter, instead of target; 0 for a car that only gives (v2g = true)."),
    text("evse", "any", "Id of the EVSE that is booked; \"any\": the site reserves one that fits."),
    number("priority", {}, -1e6, 1e6, "0", "Higher is more important."),
    boolean("v2g", "false", "Whether the driver lets the car discharge."),
    other("booked_at", "local time", "string", "before the run",
          "When the booking was made; strategies know it from then on."),
    other(
        "window", "local times", "string[]", "fixed",
        "{ from, to }: the booking may be moved as a whole within these; `evtwin advise --bookings` says whether that "
        "pays. Without it the booking is fixed. A run keeps every booking as it is."),
};
static_assert(are_sound(booking_keys));

constexpr std::array poisson_keys{
    name("name", "\"car\", with several laws \"car1\" ...", "Sessions are named after it."),
    required(other("per_hour", "1/h", "number|number[]|evtwin.day_types|fun(t: evtwin.hour): number", {},
                   "Mean arrivals per hour, 0..10,000: one number, 24 (local hours), 168 (hours of the week from "
                   "Monday 00:00), by type of "
                   "day, or a function that is asked once per hour of the run.")),
    other("energy_kwh", "kWh", "number|evtwin.distribution",
          "lognormal { median = 10, sigma = 0.7, min = 1, max = 80 } (round figures)",
          "Energy wanted, at the EVSE meter."),
    other("stay_h", "h", "number|evtwin.distribution",
          "lognormal { median = 3, sigma = 0.8, min = 0.25, max = 24 } (round figures)",
          "How long the car is plugged in."),
    number("v2g_share", "0..1", 0, 1, "0", "Fraction of the drivers of V2G-capable cars who opt in."),
    other(
        "v2g_min_price_per_kwh", "currency/kWh", "number|evtwin.distribution", "0",
        "The least that an owner takes for energy discharged. Paid is the site's v2g_price_per_kwh or this, whichever "
        "is higher."),
    other("soc_target", "0..1", "number|evtwin.distribution", "0.8",
          "The car would leave with this state of charge if it got what it wants."),
    number(
        "energy_with_stay", {}, -1, 1, "0",
        "How energy and stay go together: correlation of a Gaussian copula. Each of the two keeps its own law; 1: the "
        "longest stay takes the most."),
    number("max_mean_kw", "kW", 0.001, 1e6, "no limit",
           "The most that energy over stay comes to: an energy that is too much for its stay is cut to what fits."),
    other("priorities", {}, "number[][]", "0 for all", "{ { priority, weight }, ... }; higher is more important."),
    number("claim_stay_factor_std", {}, 0, 5, "0",
           "Drivers' error: they claim stay x claim_stay_factor x (1 + N(0, this)), at least a minute."),
    other("claim_stay_factor", {}, "number|evtwin.distribution", "1", "Claimed stay over the stay, 0..100."),
    other("claim_energy_factor", {}, "number|evtwin.distribution", "1",
          "Energy that drivers ask for over energy_kwh, which the car takes, 0..100."),
    other("vehicles", {}, "string[]", "all", "Names of the car models that come, drawn by their share."),
    number("reserved_share", "0..1", 0, 1, "0",
           "Fraction of the visits that are announced beforehand: the site reserves an EVSE for each, if it can."),
    other("reserved_h_before", "h", "number|evtwin.distribution", {},
          "How long before it comes a visit is announced, at most 336 h; needed with reserved_share."),
    number("leaves_when_full_share", "0..1", 0, 1, "0",
           "Fraction of the drivers who leave when their car takes no more, before the stay is over. Strategies do not "
           "know; finishing early makes room for who waits. There is no bound then."),
    other("leaves_h_after_full", "h", "number|evtwin.distribution", "0",
          "How long after that they leave; only with leaves_when_full_share."),
};
static_assert(are_sound(poisson_keys));

constexpr std::array uniform_keys{
    required(number("min", {}, 0, 1e6, {}, "Smallest.")),
    required(number("max", {}, 0, 1e6, {}, "Largest.")),
};
static_assert(are_sound(uniform_keys));
constexpr std::array normal_keys{
    required(number("mean", {}, -1e6, 1e6, {}, "Mean before clipping.")),
    required(number("std", {}, 0, 1e6, {}, "Standard deviation before clipping.")),
    number("min", {}, 0, 1e6, "0", "Smaller values become this."),
    number("max", {}, 0, 1e6, "none", "Larger values become this."),
};
static_assert(are_sound(normal_keys));
constexpr std::array lognormal_keys{
    required(above("median", {}, 0, 1e6, {}, "Median.")),
    required(number("sigma", {}, 0, 10, {}, "Standard deviation of the natural logarithm.")),
    number("min", {}, 0, 1e6, "0", "Smaller values become this."),
    number("max", {}, 0, 1e6, "none", "Larger values become this."),
};
static_assert(are_sound(lognormal_keys));
constexpr std::array exponential_keys{
    required(above("mean", {}, 0, 1e6, {}, "Mean before clipping.")),
    number("min", {}, 0, 1e6, "0", "Smaller values become this."),
    number("max", {}, 0, 1e6, "none", "Larger values become this."),
};
static_assert(are_sound(exponential_keys));

constexpr std::array feeder_keys{
    required(name("name", {}, "Name.")),
    text("parent", "the grid connection", "Feeder above it."),
    varying(above("max_kw", "kW", 0, gigawatt_kw, "none", "Most power into it; may change over time.")),
    varying(above("max_a", "A", 0, 1e6, "none", "Most for the sum of the currents below it; may change over time.")),
    varying(number("max_export_kw", "kW", 0, gigawatt_kw, "none", "Most power back out of it; may change over time.")),
    above("efficiency", "0..1", 0, 1, "1", "Power out of it per power into it."),
};
static_assert(are_sound(feeder_keys));

constexpr std::array row_keys{
    required(name("name", {}, "Name, shown where it binds.")),
    required(choice("kind", "power_kw|current_a|magnitude_a", "\"power_kw\"|\"current_a\"|\"magnitude_a\"", {},
                    "Sum of kW at the EVSE meters, of A per phase, or magnitude of the sum of current phasors.")),
    varying(number("upper", "kW or A", -1e6, 1e6, "none", "Largest; may change over time.")),
    varying(number("lower", "kW or A", -1e6, 1e6, "none", "Smallest; not for magnitude_a; may change over time.")),
    required(other("members", {}, "table<string, number|number[]>", {},
                   "{ [\"A-1\"] = coefficient }, or { coefficient, angle_deg } (default: the EVSE's phase); a "
                   "station's name means all its EVSEs.")),
};
static_assert(are_sound(row_keys));

constexpr std::array forecast_error_keys{
    number("bias", "fraction", -1, 10, "0", "Forecast = value x (1 + bias + N(0, std))."),
    number("std", "fraction", 0, 10, "0", "Standard deviation of the relative error."),
};
static_assert(are_sound(forecast_error_keys));

constexpr std::array forecast_keys{
    forecast_error_keys[0],
    forecast_error_keys[1],
    other("pv", {}, "evtwin.forecast_rule", "as without the table", "How solar power is foreseen."),
    other("load", {}, "evtwin.forecast_rule", "as without the table", "How the base load is foreseen."),
    other("arrivals", {}, "evtwin.forecast_rule", "as without the table",
          "How arrivals are foreseen: how many, and what they request."),
    other(
        "price", {}, "evtwin.forecast_rule", "\"perfect\"",
        "How the price of imported energy is foreseen: \"perfect\", as far as the tariff says it, or a forecaster, for "
        "prices that nobody publishes beforehand. Feeding back then earns its fraction of what is foreseen, or else "
        "what "
        "it earns now."),
    whole(
        "period_min", "min", 1, 1440, "15",
        "Forecasters are asked at the multiples of this that the local clock shows; their steps are as long. A site's "
        "table without it keeps the scenario's."),
    whole("history_days", "d", 0, 3650, "56",
          "Whole days before the run that forecasters are shown of PV, load and prices, as far as those reach back; "
          "arrivals are known from the start of the run. A site's table without it keeps the scenario's."),
};
static_assert(are_sound(forecast_keys));

constexpr std::array queue_keys{
    whole("places", {}, 0, 1'000'000, "0", "How many cars may wait."),
    above("patience_min", "min", 0, 1e6, "for ever", "A car leaves the queue after this long."),
};
static_assert(are_sound(queue_keys));

constexpr std::array reservations_keys{
    boolean("block", "true",
            "Whether cars without a reservation are kept off a reserved EVSE, as OCPP's ReserveNow does; false: "
            "reservations are shown to strategies and mean nothing else."),
    number("hold_min", "min", 0, 1e6, "15",
           "From how long before the reserved time, but not before its announcement, the EVSE is kept free; a large "
           "figure means from the announcement on."),
};
static_assert(are_sound(reservations_keys));

constexpr std::array commands_keys{
    number("forecast_s", "s", 0, 86'400, "0", "From the question to the strategy until its forecast is there."),
    number("plan_s", "s", 0, 86'400, "0", "From then on until it has decided."),
    number("apply_s", "s", 0, 86'400, "0", "From then on until its set-points are in force."),
    number("loss", "0..1", 0, 1, "0",
           "Chance of each set-point not to arrive; the one before it stays in force until a later decision."),
};
static_assert(are_sound(commands_keys));

constexpr std::array outage_keys{
    required(text("evse", {}, "Id of the EVSE.")),
    required(other("from", "local time", "string", {}, "Begin, \"2025-06-03T08:00\".")),
    required(other("to", "local time", "string", {}, "End.")),
};
static_assert(are_sound(outage_keys));

constexpr std::array demand_response_keys{
    other("from", "local time", "string", {}, "Begin, \"2025-06-03T18:00\". Give from or every_day_at."),
    text("every_day_at", {}, "Begin of a cut that comes every day, by the local clock: \"18:00\"."),
    other("to", "local time", "string", {}, "End of a cut with from. Give to or hours."),
    above("hours", "h", 0, 8784, {}, "Length."),
    number("limit_kw", "kW", 0, gigawatt_kw, {},
           "Most that may be imported meanwhile. Give limit_kw or reduce_percent."),
    number("reduce_percent", "%", 0, 100, {}, "Share of the contract power that is not there meanwhile."),
    number("notice_min", "min", 0, 1e6, "15", "How long before its begin strategies know of it."),
};
static_assert(are_sound(demand_response_keys));

constexpr std::array shared_limit_keys{
    required(name("name", {}, "Name of the limit.")),
    other("sites", {}, "\"all\"|string[]", "\"all\"", "Names of the sites that share it."),
    required(other("kw", "kW", "evtwin.signal", {},
                   "Most that they may import together, >= 0. What one of them feeds back relieves no other.")),
    choice(
        "share", "proportional|price", "\"proportional\"|\"price\"", "proportional",
        "Who gets what where they ask for more, beyond base loads, which nothing lowers: each the same part of what it "
        "asks for, or the sites of the highest share_price_per_kwh first, equal ones proportionally."),
};
static_assert(are_sound(shared_limit_keys));

constexpr std::array dispatch_keys{
    other("from", "local time", "string", {}, "Begin, \"2025-06-03T18:00\". Give from or every_day_at."),
    text("every_day_at", {}, "Begin of a call that comes every day, by the local clock: \"18:00\"."),
    other("to", "local time", "string", {}, "End of a call with from. Give to or hours."),
    above("hours", "h", 0, 8784, {}, "Length."),
    required(
        above("kw", "kW", 0, gigawatt_kw, {}, "Asked for: cars are asked one after the other until it is promised.")),
    number("enrolled_share", "0..1", 0, 1, "1", "Fraction of the visits whose cars are enrolled."),
    number("yes", "0..1", 0, 1, "1", "Chance that an enrolled car says yes to a call."),
    number("notice_min", "min", 0, 1e6, "15",
           "How long before its begin the cars are asked; those that are there then."),
};
static_assert(are_sound(dispatch_keys));

constexpr std::array roads_keys{
    required(
        other("nodes", {}, "evtwin.road_node[]|evtwin.csv", {}, "Places: a list, or a csv with columns id, lat, lon.")),
    required(other("edges", {}, "evtwin.road[]|evtwin.csv", {},
                   "Roads between them: a list, or a csv with columns from, to, speed_kmh, and if you have them km, "
                   "grade, one_way.")),
    other("stations", {}, "evtwin.road_station[]|evtwin.csv|evtwin.directory", "none",
          "Charging stations: a list, a csv whose columns are keys of road_station (but site), or a directory."),
    other("cars", {}, "evtwin.road_car[]", "every vehicle, of class mid",
          "Cars on the roads: vehicles of the scenario, and what driving takes."),
    other("trips", {}, "evtwin.road_trip[]", "nobody drives", "Who drives from where to where, at random."),
    other("failures", {}, "evtwin.road_failure[]", "none", "Stations without service for a while."),
    other("choice", {}, "evtwin.road_choice", "its defaults", "How drivers choose between stations."),
    number("temperature_c", "C", -40, 50, "20", "Outside: heating and cooling take energy, cold air is denser."),
    number("reserve_soc", "0..1", 0, 0.9, "0.1", "State of charge that no driver means to go below."),
    number("usual_soc", "0..1", 0, 1, "0.8", "Charged to at least on the way; to more where the next leg takes it."),
    number("most_soc", "0..1", 0, 1, "0.95", "Charged to at most on the way."),
    number("stop_min", "min", 0, 120, "5", "What a stop takes besides waiting and charging."),
};
static_assert(are_sound(roads_keys));

constexpr std::array directory_keys{
    text("file", {}, "JSON in the scenario's folder: a list of OCPI Locations; may also stand without a key."),
    text("own_operator", "all are", "Name of the operator whose stations are one's own."),
};
static_assert(are_sound(directory_keys));

constexpr std::array road_node_keys{
    required(text("id", {}, "By which roads, stations and trips name it.")),
    required(number("lat", "degrees", -90, 90, {}, "Latitude, WGS 84, north positive.")),
    required(number("lon", "degrees", -180, 180, {}, "Longitude, east positive.")),
};
static_assert(are_sound(road_node_keys));

constexpr std::array road_keys{
    required(text("from", {}, "Id of a node.")),
    required(text("to", {}, "Id of a node.")),
    number("km", "km", -1e5, 1e5, "the straight line", "Length, above 0 and no shorter than the straight line."),
    required(number("speed_kmh", "km/h", -1e3, 1e3, {}, "Speed that cars drive there, above 0 to 200.")),
    number("grade", "rise over run", -1e3, 1e3, "0", "Uphill from -> to is positive, 5 % is 0.05; -0.3 to 0.3."),
    boolean("one_way", "false", "Whether only from -> to; else the way back is a road of the grade -grade."),
};
static_assert(are_sound(road_keys));

constexpr std::array road_station_keys{
    required(name("name", {}, "Name of the station.")),
    text("node", "the nearest within 3 km", "Id of the node where it stands."),
    number("lat", "degrees", -90, 90, "the node's", "Latitude."),
    number("lon", "degrees", -180, 180, "the node's", "Longitude."),
    text("site", "none", "Name of a site of the scenario that it is: trips that charge here become its arrivals."),
    text("operator", {}, "Who runs it."),
    boolean("own", "true", "Whether the own operator runs it."),
    text("sockets", "the site's, else any",
         "Kinds of sockets: \"CCS1\", or several, \"CCS1+CHAdeMO\"; of AC1, AC3, CCS1, CCS2, CHAdeMO, NACS."),
    above("kw", "kW", 0, 1500, "the site's, else 50", "Power of one charger at its outlet."),
    whole("chargers", {}, 1, 10'000, "the site's EVSEs, else 1", "Cars that charge at once."),
    other("price_per_kwh", "currency/kWh", "number|number[]", "the site's driver_price_per_kwh, else 0",
          "What drivers pay: one price, or 24 by the local hour."),
    other("pricing", {}, "evtwin.road_pricing|fun(station: evtwin.priced_station): number", "price_per_kwh holds",
          "Sets the price of each local hour as it begins: by the load of the hour before, or by a function."),
};
static_assert(are_sound(road_station_keys));

constexpr std::array road_pricing_keys{
    number("use", "0..1", 0, 1, "0.5", "Share of its chargers taken over the last hour at which price_per_kwh holds."),
    number("gain", {}, 0, 100, "1", "Part of price_per_kwh that a station wholly taken rather than free costs more."),
    number("lowest_per_kwh", "currency/kWh", 0, 1e7, "0", "Never below it."),
    number("highest_per_kwh", "currency/kWh", 0, 1e7, "none", "Never above it."),
};
static_assert(are_sound(road_pricing_keys));

constexpr std::array road_car_keys{
    required(text("vehicle", {}, "Name of a vehicle of the scenario: its battery, curve and inlets.")),
    choice("class", "small|mid|suv|van", "\"small\"|\"mid\"|\"suv\"|\"van\"", "mid", "Mass, drag and heating."),
    text("sockets", "the vehicle's", "Kinds of sockets that it fits, as of a station."),
    number("share", {}, 0, 1e9, "the vehicle's", "Weight in the mix."),
};
static_assert(are_sound(road_car_keys));

constexpr std::array road_trip_keys{
    required(text("from", {}, "Id of the node where it begins.")),
    required(text("to", {}, "Id of the node where it ends.")),
    required(other("per_hour", "trips/h", "number|number[]", {},
                   "Trips per hour, a Poisson process: one rate, 24 by the local hour, or 24 for each day.")),
    text("vehicle", "the mix of cars", "Name of the vehicle that all of them drive."),
    number("soc_low", "0..1", 0, 1, "0.6", "State of charge at the start, at least."),
    number("soc_high", "0..1", 0, 1, "1", "State of charge at the start, at most; equally likely between."),
};
static_assert(are_sound(road_trip_keys));

constexpr std::array road_failure_keys{
    required(text("station", {}, "Name of the station.")),
    required(other("from", "local time", "string", {}, "Begin, \"2025-06-03T08:00\".")),
    required(other("to", "local time", "string", {}, "End.")),
};
static_assert(are_sound(road_failure_keys));

constexpr std::array road_choice_keys{
    number("per_hour", "1/h", -1e3, 0, "-1.5", "Utility of an hour until the trip's end."),
    number("per_price", "kWh/currency", -1e6, 0, "-0.01",
           "Utility of a unit of currency per kWh; the default is for KRW."),
    number("per_queued_car", {}, -1e3, 0, "-0.3", "Utility of a car that waits there, beside the time it costs."),
    number("for_habit", {}, 0, 1e3, "0.7", "Utility of the station where the driver charged last."),
    above("consider_h", "h", 0, 1e3, "1", "Stations that take so much longer than the fastest are not thought of."),
};
static_assert(are_sound(road_choice_keys));

// A day type's entry is a number, 24, 48, 96 or 288 numbers; holidays fall back to sunday, saturday and sunday to
// weekend.
constexpr std::array day_type_keys{
    other("weekday", {}, "number|number[]", {}, "Monday to Friday."),
    other("saturday", {}, "number|number[]", "weekend", "Saturdays."),
    other("sunday", {}, "number|number[]", "weekend", "Sundays."),
    other("weekend", {}, "number|number[]", {}, "Saturdays and Sundays."),
    other("holiday", {}, "number|number[]", "sunday", "Holidays of the site and its tariff."),
    other("months", {}, "table", "all alike",
          "{ [1] = curve, ... [12] = curve } instead of the keys above: a curve of its own for every month."),
};
static_assert(are_sound(day_type_keys));

constexpr std::array strategy_keys{
    required(name("id", {}, "Its name in tables of results: lower case letters, digits and -.")),
    text("help", {}, "What it does, one sentence."),
    other("params", {}, "evtwin.strategy_param[]", {}, "Its parameters, checked before every run."),
    other("subscribes", {},
          "(\"arrival\"|\"departure\"|\"price\"|\"limit\"|\"finished\"|\"power\"|\"grant\"|\"booking\")[]",
          "{ \"arrival\", \"departure\", \"limit\" }", "When it is asked beside the decision ticks."),
    boolean("ticks", "true", "Whether it is asked at decision ticks; false: at events and its own wake-ups alone."),
    number("horizon_h", "h", 0, 8784, "24", "How far ahead view.horizon reaches; 0: not at all."),
    other("levels", {}, "number[]", {},
          "Levels of the forecast wanted in view.horizon, ascending between 0 and 1: { 0.1, 0.5, 0.9 }."),
    other("ended", {}, "fun(view: evtwin.view, params: table)", {},
          "Called once after the last decision of a run that came to its end: the view shows the closed books."),
    required(other("decide", {}, "fun(view: evtwin.view, params: table): table?, evtwin.decision?", {},
                   "Returns kW by EVSE id, position or storage name; what is left out stays as it is.")),
};
static_assert(are_sound(strategy_keys));

constexpr std::array strategy_param_keys{
    required(name("id", {}, "As users write it: lower case letters, digits and _.")),
    text("unit", {}, "\"kW\", \"h\"; none by default."),
    text("help", {}, "What it does, one sentence."),
    required(other("default", {}, "number|boolean|string", {}, "Its type is that of the parameter.")),
    other("min", {}, "number", {}, "Smallest, allowed; numbers need it."),
    other("max", {}, "number", {}, "Largest, allowed; numbers need it."),
    boolean("whole", "false", "Whether only whole numbers are allowed."),
    other("choices", {}, "string[]", {}, "The texts that are allowed; any by default."),
};
static_assert(are_sound(strategy_param_keys));

constexpr std::array sweep_keys{
    other(
        "vary", {}, "string[]", "nothing",
        "What is varied, as --vary takes it: { \"contract_kw=40:160:15\", \"pv_kw=0,50\" }. A param() of the scenario, "
        "else a key of --change."),
    whole("samples", {}, 1, 1'000'000, "the whole grid", "Points of a Latin hypercube to draw, instead of the grid."),
    text("seeds", "the scenario's", "Seeds of every point, \"1..30\" or \"1,3,7\"."),
    other("strategies", {}, "string[]", "the scenario's", "As --strategies takes them: { \"asap\", \"lp\", \"own\" }."),
};
static_assert(are_sound(sweep_keys));

constexpr std::array driving_keys{
    required(number("km", "km", 0, 1e5, {}, "How far.")),
    choice("class", "small|mid|suv|van", "\"small\"|\"mid\"|\"suv\"|\"van\"", "mid", "As of a road_car."),
    number("speed_kmh", "km/h", 1, 200, "50", "Speed, taken as constant."),
    number("grade", "rise over run", -0.3, 0.3, "0", "Uphill is positive."),
    number("temperature_c", "C", -40, 50, "20", "Outside."),
};
static_assert(are_sound(driving_keys));

constexpr std::array parked_keys{
    required(above("days", "days", 0, 3660, {}, "How long the car stands.")),
    boolean("care", "true",
            "Whether the car looks after its 12 V battery; false: nothing below matters but the battery."),
    above("battery_wh", "Wh", 0, 10'000, "720", "The 12 V battery; 60 Ah."),
    number("soc", "0..1", 0, 1, "0.9", "Its state of charge at the start."),
    number("soc_limit", "0..1", 0, 1, "0.5", "Below it the car does not wake."),
    number("drain_w", "W", 0, 200, "0.8 (a round figure)",
           "What stands by: telematics, alarm, the battery's own loss."),
    number("from_soc", "0..1", 0, 1, "0.65", "Topped up when it has fallen to here."),
    number("to_soc", "0..1", 0, 1, "0.95", "Topped up until here."),
    above("charge_w", "W", 0, 5000, "250", "Out of the converter: for what stands by, the rest into the battery."),
    above("charge_efficiency", "0..1", 0, 1, "0.9", "Stored in the 12 V battery per Wh into it."),
    above("converter_efficiency", "0..1", 0, 1, "0.92", "Traction battery to 12 V."),
    number("awake_w", "W", 0, 5000, "120", "What the high-voltage side takes while it is awake."),
    above("self_test_every_h", "h", 0, 1e6, "never", "How often the car wakes to test itself."),
    number("self_test_min", "min", 0, 600, "3", "For how long."),
};
static_assert(are_sound(parked_keys));

constexpr std::array all_sections{
    Section{"scenario", "return scenario { ... }", "The whole experiment; a scenario file returns it.",
            "sites (`site { ... }`) and events (`at(...)`)", scenario_keys},
    Section{"site", "site { ... }", "A grid connection with everything behind it.", {}, site_keys},
    Section{"station",
            "stations = { { ... }, ... }",
            "Charging stations. `from_sessions(\"file.csv\", { ... })` and `from_ocpp(\"site.log\", { ... })` take the "
            "same keys, save name and evses.",
            {},
            station_keys},
    Section{"vehicle", "vehicles = { { ... }, ... }", "Car models.", {}, vehicle_keys},
    Section{"storage", "storage = { ... }", "A stationary battery.", {}, storage_keys},
    Section{
        "ageing",
        "ageing = { ... }",
        "How a battery ages: capacity = 1 - calendar x days^0.75 - cyclic x cycles^power. In wear and lives of runs; "
        "it changes no power.",
        {},
        ageing_keys},
    Section{"pv", "pv = { ... }", "Solar power.", {}, pv_keys},
    Section{"csv", "csv \"file.csv\" or csv { ... }", "A series over time from a file of the scenario's folder.",
            "the file", csv_keys},
    Section{"day_types",
            "{ weekday = { 24 numbers }, weekend = { ... } }",
            "A curve that repeats by the local clock: one number, 24 (hours), 48, 96 or 288 numbers (equal steps of a "
            "day), one such list per type of day, or per month.",
            {},
            day_type_keys},
    Section{"tariff", "tariff = { ... }", "What electricity costs.", {}, tariff_keys},
    Section{"period", "periods = { { ... }, ... }", "One period of a time-of-use tariff.", {}, period_keys},
    Section{"demand", "demand = { ... }", "Demand charge of a tariff.", {}, demand_keys},
    Section{"demand_months",
            "price_per_kw = { { ... }, ... }",
            "A demand charge that differs between months.",
            {},
            demand_month_keys},
    Section{"sessions", "sessions \"file.csv\" or sessions { ... }", "Recorded sessions.", "the file", sessions_keys},
    Section{"answers",
            "answers = { ... }",
            "How drivers answer offers. Round figures; who was asked how is among the key figures (offers_made ...).",
            {},
            answers_keys},
    Section{"session_columns",
            "columns = { ... }",
            "Names of a table's columns. Arrival, departure and energy must have one, the others may be missing.",
            {},
            session_columns_keys},
    Section{"ocpp", "ocpp \"site.log\" or ocpp { ... }", "Sessions of an OCPP log.", "the file", ocpp_keys},
    Section{"booking", "arrivals = bookings { { ... }, ... }", "A vehicle that has booked.", {}, booking_keys},
    Section{"poisson",
            "arrivals.poisson { ... }",
            "Arrivals at random, with a rate that may change every hour.",
            {},
            poisson_keys},
    Section{"uniform", "uniform { ... }", "Every value between two is equally likely.", {}, uniform_keys},
    Section{"normal", "normal { ... }", "Normal distribution.", {}, normal_keys},
    Section{"lognormal", "lognormal { ... }", "Lognormal distribution.", {}, lognormal_keys},
    Section{"exponential", "exponential { ... }", "Exponential distribution.", {}, exponential_keys},
    Section{"driving",
            "driving_kwh { ... }",
            "What a drive takes: rolling, air, grade, heating and cooling at constant speed (engine/roads).",
            {},
            driving_keys},
    Section{"parked",
            "parked { ... }",
            "A car that stands: its 12 V battery, topped up from the traction battery or not.",
            {},
            parked_keys},
    Section{"feeder", "feeders = { { ... }, ... }", "A node of the limit tree.", {}, feeder_keys},
    Section{"row", "rows = { { ... }, ... }", "A limit over several EVSEs.", {}, row_keys},
    Section{
        "forecast",
        "forecast = { ... }",
        "Who foresees what: a rule for each quantity. A rule is \"perfect\" (the truth), \"yesterday\" (what was a "
        "day before by the local clock), the id of a forecaster, `forecaster \"id\" { ... }` with its parameters, { "
        "bias = ..., std = ... }, or a function(past, ask). `bias` and `std` beside the rules are one for PV, load and "
        "arrivals.",
        {},
        forecast_keys},
    Section{"forecast_error",
            "load = { bias = ..., std = ... }",
            "The truth with an error of its own, drawn anew every local midnight.",
            {},
            forecast_error_keys},
    Section{"queue", "queue = { ... }", "Where cars wait.", {}, queue_keys},
    Section{"reservations",
            "reservations = { ... }",
            "What a reserved EVSE means. Who reserves: `bookings`, `reserved_at` in a csv of sessions, "
            "`reserved_share` of arrivals.poisson. A reservation ends when its car comes, or with its time.",
            {},
            reservations_keys},
    Section{
        "commands",
        "commands = { ... }",
        "The way from a decision to the EVSEs. A strategy decides on what it is shown when it is asked; the run "
        "file's events tell `forecast_ready`, `plan_ready`, `setpoint_applied`, `command_lost`, and "
        "`plan_dropped` where a newer plan was ready before an older one arrived, or the run ended. A strategy's own "
        "wake-up comes after its set-points have arrived, and not within a second.",
        {},
        commands_keys},
    Section{"sweep",
            "sweep = { ... }",
            "Many points, seeds and strategies of the scenario: `evtwin sweep run FILE`.",
            {},
            sweep_keys},
    Section{"shared_limit",
            "shared_limits = { { ... }, ... }",
            "A limit over several sites. Each site's strategy decides for its site alone, and its guard keeps what it "
            "asks for to the site's share. Shares are worked out at each tick and when the limit changes; in between a "
            "site that asks for more is given what the others leave. Strategies that look ahead see in "
            "horizon[k].contract_kw what their site may count on from the next tick on: the limit as its curve has it "
            "then, shared out by the same rule as if every site used all it could with the cars that are plugged in "
            "and still draw, its storages and its base load of now; or what the others then leave, where that is "
            "more. Who comes or leaves later, and what other sites plan, is not told.",
            {},
            shared_limit_keys},
    Section{
        "roads",
        "roads = { ... }",
        "Roads, stations on them, cars and trips. Trips are lived on the roads first: drivers whose battery does not "
        "reach the end choose stations, wait and charge there. Their visits then come to the sites that are stations; "
        "what happens at a site does not come back to the roads.",
        {},
        roads_keys},
    Section{"directory", "directory \"locations.json\" or directory { ... }",
            "Stations that somebody else keeps: a station for each location and power. Prices are not in it: they cost "
            "nothing.",
            "the file", directory_keys},
    Section{"road_node", "nodes = { { ... }, ... }", "A place where roads meet.", {}, road_node_keys},
    Section{"road", "edges = { { ... }, ... }", "A road between two nodes.", {}, road_keys},
    Section{"road_station",
            "roads = { stations = { { ... }, ... } }",
            "Equal chargers at one place on the roads.",
            {},
            road_station_keys},
    Section{"road_pricing",
            "pricing = { ... } of a road_station",
            "price_per_kwh x (1 + gain x (share of its chargers taken over the last hour - use)), kept between lowest "
            "and highest; price_per_kwh itself until the first full hour. Drivers choose by what it costs as they "
            "choose, and pay on the roads what it costs as they begin to charge; a site that is the station bills each "
            "kWh at the price of its time.",
            {},
            road_pricing_keys},
    Section{"road_car", "cars = { { ... }, ... }", "A car on the roads.", {}, road_car_keys},
    Section{"road_trip", "trips = { { ... }, ... }", "Trips from one node to another.", {}, road_trip_keys},
    Section{"road_failure", "failures = { { ... }, ... }", "A station without service.", {}, road_failure_keys},
    Section{"road_choice",
            "choice = { ... }",
            "A logit: chances are in proportion to e^utility, which is the sum of these products.",
            {},
            road_choice_keys},
    Section{"outage", "outages = { { ... }, ... }", "An EVSE out of service.", {}, outage_keys},
    Section{"demand_response",
            "demand_response = { { ... }, ... }",
            "A cut of the contract power. Of cuts that overlap the lowest limit holds.",
            {},
            demand_response_keys},
    Section{
        "dispatch",
        "dispatch = { { ... }, ... }",
        "A call of demand response to cars. A car promises what it draws when it is asked, and, where it is enrolled "
        "with V2G, what it can give for the whole call; while the call lasts its set-point is held to what it drew "
        "at its begin less that. Told in the events `dispatch_call` and `dispatch_end` and among the key figures.",
        {},
        dispatch_keys},
    Section{"strategy",
            "strategy { ... }",
            "A strategy in Lua: in the scenario, or in a file of its own that returns it (`--strategy ./mine.lua`, or "
            "`require \"mine\"` beside the scenario). `mine { name = value }` sets its parameters.",
            {},
            strategy_keys},
    Section{
        "strategy_param", "params = { { ... }, ... }", "One parameter of a strategy in Lua.", {}, strategy_param_keys},
};
static_assert(kernel::has_unique_keys(all_sections, &Section::name));

}  // namespace

std::span<const Section> reference_sections() { return all_sections; }

const Section& find_section(std::string_view name) {
  for (const Section& s : all_sections) {
    if (s.name == name) return s;
  }
  throw std::logic_error("no section " + std::string(name) + " in the scenario language");
}

const Key* find_key(const Section& section, std::string_view name) {
  for (const Key& key : section.keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace evtwin::scenario
