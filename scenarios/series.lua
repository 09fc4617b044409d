-- Series alone, to learn forecasts from: PV of an array and the load of a building, without cars. What is learnt from is
-- what is known of the days before the start, so one day is enough.
--
--   evtwin forecast train scenarios/series.lua:pv=pv.csv:load=load.csv:start=2019-08-31:history_days=242 -o site.forecast
--   evtwin forecast eval site.forecast scenarios/series.lua --set pv=pv.csv --set load=load.csv --set start=2019-09-01 --days 60
--
-- Without files: a clear sky and an office whose weekends are quiet, the same every week.

local pv_file = param("pv", "")       -- time,kw_per_kwp
local load_file = param("load", "")   -- time,kw
local weather_file = param("weather", "")   -- issued,time,temperature_c,cloud_share: an input of the forecaster
local made = pv_file == "" and load_file == ""

local clear_sky = { 0, 0, 0, 0, 0, 0.02, 0.10, 0.25, 0.42, 0.57, 0.68, 0.75, 0.78, 0.76, 0.70, 0.60, 0.46, 0.28, 0.11, 0.02, 0, 0, 0, 0 }
local workday = { 20, 20, 20, 20, 20, 20, 20, 30, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 40, 20, 20, 20, 20, 20 }
local quiet = { 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20, 20 }

return scenario {
  name = "Series",
  start = param("start", "2019-08-31"), days = param("days", 1), timezone = param("timezone", "America/Los_Angeles"),
  seed = 1, tick_min = 60,
  -- Held out: `evtwin forecast train` refuses it.
  test = param("test", false),
  site {
    name = param("site", "Series"),
    tariff = { name = "Flat", currency = "USD", source = "round figure of ours",
               periods = { { from = "00:00", to = "24:00", price_per_kwh = 0.2 } } },
    stations = { { name = "None comes", evses = 1, kw = 7 } },
    pv = (pv_file ~= "" or made) and { peak_kw = param("pv_kw", 100), profile = pv_file ~= "" and csv(pv_file) or clear_sky } or nil,
    load = load_file ~= "" and csv(load_file) or made and { weekday = workday, weekend = quiet, holiday = quiet } or nil,
    forecast = {
      history_days = param("history_days", 240),
      pv = weather_file ~= "" and forecaster "fourier-ridge" { weather = weather_file } or nil,
      load = weather_file ~= "" and forecaster "fourier-ridge" { weather = weather_file } or nil,
    },
  },
  arrivals = arrivals.poisson { per_hour = 0, energy_kwh = 1, stay_h = 1 },
  strategy = "asap",
}
