-- A site with a log: a strategy that learns from drivers begins with those who came before.
--
--   evtwin compare scenarios/known_drivers.lua --strategies asap,lp
--   evtwin compare scenarios/known_drivers.lua --strategies asap,lp --set history=none
--
-- Three weeks of fourteen drivers of our own making (no real people): they ask for twice what they take, and leave when they
-- always do, whatever they say. The run is the third week; the two before it are its history. With a log of your own:
-- --set sessions=PATH --set start=DATE.

local california = require "tariffs.california"

local file = param("sessions", "made_sessions.csv")
local history = param("history", "from_sessions")   -- or another file of sessions that ended before the run; none

return scenario {
  name = "Known drivers",
  start = param("start", "2026-06-15"), days = 7, timezone = "America/Los_Angeles", tick_min = 15,
  site {
    tariff = california.sce_tou_ev_4,
    contract_kw = 100,
    stations = from_sessions(file, { kw = 7, phases = 1, voltage_v = 208, min_a = 6 }),
    storage = { kwh = 20, kw = 10, efficiency = { 0.96, 0.96 }, soc_start = 0.5, soc_min = 0.1, soc_max = 0.95 },
    storage_policy = "peak_shaving",
    unmet_price_per_kwh = 5, wear_price_per_kwh = 0.03,   -- round figures
  },
  arrivals = sessions { file = file },
  history = history == "from_sessions" and history or history ~= "none" and sessions { file = history } or nil,
  strategy = "lp",
}
