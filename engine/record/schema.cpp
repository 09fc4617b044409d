#include "record/schema.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "kernel/static_checks.hpp"

namespace evtwin::record {
namespace {

// Times are ns since 1970-01-01T00:00Z, powers kW, energies kWh, money in run.currency. Every id counts from 1, in the
// order of the scenario (site, evse, storage) or of events. STRICT makes SQLite refuse a text where a number belongs.
// Six tables with many rows have an id that is no key: SQLite looks for each key before it takes a row, which costs as
// much as the row, and what it counts itself, the rowid, is the same number. ORDER BY rowid there; ORDER BY id sorts.
constexpr std::array<SchemaObject, 67> objects{{
    {"table", "run", R"(CREATE TABLE run (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL,             -- of the scenario
  strategy TEXT NOT NULL,         -- label, such as edf:margin_min=5
  plugin_file TEXT NOT NULL,      -- shared object the strategy came from; empty for a function of the scenario
  plugin_digest TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'complete', 'failed', 'interrupted', 'checkpoint')),
  error TEXT NOT NULL,            -- why it failed or stopped; empty otherwise
  event_hash TEXT,                -- 16 hex digits: equal hash, equal history; NULL until complete
  events INTEGER,                 -- executed
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  tick_ns INTEGER NOT NULL,       -- distance of decision ticks
  timezone TEXT NOT NULL,
  currency TEXT NOT NULL,
  seed INTEGER NOT NULL,          -- bits of an unsigned 64-bit number
  scenario_file TEXT NOT NULL,
  scenario_text TEXT NOT NULL,    -- whole: what evtwin rerun runs
  parameters TEXT NOT NULL,       -- JSON object of --set name=value
  days INTEGER,                   -- asked for instead of the scenario's; NULL: the scenario's
  operator TEXT,                  -- whose sites alone were asked for; NULL: all of the scenario's
  strategy_id TEXT NOT NULL,      -- as it was asked for; lua: a function of the scenario; empty: nobody asked for one
  strategy_parameters TEXT NOT NULL, -- JSON array of [name, value]
  evtwin_version TEXT NOT NULL,
  evtwin_commit TEXT NOT NULL,    -- of evtwin's own source, + where it had been changed since; or unknown
  sqlite_version TEXT NOT NULL,
  compiler TEXT NOT NULL,
  tzdata_version TEXT NOT NULL,
  created_at TEXT NOT NULL,       -- UTC, wall clock
  wall_s REAL                     -- wall clock of the simulation
) STRICT)"},
    {"table", "clock", R"(CREATE TABLE clock (
  id INTEGER PRIMARY KEY,
  start_ns INTEGER NOT NULL,      -- of an interval with one UTC offset; the first and last reach beyond the run
  end_ns INTEGER NOT NULL,
  utc_offset_s INTEGER NOT NULL   -- local clock = UTC + offset
) STRICT)"},
    {"table", "site", R"(CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  contract_kw REAL,               -- at the start; NULL: no limit
  export_limit_kw REAL,           -- NULL: no limit
  limits TEXT NOT NULL,           -- enforce: a guard keeps them; record: overloads happen and are counted
  tariff TEXT NOT NULL,
  tariff_source TEXT NOT NULL,
  tariff_given INTEGER NOT NULL,  -- 0: energy was free because the scenario names no tariff
  metering_window_ns INTEGER NOT NULL, -- of the demand charge: 15, 30 or 60 min on the local clock
  demand_basis TEXT NOT NULL,     -- peak: the month's highest window, ratchet and floor; contract: contract_kw
  part_month TEXT NOT NULL,       -- a month that the run covers in part: pro_rata, or full
  ratchet_look_back_months INTEGER NOT NULL, -- for how long past peaks of ratchet months count
  demand_floor_fraction REAL NOT NULL, -- of contract_kw: the least that is billed
  excess_price_per_kw REAL NOT NULL, -- of a kW above contract_kw for the whole month, tax included
  driver_price_per_kwh REAL NOT NULL, -- at the start, as the next; later ones are signals
  v2g_price_per_kwh REAL NOT NULL,
  unmet_price_per_kwh REAL NOT NULL,
  wear_price_per_kwh REAL NOT NULL,
  share_price_per_kwh REAL NOT NULL, -- what a kWh of a shared limit is worth to it
  operator TEXT                   -- who runs it; NULL: not said
) STRICT)"},
    {"table", "forecast", R"(CREATE TABLE forecast (
  id INTEGER PRIMARY KEY,         -- four rows a site
  site INTEGER NOT NULL REFERENCES site (id),
  quantity TEXT NOT NULL,         -- what strategies foresee: pv, load, arrivals (number and energy), price
  rule TEXT NOT NULL,             -- perfect, yesterday, noisy, forecaster
  forecaster TEXT NOT NULL,       -- label, such as sarima:fit_days=14; lua: a function of the scenario; else empty
  plugin_file TEXT NOT NULL,      -- shared object it came from; empty where there is none
  plugin_digest TEXT NOT NULL,
  bias REAL, std REAL,            -- of noisy, as fractions; else NULL
  period_ns INTEGER,              -- a forecaster is asked at its multiples on the local clock; else NULL
  history_days INTEGER            -- and is shown so many days before the run
) STRICT)"},
    {"table", "demand_price", R"(CREATE TABLE demand_price (
  id INTEGER PRIMARY KEY,         -- twelve rows a site
  site INTEGER NOT NULL REFERENCES site (id),
  month INTEGER NOT NULL,         -- of the year, 1 to 12
  price_per_kw REAL NOT NULL,     -- of a kW for the whole month, tax included
  in_ratchet INTEGER NOT NULL     -- 1: its peak counts in the months after it
) STRICT)"},
    {"table", "past_peak", R"(CREATE TABLE past_peak (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site (id),
  month TEXT NOT NULL,            -- 2025-05; one of the run itself is that month's peak before the run
  peak_kw REAL NOT NULL           -- known before the run
) STRICT)"},
    {"table", "feeder", R"(CREATE TABLE feeder (
  id INTEGER PRIMARY KEY,         -- a node of the tree below the grid connection
  site INTEGER NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  parent INTEGER REFERENCES feeder (id), -- NULL: the grid connection
  max_kw REAL, max_export_kw REAL, -- caps on the power into the node; NULL: none
  max_a REAL,                     -- cap on the sum of the currents below it; NULL: none
  efficiency REAL NOT NULL        -- power out of the node / power into it
) STRICT)"},
    {"table", "evse", R"(CREATE TABLE evse (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,             -- ac or dc
  phases INTEGER NOT NULL,        -- load phases; 0 for dc
  voltage_v REAL NOT NULL,        -- across one load phase
  max_kw REAL NOT NULL,
  efficiency REAL NOT NULL,       -- outlet to AC side
  bidirectional INTEGER NOT NULL,
  feeder TEXT                     -- it hangs on; NULL: the grid connection
) STRICT)"},
    {"table", "row_limit", R"(CREATE TABLE row_limit (
  id INTEGER PRIMARY KEY,         -- a limit of the scenario beside those of feeders and grid connection
  site INTEGER NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,             -- power_kw: sum of coefficient x kW at the EVSE meter; current_a: of A per phase used;
                                  -- magnitude_a: of A as phasors, its magnitude
  lower REAL, upper REAL          -- NULL: none
) STRICT)"},
    {"table", "row_limit_member", R"(CREATE TABLE row_limit_member (
  id INTEGER PRIMARY KEY,
  row_limit INTEGER NOT NULL REFERENCES row_limit (id),
  evse INTEGER NOT NULL REFERENCES evse (id),
  coefficient REAL NOT NULL,
  angle_deg REAL NOT NULL         -- of its current's phasor in this row
) STRICT)"},
    {"table", "shared_limit", R"(CREATE TABLE shared_limit (
  id INTEGER PRIMARY KEY,         -- kW that several sites may import together
  name TEXT NOT NULL,
  share TEXT NOT NULL             -- who gets what: proportional to what is asked for, or by price, the higher first
) STRICT)"},
    {"table", "shared_limit_site", R"(CREATE TABLE shared_limit_site (
  id INTEGER PRIMARY KEY,
  shared_limit INTEGER NOT NULL REFERENCES shared_limit (id),
  site INTEGER NOT NULL REFERENCES site (id)
) STRICT)"},
    {"table", "road_node", R"(CREATE TABLE road_node (
  id INTEGER PRIMARY KEY,         -- a place of the scenario's roads; no row in these tables where it has none
  name TEXT NOT NULL,
  lat_deg REAL NOT NULL,          -- WGS 84
  lon_deg REAL NOT NULL
) STRICT)"},
    {"table", "road", R"(CREATE TABLE road (
  id INTEGER PRIMARY KEY,         -- in one direction; the way back is a row of its own
  from_node INTEGER NOT NULL REFERENCES road_node (id),
  to_node INTEGER NOT NULL REFERENCES road_node (id),
  km REAL NOT NULL,
  speed_kmh REAL NOT NULL,
  grade REAL NOT NULL             -- rise over run in its direction
) STRICT)"},
    {"table", "road_station", R"(CREATE TABLE road_station (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  node INTEGER NOT NULL REFERENCES road_node (id),
  lat_deg REAL NOT NULL,
  lon_deg REAL NOT NULL,
  site INTEGER REFERENCES site (id), -- that it is; NULL: none of the run
  operator TEXT,                  -- NULL: not said
  own INTEGER NOT NULL,           -- 1: of the operator that asks
  kw REAL NOT NULL,               -- of one charger, at its outlet
  chargers INTEGER NOT NULL       -- cars at once
) STRICT)"},
    {"table", "road_price", R"(CREATE TABLE road_price (
  id INTEGER PRIMARY KEY,         -- none without trips
  station INTEGER NOT NULL REFERENCES road_station (id),
  start_ns INTEGER NOT NULL,      -- holds until the next row of its station
  price_per_kwh REAL NOT NULL     -- at the meter, for who begins to charge
) STRICT)"},
    {"table", "road_closure", R"(CREATE TABLE road_closure (
  id INTEGER PRIMARY KEY,         -- a station out of service; who charges then comes to the end of it
  station INTEGER NOT NULL REFERENCES road_station (id),
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL
) STRICT)"},
    {"table", "road_visit", R"(CREATE TABLE road_visit (
  id INTEGER PRIMARY KEY,         -- as lived on the roads alone, before the run: a site may serve its visits later
  station INTEGER NOT NULL REFERENCES road_station (id),
  driver INTEGER NOT NULL,        -- from 1
  arrive_ns INTEGER NOT NULL,     -- waits from here
  begin_ns INTEGER,               -- charges from here; NULL: waited until end_ns in vain
  end_ns INTEGER NOT NULL,        -- or the end of the run
  kwh REAL,                       -- at the meter; NULL: in vain, or not over at the end of the run
  money REAL                      -- that the driver paid
) STRICT)"},
    {"table", "road_way_part", R"(CREATE TABLE road_way_part (
  id INTEGER PRIMARY KEY,         -- in the order driven
  way INTEGER NOT NULL,           -- from 1; the fastest between two nodes
  road INTEGER NOT NULL REFERENCES road (id)
) STRICT)"},
    {"table", "road_leg", R"(CREATE TABLE road_leg (
  id INTEGER PRIMARY KEY,         -- a drive without a stop, in order of their beginning
  driver INTEGER NOT NULL,
  way INTEGER NOT NULL,           -- of road_way_part
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL         -- may lie after the run
) STRICT)"},
    {"table", "road_stranded", R"(CREATE TABLE road_stranded (
  id INTEGER PRIMARY KEY,         -- neither the destination nor a station is within reach; driven no further
  driver INTEGER NOT NULL,
  node INTEGER NOT NULL REFERENCES road_node (id),
  at_ns INTEGER NOT NULL
) STRICT)"},
    {"table", "storage", R"(CREATE TABLE storage (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site (id),
  name TEXT NOT NULL,
  capacity_kwh REAL NOT NULL,
  max_charge_kw REAL NOT NULL,    -- at the AC terminals
  max_discharge_kw REAL NOT NULL,
  charge_efficiency REAL NOT NULL,
  discharge_efficiency REAL NOT NULL,
  soc_start REAL NOT NULL,        -- 0..1
  soc_min REAL NOT NULL,
  soc_max REAL NOT NULL,
  standby_kw REAL NOT NULL,
  ageing_calendar REAL,           -- fraction lost per day^0.75; NULL: Schmalstieg 2014, by mean SoC, 25 C
  ageing_cyclic REAL,             -- fraction lost per full cycle^ageing_power; NULL: Schmalstieg 2014, by depth and SoC
  ageing_power REAL NOT NULL,
  replaced_at REAL NOT NULL       -- fraction of the capacity at which it is replaced
) STRICT)"},
    {"table", "vehicle", R"(CREATE TABLE vehicle (
  id INTEGER PRIMARY KEY,         -- a type of vehicle
  name TEXT NOT NULL,
  battery_kwh REAL,               -- NULL: unknown
  charge_efficiency REAL NOT NULL, discharge_efficiency REAL NOT NULL, -- stored / metered, metered / stored
  ageing_calendar REAL, ageing_cyclic REAL, ageing_power REAL NOT NULL, replaced_at REAL NOT NULL -- as of a storage
) STRICT)"},
    {"table", "acceptance", R"(CREATE TABLE acceptance (
  id INTEGER PRIMARY KEY,         -- a corner of the charging curve, by ascending SoC; straight lines between
  vehicle INTEGER NOT NULL REFERENCES vehicle (id),
  soc REAL NOT NULL,              -- 0..1
  kw REAL                         -- most at the EVSE meter; NULL: no limit
) STRICT)"},
    {"table", "flag", R"(CREATE TABLE flag (
  id INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,          -- session, file or key it is about; may be empty
  reason TEXT NOT NULL,
  left_out INTEGER NOT NULL       -- 1: a session that was not simulated
) STRICT)"},
    {"table", "session", R"(CREATE TABLE session (
  id INTEGER PRIMARY KEY,         -- in the order in which sessions end
  number INTEGER,                 -- in the order of plug-in; NULL: never plugged in
  site INTEGER NOT NULL REFERENCES site (id),
  evse INTEGER REFERENCES evse (id),
  name TEXT NOT NULL,             -- id of the session in the input
  vehicle TEXT NOT NULL,
  vehicle_type INTEGER NOT NULL REFERENCES vehicle (id),
  arrived_ns INTEGER NOT NULL,
  plugged_in_ns INTEGER,          -- NULL: never
  departed_ns INTEGER NOT NULL,   -- the truth; beyond the end of the run for sessions still open
  claimed_departure_ns INTEGER NOT NULL,
  max_kw REAL,                    -- the most that EVSE and vehicle can do together; NULL: never plugged in
  v2g_min_price_per_kwh REAL NOT NULL, -- paid at least for energy discharged
  requested_kwh REAL NOT NULL,    -- what the driver said
  wanted_kwh REAL NOT NULL,       -- what the car could have taken where that is known, else requested
  got_kwh REAL NOT NULL,          -- net, at the EVSE meter
  discharged_kwh REAL NOT NULL,
  unmet_kwh REAL NOT NULL,        -- wanted and not got, by then; what was discharged counts with what putting it back takes
  open_cost REAL NOT NULL,        -- the least that unmet_kwh can still cost until departed_ns; 0 unless open_at_end
  cost REAL NOT NULL,             -- energy at the AC side of the EVSE (its losses included) x buy price in force
  paid REAL NOT NULL,             -- by the driver: driver_revenue - v2g_payment
  driver_revenue REAL NOT NULL,   -- driver to site, for energy charged
  v2g_payment REAL NOT NULL,      -- site to driver, for energy discharged
  wear_cost REAL NOT NULL,        -- of the car's battery: discharged_kwh x site.wear_price_per_kwh
  soc_start REAL, soc_end REAL,   -- NULL: unknown
  battery_kwh REAL,               -- of the vehicle; NULL: unknown, as the next two
  charge_efficiency REAL, discharge_efficiency REAL, -- stored / metered, metered / stored
  waited_h REAL NOT NULL,
  wear_calendar REAL, wear_cyclic REAL, -- fraction of the battery's capacity lost; NULL: size unknown
  ended TEXT NOT NULL             -- departed, open_at_end, waiting_at_end, turned_away, reneged, no_compatible_evse
) STRICT)"},
    {"table", "power", R"(CREATE TABLE power (
  id INTEGER NOT NULL,
  evse INTEGER REFERENCES evse (id),        -- either this ...
  storage INTEGER REFERENCES storage (id),  -- ... or this
  session INTEGER,                          -- session.number; NULL: none
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  kw REAL NOT NULL,                -- at the start; > 0 into the vehicle or storage
  slope_kw_per_kwh REAL NOT NULL,  -- kw(t) = kw x exp(slope x hours since start): a taper is exact, not sampled
  energy_kwh REAL NOT NULL         -- metered over the segment, signed
) STRICT)"},
    {"table", "signal", R"(CREATE TABLE signal (
  id INTEGER NOT NULL,
  site INTEGER NOT NULL REFERENCES site (id),
  kind TEXT NOT NULL,             -- buy_price, sell_price, pv_kw, load_kw, export_limit_kw, co2_kg_per_kwh;
                                  -- contract_kw: the import limit, cuts of demand response included;
                                  -- uncut_contract_kw: the contract power, which bills go by;
                                  -- power_setpoint_kw, driver_price_per_kwh, v2g_price_per_kwh;
                                  -- buy_price_beyond_end: after run.end_ns, for what is owed then
  start_ns INTEGER NOT NULL,      -- holds until the next row of its kind and site
  value REAL                      -- NULL: none in force (no limit)
) STRICT)"},
    {"table", "limit_step", R"(CREATE TABLE limit_step (
  id INTEGER PRIMARY KEY,         -- a bound that changes over time; the loosest stands in feeder or row_limit
  feeder INTEGER REFERENCES feeder (id),       -- either this ...
  row_limit INTEGER REFERENCES row_limit (id), -- ... or this
  bound TEXT NOT NULL,            -- the column there: max_kw, max_export_kw, max_a, upper, lower
  start_ns INTEGER NOT NULL,      -- holds until the next row of its bound
  value REAL NOT NULL
) STRICT)"},
    {"table", "shared_limit_kw", R"(CREATE TABLE shared_limit_kw (
  id INTEGER PRIMARY KEY,
  shared_limit INTEGER NOT NULL REFERENCES shared_limit (id),
  start_ns INTEGER NOT NULL,      -- holds until the next row of its limit
  kw REAL NOT NULL                -- most import of its sites together; one that feeds back counts as 0
) STRICT)"},
    {"table", "share", R"(CREATE TABLE share (
  id INTEGER PRIMARY KEY,         -- a site's part of the limits it shares: rows while it has less than it asks for
  site INTEGER NOT NULL REFERENCES site (id),
  shared_limit INTEGER REFERENCES shared_limit (id), -- that binds; NULL: from here on it has what it asks for
  start_ns INTEGER NOT NULL,      -- holds until the next row of its site; before the first it has what it asks for
  asked_kw REAL NOT NULL,         -- import that its strategy and its own limits would come to
  share_kw REAL NOT NULL          -- import that it may come to
) STRICT)"},
    {"table", "foreseen", R"(CREATE TABLE foreseen (
  id INTEGER PRIMARY KEY,         -- the day ahead as a strategy was shown it, at its first decision in each quarter of a day
  site INTEGER NOT NULL REFERENCES site (id),
  quantity TEXT NOT NULL,         -- pv, load: kW; arrivals: vehicles a step; arrivals_kwh: kWh a step; price: money per kWh
  seen_ns INTEGER NOT NULL,       -- that decision; the first step begins here
  issued_ns INTEGER NOT NULL,     -- a forecaster's last time of issue, a noisy forecast's midnight, else seen_ns
  first_end_ns INTEGER NOT NULL,  -- of the first step
  step_ns INTEGER NOT NULL,       -- length of all others
  mean TEXT NOT NULL,             -- [1,2.5,...] by step, four digits: view foreseen_step has them as rows
  low TEXT,                       -- 10 % quantile; NULL: no spread is stated
  high TEXT                       -- 90 % quantile
) STRICT)"},
    {"table", "decision", R"(CREATE TABLE decision (
  id INTEGER NOT NULL,         -- a mere tick that asks for nothing new has no row
  site INTEGER NOT NULL REFERENCES site (id),
  number INTEGER NOT NULL,        -- of the site's decisions
  time_ns INTEGER NOT NULL,
  why INTEGER NOT NULL,           -- sum of 1 tick, 2 arrival, 4 departure, 8 price, 16 limit, 32 asked for by the strategy
  expected_cost REAL              -- NULL: the strategy expects nothing
) STRICT)"},
    {"table", "setpoint", R"(CREATE TABLE setpoint (
  id INTEGER NOT NULL,
  decision INTEGER NOT NULL,     -- decision.id
  evse INTEGER REFERENCES evse (id),
  storage INTEGER REFERENCES storage (id),
  kw REAL NOT NULL                -- asked for, before corrections; a row when it asks for something else than it last did
) STRICT)"},
    {"table", "plan", R"(CREATE TABLE plan (
  id INTEGER NOT NULL,         -- a row per piece whose power differs from what was planned before; what has no row is 0
  site INTEGER NOT NULL REFERENCES site (id),
  evse INTEGER REFERENCES evse (id),
  storage INTEGER REFERENCES storage (id),
  decision INTEGER NOT NULL,      -- decision.number of the site: who planned it
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  kw REAL NOT NULL,               -- mean
  replaced_ns INTEGER             -- taken back by a later plan, a plug-out or the end of the run; NULL: it stood
) STRICT)"},
    {"table", "correction", R"(CREATE TABLE correction (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site (id),
  evse INTEGER REFERENCES evse (id),
  storage INTEGER REFERENCES storage (id),  -- neither: the site itself
  time_ns INTEGER NOT NULL,
  reason TEXT NOT NULL,
  asked_kw REAL,                  -- NULL: not a finite number
  given_kw REAL,
  limit_name TEXT                 -- the row that bound; NULL: none
) STRICT)"},
    {"table", "event", R"(CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site (id),
  time_ns INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT)"},
    {"table", "meter", R"(CREATE TABLE meter (
  id INTEGER NOT NULL,
  site INTEGER NOT NULL REFERENCES site (id),
  start_ns INTEGER NOT NULL,      -- a metering window of the site, or what of it lies in the run
  end_ns INTEGER NOT NULL,
  import_kwh REAL NOT NULL DEFAULT 0, export_kwh REAL NOT NULL DEFAULT 0,
  pv_kwh REAL NOT NULL DEFAULT 0, load_kwh REAL NOT NULL DEFAULT 0,
  ev_charge_kwh REAL NOT NULL DEFAULT 0, ev_discharge_kwh REAL NOT NULL DEFAULT 0,
  storage_charge_kwh REAL NOT NULL DEFAULT 0, storage_discharge_kwh REAL NOT NULL DEFAULT 0,
  losses_kwh REAL NOT NULL DEFAULT 0, pv_used_kwh REAL NOT NULL DEFAULT 0,
  energy_cost REAL NOT NULL DEFAULT 0, demand_charge REAL NOT NULL DEFAULT 0,
  driver_revenue REAL NOT NULL DEFAULT 0, v2g_payment REAL NOT NULL DEFAULT 0,
  co2_kg REAL NOT NULL DEFAULT 0, unmet_kwh REAL NOT NULL DEFAULT 0, wear_cost REAL NOT NULL DEFAULT 0,
  overload_kwh REAL NOT NULL DEFAULT 0, export_overload_kwh REAL NOT NULL DEFAULT 0,
  feeder_overload_kwh REAL NOT NULL DEFAULT 0,
  peak_kw REAL NOT NULL DEFAULT 0 -- highest instantaneous import
) STRICT)"},
    {"table", "evse_day", R"(CREATE TABLE evse_day (
  id INTEGER PRIMARY KEY,         -- a local day, or what of it lies in the run; only where energy flowed
  site INTEGER NOT NULL REFERENCES site (id),
  evse INTEGER NOT NULL REFERENCES evse (id),
  start_ns INTEGER NOT NULL,
  charged_kwh REAL NOT NULL, discharged_kwh REAL NOT NULL, -- at the EVSE meter, >= 0
  cost REAL NOT NULL,             -- net energy at the AC side of the EVSE (its losses included) x buy price in force
  driver_revenue REAL NOT NULL, v2g_payment REAL NOT NULL  -- drivers to site, site to drivers
) STRICT)"},
    {"table", "month", R"(CREATE TABLE month (
  id INTEGER PRIMARY KEY,
  site INTEGER NOT NULL REFERENCES site (id),
  month TEXT NOT NULL,            -- 2025-06
  peak_kw REAL NOT NULL,          -- highest mean import of a metering window
  billed_kw REAL NOT NULL,
  price_per_kw REAL NOT NULL,     -- tax included
  fraction REAL NOT NULL,         -- of the month that is billed
  excess_kw REAL NOT NULL,        -- of peak_kw above the contract power
  excess_cost REAL NOT NULL,      -- excess_kw x site.excess_price_per_kw x fraction
  cost REAL NOT NULL              -- billed_kw x price_per_kw x fraction + excess_cost
) STRICT)"},
    {"table", "storage_use", R"(CREATE TABLE storage_use (
  id INTEGER PRIMARY KEY,
  storage INTEGER NOT NULL REFERENCES storage (id),
  days REAL NOT NULL,
  mean_soc REAL NOT NULL,         -- over time
  stored_kwh REAL NOT NULL,       -- through the battery, both directions
  cycle_soc REAL NOT NULL,        -- mean at which that energy flowed
  depth REAL NOT NULL,            -- mean depth of its half cycles, weighted with their energy, 0..1
  wear_calendar REAL NOT NULL, wear_cyclic REAL NOT NULL -- fraction of the capacity lost
) STRICT)"},
    {"table", "shared_limit_use", R"(CREATE TABLE shared_limit_use (
  id INTEGER PRIMARY KEY,
  shared_limit INTEGER NOT NULL REFERENCES shared_limit (id),
  site INTEGER REFERENCES site (id), -- NULL: all of its sites together
  asked_kwh REAL NOT NULL, share_kwh REAL NOT NULL, -- asked_kw and share_kw over time: no less than was imported
  short_h REAL NOT NULL,          -- with less than it asked for; of all together: sum over its sites
  highest_kw REAL,                -- all together: highest sum of their share_kw; NULL in a site's row, as the next two
  excess_kwh REAL, excess_h REAL  -- of that sum above the limit: base loads, which nothing can lower
) STRICT)"},
    {"table", "kpi", R"(CREATE TABLE kpi (
  id INTEGER PRIMARY KEY,
  site INTEGER REFERENCES site (id),  -- NULL: all sites together
  name TEXT NOT NULL,
  value REAL,                         -- NULL: does not apply
  unit TEXT NOT NULL,
  help TEXT NOT NULL,
  help_ko TEXT NOT NULL
) STRICT)"},
    {"table", "metered", R"(CREATE TABLE metered (
  id INTEGER PRIMARY KEY,         -- of a replay: from one reading of the log to the next
  session INTEGER NOT NULL,       -- session.number
  evse INTEGER NOT NULL REFERENCES evse (id),
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  kw REAL NOT NULL,               -- mean; between distant readings nothing else is known
  energy_kwh REAL NOT NULL,       -- as the register counted
  twin_kwh REAL NOT NULL,         -- what flowed in the twin in the same time
  dense INTEGER NOT NULL          -- 1: readings are close enough for the power to be scored
) STRICT)"},
    {"table", "score", R"(CREATE TABLE score (
  id INTEGER PRIMARY KEY,         -- of a replay: how closely it reproduces the log
  name TEXT NOT NULL,
  value REAL,                     -- NULL: the log can not tell
  unit TEXT NOT NULL,
  n INTEGER NOT NULL,             -- what it rests on ...
  n_of TEXT NOT NULL,             -- ... sessions, hours, minutes, samples, frames
  told TEXT NOT NULL,             -- given: it was fed in; fitted to these sessions; predicted; check
  gate TEXT NOT NULL,             -- good, pass, fail, not_scorable
  indicative INTEGER NOT NULL,    -- 1: on too few sessions to be evidence
  pass REAL, good REAL,           -- limits; NULL: reported only
  excluded TEXT NOT NULL,         -- JSON object {reason: n}
  help TEXT NOT NULL,
  help_ko TEXT NOT NULL
) STRICT)"},
    {"table", "certificate", R"(CREATE TABLE certificate (
  id INTEGER PRIMARY KEY CHECK (id = 1), -- of a replay: what its scores come to
  verdict TEXT NOT NULL,          -- good, pass, indicative (on too few sessions), fail, not_scorable
  sessions INTEGER NOT NULL,      -- whose energy was compared
  sentence TEXT NOT NULL,
  sentence_ko TEXT NOT NULL
) STRICT)"},
    {"table", "message", R"(CREATE TABLE message (
  id INTEGER PRIMARY KEY,         -- of a replay: messages of the log that changed something
  time_ns INTEGER NOT NULL,       -- UTC, clocks mended
  station TEXT NOT NULL,          -- as the log names it
  evse INTEGER,                   -- number within the station; NULL: the station itself
  session INTEGER,                -- session.number; NULL: none of the run's
  kind TEXT NOT NULL,             -- start, stop, status, command, boot, firmware, diagnostics
  text TEXT NOT NULL
) STRICT)"},
    {"table", "logged_session", R"(CREATE TABLE logged_session (
  id INTEGER PRIMARY KEY,         -- of a replay: every transaction of the log, as the log names it
  session INTEGER,                -- session.number; NULL: it was not replayed
  start_ns INTEGER NOT NULL, stop_ns INTEGER NOT NULL, -- UTC, clocks mended
  station TEXT NOT NULL,
  evse INTEGER,                   -- number within the station; NULL: not told
  transaction_id TEXT NOT NULL,
  token TEXT NOT NULL,            -- idTag, idToken, cdr_token.uid: names a driver; exports number it
  token_type TEXT NOT NULL,       -- ISO14443, RFID, ...; '': not told
  ocpi_cdr TEXT, ocpi_session TEXT -- OCPI objects that told of it, as JSON; NULL: none did
) STRICT)"},
    {"table", "checkpoint", R"(CREATE TABLE checkpoint (
  id INTEGER PRIMARY KEY CHECK (id = 1), -- only in a checkpoint's file: all other rows are of the run up to it
  time_ns INTEGER NOT NULL,       -- everything before this instant has happened, nothing at it
  event_hash TEXT NOT NULL,       -- so far
  events INTEGER NOT NULL,        -- so far
  state BLOB NOT NULL             -- the simulation, in a layout of evtwin's own
) STRICT)"},
    {"table", "input", R"(CREATE TABLE input (
  id INTEGER PRIMARY KEY,         -- what the world was made from: the scenario first
  name TEXT NOT NULL,             -- path as it was named, or "module ..."
  bytes INTEGER NOT NULL,
  digest TEXT NOT NULL            -- of its bytes: FNV-1a, 64 bit
) STRICT)"},
    {"table", "reward_part", R"(CREATE TABLE reward_part (
  id INTEGER PRIMARY KEY,         -- what the policy that decided was trained for; no row: no policy, or it does not say
  reward TEXT NOT NULL,           -- as its training was given it, such as boa-fe:satisfaction=5; one in all rows
  is_term INTEGER NOT NULL,       -- 1: part is a term, which adds up over time; 0: an answer of a function of a step
  part TEXT,                      -- the reward is the sum of weight x part; NULL: only its name is known
  weight REAL
) STRICT)",
     19},
    {"table", "content_hash", R"(CREATE TABLE content_hash (
  name TEXT PRIMARY KEY,          -- of a table
  row_count INTEGER NOT NULL,
  hash TEXT NOT NULL              -- of its rows as they were written: evtwin check finds what was changed since
) STRICT)"},
    {"view", "cost_per_day", R"(CREATE VIEW cost_per_day AS
  SELECT site.name AS site, date((m.start_ns / 1000000000) + c.utc_offset_s, 'unixepoch') AS day,
         sum(m.energy_cost) AS energy_cost, sum(m.import_kwh) AS import_kwh, sum(m.export_kwh) AS export_kwh,
         sum(m.pv_kwh) AS pv_kwh, sum(m.load_kwh) AS load_kwh,
         sum(m.ev_charge_kwh - m.ev_discharge_kwh) AS ev_kwh, sum(m.driver_revenue) AS driver_revenue
  FROM meter m JOIN site ON site.id = m.site JOIN clock c ON m.start_ns >= c.start_ns AND m.start_ns < c.end_ns
  GROUP BY m.site, day ORDER BY m.site, day)"},
    {"view", "peak_per_month", R"(CREATE VIEW peak_per_month AS
  SELECT site.name AS site, strftime('%Y-%m', (m.start_ns / 1000000000) + c.utc_offset_s, 'unixepoch') AS month,
         -- a window that the run cuts counts with its full length, as in the bill; one that a change of the clock makes
         -- longer with its own, and so does the shorter one that begins with it
         max(m.import_kwh * 3600e9 /
             CASE WHEN m.start_ns = c.start_ns AND m.end_ns < run.end_ns THEN m.end_ns - m.start_ns
                  ELSE max(site.metering_window_ns, m.end_ns - m.start_ns) END) AS peak_kw,
         max(m.peak_kw) AS peak_instant_kw
  FROM meter m JOIN run JOIN site ON site.id = m.site
  JOIN clock c ON m.start_ns >= c.start_ns AND m.start_ns < c.end_ns
  GROUP BY m.site, month ORDER BY m.site, month)"},
    {"view", "session_summary", R"(CREATE VIEW session_summary AS
  SELECT s.name AS session, site.name AS site, evse.name AS evse, evse.kind AS charging_type, s.vehicle, s.ended,
         strftime('%Y-%m-%dT%H:%M:%S', s.arrived_ns / 1000000000 + a.utc_offset_s, 'unixepoch') AS arrived,
         strftime('%Y-%m-%dT%H:%M:%S', s.departed_ns / 1000000000 + d.utc_offset_s, 'unixepoch') AS departed,
         s.requested_kwh, s.wanted_kwh, s.got_kwh, s.unmet_kwh, s.cost, s.paid, s.waited_h
  FROM session s JOIN site ON site.id = s.site LEFT JOIN evse ON evse.id = s.evse
  LEFT JOIN clock a ON s.arrived_ns >= a.start_ns AND s.arrived_ns < a.end_ns
  LEFT JOIN clock d ON s.departed_ns >= d.start_ns AND s.departed_ns < d.end_ns
  ORDER BY s.id)"},
    {"view", "power_segment", R"(CREATE VIEW power_segment AS
  SELECT coalesce(evse.name, storage.name) AS unit, p.session,
         strftime('%Y-%m-%dT%H:%M:%S', p.start_ns / 1000000000 + c.utc_offset_s, 'unixepoch') AS start,
         p.kw, p.kw + p.slope_kw_per_kwh * p.energy_kwh AS kw_end, p.energy_kwh,
         p.start_ns, p.end_ns, p.slope_kw_per_kwh
  FROM power p LEFT JOIN evse ON evse.id = p.evse LEFT JOIN storage ON storage.id = p.storage
  LEFT JOIN clock c ON p.start_ns >= c.start_ns AND p.start_ns < c.end_ns)"},
    {"view", "corrections_by_reason", R"(CREATE VIEW corrections_by_reason AS
  SELECT site.name AS site, c.reason, count(*) AS times, sum(c.asked_kw - c.given_kw) AS kw_taken
  FROM correction c JOIN site ON site.id = c.site GROUP BY c.site, c.reason ORDER BY c.site, times DESC, c.reason)"},
    // Three parties, each with its own sign: what it earns is positive. The owner's wear is priced; what the energy is
    // worth to the driver is not in it. A session's share of the site's bill is its energy at the buy price in force:
    // PV, storage, base load and the demand charge are of the site, and in party_per_day.
    {"view", "party_per_session", R"(CREATE VIEW party_per_session AS
  SELECT s.name AS session, site.name AS site, evse.name AS evse, s.vehicle, s.ended,
         s.got_kwh + s.discharged_kwh AS charged_kwh, s.discharged_kwh, s.driver_revenue, s.v2g_payment, s.wear_cost,
         s.v2g_payment - s.driver_revenue - s.wear_cost AS owner_money,
         s.driver_revenue - s.v2g_payment - s.cost AS site_money
  FROM session s JOIN site ON site.id = s.site JOIN evse ON evse.id = s.evse WHERE s.number IS NOT NULL
  ORDER BY s.id)"},
    {"view", "party_per_evse_day", R"(CREATE VIEW party_per_evse_day AS
  SELECT site.name AS site, evse.name AS evse,
         date((d.start_ns / 1000000000) + c.utc_offset_s, 'unixepoch') AS day,
         d.charged_kwh, d.discharged_kwh, d.driver_revenue, d.v2g_payment,
         d.discharged_kwh * site.wear_price_per_kwh AS wear_cost,
         d.v2g_payment - d.driver_revenue - d.discharged_kwh * site.wear_price_per_kwh AS owner_money,
         d.driver_revenue - d.v2g_payment - d.cost AS site_money
  FROM evse_day d JOIN site ON site.id = d.site JOIN evse ON evse.id = d.evse
  JOIN clock c ON d.start_ns >= c.start_ns AND d.start_ns < c.end_ns
  ORDER BY d.id)"},
    {"view", "party_per_evse", R"(CREATE VIEW party_per_evse AS
  SELECT site.name AS site, evse.name AS evse, coalesce(sum(d.charged_kwh), 0.0) AS charged_kwh,
         coalesce(sum(d.discharged_kwh), 0.0) AS discharged_kwh, coalesce(sum(d.driver_revenue), 0.0) AS driver_revenue,
         coalesce(sum(d.v2g_payment), 0.0) AS v2g_payment,
         coalesce(sum(d.discharged_kwh), 0.0) * site.wear_price_per_kwh AS wear_cost,
         coalesce(sum(d.v2g_payment - d.driver_revenue - d.discharged_kwh * site.wear_price_per_kwh), 0.0)
           AS owner_money,
         coalesce(sum(d.driver_revenue - d.v2g_payment - d.cost), 0.0) AS site_money,
         coalesce(sum(d.v2g_payment - d.driver_revenue - d.discharged_kwh * site.wear_price_per_kwh), 0.0) /
           (SELECT count(DISTINCT day) FROM cost_per_day) AS owner_money_per_day
  FROM evse JOIN site ON site.id = evse.site LEFT JOIN evse_day d ON d.evse = evse.id
  GROUP BY evse.id ORDER BY evse.id)"},
    {"view", "party_per_day", R"(CREATE VIEW party_per_day AS
  SELECT site.name AS site, w.day, sum(w.driver_revenue) AS driver_revenue, sum(w.v2g_payment) AS v2g_payment,
         sum(w.ev_discharge_kwh) * site.wear_price_per_kwh AS vehicle_wear,
         sum(w.storage_discharge_kwh) * site.wear_price_per_kwh AS storage_wear,
         sum(w.v2g_payment - w.driver_revenue) - sum(w.ev_discharge_kwh) * site.wear_price_per_kwh AS owner_money,
         sum(w.driver_revenue - w.v2g_payment - w.energy_cost - w.demand_charge) -
           sum(w.storage_discharge_kwh) * site.wear_price_per_kwh AS site_money,
         sum(w.energy_cost + w.demand_charge) AS grid_money,
         -- as in peak_per_month
         max(w.import_kwh * 3600e9 /
             CASE WHEN w.start_ns = w.clock_start_ns AND w.end_ns < run.end_ns THEN w.end_ns - w.start_ns
                  ELSE max(site.metering_window_ns, w.end_ns - w.start_ns) END) AS peak_kw,
         coalesce(sum(abs(w.kw - w.kw_before)), 0.0) AS ramp_kw,
         sum(w.overload_kwh + w.export_overload_kwh) AS overload_kwh
  FROM (SELECT *, lag(kw) OVER (PARTITION BY site ORDER BY start_ns) AS kw_before
        FROM (SELECT m.*, c.start_ns AS clock_start_ns,
                     (m.import_kwh - m.export_kwh) * 3600e9 / (m.end_ns - m.start_ns) AS kw,
                     date((m.start_ns / 1000000000) + c.utc_offset_s, 'unixepoch') AS day
              FROM meter m JOIN clock c ON m.start_ns >= c.start_ns AND m.start_ns < c.end_ns)) w
  JOIN site ON site.id = w.site JOIN run GROUP BY w.site, w.day ORDER BY w.site, w.day)"},
    {"view", "metered_against_twin", R"(CREATE VIEW metered_against_twin AS
  SELECT s.name AS session, evse.name AS evse, sum(m.energy_kwh) AS metered_kwh, s.got_kwh AS twin_kwh,
         s.got_kwh - sum(m.energy_kwh) AS difference_kwh, count(*) AS readings,
         sum(abs(m.twin_kwh - m.energy_kwh)) AS moved_kwh -- between readings, both ways
  FROM metered m JOIN session s ON s.number = m.session JOIN evse ON evse.id = m.evse
  GROUP BY m.session ORDER BY m.session)"},
    // What stood of the plans, and what flowed in the same time: exact within a taper, too.
    {"view", "plan_against_power", R"(CREATE VIEW plan_against_power AS
  SELECT coalesce(evse.name, storage.name) AS unit, p.decision, p.start_ns, p.end_ns, p.kw AS planned_kw,
         p.kw * (p.end_ns - p.start_ns) / 3600e9 AS planned_kwh,
         coalesce((SELECT sum(CASE WHEN w.slope_kw_per_kwh = 0 THEN
                                w.kw * (min(p.end_ns, w.end_ns) - max(p.start_ns, w.start_ns)) / 3600e9
                              ELSE w.kw / w.slope_kw_per_kwh *
                                (exp(w.slope_kw_per_kwh * (min(p.end_ns, w.end_ns) - w.start_ns) / 3600e9) -
                                 exp(w.slope_kw_per_kwh * (max(p.start_ns, w.start_ns) - w.start_ns) / 3600e9)) END)
                   FROM power w WHERE w.evse IS p.evse AND w.storage IS p.storage
                     AND w.start_ns < p.end_ns AND w.end_ns > p.start_ns), 0.0) AS flowed_kwh
  FROM plan p LEFT JOIN evse ON evse.id = p.evse LEFT JOIN storage ON storage.id = p.storage
  WHERE p.replaced_ns IS NULL ORDER BY p.start_ns, p.id)"},
    {"view", "plan_per_session", R"(CREATE VIEW plan_per_session AS
  SELECT session, site, evse, sum(stood_kwh) AS planned_kwh, got_kwh, got_kwh - sum(stood_kwh) AS deviation_kwh,
         wanted_kwh, unmet_kwh, sum(taken_back_kwh) AS taken_back_kwh -- by its leaving before the plan's end
  FROM (SELECT s.id, s.name AS session, site.name AS site, evse.name AS evse, s.got_kwh, s.wanted_kwh, s.unmet_kwh,
               CASE WHEN p.replaced_ns IS NULL THEN
                 p.kw * (min(p.end_ns, s.departed_ns) - max(p.start_ns, s.plugged_in_ns)) / 3600e9 ELSE 0.0 END
                 AS stood_kwh,
               CASE WHEN p.replaced_ns IS NULL THEN 0.0 ELSE p.kw * (p.end_ns - p.start_ns) / 3600e9 END
                 AS taken_back_kwh
        FROM session s JOIN site ON site.id = s.site JOIN evse ON evse.id = s.evse JOIN plan p ON p.evse = s.evse
        WHERE (p.replaced_ns IS NULL AND p.end_ns > s.plugged_in_ns AND p.start_ns < s.departed_ns)
           OR p.replaced_ns = s.departed_ns)
  GROUP BY id ORDER BY id)"},
    {"view", "foreseen_step", R"(CREATE VIEW foreseen_step AS
  SELECT f.id AS foreseen, f.site, f.quantity, f.seen_ns, f.issued_ns,
    CASE m.key WHEN 0 THEN f.seen_ns ELSE f.first_end_ns + (m.key - 1) * f.step_ns END AS start_ns,
    f.first_end_ns + m.key * f.step_ns AS end_ns,
    m.value AS mean, json_extract(f.low, '$[' || m.key || ']') AS low, json_extract(f.high, '$[' || m.key || ']') AS high
  FROM foreseen f, json_each(f.mean) m ORDER BY f.id, m.key)"},
    {"view", "road_station_wait", R"(CREATE VIEW road_station_wait AS
  SELECT s.name AS station, count(v.begin_ns) AS visits,
    count(v.id) - count(v.begin_ns) AS in_vain,
    total(coalesce(v.begin_ns, v.end_ns) - v.arrive_ns) / 3600e9 AS wait_h,
    total(coalesce(v.begin_ns, v.end_ns) - v.arrive_ns) / 3600e9 / max(1, count(v.id)) AS mean_wait_h,
    coalesce(max(coalesce(v.begin_ns, v.end_ns) - v.arrive_ns), 0) / 3600e9 AS longest_wait_h,
    total(v.kwh) AS kwh, total(v.money) AS money
  FROM road_station s LEFT JOIN road_visit v ON v.station = s.id
  GROUP BY s.id ORDER BY wait_h DESC, s.id)"},
    {"view", "road_station_use", R"(CREATE VIEW road_station_use AS
  SELECT DISTINCT s.name AS station, c.ns AS start_ns, sum(c.charging) OVER w AS charging,
    sum(c.waiting) OVER w AS waiting
  FROM (
    SELECT station, arrive_ns AS ns, 0 AS charging, 1 AS waiting FROM road_visit UNION ALL
    SELECT station, coalesce(begin_ns, end_ns), begin_ns IS NOT NULL, -1 FROM road_visit UNION ALL
    SELECT station, end_ns, -1, 0 FROM road_visit WHERE begin_ns IS NOT NULL
  ) c JOIN road_station s ON s.id = c.station
  WINDOW w AS (PARTITION BY c.station ORDER BY c.ns) ORDER BY c.station, c.ns)"},
}};

