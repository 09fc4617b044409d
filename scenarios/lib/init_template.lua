-- A charging site of your own. Change the figures, then:
--
--   evtwin check FILE                                            is it sound?
--   evtwin run FILE --strategy edf --out run.evtwin              one strategy, kept in a run file
--   evtwin compare FILE --strategies asap,edf,price-threshold    what would it have cost?
--
-- Power is kW, energy kWh, current A, state of charge 0..1, times are local. scenarios/README.md lists every key.

local kepco = require "tariffs.kepco_ev"      -- also: tariffs.california; or write your own, see below

return scenario {
  name = "My site",
  start = "2026-06-01", days = 7,             -- local days
  timezone = "Asia/Seoul",                    -- an IANA name
  seed = 1,                                   -- same seed, same result, bit for bit

  -- The cars that come, by share. Without this list cars take whatever the charger gives.
  vehicles = {
    { name = "small car", share = 1, battery_kwh = 40, ac_kw = 7,  ac_phases = 1, taper_soc = 0.8 },
    { name = "large car", share = 2, battery_kwh = 77, ac_kw = 11, ac_phases = 3, taper_soc = 0.8 },
  },

  site {
    contract_kw = 60,                         -- what the grid connection may draw
    voltage_v = 220,
    tariff = kepco.self_use_low_voltage,
    -- tariff = { currency = "KRW", periods = {
    --   { from = "22:00", to = "08:00", price_per_kwh = 90 },
    --   { from = "08:00", to = "22:00", price_per_kwh = 170 } } },
    stations = {
      { name = "A", evses = 8, kw = 7, phases = 1, min_a = 6 },     -- EVSEs A-1 ... A-8
      -- { name = "F", evses = 1, kind = "dc", kw = 50 },
    },
    load = 5,                                 -- base load; a number, 24 local hours, or csv "office.csv"
    pv = { peak_kw = 20, profile = { 0, 0, 0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0, 0, 0, 0, 0 } },
    -- storage = { kwh = 100, kw = 50, efficiency = { 0.96, 0.96 } },
    queue = { places = 2, patience_min = 30 },
  },

  -- Who comes: recorded sessions of a CSV (arrival,departure,energy_kwh,evse), or a law.
  -- arrivals = sessions "my_sessions.csv",
  arrivals = arrivals.poisson {
    per_hour = { weekday = { 0, 0, 0, 0, 0, 0, 1, 3, 5, 3, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0 }, weekend = 0.2, holiday = 0.2 },
    energy_kwh = lognormal { median = 10, sigma = 0.7, min = 1, max = 50 },
    stay_h = lognormal { median = 5, sigma = 0.6, min = 0.5, max = 12 },
  },

  strategy = "edf",                           -- or asap, alap, fcfs, llf, lrpt, round-robin, equal-share, price-threshold

  -- Something happens during the run:
  -- at("2026-06-03T14:00", function(world) world.site.contract_kw = 40 end),
}
