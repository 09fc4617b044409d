---@meta
-- The scenario language of evtwin for editors (Lua language server). Written from engine/scenario/keys.cpp; do not edit:
-- EVTWIN_WRITE_DOCS=1 bin/test_scenario --gtest_filter='Documentation.*' writes it anew.

---A number for ever, 24 numbers (also 48, 96, 288) for the steps of a day, curves by type of day or month, or a file.
---@alias evtwin.signal number|number[]|evtwin.day_types|evtwin.csv
---Made by uniform, normal, lognormal, exponential or choice.
---@class evtwin.distribution
---Made by sessions, ocpp, bookings or arrivals.poisson.
---@class evtwin.arrivals
---Made by at.
---@class evtwin.event
---Made by plugin "id" { ... }.
---@class evtwin.chosen_strategy
---Made by forecaster "id" { ... }.
---@class evtwin.chosen_forecaster
---How one quantity is foreseen.
---@alias evtwin.forecast_rule "perfect"|"yesterday"|string|evtwin.chosen_forecaster|evtwin.forecast_error|fun(past: evtwin.past, ask: evtwin.ask): number[], number[][]?
---Made by from_sessions or from_ocpp.
---@class evtwin.stations_of_file
---The keys of a station, save name and evses.
---@class evtwin.station_of_file
---@field kind? "ac"|"dc" AC: rated in A per phase, the car's on-board charger limits. DC: rated in kW at the outlet. Default: "ac".
---@field kw? number [kW] Rated power of one EVSE. AC: at most 63 A per phase; DC: at most 1,500 kW. Give kw or max_a. Range: above 0 .. 1500.
---@field max_a? number [A] AC: rated current per phase, instead of kw. Range: above 0 .. 125. Default: from kw.
---@field phases? integer AC: phases wired. Range: 1 .. 3. Default: 1 if kw fits 32 A on one phase, else 3.
---@field min_a? number [A] AC: below it the offer is 0 (IEC 61851-1: 6 A); 0 = any current. Range: 0 .. 125. Default: 6 (0 with rates_a).
---@field rates_a? number[] [A] AC: the only currents it can offer, ascending, without 0. Default: any current.
---@field min_kw? number [kW] DC: smallest power it can offer. Range: 0 .. 1500. Default: 0.
---@field efficiency? number [0..1] DC: outlet to AC side. Range: above 0. Default: 1.
---@field voltage_v? number [V] AC: across one load phase. Range: above 0 .. 1000. Default: the site's.
---@field phase? "L1"|"L2"|"L3"|number [degrees] Angle of the current in magnitude rows: L1 = 0, L2 = -120, L3 = 120, or degrees. Default: L1 (0).
---@field bidirectional? boolean Whether it can discharge cars (V2G). Default: false.
---@field max_discharge_kw? number [kW] Most it takes out of a car; needs bidirectional = true. Range: above 0 .. 1500. Default: as for charging.
---@field feeder? string Name of the feeder it hangs on. Default: the grid connection.
---@field sockets? string Its plugs: "CCS1", or several, "CCS1+CHAdeMO"; AC1, AC3 and NACS carry AC, CCS1, CCS2, CHAdeMO and NACS DC. A car with other sockets is turned away, as no_compatible_evse. Default: any of its kind.
---@field except? table<string, evtwin.station_of_file> Of `from_sessions` and `from_ocpp` alone: EVSEs that differ from the others, by id, each with all keys of its own: { ["CA-308"] = { kind = "dc", kw = 50 } }. Default: all alike.

---The whole experiment; a scenario file returns it.
---@class evtwin.scenario
---@field name? string Title of the scenario. Default: the file's name.
---@field start string [local time] First day, "2025-06-02", or instant, "2025-06-02T08:00", on the clock of `timezone`; "from_sessions" takes the day of the first recorded session.
---@field days? integer|"from_sessions" [days] Days to simulate, 1..36500, local days (23 to 25 h where clocks change); "from_sessions" runs to the end of the day on which the last recorded session ends. Default: give days or hours.
---@field hours? number [h] Hours to simulate, instead of days: 21.25 are 85 quarter hours. Range: above 0 .. 876,000.
---@field timezone string IANA time zone, such as "Asia/Seoul"; decides what every local time means.
---@field seed? integer Seed of all random numbers, 0..2^63-1. The same seed gives the same run, bit for bit. Default: 0.
---@field tick_min? integer [min] Distance of the decision ticks; they align to the local clock. Range: 1 .. 1440. Default: 15.
---@field vehicles? evtwin.vehicle[] Car models of the mix. Default: one car with an unknown battery.
---@field arrivals? evtwin.arrivals|evtwin.arrivals[] Who comes: `sessions`, `ocpp`, `bookings`, `arrivals.poisson`, or a list of them. With several sites each site has its own.
---@field history? evtwin.arrivals|"from_sessions" Who came before the run: `sessions` that ended by its start, or "from_sessions", those of the files of `arrivals` that did. Strategies are told of them at their first decision, as of vehicles that left; a run's books know nothing of them. With several sites each site has its own. Default: nobody.
---@field strategy? string|evtwin.chosen_strategy|evtwin.strategy|fun(view: evtwin.view): table?, evtwin.decision? Who decides: an id, `plugin "id" { ... }`, `strategy { ... }`, or a function of the view. Default: "asap".
---@field forecast? evtwin.forecast_rule|evtwin.forecast For all sites that give none of their own. Default: "same-kind-of-day".
---@field kpi? table<string, string|fun(run: evtwin.recorded_run): number?> Figures of your own, shown wherever key figures are: a statement in SQL over the run file that answers one number, or a function of `run` (`run.sessions()`, `run.segments()`, `run.signals()`, `run.query(sql)`: lists of rows by column; nil: does not apply). `require "figures"` has some. Default: none.
---@field reward? string|table<integer|string, string|number>|fun(step: table<string, number>): number|table<string, number> What `evtwin train` learns for where it is not told otherwise: a name of `evtwin rewards`, alone or with weights of its parts (`{ "boa-fe", satisfaction = 2000 }`), weights of terms (`{ energy_cost = -1 }`), or a function of the terms of a step, which answers a number or a table of parts. Policies are judged by the objective all the same. Default: "objective".
---@field sweep? evtwin.sweep What `evtwin sweep run` does where its command line says nothing else; other commands look past it. Default: none.
---@field shared_limits? evtwin.shared_limit[] Sums of kW that several sites may import together, as an aggregator or a common transformer allows it. Default: none.
---@field roads? evtwin.roads Roads between the sites and elsewhere, stations on them, and trips whose stops become arrivals at the sites: `evtwin roads` plans and lists on them. Default: none.
---@field test? boolean Held out: its sites on its dates are to be judged by, and `evtwin train` refuses to learn from them. Default: false.
---@field notes? string Free text, kept in the run file.
---@field [integer] any sites (`site { ... }`) and events (`at(...)`)