constexpr std::array<TableContent, 51> contents{{
    {"run",
     "id, name, strategy, plugin_file, plugin_digest, state, error, event_hash, events, start_ns, end_ns, tick_ns, "
     "timezone, "
     "currency, seed, scenario_file, scenario_text, parameters, days, operator, strategy_id, strategy_parameters, "
     "evtwin_version, evtwin_commit, sqlite_version, compiler, tzdata_version",
     "created_at, wall_s"},
    {"clock", "id, start_ns, end_ns, utc_offset_s", ""},
    {"site",
     "id, name, contract_kw, export_limit_kw, limits, tariff, tariff_source, tariff_given, metering_window_ns, "
     "demand_basis, part_month, ratchet_look_back_months, demand_floor_fraction, excess_price_per_kw, "
     "driver_price_per_kwh, v2g_price_per_kwh, unmet_price_per_kwh, wear_price_per_kwh, share_price_per_kwh, operator",
     ""},
    {"forecast", "id, site, quantity, rule, forecaster, plugin_file, plugin_digest, bias, std, period_ns, history_days",
     ""},
    {"demand_price", "id, site, month, price_per_kw, in_ratchet", ""},
    {"past_peak", "id, site, month, peak_kw", ""},
    {"feeder", "id, site, name, parent, max_kw, max_export_kw, max_a, efficiency", ""},
    {"evse", "id, site, name, kind, phases, voltage_v, max_kw, efficiency, bidirectional, feeder", ""},
    {"row_limit", "id, site, name, kind, lower, upper", ""},
    {"row_limit_member", "id, row_limit, evse, coefficient, angle_deg", ""},
    {"shared_limit", "id, name, share", ""},
    {"shared_limit_site", "id, shared_limit, site", ""},
    {"road_node", "id, name, lat_deg, lon_deg", ""},
    {"road", "id, from_node, to_node, km, speed_kmh, grade", ""},
    {"road_station", "id, name, node, lat_deg, lon_deg, site, operator, own, kw, chargers", ""},
    {"road_price", "id, station, start_ns, price_per_kwh", ""},
    {"road_closure", "id, station, start_ns, end_ns", ""},
    {"road_visit", "id, station, driver, arrive_ns, begin_ns, end_ns, kwh, money", ""},
    {"road_way_part", "id, way, road", ""},
    {"road_leg", "id, driver, way, start_ns, end_ns", ""},
    {"road_stranded", "id, driver, node, at_ns", ""},
    {"storage",
     "id, site, name, capacity_kwh, max_charge_kw, max_discharge_kw, charge_efficiency, discharge_efficiency, "
     "soc_start, "
     "soc_min, soc_max, standby_kw, ageing_calendar, ageing_cyclic, ageing_power, replaced_at",
     ""},
    {"vehicle",
     "id, name, battery_kwh, charge_efficiency, discharge_efficiency, ageing_calendar, ageing_cyclic, ageing_power, "
     "replaced_at",
     ""},
    {"acceptance", "id, vehicle, soc, kw", ""},
    {"flag", "id, subject, reason, left_out", ""},
    {"session",
     "id, number, site, evse, name, vehicle, vehicle_type, arrived_ns, plugged_in_ns, departed_ns, "
     "claimed_departure_ns, max_kw, v2g_min_price_per_kwh, "
     "requested_kwh, "
     "wanted_kwh, got_kwh, discharged_kwh, unmet_kwh, open_cost, cost, paid, "
     "driver_revenue, v2g_payment, wear_cost, soc_start, soc_end, battery_kwh, charge_efficiency, "
     "discharge_efficiency, waited_h, wear_calendar, "
     "wear_cyclic, "
     "ended",
     ""},
    {"power", "id, evse, storage, session, start_ns, end_ns, kw, slope_kw_per_kwh, energy_kwh", ""},
    {"signal", "id, site, kind, start_ns, value", ""},
    {"limit_step", "id, feeder, row_limit, bound, start_ns, value", ""},
    {"shared_limit_kw", "id, shared_limit, start_ns, kw", ""},
    {"share", "id, site, shared_limit, start_ns, asked_kw, share_kw", ""},
    {"foreseen", "id, site, quantity, seen_ns, issued_ns, first_end_ns, step_ns, mean, low, high", ""},
    {"decision", "id, site, number, time_ns, why, expected_cost", ""},
    {"setpoint", "id, decision, evse, storage, kw", ""},
    {"plan", "id, site, evse, storage, decision, start_ns, end_ns, kw, replaced_ns", ""},
    {"correction", "id, site, evse, storage, time_ns, reason, asked_kw, given_kw, limit_name", ""},
    {"event", "id, site, time_ns, kind, text", ""},
    {"meter",
     "id, site, start_ns, end_ns, import_kwh, export_kwh, pv_kwh, load_kwh, ev_charge_kwh, ev_discharge_kwh, "
     "storage_charge_kwh, storage_discharge_kwh, losses_kwh, pv_used_kwh, energy_cost, demand_charge, driver_revenue, "
     "v2g_payment, co2_kg, unmet_kwh, wear_cost, overload_kwh, export_overload_kwh, feeder_overload_kwh, peak_kw",
     ""},
    {"evse_day", "id, site, evse, start_ns, charged_kwh, discharged_kwh, cost, driver_revenue, v2g_payment", ""},
    {"month", "id, site, month, peak_kw, billed_kw, price_per_kw, fraction, excess_kw, excess_cost, cost", ""},
    {"storage_use", "id, storage, days, mean_soc, stored_kwh, cycle_soc, depth, wear_calendar, wear_cyclic", ""},
    {"shared_limit_use", "id, shared_limit, site, asked_kwh, share_kwh, short_h, highest_kw, excess_kwh, excess_h", ""},
    {"kpi", "id, site, name, value, unit, help, help_ko", ""},
    {"metered", "id, session, evse, start_ns, end_ns, kw, energy_kwh, twin_kwh, dense", ""},
    {"score", "id, name, value, unit, n, n_of, told, gate, indicative, pass, good, excluded, help, help_ko", ""},
    {"certificate", "id, verdict, sessions, sentence, sentence_ko", ""},
    {"message", "id, time_ns, station, evse, session, kind, text", ""},
    {"logged_session",
     "id, session, start_ns, stop_ns, station, evse, transaction_id, token, token_type, ocpi_cdr, ocpi_session", ""},
    {"checkpoint", "id, time_ns, event_hash, events, state", ""},
    {"input", "id, name, bytes, digest", ""},
    {"reward_part", "id, reward, is_term, part, weight", ""},
}};
static_assert(kernel::has_unique_keys(contents, &TableContent::name), "each table is hashed once");

}  // namespace

std::span<const SchemaObject> schema_objects() { return objects; }

bool is_in_schema(std::string_view name, std::int32_t version) {
  return std::any_of(objects.begin(), objects.end(),
                     [&](const SchemaObject& object) { return object.name == name && object.since <= version; });
}

std::span<const TableContent> table_contents() { return contents; }

const TableContent& content_of(std::string_view table) {
  return *std::find_if(std::begin(contents), std::end(contents),
                       [&](const TableContent& content) { return content.name == table; });
}

std::string select_content(const TableContent& table, bool with_wall_clock) {
  std::string sql = "SELECT ";
  sql += table.columns;
  if (with_wall_clock && !table.wall_clock.empty()) {
    sql += ", ";
    sql += table.wall_clock;
  }
  sql += " FROM ";
  sql += table.name;
  sql += " ORDER BY rowid";
  return sql;
}

}  // namespace evtwin::record
