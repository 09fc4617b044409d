-- Caltech's garage of the Adaptive Charging Network: 54 EVSEs between phases, finite currents, three-phase current rows,
-- a transformer of 150 kVA; --set transformer_kva=50 makes it scarce.
--
--   evtwin compare scenarios/acn_caltech.lua --strategies asap,edf,llf,round-robin
--   evtwin run scenarios/acn_caltech.lua --set sessions=acn_caltech_2019-05.csv
--
-- Without a file of sessions cars come by a law of ours (round figures: a car per EVSE and working day, 6 h, 10 kWh).

local site_module = require "acn.caltech"
local drivers = require "acn.drivers"
local california = require "tariffs.california"

local file = param("sessions", "")  -- ACN-Data's columns, or arrival,departure,energy_kwh,evse
local recorded = file ~= ""
local cars_per_day = param("cars_per_day", 54)

return scenario {
  name = "ACN Caltech",
  start = recorded and "from_sessions" or "2019-05-06", days = recorded and "from_sessions" or 7,
  timezone = "America/Los_Angeles", seed = 7, tick_min = 5,
  site {
    name = "Caltech",
    tariff = california.sce_tou_ev_4,
    stations = site_module.stations,
    rows = site_module.rows(param("transformer_kva", 150)),
  },
  arrivals = recorded and sessions { file = file, evse = "as_given" } or arrivals.poisson(drivers(cars_per_day)),
  strategy = "edf",
}
