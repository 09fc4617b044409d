-- An office in Seoul with four charge points and a contract of 40 kW that its own load exceeds on June afternoons. KEPCO
-- asks 250 % of the basic charge for each kW above the contract (Jeju Maeil 102188, on low-voltage sites with a peak
-- meter; there from the second month on, here from the first, and taken to hold for EV rates too). No strategy can help:
-- look at contract_excess_kw, _min and _cost, then give it a battery (--set battery_kwh=40) or 50 kW (--set contract_kw=50).
local kepco = require "tariffs.kepco_ev"

local tariff = {}
for key, value in pairs(kepco.self_use_low_voltage) do tariff[key] = value end
local base = tariff.demand.price_per_kw
tariff.demand = { price_per_kw = base, basis = "contract", excess_price_per_kw = param("excess_factor", 2.5) * base }

local battery_kwh = param("battery_kwh", 0)

return scenario {
  name = "Office above its contract power",
  start = "2026-06-01", days = 30, timezone = "Asia/Seoul", seed = 3,
  strategy = "edf",
  vehicles = { { name = "car", battery_kwh = 64, ac_kw = 7 } },
  site {
    tariff = tariff,
    contract_kw = param("contract_kw", 40), unmet_price_per_kwh = 400,
    -- Round figures of ours: air conditioning from 13 to 17 h.
    load = {
      weekday = { 8, 8, 8, 8, 8, 8, 10, 16, 26, 31, 33, 34, 32, 42, 45, 44, 41, 34, 24, 16, 12, 10, 8, 8 },
      weekend = { 8, 8, 8, 8, 8, 8, 8, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9, 8, 8, 8, 8, 8 },
      holiday = { 8, 8, 8, 8, 8, 8, 8, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9, 8, 8, 8, 8, 8 },
    },
    storage = battery_kwh > 0 and { name = "battery", kwh = battery_kwh, kw = 15, efficiency = { 0.96, 0.96 }, soc_start = 0.9, soc_min = 0.1 } or nil,
    storage_policy = battery_kwh > 0 and "peak_shaving" or nil,
    stations = { { name = "P", evses = 4, kw = 7, phases = 1, min_a = 6 } },
  },
  arrivals = arrivals.poisson {
    per_hour = function(t) return t.hour >= 8 and t.hour < 11 and t.weekday <= 5 and 1.2 or 0.03 end,
    energy_kwh = lognormal { median = 14, sigma = 0.5, min = 3, max = 45 },
    stay_h = uniform { 6, 10 },
  },
}
