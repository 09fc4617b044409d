-- JPL's garage of the Adaptive Charging Network: 52 EVSEs between phases, finite currents, three-phase current rows,
-- two transformers, 45 and 150 kVA; --set upper_floors_kva=50 makes the larger one scarce.
--
--   evtwin compare scenarios/acn_jpl.lua --strategies asap,edf,llf,round-robin
--   evtwin run scenarios/acn_jpl.lua --set sessions=acn_jpl_2019-05.csv
--
-- Without a file of sessions cars come by a law of ours (round figures: a car per EVSE and working day, 6 h, 10 kWh).

local site_module = require "acn.jpl"
local california = require "tariffs.california"

local file = param("sessions", "")  -- ACN-Data's columns, or arrival,departure,energy_kwh,evse
local recorded = file ~= ""
local cars_per_day = param("cars_per_day", 52)

local hourly = { 0, 0, 0, 0, 0, 1, 4, 12, 22, 20, 12, 7, 6, 5, 4, 3, 2, 1, 1, 0, 0, 0, 0, 0 }  -- percent of a day's cars
local function per_hour(cars)
  local rate = {}
  for hour, percent in ipairs(hourly) do rate[hour] = cars * percent / 100 end
  return rate
end

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
  arrivals = recorded and sessions { file = file, evse = "as_given" } or arrivals.poisson {
    name = "car",
    per_hour = { weekday = per_hour(cars_per_day), saturday = per_hour(cars_per_day / 10), sunday = per_hour(cars_per_day / 10), holiday = per_hour(cars_per_day / 10) },
    energy_kwh = lognormal { median = 10, sigma = 0.6, min = 1, max = 60 },
    stay_h = lognormal { median = 6, sigma = 0.5, min = 0.5, max = 16 },
  },
  strategy = "edf",
}