---A grid connection with everything behind it.
---@class evtwin.site
---@field name? string Name of the site. Default: "site", with several "site-1" ....
---@field operator? string Who runs the site: `evtwin run --operator NAME` runs the sites of one operator alone. Default: not said.
---@field contract_kw? evtwin.signal [kW] Contract power: the import limit. Without it nothing limits the import. Where it changes over time, the highest is the contract power, and less at other times a limit known beforehand. Range: above 0 .. 1,000,000. Default: none.
---@field export_limit_kw? number [kW] Most that may flow back into the grid. Range: 0 .. 1,000,000. Default: none.
---@field limits? "enforce"|"record" Whether setpoints are cut so that limits hold, or overloads happen and are recorded. Default: "enforce".
---@field tariff? evtwin.tariff What electricity costs; `require "tariffs.kepco_ev"` has some. Default: energy is free, and the run says so.
---@field voltage_v? number [V] Across one load phase. Korea 220, the ACN sites 208 (line to line). Range: above 0 .. 1000. Default: 230.
---@field load? evtwin.signal [kW] Base load of the site, >= 0. Default: 0.
---@field pv? evtwin.pv [kW] Solar power. Default: none.
---@field storage? evtwin.storage|evtwin.storage[] Stationary batteries. Default: none.
---@field stations evtwin.station[]|evtwin.stations_of_file Charging stations: a list, `from_sessions(...)` or `from_ocpp(...)`. Rows keep this order.
---@field feeders? evtwin.feeder[] Tree of transformers and sub-boards below the grid connection. Default: none.
---@field rows? evtwin.row[] Further limits: lower <= sum of coefficient x quantity <= upper. Default: none.
---@field co2_kg_per_kwh? evtwin.signal [kg/kWh] Carbon dioxide per kWh imported. Default: 0.
---@field power_setpoint_kw? evtwin.signal [kW] Net power the site should draw; negative: feed back. Strategies see it, nothing enforces it: how well it is followed is measured. Default: none.
---@field temperature_c? evtwin.signal [C] Outside: the pack of a car with `power_by_temperature` is as cold when it plugs in, and stays so. Default: packs take their whole curve.
---@field forecast? evtwin.forecast_rule|evtwin.forecast How strategies foresee PV, load, arrivals and prices. Default: the scenario's.
---@field driver_price_per_kwh? number [currency/kWh] What drivers pay the site, at the EVSE meter. Range: 0 .. 10,000,000. Default: 0.
---@field v2g_price_per_kwh? number [currency/kWh] What the site pays drivers for energy discharged, at the EVSE meter. Range: 0 .. 10,000,000. Default: 0.
---@field unmet_price_per_kwh? number [currency/kWh] Worth of a kWh wanted and not got, in the objective. Range: 0 .. 10,000,000. Default: 0.
---@field wear_price_per_kwh? number [currency/kWh] Battery wear per kWh discharged from cars and storage, in the objective. Range: 0 .. 10,000,000. Default: 0.
---@field share_price_per_kwh? number [currency/kWh] What a kWh of a shared limit is worth to the site: with share = "price" the higher price is served first. Nobody is billed by it. Range: 0 .. 10,000,000. Default: 0.
---@field billing? "pro_rata"|"full" Demand charge of a month simulated in part: by its fraction, or whole. Default: "pro_rata".
---@field past_peaks_kw? table<string, number> [kW] Peaks before the run, for tariffs with a ratchet: { ["2025-01"] = 80 }. Default: none.
---@field storage_policy? "off"|"self_consumption"|"peak_shaving"|"arbitrage" What storage does under strategies that ask for it, as the baselines do; one that writes no storage set-points leaves it idle. Default: "self_consumption".
---@field queue? evtwin.queue Where cars wait when every EVSE is taken. Default: nobody waits.
---@field reservations? evtwin.reservations What a reserved EVSE means for cars without a reservation. Default: kept free from 15 min before.
---@field commands? evtwin.commands How long decisions take to reach the EVSEs, and how many set-points get lost. Default: at once, none is lost.
---@field demand_response? evtwin.demand_response[] Times in which the site may import less than its contract power. Default: none.
---@field dispatch? evtwin.dispatch[] Calls to cars to draw less, or to give back, for a while: who says yes, what is promised, what is delivered. Default: none.
---@field outages? evtwin.outage[] EVSEs that are out of service for a while. Default: none.
---@field holidays? string[] Local dates, "2025-06-06", that tariffs and profiles treat as holidays (besides the tariff's own). Default: none.
---@field arrivals? evtwin.arrivals|evtwin.arrivals[] Who comes to this site. Default: the scenario's.
---@field history? evtwin.arrivals|"from_sessions" Who came to this site before the run. Default: the scenario's.

---Charging stations. `from_sessions("file.csv", { ... })` and `from_ocpp("site.log", { ... })` take the same keys, save name and evses.
---@class evtwin.station
---@field name string EVSEs are named after it: "A" has A-1, A-2 ...
---@field evses integer|string[] How many EVSEs stand here, or their ids: { "CA-308", "CA-508" }; a world has at most 1,000,000.
---@field kind? "ac"|"dc" AC: rated in A per phase, the car's on-board charger limits. DC: rated in kW at the outlet. Default: "ac".
---@field kw? number [kW] Rated power of one EVSE. AC: at most 63 A per phase; DC: at most 1,500 kW. Give kw or max_a. Range: above 0 .. 1500.
---@field max_a? number [A] AC: rated current per phase, instead of kw. Range: above 0 .. 125. Default: from kw.
---@field phases? integer AC: phases wired. Range: 1 .. 3. Default: 1 if kw fits 32 A on one phase, else 3.
---@field min_a? number [A] AC: below it the offer is 0 (IEC 61851-1: 6 A); 0 = any current. Range: 0 .. 125. Default: 6 (0 with rates_a).
---@field rates_a? number[] [A] AC: the only currents it can offer, ascending, without 0. Default: any current.
---@field min_kw? number [kW] DC: smallest power it can offer. Range: 0 .. 1500. Default: 0.
---@field efficiency? number [0..1] DC: outlet to AC side. Range: above 0. Default: 1.
---@field voltage_v? number [V] AC: across one load phase. Range: above 0 .. 1000. Default: the site's.
---@field phase? "L1"|"L2"|"L3"|number [degrees] Angle of the current in magnitude rows: L1 = 0, L2 = -120, L3 = 120, or degrees. Default: L1 (0).
---@field bidirectional? boolean Whether it can discharge cars (V2G). Default: false.
---@field max_discharge_kw? number [kW] Most it takes out of a car; needs bidirectional = true. Range: above 0 .. 1500. Default: as for charging.
---@field feeder? string Name of the feeder it hangs on. Default: the grid connection.
---@field sockets? string Its plugs: "CCS1", or several, "CCS1+CHAdeMO"; AC1, AC3 and NACS carry AC, CCS1, CCS2, CHAdeMO and NACS DC. A car with other sockets is turned away, as no_compatible_evse. Default: any of its kind.
---@field except? table<string, evtwin.station_of_file> Of `from_sessions` and `from_ocpp` alone: EVSEs that differ from the others, by id, each with all keys of its own: { ["CA-308"] = { kind = "dc", kw = 50 } }. Default: all alike.

---Car models.
---@class evtwin.vehicle
---@field name string Model.
---@field share? number Weight in the mix. Range: 0 .. 1,000,000,000. Default: 1.
---@field battery_kwh number [kWh] Usable capacity. Range: above 0 .. 2000.
---@field ac_kw? number [kW] On-board charger, on all its phases. Range: above 0 .. 50. Default: no limit.
---@field ac_phases? integer Phases of the on-board charger. Range: 1 .. 3. Default: 3.
---@field dc_kw? number [kW] DC inlet; 0: the car has none. Range: 0 .. 4000. Default: no limit.
---@field efficiency? number|number[] [0..1] { charge, discharge }, or one number; instead of the two keys below.
---@field charge_efficiency? number [0..1] Energy stored per kWh at the EVSE meter. Range: above 0. Default: 0.95 (a round figure).
---@field discharge_efficiency? number [0..1] Energy at the EVSE meter per kWh taken out of the battery. Range: above 0. Default: 0.95 (a round figure).
---@field taper_soc? number [0..1] Up to here constant power, then linear to taper_end_kw at 1. Default: no taper.
---@field taper_end_kw? number [kW] Power at state of charge 1. Range: 0 .. 4000. Default: 0.
---@field curve? number[][] [kW] Most power at the EVSE meter over state of charge: { { soc, kw }, ... }, from 0 to 1, instead of taper_soc. Default: constant power.
---@field sockets? string Its inlets, as of a station; CCS1 takes AC1 plugs too, CCS2 AC3. Default: any.
---@field power_by_temperature? number[][] [C, 0..1] Share of its charging curve that a pack takes that is as cold or warm: { { -20, 0.2 }, { 0, 0.5 }, { 20, 1 } }, linear between, level beyond. It matters where the site has temperature_c. Default: all of it at any.
---@field v2g? boolean Whether the car can discharge. Default: false.
---@field discharge_kw? number [kW] Most power out of the car; needs v2g = true. Range: above 0 .. 4000. Default: ac_kw.
---@field soc_floor? number [0..1] Discharging never goes below. Default: 0.2 (a round figure) with v2g.
---@field soc_known? boolean Whether the charger learns state of charge and capacity (ISO 15118, DC). Default: false.
---@field acceptance_hold? boolean Acceptance is evaluated at decisions and held between them, as stepped tools do. Default: false.
---@field ageing? evtwin.ageing How it ages, as `evtwin ageing FILE` fits it to capacities over cycles. Default: Schmalstieg 2014.

---A stationary battery.
---@class evtwin.storage
---@field name? string Name of the storage. Default: "storage", with several "storage-1" ....
---@field kwh number [kWh] Capacity. Range: above 0 .. 10,000,000.
---@field kw? number [kW] Most power in and out, at its AC terminals. Give kw, or charge_kw and discharge_kw. Range: above 0 .. 1,000,000.
---@field charge_kw? number [kW] Most power in. Range: above 0 .. 1,000,000. Default: kw.
---@field discharge_kw? number [kW] Most power out. Range: above 0 .. 1,000,000. Default: kw.
---@field efficiency? number|number[] [0..1] { charge, discharge }, or one number for both ways. Default: 1.
---@field soc_start? number [0..1] State of charge at the start. Default: 0.5, inside the window.
---@field soc_min? number [0..1] Lowest state of charge used. Default: 0.
---@field soc_max? number [0..1] Highest state of charge used. Default: 1.
---@field standby_kw? number [kW] Drawn at the AC side all the time, lost. Range: 0 .. 10,000. Default: 0.
---@field ageing? evtwin.ageing How it ages, as `evtwin ageing FILE` fits it to capacities over cycles. Default: Schmalstieg 2014.

---How a battery ages: capacity = 1 - calendar x days^0.75 - cyclic x cycles^power. In wear and lives of runs; it changes no power.
---@class evtwin.ageing
---@field calendar? number Fraction of the capacity that time takes, per day^0.75; 0: none. Range: 0 .. 1. Default: Schmalstieg 2014, by mean state of charge, 25 C.
---@field cyclic? number Fraction that cycling takes, per full equivalent cycle^power, whatever the depth; 0: none. Range: 0 .. 1. Default: Schmalstieg 2014, by depth and state of charge.
---@field power? number Power of the cycles; needs cyclic. Range: 0.2 .. 3. Default: 0.5.
---@field replaced_at? number [fraction] Of the new capacity: where a battery is at the end of its life. Range: above 0 .. 0.99. Default: 0.8.

---Solar power.
---@class evtwin.pv
---@field peak_kw? number [kW] Installed power; 0: none. Range: 0 .. 1,000,000.
---@field profile evtwin.signal [kW] A csv with a column `kw` is kW as metered; a csv with a column `kw_per_kwp`, and numbers written here, are kW per kW of peak_kw. A column whose name gives no unit needs `scale`.

---A series over time from a file of the scenario's folder.
---@class evtwin.csv
---@field file? string File in the scenario's folder; may also stand without a key. CSV, plain or gzip, or .xlsx: a time column first, then values.
---@field column? string Column to read. Where its name gives a unit (load_w, "Price (EUR/MWh)", gCO2/kWh), values are converted from it, and a note says so; a name without one is taken as kW, currency/kWh or kg/kWh, with a note; energy where power is due, prices in another currency and a unit understood in part only are errors. Default: the only value column.
---@field scale? number Every value is multiplied by it, and the name's unit converts nothing. Default: 1.
---@field timezone? string Zone of times that are written without an offset. Default: the scenario's.
---@field [integer] any the file

---A curve that repeats by the local clock: one number, 24 (hours), 48, 96 or 288 numbers (equal steps of a day), one such list per type of day, or per month.
---@class evtwin.day_types
---@field weekday? number|number[] Monday to Friday.
---@field saturday? number|number[] Saturdays. Default: weekend.
---@field sunday? number|number[] Sundays. Default: weekend.
---@field weekend? number|number[] Saturdays and Sundays.
---@field holiday? number|number[] Holidays of the site and its tariff. Default: sunday.
---@field months? table { [1] = curve, ... [12] = curve } instead of the keys above: a curve of its own for every month. Default: all alike.

---What electricity costs.
---@class evtwin.tariff
---@field name? string Name of the tariff. Default: "tariff".
---@field currency? string Three letters of ISO 4217: "KRW", "EUR", "USD".
---@field source? string Where the figures come from.
---@field valid_from? string Since when they hold.
---@field doubts? string What is not certain about them.
---@field periods? evtwin.period[] Prices by month, type of day and local time; together they cover every minute once.
---@field series? evtwin.csv [currency/kWh] Prices over time instead of periods.
---@field sell_price_per_kwh? number [currency/kWh] For energy fed back. Range: -10,000,000 .. 10,000,000. Default: 0.
---@field sell_factor? number Energy fed back earns this fraction of the buy price of the same instant. Range: 0 .. 10.
---@field sell_series? evtwin.csv [currency/kWh] Prices over time for energy fed back.
---@field surcharge_per_kwh? number [currency/kWh] Added to every kWh bought, before tax. Range: -10,000,000 .. 10,000,000. Default: 0.
---@field tax_fraction? number [fraction] Of energy, surcharge and demand charge: 0.1 is 10 %. Range: 0 .. 10. Default: 0.
---@field demand? evtwin.demand Demand charge. Default: none.
---@field holidays? string[] Local dates that are holidays in this tariff. Default: none.

---One period of a time-of-use tariff.
---@class evtwin.period
---@field months? integer[] Months it holds in, 1..12. Default: all.
---@field days? ("weekday"|"saturday"|"sunday"|"holiday")[] Types of day. Default: all.
---@field from string Local time, "22:00".
---@field to string Local time; "24:00" is midnight. Before `from`: wraps over midnight.
---@field price_per_kwh number [currency/kWh] Energy price; may be negative. Range: -10,000,000 .. 10,000,000.
---@field band? string "light", "mid", "max" ...

---Demand charge of a tariff.
---@class evtwin.demand
---@field price_per_kw number|table[] [currency/kW and month] One figure for all months, or { { months = { 6, 7, 8 }, price_per_kw = 8000 }, ... }; months not named: 0.
---@field basis? "peak"|"contract" What is billed: the highest mean import of a metering window of the month, or the contract power. Default: "peak".
---@field window_min? 15|30|60 [min] Length of a metering window, on the local clock. Default: 15.
---@field ratchet_months? integer[] Months whose past peaks still count. Default: none.
---@field look_back_months? integer [months] For how long they count. Range: 1 .. 120. Default: 12.
---@field floor_fraction_of_contract? number [0..1] The least that is billed, as a fraction of the contract power. Default: 0.
---@field excess_price_per_kw? number [currency/kW and month] For each kW by which the month's highest window exceeds the contract power, beside what the month is billed anyway. Range: 0 .. 1,000,000,000. Default: 0.

---A demand charge that differs between months.
---@class evtwin.demand_months
---@field months integer[] Months, 1..12.
---@field price_per_kw number [currency/kW and month] Price in those months. Range: 0 .. 1,000,000,000.

---Recorded sessions.
---@class evtwin.sessions
---@field file? string Table of sessions in the scenario's folder: CSV, plain or gzip, .xlsx, or ACN-Data's .json; may also stand without a key.
---@field shift_to_start? boolean Move all sessions by whole days, so that the first falls on the start date. Default: false.
---@field evse? "as_given"|"any" Whether a session goes to the EVSE of the file, or to any free one. Default: "as_given".
---@field vehicle? string Name of the vehicle that all sessions drive; "mix": drawn from `vehicles` by share. A row that names a vehicle of the scenario drives that. Power and battery that a row gives for its car replace the vehicle's. Default: one with an unknown battery.
---@field soc_target? number [0..1] Without a soc column: the car would leave with this state of charge if it got what it wants. Range: above 0. Default: 0.8.
---@field v2g_share? number [0..1] Without a v2g column: fraction of the drivers of V2G-capable cars who opt in. Default: 0.
---@field v2g_min_price_per_kwh? number|evtwin.distribution [currency/kWh] Without a v2g_min_price_per_kwh column: the least that an owner takes for energy discharged. Paid is the site's v2g_price_per_kwh or this, whichever is higher. Default: 0.
---@field answers? evtwin.answers The rows are offers, as `evtwin drivers --offers` writes them: drivers answer, and schedules follow. Default: none: every row comes.
---@field requested? "claimed"|"true" What strategies are told: energy and departure as the driver claimed them, or as they came true. Default: "claimed".
---@field columns? evtwin.session_columns Columns of a table of another layout, by what they hold: { arrival = "Begin", energy_kwh = "Energy (Wh)" }. What is not named here has the column of its own name. Default: those of its layout.
---@field [integer] any the file

---How drivers answer offers. Round figures; who was asked how is among the key figures (offers_made ...).
---@class evtwin.answers
---@field accept? number [0..1] Chance that the driver takes the offer as it is. Default: 0.6.
---@field other_time? number [0..1] Chance of another time: within the row's window_from and window_to, or move_h before or after. Default: 0.2.
---@field other_place? number [0..1] Chance of another place. The rest up to 1: he does not charge. Default: 0.1.
---@field keep? number [0..1] Chance that what was agreed is kept; else the driver overrides it, and comes up to move_h earlier or later than his reservation says. Default: 0.9.
---@field move_h? number [h] How far drivers move at most. Range: 0 .. 336. Default: 3.
---@field elsewhere? string Site of the scenario to which those who want another place go. Default: out of sight.

---Names of a table's columns. Arrival, departure and energy must have one, the others may be missing.
---@class evtwin.session_columns
---@field arrival? string When the car came: ISO 8601, local time, or days of a spreadsheet (44784.98); a year below 100 is of this century. Default: arrival.
---@field departure? string When it left. Default: departure.
---@field energy_kwh? string Energy taken, at the EVSE meter; in Wh or MWh where the column's name says so. Default: energy_kwh.
---@field evse? string EVSE, or station with one EVSE. Default: evse.
---@field session_id? string Id of the session. Default: session_id.
---@field requested_kwh? string Energy that the driver asked for. Default: requested_kwh.
---@field estimated_departure? string When the driver said that he would leave. Default: estimated_departure.
---@field soc? string State of charge at arrival; percent where one is above 1. Default: soc.
---@field soc_departure? string State of charge at departure: for `evtwin calibrate`; a run works it out. Default: soc_departure.
---@field vehicle? string Model of the car: a name in `vehicles`, else the row drives what `vehicle` says. Default: vehicle.
---@field car_kw? string The most that the car takes; in W where the column's name says so. Default: car_kw.
---@field battery_kwh? string Capacity of its battery. Default: battery_kwh.
---@field driver? string A name by which visits of one driver are told. Default: driver.
---@field priority? string Higher is more important. Default: priority.
---@field v2g? string Whether the driver lets the car discharge: true or false. Default: v2g.
---@field v2g_min_price_per_kwh? string The least that the owner takes for energy discharged. Default: v2g_min_price_per_kwh.
---@field reserved_at? string When the visit was announced. Default: reserved_at.
---@field reserved_from? string What was reserved: its begin ... Default: reserved_from.
---@field reserved_until? string ... and its end. Default: reserved_until.
---@field window_from? string Within which a booking may be moved: from here ... Default: window_from.
---@field window_to? string ... to here. Default: window_to.

---Sessions of an OCPP log.
---@class evtwin.ocpp
---@field file? string OCPP log of any layout in the scenario's folder, plain or gzip; may also stand without a key. Sessions come at their own times, with the power and the energy that were metered.
---@field evse? "as_given"|"any" Whether a session goes to the EVSE of the log, called station-number, or to any free one. Default: "as_given".
---@field claims? "truth"|"history" What strategies are told on arrival: departure and energy as they came true; or the medians of the same tag's earlier sessions, of everybody's where it has none. Default: "truth".
---@field [integer] any the file

---A vehicle that has booked.
---@class evtwin.booking
---@field id? string Name of the session. Default: "booking-1" ....
---@field arrive string [local time] Arrival, "2025-06-02T18:00".
---@field leave string [local time] Departure; the driver keeps to it.
---@field vehicle? string Name of a vehicle of the scenario. Default: one with an unknown battery.
---@field soc? number [0..1] State of charge at arrival. Default: from target and energy_kwh.
---@field target? number [0..1] State of charge wanted at departure; needs soc. Give target or energy_kwh. Range: above 0.
---@field energy_kwh? number [kWh] Energy wanted, at the EVSE meter, instead of target; 0 for a car that only gives (v2g = true). Range: 0 .. 2000.
---@field evse? string Id of the EVSE that is booked; "any": the site reserves one that fits. Default: any.
---@field priority? number Higher is more important. Range: -1,000,000 .. 1,000,000. Default: 0.
---@field v2g? boolean Whether the driver lets the car discharge. Default: false.
---@field booked_at? string [local time] When the booking was made; strategies know it from then on. Default: before the run.
---@field window? string[] [local times] { from, to }: the booking may be moved as a whole within these; `evtwin advise --bookings` says whether that pays. Without it the booking is fixed. A run keeps every booking as it is. Default: fixed.

---Arrivals at random, with a rate that may change every hour.
---@class evtwin.poisson
---@field name? string Sessions are named after it. Default: "car", with several laws "car1" ....
---@field per_hour number|number[]|evtwin.day_types|fun(t: evtwin.hour): number [1/h] Mean arrivals per hour, 0..10,000: one number, 24 (local hours), 168 (hours of the week from Monday 00:00), by type of day, or a function that is asked once per hour of the run.
---@field energy_kwh? number|evtwin.distribution [kWh] Energy wanted, at the EVSE meter. Default: lognormal { median = 10, sigma = 0.7, min = 1, max = 80 } (round figures).
---@field stay_h? number|evtwin.distribution [h] How long the car is plugged in. Default: lognormal { median = 3, sigma = 0.8, min = 0.25, max = 24 } (round figures).
---@field v2g_share? number [0..1] Fraction of the drivers of V2G-capable cars who opt in. Default: 0.
---@field v2g_min_price_per_kwh? number|evtwin.distribution [currency/kWh] The least that an owner takes for energy discharged. Paid is the site's v2g_price_per_kwh or this, whichever is higher. Default: 0.
---@field soc_target? number|evtwin.distribution [0..1] The car would leave with this state of charge if it got what it wants. Default: 0.8.
---@field energy_with_stay? number How energy and stay go together: correlation of a Gaussian copula. Each of the two keeps its own law; 1: the longest stay takes the most. Range: -1 .. 1. Default: 0.
---@field max_mean_kw? number [kW] The most that energy over stay comes to: an energy that is too much for its stay is cut to what fits. Range: 0.001 .. 1,000,000. Default: no limit.
---@field priorities? number[][] { { priority, weight }, ... }; higher is more important. Default: 0 for all.
---@field claim_stay_factor_std? number Drivers' error: they claim stay x claim_stay_factor x (1 + N(0, this)), at least a minute. Range: 0 .. 5. Default: 0.
---@field claim_stay_factor? number|evtwin.distribution Claimed stay over the stay, 0..100. Default: 1.
---@field claim_energy_factor? number|evtwin.distribution Energy that drivers ask for over energy_kwh, which the car takes, 0..100. Default: 1.
---@field vehicles? string[] Names of the car models that come, drawn by their share. Default: all.
---@field reserved_share? number [0..1] Fraction of the visits that are announced beforehand: the site reserves an EVSE for each, if it can. Default: 0.
---@field reserved_h_before? number|evtwin.distribution [h] How long before it comes a visit is announced, at most 336 h; needed with reserved_share.
---@field leaves_when_full_share? number [0..1] Fraction of the drivers who leave when their car takes no more, before the stay is over. Strategies do not know; finishing early makes room for who waits. There is no bound then. Default: 0.
---@field leaves_h_after_full? number|evtwin.distribution [h] How long after that they leave; only with leaves_when_full_share. Default: 0.

---Every value between two is equally likely.
---@class evtwin.uniform
---@field min number Smallest. Range: 0 .. 1,000,000.
---@field max number Largest. Range: 0 .. 1,000,000.

---Normal distribution.
---@class evtwin.normal
---@field mean number Mean before clipping. Range: -1,000,000 .. 1,000,000.
---@field std number Standard deviation before clipping. Range: 0 .. 1,000,000.
---@field min? number Smaller values become this. Range: 0 .. 1,000,000. Default: 0.
---@field max? number Larger values become this. Range: 0 .. 1,000,000. Default: none.

---Lognormal distribution.
---@class evtwin.lognormal
---@field median number Median. Range: above 0 .. 1,000,000.
---@field sigma number Standard deviation of the natural logarithm. Range: 0 .. 10.
---@field min? number Smaller values become this. Range: 0 .. 1,000,000. Default: 0.
---@field max? number Larger values become this. Range: 0 .. 1,000,000. Default: none.

---Exponential distribution.
---@class evtwin.exponential
---@field mean number Mean before clipping. Range: above 0 .. 1,000,000.
---@field min? number Smaller values become this. Range: 0 .. 1,000,000. Default: 0.
---@field max? number Larger values become this. Range: 0 .. 1,000,000. Default: none.

---What a drive takes: rolling, air, grade, heating and cooling at constant speed (engine/roads).
---@class evtwin.driving
---@field km number [km] How far. Range: 0 .. 100,000.
---@field class? "small"|"mid"|"suv"|"van" As of a road_car. Default: "mid".
---@field speed_kmh? number [km/h] Speed, taken as constant. Range: 1 .. 200. Default: 50.
---@field grade? number [rise over run] Uphill is positive. Range: -0.3 .. 0.3. Default: 0.
---@field temperature_c? number [C] Outside. Range: -40 .. 50. Default: 20.

---A car that stands: its 12 V battery, topped up from the traction battery or not.
---@class evtwin.parked
---@field days number [days] How long the car stands. Range: above 0 .. 3660.
---@field care? boolean Whether the car looks after its 12 V battery; false: nothing below matters but the battery. Default: true.
---@field battery_wh? number [Wh] The 12 V battery; 60 Ah. Range: above 0 .. 10,000. Default: 720.
---@field soc? number [0..1] Its state of charge at the start. Default: 0.9.
---@field soc_limit? number [0..1] Below it the car does not wake. Default: 0.5.
---@field drain_w? number [W] What stands by: telematics, alarm, the battery's own loss. Range: 0 .. 200. Default: 0.8 (a round figure).
---@field from_soc? number [0..1] Topped up when it has fallen to here. Default: 0.65.
---@field to_soc? number [0..1] Topped up until here. Default: 0.95.
---@field charge_w? number [W] Out of the converter: for what stands by, the rest into the battery. Range: above 0 .. 5000. Default: 250.
---@field charge_efficiency? number [0..1] Stored in the 12 V battery per Wh into it. Range: above 0. Default: 0.9.
---@field converter_efficiency? number [0..1] Traction battery to 12 V. Range: above 0. Default: 0.92.
---@field awake_w? number [W] What the high-voltage side takes while it is awake. Range: 0 .. 5000. Default: 120.
---@field self_test_every_h? number [h] How often the car wakes to test itself. Range: above 0 .. 1,000,000. Default: never.
---@field self_test_min? number [min] For how long. Range: 0 .. 600. Default: 3.

---A node of the limit tree.
---@class evtwin.feeder
---@field name string Name.
---@field parent? string Feeder above it. Default: the grid connection.
---@field max_kw? evtwin.signal [kW] Most power into it; may change over time. Range: above 0 .. 1,000,000. Default: none.
---@field max_a? evtwin.signal [A] Most for the sum of the currents below it; may change over time. Range: above 0 .. 1,000,000. Default: none.
---@field max_export_kw? evtwin.signal [kW] Most power back out of it; may change over time. Range: 0 .. 1,000,000. Default: none.
---@field efficiency? number [0..1] Power out of it per power into it. Range: above 0. Default: 1.

---A limit over several EVSEs.
---@class evtwin.row
---@field name string Name, shown where it binds.
---@field kind "power_kw"|"current_a"|"magnitude_a" Sum of kW at the EVSE meters, of A per phase, or magnitude of the sum of current phasors.
---@field upper? evtwin.signal [kW or A] Largest; may change over time. Range: -1,000,000 .. 1,000,000. Default: none.
---@field lower? evtwin.signal [kW or A] Smallest; not for magnitude_a; may change over time. Range: -1,000,000 .. 1,000,000. Default: none.
---@field members table<string, number|number[]> { ["A-1"] = coefficient }, or { coefficient, angle_deg } (default: the EVSE's phase); a station's name means all its EVSEs.

---Who foresees what: a rule for each quantity. A rule is "perfect" (the truth), "yesterday" (what was a day before by the local clock), the id of a forecaster, `forecaster "id" { ... }` with its parameters, { bias = ..., std = ... }, or a function(past, ask). `bias` and `std` beside the rules are one for PV, load and arrivals.
---@class evtwin.forecast
---@field bias? number [fraction] Forecast = value x (1 + bias + N(0, std)). Range: -1 .. 10. Default: 0.
---@field std? number [fraction] Standard deviation of the relative error. Range: 0 .. 10. Default: 0.
---@field pv? evtwin.forecast_rule How solar power is foreseen. Default: as without the table.
---@field load? evtwin.forecast_rule How the base load is foreseen. Default: as without the table.
---@field arrivals? evtwin.forecast_rule How arrivals are foreseen: how many, and what they request. Default: as without the table.
---@field price? evtwin.forecast_rule How the price of imported energy is foreseen: "perfect", as far as the tariff says it, or a forecaster, for prices that nobody publishes beforehand. Feeding back then earns its fraction of what is foreseen, or else what it earns now. Default: "perfect".
---@field period_min? integer [min] Forecasters are asked at the multiples of this that the local clock shows; their steps are as long. A site's table without it keeps the scenario's. Range: 1 .. 1440. Default: 15.
---@field history_days? integer [d] Whole days before the run that forecasters are shown of PV, load and prices, as far as those reach back; arrivals are known from the start of the run. A site's table without it keeps the scenario's. Range: 0 .. 3650. Default: 56.

---The truth with an error of its own, drawn anew every local midnight.
---@class evtwin.forecast_error
---@field bias? number [fraction] Forecast = value x (1 + bias + N(0, std)). Range: -1 .. 10. Default: 0.
---@field std? number [fraction] Standard deviation of the relative error. Range: 0 .. 10. Default: 0.

---Where cars wait.
---@class evtwin.queue
---@field places? integer How many cars may wait. Range: 0 .. 1,000,000. Default: 0.
---@field patience_min? number [min] A car leaves the queue after this long. Range: above 0 .. 1,000,000. Default: for ever.

---What a reserved EVSE means. Who reserves: `bookings`, `reserved_at` in a csv of sessions, `reserved_share` of arrivals.poisson. A reservation ends when its car comes, or with its time.
---@class evtwin.reservations
---@field block? boolean Whether cars without a reservation are kept off a reserved EVSE, as OCPP's ReserveNow does; false: reservations are shown to strategies and mean nothing else. Default: true.
---@field hold_min? number [min] From how long before the reserved time, but not before its announcement, the EVSE is kept free; a large figure means from the announcement on. Range: 0 .. 1,000,000. Default: 15.

---The way from a decision to the EVSEs. A strategy decides on what it is shown when it is asked; the run file's events tell `forecast_ready`, `plan_ready`, `setpoint_applied`, `command_lost`, and `plan_dropped` where a newer plan was ready before an older one arrived, or the run ended. A strategy's own wake-up comes after its set-points have arrived, and not within a second.
---@class evtwin.commands
---@field forecast_s? number [s] From the question to the strategy until its forecast is there. Range: 0 .. 86,400. Default: 0.
---@field plan_s? number [s] From then on until it has decided. Range: 0 .. 86,400. Default: 0.
---@field apply_s? number [s] From then on until its set-points are in force. Range: 0 .. 86,400. Default: 0.
---@field loss? number [0..1] Chance of each set-point not to arrive; the one before it stays in force until a later decision. Default: 0.

---Many points, seeds and strategies of the scenario: `evtwin sweep run FILE`.
---@class evtwin.sweep
---@field vary? string[] What is varied, as --vary takes it: { "contract_kw=40:160:15", "pv_kw=0,50" }. A param() of the scenario, else a key of --change. Default: nothing.
---@field samples? integer Points of a Latin hypercube to draw, instead of the grid. Range: 1 .. 1,000,000. Default: the whole grid.
---@field seeds? string Seeds of every point, "1..30" or "1,3,7". Default: the scenario's.
---@field strategies? string[] As --strategies takes them: { "asap", "lp", "own" }. Default: the scenario's.

---A limit over several sites. Each site's strategy decides for its site alone, and its guard keeps what it asks for to the site's share. Shares are worked out at each tick and when the limit changes; in between a site that asks for more is given what the others leave. Strategies that look ahead see in horizon[k].contract_kw what their site may count on from the next tick on: the limit as its curve has it then, shared out by the same rule as if every site used all it could with the cars that are plugged in and still draw, its storages and its base load of now; or what the others then leave, where that is more. Who comes or leaves later, and what other sites plan, is not told.
---@class evtwin.shared_limit
---@field name string Name of the limit.
---@field sites? "all"|string[] Names of the sites that share it. Default: "all".
---@field kw evtwin.signal [kW] Most that they may import together, >= 0. What one of them feeds back relieves no other.
---@field share? "proportional"|"price" Who gets what where they ask for more, beyond base loads, which nothing lowers: each the same part of what it asks for, or the sites of the highest share_price_per_kwh first, equal ones proportionally. Default: "proportional".

---Roads, stations on them, cars and trips. Trips are lived on the roads first: drivers whose battery does not reach the end choose stations, wait and charge there. Their visits then come to the sites that are stations; what happens at a site does not come back to the roads.
---@class evtwin.roads
---@field nodes evtwin.road_node[]|evtwin.csv Places: a list, or a csv with columns id, lat, lon.
---@field edges evtwin.road[]|evtwin.csv Roads between them: a list, or a csv with columns from, to, speed_kmh, and if you have them km, grade, one_way.
---@field stations? evtwin.road_station[]|evtwin.csv|evtwin.directory Charging stations: a list, a csv whose columns are keys of road_station (but site), or a directory. Default: none.
---@field cars? evtwin.road_car[] Cars on the roads: vehicles of the scenario, and what driving takes. Default: every vehicle, of class mid.
---@field trips? evtwin.road_trip[] Who drives from where to where, at random. Default: nobody drives.
---@field failures? evtwin.road_failure[] Stations without service for a while. Default: none.
---@field choice? evtwin.road_choice How drivers choose between stations. Default: its defaults.
---@field temperature_c? number [C] Outside: heating and cooling take energy, cold air is denser. Range: -40 .. 50. Default: 20.
---@field reserve_soc? number [0..1] State of charge that no driver means to go below. Default: 0.1.
---@field usual_soc? number [0..1] Charged to at least on the way; to more where the next leg takes it. Default: 0.8.
---@field most_soc? number [0..1] Charged to at most on the way. Default: 0.95.
---@field stop_min? number [min] What a stop takes besides waiting and charging. Range: 0 .. 120. Default: 5.

---Stations that somebody else keeps: a station for each location and power. Prices are not in it: they cost nothing.
---@class evtwin.directory
---@field file? string JSON in the scenario's folder: a list of OCPI Locations; may also stand without a key.
---@field own_operator? string Name of the operator whose stations are one's own. Default: all are.
---@field [integer] any the file

---A place where roads meet.
---@class evtwin.road_node
---@field id string By which roads, stations and trips name it.
---@field lat number [degrees] Latitude, WGS 84, north positive. Range: -90 .. 90.
---@field lon number [degrees] Longitude, east positive. Range: -180 .. 180.

---A road between two nodes.
---@class evtwin.road
---@field from string Id of a node.
---@field to string Id of a node.
---@field km? number [km] Length, above 0 and no shorter than the straight line. Range: -100,000 .. 100,000. Default: the straight line.
---@field speed_kmh number [km/h] Speed that cars drive there, above 0 to 200. Range: -1000 .. 1000.
---@field grade? number [rise over run] Uphill from -> to is positive, 5 % is 0.05; -0.3 to 0.3. Range: -1000 .. 1000. Default: 0.
---@field one_way? boolean Whether only from -> to; else the way back is a road of the grade -grade. Default: false.

---Equal chargers at one place on the roads.
---@class evtwin.road_station
---@field name string Name of the station.
---@field node? string Id of the node where it stands. Default: the nearest within 3 km.
---@field lat? number [degrees] Latitude. Range: -90 .. 90. Default: the node's.
---@field lon? number [degrees] Longitude. Range: -180 .. 180. Default: the node's.
---@field site? string Name of a site of the scenario that it is: trips that charge here become its arrivals. Default: none.
---@field operator? string Who runs it.
---@field own? boolean Whether the own operator runs it. Default: true.
---@field sockets? string Kinds of sockets: "CCS1", or several, "CCS1+CHAdeMO"; of AC1, AC3, CCS1, CCS2, CHAdeMO, NACS. Default: the site's, else any.
---@field kw? number [kW] Power of one charger at its outlet. Range: above 0 .. 1500. Default: the site's, else 50.
---@field chargers? integer Cars that charge at once. Range: 1 .. 10,000. Default: the site's EVSEs, else 1.
---@field price_per_kwh? number|number[] [currency/kWh] What drivers pay: one price, or 24 by the local hour. Default: the site's driver_price_per_kwh, else 0.
---@field pricing? evtwin.road_pricing|fun(station: evtwin.priced_station): number Sets the price of each local hour as it begins: by the load of the hour before, or by a function. Default: price_per_kwh holds.

---price_per_kwh x (1 + gain x (share of its chargers taken over the last hour - use)), kept between lowest and highest; price_per_kwh itself until the first full hour. Drivers choose by what it costs as they choose, and pay on the roads what it costs as they begin to charge; a site that is the station bills each kWh at the price of its time.
---@class evtwin.road_pricing
---@field use? number [0..1] Share of its chargers taken over the last hour at which price_per_kwh holds. Default: 0.5.
---@field gain? number Part of price_per_kwh that a station wholly taken rather than free costs more. Range: 0 .. 100. Default: 1.
---@field lowest_per_kwh? number [currency/kWh] Never below it. Range: 0 .. 10,000,000. Default: 0.
---@field highest_per_kwh? number [currency/kWh] Never above it. Range: 0 .. 10,000,000. Default: none.

---A car on the roads.
---@class evtwin.road_car
---@field vehicle string Name of a vehicle of the scenario: its battery, curve and inlets.
---@field class? "small"|"mid"|"suv"|"van" Mass, drag and heating. Default: "mid".
---@field sockets? string Kinds of sockets that it fits, as of a station. Default: the vehicle's.
---@field share? number Weight in the mix. Range: 0 .. 1,000,000,000. Default: the vehicle's.

---Trips from one node to another.
---@class evtwin.road_trip
---@field from string Id of the node where it begins.
---@field to string Id of the node where it ends.
---@field per_hour number|number[] [trips/h] Trips per hour, a Poisson process: one rate, 24 by the local hour, or 24 for each day.
---@field vehicle? string Name of the vehicle that all of them drive. Default: the mix of cars.
---@field soc_low? number [0..1] State of charge at the start, at least. Default: 0.6.
---@field soc_high? number [0..1] State of charge at the start, at most; equally likely between. Default: 1.

---A station without service.
---@class evtwin.road_failure
---@field station string Name of the station.
---@field from string [local time] Begin, "2025-06-03T08:00".
---@field to string [local time] End.

---A logit: chances are in proportion to e^utility, which is the sum of these products.
---@class evtwin.road_choice
---@field per_hour? number [1/h] Utility of an hour until the trip's end. Range: -1000 .. 0. Default: -1.5.
---@field per_price? number [kWh/currency] Utility of a unit of currency per kWh; the default is for KRW. Range: -1,000,000 .. 0. Default: -0.01.
---@field per_queued_car? number Utility of a car that waits there, beside the time it costs. Range: -1000 .. 0. Default: -0.3.
---@field for_habit? number Utility of the station where the driver charged last. Range: 0 .. 1000. Default: 0.7.
---@field consider_h? number [h] Stations that take so much longer than the fastest are not thought of. Range: above 0 .. 1000. Default: 1.

---An EVSE out of service.
---@class evtwin.outage
---@field evse string Id of the EVSE.
---@field from string [local time] Begin, "2025-06-03T08:00".
---@field to string [local time] End.

---A cut of the contract power. Of cuts that overlap the lowest limit holds.
---@class evtwin.demand_response
---@field from? string [local time] Begin, "2025-06-03T18:00". Give from or every_day_at.
---@field every_day_at? string Begin of a cut that comes every day, by the local clock: "18:00".
---@field to? string [local time] End of a cut with from. Give to or hours.
---@field hours? number [h] Length. Range: above 0 .. 8784.
---@field limit_kw? number [kW] Most that may be imported meanwhile. Give limit_kw or reduce_percent. Range: 0 .. 1,000,000.
---@field reduce_percent? number [%] Share of the contract power that is not there meanwhile. Range: 0 .. 100.
---@field notice_min? number [min] How long before its begin strategies know of it. Range: 0 .. 1,000,000. Default: 15.

---A call of demand response to cars. A car promises what it draws when it is asked, and, where it is enrolled with V2G, what it can give for the whole call; while the call lasts its set-point is held to what it drew at its begin less that. Told in the events `dispatch_call` and `dispatch_end` and among the key figures.
---@class evtwin.dispatch
---@field from? string [local time] Begin, "2025-06-03T18:00". Give from or every_day_at.
---@field every_day_at? string Begin of a call that comes every day, by the local clock: "18:00".
---@field to? string [local time] End of a call with from. Give to or hours.
---@field hours? number [h] Length. Range: above 0 .. 8784.
---@field kw number [kW] Asked for: cars are asked one after the other until it is promised. Range: above 0 .. 1,000,000.
---@field enrolled_share? number [0..1] Fraction of the visits whose cars are enrolled. Default: 1.
---@field yes? number [0..1] Chance that an enrolled car says yes to a call. Default: 1.
---@field notice_min? number [min] How long before its begin the cars are asked; those that are there then. Range: 0 .. 1,000,000. Default: 15.

---A strategy in Lua: in the scenario, or in a file of its own that returns it (`--strategy ./mine.lua`, or `require "mine"` beside the scenario). `mine { name = value }` sets its parameters.
---@class evtwin.strategy
---@field id string Its name in tables of results: lower case letters, digits and -.
---@field help? string What it does, one sentence.
---@field params? evtwin.strategy_param[] Its parameters, checked before every run.
---@field subscribes? ("arrival"|"departure"|"price"|"limit"|"finished"|"power"|"grant"|"booking")[] When it is asked beside the decision ticks. Default: { "arrival", "departure", "limit" }.
---@field ticks? boolean Whether it is asked at decision ticks; false: at events and its own wake-ups alone. Default: true.
---@field horizon_h? number [h] How far ahead view.horizon reaches; 0: not at all. Range: 0 .. 8784. Default: 24.
---@field levels? number[] Levels of the forecast wanted in view.horizon, ascending between 0 and 1: { 0.1, 0.5, 0.9 }.
---@field ended? fun(view: evtwin.view, params: table) Called once after the last decision of a run that came to its end: the view shows the closed books.
---@field decide fun(view: evtwin.view, params: table): table?, evtwin.decision? Returns kW by EVSE id, position or storage name; what is left out stays as it is.

---One parameter of a strategy in Lua.
---@class evtwin.strategy_param
---@field id string As users write it: lower case letters, digits and _.
---@field unit? string "kW", "h"; none by default.
---@field help? string What it does, one sentence.
---@field default number|boolean|string Its type is that of the parameter.
---@field min? number Smallest, allowed; numbers need it.
---@field max? number Largest, allowed; numbers need it.
---@field whole? boolean Whether only whole numbers are allowed. Default: false.
---@field choices? string[] The texts that are allowed; any by default.

---What a strategy may know at one decision: `strategy = function(view) ... end`. It returns a table of kW by EVSE id, position or storage name; what is left out stays as it is. Names are those of the plugins' strategy.h.
---@class evtwin.view
---@field now string Local time, "2025-06-02 14:00".
---@field now_ns integer [ns] Nanoseconds since 1970-01-01T00:00Z.
---@field date string Local date, "2025-06-02".
---@field weekday integer 1 Monday ... 7 Sunday.
---@field hour integer 0..23 on the local clock.
---@field minute integer 0..59.
---@field utc_offset_ns integer [ns] The local clock shows now_ns + utc_offset_ns.
---@field tick_h number [h] Distance of the decision ticks.
---@field tick_ns integer [ns] The same in nanoseconds.
---@field next_tick_in_h number [h] Until the next decision tick.
---@field next_tick_ns integer [ns] The next decision tick.
---@field decision_number integer How many decisions there were before; run files and messages call this one decision_number + 1.
---@field why string Why the strategy is asked: words of tick, arrival, departure, price, limit, wake, finished, power, grant, booking, reading.
---@field changed string What may be other than at the last decision: words of rows, sessions, prices, horizon. What was derived from the rest still holds.
---@field last_decision_ns integer [ns] When the strategy was asked before; the run's start at the first decision.
---@field last_decision_h_ago number? [h] The same, back from now.
---@field end_ns integer [ns] End of the run; math.maxinteger where nothing ends.
---@field ends_in_h number? [h] The same, from now; nil where nothing ends.
---@field commands_under_way integer Decisions whose set-points have not arrived yet.
---@field commands_lost integer Set-points lost since the last decision.
---@field departed evtwin.view_departure[] Who left since the last decision, in order of leaving; at the first one also who left before the run, where the scenario gives its `history`.
---@field n_waiting integer Cars in the queue for an EVSE.
---@field waiting_kwh number [kWh] What they ask for together.
---@field waiting_since_ns integer [ns] Arrival of the one that has waited longest; 0: nobody waits.
---@field waiting_since_h_ago number? [h] The same, back from now; nil where nobody waits.
---@field turned_away integer Cars that left without a charge since the last decision.
---@field evses evtwin.view_evse[] All EVSEs, in the order of the scenario.
---@field connected evtwin.view_evse[] The EVSEs with a car, in the same order: what to loop over.
---@field storages evtwin.view_storage[] All storages.
---@field storage_policy string What the scenario wants of who leaves storage alone: off, self_consumption, peak_shaving, arbitrage.
---@field limits evtwin.view_limit[] All limits as rows; the first is the grid connection.
---@field since_last evtwin.view_ledger What the previous decision led to.
---@field so_far evtwin.view_ledger The run up to now.
---@field horizon evtwin.view_step[] What is foreseen of the next 24 h or horizon_h, one entry per tick.
---@field pv_kw number [kW] Solar power now.
---@field load_kw number [kW] Base load now.
---@field contract_kw number [kW] Import limit in force; math.huge where there is none.
---@field export_limit_kw number [kW] Export limit in force; math.huge where there is none.
---@field power_setpoint_kw number? [kW] Net power the site should draw now; nil where none is given.
---@field buy_per_kwh number [currency/kWh] Price of energy now, surcharge and tax included.
---@field sell_per_kwh number [currency/kWh] Price of energy fed back now.
---@field driver_price_per_kwh number [currency/kWh] What drivers pay.
---@field v2g_price_per_kwh number [currency/kWh] What drivers are paid for energy discharged.
---@field unmet_price_per_kwh number [currency/kWh] Worth of a kWh wanted and not got.
---@field wear_price_per_kwh number [currency/kWh] Battery wear per kWh discharged from cars and storage.
---@field demand_basis string What the demand charge is reckoned on: none, peak (highest mean of a metering window), contract.
---@field demand_price_per_kw number [currency/kW] This month's demand charge; 0 where the basis is not peak.
---@field demand_fraction number [0..1] Part of this month's charge that the run pays.
---@field billed_peak_kw number [kW] What the month will be billed for so far.
---@field month_peak_kw number [kW] Highest closed metering window of this month.
---@field month_end_ns integer [ns] End of the month.
---@field month_end_in_h number [h] The same, from now.
---@field next_month_demand_price_per_kw number [currency/kW] The demand charge of the month after; 0 where the basis is not peak.
---@field next_month_demand_fraction number [0..1] Part of that month's charge that the run pays; 0: the run ends before.
---@field next_month_floor_kw number [kW] What that month will be billed for at least.
---@field metering_window_ns integer [ns] Length of the running metering window.
---@field metering_window_h number [h] The same in hours: 0.25, 0.5 or 1 unless a change of the clock falls into it.
---@field window_import_kwh number [kWh] Imported so far in the running metering window; what was exported takes nothing off.
---@field window_end_ns integer [ns] Its end.
---@field window_end_in_h number [h] The same, from now.
---@field horizon_issued_ns integer [ns] When what is foreseen was issued.
---@field levels number[] [0..1] Levels of the forecast that the strategy asked for, ascending.

---One EVSE and the car on it, view.evses[i]. Without a car the car's figures are 0.
---@class evtwin.view_evse
---@field id string Its id, "A-1".
---@field connected boolean Whether a car is plugged in.
---@field draws boolean Whether the car would take power if offered.
---@field session integer Number of the session, in order of plug-in; 0: nobody.
---@field session_id string The stay as the site names it; "" for nobody, or without a name.
---@field driver integer? Number of the driver, the same at every visit; nil where not known.
---@field vehicle integer? Number of the vehicle's model, from 0; nil where not known.
---@field phases integer AC phases; 0 for DC.
---@field arrived_ns integer [ns] Plug-in; 0 without a car.
---@field claimed_departs_ns integer [ns] Departure the driver claimed; 0 without a car.
---@field departs_ns integer [ns] What to plan with: the claim while it lies ahead, else the next tick; 0 without a car.
---@field arrived_h_ago number? [h] Since plug-in; nil without a car.
---@field departs_in_h number? [h] Until the departure the driver claimed while that lies ahead, else until the next tick; nil without a car.
---@field claimed_departs_in_h number? [h] Until the departure the driver claimed, negative once it has passed; nil without a car.
---@field voltage_v number [V] Across one load phase; 0 for DC.
---@field phase_angle_deg number [deg] Angle of its current, for limits over phases.
---@field max_kw number [kW] Most it may offer now; 0 during an outage.
---@field max_discharge_kw number [kW] Most it may take out of a car; 0 where it is not bidirectional.
---@field efficiency number [0..1] EVSE meter to AC side.
---@field setpoint_kw number [kW] In force now, after the guard.
---@field asked_kw number [kW] That set-point as it was asked for, before the guard.
---@field reason string Why setpoint_kw is not asked_kw: none, evse_rating, min_current, finite_rate, limit, no_v2g, outage ...
---@field limit_row integer? Position in view.limits of the limit that bound; nil where none did.
---@field power_kw number [kW] Metered now.
---@field requested_kwh number [kWh] What the driver asked for.
---@field got_kwh number [kWh] Metered so far.
---@field remaining_kwh number [kWh] What is left of the request, at least 0.
---@field car_min_kw number [kW] Smallest offer above 0 that can be made to this car.
---@field car_max_kw number [kW] Largest.
---@field car_max_discharge_kw number [kW] Above 0 only for a V2G car whose driver opted in.
---@field kw_per_a number [kW/A] kW of 1 A on the phases used; 0 for DC.
---@field soc number? [0..1] State of charge; nil where a real charger would not know it.
---@field battery_kwh number? [kWh] Capacity; nil likewise.
---@field soc_floor number? [0..1] Discharging never goes below; nil likewise.
---@field priority number Higher is more important; 0 by default.
---@field v2g_price_per_kwh number [currency/kWh] What this driver is paid for energy discharged: the site's price or the owner's minimum, whichever is higher; 0 without a car.
---@field car_charge_efficiency number? [0..1] Stored kWh = metered kWh x this; nil where a charger would not know it.
---@field car_discharge_efficiency number? [0..1] Metered kWh = stored kWh x this; nil likewise.
---@field curve table[] What the car takes at most: points { soc, kw }, linear between; empty where a charger would not know.
---@field rates_kw number[] [kW] Offers above 0 that can be made to this car; empty: any from car_min_kw to car_max_kw.
---@field reserved_from_ns integer [ns] Begin of the next visit announced; 0 where none is known.
---@field reserved_until_ns integer [ns] Its end.
---@field reserved_from_in_h number? [h] Its begin, from now; nil where none is known.
---@field reserved_until_in_h number? [h] Its end, from now.
---@field reserved_kwh number [kWh] What it will ask for.

---One storage, view.storages[i].
---@class evtwin.view_storage
---@field name string Its name.
---@field kwh number [kWh] Capacity.
---@field soc number [0..1] State of charge.
---@field soc_min number [0..1] Lowest used.
---@field soc_max number [0..1] Highest used.
---@field max_charge_kw number [kW] Most power in.
---@field max_discharge_kw number [kW] Most power out.
---@field charge_efficiency number [0..1] AC side to battery.
---@field discharge_efficiency number [0..1] Battery to AC side.
---@field power_kw number [kW] Now; negative: out of the storage.
---@field setpoint_kw number [kW] In force now, after the guard.
---@field asked_kw number [kW] That set-point as it was asked for.
---@field reason string Why setpoint_kw is not asked_kw: none, limit, soc_window, storage_rating ...
---@field limit_row integer? Position in view.limits of the limit that bound; nil where none did.

---One limit, view.limits[r].
---@class evtwin.view_limit
---@field name string Its name.
---@field kind string power_kw, current_a (A per phase used) or magnitude_a (length of the sum of phasors).
---@field lower number Lower bound in the unit of the kind; -math.huge where there is none.
---@field upper number Upper bound: lower <= base + sum of coefficient x power or current <= upper.
---@field base number What others draw there now: load minus sun below this point.
---@field lower_ahead number[]? Lower bound within each step of the horizon, the tightest; nil where no bound changes over time.
---@field upper_ahead number[]? Upper bound within each step of the horizon, the tightest.
---@field members evtwin.view_limit_member[] What is summed.

---One EVSE or storage in a limit, view.limits[r].members[m].
---@class evtwin.view_limit_member
---@field evse evtwin.view_evse? The EVSE, or nil.
---@field storage evtwin.view_storage? The storage, or nil.
---@field coefficient number Power rows: kW of the row per kW at the meter; others: per A (kW / kw_per_a).
---@field angle_deg number [deg] Magnitude rows: angle of its current in this row.

---Who left since the last decision, view.departed[d].
---@class evtwin.view_departure
---@field evse evtwin.view_evse Where it stood; what the object shows is who stands there now.
---@field session integer Number of its session; 0: it left before the run (`history`).
---@field ns integer [ns] When it left.
---@field h_ago number [h] The same, back from now.
---@field got_kwh number [kWh] Metered, net of what was discharged.
---@field requested_kwh number [kWh] What the driver had asked for.
---@field arrived_ns integer [ns] When it was plugged in; 0: not known.
---@field claimed_ns integer [ns] When the driver had said to leave; 0: not known.
---@field driver integer Number of the driver, the same at every visit; 0: not known.
---@field max_kw number [kW] The most that it could be given; 0: not known.
---@field draws boolean Whether it would have taken power when it left.

---Energy and money of the site, view.since_last and view.so_far.
---@class evtwin.view_ledger
---@field import_kwh number [kWh] Drawn at the grid connection.
---@field export_kwh number [kWh] Fed back there.
---@field pv_kwh number [kWh] From the sun.
---@field load_kwh number [kWh] Base load.
---@field ev_charge_kwh number [kWh] Into cars, at the EVSE meters.
---@field ev_discharge_kwh number [kWh] Out of cars.
---@field storage_charge_kwh number [kWh] Into storage, at its AC terminals.
---@field storage_discharge_kwh number [kWh] Out of storage.
---@field losses_kwh number [kWh] Between the meters: DC EVSEs, feeders, standby.
---@field energy_cost number [currency] Import x buy price - export x sell price.
---@field demand_charge number [currency] Growth of the months' demand charges.
---@field driver_revenue number [currency] Drivers to site.
---@field v2g_payment number [currency] Site to drivers.
---@field wear_cost number [currency] Of vehicle and storage batteries.
---@field co2_kg number [kg] Of the imported energy.
---@field unmet_kwh number [kWh] Of the sessions that ended.
---@field overload_kwh number [kWh] Imported beyond the contract power.
---@field feeder_overload_kwh number [kWh] Beyond any other limit.
---@field export_overload_kwh number [kWh] Exported beyond the export limit.
---@field adjusted_kwh number [kWh] Live sites: metered less reckoned; 0 in a simulation.

---One step of the horizon, view.horizon[k].
---@class evtwin.view_step
---@field start_ns integer [ns] Begin.
---@field starts_in_h number [h] Begin, from now.
---@field hours number [h] Length.
---@field window_end_ns integer? [ns] End of the metering window that the step begins in.
---@field buy_per_kwh number? [currency/kWh] Price of energy; nil beyond what is known.
---@field sell_per_kwh number? [currency/kWh] Price of energy fed back.
---@field pv_kw number? [kW] Solar power foreseen.
---@field load_kw number? [kW] Base load foreseen.
---@field co2_kg_per_kwh number? [kg/kWh] Carbon dioxide per kWh imported.
---@field contract_kw number? [kW] Lowest import limit of the step, announced cuts included; from the second step on no more than the site may count on of shared_limits.
---@field power_setpoint_kw number? [kW] Net power the site should draw; nil where none is given.
---@field arrivals number? Cars expected to plug in during the step.
---@field arrivals_kwh number? [kWh] Energy they are expected to ask for.
---@field level_pv_kw number[] [kW] By level of view.levels: what the solar power stays below with that probability.
---@field level_load_kw number[] [kW] The same of the base load.
---@field level_buy_per_kwh number[] [currency/kWh] The same of the price of energy.
---@field level_arrivals number[] The same of the cars that plug in.
---@field level_arrivals_kwh number[] [kWh] The same of what they ask for.

---What a strategy in Lua may return beside the powers: `return kw, { wake_in_h = 0.5 }`.
---@class evtwin.decision
---@field wake_in_h number? [h] Ask again after this time, beside the ticks; each decision asks anew.
---@field quiet_for_h number? [h] Leave this answer standing at the decision ticks of this time: ask at events alone.
---@field expected_cost number? [currency] What the horizon is expected to cost; recorded.

---What a forecaster in Lua is told: `forecast = function(past, ask) return values, quantiles end`. All fields are functions: past.count(), and past.load(k) of step k. `values` is a list of ask.count() numbers, `quantiles` a list of such lists, one for each of ask.levels(), or nil. What it returns may depend on nothing but `past` and `ask`: a function that keeps something between calls is refused where that shows, and makes runs that can not be resumed where it does not.
---@class evtwin.past
---@field count fun(): integer Steps that have wholly been; 1 is the oldest.
---@field step_min fun(): number [min] Length of a step.
---@field minute fun(k: integer): integer [min] What the local clock shows where step k begins, 0..1439.
---@field day fun(k: integer): integer Its local date, days since 1970-01-01.
---@field weekday fun(k: integer): integer 1 Monday ... 7 Sunday.
---@field holiday fun(k: integer): boolean Whether that date is a holiday of the tariff.
---@field pv fun(k: integer): number? [kW] Mean solar power; nil where it is not known.
---@field load fun(k: integer): number? [kW] Mean base load.
---@field arrivals fun(k: integer): number? Cars that came, whether or not an EVSE was free.
---@field arrivals_kwh fun(k: integer): number? [kWh] What they requested together.
---@field price fun(k: integer): number? [currency/kWh] Mean price of imported energy.

---What it is asked, as functions: `for k = 1, ask.count() do values[k] = ... end`.
---@class evtwin.ask
---@field quantity fun(): string What to foresee: pv, load, arrivals, arrivals_kwh or price.
---@field count fun(): integer Steps to foresee; 1 begins when it is asked.
---@field step_min fun(): number [min] Length of a step.
---@field minute fun(k: integer): integer [min] What the local clock shows where step k begins, 0..1439.
---@field day fun(k: integer): integer Its local date, days since 1970-01-01.
---@field weekday fun(k: integer): integer 1 Monday ... 7 Sunday.
---@field holiday fun(k: integer): boolean Whether that date is a holiday of the tariff.
---@field levels fun(): number[] [0..1] Probabilities for which a second value is welcome: a list for each of them, of what each step stays below.

---What the functions of at() can change.
---@class evtwin.world
---@field now string Local time, "2025-06-02 14:00".
---@field site evtwin.world_site The site, or the first of several.
---@field sites evtwin.world_site[] All sites.
---@field evse table<string, evtwin.world_evse> EVSEs of all sites by id: world.evse["A-1"].

---One site, world.site or world.sites[i].
---@class evtwin.world_site
---@field name string Its name.
---@field contract_kw number [kW] Import limit, at least 0; math.huge for none. Can be assigned.
---@field export_limit_kw number [kW] Export limit, at least 0; math.huge for none. Can be assigned.
---@field driver_price_per_kwh number [currency/kWh] What drivers pay. Can be assigned.
---@field v2g_price_per_kwh number [currency/kWh] What drivers are paid for energy discharged. Can be assigned.
---@field evse table<string, evtwin.world_evse> Its EVSEs by id.

---One EVSE, world.evse["A-1"].
---@class evtwin.world_evse
---@field id string Its id.
---@field available boolean false: out of service from now on. Can be assigned.

---What a figure of your own is made from: `kpi = { name = function(run) ... end }`.
---@class evtwin.recorded_run
---@field query fun(sql: string): table[] Rows of a statement over the run file, by column.
---@field sessions fun(): table[] Rows of the table session, in the order in which sessions end.
---@field segments fun(): table[] Rows of the view power_segment: every piece of time at every outlet.
---@field signals fun(): table[] Rows of the table signal: prices, PV, load and limits as they changed.

---What `parked { ... }` answers.
---@class evtwin.stood
---@field soc number [0..1] Of the 12 V battery at the end.
---@field lowest_soc number [0..1] The lowest on the way.
---@field hours_to_limit number? [h] Until it was below soc_limit; nil: it never was.
---@field hours_to_flat number? [h] Until nothing was left; nil likewise.
---@field top_ups integer How often it was topped up.
---@field self_tests integer How often the car woke to test itself.
---@field drained_wh number [Wh] What stood by took out of it.
---@field stored_wh number [Wh] What top-ups put into it.
---@field traction_kwh number [kWh] What care took out of the traction battery.

---What `per_hour = function(t) ... end` is asked about, once per hour of the run.
---@class evtwin.hour
---@field hour integer 0..23 on the local clock.
---@field minute integer 0..59; 0 unless the run starts within an hour.
---@field weekday integer 1 Monday ... 7 Sunday.
---@field day_index integer Local days since the start, from 0.
---@field month integer 1..12.
---@field day integer 1..31.
---@field year integer Year.
---@field date string "2025-06-02".

---What `pricing = function(station) ... end` is asked about as a local hour begins; it returns the price per kWh for who begins to charge in it.
---@class evtwin.priced_station
---@field hour integer 0..23 on the local clock, of the hour that begins.
---@field weekday integer 1 Monday ... 7 Sunday.
---@field use number [0..1] Share of its chargers taken over the hour that ends.
---@field charging integer Cars that charge now.
---@field waiting integer Cars that wait now.
---@field price number [currency/kWh] Price of the hour that ends.
---@field base number [currency/kWh] Its price_per_kwh at this hour.

arrivals = {}

---Makes the scenario; the file returns it.
---@param t evtwin.scenario
---@return evtwin.scenario
function scenario(t) end

---Makes a site; stands inside scenario { ... } without a key.
---@param t evtwin.site
---@return evtwin.site
function site(t) end

---Recorded sessions of a file.
---@param file string|evtwin.sessions
---@return evtwin.arrivals
function sessions(file) end

---Sessions of an OCPP log of any layout.
---@param file string|evtwin.ocpp
---@return evtwin.arrivals
function ocpp(file) end

---Vehicles that have booked, one by one; or a CSV with the keys of a booking as columns.
---@param list string|evtwin.booking[]
---@return evtwin.arrivals
function bookings(list) end

---A series over time of a file.
---@param file string|evtwin.csv
---@return evtwin.csv
function csv(file) end

---Stations of a directory, kept as a file of OCPI 2.2.1 Locations.
---@param file string|evtwin.directory
---@return evtwin.directory
function directory(file) end

---One EVSE per station id of a session file, all alike but for those in `except`; the ids are those of the file. In the place of the file may stand the sessions { ... } that reads it, where that names columns.
---@param file string|evtwin.arrivals
---@param station evtwin.station_of_file
---@return evtwin.stations_of_file
function from_sessions(file, station) end

---One EVSE for each that an OCPP log knows, all alike but for those in `except`; called station-number.
---@param file string
---@param station evtwin.station_of_file
---@return evtwin.stations_of_file
function from_ocpp(file, station) end

---Calls the function at a local time of the run; stands inside scenario { ... } without a key.
---@param time string
---@param change fun(world: evtwin.world)
---@return evtwin.event
function at(time, change) end

---A strategy and its parameters: plugin "milp" { horizon_h = 24 }.
---@param id string
---@return fun(params: table): evtwin.chosen_strategy
function plugin(id) end

---A forecaster and its parameters: forecaster "seasonal-naive" { days = 7 }.
---@param id string
---@return fun(params: table): evtwin.chosen_forecaster
function forecaster(id) end

---A strategy in Lua; a file of its own returns it, or it stands in the scenario.
---@param t evtwin.strategy
---@return evtwin.strategy
function strategy(t) end

---A value that `--set name=value` replaces, read as the type of the default. A path given so may lie anywhere; other files lie in the scenario's folder.
---@generic T
---@param name string
---@param default T
---@return T
function param(name, default) end

---Energy that a drive takes out of the battery, as on `roads`: driving_kwh { km = 18, speed_kmh = 45 }.
---@param t evtwin.driving
---@return number
function driving_kwh(t) end

---What becomes of a parked car's 12 V battery, and what its care takes from the traction battery: parked { days = 30 }.traction_kwh.
---@param t evtwin.parked
---@return evtwin.stood
function parked(t) end

---uniform { 2, 8 }: every value between is equally likely.
---@param t evtwin.uniform|number[]
---@return evtwin.distribution
function uniform(t) end

---normal { mean, std, min, max }, clipped to [min, max].
---@param t evtwin.normal|number[]
---@return evtwin.distribution
function normal(t) end

---lognormal { median, sigma, min, max }, clipped to [min, max].
---@param t evtwin.lognormal|number[]
---@return evtwin.distribution
function lognormal(t) end

---exponential { mean, min, max }, clipped to [min, max].
---@param t evtwin.exponential|number[]
---@return evtwin.distribution
function exponential(t) end

---choice { { value, weight }, ... }: one of a few values.
---@param t number[][]
---@return evtwin.distribution
function choice(t) end

---quantiles { 0.5, 2, 3, 9 }: values at equally spaced probabilities from 0 to 1, the least first, straight lines between; what `evtwin calibrate` fits.
---@param t number[]
---@return evtwin.distribution
function quantiles(t) end

---Arrivals at random.
---@param t evtwin.poisson
---@return evtwin.arrivals
function arrivals.poisson(t) end
