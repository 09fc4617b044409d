-- Four months of the Adaptive Charging Network with sun, storage and a demand charge: what is left to save, and what does
-- it take to save it? studies/acn_four_months.md has the tables.
--
--   evtwin compare scenarios/acn_study.lua --set sessions=acn_caltech_2019-05.csv.gz --set pv=pv.csv
--   evtwin compare scenarios/acn_study.lua --set site=jpl --set sessions=acn_jpl_2019-05.csv.gz --set pv=pv.csv
--
-- Without files: a week of cars by the law of acn_caltech.lua and acn_jpl.lua, and a clear sky.

local california = require "tariffs.california"
local drivers = require "acn.drivers"

local name = param("site", "caltech")
local place = ({ caltech = { title = "Caltech", cars_per_day = 54, pv_kw = 30, storage_kwh = 50 },
                 jpl = { title = "JPL", cars_per_day = 52, pv_kw = 60, storage_kwh = 100 } })[name]
if not place then error("site is caltech or jpl, not " .. name) end
local site_module = require("acn." .. name)

local file = param("sessions", "")      -- ACN-Data's columns, or arrival,departure,energy_kwh,evse
local recorded = file ~= ""
local start = param("start", recorded and "from_sessions" or "2019-06-03")   -- or a date, with --days
local days = param("days", recorded and "from_sessions" or "7")   -- from_sessions goes on until the last car leaves
local past = param("history", "")       -- who came before: from_sessions (of the same file), or another file
local told = param("told", "claimed")   -- what strategies are told of energy and departure: claimed, or true
local pv_file = param("pv", "")         -- time,kw_per_kwp
local load_file = param("load", "")     -- time,kw: a building behind the same meter
local storage_kwh = param("storage_kwh", place.storage_kwh)

-- EVSEs as they stand offer 0 and steps of an ampere from 6 A (or 8, 16, 24, 32); any current: what plans are made of.
local currents = param("currents", "as_built")
local stations = {}
for i, station in ipairs(site_module.stations) do
  local copy = {}
  for key, value in pairs(station) do copy[key] = value end
  if currents == "any" then copy.rates_a, copy.min_a = nil, 0 end
  stations[i] = copy
end

-- kW per kW installed on a clear day in June, round figures: about 6.5 kWh per kW.
local clear_sky = { 0, 0, 0, 0, 0, 0.02, 0.10, 0.25, 0.42, 0.57, 0.68, 0.75, 0.78, 0.76, 0.70, 0.60, 0.46, 0.28, 0.11, 0.02, 0, 0, 0, 0 }

return scenario {
  name = "ACN study, " .. place.title,
  start = start, days = tonumber(days) or days,
  timezone = "America/Los_Angeles", seed = 7, tick_min = 15,
  site {
    name = place.title,
    -- A real tariff: time of use, and 15.51 USD for each kW of the month's highest quarter of an hour. Nothing is paid
    -- for energy fed back.
    tariff = california.sce_tou_ev_4,
    stations = stations,
    rows = site_module.rows(),
    -- Round figures of ours: neither garage has them.
    pv = { peak_kw = param("pv_kw", place.pv_kw), profile = pv_file ~= "" and csv(pv_file) or clear_sky },
    load = load_file ~= "" and csv(load_file) or nil,
    storage = storage_kwh > 0 and { name = "battery", kwh = storage_kwh, kw = storage_kwh / 2, efficiency = { 0.96, 0.96 },
                                    soc_start = 0.5, soc_min = 0.1, soc_max = 0.95 } or nil,
    storage_policy = "peak_shaving",
    -- Round figures: what a kWh not got is worth (a public charger's kWh costs a driver a tenth of it: nobody is let
    -- down for a cheaper peak), and what a kWh out of the battery wears.
    unmet_price_per_kwh = param("unmet_price", 5), wear_price_per_kwh = param("wear_price", 0.03),
    forecast = param("forecast", "same-kind-of-day"),
  },
  arrivals = recorded and sessions { file = file, evse = "as_given", requested = told }
    or arrivals.poisson(drivers(place.cars_per_day)),
  history = past == "from_sessions" and past or past ~= "" and sessions { file = past, requested = told } or nil,
  strategy = "edf",
}
