-- A car park in Seoul with sun, a tight contract and a battery of used car packs: how long does the battery last under
-- each strategy? It ages by a law fitted to 5,193 packs of one model by mileage and age (usable kWh of Tesla's Model 3
-- Long Range, as NREL's BLAST-Lite ships them): `evtwin ageing` of that file prints what stands behind `ageing` below.
-- Look at storage_soh_5y, storage_life_years and the day on which the battery is replaced:
--   evtwin compare scenarios/storage_life.lua --strategies asap,alap,lp --wide
--   evtwin run scenarios/storage_life.lua --strategy lp
-- lp earns by moving energy between cheap and dear hours, and wears the battery by it; under asap and alap it only
-- shaves peaks (--set storage_policy=self_consumption spares it most). What a kWh through it should cost is wear_price.
local kepco = require "tariffs.kepco_ev"

return scenario {
  name = "A battery that ages by its own cells",
  start = "2026-06-01", days = 7, timezone = "Asia/Seoul", seed = 11,
  strategy = "asap",
  vehicles = { { name = "car", battery_kwh = 64, ac_kw = 7, efficiency = { 0.93, 0.93 } } },
  site {
    name = "Car park",
    tariff = kepco.self_use_high_voltage,
    contract_kw = param("contract_kw", 50),
    -- Round figures of ours: an office behind the same meter, and the sun of workplace_week.lua.
    load = {
      weekday = { 10, 10, 10, 10, 10, 10, 12, 18, 28, 33, 36, 36, 33, 36, 36, 35, 32, 27, 20, 16, 13, 12, 10, 10 },
      weekend = { 10, 10, 10, 10, 10, 10, 10, 10, 11, 11, 12, 12, 12, 12, 12, 12, 11, 11, 10, 10, 10, 10, 10, 10 },
      holiday = { 10, 10, 10, 10, 10, 10, 10, 10, 11, 11, 12, 12, 12, 12, 12, 12, 11, 11, 10, 10, 10, 10, 10, 10 },
    },
    pv = {
      peak_kw = param("pv_kw", 40),
      profile = { 0, 0, 0, 0, 0, 0.01, 0.08, 0.17, 0.26, 0.35, 0.42, 0.47, 0.48, 0.47, 0.42, 0.35, 0.26, 0.17, 0.08, 0.01, 0, 0, 0, 0 },
    },
    storage = {
      name = "battery", kwh = 150, kw = 50, efficiency = { 0.96, 0.96 }, soc_start = 0.5, soc_min = 0.1, soc_max = 0.95,
      -- Replaced at 70 %, a round figure of ours: old car packs may be used further down than in a car.
      ageing = { calendar = 0.000340889, cyclic = 0.00522028, replaced_at = param("replaced_at", 0.7) },
    },
    storage_policy = param("storage_policy", "peak_shaving"),
    stations = { { name = "P", evses = 14, kw = 7, phases = 1, min_a = 6 } },
    -- Round figures: what drivers pay, a kWh that somebody did not get, and a kWh out of the battery.
    driver_price_per_kwh = 250, unmet_price_per_kwh = 400, wear_price_per_kwh = param("wear_price", 20),
  },
  arrivals = arrivals.poisson {
    name = "car",
    per_hour = function(t) return t.weekday <= 5 and t.hour >= 7 and t.hour < 11 and 3 or t.hour >= 7 and t.hour < 15 and 0.3 or 0 end,
    energy_kwh = lognormal { median = 12, sigma = 0.5, min = 2, max = 30 },
    stay_h = lognormal { median = 8, sigma = 0.25, min = 4, max = 12 },
  },
}
