-- Plugs and cold: a car park with two CCS1 + CHAdeMO fast chargers and two AC1 posts, in a week of frost. Cars with a CCS2
-- inlet fit nowhere and are turned away (no_compatible_evse); packs that stood outside charge slower:
--
--   evtwin run scenarios/winter_plugs.lua --strategy asap
--   evtwin run scenarios/winter_plugs.lua --strategy asap --set temperature_c=25
--   evtwin sweep run scenarios/winter_plugs.lua --out cold --summary
--
-- Round figures of ours, in the shape that owners and testers tell of: a lithium pack at -20 C takes a fifth of its power.
local cold = { { -20, 0.2 }, { -10, 0.35 }, { 0, 0.55 }, { 15, 0.9 }, { 20, 1 }, { 45, 1 }, { 55, 0.6 } }

return scenario {
  name = "Plugs and frost", start = "2026-01-12", days = 7, timezone = "Asia/Seoul", seed = 5, strategy = "asap",
  sweep = { vary = { "temperature_c=-20:20:5" }, strategies = { "asap" } },
  vehicles = {
    { name = "CCS1 car", share = 6, sockets = "CCS1", battery_kwh = 64, ac_kw = 7, ac_phases = 1, dc_kw = 100, power_by_temperature = cold,
      curve = { { 0, 100 }, { 0.5, 80 }, { 0.8, 40 }, { 1, 8 } } },
    { name = "CHAdeMO car", share = 2, sockets = "AC1+CHAdeMO", battery_kwh = 40, ac_kw = 6.6, ac_phases = 1, dc_kw = 46, power_by_temperature = cold,
      curve = { { 0, 46 }, { 0.6, 40 }, { 1, 5 } } },
    { name = "CCS2 car", share = 1, sockets = "CCS2", battery_kwh = 77, ac_kw = 11, dc_kw = 150 },
  },
  site {
    contract_kw = 130, temperature_c = param("temperature_c", -12), unmet_price_per_kwh = 400, queue = { places = 4, patience_min = 60 },
    tariff = { name = "made up", currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 150 } } },
    stations = {
      { name = "F", evses = 2, kind = "dc", kw = 50, sockets = "CCS1+CHAdeMO" },
      { name = "S", evses = 2, kw = 7, phases = 1, sockets = "AC1" },
    },
  },
  arrivals = arrivals.poisson {
    per_hour = { 0, 0, 0, 0, 0, 0, 0.3, 0.8, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.8, 0.5, 0.3, 0, 0 },
    energy_kwh = normal { mean = 22, std = 7, min = 5, max = 40 }, stay_h = lognormal { median = 0.8, sigma = 0.4, min = 0.3, max = 4 },
  },
}
