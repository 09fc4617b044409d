-- JPL's garage of the Adaptive Charging Network: 52 EVSEs between phases, finite currents, three-phase current rows,
-- two transformers, 45 and 150 kVA; --set upper_floors_kva=50 makes the larger one scarce.
--
--   evtwin compare scenarios/acn_jpl.lua --strategies asap,edf,llf,round-robin
--   evtwin run scenarios/acn_jpl.lua --set sessions=acn_jpl_2019-05.csv
--
-- Without a file of sessions cars come by a law of ours (round figures: a car per EVSE and working day, 6 h, 10 kWh).

local site_module = require "acn.jpl"
local drivers = require "acn.drivers"
local california = require "tariffs.california"

local file = param("sessions", "")  -- ACN-Data's columns, or arrival,departure,energy_kwh,evse
local recorded = file ~= ""
local cars_per_day = param("cars_per_day", 52)

return scenario {
  name = "ACN JPL",
  start = recorded and "from_sessions" or "2019-05-06", days = recorded and "from_sessions" or 7,
  timezone = "America/Los_Angeles", seed = 7, tick_min = 5,
  site {
    name = "JPL",
    tariff = california.sce_tou_ev_4,
    stations = site_module.stations,
    rows = site_module.rows(param("first_floor_kva", 45), param("upper_floors_kva", 150)),
  },
  arrivals = recorded and sessions { file = file, evse = "as_given" } or arrivals.poisson(drivers(cars_per_day)),
  strategy = "edf",
}
